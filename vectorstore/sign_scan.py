"""The nearest chunks of many small spaces at once: the signs of their vectors, kept in memory.

A reader of two hundred spaces would wait for two hundred collections to be opened and asked. Here
a chunk is one bit for each dimension (48 bytes for 384), and the bits of all the spaces are
compared with the question's in one go. The vectors themselves are read for those that are likest
by their signs, and they alone decide. A space costs nothing until somebody searches it so.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vectorstore.catalogue import Catalogue, Space
from vectorstore.embedder import Vector
from vectorstore.vectors import from_bytes

SMALL = 5_000  # chunks; a larger space has an index that is faster than comparing all
MANY = 8  # spaces, from which this is faster than asking each one's index
_COMPARED = 20  # times as many as are wanted are compared by their vectors
_MOST_KEPT = 1_000_000  # chunks whose signs are in memory: 56 MB at 384 dimensions
_READ = 5_000  # vectors read at a time


@dataclass(frozen=True, slots=True)
class _Signs:
    """A space as it was after so many changes; row for row an id and its bits."""

    changes: int
    ids: NDArray[np.int64]
    bits: NDArray[np.uint64]


class SignScan:
    """Signs of the spaces that were searched last; safe to use from many threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, _Signs] = OrderedDict()

    def nearest(
        self, connection: sqlite3.Connection, spaces: Sequence[Space], vector: Vector, count: int
    ) -> dict[int, float]:
        """Up to `count` chunk ids of the spaces with their cosine to the vector."""
        signs = [self._signs(connection, space) for space in spaces]
        self._forget_surplus()
        ids = np.concatenate([one.ids for one in signs])
        bits = np.concatenate([one.bits for one in signs])
        if len(ids) > _COMPARED * count:
            differ = np.bitwise_count(bits ^ _packed(vector[None, :])).sum(axis=1, dtype=np.int32)
            likest = np.argpartition(differ, _COMPARED * count)[: _COMPARED * count]
            ids = ids[likest]
        stored = self._catalogue.vectors(connection, ids.tolist())
        if not stored:
            return {}
        cosines = from_bytes(list(stored.values())) @ vector
        numbers = np.fromiter(stored, np.int64, len(stored))
        best = np.lexsort((numbers, -cosines))[:count]
        return dict(zip(numbers[best].tolist(), cosines[best].tolist(), strict=True))

    def _signs(self, connection: sqlite3.Connection, space: Space) -> _Signs:
        with self._lock:
            known = self._kept.get(space.id)
            if known is not None and known.changes == space.changes:
                self._kept.move_to_end(space.id)
                return known
        rows = connection.execute(
            "SELECT v.chunk_id, v.vector FROM documents d JOIN chunks c ON c.document_id = d.id "
            "JOIN vectors v ON v.chunk_id = c.id WHERE d.space_id = ?",
            (space.id,),
        )
        ids: list[int] = []
        parts = []
        while part := rows.fetchmany(_READ):
            ids += [chunk_id for chunk_id, _ in part]
            parts.append(_packed(from_bytes([stored for _, stored in part])))
        bits = np.concatenate(parts) if parts else np.zeros((0, 1), np.uint64)
        made = _Signs(space.changes, np.array(ids, np.int64), bits)
        with self._lock:
            self._kept[space.id] = made
            self._kept.move_to_end(space.id)
        return made

    def _forget_surplus(self) -> None:
        with self._lock:
            total = sum(len(one.ids) for one in self._kept.values())
            while total > _MOST_KEPT and self._kept:
                _, oldest = self._kept.popitem(last=False)
                total -= len(oldest.ids)


def _packed(vectors: Vector) -> NDArray[np.uint64]:
    """The signs of vectors, 64 in a number; what is missing to full numbers is 0 in all."""
    signs = np.packbits(vectors > 0, axis=1)
    missing = -signs.shape[1] % 8
    return np.ascontiguousarray(np.pad(signs, ((0, 0), (0, missing)))).view(np.uint64)
