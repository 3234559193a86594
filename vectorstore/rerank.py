"""The reranker port: a model that reads question and passage together, and what it may reorder."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from vectorstore.records import Hit

RERANKED = 24  # best passages that are read again; each costs a run of the model


class RerankerError(Exception):
    """The folder holds no usable cross-encoder, or it failed; the message says what to do."""


class Reranker(Protocol):
    """Reads a question with each of some passages; safe to use from many threads."""

    name: str

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One number a passage, higher is better, comparable within the call."""
        ...


def rerank(question: str, hits: Sequence[Hit], reranker: Reranker) -> list[Hit]:
    """The hits with the best `RERANKED` in the reranker's order; equal scores keep theirs.

    The scores of the first ranking are handed out anew in the new order, so that what is taken
    from them later (an edition's cost) weighs the same with and without a reranker. What the
    reranker said is the signal `reranked`.
    """
    head, tail = list(hits[:RERANKED]), list(hits[RERANKED:])
    said = reranker.scores(question, [f"{hit.heading}\n{hit.text}".strip() for hit in head])
    order = sorted(range(len(head)), key=lambda number: (-said[number], number))
    moved = [
        replace(
            head[number],
            score=head[rank].score,
            signals={**head[number].signals, "reranked": round(said[number], 5)},
        )
        for rank, number in enumerate(order)
    ]
    return moved + tail
