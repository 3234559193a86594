"""Chroma's collections through any of its clients; what a folder and a server have in common."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from vectorstore.embedder import Vector
from vectorstore.vectors import VectorFault


class NamesCode(Exception):
    """A collection names a function that would be run here; whoever made it is not us."""


def library() -> Any:
    """Chroma, without the functions that a collection could name.

    A collection says in its configuration which function computes its vectors, and Chroma's client
    builds what is named there, whatever the caller passes. One of them runs a folder's Python. So
    a server, or a restored folder, would choose code of ours; we give vectors alone.
    """
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    import chromadb
    from chromadb.utils import embedding_functions as named

    named.known_embedding_functions.clear()
    named.sparse_known_embedding_functions.clear()
    return chromadb


class ChromaVectors:
    """Implements `vectorstore.vectors.Vectors`, all but the opening and what follows from it."""

    rows_a_call = 5_000  # Chroma refuses more than 5,461

    def __init__(self, prefix: str = "", ours: str = "") -> None:
        """`prefix` goes before each name; collections that start with `ours` are this index's."""
        self._prefix = prefix
        self._ours = ours
        self._lock = threading.RLock()
        self._free = threading.Condition(self._lock)
        self._searches = 0  # that are running now
        self._collections: dict[str, Any] = {}
        self._open()

    def _connect(self) -> Any:
        """A client of Chroma; any exception stands for its failure."""
        raise NotImplementedError

    def _fault(self, done: str, error: Exception) -> VectorFault:
        raise NotImplementedError

    def compact(self) -> None:
        raise NotImplementedError

    def _open(self) -> None:
        try:
            self._client = self._connect()
            self._names = {name for name in self._listed() if name.startswith(self._ours)}
        except Exception as error:
            raise self._fault("opened", error) from error

    def _listed(self) -> Iterator[str]:
        page, offset = self._client.list_collections(limit=100), 0
        while page:
            yield from (collection.name for collection in page)
            offset += len(page)
            page = self._client.list_collections(limit=100, offset=offset)

    def close(self) -> None:
        with self._lock:
            self._collections.clear()
            self._client.close()

    def add(self, name: str, ids: Sequence[int], vectors: Vector) -> None:
        with self._lock:
            collection = self._collection(name)
            for start in range(0, len(ids), self.rows_a_call):
                chosen = slice(start, start + self.rows_a_call)
                self._call(
                    "written",
                    collection.upsert,
                    ids=[str(i) for i in ids[chosen]],
                    embeddings=vectors[chosen],
                )

    def drop(self, name: str, ids: Sequence[int]) -> None:
        if not self._has(name):
            return
        with self._lock:
            collection = self._collection(name)
            for start in range(0, len(ids), self.rows_a_call):
                part = [str(i) for i in ids[start : start + self.rows_a_call]]
                self._call("changed", collection.delete, ids=part)

    def nearest(self, name: str, vector: Vector, count: int) -> dict[int, float] | None:
        with self._searching():
            if not self._has(name):
                return None
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
        if not self._has(name):
            return 0
        return int(self._call("counted", self._collection(name).count))

    def counts(self, names: Sequence[str]) -> dict[str, int]:
        return {name: self.count(name) for name in names}

    def ids(self, name: str) -> Iterator[int]:
        total = self.count(name)
        for start in range(0, total, self.rows_a_call):
            page = self._call(
                "read", self._collection(name).get, include=[], limit=self.rows_a_call, offset=start
            )
            yield from (int(i) for i in page["ids"])

    def delete(self, name: str) -> None:
        self._delete(self._prefix + name)

    def keep_only(self, names: set[str]) -> None:
        for full in self._names - {self._prefix + name for name in names}:
            self._delete(full)

    def _delete(self, full: str) -> None:
        with self._free:
            self._free.wait_for(lambda: not self._searches)
            if full in self._names:
                self._call("deleted", self._client.delete_collection, full)
                self._collections.pop(full, None)
                self._names.discard(full)

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

    def _has(self, name: str) -> bool:
        return self._prefix + name in self._names

    def _collection(self, name: str) -> Any:
        full = self._prefix + name
        with self._lock:
            if full not in self._collections:
                self._collections[full] = self._call("opened", self._get_or_create, full)
                self._names.add(full)
            return self._collections[full]

    def _get_or_create(self, full: str) -> Any:
        collection = self._client.get_or_create_collection(
            full,
            embedding_function=None,  # the default one would download a model
            configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
        )
        model = collection._model  # what it says of itself, before any of it is built
        if _names_code([model.configuration_json, model.serialized_schema]):
            raise NamesCode(full)
        return collection

    def _call(self, done: str, function: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise self._fault(done, error) from error


def _names_code(said: Any) -> bool:
    """Whether a function is named anywhere in a collection's description of itself."""
    if isinstance(said, list):
        return any(_names_code(one) for one in said)
    if not isinstance(said, dict):
        return False
    function = said.get("embedding_function")
    if isinstance(function, dict) and (function.get("type") == "known" or "name" in function):
        return True
    return any(_names_code(one) for one in said.values())
