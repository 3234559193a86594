"""Whether the documents hold the answer: named signals, weighed into one confidence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.answering.evidence import Evidence
from app.answering.language import content_stems, names, numbers, words
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


def decision_signals(
    question: str,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    *,
    supported: float,
    model_refused: bool,
) -> dict[str, float]:
    """Name what speaks for and against an answer; every signal lies between about 0 and 1.

    `supported` is the share of the draft's sentences that code found evidence for.
    """
    best = evidence[0] if evidence else None
    passage = hits[best.passage].text if best else ""
    heading = f"{hits[best.passage].document} {hits[best.passage].heading}" if best else ""
    around = set(words(f"{heading} {passage}"))
    asked = set(content_stems(question))
    held = set(content_stems(f"{heading} {passage}"))
    asked_names = names(question)
    asked_numbers = numbers(question)
    return {
        "similarity": best.similarity if best else 0.0,
        "coverage": best.coverage if best else 0.0,
        "passage_coverage": len(asked & held) / len(asked) if asked else 0.0,
        "names_held": _share(asked_names & around, asked_names),
        "numbers_held": _share(asked_numbers & numbers(f"{heading} {passage}"), asked_numbers),
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


def _share(held: frozenset[str] | set[str], wanted: frozenset[str]) -> float:
    return len(held) / len(wanted) if wanted else 1.0
