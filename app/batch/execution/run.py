"""Runs a questionnaire: begins it or goes on with it, in parallel, every answer journalled."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from app.answering.ask import Ask
from app.answering.events import Answer, Finished
from app.answering.filters.screen import QuestionRefused
from app.answering.window import QuestionTooLong
from app.batch.execution.changed_settings import changes
from app.batch.execution.outcome import asked_as, result_of
from app.batch.execution.values import instruction_for
from app.batch.input.rows import Remarks
from app.batch.journal import Journal, Task, failed
from app.batch.port import Library
from app.batch.records import DocumentRef, Question, RowResult, RunInfo
from app.engine.client import EngineBusy, EngineDown, EngineError
from vectorstore.faults import UnknownName
from vectorstore.scope import Scope

ATTEMPTS = 3  # at one question, before it is recorded as failed
# Questions that are placed and ordered at a time: answers do not wait until all are placed.
_PLACED = 1024
_GLANCE = 0.2  # seconds between two looks at whether the run was stopped
_LONGEST_PAUSE = 30.0  # seconds between two attempts


class RunChanged(Exception):
    """The run was begun with something else; the message says with what, and what to do."""


class Stopped(Exception):
    """The run was stopped; what is journalled stays."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a run is."""

    total: int
    found: int = 0
    partly_supported: int = 0
    not_found: int = 0
    failed: int = 0
    unconfirmed: int = 0
    asked: int = 0  # by this process; the others were in the journal
    seconds: float = 0.0  # that this process has been at it

    @property
    def done(self) -> int:
        return self.found + self.partly_supported + self.unconfirmed + self.not_found + self.failed

    @property
    def left_seconds(self) -> float | None:
        """About how long the rest takes; None before the first answer."""
        if not self.asked:
            return None
        return (self.total - self.done) * self.seconds / self.asked


Progress = Callable[[Counts], None]


def tasks_of(
    questions: Iterable[tuple[Question, str]], documents: Sequence[DocumentRef] | None
) -> Iterator[Task]:
    """What is to be asked: each question once, or of every one of `documents` that it allows.

    With each question comes why it cannot be asked, or "".
    """
    for question, problem in questions:
        if documents is None or problem:
            yield Task(str(question.row), question, None, problem=problem)
            continue
        for number, document in enumerate(documents, 1):
            if _allowed(question, document):
                yield Task(f"{question.row}.{number}", question, document)


def _allowed(question: Question, document: DocumentRef) -> bool:
    return (question.spaces is None or document.space in question.spaces) and (
        question.documents is None or document.name in question.documents
    )


def about_run(info: RunInfo, change: str) -> dict[str, Any]:
    """A record's data: what is done with a run, and which questionnaire it answers from where."""
    return {
        "change": change,
        "run": info.id,
        "questionnaire": info.questionnaire,
        "questionnaire_sha256": info.questionnaire_sha256,
        "mode": info.mode,
        "spaces": None if info.spaces is None else list(info.spaces),
    }


def begin_or_continue(
    journal: Journal,
    info: RunInfo,
    tasks: Callable[[], Iterable[Task]],
    library: Library,
    *,
    force: bool = False,
    remarks: Remarks | None = None,
) -> RunInfo:
    """Prepare the journal for `info`; returns the run's information as it was begun.

    That it begins, starts over or goes on is on the trail of `library` before it does.
    `remarks` are those that reading the `tasks` makes; they are kept with the run.

    A run that was begun goes on. With `force` it starts over. Raises RunChanged when what would
    answer now is not what answered before: answers of two kinds are never mixed.
    """
    begun = journal.info()
    if begun is None or force:
        read = remarks or Remarks()

        def told(one: RunInfo) -> RunInfo:
            library.record_batch(about_run(one, "begin" if begun is None else "start over"))
            return replace(
                one,
                remarks=tuple(read.said),
                hidden_columns=tuple(read.hidden_columns),
                columns=dict(read.columns),
                headings=tuple(read.headings),
            )

        journal.begin(info, tasks(), told=told)
        return journal.info() or info
    changed = changes(begun, info)
    if changed:
        raise RunChanged(
            f"this questionnaire was begun with something else ({'; '.join(changed)}). Put that "
            "back to go on with it, or start over with --force"
        )
    library.record_batch(about_run(begun, "go on"))
    return begun


