"""What the page shows of a conversation: pure values, and how events change them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from app.answering.events import (
    Answer,
    Citation,
    Dropped,
    Event,
    EvidenceFound,
    Finished,
    Outcome,
    Progress,
    Reading,
    Said,
    Searching,
    Writing,
)
from app.people.conversations.numbering import cited_as, numbered, numbers_so_far, renumbered
from app.people.conversations.turns import Feedback, SavedTurn, Selection, Way, drawn_from
from app.web.chat.backend import AnswerFailed, FailureKind
from vectorstore.records import Hit

COMPUTED = frozenset({"value", "table", "talk"})  # forms that code makes of more than sentences
MOST_PLACES = 5  # named below a quotation; the cards beside it have all


class Stage(Enum):
    """Where a question is on its way."""

    WAITING = "waiting"
    QUEUED = "queued"  # for a free place
    SEARCHING = "searching"
    READING = "reading"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what has come of it so far; `number` counts from 1 in a conversation."""

    number: int
    question: str
    selection: Selection = field(default_factory=Selection)
    stage: Stage = Stage.WAITING
    passages: tuple[Hit, ...] = ()
    dropped: Dropped = field(default_factory=Dropped)
    evidence: tuple[Citation, ...] = ()
    progress: str = ""  # how far a long piece of work has come
    draft: str = ""  # what has been said of the answer so far, checked
    answer: Answer | None = None
    failure: AnswerFailed | None = None
    feedback: Feedback | None = None
    withheld: bool = False  # its reader may no longer read what it was drawn from
    way: Way = ""  # how it was asked for again
    earlier: tuple["Turn", ...] = ()  # the answers before that, the last one first
    version: int = 0  # of an earlier one, the first is 1

    @property
    def name(self) -> str:
        """What tells it from all others of its conversation."""
        return f"{self.number}v{self.version}" if self.version else str(self.number)

    @property
    def running(self) -> bool:
        return self.stage not in (Stage.DONE, Stage.STOPPED, Stage.FAILED)


@dataclass(frozen=True, slots=True)
class Source:
    """One card beside an answer; `number` is None for a passage that the answer does not cite."""

    number: int | None
    document: str
    page: int | None
    heading: str
    quote: str
    space: str = ""
    chunk_id: str = ""
    recognised: float | None = None  # see vectorstore.records.Hit


@dataclass(frozen=True, slots=True)
class Sources:
    """What stands beside an answer: cited places, and the other passages that were read."""

    cited: tuple[Source, ...] = ()
    others: tuple[Source, ...] = ()


def advance(turn: Turn, event: Event) -> Turn:
    """Return `turn` after `event`; a turn that has ended stays as it is."""
    return _told(turn, event) if turn.running else turn


def _told(turn: Turn, event: Event) -> Turn:
    told: dict[str, Any]
    match event:
        case Searching(question, step):
            told = {"stage": Stage.SEARCHING, "progress": question if step else ""}
        case Reading(passages, dropped):
            told = {
                "stage": Stage.READING,
                "progress": "",
                "passages": tuple(passages),
                "dropped": dropped,
            }
        case EvidenceFound(citations):
            told = {"evidence": tuple(citations)}
        case Progress(text):
            told = {"stage": Stage.READING, "progress": text}
        case Writing():
            told = {"stage": Stage.WRITING}
        case Said(text):
            told = {"stage": Stage.WRITING, "draft": text}
        case Finished(answer):
            told = {
                "question": answer.question if _was_masked(answer) else turn.question,
                "stage": Stage.DONE,
                "answer": answer,
                "passages": tuple(answer.passages),
                "dropped": answer.usage.dropped,
            }
    return replace(turn, **told)


def _was_masked(answer: Answer) -> bool:
    return any(one.kind == "question" and one.action == "mask" for one in answer.notices)


def stop(turn: Turn) -> Turn:
    """Return `turn` as its reader left it: the draft stays, marked as unfinished."""
    return replace(turn, stage=Stage.STOPPED) if turn.running else turn


def fail(turn: Turn, failure: AnswerFailed) -> Turn:
    """Return `turn` without an answer, and why; a question that a filter refused is not kept."""
    if failure.kind is FailureKind.FILTERED:
        turn = replace(turn, question="[…]")
    return replace(turn, stage=Stage.FAILED, failure=failure) if turn.running else turn


def to_save(turn: Turn, before: Sequence[SavedTurn]) -> SavedTurn:
    """Return a turn that has ended as it is kept; what was said `before` it was in its prompt."""
    return SavedTurn(
        number=turn.number,
        question=turn.question,
        state=turn.stage.value,  # type: ignore[arg-type]  # only turns that have ended are kept
        selection=turn.selection,
        answer=turn.answer,
        draft="" if turn.answer else so_far(turn),
        failure=turn.failure.kind.value if turn.failure else "",
        spaces=tuple(sorted(spaces_of(turn, before))),
        way=turn.way,
    )


def spaces_of(turn: Turn, before: Sequence[SavedTurn]) -> set[str]:
    """The spaces that anything in a turn was drawn from, also through those `before` it."""
    spaces = {*drawn_from(turn.answer, before), *(hit.space for hit in turn.passages)}
    return spaces | {one.space for one in turn.evidence}


