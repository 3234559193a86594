"""Answers one question: search, fit, let the model write, check, and only then speak."""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import prompts
from app.answering.ask import Ask
from app.answering.by_code import answer_by_code
from app.answering.check import DraftCheck, Written
from app.answering.citations import without_broken_end
from app.answering.clauses import (
    ClauseText,
    asked_clauses,
    asks_for_text,
    clause_text,
    naming_words,
)
from app.answering.composing import (
    Around,
    Composed,
    at_length,
    citation,
    compose,
    compose_clause,
    compose_rows,
    nearest,
)
from app.answering.confidence import Calibration, Decision, decide, decision_signals
from app.answering.distrust import as_data, notices_of, plain_draft, unmarked
from app.answering.events import (
    Answer,
    AnswerSentence,
    Citation,
    Dropped,
    Event,
    EvidenceFound,
    Finished,
    Form,
    ModelName,
    Notice,
    Outcome,
    Reading,
    Said,
    Searching,
    Usage,
    Writing,
)
from app.answering.evidence import likeliest
from app.answering.finding import Finding, Part, find, with_limit
from app.answering.followup import (
    Exchange,
    Interpretation,
    choose,
    conversation,
    read_rewrite,
    readings,
    stands,
)
from app.answering.language import words
from app.answering.needed_words import named_of
from app.answering.plan import Kind, Plan, asks_of_event, plan
from app.answering.search_index import SearchIndex
from app.answering.stream import EventStream
from app.answering.tables.answering import answer_from_tables
from app.answering.talk import without_courtesy
from app.answering.tidy import tidy
from app.answering.window import (
    FittedPrompt,
    NumberedPassage,
    PastTurn,
    QuestionTooLong,
    fit,
    tokens_sha256,
)
from app.engine.client import Completion, EngineError
from app.engine.client import Usage as EngineUsage
from app.engine.templates import ChatTemplate, Turn
from app.settings import AnswerSettings
from vectorstore.dates import in_one_spelling
from vectorstore.languages import language
from vectorstore.records import Hit

WEAK_READS = 3  # passages for a weak model: more only distract it, and cost its user seconds
WEAK_WRITES = 64  # tokens of its answer; it has nothing more to say after that
USUAL_READS = 150.0  # tokens a second that a model without a self-test is taken to read
LABEL_TOKENS = 24  # of a passage's number, document and headings
REWRITE_TOKENS = 80  # for a question made from the conversation
SHOWN = 8  # passages beside the answer, also of those that the model did not read
SURE = Decision(1.0, True, {"computed": 1.0})  # of what code has computed
WIDER = 2  # times as many passages, where a reader asks again for more
SHOWN_EACH = 5  # for each part of a question with several
CLAUSE_DOCUMENTS = 5  # in which a numbered part is looked for
NEARBY = 0.4  # share of the limit: a less likely answer is shown as near only if it is on topic
ON_TOPIC = 0.3  # cosine of the best passage; of questions about something else it was at most .27

_FORMS: dict[Kind, Form] = {
    Kind.LIST: "list",
    Kind.FACTS: "list",
    Kind.PROCEDURE: "steps",
    Kind.COMPARISON: "comparison",
    Kind.YES_NO: "yes_no",
}
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
        background: bool = False,
    ) -> Completion: ...