def answer_all(
    journal: Journal,
    info: RunInfo,
    library: Library,
    *,
    parallel: int,
    progress: Progress = lambda _: None,
    stop: threading.Event | None = None,
    enough: Callable[[int], bool] = lambda asked: False,
) -> Counts:
    """Ask what is open, `parallel` questions at once; every answer is on disk before the next
    takes its place.

    In a reproducible run one question is asked at a time. Raises Stopped once `stop` is set.
    Returns with questions still open when, of so many answers, it is `enough` for this time;
    what is being answered then is not thrown away.
    """
    stop = stop or threading.Event()
    journal.reopen_failed()
    problems, total = journal.problems(), journal.total()
    started, asked = time.monotonic(), 0

    def count() -> Counts:
        kept = journal.counts()
        return Counts(
            total=total,
            found=kept.get("found", 0),
            partly_supported=kept.get("partly_supported", 0),
            unconfirmed=kept.get("unconfirmed", 0),
            not_found=kept.get("not_found", 0),
            failed=kept.get("failed", 0) + problems,
            asked=asked,
            seconds=time.monotonic() - started,
        )

    def ends() -> bool:
        return enough(asked)

    progress(count())
    workers = 1 if info.reproducible else parallel
    # Again when more are to be placed, and when a document's deletion opened some anew.
    while journal.is_open() and not stop.is_set() and not ends():
        # Not before what has its place is asked: a short turn would be all placing.
        if next(journal.open_tasks(), None) is None:
            _place_some(journal, info, library, stop)
        asker = Asker(library, info)
        with closing(_results(journal, asker, workers, stop, ends)) as results:
            for result, erasures in results:
                asked += journal.keep(result, erasures)
                progress(count())
    counts = count()
    if stop.is_set() and counts.done < counts.total:
        raise Stopped
    return counts


def _place_some(journal: Journal, info: RunInfo, library: Library, stop: threading.Event) -> None:
    """Find out for questions where their best passages lie: neighbours share a prompt's start.

    Questions about one document have the document as their place.
    """
    placed = []
    for task in journal.unplaced(_PLACED):
        if stop.is_set():
            raise Stopped
        if task.document is not None:
            place = f"{task.document.space}/{task.document.name}"
        else:
            try:
                place = library.place(Ask(task.question.text, _scope(task, info)))
            except UnknownName:
                place = ""  # deleted since the questions were checked; the asking tells
        placed.append((task.key, place))
    journal.put_places(placed)


def _results(
    journal: Journal,
    asker: "Asker",
    parallel: int,
    stop: threading.Event,
    ends: Callable[[], bool],
) -> Generator[tuple[RowResult, int], None, None]:
    """Results as they come, and how many erasures there were when each was asked for.

    Tasks are taken from the journal as workers become free.
    """
    tasks: queue.Queue[tuple[Task, int] | None] = queue.Queue()
    done: queue.Queue[tuple[RowResult, int] | BaseException | None] = queue.Queue()

    def work() -> None:
        while (given := tasks.get()) is not None:
            task, erasures = given
            try:
                result = asker.ask(task)
                done.put(None if result is None else (result, erasures))
            except BaseException as error:  # noqa: BLE001 -- raised again by the reader
                done.put(error)

    workers = [
        threading.Thread(target=work, name=f"batch-{number}", daemon=True)
        for number in range(parallel)
    ]
    for worker in workers:
        worker.start()
    waiting = 0
    source = journal.open_tasks()
    try:
        while True:
            while waiting < parallel and (task := next(source, None)) is not None:
                if stop.is_set() or ends():
                    break
                tasks.put((task, journal.erasures()))
                waiting += 1
            if not waiting:
                return
            try:
                result = done.get(timeout=_GLANCE)
            except queue.Empty:
                if stop.is_set():
                    asker.close()
                continue
            waiting -= 1
            if isinstance(result, BaseException):
                raise result
            if result is not None:
                yield result
    finally:
        asker.close()
        for _ in workers:
            tasks.put(None)
        for worker in workers:
            worker.join(timeout=10)


