"""Every route of the web application, called by someone whose business it is not.

A route that is new has to be added here, with what it is to answer to the wrong person.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fakes import LEAVE, answer
from fastapi import FastAPI
from fastapi.routing import APIRoute
from people.people_fakes import GOOD
from web.signing_in import running, sign_in, token_of
from word_embedder import chunks, document

from app.batch.execution.provenance import Order
from app.batch.journal import open_journal
from app.batch.queue.service import QuestionnaireQueue
from app.batch.records import RunInfo
from app.governance.audit.administration import people_changes
from app.governance.audit.records import RecordKind
from app.people.access import EVERYONE, Person, Right, private_space
from app.people.accounts import Accounts, open_people
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn
from app.people.curating.uploads import Limits as UploadLimits
from app.people.curating.uploads import Uploads
from app.people.keys import Key, May
from app.people.passwords import Passwords
from app.serving import web_app
from app.settings import load_settings
from app.web.api.routes_files import file_id
from app.workspace.personal_workspace import PersonalWorkspace
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

SECRET = "topsecretmark"  # stands in everything of Lee's and nowhere else
NOT_THERE = "nothing-of-this-name"


@dataclass(frozen=True, slots=True)
class Case:
    """What the wrong person sends to a route; braces are filled in with Lee's things, or none."""

    path: str
    form: dict[str, str] | None = None
    query: dict[str, str] | None = None


def space(**more: str) -> dict[str, str]:
    return {"space": "{space}", **more}


