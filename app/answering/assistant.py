"""Answers one question: search, fit, let the model write, check, and only then speak."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

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
    Composed,
    at_length,
    compose,
    compose_clause,
    compose_rows,
    nearest,
)
from app.answering.confidence import Calibration, Decision, decide, decision_signals
from app.answering.context import Context
from app.answering.distrust import as_data, notices_of, plain_draft
from app.answering.events import (
    Answer,
    AnswerSentence,
    Dropped,
    Event,
    EvidenceFound,
    Finished,
    Form,
    Notice,
    Outcome,
    Reading,
    Said,
    Searching,
    Usage,
    Writing,
)
from app.answering.evidence import likeliest
from app.answering.finding import Around, Finding, Part, find, find_more, searched_for, with_limit
from app.answering.followup import (
    Interpretation,
    choose,
    conversation,
    read_rewrite,
    readings,
)
from app.answering.in_progress import AnswerInProgress, Attempt, Clock, Numbering, exchanges
from app.answering.language import words
from app.answering.language_model import ChatModel, ExactEngine, LanguageModel, PatientEngine
from app.answering.plan import Kind, Plan, asks_of_event, plan
from app.answering.prompt import WIDER, Prompting
from app.answering.rounds import MOST_ROUNDS, next_search_prompt, read_search
from app.answering.rounds import TOKENS as SEARCH_TOKENS
from app.answering.search_index import SearchIndex
from app.answering.stream import EventStream
from app.answering.tables.accounts import figure_of_accounts
from app.answering.tables.answering import answer_from_tables
from app.answering.talk import without_courtesy
from app.answering.tidy import tidy
from app.answering.window import (
    FittedPrompt,
    QuestionTooLong,
    tokens_sha256,
)
from app.engine.client import Completion, EngineError
from app.engine.templates import Turn
from app.settings import AnswerSettings
from vectorstore.dates import in_one_spelling
from vectorstore.languages import language
from vectorstore.records import Hit

WEAK_WRITES = 64  # tokens of its answer; it has nothing more to say after that
REWRITE_TOKENS = 80  # for a question made from the conversation
SHOWN = 8  # passages beside the answer, also of those that the model did not read
SURE = Decision(1.0, True, {"computed": 1.0})  # of what code has computed
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
_OF_FOLLOW_UPS = (Kind.YES_NO, Kind.PROCEDURE)  # of a question behind the one before
E = TypeVar("E")  # what a stream tells on its way


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
        self._prompting = Prompting(model, settings)

    def ask(self, ask: Ask) -> AnswerStream[Event]:
        """Return the stream of what happens, ending in `Finished`.

        While it is read it raises QuestionTooLong (the question alone does not fit the window)
        and EngineError. A closed stream ends without `Finished`.
        """
        return AnswerStream(lambda stream: self._answer(stream, ask))

    def _answer(self, stream: AnswerStream[Event], ask: Ask) -> Iterator[Event]:
        clock = Clock()
        by_code = answer_by_code(ask, self._index, self._model.name, self._model.context_window)
        if by_code is not None:
            yield Finished(by_code)
            return
        engine = PatientEngine(self._model.engine) if ask.background else self._model.engine
        engine = ExactEngine(engine) if ask.reproducible else engine
        asides: list[str] = []
        read = self._readings(stream, ask, engine, asides)
        if not read:
            return
        yield Searching(read[0].question)
        calibration = with_limit(self._calibration, self._settings.refuse_below)
        attempts = [self._attempt(one, ask, calibration) for one in read]
        chosen = attempts[choose(read, [one.finding.hits for one in attempts])]
        clock.lap("search_s")
        answer = AnswerInProgress(ask, chosen, attempts, asides, Numbering(ask.history), clock)
        answer.give(self._context(answer))
        if computed := self._computed(answer) or self._clause(answer):
            yield Reading(answer.passages(computed.citations), Dropped())
            answer.clock.lap("first_words_s")
            yield Finished(self._finished(answer, SURE, computed, quoted=True))
            return
        if not self._is_written(answer.plan, answer.finding):
            yield Reading(answer.passages(), Dropped())
            yield from self._said_at_once(answer)
            yield Finished(self._composed(answer))
            return
        yield from self._searched_further(stream, answer, engine, calibration)
        if stream.stopped:
            return
        fitted = self._prompting.fitted(answer)
        answer.offer(fitted)
        yield Reading(list(answer.offered.values()), answer.dropped)
        yield from self._said_at_once(answer)
        check = DraftCheck(
            answer.asked,
            answer.finding.parts,
            answer.told(),
            weak=self._model.weak,
            withhold=self._settings.unsupported == "withhold",
        )
        yield from self._written(stream, answer, engine, fitted, check)
        if not stream.stopped:
            yield Finished(self._checked(answer, check.result(), calibration))

    def _computed(self, answer: AnswerInProgress) -> Composed | None:
        """What code computes from rows of tables; None where they give no answer."""
        asked = tidy(in_one_spelling(answer.asked))
        found = figure_of_accounts(
            asked, answer.ask.scope, self._index, answer.finding.hits
        ) or answer_from_tables(asked, answer.ask.scope, self._index, answer.finding.hits)
        if found is None or len(found.rows) < len(answer.plan.compared):
            return None  # of two things that are compared, one row says nothing
        rows = {row.chunk_id: self._index.chunk(row.chunk_id) for row in found.rows}
        cited = {chunk: as_data(hit).hit for chunk, hit in rows.items() if hit is not None}
        composed = compose_rows(found, cited, answer.numbering.of)
        return composed if composed and answer.stands(composed) else None

    def _clause(self, answer: AnswerInProgress) -> Composed | None:
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
    ) -> Attempt:
        """What is found for one way to read the question."""
        question = in_one_spelling(interpretation.question)
        meant = self._index.spelling(question, ask.scope.spaces).words_meant
        planned = plan(tidy(question, meant))
        if not interpretation.alone and planned.kind is Kind.FACTS and not planned.compared:
            # The question before stands in front of this one, and has been answered.
            own = plan(planned.parts[-1]).kind
            kind = own if own in _OF_FOLLOW_UPS else Kind.FACT
            planned = replace(planned, kind=kind, parts=planned.parts[-1:])
        times = WIDER if ask.wide else 1
        each = times * self._each(len(planned.parts))
        finding = find(planned.parts, ask.scope, self._index, calibration, each=each, times=times)
        return Attempt(interpretation, planned, finding)

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
        told = [
            part
            for part in finding.found
            if part.block is None and len(likeliest(part.evidence)) == 1
        ]
        return planned.kind is Kind.FACT and bool(told)

    def _searched_further(
        self,
        stream: AnswerStream[Event],
        answer: AnswerInProgress,
        engine: LanguageModel,
        calibration: Calibration,
    ) -> Iterator[Event]:
        """Look for what the passages name, where a part is not answered by what was found for it.

        A weak model is not asked: its words are none to search for.
        """
        if self._model.weak:
            return
        before = [part.question for part in answer.finding.parts]
        for _ in range(MOST_ROUNDS):
            number = next((n for n, p in enumerate(answer.finding.parts) if not p.found), None)
            if number is None:
                return
            part = answer.finding.parts[number]
            user = next_search_prompt(part.question, before, part.told)
            system = prompts.render("next_search_system")
            written = self._aside(
                stream, answer.ask, engine, answer.asides, system, user, SEARCH_TOKENS
            )
            search = read_search(written, part.question, before, part.told) if written else None
            if search is None:
                return
            yield Searching(search, step=True)
            hits = searched_for(search, answer.ask.scope, self._index, self._each(1))
            answer.further(search, hits)
            answer.finding = find_more(
                answer.finding, number, hits, answer.ask.scope, self._index, calibration
            )
            answer.give(self._context(answer))
            before.append(search)

    def _aside(
        self,
        stream: AnswerStream[Event],
        ask: Ask,
        engine: LanguageModel,
        asides: list[str],
        system: str,
        user: str,
        most: int,
    ) -> str | None:
        """What the model writes before its answer, in at most `most` tokens; added to `asides`.

        None where it wrote more, where the window is too small, and where the stream was closed.
        """
        ids = self._model.template.encode(system, [Turn(user, None)])
        if len(ids) + most > self._model.context_window:
            return None
        completion = engine.complete(
            ids, max_tokens=most, stop=self._model.template.stop, person=ask.person
        )
        written = ""
        try:
            for piece in stream.writing(completion):
                written += piece
        except EngineError:
            return None  # what is wrong with the engine is told when the answer is asked for
        finally:
            completion.close()
            asides.append(written)
        whole = not stream.stopped and completion.finish_reason != "length"
        return written if whole else None

    def _said_at_once(self, answer: AnswerInProgress) -> Iterator[Event]:
        """The best evidence, before any model has written."""
        found = answer.best()
        answer.clock.lap("first_words_s")
        if found:
            answer.evidence = tuple(found)
            yield EvidenceFound(found)

    def _written(
        self,
        stream: AnswerStream[Event],
        answer: AnswerInProgress,
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

    def _checked(
        self, answer: AnswerInProgress, written: Written, calibration: Calibration
    ) -> Answer:
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

    def _decide(
        self, answer: AnswerInProgress, written: Written, calibration: Calibration
    ) -> Decision:
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

    def _composed(self, answer: AnswerInProgress, decision: Decision | None = None) -> Answer:
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

    def _not_answered(self, answer: AnswerInProgress, decision: Decision) -> Answer:
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

    def _context(self, answer: AnswerInProgress) -> Context:
        hits, wide = answer.finding.hits, answer.ask.wide
        return self._prompting.context(hits, self._index.section, wide=wide)

    def _around(self) -> Around:
        return Around(self._section, self._outline)

    def _section(self, hit: Hit) -> list[Hit]:
        return [as_data(one).hit for one in self._index.section(hit)]

    def _outline(self, hit: Hit) -> list[Hit]:
        return [as_data(one).hit for one in self._index.outline(hit)]

    def _finished(
        self,
        answer: AnswerInProgress,
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
                    answer.data.values(), composed.text, answer.defused, composed.citations
                ),
                *(Notice("documents", 1, phrase) for phrase in answer.finding.unmet),
            ),
            outcome=outcome or ("partly" if composed.missing else "answered"),
            form=composed.form,
            missing=composed.missing,
            plan=answer.plan,
            style=answer.ask.style if self._prompting.follows(answer.ask) and not quoted else "",
            searches=tuple(answer.searches),
            steps=tuple(answer.steps),
            asides=tuple(answer.asides),
            evidence=answer.evidence,
        )

    def _readings(
        self,
        stream: AnswerStream[Event],
        ask: Ask,
        engine: LanguageModel,
        asides: list[str],
    ) -> tuple[Interpretation, ...]:
        """The ways to read the question in its conversation, the likeliest first.

        A model whose words can be trusted says what a question means that leans on others; what
        it wrote is added to `asides`. () if the stream was closed meanwhile.
        """
        question, history = without_courtesy(ask.question), exchanges(ask.history)
        by_code = readings(question, history)
        if self._model.weak or all(one.alone for one in by_code):
            return by_code
        user = prompts.render("rewrite_user", conversation=conversation(history), question=question)
        system = prompts.render("rewrite_system")
        written = self._aside(stream, ask, engine, asides, system, user, REWRITE_TOKENS)
        if stream.stopped:
            return ()
        if written is None:
            return by_code
        rewritten = read_rewrite(written, question, history)
        return (Interpretation(rewritten, alone=False), *by_code) if rewritten else by_code

    def too_long(self, question: str) -> str:
        """Why the window cannot hold this question even without passages, or ""."""
        try:
            self._prompting.fitted_words(question)
        except QuestionTooLong as error:
            return str(error)
        return ""
