"""Results as tables, reports and reviews: nothing acts, nothing is lost, equal runs are equal."""

import csv
import io
import re
import shutil
import subprocess
import threading
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from app.batch.input.questionnaire import read_questionnaire
from app.batch.output import workbook
from app.batch.output.formulas import as_it_was
from app.batch.output.report import write_report
from app.batch.output.tables import TableError, read_results, write_table, write_text
from app.batch.records import (
    DocumentRef,
    Evidence,
    Provenance,
    Question,
    RowResult,
    RunInfo,
    Sentence,
)
from app.batch.review.differences import review

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
EVIL = [
    "=cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "+1+cmd",
    "-2+3",
    "\t=1",
    "＝1+1",
    "See;=1+41;@SUM(1)",
    '=HYPERLINK("x")',
]
INFO = RunInfo(
    id="run1",
    questionnaire="security.xlsx",
    questionnaire_sha256="1" * 64,
    started_at="2026-11-22T10:00:00",
    mode="library",
    reproducible=False,
    version="0.1.0",
    model="SmolLM2",
    model_sha256="2" * 64,
    adapters=(),
    embedder="MiniLM",
    embedder_sha256="3" * 64,
    index_sha256="4" * 64,
    documents=2,
    settings={"answer.passages": "8"},
    spaces=None,
)
EVIDENCE = Evidence(1, "hr", "handbook.pdf", "5" * 64, 4, "Leave", "28 working days.", "a" * 16)


def result(row: int = 2, **changed: object) -> RowResult:
    made = RowResult(
        key=str(row),
        question=Question(
            row, str(row), "How long is leave?", columns={"Nr": str(row), "Question": "How long?"}
        ),
        document=None,
        outcome="found",
        answer="28 working days. [1]",
        value=None,
        unit="",
        quoted=False,
        confidence=0.9,
        sentences=(Sentence("28 working days.", (1,), True),),
        evidence=(EVIDENCE,),
        provenance=Provenance("6" * 64, ("a" * 16,), 0, "answer"),
        seconds=1.5,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def written(folder: Path, suffix: str, *results: RowResult, info: RunInfo = INFO) -> Path:
    path = folder / f"out{suffix}"
    write_table(path, info, lambda: iter(results))
    return path


def test_a_workbook_has_an_answers_lists_and_tables_as_lines(tmp_path: Path) -> None:
    text = "- **Oslo** [1]\n- Graz [9]\n\n| Town | Rent |\n| --- | --- |\n| Oslo | 5 € [1] |"
    one = result(answer=text, evidence=(replace(EVIDENCE, n=1),))
    (sheet, *_) = openpyxl.load_workbook(written(tmp_path, ".xlsx", one)).worksheets
    held = {cell.value for row in sheet.iter_rows() for cell in row}
    assert "• Oslo [1]\n• Graz\n\nTown: Oslo; Rent: 5 € [1]" in held


def test_a_report_draws_an_answers_lists_and_tables(tmp_path: Path) -> None:
    text = "1. Ask <b>them</b>. [1]\n2. Wait.\n\n| Town | Rent |\n| --- | --- |\n| Oslo | 5 € |"
    one = result(answer=text, evidence=(replace(EVIDENCE, n=1),))
    path = tmp_path / "report.html"
    write_report(path, INFO, lambda: iter([one]))
    html = path.read_text(encoding="utf-8")
    assert "<ol><li>Ask &lt;b&gt;them&lt;/b&gt;. [1]</li><li>Wait.</li></ol>" in html
    assert '<th scope="col">Town</th>' in html
    printed = tmp_path / "report.pdf"
    write_report(printed, INFO, lambda: iter([one]))
    pages = pypdfium2.PdfDocument(printed)
    shown = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())
    assert "2. Wait." in shown
    assert "Town Rent" in shown


def test_nothing_from_outside_becomes_a_formula(tmp_path: Path) -> None:
    results = [
        result(
            number,
            question=Question(number, text, text, columns={text: text, "Question": text}),
            answer=text,
            evidence=(replace(EVIDENCE, document=text, quote=text),),
            reason=text,
        )
        for number, text in enumerate(EVIL, 2)
    ]
    book = openpyxl.load_workbook(written(tmp_path, ".xlsx", *results))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    held = {cell.value for cell in cells}
    assert set(EVIL) - {"\t=1"} <= held
    with written(tmp_path, ".csv", *results).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for row in rows:
        for cell in row:
            assert not cell.strip().startswith(("=", "+", "@", "＝")), cell
    assert any("'-2+3" in row for row in rows)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40) | st.text("'=-+@ \t5a;\n\",", max_size=8))
