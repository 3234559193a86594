"""How often one person may begin something on the chat page, and in how many tabs.

Gradio keeps what it tells each tab in one list for all people together, and forgets the oldest: who
opens thousands of tabs ends the answers of everybody else.
"""

import json
import time
from collections import OrderedDict, deque
from collections.abc import Container
from typing import Any

from app.web.auth.bodies import handing_on, read_body
from app.web.auth.security import App, Receive, Scope, Send, answer_refusal, refusal_texts
from app.web.auth.signed_in import person_or_none

JOIN = "/gradio_api/queue/join"
_MINUTE_S = 60.0
_A_MINUTE = 240  # begun by one person: a page begins several things when it is opened
_TABS = 200  # of one person, that anything was begun in within an hour; a reload is a new one
_TAB_S = 3600.0
TABS_OF_ALL = 20_000  # that Gradio is to remember


class Joins:
    """Refuses with 429 what is beyond that, and with 404 what the page has no function for.

    Stands behind the sign-in.
    """

    def __init__(self, app: App, functions: Container[int]) -> None:
        """`functions` are the numbers of what the page can begin; Gradio itself fails at others."""
        self._app = app
        self._functions = functions
        self._begun: dict[str, deque[float]] = {}
        self._tabs: dict[str, OrderedDict[str, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        person = person_or_none(scope) if scope["type"] == "http" else None
        if person is None or scope["path"] != JOIN:
            await self._app(scope, receive, send)
            return
        body = await read_body(receive)
        if body is None:
            return  # the gate has hung up on it
        if self._is_unknown(_said(body)):
            await answer_refusal(scope, send, 404, refusal_texts(scope).not_found)
            return
        if not self._may_begin(person.id, _tab_in(body)):
            await answer_refusal(scope, send, 429, refusal_texts(scope).too_often)
            return
        await self._app(scope, handing_on(body, receive), send)

    def _is_unknown(self, said: dict[str, Any]) -> bool:
        """Whether a tab asks for what the page does not have; what is no tab's, others refuse."""
        number = said.get("fn_index")
        known = type(number) is int and number in self._functions
        return isinstance(said.get("session_hash"), str) and not known

    def _may_begin(self, person: str, tab: str) -> bool:
        now = time.monotonic()
        begun = self._begun.setdefault(person, deque())
        while begun and begun[0] < now - _MINUTE_S:
            begun.popleft()
        tabs = self._tabs.setdefault(person, OrderedDict())
        while tabs and next(iter(tabs.values())) < now - _TAB_S:
            tabs.popitem(last=False)
        if len(begun) >= _A_MINUTE or (tab not in tabs and len(tabs) >= _TABS):
            return False
        begun.append(now)
        tabs[tab] = now
        tabs.move_to_end(tab)
        return True


def _said(body: bytes) -> dict[str, Any]:
    """The fields of a request; none for what is no object."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _tab_in(body: bytes) -> str:
    """The name that a tab has for Gradio; "" for what Gradio itself refuses."""
    tab = _said(body).get("session_hash")
    return tab[:200] if isinstance(tab, str) else ""
