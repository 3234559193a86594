"""How good a ranking of passages is, for questions whose evidence is known.

The measures are a few lines of our own, checked against hand-computed cases, because ranx and
pytrec_eval judge lists of document numbers against a fixed table of relevant numbers. Here
relevance depends on a passage's text, several passages may show the same evidence (which must
count once), and budgets are in characters. They would also add a compiler or numba.
"""

import math
from collections.abc import Sequence

from app.answering.evaluation.hits import covers
from app.answering.evaluation.questions import Question
from vectorstore.records import Hit

RANKS = (1, 5, 10, 20)
BUDGETS = {"2k": 2_000, "4k": 4_000, "8k": 8_000}
METRICS = (
    *(f"recall@{k}" for k in RANKS),
    *(f"recall@{name}" for name in BUDGETS),
    "ndcg@10",
    "mrr@10",
)


def evidence_ranks(question: Question, hits: Sequence[Hit]) -> list[int | None]:
    """For each need, the rank (from 1) of the first passage that covers it, or None."""
    return [
        next(
            (rank for rank, hit in enumerate(hits, start=1) if covers(hit, need, question.answers)),
            None,
        )
        for need in question.evidence
    ]


def retrieval_metrics(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """All of METRICS for one ranking, best passage first; {} for a question without evidence.

    recall@k is the share of the needs covered by the first k passages; recall@2k that within
    the longest head of the ranking with at most 2,000 characters of text. `ndcg@10` gives each
    need the discount of the first passage that covers it, over the ideal of one need a rank (at
    most 1). `mrr@10` is 1 / rank of the first passage that covers any need.
    """
    if not question.evidence:
        return {}
    ranks = evidence_ranks(question, hits)
    metrics = {f"recall@{k}": recall_within(ranks, k) for k in RANKS}
    for name, budget in BUDGETS.items():
        metrics[f"recall@{name}"] = recall_within(ranks, head_within(hits, budget))
    metrics["ndcg@10"] = _ndcg(ranks, 10)
    metrics["mrr@10"] = max((1 / rank for rank in ranks if rank and rank <= 10), default=0.0)
    return metrics


def recall_within(ranks: Sequence[int | None], k: int) -> float:
    """The share of the needs whose first passage is among the first `k`."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def head_within(hits: Sequence[Hit], characters: int) -> int:
    """How many passages from the top fit; one that crosses the border ends the head."""
    used = 0
    for count, hit in enumerate(hits):
        used += len(hit.text)
        if used > characters:
            return count
    return len(hits)


def _ndcg(ranks: Sequence[int | None], k: int) -> float:
    gained = sum(1 / math.log2(1 + rank) for rank in ranks if rank and rank <= k)
    ideal = sum(1 / math.log2(1 + rank) for rank in range(1, min(len(ranks), k) + 1))
    return min(1.0, gained / ideal)  # one passage may cover two needs and beat the ideal
