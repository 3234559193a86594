"""Every route that changes something finds its record on the trail, with the person who asked.

A route that is new has to be added here: with its record, or with the reason why it has none.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher
from batch.office_runs import Held, until
from batch.test_run import Library
from fastapi import FastAPI
from people.people_fakes import BETTER, GOOD
from web.signing_in import running, sign_in, token_of
from web.test_every_route import routes
from word_embedder import chunks, document

from app.batch.queue.service import QuestionnaireQueue
from app.governance.audit.administration import conversation_changes, people_changes
from app.governance.audit.reading import records
from app.people.access import Person, Right, private_space
from app.people.accounts import Accounts, open_people
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn
from app.people.curating.uploads import Limits, Uploads
from app.people.keys import May
from app.people.passwords import Passwords
from app.people.second_factor import make_secret
from app.serving import web_app
from app.settings import load_settings
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

UNRECORDED = {
    "/account/prove": "shows a password once more; it changes nothing that others see",
    "/sign-in/code": "is `signed-in`, as in tests/web/test_account_security.py",
    "/conversation/{conversation}/rename": "the title of one's own conversation",
    "/conversation/{conversation}/turn/{number}/vote": "one's own opinion of an answer",
    "/conversation/{conversation}/pin": "the order of one's own conversations",
    "/conversation/{conversation}/archive": "the same",
    "/conversation-draft": "one's own words that were not asked yet",
    "/questionnaires/column": "a questionnaire that waits: nothing is asked before it begins",
    "/administration/models/add": "is `settings-changed`, but would copy a model",
    "/administration/models/use": "is `settings-changed`: tests/web/test_settings_in_browser.py",
    "/administration/keeping/prune": "is `backup` for each that is over: tests/backup",
    "/preferences": "language and light of one's own browser",
    "/documents/uploads": "opens an upload: nothing is in the library before it is started",
    "/documents/uploads/{upload_id}/files": "the same: a file that waits",
    "/documents/uploads/{upload_id}/abandon": "the same: files that never were in the library",
}


class RecordedLibrary(Library):
    """The library of a person whose questionnaires are on the trail of a data folder."""

    def __init__(self, home: Workspace, person: str, held: Held) -> None:
        super().__init__(held)
        self._home, self._person = home, person

    def record_batch(self, about: Mapping[str, Any]) -> None:
        self._home.record_batch(about, person=self._person)


@dataclass
class Site:
    """The whole application, its trail, and which routes were found on it."""

    app: FastAPI
    home: Workspace
    house: Accounts
    office: QuestionnaireQueue
    held: Held
    conversations: Conversations
    kim: Person
    boss: Person
    url: str = ""

    def client(self, name: str, password: str = GOOD) -> httpx.Client:
        client = httpx.Client(base_url=self.url, trust_env=False, timeout=60)
        assert sign_in(client, name, password).status_code == 303
        return client

    def newest(self) -> int:
        return max(record.seq for record in records(self.home.trail.folder))

    def found(self, after: int, kind: str, person: str, about: Mapping[str, Any]) -> bool:
        """Whether a record after this one has this kind, this person and at least this data."""
        return any(
            record.kind == kind
            and record.person == person
            and about.items() <= dict(record.data).items()
            for record in records(self.home.trail.folder)
            if record.seq > after
        )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)  # where strongroom.toml is written
    (tmp_path / "backups").mkdir()
    settings = load_settings(
        {"home": tmp_path / "home", "backup": {"folder": tmp_path / "backups"}}
    )
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with (
        open_workspace(settings, "test") as home,
        open_people(
            settings,
            people_changes(home.trail),
            quick,
            shared=conversation_changes(home.trail),
        ) as house,
        closing(
            Conversations(
                settings.home / "conversations.sqlite3", record=conversation_changes(home.trail)
            )
        ) as conversations,
        closing(Uploads(settings.home / "uploads", home, Limits(2**20, 2**22))) as uploads,
        ExitStack() as stack,
    ):
        people, held = house.people, Held()
        boss = people.add("boss", GOOD, administrator=True, must_change=False)
        kim = people.add("kim", GOOD, must_change=False)
        people.add_group("staff")
        people.join(kim.id, "staff")
        people.grant("general", "staff", Right.CURATE)
        for name in ("one.md", "two.md"):
            home.index.put(document(name, "general"), chunks("Hello."))
        batches = settings.home / "batches"
        office = QuestionnaireQueue(batches, lambda person: RecordedLibrary(home, person, held))
        stack.callback(office.close)
        app = web_app(settings, home, house, conversations, uploads, office)
        found = Site(app, home, house, office, held, conversations, kim, boss)
        with running(app) as found.url:
            yield found


@dataclass
class Walk:
    """The changing routes, called one after the other; each call has to be on record."""

    site: Site
    boss: httpx.Client
    kim: httpx.Client
    walked: set[str]

    def change(
        self,
        who: httpx.Client,
        person: str,
        route: str,
        form: Mapping[str, str],
        kind: str,
        about: Mapping[str, Any],
        **more: Any,
    ) -> httpx.Response:
        before = self.site.newest()
        token = token_of(who, "/account")
        answered = who.post(
            more.pop("path", route),
            headers={"x-csrf-token": token},
            **({"content": more.pop("content")} if "content" in more else {"data": dict(form)}),
            **more,
        )
        assert answered.status_code in (200, 204, 303), (route, answered.text)
        until(lambda: self.site.found(before, kind, person, about))
        self.walked.add(route)
        return answered


def questionnaires(walk: Walk) -> None:
    site = walk.site
    taken = walk.change(
        walk.kim,
        site.kim.id,
        "/questionnaires/take",
        {},
        "batch",
        {"change": "begin", "questionnaire": "q.txt"},
        params={"name": "q.txt"},
        content=b"How many?\n",
    )
    run = taken.json()["id"]
    site.held.reached()

    def ended() -> bool:
        return not site.office.run(site.kim.id, run).open

    for route, what in (
        ("stop", "stop"),
        ("go-on", "go on"),
        ("start-over", "start over"),
        ("delete", "delete"),
    ):
        about = {"change": what, "run": run}
        walk.change(walk.kim, site.kim.id, f"/questionnaires/{route}", {"run": run}, "batch", about)
        site.held.go()
        if route != "delete":
            until(ended)
        if route == "start-over":
            row = "1"
            decided = {"run": run, "row": row, "verdict": "approved"}
            about = {"change": "approved", "run": run, "row": row}
            walk.change(walk.kim, site.kim.id, "/questionnaires/review", decided, "batch", about)


def documents(walk: Walk) -> None:
    site = walk.site
    for route, kind, form in (
        ("move", "move", {"name": "one.md", "to": private_space(site.kim)}),
        ("remove", "deletion", {"name": "two.md"}),
    ):
        walk.change(
            walk.kim, site.kim.id, f"/documents/{route}", {"space": "general", **form}, kind, {}
        )
    token = token_of(walk.kim, "/account")
    own = {"space": "general"}
    upload = walk.kim.post("/documents/uploads", data={**own, "csrf": token}).json()["id"]
    walk.kim.post(
        f"/documents/uploads/{upload}/files",
        params={"name": "new.md"},
        content=b"# New\n\nSome words.\n",
        headers={"x-csrf-token": token},
    )
    start = "/documents/uploads/{upload_id}/start"
    about = {"document": "new.md"}
    path = start.format(upload_id=upload)
    walk.change(walk.kim, site.kim.id, start, {}, "ingest", about, path=path)
    until(lambda: site.home.index.document("general", "new.md") is not None)
    walk.change(
        walk.kim, site.kim.id, "/documents/again", {**own, "name": "new.md"}, "ingest", about
    )


def conversations(walk: Walk) -> None:
    keep_one(walk.site, "talk")
    kim, kind, talk = walk.site.kim.id, "conversation-changed", {"conversation": "talk"}
    route = "/conversation/{conversation}/share"
    about = {"change": "share", **talk}
    form, path = {"name": "boss"}, route.format(**talk)
    walk.change(walk.kim, kim, route, form, kind, about, path=path)
    (share,) = walk.site.house.shares.of(walk.site.kim)
    about = {"change": "revoke share", **talk}
    path = f"/shared/{share.id}/revoke"
    walk.change(walk.kim, kim, "/shared/{share}/revoke", {}, kind, about, path=path)
    route = "/conversation/{conversation}/delete"
    about = {"change": "delete", "conversation": "talk"}
    path = route.format(conversation="talk")
    walk.change(walk.kim, walk.site.kim.id, route, {}, "conversation-changed", about, path=path)


def saved(walk: Walk) -> None:
    kim, kind, space = walk.site.kim.id, "people-changed", {"space": "general"}
    about = {"change": "spaces instruct", "name": "general"}
    told = {**space, "text": "Answer briefly."}
    walk.change(walk.kim, kim, "/saved/instruction", told, kind, about)
    about = {"change": "spaces question", "name": "general"}
    asked = {**space, "question": "How many days?"}
    walk.change(walk.kim, kim, "/saved/question", asked, kind, about)
    (question,) = walk.site.house.saved.questions(kim, {"general"})
    about = {"change": "spaces forget question", "name": "general"}
    number = {"number": str(question.id)}
    walk.change(walk.kim, kim, "/saved/question/remove", number, kind, about)


def keeping(walk: Walk) -> None:
    def administer(route: str, form: Mapping[str, str], kind: str) -> None:
        path = f"/administration/keeping/{route}"
        walk.change(walk.boss, walk.site.boss.id, path, form, kind, {})

    administer("retention", {"space": "law", "days": "30"}, "retention-changed")
    held = {"space": "law", "reason": "A lawsuit"}
    administer("hold", held, "hold-changed")
    administer("release", held, "hold-changed")
    administer("backup", {}, "backup")
    administer("training", {}, "export")


def settings(walk: Walk) -> None:
    def administer(route: str, form: Mapping[str, str], **about: Any) -> None:
        path = f"/administration/settings{route}"
        walk.change(walk.boss, walk.site.boss.id, path, form, "settings-changed", about)

    one = {"name": "answer.passages", "value": "12"}
    administer("", one, change="setting", name="answer.passages", to="12")
    words = {"name": "Projects", "text": "Quokka"}
    administer("/list", words, change="word list", list="Projects")
    administer("/list/remove", words, change="setting", name="filters.lists", to="")


def watched(walk: Walk) -> None:
    def administer(route: str, form: Mapping[str, str], **about: Any) -> None:
        path = f"/administration/sources{route}"
        walk.change(walk.boss, walk.site.boss.id, path, form, "sources-changed", about)

    share = walk.site.home.settings.home.with_name("share")
    share.mkdir()
    new = {"name": "Share", "place": str(share), "space": "law", "secret": "never on record"}
    administer("", new, change="sources add", source="Share", place=str(share), space="law")
    assert "never on record" not in walk.boss.get("/administration/sources").text
    named = {"name": "Share"}
    administer("/now", {**named, "agreed": "2"}, change="sources now", agreed=2)
    administer("/pause", named, change="sources pause")
    administer("/resume", named, change="sources resume")
    administer("/remove", named, change="sources remove", documents=False)
    assert not any(
        "never on record" in str(record.data) for record in records(walk.site.home.trail.folder)
    )


def trail(walk: Walk) -> None:
    """By an auditor, who showed their password a moment ago."""
    site = walk.site
    ada = site.house.people.add("ada", GOOD, auditor=True, must_change=False)
    with closing(site.client("ada")) as auditor:
        walk.change(auditor, ada.id, "/trail/export", {}, "export", {})


def keep_one(site: Site, conversation: str) -> None:
    """Let kim have a conversation of one question."""
    turn = SavedTurn(1, "How many days?", "done")
    assert site.conversations.keep(site.kim.id, conversation, turn, begins=True)


def own_account(walk: Walk) -> None:
    site = walk.site
    people = "people-changed"
    signed_out = {"change": "users sign-out", "name": "kim"}
    walk.change(walk.kim, site.kim.id, "/account/sessions", {}, people, signed_out)
    newest = site.house.sessions.of(site.kim.id)
    other = site.client("kim")  # and another browser, which is ended alone
    (key,) = {one.key for one in site.house.sessions.of(site.kim.id)} - {x.key for x in newest}
    end = {"session": key.hex()}
    walk.change(walk.kim, site.kim.id, "/account/sessions/end", end, people, signed_out)
    assert other.get("/account").status_code == 303
    secret = make_secret()
    code = {"secret": secret, "code": pyotp.TOTP(secret).now()}
    factor = {"change": "users second factor", "name": "kim", "second_factor": "set up"}
    walk.change(walk.kim, site.kim.id, "/account/second-factor", code, people, factor)
    made = {"name": "A bot", "may": "ask", "days": "30"}
    about = {"change": "keys add", "key_name": "A bot", "may": ["ask"]}
    walk.change(walk.kim, site.kim.id, "/account/keys", made, people, about)
    (held,) = site.house.keys.of(site.kim.id)
    about = {"change": "keys revoke", "key": held.id}
    walk.change(walk.kim, site.kim.id, "/account/keys/revoke", {"key": held.id}, people, about)
    form = {"now": GOOD, "new": BETTER, "again": BETTER}
    changed = {"change": "users password", "name": "kim"}
    walk.change(walk.kim, site.kim.id, "/account/password", form, people, changed)
    walk.change(walk.kim, site.kim.id, "/sign-out", {}, "signed-out", {})


def administration(walk: Walk) -> None:
    site = walk.site

    def administer(route: str, form: Mapping[str, str], **about: Any) -> None:
        path = f"/administration{route}"
        walk.change(walk.boss, site.boss.id, path, form, "people-changed", about)

    person = {"person": site.kim.id}
    eve = {"change": "users add", "name": "eve", "groups": [], "administrator": False}
    administer("/people", {"name": "eve", "role": "auditor"}, **eve)
    administer("/people/password", person, change="users password", name="kim")
    administer("/people/role", {**person, "role": "auditor"}, name="kim", roles=["auditor"])
    administer("/people/sessions", person, change="users sign-out", name="kim")
    administer("/groups", {"name": "board"}, change="groups add", name="board")
    joined = {"change": "users groups", "name": "kim", "groups": ["board", "staff"]}
    administer("/people/join", {**person, "group": "board"}, **joined)
    left = {"change": "users groups", "name": "kim", "groups": ["staff"]}
    administer("/people/leave", {**person, "group": "board"}, **left)
    right = {"group": "board", "right": "read"}
    granted = {"change": "spaces grant", "name": "law", **right}
    administer("/spaces/grant", {"space": "law", **right}, **granted)
    bot = {"change": "users add", "name": "bot", "service": True}
    administer("/keys/service", {"name": "bot"}, **bot)
    key = {"person": site.house.people.named("bot").id, "name": "A bot", "may": "search"}
    administer("/keys", key, change="keys add", name="bot", key_name="A bot")
    (held,) = site.house.keys.of()
    administer("/keys/revoke", {"key": held.id}, change="keys revoke", name="bot", key=held.id)
    own = {"change": "users groups", "name": "boss", "groups": ["Curators of law"]}
    administer("/spaces/curate", {"space": "law"}, **own)
    taken_away = {"change": "spaces revoke", "name": "law", "group": "board"}
    administer("/spaces/revoke", {"space": "law", "group": "board"}, **taken_away)
    administer("/groups/remove", {"name": "board"}, change="groups remove", name="board")
    administer("/people/remove", person, change="users remove", name="kim", id=site.kim.id)


def programs(walk: Walk) -> None:
    """What programs change, with a key of the administrator's, who curates `law` and no other."""
    site, boss = walk.site, walk.site.boss
    site.house.people.grant("law", "staff", Right.CURATE)
    site.house.people.join(boss.id, "staff")
    may = {May.ASK, May.SEARCH, May.ADD, May.ADMINISTER}
    _, secret = site.house.keys.make(boss.id, "A program", may=may)
    headers = {"authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=site.url, trust_env=False, timeout=60, headers=headers) as program:

        def call(method: str, route: str, kind: str, about: Mapping[str, Any], **more: Any) -> Any:
            before = site.newest()
            answered = program.request(method, more.pop("path", route), **more)
            until(lambda: site.found(before, kind, boss.id, about))
            walk.walked.add(route)
            return answered.json()

        # Nothing answers here: a question is on record before anybody knows.
        chat = {"messages": [{"role": "user", "content": "How many?"}]}
        call("POST", "/v1/chat/completions", "question", {}, json=chat)
        call("POST", "/v1/responses", "question", {}, json={"input": "How many?"})
        call("POST", "/v1/search", "search", {}, json={"query": "How many?"})
        put = call(
            "POST", "/v1/files", "ingest", {"document": "p.md"},
            data={"space": "law"}, files={"file": ("p.md", b"# P\n\nWords.\n")},
        )  # fmt: skip
        until(lambda: site.home.index.document("law", "p.md") is not None)
        path = f"/v1/files/{put['id']}"
        call("DELETE", "/v1/files/{file}", "deletion", {"document": "p.md"}, path=path)
        asked: Any = {"data": {"purpose": "batch"}, "files": {"file": ("q.txt", b"How many?\n")}}
        file = program.post("/v1/files", **asked).json()["id"]
        site.held.again()
        begun = call(
            "POST", "/v1/batches", "batch", {"change": "begin"}, json={"input_file_id": file}
        )
        site.held.reached()
        path = f"/v1/batches/{begun['id']}"
        stop = "/v1/batches/{batch}/cancel"
        call("POST", stop, "batch", {"change": "stop"}, path=f"{path}/cancel")
        site.held.go()
        run = begun["id"].removeprefix("batch_")
        until(lambda: not site.office.run(boss.id, run).open)
        call("DELETE", "/v1/batches/{batch}", "batch", {"change": "delete"}, path=path)
        other, _ = site.house.keys.make(boss.id, "Another")
        about = {"change": "keys revoke", "key": other.id}
        path = f"/v1/keys/{other.id}"
        call("DELETE", "/v1/keys/{key}", "people-changed", about, path=path)


def test_every_changing_route_is_on_record(site: Site) -> None:
    before = site.newest()
    walk = Walk(site, site.client("boss"), site.client("kim"), {"/sign-in"})
    assert site.found(before, "signed-in", site.kim.id, {})
    questionnaires(walk)
    documents(walk)
    conversations(walk)
    saved(walk)
    own_account(walk)
    keeping(walk)
    settings(walk)
    watched(walk)
    trail(walk)
    administration(walk)
    programs(walk)
    changing = {path for method, path in routes(site.app) if method != "GET"}
    assert walk.walked | set(UNRECORDED) == changing
    assert not walk.walked & set(UNRECORDED)


def test_what_is_refused_is_not_on_record_and_not_done(site: Site) -> None:
    before = site.newest()
    boss = site.client("boss")
    form = {"person": site.boss.id, "role": "reader", "csrf": token_of(boss, "/account")}
    assert boss.post("/administration/people/role", data=form).status_code == 409
    assert not site.found(before, "people-changed", site.boss.id, {})
    assert site.house.people.named("boss").administrator
