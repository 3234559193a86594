"""Passwords that end, codes beside them, sessions that one sees, and proof before administering."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher
from people.people_fakes import GOOD, Clock
from web.signing_in import running, sign_in, token_of

from app.people.access import Right
from app.people.accounts import Accounts
from app.people.attempts import Attempts
from app.people.conversations.store import Conversations
from app.people.database import Database
from app.people.passwords import Passwords
from app.people.schema import STEPS
from app.people.second_factor import SecondFactor, make_secret
from app.people.sessions import Sessions
from app.people.sign_in import PasswordSignIn
from app.people.store import People
from app.settings import load_settings
from app.web.auth.browsers import browser_in

HOUR = 3600.0


class Told:
    """What went on record of people, and whose change it was."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, by: str, about: Any) -> None:
        self.all.append((by, dict(about)))


@dataclass
class House:
    people: People
    sessions: Sessions
    door: PasswordSignIn
    clock: Clock
    told: Told


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock, told = Clock(), Told()
    database = Database(tmp_path / "people.sqlite3")
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    people = People(database, quick, told, clock, one_time_s=72 * HOUR)
    sessions = Sessions(
        database, idle_s=24 * HOUR, longest_s=48 * HOUR, record=told, clock=clock, prove_s=1800
    )
    door = PasswordSignIn(people, sessions, Attempts(database, clock))
    yield House(people, sessions, door, clock, told)
    database.close()


def test_a_one_time_password_ends(house: House) -> None:
    kim = house.people.add("kim", GOOD)
    house.clock.now += 71 * HOUR
    assert house.people.check("kim", GOOD) is not None
    house.clock.now += 2 * HOUR
    assert house.people.check("kim", GOOD) is None
    house.people.set_password(kim.id, "nineteen blue kettles", must_change=True, by="boss")
    assert house.people.check("kim", "nineteen blue kettles") is not None
    house.people.set_password(kim.id, GOOD, must_change=False, by=kim.id)
    house.clock.now += 10_000 * HOUR
    assert house.people.check("kim", GOOD) is not None, "one's own does not end"


def test_who_changed_a_password_is_known(house: House) -> None:
    kim = house.people.add("kim", GOOD, must_change=False)
    house.clock.now += HOUR
    house.people.set_password(kim.id, "nineteen blue kettles", must_change=True, by="boss")
    assert house.people.password_changed(kim.id) == (house.clock.now, "boss")


def test_a_code_is_good_once_and_for_a_minute_and_a_half(house: House) -> None:
    kim = house.people.add("kim", GOOD, must_change=False)
    secret = make_secret()
    house.people.set_second_factor(kim.id, secret, by=kim.id)
    code = pyotp.TOTP(secret).at(int(house.clock.now))
    assert house.people.check_code(kim.id, f" {code[:3]} {code[3:]} ")
    assert not house.people.check_code(kim.id, code), "a code that was seen is worth nothing"
    earlier = pyotp.TOTP(secret).at(int(house.clock.now) - 30)
    assert not house.people.check_code(kim.id, earlier), "nor is one from before it"
    house.clock.now += 300
    assert not house.people.check_code(kim.id, code)
    for wrong in ("", "000000000", "١٢٣٤٥٦", "12345a"):
        assert not house.people.check_code(kim.id, wrong)
    assert secret not in repr(SecondFactor(secret))
    assert not [one for one in house.told.all if secret in str(one)]


def test_an_administrators_reset_takes_the_second_factor_off(house: House) -> None:
    kim = house.people.add("kim", GOOD, must_change=False)
    house.people.set_second_factor(kim.id, make_secret(), by=kim.id)
    house.people.set_password(kim.id, "nineteen blue kettles", must_change=False, by=kim.id)
    assert house.people.second_factor(kim.id) is not None, "one's own change does not"
    house.people.set_password(kim.id, GOOD, must_change=True, by="boss")
    assert house.people.second_factor(kim.id) is None
    assert house.told.all[-1] == (
        "boss", {"change": "users password", "name": "kim", "second_factor": "removed"},
    )  # fmt: skip


def test_a_password_counts_as_shown_for_a_while(house: House) -> None:
    house.people.add("kim", GOOD, must_change=False)
    entered = house.door.sign_in("kim", GOOD, address="x", browser="Firefox, Linux")
    session = house.sessions.find(entered.token)  # type: ignore[union-attr]
    assert session is not None
    assert house.sessions.is_proved(session)
    assert session.browser == "Firefox, Linux"
    house.clock.now += 1801
    assert not house.sessions.is_proved(session)
    assert house.door.prove(session, "wrong", address="x") is not None
    assert house.door.prove(session, GOOD, address="x") is None
    (again,) = house.sessions.of(session.person.id)
    assert house.sessions.is_proved(again)


