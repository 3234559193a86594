"""What must be forgotten after a time, and what must not be: retention and holds, in one file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from app.data_folder.layout import DataFolder
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail
from app.settings import MOST_DAYS
from vectorstore.disk import write_whole
from vectorstore.records import DocumentRecord


class RulesFault(Exception):
    """The rules cannot be read or changed; nothing is deleted until they can."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An order not to delete a document, or a whole space where `document` is ""."""

    space: str
    document: str
    reason: str
    since: str  # UTC, ISO 8601
    person: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules at one moment; `days` says by space after how many days documents go."""

    days: Mapping[str, int] = field(default_factory=dict)
    holds: Sequence[Hold] = ()

    def hold_on(self, space: str, document: str) -> Hold | None:
        """What forbids to delete the document."""
        return next(
            (h for h in self.holds if h.space == space and h.document in ("", document)), None
        )

    def due(self, documents: Sequence[DocumentRecord], now: datetime) -> list[DocumentRecord]:
        """Those whose time is over; held ones among them."""
        return [
            record
            for record in documents
            if record.space in self.days
            and (now - datetime.fromisoformat(record.indexed_at)).days >= self.days[record.space]
        ]


class RuleBook:
    """The file of rules; changes are recorded before they are made, by any process."""

    def __init__(self, home: Path) -> None:
        self._path = DataFolder(home).retention
        self._lock = FileLock(f"{self._path}.lock")

    def read(self) -> Rules:
        """The rules now. Raises RulesFault rather than to take a damaged file for no rules."""
        try:
            said = json.loads(self._path.read_text("utf-8"))
            return Rules(
                {str(space): int(days) for space, days in said["days"].items()},
                tuple(Hold(**hold) for hold in said["holds"]),
            )
        except FileNotFoundError:
            return Rules()
        except (
            *(OSError, ValueError, TypeError, KeyError, AttributeError),
            *(OverflowError, RecursionError),
        ) as error:
            raise RulesFault(
                f"the rules of retention in {self._path} cannot be read ({error}); put the file "
                "back from a backup. Nothing is deleted until then."
            ) from error

    def forget_after(self, trail: Trail, person: str, space: str, days: int | None) -> Rules:
        """Set, or with None lift, the number of days after which a space's documents go.

        Raises RulesFault for a number that is none of days to come.
        """
        if days is not None and not 0 <= days <= MOST_DAYS:
            raise RulesFault(f"documents are forgotten after 0 to {MOST_DAYS:,} days, not {days:,}")
        with self._changing() as rules:
            changed = {name: value for name, value in rules.days.items() if name != space}
            if days is not None:
                changed[space] = days
            was = rules.days.get(space)
            data = {"space": space, "days": days, "was": was}
            trail.record(RecordKind.RETENTION, person=person, data=data)
            return self._write(Rules(changed, rules.holds))

    def hold(self, trail: Trail, person: str, space: str, document: str, reason: str) -> Rules:
        """Forbid to delete a document, or with "" all of a space."""
        since = datetime.now(UTC).isoformat(timespec="seconds")
        with self._changing() as rules:
            hold = Hold(space, document, reason, since, person)
            others = [h for h in rules.holds if (h.space, h.document) != (space, document)]
            trail.record(RecordKind.HOLD, person=person, data={"held": asdict(hold)})
            return self._write(Rules(rules.days, (*others, hold)))

    def release(self, trail: Trail, person: str, space: str, document: str, reason: str) -> Rules:
        """Lift a hold. Raises RulesFault if there is none."""
        with self._changing() as rules:
            held = [h for h in rules.holds if (h.space, h.document) == (space, document)]
            if not held:
                raise RulesFault(f"there is no hold on {document or 'all documents'} in {space}")
            data = {"released": asdict(held[0]), "reason": reason}
            trail.record(RecordKind.HOLD, person=person, data=data)
            return self._write(Rules(rules.days, tuple(h for h in rules.holds if h not in held)))

    @contextmanager
    def _changing(self) -> Iterator[Rules]:
        with self._lock:
            yield self.read()

    def _write(self, rules: Rules) -> Rules:
        said = {"days": dict(rules.days), "holds": [asdict(hold) for hold in rules.holds]}
        try:
            write_whole(self._path, json.dumps(said, indent=2))
        except OSError as error:
            raise RulesFault(f"{self._path} cannot be written ({error.strerror})") from error
        return rules
