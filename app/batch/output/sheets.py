"""Sheets and cells as our workbooks have them: plain text, readable on a screen and on paper.

Import only to write a workbook: the library is slow to import.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.properties import PageSetupProperties

from app.batch.output.columns import WIDTHS, legal
from vectorstore.disk import replacing

LONGEST = 32_767  # characters of a cell, by the format
# Without a name, programs other than Excel take their own, and two kinds of letters mix.
_LETTERS = {"name": "Calibri", "sz": 11}
BOLD = Font(**_LETTERS, bold=True)
FADED = Font(**_LETTERS, color="6B757C")
LINK = Font(**_LETTERS, color="1C5A49", underline="single")
FILLS = {
    "found": PatternFill("solid", fgColor="DDEFE6"),
    "partly_supported": PatternFill("solid", fgColor="FBF0D2"),
    "unconfirmed": PatternFill("solid", fgColor="EADFF0"),
    "not_found": PatternFill("solid", fgColor="E8EAED"),
    "failed": PatternFill("solid", fgColor="F6D9D4"),
}
_A3 = 8  # the paper, as the format numbers it
_PROPERTIES = "docProps/core.xml"
_WRITTEN_AT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EPOCH_IN_XML = rb"\g<1>2000-01-01T00:00:00Z"
_HEAD = PatternFill("solid", fgColor="1C5A49")
_HEAD_FONT = Font(**_LETTERS, bold=True, color="FFFFFF")
_LINES = Border(bottom=Side(style="hair", color="B9C6BF"))
_WRAP = Alignment(wrap_text=True, vertical="top")
_WIDTHS = {"question": 44, "frage": 44, **WIDTHS}
_LINE = 15.0  # points
_HIGHEST = 15  # lines of a row


def printed_wide(sheet: Any) -> None:
    """On paper all columns fit on a page, and every page has the header."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A3
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def head(sheet: Any, names: Sequence[str]) -> None:
    """Append a row of names of columns."""
    cells = [text(sheet, name) for name in names]
    for cell in cells:
        cell.fill, cell.font = _HEAD, _HEAD_FONT
    sheet.append(cells)


def rows(sheet: Any, values: Iterable[Sequence[str]]) -> None:
    """Append rows of text."""
    for value in values:
        sheet.append([text(sheet, one) for one in value])


def text(sheet: Any, said: str) -> Any:
    """A cell of text and nothing else, whatever it begins with."""
    cell = WriteOnlyCell(sheet, value="")
    cell.value = legal(said, LONGEST)
    # Text, though it may look like a formula. The library writes it into the cell itself: a table
    # of shared texts would have to be held in memory.
    cell.data_type = "s"
    cell.quotePrefix = True
    cell.alignment = _WRAP
    cell.border = _LINES
    return cell


def number(sheet: Any, value: str) -> Any:
    """A cell that can be calculated with; text where `value` is no number after all."""
    try:
        cell = WriteOnlyCell(sheet, value=float(value))
    except ValueError:
        return text(sheet, value)
    cell.alignment = Alignment(vertical="top", horizontal="left")
    cell.border = _LINES
    return cell


def width(name: str) -> float:
    """Of the column of this name, in letters."""
    return _WIDTHS.get(
        name.removesuffix(" before").removesuffix(" now").rstrip(" 123").casefold(),
        max(9.0, min(24.0, len(name) + 3.0)),
    )


def height(cells: Sequence[str], widths: Sequence[float]) -> float:
    """Room for the cell with the most lines: not every program finds it by itself."""
    lines = (
        sum(max(1, -(-len(line) // int(room))) for line in cell.splitlines() or [""])
        for cell, room in zip(cells, widths, strict=True)
    )
    return _LINE * min(_HIGHEST, max(lines, default=1))


def same_every_time(path: Path) -> None:
    """Write the package again without the clock's time in it: equal results are equal files."""
    with (
        replacing(path, mode=None) as again,
        zipfile.ZipFile(path) as old,
        zipfile.ZipFile(again, "w") as new,
    ):
        for part in sorted(old.infolist(), key=lambda one: one.filename):
            entry = zipfile.ZipInfo(part.filename, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            if part.filename == _PROPERTIES:  # where the library notes when it wrote
                new.writestr(entry, _WRITTEN_AT.sub(_EPOCH_IN_XML, old.read(part)))
                continue
            with old.open(part) as source, new.open(entry, "w", force_zip64=True) as target:
                while piece := source.read(1 << 20):
                    target.write(piece)
