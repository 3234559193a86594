"""A document's rows in the catalogue: written, read and deleted inside a caller's transaction."""

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from vectorstore.page_rows import insert_readings, read_readings
from vectorstore.query import searchable
from vectorstore.records import Chunk, DocumentRecord, NewDocument
from vectorstore.tables.records import NewTable
from vectorstore.tables.rows import insert_tables, read_tables


def insert_document(
    writer: sqlite3.Connection,
    space_id: int,
    document: NewDocument,
    chunks: Sequence[Chunk],
    vectors: Sequence[tuple[bytes, bytes]],
    indexed_at: str = "",
    tables: Sequence[NewTable] = (),
) -> None:
    """Write a document that is not there; `vectors` are the bytes of vector and token codes."""
    now = indexed_at or datetime.now(UTC).isoformat(timespec="seconds")
    document_id = writer.execute(
        "INSERT INTO documents (space_id, name, title, sha256, source, pages, warning,"
        " chunks, indexed_at, container, unread, note)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (space_id, document.name, document.title, document.sha256, document.source,
         document.pages, document.warning, len(chunks), now, document.container,
         document.unread, document.note),
    ).lastrowid  # fmt: skip
    insert_readings(writer, document_id, document)
    about = document.about
    writer.execute(
        "INSERT INTO about VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (document_id, about.author, about.type, about.language, about.made, about.changed,
         about.valid_from, about.valid_until),
    )  # fmt: skip
    title = searchable(f"{document.title} {document.name}")
    for position, (chunk, (vector, tokens)) in enumerate(zip(chunks, vectors, strict=True)):
        key = chunk_key(document.space, document.name, document.sha256, position)
        chunk_id = writer.execute(
            "INSERT INTO chunks (document_id, position, key, page, heading, text)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (document_id, position, key, chunk.page,
             chunk.heading, chunk.text),
        ).lastrowid  # fmt: skip
        writer.execute("INSERT INTO vectors VALUES (?, ?, ?)", (chunk_id, vector, tokens))
        writer.execute("INSERT INTO journal VALUES (?, ?, 1)", (space_id, chunk_id))
        insert_words(writer, space_id, chunk_id, chunk.text, chunk.heading, title)
    writer.execute(
        "UPDATE space_sizes SET chunks = chunks + ?, changes = changes + 1 WHERE space_id = ?",
        (len(chunks), space_id),
    )
    assert document_id is not None  # a row was inserted
    insert_tables(writer, document_id, tables)


def read_document(
    connection: sqlite3.Connection, space_id: int, record: DocumentRecord
) -> tuple[NewDocument, list[Chunk], list[tuple[bytes, bytes]], str, list[NewTable]]:
    """All that `insert_document` needs to write the document again, vectors and tables included."""
    rows = connection.execute(
        "SELECT c.text, c.page, c.heading, v.vector, v.tokens FROM chunks c "
        "JOIN documents d ON d.id = c.document_id JOIN vectors v ON v.chunk_id = c.id "
        "WHERE d.space_id = ? AND d.name = ? ORDER BY c.position",
        (space_id, record.name),
    ).fetchall()
    document = NewDocument(
        space=record.space,
        name=record.name,
        title=record.title,
        sha256=record.sha256,
        source=record.source,
        pages=record.pages,
        warning=record.warning,
        readings=read_readings(connection, record.space, record.name),
        about=record.about,
        container=record.container,
        unread=record.unread,
        note=record.note,
    )
    chunks = [Chunk(text, page, heading) for text, page, heading, _, _ in rows]
    (document_id,) = connection.execute(
        "SELECT id FROM documents WHERE space_id = ? AND name = ?", (space_id, record.name)
    ).fetchone()
    vectors = [(row[3], row[4]) for row in rows]
    return document, chunks, vectors, record.indexed_at, read_tables(connection, document_id)


def delete_document(writer: sqlite3.Connection, space_id: int, name: str) -> bool:
    """Forget a document and tell the vector index to; False when it was not there."""
    found = writer.execute(
        "SELECT id FROM documents WHERE space_id = ? AND name = ?", (space_id, name)
    ).fetchone()
    if found is None:
        return False
    # Words of this content that an unfinished reading left behind.
    writer.execute(
        "DELETE FROM recognised WHERE sha256 = (SELECT sha256 FROM documents WHERE id = ?)", found
    )
    of_document = "(SELECT id FROM chunks WHERE document_id = ?)"
    gone = writer.execute(
        f"DELETE FROM words_{space_id:d} WHERE rowid IN {of_document}", found
    ).rowcount
    # What the vector index never took needs no removal there, but an order to remove an
    # absent vector does no harm, so that a half-done addition is undone as well.
    writer.execute(f"DELETE FROM journal WHERE added AND chunk_id IN {of_document}", found)
    writer.execute(
        "INSERT OR IGNORE INTO journal SELECT ?, id, 0 FROM chunks WHERE document_id = ?",
        (space_id, *found),
    )
    writer.execute("UPDATE spaces SET dead = dead + ? WHERE id = ?", (gone, space_id))
    writer.execute(
        "UPDATE space_sizes SET changes = changes + 1, chunks = chunks"
        " - (SELECT chunks FROM documents WHERE id = ?) WHERE space_id = ?",
        (*found, space_id),
    )
    writer.execute("DELETE FROM documents WHERE id = ?", found)
    return True


def names_within(connection: sqlite3.Connection, space_id: int, name: str) -> list[str]:
    """Names of the documents that lie in this one, and in those, outer ones first."""
    rows = connection.execute(
        "WITH RECURSIVE within (name) AS (SELECT name FROM documents WHERE space_id = :space AND "
        "container = :name AND container != '' UNION SELECT d.name FROM documents d "
        "JOIN within w ON d.container = w.name WHERE d.space_id = :space AND d.container != '') "
        "SELECT name FROM within",
        {"space": space_id, "name": name},
    )
    return [found for (found,) in rows if found != name]


def insert_words(
    writer: sqlite3.Connection,
    space_id: int,
    chunk_id: int | None,
    text: str,
    heading: str,
    title: str,
) -> None:
    """Write a chunk's words; `title` is spelt by `searchable` already."""
    writer.execute(
        f"INSERT INTO words_{space_id:d} (rowid, body, heading, title) VALUES (?, ?, ?, ?)",
        (chunk_id, searchable(text), searchable(heading), title),
    )


def chunk_key(space: str, name: str, sha256: str, position: int) -> str:
    """The public id of a chunk: the same whenever the same content is stored in the same place."""
    parts = (space, name, sha256, str(position))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
