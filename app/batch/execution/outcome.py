"""From an answer to a row's result: outcome, typed value, and evidence with its document's hash."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.answering.events import Answer, AnswerSentence, Citation
from app.answering.noticing import told
from app.batch.execution.document_title import about
from app.batch.execution.values import value_of
from app.batch.journal import Task
from app.batch.output.columns import shortened
from app.batch.records import Evidence, Outcome, Provenance, RowResult, Sentence
from vectorstore.languages import language
from vectorstore.records import Hit

# Under which a question is not found whose "it" a title stood for, unless a model that counts
# answered it: in a document about the title, sentences with its words are near whatever is asked.
# Set by reading answers to 5 questions about each of 16 encyclopaedia articles, the found ones
# all, the others in part; no other documents were tried.
SURE_OF_TITLED = 0.87
NEAREST = 3  # passages shown where nothing is confirmed, so that a person can look themselves
_QUOTE = 400  # characters of such a passage

# The SHA-256 of the document of this space and name.
Hashes = Callable[[str, str], str]


def result_of(
    task: Task,
    answer: Answer,
    hashes: Hashes,
    *,
    attempts: int,
    reproducible: bool,
) -> RowResult:
    """What came of `task`; `reproducible` leaves out what is never the same twice."""
    asked = asked_as(task)
    titled = asked != task.question.text
    answer = _kept(answer) if titled else answer
    supported = [sentence.text for sentence in answer.sentences if sentence.supported]
    value, unit = (None, "")
    if answer.found:
        value, unit = value_of(task.question, supported, own_words=not answer.quoted)
    return RowResult(
        key=task.key,
        question=task.question,
        document=task.document,
        outcome=_outcome(answer),
        answer=answer.answer,
        value=value,
        unit=unit,
        quoted=answer.quoted,
        confidence=round(answer.confidence, 6),
        sentences=tuple(
            Sentence(one.text, tuple(one.citations), one.supported) for one in answer.sentences
        ),
        evidence=tuple(_cited(one, hashes) for one in answer.citations) if answer.found else (),
        nearest=() if answer.found else _nearest(answer, hashes),
        reason="; ".join(told(answer.notices)),
        attempts=1 if reproducible else attempts,
        provenance=Provenance(
            prompt_sha256=answer.prompt_sha256,
            passages=tuple(answer.numbers),
            seed=0,
            answer_id="" if reproducible else answer.id,
        ),
        seconds=0.0 if reproducible else round(answer.timings["total_s"], 3),
        asked=asked if titled else "",
    )


def asked_as(task: Task) -> str:
    """The words to ask a task in."""
    text = task.question.text
    return text if task.document is None else about(text, task.document.title)


def _kept(answer: Answer) -> Answer:
    """An answer about a title, or that nothing was found."""
    sure = answer.confidence >= SURE_OF_TITLED or answer.signals.get("supported", 0.0) > 0.0
    if sure or not answer.found:
        return answer
    code = answer.plan.language if answer.plan else ""
    said = language(code).outcomes.not_found
    return replace(
        answer,
        found=False,
        outcome="not_found",
        answer=said,
        sentences=[AnswerSentence(said, (), supported=False)],
        citations=[],
        quoted=False,
    )


def _outcome(answer: Answer) -> Outcome:
    if not answer.found:
        return "unconfirmed" if answer.outcome == "unconfirmed" else "not_found"
    whole = answer.outcome != "partly" and all(one.supported for one in answer.sentences)
    return "found" if whole else "partly_supported"


def _cited(citation: Citation, hashes: Hashes) -> Evidence:
    return Evidence(
        n=citation.n,
        space=citation.space,
        document=citation.document,
        document_sha256=hashes(citation.space, citation.document),
        page=citation.page,
        heading=citation.heading,
        quote=citation.quote.strip(),
        chunk_id=citation.chunk_id,
    )


def _nearest(answer: Answer, hashes: Hashes) -> tuple[Evidence, ...]:
    """Where an answer shows what is near, those places; else the passages that came first."""
    if answer.outcome == "unconfirmed" and answer.citations:
        return tuple(_cited(one, hashes) for one in answer.citations)
    return _passages(answer.passages, hashes)


def _passages(passages: Sequence[Hit], hashes: Hashes) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            n=0,
            space=hit.space,
            document=hit.document,
            document_sha256=hashes(hit.space, hit.document),
            page=hit.page,
            heading=hit.heading,
            quote=shortened(" ".join(hit.text.split()), _QUOTE),
            chunk_id=hit.chunk_id,
        )
        for hit in passages[:NEAREST]
    )
