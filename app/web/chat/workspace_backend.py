"""What the web chat asks for, answered from each person's view of the workspace."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain, groupby, zip_longest

from app.answering.ask import Ask
from app.answering.chat_model import ChatModelSource
from app.answering.events import Event
from app.answering.filters.screen import QuestionRefused
from app.answering.stream import EventStream, WrappedStream
from app.answering.summarising.in_chat import SummaryAsAnswer, document_to_summarise
from app.answering.window import QuestionTooLong
from app.batch.execution.provenance import NothingToAsk
from app.engine.client import EngineBusy, EngineDown, EngineError
from app.governance.audit.records import TrailFault
from app.people.access import Person
from app.people.allowance import Allowance, Limits, TooMuch
from app.people.saved import Saved
from app.web.chat import suggestions
from app.web.chat.backend import AnswerFailed, FailureKind, ModelNotice, Readiness
from app.workspace.personal_workspace import PersonalWorkspace
from vectorstore.faults import UnknownName
from vectorstore.records import DocumentRecord

log = logging.getLogger(__name__)

MOST_EXAMPLES = 4
_DOCUMENTS_READ = 8  # for the examples of an empty chat
_PASSAGES_READ = 40  # of each of them
MOST_SAVED = 8  # saved questions that an empty chat offers
# What the page says of an error; the first row that fits decides, so that an error comes before
# those that it is a kind of.
_FAILURES: tuple[tuple[type[Exception], FailureKind], ...] = (
    (QuestionTooLong, FailureKind.TOO_LONG),
    (QuestionRefused, FailureKind.FILTERED),
    (NothingToAsk, FailureKind.GONE),  # the right to it was taken away meanwhile
    (UnknownName, FailureKind.GONE),  # its words list what else there is
    (TrailFault, FailureKind.UNRECORDED),
    (EngineBusy, FailureKind.BUSY),
    (EngineDown, FailureKind.DOWN),
    (EngineError, FailureKind.UNKNOWN),
)
_EXPECTED = tuple(error for error, _ in _FAILURES)


class WorkspaceBackend:
    """Implements `app.web.chat.backend.ChatBackend` over each person's view of the workspace."""

    def __init__(
        self,
        workspace_of: Callable[[Person], PersonalWorkspace],
        chat: ChatModelSource,
        examples: Sequence[str] = (),
        limits: Limits = Limits(),  # noqa: B008
        saved: Saved | None = None,
    ) -> None:
        """`examples` are the questions that the settings name; `saved` what people saved."""
        self._workspace_of = workspace_of
        self._chat = chat
        self._examples = examples
        self._allowance = Allowance(limits)
        self._saved = saved

    def ask(self, ask: Ask, person: Person) -> EventStream[Event]:
        workspace = self._workspace_of(person)
        chose_nothing = ask.scope.is_everything
        ask = workspace.permitted(ask)
        if ask.scope.is_empty and not chose_nothing:  # never search everything instead
            raise AnswerFailed(FailureKind.GONE)
        if self._saved is not None:
            chosen = () if chose_nothing else ask.scope.spaces or ()
            ask = replace(ask, style=self._saved.style(person.id, chosen))
        try:
            end = self._allowance.take(person.id)
        except TooMuch as much:
            raise AnswerFailed(FailureKind.TOO_MANY_OWN, much.seconds) from much
        try:
            answered = _answered(workspace, ask)
        except _EXPECTED as error:
            end()
            raise self._failure(error) from error
        except NothingToAsk as error:  # the right to it was taken away a moment ago
            end()
            raise AnswerFailed(FailureKind.GONE) from error
        except BaseException:
            end()
            raise
        return _Translated(answered, self._failure, end)

    def may_keep(self, question: str, person: Person) -> str:
        return self._workspace_of(person).may_keep(question)

    def were_deleted(self, documents: Iterable[tuple[str, str]], person: Person) -> bool:
        return self._workspace_of(person).were_deleted(documents)

    def documents(self, person: Person) -> Sequence[DocumentRecord]:
        return self._workspace_of(person).documents()

    def readable(self, person: Person, spaces: Iterable[str]) -> Collection[str]:
        return set(self._workspace_of(person).readable(spaces))

    def curates(self, person: Person) -> bool:
        return self._workspace_of(person).curates()

    def examples(self, person: Person) -> Sequence[str]:
        """Saved questions, then those that the settings name; else some that documents answer."""
        workspace = self._workspace_of(person)
        known = workspace.documents()
        saved: list[str] = []
        if self._saved is not None and known:
            spaces = {record.space for record in known}
            saved = [one.question for one in self._saved.questions(person.id, spaces)]
        return [*saved[:MOST_SAVED], *self._suggested(workspace, known)]

    def _suggested(
        self, workspace: PersonalWorkspace, known: Sequence[DocumentRecord]
    ) -> Sequence[str]:
        if self._examples and known:
            return self._examples
        spaces = groupby(known, key=lambda record: record.space)
        in_turns = chain.from_iterable(zip_longest(*(list(records) for _, records in spaces)))
        read = [record for record in in_turns if record is not None][:_DOCUMENTS_READ]
        return suggestions.examples(
            ((record, workspace.opening_of(record, _PASSAGES_READ)) for record in read),
            MOST_EXAMPLES,
        )

    def model(self) -> ModelNotice | None:
        name = self._chat.name()
        return ModelNotice(name, self._chat.is_weak()) if name else None

    def readiness(self) -> Readiness:
        return Readiness(self._chat.readiness())

    def _failure(self, error: Exception) -> AnswerFailed:
        """The page's own words for what went wrong."""
        if isinstance(error, TrailFault):
            log.error("%s", error)
        kind = next(kind for known, kind in _FAILURES if isinstance(error, known))
        if kind is FailureKind.DOWN and self._chat.readiness() in ("starting", "restarting"):
            kind = FailureKind.STARTING
        return AnswerFailed(kind, getattr(error, "seconds", None))


def _answered(workspace: PersonalWorkspace, ask: Ask) -> EventStream[Event]:
    """The answer's events, or those of a summary where a document is to be summarised."""
    known = workspace.documents(ask.scope.spaces)
    chosen: list[DocumentRecord] | None = None
    if (named := ask.scope.documents) is not None:
        known = chosen = [
            one for one in known if one.name in named or (one.space, one.name) in named
        ]
    wanted = document_to_summarise(ask.question, chosen, known)
    if wanted is None:
        return workspace.ask(ask)
    return SummaryAsAnswer(workspace.summarise(wanted), ask)


class _Translated(WrappedStream[Event]):
    """A stream of events whose errors are the page's own; calls `end` when it has ended."""

    def __init__(
        self,
        events: EventStream[Event],
        failure: Callable[[Exception], AnswerFailed],
        end: Callable[[], None],
    ) -> None:
        super().__init__(events)
        self._failure = failure
        self._end = end

    def __next__(self) -> Event:
        try:
            event: Event = next(self._events)
        except _EXPECTED as error:
            self._end()
            raise self._failure(error) from error
        except BaseException:  # the end of the stream among them
            self._end()
            raise
        return event

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._end()
