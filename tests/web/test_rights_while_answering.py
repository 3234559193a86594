"""An answer under way ends with the session, the person, and the right to what it is drawn from."""

import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from people.people_fakes import Accounts
from web.signing_in import Served, serving, token_of

from app.answering.ask import Ask
from app.answering.stream import EventStream, GeneratedStream
from app.batch.execution.provenance import NothingToAsk
from app.people.access import Person, Rules, SpaceRule
from app.web.server import PageGroup
from app.workspace.personal_workspace import PersonalWorkspace
from vectorstore.scope import Scope


def streaming(house: Accounts) -> list[PageGroup]:
    """A page whose answer goes on for a minute, as a chat's does."""
    router = APIRouter()

    @router.get("/slow")
    async def slow() -> StreamingResponse:
        import asyncio

        async def words() -> Any:
            for number in range(600):
                yield f"data: {number}\n\n"
                await asyncio.sleep(0.1)

        return StreamingResponse(words(), media_type="text/event-stream")

    return [PageGroup(router)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("people"), pages=streaming) as served:
        yield served


def _lasts(client: httpx.Client, then: Callable[[], object]) -> float:
    """Seconds that an answer goes on after `then`."""
    with client.stream("GET", "/slow", timeout=20) as answer:
        assert answer.status_code == 200
        lines = answer.iter_lines()
        assert next(lines) == "data: 0"
        then()
        began = time.monotonic()
        for line in lines:
            assert time.monotonic() - began < 10, "the answer goes on"
            del line
    return time.monotonic() - began


def test_an_answer_ends_with_its_session(site: Served) -> None:
    client = site.signed_in("kim")
    other = site.client()
    other.cookies = client.cookies
    token = token_of(client, "/account")
    assert _lasts(client, lambda: other.post("/sign-out", data={"csrf": token})) < 3


def test_an_answer_ends_when_an_administrator_ends_the_sessions(site: Served) -> None:
    client = site.signed_in("kim")
    kim = next(a.person for a in site.house.people.accounts() if a.person.name == "kim")
    assert _lasts(client, lambda: site.house.sessions.end_all(kim.id)) < 3


def test_an_answer_goes_on_while_its_person_is_signed_in(site: Served) -> None:
    """Somebody else's sign-out is none of its business."""
    client, other = site.signed_in("kim"), site.signed_in("boss")
    with client.stream("GET", "/slow", timeout=20) as answer:
        lines = answer.iter_lines()
        assert other.post("/sign-out", data={"csrf": token_of(other, "/account")}).is_redirect
        began = time.monotonic()
        while time.monotonic() - began < 2:
            assert next(lines).startswith(("data: ", ""))


class Home:
    """A workspace whose one answer has many events; what it searches is known."""

    def __init__(self) -> None:
        self.closed = False

    class index:  # noqa: N801 -- stands for an attribute
        @staticmethod
        def spaces() -> list[str]:
            return ["open", "board"]

    def ask(self, ask: Ask) -> EventStream[Any]:
        def events() -> Generator[str, None, None]:
            try:
                for number in range(20):
                    time.sleep(0.1)
                    yield f"word {number}"
            finally:
                self.closed = True

        return GeneratedStream(events())


@pytest.mark.parametrize("away", ["right", "group", "person"])
def test_an_answer_ends_when_the_right_to_its_documents_is_taken_away(away: str) -> None:
    person: list[Person | None] = [Person("1", "bob", "", frozenset({"staff"}))]
    rules = [Rules({"open": SpaceRule(readers=frozenset({"staff"}))})]
    home = Home()
    workspace = PersonalWorkspace(home, lambda: person[0], lambda: rules[0])  # type: ignore[arg-type]
    events: EventStream[Any] = workspace.ask(Ask("How many days?", scope=Scope(("open",))))
    assert next(events) == "word 0"
    if away == "right":
        rules[0] = Rules({})
    else:
        person[0] = Person("1", "bob") if away == "group" else None
    began = time.monotonic()
    with pytest.raises(NothingToAsk):
        list(events)
    assert time.monotonic() - began < 1.5
    assert home.closed


def test_an_answer_goes_on_while_its_documents_may_be_read() -> None:
    bob = Person("1", "bob", "", frozenset({"staff"}))
    rules = Rules({"open": SpaceRule(readers=frozenset({"staff"}))})
    workspace = PersonalWorkspace(Home(), lambda: bob, lambda: rules)  # type: ignore[arg-type]
    assert len(list(workspace.ask(Ask("How many days?", scope=Scope(("open",)))))) == 20
