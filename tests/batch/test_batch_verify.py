"""A file is verified and reviewed as it was written, or it is said what cannot be."""

import json
from pathlib import Path

import pytest
from batch.office_runs import finished, opened
from batch.test_run import ORDER, Library, play, questions

from app.batch.execution.provenance import run_info
from app.batch.execution.verify import Verification, verify
from app.batch.forgetting import erase_results
from app.batch.journal import open_journal
from app.batch.output.tables import write_table
from app.batch.output.written_files import NOTES, NotOurs, WrittenFile, note_written, run_of
from app.cli import main
from app.engine.client import EngineError


def written(runs: Path, library: Library, count: int, suffix: str = ".xlsx") -> Path:
    """A file of a run of so many questions."""
    info, results = play(runs / "run", library, questions(count))
    file = runs.parent / f"answers{suffix}"
    with open_journal(runs / "run") as journal:
        contents = journal.contents()
        write_table(file, info, lambda: iter(results))
        note_written(runs / "run", file, contents)
    return file


def verified(file: Path, runs: Path, library: Library) -> Verification:
    return verify(run_of(file, runs), run_info(library, ORDER), library, sample=None)


def reviewed(home: Path, file: Path) -> int:
    order = ["--home", str(home), "batch", "--review", str(file), "--against", str(file)]
    return main(order)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "batches"


def test_a_file_whose_rows_are_all_here_passes(runs: Path) -> None:
    library = Library()
    found = verified(written(runs, library, 3), runs, library)
    assert found.passed
    assert len(found.rows) == 3


def test_rows_that_were_erased_are_missed(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = Library()
    file = written(runs, library, 2)
    with open_journal(runs / "run") as journal:
        journal._db.execute("DELETE FROM results WHERE key = '3'")
    found = verified(file, runs, library)
    assert [row.same for row in found.rows] == [True]
    assert not found.passed
    assert "1 of the file's 2 rows are not here any more" in found.not_compared[0]
    assert reviewed(tmp_path, file) == 1
    assert "1 of the file's 2 rows are not here any more" in capsys.readouterr().err


def test_rows_that_failed_have_nothing_to_compare(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.execution.run._LONGEST_PAUSE", 0.01)

    def fault(question: str) -> None:
        if "question 3 " in question:
            raise EngineError("it broke")

    file = written(runs, Library(fault), 2)
    found = verified(file, runs, Library())
    assert not found.passed
    assert found.not_compared == ["1 of the file's rows failed: they have no answer"]


def test_answers_that_came_in_the_place_of_failures_are_not_the_files(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.execution.run._LONGEST_PAUSE", 0.01)

    def fault(question: str) -> None:
        if "question 3 " in question:
            raise EngineError("it broke")

    file = written(runs, Library(fault), 2)
    play(runs / "run", Library(), questions(2))
    found = verified(file, runs, Library())
    assert [row.same for row in found.rows] == [True, True]
    assert not found.passed
    assert "rows were answered again after the file was written" in found.not_compared[0]
    assert reviewed(tmp_path, file) == 1


def test_answers_to_erased_rows_are_not_the_files(runs: Path) -> None:
    library = Library()
    file = written(runs, library, 2)
    assert erase_results(runs, "general", "a.md", {"c1"}) == 2
    library.quoted = "b.md"
    play(runs / "run", library, questions(2))
    assert "answered again" in verified(file, runs, library).not_compared[0]


def test_a_torn_note_costs_its_file_alone(runs: Path) -> None:
    library = Library()
    file = written(runs, library, 2)
    notes = runs / "run" / NOTES
    notes.write_bytes(b'[1]\n\xff{"sha2\n' + notes.read_bytes() + b'{"sha256": "12')
    assert verified(file, runs, library).passed
    other = written(runs, library, 2, ".csv")
    assert verified(other, runs, library).passed
    with pytest.raises(NotOurs):
        run_of(notes, runs)


def test_a_file_of_which_only_the_hash_was_noted_cannot_pass(runs: Path) -> None:
    library = Library()
    file = written(runs, library, 2)
    notes = runs / "run" / NOTES
    notes.write_text(json.dumps({"sha256": json.loads(notes.read_text())["sha256"], "name": "a"}))
    found = verified(file, runs, library)
    assert all(row.same for row in found.rows)
    assert not found.passed
    assert "did not note its rows" in found.not_compared[0]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".html", ".pdf"])
def test_what_was_downloaded_from_the_web_can_be_reviewed_and_verified(
    runs: Path, tmp_path: Path, suffix: str
) -> None:
    library = Library()
    with opened(runs, library) as office:
        run = office.take("kim", "q.txt", b"one?\ntwo?\n")
        finished(office, run)
        copy = tmp_path / f"copy{suffix}"
        for _ in range(2):  # which is noted once
            with office.results("kim", run.id, suffix) as file:
                copy.write_bytes(file.read_bytes())
    assert len((runs / run.id / NOTES).read_text().splitlines()) == 1
    assert reviewed(tmp_path, copy) == 0
    found: WrittenFile = run_of(copy, runs)
    with open_journal(found.folder) as journal:
        info = journal.info()
    assert info is not None
    assert verify(found, info, library, sample=None).passed


def test_a_download_before_starting_over_is_compared_with_one_after(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = Library()
    with opened(runs, library) as office:
        run = office.take("kim", "q.txt", b"one?\n")
        for number in range(2):
            finished(office, run)
            with office.results("kim", run.id, ".xlsx") as file:
                (tmp_path / f"{number}.xlsx").write_bytes(file.read_bytes())
            library.model = "another"
            office.start_over("kim", run.id)
        finished(office, run)
    order = ["--home", str(tmp_path), "batch", "--review", str(tmp_path / "1.xlsx")]
    assert main([*order, "--against", str(tmp_path / "0.xlsx")]) == 0
    assert "another chat model: model then, another now" in capsys.readouterr().out