# By method and path: what the route is asked for of Lee's, by Kim.
THEIRS = {
    ("GET", "/documents"): Case("/documents", query=space()),
    ("GET", "/documents/one"): Case("/documents/one", query=space(name="{name}")),
    ("GET", "/documents/questions"): Case("/documents/questions", query=space()),
    ("GET", "/documents/uploads"): Case("/documents/uploads", query=space()),
    ("POST", "/documents/remove"): Case("/documents/remove", space(name="{name}")),
    ("POST", "/documents/move"): Case("/documents/move", space(name="{name}", to="{own}")),
    ("POST", "/documents/again"): Case("/documents/again", space(name="{name}")),
    ("POST", "/documents/uploads"): Case("/documents/uploads", space()),
    ("POST", "/documents/uploads/{upload_id}/files"): Case(
        "/documents/uploads/{upload}/files", {}, {"name": "x.md"}
    ),
    ("POST", "/documents/uploads/{upload_id}/start"): Case("/documents/uploads/{upload}/start", {}),
    ("POST", "/documents/uploads/{upload_id}/abandon"): Case(
        "/documents/uploads/{upload}/abandon", {}
    ),
    ("GET", "/library"): Case("/library", query=space()),
    ("GET", "/source"): Case("/source", query=space(name="{name}", chunk="{chunk}")),
    ("GET", "/source/page.png"): Case("/source/page.png", query=space(name="{name}")),
    ("GET", "/source/original"): Case("/source/original", query=space(name="{name}")),
    ("POST", "/conversation/{conversation}/rename"): Case(
        "/conversation/{talk}/rename", {"title": "mine now"}
    ),
    ("POST", "/conversation/{conversation}/delete"): Case("/conversation/{talk}/delete", {}),
    ("POST", "/account/keys/revoke"): Case("/account/keys/revoke", {"key": "{key}"}),
    ("POST", "/conversation/{conversation}/pin"): Case("/conversation/{talk}/pin", {}),
    ("POST", "/conversation/{conversation}/archive"): Case("/conversation/{talk}/archive", {}),
    ("POST", "/conversation-draft"): Case(
        "/conversation-draft", {"conversation": "{talk}", "text": "mine now"}
    ),
    ("POST", "/conversation/{conversation}/turn/{number}/vote"): Case(
        "/conversation/{talk}/turn/1/vote", {"verdict": "down"}
    ),
    ("GET", "/conversation/{conversation}/share"): Case("/conversation/{talk}/share"),
    ("POST", "/conversation/{conversation}/share"): Case(
        "/conversation/{talk}/share", {"name": "kim"}
    ),
    ("GET", "/shared/{share}"): Case("/shared/{share}"),
    ("POST", "/saved/instruction"): Case("/saved/instruction", space(text="mine now")),
    ("POST", "/saved/question"): Case("/saved/question", space(question="mine now?")),
    ("POST", "/saved/question/remove"): Case("/saved/question/remove", {"number": "1"}),
    ("POST", "/shared/{share}/revoke"): Case("/shared/{share}/revoke", {}),
    ("GET", "/conversation/{conversation}.{kind}"): Case("/conversation/{talk}.md"),
    ("POST", "/questionnaires/take"): Case("/questionnaires/take", {}, space(name="questions.txt")),
    ("POST", "/questionnaires/stop"): Case("/questionnaires/stop", {"run": "{run}"}),
    ("POST", "/questionnaires/go-on"): Case("/questionnaires/go-on", {"run": "{run}"}),
    ("POST", "/questionnaires/start-over"): Case("/questionnaires/start-over", {"run": "{run}"}),
    ("POST", "/questionnaires/delete"): Case("/questionnaires/delete", {"run": "{run}"}),
    ("GET", "/questionnaires/preview"): Case("/questionnaires/preview", query={"run": "{run}"}),
    ("POST", "/questionnaires/column"): Case(
        "/questionnaires/column", {"run": "{run}", "column": "question"}
    ),
    ("POST", "/questionnaires/review"): Case(
        "/questionnaires/review", {"run": "{run}", "row": "2", "verdict": "approved"}
    ),
    ("GET", "/questionnaires/results"): Case("/questionnaires/results", query={"run": "{run}"}),
    ("GET", "/questionnaires/answers"): Case(
        "/questionnaires/answers", query={"run": "{run}", "kind": "csv"}
    ),
}
# Only administrators: everyone else is told that there is no such page.
ADMINISTRATORS = {
    ("GET", "/administration"): None,
    ("GET", "/administration/people"): None,
    ("GET", "/administration/spaces"): None,
    ("GET", "/administration/models"): None,
    ("GET", "/administration/settings"): None,
    ("POST", "/administration/models/add"): {"file": "/etc/passwd"},
    ("POST", "/administration/models/use"): {"name": "no-such-model"},
    ("POST", "/administration/settings"): {"name": "answer.passages", "value": "1"},
    ("POST", "/administration/settings/list"): {"name": "x", "text": "words"},
    ("POST", "/administration/settings/list/remove"): {"name": "x"},
    ("GET", "/administration/keeping"): None,
    ("POST", "/administration/keeping/retention"): {"space": "{space}", "days": "1"},
    ("POST", "/administration/keeping/hold"): {"space": "{space}", "reason": "so"},
    ("POST", "/administration/keeping/release"): {"space": "{space}", "reason": "so"},
    ("POST", "/administration/keeping/backup"): {},
    ("POST", "/administration/keeping/prune"): {},
    ("POST", "/administration/keeping/training"): {},
    ("GET", "/administration/sources"): None,
    ("POST", "/administration/sources"): {"name": "e", "place": "/srv", "space": "{space}"},
    ("POST", "/administration/sources/now"): {"name": "e"},
    ("POST", "/administration/sources/pause"): {"name": "e"},
    ("POST", "/administration/sources/resume"): {"name": "e"},
    ("POST", "/administration/sources/remove"): {"name": "e", "documents": "delete"},
    ("POST", "/administration/people"): {"name": "eve", "role": "administrator"},
    ("POST", "/administration/people/password"): {"person": "{lee}"},
    ("POST", "/administration/people/role"): {"person": "{kim}", "role": "administrator"},
    ("POST", "/administration/people/sessions"): {"person": "{lee}"},
    ("POST", "/administration/people/remove"): {"person": "{lee}"},
    ("POST", "/administration/people/join"): {"person": "{kim}", "group": "board"},
    ("POST", "/administration/people/leave"): {"person": "{lee}", "group": "board"},
    ("POST", "/administration/groups"): {"name": "eves"},
    ("POST", "/administration/groups/remove"): {"name": "board"},
    ("POST", "/administration/spaces/grant"): {
        "space": "{space}", "group": "everyone", "right": "read",
    },
    ("POST", "/administration/spaces/revoke"): {"space": "{space}", "group": "board"},
    ("POST", "/administration/spaces/curate"): {"space": "{space}"},
    ("GET", "/administration/keys"): None,
    ("POST", "/administration/keys"): {"person": "{lee}", "name": "x", "may": "ask"},
    ("POST", "/administration/keys/revoke"): {"key": "{key}"},
    ("POST", "/administration/keys/service"): {"name": "eve"},
}  # fmt: skip
# About the one who asks, or about nobody: read without any of Lee's in it.
OWN = {
    ("GET", "/conversations"): {"find": SECRET[:6]},
    ("GET", "/conversation-scope"): {"find": ""},
    ("GET", "/questionnaires"): {},
    ("GET", "/shared"): {},
    ("GET", "/saved"): {},
    ("GET", "/questionnaires/state"): {},
    ("GET", "/account"): {},
    ("GET", "/account/password"): {},
    ("GET", "/account/prove"): {},
    ("GET", "/account/second-factor"): {},
    ("GET", "/account/keys"): {},
    ("GET", "/api"): {},
    ("GET", "/api/openapi.json"): {},
    ("GET", "/sign-in"): {},
    ("GET", "/health"): {},
}
# Called by programs alone, with a key: the body, or None; braces as above, `file` a document's id.
PROGRAMS: dict[tuple[str, str], dict[str, object] | None] = {
    ("POST", "/v1/chat/completions"): {
        "model": "strongroom/{space}", "messages": [{"role": "user", "content": "What is here?"}],
    },
    ("POST", "/v1/responses"): {"model": "strongroom/{space}", "input": "What is here?"},
    ("POST", "/v1/search"): {"model": "strongroom/{space}", "query": "What is here?"},
    ("GET", "/v1/models/{model}"): None,
    ("POST", "/v1/files"): {"space": "{space}"},
    ("GET", "/v1/files/{file}"): None,
    ("GET", "/v1/files/{file}/content"): None,
    ("DELETE", "/v1/files/{file}"): None,
    ("POST", "/v1/batches"): {"input_file_id": "{held}", "model": "strongroom/{space}"},
    ("GET", "/v1/batches/{batch}"): None,
    ("POST", "/v1/batches/{batch}/cancel"): {},
    ("DELETE", "/v1/batches/{batch}"): None,
}  # fmt: skip
PROGRAMS_OWN = {("GET", f"/v1/{path}") for path in ("models", "files", "batches", "openapi.json")}
PROGRAMS_ADMINISTER = {
    ("GET", "/v1/keys"), ("DELETE", "/v1/keys/{key}"), ("GET", "/metrics"),
}  # fmt: skip
# Change the asker's own session or password, or are there before the sign-in: tests/web/
# test_sign_in.py, test_account_security.py and tests/people/test_company_sign_in.py.
ELSEWHERE = {
    ("POST", "/account/sessions"),
    ("POST", "/account/password"),
    ("POST", "/account/sessions/end"),
    ("POST", "/account/prove"),
    ("POST", "/account/second-factor"),
    ("POST", "/account/keys"),  # tests/api/test_key_door.py
    ("GET", "/trail"),  # for administrators and auditors, see below
    ("POST", "/trail/export"),
    ("POST", "/preferences"),  # the asker's own browser: tests/web/test_web_preferences.py
    ("POST", "/sign-in"),
    ("POST", "/sign-in/code"),
    ("POST", "/sign-out"),
    ("GET", "/sign-in/company"),
    ("GET", "/sign-in/company/return"),
}


