"""Whoever reads a document's words, takes something away, or tries a door, is on the trail."""

import base64
from pathlib import Path

import pytest
from people.people_fakes import Accounts
from web.signing_in import token_of
from web.test_changes_on_record import Site, keep_one
from web.test_changes_on_record import site as site  # noqa: PLC0414 -- a fixture
from web.test_every_route import routes

from app.governance.audit.reading import records
from app.people.access import EVERYONE
from app.people.sources.links import PREFIX, document_link

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
HANDBOOK = "employee-handbook.pdf"
# Every route that only reads: what it leaves on the trail, or why it leaves nothing.
READING = {
    "/source": "source-opened",
    "/source/page.png": "source-opened",
    "/source/original": "source-opened",
    "/documents/one": "source-opened",
    "/conversation/{conversation}.{kind}": "export",
    "/questionnaires/answers": "export",
    "/questionnaires/results": "export",
    "/v1/files/{file}/content": "source-opened, or export",  # tests/api
    "/shared/{share}": "conversation-changed, as `read share`",
    "/trail": "export: that it was looked into",
    "/library": "names of documents that one may read",
    "/health": "no words of anyone",
    "/sign-in": "the way in; who comes in is on record",
    "/sign-in/company": "the same",
    "/sign-in/company/return": "the same",
    "/account": "one's own account",
    "/account/password": "one's own account",
    "/account/prove": "one's own account",
    "/account/second-factor": "one's own account",
    "/conversations": "one's own conversations; their questions are on record",
    "/conversation-scope": "names of documents that one may read",
    "/documents": "names of documents that one curates",
    "/documents/uploads": "one's own uploads",
    "/documents/questions": "questions and votes without names; the questions are on record",
    "/questionnaires": "one's own questionnaires",
    "/questionnaires/state": "one's own questionnaires",
    "/administration": "figures of the installation",
    "/administration/people": "who may sign in; changes are on record",
    "/administration/spaces": "who may read what; changes are on record",
    "/administration/models": "names of models",
    "/administration/settings": "settings without secrets",
    "/administration/keeping": "rules and backups; changes are on record",
    "/administration/sources": "what is watched, without secrets; changes are on record",
    "/administration/keys": "who has keys; changes are on record",
    "/account/keys": "one's own keys",
    "/conversation/{conversation}/share": "whom one's own conversation is shown to",
    "/shared": "titles of what others show one; opening one is on record",
    "/saved": "one's own words, and those of spaces that one may read",
    "/questionnaires/preview": "one's own questionnaire",
    "/v1/files": "names of documents that one may read",
    "/v1/files/{file}": "the same of one",
    "/v1/batches": "one's own questionnaires",
    "/v1/batches/{batch}": "the same of one",
    "/v1/keys": "one's own keys",
    "/v1/models": "names of spaces that one may read",
    "/v1/models/{model:path}": "the same of one",
    "/v1/openapi.json": "no words of anyone",
    "/api": "no words of anyone",
    "/api/openapi.json": "no words of anyone",
    "/metrics": "figures of the installation",
}


def test_every_reading_route_is_judged(site: Site) -> None:
    assert {path for method, path in routes(site.app) if method == "GET"} == set(READING)


def test_words_that_are_read_or_taken_away_are_on_record(site: Site) -> None:
    site.home.ingest([SAMPLES / HANDBOOK], space="general")
    kim = site.client("kim")
    asked = {"/source", "/source/page.png", "/source/original", "/documents/one"}
    for route, page in ((r, p) for r in sorted(asked) for p in (1, 2)):
        before = site.newest()
        if route.startswith(PREFIX):
            address = document_link(
                "general", HANDBOOK, page=page, part=route[len(PREFIX) :].strip("/")
            )
        else:
            address = f"{route}?space=general&name={HANDBOOK}&page={page}"
        assert kim.get(address).status_code == 200, address
        about = {"space": "general", "document": HANDBOOK}
        assert site.found(before, READING[route], site.kim.id, about) or (
            # The page that was opened before holds its picture.
            route == "/source/page.png" and site.found(0, "source-opened", site.kim.id, about)
        ), route


