"""Every route where the disk is full: a sentence in the reader's language, and nothing of ours."""

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from web.signing_in import token_of
from web.test_changes_on_record import Site, keep_one
from web.test_changes_on_record import site as site  # noqa: PLC0414 -- a fixture
from web.test_every_route import routes

from app.people.sources.links import document_link

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PLACES = {
    "conversation": "talk", "kind": "pdf", "number": "1", "upload_id": "none", "batch": "none",
    "file": "none", "key": "none", "share": "none",
}  # fmt: skip
FORMS = {
    "space": "general", "name": "security.html", "to": "general", "person": "x", "group": "staff",
    "role": "reader", "right": "read", "run": "none", "title": "t", "verdict": "up",
    "password": "wrong-password", "now": "a", "new": "b", "again": "b",
}  # fmt: skip


@contextlib.contextmanager
def no_room() -> Iterator[None]:
    """No file of this process can grow."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("language", "words"), [("en", "the machine"), ("de", "Der Rechner")])
def test_every_route_says_a_sentence(site: Site, language: str, words: str) -> None:
    site.home.ingest([SAMPLES / "security.html"], space="general")
    keep_one(site, "talk")
    boss, kim = site.client("boss"), site.client("kim")
    tokens = {one: token_of(one, "/account") for one in (boss, kim)}
    said = {}
    with no_room():
        for method, route in sorted(routes(site.app)):
            if route in ("/sign-out", "/account/sessions"):
                continue  # the session would be over
            path = route.replace("{model:path}", "none").format_map(PLACES)
            client = boss if route.startswith("/administration") else kim
            answer = client.request(
                method,
                path,
                params=FORMS if method == "GET" else {"name": "q.txt"},
                data=None if method == "GET" else FORMS,
                headers={"x-csrf-token": tokens[client], "accept-language": language},
            )
            said[method, route] = answer
        opened = kim.get(
            document_link("general", "security.html"), headers={"accept-language": language}
        )
    assert opened.status_code == 503
    assert words in opened.text
    for place, answer in said.items():
        assert answer.status_code != 500, (place, answer.text)
        assert "Traceback" not in answer.text
        assert answer.status_code != 503 or words in answer.text, place
    assert sum(answer.status_code == 503 for answer in said.values()) > 3
    assert kim.get(document_link("general", "security.html")).status_code == 200  # as before
