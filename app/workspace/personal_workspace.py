"""The open workspace as one person may use it: their rights, at every way to its documents."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from app.answering.ask import Ask
from app.answering.events import Answer, Event
from app.answering.stream import E, EventStream, WrappedStream
from app.answering.summarising.summary import SummaryEvent
from app.batch.execution.provenance import NothingToAsk
from app.batch.port import Identity
from app.people.access import Person, Right, Rules, is_private, spaces_of
from app.workspace.workspace import Workspace
from vectorstore.faults import UnknownName
from vectorstore.records import DocumentRecord, Hit, SearchResult
from vectorstore.scope import Scope

_LOOK_S = 0.5  # seconds between looks at somebody's rights while they are answered


class PersonalWorkspace:
    """What a person may not read is to every method as if it were not there.

    Person and rules are looked up at each call: a right that is taken away while a questionnaire
    runs ends what it may search. Implements `app.batch.port.Library`.
    """

    def __init__(
        self, home: Workspace, person: Callable[[], Person | None], rules: Callable[[], Rules]
    ) -> None:
        """`person` gives None for somebody who was removed: they may read nothing."""
        self._home = home
        self._person = person
        self._rules = rules

    # What they may read

    def readable(self, spaces: Iterable[str] | None = None) -> list[str]:
        """Those of `spaces` that they may read now, in their order; None: of all with documents."""
        person = self._person()
        if person is None:
            return []
        wanted = self._home.index.spaces() if spaces is None else spaces
        return spaces_of(person, Right.READ, wanted, self._rules())

    def curates(self) -> bool:
        """Whether they may add documents to a space that others read."""
        person, rules = self._person(), self._rules()
        shared = {space for space in self._home.index.spaces() if not is_private(space)}
        return person is not None and bool(
            spaces_of(person, Right.CURATE, {*rules.spaces, *shared}, rules)
        )

    def curated(self, spaces: Iterable[str]) -> list[str]:
        """Those of `spaces` that they may add documents to, in their order."""
        person = self._person()
        return [] if person is None else spaces_of(person, Right.CURATE, spaces, self._rules())

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        """The documents of these spaces, of all by default, by space and name."""
        return self._home.index.documents(self._existing(spaces))

    def were_deleted(self, documents: Iterable[tuple[str, str]]) -> bool:
        """Whether one of these, by space and name, is not there any more, and its quotations are
        not kept. An answer that was begun before may quote it.
        """
        if self._home.settings.retention.quotations == "keep":
            return False
        return any(self._home.index.document(*place) is None for place in documents)

    def may_keep(self, question: str) -> str:
        """The question as it may be written down before anything has been done about it."""
        return self._home.screen.kept(question)

    def opening_of(self, document: DocumentRecord, most: int) -> list[Hit]:
        """The first passages of a document that they were given, `most` at most."""
        return self._home.index.chunks(document.space, document.name, most)

    def permitted(self, ask: Ask) -> Ask:
        """The question as theirs, with a scope and a history that they may read.

        An earlier answer drawn from what they may no longer read takes the whole history with it:
        what comes later in a conversation repeats what came before.
        """
        person = self._person()
        whole = all(self._may_see(answer) for answer in ask.history)
        return replace(
            ask,
            scope=self._narrowed(ask.scope),
            history=ask.history if whole else (),
            person=person.id if person else "",
            key=person.key if person else "",
        )

    # What they may ask

    def search(self, ask: Ask, k: int) -> SearchResult:
        """The `k` best passages; see `Workspace.search`. Raises NothingToAsk as `ask` does."""
        return self._home.search(self._askable(ask), k=k)

    def ask(self, ask: Ask) -> EventStream[Event]:
        """One answer's events; see `Workspace.ask`.

        Raises NothingToAsk where they may read nothing of a scope that holds something, and while
        it is answered once they may not read all of it any more.
        """
        askable = self._askable(ask)
        return _WhileReadable(self._home.ask(askable), partial(self._still, askable.scope))

    def find(self, words: str) -> Sequence[Hit]:
        """For each of their documents with all of these words in one passage, that passage.

        Raises QuestionRefused where a filter refuses the words, and TrailFault.
        """
        permitted = self.permitted(Ask(words))
        return () if permitted.scope.is_empty else self._home.find(permitted).hits

    def place(self, ask: Ask) -> str:
        """Where the best passage lies; see `Workspace.place`. Raises NothingToAsk as `ask` does."""
        return self._home.place(self._askable(ask))

    def read(self, space: str, name: str) -> list[Hit]:
        """See `Workspace.read`. Raises UnknownName for what is not theirs."""
        person = self._person()
        if person is None or not self.readable([space]):
            raise UnknownName(f"no document named {name!r} in {space!r}")
        return self._home.read(name, space=space, person=person.id)

    def summarise(self, document: DocumentRecord) -> EventStream[SummaryEvent]:
        """One summary's events; see `Workspace.summarise`.

        Raises UnknownName for what is not theirs.
        """
        person = self._person()
        scope = Scope(tuple(self.readable([document.space])))
        events = self._home.summarise(
            document.name, scope=scope, person=person.id if person else ""
        )
        return _WhileReadable(events, partial(self._still, scope))

    def identity(self) -> Identity:
        """What answers here; raises EngineError when no model comes up."""
        return self._home.identity()

    def record_batch(self, about: Mapping[str, Any]) -> None:
        """Put on the trail what they are about to do with a questionnaire. Raises TrailFault."""
        person = self._person()
        self._home.record_batch(about, person=person.id if person else "")

    def too_long(self, questions: Sequence[str]) -> list[str]:
        """For each question why the model's window cannot hold it, or ""."""
        return self._home.too_long(questions)

    def _still(self, scope: Scope) -> bool:
        """Whether they are still there and may read all that is searched for them."""
        spaces = scope.spaces or ()
        return self._person() is not None and len(self.readable(spaces)) == len(spaces)

    def _askable(self, ask: Ask) -> Ask:
        permitted = self.permitted(ask)
        if permitted.scope.is_empty and not ask.scope.is_empty:
            raise NothingToAsk("there is no document that you may read and that this run may ask")
        return permitted

    def _narrowed(self, scope: Scope) -> Scope:
        spaces = self._existing(scope.spaces)
        if scope.documents is None:
            return Scope(tuple(spaces))
        return Scope(
            tuple(spaces),
            tuple(one for one in scope.documents if isinstance(one, str) or one[0] in spaces),
        )

    def _existing(self, spaces: Sequence[str] | None) -> list[str]:
        """Those of `spaces` that hold documents and that they may read."""
        mine = self.readable()
        return mine if spaces is None else [space for space in spaces if space in mine]

    def _may_see(self, answer: Answer) -> bool:
        """Whether everything that an earlier answer was drawn from may still be read."""
        drawn = {hit.space for hit in answer.passages} | {c.space for c in answer.citations}
        drawn |= {space for space, _ in answer.named}
        return len(self.readable(drawn)) == len(drawn)


class _WhileReadable(WrappedStream[E]):
    """A stream that ends in NothingToAsk once what it is drawn from may not be read any more.

    Rights are asked about when something is shown, not when the question was asked: it may have
    waited for its turn.
    """

    def __init__(self, events: EventStream[E], still: Callable[[], bool]) -> None:
        super().__init__(events)
        self._still = still
        self._asked = time.monotonic()

    def __next__(self) -> E:
        event: E = next(self._events)
        now = time.monotonic()
        if now - self._asked >= _LOOK_S:
            self._asked = now
            if not self._still():
                self.close()
                raise NothingToAsk("the right to read these documents was taken away")
        return event