class Site:
    """The whole application over a real data folder, with Lee's things in it."""

    def __init__(
        self, app: FastAPI, home: Workspace, house: Accounts, talks: Conversations
    ) -> None:
        self.app = app
        self.home = home
        self.house = house
        self.talks = talks
        self.url = ""
        self.lee = house.people.named("lee")
        self.kim = house.people.named("kim")
        self.key: Key
        self.names: dict[str, dict[str, str]] = {}
        self.clients: dict[str, httpx.Client] = {}

    def client(self, name: str) -> httpx.Client:
        """A browser in which this person has signed in."""
        if name not in self.clients:
            client = httpx.Client(base_url=self.url, trust_env=False, timeout=60)
            assert sign_in(client, name, GOOD).status_code == 303
            self.clients[name] = client
        return self.clients[name]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = load_settings({"home": tmp_path_factory.mktemp("home")})
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with (
        open_workspace(settings, "test") as home,
        open_people(settings, people_changes(home.trail), quick) as house,
        closing(Conversations(settings.home / "conversations.sqlite3")) as talks,
        closing(Uploads(settings.home / "uploads", home, UploadLimits(2**20, 2**22))) as uploads,
        ExitStack() as stack,
    ):
        people = house.people
        people.add("boss", GOOD, administrator=True, must_change=False)
        people.add("kim", GOOD, must_change=False)
        people.add("auditor", GOOD, auditor=True, must_change=False)
        lee = people.add("lee", GOOD, must_change=False)
        people.add_group("board")
        people.join(lee.id, "board")
        lee = people.named("lee")
        people.grant("vault", "board", Right.CURATE)
        people.grant("open", EVERYONE, Right.READ)
        assert house.saved.save(f"What is {SECRET}?", space="vault", by=lee.id)
        batches = settings.home / "batches"
        run = _questionnaire(batches, lee)
        office = QuestionnaireQueue(
            batches, lambda who: PersonalWorkspace(home, lambda: None, people.rules)
        )
        office.resume()
        stack.callback(office.close)
        found = Site(web_app(settings, home, house, talks, uploads, office), home, house, talks)
        found.key, _ = house.keys.make(lee.id, "A program of theirs")
        home.index.put(document("hello.md", "open"), chunks("Hello to everyone."))
        for held in ("vault", private_space(lee)):
            text = f"The {SECRET} is here."
            home.index.put(document(f"{SECRET}.md", held, title=SECRET), chunks(text))
            talk = _conversation(talks, lee, held)
            hit = home.index.chunks(held, f"{SECRET}.md")[0]
            found.names[held] = {
                "space": held,
                "name": f"{SECRET}.md",
                "talk": talk,
                "chunk": hit.chunk_id,
                "upload": uploads.begin(lee.id, held).id,
                "run": run,
                "key": found.key.id,
                "file": file_id(held, f"{SECRET}.md"),
                "share": house.shares.share(lee, talk, None, group="board").id,
            }
        found.names[NOT_THERE] = dict.fromkeys(found.names["vault"], NOT_THERE)
        for names in found.names.values():
            names |= {"own": private_space(found.kim), "kim": found.kim.id, "lee": lee.id}
        with running(found.app) as found.url:
            yield found
        for client in found.clients.values():
            client.close()


