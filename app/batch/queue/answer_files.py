"""Makes a file of a run's answers for a person of the web chat, and remembers that it did."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.batch.journal import Journal, JournalError, open_journal
from app.batch.output.columns import Link
from app.batch.output.report import write_report
from app.batch.output.tables import write_table
from app.batch.output.written_files import note_written
from app.batch.port import Library
from app.batch.queue.submission import QuestionnaireRefused

FORMATS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".jsonl": "application/x-ndjson",
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
}
_REPORTS = (".html", ".pdf")


@contextmanager
def answers_file(folder: Path, suffix: str, library: Library, link: Link) -> Iterator[Path]:
    """The answers so far as a file that goes away with the block.

    Raises QuestionnaireRefused when they quote a space that the person may no longer read.
    """
    if suffix not in FORMATS:
        raise QuestionnaireRefused(f"results come as {', '.join(FORMATS)}")
    target = folder / f"out-{uuid.uuid4().hex}{suffix}"
    # The lock is held while the file is there: one without it is a leftover, and is deleted.
    try:
        with open_journal(folder) as journal:
            info = journal.info()
            if info is None:
                raise QuestionnaireRefused("nothing has been answered yet")
            _check_rights(journal, library)
            contents = journal.contents()
            write = write_report if suffix in _REPORTS else write_table
            try:
                write(target, info, journal.results, link)
                note_written(folder, target, contents)
                yield target
            finally:
                target.unlink(missing_ok=True)
    except JournalError as error:
        raise QuestionnaireRefused(
            "the answers cannot be read: another process has them, or the disk is damaged. Try "
            "again; if it stays so, tell whoever runs Strongroom"
        ) from error


def _check_rights(journal: Journal, library: Library) -> None:
    readable = {record.space for record in library.documents()}
    for result in journal.results():
        quoted = {one.space for one in (*result.evidence, *result.nearest)}
        if not quoted <= readable:
            raise QuestionnaireRefused(
                "these answers quote documents that you may no longer read, or that are gone"
            )
