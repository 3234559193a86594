"""The file of watched sources: what is watched, and what is known of each place's files."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.watching.schema import STEPS
from app.watching.source import NewSource, Outcome, RefusedFile, SourceFault
from vectorstore.disk import make_private, open_database
from vectorstore.versions import VersionFault, bring_up_to_date

_SHOWN = 20  # refused files that are told of


class SourcesFault(Exception):
    """The file of sources cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What was seen of a file at the last look.

    `document` is the one in the space that is the file's, or "". `reason` says why the file is
    not there, or is not there as it is; "" where it is.
    """

    path: str
    stamp: str
    sha256: str = ""
    document: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A source with what is kept of it."""

    id: int
    asked_for: NewSource
    paused: bool
    anchor: str
    agreed: int
    last: Outcome | None
    good_at: float | None


class Store:
    """One SQLite file, opened by the process that owns the data folder; safe from many threads."""

    def __init__(self, path: Path) -> None:
        """Raises SourcesFault."""
        self._path = path
        self._lock = threading.RLock()
        try:
            make_private(path)
            self._database = open_database(path)
            try:
                bring_up_to_date(self._database, STEPS, path, "the file of watched sources")
            except BaseException:
                self._database.close()
                raise
        except VersionFault as error:
            raise SourcesFault(str(error)) from error
        except (OSError, sqlite3.DatabaseError) as error:
            raise SourcesFault(
                f"The file of watched sources {path} cannot be used ({error}). Check its "
                "permissions, or put it back from a backup."
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()

    def all(self) -> list[Kept]:
        """All sources by name."""
        with self._reading() as database:
            return [_kept(row) for row in database.execute(f"{_SOURCE} ORDER BY name")]

    def find(self, name: str) -> Kept:
        """Raises SourceFault where there is no source of this name."""
        with self._reading() as database:
            row = database.execute(f"{_SOURCE} WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise SourceFault(f"there is no source named {name!r}; `strongroom sources list`")
        return _kept(row)

    @contextmanager
    def changing(self) -> Iterator["Changes"]:
        """Changes that are kept together if the block ends well."""
        with self._transaction() as database:
            yield Changes(database)

    def files(self, source: int) -> dict[str, KnownFile]:
        """What is known of a source's files, by path."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT path, stamp, sha256, document, reason FROM files WHERE source = ?",
                (source,),
            ).fetchall()
        return {row[0]: KnownFile(*row) for row in rows}

    def counts(self, source: int) -> tuple[int, int, list[RefusedFile]]:
        """How many of its files have a document, how many a reason, and the first of these."""
        with self._reading() as database:
            documents, refused = database.execute(
                "SELECT coalesce(sum(document != ''), 0), coalesce(sum(reason != ''), 0) "
                "FROM files WHERE source = ?",
                (source,),
            ).fetchone()
            rows = database.execute(
                "SELECT path, reason FROM files WHERE source = ? AND reason != '' "
                "ORDER BY path LIMIT ?",
                (source, _SHOWN),
            ).fetchall()
        return documents, refused, [RefusedFile(*row) for row in rows]

    def note(self, source: int, files: Iterable[KnownFile], gone: Iterable[str] = ()) -> None:
        """Keep what was seen of files, and forget those that are `gone`, by path."""
        with self._transaction() as database:
            database.executemany(
                "DELETE FROM files WHERE source = ? AND path = ?", [(source, one) for one in gone]
            )
            database.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (source, one.path, one.stamp, one.sha256, one.document, one.reason)
                    for one in files
                ],
            )

    def found(self, source: int, anchor: str) -> None:
        """The place was there, and this is what it was found by."""
        with self._transaction() as database:
            database.execute("UPDATE sources SET anchor = ? WHERE id = ?", (anchor, source))

    def ended(self, source: int, outcome: Outcome) -> None:
        """Keep what came of a look. What was agreed to counts once."""
        good = None if outcome.error else outcome.ended
        with self._transaction() as database:
            database.execute(
                "UPDATE sources SET outcome = ?, good_at = coalesce(?, good_at),"
                " agreed = CASE WHEN ? THEN agreed ELSE 0 END WHERE id = ?",
                (json.dumps(asdict(outcome)), good, bool(outcome.error), source),
            )

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._database

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield self._database
                    self._database.execute("COMMIT")
                except BaseException:
                    self._database.execute("ROLLBACK")
                    raise
        except sqlite3.OperationalError as error:
            raise SourcesFault(
                f"The file of watched sources {self._path} could not be used ({error}). Nothing "
                "was changed. Check the disk's free space and the file's permissions."
            ) from error


class Changes:
    """What can be changed of the list of sources, inside one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, new: NewSource) -> None:
        """Raises SourceFault where the name is taken."""
        try:
            self._database.execute(
                "INSERT INTO sources (name, kind, place, space, include, exclude, largest_mib,"
                " every_minutes, guard_percent, user, secret)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (new.name, new.kind, new.place, new.space, json.dumps(list(new.include)),
                 json.dumps(list(new.exclude)), new.largest_mib, new.every_minutes,
                 new.guard_percent, new.user, new.secret),
            )  # fmt: skip
        except sqlite3.IntegrityError:
            raise SourceFault(f"there is a source named {new.name!r} already") from None

    def remove(self, source: int) -> None:
        """Forget a source and what is known of its files."""
        self._database.execute("DELETE FROM sources WHERE id = ?", (source,))

    def pause(self, source: int, paused: bool) -> None:
        """Have a source looked at no more, or again; where it was found counts anew then."""
        self._database.execute(
            "UPDATE sources SET paused = ?, anchor = CASE WHEN ? THEN anchor ELSE '' END"
            " WHERE id = ?",
            (paused, paused, source),
        )

    def agree(self, source: int, count: int) -> None:
        """So many vanished files may be followed at the next look."""
        self._database.execute("UPDATE sources SET agreed = ? WHERE id = ?", (count, source))


_SOURCE = (
    "SELECT id, name, kind, place, space, include, exclude, largest_mib, every_minutes,"
    " guard_percent, user, secret, paused, anchor, agreed, outcome, good_at FROM sources"
)


def _kept(row: Sequence[Any]) -> Kept:
    asked_for = NewSource(
        name=row[1],
        kind=row[2],
        place=row[3],
        space=row[4],
        include=tuple(json.loads(row[5])),
        exclude=tuple(json.loads(row[6])),
        largest_mib=row[7],
        every_minutes=row[8],
        guard_percent=row[9],
        user=row[10],
        secret=row[11],
    )
    last = None if row[15] is None else Outcome(**json.loads(row[15]))
    return Kept(row[0], asked_for, bool(row[12]), row[13], row[14], last, row[16])
