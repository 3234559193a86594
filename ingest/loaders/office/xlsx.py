"""Reads workbooks: a heading a sheet, a line a row with the column names."""

import datetime
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Literal

from ingest.loaders.colours import BLACK, WHITE, Colour, from_hex, nearly_the_same
from ingest.loaders.office.ooxml import Package
from ingest.loaders.tables import TableReader
from ingest.sections import Findings, LoaderError, Section

_ROWS_A_SECTION = 100
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_HIDDEN = re.compile(
    rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']|\b(?:ht|width)\s*=\s*[\"'](?:0(?:\.\d*)?|\.\d+)[\"']"
)
# Colours of cells that no style of theirs names: by rule, or by the look of a table.
_PAINTED = re.compile(rb"<(?:\w+:)?(?:conditionalFormatting|tablePart)\b")
_NUMBER = re.compile(rb"\br\s*=\s*[\"'](\d{1,7})[\"']")
_FIRST = re.compile(rb"\bmin\s*=\s*[\"'](\d{1,5})[\"']")
_LAST = re.compile(rb"\bmax\s*=\s*[\"'](\d{1,5})[\"']")
_CURRENCY = re.compile(r"[€$£¥]|\b(?:EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK)\b")
_Look = Literal["nothing", "ground", "seen"]
_BRACKETS = re.compile(r"\[\$([^\[\]-]*+)[^\[\]]*+\]|\[[^\[\]]*+\]")


