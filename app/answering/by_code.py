"""Answers that code gives without a model: small talk, and what the catalogue knows."""

import time
import uuid
from dataclasses import replace

from app.answering.ask import Ask
from app.answering.collection import CollectionAnswer, about_collection
from app.answering.events import Answer, AnswerSentence, ModelName, Usage
from app.answering.followup import Exchange
from app.answering.plan import Kind, Plan
from app.answering.search_index import SearchIndex
from app.answering.talk import Talk, small_talk
from app.answering.window import PastTurn


def answer_by_code(
    ask: Ask, index: SearchIndex, model: ModelName, context_window: int
) -> Answer | None:
    """The answer to small talk or to a question about the documents themselves, else None.

    A question with an instruction is a questionnaire's: it is always looked up. `model` is what
    would have answered; it is not asked.
    """
    if ask.instruction:
        return None
    started = time.perf_counter()
    exchanges = [Exchange(turn.question, turn.answer) for turn in ask.history]
    said: Talk | CollectionAnswer | None = small_talk(ask.question, exchanges)
    said = said or about_collection(ask.question, ask.scope, index, ask.history)
    if said is None:
        return None
    ended = time.perf_counter() - started
    answer = Answer(
        id=uuid.uuid4().hex,
        question=ask.question,
        answer=said.text,
        found=True,
        quoted=False,
        confidence=1.0,
        sentences=[AnswerSentence(said.text, (), supported=True)],
        citations=[],
        passages=[],
        usage=Usage(context_window, 0, 0),
        timings={
            "search_s": ended,
            "first_words_s": ended,
            "first_token_s": ended,
            "total_s": ended,
        },
        model=model,
        # What was said in between is nothing that a later prompt needs.
        turns=ask.history[-1].turns if ask.history else (),
        form="talk",
        plan=Plan(
            Kind.SMALL_TALK if isinstance(said, Talk) else Kind.COLLECTION,
            (ask.question,),
            language=said.language,
        ),
    )
    if isinstance(said, Talk):
        return answer
    return replace(
        answer,
        found=said.found,
        outcome="answered" if said.found else "not_found",
        sentences=said.sentences,
        citations=said.citations,
        passages=said.hits,
        numbers=said.numbers,
        turns=(*answer.turns, PastTurn(ask.question, said.text)),
        named=said.named,
    )
