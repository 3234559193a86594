"""The truth about what is indexed: documents, chunks, their vectors and words, in SQLite."""

import queue
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vectorstore.disk import fold_log, make_private, open_database
from vectorstore.document_rows import (
    delete_document,
    insert_document,
    insert_words,
    names_within,
    read_document,
)
from vectorstore.faults import DocumentGone, IndexFault
from vectorstore.former_places import forget_moves, note_move
from vectorstore.query import searchable
from vectorstore.records import About, Chunk, DocumentRecord, NewDocument
from vectorstore.schema import create_words, migrate
from vectorstore.tables.records import NewTable
from vectorstore.word_counts import Stems, count_words, is_due

_RECORD = (
    "s.name, d.name, d.title, d.sha256, d.source, d.pages, d.chunks, d.warning, d.indexed_at, "
    "d.container, d.unread, d.note"
)
_ABOUT = "a.author, a.type, a.language, a.made, a.changed, a.valid_from, a.valid_until"
_OF_RECORD = _RECORD.count(",") + 1
_MANY = 20_000  # a word index of more rows is not rewritten while somebody waits


def _record(row: Sequence[Any]) -> DocumentRecord:
    """A row of `_RECORD` and `_ABOUT`; one that was written before says nothing of itself."""
    about = row[_OF_RECORD:]
    known = About() if about[0] is None else About(*about)
    (space, name, title, sha256, source, pages, chunks, warning, at, container, unread, note) = row[
        :_OF_RECORD
    ]
    return DocumentRecord(
        space, name, title, sha256, source, pages, chunks, warning, at, known, container, unread,
        note,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Space:
    """A space as the catalogue knows it; `dead` counts vectors deleted from its collection.

    `counted` is the number of chunks that it had when its words were counted, 0 if they are not;
    `changes` is another number after every change of its chunks or vectors.
    """

    id: int
    name: str
    generation: int
    dead: int
    chunks: int
    counted: int
    changes: int


@dataclass(frozen=True, slots=True)
class Row:
    """A chunk and where it belongs."""

    id: int
    key: str
    space: str
    document_id: int
    document: str
    title: str
    position: int
    page: int | None
    heading: str
    text: str
    recognised: float | None = None  # see records.Hit


_OF_ROW = (
    "SELECT c.id, c.key, s.name, d.id, d.name, d.title, c.position, c.page, c.heading, c.text, "
    "p.confidence"
)
_CHUNKS = (
    " FROM chunks c JOIN documents d ON d.id = c.document_id JOIN spaces s ON s.id = d.space_id "
    "LEFT JOIN pages p ON p.document_id = d.id AND p.page = c.page "
)
_ROW = f"{_OF_ROW}{_CHUNKS}"
_CANDIDATE = f"{_OF_ROW}, v.vector, v.tokens{_CHUNKS}JOIN vectors v ON v.chunk_id = c.id "


class Catalogue:
    """One SQLite database in WAL mode: one writer at a time, any number of readers beside it.

    Reading methods take a connection of `reading()`, so that several of them see one state.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._closed = threading.Event()
        self.stems = Stems()
        try:
            make_private(path)
            self._writer = open_database(path, incremental_vacuum=True)
            migrate(self._writer, path)
            self._count_what_is_due()
        except (OSError, sqlite3.DatabaseError) as error:
            raise IndexFault(
                f"The index {path} cannot be read ({error}). Put it back from a backup, or move "
                "the folder away and ingest the documents again."
            ) from error

    def close(self) -> None:
        """Give back all connections; the last one folds the log into the database."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
            self.stems.close()
            while not self._readers.empty():
                self._readers.get().close()
            self._writer.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the database until the end of the block."""
        if self._closed.is_set():
            raise IndexFault("The index has been closed.")
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = open_database(self._path)
            connection.execute("PRAGMA query_only = ON")
        try:
            connection.execute("BEGIN")
            yield connection
        except sqlite3.DatabaseError as error:
            raise IndexFault(
                f"The index {self._path} could not be read ({error}). If it is damaged, put it "
                "back from a backup, or move the folder away and ingest the documents again."
            ) from error
        finally:
            connection.execute("ROLLBACK")
            if self._closed.is_set():
                connection.close()
            else:
                self._readers.put(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The one writer, in a transaction that is committed if the block ends well."""
        with self._lock:
            if self._closed.is_set():
                raise IndexFault("The index has been closed.")
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer
                    self._writer.execute("COMMIT")
                except BaseException:
                    self._writer.execute("ROLLBACK")
                    raise
            except sqlite3.OperationalError as error:  # full disk, read-only, locked
                raise IndexFault(
                    f"The index {self._path} could not be written ({error}). Nothing was "
                    "changed. Check the disk's free space and the folder's permissions."
                ) from error

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep all other threads from writing; `writing` inside the block is this thread's."""
        with self._lock:
            yield

    # Settings of the index

    def meta(self, connection: sqlite3.Connection, key: str) -> str | None:
        found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def set_meta(self, connection: sqlite3.Connection, key: str, value: str | None) -> None:
        if value is None:
            connection.execute("DELETE FROM meta WHERE key = ?", (key,))
        else:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Documents

    def spaces(self, connection: sqlite3.Connection) -> list[Space]:
        rows = connection.execute(
            "SELECT id, name, generation, dead, chunks, counted, changes FROM spaces "
            "JOIN space_sizes ON space_id = id ORDER BY name"
        )
        return [Space(*row) for row in rows]

    def documents(
        self, connection: sqlite3.Connection, spaces: Sequence[str] | None, name: str | None = None
    ) -> list[DocumentRecord]:
        """Records ordered by space and name, of the given spaces or of all."""
        where = ["1"]
        values: list[str] = []
        if spaces is not None:
            where.append(f"s.name IN ({_marks(spaces)})")
            values += spaces
        if name is not None:
            where.append("d.name = ?")
            values.append(name)
        rows = connection.execute(
            f"SELECT {_RECORD}, {_ABOUT} FROM documents d JOIN spaces s ON s.id = d.space_id "
            "LEFT JOIN about a ON a.document_id = d.id "
            f"WHERE {' AND '.join(where)} ORDER BY s.name, d.name",
            values,
        )
        return [_record(row) for row in rows]

    def replace(
        self,
        document: NewDocument,
        chunks: Sequence[Chunk],
        vectors: Sequence[tuple[bytes, bytes]],
        *,
        tables: Sequence[NewTable] = (),
        only_if_there: bool = False,
    ) -> tuple[DocumentRecord, Space]:
        """Store a document and its tables in the place of its old version, in one transaction.

        `vectors` holds, for each chunk, the bytes of its vector and of its token codes. With
        `only_if_there` raises DocumentGone when there is no old version, and always when the
        document that this one lies in is not there.
        """
        with self.writing() as writer:
            if document.container and not self.documents(
                writer, [document.space], document.container
            ):
                raise DocumentGone(f"{document.container}, which it lies in, is not there any more")
            space = self._space(writer, document.space)
            if not delete_document(writer, space.id, document.name) and only_if_there:
                raise DocumentGone("was deleted while it was read again")
            insert_document(writer, space.id, document, chunks, vectors, tables=tables)
            self._count_if_due(writer, space.id)
            (record,) = self.documents(writer, [document.space], document.name)
        return record, space

    def remove(self, space_name: str, name: str) -> Space | None:
        """Forget a document; its space goes with its last one. None when it is not there."""
        with self.writing() as writer:
            found = [s for s in self.spaces(writer) if s.name == space_name]
            if not found or not delete_document(writer, found[0].id, name):
                return None
            forget_moves(writer, space_name, name)
            self._count_if_due(writer, found[0].id)
            self._drop_if_empty(writer, found[0])
        return found[0]

    def within(self, connection: sqlite3.Connection, space: str, name: str) -> list[str]:
        """Names of the documents that lie in this one, and in those, outer ones first."""
        held = next((known for known in self.spaces(connection) if known.name == space), None)
        return [] if held is None else names_within(connection, held.id, name)

    def members(self, connection: sqlite3.Connection) -> dict[tuple[str, str], list[str]]:
        """Names of the documents that lie directly in another one, by its space and name."""
        rows = connection.execute(
            "SELECT s.name, d.container, d.name FROM documents d "
            "JOIN spaces s ON s.id = d.space_id WHERE d.container != '' ORDER BY d.id"
        )
        found: dict[tuple[str, str], list[str]] = {}
        for space, container, name in rows:
            found.setdefault((space, container), []).append(name)
        return found

    def complete(self, space_name: str, name: str, warning: str) -> None:
        """All that lies in a document was read, as far as it can be; `warning` is about it."""
        with self.writing() as writer:
            writer.execute(
                "UPDATE documents SET unread = 0, warning = ? WHERE name = ? AND space_id = "
                "(SELECT id FROM spaces WHERE name = ?)",
                (warning, name, space_name),
            )

    def relocate(
        self, space_name: str, name: str, to_space: str, to_name: str, to_source: str = ""
    ) -> tuple[DocumentRecord, Space, Space] | None:
        """Give a document another space or name, with its vectors, in one transaction.

        What lies in it goes with it. With `to_source` they come from there now.

        Returns it with the space it left and the one it is in; None when it is not there.
        Raises FileExistsError when the new place is taken.
        """
        with self.writing() as writer:
            left = next((s for s in self.spaces(writer) if s.name == space_name), None)
            known = self.documents(writer, [space_name], name)
            if left is None or not known:
                return None
            going = {name: to_name}
            for one in names_within(writer, left.id, name):
                going[one] = to_name + one[len(name) :] if one.startswith(name) else one
            for new in going.values():
                if self.documents(writer, [to_space], new):
                    raise FileExistsError(f"{to_space} holds a document named {new!r} already")
            space = self._space(writer, to_space)
            for old, new in going.items():
                (record,) = self.documents(writer, [space_name], old)
                document, chunks, vectors, at, tables = read_document(writer, left.id, record)
                delete_document(writer, left.id, old)
                container = going.get(document.container, document.container)
                moved = replace(
                    document,
                    space=to_space,
                    name=new,
                    container=container,
                    source=to_source or document.source,
                )
                insert_document(writer, space.id, moved, chunks, vectors, at, tables)
                note_move(writer, record, to_space, new)
            for changed in {left.id, space.id}:
                self._count_if_due(writer, changed)
            self._drop_if_empty(writer, left)
            (record,) = self.documents(writer, [to_space], to_name)
        return record, left, space

    def _count_what_is_due(self) -> None:
        """Count the words of large spaces that an earlier version of the program has stored."""
        due = [s for s in self.spaces(self._writer) if is_due(s.chunks, s.counted)]
        if due:
            with self.writing() as writer:
                for space in due:
                    count_words(writer, space.id, space.chunks)

    def _drop_if_empty(self, writer: sqlite3.Connection, space: Space) -> None:
        if not self.documents(writer, [space.name]):
            writer.execute(f"DROP TABLE words_{space.id:d}")
            writer.execute("DELETE FROM journal WHERE space_id = ?", (space.id,))
            writer.execute("DELETE FROM spaces WHERE id = ?", (space.id,))  # and its counts

    def _count_if_due(self, writer: sqlite3.Connection, space_id: int) -> None:
        chunks, counted = writer.execute(
            "SELECT chunks, counted FROM space_sizes WHERE space_id = ?", (space_id,)
        ).fetchone()
        if is_due(chunks, counted):
            count_words(writer, space_id, chunks)

    def _space(self, writer: sqlite3.Connection, name: str) -> Space:
        cursor = writer.execute("INSERT OR IGNORE INTO spaces (name) VALUES (?)", (name,))
        if cursor.rowcount and cursor.lastrowid:
            create_words(writer, cursor.lastrowid)
            writer.execute("INSERT INTO space_sizes (space_id) VALUES (?)", (cursor.lastrowid,))
        return next(space for space in self.spaces(writer) if space.name == name)

    # Chunks

    def rows(self, connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Row]:
        """The chunks of these ids that exist."""
        found: dict[int, Row] = {}
        for part in _parts(ids):
            for row in connection.execute(f"{_ROW} WHERE c.id IN ({_marks(part)})", part):
                found[row[0]] = Row(*row)
        return found

    def row(self, connection: sqlite3.Connection, key: str) -> Row | None:
        """The chunk with this public id."""
        found = connection.execute(f"{_ROW} WHERE c.key = ?", (key,)).fetchone()
        return None if found is None else Row(*found)

    def around(
        self, connection: sqlite3.Connection, document_id: int, first: int, last: int
    ) -> list[Row]:
        """A document's chunks from position `first` to `last`, both included."""
        rows = connection.execute(
            f"{_ROW} WHERE d.id = ? AND c.position BETWEEN ? AND ? ORDER BY c.position",
            (document_id, first, last),
        )
        return [Row(*row) for row in rows]

    def vectors(
        self, connection: sqlite3.Connection, ids: Iterable[int], column: str = "vector"
    ) -> dict[int, bytes]:
        """The stored bytes of `vector` or `tokens` by chunk id."""
        found: dict[int, bytes] = {}
        for part in _parts(ids):
            sql = f"SELECT chunk_id, {column} FROM vectors WHERE chunk_id IN ({_marks(part)})"
            found.update(connection.execute(sql, part))
        return found

    def candidates(
        self, connection: sqlite3.Connection, ids: Iterable[int]
    ) -> dict[int, tuple[Row, bytes, bytes]]:
        """The chunks of these ids that exist, with the bytes of their vectors and tokens."""
        found: dict[int, tuple[Row, bytes, bytes]] = {}
        for part in _parts(ids):
            rows = connection.execute(f"{_CANDIDATE} WHERE c.id IN ({_marks(part)})", part)
            for *row, vector, tokens in rows:
                found[row[0]] = Row(*row), vector, tokens
        return found

    def chunk_ids(
        self,
        connection: sqlite3.Connection,
        space: Space,
        documents: Sequence[str] | None = None,
        most: int = -1,
    ) -> list[int]:
        """Ids of a space's chunks, or of some of its documents', in the order of the text."""
        ids: list[int] = []
        for part in [None] if documents is None else _parts(documents):
            named = "" if part is None else f"AND d.name IN ({_marks(part)})"
            rows = connection.execute(
                "SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id "
                f"WHERE d.space_id = ? {named} ORDER BY c.id LIMIT ?",
                (space.id, *(part or ()), most),
            )
            ids += [chunk_id for (chunk_id,) in rows]
        return ids

    def chunk_counts(self, connection: sqlite3.Connection) -> dict[int, int]:
        """How many chunks there are, by the id of the space; counted, not noted."""
        return dict(
            connection.execute(
                "SELECT d.space_id, count(*) FROM chunks c JOIN documents d "
                "ON d.id = c.document_id GROUP BY d.space_id"
            )
        )

    def size(self, connection: sqlite3.Connection, space: Space) -> int:
        """How many chunks a space has."""
        sql = "SELECT coalesce(sum(chunks), 0) FROM documents WHERE space_id = ?"
        return int(connection.execute(sql, (space.id,)).fetchone()[0])

    def word_ids(self, connection: sqlite3.Connection, space: Space) -> set[int]:
        """Ids of the chunks in the space's full-text index."""
        return {i for (i,) in connection.execute(f"SELECT id FROM words_{space.id:d}_docsize")}

    # Housekeeping

    def pending(self, connection: sqlite3.Connection, space: Space) -> tuple[list[int], list[int]]:
        """Ids that the vector index has still to add, and to drop."""
        rows = connection.execute(
            "SELECT chunk_id, added FROM journal WHERE space_id = ?", (space.id,)
        ).fetchall()
        return [i for i, added in rows if added], [i for i, added in rows if not added]

    def settle(self, space: Space, added: Sequence[int], dropped: Sequence[int]) -> None:
        """Note that the vector index has taken these over."""
        done = [(space.id, i, 1) for i in added] + [(space.id, i, 0) for i in dropped]
        with self.writing() as writer:
            writer.executemany(
                "DELETE FROM journal WHERE space_id = ? AND chunk_id = ? AND added = ?", done
            )

    def renew_collection(self, space: Space) -> Space:
        """Give the space a collection of a new generation, which starts empty."""
        with self.writing() as writer:
            writer.execute(
                "UPDATE spaces SET generation = generation + 1, dead = 0 WHERE id = ?", (space.id,)
            )
            writer.execute("DELETE FROM journal WHERE space_id = ?", (space.id,))
            return next(s for s in self.spaces(writer) if s.id == space.id)

    def rebuild_words(self) -> None:
        """Make the full-text indexes again from the chunks."""
        with self.writing() as writer:
            for space in self.spaces(writer):
                writer.execute(f"DROP TABLE IF EXISTS words_{space.id:d}")
                create_words(writer, space.id)
                rows = writer.execute(
                    "SELECT c.id, c.text, c.heading, d.title, d.name FROM chunks c "
                    "JOIN documents d ON d.id = c.document_id WHERE d.space_id = ?", (space.id,)
                ).fetchall()  # fmt: skip
                for chunk_id, text, heading, title, name in rows:
                    spelt = searchable(f"{title} {name}")
                    insert_words(writer, space.id, chunk_id, text, heading, spelt)

    def scrub(self, *, wait: bool) -> None:
        """Take what was deleted out of the word indexes and the log, and give back disk space.

        Large word indexes are left for a call with `wait`.
        """
        with self._lock:
            for space in self.spaces(self._writer):
                words = f"words_{space.id:d}"
                (last,) = self._writer.execute(f"SELECT count(*) FROM {words}_docsize").fetchone()
                if wait or last <= _MANY:
                    # A full merge: only it drops the words of deleted rows from the segments.
                    self._writer.execute(f"INSERT INTO {words} ({words}) VALUES ('optimize')")
                    if space.counted:  # a word may have stood in deleted chunks alone
                        with self.writing() as writer:
                            count_words(writer, space.id, space.chunks)
            # As a script: `execute` would take one step, which frees one page.
            self._writer.executescript("PRAGMA incremental_vacuum")
            fold_log(self._writer)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _parts(values: Iterable[int] | Sequence[str]) -> Iterator[list[int | str]]:
    """Parts that stay below SQLite's limit of parameters in one statement."""
    everything: list[int | str] = list(values)
    for start in range(0, len(everything), 900):
        yield everything[start : start + 900]
