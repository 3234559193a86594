"""Puts on record which requests of signed-in people were refused: somebody may be trying doors."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from app.errors import without_words
from app.web.auth.security import App, Message, Receive, Scope, Send
from app.web.auth.signed_in import person_or_none

log = logging.getLogger(__name__)

# Puts it on record: a person's id, and what was refused.
Record = Callable[[str, Mapping[str, Any]], object]

_REFUSALS = frozenset({403, 404})
_AGAIN_S = 600.0  # the same refusal is one record for so long
_MOST = 30  # records of one person in that time; the last one says that there may be more
_LONGEST = 200  # characters of what was asked for
_NAMED = ("space", "name", "person", "group", "run")  # what a query may ask for


class RefusedRequests:
    """Records 403 and 404 answers to people who are signed in. Stands behind the sign-in.

    A browser asks for odd things by itself, and an attacker may ask for millions: the same is
    recorded once in ten minutes, and of one person thirty.
    """

    def __init__(self, app: App, *, record: Record) -> None:
        self._app = app
        self._record = record
        self._seen: OrderedDict[tuple[str, str, str, str], float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        person = person_or_none(scope) if scope["type"] == "http" else None
        if person is None:
            await self._app(scope, receive, send)
            return
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(scope, receive, noted)
        if status in _REFUSALS:
            await self._note(person.id, scope, status)

    async def _note(self, person: str, scope: Scope, status: int) -> None:
        method, path = scope["method"], scope["path"][:_LONGEST]
        query = parse_qs(scope["query_string"].decode("latin-1"), errors="replace")
        asked = {key: query[key][0][:_LONGEST] for key in _NAMED if key in query}
        more = self._is_new((person, method, path, str(asked)))
        if more is None:
            return
        about: dict[str, Any] = {"method": method, "path": path, "status": status, **asked}
        if more:
            about["further"] = "not recorded for ten minutes"
        try:
            await asyncio.to_thread(self._record, person, about)
        except Exception as error:  # noqa: BLE001 -- it was refused all the same
            log.error("a refused request is not on record: %s", without_words(error))

    def _is_new(self, refusal: tuple[str, str, str, str]) -> bool | None:
        """Whether it is the last one of this person to be recorded for now; None if it is none."""
        now = time.monotonic()
        while self._seen and next(iter(self._seen.values())) < now - _AGAIN_S:
            self._seen.popitem(last=False)
        if refusal in self._seen:
            return None
        count = sum(one[0] == refusal[0] for one in self._seen)
        if count >= _MOST:
            return None
        self._seen[refusal] = now
        return count == _MOST - 1