def test_no_text_is_ever_a_formula_and_none_is_lost(text: str) -> None:
    text = text.replace("\r", "\n")  # what a line break is, is CSV's own business
    one = result(question=Question(2, "2", "How?", columns={"Question": text}), answer=text)
    file = io.StringIO(newline="")
    write_text(file, ".csv", INFO, lambda: iter([one]))
    (_, row) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert as_it_was(row[0]) == text
    assert as_it_was(row[2]) == text
    assert not re.match(r"[=@＝＠]", row[0].strip())
    # In other countries the same file is parted at other marks.
    for mark in (";", "\t"):
        parted = csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=mark)
        begun = [cell.strip() for cells in parted for cell in cells]
        assert not [cell for cell in begun if cell.startswith(SIGNS)]


ATTACK = 'foo\n=1+2;=HYPERLINK("http://evil/";"x")\n"=3+4;"=5+6"\t@SUM(A1)'


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_no_list_separator_makes_a_formula_of_a_part_of_a_cell(tmp_path: Path, mark: str) -> None:
    columns = {"Nr": "-2", "Question": "5+cmd|' /C calc'!A0;x", "more": ATTACK}
    one = result(question=Question(2, "2", "How?", columns=columns), answer=ATTACK)
    with written(tmp_path, ".csv", one).open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=mark) for cell in row]
    assert not [cell for cell in cells if cell.strip().startswith(SIGNS)]


