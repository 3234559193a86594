"""What the page shows of a conversation: pure values, and how events change them."""

import re
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
    Reading,
    Said,
    Searching,
    Writing,
)
from app.people.conversations.turns import Feedback, SavedTurn, Selection, drawn_from
from app.web.chat.backend import AnswerFailed, FailureKind
from vectorstore.records import Hit

_MARKS = re.compile(r"(?<!\s)\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")


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
    draft: str = ""  # what has been said of the answer so far, checked
    answer: Answer | None = None
    failure: AnswerFailed | None = None
    feedback: Feedback | None = None
    withheld: bool = False  # its reader may no longer read what it was drawn from

    @property
    def running(self) -> bool:
        return self.stage not in (Stage.DONE, Stage.STOPPED, Stage.FAILED)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the answer's text with the citations behind it; `gap` is the space before it."""

    gap: str
    text: str
    citations: tuple[int, ...]
    supported: bool


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
        case Searching():
            told = {"stage": Stage.SEARCHING}
        case Reading(passages, dropped):
            told = {
                "stage": Stage.READING,
                "passages": tuple(passages),
                "dropped": dropped,
                "draft": "",
            }
        case EvidenceFound(citations):
            told = {"evidence": tuple(citations)}
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
    spaces = {*drawn_from(turn.answer, before), *(hit.space for hit in turn.passages)}
    return SavedTurn(
        number=turn.number,
        question=turn.question,
        state=turn.stage.value,  # type: ignore[arg-type]  # only turns that have ended are kept
        selection=turn.selection,
        answer=turn.answer,
        draft="" if turn.answer else turn.draft,
        failure=turn.failure.kind.value if turn.failure else "",
        spaces=tuple(sorted(spaces)),
    )


def quoted(turn: Turn) -> set[tuple[str, str]]:
    """The documents, by space and name, whose words are in the turn's answer or draft."""
    places = {(one.space, one.document) for one in turn.passages}
    if turn.answer is not None:
        places |= {(one.space, one.document) for one in turn.answer.passages}
        places |= {(one.space, one.document) for one in turn.answer.citations}
    return places


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
    )


def earlier_answers(turns: Sequence[SavedTurn]) -> list[Answer]:
    """Return the answers that a next question may refer to, oldest first."""
    return [turn.answer for turn in turns if turn.answer is not None]


def pieces(answer: Answer) -> list[Piece]:
    """Split an answer along its checked sentences, keeping its line breaks.

    Without sentences the text is cut at its citation marks; only marks of a known citation count.
    """
    known = {citation.n for citation in answer.citations}
    if not answer.sentences:
        return _pieces_at_marks(answer.answer, known)
    text = _MARKS.sub("", answer.answer)
    found: list[Piece] = []
    position = 0
    for sentence in answer.sentences:
        words = _MARKS.sub("", sentence.text).strip()
        start = text.find(words, position)
        gap = text[position:start] if start >= 0 else " "
        if start >= 0:
            position = start + len(words)
        marks = tuple(n for n in sentence.citations if n in known)
        found.append(Piece(gap if found else "", words, marks, sentence.supported))
    return found


def _pieces_at_marks(text: str, known: set[int]) -> list[Piece]:
    found: list[Piece] = []
    position = 0
    for match in _MARKS.finditer(text):
        numbers = [int(n) for n in re.findall(r"\d+", match.group(1))]
        marks = tuple(n for n in numbers if n in known)
        found.append(Piece("", text[position : match.start()], marks, True))
        position = match.end()
    if text[position:].strip() or not found:
        found.append(Piece("", text[position:], (), True))
    return found


def sources(turn: Turn) -> Sources:
    """Return the cards beside a turn: what is cited, then whatever else was read."""
    answer = turn.answer
    if turn.withheld:
        return Sources()
    if answer is None or not answer.found:
        return Sources(others=tuple(_passage(hit) for hit in turn.passages))
    cited = {citation.chunk_id for citation in answer.citations}
    return Sources(
        tuple(_citation(citation) for citation in answer.citations),
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