def _conversation(talks: Conversations, person: Person, held: str) -> str:
    passage = replace(LEAVE, document=f"{SECRET}.md", space=held, text=f"The {SECRET}.")
    made = answer(f"What is {SECRET}?", [], [], passages=(passage,))
    turn = SavedTurn(1, f"What is {SECRET}?", "done", answer=made, spaces=(held,))
    talk = f"talk-in-{len(held)}"
    assert talks.keep(person.id, talk, turn, begins=True)
    return talk


def _questionnaire(folder: Path, person: Person) -> str:
    """One that this person handed in to an earlier process; returns its id."""
    order = Order(f"{SECRET}.csv", "0" * 64, "library", reproducible=False)
    place = folder / f"web-{person.id}-1"
    place.mkdir(parents=True)
    told = {"person": person.id, "name": f"{SECRET}.csv", "order": asdict(order), "state": "done"}
    (place / "order.json").write_text(json.dumps(told), "utf-8")
    info = RunInfo(
        place.name, order.questionnaire, order.questionnaire_sha256, "", "library",
        False, "", "", "", (), "", "", "", 0, {}, None,
    )  # fmt: skip
    with open_journal(place) as journal:
        journal.begin(info, ())
    return place.name


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of every route of ours; Gradio's own are behind the gate's short list."""

    def walk(held: object) -> Iterator[APIRoute]:
        for route in getattr(held, "routes", ()):
            if isinstance(route, APIRoute):
                yield route
            elif hasattr(route, "original_router"):
                yield from walk(route.original_router)

    return {
        (method, route.path)
        for route in walk(app)
        for method in route.methods or ()
        if not route.path.startswith("/strongroom/")
    }


def test_every_route_is_listed_here(site: Site) -> None:
    programs = {
        (method, path.replace("{model}", "{model:path}"))
        for method, path in {*PROGRAMS, *PROGRAMS_OWN, *PROGRAMS_ADMINISTER}
    }
    assert routes(site.app) == {*THEIRS, *ADMINISTRATORS, *OWN, *ELSEWHERE, *programs}


def filled(values: dict[str, str] | None, names: dict[str, str]) -> dict[str, str]:
    return {key: value.format(**names) for key, value in (values or {}).items()}


def call(site: Site, who: httpx.Client, method: str, case: Case, held: str) -> httpx.Response:
    names = site.names[held]
    form = filled(case.form, names)
    if method == "POST":
        form["csrf"] = token_of(who, "/account")
    return who.request(
        method,
        case.path.format(**names),
        params=filled(case.query, names),
        data=form or None,
        headers={"x-csrf-token": form["csrf"]} if form else None,
    )


def without_names(site: Site, text: str, held: str) -> str:
    """The answer without what was asked for, and without what differs from call to call."""
    for value in sorted(site.names[held].values(), key=len, reverse=True):
        text = text.replace(value, "…")
    return text


@pytest.mark.parametrize("route", sorted(THEIRS), ids=" ".join)
@pytest.mark.parametrize("name", ["kim", "auditor"])
def test_what_is_anothers_is_answered_like_what_is_not_there(
    site: Site, route: tuple[str, str], name: str
) -> None:
    method, case = route[0], THEIRS[route]
    who = site.client(name)
    absent = call(site, who, method, case, NOT_THERE)
    assert absent.status_code in (403, 404)
    for held in ("vault", private_space(site.lee)):
        theirs = call(site, who, method, case, held)
        assert theirs.status_code == absent.status_code
        assert without_names(site, theirs.text, held) == without_names(site, absent.text, NOT_THERE)
    assert_untouched(site)


@pytest.mark.parametrize("route", sorted(THEIRS), ids=" ".join)
def test_administrators_open_no_space_that_is_not_theirs(
    site: Site, route: tuple[str, str]
) -> None:
    """They know the spaces' names, and may fill one that has no rule yet: not alike, then."""
    for held in ("vault", private_space(site.lee)):
        answered = call(site, site.client("boss"), route[0], THEIRS[route], held)
        assert answered.status_code in (403, 404)
        assert SECRET not in without_names(site, answered.text, held)
    assert_untouched(site)


