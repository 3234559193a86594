"""What the web chat asks for, answered from an open data folder."""

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from app.audit.records import TrailFault
from app.engine.client import EngineBusy, EngineDown, EngineError
from app.events import Answer, Event
from app.filters.screen import QuestionRefused
from app.home import Home, UnknownName
from app.people.access import Person, Right, Rules, is_private, spaces_of
from app.people.allowance import Allowance, Limits, TooMuch
from app.summarising.in_chat import SummaryAsAnswer, document_to_summarise
from app.web.backend import AnswerFailed, FailureKind, ModelNotice, Readiness
from app.window import QuestionTooLong
from vectorstore.records import DocumentRecord

log = logging.getLogger(__name__)

MOST_EXAMPLES = 4
# What the page says of an error; the first row that fits decides, so that an error comes before
# those that it is a kind of.
_FAILURES: tuple[tuple[type[Exception], FailureKind], ...] = (
    (QuestionTooLong, FailureKind.TOO_LONG),
    (QuestionRefused, FailureKind.FILTERED),
    (UnknownName, FailureKind.GONE),  # its words list what else there is
    (TrailFault, FailureKind.UNRECORDED),
    (EngineBusy, FailureKind.BUSY),
    (EngineDown, FailureKind.DOWN),
    (EngineError, FailureKind.UNKNOWN),
)
_EXPECTED = tuple(error for error, _ in _FAILURES)
_NUMBERING = re.compile(r"^[\d.]+\s+")  # "5.1 Days of leave"


class HomeBackend:
    """Implements `app.web.backend.ChatBackend` over `Home`.

    `rules` gives the rules as they are at that moment. What a person may not read is to every
    method as if it were not there.
    """

    def __init__(
        self,
        home: Home,
        rules: Callable[[], Rules],
        limits: Limits = Limits(),  # noqa: B008
    ) -> None:
        self._home = home
        self._rules = rules
        self._allowance = Allowance(limits)

    def ask(
        self,
        question: str,
        *,
        earlier: Sequence[Answer],
        documents: Sequence[DocumentRecord] | None,
        spaces: Sequence[str] | None = None,
        person: Person,
    ) -> Iterator[Event]:
        searched = self._spaces(person)
        chosen = [record for record in documents or () if record.space in searched]
        if spaces:
            searched = [space for space in searched if space in set(spaces)]
        if (documents and not chosen) or (spaces and not searched):
            raise AnswerFailed(FailureKind.GONE)  # never search everything instead
        known = self._home.index.documents(searched)
        to_summarise = document_to_summarise(question, chosen or None, known)
        if not all(self._may_see(answer, person) for answer in earlier):
            earlier = ()  # what comes later in a conversation repeats what came before
        try:
            end = self._allowance.take(person.id)
        except TooMuch as much:
            raise AnswerFailed(FailureKind.TOO_MANY_OWN, much.seconds) from much
        try:
            if to_summarise is not None:
                summary = self._home.summarise(
                    to_summarise.name, spaces=[to_summarise.space], person=person.id
                )
                answered: Iterator[Event] = SummaryAsAnswer(summary, question, earlier)
            else:
                answered = self._home.ask(
                    question,
                    spaces=sorted({record.space for record in chosen}) or searched,
                    documents=[(record.space, record.name) for record in chosen] or None,
                    history=earlier,
                    person=person.id,
                )
        except _EXPECTED as error:
            end()
            raise self._failure(error) from error
        except BaseException:
            end()
            raise
        return _Translated(answered, self._failure, end)

    def documents(self, person: Person) -> Sequence[DocumentRecord]:
        return self._home.index.documents(self._spaces(person))

    def readable(self, person: Person, spaces: Iterable[str]) -> Collection[str]:
        return set(spaces_of(person, Right.READ, spaces, self._rules()))

    def curates(self, person: Person) -> bool:
        rules = self._rules()
        known = {*rules.spaces, *(s for s in self._home.index.spaces() if not is_private(s))}
        return bool(spaces_of(person, Right.CURATE, known, rules))

    def examples(self, person: Person) -> Sequence[str]:
        """The questions that the settings name; else one about a heading of each document."""
        known = self.documents(person)
        named = self._home.settings.web.examples
        if named and known:
            return named
        made: list[str] = []
        for record in known:
            heading = _NUMBERING.sub("", self._home.index.a_heading(record.space, record.name))
            if heading.endswith("?"):
                made.append(heading)
            elif heading:
                made.append(f"What does “{record.title or record.name}” say about {heading}?")
            if len(made) == MOST_EXAMPLES:
                break
        return made

    def _spaces(self, person: Person) -> list[str]:
        """The spaces with documents that `person` may read, their own among them."""
        return spaces_of(person, Right.READ, self._home.index.spaces(), self._rules())

    def _may_see(self, answer: Answer, person: Person) -> bool:
        """Whether everything that an earlier answer was drawn from may still be read."""
        drawn = {hit.space for hit in answer.passages} | {c.space for c in answer.citations}
        return len(self.readable(person, drawn)) == len(drawn)

    def model(self) -> ModelNotice | None:
        name = self._home.chat.name()
        return ModelNotice(name, self._home.chat.is_starter()) if name else None

    def readiness(self) -> Readiness:
        return Readiness(self._home.chat.readiness())

    def _failure(self, error: Exception) -> AnswerFailed:
        """The page's own words for what went wrong."""
        if isinstance(error, TrailFault):
            log.error("%s", error)
        kind = next(kind for known, kind in _FAILURES if isinstance(error, known))
        if kind is FailureKind.DOWN and self._home.chat.readiness() in ("starting", "restarting"):
            kind = FailureKind.STARTING
        return AnswerFailed(kind, getattr(error, "seconds", None))


class _Translated(Iterator[Event]):
    """A stream of events whose errors are the page's own; closes what it wraps, and calls `end`."""

    def __init__(
        self,
        stream: Iterator[Event],
        failure: Callable[[Exception], AnswerFailed],
        end: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._failure = failure
        self._end = end

    def __next__(self) -> Event:
        try:
            return next(self._stream)
        except _EXPECTED as error:
            self._end()
            raise self._failure(error) from error
        except BaseException:  # the end of the stream among them
            self._end()
            raise

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        try:
            if close is not None:
                close()
        finally:
            self._end()
