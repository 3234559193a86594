"""How much one person may ask at once and in a minute, so that nobody's zeal is another's wait."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person may ask; everybody has the same."""

    at_once: int = 2
    a_minute: int = 20


class TooMuch(Exception):
    """A person asks too much; after `seconds` they may go on, or (None) when an answer is done."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__("too many questions of one person")
        self.seconds = seconds


class Allowance:
    """Counts what each person asks. Nothing of it is kept beyond a minute."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[str, int] = {}
        self._begun: dict[str, deque[float]] = {}

    def take(self, person_id: str) -> Callable[[], None]:
        """Begin a question; what is returned ends it, and may be called again. Raises TooMuch."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            if self._running.get(person_id, 0) >= self._limits.at_once:
                raise TooMuch(None)
            begun = self._begun.setdefault(person_id, deque())
            if len(begun) >= self._limits.a_minute:
                raise TooMuch(begun[0] + _MINUTE_S - now)
            begun.append(now)
            self._running[person_id] = self._running.get(person_id, 0) + 1
        ended = threading.Event()

        def end() -> None:
            with self._lock:
                if ended.is_set():
                    return
                ended.set()
                self._running[person_id] -= 1
                if not self._running[person_id]:
                    del self._running[person_id]

        return end

    def _forget(self, now: float) -> None:
        for person_id, begun in list(self._begun.items()):
            while begun and now - begun[0] >= _MINUTE_S:
                begun.popleft()
            if not begun:
                del self._begun[person_id]
