"""The same operations, done by the process that owns the data folder."""

import contextlib
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from pydantic import TypeAdapter

from app.answering.ask import Ask
from app.answering.events import Event, Finished, Reading, Searching, Writing
from app.answering.filters.screen import QuestionRefused
from app.answering.stream import EventStream, GeneratedStream
from app.answering.summarising.summary import Joining, ReadingPart, Summarised, SummaryEvent
from app.answering.window import QuestionTooLong
from app.batch.port import Identity
from app.engine.client import EngineBusy, EngineDown, EngineError
from app.governance.audit.deletion_receipt import Removal
from app.governance.audit.replay import Recreation
from ingest.pipeline import IngestReport, Progress
from vectorstore.faults import UnknownName
from vectorstore.records import DocumentRecord, SearchResult
from vectorstore.scope import EVERYTHING, Scope


class RemoteFailure(Exception):
    """The owner could not do it; the message is its own."""


class RemoteWorkspace:
    """Client of `app.workspace.control`."""

    def __init__(self, socket: Path) -> None:
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)),
            base_url="http://owner",
            timeout=httpx.Timeout(10, read=None),  # an ingestion may take hours
            trust_env=False,
        )

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        space: str,
        prune: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> IngestReport:
        body = {"paths": [str(path.resolve()) for path in paths], "space": space, "prune": prune}
        for line in self._lines("ingest", body):
            if progress and "progress" in line:
                progress(Progress(**line["progress"]))
            if "result" in line:
                return TypeAdapter(IngestReport).validate_python(line["result"])
        raise RemoteFailure("the serving process ended during the ingestion; run it again")

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        return TypeAdapter(list[DocumentRecord]).validate_python(
            self._call("documents", {"spaces": spaces})
        )

    def remove(self, names: Sequence[str], *, space: str) -> list[Removal]:
        return TypeAdapter(list[Removal]).validate_python(
            self._call("remove", {"names": list(names), "space": space})
        )

    def apply_retention(self) -> list[Removal]:
        return TypeAdapter(list[Removal]).validate_python(self._call("apply_retention", {}))

    def search(self, ask: Ask, *, k: int) -> SearchResult:
        body = {"question": ask.question, "k": k, **_where(ask)}
        return TypeAdapter(SearchResult).validate_python(self._call("search", body))

    def ask(self, ask: Ask) -> EventStream[Event]:
        body = {
            "question": ask.question,
            **_where(ask),
            "instruction": ask.instruction,
            "reproducible": ask.reproducible,
        }
        return self._events("ask", body, (Searching, Reading, Writing, Finished))

    def place(self, ask: Ask) -> str:
        return str(self._call("place", {"question": ask.question, **_where(ask)}))

    def too_long(self, questions: Sequence[str]) -> list[str]:
        return [str(words) for words in self._call("too_long", {"questions": list(questions)})]

    def identity(self) -> Identity:
        return TypeAdapter(Identity).validate_python(self._call("identity", {}))

    def record_batch(self, about: Mapping[str, Any]) -> None:
        self._call("record_batch", {"about": dict(about)})

    def summarise(
        self, document: str, *, scope: Scope = EVERYTHING, person: str = ""
    ) -> EventStream[SummaryEvent]:
        _refuse_others(person)
        body = {"document": document, "spaces": scope.spaces}
        return self._events("summarise", body, (ReadingPart, Joining, Writing, Summarised))

    def recreate(self, answer_id: str, *, private_key: Path | None = None) -> Recreation:
        body = {
            "answer_id": answer_id,
            "private_key": str(private_key.resolve()) if private_key else None,
        }
        return TypeAdapter(Recreation).validate_python(self._call("recreate", body))

    def close(self) -> None:
        self._http.close()

    def _call(self, operation: str, body: dict[str, Any]) -> Any:
        for line in self._lines(operation, body):
            if "result" in line:
                return line["result"]
        raise RemoteFailure("the serving process ended before it answered; try again")

    def _events(
        self, operation: str, body: dict[str, Any], kinds: Sequence[type[Any]]
    ) -> EventStream[Any]:
        """The events that the owner tells; it is asked when the first one is waited for."""
        named: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in kinds}

        def events() -> Generator[Any, None, None]:
            with contextlib.closing(self._lines(operation, body)) as lines:
                for line in lines:
                    if "event" in line:
                        yield named[line["event"].pop("kind")].validate_python(line["event"])

        return GeneratedStream(events())

    def _lines(self, operation: str, body: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
        try:
            with self._http.stream("POST", f"/{operation}", json=body) as response:
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


def _where(ask: Ask) -> dict[str, Any]:
    """A question's scope as the owner reads it.

    Raises ValueError for what the socket does not carry: a conversation, and other people.
    """
    if ask.history:
        raise ValueError("the process that serves this data folder is told no earlier answers")
    _refuse_others(ask.person)
    return {"spaces": ask.scope.spaces, "documents": ask.scope.documents}


def _refuse_others(person: str) -> None:
    if person:
        raise ValueError("the process that serves this data folder answers its own user alone")


def _failure(line: dict[str, Any]) -> Exception:
    """What the owner raised, where the one who asked can do something about it."""
    words, kind = line["error"], line.get("kind")
    if kind == EngineBusy.__name__:
        return EngineBusy(line["seconds"])
    for known in (EngineDown, EngineError, QuestionRefused, QuestionTooLong, UnknownName):
        if kind == known.__name__:
            return known(words)
    return RemoteFailure(words)
