"""How well a passage answers each word of a question, from token vectors kept as single bits.

After ColBERT (Khattab and Zaharia, 2020): every token of the question looks for its most
similar token in the passage, and the similarities are averaged. Here the search is done twice,
in the whole passage and in its best stretch of about three lines, because words that stand
together say more than words that are strewn about. The passage's side is kept as the signs of
its vectors, 48 bytes a token for 384 dimensions: recall does not suffer, and a search runs the
model on the question alone.
"""

import functools
import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.embedder import Reading, Vector
from vectorstore.query import STOPWORDS

_WORD = re.compile(r"\w")
_BLOCK = 16  # tokens
_STRETCH = 4  # blocks
_AT_ONCE = 8192  # passage tokens compared at a time
# Multiplications of one product, up to which OpenBLAS keeps to one core: the threads of larger ones
# wait for each other by spinning, which takes ten times as long where the cores have other work.
_ONE_CORE = 200_000
_IN_CACHE = 1024  # of them, unpacked at a time: 1.5 MB at 384 dimensions, which a core keeps near


def encode_tokens(reading: Reading, text: str, body: int) -> bytes:
    """The signs of a text's token vectors, one bit a dimension, whole bytes a token.

    The text from character `body` on is the passage, what stands before it the headings. The
    first byte counts the tokens of the headings. Punctuation is left out: no question looks
    for it.
    """
    worded = [i for i, (start, end) in enumerate(reading.spans) if _WORD.search(text, start, end)]
    above = [i for i in worded if reading.spans[i][1] <= body][-255:]
    below = [i for i in worded if reading.spans[i][1] > body]
    if not below:
        above, below = [], above
    signs = np.packbits(reading.tokens[above + below] > 0, axis=1)
    return bytes([len(above)]) + signs.tobytes()


def question_tokens(reading: Reading, question: str) -> Vector:
    """The token vectors that carry the question's meaning: shape (n, dimension), n ≥ 0."""
    spans = reading.spans
    worded = [i for i, (start, end) in enumerate(spans) if _WORD.search(question, start, end)]
    telling = [i for i in worded if question[slice(*spans[i])].lower() not in STOPWORDS]
    return reading.tokens[telling or worded]


def likeness(question: Vector, passages: Sequence[bytes]) -> NDArray[np.float32]:
    """For each passage, the mean over the question's tokens of their best match there.

    `question` is what `question_tokens` gives, a passage what `encode_tokens` gives. The value
    estimates a mean of cosines, averaged over the whole passage and its best stretch, headings
    counted with both; 0 for a passage or question without tokens. Shape (passages,).
    """
    found = np.zeros(len(passages), dtype=np.float32)
    width = -(-question.shape[1] // 8)
    filled = [i for i, passage in enumerate(passages) if len(passage) > width]
    if not len(question):
        return found
    group: list[int] = []
    tokens = 0
    for i in filled:
        group.append(i)
        tokens += len(passages[i]) // width
        if tokens >= _AT_ONCE or i == filled[-1]:
            found[group] = _likeness(question, [passages[j] for j in group], width)
            group, tokens = [], 0
    return found


def _likeness(question: Vector, passages: Sequence[bytes], width: int) -> NDArray[np.float32]:
    starts: list[int] = []  # of blocks, in tokens
    owner: list[int] = []  # passage of a block of text
    heading: list[int] = []  # blocks that are headings
    headed: list[int] = []  # their passages
    at = 0
    for number, passage in enumerate(passages):
        above, end = passage[0], at + len(passage) // width
        if above:
            heading.append(len(starts))
            headed.append(number)
            starts.append(at)
        blocks = range(at + above, end, _BLOCK)
        starts.extend(blocks)
        owner.extend([number] * len(blocks))
        at = end
    best = np.maximum.reduceat(_similar(question, passages, width), starts, axis=1)
    above_all = np.full((len(question), len(passages)), -1.0, dtype=np.float32)
    above_all[:, headed] = best[:, heading]
    text = np.delete(best, heading, axis=1)
    owners = np.array(owner)
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    whole = np.maximum(np.maximum.reduceat(text, first, axis=1), above_all).mean(axis=0)
    stretch = text.copy()
    for step in range(1, min(_STRETCH, len(owners))):
        same = owners[step:] == owners[:-step]
        later = np.where(same, text[:, step:], -1.0)
        np.maximum(stretch[:, :-step], later, out=stretch[:, :-step])
    np.maximum(stretch, above_all[:, owners], out=stretch)
    closest = np.maximum.reduceat(stretch.mean(axis=0), first)
    mean: NDArray[np.float32] = (whole + closest) / 2
    return mean


def _similar(question: Vector, passages: Sequence[bytes], width: int) -> Vector:
    """Estimated cosines of the question's tokens with all tokens, shape (n, tokens)."""
    dimension = question.shape[1]
    packed = np.frombuffer(b"".join(passage[1:] for passage in passages), dtype=np.uint8)
    tokens = len(packed) // width
    rows = max(8, _ONE_CORE // question.size)  # of one product
    at_once = rows * max(1, _IN_CACHE // rows)
    packed = np.pad(packed.reshape(-1, width), ((0, -tokens % at_once), (0, 0)))
    held = np.empty((len(packed) // rows, rows, len(question)), dtype=np.float32)
    columns = np.ascontiguousarray(question.T)
    for start in range(0, len(packed), at_once):
        bits = np.take(_bits_of_bytes(), packed[start : start + at_once], axis=0)
        bits = bits.reshape(-1, rows, 8 * width)[:, :, :dimension]
        np.matmul(bits, columns, out=held[start // rows : (start + at_once) // rows])
    signed = 2 * np.ascontiguousarray(held.reshape(-1, len(question))[:tokens].T)
    signed -= question.sum(axis=1, keepdims=True)
    # The signs of a vector, scaled to length 1, keep sqrt(2 / pi) of its projection on another;
    # dividing by that makes the estimate comparable with a cosine.
    cosines: Vector = signed * np.float32(math.sqrt(math.pi / 2 / dimension))
    return cosines


@functools.cache
def _bits_of_bytes() -> Vector:
    """The bits of every byte as numbers: looked up, they need no conversion."""
    every = np.arange(256, dtype=np.uint8)[:, None]
    return np.unpackbits(every, axis=1).astype(np.float32)
