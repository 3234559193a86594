"""What becomes of a run's questions and results when a document that they name moves."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from app.batch.journal import FILE, WAIT, JournalError, note_erasure, sha256_of
from app.batch.queue.folders import clear_pipes, clear_unused_downloads
from vectorstore.disk import open_database


def relabel_results(folder: Path, space: str, document: str, to_space: str) -> int:
    """Have the results in the journals below `folder` that quote the document say where it is now.

    Who may take results away is decided by the spaces that they name. Returns how many results.
    Raises JournalError.
    """
    changed = 0
    clear_pipes(folder)
    for path in sorted(folder.glob(f"*/{FILE}")):
        clear_unused_downloads(path.parent)
        try:
            with closing(open_database(path, timeout=WAIT)) as db, db:
                db.execute("BEGIN IMMEDIATE")
                changed += _relabel(db, "results", "result", (space, document), to_space)
                _relabel(db, "tasks", "document", (space, document), to_space)
                note_erasure(db)  # answers that are being written are asked again
        except sqlite3.Error as error:
            raise JournalError(
                f"the journal {path} says that {document} is in {space} still, and cannot be "
                f"changed ({error}); delete its folder"
            ) from error
    return changed


def _relabel(
    db: sqlite3.Connection, table: str, column: str, place: tuple[str, str], to_space: str
) -> int:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
        return 0
    changed = 0
    rows = db.execute(f"SELECT key, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()
    for key, written in rows:
        told = json.loads(written)
        if _moved(told, place, to_space):
            changed += 1
            new = json.dumps(told, ensure_ascii=False)
            db.execute(f"UPDATE {table} SET {column} = ? WHERE key = ?", (new, key))
            if table == "results":
                db.execute("UPDATE results SET sha256 = ? WHERE key = ?", (sha256_of(new), key))
    return changed


def _moved(value: Any, place: tuple[str, str], to_space: str) -> bool:
    """Put the new space wherever the document is named in a result; whether it was."""
    if isinstance(value, list):
        return sum(_moved(part, place, to_space) for part in value) > 0  # all of them
    if not isinstance(value, dict):
        return False
    found = sum(_moved(part, place, to_space) for part in value.values()) > 0
    for name in ("document", "name"):
        if (value.get("space"), value.get(name)) == place:
            value["space"] = to_space
            return True
    return found
