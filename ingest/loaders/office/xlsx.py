"""Reads workbooks: a heading a sheet, a line a row with the column names."""

import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, Literal, NamedTuple

from lxml import etree

from ingest.loaders.colours import BLACK, WHITE, Colour, from_hex, nearly_the_same
from ingest.loaders.figures import Figures
from ingest.loaders.notation import Piece, Place, written
from ingest.loaders.office.drawings import drawn, picture_parts
from ingest.loaders.office.formulas import Address, Formulas, Sheets, Values
from ingest.loaders.office.number_format import shown
from ingest.loaders.office.ooxml import Package, local, parse_xml
from ingest.loaders.office.sheets import (
    MergedCell,
    Merges,
    column_number,
    is_default_name,
    sheet_sections,
)
from ingest.loaders.office.xlsx_rebuilt import is_strict, rebuilt, sheets_of
from ingest.sections import Findings, LoaderError, Section

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_HIDDEN = re.compile(
    rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']|\b(?:ht|width)\s*=\s*[\"'](?:0(?:\.\d*)?|\.\d+)[\"']"
)
_NO_WIDTH = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']|\bwidth\s*=\s*[\"']0?(?:\.0*)?[\"']")
# Colours of cells that no style of theirs names: by rule, or by the look of a table.
_PAINTED = re.compile(rb"<(?:\w+:)?(?:conditionalFormatting|tablePart)\b")
_NUMBER = re.compile(rb"\br\s*=\s*[\"'](\d{1,7})[\"']")
_FIRST = re.compile(rb"\bmin\s*=\s*[\"'](\d{1,5})[\"']")
_LAST = re.compile(rb"\bmax\s*=\s*[\"'](\d{1,5})[\"']")
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\b[^<>]*?\bref\s*=\s*[\"']\$?([A-Za-z]{1,3})\$?(\d{1,7})"
    rb":\$?([A-Za-z]{1,3})\$?(\d{1,7})[\"']"
)
# Texts within the sheet itself in several looks: of those the other library keeps no look.
_INLINE = re.compile(rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?is>\s*(?=<(?:\w+:)?r\b)")
_INLINE_END = re.compile(rb"</(?:\w+:)?is>")
_PREFIX = re.compile(rb"<(/?)\w+:")
_ADDRESS = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
# What the library raises for workbooks that it does not understand, damaged or not.
_STUMBLES = (
    KeyError, IndexError, ValueError, TypeError, AttributeError, OSError, SyntaxError,
    ArithmeticError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_Look = Literal["nothing", "ground", "struck", "seen"]


def load_xlsx(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Visible sheets row by row; a blank row ends a table. Formulas give their last value."""
    package = Package(file)  # checks for bombs before the other library opens the file
    findings.title, findings.stated = package.title(), package.stated()
    done = 0
    file.seek(0)
    if not is_strict(package):
        try:
            for section in _sections(package, file, findings):
                yield section
                done += 1
            return
        except _STUMBLES:
            pass  # Excel may open it all the same
    try:
        yield from islice(_sections(package, rebuilt(package), findings), done, None)
    except _STUMBLES as error:
        raise LoaderError(f"is damaged ({error}); save it again with Office") from None


def _sections(package: Package, file: BinaryIO, findings: Findings) -> Iterator[Section]:
    openpyxl = _openpyxl()
    book = openpyxl.load_workbook(
        file, read_only=True, data_only=True, keep_links=False, rich_text=True
    )
    named = sheets_of(package)
    if len(book.worksheets) < sum(sheet.kind == "worksheet" for sheet in named):
        raise KeyError("sheets that the library does not find")
    hidden = 0
    seen = _Seen(package, book)
    figures = Figures(findings)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden += 1
            continue
        sheet.reset_dimensions()  # the file's own claim may be wrong or hostile
        rows, merges = seen.rows(sheet)
        yield from sheet_sections(sheet.title, rows, merges)
        yield from _drawings(package, str(sheet._worksheet_path), sheet.title, figures)
    for one in named:
        if one.kind == "chartsheet" and one.state == "visible":
            yield from _drawings(package, one.part, one.name, figures)
    if hidden:
        findings.warn(f"{hidden} hidden sheets were left out")
    seen.report(findings)
    if not findings.title and len(named) == 1 and not is_default_name(named[0].name):
        findings.title = named[0].name


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


def _drawings(package: Package, sheet: str, name: str, figures: Figures) -> Iterator[Section]:
    """Charts, pictures, and words in shapes, that lie over a sheet."""
    for kind, part in package.related(sheet).values():
        tree = package.tree(part) if kind == "drawing" else None
        if tree is None:
            continue
        if text := "\n".join(_shape_texts(tree)):
            yield Section(text, None, name)
        for picture, descriptions in picture_parts(package.related(part), tree):
            if said := figures.text(package.picture(picture), descriptions, name=picture):
                yield Section(said, None, name, "figure")
        for title, table in drawn(package, package.related(part), tree):
            heading = f"{name} > {title}" if title else name
            if table is None:
                yield Section(title, None, name)
                continue
            parts = list(table.sections(title))
            for said, grid in parts:
                yield Section(said, None, heading, "table", grid)
            if title and not parts:  # its data stand in the sheet alone
                yield Section(title, None, name)


def _shape_texts(tree: etree._Element) -> Iterator[str]:
    """The paragraphs of text boxes and shapes that are not hidden."""
    for shape in tree.iter():
        if local(shape) != "sp":
            continue
        named = next((item for item in shape.iter() if local(item) == "cNvPr"), None)
        if named is not None and named.get("hidden") in {"1", "true"}:
            continue
        for paragraph in shape.iter():
            if local(paragraph) == "p":
                text = "".join(t.text or "" for t in paragraph.iter() if local(t) == "t").strip()
                if text:
                    yield text


class _Letters(NamedTuple):
    """Letters of one look within a cell; `raised` is "superscript", "subscript" or ""."""

    text: str
    struck: bool
    raised: str


class _Seen:
    """What of a sheet one can see: hidden rows and columns, and cells without ink, are counted."""

    def __init__(self, package: Package, book: Any) -> None:
        self._package = package
        self._book = book
        # By number of the cell's style: how it looks, and its number format.
        self._looks: dict[object, tuple[_Look, str]] = {}
        self._painted = False
        self.lines = self.cells = self.doubtful = self.struck = 0
        self.uncalculated = self.calculated = 0

    def rows(self, sheet: Any) -> tuple[Iterator[tuple[int, list[str]]], Merges]:
        """The sheet's rows by their numbers, from 1, without hidden ones; and its merged cells.

        What cannot be seen is an empty cell.
        """
        data = self._package.read(sheet._worksheet_path) or b""
        self._painted = bool(_PAINTED.search(data))
        merges = Merges(_merged_cells(data))
        return self._texts(sheet, data, merges), merges

    def _texts(self, sheet: Any, data: bytes, merges: Merges) -> Iterator[tuple[int, list[str]]]:
        hidden_rows, hidden_columns, narrow = _hidden(data)
        formulas = Formulas(data, lambda: _values(sheet), Sheets(self._sheet_called))
        inline = dict(_inline_texts(data))
        for number, row in enumerate(sheet.iter_rows(), 1):
            if not row:  # there may be a million of them below a table
                yield number, []
                continue
            if number in hidden_rows:
                self.lines += any(cell.value is not None for cell in row)
                continue
            shows = _shown_beside(merges, number, hidden_columns | narrow)
            texts = []
            for at, cell in enumerate(row, 1):
                if cell.value is None:
                    there = formulas.without_value and self._computed(formulas, (number, at), cell)
                    texts.append(there or "")
                    continue
                unseen = at in hidden_columns or (at in narrow and not _spills(row, at))
                value = inline.get((number, at), cell.value) if inline else cell.value
                texts.append(self._text(cell, value, unseen=unseen and at not in shows))
            yield number, texts
        self.uncalculated += formulas.without_value
        self.calculated += formulas.calculated

    def _sheet_called(self, name: str) -> tuple[bytes, Values] | None:
        """Another sheet of the workbook, for formulas that refer to it."""
        for sheet in self._book.worksheets:
            if sheet.title.casefold() == name.casefold():
                sheet.reset_dimensions()
                return self._package.read(sheet._worksheet_path) or b"", partial(_values, sheet)
        return None

    def report(self, findings: Findings) -> None:
        if self.lines:
            findings.warn(f"{self.lines} hidden rows were left out")
        if self.cells:
            findings.warn(f"{self.cells} cells that nobody sees were left out")
        if self.struck:
            findings.warn(f"{self.struck} struck-through passages were left out")
        if self.doubtful:
            findings.warn(f"{self.doubtful} cells were read that may have their ground's colour")
        if self.uncalculated:
            findings.warn(
                f"{self.uncalculated} formulas have no stored value, of which {self.calculated} "
                "were calculated here; open and save the workbook in Excel or LibreOffice"
            )

    def _text(self, cell: Any, value: Any, *, unseen: bool) -> str:
        """What a cell shows, "" where nobody sees it."""
        if unseen:
            self.cells += 1
            return ""
        look, code = self._look(cell)
        if look == "seen":
            pass
        elif look == "ground" and self._painted and not cell.fill.fill_type:
            self.doubtful += 1  # its ground cannot be known
        elif look == "struck":
            self.struck += 1
            return ""
        else:
            self.cells += 1
            return ""
        text = shown(self._without_struck(value) if isinstance(value, list) else value, code)
        self.cells += not text and isinstance(value, int | float) and value != 0
        return text

    def _computed(self, formulas: Formulas, place: Address, cell: Any) -> str:
        if (found := formulas.value(place)) is None:
            return ""
        return found if isinstance(found, str) else cell_text(found, cell.number_format or "")

    def _without_struck(self, value: list[Any]) -> str:
        """Letters of several looks without those struck through, exponents written as such."""
        pieces: list[Piece] = []
        for part in value:
            if isinstance(part, _Letters):
                text, struck, raised = part
            else:
                font = getattr(part, "font", None)
                text, struck = str(getattr(part, "text", part)), bool(font and font.strike)
                raised = getattr(font, "vertAlign", None) or ""
            if struck:
                self.struck += bool(text.strip())
            else:
                place: Place = "up" if raised == "superscript" else "line"
                pieces.append((text, "down" if raised == "subscript" else place))
        return written(pieces)

    def _look(self, cell: Any) -> tuple[_Look, str]:
        style = getattr(cell, "_style_id", None)
        known = self._looks.get(style)
        if known is None:
            known = self._looks[style] = _look(cell), cell.number_format or ""
        return known


def _inline_texts(data: bytes) -> Iterator[tuple[Address, "list[_Letters]"]]:
    """Texts that stand in the sheet in letters of several looks, by their cells."""
    at = 0
    while (found := _INLINE.search(data, at)) and (end := _INLINE_END.search(data, found.end())):
        at = end.end()
        address = _ADDRESS.search(found[1])
        if address is None:
            continue
        written_runs = _PREFIX.sub(rb"<\1", data[found.end() : end.start()])
        runs = parse_xml(b"<is>" + written_runs + b"</is>", "a cell")
        letters = []
        for run in runs:
            look = {local(item): item.get("val", "1") for item in run.iterfind("rPr/*")}
            text = "".join(item.text or "" for item in run.iter("t"))
            struck = look.get("strike", "0") not in {"0", "false"}
            letters.append(_Letters(text, struck, look.get("vertAlign", "")))
        yield (int(address[2]), column_number(address[1].decode("ascii"))), letters


def _values(sheet: Any) -> Iterator[tuple[Address, object]]:
    """The stored values of a sheet, for formulas that have none."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        for at, cell in enumerate(row, 1):
            if cell.value is not None:
                yield (number, at), cell.value


def _merged_cells(data: bytes) -> Iterator[MergedCell]:
    for found in _MERGED.finditer(data):
        left, right = (column_number(found[at].decode("ascii")) for at in (1, 3))
        yield MergedCell(int(found[2]), left, int(found[4]), right)


def _hidden(data: bytes) -> tuple[set[int], set[int], set[int]]:
    """Numbers of hidden rows, of hidden columns, and of columns too narrow for a letter.

    The other library does not tell.
    """
    rows: set[int] = set()
    columns: set[int] = set()
    narrow: set[int] = set()
    if not _HIDDEN.search(data):
        return rows, columns, narrow
    for number, found in enumerate(_ROW.finditer(data), 1):
        if _HIDDEN.search(found[0]):
            named = _NUMBER.search(found[0])
            rows.add(int(named[1]) if named else number)
    for found in _COLUMN.finditer(data):
        first, last = _FIRST.search(found[0]), _LAST.search(found[0])
        if _HIDDEN.search(found[0]) and first and last:
            which = columns if _NO_WIDTH.search(found[0]) else narrow
            which.update(range(int(first[1]), min(int(last[1]), 16_384) + 1))
    return rows, columns, narrow


def _shown_beside(merges: Merges, row: int, unseen: set[int]) -> set[int]:
    """The unseen columns in which a cell begins that is merged with columns that are seen."""
    if not unseen:
        return set()
    return {
        cell.left
        for cell in merges.starting_in(row)
        if cell.left in unseen
        and any(column not in unseen for column in range(cell.left, cell.right + 1))
    }


def _spills(row: Any, column: int) -> bool:
    """Whether a text in a narrow column runs on over the empty cell beside it."""
    beside = row[column] if column < len(row) else None
    is_text = isinstance(row[column - 1].value, str | list)
    return is_text and (beside is None or beside.value is None)


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
        return "struck" if font.strike else "seen"
    return "ground"


def _colour(said: Any) -> Colour | None:
    """A colour of a cell; None where another part of the file decides about it."""
    from openpyxl.styles.colors import COLOR_INDEX

    if said is None:
        return None
    if said.type == "rgb":
        return from_hex(str(said.rgb)[-6:])
    if said.type == "indexed" and said.indexed < len(COLOR_INDEX):
        return from_hex(COLOR_INDEX[said.indexed][-6:])
    # The first two of a theme are the paper and the ink, in nearly every theme.
    plain = said.type == "theme" and not said.tint
    return {0: WHITE, 1: BLACK}.get(said.theme) if plain else None


def cell_text(value: object, number_format: str) -> str:
    """A value as its reader sees it; whole dates in ISO form."""
    return shown(value, number_format)
