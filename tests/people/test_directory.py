"""Sign-in with the company's directory, over Debian's slapd where it is and a small server."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from people.directories import (
    GROUPS,
    PEOPLE,
    READER,
    READERS_PASSWORD,
    SLAPD,
    DirectoryServer,
    Small,
    fill,
    group,
    password_of,
    person,
    slapd,
    small,
)
from people.people_fakes import GOOD, CountedHasher

from app.people.accounts import Accounts, company_directory, open_people
from app.people.directory import Directory, DirectoryFault, DirectoryPlace
from app.people.directory_watch import DirectoryWatch
from app.people.passwords import Passwords
from app.people.sign_in import Refused, SignedIn
from app.people.vouching import Groups
from app.privacy.allowed import named_in
from app.settings import SettingsError, load_settings

HERE = "192.0.2.1"
_OPENED = {"slapd": slapd, "small": small}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            ("slapd", "ldaps"), marks=pytest.mark.skipif(SLAPD is None, reason="no slapd here")
        ),
        pytest.param(
            ("slapd", "ldap"), marks=pytest.mark.skipif(SLAPD is None, reason="no slapd here")
        ),
        ("small", "ldap"),
        ("small", "ldaps"),
    ],
    ids="-".join,
)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DirectoryServer]:
    kind, scheme = request.param
    opened: Any = _OPENED[kind]
    with opened(tmp_path_factory.mktemp(kind), scheme) as running:
        fill(running)
        yield running


def place(server: DirectoryServer, folder: Path, **more: Any) -> DirectoryPlace:
    kept = folder / "password"
    kept.write_text(READERS_PASSWORD + "\n", "utf-8")
    given = {"url": server.url, "people": PEOPLE, "groups": GROUPS, "account": READER,
             "password_file": kept, "authorities": server.authorities}  # fmt: skip
    return DirectoryPlace(**{**given, **more})


@pytest.fixture
def directory(server: DirectoryServer, tmp_path: Path) -> Directory:
    return Directory(place(server, tmp_path))


def test_a_password_is_proved_and_groups_within_groups_are_told(directory: Directory) -> None:
    kim = directory.check("kim", password_of("kim"))
    assert kim is not None
    assert (kim.name, kim.full_name) == ("kim", "Kim Li")
    assert kim.groups == frozenset({"chemists", "laboratory"})
    lee = directory.check("LEE", password_of("lee"))
    assert lee is not None
    assert (lee.name, lee.full_name, lee.groups) == ("lee", "Lee Ünal", frozenset({"cooks"}))
    assert lee.subject != kim.subject
    assert directory.try_out()


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("kim", "wrong"),
        ("kim", ""),
        ("", ""),
        ("nobody", "x"),
        ("*", password_of("kim")),
        ("k*", password_of("kim")),
        ("kim)(uid=*", password_of("kim")),
        ("*)(|(uid=kim", password_of("kim")),
        ("kim\0", password_of("kim")),
        ("kim,ou=people", password_of("kim")),
        (READER, READERS_PASSWORD),
        ("reader", READERS_PASSWORD),
    ],
)
def test_no_other_pair_lets_anybody_in(directory: Directory, name: str, password: str) -> None:
    assert directory.check(name, password) is None


def test_a_name_with_the_letters_of_filters_is_a_name(directory: Directory) -> None:
    star = directory.check("a*b(c)", password_of("a*b(c)"))
    assert star is not None
    assert star.name == "a*b(c)"


def test_a_certificate_that_nobody_vouches_for_is_refused(
    server: DirectoryServer, tmp_path: Path
) -> None:
    unknown = Directory(place(server, tmp_path, authorities=None))
    with pytest.raises(DirectoryFault, match=r"(?i)certificate"):
        unknown.check("kim", password_of("kim"))


def test_a_directory_that_cannot_be_used_says_why(server: DirectoryServer, tmp_path: Path) -> None:
    wrong = place(server, tmp_path)
    wrong.password_file.write_text("not this one", "utf-8")
    with pytest.raises(DirectoryFault, match="does not let"):
        Directory(wrong).check("kim", password_of("kim"))
    with pytest.raises(DirectoryFault, match="does not show"):
        Directory(place(server, tmp_path, people="ou=elsewhere,dc=calloway,dc=example")).present(
            ["directory|entryUUID=x"], []
        )
    with pytest.raises(DirectoryFault, match="in clear"):
        Directory(place(server, tmp_path, url="ldap://dc.example.com", plain=True))
    refused = Directory(place(server, tmp_path, url="ldaps://127.0.0.1:9"))
    with pytest.raises(DirectoryFault, match="cannot be used"):
        refused.check("kim", password_of("kim"))


@pytest.fixture
def accounts(
    server: DirectoryServer, tmp_path: Path
) -> Iterator[tuple[Accounts, list[Mapping[str, Any]]]]:
    """People whose settings name the directory, and what goes on record."""
    given = place(server, tmp_path)
    told: list[Mapping[str, Any]] = []
    settings = load_settings(
        {
            "home": tmp_path / "home",
            "directory": {
                "url": given.url,
                "ca": given.authorities,
                "account": given.account,
                "password_file": given.password_file,
                "people": PEOPLE,
                "groups": GROUPS,
            },
            "sign_in": {"groups": {"laboratory": "lab"}, "administrators": "chemists"},
        }
    )

    def record(by: str, about: Mapping[str, Any]) -> None:
        told.append({"by": by, **about})

    with open_people(settings, record, Passwords(CountedHasher())) as house:
        yield house, told


def watch_of(house: Accounts) -> DirectoryWatch:
    assert house.directory is not None
    return DirectoryWatch(house.directory, house.people, Groups({"laboratory": "lab"}, "chemists"))


def entered(house: Accounts, name: str = "kim") -> SignedIn:
    result = house.door.sign_in(name, password_of(name), address=HERE)
    assert isinstance(result, SignedIn)
    return result


def test_who_leaves_loses_session_and_keys_and_gets_them_back(
    server: DirectoryServer, accounts: tuple[Accounts, list[Mapping[str, Any]]]
) -> None:
    house, told = accounts
    kim = entered(house)
    assert (kim.person.groups, kim.person.administrator) == (frozenset({"lab"}), True)
    assert entered(house).person.id == kim.person.id
    key, secret = house.keys.make(kim.person.id, "a bot")
    watch = watch_of(house)
    watch.look()
    assert house.keys.find(secret) is not None
    assert house.sessions.find(kim.token) is not None
    # Out of a group: the rights go, the session stays.
    server.set(group("chemists"), "member", person("lee"))
    watch.look()
    session = house.sessions.find(kim.token)
    assert session is not None
    assert (session.person.groups, session.person.administrator) == (frozenset(), False)
    # Locked by wrong passwords alone: nobody else can end a session.
    server.set(person("kim"), "pwdAccountLockedTime", time.strftime("%Y%m%d%H%M%SZ", time.gmtime()))
    watch.look()
    assert house.sessions.find(kim.token) is not None
    # Switched off.
    server.set(person("kim"), "pwdAccountLockedTime", "000001010000Z")
    watch.look()
    assert house.sessions.find(kim.token) is None
    assert house.keys.find(secret) is None
    assert house.keys.holder(key.id) is None
    assert house.people.present(kim.person.id) is None
    assert isinstance(house.door.sign_in("kim", password_of("kim"), address=HERE), Refused)
    watch.look()
    suspended = [one for one in told if one["change"] == "users suspend"]
    assert [(one["by"], one["name"], one["sessions"], one["keys"]) for one in suspended] == [
        ("system:directory", "kim", 2, 1)
    ]
    # There again.
    server.set(person("kim"), "pwdAccountLockedTime")
    watch.look()
    assert house.keys.find(secret) is not None
    assert entered(house).person.id == kim.person.id
    assert [one["change"] for one in told if one["change"] == "users resume"] == ["users resume"]
    server.set(group("chemists"), "member", person("kim"), group("laboratory"))


def test_an_entry_that_is_gone_and_one_that_comes_instead(
    server: DirectoryServer, accounts: tuple[Accounts, list[Mapping[str, Any]]]
) -> None:
    house, _ = accounts
    star = "a*b(c)"
    first = entered(house, star)
    server.remove(person(star))
    watch_of(house).look()
    assert house.sessions.find(first.token) is None
    entry = {"objectClass": ["inetOrgPerson"], "cn": ["Another"], "sn": ["Another"]}
    server.put(person(star), {**entry, "objectClass": ["inetOrgPerson", "person"], "uid": [star],
                              "userPassword": [password_of(star)]})  # fmt: skip
    second = entered(house, star)
    assert second.person.id != first.person.id  # a name gives nobody another's account


def test_the_watch_follows_by_itself_and_a_directory_that_is_away_takes_nothing(
    server: DirectoryServer, accounts: tuple[Accounts, list[Mapping[str, Any]]], tmp_path: Path
) -> None:
    house, _ = accounts
    kim = entered(house)
    away = Directory(place(server, tmp_path, url="ldaps://127.0.0.1:9"))
    blind = Directory(place(server, tmp_path, people=f"ou=none,{PEOPLE}"))
    for broken in (away, blind):
        watch = DirectoryWatch(broken, house.people, Groups({}))
        with pytest.raises(DirectoryFault):
            watch.look()
    assert house.sessions.find(kim.token) is not None
    watch = watch_of(house)
    with watch.watching(0.05):
        until(lambda: watch.state.looked_at is not None)
        server.set(person("kim"), "pwdAccountLockedTime", "000001010000Z")
        until(lambda: house.sessions.find(kim.token) is None)
    server.set(person("kim"), "pwdAccountLockedTime")


def test_a_password_of_here_is_never_shown_to_the_directory(
    server: DirectoryServer, accounts: tuple[Accounts, list[Mapping[str, Any]]]
) -> None:
    house, _ = accounts
    here = house.people.add("lee", GOOD, must_change=False)
    before = len(server.binds) if isinstance(server, Small) else 0
    assert isinstance(house.door.sign_in("lee", password_of("lee"), address=HERE), Refused)
    came = house.door.sign_in("lee", GOOD, address=HERE)
    assert isinstance(came, SignedIn)
    assert came.person.id == here.id
    if isinstance(server, Small):
        assert len(server.binds) == before


def test_the_guard_lets_its_host_be_reached_and_no_other(
    server: DirectoryServer, tmp_path: Path
) -> None:
    settings = load_settings({"home": tmp_path, "directory": {"url": "ldaps://dc.example.com"}})
    (host,) = named_in(settings)
    assert (host.name, host.port, host.because) == ("dc.example.com", 636, "directory.url")
    with pytest.raises(SettingsError, match=r"directory\.account"):
        company_directory(settings.directory)


def test_an_attempt_that_the_directory_could_not_judge_does_not_count(
    server: DirectoryServer, tmp_path: Path
) -> None:
    given = place(server, tmp_path)
    asked = {"url": "ldaps://127.0.0.1:9", "account": given.account, "people": PEOPLE,
             "password_file": given.password_file}  # fmt: skip
    settings = load_settings({"home": tmp_path / "home", "directory": asked})
    with open_people(settings, lambda by, about: None, Passwords(CountedHasher())) as house:
        for _ in range(12):
            with pytest.raises(DirectoryFault):
                house.door.sign_in("kim", "x", address=HERE)


def until(fits: Callable[[], bool]) -> None:
    for _ in range(1200):
        if fits():
            return
        time.sleep(0.05)
    pytest.fail("it stays as it is")


# What only Active Directory has, over the small server.


@pytest.fixture
def active(tmp_path: Path) -> Iterator[tuple[Small, Directory]]:
    with small(tmp_path, "ldaps") as server:
        fill(server)
        server.put(
            f"CN=Kim Li,{PEOPLE}",
            {
                "objectClass": ["user", "person"],
                "sAMAccountName": ["kli"],
                "displayName": ["Kim Li"],
                "objectGUID": [bytes(range(40, 56))],
                "userAccountControl": ["512"],
                "accountExpires": ["9223372036854775807"],
                "userPassword": ["pass of the domain"],
            },
        )
        yield server, Directory(place(server, tmp_path, name="sAMAccountName"))


@pytest.mark.parametrize(
    ("name", "value", "there"),
    [
        ("userAccountControl", "512", True),
        ("userAccountControl", "514", False),
        ("userAccountControl", "66050", False),
        ("accountExpires", "0", True),
        ("accountExpires", "132000000000000000", False),
        ("lockoutTime", "133000000000000000", True),
    ],
)
def test_active_directory_says_who_is_switched_off(
    active: tuple[Small, Directory], name: str, value: str, there: bool
) -> None:
    server, directory = active
    kim = directory.check("KLI", "pass of the domain")
    assert kim is not None
    assert kim.subject == "directory|objectGUID=" + bytes(range(40, 56)).hex()
    server.set(f"CN=Kim Li,{PEOPLE}", name, value)
    found = directory.present([kim.subject], [kim.subject])
    assert (kim.subject in found) is there
    let_in = directory.check("kli", "pass of the domain") is not None
    assert let_in is (there and name != "lockoutTime")


def test_two_groups_of_one_name_give_no_rights(active: tuple[Small, Directory]) -> None:
    server, directory = active
    kim = f"CN=Kim Li,{PEOPLE}"
    server.put(f"cn=admins,ou=a,{GROUPS}", {"cn": ["admins"], "member": [kim]})
    first = directory.check("kli", "pass of the domain")
    server.put(f"cn=Admins,ou=b,{GROUPS}", {"cn": ["Admins"], "member": [kim]})
    second = directory.check("kli", "pass of the domain")
    assert first is not None
    assert second is not None
    assert first.groups == frozenset({"admins"})
    assert second.groups == frozenset()
