"""One open tab's conversation, and the places at which questions are answered."""

import asyncio
import secrets
from collections.abc import Callable

from app.people.conversations.turns import Selection
from app.web.chat.asking import SILENCE_S, Asking


class TabConversation:
    """What a tab is showing; its turns are in the store. Only the event loop touches it."""

    def __init__(self, conversation: str = "", *, saved: bool = False) -> None:
        self.conversation = conversation or secrets.token_urlsafe(16)
        self.saved = saved  # the store has it; until then it is only a name
        self.busy = False
        self.selection = Selection()  # where its next question searches
        self.left = False  # its reader has gone on to another one; nothing more of it is shown
        self._asking: Asking | None = None
        self._stopped = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        self.busy = True
        self._stopped = asyncio.Event()
        self._idle.clear()

    def run(self, asking: Asking) -> None:
        """The question has its place and is on its way."""
        self._asking = asking
        if self._stopped.is_set():
            asking.stop()

    def end(self) -> None:
        self.busy = False
        self._asking = None
        self._idle.set()

    def stop(self) -> None:
        self._stopped.set()
        if self._asking is not None:
            self._asking.stop()

    async def stopped(self) -> None:
        """Wait until the reader wants no more of this question."""
        await self._stopped.wait()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    async def leave(self) -> None:
        """Stop, and wait until the page has been told the last of it."""
        self.left = True
        self.stop()
        await self._idle.wait()


class Places:
    """So many questions are answered at once; so many more wait, in order."""

    def __init__(self, at_once: int, waiting: int, each: int) -> None:
        """`each` is the most that one person may have on the way, running or waiting."""
        self._free = asyncio.Semaphore(at_once)
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

    async def wait(self, talk: TabConversation) -> bool:
        """Whether it is this question's turn; returns after SILENCE_S or a stop at the latest."""
        stopped = asyncio.ensure_future(talk.stopped())
        await asyncio.wait(
            {self._got, stopped}, timeout=SILENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        stopped.cancel()
        return self._got.done()

    def leave(self) -> None:
        """Give the place back; call it once."""
        if self._got.done():
            self._free.release()
        else:
            self._got.cancel()
        self._left()
