"""Questionnaires handed in over the web: what is said of them, and what a restart remembers."""

import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from batch.test_run import Library

from app.batch.output.tables import read_results
from app.batch.queue.service import QuestionnaireQueue
from app.batch.queue.submission import QuestionnaireRefused, Run
from app.engine.client import EngineDown


def finished(office: QuestionnaireQueue, *runs: Run) -> list[Run]:
    """The runs, once none of them is waiting or running."""
    for _ in range(600):
        now = [office.run(run.person, run.id) for run in runs]
        if not {run.state for run in now} & {"waiting", "running"}:
            return now
        time.sleep(0.02)
    raise AssertionError([run.state for run in now])


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[Library], QuestionnaireQueue]:
    return lambda library: QuestionnaireQueue(tmp_path, lambda _: library)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["Question", "Remark"], ["First?", "a"], ["Second?", "b"]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(("hidden", "count"), [(False, 1), (True, 2)])
def test_hidden_rows_are_told_and_asked_on_request(
    opened: Callable[[Library], QuestionnaireQueue], hidden: bool, count: int
) -> None:
    office = opened(Library())
    try:
        run = office.take("kim", "q.xlsx", workbook(), hidden_rows=hidden)
        assert any("one hidden row" in remark for remark in run.remarks)
        (done,) = finished(office, run)
        assert (done.state, done.counts.found) == ("done", count)
        with office.results("kim", run.id, ".jsonl") as file:
            info, _ = read_results(file)
        assert info.remarks == run.remarks
    finally:
        office.close()
    again = opened(Library())
    again.resume()
    assert again.run("kim", run.id).remarks == run.remarks
    again.close()


def test_bad_rows_are_told_without_words_of_the_command_line(
    opened: Callable[[Library], QuestionnaireQueue], tmp_path: Path
) -> None:
    office = opened(Library())
    with pytest.raises(
        QuestionnaireRefused, match=r"row 2 asks of the document 'no\.pdf'"
    ) as refused:
        office.take("kim", "q.csv", b"question,document\nWhich?,no.pdf\n")
    assert "--" not in str(refused.value)
    assert not list(tmp_path.glob("web-*"))
    office.close()


def test_a_restart_remembers_why_a_run_failed_and_their_order(
    opened: Callable[[Library], QuestionnaireQueue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.execution.run._LONGEST_PAUSE", 0.01)

    def fault(question: str) -> None:
        if "broken" in question:
            raise EngineDown("the engine ran out of memory")

    office = opened(Library(fault))
    runs = [office.take("kim", f"{n}.txt", f"{n}?\n".encode()) for n in ("a", "broken", "c")]
    finished(office, *runs)
    office.close()
    for at, run in enumerate(runs):
        os.utime(tmp_path / run.id / "questionnaire", (at, at))
    again = opened(Library())
    again.resume()
    shown = again.runs("kim")
    assert [run.name for run in shown] == ["c.txt", "broken.txt", "a.txt"]
    assert (shown[1].state, shown[1].reason) == ("failed", "the engine ran out of memory")
    assert json.loads((tmp_path / runs[1].id / "order.json").read_text())["state"] == "failed"
    again.go_on("kim", runs[1].id)
    (healed,) = finished(again, runs[1])
    assert (healed.state, healed.reason, healed.counts.found) == ("done", "", 1)
    again.close()
