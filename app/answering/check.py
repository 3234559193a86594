"""Turns a model's draft into an answer that holds: supported, quoted or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.answering.citations import DraftSentence, read_draft, says_not_found
from app.answering.confidence import Calibration, Decision, decide, decision_signals
from app.answering.events import AnswerSentence, Citation
from app.answering.evidence import (
    Evidence,
    only_asks,
    rank_evidence,
    rather_told,
    says_something_new,
)
from app.answering.support import Support, find_support
from vectorstore.embedder import Embedder
from vectorstore.records import Hit

NOT_FOUND = "The documents do not hold an answer to this question."
# A supported draft must rest on evidence about as good as the best: a model likes to repeat a
# true sentence that answers something else, and a weak one does little else.
NEAR_THE_BEST = 0.75
NEAR_THE_BEST_IF_WEAK = 0.97


@dataclass(frozen=True, slots=True)
class Checked:
    """The text that a person sees, sentence by sentence, with its citations and the decision."""

    text: str
    sentences: Sequence[AnswerSentence]
    citations: Sequence[Citation]
    quoted: bool
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Tied:
    sentence: DraftSentence
    support: Support | None


def check_draft(
    question: str,
    draft: str,
    offered: Mapping[int, Hit],
    embedder: Embedder,
    calibration: Calibration,
    rarity: Mapping[str, float],
    *,
    weak: bool = False,
    withhold: bool = False,
    refuse_below: float | None = None,
) -> Checked:
    """Check `draft` against the passages that were `offered` under their numbers.

    A `weak` model's words are taken only where they say what the best evidence says; else that
    sentence is quoted. With `withhold`, sentences without support are left out instead of
    being marked.
    """
    numbers = list(offered)
    hits = list(offered.values())
    evidence = rank_evidence(question, hits, embedder, rarity)
    evidence = [found for found in evidence if not only_asks(question, found.sentence)]
    evidence = rather_told(question, evidence)
    tied = _tie(question, read_draft(draft, offered), hits, numbers)
    # "Breakfast is not included [1]" may sound like a refusal; what a passage says is none.
    if refused := says_not_found(draft) and not any(
        one.support for one in tied if one.sentence.cited
    ):
        tied = []
    signals = decision_signals(
        question,
        hits,
        evidence,
        rarity=rarity,
        # A weak model's words say nothing about the documents, neither way.
        supported=0.0 if weak or not tied else sum(bool(one.support) for one in tied) / len(tied),
        model_refused=refused and not weak,
    )
    if refuse_below is not None:
        calibration = replace(calibration, refuse_below=refuse_below)
    decision = decide(signals, calibration)
    if not decision.found or not evidence:
        sentence = AnswerSentence(NOT_FOUND, (), supported=False)
        return Checked(NOT_FOUND, [sentence], [], False, replace(decision, found=False))
    near = NEAR_THE_BEST_IF_WEAK if weak else NEAR_THE_BEST
    standing = [
        one
        for one in tied
        if _answers(one, evidence, near) and says_something_new(question, one.sentence.text)
    ]
    if not standing:
        return _quote(evidence[0], hits, numbers, decision)
    kept = standing if weak else [one for one in tied if one.support or not withhold]
    return _cite(kept, hits, numbers, decision)


def _tie(
    question: str, draft: Sequence[DraftSentence], hits: Sequence[Hit], numbers: Sequence[int]
) -> list[_Tied]:
    """Find each sentence's evidence: in the passages that it cites, else in any of them."""
    tied: list[_Tied] = []
    for sentence in draft:
        if any(one.sentence.text == sentence.text for one in tied):
            continue  # a weak model goes in circles
        if only_asks(question, sentence.text):
            continue
        cited = [numbers.index(number) for number in sentence.cited]
        order = cited + [index for index in range(len(hits)) if index not in cited]
        support = None
        for group in (order[: len(cited)], order[len(cited) :]):
            found = find_support(
                sentence.text,
                [hits[index].text for index in group],
                question,
                [f"{hits[index].document} {hits[index].heading}" for index in group],
            )
            if found:
                support = replace(found, passage=group[found.passage])
                break
        tied.append(_Tied(sentence, support))
    return tied


def _answers(tied: _Tied, evidence: Sequence[Evidence], near: float) -> bool:
    """Whether a sentence has support, and that support answers nearly as well as the best."""
    if tied.support is None:
        return False
    quote = tied.support.quote
    return any(
        found.score >= near * evidence[0].score
        for found in evidence
        if found.passage == tied.support.passage
        and (found.sentence in quote or quote in found.sentence)
    )


def _quote(
    found: Evidence, hits: Sequence[Hit], numbers: Sequence[int], decision: Decision
) -> Checked:
    """The evidence itself, with the question that it answers there: who asked about Denmark must
    see that the answer is about Norway."""
    number = numbers[found.passage]
    sentence = AnswerSentence(found.told, (number,), supported=True)
    text = f"“{found.told}” [{number}]"
    citation = _citation(number, hits[found.passage], found.candidate.quote)
    return Checked(text, [sentence], [citation], True, decision)


def _cite(
    tied: Sequence[_Tied], hits: Sequence[Hit], numbers: Sequence[int], decision: Decision
) -> Checked:
    said: list[AnswerSentence] = []
    citations: dict[int, Citation] = {}
    for one in tied:
        if one.support is None:
            said.append(AnswerSentence(one.sentence.text, (), supported=False))
            continue
        number = numbers[one.support.passage]
        citations.setdefault(
            number, _citation(number, hits[one.support.passage], one.support.quote)
        )
        said.append(AnswerSentence(one.sentence.text, (number,), supported=True))
    text = " ".join(
        sentence.text + "".join(f" [{number}]" for number in sentence.citations)
        for sentence in said
    )
    return Checked(text, said, list(citations.values()), False, decision)


def _citation(number: int, hit: Hit, quote: str) -> Citation:
    return Citation(
        number, hit.document, hit.page, hit.heading, quote, hit.chunk_id, hit.space, hit.recognised
    )
