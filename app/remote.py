"""The same operations, done by the process that owns the data folder."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from pydantic import TypeAdapter

from app.audit.replay import Recreation
from app.batch.port import Identity
from app.deletion.receipt import Removal
from app.engine.client import EngineBusy, EngineDown, EngineError
from app.events import Event, Finished, Reading, Searching, Writing
from app.filters.screen import QuestionRefused
from app.home import UnknownName
from app.summarising.summary import Joining, ReadingPart, Summarised, SummaryEvent
from app.window import QuestionTooLong
from ingest.pipeline import IngestReport, Progress
from vectorstore.records import DocumentRecord, SearchResult


class RemoteFailure(Exception):
    """The owner could not do it; the message is its own."""


class RemoteHome:
    """Client of `app.control`."""

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

    def search(
        self,
        question: str,
        *,
        k: int,
        spaces: Sequence[str] | None = None,
        documents: Sequence[str] | None = None,
    ) -> SearchResult:
        body = {"question": question, "k": k, "spaces": spaces, "documents": documents}
        return TypeAdapter(SearchResult).validate_python(self._call("search", body))

    def ask(
        self,
        question: str,
        *,
        spaces: Sequence[str] | None = None,
        documents: Sequence[str] | None = None,
        instruction: str = "",
        reproducible: bool = False,
    ) -> Iterator[Event]:
        body = {
            "question": question,
            "spaces": spaces,
            "documents": documents,
            "instruction": instruction,
            "reproducible": reproducible,
        }
        yield from self._events("ask", body, (Searching, Reading, Writing, Finished))

    def place(
        self,
        question: str,
        *,
        spaces: Sequence[str] | None = None,
        documents: Sequence[str] | None = None,
    ) -> str:
        body = {"question": question, "spaces": spaces, "documents": documents}
        return str(self._call("place", body))

    def too_long(self, questions: Sequence[str]) -> list[str]:
        return [str(words) for words in self._call("too_long", {"questions": list(questions)})]

    def identity(self) -> Identity:
        return TypeAdapter(Identity).validate_python(self._call("identity", {}))

    def record_batch(self, about: Mapping[str, Any]) -> None:
        self._call("record_batch", {"about": dict(about)})

    def summarise(
        self, document: str, *, spaces: Sequence[str] | None = None
    ) -> Iterator[SummaryEvent]:
        body = {"document": document, "spaces": spaces}
        yield from self._events("summarise", body, (ReadingPart, Joining, Writing, Summarised))

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
    ) -> Iterator[Any]:
        named: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in kinds}
        for line in self._lines(operation, body):
            if "event" in line:
                yield named[line["event"].pop("kind")].validate_python(line["event"])

    def _lines(self, operation: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
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


def _failure(line: dict[str, Any]) -> Exception:
    """What the owner raised, where the one who asked can do something about it."""
    words, kind = line["error"], line.get("kind")
    if kind == EngineBusy.__name__:
        return EngineBusy(line["seconds"])
    for known in (EngineDown, EngineError, QuestionRefused, QuestionTooLong, UnknownName):
        if kind == known.__name__:
            return known(words)
    return RemoteFailure(words)
