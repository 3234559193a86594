"""Questionnaires of the people of the web chat: taken in, answered in turn, handed out."""

import json
import logging
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from app.batch.checking import BadRows, checked
from app.batch.columns import Link
from app.batch.journal import open_journal
from app.batch.port import Library
from app.batch.provenance import Order, file_sha256, references, run_info, searched
from app.batch.questionnaire import Remarks, read_questionnaire
from app.batch.records import RowResult, RunInfo
from app.batch.report import write_report
from app.batch.run import Counts, Stopped, answer_all, begin_or_continue, tasks_of
from app.batch.tables import write_table
from app.errors import without_words, words_for

log = logging.getLogger(__name__)

_AT_ONCE = 1  # questionnaires answered together: each asks several questions at once already
_ASKED_TOGETHER = 2  # questions of one; the chat goes first
_MOST = 50  # questionnaires that one person keeps
_NOTE = "order.json"
FORMATS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".jsonl": "application/x-ndjson",
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
}
_REPORTS = (".html", ".pdf")

State = Literal["waiting", "running", "done", "stopped", "failed"]


class OfficeRefused(Exception):
    """A questionnaire that is not taken, or results that are not handed out; says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """One person's questionnaire and how far it is."""

    id: str
    person: str  # id
    name: str  # of its file
    order: Order
    state: State = "waiting"
    counts: Counts = field(default_factory=lambda: Counts(0))
    reason: str = ""  # why it failed as a whole
    remarks: tuple[str, ...] = ()  # of how the questionnaire was read