def test_a_picture_alone_is_on_record(site: Site) -> None:
    site.home.ingest([SAMPLES / HANDBOOK], space="general")
    kim, before = site.client("kim"), site.newest()
    for page in (3, 4, 3):
        assert kim.get(document_link("general", HANDBOOK, page=page, part="page.png")).content
    opened = [
        record.data["page"]
        for record in records(site.home.trail.folder)
        if record.seq > before and record.kind == "source-opened"
    ]
    assert opened == [3, 4]


@pytest.mark.parametrize("kind", ["md", "pdf"])
def test_a_conversation_that_is_taken_away_is_on_record(site: Site, kind: str) -> None:
    keep_one(site, "talk")
    kim, before = site.client("kim"), site.newest()
    assert kim.get(f"/conversation/talk.{kind}").status_code == 200
    about = {"change": "export", "conversation": "talk", "format": kind}
    assert site.found(before, "export", site.kim.id, about)
    assert site.client("boss").get(f"/conversation/talk.{kind}").status_code == 404


def test_what_is_refused_is_on_record_once(site: Site) -> None:
    site.home.index.put(*_secret())
    kim, before = site.client("kim"), site.newest()
    token = token_of(kim, "/account")
    for _ in range(3):
        assert kim.get("/administration/people").status_code == 404
        assert kim.get(document_link("board", "secret.md")).status_code == 404
        assert kim.get("/documents/one?space=board&name=secret.md").status_code == 404
        grant = {"space": "board", "group": EVERYONE, "right": "read", "csrf": token}
        assert kim.post("/administration/spaces/grant", data=grant).status_code == 404
        assert kim.post("/documents/remove", data={"space": "general"}).status_code == 403
    refused = [
        (record.person, record.data["path"], record.data.get("space"), record.data["status"])
        for record in records(site.home.trail.folder)
        if record.seq > before and record.kind == "access-refused"
    ]
    assert sorted(refused, key=str) == sorted(
        [
            (site.kim.id, "/administration/people", None, 404),
            (site.kim.id, "/source", "board", 404),
            (site.kim.id, "/documents/one", "board", 404),
            (site.kim.id, "/administration/spaces/grant", None, 404),
            (site.kim.id, "/documents/remove", None, 403),
        ],
        key=str,
    )


def test_an_attacker_does_not_fill_the_trail(site: Site) -> None:
    kim, before = site.client("kim"), site.newest()
    for number in range(80):
        name = base64.b32encode(str(number).encode()).decode()
        assert kim.get(document_link("board", name)).status_code == 404
    assert 25 <= site.newest() - before <= 32


def _secret():
    from word_embedder import chunks, document

    return document("secret.md", "board"), chunks("The merger is in May.")


def test_what_the_companys_sign_in_changes_is_on_record(site: Site) -> None:
    people: Accounts = site.house  # type: ignore[assignment]
    store = people.people

    def come(groups: list[str] | None, administrator: bool | None = False) -> str:
        return store.company_person(
            "iss|1",
            "eve",
            origin="company",
            groups=groups,
            administrator=administrator,
            named_by_us=True,
        ).id

    before = site.newest()
    eve = come(["staff"])
    about = {"change": "users add", "name": "eve", "groups": ["staff"], "way": "company"}
    assert site.found(before, "people-changed", eve, about)
    before = site.newest()
    come(["staff"])
    assert site.newest() == before  # nothing has changed
    come(["board", "staff"])
    about = {"change": "users groups", "name": "eve", "groups": ["board", "staff"]}
    assert site.found(before, "people-changed", eve, about)
    before = site.newest()
    come(["board", "staff"], administrator=True)
    about = {"change": "users groups", "name": "eve", "roles": ["administrator"]}
    assert site.found(before, "people-changed", eve, about)
