"""A run's journal: its questions and, from the moment each is answered, its results."""

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from app.batch.queue.folders import clear_downloads
from app.batch.records import (
    AnswerKind,
    Contents,
    DocumentRef,
    Question,
    RowProblem,
    RowResult,
    RowReview,
    RunInfo,
)
from vectorstore.disk import make_private, open_database
from vectorstore.versions import VersionFault, bring_up_to_date

FILE = "journal.sqlite3"
STEPS = (
    """
    CREATE TABLE info (one INTEGER PRIMARY KEY CHECK (one = 1), run TEXT NOT NULL);
    CREATE TABLE tasks (
        position INTEGER PRIMARY KEY,   -- in the order of the questionnaire
        key TEXT NOT NULL UNIQUE,
        question TEXT NOT NULL,
        document TEXT,                  -- of a table documents × questions
        place TEXT,                     -- where its best passages lie, once that is known
        problem TEXT NOT NULL           -- why it cannot be asked, or ''
    );
    CREATE TABLE results (
        key TEXT PRIMARY KEY REFERENCES tasks (key),
        outcome TEXT NOT NULL,
        result TEXT NOT NULL,
        sha256 TEXT NOT NULL            -- of `result`
    ) WITHOUT ROWID;
    CREATE INDEX tasks_by_place ON tasks (place, position);
    CREATE INDEX results_by_outcome ON results (outcome);
    """,
    """
    -- One row for each time that results were erased because a document was deleted. Journals of
    -- the first version may have it already.
    CREATE TABLE IF NOT EXISTS erasures (number INTEGER PRIMARY KEY);
    """,
    """
    -- What people decided about rows: the latest of a row counts. Their words may repeat what a
    -- document says, so they go with the result.
    CREATE TABLE reviews (
        number INTEGER PRIMARY KEY,
        key TEXT NOT NULL REFERENCES tasks (key),
        review TEXT NOT NULL
    );
    CREATE INDEX reviews_by_key ON reviews (key, number);
    CREATE TRIGGER reviews_go AFTER DELETE ON results
        BEGIN DELETE FROM reviews WHERE key = OLD.key; END;
    """,
)
_TASK = "t.key, t.question, t.document, t.place, t.problem, t.position"  # see _task
WAIT = 60.0  # seconds for whoever else writes: erasing looks at every result
T = TypeVar("T")
_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}  # made once: that is slow


class JournalError(Exception):
    """The journal cannot be used; the message says why and what to do."""


class JournalBusy(JournalError):
    """Another process works on it."""


class Task:
    """One question to ask, of the library or of one document."""

    __slots__ = ("document", "key", "place", "problem", "question")

    def __init__(
        self,
        key: str,
        question: Question,
        document: DocumentRef | None,
        place: str | None = None,
        problem: str = "",
    ) -> None:
        self.key = key
        self.question = question
        self.document = document
        self.place = place
        self.problem = problem  # why it cannot be asked, or ""


