"""The same operations, done by the process that owns the data folder."""

import contextlib
import functools
import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import httpx

from app.answering.filters.screen import QuestionRefused
from app.answering.stream import GeneratedStream
from app.answering.window import QuestionTooLong
from app.data_folder.protection import refuse_foreign
from app.engine.client import EngineBusy, EngineDown, EngineError
from app.workspace.operations import Operation, operation
from ingest.pipeline import Progress
from vectorstore.faults import UnknownName


class RemoteFailure(Exception):
    """The owner could not do it; the message is its own."""


class RemoteWorkspace:
    """Client of `app.workspace.control`; has the methods of `Operations`."""

    def __init__(self, socket: Path) -> None:
        """Raises FolderOpenToOthers where another user could be the one who answers."""
        if socket.parent.exists():
            refuse_foreign(socket.parent)
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)),
            base_url="http://owner",
            timeout=httpx.Timeout(10, read=None),  # an ingestion may take hours
            trust_env=False,
        )

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return functools.partial(self._ask_owner, operation(name))

    def close(self) -> None:
        self._http.close()

    def _ask_owner(self, asked: Operation, *args: Any, **kwargs: Any) -> Any:
        progress = kwargs.get("progress") or (lambda _: None)
        body = asked.body(*args, **kwargs)
        if asked.events:
            return GeneratedStream(self._events(asked, body))
        for line in self._lines(asked.name, body):
            if "progress" in line:
                progress(Progress(**line["progress"]))
            if "result" in line:
                return asked.result.validate_python(line["result"])
        raise RemoteFailure("the serving process ended before it answered; try again")

    def _events(self, asked: Operation, body: dict[str, Any]) -> Generator[Any, None, None]:
        """The events that the owner tells; it is asked when the first one is waited for."""
        with contextlib.closing(self._lines(asked.name, body)) as lines:
            for line in lines:
                if "event" in line:
                    kind = line["event"].pop("kind")
                    yield asked.events[kind].validate_python(line["event"])

    def _lines(self, name: str, body: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
        try:
            with self._http.stream("POST", f"/{name}", json=body) as response:
                response.raise_for_status()
                for text in response.iter_lines():
                    line = json.loads(text)
                    if "error" in line:
                        raise _failure(line)
                    yield line
        except httpx.HTTPError as error:
            raise RemoteFailure(
                f"the process that serves this data folder does not answer ({error}); "
                "stop it and try again"
            ) from error


def _failure(line: dict[str, Any]) -> Exception:
    """What the owner raised, where the one who asked can do something about it."""
    words, kind = line["error"], line.get("kind")
    if kind == EngineBusy.__name__:
        return EngineBusy(line["seconds"])
    for known in (EngineDown, EngineError, QuestionRefused, QuestionTooLong, UnknownName):
        if kind == known.__name__:
            return known(words)
    return RemoteFailure(words)