class Office:
    """Answers questionnaires one after another; safe to use from many threads.

    Every run has a folder below `folder`, of the same make as the command line's, so that
    deleting a document erases what quotes it there too. A run that was accepted goes on with the
    next process; one belongs to its person, and is not there for anyone else.
    """

    def __init__(
        self, folder: Path, library_of: Callable[[str], Library], link: Link = lambda _: ""
    ) -> None:
        """`library_of` gives what a person, by id, may ask now."""
        self._folder = folder
        self._library_of = library_of
        self._link = link
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._stops: dict[str, threading.Event] = {}
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="questionnaire")

    def resume(self) -> None:
        """Know again what an earlier process was given, and go on with what is not done."""
        for note in sorted(self._folder.glob(f"web-*/{_NOTE}"), key=_handed_in):
            told = json.loads(note.read_text("utf-8"))
            order = Order(**{**told["order"], "spaces": _tuple(told["order"]["spaces"])})
            run = Run(
                note.parent.name,
                told["person"],
                told["name"],
                order,
                told["state"],
                reason=told.get("reason", ""),
            )
            with open_journal(note.parent) as journal:
                counts = _counts(journal.counts(), journal.total())
                info = journal.info()
            remarks = info.remarks if info else ()
            run = self._change(replace(run, counts=counts, remarks=remarks))
            if run.state in ("waiting", "running"):
                self._start(replace(run, state="waiting"))

    def take(
        self,
        person: str,
        name: str,
        content: bytes,
        *,
        spaces: Sequence[str] | None = None,
        each_document: bool = False,
        hidden_rows: bool = False,
    ) -> Run:
        """Check a questionnaire's rows and accept it. Raises OfficeRefused with what is wrong."""
        if len(self.runs(person)) >= _MOST:
            raise OfficeRefused(f"you have {_MOST} questionnaires here; delete one of them first")
        place = self._folder / f"web-{person}-{uuid.uuid4().hex}"
        place.mkdir(parents=True, mode=0o700)
        try:
            file = place / "questionnaire"
            with open(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as written:
                written.write(content)
                written.flush()
                os.fsync(written.fileno())
            order = Order(
                questionnaire=name,
                questionnaire_sha256=file_sha256(file),
                mode="each_document" if each_document else "library",
                reproducible=False,
                spaces=tuple(sorted(spaces)) if spaces else None,
                hidden_rows=hidden_rows,
            )
            run = Run(place.name, person, name, order)
            run = self._begin(run)
        except BadRows as error:
            shutil.rmtree(place)
            raise OfficeRefused(
                "nothing was asked, because of these rows; correct them and hand the file in "
                f"again:\n{error.listed}"
            ) from error
        except Exception as error:
            shutil.rmtree(place)
            words = words_for(error)
            if words is None:
                raise
            raise OfficeRefused(words) from error
        return self._start(run)

    def runs(self, person: str) -> list[Run]:
        """The person's questionnaires, the newest first."""
        with self._lock:
            return [run for run in reversed(self._runs.values()) if run.person == person]

    def run(self, person: str, run_id: str) -> Run:
        """One of the person's own. Raises OfficeRefused as for one that never was."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is None or run.person != person:
            raise OfficeRefused("there is no such questionnaire")
        return run

    def stop(self, person: str, run_id: str) -> None:
        """Stop a run; `go_on` continues it where it stopped."""
        run = self.run(person, run_id)
        if run.state in ("waiting", "running"):
            self._stops[run.id].set()
            if run.state == "waiting":
                self._change(replace(run, state="stopped"))

    def go_on(self, person: str, run_id: str) -> None:
        """Continue a run that was stopped or failed; failed rows are asked again."""
        run = self.run(person, run_id)
        if run.state not in ("waiting", "running"):
            self._start(replace(run, state="waiting", reason=""))

    def delete(self, person: str, run_id: str) -> None:
        """Forget a questionnaire and its answers."""
        run = self.run(person, run_id)
        if run.state in ("waiting", "running"):
            raise OfficeRefused("stop the questionnaire before you delete it")
        with self._lock:
            del self._runs[run.id]
        shutil.rmtree(self._folder / run.id)

    @contextmanager
    def results(self, person: str, run_id: str, suffix: str) -> Iterator[Path]:
        """The answers so far as a file that goes away with the block.

        Raises OfficeRefused when they quote a space that the person may no longer read.
        """
        run = self.run(person, run_id)
        folder = self._folder / run.id
        if suffix not in FORMATS:
            raise OfficeRefused(f"results come as {', '.join(FORMATS)}")
        if run.state in ("waiting", "running"):
            raise OfficeRefused("the questionnaire is being answered; stop it to see what is there")
        target = folder / f"out-{uuid.uuid4().hex}{suffix}"
        try:
            with open_journal(folder) as journal:
                info = journal.info()
                if info is None:
                    raise OfficeRefused("nothing has been answered yet")
                self._check_rights(person, journal.results())
                write = write_report if suffix in _REPORTS else write_table
                write(target, info, journal.results, self._link)
            yield target
        finally:
            target.unlink(missing_ok=True)

    def close(self) -> None:
        """Let the answer in hand end; the next process goes on."""
        self._closing.set()
        for stop in list(self._stops.values()):
            stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _check_rights(self, person: str, results: Iterator[RowResult]) -> None:
        readable = {record.space for record in self._library_of(person).documents()}
        for result in results:
            quoted = {one.space for one in (*result.evidence, *result.nearest)}
            if not quoted <= readable:
                raise OfficeRefused(
                    "these answers quote documents that you may no longer read, or that are gone"
                )

    def _begin(self, run: Run) -> Run:
        folder, library = self._folder / run.id, self._library_of(run.person)
        records = searched(library, run.order)
        documents = references(records) if run.order.mode == "each_document" else None
        remarks = Remarks()

        def tasks() -> Iterator[object]:
            rows = read_questionnaire(
                folder / "questionnaire",
                name=run.name,
                hidden_rows=run.order.hidden_rows,
                remarks=remarks,
            )
            return tasks_of(checked(rows, library, records, run.order), documents)

        with open_journal(folder) as journal:
            begin_or_continue(journal, self._info(run), tasks, remarks=remarks)  # type: ignore[arg-type]
            if not journal.total():
                raise OfficeRefused(
                    ". ".join(["the questionnaire holds no question", *remarks.said])
                )
            counts = _counts(journal.counts(), journal.total())
            return replace(run, counts=counts, remarks=tuple(remarks.said))

    def _info(self, run: Run) -> RunInfo:
        return replace(run_info(self._library_of(run.person), run.order), id=run.id)

    def _start(self, run: Run) -> Run:
        self._stops[run.id] = threading.Event()
        run = self._change(run)
        self._pool.submit(self._answer, run.id)
        return run

    def _answer(self, run_id: str) -> None:
        run, stop = self._runs[run_id], self._stops[run_id]
        if stop.is_set():
            return
        run = self._change(replace(run, state="running"))

        def progress(counts: Counts) -> None:
            with self._lock:
                if run_id in self._runs:
                    self._runs[run_id] = replace(self._runs[run_id], counts=counts)

        state: State = "done"
        reason = ""
        try:
            with open_journal(self._folder / run_id) as journal:
                info = begin_or_continue(journal, self._info(run), lambda: ())
                library = self._library_of(run.person)
                answer_all(
                    journal, info, library,
                    parallel=_ASKED_TOGETHER, progress=progress, stop=stop,
                )  # fmt: skip
        except Stopped:
            # A process that ends leaves the run as it was, for the next one.
            state = "running" if self._closing.is_set() else "stopped"
        except Exception as error:  # noqa: BLE001 -- whatever it was, the person is told
            if words_for(error) is None:
                log.error("a questionnaire stopped: %s", without_words(error))
            state, reason = "failed", words_for(error) or "an unexpected error; see the log"
        self._change(replace(self._runs[run_id], state=state, reason=reason))

    def _change(self, run: Run) -> Run:
        """Remember, here and on disk."""
        order = asdict(run.order)
        told = {
            "person": run.person,
            "name": run.name,
            "order": order,
            "state": run.state,
            "reason": run.reason,
        }
        partial = self._folder / run.id / "order.partial"
        with partial.open("w", encoding="utf-8") as written:
            json.dump(told, written, ensure_ascii=False)
            written.flush()
            os.fsync(written.fileno())  # a run that was accepted outlives a power cut
        os.replace(partial, self._folder / run.id / _NOTE)
        with self._lock:
            self._runs[run.id] = run
        return run


def _handed_in(note: Path) -> tuple[float, str]:
    """When a run's file came in, the older first."""
    file = note.with_name("questionnaire")
    return (file if file.exists() else note).stat().st_mtime, note.parent.name


def _counts(counts: dict[str, int], total: int) -> Counts:
    return Counts(
        total=total,
        found=counts.get("found", 0),
        partly_supported=counts.get("partly_supported", 0),
        not_found=counts.get("not_found", 0),
        failed=counts.get("failed", 0),
    )


def _tuple(values: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
