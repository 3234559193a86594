"""The rows of a workbook's sheet, and what of the workbook a person cannot see."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.batch.input.rows import (
    LONGEST_CELL,
    MOST_COLUMNS,
    QuestionnaireError,
    Remarks,
    Row,
    listed,
)
from ingest.loaders.office.ooxml import Package
from ingest.loaders.office.xlsx import cell_text
from ingest.sections import LoaderError

_MOST_ROWS = 1_048_576  # by the format; a row that claims a higher number is hostile
_MOST_COLUMNS_READ = MOST_COLUMNS + 1  # one more, to see that there is one more
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DAMAGE = (  # what openpyxl lets through of a file that is not as it should be
    KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, OSError, EOFError,
    SyntaxError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(slots=True)
class _Unseen:
    """What a sheet holds and does not show: numbers of rows and of columns, from 1."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    uncalculated: list[int] = field(default_factory=list)  # rows with formulas without a value


def xlsx_rows(file: Path, sheet: str | None, remarks: Remarks) -> Iterator[Row]:
    """The rows of a sheet: of the one named, or of the first that can be seen and holds any.

    Remarks name the sheets that are not read; a row knows whether it is hidden.
    """
    with file.open("rb") as opened:
        try:
            Package(opened)  # refuses bombs before the other library opens the file
        except LoaderError as error:
            raise QuestionnaireError(f"the questionnaire {error}") from None
        import openpyxl  # slow to import

        opened.seek(0)
        try:
            book = openpyxl.load_workbook(opened, read_only=True, data_only=True, keep_links=False)
            yield from _sheet_rows(book, sheet, remarks)
        except _DAMAGE as error:
            first = str(error).partition("\n")[0]
            raise QuestionnaireError(
                f"the questionnaire is damaged ({first}); save it again with Office"
            ) from None


def _sheet_rows(book: Any, sheet: str | None, remarks: Remarks) -> Iterator[Row]:
    seen = [one.title for one in book.worksheets if one.sheet_state == "visible"]
    names = [one.title for one in book.worksheets]
    if sheet is not None and sheet not in names:
        raise QuestionnaireError(f"there is no sheet {sheet!r}; there are: {', '.join(names)}")
    for name in [sheet] if sheet is not None else seen:
        page = book[name]
        if not _holds_anything(page):
            continue
        if page.sheet_state != "visible":
            remarks.say(f"the sheet {name!r}, which is read because it was named, is hidden")
        _tell_of_others(book, name, remarks)
        yield from _rows_of(page, remarks)
        return
    _tell_of_others(book, None, remarks)


def _tell_of_others(book: Any, read: str | None, remarks: Remarks) -> None:
    """Name the sheets that are not read, unless nothing is on them."""
    others = [one for one in book.worksheets if one.title != read and _holds_anything(one)]
    for hidden in (False, True):
        names = [repr(one.title) for one in others if (one.sheet_state != "visible") == hidden]
        kind = "hidden sheet" if hidden else "sheet"
        if len(names) == 1:
            remarks.say(f"the {kind} {names[0]} was not read; --sheet NAME reads it instead")
        elif names:
            remarks.say(
                f"{len(names)} {kind}s were not read: {', '.join(names)}; --sheet NAME reads one "
                "of them instead"
            )


def _holds_anything(page: Any) -> bool:
    page.reset_dimensions()  # the file's own claim may be wrong or hostile
    gap = None
    for row in page.iter_rows(max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS_READ):
        if row is gap:
            continue  # one object stands for all rows of a gap, and there may be a million
        if any(cell.value is not None for cell in row):
            return True
        gap = row
    return False


def _rows_of(page: Any, remarks: Remarks) -> Iterator[Row]:
    unseen = _unseen(page)
    remarks.unseen_columns = frozenset(unseen.columns)
    if unseen.uncalculated:
        remarks.say(
            f"formulas without a value stand in row {listed(unseen.uncalculated)} and were read "
            "as empty: open the questionnaire in Office, save it, and hand in that"
        )
    gap = None
    rows = page.iter_rows(max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS_READ)
    for number, row in enumerate(rows, 1):
        if number > _MOST_ROWS:
            raise QuestionnaireError(
                f"the questionnaire claims a row beyond {_MOST_ROWS:,}, which no workbook has: "
                "damaged or hostile; save it again with Office"
            )
        if row is gap:
            continue  # one object stands for all rows of a gap, and there may be a million
        cells = _row_texts(row)
        if len(cells) > MOST_COLUMNS:
            raise QuestionnaireError(
                f"the questionnaire has more than {MOST_COLUMNS} columns in row {number}; "
                "delete those that are not needed"
            )
        gap = gap if cells else row
        yield Row(number, cells, number in unseen.rows)


def _unseen(page: Any) -> _Unseen:
    """What a sheet hides: the reader of cells does not tell.

    Rows that a filter hides are marked like rows that a person hid.
    """
    from openpyxl.xml.functions import iterparse

    found, number = _Unseen(), 0
    with page._get_source() as source:
        for _, element in iterparse(source):
            if element.tag == f"{_MAIN}col":
                if _hides(element, "width"):
                    last = min(int(element.get("max", "0")), MOST_COLUMNS)
                    found.columns.update(range(int(element.get("min", "1")), last + 1))
            elif element.tag == f"{_MAIN}row":
                number = int(element.get("r", number + 1))
                if number > _MOST_ROWS:
                    return found  # the reader of cells refuses it
                if _hides(element, "ht"):
                    found.rows.add(number)
                if any(_uncalculated(cell) for cell in element):
                    found.uncalculated.append(number)
                element.clear()
            elif element.tag == f"{_MAIN}sheetData":
                return found
    return found


def _hides(element: Any, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or element.get(size) in ("0", "0.0")


def _uncalculated(cell: Any) -> bool:
    if cell.find(f"{_MAIN}f") is None:
        return False
    value = cell.find(f"{_MAIN}v")
    # A text may be empty; a number may not.
    return value is None or (not value.text and cell.get("t") != "str")


def _row_texts(row: Sequence[Any]) -> tuple[str, ...]:
    """The cells of a row up to the last that holds anything."""
    cells = [
        cell_text(cell.value, cell.number_format or "")[:LONGEST_CELL]
        if cell.value is not None
        else ""
        for cell in row
    ]
    while cells and not cells[-1]:  # the width that the sheet claims says nothing
        cells.pop()
    return tuple(cells)
