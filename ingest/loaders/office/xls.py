"""Reads workbooks of Excel before 2007, as their number formats show them."""

import datetime
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from ingest.loaders.colours import WHITE, Colour, nearly_the_same
from ingest.loaders.notation import Piece, written
from ingest.loaders.office.calamine import sheets_with_calamine
from ingest.loaders.office.number_format import is_span, shown
from ingest.loaders.office.sheets import MergedCell, Merges, is_default_name, sheet_sections
from ingest.sections import Findings, LoaderError, Section, Stated

_TINY = 20  # twentieths of a point
_PLACES = {1: "up", 2: "down"}
_NO_TEXT = frozenset((0, 6))  # kinds of cells: empty, blank


def load_xls(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Visible sheets row by row; a blank row ends a table. Formulas give their last value."""
    import xlrd

    data = file.read()
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except MemoryError:
        raise
    except xlrd.XLRDError as error:
        if "ncrypt" in str(error) or "assword" in str(error):
            raise LoaderError("is encrypted; save a copy without a password") from None
        book = None
    except Exception:  # noqa: BLE001  # its parser stumbles over records that Excel reads
        book = None
    if book is None:
        yield from sheets_with_calamine(io.BytesIO(data), findings, lambda name: {})
        # Said after the sheets: of a book without a word it says nothing.
        findings.warn("its number formats, and what is hidden in it, could not be read")
        return
    reader = _Reader(book)
    findings.stated = Stated(author=str(book.user_name or ""))
    hidden = 0
    for sheet in book.sheets():
        if sheet.visibility:
            hidden += 1
            continue
        merges = Merges(
            MergedCell(top + 1, left + 1, bottom, right)
            for top, bottom, left, right in sheet.merged_cells
        )
        yield from sheet_sections(sheet.name, reader.rows(sheet, merges), merges)
    if hidden:
        findings.warn(f"{hidden} hidden sheets were left out")
    reader.report(findings)
    names = book.sheet_names()
    if len(names) == 1 and not is_default_name(names[0]):
        findings.title = names[0]


class _Reader:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._lines = self._cells = self._struck = 0

    def rows(self, sheet: Any, merges: Merges) -> Iterator[tuple[int, list[str]]]:
        """The texts of the rows that are not hidden."""
        unseen = {at for at, info in sheet.colinfo_map.items() if info.hidden or not info.width}
        for number in range(sheet.nrows):
            info = sheet.rowinfo_map.get(number)
            if info is not None and info.hidden:
                self._lines += bool(sheet.row_len(number))
                continue
            shows = {
                cell.left - 1
                for cell in merges.starting_in(number + 1)
                if any(at not in unseen for at in range(cell.left - 1, cell.right))
            }
            texts = []
            for at in range(sheet.row_len(number)):
                text = self._text(sheet, number, at)
                if text and at in unseen and at not in shows:
                    self._cells += 1
                    text = ""
                texts.append(text)
            yield number + 1, texts

    def report(self, findings: Findings) -> None:
        if self._lines:
            findings.warn(f"{self._lines} hidden rows were left out")
        if self._cells:
            findings.warn(f"{self._cells} cells that nobody sees were left out")
        if self._struck:
            findings.warn(f"{self._struck} struck-through passages were left out")

    def _text(self, sheet: Any, row: int, column: int) -> str:  # noqa: PLR0911  # one for each kind
        import xlrd

        cell = sheet.cell(row, column)
        if cell.ctype in _NO_TEXT:
            return ""
        form = self._book.xf_list[cell.xf_index]
        font = self._book.font_list[form.font_index]
        if self._is_unseen(font, form):
            self._cells += 1
            return ""
        if font.struck_out:
            self._struck += 1
            return ""
        named = self._book.format_map.get(form.format_key)
        code = (named and named.format_str) or ""
        value = cell.value
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(value, ""))
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return shown(bool(value), code)
        if cell.ctype == xlrd.XL_CELL_DATE:
            return shown(self._moment(value, code), code)
        if cell.ctype == xlrd.XL_CELL_NUMBER:
            return shown(int(value) if value.is_integer() else value, code)
        runs = sheet.rich_text_runlist_map.get((row, column))
        return shown(self._of_runs(str(value), runs) if runs else str(value), code)

    def _moment(self, value: float, code: str) -> object:
        import xlrd

        try:
            if is_span(code):
                return datetime.timedelta(days=value)
            moment = xlrd.xldate.xldate_as_datetime(value, self._book.datemode)
        except (xlrd.xldate.XLDateError, OverflowError, ValueError):
            return value
        return moment.time() if 0 <= value < 1 else moment

    def _of_runs(self, text: str, runs: list[tuple[int, int]]) -> str:
        """A text in letters of several looks, each from a place of it on."""
        pieces: list[Piece] = [(text[: runs[0][0]], "line")]
        for (start, number), end in zip(
            runs, [*(at for at, _ in runs[1:]), len(text)], strict=True
        ):
            font = self._book.font_list[number]
            if font.struck_out:
                self._struck += bool(text[start:end].strip())
            else:
                pieces.append((text[start:end], _PLACES.get(font.escapement, "line")))  # type: ignore[arg-type]
        return written(pieces)

    def _is_unseen(self, font: Any, form: Any) -> bool:
        if font.height <= _TINY:
            return True
        letters = self._colour(font.colour_index)
        pattern = form.background
        ground: Colour | None = WHITE
        if pattern.fill_pattern:
            ground = (
                self._colour(pattern.pattern_colour_index) if pattern.fill_pattern == 1 else None
            )
        return letters is not None and ground is not None and nearly_the_same(letters, ground)

    def _colour(self, index: int) -> Colour | None:
        found = self._book.colour_map.get(index)
        return (found[0], found[1], found[2]) if found else None
