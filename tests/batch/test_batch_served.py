"""Questionnaires while another process serves the data folder: the work goes through its door."""

import json
import shutil
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import openpyxl
import pypdfium2
import pytest
from batch.batch_runs import here, run
from batch.test_run import Library, play, questions
from fakes import leave_answer

from app.answering.ask import Ask
from app.answering.events import Event, Writing
from app.answering.window import QuestionTooLong
from app.batch.execution.provenance import Order, run_info
from app.batch.execution.run import ATTEMPTS, Stopped, answer_all, begin_or_continue, tasks_of
from app.batch.forgetting import erase_results
from app.batch.journal import open_journal
from app.batch.port import Library as LibraryPort
from app.batch.records import Question, RowResult
from app.engine.client import EngineBusy, EngineDown, EngineError
from app.settings import load_settings
from app.workspace.control import take_work
from app.workspace.remote import RemoteWorkspace
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.faults import UnknownName

LEAVE = "How many days of annual leave does a full-time employee have?"
MARS = "What is the name of the emperor of Mars?"


@dataclass(frozen=True, slots=True)
class Served:
    home: Workspace
    folder: Path
    socket: Path


@pytest.fixture(scope="module")
def served(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(filled, folder / "home")
    socket = folder / "door"
    with (
        open_workspace(load_settings({"home": folder / "home"}), "test", socket=socket) as home,
        take_work(home, socket),
    ):
        home.identity()  # the engine is up before anyone asks
        yield Served(home, folder / "home", socket)


@contextmanager
def door(library: object, folder: Path) -> Iterator[RemoteWorkspace]:
    """A library of ours behind the real door."""
    with take_work(cast(Workspace, library), folder / "door"):
        remote = RemoteWorkspace(folder / "door")
        try:
            yield remote
        finally:
            remote.close()


def results(folder: Path, library: LibraryPort, rows: list[Question]) -> list[RowResult]:
    order = Order("q.csv", "0" * 64, "library", reproducible=True)
    with open_journal(folder) as journal:
        info = begin_or_continue(
            journal,
            run_info(library, order),
            lambda: tasks_of([(row, "") for row in rows], None),
            library,
        )
        answer_all(journal, info, library, parallel=2)
        return list(journal.results())


def test_through_the_door_come_the_same_results(served: Served, tmp_path: Path) -> None:
    rows = [Question(2, "2", LEAVE, kind="number", unit="days"), Question(3, "3", MARS)]
    remote = RemoteWorkspace(served.socket)
    try:
        through = results(tmp_path / "through", remote, rows)
    finally:
        remote.close()
    assert through == results(tmp_path / "here", served.home, rows)
    assert [one.outcome for one in through] == ["found", "not_found"]
    assert through[0].value == "28"


@pytest.mark.parametrize(
    "error",
    [
        QuestionTooLong("the question is too long"),
        EngineBusy(7),
        EngineDown("it is dead"),
        EngineError("hiccup"),
        UnknownName("no document named 'x'"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_keep_their_kind(error: Exception, tmp_path: Path) -> None:
    def fault(_: str) -> None:
        raise error

    with door(Library(fault), tmp_path) as remote, pytest.raises(type(error)) as raised:
        list(remote.ask(Ask("what?")))
    assert type(raised.value) is type(error)
    assert str(raised.value) == str(error)
    if isinstance(error, EngineBusy):
        assert cast(EngineBusy, raised.value).seconds == 7


def test_through_the_door_rows_are_retried_and_failures_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.execution.run._LONGEST_PAUSE", 0.01)
    busy = iter([EngineBusy(1), EngineBusy(1)])

    def fault(question: str) -> None:
        if "question 2 " in question and (error := next(busy, None)):
            raise error
        if "question 3 " in question:
            raise QuestionTooLong("no room")

    owner = Library(fault)
    with door(owner, tmp_path) as remote:
        remote.records = owner.records  # type: ignore[attr-defined]
        _, found = play(tmp_path / "run", cast(Library, remote), questions(3))
    assert [(one.outcome, one.attempts) for one in found] == [
        ("found", ATTEMPTS), ("failed", 1), ("found", 1),
    ]  # fmt: skip
    assert found[1].reason == "no room"


class Endless(Library):
    """Writes until nobody listens any more."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.closed = threading.Event()

    def _events(self, *_: object) -> Generator[Event, None, None]:
        try:
            while True:
                yield Writing("and so on")
                self.begun.set()
        finally:
            self.closed.set()


def test_a_stopped_run_stops_the_owners_work(tmp_path: Path) -> None:
    owner, stop = Endless(), threading.Event()
    order = Order("q.csv", "0" * 64, "library", reproducible=False)
    with door(owner, tmp_path) as remote, open_journal(tmp_path / "run") as journal:
        info = begin_or_continue(
            journal,
            run_info(remote, order),
            lambda: tasks_of([(row, "") for row in questions(1)], None),
            remote,
        )

        def stop_when_begun() -> None:
            if owner.begun.wait(30):
                stop.set()

        threading.Thread(target=stop_when_begun).start()
        with pytest.raises(Stopped):
            answer_all(journal, info, remote, parallel=1, stop=stop)
        assert owner.closed.wait(30)
        assert journal.counts() == {}


def test_a_pipe_in_and_a_pipe_out(served: Served) -> None:
    done = run(served.folder, "batch", "-", "--out", "-", text=f"{LEAVE}\n")
    assert done.returncode == 0, done.stderr
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert row["outcome"] == "found"
    assert row["evidence"][0]["document"] == "employee-handbook.pdf"


def test_bad_rows_end_it_or_are_recorded(served: Served, tmp_path: Path) -> None:
    file, out = tmp_path / "q.csv", tmp_path / "a.csv"
    file.write_text(f"question,document\n{LEAVE},\nWhich?,nowhere.pdf\n,x\n")
    done = here(served.folder, "batch", str(file), "--out", str(out))
    assert done.returncode == 1
    assert "row 3" in done.stderr
    assert "row 4" in done.stderr
    assert not out.exists()
    done = here(served.folder, "batch", str(file), "--out", str(out), "--skip-bad", "--json")
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["failed"] == 2
    assert "nowhere.pdf" in out.read_text(encoding="utf-8-sig")


def test_each_document_and_formulas_stay_text(served: Served, tmp_path: Path) -> None:
    file, out = tmp_path / "q.csv", tmp_path / "a.xlsx"
    file.write_text(f"question,owner\n{LEAVE},=cmd|' /C calc'!A0\n")
    done = here(served.folder, "batch", str(file), "--out", str(out), "--each-document", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["total"] == len(served.home.documents())
    book = openpyxl.load_workbook(out)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any("cmd|" in str(cell.value) for cell in cells)


def test_reports_review_and_verification(served: Served, tmp_path: Path) -> None:
    file, first, second = (tmp_path / name for name in ("q.txt", "1.xlsx", "2.jsonl"))
    html, pdf = tmp_path / "r.html", tmp_path / "r.pdf"
    file.write_text(f"{LEAVE}\n{MARS}\n")
    order = ["batch", str(file), "--reproducible", "--json"]
    reports = ["--report", str(html), "--report", str(pdf)]
    done = here(served.folder, *order, "--out", str(first), *reports)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == [str(first), str(html), str(pdf)]
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
    for words in ("28", "employee-handbook.pdf", "1 not found"):
        assert words in html.read_text("utf-8")
        assert words in text
    only = ["--document", "travel-policy.docx", "--out", str(second)]
    assert here(served.folder, *order, *only).returncode == 0

    compare = ["batch", "--review", str(second), "--against", str(first)]
    told = here(served.folder, *compare)
    assert told.returncode == 0, told.stderr
    assert "the runs differ: other documents" in told.stdout
    assert LEAVE in told.stdout
    assert MARS not in told.stdout
    assert told.stdout.splitlines()[-1].endswith(", 1 the same")
    counts = json.loads(here(served.folder, *compare, "--json").stdout)["counts"]
    assert (sum(counts.values()), counts["same"]) == (2, 1)
    assert here(served.folder, "batch", "--review", str(second)).returncode == 2

    checked = here(served.folder, "batch", "--verify", str(first), "--sample", "0", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["same"] == 2
    assert erase_results(served.folder / "batches", "general", "employee-handbook.pdf", ()) > 0
    fewer = here(served.folder, "batch", "--verify", str(first), "--sample", "0")
    assert fewer.returncode == 1
    assert "rows asked again gave the same" in fewer.stdout
    assert "of the file's 2 rows are not here any more" in fewer.stderr
    second.write_bytes(second.read_bytes() + b"\n")
    forged = here(served.folder, "batch", "--verify", str(second))
    assert forged.returncode == 1
    assert "was changed since" in forged.stderr


def test_the_door_carries_no_conversation_and_no_other_person(tmp_path: Path) -> None:
    with door(Library(), tmp_path) as remote:
        with pytest.raises(ValueError, match="earlier answers"):
            remote.ask(Ask("what?", history=(leave_answer("leave?"),)))
        with pytest.raises(ValueError, match="own user"):
            remote.ask(Ask("what?", person="kim"))
