"""Keeps the vectors for searching in agreement with the catalogue, wherever they are kept."""

import heapq
import logging
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Connection

from vectorstore.catalogue import Catalogue, Space
from vectorstore.chroma_folder import FolderVectors, delete_folder
from vectorstore.chroma_server import ServerVectors
from vectorstore.embedder import Vector
from vectorstore.faults import IndexFault
from vectorstore.sign_scan import SignScan
from vectorstore.vectors import OutOfReach, VectorFault, Vectors, from_bytes

_log = logging.getLogger(__name__)
_FILL = 5_000  # vectors handed over, or compared, at a time
_WORTH_RENEWING = 1_000  # deleted vectors that a collection may carry, whatever its size
_AGAIN_S = 2.0  # between attempts to reach a server that does not answer
_LOOK_S = 30.0  # between looks at one that does


@dataclass(frozen=True, slots=True)
class Server:
    """The server that has the vectors, and why it is out of reach, or ""."""

    url: str
    out_of_reach: str


class VectorIndex:
    """The store of vectors, which follows the catalogue; safe to use from many threads.

    A folder of ours is repaired when it is opened. A server may vanish, or lose what it had, at
    any time: then the catalogue's own vectors are compared one by one, which finds no worse and
    takes longer, until the server has been brought to the catalogue's state again.
    """

    def __init__(self, folder: Path, catalogue: Catalogue, server: str | None) -> None:
        """Nothing is opened before `open`. `server` is the address of a Chroma server."""
        self._folder = folder
        self._catalogue = catalogue
        self._url = server
        self._store: Vectors | None = None
        self.signs = SignScan(catalogue)
        self._syncing = threading.RLock()
        self._behind = ""  # why the server cannot be relied on
        self._closed = threading.Event()
        self._wake = threading.Event()
        self._watcher: threading.Thread | None = None

    def open(self) -> None:
        """Open the store and reconcile it; a folder that is beyond use is made anew.

        A server that does not answer is waited for beside everything else.
        """
        if self._url is None:
            self._open_folder()
            return
        for folder in self._folder.glob("chroma-*"):
            delete_folder(folder)  # of the time before there was a server
        try:
            self._catch_up()
        except OutOfReach as fault:
            self._behind = str(fault)
            _log.warning("%s Until then finding reads all vectors of the catalogue.", fault)
        self._start_watching()

    @contextmanager
    def renewing(self) -> Iterator[None]:
        """A block in which the catalogue's vectors are made anew; the store follows at its end.

        Raises OutOfReach when that is a server that does not answer: it is given them later.
        """
        with self._syncing:
            yield
            if self._url is not None:
                self._start_watching()
                try:
                    self._catch_up()
                except OutOfReach as fault:
                    self._behind = str(fault)
                    raise
                return
            if self._store is not None:
                self._store.close()
                self._store = None
            self._open_folder()

    def close(self) -> None:
        """Let go of all files and connections."""
        self._closed.set()
        self._wake.set()
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join()
        with self._syncing:
            if self._store is not None:
                self._store.close()
                self._store = None

    @property
    def server(self) -> Server | None:
        """The server that has the vectors; None when they are in a folder of ours."""
        return None if self._url is None else Server(self._url, self._behind)

    def nearest(
        self, connection: Connection, space: Space, vector: Vector, count: int
    ) -> dict[int, float]:
        """Up to `count` chunk ids of one space with their cosine."""
        store = self._store
        if store is not None and not self._behind:
            try:
                found = store.nearest(_collection(space), vector, count)
            except OutOfReach as fault:
                self._lost(store, fault)
            else:
                if found is not None:
                    return found
        return self._by_reading(connection, space, vector, count)

    def follow(self, space: Space) -> None:
        """Take over what has changed in a space of the catalogue."""
        if self._is_behind():
            return  # the journal has it, and catching up takes it from there
        with self._syncing:
            if self._is_behind():
                return
            store = self._opened()
            with self._catalogue.reading() as connection:
                exists = any(s.id == space.id for s in self._catalogue.spaces(connection))
            try:
                if exists:
                    self._take_over(space, store)
                else:
                    store.delete(_collection(space))
            except OutOfReach as fault:
                self._lost(store, fault)

    def purge(self, names: set[str]) -> bool:
        """Make the collections of these spaces anew without what was deleted, then compact.

        False when a server could not be told: it gets fresh collections when it answers again,
        and keeps no other.
        """
        with self._syncing, self._catalogue.exclusive():
            with self._catalogue.reading() as connection:
                known = [s for s in self._catalogue.spaces(connection) if s.name in names]
            if not self._behind:
                store = self._opened()
                try:
                    while known:
                        self._renew(known[0], store)
                        known.pop(0)
                    store.compact()
                except OutOfReach as fault:
                    self._lost(store, fault)
                else:
                    return True
            for space in known:
                self._catalogue.renew_collection(space)
            return False

    def still(self) -> AbstractContextManager[object]:
        """A block in which nothing is taken over."""
        return self._syncing

    def ids(self, space: Space) -> set[int]:
        """Ids of the chunks whose vectors are in the store."""
        return set(self._opened().ids(_collection(space)))

    def _is_behind(self) -> bool:
        return bool(self._behind)

    def _renew(self, space: Space, store: Vectors) -> None:
        self._take_over(space, store)
        with self._catalogue.reading() as connection:
            ids = self._catalogue.chunk_ids(connection, space)
        # Filled before it takes the old one's place, in which searches go on till then.
        fresh = replace(space, generation=space.generation + 1)
        store.delete(_collection(fresh))  # of a time that a backup has taken back
        self._fill(fresh, ids, store)
        self._catalogue.renew_collection(space)
        store.delete(_collection(space))

    def _opened(self) -> Vectors:
        if self._store is None:
            if self._behind:
                raise OutOfReach(self._behind)
            raise IndexFault("The index has been closed.")
        return self._store

    # A folder

    def _vectors_folder(self) -> Path:
        return self._folder / f"chroma-{self._number()}"

    def _number(self) -> str:
        with self._catalogue.reading() as connection:
            return self._catalogue.meta(connection, "vectors_folder") or "1"

    def _open_folder(self) -> None:
        current = self._vectors_folder()
        for folder in self._folder.glob("chroma-*"):
            if folder != current:
                delete_folder(folder)
        try:
            self._store = FolderVectors(current)
            self._reconcile(self._store)
        except VectorFault as fault:
            _log.warning("%s Making it anew from the catalogue.", fault)
            if self._store is not None:
                self._store.close()
            with self._catalogue.writing() as writer:
                number = int(self._catalogue.meta(writer, "vectors_folder") or "1") + 1
                self._catalogue.set_meta(writer, "vectors_folder", str(number))
            self._store = FolderVectors(self._vectors_folder())
            self._reconcile(self._store)

    # A server

    def _catch_up(self) -> None:
        """Connect anew and bring the server to the catalogue's state. Raises OutOfReach."""
        assert self._url is not None
        with self._syncing:
            old, self._store = self._store, None
            if old is not None:
                self._behind = self._behind or f"{self._url} is being caught up with"
                old.close()
            store = ServerVectors(self._url, self._home(), self._number())
            try:
                self._reconcile(store, thoroughly=True)
                while not self._is_level(store):
                    for space in self._spaces():
                        self._take_over(space, store)
            except BaseException:
                store.close()
                raise

    def _is_level(self, store: Vectors) -> bool:
        """Whether nothing is left to take over; if so, the server counts again from here on."""
        with self._catalogue.exclusive():  # nobody stores anything between the look and the word
            spaces = self._spaces()
            with self._catalogue.reading() as connection:
                if any(any(self._catalogue.pending(connection, one)) for one in spaces):
                    return False
            store.keep_only({_collection(space) for space in spaces})
            self._store, self._behind = store, ""
            return True

    def _home(self) -> str:
        """What tells this index's collections from those of others on the same server."""
        with self._catalogue.writing() as writer:
            known = self._catalogue.meta(writer, "home") or uuid.uuid4().hex
            self._catalogue.set_meta(writer, "home", known)
        return known

    def _lost(self, store: Vectors, fault: OutOfReach) -> None:
        if store is self._store and not self._behind:
            self._behind = str(fault)
            _log.warning("%s Until then finding reads all vectors of the catalogue.", fault)
            self._wake.set()

    def _start_watching(self) -> None:
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="vectors", daemon=True)
            self._watcher.start()

    def _watch(self) -> None:
        """Catch up with a server that answers again, or that lost something unnoticed."""
        while not self._closed.is_set():
            self._wake.wait(_AGAIN_S if self._behind else _LOOK_S)
            self._wake.clear()
            if self._closed.is_set():
                return
            try:
                if not self._behind:
                    self._look()
                if self._behind:
                    self._catch_up()
                    _log.warning("The Chroma server %s has all vectors again.", self._url)
            except OutOfReach as fault:
                self._behind = str(fault)
            except Exception as error:  # noqa: BLE001 -- it is tried again, and said each time
                name = type(error).__name__
                _log.error("The Chroma server %s could not be caught up with (%s)", self._url, name)

    def _look(self) -> None:
        with self._syncing:
            store = self._opened()
            try:
                for space in self._spaces():
                    with self._catalogue.reading() as connection:
                        wanted = self._catalogue.size(connection, space)
                        if any(self._catalogue.pending(connection, space)):
                            continue  # whoever stores it is about to hand it over
                    if store.count(_collection(space)) != wanted:
                        self._behind = f"{self._url} does not have what it had"
            except OutOfReach as fault:
                self._lost(store, fault)

    def _by_reading(
        self, connection: Connection, space: Space, vector: Vector, count: int
    ) -> dict[int, float]:
        """The same as `nearest`, exactly, from the catalogue."""
        rows = connection.execute(
            "SELECT v.chunk_id, v.vector FROM documents d JOIN chunks c ON c.document_id = d.id "
            "JOIN vectors v ON v.chunk_id = c.id WHERE d.space_id = ?",
            (space.id,),
        )
        found: dict[int, float] = {}
        while part := rows.fetchmany(_FILL):
            cosines = from_bytes([stored for _, stored in part]) @ vector
            found.update(zip((chunk_id for chunk_id, _ in part), cosines.tolist(), strict=True))
            best = heapq.nsmallest(count, found.items(), key=lambda item: (-item[1], item[0]))
            found = dict(best)
        return found

    # Either

    def _spaces(self) -> list[Space]:
        with self._catalogue.reading() as connection:
            return self._catalogue.spaces(connection)

    def _reconcile(self, store: Vectors, *, thoroughly: bool = False) -> None:
        """Bring every collection to the catalogue's state.

        Costs two counts of all spaces together unless something is pending or differs;
        `thoroughly`, all ids.
        """
        with self._catalogue.reading() as connection:
            chunks = self._catalogue.chunk_counts(connection)
        level = []
        for space in self._spaces():
            if space.dead > max(_WORTH_RENEWING, chunks.get(space.id, 0) // 2):
                space = self._catalogue.renew_collection(space)  # noqa: PLW2901
            self._take_over(space, store)
            level.append(space)
        counts = {} if thoroughly else store.counts([_collection(space) for space in level])
        for space in level:
            name = _collection(space)
            if thoroughly or counts[name] != chunks.get(space.id, 0):
                held = set(store.ids(name))
                with self._catalogue.reading() as connection:
                    ids = self._catalogue.chunk_ids(connection, space)
                if surplus := held.difference(ids):
                    store.drop(name, sorted(surplus))
                self._fill(space, [i for i in ids if i not in held], store)
        store.keep_only({_collection(space) for space in self._spaces()})

    def _take_over(self, space: Space, store: Vectors) -> None:
        """Let the store do what the journal says for one space, and cross it out."""
        with self._catalogue.reading() as connection:
            added, dropped = self._catalogue.pending(connection, space)
        if dropped:
            store.drop(_collection(space), dropped)
        self._fill(space, added, store)
        if added or dropped:
            self._catalogue.settle(space, added, dropped)

    def _fill(self, space: Space, ids: Sequence[int], store: Vectors) -> None:
        for start in range(0, len(ids), _FILL):
            with self._catalogue.reading() as connection:
                stored = self._catalogue.vectors(connection, ids[start : start + _FILL])
            if stored:
                store.add(_collection(space), list(stored), from_bytes(list(stored.values())))


def _collection(space: Space) -> str:
    """The collection that holds a space's vectors."""
    return f"space-{space.id}-{space.generation}"
