"""One question on its way: a thread pulls the backend's events, the page awaits them."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable

from app.answering.events import Event
from app.answering.stream import EventStream
from app.errors import without_words
from app.web.chat.backend import AnswerFailed, FailureKind

log = logging.getLogger(__name__)

# Between two redraws of a streamed answer, in seconds: as fast as one can read, and no faster.
REDRAW_S = 0.05
# The longest silence, in seconds. Gradio notices that a tab was closed only when it is given
# something to send there.
SILENCE_S = 1.0


class Asking:
    """Runs one question. Belongs to the event loop that made it.

    The page never waits inside the backend, so a stop is seen at once, whatever the engine does.
    """

    def __init__(self, start: Callable[[], EventStream[Event]]) -> None:
        self._start = start
        self._loop = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[Event | AnswerFailed | None] = asyncio.Queue()
        self._stopped = threading.Event()
        self._events: EventStream[Event] | None = None
        self._thread = threading.Thread(target=self._pull, name="asking", daemon=True)
        self._thread.start()

    async def batches(self) -> AsyncIterator[list[Event]]:
        """Yield the events that came since the last time, [] in a silence; raises AnswerFailed."""
        ended = False
        while not ended:
            try:
                arrived = [await asyncio.wait_for(self._arrived.get(), SILENCE_S)]
            except TimeoutError:
                yield []
                continue
            while not self._arrived.empty():
                arrived.append(self._arrived.get_nowait())
            events: list[Event] = []
            failure: AnswerFailed | None = None
            for item in arrived:
                if item is None:
                    ended = True
                    break
                if isinstance(item, AnswerFailed):
                    failure = item
                    break
                events.append(item)
            if events:
                yield events
            if failure is not None:
                raise failure
            if not ended:
                await asyncio.sleep(REDRAW_S)

    def stop(self) -> None:
        """End the stream now and abort the work behind it; safe to call again."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._arrived.put_nowait(None)
        # Closing talks to the engine: not on the event loop, where others' answers stream.
        threading.Thread(target=self._close, name="stop-asking", daemon=True).start()

    def _close(self) -> None:
        if self._events is not None:
            self._events.close()

    def _pull(self) -> None:
        last: AnswerFailed | None = None
        try:
            self._events = self._start()
            while not self._stopped.is_set():
                event = next(self._events, None)
                if event is None:
                    break
                self._put(event)
        except AnswerFailed as failure:
            last = failure
        except Exception as error:  # noqa: BLE001 -- whatever it was, the reader gets words
            if not self._stopped.is_set():
                log.error("a question was not answered: %s", without_words(error))
            last = AnswerFailed(FailureKind.UNKNOWN)
        finally:
            self._close()
            self._put(last)

    def _put(self, item: Event | AnswerFailed | None) -> None:
        # The loop is gone when the server stops while a question is being answered.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, item)
