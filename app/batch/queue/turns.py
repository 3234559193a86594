"""Whose questionnaire is answered next: people take turns."""

import threading
from collections import OrderedDict, deque


class Turns:
    """Waiting runs, by person; safe to use from many threads."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[str]] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False

    def add(self, person: str, run: str, *, goes_on: bool = False) -> None:
        """Put a run behind the person's others, or before them when it only gave way.

        Who gave way is behind everybody else.
        """
        with self._changed:
            runs = self._waiting.setdefault(person, deque())
            if run not in runs:
                (runs.appendleft if goes_on else runs.append)(run)
            if goes_on:
                self._waiting.move_to_end(person)
            self._changed.notify()

    def drop(self, person: str, run: str) -> None:
        """It does not wait any more."""
        with self._changed:
            runs = self._waiting.get(person, deque())
            if run in runs:
                runs.remove(run)
            if not runs:
                self._waiting.pop(person, None)

    def others_wait(self, person: str) -> bool:
        """Whether anybody else would have a turn now."""
        with self._changed:
            return any(other != person for other in self._waiting)

    def next(self) -> str | None:
        """The run whose turn it is, once there is one; None when all is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            person, runs = self._waiting.popitem(last=False)
            run = runs.popleft()
            if runs:
                self._waiting[person] = runs  # behind everybody else
            return run

    def close(self) -> None:
        """Nobody has a turn any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
