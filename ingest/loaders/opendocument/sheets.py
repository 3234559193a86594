"""Reads OpenDocument spreadsheets as they show their cells."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from ingest.loaders.office.ooxml import attribute
from ingest.loaders.office.sheets import MergedCell, Merges, is_default_name, sheet_sections
from ingest.loaders.opendocument.content import (
    Content,
    body_of,
    cell_text,
    kind,
    opened,
    texts,
)
from ingest.loaders.opendocument.text import charts
from ingest.sections import Findings, Section

_WIDEST = 16_384
_MOST_REPEATED = 300  # rows or columns that say the same
_NUMBERS = re.compile(r"\d+")
_GROUPS = frozenset(
    "table:table-header-rows table:table-rows table:table-row-group table:table-header-columns "
    "table:table-columns table:table-column-group".split()
)


def load_ods(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Visible sheets row by row; a blank row ends a table."""
    content = opened(file, findings)
    hidden = 0
    names = []
    for sheet in body_of(content, "office:spreadsheet"):
        if kind(sheet) != "table:table":
            continue
        name = attribute(sheet, "name") or ""
        names.append(name)
        if (attribute(sheet, "style-name") or "") in content.styles.hidden:
            hidden += 1
            continue
        rows = list(_rows(sheet, content))
        merges = Merges(cell for _, _, merged in rows for cell in merged)
        yield from sheet_sections(name, ((n, texts) for n, texts, _ in rows), merges, decimal="")
        yield from charts(content, name)
    if hidden:
        findings.warn(f"{hidden} hidden sheets were left out")
    content.report()
    if not findings.title and len(names) == 1 and not is_default_name(names[0]):
        findings.title = names[0]


def _flat(sheet: etree._Element, wanted: str) -> Iterator[etree._Element]:
    for child in sheet:
        if kind(child) == wanted:
            yield child
        elif kind(child) in _GROUPS:
            yield from _flat(child, wanted)


def _rows(
    sheet: etree._Element, content: Content
) -> Iterator[tuple[int, list[str], list[MergedCell]]]:
    """Rows by their numbers, with the cells that are merged from there; hidden ones not."""
    unseen = _hidden_columns(sheet)
    number = 1
    for child in sheet:
        if kind(child) == "table:shapes":
            for at, text in enumerate(texts(child, content)):
                yield -1 - at, [text], []
    for row in _flat(sheet, "table:table-row"):
        repeated = _count(row, "number-rows-repeated")
        if attribute(row, "visibility") in {"collapse", "filter"}:
            content.hidden += any(kind(item) == "text:p" for item in row.iter())
            number += repeated
            continue
        cells, merged = _cells(row, number, unseen, content)
        yield number, cells, merged
        if any(cells):
            for at in range(1, min(repeated, _MOST_REPEATED)):
                yield number + at, cells.copy(), []
        number += repeated


def _cells(
    row: etree._Element, number: int, unseen: set[int], content: Content
) -> tuple[list[str], list[MergedCell]]:
    cells: list[str] = []
    merged: list[MergedCell] = []
    for cell in row:
        if kind(cell) not in {"table:table-cell", "table:covered-table-cell"}:
            continue
        at = len(cells) + 1
        repeated = min(_count(cell, "number-columns-repeated"), _WIDEST - len(cells))
        text = "" if kind(cell) == "table:covered-table-cell" else _shown(cell, content)
        columns, rows = (
            _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned"),
        )  # fmt: skip
        if text and at in unseen and all(c in unseen for c in range(at, at + min(columns, 99))):
            content.hidden += 1
            text = ""
        if (columns, rows) != (1, 1):
            merged.append(MergedCell(number, at, number + rows - 1, at + columns - 1))
        cells += [text] * min(repeated, _MOST_REPEATED)
    while cells and not cells[-1]:
        cells.pop()
    return cells, merged


def _shown(cell: etree._Element, content: Content) -> str:
    """The text of a cell as it is displayed; a whole date in ISO form."""
    text = cell_text(cell, content)
    day = (attribute(cell, "date-value") or "").removesuffix("T00:00:00")
    if text and attribute(cell, "value-type") == "date" and len(_NUMBERS.findall(text)) > 1:
        if len(day) == len("2024-03-01"):
            return day
        return day.replace("T", " ")[:16] if ":" in text else day[:10]
    if not text and not any(kind(part) == "text:p" for part in cell):
        # Written by a program that shows nothing.
        return attribute(cell, "string-value") or attribute(cell, "value") or day
    return text


def _hidden_columns(sheet: etree._Element) -> set[int]:
    found: set[int] = set()
    number = 1
    for column in _flat(sheet, "table:table-column"):
        repeated = min(_count(column, "number-columns-repeated"), _WIDEST)
        if attribute(column, "visibility") in {"collapse", "filter"}:
            found.update(range(number, min(number + repeated, _WIDEST + 1)))
        number += repeated
    return found


def _count(element: etree._Element, name: str) -> int:
    said = attribute(element, name) or "1"
    return max(1, int(said)) if said.isdecimal() and len(said) < 9 else 1
