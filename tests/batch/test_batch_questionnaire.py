"""Questionnaires as people send them are read row by row, and what is wrong is said by its row."""

import csv
import json
import tracemalloc
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batch.input.questionnaire import QuestionnaireError, Remarks, read_questionnaire
from app.batch.records import Question, RowProblem


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def workbook(path: Path, *rows: list[object], title: str = "Questions") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def questions(path: Path, **options: Any) -> list[Question]:
    rows = list(read_questionnaire(path, **options))
    found = [row for row in rows if isinstance(row, Question)]
    assert found == rows
    return found


def test_a_german_spreadsheet_with_a_title_above_its_header(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "Fragebogen.xlsx",
        ["Lieferantenfragebogen 2026", None, None, None],
        [None, None, None, None],
        ["Nr.", "Frage", "Antworttyp", "Verantwortlich"],
        ["1.1", "Wie viele Urlaubstage gibt es?", "Zahl (Tage)", "HR"],
        [None, None, None, None],
        ["1.2", "Ist das Mitnehmen erlaubt?", "ja/nein", "HR"],
    )
    first, second = questions(file)
    assert (first.row, first.id, first.text) == (4, "1.1", "Wie viele Urlaubstage gibt es?")
    assert (first.kind, first.unit) == ("number", "tage")
    assert (second.row, second.kind) == (6, "yes_no")
    assert list(first.columns) == ["Nr.", "Frage", "Antworttyp", "Verantwortlich"]
    assert first.columns["Verantwortlich"] == "HR"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_as_excel_writes_it(tmp_path: Path, encoding: str) -> None:
    text = 'id;question;owner\r\n7;"Höhe der\r\nZulage?";"Müller; KG"\r\n8;Zweite?;x\r\n'
    first, second = questions(write(tmp_path / "q.csv", text, encoding))
    assert (first.row, first.id, first.text) == (2, "7", "Höhe der Zulage?")
    assert first.columns["owner"] == "Müller; KG"
    assert (second.row, second.text) == (4, "Zweite?")  # the line that an editor shows


def test_one_question_a_line_and_json_lines(tmp_path: Path) -> None:
    plain = write(tmp_path / "q.txt", "First?\n\n  Second?  \n")
    assert [(one.row, one.text) for one in questions(plain)] == [(1, "First?"), (3, "Second?")]
    rows = [
        {"id": "a", "question": "First?", "documents": ["x.pdf", "y; z.pdf"], "weight": 3},
        {"id": "b", "question": "Second?", "type": "one of: low | high", "spaces": "hr"},
    ]
    lines = "\n".join(json.dumps(row) for row in rows) + "\nnot json\n[1]\n{}\n"
    found = list(read_questionnaire(write(tmp_path / "q.jsonl", lines)))
    first, second, *wrong = found
    assert isinstance(first, Question)
    assert isinstance(second, Question)
    assert first.columns["weight"] == "3"
    assert first.documents == ("x.pdf", "y", "z.pdf")
    assert (second.kind, second.choices, second.spaces) == ("choice", ("low", "high"), ("hr",))
    assert [one.row for one in wrong if isinstance(one, RowProblem)] == [3, 4, 5]


def test_the_question_column_is_found_named_or_asked_for(tmp_path: Path) -> None:
    guessed = write(
        tmp_path / "a.csv", "topic,text to ask\nleave,How long is it?\npay,When is it?\n"
    )
    assert [one.text for one in questions(guessed)] == ["How long is it?", "When is it?"]
    named = write(tmp_path / "b.csv", "one,two\nA,How?\nB,When?\n")
    assert [one.text for one in questions(named, question_column="ONE")] == ["A", "B"]
    unclear = write(tmp_path / "c.csv", "one,two\nA,B\nC,D\n")
    with pytest.raises(QuestionnaireError, match=r"--question-column.*'one', 'two'"):
        list(read_questionnaire(unclear))
    with pytest.raises(QuestionnaireError, match="no column named 'three'"):
        list(read_questionnaire(unclear, question_column="three"))
    twice = write(tmp_path / "d.csv", "question,question\nA?,B?\n")
    with pytest.raises(QuestionnaireError, match="several columns"):
        list(read_questionnaire(twice))


def test_bad_rows_are_told_by_their_number(tmp_path: Path) -> None:
    long = "x" * 4_001
    text = (
        "question,type,options\n,text,\nHow?,essay,\nWhich?,choice,only\n"
        f"{long},text,\n,,\nGood?,date,\n"
    )
    found = list(read_questionnaire(write(tmp_path / "q.csv", text)))
    problems = {one.row: one.reason for one in found if isinstance(one, RowProblem)}
    assert sorted(problems) == [2, 3, 4, 5]
    for row, words in ((2, "no question"), (3, "'essay'"), (4, "no list"), (5, "4,001 characters")):
        assert words in problems[row]
    assert [one.text for one in found if isinstance(one, Question)] == ["Good?"]


def test_json_that_cannot_be_written_again_is_told_by_its_row(tmp_path: Path) -> None:
    text = (
        '{"question": "\\ud800 what?"}\n{"question": "How?", "note": "\\udfff"}\n'
        '{"question": "One?", "question": "Two?"}\n{"question": "\\ud83d\\ude00 Good?"}\n'
    )
    first, second, third, good = read_questionnaire(write(tmp_path / "q.jsonl", text))
    for number, one in enumerate((first, second), 1):
        assert isinstance(one, RowProblem)
        assert (one.row, "half a character" in one.reason) == (number, True)
    assert isinstance(third, RowProblem)
    assert "twice" in third.reason
    assert isinstance(good, Question)
    assert good.text == "😀 Good?"


