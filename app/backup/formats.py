"""Which versions of the databases' tables this program knows, by file."""

from collections.abc import Mapping

from app.backup.contents import BackupFault
from app.batch import journal
from app.conversations import store as conversations
from app.people import schema as people
from vectorstore import schema as index

_KNOWN = {
    "catalogue.sqlite3": index.STEPS,
    "people.sqlite3": people.STEPS,
    "conversations.sqlite3": conversations.STEPS,
    journal.FILE: journal.STEPS,
}


def refuse_newer(databases: Mapping[str, int], made_with: str) -> None:
    """Raises BackupFault where a database was written by a newer program than this."""
    for path, version in sorted(databases.items()):
        steps = _KNOWN.get(path.rsplit("/", 1)[-1])
        if steps is not None and version > len(steps):
            raise BackupFault(
                f"{path} in the backup has format {version}, and this program knows formats up to "
                f"{len(steps)}: restore it with Strongroom {made_with} or a newer one"
            )
