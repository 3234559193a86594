"""Where a document was before it was moved: what quoted it then names it so still."""

import sqlite3

from vectorstore.document_rows import chunk_key
from vectorstore.records import DocumentRecord, FormerPlace


def note_move(writer: sqlite3.Connection, left: DocumentRecord, space: str, name: str) -> None:
    """Let the document at (space, name) be known to have been where `left` says."""
    writer.execute(
        "UPDATE former_places SET space = ?, name = ? WHERE space = ? AND name = ?",
        (space, name, left.space, left.name),
    )
    writer.execute(
        "INSERT INTO former_places VALUES (?, ?, ?, ?, ?, ?)",
        (space, name, left.space, left.name, left.sha256, left.chunks),
    )


def forget_moves(writer: sqlite3.Connection, space: str, name: str) -> None:
    """The document is deleted: nobody has to know where it was."""
    writer.execute("DELETE FROM former_places WHERE space = ? AND name = ?", (space, name))


def former_places(connection: sqlite3.Connection, space: str, name: str) -> list[FormerPlace]:
    """All places where the document was before, the first one first."""
    rows = connection.execute(
        "SELECT was_space, was_name, sha256, chunks FROM former_places "
        "WHERE space = ? AND name = ? ORDER BY rowid",
        (space, name),
    )
    return [
        FormerPlace(
            was_space,
            was_name,
            tuple(chunk_key(was_space, was_name, sha256, position) for position in range(chunks)),
        )
        for was_space, was_name, sha256, chunks in rows
    ]


def moved_to(connection: sqlite3.Connection, space: str, name: str) -> tuple[str, str] | None:
    """Where a document is now that was here once; None where there is none."""
    row = connection.execute(
        "SELECT space, name FROM former_places WHERE was_space = ? AND was_name = ? "
        "ORDER BY rowid DESC",
        (space, name),
    ).fetchone()
    return (row[0], row[1]) if row else None
