"""Summarises a document of any length: its parts, then the parts' points; each point is proved."""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import prompts
from app.answering.assistant import AnswerStream
from app.answering.citations import DraftSentence, read_draft, without_broken_end
from app.answering.distrust import as_data, notices_of, plain_draft
from app.answering.events import Citation, Dropped, Usage, Writing
from app.answering.language import content_stems, sentences
from app.answering.language_model import ChatModel
from app.answering.summarising.key_sentences import Candidate, key_sentences
from app.answering.summarising.parts import Part, split
from app.answering.summarising.summary import (
    Joining,
    NothingToSummarise,
    ReadingPart,
    Summarised,
    Summary,
    SummaryEvent,
    SummaryPoint,
)
from app.answering.support import find_support
from app.answering.window import FittedPrompt, NumberedPassage, fit
from vectorstore.index import Index
from vectorstore.records import DocumentRecord, Hit

MOST_POINTS = 10  # of a summary
POINTS_OF_PART = 6
FEWEST_POINTS = 4  # a model that joins everything into less has left things out
LEAST_WORDS = 3  # telling words of a point; "Annual leave." says nothing
# Key sentences are chosen without a prompt, and better among many: a part may be larger then.
WINDOWS_OF_PART_IF_WEAK = 4
DRAFT_TOKENS = 512  # ten points of fifty tokens


@dataclass(frozen=True, slots=True)
class _Point:
    text: str
    hit: Hit
    quote: str
    quoted: bool


@dataclass(slots=True)
class _Work:
    """One summary being made, and the tokens that it has cost."""

    stream: AnswerStream[SummaryEvent]
    person: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Summariser:
    """Summarises the documents of one index with one chat model; safe to use from many threads.

    A weak model is not asked: of a part it writes repetitions and inventions, at a minute each,
    and not a word of them would be kept. Its summaries are the document's key sentences.
    """

    def __init__(self, index: Index, model: ChatModel) -> None:
        self._index = index
        self._model = model

    def summarise(
        self, document: DocumentRecord, *, person: str = ""
    ) -> AnswerStream[SummaryEvent]:
        """Return the stream of what happens, ending in `Summarised`.

        While it is read it raises NothingToSummarise, QuestionTooLong (the window is too small
        even for the instructions) and EngineError. A closed stream ends without `Summarised`.
        """
        return AnswerStream(lambda stream: self._summarise(_Work(stream, person), document))

    def _summarise(self, work: _Work, document: DocumentRecord) -> Iterator[SummaryEvent]:
        started = time.perf_counter()
        told = [as_data(hit) for hit in self._index.chunks(document.space, document.name)]
        hits = [one.hit for one in told]
        if not hits:
            raise NothingToSummarise(
                f"{document.name} holds no text that could be read"
                + (f": {document.warning}" if document.warning else "")
            )
        window = self._model.context_window * (WINDOWS_OF_PART_IF_WEAK if self._model.weak else 1)
        parts = list(
            split(
                [(_place(hit), hit.text) for hit in hits],
                window,
                lambda passages: self._fit("summarise_part", POINTS_OF_PART, passages, window),
            )
        )
        points: list[_Point] = []
        for number, part in enumerate(parts, 1):
            yield ReadingPart(number, len(parts), _place(hits[part.start]))
            found = yield from self._read(work, part, hits[part.start : part.end], len(parts))
            if work.stream.stopped:
                return
            points += found
        if len(points) > MOST_POINTS:
            yield Joining(len(points))
            if not self._model.weak:
                points = yield from self._join(work, points)
            points = self._choose(points, MOST_POINTS)
            if work.stream.stopped:
                return
        points.sort(key=lambda point: (point.hit.position, point.hit.text.find(point.quote)))
        said, citations = _cite(points)
        whole = sum(part.end - part.start for part in parts) - sum(part.cut for part in parts)
        yield Summarised(
            Summary(
                document=document.name,
                title=document.title,
                space=document.space,
                points=said,
                citations=citations,
                parts=len(parts),
                passages=len(hits),
                usage=Usage(
                    context_window=self._model.context_window,
                    prompt_tokens=work.prompt_tokens,
                    completion_tokens=work.completion_tokens,
                    dropped=Dropped(passages=len(hits) - whole),
                ),
                timings={"total_s": time.perf_counter() - started},
                model=self._model.name,
                notices=notices_of(told, "\n".join(point.text for point in said), 0, citations),
            )
        )

    def _read(
        self, work: _Work, part: Part, hits: Sequence[Hit], parts: int
    ) -> Generator[SummaryEvent, None, list[_Point]]:
        """The points of one part; one of its own sentences where the model's have no support."""
        if self._model.weak:
            return self._quotations(hits, MOST_POINTS if parts == 1 else POINTS_OF_PART)
        draft, _ = plain_draft((yield from self._write(work, part.prompt)), "", hits)
        points: list[_Point] = []
        for sentence in read_draft(draft, range(1, len(hits) + 1)):
            cited = [hits[number - 1] for number in sentence.cited]
            point = _supported(sentence, cited, [hit for hit in hits if hit not in cited])
            if point and point.text not in {known.text for known in points}:
                points.append(point)
        return points[:POINTS_OF_PART] or self._quotations(hits, 1)

    def _join(
        self, work: _Work, points: Sequence[_Point]
    ) -> Generator[SummaryEvent, None, list[_Point]]:
        """Let the model join the points, in rounds, as long as that makes them fewer."""
        while len(points) > MOST_POINTS:
            joined: list[_Point] = []
            for group in split(
                [(_place(point.hit), point.text) for point in points],
                self._model.context_window,
                lambda passages: self._fit(
                    "summarise_whole", MOST_POINTS, passages, self._model.context_window
                ),
            ):
                draft = yield from self._write(work, group.prompt)
                if work.stream.stopped:
                    return list(points)
                held = points[group.start : group.end]
                draft, _ = plain_draft(draft, "", [point.hit for point in held])
                found = _restated(draft, held)
                enough = len(found) >= min(FEWEST_POINTS, len(held))
                joined += found[:MOST_POINTS] if enough else self._choose(held, MOST_POINTS)
            if not joined or len(joined) >= len(points):
                break
            points = joined
        return list(points)

    def _choose(self, points: Sequence[_Point], most: int) -> list[_Point]:
        candidates = [Candidate(point.text, point.hit.heading, True) for point in points]
        kept = key_sentences(candidates, most, self._index.embedder)
        return [points[place] for place in kept]

    def _quotations(self, hits: Sequence[Hit], most: int) -> list[_Point]:
        """The part's key sentences, in its own words."""
        said = [
            (hit, Candidate(sentence, hit.heading, number == 0))
            for hit in hits
            for number, sentence in enumerate(sentences(hit.text))
        ]
        kept = key_sentences([candidate for _, candidate in said], most, self._index.embedder)
        return [_Point(one.text, hit, one.text, True) for hit, one in map(said.__getitem__, kept)]

    def _write(self, work: _Work, fitted: FittedPrompt) -> Generator[Writing, None, str]:
        """Let the model answer one prompt; its whole sentences."""
        completion = work.stream.writing(
            self._model.engine.complete(
                fitted.ids,
                max_tokens=fitted.max_tokens,
                stop=self._model.template.stop,
                person=work.person,
            )
        )
        draft = ""
        try:
            for piece in completion:
                draft += piece
                yield Writing(draft)
        finally:
            completion.close()
        work.prompt_tokens += len(fitted.ids)
        work.completion_tokens += completion.usage.completion_tokens if completion.usage else 0
        return without_broken_end(draft) if completion.finish_reason == "length" else draft

    def _fit(
        self, prompt: str, most: int, passages: Sequence[NumberedPassage], window: int
    ) -> FittedPrompt:
        return fit(
            self._model.template,
            system=prompts.render(prompt, most=str(most)),
            question=f"Write at most {most} points.",
            history=(),
            passages=passages,
            window=window,
            answer_tokens=DRAFT_TOKENS,
            render_user=_render_user,
        )


