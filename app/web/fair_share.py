"""Slow work of requests, in threads of its own: people take turns, and who hangs up waits no more.

The pages share one pool of threads. Work that takes seconds, because of a hostile file or a host
that does not answer, must not be waited for in there, or everybody else waits too.
"""

import asyncio
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from fastapi import HTTPException, Request

_T = TypeVar("_T")
_CLIENT_CLOSED = 499  # as other servers call it; nobody reads the answer


class TooMuchAtOnce(Exception):
    """Somebody has as much waiting as one person may have; it carries no words."""


class ClientGone(HTTPException):
    """Whoever asked has hung up."""

    def __init__(self) -> None:
        super().__init__(_CLIENT_CLOSED)


class FairShare:
    """Does one kind of work, `at_once` pieces of it, and of one person `of_each`.

    For one event loop. Whose turn it is goes round by person, whatever each of them has waiting.
    """

    def __init__(
        self, name: str, *, at_once: int = 2, of_each: int = 1, waiting_each: int = 8
    ) -> None:
        """`waiting_each` pieces of one person may wait or be done. `name`: of the threads."""
        self._at_once = at_once
        self._of_each = of_each
        self._waiting_each = waiting_each
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix=name)
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._running: Counter[str] = Counter()

    async def do(
        self, request: Request, whose: str, work: Callable[[Callable[[], bool]], _T]
    ) -> _T:
        """What `work` returns, when it is its turn. `whose`: a person's id, or an address.

        `work` runs in a thread and gets a function that says whether anyone still waits for it.
        Raises TooMuchAtOnce, ClientGone, and what `work` raises. The request's body must have been
        read.
        """
        if len(self._waiting.get(whose, ())) + self._running[whose] >= self._waiting_each:
            raise TooMuchAtOnce
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.setdefault(whose, deque()).append(turn)
        self._give_turns()
        gone = threading.Event()
        hung_up = asyncio.ensure_future(_hung_up(request))
        try:
            await _first(turn, hung_up)
            if not turn.done():
                raise ClientGone
            doing = loop.run_in_executor(self._threads, work, gone.is_set)
            await _first(doing, hung_up)
            if not doing.done():
                gone.set()
            return await doing
        finally:
            gone.set()
            hung_up.cancel()
            self._leave(whose, turn)

    def _give_turns(self) -> None:
        while self._running.total() < self._at_once:
            whose = next((one for one in self._waiting if self._running[one] < self._of_each), None)
            if whose is None:
                return
            turns = self._waiting.pop(whose)
            turns.popleft().set_result(None)
            self._running[whose] += 1
            if turns:
                self._waiting[whose] = turns  # behind everybody else

    def _leave(self, whose: str, turn: "asyncio.Future[None]") -> None:
        if turn.done() and not turn.cancelled():
            self._running[whose] -= 1
            if not self._running[whose]:
                del self._running[whose]
        else:
            turns = self._waiting.get(whose, deque())
            if turn in turns:
                turns.remove(turn)
            if not turns:
                self._waiting.pop(whose, None)
        self._give_turns()


async def _first(*futures: "asyncio.Future[Any]") -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


async def _hung_up(request: Request) -> None:
    """Returns when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
