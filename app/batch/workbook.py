"""Writes the results of a run as an XLSX workbook, row by row. Import only to write one."""

import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from app.batch.columns import (
    OUTCOME_WORDS,
    Link,
    Results,
    answer_cells,
    answer_columns,
    asked_cells,
    asked_columns,
    counted,
    legal,
    made_with,
    not_as_it_was,
)
from app.batch.records import RunInfo

_A3 = 8  # the paper, as the format numbers it
_LONGEST = 32_767  # characters of a cell, by the format
_IN_MATRIX = 300  # characters of an answer in the table documents × questions
_LARGEST_MATRIX = 100_000  # cells
_PROPERTIES = "docProps/core.xml"
_WRITTEN_AT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EPOCH_IN_XML = rb"\g<1>2000-01-01T00:00:00Z"
_FILLS = {
    "found": PatternFill("solid", fgColor="DDEFE6"),
    "partly_supported": PatternFill("solid", fgColor="FBF0D2"),
    "not_found": PatternFill("solid", fgColor="E8EAED"),
    "failed": PatternFill("solid", fgColor="F6D9D4"),
}
_HEAD = PatternFill("solid", fgColor="1C5A49")
_HEAD_FONT = Font(bold=True, color="FFFFFF")
_BOLD = Font(bold=True)
_LINK = Font(color="1C5A49", underline="single")
_WRAP = Alignment(wrap_text=True, vertical="top")
_WIDTHS = {
    "question": 44, "frage": 44, "answer": 52, "quotation": 46, "document": 26, "reason": 22,
    "page": 7, "value": 10, "unit": 8, "confidence": 11, "row": 7, "run": 18, "outcome": 16,
    "note": 30,
}  # fmt: skip
_LINE = 15.0  # points
_HIGHEST = 15  # lines of a row


def write_workbook(path: Path, info: RunInfo, results: Results, link: Link) -> None:
    """Write the sheets: answers, for tables documents × questions the table, summary, making."""
    book = Workbook(write_only=True)
    book.properties.creator = "Strongroom"
    if info.mode == "each_document":
        _matrix(book, results)
    _answers(book, info, results, link)
    _summary(book, info, results)
    book.save(path)
    _same_every_time(path)


def _answers(book: Workbook, info: RunInfo, results: Results, link: Link) -> None:
    asked = asked_columns(results())
    names = [*asked, *answer_columns(info)]
    sheet = book.create_sheet("Answers")
    sheet.freeze_panes = "A2"
    _printed_wide(sheet)
    for at, name in enumerate(names, 1):
        sheet.column_dimensions[get_column_letter(at)].width = _width(name)
        if at <= len(asked) and name in info.hidden_columns:
            sheet.column_dimensions[get_column_letter(at)].hidden = True
    _head(sheet, names)
    outcome = names.index("outcome", len(asked))
    places = {
        at: (at - names.index("document 1")) // 3
        for at, name in enumerate(names)
        if name.startswith("document ") and at > outcome
    }
    number = names.index("value", len(asked))
    note = names.index("note", len(asked))
    widths = [_width(name) for name in names]
    rows = 1
    for result in results():
        cells = [*asked_cells(result, asked), *answer_cells(result, info)]
        if changed := not_as_it_was(cells, _LONGEST):
            cells[note] = "; ".join(filter(None, [cells[note], changed]))
        written = [_text(sheet, cell) for cell in cells]
        for at in (outcome, outcome + 1):
            written[at].fill = _FILLS[result.outcome]
        if result.question.kind == "number" and result.value is not None:
            written[number] = _number(sheet, result.value)
        shown = result.evidence or result.nearest
        for at, which in places.items():
            if which < len(shown) and (address := link(shown[which])):
                written[at].hyperlink = address
                written[at].font = _LINK
        rows += 1
        sheet.row_dimensions[rows].height = _height(cells, widths)
        sheet.append(written)
        del sheet.row_dimensions[rows]  # written; a large table would keep them all
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{rows}"


