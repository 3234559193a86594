"""The door through which other commands hand work to the process that owns the data folder.

HTTP over a Unix socket that only the folder's user can open; whoever calls has to be that user, or
root, whatever the modes on the disk say. A request is one JSON object; the
reply is a stream of JSON lines, each {"progress": …}, {"event": …}, {"result": …} or
{"error": …}, where the last line is a result or an error.
"""

import asyncio
import contextlib
import json
import queue
import socket as sockets
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as ConnectionScope

from app.data_folder.callers import may_call
from app.data_folder.protection import refuse_foreign
from app.errors import local_words_for
from app.http_server import BoundedProtocol, server_of
from app.workspace.operations import Operation, operation
from app.workspace.workspace import Workspace
from ingest.pipeline import Progress

Line = dict[str, Any]


def control_app(home: Workspace) -> FastAPI:
    """A route for each of `Operations`, which `home` does."""
    app = FastAPI(openapi_url=None)

    @app.post("/{name}")
    async def run(name: str, request: Request) -> Response:
        try:
            asked, body = operation(name), await request.json()
        except (AttributeError, ValueError, RecursionError):
            return JSONResponse({"error": "that cannot be asked here"}, 400)
        if not isinstance(body, dict):
            return JSONResponse({"error": "a request is a JSON object"}, 400)
        return _Told(_lines(home, asked, body))

    return app


class _Told(StreamingResponse):
    """Lines as they come; whoever hangs up ends the work at its next line."""

    def __init__(self, lines: Generator[Line, None, None]) -> None:
        super().__init__(
            (json.dumps(line) + "\n" for line in lines), media_type="application/x-ndjson"
        )
        self._lines = lines

    async def __call__(self, scope: ConnectionScope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._lines.close()  # else it waits for the collector of garbage, and the engine works


@contextlib.contextmanager
def take_work(home: Workspace, socket: Path) -> Iterator[None]:
    """Serve `control_app` on `socket` from a thread until the block ends.

    Raises FolderOpenToOthers where others could enter the folder that it lies in.
    """
    refuse_foreign(socket.parent)
    socket.unlink(missing_ok=True)  # left by a killed owner; ours is the lock now
    server = uvicorn.Server(server_of(control_app(home), _OursAlone, lifespan="off"))
    # Signals belong to the web server in the main thread.
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    with sockets.socket(sockets.AF_UNIX) as listener:  # one of uvicorn's would be for everybody
        listener.bind(str(socket))
        socket.chmod(0o600)  # nobody is let in before it listens
        thread = threading.Thread(
            target=server.run, args=([listener],), name="control", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(timeout=5)
            socket.unlink(missing_ok=True)


class _OursAlone(BoundedProtocol):
    """Hangs up on other users of this machine before it reads a byte."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if not transport.is_closing() and not may_call(transport.get_extra_info("socket")):
            self.logger.warning("Another user of this machine called on the control socket.")
            transport.abort()


def _lines(home: Workspace, asked: Operation, body: Line) -> Generator[Line, None, None]:
    try:
        work = partial(getattr(home, asked.name), **asked.arguments(body))
        found = (yield from _with_progress(work)) if asked.reports_progress else work()
        if asked.events:
            with contextlib.closing(found):  # also when nobody listens any more
                for event in found:
                    kind = type(event).__name__
                    told = asked.events[kind].dump_python(event, mode="json")
                    yield {"event": {"kind": kind, **told}}
            found = None
        yield {"result": asked.result.dump_python(found, mode="json")}
    except Exception as error:
        words = local_words_for(error)
        yield {
            "error": words or f"the command failed in the serving process: {error!r}",
            "kind": type(error).__name__,
            "seconds": getattr(error, "seconds", None),
        }
        if words is None:
            raise


def _with_progress(work: Callable[..., Any]) -> Generator[Line, None, Any]:
    """Work in a thread, so that its progress can be told while it runs; returns its result.

    The work goes on to its end when nobody listens any more.
    """
    told: queue.SimpleQueue[Progress | None] = queue.SimpleQueue()
    pool = ThreadPoolExecutor(1)
    running = pool.submit(work, progress=told.put)
    running.add_done_callback(lambda _: told.put(None))
    pool.shutdown(wait=False)
    while (now := told.get()) is not None:
        yield {"progress": asdict(now)}
    return running.result()
