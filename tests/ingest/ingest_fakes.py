"""Stand-ins for the ports that ingestion uses: a fast embedder and an index in memory."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vectorstore.embedder import Embedder, Reading
from vectorstore.faults import DocumentGone
from vectorstore.records import Chunk, DocumentRecord, NewDocument, PageReading
from vectorstore.tables.records import NewTable

_TOKEN = re.compile(r"\w{1,6}|[^\w\s]")


class FastEmbedder(Embedder):
    """Vectors from hashes of words: quick, and texts that share words lie close together."""

    name = "fast"
    sha256 = "f" * 64
    dimension = 32
    window = 256

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in _TOKEN.finditer(text)]

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Reading:
        spans = tuple(self.token_spans(text)[: self.window - 2])
        tokens = np.array([_vector(text[start:end].lower()) for start, end in spans or ((0, 0),)])
        vector = tokens.sum(axis=0)
        vector /= np.linalg.norm(vector)
        return Reading(vector, tokens[: len(spans)], spans)


@cache
def _vector(word: str) -> NDArray[np.float32]:
    digest = np.frombuffer(hashlib.sha256(word.encode("utf-8", "replace")).digest(), np.uint8)
    vector = digest.astype(np.float32) - 127.5
    unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit


class MemoryScans:
    """Keeps recognised pages in a dictionary."""

    def __init__(self) -> None:
        self.pages: dict[str, list[PageReading]] = {}

    def known(self, sha256: str) -> list[PageReading]:
        return list(self.pages.get(sha256, ()))

    def keep(self, sha256: str, reading: PageReading) -> None:
        self.pages.setdefault(sha256, []).append(reading)

    def drop(self, sha256: str) -> None:
        self.pages.pop(sha256, None)


class MemoryIndex:
    """Keeps documents and their chunks in dictionaries."""

    def __init__(self) -> None:
        self.embedder = FastEmbedder()
        self.recognised = MemoryScans()
        self.readings: dict[tuple[str, str], Sequence[PageReading]] = {}
        self.records: dict[tuple[str, str], DocumentRecord] = {}
        self.chunks: dict[tuple[str, str], list[Chunk]] = {}
        self.tables: dict[tuple[str, str], list[NewTable]] = {}
        self.puts = 0

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        return [r for r in self.records.values() if spaces is None or r.space in spaces]

    def put(
        self,
        document: NewDocument,
        chunks: Sequence[Chunk],
        *,
        tables: Sequence[NewTable] = (),
        only_if_there: bool = False,
    ) -> DocumentRecord:
        if only_if_there and (document.space, document.name) not in self.records:
            raise DocumentGone("was deleted while it was read again")
        self.puts += 1
        record = DocumentRecord(
            document.space, document.name, document.title, document.sha256, document.source,
            document.pages, len(chunks), document.warning, datetime.now(UTC).isoformat(),
            document.about, document.container, document.unread,
        )  # fmt: skip
        self.records[document.space, document.name] = record
        self.chunks[document.space, document.name] = list(chunks)
        self.readings[document.space, document.name] = document.readings
        self.recognised.pages.pop(document.sha256, None)
        self.tables[document.space, document.name] = list(tables)
        return record

    def complete(self, space: str, name: str, *, warning: str) -> None:
        old = self.records[space, name]
        self.records[space, name] = replace(old, unread=0, warning=warning)

    def remove(self, space: str, name: str) -> bool:
        for record in list(self.records.values()):
            if record.space == space and record.container == name:
                self.remove(space, record.name)
        self.chunks.pop((space, name), None)
        self.tables.pop((space, name), None)
        return self.records.pop((space, name), None) is not None

    def text(self, name: str, space: str = "general") -> str:
        return "\n".join(
            f"{chunk.heading}\n{chunk.text}" for chunk in self.chunks.get((space, name), ())
        )
