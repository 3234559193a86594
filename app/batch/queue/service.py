"""Questionnaires of the people of the web chat: taken in, answered in turn, handed out."""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median

from app.batch.execution.changed_settings import changes, note_changes
from app.batch.execution.provenance import NothingToAsk, Order, index_sha256, searched
from app.batch.execution.run import Counts, Stopped, answer_all
from app.batch.input.checking import BadRows
from app.batch.input.rows import QuestionnaireError
from app.batch.journal import Journal, JournalError, open_journal
from app.batch.output.columns import Link
from app.batch.output.written_files import NOTES
from app.batch.port import Library
from app.batch.queue.answer_files import answers_file
from app.batch.queue.folders import (
    ORDER,
    clear_never_taken,
    clear_pipes,
    delete_of_person,
    erase,
    of_person,
)
from app.batch.queue.proposal import Proposal, proposal_of
from app.batch.queue.start import QUESTIONNAIRE, begin, begin_again, info_of
from app.batch.queue.submission import (
    ColumnNotClear,
    OfficeNotThere,
    QuestionnaireRefused,
    Run,
    State,
    counts_of,
    read_note,
    write_note,
)
from app.batch.queue.turns import Turns
from app.batch.records import RowReview, RunInfo
from app.errors import without_words, words_for
from vectorstore.disk import sha256_of, write_whole

log = logging.getLogger(__name__)

MOST_QUESTIONS = 100_000  # of one person, with every document that each is asked of
_MOST = 50  # questionnaires that one person keeps
_ASKED_TOGETHER = 2  # questions of the one that has its turn; the chat goes first
_TURN = 20  # answers, when somebody else waits
_INTAKE_S = 30.0  # seconds to wait for another questionnaire of the same person to be read
_NAMED = 21  # rows that cannot be asked, where none can
_PACE_OF = 200  # answers from which the time of the next ones is told
_PATIENCE = 30.0  # seconds for an answer in hand to end


