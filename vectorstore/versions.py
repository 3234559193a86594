"""Brings the tables of an SQLite file from the version they have to the one the program knows."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from vectorstore.disk import existing_database, make_private, replacing, sync_file, table_version

# A file's copy from before an update lies beside it and ends in this, and the version it has.
BEFORE = ".before-update-from-"


class VersionFault(Exception):
    """A file's tables cannot be brought to the program's version; the file is as it was."""


class NewerThanProgram(VersionFault):
    """A newer program has written the file."""


def bring_up_to_date(
    connection: sqlite3.Connection, steps: Sequence[str], path: Path, what: str
) -> None:
    """Run the steps that the file at `path` has not seen, all of them or none.

    One script per version, only ever appended to: there is no way back. A file that had tables
    before is copied first, to `path` + `BEFORE` + its version. `connection` is in autocommit mode;
    `what` is the file's name in messages. Raises NewerThanProgram, VersionFault, sqlite3.Error.
    """
    if table_version(connection) == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")  # another process may open the file at the same moment
    try:
        version = table_version(connection)
        if version > len(steps):
            raise NewerThanProgram(
                f"{what[0].upper()}{what[1:]} ({path}) has format {version}, and this program "
                f"knows formats up to {len(steps)}: it was written by a newer Strongroom. Use that "
                "one, or restore the backup that was made before the update."
            )
        if 0 < version < len(steps):
            _copy(path, version, what)
        for script in steps[version:]:
            for statement in statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def copies_before_updates(folder: Path) -> list[Path]:
    """The copies below `folder`, unfinished ones among them."""
    return sorted(path for path in folder.rglob(f"*{BEFORE}*") if path.is_file())


def copy_database(source: Path, target: Path) -> None:
    """One state of the database at `source`, in a new file that only its user can read.

    Whoever writes to it meanwhile is not held up. Durable on return. Raises sqlite3.Error, OSError.
    """
    target.unlink(missing_ok=True)
    make_private(target)
    with (
        closing(existing_database(source)) as reader,
        closing(existing_database(target)) as copy,
    ):
        reader.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    with target.open("rb") as copied:
        sync_file(copied)


def statements(script: str) -> list[str]:
    """The statements of a script; `executescript` would end the transaction around them."""
    found: list[str] = []
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            found.append(statement)
            statement = ""
    return found


def _copy(path: Path, version: int, what: str) -> None:
    target = path.with_name(f"{path.name}{BEFORE}{version}")
    try:
        with replacing(target, through=target.with_name(f"{target.name}.partial")) as partial:
            copy_database(path, partial)
    except (OSError, sqlite3.Error) as error:
        raise VersionFault(
            f"{what[0].upper()}{what[1:]} ({path}) has to be updated, and cannot be copied before "
            f"({error}): make room on the disk and start again. Nothing was changed."
        ) from error