def _matrix(book: Workbook, results: Results) -> None:
    """Documents down, questions across; each cell the answer in its outcome's colour."""
    questions: dict[int, str] = {}
    held: dict[tuple[str, str], dict[int, tuple[str, str]]] = {}
    for result in results():
        if result.document is None:
            continue
        questions[result.question.row] = result.question.text
        said = result.value or result.answer or result.reason
        if result.outcome == "not_found":
            said = OUTCOME_WORDS["not_found"]
        place = (result.document.space, result.document.name)
        held.setdefault(place, {})[result.question.row] = (said[:_IN_MATRIX], result.outcome)
    sheet = book.create_sheet("Documents × questions")
    if len(questions) * len(held) > _LARGEST_MATRIX:
        sheet.append([_text(sheet, "Too large for one table: the sheet Answers has every cell.")])
        return
    sheet.freeze_panes = "B2"
    _printed_wide(sheet)
    sheet.column_dimensions["A"].width = 34
    for at in range(len(questions)):
        sheet.column_dimensions[get_column_letter(at + 2)].width = 36
    _head(sheet, ["document", *questions.values()])
    for (_, name), answers in held.items():
        row = [_text(sheet, name)]
        row[0].font = _BOLD
        for question in questions:
            said, outcome = answers.get(question, ("", ""))
            cell = _text(sheet, said)
            if outcome:
                cell.fill = _FILLS[outcome]
            row.append(cell)
        sheet.append(row)


def _summary(book: Workbook, info: RunInfo, results: Results) -> None:
    sheet = book.create_sheet("Summary")
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 74
    counts = counted(results())
    _head(sheet, ["Outcome", "Rows"])
    meanings = {
        "found": "every sentence of the answer is supported by a passage",
        "partly_supported": "some sentences have no passage that supports them",
        "not_found": "the documents do not hold the answer",
        "failed": "not answered; the column reason says why",
    }
    for outcome, words in OUTCOME_WORDS.items():
        label = _text(sheet, words)
        label.fill = _FILLS[outcome]
        sheet.append([label, _text(sheet, f"{counts[outcome]:,}: {meanings[outcome]}")])
    if info.remarks:
        sheet.append([])
        _head(sheet, ["How the questionnaire was read", ""])
        for remark in info.remarks:
            sheet.append([_text(sheet, ""), _text(sheet, remark)])
    sheet.append([])
    _head(sheet, ["Made with", ""])
    _pairs(sheet, made_with(info))


def _printed_wide(sheet: Any) -> None:
    """On paper all columns fit on a page, and every page has the header."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A3
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _head(sheet: Any, names: Sequence[str]) -> None:
    cells = [_text(sheet, name) for name in names]
    for cell in cells:
        cell.fill, cell.font = _HEAD, _HEAD_FONT
    sheet.append(cells)


def _pairs(sheet: Any, pairs: Iterable[tuple[str, str]]) -> None:
    for name, value in pairs:
        sheet.append([_text(sheet, name), _text(sheet, value)])


def _text(sheet: Any, text: str) -> Any:
    """A cell of text and nothing else, whatever it begins with."""
    cell = WriteOnlyCell(sheet, value="")
    cell.value = legal(text, _LONGEST)
    # Text, though it may look like a formula. The library writes it into the cell itself: a table
    # of shared texts would have to be held in memory.
    cell.data_type = "s"
    cell.quotePrefix = True
    cell.alignment = _WRAP
    return cell


def _number(sheet: Any, value: str) -> Any:
    try:
        cell = WriteOnlyCell(sheet, value=float(value))
    except ValueError:
        return _text(sheet, value)
    cell.alignment = Alignment(vertical="top")
    return cell


def _width(name: str) -> float:
    return _WIDTHS.get(name.rstrip(" 123").casefold(), max(9.0, min(24.0, len(name) + 3.0)))


def _height(cells: Sequence[str], widths: Sequence[float]) -> float:
    """Room for the cell with the most lines: not every program finds it by itself."""
    lines = (
        sum(max(1, -(-len(line) // int(width))) for line in cell.splitlines() or [""])
        for cell, width in zip(cells, widths, strict=True)
    )
    return _LINE * min(_HIGHEST, max(lines, default=1))


def _same_every_time(path: Path) -> None:
    """Write the package again without the clock's time in it: equal results are equal files."""
    again = path.with_name(path.name + ".again")
    try:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(again, "w") as new:
            for part in sorted(old.infolist(), key=lambda one: one.filename):
                entry = zipfile.ZipInfo(part.filename, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                if part.filename == _PROPERTIES:  # where the library notes when it wrote
                    new.writestr(entry, _WRITTEN_AT.sub(_EPOCH_IN_XML, old.read(part)))
                    continue
                with old.open(part) as source, new.open(entry, "w", force_zip64=True) as target:
                    while piece := source.read(1 << 20):
                        target.write(piece)
        again.replace(path)
    finally:
        again.unlink(missing_ok=True)
