"""Answers one question: search, fit, let the model write, check, and only then speak."""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import prompts
from app.answering.ask import Ask
from app.answering.by_code import answer_by_code
from app.answering.check import NOT_FOUND, Checked, check_draft
from app.answering.citations import without_broken_end
from app.answering.confidence import Calibration
from app.answering.distrust import as_data, notices_of, plain_draft, unmarked
from app.answering.editions import prefer_editions
from app.answering.events import (
    Answer,
    AnswerSentence,
    Dropped,
    Event,
    Finished,
    ModelName,
    Reading,
    Searching,
    Usage,
    Writing,
)
from app.answering.followup import (
    Exchange,
    conversation,
    read_rewrite,
    readings,
    standalone,
    stands,
)
from app.answering.language import telling_words
from app.answering.needed_words import named_of
from app.answering.search_index import SearchIndex
from app.answering.stream import EventStream
from app.answering.talk import without_courtesy
from app.answering.window import FittedPrompt, NumberedPassage, QuestionTooLong, fit, tokens_sha256
from app.engine.client import Completion, EngineError
from app.engine.templates import ChatTemplate, Turn
from app.settings import AnswerSettings
from vectorstore.dates import in_one_spelling
from vectorstore.languages import language_of
from vectorstore.records import Hit

WEAK_READS = 3  # passages for a weak model: more only distract it, and cost its user seconds
WEAK_WRITES = 64  # tokens of its answer; it has nothing more to say after that
REWRITE_TOKENS = 80  # for a question made from the conversation
SHOWN = 8  # passages beside the answer, also of those that the model did not read

E = TypeVar("E")  # what a stream tells on its way


class LanguageModel(Protocol):
    """What the assistant needs of an engine; `app.engine.client.EngineClient` is one."""

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        reproducible: bool = False,
    ) -> Completion: ...


