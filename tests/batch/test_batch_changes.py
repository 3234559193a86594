"""Documents that change before, while and after a questionnaire is answered."""

import json
import threading
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from batch.batch_runs import lines
from batch.office_runs import Held, finished, opened, record, until
from batch.test_run import ORDER, Library, play, questions

from app.batch.execution.changed_settings import note_changes
from app.batch.journal import open_journal
from app.batch.output.report import write_report
from app.batch.output.tables import read_results
from app.batch.queue.submission import QuestionnaireRefused
from app.cli import main
from app.web.i18n.languages import LANGUAGES
from app.web.i18n.words import Language

SAME = "With the same of all of these the same answers come out."


def text_of(report: Path) -> str:
    if report.suffix == ".html":
        return report.read_text("utf-8")
    document = pypdfium2.PdfDocument(report)
    return " ".join("".join(p.get_textpage().get_text_range() for p in document).split())


def test_a_document_that_came_meanwhile_is_cited_with_its_hash(tmp_path: Path) -> None:
    library = Library()

    def arrival(question: str) -> None:
        if "question 3 " in question and library.quoted == "a.md":
            library.records.append(record("new.md"))
            library.quoted = "new.md"

    library.fault = arrival
    _, results = play(tmp_path, library, questions(5), replace(ORDER, reproducible=True))
    cited = {(one.document, one.document_sha256) for row in results for one in row.evidence}
    assert cited == {("a.md", "a.md" * 8), ("new.md", "new.md" * 8)}


def test_a_document_that_is_replaced_while_it_is_asked_is_asked_again(tmp_path: Path) -> None:
    """The answer may quote either version, and the result names the hash of one."""
    library = Library()

    def replacement(question: str) -> None:
        if "question 3 " in question and library.records[0].sha256 != "2" * 64:
            library.records[0] = replace(library.records[0], sha256="2" * 64)

    library.fault = replacement
    _, results = play(tmp_path, library, questions(3), replace(ORDER, reproducible=True))
    assert results[1].evidence[0].document_sha256 == "2" * 64
    assert [question for question, _ in library.asked].count("question 3 about 0") == 2


def test_a_table_names_the_version_of_each_document_that_was_asked(tmp_path: Path) -> None:
    library = Library()

    def replacement(question: str) -> None:
        library.records[1] = replace(library.records[1], sha256="2" * 64)

    library.fault = replacement
    order = replace(ORDER, mode="each_document", reproducible=True)
    _, results = play(tmp_path, library, questions(1), order)
    asked = {row.document.name: row.document.sha256 for row in results if row.document}
    assert asked == {"a.md": "a.md" * 8, "b.md": "2" * 64, "c.md": "c.md" * 8}


def test_one_that_never_stays_the_same_fails_its_row_in_words(tmp_path: Path) -> None:
    library = Library()

    def replacement(question: str) -> None:
        library.records[0] = replace(library.records[0], sha256=str(len(library.asked)) * 64)

    library.fault = replacement
    _, results = play(tmp_path, library, questions(1))
    assert results[0].outcome == "failed"
    assert results[0].reason == "the document 'a.md' was replaced each time while it was asked"


@pytest.mark.parametrize("suffix", [".html", ".pdf"])
def test_a_report_promises_the_same_answers_only_where_nothing_changed(
    tmp_path: Path, suffix: str
) -> None:
    report = tmp_path / f"r{suffix}"
    info, results = play(tmp_path / "run", Library(), questions(2))
    write_report(report, info, lambda: iter(results))
    assert SAME in text_of(report)
    with open_journal(tmp_path / "run") as journal:
        info = note_changes(journal, ["other documents: 1 then, 2 now"])
        assert note_changes(journal, ["other documents: 1 then, 2 now"]) == info
        assert journal.info() == info
    write_report(report, info, lambda: iter(results))
    assert SAME not in text_of(report)
    assert "other documents: 1 then, 2 now" in text_of(report)


