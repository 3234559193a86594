"""Answers one question: search, fit, let the model write, check, and only then speak."""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import prompts
from app.answering.check import Checked, check_draft
from app.answering.confidence import Calibration
from app.engine.client import Completion
from app.engine.templates import ChatTemplate
from app.events import (
    Answer,
    Dropped,
    Event,
    Finished,
    ModelName,
    Reading,
    Searching,
    Usage,
    Writing,
)
from app.settings import AnswerSettings
from app.window import FittedPrompt, NumberedPassage, PastTurn, fit
from vectorstore.index import Index
from vectorstore.records import Hit


class LanguageModel(Protocol):
    """What the assistant needs of an engine; `app.engine.client.EngineClient` is one."""

    def complete(
        self, prompt: Sequence[int], *, max_tokens: int, stop: Sequence[str] = (), person: str = ""
    ) -> Completion: ...


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A language model with all that belongs to it."""

    engine: Callable[[], LanguageModel]  # asked anew for each question: engines restart
    template: ChatTemplate
    name: ModelName
    context_window: int


class Assistant:
    """Answers questions over one index with one chat model; safe to use from many threads."""

    def __init__(
        self,
        index: Index,
        model: ChatModel,
        settings: AnswerSettings,
        calibration: Calibration,
    ) -> None:
        self._index = index
        self._model = model
        self._settings = settings
        self._calibration = calibration

    def ask(
        self,
        question: str,
        *,
        spaces: Sequence[str],
        documents: Sequence[str] | None = None,
        history: Sequence[Answer] = (),
        person: str = "",
    ) -> Iterator[Event]:
        """Yield what happens, ending in `Finished`; closing the iterator stops the engine.

        Raises QuestionTooLong (the question alone does not fit the window) and EngineError.
        """
        started = time.perf_counter()
        yield Searching(question)
        found = self._index.search(question, spaces, k=self._settings.passages, documents=documents)
        searched = time.perf_counter()
        shown = _numbered(found.hits, history)
        fitted = self._fit(question, shown, history)
        offered = {passage.number: shown[passage.number] for passage in fitted.passages}
        dropped = Dropped(fitted.dropped_passages, fitted.dropped_turns)
        yield Reading(list(offered.values()), dropped)

        draft = ""
        first_token = None
        completion = self._model.engine().complete(
            fitted.ids,
            max_tokens=fitted.max_tokens,
            stop=self._model.template.stop,
            person=person,
        )
        try:
            for piece in completion:
                first_token = first_token or time.perf_counter()
                draft += piece
                yield Writing(draft)
        finally:
            completion.close()

        checked = check_draft(
            question,
            draft,
            offered,
            self._index.embedder,
            self._calibration,
            withhold=self._settings.unsupported == "withhold",
            refuse_below=self._settings.refuse_below,
        )
        ended = time.perf_counter()
        usage = completion.usage
        answer = _answer(
            question,
            checked,
            passages=found.hits,
            usage=Usage(
                context_window=self._model.context_window,
                prompt_tokens=len(fitted.ids),
                completion_tokens=usage.completion_tokens if usage else 0,
                cached_tokens=usage.cached_tokens if usage else 0,
                dropped=dropped,
            ),
            timings={
                "search_s": searched - started,
                "first_token_s": (first_token or ended) - started,
                "total_s": ended - started,
            },
            model=self._model.name,
            numbers={
                hit.chunk_id: number
                for number, hit in offered.items()
                if number not in {old for turn in history for old, _ in turn.shown()}
            },
        )
        yield Finished(answer)

    def _fit(self, question: str, shown: dict[int, Hit], history: Sequence[Answer]) -> FittedPrompt:
        old = {number for turn in history for number, _ in turn.shown()}
        return fit(
            self._model.template,
            system=prompts.render("answer_system"),
            question=question,
            history=[
                PastTurn(
                    turn.question,
                    turn.answer,
                    tuple(_passage(number, hit) for number, hit in turn.shown()),
                )
                for turn in history
            ],
            passages=[_passage(number, hit) for number, hit in shown.items() if number not in old],
            window=self._model.context_window,
            answer_tokens=self._settings.max_tokens,
            render_user=render_user,
        )


def render_user(passages: Sequence[NumberedPassage], question: str) -> str:
    """The words of one turn: the passages that are new in it, then the question."""
    if not passages:
        return question
    listed = "\n\n".join(
        prompts.render("passage", number=str(p.number), label=p.label, text=p.text)
        for p in passages
    )
    return prompts.render("answer_user", passages=listed, question=question)


def _passage(number: int, hit: Hit) -> NumberedPassage:
    label = hit.document
    if hit.page is not None:
        label += f", page {hit.page}"
    if hit.heading:
        label += f", {hit.heading}"
    return NumberedPassage(number, hit.text, label)


def _numbered(hits: Sequence[Hit], history: Sequence[Answer]) -> dict[int, Hit]:
    """Number the hits by rank; one that was shown before keeps its number."""
    numbered = {number: hit for turn in history for number, hit in turn.shown()}
    known = {hit.chunk_id for hit in numbered.values()}
    following = max(numbered, default=0) + 1
    for hit in hits:
        if hit.chunk_id not in known:
            numbered[following] = hit
            following += 1
    return numbered


def _answer(
    question: str,
    checked: Checked,
    *,
    passages: Sequence[Hit],
    usage: Usage,
    timings: dict[str, float],
    model: ModelName,
    numbers: dict[str, int],
) -> Answer:
    return Answer(
        id=uuid.uuid4().hex,
        question=question,
        answer=checked.text,
        found=checked.decision.found,
        quoted=checked.quoted,
        confidence=checked.decision.confidence,
        sentences=checked.sentences,
        citations=checked.citations,
        passages=passages,
        usage=usage,
        timings=timings,
        model=model,
        signals=dict(checked.decision.signals),
        numbers=numbers,
    )
