"""What people decide about a questionnaire's rows, and what is shown to them before it is asked."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from batch.office_runs import finished, opened
from batch.test_run import Library, play, questions
from fakes import LEAVE, answer
from openpyxl import load_workbook

from app.batch.execution.outcome import result_of
from app.batch.forgetting import erase_results
from app.batch.journal import JournalError, Task, failed, open_journal
from app.batch.moving import relabel_results
from app.batch.output.columns import OUTCOME_WORDS, in_table
from app.batch.output.report import write_report
from app.batch.output.sheets import FILLS
from app.batch.output.tables import read_results, write_table
from app.batch.queue.submission import ColumnNotClear, QuestionnaireRefused
from app.batch.records import Question, RowReview

OTHER = RowReview("approved", "Ours is forty.", "as Lee told", "Kim", "2026-01-01T10:00:00+00:00")


def test_what_is_near_is_a_fourth_outcome_and_never_green(tmp_path: Path) -> None:
    near = replace(
        answer("How many?", [], [], passages=(LEAVE,), found=False), outcome="unconfirmed"
    )
    task = Task("2", Question(2, "2", "How many?"), None)
    result = result_of(task, near, lambda *_: "0" * 64, attempts=1, reproducible=True)
    assert result.outcome == "unconfirmed"
    assert result.value is None
    assert not result.evidence
    assert [one.document for one in result.nearest] == [LEAVE.document]
    assert in_table(result) == (OUTCOME_WORDS["unconfirmed"], LEAVE.document)
    assert FILLS["unconfirmed"] != FILLS["found"]
    page = tmp_path / "r.html"
    info, _ = play(tmp_path / "run", Library(), questions(1))
    write_report(page, info, lambda: iter([result]))
    assert '<span class="tag unconfirmed">' in page.read_text("utf-8")


def test_both_versions_are_exported_and_the_latest_decision_counts(tmp_path: Path) -> None:
    info, before = play(tmp_path / "run", Library(), questions(3))
    with open_journal(tmp_path / "run") as journal:
        contents = journal.contents()
        journal.review("2", RowReview("edited", "Forty?", "", "Kim", OTHER.at))
        journal.review("2", OTHER)
        with pytest.raises(JournalError):
            journal.review("99", OTHER)
        now = list(journal.results())
        assert journal.contents() == contents
        files = {one: tmp_path / f"a{one}" for one in (".csv", ".xlsx", ".jsonl")}
        for file in files.values():
            write_table(file, info, journal.results)
        reports = [tmp_path / "a.html", tmp_path / "a.pdf"]
        for report in reports:
            write_report(report, info, journal.results)
    assert now == [replace(before[0], review=OTHER), *before[1:]]
    with files[".csv"].open(encoding="utf-8-sig", newline="") as written:
        first, second, _ = csv.DictReader(written)
    assert (first["answer"], first["reviewed answer"]) == (before[0].answer, "Ours is forty.")
    assert (first["review"], first["reviewed by"]) == ("approved", "Kim")
    assert second["review"] == ""
    sheet = load_workbook(files[".xlsx"])["Answers"]
    assert "Ours is forty." in [cell.value for cell in sheet[2]]
    assert read_results(files[".jsonl"])[1] == now
    assert json.loads(files[".jsonl"].read_text("utf-8").splitlines()[1])["review"] is None
    assert "Ours is forty." in reports[0].read_text("utf-8")
    assert reports[1].stat().st_size > 1000


def test_without_decisions_files_have_no_columns_for_them(tmp_path: Path) -> None:
    info, results = play(tmp_path / "run", Library(), questions(1))
    write_table(tmp_path / "a.csv", info, lambda: iter(results))
    assert "review" not in (tmp_path / "a.csv").read_text("utf-8")


def test_a_decision_goes_with_the_document_it_was_about_and_moves_with_it(tmp_path: Path) -> None:
    play(tmp_path / "run", Library(), questions(2))
    with open_journal(tmp_path / "run") as journal:
        journal.review("2", replace(OTHER, answer="topsecretmark"))
    assert relabel_results(tmp_path, "general", "a.md", "legal") == 2
    with open_journal(tmp_path / "run") as journal:
        assert [one.review is not None for one in journal.results()] == [True, False]
    assert erase_results(tmp_path, "legal", "a.md", {"c1"}) == 2
    assert not any(
        b"topsecretmark" in one.read_bytes()
        for one in (tmp_path / "run").iterdir()
        if one.is_file()
    )


def test_a_failed_row_that_was_decided_is_not_asked_again(tmp_path: Path) -> None:
    tasks = [Task("2", Question(2, "2", "one?"), None), Task("3", Question(3, "3", "two?"), None)]
    with open_journal(tmp_path / "run") as journal:
        journal.begin(play(tmp_path / "other", Library(), questions(1))[0], tasks)
        for task in tasks:
            journal.keep(failed(task, "no engine", attempts=3), journal.erasures())
        journal.review("2", OTHER)
        journal.reopen_failed()
        assert [one.key for one in journal.results()] == ["2"]
        assert journal.is_open()


def test_nothing_is_asked_before_the_person_has_seen_what_was_understood(tmp_path: Path) -> None:
    library = Library()
    file = b"No;Question;Answer type;Owner\n1;one?;number in days;HR\n2;;;HR\n3;two?;;\n"
    with opened(tmp_path, library) as office:
        run = office.take("kim", "q.csv", file, propose=True)
        assert run.state == "proposed"
        seen = office.proposal("kim", run.id)
        assert seen.columns == {"question": "Question", "id": "No", "kind": "Answer type"}
        assert seen.headings == ("No", "Question", "Answer type", "Owner")
        assert seen.kinds == {"number": 1, "text": 1}
        assert (seen.questions, seen.documents, seen.problems) == (2, 3, 1)
        assert [one.text for one in seen.first] == ["one?", "two?"]
        assert [(one.row, one.reason) for one in seen.bad] == [(3, "has no question")]
        office.read_again("kim", run.id, "owner")
        assert [one.text for one in office.proposal("kim", run.id).first] == ["HR", "HR"]
        office.read_again("kim", run.id, "Question")
        with pytest.raises(QuestionnaireRefused):
            office.review("kim", run.id, "2", OTHER)
    assert library.asked == []
    with opened(tmp_path, library) as office:  # another process: it still waits for its person
        assert office.run("kim", run.id).state == "proposed"
        assert library.asked == []
        office.go_on("kim", run.id)
        (done,) = finished(office, run)
        assert (done.state, done.counts.found, done.counts.failed) == ("done", 2, 1)
        assert sorted(asked for asked, _ in library.asked) == ["one?", "two?"]
        with pytest.raises(QuestionnaireRefused):
            office.read_again("kim", run.id, "Owner")
        office.review("kim", run.id, "3", OTHER)
    assert library.recorded[-1]["change"] == "approved"
    assert "Ours" not in str(library.recorded)  # the words are in the answers alone


def test_where_the_column_is_not_clear_its_person_may_choose(tmp_path: Path) -> None:
    file = b"A,B\nwhat is it?,who is it?\nhow is it?,why is it?\n"
    with opened(tmp_path, Library()) as office:
        with pytest.raises(ColumnNotClear) as unclear:
            office.take("kim", "q.csv", file, propose=True)
        assert unclear.value.headings == ("A", "B")
        run = office.take("kim", "q.csv", file, propose=True, question_column="B")
        assert office.proposal("kim", run.id).first[0].text == "who is it?"
        with pytest.raises(QuestionnaireRefused, match="row 2"):
            office.take("kim", "q.csv", b"Question,x\n,1\n", propose=True)