def load_xlsx(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Visible sheets row by row; a blank row ends a table. Formulas give their last value."""
    package = Package(file)  # checks for bombs before the other library opens the file
    findings.title = package.title()
    openpyxl = _openpyxl()
    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (KeyError, ValueError, TypeError, AttributeError, OSError, SyntaxError) as error:
        raise LoaderError(f"is damaged ({error}); save it again with Office") from None
    hidden = 0
    seen = _Seen(package)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden += 1
            continue
        sheet.reset_dimensions()  # the file's own claim may be wrong or hostile
        for number, table in enumerate(_tables(seen.rows(sheet))):
            parts = table.sections(sheet.title, size=_ROWS_A_SECTION, decimal=".")
            for lines, grid in parts:
                kind: Any = "text" if number == 0 and "\n" not in lines else "table"
                yield Section(lines, None, sheet.title, kind, grid)
    if hidden:
        findings.warn(f"{hidden} hidden sheets were left out")
    seen.report(findings)
    if not findings.title and len(book.sheetnames) == 1 and not _is_default(book.sheetnames[0]):
        findings.title = book.sheetnames[0]


def _openpyxl() -> Any:
    """The library, slow to import, without the 30 MB of numpy that it takes where it finds them."""
    without = "numpy" not in sys.modules
    if without:
        sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        import openpyxl
    finally:
        if without:
            del sys.modules["numpy"]
    return openpyxl


class _Seen:
    """What of a sheet one can see: hidden rows and columns, and cells without ink, are counted."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._looks: dict[object, _Look] = {}  # by number of the cell's style
        self._painted = False
        self.lines = self.cells = self.doubtful = 0

    def rows(self, sheet: Any) -> Iterator[tuple[int, list[Any]]]:
        """The sheet's rows by their numbers, from 1, without hidden ones.

        What cannot be seen is an empty cell.
        """
        hidden_rows, hidden_columns = self._hidden(sheet)
        for number, row in enumerate(sheet.iter_rows(), 1):
            if number in hidden_rows:
                self.lines += any(cell.value is not None for cell in row)
                continue
            yield (
                number,
                [
                    None if self._is_unseen(cell, at, hidden_columns) else cell
                    for at, cell in enumerate(row, 1)
                ],
            )

    def report(self, findings: Findings) -> None:
        if self.lines:
            findings.warn(f"{self.lines} hidden rows were left out")
        if self.cells:
            findings.warn(f"{self.cells} cells that nobody sees were left out")
        if self.doubtful:
            findings.warn(f"{self.doubtful} cells were read that may have their ground's colour")

    def _is_unseen(self, cell: Any, column: int, hidden_columns: set[int]) -> bool:
        if cell.value is None:
            return False
        if column in hidden_columns:
            self.cells += 1
            return True
        look = self._look(cell)
        if look == "ground" and self._painted and not cell.fill.fill_type:
            self.doubtful += 1  # its ground cannot be known
            return False
        self.cells += look != "seen"
        return look != "seen"

    def _look(self, cell: Any) -> _Look:
        style = getattr(cell, "_style_id", None)
        known = self._looks.get(style)
        if known is None:
            known = self._looks[style] = _look(cell)
        return known

    def _hidden(self, sheet: Any) -> tuple[set[int], set[int]]:
        """Numbers of the rows and columns that are hidden; the other library does not tell."""
        data = self._package.read(sheet._worksheet_path) or b""
        self._painted = bool(_PAINTED.search(data))
        rows: set[int] = set()
        columns: set[int] = set()
        if not _HIDDEN.search(data):
            return rows, columns
        for number, found in enumerate(_ROW.finditer(data), 1):
            if _HIDDEN.search(found[0]):
                named = _NUMBER.search(found[0])
                rows.add(int(named[1]) if named else number)
        for found in _COLUMN.finditer(data):
            first, last = _FIRST.search(found[0]), _LAST.search(found[0])
            if _HIDDEN.search(found[0]) and first and last:
                columns.update(range(int(first[1]), min(int(last[1]), 16_384) + 1))
        return rows, columns


def _look(cell: Any) -> _Look:
    """How a cell shows what it holds: nothing of it, in its ground's colour, or so that it is seen.

    Nothing is shown of letters of a point, and by the number format that is made for that.
    """
    if re.sub(r'""|\s', "", cell.number_format or "") == ";;;":
        return "nothing"
    font, fill = cell.font, cell.fill
    if font is None:
        return "seen"
    if font.sz is not None and font.sz <= 1:
        return "nothing"
    letters = _colour(font.color)
    ground: Colour | None = WHITE
    if fill is not None and fill.fill_type:
        ground = _colour(fill.fgColor) if fill.fill_type == "solid" else None
    if letters is None or ground is None or not nearly_the_same(letters, ground):
        return "seen"
    return "ground"


def _colour(written: Any) -> Colour | None:
    """A colour of a cell; None where another part of the file decides about it."""
    from openpyxl.styles.colors import COLOR_INDEX

    if written is None:
        return None
    if written.type == "rgb":
        return from_hex(str(written.rgb)[-6:])
    if written.type == "indexed" and written.indexed < len(COLOR_INDEX):
        return from_hex(COLOR_INDEX[written.indexed][-6:])
    # The first two of a theme are the paper and the ink, in nearly every theme.
    plain = written.type == "theme" and not written.tint
    return {0: WHITE, 1: BLACK}.get(written.theme) if plain else None


def _tables(rows: Iterable[tuple[int, list[Any]]]) -> Iterator[TableReader]:
    """The tables of a sheet: what lies between blank rows."""
    blocks = _blocks(rows)
    for block in blocks:
        yield TableReader(block)
        for _ in block:  # whatever the caller did not read
            pass


def _blocks(
    rows: Iterable[tuple[int, list[Any]]],
) -> Iterator[Iterator[tuple[str, list[str]]]]:
    """Rows between blank ones, each with the address of its cells: "A5:F5"."""
    source = ((number, _cells(row)) for number, row in rows)

    def placed(number: int, cells: list[str]) -> tuple[str, list[str]]:
        return f"A{number}:{_letters(len(cells))}{number}", cells

    def block(number: int, first: list[str]) -> Iterator[tuple[str, list[str]]]:
        yield placed(number, first)
        for following, cells in source:
            if not any(cells):
                return
            yield placed(following, cells)

    for number, cells in source:
        if any(cells):
            yield block(number, cells)


def _letters(column: int) -> str:
    """The name of a column, counted from 1: A to Z, AA, AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _cells(row: Any) -> list[str]:
    cells = [
        cell_text(cell.value, cell.number_format or "")
        if cell is not None and cell.value is not None
        else ""
        for cell in row
    ]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def cell_text(value: object, number_format: str) -> str:
    """A value as its reader sees it: dates in ISO form, percentages and currencies marked."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else str(value)
    if isinstance(value, int | float):
        shown = number_format.split(";", maxsplit=1)[0]
        if "%" in shown:
            return f"{value * 100:.10g}%"
        currency = _CURRENCY.search(_BRACKETS.sub(r"\1", shown).replace('"', ""))
        number = f"{value:.15g}"
        if "." in number and currency:
            number = f"{value:.2f}"
        return f"{number} {currency[0]}" if currency else number
    return str(value)


def _is_default(name: str) -> bool:
    return bool(re.fullmatch(r"(?:Sheet|Tabelle|Feuil|Hoja|Blad|Foglio|Sheet1)\s?\d*", name, re.I))
