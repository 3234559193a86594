"""Puts a person's questionnaire into its journal: the first time, and when it starts over."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from app.batch.execution.provenance import references, run_info, searched
from app.batch.execution.run import begin_or_continue, tasks_of
from app.batch.input.checking import checked
from app.batch.input.confined import read_confined
from app.batch.input.rows import Remarks
from app.batch.journal import FILE, Journal, JournalBusy, JournalError, Task, open_journal
from app.batch.output.written_files import NOTES, beside
from app.batch.port import Library
from app.batch.queue.submission import QuestionnaireRefused, Run, counts_of
from app.batch.records import Question, RowProblem, RunInfo

QUESTIONNAIRE = "questionnaire"  # the file as it came, in the run's folder


def info_of(run: Run, library: Library) -> RunInfo:
    """What the run would be answered with now.

    It names the spaces that the person may read: somebody else's "all" are others.
    """
    spaces = sorted({record.space for record in searched(library, run.order)})
    return replace(run_info(library, run.order), id=run.id, spaces=tuple(spaces))


def begin(
    journal: Journal,
    run: Run,
    library: Library,
    *,
    room: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Run:
    """Write all that the run will ask into the journal; what was there goes.

    `stopped` tells that nobody waits for it any more. Raises BadRows, QuestionnaireError, and
    QuestionnaireRefused for more than `room` questions, before anything is written.
    """
    records = searched(library, run.order)
    documents = references(records) if run.order.mode == "each_document" else None

    def rows(remarks: Remarks) -> Iterator[Question | RowProblem]:
        return read_confined(
            journal.folder / QUESTIONNAIRE,
            name=run.name,
            question_column=run.order.question_column,
            hidden_rows=run.order.hidden_rows,
            remarks=remarks,
            stopped=stopped,
        )

    # Read twice: what is refused for its size has not filled the disk before.
    asked = ((row, "") for row in rows(Remarks()) if isinstance(row, Question))
    if sum(1 for _ in islice(tasks_of(asked, documents), room + 1)) > room:
        raise QuestionnaireRefused(
            f"this comes to more questions than the {room:,} that you may still hand in here "
            '(with "every document", each row counts once for each). Hand in fewer rows, choose '
            "fewer documents, or delete a questionnaire that you do not need any more"
        )
    remarks = Remarks()

    def tasks() -> Iterator[Task]:
        return tasks_of(checked(rows(remarks), library, records, run.order), documents)

    info = info_of(run, library)
    begin_or_continue(journal, info, tasks, library, force=True, remarks=remarks)
    if not journal.total():
        raise QuestionnaireRefused(
            ". ".join(["the questionnaire holds no question", *remarks.said])
        )
    return replace(run, counts=counts_of(journal), remarks=tuple(remarks.said))


def begin_again(
    folder: Path,
    run: Run,
    library: Library,
    *,
    room: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Run:
    """The same for a run that has answers. They stay beside it where files were written of them.

    A journal that cannot be read goes. When anything is wrong, all is as it was.
    """
    kept = None
    try:
        with open_journal(folder) as journal:
            total = journal.total()
    except JournalBusy:
        raise
    except (JournalError, sqlite3.Error):
        for file in folder.glob(f"{FILE}*"):
            file.unlink()
        total = 0
    if total and (folder / NOTES).exists():
        kept = beside(folder)
        kept.mkdir(mode=0o700)
        for name in (FILE, NOTES):  # closed, the journal is whole without its log
            shutil.copyfile(folder / name, kept / name)
            (kept / name).chmod(0o600)
    try:
        with open_journal(folder) as journal:
            run = begin(journal, run, library, room=room, stopped=stopped)
    except BaseException:
        if kept is not None:
            shutil.rmtree(kept)
        raise
    with suppress(FileNotFoundError):
        (folder / NOTES).unlink()
    return run
