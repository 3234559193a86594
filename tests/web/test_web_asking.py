"""A question on its way: streaming, stopping at any moment, failing without telling secrets."""

import asyncio
import logging
import threading
from collections.abc import Callable, Generator

import pytest
from fakes import FakeBackend, FakeStream, leave_answer, script
from web.running import apart

from app.answering.ask import Ask
from app.answering.events import Event, Finished, Searching
from app.answering.stream import EventStream, GeneratedStream
from app.people.access import Person
from app.web.chat.asking import Asking
from app.web.chat.backend import AnswerFailed, FailureKind

SECRET = "why was Ms Example dismissed"


def collect(start: Callable[[], EventStream[Event]]) -> list[Event]:
    async def run() -> list[Event]:
        return [event async for events in Asking(start).batches() for event in events]

    return apart(run())


def test_events_arrive_in_order() -> None:
    events = script(leave_answer("?"))
    assert collect(lambda: FakeStream(events, threading.Event())) == events
    assert isinstance(events[-1], Finished)


def test_a_failure_arrives_after_the_events_before_it() -> None:
    async def run() -> list[Event]:
        seen: list[Event] = []
        backend = FakeBackend()
        asking = Asking(lambda: _ask(backend, "busy"))
        with pytest.raises(AnswerFailed) as failure:
            await _extend(seen, asking)
        assert (failure.value.kind, failure.value.seconds) == (FailureKind.BUSY, 12)
        return seen

    assert apart(run()) == [Searching("busy")]


def test_a_defect_becomes_words_and_the_log_names_no_question(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(AnswerFailed) as failure:
        collect(lambda: _ask(FakeBackend(), f"crash {SECRET}"))
    assert failure.value.kind is FailureKind.UNKNOWN
    assert "RuntimeError" in caplog.text
    assert SECRET not in caplog.text


def test_stopping_ends_the_stream_while_the_backend_is_silent() -> None:
    async def run() -> None:
        backend = FakeBackend()
        asking = Asking(lambda: _ask(backend, "long search"))
        batches = asking.batches()
        assert await anext(batches) == [Searching("long search")]
        asking.stop()
        asking.stop()
        assert [events async for events in batches] == []
        assert await asyncio.to_thread(backend.streams[0].closed.wait, 30)

    apart(run())


def test_a_plain_generator_is_closed_after_its_next_event() -> None:
    going, closed = threading.Event(), threading.Event()

    def events() -> Generator[Event, None, None]:
        try:
            yield Searching("a")
            going.wait(30)
            yield Searching("b")
            yield Searching("c")
        finally:
            closed.set()

    async def run() -> None:
        asking = Asking(lambda: GeneratedStream(events()))
        batches = asking.batches()
        await anext(batches)
        asking.stop()
        assert [batch async for batch in batches] == []
        going.set()
        assert await asyncio.to_thread(closed.wait, 30)

    apart(run())


async def _extend(seen: list[Event], asking: Asking) -> None:
    async for events in asking.batches():
        seen.extend(events)


def _ask(backend: FakeBackend, question: str) -> EventStream[Event]:
    return backend.ask(Ask(question, person="1"), Person("1", "kim"))
