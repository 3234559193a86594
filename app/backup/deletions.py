"""Which documents of a backup were deleted since it was made, as the audit trail tells."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.audit.exporting import signature_file, verify_export
from app.audit.keys import VerifyKey
from app.audit.records import Record, RecordKind, TrailFault
from app.backup.contents import BackupFault
from app.deletion.receipt import verify_receipt

Place = tuple[str, str]  # space and document


@dataclass(frozen=True, slots=True)
class Known:
    """A document of the backup."""

    space: str
    document: str
    sha256: str


def deleted_since(records: Iterable[Record], begun: int) -> set[Known]:
    """What is deleted for good at the end of these records, under the names of the backup.

    One content under one name is looked at: when it was taken in again after it was deleted, it
    is not deleted. `begun` is the record with which the backup began: moves after it are undone
    by a restore.
    """
    dead: set[Known] = set()
    origins: dict[Place, Place] = {}
    revived: set[Known] = set()
    for record in records:
        data = record.data
        if record.kind == RecordKind.MOVE.value:
            left, entered = (data["space"], data["document"]), (data["to_space"], data["document"])
            if record.seq > begun:
                origins[entered] = origins.pop(left, left)
            else:
                moved = {one for one in dead if (one.space, one.document) == entered}
                dead -= moved  # another document has that name now
            continue
        if record.kind not in _KINDS:
            continue
        at = (str(data["space"]), str(data["document"]))
        same = {Known(*place, str(data["sha256"])) for place in {at, origins.get(at, at)}}
        if record.kind == RecordKind.DELETION.value:
            dead |= same
        elif record.kind == RecordKind.INGEST.value:
            revived = dead & same
            dead -= same
        else:  # it was not taken in after all
            dead |= revived & same
    return dead


def from_file(file: Path, key: VerifyKey, begun: int) -> set[Known]:
    """The same of a file kept elsewhere: receipts of `remove`, or an exported trail.

    Raises BackupFault for a file that this data folder's key did not sign.
    """
    try:
        if signature_file(file).exists():
            if not verify_export(file, key):
                raise BackupFault(f"{file} is not what the trail's key signed")
            return deleted_since(_exported(file), begun)
        receipts = json.loads(file.read_text("utf-8"))
        for receipt in receipts:
            if not verify_receipt(receipt, key):
                raise BackupFault(f"{file} holds a receipt that the trail's key did not sign")
        return {Known(one["space"], one["document"], one["sha256"]) for one in receipts}
    except (OSError, ValueError, TypeError, KeyError, TrailFault) as error:
        raise BackupFault(f"the deletions in {file} cannot be read ({error})") from error


def _exported(file: Path) -> Iterator[Record]:
    with file.open("rb") as opened:
        for line in opened:
            yield Record(**json.loads(line))


_KINDS = {
    RecordKind.DELETION.value,
    RecordKind.INGEST.value,
    RecordKind.INGEST_FAILED.value,
}