class Asker:
    """Asks one task at a time from several threads; `close` stops what is under way."""

    def __init__(self, library: Library, info: RunInfo) -> None:
        self._closed = threading.Event()
        self._library = library
        self._info = info
        self._hashes = self._hashes_now()

    def close(self) -> None:
        self._closed.set()

    def ask(self, task: Task) -> RowResult | None:
        """The result; None when the run was stopped before there was one.

        Raises EngineDown when the engine does not come back: no question can be answered then.
        """
        for attempt in range(1, ATTEMPTS + 1):
            before = self._hashes
            try:
                answer = self._answer(task)
                read = _read(answer)
                now = self._hashes = self._hashes_now() if read else before
            except (QuestionRefused, QuestionTooLong, UnknownName) as error:
                return failed(task, str(error), attempts=attempt)
            except EngineBusy as error:
                reason, pause = str(error), float(error.seconds)
            except EngineDown as error:
                if attempt == ATTEMPTS:
                    raise
                reason, pause = str(error), _LONGEST_PAUSE
            except EngineError as error:
                reason, pause = str(error), 2.0**attempt
            else:
                if answer is None:
                    return None
                other = sorted(name for name in read if before.get(name) != now.get(name))
                if not other:
                    return result_of(
                        _as_it_is(task, now),
                        answer,
                        lambda space, name, now=now: now.get((space, name), ""),  # type: ignore[misc]
                        attempts=attempt,
                        reproducible=self._info.reproducible,
                    )
                # Which of its versions was quoted cannot be told, and the result names one.
                reason = f"the document {other[0][1]!r} was replaced each time while it was asked"
                pause = 0.0
            if attempt < ATTEMPTS and self._closed.wait(min(pause, _LONGEST_PAUSE)):
                return None
        return failed(task, reason, attempts=ATTEMPTS)

    def _hashes_now(self) -> dict[tuple[str, str], str]:
        return {(one.space, one.name): one.sha256 for one in self._library.documents()}

    def _answer(self, task: Task) -> Answer | None:
        if self._closed.is_set():
            return None
        ask = Ask(
            asked_as(task),
            _scope(task, self._info),
            instruction=instruction_for(task.question),
            reproducible=self._info.reproducible,
            background=True,
        )
        with closing(self._library.ask(ask)) as events:
            for event in events:
                if self._closed.is_set():
                    return None
                if isinstance(event, Finished):
                    return event.answer
        if self._closed.is_set():
            return None
        raise EngineError("the engine ended without an answer")


def _as_it_is(task: Task, hashes: dict[tuple[str, str], str]) -> Task:
    """The task, with its document as it was asked, not as it was when the run began."""
    about = task.document
    if about is None or (sha256 := hashes.get((about.space, about.name))) is None:
        return task
    return Task(task.key, task.question, replace(about, sha256=sha256), task.place, task.problem)


def _read(answer: Answer | None) -> set[tuple[str, str]]:
    """The documents that an answer was made of, by space and name."""
    if answer is None:
        return set()
    cited = {(one.space, one.document) for one in answer.citations}
    return cited | {(one.space, one.document) for one in answer.passages}


def _scope(task: Task, info: RunInfo) -> Scope:
    if task.document is not None:
        return Scope((task.document.space,), (task.document.name,))
    question = task.question
    return Scope.of(question.spaces or info.spaces, question.documents or info.only_documents)
