"""The web chat's server: FastAPI owns the headers and routes, Gradio is mounted in it."""

import asyncio
import os
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, JSONResponse
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from app.http_server import raise_open_files, server_of
from app.people.access import only_audits
from app.people.conversations.store import Conversations
from app.privacy import SWITCHES
from app.web.assets import Assets
from app.web.auth.csrf import Csrf
from app.web.auth.joins import TABS_OF_ALL, Joins
from app.web.auth.proxies import Network, Proxies
from app.web.auth.refused_requests import Record, RefusedRequests
from app.web.auth.security import App, Door, Gate, Headers, Scope, error_body
from app.web.chat.backend import ChatBackend
from app.web.chat.places import EACH, Places
from app.web.chat.shell import Shell
from app.web.chat.tabs import Tabs
from app.web.faults import Faults
from app.web.preferences import Preferred, preference_routes

_HERE = Path(__file__).parent
# Whatever of these kinds lies beside this file is ours to show, also before the sign-in.
_MEDIA = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
# Gradio reads these when it is imported, or when a page is made.
_SWITCHES = {**SWITCHES, "GRADIO_SSR_MODE": "False", "GRADIO_MCP_SERVER": "False"}
_UNWANTED = (
    "GRADIO_SHARE_SERVER_ADDRESS",
    "GRADIO_ALLOWED_PATHS",  # would serve files of this machine
    "GRADIO_HISTORY_BUCKET",  # would store runs at a cloud service
    "GRADIO_ROOT_PATH",
    "GRADIO_VIBE_MODE",
)


@dataclass(frozen=True, slots=True)
class PageGroup:
    """Routes of one kind, and the longest request body that they take."""

    router: APIRouter
    body_bytes: int = 2**20


@dataclass(frozen=True, slots=True)
class Outside:
    """How others reach the web chat: names, proxies in front and what those tell, their https."""

    hosts: tuple[str, ...] = ()
    proxies: tuple[Network, ...] = ()
    told: tuple[str, ...] = ()  # headers in which a proxy names the person
    behind_tls: bool = False


