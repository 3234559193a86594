"""What becomes of saved answers when a document that they quote is deleted."""

import json
import sqlite3
from collections.abc import Collection, Sequence


def erase_quotations(
    db: sqlite3.Connection, space: str, document: str, chunk_ids: Collection[str]
) -> int:
    """Erase the answers that quote or list the document, and those after them.

    Returns how many went.

    A later turn of a conversation is shown the earlier ones, so it holds their quotations too. The
    draft of an answer that was stopped does not say what it quotes: it goes if it may.
    """
    first: dict[str, int] = {}
    for conversation, number, written in db.execute(
        "SELECT conversation, number, answer FROM turns WHERE answer IS NOT NULL"
    ):
        answer = json.loads(written)
        if any(
            part["chunk_id"] in chunk_ids or (part["space"], part["document"]) == (space, document)
            for key in ("passages", "citations", "evidence")
            for part in answer.get(key, ())
        ) or [space, document] in answer.get("named", []):
            first[conversation] = min(number, first.get(conversation, number))
    gone = 0
    for conversation, number in first.items():
        rows = db.execute(
            "SELECT row FROM turns WHERE conversation = ? AND number >= ?", (conversation, number)
        ).fetchall()
        gone += _erase(db, rows)
    drafts = db.execute("SELECT row, spaces FROM turns WHERE answer IS NULL AND draft <> ''")
    rows = [(row,) for row, spaces in drafts.fetchall() if space in json.loads(spaces)]
    return gone + _erase(db, rows)


def erase_turn(db: sqlite3.Connection, conversation: str, number: int) -> int:
    """Erase what was answered last in one turn; its question stays. Returns how many it was."""
    rows = db.execute(
        "SELECT row FROM turns WHERE conversation = ? AND number = ? AND superseded = 0",
        (conversation, number),
    ).fetchall()
    return _erase(db, rows)


def _erase(db: sqlite3.Connection, rows: Sequence[tuple[int]]) -> int:
    db.executemany(
        "UPDATE turns SET answer = NULL, found = NULL, draft = '', state = 'failed', "
        "failure = 'gone', verdict = NULL, comment = NULL WHERE row = ?",
        rows,
    )
    db.executemany("UPDATE words SET answer = '' WHERE rowid = ?", rows)
    return len(rows)