class QuestionnaireQueue:
    """Answers questionnaires one after another; safe to use from many threads.

    Every run has a folder below `folder`, of the same make as the command line's, so that
    deleting a document erases what quotes it there too. A run that was accepted goes on with the
    next process; one belongs to its person, and is not there for anyone else.
    """

    def __init__(
        self,
        folder: Path,
        library_of: Callable[[str], Library],
        link: Link = lambda _: "",
        *,
        most_questions: int = MOST_QUESTIONS,
        pace: Callable[[], float | None] = lambda: None,
    ) -> None:
        """`library_of` gives what a person, by id, may ask now.

        `pace`: seconds that an answer took here lately, for who has no questionnaire yet.
        """
        self._folder = folder
        self._library_of = library_of
        self._link = link
        self._most_questions = most_questions
        self._pace = pace
        self._lock = threading.RLock()  # around every change of a run, here and on the disk
        self._idle = threading.Condition(self._lock)
        self._runs: dict[str, Run] = {}
        self._stops: dict[str, threading.Event] = {}
        self._intakes: dict[str, threading.Lock] = {}
        self._answering = ""  # the run that has its turn
        self._closing = threading.Event()
        self._turns = Turns()
        self._worker: threading.Thread | None = None

    def resume(self) -> None:
        """Know again what an earlier process was given, and go on with what is not done.

        A questionnaire that cannot be read says so to its person, and holds up nothing else.
        """
        clear_never_taken(self._folder, NOTES)
        clear_pipes(self._folder)
        for note in sorted(self._folder.glob(f"web-*/{ORDER}"), key=_handed_in):
            try:
                run = read_note(note.parent)
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.error("questionnaire %s: %s", note.parent.name, without_words(error))
                continue
            try:
                with open_journal(note.parent) as journal:
                    counts, info = counts_of(journal), journal.info()
            except Exception as error:  # noqa: BLE001 -- whatever is wrong with one file
                log.error("questionnaire %s: %s", run.id, words_for(error) or without_words(error))
                words = "its answers on the disk cannot be read any more; the log says why"
                self._runs[run.id] = replace(run, state="failed", reason=words)
                continue
            run = replace(run, counts=counts, remarks=info.remarks if info else ())
            if run.open:
                self._start(run)
            else:
                self._runs[run.id] = run

    def take(
        self,
        person: str,
        name: str,
        content: bytes,
        *,
        spaces: Sequence[str] | None = None,
        each_document: bool = False,
        hidden_rows: bool = False,
        question_column: str | None = None,
        propose: bool = False,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Run:
        """Check a questionnaire's rows and accept it; `stopped` tells that nobody waits for it.

        With `propose` it does not begin before `go_on`, and rows that cannot be asked do not
        refuse the others: `proposal` shows them. Raises QuestionnaireRefused with what is wrong.
        """
        with self._intake(person):
            if len(self.runs(person)) >= _MOST:
                raise QuestionnaireRefused(
                    f"you have {_MOST} questionnaires here; delete one of them first"
                )
            place = self._folder / f"web-{person}-{uuid.uuid4().hex}"
            place.mkdir(parents=True, mode=0o700)
            try:
                file = place / QUESTIONNAIRE
                write_whole(file, content)
                order = Order(
                    questionnaire=name,
                    questionnaire_sha256=sha256_of(file),
                    mode="each_document" if each_document else "library",
                    reproducible=False,
                    spaces=tuple(sorted(spaces)) if spaces else None,
                    question_column=question_column,
                    skip_bad=propose,
                    hidden_rows=hidden_rows,
                )
                run = Run(place.name, person, name, order)
                library = self._library_of(person)
                with _refusals(), open_journal(place) as journal:
                    run = begin(journal, run, library, room=self._room(run), stopped=stopped)
                    if propose and run.counts.failed == run.counts.total:
                        raise BadRows(journal.first_problems(_NAMED))
                if not propose:
                    return self._start(run)
                with self._lock:
                    return self._remember(replace(run, state="proposed"))
            except BaseException:
                erase(place)
                raise

    def runs(self, person: str) -> list[Run]:
        """The person's questionnaires, the newest first."""
        with self._lock:
            return [run for run in reversed(self._runs.values()) if run.person == person]

    def left(self) -> int:
        """How many rows of all people's questionnaires are to be answered."""
        with self._lock:
            return sum(
                run.counts.total - run.counts.done for run in self._runs.values() if run.open
            )

    def run(self, person: str, run_id: str) -> Run:
        """One of the person's own. Raises OfficeNotThere as for one that never was."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is None or run.person != person:
            raise OfficeNotThere("there is no such questionnaire")
        return run

    def proposal(self, person: str, run_id: str) -> Proposal:
        """What was understood of a questionnaire, before or after it is answered.

        Raises QuestionnaireRefused while it is being answered.
        """
        run, pace = self.run(person, run_id), self._pace_of(person)
        with _refusals(), open_journal(self._folder / run.id) as journal:
            return proposal_of(journal, pace)

    def _pace_of(self, person: str) -> float | None:
        """Seconds a question, of this person's latest questionnaires; else as `pace` tells."""
        taken: list[float] = []
        for run in self.runs(person):
            if run.state == "done" and len(taken) < _PACE_OF:
                with suppress(JournalError), open_journal(self._folder / run.id) as journal:
                    taken += islice((one.seconds for one in journal.results()), _PACE_OF)
        seconds = [one for one in taken if one > 0]
        seconds_each = median(seconds) if seconds else self._pace()
        return None if seconds_each is None else seconds_each / _ASKED_TOGETHER

    def read_again(
        self,
        person: str,
        run_id: str,
        question_column: str,
        *,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take another column of a proposed questionnaire for the one with the questions.

        Raises QuestionnaireRefused with what is wrong, and then all is as it was.
        """
        with self._intake(person):
            run = self.run(person, run_id)
            if run.state != "proposed":
                raise QuestionnaireRefused("this questionnaire has begun already")
            run = replace(run, order=replace(run.order, question_column=question_column))
            library, room = self._library_of(person), self._room(run)
            with _refusals(), open_journal(self._folder / run.id) as journal:
                run = begin(journal, run, library, room=room, stopped=stopped)
            with self._lock:
                self._remember(run)

    def review(self, person: str, run_id: str, row: str, review: RowReview) -> None:
        """Keep what the person decided about a row. Raises QuestionnaireRefused."""
        run = self.run(person, run_id)
        if run.open or run.state == "proposed":
            raise QuestionnaireRefused(
                "the questionnaire is being answered; decide about its rows when it has ended"
            )
        with _refusals(), open_journal(self._folder / run.id) as journal:
            self._record(run, review.verdict, row=row, in_own_words=bool(review.answer))
            journal.review(row, review)

    def stop(self, person: str, run_id: str) -> None:
        """Stop a run; `go_on` continues it where it stopped."""
        with self._lock:
            run = self.run(person, run_id)
            if run.open:
                self._record(run, "stop")
                self._stops[run.id].set()
            if run.state == "waiting":
                self._turns.drop(person, run.id)
                self._remember(replace(run, state="stopped"))

    def go_on(self, person: str, run_id: str) -> None:
        """Continue a run that was stopped or failed; failed rows are asked again."""
        with self._lock:
            run = self.run(person, run_id)
            if not run.open:
                self._record(run, "go on")
                self._start(run)

    def start_over(
        self, person: str, run_id: str, *, stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """Ask all questions of a run anew, of what is there now; its answers go.

        Raises QuestionnaireRefused with what is wrong, and then the answers stay.
        """
        with self._intake(person):
            run = self.run(person, run_id)
            if run.open:
                return
            library, room = self._library_of(person), self._room(run)
            with _refusals():
                folder = self._folder / run.id
                run = begin_again(folder, run, library, room=room, stopped=stopped)
            self._start(run)

    def delete(self, person: str, run_id: str) -> None:
        """Forget a questionnaire and its answers."""
        with self._lock:
            run = self.run(person, run_id)
            if run.open:
                raise QuestionnaireRefused("stop the questionnaire before you delete it")
            self._record(run, "delete")
            del self._runs[run.id]
        for folder in of_person(self._folder, person):
            if folder.name == run.id or folder.name.startswith(f"{run.id}-"):
                erase(folder)

    def delete_person(self, person: str) -> None:
        """Stop and forget all questionnaires of somebody who was removed, and their answers."""
        with self._idle:
            gone = {run.id for run in self.runs(person)}
            for run_id in gone:
                self._turns.drop(person, run_id)
                self._stops.setdefault(run_id, threading.Event()).set()
                del self._runs[run_id]
            self._idle.wait_for(lambda: self._answering not in gone, timeout=_PATIENCE)
        delete_of_person(self._folder, person)

    @contextmanager
    def results(self, person: str, run_id: str, suffix: str) -> Iterator[Path]:
        """The answers so far as a file that goes away with the block.

        Raises QuestionnaireRefused when they quote a space that the person may no longer read.
        """
        run = self.run(person, run_id)
        if run.open:
            raise QuestionnaireRefused(
                "the questionnaire is being answered; stop it to see what is there"
            )
        library = self._library_of(person)
        with answers_file(self._folder / run.id, suffix, library, self._link) as file:
            yield file

    def close(self) -> None:
        """Let the answer in hand end; the next process goes on."""
        self._closing.set()
        for stop in list(self._stops.values()):
            stop.set()
        self._turns.close()
        if self._worker is not None:
            self._worker.join()

    @contextmanager
    def _intake(self, person: str) -> Iterator[None]:
        """Held while a person's questions are counted and written, so that each one counts."""
        with self._lock:
            lock = self._intakes.setdefault(person, threading.Lock())
        if not lock.acquire(timeout=_INTAKE_S):
            raise QuestionnaireRefused("a questionnaire of yours is still being read; wait for it")
        try:
            yield
        finally:
            lock.release()

    def _room(self, run: Run) -> int:
        """How many questions a run of this person may have."""
        held = sum(one.counts.total for one in self.runs(run.person) if one.id != run.id)
        return max(0, self._most_questions - held)

    def _record(self, run: Run, change: str, **more: object) -> None:
        """Put on the trail what a person does with a run; that it begins, `begin` records."""
        self._library_of(run.person).record_batch(
            {
                "change": change,
                "run": run.id,
                "questionnaire": run.name,
                "questionnaire_sha256": run.order.questionnaire_sha256,
                "mode": run.order.mode,
                "spaces": None if run.order.spaces is None else list(run.order.spaces),
                **more,
            }
        )

    def _start(self, run: Run) -> Run:
        with self._lock:
            self._stops[run.id] = threading.Event()
            run = self._remember(replace(run, state="waiting", reason=""))
            self._turns.add(run.person, run.id)
            if self._worker is None:
                self._worker = threading.Thread(
                    target=self._work, name="questionnaires", daemon=True
                )
                self._worker.start()
        return run

    def _work(self) -> None:
        while (run_id := self._turns.next()) is not None:
            with self._lock:
                run = self._runs.get(run_id)
                if run is None or run.state != "waiting" or self._closing.is_set():
                    continue
                stop, self._answering = self._stops[run_id], run_id
                self._runs[run_id] = run = replace(run, state="running")
            state: State = "failed"
            reason = ""
            try:
                state, reason = self._answer(run, stop)
            except Stopped:
                state = "stopped"
            except Exception as error:  # noqa: BLE001 -- whatever it was, the person is told
                if words_for(error) is None:
                    log.error("a questionnaire stopped: %s", without_words(error))
                reason = _words(error) or "an unexpected error; see the log"
            self._turn_over(run_id, stop, state, reason)

    def _turn_over(self, run_id: str, stop: threading.Event, state: State, reason: str) -> None:
        with self._idle:
            self._answering = ""
            self._idle.notify_all()
            run = self._runs.get(run_id)
            if run is None:  # its person was removed
                return
            if state in ("waiting", "stopped") and stop.is_set():
                # A process that ends leaves the run as it was, for the next one.
                state = "running" if self._closing.is_set() else "stopped"
            try:
                self._remember(replace(run, state=state, reason=reason))
            except OSError as error:
                log.error("questionnaire %s: %s", run_id, without_words(error))
                if (self._folder / run_id).exists():
                    self._runs[run_id] = replace(run, state="failed", reason=str(error.strerror))
                else:  # another process removed the person
                    del self._runs[run_id]
                return
            if state == "waiting":
                self._turns.add(run.person, run_id, goes_on=True)

    def _answer(self, run: Run, stop: threading.Event) -> tuple[State, str]:
        """Answer for a turn; how the run stands then, and why."""
        library = self._library_of(run.person)
        with open_journal(self._folder / run.id) as journal:
            begun, now = journal.info(), info_of(run, library)
            changed = [] if begun is None else changes(begun, now)
            if changed and counts_of(journal).done > counts_of(journal).failed:
                # A process that was killed may have answered after the change.
                self._tell(run.id, note_changes(journal, changed))
                return "changed", "; ".join(changed)
            if changed or begun is None:
                fresh = begin(journal, run, library, room=self._room(run))
                self._tell(run.id, journal.info() or now, fresh.counts)
            try:
                counts = answer_all(
                    journal,
                    journal.info() or now,
                    library,
                    parallel=_ASKED_TOGETHER,
                    progress=lambda counts: self._tell(run.id, None, counts),
                    stop=stop,
                    enough=lambda asked: asked >= _TURN and self._turns.others_wait(run.person),
                )
            finally:
                # Whatever ended it: the answers so far can be taken away.
                self._tell(run.id, _with_changes(journal, run, library))
        return ("done" if counts.done >= counts.total else "waiting"), ""

    def _tell(self, run_id: str, info: RunInfo | None, counts: Counts | None = None) -> None:
        """Show how far a run is, and what is to be known of it."""
        with self._lock:
            if run_id in self._runs:
                run = self._runs[run_id]
                self._runs[run_id] = replace(
                    run,
                    counts=run.counts if counts is None else counts,
                    remarks=run.remarks if info is None else info.remarks,
                )

    def _remember(self, run: Run) -> Run:
        """Here and on disk, for whoever holds the lock."""
        with self._lock:
            write_note(self._folder / run.id, run)
            self._runs[run.id] = run
        return run


def _with_changes(journal: Journal, run: Run, library: Library) -> RunInfo | None:
    """The run's information, which says so when other documents are there than at its beginning.

    The documents alone: a model that was exchanged is seen before the run goes on, and to ask
    for it takes minutes when the engine is dead.
    """
    info = journal.info()
    if info is None:
        return None
    try:
        index = index_sha256(searched(library, run.order))
    except NothingToAsk:
        index = index_sha256([])
    return note_changes(journal, changes(info, replace(info, index_sha256=index)))


@contextmanager
def _refusals() -> Iterator[None]:
    """What is wrong with a questionnaire, in words for its person."""
    try:
        yield
    except QuestionnaireRefused:
        raise
    except QuestionnaireError as error:
        if error.headings:
            raise ColumnNotClear(str(error), error.headings) from error
        raise QuestionnaireRefused(str(error)) from error
    except Exception as error:
        words = _words(error)
        if words is None:
            raise
        raise QuestionnaireRefused(words) from error


def _words(error: Exception) -> str | None:
    """What to tell a person who has a page and no command line; None for a defect of ours."""
    if isinstance(error, BadRows):
        return (
            "nothing was asked, because of these rows; correct them and hand the file in again:\n"
            + error.listed
        )
    return words_for(error)


def _handed_in(note: Path) -> tuple[float, str]:
    """When a run's file came in, the older first."""
    file = note.with_name(QUESTIONNAIRE)
    return (file if file.exists() else note).stat().st_mtime, note.parent.name
