"""Rows about the pages of documents: how each was read, and the words recognised on it."""

import sqlite3
from collections.abc import Iterable

from vectorstore.records import NewDocument, PageReading

FIELDS = "page, how, confidence, words, layout"


def insert_readings(
    writer: sqlite3.Connection, document_id: int | None, document: NewDocument
) -> None:
    """Write how the pages of a new document were read; what its reading left behind goes."""
    writer.executemany(
        f"INSERT INTO pages (document_id, {FIELDS}) VALUES (?, ?, ?, ?, ?, ?)",
        [(document_id, *values(one)) for one in document.readings],
    )
    writer.execute("DELETE FROM recognised WHERE sha256 = ?", (document.sha256,))


def read_readings(
    connection: sqlite3.Connection, space: str, name: str, page: int | None = None
) -> list[PageReading]:
    """How the pages of a document were read, or the one `page`; none where that is not known."""
    rows = connection.execute(
        f"SELECT {FIELDS} FROM pages WHERE document_id = (SELECT d.id FROM documents d "
        "JOIN spaces s ON s.id = d.space_id WHERE s.name = ? AND d.name = ?) "
        "AND (?3 IS NULL OR page = ?3) ORDER BY page",
        (space, name, page),
    )
    return readings(rows)


def readings(rows: Iterable[tuple[object, ...]]) -> list[PageReading]:
    """Rows of `FIELDS` as values."""
    return [PageReading(*row) for row in rows]  # type: ignore[arg-type]  # the schema's types


def values(one: PageReading) -> tuple[object, ...]:
    """A value as a row of `FIELDS`."""
    return one.page, one.how, one.confidence, one.words, one.layout
