"""What the index needs of a store of vectors, and vectors as bytes; Chroma is the one we have."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from vectorstore.embedder import Vector
from vectorstore.faults import IndexFault


class VectorFault(IndexFault):
    """The store of vectors failed; the catalogue still has everything that is in it."""


class OutOfReach(VectorFault):
    """A store elsewhere does not answer, or not as it did; it may answer again later."""


class Vectors(Protocol):
    """One collection per name; ids are chunk ids. Calls from several threads are safe.

    Nothing but vectors and numbers is kept there: no text, no names. All raise VectorFault.
    """

    def add(self, name: str, ids: Sequence[int], vectors: Vector) -> None:
        """Store the vectors, shape (len(ids), dimension); those there already are overwritten."""
        ...

    def drop(self, name: str, ids: Sequence[int]) -> None:
        """Forget the vectors; ids that are not there are none."""
        ...

    def nearest(self, name: str, vector: Vector, count: int) -> dict[int, float] | None:
        """Up to `count` chunk ids of one collection with their cosine, the most similar first.

        None when there is no such collection: it was made anew since the caller learnt its name.
        """
        ...

    def count(self, name: str) -> int:
        """How many vectors the collection has; 0 when there is none."""
        ...

    def counts(self, names: Sequence[str]) -> dict[str, int]:
        """How many vectors each of these collections has; opens none where that can be done."""
        ...

    def ids(self, name: str) -> Iterator[int]:
        """All chunk ids of the collection."""
        ...

    def delete(self, name: str) -> None:
        """Delete a whole collection, if there is one."""
        ...

    def keep_only(self, names: set[str]) -> None:
        """Delete all collections of this index but these."""
        ...

    def compact(self) -> None:
        """Give the disk back what deleted collections and vectors held, where that can be done."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def from_bytes(stored: Sequence[bytes]) -> Vector:
    """Stored vectors as a matrix, one a row."""
    matrix: Vector = np.frombuffer(b"".join(stored), dtype="<f4").reshape(len(stored), -1)
    return matrix


def to_bytes(vector: Vector) -> bytes:
    """A vector as the catalogue stores it: float32, little endian."""
    return vector.astype("<f4").tobytes()
