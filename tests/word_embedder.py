"""A quick stand-in for the embedder: texts that share words lie close together."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from vectorstore.embedder import Embedder, Reading, unit_rows
from vectorstore.records import Chunk, NewDocument

_WORD = re.compile(r"\w+|[^\w\s]")


class WordEmbedder(Embedder):
    """Every word has a fixed random vector; a text's is the mean of its words'."""

    window = 256

    def __init__(self, name: str = "words", dimension: int = 64) -> None:
        self.name = name
        self.sha256 = hashlib.sha256(name.encode()).hexdigest()
        self.dimension = dimension
        self.read_texts: list[str] = []

    def read(self, texts: Sequence[str]) -> list[Reading]:
        self.read_texts += texts
        return [self._read(text) for text in texts]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in _WORD.finditer(text)]

    def _read(self, text: str) -> Reading:
        spans = self.token_spans(text)[: self.window]
        words = [self._vector(text[start:end].lower()) for start, end in spans]
        tokens = np.array(words, dtype=np.float32).reshape(len(words), self.dimension)
        total = tokens.sum(axis=0) if words else self._vector("")
        return Reading(unit_rows(total), tokens, tuple(spans))

    def _vector(self, word: str) -> np.ndarray:
        seed = hashlib.sha256(f"{self.name} {word}".encode("utf-8", "replace")).digest()
        random = np.random.default_rng(int.from_bytes(seed[:8], "big"))
        return unit_rows(random.standard_normal(self.dimension))


def document(
    name: str, space: str = "general", *, version: str = "1", title: str = ""
) -> NewDocument:
    digest = hashlib.sha256(f"{name} {version}".encode("utf-8", "replace")).hexdigest()
    return NewDocument(space, name, title or name, digest, f"/docs/{name}", None, "")


def chunks(*texts: str, heading: str = "") -> list[Chunk]:
    return [Chunk(text, None, heading) for text in texts]
