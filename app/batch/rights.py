"""A questionnaire's library as one person may use it: nothing of a space that is not theirs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from app.batch.port import Identity
from app.batch.provenance import NothingToAsk
from app.events import Event
from app.home import Home
from app.people.access import Person, Right, Rules, spaces_of
from vectorstore.records import DocumentRecord


class PersonsLibrary:
    """Implements `app.batch.port.Library` for a person; their rights are asked each time anew.

    A right that is taken away while a run goes on ends what it may search.
    """

    def __init__(
        self, home: Home, person: Callable[[], Person | None], rules: Callable[[], Rules]
    ) -> None:
        self._home = home
        self._person = person
        self._rules = rules

    def identity(self) -> Identity:
        return self._home.identity()

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        return self._home.index.documents(self.readable(spaces))

    def record_batch(self, about: Mapping[str, Any]) -> None:
        person = self._person()
        self._home.record_batch(about, person=person.id if person else "")

    def too_long(self, questions: Sequence[str]) -> list[str]:
        return self._home.too_long(questions)

    def place(
        self,
        question: str,
        *,
        spaces: Sequence[str] | None = None,
        documents: Sequence[str] | None = None,
    ) -> str:
        mine = self._some(spaces)
        return self._home.place(question, spaces=mine, documents=documents)

    def ask(
        self,
        question: str,
        *,
        spaces: Sequence[str] | None = None,
        documents: Sequence[str] | None = None,
        instruction: str = "",
        reproducible: bool = False,
    ) -> Iterator[Event]:
        person = self._person()
        return self._home.ask(
            question,
            spaces=self._some(spaces),
            documents=documents,
            instruction=instruction,
            reproducible=reproducible,
            person=person.id if person else "",
        )

    def readable(self, spaces: Sequence[str] | None = None) -> list[str]:
        """Those of `spaces`, or of all, that the person may read now."""
        person = self._person()
        if person is None:
            return []
        known = self._home.index.spaces()
        wanted = known if spaces is None else [space for space in spaces if space in known]
        return spaces_of(person, Right.READ, wanted, self._rules())

    def _some(self, spaces: Sequence[str] | None) -> list[str]:
        mine = self.readable(spaces)
        if not mine:
            raise NothingToAsk("there is no document that you may read and that this run may ask")
        return mine