@pytest.mark.parametrize("route", sorted(ADMINISTRATORS), ids=" ".join)
@pytest.mark.parametrize("name", ["kim", "auditor", "lee"])
def test_administrators_pages_are_not_there_for_others(
    site: Site, route: tuple[str, str], name: str
) -> None:
    method, path = route
    who = site.client(name)
    answered = call(site, who, method, Case(path, ADMINISTRATORS[route]), "vault")
    assert answered.status_code in (403, 404)
    assert "boss" not in answered.text
    assert_untouched(site)


@pytest.mark.parametrize("route", sorted(OWN), ids=" ".join)
@pytest.mark.parametrize("name", ["kim", "auditor", "boss"])
def test_ones_own_pages_hold_nothing_of_others(
    site: Site, route: tuple[str, str], name: str
) -> None:
    who = site.client(name)
    answered = who.get(route[1], params=OWN[route])
    assert answered.status_code in (200, 303)
    assert SECRET not in answered.text
    assert "vault" not in answered.text


@pytest.mark.parametrize(
    "route", sorted({*THEIRS, *ADMINISTRATORS, *OWN} - {("GET", "/sign-in"), ("GET", "/health")})
)
def test_strangers_reach_nothing(site: Site, route: tuple[str, str]) -> None:
    method, path = route
    case = THEIRS.get(route, Case(path))
    with httpx.Client(base_url=site.url, trust_env=False) as stranger:
        names = site.names["vault"]
        answered = stranger.request(method, case.path.format(**names))
        assert answered.status_code in (303, 401)
        assert SECRET not in answered.text
        if answered.status_code == 303:
            assert answered.headers["location"].startswith("/sign-in")


