"""Whether the documents hold the answer: named signals, weighed into one confidence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.answering.everyday_words import is_common_noun
from app.answering.evidence import Evidence
from app.answering.language import (
    codes,
    names,
    negated,
    numbers,
    telling_words,
    words,
)
from vectorstore.dates import days_of, without_days
from vectorstore.languages import clear_language_of
from vectorstore.records import Hit


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of a logistic model over the signals, and the confidence under which we refuse.

    `source` says where they were measured.
    """

    weights: Mapping[str, float]
    bias: float
    refuse_below: float
    source: str = "built in"


@dataclass(frozen=True, slots=True)
class Decision:
    """The confidence, 0 to 1, that the answer is in the documents, and what it was made of."""

    confidence: float
    found: bool
    signals: Mapping[str, float] = field(default_factory=dict)


# Fitted on 192 questions that 16 encyclopaedia articles answer, 192 near misses over the same
# paragraphs and 192 questions about absent articles, with the starter embedder. Set by hand: the
# two last weights, for models whose own words count; half a point more for numbers, since an
# answer about another year is the worst kind of wrong; and what a word costs that is nowhere in
# the documents, which those questions hardly test. `strongroom eval --calibrate` replaces all of
# it by what holds for the administrator's documents.
#
# For indexes that the starter embedder of earlier versions made.
FORMER = Calibration(
    weights={
        "similarity": 4.45,
        "passage_cosine": 2.84,
        "question_denies": -2.33,
        "numbers_in_passage": 1.73,
        "weakest_word": 0.76,
        "coverage": 0.63,
        "names_in_evidence": 0.58,
        "names_in_passage": 0.58,
        "unknown_word": -0.8,
        "supported": 0.6,
        "model_refused": -1.5,
    },
    bias=-7.27,
    refuse_below=0.30,
)
# The starter embedder of today. Two thirds of what everyday questions ask (tests/everyday, the half
# that was looked at) was refused by the limit of before, though its sentence was found: people do
# not use the documents' words. So 1.35 points more for every question, and less for one that takes
# something for granted which its passage does not hold: a name, a date or a figure (3 points), or
# whose other words its sentence lacks (2). A question in another language than its passage shares
# no words with it. What a short item of a list lacks, its heading and the line above its list may
# say ("context", set by hand: of 57 questions over five companies' documents three more were
# answered, of 39 near misses none).
BUILT_IN = Calibration(
    weights={
        **FORMER.weights,
        "other_language": 2.2,
        "context": 3.0,
        "values_unheld": -3.0,
        "words_unheld": -2.0,
    },
    bias=-6.92,
    refuse_below=0.30,
)
# A word counts as unknown if it stands nowhere and nothing in the evidence comes near it.
UNMATCHED = 0.2


def decision_signals(
    question: str,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    *,
    rarity: Mapping[str, float],
    supported: float,
    model_refused: bool,
    unheld: tuple[float, float] | None = None,
    opening: str = "",
) -> dict[str, float]:
    """Name what speaks for and against an answer; every signal lies between about 0 and 1.

    `rarity` tells how rare the question's words are in the documents; `supported` is the share
    of the draft's sentences that code found evidence for; `unheld` are the shares of the question's
    values and of its other words that neither the best sentence nor its passage holds. Names of the
    `opening` of its document, such as the parties of a contract, are held by all of it.
    """
    if not evidence:
        return {"nothing_found": 1.0}
    best = evidence[0]
    hit = hits[best.passage]
    around = f"{hit.document} {hit.heading} {hit.text}"
    asked_days = days_of(question)
    asked_names = frozenset(
        one for one in names(without_days(question)) if not is_common_noun(one, question)
    )
    opened = names(opening)
    asked_numbers = numbers(without_days(question)) | codes(without_days(question))
    unknown = any(rarity.get(word, 1.0) >= 1.0 for word in telling_words(question))
    held_days = days_of(around)
    held_numbers = numbers(around) | codes(around) | {p for day in held_days for p in day.parts()}
    told_days = sum(any(day.lies_in(held) for held in held_days) for day in asked_days)
    dated = len(asked_numbers) + len(asked_days)
    other = _in_other_languages(question, hit.text)
    all_held = unheld is not None and not unheld[0]  # as such, or as a case of a rule
    values_unheld, words_unheld = unheld or (0.0, 0.0)
    return {
        "similarity": best.similarity,
        "context": best.in_context - best.similarity,
        "coverage": best.coverage,
        "weakest_word": best.weakest,
        "passage_cosine": hit.signals.get("cosine", 0.0),
        "names_in_evidence": _share(asked_names & set(words(best.told)), asked_names),
        "names_in_passage": _share(asked_names & (set(words(around)) | opened), asked_names),
        "numbers_in_passage": 1.0
        if all_held or not dated
        else (len(asked_numbers & held_numbers) + told_days) / dated,
        "unknown_word": float(unknown and best.weakest < UNMATCHED),
        # Vectors hardly see a "not": what is asked to be denied is seldom what was found, and
        # less seldom where the evidence denies as well.
        "other_language": float(other),
        # A German noun has a capital like a name, and no name in an English passage.
        "values_unheld": 0.0 if other else values_unheld,
        "words_unheld": 0.0 if other else words_unheld,  # no words are shared between languages
        "likeness": max(one.signals.get("likeness", 0.0) for one in hits),
        "question_denies": negated(question) * (0.5 if negated(best.sentence) else 1.0),
        "supported": supported,
        "model_refused": float(model_refused),
    }


def decide(signals: Mapping[str, float], calibration: Calibration) -> Decision:
    """Weigh the signals; unknown ones count nothing."""
    total = calibration.bias + sum(
        weight * signals.get(name, 0.0) for name, weight in calibration.weights.items()
    )
    confidence = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
    return Decision(confidence, confidence >= calibration.refuse_below, dict(signals))


def _in_other_languages(question: str, passage: str) -> bool:
    """Whether it is clear that the two are in different languages: then they share no words."""
    asked, told = clear_language_of(question), clear_language_of(passage)
    return bool(asked and told and asked != told)


def _share(held: frozenset[str] | set[str], wanted: frozenset[str]) -> float:
    return len(held) / len(wanted) if wanted else 1.0
