"""What other processes ask of an open data folder, and how it goes over the socket as JSON."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol, get_args, get_origin, get_type_hints

from pydantic import PlainSerializer, TypeAdapter

from app.answering.ask import Ask
from app.answering.events import Event
from app.answering.stream import EventStream
from app.answering.summarising.summary import SummaryEvent
from app.batch.port import Identity
from app.governance.audit.deletion_receipt import Removal
from app.governance.audit.replay import Recreation
from app.watching.source import NewSource, SourceState
from ingest.pipeline import IngestReport, Progress
from vectorstore.records import DocumentRecord, Hit, SearchResult
from vectorstore.scope import EVERYTHING, Scope

# The process that reads it may run in another folder.
AnyPath = Annotated[Path, PlainSerializer(lambda path: str(path.resolve()))]


class Operations(Protocol):
    """What the command line asks for: of a folder opened here, or of the process that owns it.

    A method declared here can be called through the socket; nothing else is to be written for it.
    """

    def ingest(
        self,
        paths: Sequence[AnyPath],
        *,
        space: str,
        prune: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> IngestReport: ...

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]: ...

    def remove(self, names: Sequence[str], *, space: str) -> list[Removal]: ...

    def apply_retention(self) -> list[Removal]: ...

    def search(self, ask: Ask, *, k: int) -> SearchResult: ...

    def read(self, name: str, *, space: str) -> list[Hit]: ...

    def ask(self, ask: Ask) -> EventStream[Event]: ...

    def place(self, ask: Ask) -> str: ...

    def too_long(self, questions: Sequence[str]) -> list[str]: ...

    def identity(self) -> Identity: ...

    def record_batch(self, about: Mapping[str, Any]) -> None: ...

    def summarise(
        self, document: str, *, scope: Scope = EVERYTHING, person: str = ""
    ) -> EventStream[SummaryEvent]: ...

    def sources(self) -> list[SourceState]: ...

    def source(self, name: str) -> SourceState: ...

    def add_source(self, new: NewSource) -> SourceState: ...

    def pause_source(self, name: str) -> SourceState: ...

    def resume_source(self, name: str) -> SourceState: ...

    def remove_source(self, name: str, *, documents: bool = False) -> int: ...

    def follow_source(
        self,
        name: str,
        *,
        agreed: int = 0,
        progress: Callable[[Progress], None] | None = None,
    ) -> SourceState: ...

    def recreate(self, answer_id: str, *, private_key: AnyPath | None = None) -> Recreation: ...

    def close(self) -> None: ...


class Operation:
    """One method of `Operations` as JSON: its arguments by name, and its result or its events."""

    def __init__(self, name: str) -> None:
        declared = getattr(Operations, name)
        hints = get_type_hints(declared, include_extras=True)
        returned = hints.pop("return")
        kinds = get_args(get_args(returned)[0]) if get_origin(returned) is EventStream else ()
        self.name = name
        self.reports_progress = hints.pop("progress", None) is not None
        self.events: dict[str, TypeAdapter[Any]] = {k.__name__: TypeAdapter(k) for k in kinds}
        self.result: TypeAdapter[Any] = TypeAdapter(None if kinds else returned)
        self._signature = inspect.signature(declared)
        self._arguments = {key: TypeAdapter[Any](hint) for key, hint in hints.items()}

    def body(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The arguments of a call as JSON.

        Raises ValueError for what the socket does not carry: a conversation, and other people.
        """
        bound = self._signature.bind(None, *args, **kwargs).arguments
        given = {key: bound[key] for key in self._arguments if key in bound}
        _refuse_others(given)
        return {
            key: self._arguments[key].dump_python(value, mode="json")
            for key, value in given.items()
        }

    def arguments(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What `body` made, as the method takes it; ValueError for what it refuses."""
        read = {key: self._arguments[key].validate_python(value) for key, value in body.items()}
        _refuse_others(read)
        return read


@functools.cache
def operation(name: str) -> Operation:
    """The operation of this name; AttributeError when other processes cannot ask for it."""
    if name == "close" or name.startswith("_") or name not in vars(Operations):
        raise AttributeError(name)
    return Operation(name)


def _refuse_others(arguments: Mapping[str, Any]) -> None:
    ask = arguments.get("ask", Ask(""))
    if ask.history:
        raise ValueError("the process that serves this data folder is told no earlier answers")
    if ask.person or arguments.get("person"):
        raise ValueError("the process that serves this data folder answers its own user alone")