class Journal:
    """One run's folder. What `keep` was given is on disk when it returns.

    One process works on it at a time, which the lock on it sees to; inside that process it may be
    used from one thread.
    """

    def __init__(self, folder: Path) -> None:
        """Use `open_journal`."""
        self.folder = folder
        try:
            make_private(folder / FILE)
            self._db = open_database(folder / FILE, timeout=WAIT, one_thread=True)
            bring_up_to_date(self._db, STEPS, folder / FILE, "the journal")
        except VersionFault as fault:
            raise JournalError(str(fault)) from fault
        except (OSError, sqlite3.Error) as error:
            raise JournalError(
                f"the journal {folder / FILE} cannot be used ({error}); check the disk, or begin "
                "the run anew with --force"
            ) from error

    # The run

    def info(self) -> RunInfo | None:
        """What the run was begun with; None for one whose questions were never all written."""
        row = self._db.execute("SELECT run FROM info").fetchone()
        return None if row is None else _of(RunInfo).validate_json(row[0])

    def begin(
        self,
        info: RunInfo,
        tasks: Iterable[Task],
        *,
        told: Callable[[RunInfo], RunInfo] = lambda info: info,
    ) -> int:
        """Write the run and all that it will ask, whole or not at all; returns how many.

        `told` adds to the run's information what is known once all tasks were read.
        """
        with self._changing():
            self._db.execute("DELETE FROM reviews")
            self._db.execute("DELETE FROM results")
            self._db.execute("DELETE FROM tasks")
            self._db.execute("DELETE FROM info")
            for position, task in enumerate(tasks):
                document = task.document
                self._db.execute(
                    "INSERT INTO tasks VALUES (?, ?, ?, ?, NULL, ?)",
                    (
                        position,
                        task.key,
                        _of(Question).dump_json(task.question).decode(),
                        None if document is None else _of(DocumentRef).dump_json(document).decode(),
                        task.problem,
                    ),
                )
            self._db.execute(
                "INSERT INTO info VALUES (1, ?)",
                (_of(RunInfo).dump_json(told(info)).decode(),),
            )
        return self.total()

    def retell(self, info: RunInfo) -> None:
        """Put what is known of the run by now in the place of what was known."""
        with self._changing():
            self._db.execute("UPDATE info SET run = ?", (_of(RunInfo).dump_json(info).decode(),))

    def total(self) -> int:
        """How many questions the run has."""
        return int(self._db.execute("SELECT count(*) FROM tasks").fetchone()[0])

    def problems(self) -> int:
        """How many of them cannot be asked."""
        return int(self._db.execute("SELECT count(*) FROM tasks WHERE problem != ''").fetchone()[0])

    def kinds(self) -> dict[AnswerKind, int]:
        """How many of those that can be asked want which type of answer."""
        return dict(
            self._db.execute(
                "SELECT json_extract(question, '$.kind') AS kind, count(*) AS many FROM tasks "
                "WHERE problem = '' GROUP BY kind ORDER BY many DESC, kind"
            )
        )

    def first_questions(self, most: int) -> list[Question]:
        """The first that can be asked, each once, in the order of the questionnaire."""
        rows = self._db.execute(
            "SELECT question FROM tasks WHERE problem = '' GROUP BY question "
            "ORDER BY min(position) LIMIT ?",
            (most,),
        )
        return [_of(Question).validate_json(written) for (written,) in rows]

    def first_problems(self, most: int) -> list[RowProblem]:
        """The first that cannot be asked, and why."""
        rows = self._db.execute(
            "SELECT json_extract(question, '$.row'), problem FROM tasks WHERE problem != '' "
            "ORDER BY position LIMIT ?",
            (most,),
        )
        return [RowProblem(row, problem) for row, problem in rows]

    def counts(self) -> dict[str, int]:
        """How many results there are of each outcome."""
        return dict(self._db.execute("SELECT outcome, count(*) FROM results GROUP BY outcome"))

    # What is left to do

    def unplaced(self, most: int) -> list[Task]:
        """Tasks without a place, in the order of the questionnaire."""
        rows = self._db.execute(
            f"SELECT {_TASK} FROM tasks t WHERE t.place IS NULL AND t.problem = '' "
            "ORDER BY t.position LIMIT ?",
            (most,),
        )
        return [_task(row) for row in rows]

    def put_places(self, places: Iterable[tuple[str, str]]) -> None:
        """Note where the best passages of tasks lie, as (key, place)."""
        with self._changing():
            self._db.executemany(
                "UPDATE tasks SET place = ? WHERE key = ?", [(place, key) for key, place in places]
            )

    def reopen_failed(self) -> None:
        """Take what failed for not yet asked, but for rows about which a person has decided."""
        with self._changing():
            self._db.execute(
                "DELETE FROM results WHERE outcome = 'failed' AND key NOT IN "
                "(SELECT key FROM reviews)"
            )

    def open_tasks(self) -> Iterator[Task]:
        """What has a place and no result yet, neighbours after one another."""
        after = ("", -1)
        while True:
            rows = self._db.execute(
                f"SELECT {_TASK} FROM tasks t LEFT JOIN results r ON r.key = t.key "
                "WHERE r.key IS NULL AND t.problem = '' AND (t.place, t.position) > (?, ?) "
                "ORDER BY t.place, t.position LIMIT 200",
                after,
            ).fetchall()
            if not rows:
                return
            for row in rows:
                yield _task(row)
            after = (rows[-1][3], rows[-1][5])

    def is_open(self) -> bool:
        """Whether anything is left to do."""
        left = "SELECT 1 FROM tasks t LEFT JOIN results r ON r.key = t.key"
        found = self._db.execute(f"{left} WHERE r.key IS NULL AND t.problem = '' LIMIT 1")
        return found.fetchone() is not None

    # Results

    def erasures(self) -> int:
        """How often results were erased so far; `keep` wants to know how it was at the asking."""
        return int(self._db.execute("SELECT count(*) FROM erasures").fetchone()[0])

    def keep(self, result: RowResult, erasures: int) -> bool:
        """Write one result; it is on disk when this returns. One that is there stays.

        False, and nothing written, when a document was deleted since there were so many
        `erasures`: the answer may quote it, and its question stays open.
        """
        written = _of(RowResult).dump_json(result).decode()
        with self._changing():
            if self.erasures() != erasures:
                return False
            self._db.execute(
                "INSERT INTO results VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (result.key, result.outcome, written, sha256_of(written)),
            )
        return True

    def review(self, key: str, review: RowReview) -> None:
        """Keep what a person decided about a row that has a result; earlier decisions stay below.

        Raises JournalError for a row without a result.
        """
        with self._changing():
            held = self._db.execute(
                "SELECT 1 FROM tasks t LEFT JOIN results r ON r.key = t.key "
                "WHERE t.key = ? AND (r.key IS NOT NULL OR t.problem != '')",
                (key,),
            )
            if held.fetchone() is None:
                raise JournalError(f"row {key} has no answer to decide about")
            self._db.execute(
                "INSERT INTO reviews (key, review) VALUES (?, ?)",
                (key, _of(RowReview).dump_json(review).decode()),
            )

    def _reviews(self) -> dict[str, RowReview]:
        """The latest of each row."""
        rows = self._db.execute("SELECT key, review FROM reviews ORDER BY number")
        return {key: _of(RowReview).validate_json(written) for key, written in rows}

    def results(self) -> Iterator[RowResult]:
        """All results in the order of the questionnaire, each with what a person decided about it.

        Raises JournalError for a changed one.
        """
        reviews = self._reviews()
        position = -1
        while True:
            rows = self._db.execute(
                f"SELECT {_TASK}, r.result, r.sha256 FROM tasks t LEFT JOIN results r "
                "ON r.key = t.key WHERE t.position > ? AND (r.key IS NOT NULL OR t.problem != '') "
                "ORDER BY t.position LIMIT 200",
                (position,),
            ).fetchall()
            if not rows:
                return
            for *row, written, sha256 in rows:
                task = _task(row)
                if written is None:
                    result = failed(task, task.problem, attempts=0)
                    yield replace(result, review=reviews.get(result.key))
                    continue
                if sha256_of(written) != sha256:
                    raise JournalError(
                        f"the journal {self.folder / FILE} was changed: the answer of row "
                        f"{task.key} is not the one that was written. Begin the run anew with "
                        "--force"
                    )
                result = _of(RowResult).validate_json(written)
                yield replace(result, review=reviews.get(result.key))
            position = rows[-1][5]

    def contents(self) -> Contents:
        """Of what `results` gives now."""
        digest, rows, failures = hashlib.sha256(), 0, 0
        for key, sha256, outcome in self._db.execute(
            "SELECT t.key, coalesce(r.sha256, ''), coalesce(r.outcome, 'failed') FROM tasks t "
            "LEFT JOIN results r ON r.key = t.key WHERE r.key IS NOT NULL OR t.problem != '' "
            "ORDER BY t.position"
        ):
            digest.update(f"{key} {sha256}\n".encode())
            rows += 1
            failures += outcome == "failed"
        return Contents(rows, failures, digest.hexdigest())

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        self._db.close()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk has rolled back already
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            raise JournalError(
                f"the journal {self.folder / FILE} could not be written ({error}); make room on "
                "the disk and give the same command again"
            ) from error