def test_guesses_of_a_code_are_slowed_down(house: House) -> None:
    kim = house.people.add("kim", GOOD, must_change=False)
    house.people.set_second_factor(kim.id, make_secret(), by=kim.id)
    waits = [house.door.enter_code(kim, "123456", address="x").wait_s for _ in range(12)]  # type: ignore[union-attr]
    assert waits[-1] > 0


def test_a_group_made_here_lets_nobody_of_the_company_in_by_its_name(house: House) -> None:
    """Whoever names groups at the company's sign-in gave themselves the rights of ours."""
    people = house.people
    people.add_group("hr")
    people.grant("salaries", "hr", Right.READ)
    eve = people.company_person("idp|eve", "eve", origin="idp", groups=["hr", "sales"])
    assert eve.groups == {"sales"}
    again = people.company_person("idp|eve", "eve", origin="idp", groups=["hr", "sales"])
    assert again.groups == {"sales"}, "one that the company's sign-in made is theirs"
    mapped = people.company_person("idp|eve", "eve", origin="idp", groups=["hr"], named_by_us=True)
    assert mapped.groups == {"hr"}


def test_an_earlier_file_of_people_opens(tmp_path: Path) -> None:
    path = tmp_path / "people.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(STEPS[0])
        db.executescript(
            "INSERT INTO people (id, name, name_key, created_at) VALUES ('1', 'eve', 'eve', 0);"
            "INSERT INTO groups VALUES ('staff'), ('hr');"
            "INSERT INTO memberships VALUES ('1', 'staff', 1);"
            "INSERT INTO sessions VALUES (x'00', '1', 0, 0); PRAGMA user_version = 1;"
        )
    database = Database(path)
    people = People(database, Passwords(), lambda *_: None)
    eve = people.company_person("idp|eve", "eve2", origin="idp", groups=["staff", "hr"])
    assert eve.groups == {"staff"}, "the one that the company told before is theirs still"
    database.close()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/2010 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
         "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604",
         "Safari, iPhone"),
        ("<script>", ""),
    ],
)  # fmt: skip
def test_a_browser_has_a_name(agent: str, words: str) -> None:
    assert browser_in({"headers": [(b"user-agent", agent.encode())]}) == words


# Over HTTP, with the whole application.


@dataclass
class Site:
    url: str
    house: Accounts
    clock: list[float]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, trust_env=False, timeout=60)

    def signed_in(self, name: str) -> httpx.Client:
        client = self.client()
        assert sign_in(client, name, GOOD).status_code == 303
        return client


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from batch.office_runs import Held
    from batch.test_run import Library

    from app.batch.queue.service import QuestionnaireQueue
    from app.governance.audit.administration import people_changes
    from app.people.accounts import open_people
    from app.people.curating.uploads import Limits, Uploads
    from app.serving import web_app
    from app.workspace.wiring import open_workspace

    settings = load_settings({"home": tmp_path_factory.mktemp("home") / "home"})
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with (
        open_workspace(settings, "test") as home,
        open_people(settings, people_changes(home.trail), quick) as house,
        closing(Conversations(settings.home / "conversations.sqlite3")) as talks,
        closing(Uploads(settings.home / "uploads", home, Limits(2**20, 2**22))) as uploads,
        closing(QuestionnaireQueue(settings.home / "b", lambda _: Library(Held()))) as office,
    ):
        house.people.add("boss", GOOD, administrator=True, must_change=False)
        for name in ("kim", "lee", "ada"):
            house.people.add(name, GOOD, must_change=False)
        ahead = [0.0]
        house.sessions._clock = lambda: time.time() + ahead[0]
        with running(web_app(settings, home, house, talks, uploads, office)) as url:
            yield Site(url, house, ahead)


