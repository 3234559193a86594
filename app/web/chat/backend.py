"""What the web chat needs from the rest of Strongroom: the port behind the page."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal, Protocol

from app.answering.ask import Ask
from app.answering.events import Event
from app.answering.stream import EventStream
from app.people.access import Person
from vectorstore.records import DocumentRecord


class FailureKind(Enum):
    """Why no answer came; the page has words for each."""

    BUSY = "busy"  # too many questions are waiting
    TOO_MANY_OWN = "too_many_own"  # this person's other questions are still being answered
    STARTING = "starting"  # the engine is loading its model, for the first time or again
    DOWN = "down"  # the engine does not run and will not come back by itself
    TOO_LONG = "too_long"  # the question alone does not fit into the model's window
    FILTERED = "filtered"  # the company's filters do not let the question through
    GONE = "gone"  # none of the chosen documents is there any more
    UNRECORDED = "unrecorded"  # the audit trail cannot be written, so nothing is answered
    INTERRUPTED = "interrupted"  # the program ended while it was written
    UNKNOWN = "unknown"  # anything else; the log says what


class AnswerFailed(Exception):
    """No answer: `kind` says why, `seconds` after how long to try again, where that is known."""

    def __init__(self, kind: FailureKind, seconds: float | None = None) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class ModelNotice:
    """The chat model in use; `weak` when it is too small for its own words to count."""

    name: str
    weak: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether questions can be answered now."""

    status: Literal["ready", "starting", "restarting", "failed"]


class ChatBackend(Protocol):
    """Everything the page asks for.

    Every method may be called from several threads at once and answers for `person` alone:
    documents they may not read appear nowhere.
    """

    def ask(self, ask: Ask, person: Person) -> EventStream[Event]:
        """Answer a question from what the person may read of its scope and of its history.

        The events end with Finished. Raises AnswerFailed, at the call or while iterating.
        """
        ...

    def may_keep(self, question: str, person: Person) -> str:
        """The question as it may be kept, also before it is answered: filters may mask it."""
        ...

    def were_deleted(self, documents: Iterable[tuple[str, str]], person: Person) -> bool:
        """Whether an answer that quotes these documents, by space and name, may not be kept."""
        ...

    def documents(self, person: Person) -> Sequence[DocumentRecord]:
        """Return the documents that can be searched."""
        ...

    def readable(self, person: Person, spaces: Iterable[str]) -> Collection[str]:
        """Return those of `spaces` that the person may read now, whether or not they are empty."""
        ...

    def curates(self, person: Person) -> bool:
        """Whether the person may add documents to a space that others read."""
        ...

    def examples(self, person: Person) -> Sequence[str]:
        """Return a few questions that the documents answer, or none."""
        ...

    def model(self) -> ModelNotice | None:
        """Return the chat model in use; None while there is none."""
        ...

    def readiness(self) -> Readiness:
        """Return the engine's state, without waiting for it."""
        ...
