"""The stream of events that every answer comes as, and the streams that are laid around one."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from typing import Any, Generic, TypeVar

E = TypeVar("E")


class EventStream(Iterator[E], ABC, Generic[E]):
    """What happens while one question is answered or one document summarised, in its order."""

    @abstractmethod
    def __next__(self) -> E: ...

    @abstractmethod
    def close(self) -> None:
        """Abort the work, also from another thread while the next event is waited for.

        The stream then ends. Closing it again does nothing.
        """


class WrappedStream(EventStream[E]):
    """A stream made of another one; closing it closes the other one."""

    def __init__(self, events: EventStream[Any]) -> None:
        self._events = events

    def close(self) -> None:
        self._events.close()


class GeneratedStream(EventStream[E]):
    """A generator's events. One that waits when it is closed ends after its next event."""

    def __init__(self, events: Generator[E, None, None]) -> None:
        self._events = events
        self._closed = False

    def __next__(self) -> E:
        if not self._closed:
            event = next(self._events)
            if not self._closed:
                return event
        self._events.close()
        raise StopIteration

    def close(self) -> None:
        self._closed = True
        try:
            self._events.close()
        except ValueError:  # it is running in another thread, which closes it
            return