def with_key(
    site: Site, secret: str, route: tuple[str, str], names: dict[str, str]
) -> httpx.Response:
    """Call a route of programs with this key."""
    method, path = route
    values = {**names, "model": f"strongroom/{names['space']}", "batch": f"batch_{names['run']}"}
    body = PROGRAMS.get(route)
    with httpx.Client(
        base_url=site.url,
        trust_env=False,
        timeout=60,
        headers={"authorization": f"Bearer {secret}"},
    ) as program:
        more: dict[str, Any] = {"json": body}
        if body and "input_file_id" in body:
            kept = program.post(
                "/v1/files", data={"purpose": "batch"}, files={"file": ("q.txt", b"What?")}
            )
            values["held"] = kept.json()["id"]
        if body is not None:
            more["json"] = json.loads(
                re.sub(r"\{(\w+)\}", lambda m: values[m[1]], json.dumps(body))
            )
        if path == "/v1/files":
            more = {"data": more["json"], "files": {"file": ("x.md", b"# X")}}
        return program.request(method, path.format(**values), **more)


@pytest.mark.parametrize("route", sorted(PROGRAMS), ids=" ".join)
def test_a_key_opens_nothing_that_is_anothers(site: Site, route: tuple[str, str]) -> None:
    # An administrator may fill a space that has no rule yet: not alike, then.
    for name in ("kim", "auditor", *(["boss"] if route != ("POST", "/v1/files") else [])):
        person = site.house.people.named(name)
        may = {May.ASK, May.SEARCH, May.ADD}
        key, secret = site.house.keys.make(person.id, "a test", may=may)
        absent = with_key(site, secret, route, site.names[NOT_THERE])
        assert absent.status_code == 404, absent.text
        for held in ("vault", private_space(site.lee)):
            theirs = with_key(site, secret, route, site.names[held])
            assert theirs.status_code == 404
            assert without_names(site, theirs.text, held) == without_names(
                site, absent.text, NOT_THERE
            )
        site.house.keys.revoke(key.id)
    assert_untouched(site)


@pytest.mark.parametrize("route", sorted(PROGRAMS_OWN), ids=" ".join)
def test_ones_own_lists_hold_nothing_of_others(site: Site, route: tuple[str, str]) -> None:
    key, secret = site.house.keys.make(site.kim.id, "a test")
    answered = with_key(site, secret, route, site.names["vault"])
    assert answered.status_code == 200
    assert SECRET not in answered.text
    assert "vault" not in answered.text
    site.house.keys.revoke(key.id)


