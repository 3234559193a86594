"""Which sentence answers: the ranking by the product's weights, and by some fitted without the set.

    python tests/bench/ranking.py [SET ...]

Every set of questions that names its evidence is searched over its own documents. A row says for
how many questions the first sentence holds the answer, for how many it is among those that are told
(`likeliest`), and how many those are on average: by the product's weights, and by weights that
were fitted on all other sets. Questions whose answer no passage holds that was found are left out.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.answering.distrust import as_data
from app.answering.evaluation.questions import read_questions
from app.answering.evidence import LIKELY, MOST_LIKELY, WEIGHTS, rank_evidence
from app.answering.finding import READ, searched_for
from app.answering.language import telling_words
from app.answering.plan import plan
from vectorstore.scope import Scope

TESTS = Path(__file__).parents[1]
FITTED = ("similarity", "vector", "direct", "nearby", "number", "likeness", "rank", "far")
STEPS, STEP = 400, 0.5  # of the descent; the loss is convex
SHRINK = 0.02  # what a weight costs, for features of unit spread
FEWEST_WORDS = 4  # of a sentence, to be found again in the evidence that a question names

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """One question: its sentences' signals (sentence, signal), and which of them answer."""

    signals: Scores
    fixed: Scores  # what the weights that are not fitted give
    right: NDArray[np.bool_]


def sets() -> dict[str, list[tuple[Path, Path]]]:
    """Name -> pairs of a folder of documents and a file of questions about them."""
    everyday = TESTS / "everyday"
    return {
        "everyday": [
            (folder, everyday / "questions.jsonl")
            for folder in (TESTS / "samples", TESTS / "corpus", everyday / "documents")
        ],
        "manuals": [(TESTS / "corpus", TESTS / "manual_questions.jsonl")],
        "reports": [(TESTS / "long", TESTS / "long_questions.jsonl")],
        "faqs": [(TESTS / "faqs" / "documents", TESTS / "faqs" / "questions.jsonl")],
        "languages": [
            (TESTS / "samples", TESTS / "languages" / "german_fitted.jsonl"),
            (TESTS / "languages" / "german", TESTS / "languages" / "english_fitted.jsonl"),
        ],
        "samples": [(TESTS / "samples", TESTS / "sample_questions.jsonl")],
    }


def main() -> int:
    """Print a row for each set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="SET", help=f"of {', '.join(sets())}")
    names = parser.parse_args().names or list(sets())
    asked = {name: _read(name) for name in names}
    own = np.array([WEIGHTS[name] for name in FITTED])
    head = f"{'':12}{'n':>5}   first, told, sentences told"
    print(f"{head}\n{'':20}the product's weights   fitted on the other sets")
    for name, questions in asked.items():
        others = [one for other, those in asked.items() if other != name for one in those]
        fitted = _fit(others) if others else own
        columns = "".join(f"{_row(questions, weights):>24}" for weights in (own, fitted))
        print(f"{name:12}{len(questions):5}{columns}")
    weights = _fit([one for those in asked.values() for one in those])
    print("fitted on all:", {n: round(float(w), 2) for n, w in zip(FITTED, weights, strict=True)})
    return 0


def _read(name: str) -> list[Asked]:
    from app.settings import load_settings
    from app.workspace.wiring import open_workspace

    found: list[Asked] = []
    for documents, questions in sets()[name]:
        with tempfile.TemporaryDirectory() as home:
            settings = load_settings({"home": Path(home)})
            with open_workspace(settings, "bench") as workspace:
                workspace.ingest([documents], space="general", prune=False)
                index = workspace.index
                for question in read_questions(questions):
                    evidence = [one.text for group in question.evidence for one in group]
                    for part in plan(question.question).parts if evidence else ():
                        hits = searched_for(part, Scope.of(), index, READ)
                        rarity = index.rarity(telling_words(part), ())
                        told = [as_data(hit).hit for hit in hits]
                        ranked = rank_evidence(part, told, index.embedder, rarity)
                        right = [_holds(one.told, evidence) for one in ranked]
                        if any(right):
                            found.append(_asked([one.signals for one in ranked], right))
        print(f"{name}: {len(found)} questions of {questions.name}", file=sys.stderr)
    return found


def _asked(signals: Sequence[Mapping[str, float]], right: Sequence[bool]) -> Asked:
    table = np.array([[one[name] for name in FITTED] for one in signals])
    others = [name for name in WEIGHTS if name not in FITTED]
    fixed = np.array([sum(WEIGHTS[name] * one[name] for name in others) for one in signals])
    return Asked(table, fixed, np.array(right))


def _holds(told: str, evidence: Sequence[str]) -> bool:
    """Whether a sentence is, or lies in, one that the question names as evidence."""
    said = re.findall(r"\w+", told.casefold())
    for text in evidence:
        wanted = re.findall(r"\w+", text.casefold())
        short, long = sorted((said, wanted), key=len)
        together = len(set(short) & set(long)) >= 0.8 * len(set(short))
        if len(short) >= FEWEST_WORDS and together and len(said) <= 3 * len(wanted):
            return True
    return False


def _fit(questions: Sequence[Asked]) -> Scores:
    """Weights for which the right sentences have the largest share (conditional logit)."""
    spread = np.concatenate([one.signals for one in questions]).std(axis=0) + 1e-6

    weights = np.zeros(len(FITTED))
    for _ in range(STEPS):
        slope = 2 * SHRINK * weights
        for one in questions:
            features = one.signals / spread
            scores = features @ weights + one.fixed
            odds = np.exp(scores - scores.max())
            right = odds * one.right
            share = odds / odds.sum() - right / right.sum()
            slope += features.T @ share / len(questions)
        weights -= STEP * slope
    return np.asarray(weights / spread)


def _row(questions: Sequence[Asked], weights: Scores) -> str:
    first = told = count = 0.0
    for one in questions:
        scores = one.signals @ weights + one.fixed
        order = np.argsort(-scores, kind="stable")
        odds = np.exp(scores[order] - scores.max())
        needed = int(np.searchsorted(np.cumsum(odds / odds.sum()), LIKELY)) + 1
        needed = min(needed, MOST_LIKELY)
        first += one.right[order[0]]
        told += one.right[order[:needed]].any()
        count += min(needed, len(order))
    size = max(1, len(questions))
    return f"{first / size:.3f} {told / size:.3f} {count / size:.1f}"


if __name__ == "__main__":
    sys.exit(main())
