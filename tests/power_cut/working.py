"""The work that is cut off: each job says what it begins and what was acknowledged, in a file."""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

from fakes import answer, cite
from word_embedder import WordEmbedder

from app.answering.ask import Ask
from app.answering.events import AnswerSentence, Finished
from app.batch.execution.provenance import Order, run_info
from app.batch.execution.run import Counts, answer_all
from app.batch.journal import Task, open_journal
from app.batch.records import Evidence, Question, RowResult, RunInfo
from app.data_folder.layout import DataFolder
from app.governance.backup.making import Order as BackupOrder
from app.governance.backup.making import back_up
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn
from app.settings import Settings, load_settings
from app.workspace import wiring
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.scope import Scope

KEPT, CHANGING = "kept", "general"  # spaces: what is asked about, and what comes and goes
QUESTIONS = (
    "How many days of annual leave does a full-time employee have?",
    "Who approves a business trip?",
    "What is the meal allowance?",
    "How long is the probationary period?",
)
ROWS = 40  # of one questionnaire
_RUN = RunInfo(
    "run", "q.csv", "0" * 64, "", "library", False, "0", "model", "0" * 64, (),
    "embedder", "0" * 64, "0" * 64, 2, {}, None,
)  # fmt: skip


def settings_of(home: Path) -> Settings:
    """Short answers: what is looked at is what becomes of them, not what they say."""
    answer = {"max_tokens": 16, "passages": 1, "refuse_below": 0.01}
    return load_settings({"home": home, "answer": answer, "engine": {"parallel": 2}})


@contextmanager
def opened(home: Path) -> Iterator[Workspace]:
    """The data folder, with an embedder that needs no time."""
    with (
        mock.patch.object(wiring, "load_embedder", return_value=WordEmbedder()),
        open_workspace(settings_of(home), "power cut") as folder,
    ):
        yield folder


class Log:
    """What was begun, and what was acknowledged, written at once."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def __call__(self, **said: object) -> None:
        os.write(self._file, json.dumps(said).encode() + b"\n")


def a_document(folder: Path, name: str = "") -> Path:
    """A file with sentences that no other has; its mark is in every one of them."""
    name = name or f"d{uuid.uuid4().hex[:12]}.txt"
    mark = mark_of(name)
    lines = [
        f"Clause {number} of {mark} grants {number * 7} days of leave to clerk {mark}{number}."
        for number in range(40)
    ]
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n\n".join(lines), "utf-8")
    return path


def mark_of(name: str) -> str:
    """A word that stands in the document's text and nowhere in its name."""
    return "zq" + name[1:13][::-1] + "qz"


def quote(home: Workspace, name: str) -> None:
    """Have an answer in a conversation, and one of a questionnaire, that quote a document."""
    (first, *_) = home.index.chunks(CHANGING, name)
    said = first.text.splitlines()[0]
    sentence = AnswerSentence(said, (1,), True)
    told = answer("What?", [sentence], [cite(1, first, said)], passages=[first])
    with closing(Conversations(DataFolder(home.settings.home).conversations)) as talks:
        turn = SavedTurn(1, "What?", "done", answer=told, spaces=(CHANGING,))
        assert talks.keep("kim", f"about {name}", turn, begins=True)
    with open_journal(home.settings.home / "batches" / f"about-{name}") as journal:
        question = Question(2, "2", "What?")
        journal.begin(_RUN, [Task("2", question, None)])
        quoted = Evidence(1, CHANGING, name, "0" * 64, None, "", said, first.chunk_id)
        result = RowResult(
            "2", question, None, "found", said, None, "", True, 0.9, evidence=(quoted,)
        )
        assert journal.keep(result, journal.erasures())


def work(job: str, home: Path, scratch: Path, log: Log) -> None:
    """Do a job until the end of the world."""
    log(at="opening")
    with opened(home) as folder:
        log(at="opened")
        JOBS[job](folder, scratch, log)


def _ingest(home: Workspace, scratch: Path, log: Log) -> None:
    while True:
        path = a_document(scratch / "documents")
        log(begin="ingest", name=path.name)
        report = home.ingest([path], space=CHANGING)
        assert [status.status for status in report.documents] == ["indexed"], report
        log(done="ingest", name=path.name)


def _delete(home: Workspace, scratch: Path, log: Log) -> None:
    while True:
        for record in home.documents([CHANGING]) if CHANGING in home.index.spaces() else ():
            log(begin="delete", name=record.name)
            (removal,) = home.remove([record.name], space=CHANGING)
            assert removal.removed, removal
            log(done="delete", name=record.name)
        paths = [a_document(scratch / "documents") for _ in range(4)]
        for path in paths:
            log(begin="ingest", name=path.name)
        home.ingest(paths, space=CHANGING)
        for path in paths:
            log(done="ingest", name=path.name)
            quote(home, path.name)


def _chat(home: Workspace, scratch: Path, log: Log) -> None:
    """As the web chat does it: the answer is recorded, then the turn saved, then shown as done."""
    del scratch
    home.chat.start()
    home.identity()  # waits for the model
    log(at="ready")
    with closing(Conversations(DataFolder(home.settings.home).conversations)) as talks:
        while True:
            conversation = uuid.uuid4().hex
            for number, question in enumerate(QUESTIONS, 1):
                log(begin="chat", conversation=conversation, number=number)
                answers = [
                    event.answer
                    for event in home.ask(Ask(question, Scope((KEPT,)), person="kim"))
                    if isinstance(event, Finished)
                ]
                turn = SavedTurn(number, question, "done", answer=answers[-1])
                assert talks.keep("kim", conversation, turn, begins=number == 1)
                log(done="chat", conversation=conversation, number=number)


def _batch(home: Workspace, scratch: Path, log: Log) -> None:
    del scratch
    home.chat.start()
    home.identity()
    log(at="ready")
    for number in range(1_000):
        run = f"run-{number:04d}"
        with open_journal(home.settings.home / "batches" / run) as journal:
            info = journal.info()
            if info is None:
                order = Order("q.csv", "0" * 64, "library", False, spaces=(KEPT,))
                info = run_info(home, order)
                log(begin="batch", run=run, rows=0)
                journal.begin(info, [_task(row) for row in range(ROWS)])
                log(done="batch", run=run, rows=0)

            def progress(counts: Counts, run: str = run) -> None:
                log(done="batch", run=run, rows=counts.done)

            if sum(journal.counts().values()) < ROWS:
                log(begin="batch", run=run)
                answer_all(journal, info, home, parallel=2, progress=progress)


def _task(row: int) -> Task:
    return Task(str(row), Question(row + 2, str(row), QUESTIONS[row % len(QUESTIONS)]), None)


def _backup(home: Workspace, scratch: Path, log: Log) -> None:
    out = scratch / "backups"
    out.mkdir(exist_ok=True)
    while True:
        file = out / f"{uuid.uuid4().hex}.tar"
        log(begin="backup", name=file.name)
        back_up(home.settings.home, home.trail, BackupOrder(file, keep_days=30), person="kim")
        log(done="backup", name=file.name)


JOBS: dict[str, Callable[[Workspace, Path, Log], None]] = {
    "ingest": _ingest,
    "delete": _delete,
    "backup": _backup,
    "chat": _chat,
    "batch": _batch,
}