def note_erasure(db: sqlite3.Connection) -> None:
    """Let a run that goes on know, in the transaction in which its results are erased."""
    db.execute(STEPS[1])  # the journal of an unfinished run may be of the first version
    db.execute("INSERT INTO erasures DEFAULT VALUES")


@contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """The journal in `folder`, for this process alone. Raises JournalError while another has it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
            raise JournalBusy(
                f"this questionnaire is being answered already, by process {holder or 'unknown'}; "
                "wait until it has ended"
            ) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        clear_downloads(folder)
        journal = Journal(folder)
        try:
            yield journal
        finally:
            journal.close()
    finally:
        os.close(lock)


def failed(task: Task, reason: str, *, attempts: int) -> RowResult:
    """A row without an answer, and why."""
    return RowResult(
        key=task.key,
        question=task.question,
        document=task.document,
        outcome="failed",
        answer="",
        value=None,
        unit="",
        quoted=False,
        confidence=0.0,
        reason=reason,
        attempts=attempts,
    )


def _task(row: Sequence[Any]) -> Task:
    key, question, document, place, problem, _ = row
    return Task(
        key,
        _of(Question).validate_json(question),
        None if document is None else _of(DocumentRef).validate_json(document),
        place,
        problem,
    )


def to_json(value: RowResult | RunInfo) -> str:
    """A result or a run as one line of JSON."""
    return str(_of(type(value)).dump_json(value).decode())


def from_json(kind: type[T], written: str) -> T:
    """What `to_json` wrote. Raises ValueError for anything else."""
    found: T = _of(kind).validate_json(written)
    return found


def _of(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def sha256_of(text: str) -> str:
    """The hash by which a result is known to be the one that was written."""
    return hashlib.sha256(text.encode()).hexdigest()
