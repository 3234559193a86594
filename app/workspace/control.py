"""The door through which other commands hand work to the process that owns the data folder.

HTTP over a Unix socket that only the folder's user can open. A request is one JSON object; the
reply is a stream of JSON lines, each {"progress": …}, {"event": …}, {"result": …} or
{"error": …}, where the last line is a result or an error.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as ConnectionScope

from app.answering.ask import Ask
from app.answering.stream import EventStream
from app.errors import words_for
from app.workspace.workspace import Workspace
from ingest.pipeline import Progress
from vectorstore.scope import Scope

Body = dict[str, Any]
Lines = Iterator[dict[str, Any]]


def control_app(home: Workspace) -> FastAPI:
    """The routes; each does one operation of `home`."""
    app = FastAPI(openapi_url=None)
    operations: dict[str, Callable[[Workspace, Body], Lines]] = {
        "ingest": _ingest,
        "documents": lambda home, body: _result([asdict(d) for d in home.documents(**body)]),
        "remove": lambda home, body: _result([asdict(r) for r in home.remove(**body)]),
        "apply_retention": lambda home, _: _result([asdict(r) for r in home.apply_retention()]),
        "search": lambda home, body: _result(asdict(home.search(_ask(body), k=body["k"]))),
        "ask": lambda home, body: _events(home.ask(_ask(body))),
        "place": lambda home, body: _result(home.place(_ask(body))),
        "too_long": lambda home, body: _result(home.too_long(**body)),
        "identity": lambda home, _: _result(asdict(home.identity())),
        "record_batch": _record_batch,
        "summarise": lambda home, body: _events(
            home.summarise(body["document"], scope=_scope(body))
        ),
        "recreate": _recreate,
        "engine": lambda home, _: _result(asdict(home.chat.state())),
    }

    @app.post("/{operation}")
    async def run(operation: str, request: Request) -> StreamingResponse:
        body = await request.json()
        lines = _guarded(operations[operation], home, body)
        return _Told(lines)

    return app


class _Told(StreamingResponse):
    """Lines as they come; whoever hangs up ends the work at its next line."""

    def __init__(self, lines: Generator[dict[str, Any], None, None]) -> None:
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
    """Serve `control_app` on `socket` from a thread until the block ends."""
    socket.unlink(missing_ok=True)  # left by a killed owner; ours is the lock now
    server = uvicorn.Server(
        uvicorn.Config(control_app(home), uds=str(socket), log_level="warning", lifespan="off")
    )
    # Signals belong to the web server in the main thread.
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.run, name="control", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        socket.unlink(missing_ok=True)


def _guarded(
    operation: Callable[[Workspace, Body], Lines], home: Workspace, body: Body
) -> Generator[dict[str, Any], None, None]:
    try:
        yield from operation(home, body)
    except Exception as error:
        words = words_for(error)
        yield {
            "error": words or f"the command failed in the serving process: {error!r}",
            "kind": type(error).__name__,
            "seconds": getattr(error, "seconds", None),
        }
        if words is None:
            raise


def _ask(body: Body) -> Ask:
    return Ask(
        body["question"],
        _scope(body),
        instruction=body.get("instruction", ""),
        reproducible=body.get("reproducible", False),
    )


def _scope(body: Body) -> Scope:
    return Scope.of(body.get("spaces"), body.get("documents"))


def _result(value: object) -> Lines:
    yield {"result": value}


def _record_batch(home: Workspace, body: Body) -> Lines:
    home.record_batch(**body)
    return _result(None)


def _recreate(home: Workspace, body: Body) -> Lines:
    key = body.get("private_key")
    made = home.recreate(body["answer_id"], private_key=Path(key) if key else None)
    return _result(asdict(made))


def _ingest(home: Workspace, body: Body) -> Lines:
    """Run the ingestion in a thread, so that its progress can be told while it runs."""
    import queue

    told: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def progress(now: Progress) -> None:
        told.put({"progress": asdict(now)})

    def work() -> None:
        try:
            paths = [Path(path) for path in body.pop("paths")]
            told.put({"result": asdict(home.ingest(paths, progress=progress, **body))})
        except Exception as error:  # noqa: BLE001 -- the one who asked waits for the words
            told.put({"error": words_for(error) or f"ingestion failed: {error!r}"})
        finally:
            told.put(None)

    threading.Thread(target=work, name="ingest").start()
    while (line := told.get()) is not None:
        yield line


def _events(stream: EventStream[Any]) -> Lines:
    """Tell a stream's events, and close it when nobody listens any more."""
    with contextlib.closing(stream):
        for event in stream:
            yield {"event": {"kind": type(event).__name__, **asdict(event)}}
    yield {"result": None}
