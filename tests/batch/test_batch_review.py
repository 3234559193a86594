"""What changed between two runs, as a file to show: by question, with the reason."""

import csv
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from batch.test_batch_tables import EVIDENCE, EVIL, INFO, result
from batch.test_run import Library, play, questions
from hypothesis import given
from hypothesis import strategies as st

from app.batch.journal import open_journal
from app.batch.output.tables import TableError, write_table
from app.batch.output.written_files import note_written, run_of, set_aside
from app.batch.records import Evidence, Provenance, Question, RowResult, RunInfo, Sentence
from app.batch.review.comparison_files import FORMATS, write_review
from app.batch.review.comparison_report import sides
from app.batch.review.differences import Review, review
from app.cli import main

NOW = replace(
    INFO, id="run2", model="Llama 2 7B", model_sha256="8" * 64, index_sha256="9" * 64, documents=3
)
NEW = replace(EVIDENCE, document="policy.pdf", document_sha256="7" * 64, page=9, quote="30 days.")


def asked(row: int, text: str, **changed: object) -> RowResult:
    return result(row, question=Question(row, str(row), text), **changed)


def both() -> tuple[list[RowResult], list[RowResult]]:
    """Of each kind of change one question, and one that stays."""
    before = [
        asked(2, "Same?"),
        asked(3, "Lost?"),
        asked(4, "Longer?"),
        asked(5, "Moved?"),
        asked(6, "Gone?"),
    ]
    now = [
        before[0],
        replace(before[1], outcome="not_found", answer="No answer.", evidence=(),
                nearest=(EVIDENCE,), sentences=()),
        replace(before[2], answer="30 working days. [1]", evidence=(NEW,),
                provenance=Provenance("7" * 64, ("b" * 16,), 0, "answer")),
        replace(before[3], evidence=(replace(EVIDENCE, document_sha256="6" * 64),)),
        asked(7, "New?", sentences=(Sentence("28 days.", (), False),)),
    ]  # fmt: skip
    return before, now


def reviewed(now_info: RunInfo = NOW) -> Review:
    before, now = both()
    return review((INFO, before), (now_info, now))


def shown(evidence: Evidence) -> str:
    return f"http://127.0.0.1/source?page={evidence.page}"


def test_reasons_are_those_of_each_question() -> None:
    why = {row.question: "; ".join(row.why) for row in reviewed().rows}
    assert why["Same?"] == ""
    assert "now it rests on policy.pdf; no longer on handbook.pdf" in why["Longer?"]
    assert "other passages were found" in why["Longer?"]
    assert "the document handbook.pdf changed" in why["Moved?"]
    assert "another chat model: SmolLM2 then, Llama 2 7B now" in why["Lost?"]
    same_making = {row.question: row.why for row in reviewed(INFO).rows}
    assert "rounds otherwise" in same_making["Lost?"][0]


