"""The values of a saved conversation, and how an answer becomes text and comes back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from app.answering.events import Answer
from vectorstore.choosing import day_of
from vectorstore.records import DocumentRecord
from vectorstore.scope import EVERYTHING, Scope

if TYPE_CHECKING:
    from pydantic import TypeAdapter

State = Literal["done", "stopped", "failed"]
Verdict = Literal["up", "down"]
# How an answer was asked for again: as before, of more passages, of all documents, at length.
Way = Literal["", "same", "passages", "everywhere", "longer"]


TRAITS = ("type", "year", "language")


def trait_of(document: DocumentRecord, trait: str) -> str:
    """A document's type, year or language; "" where it is not known."""
    about = document.about
    return {"type": about.type, "year": day_of(document)[:4], "language": about.language}[trait]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a reader ticked to search in: whole spaces, and single documents as (space, name).

    Both are searched. Where nothing is ticked, everything is. Of these, `traits` leave those that
    have one of the ticked types, years and languages; each is a pair of `TRAITS` and a value.
    """

    spaces: tuple[str, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    traits: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.spaces or self.documents or self.traits)

    def of(self, documents: Iterable[DocumentRecord]) -> list[DocumentRecord]:
        """Those of `documents` that are searched."""
        anywhere = not (self.spaces or self.documents)
        wanted = {
            trait: {value for kind, value in self.traits if kind == trait}
            for trait in dict.fromkeys(kind for kind, _ in self.traits)
        }
        return [
            one
            for one in documents
            if (anywhere or one.space in self.spaces or (one.space, one.name) in self.documents)
            and all(trait_of(one, trait) in values for trait, values in wanted.items())
        ]

    def scope(self, documents: Iterable[DocumentRecord]) -> Scope:
        """The scope of a question to `documents`; empty when nothing that is ticked is there."""
        if not self:
            return EVERYTHING
        chosen = self.of(documents)
        spaces = tuple(sorted({one.space for one in chosen}))
        if not self.documents and not self.traits:
            return Scope(spaces)
        return Scope(spaces, tuple((one.space, one.name) for one in chosen))


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of an answer."""

    verdict: Verdict
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """One question and what came of it; `number` counts from 1 in its conversation.

    `spaces` are those that anything in it was drawn from, also through the turns before it: who
    loses the right to one of them no longer sees the turn. `withheld` says that this happened.
    `draft` is what a stopped answer had come to, `failure` the kind of a failed one. `way` says how
    it was asked for again; `earlier` are the answers that there were before, the last one first.
    """

    number: int
    question: str
    state: State
    selection: Selection = field(default_factory=Selection)
    answer: Answer | None = None
    draft: str = ""
    failure: str = ""
    spaces: tuple[str, ...] = ()
    feedback: Feedback | None = None
    withheld: bool = False
    way: Way = ""
    earlier: tuple["SavedTurn", ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in the list; times are seconds since 1970, `excerpt` where it was searched."""

    id: str
    title: str
    created: float
    changed: float
    excerpt: str = ""
    pinned: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class SavedConversation:
    """A conversation with all of its turns, oldest first; `selection`: where it searches next."""

    id: str
    title: str
    created: float
    changed: float
    turns: tuple[SavedTurn, ...]
    selection: Selection = field(default_factory=Selection)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a curator sees of an answer that was voted on, or of a question without one."""

    question: str
    answer: str
    asked: float
    documents: tuple[str, ...]
    feedback: Feedback | None


@dataclass(frozen=True, slots=True)
class VotedAnswer:
    """An answer to a question of which one answer was voted on; times in seconds since 1970.

    `turn` is the same for all answers to one question, and `verdict` None where nobody voted on
    this one. `spaces` are those that it was drawn from, also through the turns before it.
    """

    turn: tuple[str, int]
    answer: Answer
    spaces: tuple[str, ...]
    asked: float
    verdict: Verdict | None


def drawn_from(answer: Answer | None, before: Iterable[SavedTurn] = ()) -> tuple[str, ...]:
    """The spaces that an answer was drawn from, itself or through the turns `before` it."""
    found = {space for turn in before for space in turn.spaces}
    if answer is not None:
        found |= {hit.space for hit in answer.passages}
        found |= {citation.space for citation in answer.citations}
        found |= {space for space, _ in answer.named}
    return tuple(sorted(found))


def without_access(turn: SavedTurn, readable: Collection[str]) -> SavedTurn:
    """Return `turn` as someone may see it who can read these spaces alone."""
    if turn.earlier:
        turn = replace(turn, earlier=tuple(without_access(one, readable) for one in turn.earlier))
    if all(space in readable for space in turn.spaces):
        return turn
    return replace(turn, answer=None, draft="", withheld=True)


def answer_to_json(answer: Answer) -> str:
    """Return the whole answer, with what only the next turn needs."""
    return _answers().dump_json(answer).decode()


def answer_from_json(written: str) -> Answer:
    """Return the answer that `answer_to_json` wrote, also one of an older version."""
    return _answers().validate_json(written)


@cache
def _answers() -> "TypeAdapter[Answer]":
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)
