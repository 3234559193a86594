"""What becomes of saved answers when a document that they quote moves to another space."""

import json
import sqlite3


def relabel_quotations(db: sqlite3.Connection, space: str, document: str, to_space: str) -> int:
    """Have the answers that quote the document say where it is now; returns how many turns.

    Who may read a turn is decided by the spaces that it names, so it and those after it, which may
    repeat it, name the new space as well. A draft does not say what it quotes: it may be this.
    """
    first: dict[str, int] = {}
    changed = 0
    for row, conversation, number, written in db.execute(
        "SELECT row, conversation, number, answer FROM turns WHERE answer IS NOT NULL"
    ).fetchall():
        answer = json.loads(written)
        quotes = [
            part
            for part in (*answer["passages"], *answer["citations"])
            if (part["space"], part["document"]) == (space, document)
        ]
        if not quotes:
            continue
        for part in quotes:
            part["space"] = to_space
        told = json.dumps(answer, ensure_ascii=False)
        db.execute("UPDATE turns SET answer = ? WHERE row = ?", (told, row))
        first[conversation] = min(number, first.get(conversation, number))
    for row, conversation, number, drafted, named in db.execute(
        "SELECT row, conversation, number, answer IS NULL AND draft <> '', spaces FROM turns"
    ).fetchall():
        spaces = set(json.loads(named))
        after = conversation in first and number >= first[conversation]
        if after or (drafted and space in spaces):
            told = json.dumps(sorted(spaces | {to_space}))
            db.execute("UPDATE turns SET spaces = ? WHERE row = ?", (told, row))
            changed += 1
    return changed
