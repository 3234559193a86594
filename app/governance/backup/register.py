"""The register of a data folder's backups: where each was written, and when it ends."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from filelock import FileLock

from app.data_folder.layout import DataFolder
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail
from app.governance.backup.contents import BackupFault
from vectorstore.disk import sha256_of, write_whole

ASIDE = ".before-restore-"  # what a restore moved aside has this, and the moment, in its name
State = Literal["kept", "missing", "deleted"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup that was made."""

    id: str
    file: str
    made: str  # UTC, ISO 8601
    expires: str | None  # None: kept until someone deletes it
    size: int
    sha256: str
    sealed: bool  # under a passphrase
    deleted: str | None = None  # when we deleted it

    @property
    def state(self) -> State:
        """`missing`: moved or deleted by someone else; where it was moved to, it still counts."""
        if self.deleted:
            return "deleted"
        return "kept" if Path(self.file).is_file() else "missing"

    def is_over(self, now: datetime) -> bool:
        """Whether its end of life has come."""
        return self.expires is not None and datetime.fromisoformat(self.expires) <= now


class Register:
    """The file of backups; safe to use from several processes."""

    def __init__(self, home: Path) -> None:
        self._path = DataFolder(home).backups
        self._lock = FileLock(f"{self._path}.lock")

    def all(self) -> list[Kept]:
        """All that are known, the oldest first. Raises BackupFault."""
        try:
            return [Kept(**one) for one in json.loads(self._path.read_text("utf-8"))]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise BackupFault(
                f"the register of backups {self._path} cannot be read ({error}); put it back from "
                "a backup, or move it away: backups made before are then unknown"
            ) from error

    def add(self, made: Kept) -> None:
        with self._changing() as (known, write):
            write([*(one for one in known if one.id != made.id), made])

    def merge(self, others: Sequence[Kept]) -> None:
        """Take over what another register of the same data folder knows."""
        with self._changing() as (known, write):
            ids = {one.id for one in known}
            both = [*known, *(one for one in others if one.id not in ids)]
            write(sorted(both, key=lambda one: one.made))

    def prune(self, trail: Trail, person: str, now: datetime | None = None) -> list[Kept]:
        """Delete the files of backups whose end of life has come; returns those, as they are now.

        Each deletion is recorded before it is done. A file that is not where it was written, or is
        another one by now, is left alone and stays `missing` in the register.
        """
        moment = now or datetime.now(UTC)
        pruned: list[Kept] = []
        for one in self.all():
            if one.deleted or not one.is_over(moment):
                continue
            pruned.append(self._end(one, trail, person, moment))
        return pruned

    def _end(self, one: Kept, trail: Trail, person: str, moment: datetime) -> Kept:
        file = Path(one.file)
        try:
            if (
                not file.is_file()
                or file.stat().st_size != one.size
                or sha256_of(file) != one.sha256
            ):
                return one
            about = {"what": "end of life", **asdict(one)}
            trail.record(RecordKind.BACKUP, person=person, data=about)
            file.unlink()
        except OSError as error:
            raise BackupFault(
                f"the backup {file}, whose end of life has come, cannot be deleted "
                f"({error.strerror}); delete it yourself"
            ) from error
        ended = replace(one, deleted=moment.isoformat(timespec="seconds"))
        with self._changing() as (known, write):
            write([ended if other.id == one.id else other for other in known])
        return ended

    def sweep(self) -> None:
        """Clear away what a process left that was ended while it wrote the register."""
        partial = self._path.with_suffix(".partial")
        if partial.exists():
            with self._lock:  # not while another process writes it now
                partial.unlink(missing_ok=True)

    @contextmanager
    def _changing(self) -> Iterator[tuple[list[Kept], Callable[[Sequence[Kept]], None]]]:
        with self._lock:
            yield self.all(), self._write

    def _write(self, backups: Sequence[Kept]) -> None:
        partial = self._path.with_suffix(".partial")
        try:
            written = json.dumps([asdict(one) for one in backups], indent=2)
            write_whole(self._path, written, through=partial)
        except OSError as error:
            raise BackupFault(f"{self._path} cannot be written ({error.strerror})") from error


def who_still_hold(home: Path) -> str:
    """For a deletion's receipt: the backups that hold what was there when they were made."""
    try:
        known = [one for one in Register(home).all() if not one.deleted]
    except BackupFault as fault:  # a deletion does not fail for it
        return f"Which backups still hold the document is not known: {fault}"
    in_hand = any(DataFolder(home).backup_in_hand.glob("*/"))
    aside = sorted(home.parent.glob(f"{home.name}{ASIDE}*"))
    if not known and not aside and not in_hand:
        return (
            "This data folder's register names no backup that is still kept. Copies made by other "
            "means are unknown to it."
        )
    named = [f"{one.file} ({_until(one)}{_where(one)})" for one in known]
    named += [f"{path} (the data folder before a restore, until you delete it)" for path in aside]
    named += ["one that is being made now"] if in_hand else []
    ends = [*(one.expires for one in known), *(None for _ in aside), *([None] if in_hand else [])]
    last = "" if None in ends else f" The last of them ends on {max(e for e in ends if e)[:10]}."
    return (
        f"Made before this deletion, so the document may still be in them: {'; '.join(named)}."
        f"{last} Restoring one beside this data folder deletes the document again. Copies made by "
        "other means are unknown."
    )


def _until(one: Kept) -> str:
    return f"until {one.expires[:10]}" if one.expires else "until someone deletes it"


def _where(one: Kept) -> str:
    return ", not where it was written" if one.state == "missing" else ""