def test_the_commands_files_say_that_documents_came_while_it_ran(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library = Library()

    def arrival(question: str) -> None:
        if question == "two?":
            library.records.append(record("new.md"))
            library.quoted = "new.md"

    library.fault = arrival
    monkeypatch.setattr("app.commands.batch.open_operations", lambda *_: nullcontext(library))
    file, out, report = tmp_path / "q.txt", tmp_path / "a.jsonl", tmp_path / "a.html"
    file.write_text("one?\ntwo?\n")
    order = ["--home", str(tmp_path / "home"), "batch", str(file), "--out", str(out)]
    assert main([*order, "--report", str(report), "--reproducible"]) == 1
    assert "while it ran something changed: other documents" in capsys.readouterr().err
    assert all("other documents" in row["run"]["changed"][0] for row in lines(out))
    assert all(one["document_sha256"] for row in lines(out) for one in row["evidence"])
    assert "while it was being answered something changed" in text_of(report)
    assert SAME not in text_of(report)


def test_files_say_that_documents_came_while_the_office_answered(tmp_path: Path) -> None:
    held = Held()
    library = Library(held)
    with opened(tmp_path, library) as office:
        run = office.take("kim", "q.txt", b"one?\ntwo?\nthree?\n")
        held.reached()
        library.records.append(record("new.md"))
        library.quoted = "new.md"
        held.go()
        (done,) = finished(office, run)
        assert done.state == "done"
        assert any("something changed (other documents" in remark for remark in done.remarks)
        with office.results("kim", run.id, ".jsonl") as file:
            info, results = read_results(file)
    assert info.changed
    assert info.remarks == done.remarks
    assert all(one.document_sha256 for row in results for one in row.evidence)


def test_a_questionnaire_without_answers_is_asked_of_todays_documents(tmp_path: Path) -> None:
    held = Held()
    library = Library(held)
    with opened(tmp_path, library) as office:
        first = office.take("anna", "a.txt", b"one?\n")
        held.reached()
        second = office.take("kim", "k.txt", b"two?\n", each_document=True)
        assert second.counts.total == 3
        library.records.append(record("new.md"))
        held.go()
        _, done = finished(office, first, second)
        assert (done.state, done.counts.found, done.counts.total) == ("done", 4, 4)
        with office.results("kim", second.id, ".jsonl") as file:
            info, _ = read_results(file)
    assert (info.documents, info.changed) == (4, ())


def test_one_with_answers_can_start_over(tmp_path: Path) -> None:
    library = Library()
    with opened(tmp_path, library) as office:
        run = office.take("kim", "q.txt", b"one?\ntwo?\n")
        finished(office, run)
        with office.results("kim", run.id, ".xlsx") as file:
            before = file.read_bytes()
        library.records.append(record("new.md"))
        office.go_on("kim", run.id)
        (stuck,) = finished(office, run)
        assert (stuck.state, stuck.counts.found) == ("changed", 2)
        assert "other documents" in stuck.reason
        assert "--" not in stuck.reason
        office.start_over("kim", run.id)
        (done,) = finished(office, run)
        assert (done.state, done.counts.found, done.reason) == ("done", 2, "")
        assert len(library.asked) == 4
        with office.results("kim", run.id, ".jsonl") as file:
            assert {row["run"]["documents"] for row in lines(file)} == {4}
            assert {tuple(row["run"]["changed"]) for row in lines(file)} == {()}
        # The earlier file is still around, and so is the run that it came from.
        assert before
        assert len(list(tmp_path.glob(f"{run.id}*"))) == 2
        office.delete("kim", run.id)
        assert list(tmp_path.iterdir()) == []


def test_starting_over_that_cannot_be_keeps_the_answers(tmp_path: Path) -> None:
    library = Library()
    with opened(tmp_path, library) as office:
        run = office.take("kim", "q.csv", b"question,document\none?,b.md\n")
        finished(office, run)
        library.records = [one for one in library.records if one.name != "b.md"]
        with pytest.raises(QuestionnaireRefused, match=r"row 2 asks of the document 'b\.md'"):
            office.start_over("kim", run.id)
        assert office.run("kim", run.id).state == "done"
        with office.results("kim", run.id, ".jsonl") as file:
            assert [row["outcome"] for row in lines(file)] == ["found"]


def test_a_kill_after_the_change_is_told_in_the_files_too(tmp_path: Path) -> None:
    def second_waits(question: str) -> None:
        if "two" in question:
            gate.wait(20)

    gate, library = threading.Event(), Library(second_waits)
    with opened(tmp_path, library) as office:
        run = office.take("kim", "q.txt", b"one?\ntwo?\n")
        until(lambda: office.run("kim", run.id).counts.done == 1)
        library.records.append(record("new.md"))
        threading.Timer(0.5, gate.set).start()
    note = tmp_path / run.id / "order.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"state": "running"}))
    with open_journal(tmp_path / run.id) as journal:
        journal._db.execute("DELETE FROM results WHERE key = '2'")
    with opened(tmp_path, library) as office:
        (stuck,) = finished(office, run)
        assert stuck.state == "changed"
        with office.results("kim", run.id, ".jsonl") as file:
            assert read_results(file)[0].changed


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_the_page_offers_it_without_words_of_the_command_line(language: Language) -> None:
    assert "--" not in language.questionnaires.changed_hint
    assert language.questionnaires.start_over
