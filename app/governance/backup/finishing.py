"""What a restored data folder still needs when it is opened first: its deletions, done again."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from app.data_folder.layout import DataFolder
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail
from app.governance.backup.contents import BackupFault
from app.governance.backup.deletions import Known
from vectorstore.disk import write_whole

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A restore that was put in its place, and the documents to be deleted again."""

    backup: str
    made: str
    end: int  # record with which the trail of the backup ends
    trail: str
    deletions: Sequence[Known]


class Removal(Protocol):
    """What became of one document that was to be deleted; `reason` says why it is still there."""

    @property
    def document(self) -> str: ...

    @property
    def removed(self) -> bool: ...

    @property
    def reason(self) -> str: ...


class Deleter(Protocol):
    """Deletes documents everywhere; `app.governance.deletion.deleter.Deleter` is one."""

    def delete(
        self, names: Sequence[str], *, space: str, person: str, reason: str
    ) -> Iterable[Removal]: ...


def put_note(home: Path, unfinished: Unfinished) -> None:
    """Let `finish_restore` know; durable on return."""
    write_whole(DataFolder(home).restored, json.dumps(asdict(unfinished)))


def finish_restore(home: Path, trail: Trail, deleter: Deleter, *, person: str) -> None:
    """Record the restore, and delete again what was deleted since the backup; once.

    Before anything else can be read from the data folder. A process that is ended meanwhile
    leaves the note to the next. What a hold keeps stays, which is recorded and logged. Raises
    BackupFault, TrailFault.
    """
    note = DataFolder(home).restored
    if not note.exists():
        return
    try:
        said = json.loads(note.read_text("utf-8"))
        known = [Known(**one) for one in said["deletions"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BackupFault(
            f"{note} cannot be read ({error}), so it is not known what has to be deleted again "
            "after the restore: restore the backup once more"
        ) from error
    trail.record(RecordKind.RESTORED, person=person, data=said)
    for space in sorted({one.space for one in known}):
        names = [one.document for one in known if one.space == space]
        reason = "deleted before the restore"
        for removal in deleter.delete(names, space=space, person=person, reason=reason):
            if not removal.removed:
                log.warning(
                    "not deleted again after the restore: %s/%s: %s",
                    space,
                    removal.document,
                    removal.reason,
                )
    note.unlink()