def read(path: Path) -> tuple[list[str | int], list[str]]:
    """The questions, the numbers of rows that cannot be asked, and the remarks."""
    remarks = Remarks()
    found = list(read_questionnaire(path, remarks=remarks))
    return [one.text if isinstance(one, Question) else one.row for one in found], remarks.said


def test_a_comma_that_is_not_quoted_cuts_no_question_in_silence(tmp_path: Path) -> None:
    text = "id,question,owner\n1,How many, and for whom?,HR\n2,When?,HR,\n3,Who?\n"
    path = write(tmp_path / "q.csv", text)
    problem = next(iter(read_questionnaire(path)))
    assert isinstance(problem, RowProblem)
    assert "has 4 cells, the header 3" in problem.reason
    assert read(path)[0] == [2, "When?", "Who?"]


def test_cells_beside_the_header_of_a_workbook_are_said(tmp_path: Path) -> None:
    file = workbook(tmp_path / "q.xlsx", ["question"], ["How?", "call me"], ["When?"])
    asked, said = read(file)
    assert asked == ["How?", "When?"]
    assert any("to the right of the header were not read: row 2;" in one for one in said)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('1,A?\n2,"B?\n3,C?\n4,D?\n', 3),
        ('1,A?\n2,"B?\n3,"C, or D?"\n', 3),
        ('1,"A\nor B?"\n2,C?\n"3\n3",""\n4,"D?\n5,E?\n', 7),
        ('"1\n1","A?\n2,B?\n', 3),
    ],
)
def test_an_open_quotation_mark_swallows_no_questions(tmp_path: Path, rows: str, line: int) -> None:
    with pytest.raises(QuestionnaireError, match=rf"opened in line {line} of"):
        read(write(tmp_path / "q.csv", "id,question\n" + rows))


def test_careless_quotation_marks_are_read_and_said(tmp_path: Path) -> None:
    text = 'id,question\r\n1,"Say "hi" please?"\r\n2,"How?" \r\n3,A 5" pipe?\r\n4,"B, C?"\r\n'
    asked, said = read(write(tmp_path / "q.csv", text))
    assert asked == ['Say hi" please?"', "How?", 'A 5" pipe?', "B, C?"]
    assert any("look at row 2–3" in one for one in said)


def test_a_header_below_the_first_row_is_said(tmp_path: Path) -> None:
    text = "Questionnaire 2026,,\nCompany:,Acme,\n\nid,question,owner\n1,How long?,HR\n"
    assert read(write(tmp_path / "a.csv", text)) == (
        ["How long?"],
        ["row 4 was taken as the header; 2 rows above it were not asked"],
    )


def test_a_word_in_a_row_of_questions_makes_it_no_header(tmp_path: Path) -> None:
    text = "Section,Text\nAccess,Who approves?\nControl,Who reviews?\nData,Where is it?\n"
    asked, said = read(write(tmp_path / "a.csv", text))
    assert asked == ["Who approves?", "Who reviews?", "Where is it?"]
    assert said == [
        "row 1 was taken as the header and not asked; the questions are those of the column 'Text'"
    ]


@pytest.mark.parametrize("mark", ["A1,", ""])
def test_without_a_header_the_first_row_is_asked(tmp_path: Path, mark: str) -> None:
    rows = ["Describe your backup process.", "Is it encrypted?", "Who has keys?"]
    text = "".join(f"{mark}{row}\n" for row in rows)
    asked, said = read(write(tmp_path / "a.csv", text))
    assert asked == rows
    assert said == ["no header was recognised: row 1 is asked like the others"]


def test_files_that_are_no_questionnaire_are_refused_with_a_remedy(tmp_path: Path) -> None:
    for name, content, words in (
        ("old.xls", b"\xd0\xcf\x11\xe0", "save it as XLSX or CSV"),
        ("broken.xlsx", b"PK\x03\x04 nothing", "get the file again"),
        ("empty.csv", b"", "is empty"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(QuestionnaireError, match=words):
            list(read_questionnaire(tmp_path / name))
    file = workbook(tmp_path / "q.xlsx", ["question"], ["How?"])
    with pytest.raises(QuestionnaireError, match="no sheet 'Other'; there are: Questions"):
        list(read_questionnaire(file, sheet="Other"))


@pytest.mark.parametrize("rows", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_many_rows_are_never_in_memory_at_once(tmp_path: Path, rows: int) -> None:
    file = tmp_path / "large.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["question", "notes"])
        writer.writerows([f"Question number {n}?", "x" * 200] for n in range(rows))
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_questionnaire(file))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == rows
    assert peak < 3 * 2**20  # bytes; the smaller file has 4.6 million


cell = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cell, cell), min_size=1, max_size=6))
def test_other_columns_pass_through_untouched(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    file = tmp_path_factory.mktemp("through") / "q.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["id", "question", "notes", "owner"])
        writer.writerows([str(n), "How?", *pair] for n, pair in enumerate(rows))
    found = questions(file)
    assert [(one.columns["notes"], one.columns["owner"]) for one in found] == rows
