"""A workbook that is damaged or made to do harm is refused in words, at once."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from app.batch.input.questionnaire import QuestionnaireError, read_questionnaire
from app.batch.records import Question

SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def workbook(change: Callable[[bytes], bytes] = lambda part: part) -> bytes:
    """A questionnaire of three rows whose sheet is changed on the way."""
    book = openpyxl.Workbook()
    for row in (["Nr", "Question"], [0, "First?"], [1, "Second?"], [2, "Third?"]):
        book.active.append(row)
    plain, changed = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(changed, "w", 8) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if name == SHEET else part)
    return changed.getvalue()


def replacing(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(part: bytes) -> bytes:
        assert old in part
        return part.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda part: ENTITIES + part, "damaged"),
        (lambda part: OUTSIDE + part, "damaged"),
        (lambda part: part[: len(part) // 2], "damaged"),
        (replacing(b"<v>1</v>", b"<v>abc</v>"), "damaged"),
        (replacing(b'r="A2"', b'r="A2" s="9999"'), "damaged"),
        (replacing(b'r="B2"', b'r="ZZZZZ2"'), "damaged"),
        (replacing(b'<row r="3"', b'<row r="99999999"'), "a row beyond 1,048,576"),
        (replacing(b"</sheetData>", b" " * (40 << 20) + b"</sheetData>"), "hostile"),
    ],
    ids=["entities", "outside", "cut", "number", "style", "column", "row", "bomb"],
)
def test_damage_is_told_in_words(
    tmp_path: Path, change: Callable[[bytes], bytes], words: str
) -> None:
    file = tmp_path / "q.xlsx"
    file.write_bytes(workbook(change))
    with pytest.raises(QuestionnaireError, match=words):
        list(read_questionnaire(file))


def test_a_gap_of_a_million_rows_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "q.xlsx"
    file.write_bytes(workbook(replacing(b'<row r="4"', b'<row r="1048576"')))
    found = list(read_questionnaire(file))
    assert [(one.row, one.text) for one in found if isinstance(one, Question)] == [
        (2, "First?"),
        (3, "Second?"),
        (1_048_576, "Third?"),
    ]


def test_too_many_columns_are_not_cut_off_in_silence(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["question", *[f"c{at}" for at in range(600)]])
    book.active.append(["How?"])
    book.save(tmp_path / "q.xlsx")
    with pytest.raises(QuestionnaireError, match="more than 500 columns in row 1"):
        list(read_questionnaire(tmp_path / "q.xlsx"))
