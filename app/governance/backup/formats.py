"""Which versions of the databases' tables this program knows, by file."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from app.governance.backup.contents import BackupFault
from app.governance.keepers.registry import KEEPERS
from vectorstore.disk import read_database, table_version

_KNOWN = {keeper.tables.file: keeper.tables.steps for keeper in KEEPERS if keeper.tables}


def refuse_newer(databases: Mapping[str, int], made_with: str) -> None:
    """Raises BackupFault where a database was written by a newer program than this."""
    for path, version in sorted(databases.items()):
        steps = _KNOWN.get(path.rsplit("/", 1)[-1])
        if steps is not None and version > len(steps):
            raise BackupFault(
                f"{path} in the backup has format {version}, and this program knows formats up to "
                f"{len(steps)}: restore it with Strongroom {made_with} or a newer one"
            )


def newer_in(home: Path) -> Iterator[str]:
    """What this program cannot use in a data folder, because a newer one wrote it, in words."""
    for path in sorted(path for name in _KNOWN for path in home.rglob(name)):
        known = len(_KNOWN[path.name])
        try:
            with closing(read_database(path)) as database:
                version = table_version(database)
        except sqlite3.Error as error:
            yield f"{path} cannot be read ({error})"
            continue
        if version > known:
            yield (
                f"{path} has format {version}, and this program knows formats up to {known}: it "
                "was written by a newer Strongroom"
            )