def test_our_own_table_handed_in_again_has_the_cells_as_they_were(tmp_path: Path) -> None:
    columns = {"Nr": "-2", "Question": "How?", "more": ATTACK, "=x": "'=1"}
    one = result(question=Question(2, "2", "How?", columns=columns), answer=ATTACK)
    (again,) = read_questionnaire(written(tmp_path, ".csv", one))
    assert isinstance(again, Question)
    assert dict(list(again.columns.items())[:4]) == columns
    assert again.columns["answer"] == ATTACK


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
def test_a_spreadsheet_program_finds_no_formula_behind_a_semicolon(tmp_path: Path) -> None:
    one = result(answer=ATTACK, evidence=(replace(EVIDENCE, quote=ATTACK),))
    path = written(tmp_path, ".csv", one)
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'lo').as_uri()}",
         "--infilter=CSV:59,34,76,1,,0,false,true,false", "--convert-to", "xlsx",
         "--outdir", str(tmp_path / "made"), str(path)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    sheet = openpyxl.load_workbook(tmp_path / "made" / "out.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len({cell.row for cell in cells}) > 2  # it was parted there
    assert not [cell.value for cell in cells if cell.data_type == "f"]


def test_json_lines_hold_everything(tmp_path: Path) -> None:
    results = [result(2), result(3, document=DocumentRef("hr", "a.pdf", "7" * 64), value="28")]
    info, read = read_results(written(tmp_path, ".jsonl", *results))
    assert (info, read) == (INFO, results)
    (tmp_path / "other.jsonl").write_text('{"question": "no result of ours"}\n', "utf-8")
    with pytest.raises(TableError, match="no file of results of ours"):
        read_results(tmp_path / "other.jsonl")


def test_a_workbook_has_its_columns_links_colours_and_summary(tmp_path: Path) -> None:
    results = [
        result(2, question=replace(result().question, kind="number"), value="28", unit="days"),
        result(3, outcome="not_found", evidence=(), nearest=(EVIDENCE,)),
        result(4, outcome="failed", answer="", evidence=(), sentences=(), reason="engine down"),
    ]
    path = tmp_path / "out.xlsx"
    write_table(path, INFO, lambda: iter(results), lambda one: f"http://127.0.0.1/s?{one.page}")
    book = openpyxl.load_workbook(path)
    sheet = book["Answers"]
    names = [cell.value for cell in sheet[1]]
    assert names[:4] == ["Nr", "Question", "outcome", "answer"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref.startswith("A1:")) == ("A2", True)
    assert sheet.cell(2, names.index("value") + 1).value == 28
    place = sheet.cell(2, names.index("document 1") + 1)
    assert (place.value, place.hyperlink.target) == ("handbook.pdf", "http://127.0.0.1/s?4")
    colours = [sheet.cell(row, 3).fill.fgColor.rgb for row in (2, 3, 4)]
    assert len(set(colours)) == 3
    summary = [[cell.value for cell in row] for row in book["Summary"].iter_rows()]
    assert ["SHA-256 of the chat model", "2" * 64] in summary


def links_of(path: Path) -> dict[str, str]:
    sheet = openpyxl.load_workbook(path)["Answers"]
    cells = (cell for row in sheet.iter_rows() for cell in row)
    return {cell.coordinate: cell.hyperlink.target for cell in cells if cell.hyperlink}


def test_links_stay_with_the_evidence_of_our_own_results_handed_in_again(tmp_path: Path) -> None:
    columns = {"document 1": "old.pdf", "Question": "How long?", "owner": "HR"}
    one = result(question=Question(2, "2", "How long?", columns=columns))
    path = tmp_path / "out.xlsx"
    write_table(path, INFO, lambda: iter([one]), lambda one: f"http://127.0.0.1/{one.document}")
    names = [cell.value for cell in openpyxl.load_workbook(path)["Answers"][1]]
    place = get_column_letter(names.index("document 1", len(columns)) + 1)
    assert links_of(path) == {f"{place}2": "http://127.0.0.1/handbook.pdf"}


def test_more_links_than_excel_opens_are_text_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workbook.MOST_LINKS == 65_530
    monkeypatch.setattr(workbook, "MOST_LINKS", 3)
    path = tmp_path / "out.xlsx"
    write_table(path, INFO, lambda: map(result, range(2, 7)), lambda one: "http://127.0.0.1/s")
    assert len(links_of(path)) == 3
    summary = openpyxl.load_workbook(path)["Summary"]
    told = [[cell.value for cell in row] for row in summary.iter_rows()]
    assert ["Links", "2 places of evidence have no link: Excel opens 3 in a sheet"] in told


def test_every_question_of_every_document_is_a_table(tmp_path: Path) -> None:
    documents = [DocumentRef("hr", "a.pdf", "7" * 64), DocumentRef("hr", "b.pdf", "8" * 64)]
    results = [
        result(row, key=f"{row}.{n}", document=one, question=Question(row, str(row), f"Q{row}?"),
               answer=f"answer {row} {one.name}")
        for row in (2, 3) for n, one in enumerate(documents, 1)
    ]  # fmt: skip
    info = replace(INFO, mode="each_document")
    book = openpyxl.load_workbook(written(tmp_path, ".xlsx", *results, info=info))
    rows = [[cell.value for cell in row] for row in book["Documents × questions"].iter_rows()]
    assert rows == [
        ["document", "Q2?", "Q3?"],
        ["a.pdf", "answer 2 a.pdf\n→ page 4", "answer 3 a.pdf\n→ page 4"],
        ["b.pdf", "answer 2 b.pdf\n→ page 4", "answer 3 b.pdf\n→ page 4"],
    ]
    assert book["Answers"].max_row == 5


def test_two_documents_of_one_name_are_two_in_every_file(tmp_path: Path) -> None:
    documents = [DocumentRef(space, "lease.pdf", "7" * 64) for space in ("anna", "bert")]
    results = [
        result(2, key=f"2.{n}", document=one, answer=f"asked of {one.space}",
               evidence=(replace(EVIDENCE, space=one.space, document=one.name),))
        for n, one in enumerate([*documents, DocumentRef("anna", "only.pdf", "8" * 64)], 1)
    ]  # fmt: skip
    info = replace(INFO, mode="each_document")
    sheet = openpyxl.load_workbook(written(tmp_path, ".xlsx", *results, info=info))[
        "Documents × questions"
    ]
    names = ["lease.pdf (anna)", "lease.pdf (bert)", "only.pdf"]
    assert [cell.value for cell in sheet["A"]] == ["document", *names]
    write_report(tmp_path / "r.html", info, lambda: iter(results))
    page = (tmp_path / "r.html").read_text("utf-8")
    for name in names:
        assert f'<th scope="row">{name}</th>' in page
        assert f"How long is leave? — {name}</h3>" in page
    for number in (1, 2, 3):
        assert f'<a href="#row-2.{number}">' in page
    assert "[1] lease.pdf (bert), page 4" in page
    write_report(tmp_path / "r.pdf", info, lambda: iter(results))
    first = pypdfium2.PdfDocument(tmp_path / "r.pdf")[0].get_textpage().get_text_range()
    assert all(name in first for name in names)


def test_equal_results_are_equal_files(tmp_path: Path) -> None:
    results = [result(2), result(3, outcome="partly_supported")]
    found: dict[str, set[bytes]] = {}
    for name in ("a", "b"):
        for suffix in (".xlsx", ".csv", ".jsonl", ".html", ".pdf"):
            path = tmp_path / f"{name}{suffix}"
            write = write_report if suffix in (".html", ".pdf") else write_table
            write(path, INFO, lambda: iter(results))
            found.setdefault(suffix, set()).add(path.read_bytes())
        threading.Event().wait(1.1)  # a file that tells the time tells another second now
    assert {suffix: len(contents) for suffix, contents in found.items()} == dict.fromkeys(found, 1)


def test_what_a_workbook_cannot_hold_is_cut_and_not_fatal(tmp_path: Path) -> None:
    one = result(answer="x" * 40_000, reason="bell \x07 and \ud800 half")
    book = openpyxl.load_workbook(written(tmp_path, ".xlsx", one))
    texts = [str(cell.value) for row in book["Answers"].iter_rows() for cell in row]
    assert max(map(len, texts)) == 32_767
    assert "bell \ufffd and \ufffd half" in texts


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", result())
    before = path.read_bytes()

    def broken() -> Iterator[RowResult]:
        yield result()
        raise OSError(28, "No space left on device")

    with pytest.raises(TableError, match="No space left"):
        write_table(path, INFO, broken)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]
    with pytest.raises(TableError, match=r"\.xlsx, \.csv, \.jsonl"):
        write_table(tmp_path / "out.docx", INFO, lambda: iter([result()]))