def quoted(turn: Turn) -> set[tuple[str, str]]:
    """The documents, by space and name, whose words are in the turn's answer or draft."""
    places = {(one.space, one.document) for one in turn.passages}
    if turn.answer is not None:
        places |= {(one.space, one.document) for one in turn.answer.passages}
        places |= {(one.space, one.document) for one in turn.answer.citations}
    return places


def so_far(turn: Turn) -> str:
    """All that was shown of an answer that has not come to its end, in Markdown."""
    quotes = [
        f"> “{' '.join(one.quote.split())}” ({one.document})"
        + ("" if one.page is None else f" ({one.page})")
        for one in turn.evidence
    ]
    return "\n\n".join(filter(None, ("\n".join(quotes), turn.draft.strip())))


def from_saved(saved: SavedTurn) -> Turn:
    """Return a kept turn as the page shows it."""
    answer = saved.answer
    return Turn(
        saved.number,
        saved.question,
        saved.selection,
        Stage(saved.state),
        passages=tuple(answer.passages) if answer else (),
        dropped=answer.usage.dropped if answer else Dropped(),
        draft=saved.draft,
        answer=answer,
        failure=AnswerFailed(FailureKind(saved.failure)) if saved.failure else None,
        feedback=saved.feedback,
        withheld=saved.withheld,
        way=saved.way,
        earlier=earlier_of(saved.earlier),
    )


def earlier_of(versions: Sequence[SavedTurn]) -> tuple[Turn, ...]:
    """The answers that a turn had before, by their place among them."""
    return tuple(
        replace(from_saved(one), version=len(versions) - place)
        for place, one in enumerate(versions)
    )


def earlier_answers(turns: Sequence[SavedTurn]) -> list[Answer]:
    """Return the answers that a next question may refer to, oldest first."""
    return [turn.answer for turn in turns if turn.answer is not None]


def outcome(answer: Answer) -> Outcome:
    """What came of a question; answers of earlier versions only say whether something was found."""
    if answer.found:
        return "partly" if answer.outcome == "partly" else "answered"
    return "unconfirmed" if answer.outcome == "unconfirmed" else "not_found"


def is_talk(answer: Answer) -> bool:
    """Whether an answer rests on no document: a greeting, or what there is to ask about."""
    return answer.form == "talk"


def is_quoted(answer: Answer) -> bool:
    """Whether an answer is made of the documents' own sentences; a computed one is not."""
    return answer.quoted and answer.found and answer.form not in COMPUTED


def as_shown(turn: Turn) -> Turn:
    """Return `turn` with its citations numbered from 1."""
    if turn.answer is None:
        numbers = numbers_so_far(turn.evidence, turn.draft)
        draft = renumbered(turn.draft, numbers)
        return replace(turn, evidence=cited_as(turn.evidence, numbers), draft=draft)
    answer = numbered(replace(turn.answer, evidence=turn.evidence or turn.answer.evidence))
    return replace(turn, answer=answer, evidence=answer.evidence if turn.evidence else ())


def evidence_first(turn: Turn) -> tuple[Citation, ...]:
    """What stands above an answer because it was there first.

    It stays, unless the answer holds the very words that were shown: it is made of them, or they
    are what is near.
    """
    answer = turn.answer
    if answer is None:
        return turn.evidence
    holds_them = is_quoted(answer) or outcome(answer) == "unconfirmed"
    return () if holds_them else turn.evidence or answer.evidence


def as_quoted(citations: Sequence[Citation]) -> str:
    """Quotations as an answer has them when it is made of nothing else, in Markdown."""
    lines = [f"“{' '.join(one.quote.split())}” [{one.n}]" for one in citations]
    return lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)


def places(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The places that are named below quotations, or none where they are too many."""
    return tuple(citations) if len(citations) <= MOST_PLACES else ()


def sources(turn: Turn) -> Sources:
    """Return the cards beside a turn: what is cited, then whatever else was read."""
    answer = turn.answer
    if turn.withheld:
        return Sources()
    if answer is None:
        return Sources(others=tuple(_passage(hit) for hit in turn.passages))
    if is_talk(answer):
        return Sources()
    first = evidence_first(turn)
    held = {citation.n for citation in answer.citations}
    citations = [*answer.citations, *(one for one in first if one.n not in held)]
    cited = {citation.chunk_id for citation in citations}
    return Sources(
        tuple(_citation(citation) for citation in sorted(citations, key=lambda one: one.n)),
        tuple(_passage(hit) for hit in answer.passages if hit.chunk_id not in cited),
    )


def _citation(citation: Citation) -> Source:
    return Source(
        citation.n,
        citation.document,
        citation.page,
        citation.heading,
        citation.quote.strip(),
        citation.space,
        citation.chunk_id,
        citation.recognised,
    )


def _passage(hit: Hit) -> Source:
    return Source(
        None,
        hit.document,
        hit.page,
        hit.heading,
        shorten(hit.text, 280),
        hit.space,
        hit.chunk_id,
        hit.recognised,
    )


def shorten(text: str, limit: int) -> str:
    """Return `text` on one line and cut at a word, `limit` characters at most."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head) + "…"
