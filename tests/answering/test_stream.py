"""Streams of events: what is wrapped is closed, and a generator that waits is closed after it."""

import threading
from collections.abc import Generator

from app.answering.stream import GeneratedStream, WrappedStream


class Doubled(WrappedStream[int]):
    def __next__(self) -> int:
        return 2 * next(self._events)


def test_closing_a_wrapped_stream_closes_the_one_inside() -> None:
    closed = threading.Event()

    def numbers() -> Generator[int, None, None]:
        try:
            yield 1
            yield 2
        finally:
            closed.set()

    doubled = Doubled(GeneratedStream(numbers()))
    assert next(doubled) == 2
    doubled.close()
    doubled.close()
    assert closed.is_set()
    assert list(doubled) == []


def test_a_generator_that_waits_ends_after_its_next_event() -> None:
    waiting, going, closed = threading.Event(), threading.Event(), threading.Event()

    def events() -> Generator[int, None, None]:
        try:
            waiting.set()
            going.wait(30)
            yield 1
        finally:
            closed.set()

    stream, seen = GeneratedStream(events()), list[int]()
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    assert waiting.wait(30)
    stream.close()
    assert not closed.is_set()
    going.set()
    reader.join(30)
    assert closed.is_set()
    assert seen == []