@pytest.mark.parametrize("linked", [False, True])
def test_of_large_tables_only_the_links_stay_in_memory(tmp_path: Path, linked: bool) -> None:
    """The library keeps links until the book is saved; a sheet has no more than MOST_LINKS."""
    rows = (250, 1_500)
    peaks = []
    for count in rows:
        tracemalloc.start()
        write_table(
            tmp_path / "large.xlsx", INFO,
            partial(map, result, range(2, count + 2)),
            lambda one: f"http://127.0.0.1:7860/source?name={one.document}&page=4" * linked,
        )  # fmt: skip
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert zipfile.ZipFile(tmp_path / "large.xlsx").testzip() is None
    assert len(links_of(tmp_path / "large.xlsx")) == linked * rows[1]
    # bytes a row; a row's cells as objects of the library are more than 20,000
    assert (peaks[1] - peaks[0]) / (rows[1] - rows[0]) < (3_000 if linked else 1_600)


def test_a_report_quotes_marks_doubt_and_lets_nothing_act(tmp_path: Path) -> None:
    evil = '<img src=x onerror=alert(1)> "quoted" \u202eabc'
    results = [
        result(2, answer=evil, evidence=(replace(EVIDENCE, quote=evil, document=evil),)),
        result(
            3, outcome="partly_supported",
            sentences=(Sentence("Nobody said this.", (), False),),
        ),
        result(4, outcome="failed", answer="", evidence=(), reason="the engine is down"),
    ]  # fmt: skip
    write_report(tmp_path / "r.html", INFO, lambda: iter(results))
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "<img" not in page
    assert "<script" not in page
    assert "default-src 'none'" in page
    for words in (
        "No passage supports:</strong> Nobody said this.",
        "the engine is down",
        "page 4",
        "2" * 64,
        "Prepared by",
        "How this answer came about",
        f"SHA-256 {'6' * 64}",
        "a" * 16,
    ):
        assert words in page
    assert not re.search(r"(src|href)=\"?(http|//)", page)
    write_report(tmp_path / "r.pdf", INFO, lambda: iter(results))
    document = pypdfium2.PdfDocument(tmp_path / "r.pdf")
    text = "\n".join(
        document[page].get_textpage().get_text_range() for page in range(len(document))
    )
    for words in ("1 failed", "Nobody said this.", "handbook.pdf, page 4", "Prepared by",
                  "6" * 64, "a" * 16):  # fmt: skip
        assert words in text


def test_a_printed_report_says_how_many_letters_it_could_not_show(tmp_path: Path) -> None:
    write_report(tmp_path / "r.pdf", INFO, lambda: iter([result(answer="Antwort: שלום")]))
    document = pypdfium2.PdfDocument(tmp_path / "r.pdf")
    assert (
        "4 letters are in no font" in document[-1 + len(document)].get_textpage().get_text_range()
    )


def test_a_review_says_what_changed_and_why(tmp_path: Path) -> None:
    before = [
        result(2),
        result(3, question=Question(3, "3", "Second?")),
        result(4, question=Question(4, "4", "Third?")),
        result(5, question=Question(5, "5", "Gone?")),
    ]
    now = [
        result(2, question=Question(9, "9", "New?")),
        replace(before[0], key="3", question=replace(before[0].question, row=3)),
        replace(before[1], outcome="not_found", answer="no"),
        replace(before[2], evidence=(replace(EVIDENCE, document_sha256="9" * 64),)),
    ]
    found = review((INFO, before), (replace(INFO, index_sha256="0" * 64), now))
    assert [(row.question, row.change) for row in found.rows] == [
        ("New?", "only_now"),
        ("How long is leave?", "same"),
        ("Second?", "outcome"),
        ("Third?", "evidence"),
        ("Gone?", "only_before"),
    ]
    assert found.rows[2].what == "found → not found"
    assert "handbook.pdf" in found.rows[3].what
    assert any("other documents" in words for words in found.runs)
    assert found.counts() == {
        "same": 1, "answer": 0, "outcome": 1, "evidence": 1, "only_before": 1, "only_now": 1,
    }  # fmt: skip
