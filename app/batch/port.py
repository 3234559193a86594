"""What a questionnaire needs of the open data folder: the port that runs are made over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.answering.ask import Ask
from app.answering.events import Event
from app.answering.stream import EventStream
from vectorstore.records import DocumentRecord


@dataclass(frozen=True, slots=True)
class Identity:
    """What answers, and what was made of the documents to find in them."""

    model: str
    model_sha256: str
    adapters: tuple[str, ...]
    embedder: str
    embedder_sha256: str
    parallel: int  # questions that the engine answers together
    settings: Mapping[str, str]  # those that decide answers


class Library(Protocol):
    """The documents that this run's person may read, and what answers questions about them.

    Everything may be called from several threads at once.
    """

    def identity(self) -> Identity:
        """Raises EngineError when no model comes up."""
        ...

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        """Raises the words for an unknown space."""
        ...

    def record_batch(self, about: Mapping[str, Any]) -> None:
        """Put on the trail what is about to be done with a questionnaire.

        Raises TrailFault where it cannot be recorded; then it must not be done.
        """
        ...

    def too_long(self, questions: Sequence[str]) -> list[str]:
        """For each question why the model's window cannot hold it, or ""."""
        ...

    def place(self, ask: Ask) -> str:
        """Where the best passages lie, to ask neighbours in turn; shows nobody anything."""
        ...

    def ask(self, ask: Ask) -> EventStream[Event]:
        """One answer's events, ending in Finished."""
        ...