def test_a_run_that_starts_over_is_compared_with_what_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same questionnaire with another model: that is what reviews are for."""
    runs = tmp_path / "batches"
    for number, model in enumerate(("model", "another")):
        library = Library()
        library.model = model
        assert (set_aside(runs / "run") is None) == (number == 0)
        info, results = play(runs / "run", library, questions(2), force=number > 0)
        results = [replace(one, answer=f"{one.answer} {model}") for one in results]
        path = tmp_path / f"{number}.xlsx"
        write_table(path, info, partial(iter, results))
        with open_journal(runs / "run") as journal:
            note_written(runs / "run", path, journal.contents())
    old, new = run_of(tmp_path / "0.xlsx", runs), run_of(tmp_path / "1.xlsx", runs)
    assert (old.folder.name, new.folder.name) == ("run-1", "run")
    order = ["--home", str(tmp_path), "batch", "--review", str(tmp_path / "1.xlsx")]
    assert main([*order, "--against", str(tmp_path / "0.xlsx")]) == 0
    assert "another chat model: model then, another now" in capsys.readouterr().out


def test_a_failure_is_its_own_reason() -> None:
    down = result(outcome="failed", answer="", evidence=(), reason="the engine is down")
    (row,) = review((INFO, [result()]), (NOW, [down])).rows
    assert row.why == ("it failed now: the engine is down",)


def test_a_workbook_of_changes_has_filters_colours_and_both_sides(tmp_path: Path) -> None:
    write_review(tmp_path / "r.xlsx", reviewed(), shown)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["Review", "Changed", "All questions"]
    sheet = book["Changed"]
    names = [str(cell.value) for cell in sheet[1]]
    assert (sheet.freeze_panes, sheet.auto_filter.ref[:3]) == ("C2", "A1:")
    assert sheet.page_setup.orientation == "landscape"
    rows = {row[1].value: dict(zip(names, row, strict=True)) for row in sheet.iter_rows(min_row=2)}
    assert set(rows) == {"Lost?", "Longer?", "Moved?", "Gone?", "New?"}
    longer = rows["Longer?"]
    assert longer["answer before"].value == "28 working days. [1]"
    assert longer["answer now"].value == "30 working days. [1]"
    assert longer["place now"].value == "policy.pdf, page 9"
    assert longer["place now"].hyperlink.target == "http://127.0.0.1/source?page=9"
    assert (longer["prompt SHA-256 before"].value, longer["prompt SHA-256 now"].value) == (
        "6" * 64, "7" * 64,
    )  # fmt: skip
    assert longer["documents SHA-256 now"].value == "9" * 64
    assert longer["model now"].value == "Llama 2 7B"
    assert rows["New?"]["support now"].value == "0 of 1 sentences"
    assert len({row["change"].fill.fgColor.rgb for row in rows.values()}) == 5
    assert book["All questions"].max_row == 7
    told = [[cell.value for cell in row] for row in book["Review"].iter_rows()]
    assert ["Chat model", "SmolLM2", "Llama 2 7B"] in told
    assert ["another outcome", 1] in [row[:2] for row in told]


def test_lines_and_tables_hold_every_question(tmp_path: Path) -> None:
    for suffix in (".csv", ".jsonl"):
        write_review(tmp_path / f"r{suffix}", reviewed())
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    rows = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text("utf-8").splitlines()]
    assert [row["question"] for row in rows] == [row["question"] for row in table]
    assert [row["change"] for row in rows] == [
        "the same", "another outcome", "another answer", "other evidence", "new question",
        "no longer asked",
    ]  # fmt: skip
    assert isinstance(rows[1]["why"], list)


def test_a_report_of_changes_shows_both_sides(tmp_path: Path) -> None:
    for suffix in (".html", ".pdf"):
        write_review(tmp_path / f"r{suffix}", reviewed(), shown)
    page = (tmp_path / "r.html").read_text("utf-8")
    document = pypdfium2.PdfDocument(tmp_path / "r.pdf")
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    for words in ("What changed between two runs", "policy.pdf, page 9", "Llama 2 7B", "Gone?",
                  "the document handbook.pdf changed", "6" * 64):  # fmt: skip
        assert words in page
        assert words in text.replace("\r\n", " ") or words in text
    assert "<del>28</del>" in page
    assert "<ins>30</ins>" in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("suffix", FORMATS)
def test_nothing_in_a_review_acts_and_equal_ones_are_equal(tmp_path: Path, suffix: str) -> None:
    evil = "<img src=x onerror=alert(1)>"
    before = [asked(n, text, answer=text) for n, text in enumerate([*EVIL, evil], 2)]
    now = [replace(one, answer=f"{one.answer}!", reason=evil) for one in before]
    found = review((INFO, before), (NOW, now))
    written = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}{suffix}"
        write_review(path, found)
        written.append(path.read_bytes())
    assert written[0] == written[1]
    if suffix == ".xlsx":
        book = openpyxl.load_workbook(tmp_path / "a.xlsx")
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
    if suffix == ".csv":
        with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
            cells_of = [cell.strip() for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells_of if cell.startswith(("=", "+", "@", "＝"))]
    if suffix == ".html":
        assert b"<img" not in written[0]
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_marking_differences_loses_no_letter(before: str, now: str) -> None:
    one, other = result(answer=before, reason=""), result(answer=now, reason="")
    (row,) = review((INFO, [one]), (NOW, [other])).rows
    left, right = sides(row)
    assert "".join(piece.text for piece in left) == before
    assert "".join(piece.text for piece in right) == now
    assert before != now or not any(piece.other for piece in (*left, *right))


def test_the_command_writes_a_review(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = both()
    write_table(tmp_path / "old.jsonl", INFO, lambda: iter(old))
    write_table(tmp_path / "new.jsonl", NOW, lambda: iter(new))
    order = ["--home", str(tmp_path), "batch", "--review", str(tmp_path / "new.jsonl")]
    order += ["--against", str(tmp_path / "old.jsonl"), "--out"]
    assert main([*order, str(tmp_path / "what.html")]) == 0
    assert "Longer?" in (tmp_path / "what.html").read_text("utf-8")
    assert "why: " in capsys.readouterr().out
    assert main([*order, str(tmp_path / "what.docx")]) == 2
    assert ".xlsx, .csv, .jsonl, .html, .pdf" in capsys.readouterr().err
    assert main([*order, str(tmp_path / "old.jsonl")]) == 2
    assert main([*order, str(tmp_path / "no" / "what.csv")]) == 1
    assert "could not be written" in capsys.readouterr().err
    with pytest.raises(TableError, match="a review can be written as"):
        write_review(tmp_path / "r.txt", reviewed())