@pytest.mark.parametrize(
    "route", sorted({*PROGRAMS, *PROGRAMS_OWN, *PROGRAMS_ADMINISTER}), ids=" ".join
)
def test_no_cookie_opens_what_is_for_programs(site: Site, route: tuple[str, str]) -> None:
    path = re.sub(r"\{\w+\}", "x", route[1])
    for who in (site.client("lee"), site.client("boss")):
        token = token_of(who, "/account")
        answered = who.request(route[0], path, headers={"x-csrf-token": token})
        assert answered.status_code == 401
        assert answered.json()["error"]["code"] == "invalid_api_key"
        assert answered.headers["www-authenticate"] == "Bearer"
    assert_untouched(site)


def test_no_key_opens_a_page_or_what_an_administrators_opens(site: Site) -> None:
    _, lee = site.house.keys.make(site.lee.id, "a test", may={May.ASK, May.SEARCH, May.ADD})
    boss = site.house.people.named("boss")
    _, own = site.house.keys.make(boss.id, "a test", may={May.ADMINISTER})
    for method, path in sorted({*THEIRS, *ADMINISTRATORS, *OWN} - {("GET", "/health")}):
        case = THEIRS.get((method, path), Case(path))
        with httpx.Client(base_url=site.url, trust_env=False) as program:
            answered = program.request(
                method,
                case.path.format(**site.names["vault"]),
                headers={"authorization": f"Bearer {own}"},
            )
        assert answered.status_code in (303, 401) or path == "/sign-in", (
            path,
            answered.status_code,
        )
        assert SECRET not in answered.text
    names = {**site.names["vault"], "key": "x"}
    for route in sorted(PROGRAMS_ADMINISTER):
        assert with_key(site, lee, route, names).status_code == 403
        assert with_key(site, own, route, names).status_code in (200, 404)
    for key in (*site.house.keys.of(boss.id), *site.house.keys.of(site.lee.id)):
        if key.id != site.key.id:
            site.house.keys.revoke(key.id)


def test_lee_reaches_all_of_it(site: Site) -> None:
    """What the others are refused does exist."""
    lee = site.client("lee")
    for route in sorted(THEIRS):
        if route[0] == "GET" and not route[1].startswith("/source/"):
            answered = call(site, lee, "GET", THEIRS[route], "vault")
            assert answered.status_code == 200, route


def test_a_shared_answer_is_withheld_from_who_may_not_read_its_documents(site: Site) -> None:
    """The question is its owner's to show; what came of it is not."""
    lee, kim = site.client("lee"), site.client("kim")
    names = site.names["vault"]
    path = f"/conversation/{names['talk']}/share"
    form = {"csrf": token_of(lee, "/account"), "name": "kim"}
    assert lee.post(path, data=form).status_code == 303
    (share,) = site.house.shares.shown_to(site.kim)
    shown = kim.get(f"/shared/{share.id}")
    assert shown.status_code == 200
    assert "withheld" in shown.text
    assert "/source?" not in shown.text
    assert f"The {SECRET}" not in shown.text
    assert "withheld" not in lee.get(f"/shared/{share.id}").text
    form = {"csrf": token_of(kim, "/account")}
    assert kim.post(f"/shared/{share.id}/revoke", data=form).status_code == 404
    form = {"csrf": token_of(lee, "/account")}
    assert lee.post(f"/shared/{share.id}/revoke", data=form).status_code == 303
    assert kim.get(f"/shared/{share.id}").status_code == 404
    assert_untouched(site)


