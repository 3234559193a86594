"""MCP over streamable HTTP, at one path of the web server, for whoever comes with a key."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.routing import Route

from app.answering.ask import Ask
from app.answering.events import Answer
from app.people.keys import Holder, May
from app.people.sources.links import source_link
from app.web.api.asking import answered
from app.web.api.mcp_server import mcp_server
from app.web.api.routes_answers import AnswerDesk
from app.web.auth.security import Receive, Send
from app.web.auth.security import Scope as Request
from app.web.auth.signed_in import holder_of
from vectorstore.records import DocumentRecord, Hit
from vectorstore.scope import Scope

PATH = "/mcp"
_BODY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _HeldLibrary:
    """Implements `app.web.api.mcp_server.Library` for whoever comes with a key."""

    holder: Holder
    desk: AnswerDesk
    base: str

    def opens(self, may: May) -> bool:
        return self.holder.opens(may)

    async def documents(self) -> Sequence[DocumentRecord]:
        workspace = self.desk.workspace_of(self.holder.person)
        return await asyncio.to_thread(workspace.documents)

    async def search(self, question: str, scope: Scope, k: int) -> Sequence[Hit]:
        workspace, ask = self.desk.workspace_of(self.holder.person), Ask(question, scope)
        end = self.desk.searches.take(self.holder.person.id)
        try:
            return (await asyncio.to_thread(workspace.search, ask, k)).hits
        finally:
            end()

    async def ask(self, question: str, scope: Scope) -> Answer:
        ask, person = Ask(question, scope), self.holder.person
        return await answered(ask, person, self.desk.ask, self.desk.places)

    async def read(self, space: str, name: str) -> Sequence[Hit]:
        workspace = self.desk.workspace_of(self.holder.person)
        return await asyncio.to_thread(workspace.read, space, name)

    def link(self, hit: Any) -> str:
        return self.base + source_link(hit)


class McpDoor:
    """The route, and what has to run while it is served."""

    def __init__(self, desk: AnswerDesk) -> None:
        def library_of(context: Any) -> _HeldLibrary:
            scope = context.request.scope
            holder = holder_of(scope)
            assert holder is not None  # the door of keys stands before it
            base = f"{scope['scheme']}://{context.request.headers['host']}"
            return _HeldLibrary(holder, desk, base)

        # Each request stands alone: nothing of one key is kept for another one to find.
        self._manager = StreamableHTTPSessionManager(
            mcp_server(library_of), stateless=True, max_request_body_size=_BODY_BYTES
        )

    def router(self) -> APIRouter:
        """The one route."""
        router = APIRouter()
        router.routes.append(Route(PATH, _Endpoint(self._manager)))
        return router

    @property
    def lifespan(self) -> Callable[[], AbstractAsyncContextManager[None]]:
        """What has to be open while requests are served."""
        return self._manager.run


class _Endpoint:
    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager

    async def __call__(self, scope: Request, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)
