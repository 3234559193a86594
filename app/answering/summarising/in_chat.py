"""Summaries in a conversation: which questions ask for one, and a summary told as an answer."""

import re
import uuid
from collections.abc import Sequence
from pathlib import PurePosixPath

from app.answering.ask import Ask
from app.answering.events import Answer, AnswerSentence, Event, Finished, Progress, Writing
from app.answering.stream import EventStream, WrappedStream
from app.answering.summarising.summary import (
    Joining,
    ReadingPart,
    Summarised,
    Summary,
    SummaryEvent,
)
from app.answering.window import PastTurn
from vectorstore.languages import any_of, words_of
from vectorstore.records import DocumentRecord

_BEFORE = any_of(lambda language: language.summaries.courtesies_before)
_AFTER = any_of(lambda language: language.summaries.courtesies_after)
_REQUESTS = tuple(
    re.compile(rf"^(?:{_BEFORE})?{request}(?:,? (?:{_AFTER}))?[.?!]*$", re.IGNORECASE)
    for request in words_of(lambda language: language.summaries.requests)
)
_ARTICLES = words_of(lambda language: language.optional_articles)
_THE_CHOSEN = re.compile(
    rf"^(?:{any_of(lambda language: language.summaries.the_chosen)})$", re.IGNORECASE
)


def document_to_summarise(
    question: str,
    chosen: Sequence[DocumentRecord] | None,
    known: Sequence[DocumentRecord],
) -> DocumentRecord | None:
    """The one document that `question` clearly asks to summarise, else None.

    "This document" is the one that is `chosen`, if it is the only one; a name or title must be
    that of just one document among the chosen, or among those `known`.
    """
    asked = " ".join(question.split())
    match = next(filter(None, (request.match(asked) for request in _REQUESTS)), None)
    if match is None:
        return None
    wanted = match["what"].strip("\"'“”„‘’«» ").casefold()
    if _THE_CHOSEN.match(wanted):
        return chosen[0] if chosen and len(chosen) == 1 else None
    named = [record for record in chosen or known if wanted in _names(record)]
    return named[0] if len(named) == 1 else None


def _names(record: DocumentRecord) -> set[str]:
    path = PurePosixPath(record.name)
    spoken = " ".join(path.stem.replace("-", " ").replace("_", " ").split())
    names = {record.name, path.name, path.stem, record.title, spoken}
    return {
        written.casefold()
        for name in names
        if name
        for written in (name, *(f"{a} {name}" for a in _ARTICLES))
    }


class SummaryAsAnswer(WrappedStream[Event]):
    """A summary's events as those of the answer to a question that asked for one."""

    def __init__(self, events: EventStream[SummaryEvent], ask: Ask) -> None:
        super().__init__(events)
        self._ask = ask

    def __next__(self) -> Event:
        event: SummaryEvent = next(self._events)
        match event:
            case ReadingPart(part, parts, place):
                return Progress(f"{part} / {parts}" + (f" · {place}" if place else ""))
            case Joining(points):
                return Progress(f"{points} → …")
            case Summarised(summary):
                return Finished(_answer(summary, self._ask))
            case Writing() as draft:
                return draft


def _answer(summary: Summary, ask: Ask) -> Answer:
    quoted = all(point.quoted for point in summary.points)
    sentences = [
        AnswerSentence(
            f"“{point.text}”" if point.quoted and not quoted else point.text,
            point.citations,
            supported=True,
        )
        for point in summary.points
    ]
    text = "\n".join(
        f"- {sentence.text}" + "".join(f" [{number}]" for number in sentence.citations)
        for sentence in sentences
    )
    before = ask.history[-1].turns if ask.history else ()
    return Answer(
        id=uuid.uuid4().hex,
        question=ask.question,
        answer=text,
        found=True,
        quoted=quoted,
        confidence=1.0,
        sentences=sentences,
        citations=summary.citations,
        passages=[],
        usage=summary.usage,
        timings=summary.timings,
        model=summary.model,
        notices=summary.notices,
        form="list",
        # A later turn sees the points, without marks whose numbers it would not know.
        turns=(*before, PastTurn(ask.question, "\n".join(one.text for one in sentences))),
    )
