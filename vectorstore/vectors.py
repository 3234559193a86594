"""Nearest neighbours among the chunks' vectors, in Chroma; derived from the catalogue."""

import os
import shutil
import sqlite3
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.embedder import Vector
from vectorstore.faults import IndexFault

# The start of header.bin of hnswlib as Chroma has it: version, offset of level 0, elements that
# there is room for, elements that there are, bytes of each.
_HEADER = struct.Struct("<i4Q")
_ROWS_A_CALL = 5_000  # Chroma refuses more than 5,461


class VectorFault(IndexFault):
    """Chroma failed; the catalogue still has everything that is in it."""


class Vectors:
    """One Chroma collection per space, named by the space's number; ids are chunk ids.

    Nothing but vectors and numbers is kept here: no text, no names. One process at a time may
    open a folder; within it, calls from several threads are safe.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._free = threading.Condition(self._lock)
        self._searches = 0  # that are running now
        self._collections: dict[str, Any] = {}
        self._open()

    def _open(self) -> None:
        os.environ["ANONYMIZED_TELEMETRY"] = "False"
        import chromadb

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._client = chromadb.PersistentClient(
                str(self._folder), settings=chromadb.Settings(anonymized_telemetry=False)
            )
            self._names = {collection.name for collection in self._client.list_collections()}
        except Exception as error:
            raise self._fault("opened", error) from error

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._collections.clear()
            self._client.close()
            _blank_unused(self._folder)

    def add(self, name: str, ids: Sequence[int], vectors: Vector) -> None:
        """Store the vectors, shape (len(ids), dimension); those there already are overwritten."""
        with self._lock:
            collection = self._collection(name)
            for start in range(0, len(ids), _ROWS_A_CALL):
                chosen = slice(start, start + _ROWS_A_CALL)
                self._call(
                    "written",
                    collection.upsert,
                    ids=[str(i) for i in ids[chosen]],
                    embeddings=vectors[chosen],
                )

    def drop(self, name: str, ids: Sequence[int]) -> None:
        """Forget the vectors; ids that are not there are none."""
        if name not in self._names:
            return
        with self._lock:
            collection = self._collection(name)
            for start in range(0, len(ids), _ROWS_A_CALL):
                part = [str(i) for i in ids[start : start + _ROWS_A_CALL]]
                self._call("changed", collection.delete, ids=part)

    def nearest(self, name: str, vector: Vector, count: int) -> dict[int, float]:
        """Up to `count` chunk ids of one collection with their cosine, the most similar first."""
        with self._searching():
            if name not in self._names:
                return {}
            found = self._call(
                "searched",
                self._collection(name).query,
                query_embeddings=[vector],
                n_results=count,
                include=["distances"],
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return {int(chunk_id): 1.0 - float(distance) for chunk_id, distance in pairs}

    def count(self, name: str) -> int:
        """How many vectors the collection has; 0 when there is none."""
        if name not in self._names:
            return 0
        return int(self._call("counted", self._collection(name).count))

    def ids(self, name: str) -> Iterator[int]:
        """All chunk ids of the collection."""
        total = self.count(name)
        for start in range(0, total, _ROWS_A_CALL):
            page = self._call(
                "read", self._collection(name).get, include=[], limit=_ROWS_A_CALL, offset=start
            )
            yield from (int(i) for i in page["ids"])

    def delete(self, name: str) -> None:
        """Delete a whole collection, if there is one."""
        with self._free:
            self._free.wait_for(lambda: not self._searches)
            if name in self._names:
                self._call("deleted", self._client.delete_collection, name)
                self._collections.pop(name, None)
                self._names.discard(name)

    def keep_only(self, names: set[str]) -> None:
        """Delete all collections but these."""
        for name in self._names - names:
            self.delete(name)

    def compact(self) -> None:
        """Give the disk back what deleted collections and vectors held; searches wait meanwhile.

        Chroma itself leaves both the rows of its database and the folders of deleted collections.
        """
        with self._free:
            self._free.wait_for(lambda: not self._searches)
            self.close()
            try:
                _vacuum(self._folder)
            except (OSError, sqlite3.Error) as error:
                raise self._fault("compacted", error) from error
            finally:
                self._open()

    @contextmanager
    def _searching(self) -> Iterator[None]:
        with self._free:
            self._searches += 1
        try:
            yield
        finally:
            with self._free:
                self._searches -= 1
                self._free.notify_all()

    def _collection(self, name: str) -> Any:
        with self._lock:
            if name not in self._collections:
                self._collections[name] = self._call(
                    "opened",
                    self._client.get_or_create_collection,
                    name,
                    embedding_function=None,  # the default one would download a model
                    configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
                )
                self._names.add(name)
            return self._collections[name]

    def _call(self, done: str, function: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise self._fault(done, error) from error

    def _fault(self, done: str, error: Exception) -> VectorFault:
        return VectorFault(
            f"The vector index in {self._folder} could not be {done} "
            f"({type(error).__name__}: {error}). It is derived from the catalogue: if this "
            "happens again, run `strongroom reindex`, which makes it anew."
        )


def _vacuum(folder: Path) -> None:
    """Rewrite Chroma's database without free pages, and delete folders that it does not name."""
    connection = sqlite3.connect(folder / "chroma.sqlite3", timeout=30, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        known = {segment for (segment,) in connection.execute("SELECT id FROM segments")}
    finally:
        connection.close()
    for path in folder.iterdir():
        if path.is_dir() and path.name not in known:
            shutil.rmtree(path)


def _blank_unused(folder: Path) -> None:
    """Overwrite the room for vectors that are still to come.

    Chroma's HNSW files are written with it as it was in memory, and vectors that were deleted
    long before were found there.
    """
    for header in folder.glob("*/header.bin"):
        head = header.read_bytes()[: _HEADER.size]
        if len(head) < _HEADER.size:
            continue
        version, _, room, used, size = _HEADER.unpack(head)
        for name, each in (("data_level0.bin", size), ("length.bin", 4)):
            path = header.with_name(name)
            known = version == 1 and path.exists() and path.stat().st_size == room * each
            if known and used < room:
                with path.open("r+b") as opened:
                    opened.seek(used * each)
                    opened.write(bytes((room - used) * each))


def delete_folder(folder: Path) -> None:
    """Delete a folder of vectors that no client has open."""
    shutil.rmtree(folder, ignore_errors=True)


def from_bytes(stored: Sequence[bytes]) -> Vector:
    """Stored vectors as a matrix, one a row."""
    matrix: Vector = np.frombuffer(b"".join(stored), dtype="<f4").reshape(len(stored), -1)
    return matrix


def to_bytes(vector: Vector) -> bytes:
    """A vector as the catalogue stores it: float32, little endian."""
    return vector.astype("<f4").tobytes()