def create_app(
    backend: ChatBackend,
    conversations: Conversations,
    *,
    sign_in: Callable[[App], App],
    pages: Sequence[PageGroup] = (),
    refused: Record = lambda person, about: None,
    outside: Outside = Outside(),
    questions_at_once: int = 16,
    waiting: int = 64,
    body_bytes: int = 2**20,
    places: Places | None = None,
    lifespan: Callable[[], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Return the web application over `backend`, which keeps `conversations`.

    It answers under loopback names and those of `outside`. `sign_in` wraps the application and
    tells it whose each request is. `pages` are the routes beside the chat; what is not among them
    does not exist. `refused` puts on record what a signed-in person was refused.

    `questions_at_once` are answered together and `waiting` more may queue, unless `places` says it
    and others wait there, too; a request body holds `body_bytes` at most. `lifespan` is open while
    requests are served.
    """
    quiet_gradio()
    import gradio as gr

    from app.web.chat.answers import Answers
    from app.web.chat.first_sight import FirstSight
    from app.web.chat.page import account_of, build_page, words
    from app.web.chat.routes_conversations import conversation_routes
    from app.web.chat.theme import strongroom_theme

    @asynccontextmanager
    async def served(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if lifespan is not None:
                await stack.enter_async_context(lifespan())
            yield

    app = FastAPI(
        title="Strongroom", docs_url=None, redoc_url=None, openapi_url=None, lifespan=served
    )

    @app.get("/health")
    def health() -> JSONResponse:
        return JSONResponse({"status": "ok", "engine": backend.readiness().status})

    own_files = sorted(path for path in _HERE.iterdir() if path.suffix in _MEDIA)
    for path in own_files:
        app.get(f"/strongroom/{path.name}")(_own_file(path))

    uploads = [group for group in pages if any(map(_takes_files, group.router.routes))]
    answers = Answers(
        backend,
        conversations,
        places or Places(questions_at_once, waiting, EACH),
        lambda person: bool(uploads) and not only_audits(person),
    )
    upload_mib = max((group.body_bytes >> 20 for group in uploads), default=0)
    routes = conversation_routes(backend, conversations, answers)
    pages = (*pages, PageGroup(routes, 128 * 2**10), PageGroup(preference_routes(), 2**13))
    for group in pages:
        app.include_router(group.router)
    # The gate lets known paths through alone: what is left has the wrong method.
    app.mount("/v1", JSONResponse(error_body("this path takes another method", 405), 405))

    links = {
        route.path
        for group in pages
        for route in group.router.routes
        if isinstance(route, APIRoute)
    }
    page = build_page(
        backend,
        conversations,
        answers,
        at_once=questions_at_once + waiting,
        links=links,
        upload_mib=upload_mib,
    )
    sight = FirstSight(backend, conversations, answers)

    async def first(scope: Scope) -> str:
        account = await asyncio.to_thread(account_of, backend, scope, links, upload_mib)
        return await sight.html(scope, account)

    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name="127.0.0.1",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=0,  # nothing is uploaded through this page
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        i18n=words(),
        theme=strongroom_theme(),
    )
    own = ("/health", *(f"/strongroom/{path.name}" for path in own_files))
    doors = [Door(re.compile(re.escape(path)), 0) for path in own]
    doors += [Door(path, group.body_bytes) for group in pages for path in _paths(group.router)]
    # The last one added is the first that a request meets.
    app.add_middleware(Shell, first=first)
    app.add_middleware(Tabs)
    app.add_middleware(Csrf, exempt=lambda path: path.startswith("/gradio_api/"))
    page._queue.pending_messages_per_session.max_size = TABS_OF_ALL  # there is no setting for it
    app.add_middleware(Joins, functions=page.fns)
    app.add_middleware(RefusedRequests, record=refused)
    app.add_middleware(sign_in)
    app.add_middleware(Preferred)
    app.add_middleware(Faults)
    app.add_middleware(Gate, doors=doors, body_bytes=body_bytes, hosts=outside.hosts)
    app.add_middleware(
        Proxies, trusted=outside.proxies, told=outside.told, https=outside.behind_tls
    )
    app.add_middleware(Headers)
    app.add_middleware(Assets)
    return app


def run_web(
    app: FastAPI,
    *,
    host: str,
    port: int,
    listeners: Sequence[socket.socket] | None = None,
    tls: tuple[str, str] | None = None,
    ready: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Serve `app` until interrupted, or until `stop` is set.

    `listeners` are bound to that address already, for a process that has left its network since.
    `tls` names the files of a certificate and its key. `ready` gets the page's address once it
    answers. Exits with uvicorn's words if the port is taken.
    """
    raise_open_files()
    config = server_of(
        app,
        host=host,
        port=port,
        proxy_headers=False,  # whom to believe is ours to decide
        log_config=None,  # its log goes where ours goes
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
        timeout_graceful_shutdown=3,  # streams of open tabs would keep it waiting for ever
    )
    _Server(config, ready, stop).run(list(listeners) if listeners else None)


class _Server(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[str], None] | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready is not None:
            port = self.servers[0].sockets[0].getsockname()[1]
            host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
            self._ready(f"{'https' if self.config.is_ssl else 'http'}://{host}:{port}/")

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or (self._stop is not None and self._stop.is_set())


def quiet_gradio() -> None:
    """Set the environment so that Gradio, imported after this, keeps to itself."""
    os.environ.update(_SWITCHES)
    for name in _UNWANTED:
        os.environ.pop(name, None)


def _takes_files(route: BaseRoute) -> bool:
    return getattr(route, "path", "") == "/documents/uploads"


def _paths(router: APIRouter) -> list[re.Pattern[str]]:
    return [route.path_regex for route in router.routes if isinstance(route, Route)]


def _own_file(path: Path) -> Callable[[], FileResponse]:
    def own_file() -> FileResponse:
        return FileResponse(path, media_type=_MEDIA[path.suffix])

    return own_file
