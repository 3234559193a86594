"""People, groups and rules: what is kept, what is refused, and who can read the file."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from people.people_fakes import BETTER, GOOD, Accounts, opened

from app.people.access import EVERYONE, Right, allowed, private_space
from app.people.database import Database
from app.people.passwords import Weakness, WeakPassword, check_password, make_password
from app.people.schema import PeopleFault
from app.people.store import PeopleError


def test_a_person_is_found_by_name_however_it_is_written(house: Accounts) -> None:
    made = house.people.add("Zoë", GOOD, full_name="Zoë Vos")
    for spelling in ("zoë", "ZOË", " Zoe\u0308 "):
        assert house.people.named(spelling).id == made.id
    with pytest.raises(PeopleError, match="already"):
        house.people.add("ZOE\u0308", GOOD)


def test_only_the_right_password_fits(house: Accounts) -> None:
    made = house.people.add("kim", GOOD)
    assert house.people.check("kim", GOOD) == made
    assert house.people.check("kim", GOOD + " ") is None
    assert house.people.check("nobody", GOOD) is None
    house.people.set_password(made.id, BETTER, must_change=False)
    assert house.people.check("kim", GOOD) is None
    assert house.people.check("kim", BETTER) == made


def test_passwords_are_kept_as_argon2id_and_nowhere_in_clear(tmp_path: Path) -> None:
    with opened(tmp_path / "people.sqlite3") as house:
        token = house.sessions.begin(house.people.add("kim", GOOD).id)
        with sqlite3.connect(tmp_path / "people.sqlite3") as connection:
            (kept,) = connection.execute("SELECT password FROM people").fetchone()
    assert kept.startswith("$argon2id$")
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert GOOD.encode() not in written
    assert token.encode() not in written


def test_nobody_else_on_the_machine_may_read_the_file(tmp_path: Path) -> None:
    with opened(tmp_path / "people.sqlite3") as house:
        house.people.add("kim", GOOD)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert len(modes) > 1
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("short", Weakness.SHORT),
        ("x" * 300, Weakness.LONG),
        ("i am kim of course", Weakness.LIKE_NAME),
        ("aaaaaaaaaaaaaaa", Weakness.COMMON),
        ("Password12345!", Weakness.COMMON),
        ("123456789012", Weakness.COMMON),
        ("abcdefghijklmn", Weakness.COMMON),
    ],
)
def test_weak_passwords_are_refused(password: str, weakness: Weakness) -> None:
    with pytest.raises(WeakPassword) as refused:
        check_password(password, "Kim")
    assert refused.value.weakness is weakness


def test_passwords_made_up_are_good_and_never_the_same() -> None:
    made = {make_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        check_password(password, "admin")


def test_the_first_start_makes_one_administrator(house: Accounts) -> None:
    first = house.people.first_administrator()
    assert first is not None
    person, password = first
    assert person.administrator
    assert house.people.check(person.name, password) == person
    account = house.people.account(person.id)
    assert account is not None
    assert account.must_change
    assert house.people.first_administrator() is None


def test_the_last_administrator_stays(house: Accounts) -> None:
    boss = house.people.add("boss", GOOD, administrator=True)
    with pytest.raises(PeopleError, match="last administrator"):
        house.people.remove(boss.id)
    with pytest.raises(PeopleError, match="last administrator"):
        house.people.set_roles(boss.id, administrator=False)
    other = house.people.add("other", GOOD, administrator=True)
    house.people.remove(boss.id)
    assert house.people.accounts()[0].person == other


def test_a_new_person_of_an_old_name_does_not_get_the_old_ones_documents(house: Accounts) -> None:
    old = house.people.add("kim", GOOD)
    house.people.remove(old.id)
    new = house.people.add("kim", GOOD)
    assert not allowed(new, Right.READ, private_space(old), house.people.rules())


def test_rights_come_and_go_with_groups_and_rules(house: Accounts) -> None:
    kim = house.people.add("kim", GOOD)
    house.people.add_group("hr")
    house.people.grant("handbook", "hr", Right.READ)

    def may(right: Right) -> bool:
        return allowed(house.people.named("kim"), right, "handbook", house.people.rules())

    assert not may(Right.READ)
    house.people.join(kim.id, "hr")
    assert may(Right.READ)
    assert not may(Right.CURATE)
    house.people.grant("handbook", "hr", Right.CURATE)
    assert may(Right.CURATE)
    house.people.leave(kim.id, "hr")
    assert not may(Right.READ)
    house.people.grant("handbook", EVERYONE, Right.READ)
    assert may(Right.READ)
    house.people.revoke("handbook", EVERYONE)
    assert not may(Right.READ)
    house.people.join(kim.id, "hr")
    house.people.remove_group("hr")
    house.people.add_group("hr")
    house.people.join(kim.id, "hr")
    assert not may(Right.READ)


def test_what_makes_no_sense_is_refused_with_words(house: Accounts) -> None:
    kim = house.people.add("kim", GOOD)
    with pytest.raises(PeopleError, match="groups add"):
        house.people.join(kim.id, "nowhere")
    with pytest.raises(PeopleError, match="groups add"):
        house.people.grant("handbook", "nowhere", Right.READ)
    with pytest.raises(PeopleError, match="own space"):
        house.people.grant(private_space(kim), EVERYONE, Right.READ)
    with pytest.raises(PeopleError, match="everyone"):
        house.people.leave(kim.id, EVERYONE)
    with pytest.raises(PeopleError, match="no rights"):
        house.people.revoke("handbook", EVERYONE)
    for name in ("", " ", "a\nb", "x" * 65, "\u202ekim"):
        with pytest.raises(PeopleError):
            house.people.add(name, GOOD)


def test_another_sign_in_never_takes_over_an_account_of_the_same_name(house: Accounts) -> None:
    local = house.people.add("admin", GOOD, administrator=True)
    came = house.people.company_person("idp|1", "ADMIN", origin="idp.example", groups=["hr"])
    assert came.id != local.id
    assert not came.administrator
    assert came.name == "ADMIN@idp.example"
    again = house.people.company_person("idp|1", "renamed", origin="idp.example", groups=["it"])
    assert again.id == came.id
    assert again.groups == {"it"}


def test_groups_given_here_stay_when_the_company_tells_others(house: Accounts) -> None:
    came = house.people.company_person("idp|1", "kim", origin="idp", groups=["hr", EVERYONE])
    assert came.groups == {"hr"}
    house.people.add_group("readers")
    house.people.join(came.id, "readers")
    again = house.people.company_person("idp|1", "kim", origin="idp", groups=[])
    assert again.groups == {"readers"}


def test_commands_and_the_server_use_the_file_together(tmp_path: Path) -> None:
    file = tmp_path / "people.sqlite3"
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path; from people.people_fakes import opened, GOOD\n"
        "with opened(Path(sys.argv[1])) as house:\n"
        "    for n in range(20): house.people.add(f'p{sys.argv[2]}-{n}', GOOD)\n"
    )
    root = Path(__file__).resolve().parents[2]
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(file), str(n)], cwd=root)
        for n in range(3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    with opened(file) as house:
        assert len(house.people.accounts()) == 60


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "people.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(PeopleFault, match="newer"):
        Database(file)
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(PeopleFault, match="backup"):
        Database(file)