@pytest.fixture(autouse=True)
def now(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "site" in request.fixturenames:
        request.getfixturevalue("site").clock[0] = 0.0


def post(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    return client.post(path, data={**form, "csrf": token_of(client, "/account")})


def groups(site: Site) -> list[str]:
    return [group.name for group in site.house.people.groups()]


def test_an_administrator_shows_the_password_again_before_changing_something(site: Site) -> None:
    boss = site.signed_in("boss")
    assert post(boss, "/administration/groups", name="first").status_code == 303
    assert "first" in groups(site)
    site.clock[0] = 29 * 60.0
    boss.get("/administration")  # what is only looked at needs none
    site.clock[0] = 31 * 60.0 - 120
    boss.get("/administration")
    site.clock[0] = 31 * 60.0
    for path in ("/administration/groups", "/administration/spaces/grant"):
        sent = post(boss, path, name="second", space="general", group="first", right="read")
        assert sent.status_code == 303
        assert sent.headers["location"].startswith("/account/prove?next=/administration/")
    assert "second" not in groups(site)
    assert "Password" in boss.get(sent.headers["location"]).text
    assert post(boss, "/account/prove", now="wrong", next="/administration").status_code == 400
    went = post(boss, "/account/prove", now=GOOD, next="/administration/people")
    assert went.headers["location"] == "/administration/people"
    assert post(boss, "/administration/groups", name="second").status_code == 303
    assert "second" in groups(site)


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_proof_leads_nowhere_else(site: Site, onward: str) -> None:
    boss = site.signed_in("boss")
    assert post(boss, "/account/prove", now=GOOD, next=onward).headers["location"] == "/"


def test_a_person_sees_and_ends_their_own_sessions_and_nobody_elses(site: Site) -> None:
    kim, other, lee = (site.signed_in(name) for name in ("kim", "kim", "lee"))
    page = kim.get("/account").text
    keys = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    assert len(keys) == 2
    assert page.count("· this browser") == 1
    theirs = re.findall(r'name="session" value="([0-9a-f]{64})"', lee.get("/account").text)
    assert not set(theirs) & set(keys)
    post(kim, "/account/sessions/end", session=theirs[0])
    assert lee.get("/account").status_code == 200
    kim_id = site.house.people.named("kim").id
    newest = site.house.sessions.of(kim_id)[0].key.hex()
    post(kim, "/account/sessions/end", session=newest)
    assert other.get("/account").status_code == 303
    assert kim.get("/account").status_code == 200
    assert post(kim, "/account/sessions/end", session="zz").status_code == 303


def test_a_code_is_asked_for_beside_the_password(site: Site) -> None:
    ada = site.signed_in("ada")
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", ada.get("/account/second-factor").text)
    assert secret is not None
    codes = pyotp.TOTP(secret[1])
    wrong = post(ada, "/account/second-factor", secret=secret[1], code="000000")
    assert wrong.status_code == 400
    assert secret[1] in wrong.text, "the same secret is still there to be typed in"
    done = post(ada, "/account/second-factor", secret=secret[1], code=codes.now())
    assert done.headers["location"] == "/account?done=factor"
    assert "A code of your app is asked for" in ada.get("/account").text
    client = site.client()
    half = sign_in(client, "ada", GOOD)
    assert half.status_code == 200
    assert client.get("/account").status_code == 303, "the password alone is not enough"
    token = token_of(client, "/sign-in")
    refused = client.post("/sign-in/code", data={"code": "000000", "csrf": token})
    assert refused.status_code == 401
    used = codes.now()
    entered = client.post("/sign-in/code", data={"code": used, "csrf": token})
    assert entered.status_code == 303
    assert client.get("/account").status_code == 200
    # Without the password before it, a code is worth nothing.
    stranger = site.client()
    token = token_of(stranger, "/sign-in")
    said = stranger.post("/sign-in/code", data={"code": codes.now(), "csrf": token})
    assert said.status_code == 401
    # And the code that was just used lets nobody in again.
    again = site.client()
    sign_in(again, "ada", GOOD)
    token = token_of(again, "/sign-in")
    said = again.post("/sign-in/code", data={"code": used, "csrf": token})
    assert said.status_code == 401
    kept: Callable[[str], Any] = site.house.people.named
    site.house.people.set_second_factor(kept("ada").id, None)


def test_a_person_is_told_who_changed_their_password(site: Site) -> None:
    lee = site.house.people.named("lee")
    site.house.people.set_password(lee.id, GOOD, must_change=False, by=lee.id)
    assert "Changed by you on" in site.signed_in("lee").get("/account").text
    site.house.people.set_password(lee.id, GOOD, must_change=False, by="")
    assert "Set by an administrator on" in site.signed_in("lee").get("/account").text


@pytest.mark.parametrize("number", [-1, 10**9, "0", None, 1.5, True, [0]])
def test_what_the_page_does_not_have_is_refused_in_words(
    site: Site, number: object, caplog: pytest.LogCaptureFixture
) -> None:
    """Gradio answered 500, and the log had a traceback for each."""
    kim = site.signed_in("kim")
    body = {"data": [], "fn_index": number, "session_hash": "abcdefgh"}
    token = {"x-csrf-token": token_of(kim, "/account")}
    answered = kim.post("/gradio_api/queue/join", json=body, headers=token)
    assert answered.status_code == 404
    assert "Traceback" not in caplog.text
