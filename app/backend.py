"""What the web chat asks for, answered from an open data folder."""

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from app.audit.records import TrailFault
from app.engine.client import EngineBusy, EngineDown, EngineError
from app.events import Answer, Event
from app.home import Home
from app.people.access import Person
from app.summarising.in_chat import SummaryAsAnswer, document_to_summarise
from app.web.backend import AnswerFailed, FailureKind, ModelNotice, Readiness
from app.window import QuestionTooLong
from vectorstore.records import DocumentRecord

log = logging.getLogger(__name__)

MOST_EXAMPLES = 4
_NUMBERING = re.compile(r"^[\d.]+\s+")  # "5.1 Days of leave"


class HomeBackend:
    """Implements `app.web.backend.ChatBackend` over `Home`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def ask(
        self,
        question: str,
        *,
        earlier: Sequence[Answer],
        documents: Sequence[DocumentRecord] | None,
        spaces: Sequence[str] | None = None,
        person: Person,
    ) -> Iterator[Event]:
        to_summarise = document_to_summarise(question, documents, self._home.documents())
        try:
            if to_summarise is not None:
                summary = self._home.summarise(
                    to_summarise.name, spaces=[to_summarise.space], person=person.id
                )
                return _Translated(SummaryAsAnswer(summary, question, earlier), self._failure)
            stream = self._home.ask(
                question,
                spaces=sorted({record.space for record in documents}) if documents else spaces,
                documents=[record.name for record in documents] if documents else None,
                history=earlier,
                person=person.id,
            )
        except (EngineError, TrailFault) as error:
            raise self._failure(error) from error
        return _Translated(stream, self._failure)

    def documents(self, person: Person) -> Sequence[DocumentRecord]:
        return self._home.documents()

    def readable(self, person: Person, spaces: Iterable[str]) -> Collection[str]:
        return set(spaces)

    def curates(self, person: Person) -> bool:
        return person.administrator

    def examples(self, person: Person) -> Sequence[str]:
        """The questions that the settings name; else one about a heading of each document."""
        named = self._home.settings.web.examples
        if named:
            return named
        made: list[str] = []
        for record in self._home.documents():
            heading = _NUMBERING.sub("", self._home.index.a_heading(record.space, record.name))
            if heading:
                made.append(f"What does “{record.title or record.name}” say about {heading}?")
            if len(made) == MOST_EXAMPLES:
                break
        return made

    def model(self) -> ModelNotice | None:
        name = self._home.chat.name()
        return ModelNotice(name, self._home.chat.is_starter()) if name else None

    def readiness(self) -> Readiness:
        return Readiness(self._home.chat.readiness())

    def _failure(self, error: Exception) -> AnswerFailed:
        """The page's own words for what went wrong."""
        if isinstance(error, QuestionTooLong):
            return AnswerFailed(FailureKind.TOO_LONG)
        if isinstance(error, TrailFault):
            log.error("%s", error)
            return AnswerFailed(FailureKind.UNRECORDED)
        if isinstance(error, EngineBusy):
            return AnswerFailed(FailureKind.BUSY, error.seconds)
        if isinstance(error, EngineDown):
            coming = self._home.chat.readiness() in ("starting", "restarting")
            return AnswerFailed(FailureKind.STARTING if coming else FailureKind.DOWN)
        return AnswerFailed(FailureKind.UNKNOWN)


class _Translated(Iterator[Event]):
    """A stream of events whose errors are the page's own; closes what it wraps."""

    def __init__(
        self, stream: Iterator[Event], failure: Callable[[Exception], AnswerFailed]
    ) -> None:
        self._stream = stream
        self._failure = failure

    def __next__(self) -> Event:
        try:
            return next(self._stream)
        except (EngineError, QuestionTooLong, TrailFault) as error:
            raise self._failure(error) from error

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()