class PatientEngine:
    """A language model that answers everybody else's requests before these."""

    def __init__(self, engine: LanguageModel) -> None:
        self._engine = engine

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        reproducible: bool = False,
        background: bool = True,
    ) -> Completion:
        del background
        exact = {"reproducible": True} if reproducible else {}
        return self._engine.complete(
            prompt, max_tokens=max_tokens, stop=stop, person=person, background=True, **exact
        )


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
        background: bool = False,
    ) -> Completion:
        del reproducible, background
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
    reads: float = 0.0  # tokens a second on this machine, by its self-test; 0 where unknown


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
        clock = _Clock()
        by_code = answer_by_code(ask, self._index, self._model.name, self._model.context_window)
        if by_code is not None:
            yield Finished(by_code)
            return
        engine = PatientEngine(self._model.engine) if ask.background else self._model.engine
        engine = ExactEngine(engine) if ask.reproducible else engine
        read = self._readings(stream, ask, engine)
        if not read:
            return
        yield Searching(read[0].question)
        calibration = with_limit(self._calibration, self._settings.refuse_below)
        attempts = [self._attempt(one, ask, calibration) for one in read]
        chosen = attempts[choose(read, [one.finding.hits for one in attempts])]
        clock.lap("search_s")
        answer = _Answering(ask, chosen, attempts, Numbering(ask.history), clock)
        planned, finding = chosen.plan, chosen.finding
        if computed := self._computed(answer) or self._clause(answer):
            yield Reading(answer.passages(computed.citations), Dropped())
            answer.clock.lap("first_words_s")
            yield Finished(self._finished(answer, SURE, computed, quoted=True))
            return
        if not self._is_written(planned, finding):
            yield Reading(answer.passages(), Dropped())
            yield from self._said_at_once(answer)
            yield Finished(self._composed(answer))
            return
        fitted = self._fit(answer)
        answer.offer(fitted)
        yield Reading(list(answer.offered.values()), answer.dropped)
        yield from self._said_at_once(answer)
        check = DraftCheck(
            answer.asked,
            finding.parts,
            answer.told(),
            weak=self._model.weak,
            withhold=self._settings.unsupported == "withhold",
        )
        yield from self._written(stream, answer, engine, fitted, check)
        if not stream.stopped:
            yield Finished(self._checked(answer, check.result(), calibration))

    def _computed(self, answer: "_Answering") -> Composed | None:
        """What code computes from rows of tables; None where they give no answer."""
        asked = tidy(in_one_spelling(answer.asked))
        found = answer_from_tables(asked, answer.ask.scope, self._index, answer.finding.hits)
        if found is None or len(found.rows) < len(answer.plan.compared):
            return None  # of two things that are compared, one row says nothing
        rows = {row.chunk_id: self._index.chunk(row.chunk_id) for row in found.rows}
        cited = {chunk: as_data(hit).hit for chunk, hit in rows.items() if hit is not None}
        composed = compose_rows(found, cited, answer.numbering.of)
        return composed if composed and answer.stands(composed) else None

    def _clause(self, answer: "_Answering") -> Composed | None:
        """The text of "clause 2.2", where a question asks for nothing else."""
        if not asked_clauses(answer.asked):
            return None
        near = {(hit.space, hit.document): self._index.opening(hit) for hit in answer.finding.hits}
        called = {place: f"{place[1]} {opening}" for place, opening in near.items()}
        for one in self._index.documents_of(answer.ask.scope):
            place = (one.space, one.name)
            called[place] = f"{one.name} {one.title} {near.get(place, '')}"
        number = asks_for_text(answer.asked, list(called.values()))
        if not number:
            return None
        asked = set(naming_words(answer.asked))
        named = [place for place, name in called.items() if asked & set(words(name))]
        places = named or list(near)
        found: list[ClauseText] = []
        for space, name in places[:CLAUSE_DOCUMENTS]:
            told = [as_data(hit).hit for hit in self._index.chunks(space, name)]
            found += clause_text(number, told)
        return compose_clause(found, answer.numbering.of) if found else None

    def _attempt(
        self, interpretation: Interpretation, ask: Ask, calibration: Calibration
    ) -> "_Attempt":
        """What is found for one way to read the question."""
        question = in_one_spelling(interpretation.question)
        meant = self._index.spelling(question, ask.scope.spaces).words_meant
        planned = plan(tidy(question, meant))
        if not interpretation.alone and planned.kind is Kind.FACTS and not planned.compared:
            # The question before stands in front of this one, and has been answered.
            planned = replace(planned, kind=Kind.FACT, parts=planned.parts[-1:])
        times = WIDER if ask.wide else 1
        each = times * self._each(len(planned.parts))
        finding = find(planned.parts, ask.scope, self._index, calibration, each=each, times=times)
        return _Attempt(interpretation, planned, finding)

    def _each(self, parts: int) -> int:
        """Passages to search for each part."""
        if self._model.weak:
            return SHOWN if parts == 1 else SHOWN_EACH
        return max(SHOWN_EACH, self._settings.passages // parts)

    def _is_written(self, planned: Plan, finding: Finding) -> bool:
        """Whether the model writes: a weak one only tells one fact that code has found, where one
        sentence stands out."""
        if not self._model.weak:
            return bool(finding.hits)
        told = [part for part in finding.found if len(likeliest(part.evidence)) == 1]
        return planned.kind is Kind.FACT and bool(told)

    def _said_at_once(self, answer: "_Answering") -> Iterator[Event]:
        """The best evidence, before any model has written."""
        found = answer.best()
        answer.clock.lap("first_words_s")
        if found:
            answer.evidence = tuple(found)
            yield EvidenceFound(found)

    def _written(
        self,
        stream: AnswerStream[Event],
        answer: "_Answering",
        engine: LanguageModel,
        fitted: FittedPrompt,
        check: DraftCheck,
    ) -> Iterator[Event]:
        """The model's draft as it grows, and what of it has been checked."""
        draft = said = ""
        room = min(fitted.max_tokens, WEAK_WRITES) if self._model.weak else fitted.max_tokens
        completion = stream.writing(
            engine.complete(
                fitted.ids,
                max_tokens=room,
                stop=self._model.template.stop,
                person=answer.ask.person,
            )
        )
        try:
            for piece in completion:
                answer.clock.lap("first_token_s")
                draft += piece
                yield Writing(draft)
                plain, _ = plain_draft(draft, answer.ask.question, answer.offered_hits())
                now = check.read(plain)
                # What may still be refused at the end is not shown before it.
                if now != said and answer.finding.found:
                    said = now
                    yield Said(said)
        finally:
            completion.close()
        if stream.stopped:
            return
        answer.usage = completion.usage
        if completion.finish_reason == "length":
            draft = without_broken_end(draft)
        plain, answer.defused = plain_draft(draft, answer.ask.question, answer.offered_hits())
        check.read(plain, ended=True)

    def _checked(self, answer: "_Answering", written: Written, calibration: Calibration) -> Answer:
        """The answer after its draft was checked: the model's words, else the documents' own."""
        decision = self._decide(answer, written, calibration)
        if decision.found and written.text:
            composed = Composed(
                written.text,
                written.sentences,
                written.citations,
                _FORMS.get(answer.plan.kind, "text"),
                answer.missing(written),
            )
            if answer.stands(composed):
                return self._finished(answer, decision, composed, quoted=False)
        return self._composed(answer, decision)

    def _decide(self, answer: "_Answering", written: Written, calibration: Calibration) -> Decision:
        """The best part's decision, with what the model's draft says about it."""
        best = answer.best_part()
        if self._model.weak:  # its words say nothing about the documents, neither way
            return best.decision
        signals = decision_signals(
            best.question,
            best.told,
            best.evidence,
            rarity=best.rarity,
            supported=written.supported,
            model_refused=written.refused,
            unheld=best.unheld,
            opening=best.opening,
        )
        decision = decide(signals, calibration)
        if asks_of_event(best.question) and not best.decision.found:
            return replace(decision, found=False)  # a model's words make nothing happen
        return decision

    def _composed(self, answer: "_Answering", decision: Decision | None = None) -> Answer:
        """The answer in the documents' own words, or why there is none."""
        decision = decision or answer.best_part().decision
        composed = None
        if self._is_near(answer.best_part()) and answer.plan.kind is Kind.WRITING:
            # The documents' rules are no claim that they answer.
            decision = replace(decision, found=True)
        if decision.found:
            composed = compose(
                answer.plan,
                answer.finding,
                answer.numbering.of,
                self._around(),
                self._is_near,
            )
        if composed is not None and answer.stands(composed):
            if answer.ask.longer:
                composed = at_length(composed, answer.cited)
            return self._finished(answer, decision, composed, quoted=True)
        return self._not_answered(answer, replace(decision, found=False))

    def _not_answered(self, answer: "_Answering", decision: Decision) -> Answer:
        """What is near, without the claim that it answers; else that there is nothing."""
        if any(self._is_near(part) for part in answer.finding.parts):
            near = nearest(
                answer.plan,
                answer.finding,
                answer.numbering.of,
                self._around(),
                answer.not_said(),
            )
            if near is not None:
                if answer.ask.longer and not answer.not_said():
                    near = replace(near, text=at_length(near, answer.cited).text)
                return self._finished(answer, decision, near, quoted=True, outcome="unconfirmed")
        words = answer.not_said() or language(answer.plan.language).outcomes.not_found
        nothing = Composed(words, [AnswerSentence(words, (), supported=False)], [], "text")
        return self._finished(answer, decision, nothing, quoted=False, outcome="not_found")

    def _is_near(self, part: Part) -> bool:
        """Whether what was found for a part that is not answered is worth telling."""
        likely = part.decision.confidence >= NEARBY * self._calibration.refuse_below
        return (
            likely
            or max((hit.signals.get("cosine", 0.0) for hit in part.hits), default=0) >= ON_TOPIC
        )

    def _around(self) -> Around:
        return Around(self._section, self._outline)

    def _section(self, hit: Hit) -> list[Hit]:
        return [as_data(one).hit for one in self._index.section(hit)]

    def _outline(self, hit: Hit) -> list[Hit]:
        return [as_data(one).hit for one in self._index.outline(hit)]

    def _finished(
        self,
        answer: "_Answering",
        decision: Decision,
        composed: Composed,
        *,
        quoted: bool,
        outcome: Outcome | None = None,
    ) -> Answer:
        usage = answer.usage
        return Answer(
            id=uuid.uuid4().hex,
            question=answer.ask.question,
            answer=composed.text,
            found=decision.found,
            quoted=quoted,
            confidence=decision.confidence,
            sentences=composed.sentences,
            citations=composed.citations,
            passages=answer.passages(composed.citations),
            usage=Usage(
                context_window=self._model.context_window,
                prompt_tokens=len(answer.fitted.ids) if answer.fitted else 0,
                completion_tokens=usage.completion_tokens if usage else 0,
                cached_tokens=usage.cached_tokens if usage else 0,
                dropped=answer.dropped,
            ),
            timings=answer.clock.ended(),
            model=self._model.name,
            signals=dict(decision.signals),
            numbers=answer.new_numbers(composed.citations),
            turns=answer.continued(composed.text),
            prompt_sha256=tokens_sha256(answer.fitted.ids) if answer.fitted else "",
            searched=answer.asked,
            notices=(
                *notices_of(
                    answer.finding.data.values(), composed.text, answer.defused, composed.citations
                ),
                *(Notice("documents", 1, phrase) for phrase in answer.finding.unmet),
            ),
            outcome=outcome or ("partly" if composed.missing else "answered"),
            form=composed.form,
            missing=composed.missing,
            plan=answer.plan,
            style=answer.ask.style if self._follows(answer.ask) and not quoted else "",
            searches=tuple(
                tuple(hit.chunk_id for hit in part.hits)
                for attempt in answer.attempts
                for part in attempt.finding.parts
            ),
            evidence=answer.evidence,
        )

    def _readings(
        self, stream: AnswerStream[Event], ask: Ask, engine: LanguageModel
    ) -> tuple[Interpretation, ...]:
        """The ways to read the question in its conversation, the likeliest first.

        A model whose words can be trusted says what a question means that leans on others. () if
        the stream was closed meanwhile.
        """
        question, history = without_courtesy(ask.question), exchanges(ask.history)
        by_code = readings(question, history)
        if self._model.weak or all(one.alone for one in by_code):
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
            return ()
        if completion.finish_reason == "length":
            return by_code
        rewritten = read_rewrite(written, question, history)
        return (Interpretation(rewritten, alone=False), *by_code) if rewritten else by_code

    def too_long(self, question: str) -> str:
        """Why the window cannot hold this question even without passages, or ""."""
        try:
            self._fitted(question, (), ())
        except QuestionTooLong as error:
            return str(error)
        return ""

    def _fit(self, answer: "_Answering") -> FittedPrompt:
        ask = answer.ask
        times = WIDER if ask.wide else 1
        most = times * (WEAK_READS if self._model.weak else self._settings.passages)
        passages = [
            _passage(answer.numbering.of(hit), answer.finding.data[hit.chunk_id].hit)
            for hit in answer.finding.hits[:most]
        ]
        passages = self._within_reading_time(passages, times)
        instruction = ask.instruction or ("" if self._model.weak else _form(answer.plan))
        style = prompts.render("style", style=ask.style) if self._follows(ask) else ""
        longer = prompts.render("longer") if ask.longer and not self._model.weak else ""
        said = "\n".join(filter(None, (ask.question, instruction, longer, style)))
        return self._fitted(said, passages, ask.history, 2 if longer else 1)

    def _follows(self, ask: Ask) -> bool:
        """Whether the model is told how to write. A weak one is kept to what it can."""
        return bool(ask.style) and not self._model.weak

    def _within_reading_time(
        self, passages: Sequence[NumberedPassage], times: int
    ) -> list[NumberedPassage]:
        """The best passages that the model reads before its first words are due.

        Whoever asks for more waits as many `times` as long.
        """
        room = times * (self._model.reads or USUAL_READS) * self._settings.reading_s
        kept: list[NumberedPassage] = []
        for passage in passages:
            room -= self._model.template.count(passage.text) + LABEL_TOKENS
            if room < 0 and len(kept) >= WEAK_READS:
                break
            kept.append(passage)
        return kept

    def _fitted(
        self,
        question: str,
        passages: Sequence[NumberedPassage],
        history: Sequence[Answer],
        times: int = 1,
    ) -> FittedPrompt:
        return fit(
            self._model.template,
            # A weak model is kept to what it can: more words of it are only more mistakes.
            system=prompts.render("answer_system_brief" if self._model.weak else "answer_system"),
            question=question,
            history=history[-1].turns if history else (),
            passages=passages,
            window=self._model.context_window,
            answer_tokens=times * self._settings.max_tokens,
            render_user=render_user,
        )


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


class _Clock:
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
class _Attempt:
    """One way to read a question, with what was found for it."""

    interpretation: Interpretation
    plan: Plan
    finding: Finding


class _Answering:
    """One question while it is answered: what was found, offered and numbered."""

    def __init__(
        self,
        ask: Ask,
        chosen: "_Attempt",
        attempts: Sequence["_Attempt"],
        numbering: Numbering,
        clock: _Clock,
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
        for hit in chosen.finding.hits:
            numbering.of(hit)

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
        """What was found, and what is cited beside it."""
        known = {hit.chunk_id for hit in self.finding.hits}
        cited = [self.numbering.hit(one.n) for one in citations if one.chunk_id not in known]
        return [*self.finding.hits, *cited]

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


def _form(planned: Plan) -> str:
    """What a model is told of the form of its answer; "" where any form will do."""
    things = ", ".join(planned.compared or planned.parts)
    match planned.kind:
        case Kind.COMPARISON | Kind.FACTS:
            return prompts.render(f"kind_{planned.kind.value}", things=things)
        case Kind.LIST | Kind.PROCEDURE | Kind.YES_NO | Kind.WRITING:
            return prompts.render(f"kind_{planned.kind.value}")
        case _:
            return ""


def render_user(passages: Sequence[NumberedPassage], question: str) -> str:
    """The words of one turn: the passages that are new in it, then the question."""
    if not passages:
        return question
    listed = "\n\n".join(
        prompts.render("passage", number=str(p.number), label=p.label, text=p.text)
        for p in passages
    )
    return prompts.render("answer_user", passages=listed, question=question)


def exchanges(history: Sequence[Answer]) -> list[Exchange]:
    """What was asked and answered; a summary asked for nothing that a search could find."""
    return [
        Exchange(turn.question, turn.answer) for turn in history if turn.passages or turn.retold
    ]


def _passage(number: int, hit: Hit) -> NumberedPassage:
    label = hit.document
    if hit.page is not None:
        label += f", page {hit.page}"
    if hit.heading:
        label += f", {hit.heading}"
    return NumberedPassage(number, unmarked(hit.text), label)
