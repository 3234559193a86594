"""The places at which questions are answered: so many at once, so many more wait."""

import asyncio
from collections.abc import Callable

from app.web.chat.asking import SILENCE_S

_AT_ONCE = 16  # questions that are answered together
_WAITING = 64  # more, which wait
EACH = 4  # of one person that are answered or wait for a place, in all conversations


def usual_places() -> "Places":
    """As many as a server has."""
    return Places(_AT_ONCE, _WAITING, EACH)


class Places:
    """So many questions are answered at once; so many more wait, in order."""

    def __init__(self, at_once: int, waiting: int, each: int) -> None:
        """`each` is the most that one person may have on the way, running or waiting."""
        self._free = asyncio.Semaphore(at_once)
        self._at_once = at_once
        self._most = at_once + waiting
        self._each = each
        self._held: dict[str, int] = {}

    def enter(self, person: str) -> "Place | None":
        """Join the queue; None if it is full, for everybody or for this person."""
        held = self._held.get(person, 0)
        if sum(self._held.values()) >= self._most or held >= self._each:
            return None
        self._held[person] = held + 1
        return Place(self._free, lambda: self._left(person))

    def counts(self) -> tuple[int, int]:
        """How many questions are answered now, and how many wait."""
        held = sum(list(self._held.values()))
        running = min(held, self._at_once)
        return running, held - running

    def full_of(self, person: str) -> bool:
        """Whether this person has as many questions on the way as one may."""
        return self._held.get(person, 0) >= self._each

    def _left(self, person: str) -> None:
        self._held[person] -= 1
        if not self._held[person]:
            del self._held[person]


class Place:
    """One question's place in the queue; whoever entered has to leave."""

    def __init__(self, free: asyncio.Semaphore, left: Callable[[], None]) -> None:
        self._got = asyncio.ensure_future(free.acquire())
        self._free = free
        self._left = left

    async def wait(self, stopped: asyncio.Event) -> bool:
        """Whether it is this question's turn; returns after SILENCE_S or a stop at the latest."""
        stop = asyncio.ensure_future(stopped.wait())
        await asyncio.wait(
            {self._got, stop}, timeout=SILENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        stop.cancel()
        return self._got.done()

    def leave(self) -> None:
        """Give the place back; call it once."""
        if self._got.done():
            self._free.release()
        else:
            self._got.cancel()
        self._left()
