"""What a questionnaire hides, or may be misread as, is said before anything is asked."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from batch.test_batch_tables import INFO, result
from batch.test_run import ORDER, Library
from openpyxl.worksheet.worksheet import Worksheet

from app.batch.execution.provenance import Order, run_info
from app.batch.execution.run import begin_or_continue, tasks_of
from app.batch.input.checking import checked
from app.batch.input.questionnaire import QuestionnaireError, Remarks, read_questionnaire
from app.batch.input.rows import listed
from app.batch.journal import open_journal
from app.batch.output.report import write_report
from app.batch.output.tables import write_table
from app.batch.records import Question, RunInfo

POLISH = "ID,Question\n1,Ile dni urlopu przysługuje pracownikowi na pełny etat?\n2,Kto płaci?\n"
CZECH = "ID,Question\n1,Kolik dní dovolené má zaměstnanec na plný úvazek?\n2,Kdo cestu schválí?\n"
RUSSIAN = "ID,Question\n1,Сколько дней отпуска полагается сотруднику?\n2,Кто утверждает поездку?\n"
JAPANESE = "ID,Question\n1,年次有給休暇は何日ありますか?\n2,出張は誰が承認しますか?\n"
GERMAN = (
    "ID;Question\n1;Wie viele Tage Urlaub hat ein Vollzeitbeschäftigter?\n2;Wer übt für Köln?\n"
)


def read(file: Path, **options: object) -> tuple[list[Question], list[str]]:
    remarks = Remarks()
    found = list(read_questionnaire(file, remarks=remarks, **options))  # type: ignore[arg-type]
    assert all(isinstance(one, Question) for one in found), found
    return [one for one in found if isinstance(one, Question)], remarks.said


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Four questions of which two rows are hidden, a hidden column, and four more sheets."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Questions"
    for row in (
        ["Nr", "Question", "Remark"],
        ["1", "First?", "a"],
        ["2", "Second?", "secret"],
        ["3", "Third?", "c"],
        [None, None, None],
        ["4", "Fourth?", "d"],
    ):
        sheet.append(row)
    for number in (3, 5, 6):
        sheet.row_dimensions[number].hidden = True
    sheet.column_dimensions["C"].hidden = True
    for name, state in (("More", "visible"), ("Old", "hidden"), ("Older", "veryHidden")):
        other = made.create_sheet(name)
        other.append(["question"])
        other.append([f"Of {name}?"])
        other.sheet_state = state
    made.create_sheet("Empty")
    made.save(tmp_path / "q.xlsx")
    return tmp_path / "q.xlsx"


def test_hidden_rows_are_left_out_and_said(book: Path) -> None:
    found, said = read(book)
    assert [one.text for one in found] == ["First?", "Third?"]
    assert "2 hidden rows not asked: row 3 and 6; --hidden-rows asks them, too" in said


def test_hidden_rows_are_asked_when_ordered(book: Path) -> None:
    found, said = read(book, hidden_rows=True)
    assert [one.row for one in found] == [2, 3, 4, 6]
    assert "2 hidden rows asked like the others: row 3 and 6" in said


def test_sheets_that_are_not_read_are_named(book: Path) -> None:
    _, said = read(book)
    assert "the sheet 'More' was not read; --sheet NAME reads it instead" in said
    assert any(one.startswith("2 hidden sheets were not read: 'Old', 'Older'") for one in said)
    assert not any("Empty" in one for one in said)
    found, said = read(book, sheet="Old")
    assert [one.text for one in found] == ["Of Old?"]
    assert any("'Old'" in one and "is hidden" in one for one in said)


def test_a_hidden_column_stays_hidden_where_that_is_possible(book: Path, tmp_path: Path) -> None:
    found, said = read(book)
    assert any("a hidden column" in one and "'Remark'" in one for one in said)
    info = replace(INFO, remarks=tuple(said), hidden_columns=("Remark",))
    write_table(tmp_path / "a.xlsx", info, lambda: (result(question=one) for one in found))
    made = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert made["Answers"]["C1"].value == "Remark"
    assert made["Answers"].column_dimensions["C"].hidden
    assert not made["Answers"].column_dimensions["B"].hidden
    told = {cell.value for row in made["Summary"].iter_rows() for cell in row}
    assert set(said) <= told
    write_report(tmp_path / "a.html", info, lambda: iter([result()]))
    assert "hidden rows not asked: row 3 and 6" in (tmp_path / "a.html").read_text("utf-8")


def test_the_remarks_stay_with_the_run(book: Path, tmp_path: Path) -> None:
    library = Library()

    def begin() -> RunInfo:
        remarks = Remarks()
        rows = read_questionnaire(book, remarks=remarks)
        tasks = tasks_of(checked(rows, library, library.records, ORDER), None)
        with open_journal(tmp_path / "run") as journal:
            return begin_or_continue(
                journal, run_info(library, ORDER), lambda: tasks, library, remarks=remarks
            )

    for info in (begin(), begin()):  # begun, and gone on with
        assert any("hidden rows" in one for one in info.remarks)
        assert info.hidden_columns == ("Remark",)


def test_formulas_that_were_never_calculated_are_no_silent_gap(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    for row in (["question"], ["First?"], ['="Sec"&"ond?"']):
        made.active.append(row)
    made.save(tmp_path / "q.xlsx")
    found, said = read(tmp_path / "q.xlsx")
    assert [one.text for one in found] == ["First?"]
    assert any("formulas without a value stand in row 3" in one for one in said)


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (POLISH, "cp1250", "cp1250"),
        (CZECH, "cp1250", "cp1250"),
        (RUSSIAN, "cp1251", "cp1251"),
        (JAPANESE, "cp932", "cp932"),
        (GERMAN, "mac_roman", "mac-roman"),
        (GERMAN, "cp1252", "cp1252"),
        (GERMAN, "cp850", "cp850"),
        (POLISH, "utf-16", ""),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (RUSSIAN, "utf-8-sig", ""),
        (JAPANESE, "utf-8", ""),
    ],
)
def test_a_code_page_is_recognised_and_named(
    tmp_path: Path, text: str, encoding: str, told: str
) -> None:
    file = tmp_path / "q.csv"
    file.write_bytes(text.encode(encoding))
    found, said = read(file)
    assert [one.text for one in found] == [
        line.replace(";", ",").partition(",")[2] for line in text.splitlines()[1:]
    ]
    assert [told in one for one in said] == ([True] if told else [])


def test_letters_far_behind_the_beginning_decide_too(tmp_path: Path) -> None:
    """The first bytes of a long file may all be ASCII."""
    file = tmp_path / "q.csv"
    rows = "".join(f"{n},How is it?\n" for n in range(20_000))
    file.write_bytes(f"ID,Question\n{rows}{POLISH.partition(chr(10))[2]}".encode("cp1250"))
    found, said = read(file)
    assert found[-2].text == "Ile dni urlopu przysługuje pracownikowi na pełny etat?"
    assert any("cp1250" in one for one in said)


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "q.csv"
    file.write_bytes(POLISH.encode("cp1250"))
    found, said = read(file, encoding="cp1252")
    assert "przys³uguje" in found[0].text
    assert said == []
    found, said = read(file, encoding="utf-8")
    assert "przys\ufffduguje" in found[0].text
    assert any("3 characters are not utf-8" in one for one in said)
    for name in ("klingon", "zip"):
        with pytest.raises(QuestionnaireError, match=r"no encoding .*cp1250 \(Central Europe\)"):
            read(file, encoding=name)


def test_orders_from_before_keep_their_runs() -> None:
    """A run goes on under the name that it was begun with."""
    order = Order("q.csv", "0" * 64, "library", reproducible=True)
    assert order.id == "e6eef6afbaba6540"
    assert replace(order, hidden_rows=True).id != order.id


def test_many_rows_are_named_in_few_words() -> None:
    assert listed([4]) == "4"
    assert listed([4, 7, 8, 9, 12]) == "4, 7–9 and 12"
    assert listed(range(2, 60, 2)).endswith("24 and 17 more")


def test_control_characters_and_cuts_are_visible_and_said(tmp_path: Path) -> None:
    one = result(answer="bell \x07 rings", reason="x" * 40_000)
    evidence = tuple(replace(one.evidence[0], n=n, page=n) for n in range(1, 5))
    write_table(
        tmp_path / "a.xlsx", INFO, lambda: iter([one, result(3, evidence=evidence), result(4)])
    )
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Answers"]
    names = [cell.value for cell in sheet[1]]
    note = names.index("note") + 1
    assert sheet.cell(2, names.index("answer") + 1).value == "bell \ufffd rings"
    assert sheet.cell(2, note).value == (
        "1 control characters, which no workbook holds, are shown as \ufffd; "
        "1 cells are cut after 32,767 characters"
    )
    assert sheet.cell(3, note).value == (
        "further evidence: handbook.pdf, page 3; handbook.pdf, page 4"
    )
    assert not sheet.cell(4, note).value
