"""How well a passage answers each word of a question, from token vectors kept as single bits.

After ColBERT (Khattab and Zaharia, 2020): every token of the question looks for its most
similar token in the passage, and the similarities are averaged. The passage's side is kept as
the signs of its vectors, 48 bytes a token for 384 dimensions: recall does not suffer, and a
search needs no model run but the question's.
"""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.embedder import Reading, Vector
from vectorstore.query import STOPWORDS

_WORD = re.compile(r"\w")
_AT_ONCE = 8192  # passage tokens unpacked at a time: 12 MB at 384 dimensions


def encode_tokens(reading: Reading, text: str) -> bytes:
    """The signs of a text's token vectors, one bit a dimension, whole bytes a token.

    Punctuation is left out: a question never looks for it.
    """
    kept = [i for i, (start, end) in enumerate(reading.spans) if _WORD.search(text, start, end)]
    return np.packbits(reading.tokens[kept] > 0, axis=1).tobytes()


def question_tokens(reading: Reading, question: str) -> Vector:
    """The token vectors that carry the question's meaning: shape (n, dimension), n ≥ 0."""
    spans = reading.spans
    worded = [i for i, (start, end) in enumerate(spans) if _WORD.search(question, start, end)]
    telling = [i for i in worded if question[slice(*spans[i])].lower() not in STOPWORDS]
    return reading.tokens[telling or worded]


def likeness(question: Vector, passages: Sequence[bytes]) -> NDArray[np.float32]:
    """For each passage, the mean over the question's tokens of their best match there.

    `question` is what `question_tokens` gives, a passage what `encode_tokens` gives. The value
    estimates a mean of cosines; 0 for a passage or question without tokens. Shape (passages,).
    """
    dimension = question.shape[1]
    width = -(-dimension // 8)
    found = np.zeros(len(passages), dtype=np.float32)
    if not len(question):
        return found
    # The signs of a vector of length 1, as a vector of length 1, keep sqrt(2 / pi) of the
    # length of its projection; dividing by that makes the estimate comparable with a cosine.
    scale = math.sqrt(math.pi / 2 / dimension)
    total = question.sum(axis=1, keepdims=True)
    start = 0
    while start < len(passages):
        group: list[int] = []
        tokens = 0
        while start < len(passages) and (not group or tokens < _AT_ONCE):
            if passages[start]:
                group.append(start)
                tokens += len(passages[start]) // width
            start += 1
        if not group:
            break
        packed = np.frombuffer(b"".join(passages[i] for i in group), dtype=np.uint8)
        bits = np.unpackbits(packed.reshape(-1, width), axis=1, count=dimension)
        similar = 2 * (question @ bits.astype(np.float32).T) - total  # of bits as +1 and -1
        borders = np.cumsum([0, *(len(passages[i]) // width for i in group[:-1])])
        found[group] = np.maximum.reduceat(similar, borders, axis=1).mean(axis=0) * scale
    return found
