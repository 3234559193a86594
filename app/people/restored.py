"""What a restore changes in a file of people before it is opened."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from vectorstore.disk import existing_database, open_database


def take_over_removals(former: Path, restored: Path) -> None:
    """Remove in the file `restored` everybody who was removed in the file `former`.

    A `former` that is missing or damaged is passed over: it may be why the backup is restored.
    """
    if not former.is_file() or not restored.is_file():
        return
    with suppress(sqlite3.DatabaseError):
        with closing(existing_database(former)) as db:
            gone = db.execute("SELECT id FROM gone").fetchall()
        with closing(open_database(restored)) as db:
            db.execute("BEGIN")
            db.executemany("DELETE FROM people WHERE id = ?", gone)
            db.executemany("INSERT OR IGNORE INTO gone VALUES (?)", gone)
            db.execute("COMMIT")


def end_keys(former: Path | None, restored: Path) -> None:
    """Keys that were revoked since the backup was made do not come back.

    Where no `former` file can say which are left, none is.
    """
    if not restored.is_file():
        return
    left: list[tuple[str]] = []
    if former is not None and former.is_file():
        with suppress(sqlite3.DatabaseError), closing(existing_database(former)) as db:
            left = db.execute("SELECT id FROM keys").fetchall()
    with closing(open_database(restored)) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'keys'").fetchone():
            db.execute("BEGIN")
            db.execute("CREATE TEMP TABLE left_keys (id TEXT PRIMARY KEY)")
            db.executemany("INSERT INTO left_keys VALUES (?)", left)
            db.execute("DELETE FROM keys WHERE id NOT IN (SELECT id FROM left_keys)")
            db.execute("COMMIT")


def end_sessions(restored: Path) -> None:
    """End all sessions: who was signed in when the backup was made is not any more."""
    if not restored.is_file():
        return
    with closing(open_database(restored)) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'sessions'").fetchone():
            db.execute("DELETE FROM sessions")
