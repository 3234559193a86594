"""One question while it is answered: what was found, what the model reads, how it is numbered."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.ask import Ask
from app.answering.check import Written
from app.answering.composing import Composed, citation
from app.answering.context import Context
from app.answering.distrust import as_data
from app.answering.events import Answer, Citation, Dropped
from app.answering.finding import Finding, Part
from app.answering.followup import Exchange, Interpretation, stands
from app.answering.needed_words import named_of
from app.answering.plan import Plan
from app.answering.window import FittedPrompt, PastTurn
from app.engine.client import Usage as EngineUsage
from vectorstore.languages import language
from vectorstore.records import Hit


def exchanges(history: Sequence[Answer]) -> list[Exchange]:
    """What was asked and answered; a summary asked for nothing that a search could find."""
    return [
        Exchange(turn.question, turn.answer) for turn in history if turn.passages or turn.retold
    ]


class Numbering:
    """The numbers of a conversation's passages: one that was shown before keeps its number."""

    def __init__(self, history: Sequence[Answer]) -> None:
        self._hits = {number: hit for turn in history for number, hit in turn.shown()}
        self._numbers = {hit.chunk_id: number for number, hit in self._hits.items()}

    def of(self, hit: Hit) -> int:
        """The passage's number; the next free one where it has none yet."""
        number = self._numbers.get(hit.chunk_id)
        if number is None:
            number = max(self._hits, default=0) + 1
            self._numbers[hit.chunk_id] = number
            self._hits[number] = hit
        return number

    def hit(self, number: int) -> Hit:
        """The passage that has this number."""
        return self._hits[number]


class Clock:
    """Seconds since a question arrived, by name; the first time counts."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        self._laps.setdefault(name, time.perf_counter() - self._started)

    def ended(self) -> dict[str, float]:
        self.lap("total_s")
        self._laps.setdefault("first_token_s", self._laps["total_s"])
        return dict(self._laps)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to read a question, with what was found for it."""

    interpretation: Interpretation
    plan: Plan
    finding: Finding


class AnswerInProgress:
    """One question while it is answered: what was found, offered and numbered."""

    def __init__(
        self,
        ask: Ask,
        chosen: Attempt,
        attempts: Sequence[Attempt],
        asides: list[str],
        numbering: Numbering,
        clock: Clock,
    ) -> None:
        self.ask = ask
        self.interpretation = chosen.interpretation
        self.asked = chosen.interpretation.question
        self.plan = chosen.plan
        self.finding = chosen.finding
        self.attempts = attempts
        self.numbering = numbering
        self.clock = clock
        self.fitted: FittedPrompt | None = None
        self.offered: dict[int, Hit] = {}  # as they stand in their documents
        self.dropped = Dropped()
        self.usage: EngineUsage | None = None
        self.defused = 0
        self.evidence: tuple[Citation, ...] = ()  # as it was told before the answer
        self._before = {number for turn in ask.history for number, _ in turn.shown()}
        self.asides = asides  # what the model wrote so far
        self.steps: list[str] = []
        self.searches = [
            tuple(hit.chunk_id for hit in part.hits)
            for attempt in attempts
            for part in attempt.finding.parts
        ]

    def further(self, search: str, hits: Sequence[Hit]) -> None:
        """Note another search and what it found."""
        self.steps.append(search)
        self.searches.append(tuple(hit.chunk_id for hit in hits))

    def give(self, context: Context) -> None:
        """Number what the model is given, in the order in which it reads it, and what was found."""
        self.context = context
        found = self.finding.data
        around = [hit for hit in context.ranked if hit.chunk_id not in found]
        self.data = {**found, **{hit.chunk_id: as_data(hit) for hit in around}}
        for hit in (*context.in_order, *self.finding.hits):
            self.numbering.of(hit)

    def stands(self, composed: Composed) -> bool:
        """Whether an answer is about what was asked, as far as the conversation tells."""
        around = " ".join(f"{one.document} {one.heading} {one.quote}" for one in composed.citations)
        return stands(self.interpretation, composed.text, around, exchanges(self.ask.history))

    def not_said(self) -> str:
        """Of what the documents say nothing, though the question needs it; "" for nothing."""
        needed = self.interpretation.needed
        if not needed:
            return ""
        what = named_of(needed, self.asked)
        return language(self.plan.language).outcomes.not_said_of.format(what=what)

    def offer(self, fitted: FittedPrompt) -> None:
        """Note which passages the model's prompt shows."""
        self.fitted = fitted
        self.offered = {one.number: self.numbering.hit(one.number) for one in fitted.passages}
        self.dropped = Dropped(fitted.dropped_passages, fitted.dropped_turns)

    def offered_hits(self) -> list[Hit]:
        return list(self.offered.values())

    def told(self) -> dict[int, Hit]:
        """The offered passages as data."""
        return {number: as_data(hit).hit for number, hit in self.offered.items()}

    def passages(self, citations: Sequence[Citation] = ()) -> list[Hit]:
        """What was found, and what the model was given or is cited beside it."""
        found = {hit.chunk_id: hit for hit in self.finding.hits}
        given = [passage.number for passage in self.fitted.new] if self.fitted else []
        for number in (*given, *(one.n for one in citations)):
            hit = self.numbering.hit(number)
            found.setdefault(hit.chunk_id, hit)
        return list(found.values())

    def cited(self, citation: Citation) -> Hit:
        """The passage that a citation stands in, as data."""
        return as_data(self.numbering.hit(citation.n)).hit

    def best_part(self) -> Part:
        return max(self.finding.parts, key=lambda part: part.decision.confidence)

    def best(self) -> list[Citation]:
        """The best sentence of each part that the documents answer."""
        found: dict[tuple[str, str], Citation] = {}
        for part in self.finding.found:
            evidence = part.evidence[0]
            hit = part.passage(evidence)
            quote = evidence.candidate.quote
            found.setdefault((hit.chunk_id, quote), citation(self.numbering.of(hit), hit, quote))
        return list(found.values())

    def missing(self, written: Written) -> tuple[str, ...]:
        """The parts that neither the documents answer nor the model's words cite anything for."""
        cited = {one.chunk_id for one in written.citations}
        return tuple(
            thing
            for thing, part in zip(
                self.plan.compared or self.plan.parts, self.finding.parts, strict=True
            )
            if not part.found and not cited & {hit.chunk_id for hit in part.hits}
        )

    def new_numbers(self, citations: Sequence[Citation]) -> dict[str, int]:
        """Chunk id and number of what was shown first in this turn."""
        shown = {number: hit.chunk_id for number, hit in self.offered.items()}
        shown |= {one.n: one.chunk_id for one in citations}
        return {chunk: number for number, chunk in shown.items() if number not in self._before}

    def continued(self, text: str) -> tuple[PastTurn, ...]:
        """The conversation as the next prompt shows it."""
        if self.fitted is not None:
            return self.fitted.continued(text)
        before = self.ask.history[-1].turns if self.ask.history else ()
        return (*before, PastTurn(self.ask.question, text))
