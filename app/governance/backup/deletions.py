"""Which documents of a backup were deleted since it was made, as the audit trail tells."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.governance.audit.deletion_receipt import verify_receipt
from app.governance.audit.exporting import signature_file, verify_export
from app.governance.audit.keys import VerifyKey
from app.governance.audit.records import Record, RecordKind, TrailFault
from app.governance.backup.contents import BackupFault, TrailPoint

Place = tuple[str, str]  # space and document


@dataclass(frozen=True, slots=True)
class Known:
    """A document of the backup."""

    space: str
    document: str
    sha256: str

    @property
    def place(self) -> Place:
        return self.space, self.document


@dataclass(eq=False, slots=True)
class _Life:
    """One document, whatever versions of it there were, from when it came in on."""

    places: list[tuple[int, Place]]  # each with the record that put it there; 0: before them all
    contents: Counter[str] = field(default_factory=Counter)
    earlier: bool = False  # it is older than the records, so not all its contents are known

    def place_at(self, seq: int) -> Place:
        """Where it was when that record was written, or where it came in later."""
        return [place for at, place in self.places if at <= seq or at == self.places[0][0]][-1]

    def places_in_backup(self, begun: int) -> set[Place]:
        """Where a backup that began then may have it: databases are copied a little later."""
        return {self.place_at(begun), *(place for at, place in self.places if at > begun)}

    def versions(self, begun: int) -> Iterator["Known"]:
        """Each version that is known, under each name that such a backup may have it under."""
        for place in self.places_in_backup(begun):
            yield from (
                Known(*place, sha256) for sha256, times in self.contents.items() if times > 0
            )


@dataclass(frozen=True, slots=True)
class Deleted:
    """What is deleted for good; `in` says it of a document of the backup."""

    contents: frozenset[str] = frozenset()
    """SHA-256 of everything deleted that is known by its content."""
    only: frozenset[Known] = frozenset()
    """Deleted in this very version, whatever became of others."""
    places: frozenset[Place] = frozenset()
    """What the backup has there was deleted, in each version, but for what `alive` names."""
    alive: frozenset[Known] = frozenset()
    alive_in_any_version: frozenset[Place] = frozenset()

    def __contains__(self, known: Known) -> bool:
        return known in self.only or (
            known.place in self.places
            and known.place not in self.alive_in_any_version
            and known not in self.alive
        )


def deleted_since(records: Iterable[Record], begun: int) -> Deleted:
    """What is deleted for good at the end of these records, under the names of the backup.

    Who deletes a document deletes each version of it, the one in the backup too. What was taken
    in again after that is not deleted, in the version that was taken in. `begun` is the record
    with which the backup began: moves after it are undone by a restore.
    """
    story = _Story()
    for record in records:
        story.follow(record)
    deleted = Deleted(
        places=frozenset(p for life in story.dead for p in life.places_in_backup(begun)),
        alive=frozenset(known for life in story.living for known in life.versions(begun)),
        alive_in_any_version=frozenset(
            life.place_at(begun) for life in story.living if life.earlier
        ),
    )
    dead = (known for life in story.dead for known in life.versions(begun))
    return replace(deleted, contents=frozenset(one.sha256 for one in dead if one in deleted))


class _Story:
    """Follows documents through the records of a trail."""

    def __init__(self) -> None:
        self._now: dict[Place, _Life] = {}
        self.living: dict[_Life, None] = {}  # in the order in which they came in
        self.dead: list[_Life] = []

    def follow(self, record: Record) -> None:
        data = record.data
        if record.kind == RecordKind.RESTORED.value:
            self._restored(record.seq, int(data["end"]))
        elif record.kind in _OF_DOCUMENTS:
            at = (str(data["space"]), str(data["document"]))
            _OF_DOCUMENTS[record.kind](self, record.seq, at, data)

    def _ingested(self, seq: int, at: Place, data: Mapping[str, Any]) -> None:
        if at not in self._now:
            earlier = "replaces" in data
            self._begin(at, _Life([(0 if earlier else seq, at)], earlier=earlier))
        self._now[at].contents[str(data["sha256"])] += 1

    def _not_ingested(self, _seq: int, at: Place, data: Mapping[str, Any]) -> None:
        life = self._known(at)
        life.contents[str(data["sha256"])] -= 1
        if not life.earlier and not any(times > 0 for times in life.contents.values()):
            self._end(at)

    def _moved(self, seq: int, at: Place, data: Mapping[str, Any]) -> None:
        to = (str(data["to_space"]), at[1])
        if to in self._now:
            return  # recorded before it was tried; a document of that name was in its way
        life = self._known(at)
        life.places.append((seq, to))
        self._now[to] = self._now.pop(at)

    def _deleted(self, _seq: int, at: Place, data: Mapping[str, Any]) -> None:
        self._known(at).contents[str(data["sha256"])] += 1
        self.dead.append(self._end(at))

    def _restored(self, seq: int, end: int) -> None:
        """What was moved after record `end` is where it was then."""
        self._now = {}
        for life in self.living:
            place = life.place_at(end)
            if place != life.places[-1][1]:
                life.places.append((seq, place))
            self._now.setdefault(place, life)

    def _known(self, at: Place) -> _Life:
        if at not in self._now:
            self._begin(at, _Life([(0, at)], earlier=True))
        return self._now[at]

    def _begin(self, at: Place, life: _Life) -> None:
        self._now[at] = life
        self.living[life] = None

    def _end(self, at: Place) -> _Life:
        life = self._now.pop(at)
        del self.living[life]
        return life


_OF_DOCUMENTS = {
    RecordKind.INGEST.value: _Story._ingested,
    RecordKind.INGEST_FAILED.value: _Story._not_ingested,
    RecordKind.MOVE.value: _Story._moved,
    RecordKind.DELETION.value: _Story._deleted,
}


def from_file(file: Path, key: VerifyKey, begun: TrailPoint) -> Deleted:
    """The same of a file kept elsewhere: receipts of `remove`, or an exported trail.

    Raises BackupFault for a file that this data folder's key did not sign.
    """
    try:
        if signature_file(file).exists():
            if not verify_export(file, key):
                raise BackupFault(f"{file} is not what the trail's key signed")
            return deleted_since(_exported(file), begun.seq)
        receipts = json.loads(file.read_text("utf-8"))
        for receipt in receipts:
            if not verify_receipt(receipt, key):
                raise BackupFault(f"{file} holds a receipt that the trail's key did not sign")
        return _of_receipts(receipts, datetime.fromisoformat(begun.time))
    except (OSError, ValueError, TypeError, KeyError, TrailFault) as error:
        raise BackupFault(f"the deletions in {file} cannot be read ({error})") from error


def _of_receipts(receipts: Sequence[Mapping[str, Any]], begun: datetime) -> Deleted:
    """A deletion before the backup says nothing of another version that the backup holds."""
    known = {Known(one["space"], one["document"], one["sha256"]) for one in receipts}
    return Deleted(
        contents=frozenset(one.sha256 for one in known),
        only=frozenset(known),
        places=frozenset(
            (one["space"], one["document"])
            for one in receipts
            if datetime.fromisoformat(one["time"]) >= begun.replace(microsecond=0)
        ),
    )


def _exported(file: Path) -> Iterator[Record]:
    with file.open("rb") as opened:
        for line in opened:
            yield Record(**json.loads(line))
