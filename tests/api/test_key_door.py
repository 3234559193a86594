"""Keys on the pages: made, shown once, revoked; and what their programs are told."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from people.people_fakes import GOOD
from web.signing_in import token_of
from web.whole import Whole, whole

SECRET = re.compile(r'<code class="sa-secret">(sr-[\w-]+)</code>')


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with whole(tmp_path_factory.mktemp("company"), {"kim": "", "boss": ""}) as served:
        yield served


def prove(who: httpx.Client) -> None:
    form = {"now": GOOD, "csrf": token_of(who, "/account")}
    assert who.post("/account/prove", data=form).status_code == 303


def call(company: Whole, secret: str, path: str = "/v1/models", **more: object) -> httpx.Response:
    return httpx.get(
        company.url + path,
        headers={"authorization": f"Bearer {secret}"},
        trust_env=False,
        **more,  # type: ignore[arg-type]
    )


def test_a_person_makes_and_revokes_a_key_of_their_own(company: Whole) -> None:
    with company.client("kim") as kim:
        token = token_of(kim, "/account/keys")
        form = {"name": "A bot", "may": ["ask", "search"], "days": "30", "csrf": token}
        # The sign-in counts for a while; then the password is asked for again.
        with sqlite3.connect(company.home.settings.home / "people.sqlite3") as people:
            people.execute("UPDATE sessions SET proved_at = 0")
        sent = kim.post("/account/keys", data=form)
        assert sent.headers["location"].startswith("/account/prove")
        prove(kim)
        made = kim.post("/account/keys", data=form)
        found = SECRET.search(made.text)
        assert found is not None
        secret = found[1]
        assert secret not in kim.get("/account/keys").text
        assert call(company, secret).status_code == 200
        refused = kim.post("/account/keys", data={**form, "may": ["administer"]})
        assert refused.status_code == 409
        person = company.house.people.named("kim")
        (key,) = company.house.keys.of(person.id)
        assert "A bot" in kim.get("/account/keys", headers={"accept-language": "de"}).text
        gone = kim.post("/account/keys/revoke", data={"key": key.id, "csrf": token})
        assert gone.status_code == 303
        assert call(company, secret).status_code == 401


def test_an_administrator_makes_one_for_a_service_account(company: Whole) -> None:
    with company.client("boss") as boss:
        prove(boss)
        token = token_of(boss, "/administration/keys")
        added = boss.post(
            "/administration/keys/service", data={"name": "bot", "group": "staff", "csrf": token}
        )
        assert added.status_code == 303
        bot = company.house.people.named("bot")
        form = {"person": bot.id, "name": "x", "may": ["search"], "space": "general", "csrf": token}
        found = SECRET.search(boss.post("/administration/keys", data=form).text)
        assert found is not None
        assert call(company, found[1]).status_code == 200
        (key,) = company.house.keys.of(bot.id)
        assert key.spaces == ("general",)
        boss.post("/administration/keys/revoke", data={"key": key.id, "csrf": token})
        assert call(company, found[1]).status_code == 401


def test_the_description_names_every_call_and_no_other_host(company: Whole) -> None:
    with company.client("kim") as kim:
        page = kim.get("/api")
        told = kim.get("/api/openapi.json").json()
    assert page.status_code == 200
    for path, methods in told["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page.text
    assert "POST /v1/chat/completions" in page.text
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    assert all(link.startswith(("/", "#")) for link in links)


def test_what_programs_are_refused_has_the_protocols_form(company: Whole) -> None:
    person = company.house.people.named("kim")
    key, secret = company.house.keys.make(person.id, "a test")
    headers = {"authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=company.url, trust_env=False, headers=headers) as program:
        for answered, status in (
            (program.get("/v1/nothing"), 404),
            (program.get("/v1/search"), 405),
            (program.post("/v1/search", content=b"{"), 400),
            (program.post("/v1/search", content=b"[" * 100_000), 400),
            (program.post("/v1/search", json={"query": "x", "k": 1000}), 400),
            (program.post("/v1/search", content=b"x" * (2 << 20)), 413),
            (program.get("/v1/models", headers={"origin": "http://elsewhere.example"}), 403),
            (program.get("/v1/models", headers={"authorization": "Bearer sr-wrong"}), 401),
            (program.get("/v1/models", headers={"authorization": "Basic eDp5"}), 401),
        ):
            assert answered.status_code == status, answered.text
            assert answered.json()["error"]["message"]
    company.house.keys.revoke(key.id)


def test_a_revoked_key_stands_for_nobody(company: Whole, tmp_path: Path) -> None:
    """What an answer on its way asks about its reader; no stream is cut here."""
    from app.people.access import Person
    from app.serving import _now

    person = company.house.people.named("kim")
    key, secret = company.house.keys.make(person.id, "a test")
    found = company.house.keys.find(secret)
    assert found is not None
    assert isinstance(_now(company.house, found.person), Person)
    company.house.keys.revoke(key.id)
    assert _now(company.house, found.person) is None
