"""Chooses, of many sentences, the few that stand for the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.answering.language import numbers, words
from vectorstore.embedder import Embedder, Vector
from vectorstore.languages import words_of

_READ = 64  # sentences read at a time: their token vectors are large
_FEWEST_WORDS, _MOST_WORDS = 6, 45
_SENTENCE = re.compile(r"^[\"'“‘(]?[\w§€$£].*[.!?][\"'”’)]*$", re.DOTALL)
# Words that point at a sentence which would not be quoted with it.
_POINTING = frozenset(words_of(lambda language: language.summaries.cannot_open))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, the headings above it, and whether it is the first of its passage."""

    text: str
    heading: str
    first: bool


def key_sentences(candidates: Sequence[Candidate], most: int, embedder: Embedder) -> list[int]:
    """Return the places of at most `most` of the candidates, ascending.

    One after another, the sentence is taken that adds most to the sum, over all sentences, of
    the likeness to the nearest one taken (facility location: Lin and Bilmes, "A Class of
    Submodular Functions for Document Summarization", 2011). So the first is the most central
    one, and none repeats another. Sentences are compared together with their headings, which
    spreads the choice over the sections; first sentences and those with numbers come before
    others that add as much. Headings, table rows and sentences that cannot stand alone are
    taken only when there are not enough others.
    """
    texts = [candidate.text for candidate in candidates]
    distinct = list({text: place for place, text in reversed(list(enumerate(texts)))}.values())
    alone = [place for place in distinct if stands_alone(texts[place])]
    pool = alone if len(alone) >= most else [p for p in distinct if len(words(texts[p])) > 2]
    pool = pool or distinct
    if len(pool) <= most:
        return sorted(pool)
    vectors = _vectors(
        [f"{c.heading}: {c.text}" if c.heading else c.text for c in candidates], embedder
    )
    likeness = np.clip(vectors[pool] @ vectors.T, 0.0, None)
    worth = np.array([_worth(candidates[place]) for place in pool], dtype=np.float32)
    covered = np.zeros(len(candidates), dtype=np.float32)
    taken: list[int] = []
    for _ in range(most):
        gains = (np.maximum(likeness, covered) - covered).sum(axis=1) * worth
        gains[taken] = -1.0
        best = int(gains.argmax())
        taken.append(best)
        covered = np.maximum(covered, likeness[best])
    return sorted(pool[number] for number in taken)


def stands_alone(sentence: str) -> bool:
    """Whether a reader understands the sentence without the one before it, as far as words tell."""
    said = words(sentence)
    return (
        _FEWEST_WORDS <= len(said) <= _MOST_WORDS
        and bool(_SENTENCE.match(sentence))
        and said[0] not in _POINTING
    )


def _worth(candidate: Candidate) -> float:
    return (1.0 if candidate.first else 0.9) * (1.0 if numbers(candidate.text) else 0.95)


def _vectors(sentences: Sequence[str], embedder: Embedder) -> Vector:
    return np.stack(
        [
            reading.vector
            for start in range(0, len(sentences), _READ)
            for reading in embedder.read(sentences[start : start + _READ])
        ]
    )
