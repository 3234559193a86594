"""What becomes of a run's results when a document that they quote is deleted."""

import json
import sqlite3
import time
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from app.batch.journal import FILE, WAIT, JournalError, note_erasure
from app.batch.queue.folders import clear_pipes, clear_unused_downloads
from vectorstore.disk import fold_log, open_database

_CHECKPOINTS = 50  # attempts at taking the old bytes out of the log beside a run that reads


def erase_results(folder: Path, space: str, document: str, chunk_ids: Collection[str]) -> int:
    """Erase, in the journals below `folder`, results that quote the document; how many.

    Their questions are open again: a run that is resumed asks them of what is there then. A run
    that goes on meanwhile drops the answers that it began before, and asks again. The index must
    have forgotten the document already. Raises JournalError.
    """
    gone = 0
    clear_pipes(folder)
    for path in sorted(folder.glob(f"*/{FILE}")):
        clear_unused_downloads(path.parent)
        try:
            with closing(open_database(path, timeout=WAIT)) as db:
                gone += _erase(db, space, document, chunk_ids)
                _fold(db)
        except sqlite3.Error as error:
            raise JournalError(
                f"the journal {path} still quotes {document} and cannot be changed ({error}); "
                "delete its folder"
            ) from error
    return gone


def _erase(db: sqlite3.Connection, space: str, document: str, chunk_ids: Collection[str]) -> int:
    """One transaction: no answer comes between the look at the results and the count."""
    with db:
        db.execute("BEGIN IMMEDIATE")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'results'").fetchone():
            return 0
        keys = [
            (key,)
            for key, written in db.execute("SELECT key, result FROM results")
            if _quotes(json.loads(written), space, document, chunk_ids)
        ]
        db.executemany("DELETE FROM results WHERE key = ?", keys)
        _forget_title(db, space, document)
        note_erasure(db)
        return len(keys)


def _forget_title(db: sqlite3.Connection, space: str, document: str) -> None:
    """Of a document that each question is asked of, its name stays, to say that it is gone."""
    held = db.execute("SELECT key, document FROM tasks WHERE document IS NOT NULL").fetchall()
    for key, written in held:
        about = json.loads(written)
        if (about["space"], about["name"]) == (space, document) and about.get("title"):
            told = json.dumps({**about, "title": ""}, ensure_ascii=False)
            db.execute("UPDATE tasks SET document = ? WHERE key = ?", (told, key))


def _fold(db: sqlite3.Connection) -> None:
    """Take the old bytes out of the log. Raises sqlite3.OperationalError if others keep them."""
    for _ in range(_CHECKPOINTS):
        if fold_log(db):
            return
        time.sleep(0.1)
    raise sqlite3.OperationalError("another process is reading it")


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
