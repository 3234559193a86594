"""Reads workbooks: a heading a sheet, a line a row with the column names."""

import datetime
import re
import sys
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO

from ingest.loaders.ooxml import Package
from ingest.loaders.tables import table_lines
from ingest.sections import Findings, LoaderError, Section

_ROWS_A_SECTION = 100
_CURRENCY = re.compile(r"[€$£¥]|\b(?:EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CZK)\b")
_BRACKETS = re.compile(r"\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]")


def load_xlsx(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Visible sheets row by row; a blank row ends a table. Formulas give their last value."""
    package = Package(file)  # checks for bombs before the other library opens the file
    findings.title = package.title()
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # 30 MB that openpyxl needs not
    import openpyxl  # slow to import

    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (KeyError, ValueError, TypeError, AttributeError, OSError, SyntaxError) as error:
        raise LoaderError(f"is damaged ({error}); save it again with Office") from None
    hidden = 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden += 1
            continue
        sheet.reset_dimensions()  # the file's own claim may be wrong or hostile
        for number, lines in enumerate(_tables(sheet.iter_rows())):
            first = next(lines, None)
            if first is None:
                continue
            stream = chain((first,), lines)
            while batch := list(islice(stream, _ROWS_A_SECTION)):
                kind: Any = "text" if number == 0 and len(batch) == 1 else "table"
                yield Section("\n".join(batch), None, sheet.title, kind)
    if hidden:
        findings.warn(f"{hidden} hidden sheets were left out")
    if not findings.title and len(book.sheetnames) == 1 and not _is_default(book.sheetnames[0]):
        findings.title = book.sheetnames[0]


def _tables(rows: Iterator[Any]) -> Iterator[Iterator[str]]:
    """The tables of a sheet: what lies between blank rows."""
    blocks = _blocks(rows)
    for block in blocks:
        yield table_lines(block)
        for _ in block:  # whatever the caller did not read
            pass


def _blocks(rows: Iterator[Any]) -> Iterator[Iterator[list[str]]]:
    source = (_cells(row) for row in rows)

    def block(first: list[str]) -> Iterator[list[str]]:
        yield first
        for cells in source:
            if not any(cells):
                return
            yield cells

    for cells in source:
        if any(cells):
            yield block(cells)


def _cells(row: Any) -> list[str]:
    cells = [cell_text(cell.value, cell.number_format or "") if cell.value is not None else ""
             for cell in row]  # fmt: skip
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
