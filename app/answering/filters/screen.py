"""What is done with what filters find: in a question, in an answer, and in passages on show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.answering.ask import Ask
from app.answering.events import (
    Answer,
    AnswerSentence,
    Citation,
    EvidenceFound,
    Finished,
    Notice,
    Progress,
    Reading,
    Said,
    Searching,
    Writing,
)
from app.answering.filters.masking import counted, find_all, masked, settled
from app.answering.filters.port import Filter
from app.answering.plan import Plan
from app.answering.stream import EventStream, WrappedStream
from app.answering.summarising.summary import Summarised, Summary, SummaryPoint
from app.answering.window import NumberedPassage, PastTurn
from ingest.clean import clean
from vectorstore.records import Hit

Action = Literal["off", "mark", "mask", "refuse"]
REFUSED = "[…]"  # stands for a question that a filter refuses
WITHHELD = "This answer is withheld: it holds what a filter of your company does not let through."

# Told of every text in which something was found: where, what was done, and how many of what.
Record = Callable[[Literal["question", "answer"], Action, Mapping[str, int]], None]


class QuestionRefused(Exception):
    """A filter does not let a question through; the message says of which kinds it holds how many.

    It never holds what was found.
    """


@dataclass(frozen=True, slots=True)
class Screen:
    """The filters of a company, and what becomes of what they find."""

    filters: tuple[Filter, ...] = ()
    questions: Action = "off"
    answers: Action = "off"

    @property
    def hides(self) -> bool:
        """Whether what is found in documents may not be shown."""
        return bool(self.filters) and self.answers in ("mask", "refuse")

    def asked(self, ask: Ask, record: Record) -> tuple[Ask, tuple[Notice, ...]]:
        """The question as it may be asked, and what its reader is told.

        Raises QuestionRefused, after it was recorded.

        It is judged as documents are, without what nobody sees: a hidden letter hides nothing.
        """
        text = ask.question
        if self.questions != "off" and self.filters:
            text = clean(text)[0]
        found = find_all(self.filters, text) if self.questions != "off" else []
        if not found:
            return replace(ask, question=text), ()
        counts = counted(found)
        record("question", self.questions, counts)
        if self.questions == "refuse":
            raise QuestionRefused(
                f"the question was not asked: it holds {words_of(counts)}, which your company's "
                "filters do not let through; ask without that"
            )
        notices = _notices("question", self.questions, counts)
        text = masked(text, found) if self.questions == "mask" else text
        return replace(ask, question=text), notices

    def kept(self, question: str) -> str:
        """The question as it may be written down; "[…]" for one that will be refused."""
        if self.questions in ("off", "mark") or not self.filters:
            return question
        text = clean(question)[0]
        found = find_all(self.filters, text)
        if not found:
            return question
        return REFUSED if self.questions == "refuse" else masked(text, found)

    def masked(self, text: str) -> str:
        """`text` as it may be shown where no answer depends on it."""
        return masked(text, find_all(self.filters, text)) if self.hides else text

    def draft(self, text: str) -> str:
        """What may be shown of a draft that goes on."""
        if not self.hides:
            return text
        return settled(self.filters, text) if self.answers == "mask" else ""

    def search(self, text: str) -> str:
        """What may be shown of a search that was made for an answer; "" where nothing may."""
        if not self.hides:
            return text
        return self.masked(text) if self.answers == "mask" else ""

    def hits(self, hits: Sequence[Hit]) -> list[Hit]:
        """Passages as they may be shown."""
        if not self.hides:
            return list(hits)
        return [
            replace(hit, text=self.masked(hit.text), heading=self.masked(hit.heading))
            for hit in hits
        ]

    def hits_before_judgement(self, hits: Sequence[Hit]) -> list[Hit]:
        """Passages as they may be shown while their answer may still be withheld.

        Names of documents are not masked, as they are links; one that holds something waits.
        """
        if self.answers == "refuse":
            hits = [hit for hit in hits if not find_all(self.filters, hit.document)]
        return self.hits(hits)

    def citations_before_judgement(self, citations: Sequence[Citation]) -> list[Citation]:
        """Quotations as they may be shown while their answer may still be withheld."""
        if self.answers == "refuse":
            return [
                one for one in citations if not find_all(self.filters, _said(one.document, [one]))
            ]
        return self._citations(citations) if self.hides else list(citations)

    def answer(self, answer: Answer, record: Record) -> Answer:
        """The answer as it may be shown and kept; its passages are left to `hits`."""
        counts = self._judge(_said(answer.answer, answer.citations), record)
        noticed = replace(answer, notices=(*answer.notices, *counts))
        if not self.hides:
            return noticed
        noticed = replace(
            noticed,
            searched=self.masked(answer.searched),
            steps=tuple(map(self.masked, answer.steps)),
            asides=tuple(map(self.masked, answer.asides)),
            missing=tuple(map(self.masked, answer.missing)),
            plan=self._plan(answer.plan),
            turns=tuple(self._turn(turn) for turn in answer.turns),
        )
        if counts and self.answers == "refuse":
            return replace(
                noticed,
                answer=WITHHELD,
                found=False,
                outcome="not_found",
                quoted=False,
                missing=(),
                steps=(),
                asides=(),
                sentences=[AnswerSentence(WITHHELD, (), supported=False)],
                citations=[],
                evidence=(),
                turns=(),
            )
        return replace(
            noticed,
            evidence=tuple(self.citations_before_judgement(answer.evidence)),
            answer=self.masked(answer.answer),
            sentences=[replace(one, text=self.masked(one.text)) for one in answer.sentences],
            citations=self._citations(answer.citations),
        )

    def summary(self, summary: Summary, record: Record) -> Summary:
        """The same of a summary."""
        points = "\n".join(point.text for point in summary.points)
        counts = self._judge(_said(points, summary.citations), record)
        noticed = replace(summary, notices=(*summary.notices, *counts))
        if not self.hides:
            return noticed
        if counts and self.answers == "refuse":
            return replace(noticed, points=[SummaryPoint(WITHHELD, (), False)], citations=[])
        return replace(
            noticed,
            points=[replace(point, text=self.masked(point.text)) for point in summary.points],
            citations=self._citations(summary.citations),
        )

    def _judge(self, text: str, record: Record) -> tuple[Notice, ...]:
        found = find_all(self.filters, text) if self.answers != "off" else []
        if not found:
            return ()
        counts = counted(found)
        record("answer", self.answers, counts)
        return _notices("answer", self.answers, counts)

    def _citations(self, citations: Sequence[Citation]) -> list[Citation]:
        return [
            replace(one, quote=self.masked(one.quote), heading=self.masked(one.heading))
            for one in citations
        ]

    def _plan(self, plan: Plan | None) -> Plan | None:
        """Its parts may be drawn from the conversation."""
        if plan is None:
            return None
        parts, compared = (tuple(map(self.masked, told)) for told in (plan.parts, plan.compared))
        return replace(plan, parts=parts, compared=compared)

    def _turn(self, turn: PastTurn) -> PastTurn:
        passages = tuple(
            NumberedPassage(one.number, self.masked(one.text), self.masked(one.label))
            for one in turn.passages
        )
        return PastTurn(turn.question, self.masked(turn.answer), passages)


class Screened(WrappedStream[Any]):
    """A stream of events with drafts and results as they may be shown."""

    def __init__(
        self,
        events: EventStream[Any],
        screen: Screen,
        record: Record,
        notices: tuple[Notice, ...] = (),
    ) -> None:
        super().__init__(events)
        self._screen = screen
        self._record = record
        self._notices = notices
        self._draft = ""
        self._held: Finished | None = None

    def __next__(self) -> Any:
        if self._held is not None:
            finished, self._held = self._held, None
            return finished
        event = next(self._events)
        match event:
            case Writing(text):
                self._draft = text
                event = Writing(self._screen.draft(text))
            case Said(text):
                event = Said(self._screen.draft(text))
            case Progress(text):
                event = Progress(self._screen.draft(text))
            case Searching(question, step=True):
                event = Searching(self._screen.search(question), step=True)
            case EvidenceFound(citations):
                event = EvidenceFound(self._screen.citations_before_judgement(citations))
            case Summarised(summary):
                event = Summarised(self._screen.summary(summary, self._record))
            case Finished(answer):
                shown = self._screen.answer(answer, self._record)
                event = Finished(replace(shown, notices=(*self._notices, *shown.notices)))
                if self._screen.hides and self._draft and not is_withheld(event.answer):
                    self._held = event
                    # The draft goes on record whole, now that it has an end.
                    return Writing(self._screen.masked(self._draft))
        return event


class Shown(WrappedStream[Any]):
    """A stream of events with the passages as they may be shown."""

    def __init__(self, events: EventStream[Any], screen: Screen) -> None:
        super().__init__(events)
        self._screen = screen

    def __next__(self) -> Any:
        match next(self._events):
            case Reading(passages, dropped):
                return Reading(self._screen.hits_before_judgement(passages), dropped)
            case Finished(answer) if is_withheld(answer):
                return Finished(replace(answer, passages=[], numbers={}))
            case Finished(answer):
                return Finished(replace(answer, passages=self._screen.hits(answer.passages)))
            case other:
                return other


def is_withheld(answer: Answer) -> bool:
    """Whether a filter let nothing of an answer through."""
    return any(one.kind == "answer" and one.action == "refuse" for one in answer.notices)


def words_of(counts: Mapping[str, int]) -> str:
    """What was found, in words: "2 × e-mail address, 1 × IBAN"."""
    return ", ".join(f"{count} × {label}" for label, count in counts.items())


def _said(text: str, citations: Sequence[Citation]) -> str:
    """All that an answer shows; a form feed lies between, so that nothing spans two of them."""
    return "\f".join((text, *(one.quote for one in citations)))


def _notices(
    kind: Literal["question", "answer"], action: Action, counts: Mapping[str, int]
) -> tuple[Notice, ...]:
    return tuple(Notice(kind, count, label, action) for label, count in counts.items())