def test_the_trail_tells_auditors_all_and_administrators_nothing_of_what_is_read(
    site: Site,
) -> None:
    site.home.trail.record(
        RecordKind.SOURCE_OPENED, person=site.lee.id, data={"document": f"{SECRET}.md"}
    )
    boss, auditor = site.client("boss"), site.client("auditor")
    for name in ("kim", "lee"):
        who = site.client(name)
        assert who.get("/trail").status_code == 404
        form = {"csrf": token_of(who, "/account")}
        assert who.post("/trail/export", data=form).status_code == 404
    seen = boss.get("/trail", params={"kind": "source-opened"})
    assert seen.status_code == 200
    assert "lee" in seen.text
    assert SECRET not in seen.text
    hidden = {"find": SECRET, "kind": "source-opened"}
    assert "0 records" in boss.get("/trail", params=hidden).text
    form = {"csrf": token_of(boss, "/account")}
    assert boss.post("/trail/export", data=form).status_code == 404
    assert f"{SECRET}.md" in auditor.get("/trail", params={"find": SECRET}).text
    assert auditor.get("/trail", params={"since": "soon"}).status_code == 409
    form = {"csrf": token_of(auditor, "/account"), "since": "2020-01-01"}
    packed = auditor.post("/trail/export", data=form)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert SECRET in archive.read("trail.jsonl").decode()
        assert json.loads(archive.read("trail.jsonl.signature.json"))["signature"]


def test_retention_holds_and_backups_in_the_browser(site: Site) -> None:
    boss = site.client("boss")

    def post(part: str, **form: str) -> httpx.Response:
        token = token_of(boss, "/account")
        return boss.post(f"/administration/keeping/{part}", data={**form, "csrf": token})

    page, held = "/administration/keeping", {"space": "open", "document": "hello.md"}
    assert post("retention", space="open", days="30").status_code == 303
    assert "after 30 days" in boss.get(page).text
    assert post("retention", space="open", days="0").status_code == 409
    assert post("retention", space="open").status_code == 303
    assert "after 30 days" not in boss.get(page).text
    assert post("hold", **held).status_code == 409  # without a reason
    assert post("hold", **held, reason="a case").status_code == 303
    assert "a case" in boss.get(page).text
    assert post("release", **held, reason="it is over").status_code == 303
    assert post("release", **held, reason="again").status_code == 409
    assert post("backup").status_code == 409  # no folder is set
    assert post("prune").status_code == 303
    training = post("training")
    assert training.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(training.content)) as archive:
        assert json.loads(archive.read("about.json"))["spaces"] == ["open"]
    token = token_of(boss, "/account")
    for file in ("relative.gguf", "/nowhere/at-all.gguf", "/etc/passwd"):
        refused = boss.post("/administration/models/add", data={"file": file, "csrf": token})
        assert refused.status_code == 409
    told = boss.get("/administration/settings").text
    assert "backup.folder" in told
    assert "web.questions_a_minute" in told
    assert_untouched(site)


def assert_untouched(site: Site) -> None:
    people, rules = site.house.people, site.house.people.rules().spaces
    assert [account.person.name for account in people.accounts()] == [
        "auditor", "boss", "kim", "lee",
    ]  # fmt: skip
    assert people.named("lee") == site.lee
    assert people.named("kim") == site.kim
    assert [group.name for group in people.groups()] == ["board"]
    assert set(rules) == {"open", "vault"}
    assert not rules["vault"].readers
    held = {(record.space, record.name) for record in site.home.index.documents()}
    assert held == {
        ("open", "hello.md"), ("vault", f"{SECRET}.md"),
        (private_space(site.lee), f"{SECRET}.md"),
    }  # fmt: skip
    assert site.key in site.house.keys.of(site.lee.id)
    talks = site.talks.listed(site.lee.id)
    assert len(talks) == 2
    assert all(SECRET in talk.title for talk in talks)
    assert len(site.house.shares.of(site.lee)) == 2
    (kept,) = site.house.saved.questions(site.lee.id, ["vault"])
    assert (kept.id, kept.question) == (1, f"What is {SECRET}?")
    assert site.house.saved.space_instruction("vault") == ""
    assert people.check("lee", GOOD) is not None


def test_the_running_chat_leaves_every_switch_off(site: Site) -> None:
    page = site.client("boss").get("/administration")
    assert page.status_code == 200
    assert "not switched off" not in page.text