def _render_user(passages: Sequence[NumberedPassage], task: str) -> str:
    if not passages:
        return task
    listed = "\n\n".join(
        prompts.render("passage", number=str(p.number), label=p.label, text=p.text)
        for p in passages
    )
    return prompts.render("summarise_user", passages=listed, task=task)


def _supported(
    sentence: DraftSentence, cited: Sequence[Hit], others: Sequence[Hit]
) -> _Point | None:
    """The sentence with its evidence, in what it cites or else elsewhere; None without any."""
    if len(content_stems(sentence.text)) < LEAST_WORDS:
        return None
    for hits in (cited, others):
        support = find_support(sentence.text, [hit.text for hit in hits])
        if support:
            return _Point(sentence.text, hits[support.passage], support.quote, False)
    return None


def _restated(draft: str, points: Sequence[_Point]) -> list[_Point]:
    """What of a draft that joins `points` stands in the passages of those points."""
    found: list[_Point] = []
    for sentence in read_draft(draft, range(1, len(points) + 1)):
        cited = [points[number - 1].hit for number in sentence.cited]
        others = list({point.hit.chunk_id: point.hit for point in points}.values())
        point = _supported(sentence, cited, [hit for hit in others if hit not in cited])
        if point and point.text not in {known.text for known in found}:
            same = next((known for known in points if known.text == point.text), None)
            found.append(same or point)  # a quotation that is repeated is still one
    return found


def _cite(points: Sequence[_Point]) -> tuple[list[SummaryPoint], list[Citation]]:
    """Number the evidence in the order of the points; the same sentence has one number."""
    citations: dict[tuple[str, str], Citation] = {}
    said: list[SummaryPoint] = []
    for point in points:
        hit = point.hit
        citation = citations.setdefault(
            (hit.chunk_id, point.quote),
            Citation(
                len(citations) + 1,
                hit.document,
                hit.page,
                hit.heading,
                point.quote,
                hit.chunk_id,
                hit.space,
                hit.recognised,
            ),
        )
        said.append(SummaryPoint(point.text, (citation.n,), point.quoted))
    return said, list(citations.values())


def _place(hit: Hit) -> str:
    page = f"page {hit.page}" if hit.page is not None else ""
    return ", ".join(said for said in (page, hit.heading) if said)
