"""What becomes of a run's results when a document that they quote is deleted."""

import json
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from app.batch.journal import FILE, JournalError


def erase_results(folder: Path, space: str, document: str, chunk_ids: Collection[str]) -> int:
    """Erase, in the journals below `folder`, results that quote the document; how many.

    Their questions are open again: a run that is resumed asks them of what is there then. Raises
    JournalError.
    """
    gone = 0
    for path in sorted(folder.glob(f"*/{FILE}")):
        try:
            with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
                db.execute("PRAGMA secure_delete = ON").fetchone()
                rows = db.execute("SELECT key, result FROM results").fetchall()
                keys = [
                    (key,)
                    for key, written in rows
                    if _quotes(json.loads(written), space, document, chunk_ids)
                ]
                db.executemany("DELETE FROM results WHERE key = ?", keys)
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise JournalError(
                f"the journal {path} still quotes {document} and cannot be changed ({error}); "
                "delete its folder"
            ) from error
        gone += len(keys)
    return gone


def _quotes(result: object, space: str, document: str, chunk_ids: Collection[str]) -> bool:
    """Whether any part of a result is of the document."""
    if isinstance(result, dict):
        if (result.get("space"), result.get("document")) == (space, document):
            return True
        about = result.get("space"), result.get("name")
        if about == (space, document) or result.get("chunk_id") in chunk_ids:
            return True
        return any(_quotes(part, space, document, chunk_ids) for part in result.values())
    if isinstance(result, list):
        return any(_quotes(part, space, document, chunk_ids) for part in result)
    return isinstance(result, str) and result in chunk_ids