class ExactEngine:
    """A language model that gives the same tokens for a prompt whatever else it is asked."""

    def __init__(self, engine: LanguageModel) -> None:
        self._engine = engine

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        reproducible: bool = True,
    ) -> Completion:
        del reproducible
        return self._engine.complete(
            prompt, max_tokens=max_tokens, stop=stop, person=person, reproducible=True
        )


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A language model with all that belongs to it."""

    engine: LanguageModel
    template: ChatTemplate
    name: ModelName
    context_window: int
    weak: bool  # too small to trust its own words; quotations are preferred, passages are few


class AnswerStream(EventStream[E]):
    """The events of one question; `close` stops the engine, also from another thread."""

    def __init__(self, run: Callable[["AnswerStream[E]"], Iterator[E]]) -> None:
        self.stopped = False
        self._completion: Completion | None = None
        self._events = run(self)

    def writing(self, completion: Completion) -> Completion:
        """Remember what `close` has to stop."""
        self._completion = completion
        if self.stopped:
            completion.close()
        return completion

    def __next__(self) -> E:
        return next(self._events)

    def close(self) -> None:
        self.stopped = True
        if self._completion is not None:
            self._completion.close()


class Assistant:
    """Answers questions over one index with one chat model; safe to use from many threads."""

    def __init__(
        self,
        index: SearchIndex,
        model: ChatModel,
        settings: AnswerSettings,
        calibration: Calibration,
    ) -> None:
        self._index = index
        self._model = model
        self._settings = settings
        self._calibration = calibration

    def ask(self, ask: Ask) -> AnswerStream[Event]:
        """Return the stream of what happens, ending in `Finished`.

        While it is read it raises QuestionTooLong (the question alone does not fit the window)
        and EngineError. A closed stream ends without `Finished`.
        """
        return AnswerStream(lambda stream: self._answer(stream, ask))

    def _answer(self, stream: AnswerStream[Event], ask: Ask) -> Iterator[Event]:
        started = time.perf_counter()
        by_code = answer_by_code(ask, self._index, self._model.name, self._model.context_window)
        if by_code is not None:
            yield Finished(by_code)
            return
        engine = ExactEngine(self._model.engine) if ask.reproducible else self._model.engine
        asked = self._standalone(stream, ask, engine)
        if asked is None:
            return
        asked = in_one_spelling(asked)
        yield Searching(asked)
        most = WEAK_READS if self._model.weak else self._settings.passages
        found = self._index.search(asked, ask.scope, k=max(most, SHOWN))
        hits = prefer_editions(asked, found.hits, self._index.opening)
        searched = time.perf_counter()
        numbered = _numbered(hits[:most], ask.history)
        said = f"{ask.question}\n{ask.instruction}" if ask.instruction else ask.question
        fitted = self._fit(said, hits[:most], numbered, ask.history)
        offered = {passage.number: numbered[passage.number] for passage in fitted.passages}
        told = {number: as_data(hit) for number, hit in offered.items()}
        dropped = Dropped(fitted.dropped_passages, fitted.dropped_turns)
        yield Reading(list(offered.values()), dropped)

        draft = ""
        first_token = None
        completion = stream.writing(
            engine.complete(
                fitted.ids,
                max_tokens=min(fitted.max_tokens, WEAK_WRITES)
                if self._model.weak
                else fitted.max_tokens,
                stop=self._model.template.stop,
                person=ask.person,
            )
        )
        try:
            for piece in completion:
                first_token = first_token or time.perf_counter()
                draft += piece
                yield Writing(draft)
        finally:
            completion.close()
        if stream.stopped:
            return
        if completion.finish_reason == "length":
            draft = without_broken_end(draft)
        draft, defused = plain_draft(draft, ask.question, list(offered.values()))

        checked = check_draft(
            asked,
            draft,
            {number: one.hit for number, one in told.items()},
            self._index.embedder,
            self._calibration,
            self._index.rarity(telling_words(asked), ask.scope.spaces),
            weak=self._model.weak,
            withhold=self._settings.unsupported == "withhold",
            refuse_below=self._settings.refuse_below,
        )
        checked = _of_this(checked, ask, asked)
        ended = time.perf_counter()
        usage = completion.usage
        shown_before = {number for turn in ask.history for number, _ in turn.shown()}
        yield Finished(
            Answer(
                id=uuid.uuid4().hex,
                question=ask.question,
                answer=checked.text,
                found=checked.decision.found,
                quoted=checked.quoted,
                confidence=checked.decision.confidence,
                sentences=checked.sentences,
                citations=checked.citations,
                passages=hits,
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
                signals=dict(checked.decision.signals),
                numbers={
                    hit.chunk_id: number
                    for number, hit in offered.items()
                    if number not in shown_before
                },
                turns=fitted.continued(checked.text),
                prompt_sha256=tokens_sha256(fitted.ids),
                searched=asked,
                notices=notices_of(told.values(), checked.text, defused),
            )
        )

    def _standalone(
        self, stream: AnswerStream[Event], ask: Ask, engine: LanguageModel
    ) -> str | None:
        """The question to search with: in the model's words if they can be trusted, else code's.

        None if the stream was closed meanwhile.
        """
        question, history = without_courtesy(ask.question), _exchanges(ask.history)
        by_code = standalone(question, history)
        if not history or self._model.weak:
            return by_code
        user = prompts.render("rewrite_user", conversation=conversation(history), question=question)
        ids = self._model.template.encode(prompts.render("rewrite_system"), [Turn(user, None)])
        if len(ids) + REWRITE_TOKENS > self._model.context_window:
            return by_code
        completion = engine.complete(
            ids, max_tokens=REWRITE_TOKENS, stop=self._model.template.stop, person=ask.person
        )
        try:
            written = "".join(stream.writing(completion))
        except EngineError:
            return by_code  # what is wrong with the engine is told when the answer is asked for
        finally:
            completion.close()
        if stream.stopped:
            return None
        if completion.finish_reason == "length":
            return by_code
        return read_rewrite(written, question, history) or by_code

    def too_long(self, question: str) -> str:
        """Why the window cannot hold this question even without passages, or ""."""
        try:
            self._fit(question, (), {}, ())
        except QuestionTooLong as error:
            return str(error)
        return ""

    def _fit(
        self,
        question: str,
        hits: Sequence[Hit],
        numbered: dict[int, Hit],
        history: Sequence[Answer],
    ) -> FittedPrompt:
        numbers = {hit.chunk_id: number for number, hit in numbered.items()}
        return fit(
            self._model.template,
            system=prompts.render("answer_system"),
            question=question,
            history=history[-1].turns if history else (),
            passages=[_passage(numbers[hit.chunk_id], as_data(hit).hit) for hit in hits],
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


def _of_this(checked: Checked, ask: Ask, asked: str) -> Checked:
    """The answer, or that there is none where it tells of something else than was asked.

    An elliptic question needs what it brings in its evidence, and no answer before is one anew.
    """
    exchanges, question = _exchanges(ask.history), without_courtesy(ask.question)
    read = readings(question, exchanges)
    meant = next((one for one in read if in_one_spelling(one.question) == asked), read[0])
    around = " ".join(f"{one.document} {one.heading} {one.quote}" for one in checked.citations)
    if not checked.decision.found or stands(meant, checked.text, around, exchanges):
        return checked
    told = NOT_FOUND
    if meant.needed:
        what = named_of(meant.needed, meant.question)
        told = language_of(question).outcomes.not_said_of.format(what=what)
    sentence = AnswerSentence(told, (), supported=False)
    return Checked(told, [sentence], [], False, replace(checked.decision, found=False))


def _exchanges(history: Sequence[Answer]) -> list[Exchange]:
    """What was asked and answered; a summary asked for nothing that a search could find."""
    return [Exchange(turn.question, turn.answer) for turn in history if turn.passages]


def _passage(number: int, hit: Hit) -> NumberedPassage:
    label = hit.document
    if hit.page is not None:
        label += f", page {hit.page}"
    if hit.heading:
        label += f", {hit.heading}"
    return NumberedPassage(number, unmarked(hit.text), label)


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
