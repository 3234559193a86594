"""Cells of a sheet that are merged, and rows put together into tables; for all kinds of workbooks.

A sheet's rows come one by one, so that it may be of any length.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ingest.loaders.tables import Across, Below, TableReader
from ingest.sections import Kind, Section

_ROWS_A_SECTION = 100
_MOST_MERGED = 100_000  # merged cells of a sheet that are looked at
_WIDEST = 300  # columns that a merged cell's text is repeated in
_DEFAULT_NAME = re.compile(r"(?:Sheet|Tabelle|Feuil|Hoja|Blad|Foglio|Table)\s?\d*", re.I)


class MergedCell(NamedTuple):
    """The rows and columns, from 1, that a cell covers; the last ones are included."""

    top: int
    left: int
    bottom: int
    right: int


class Merges:
    """Repeats the text of merged cells while rows are read from the top to the bottom."""

    def __init__(self, cells: Iterable[MergedCell]) -> None:
        self._starting: dict[int, list[MergedCell]] = {}
        for _, cell in zip(range(_MOST_MERGED), cells, strict=False):
            if cell.bottom > cell.top or cell.right > cell.left:
                self._starting.setdefault(cell.top, []).append(cell)
        self._down: list[tuple[MergedCell, str]] = []

    def starting_in(self, row: int) -> Sequence[MergedCell]:
        """The merged cells whose first row this is."""
        return self._starting.get(row, ())

    def filled(self, row: int, cells: list[str]) -> tuple[list[str], bool]:
        """The cells of a row with those that others cover, and whether it has none of its own."""
        bare = not any(cells)
        if not self._down and row not in self._starting:
            return cells, bare
        self._down = [(cell, text) for cell, text in self._down if cell.bottom >= row]
        for cell in self.starting_in(row):
            text = cells[cell.left - 1] if cell.left <= len(cells) else ""
            if not text:
                continue
            _put(cells, cell, range(cell.left + 1, cell.right + 1), Across(text))
            if cell.bottom > row:
                self._down.append((cell, text))
        for cell, text in self._down:
            if cell.top < row:
                _put(cells, cell, range(cell.left, cell.left + 1), Below(text))
                _put(cells, cell, range(cell.left + 1, cell.right + 1), Across(text))
        return cells, bare


def _put(cells: list[str], cell: MergedCell, columns: range, text: str) -> None:
    for column in columns[:_WIDEST]:
        if len(cells) < column:
            cells += [""] * (column - len(cells))
        cells[column - 1] = text


def sheet_sections(
    name: str, rows: Iterable[tuple[int, list[str]]], merges: Merges, decimal: str = "."
) -> Iterator[Section]:
    """The tables of a sheet, each between blank rows, under its name.

    `rows` are numbers from 1, and texts.
    """
    for number, block in enumerate(_blocks(rows, merges)):
        for lines, grid in TableReader(block).sections(name, size=_ROWS_A_SECTION, decimal=decimal):
            kind: Kind = "text" if number == 0 and "\n" not in lines else "table"
            yield Section(lines, None, name, kind, grid)
        for _ in block:  # whatever was not read
            pass


def is_default_name(name: str) -> bool:
    """Whether a sheet has the name that its program gave it."""
    return bool(_DEFAULT_NAME.fullmatch(name))


def _blocks(
    rows: Iterable[tuple[int, list[str]]], merges: Merges
) -> Iterator[Iterator[tuple[str, list[str]]]]:
    """Rows between blank ones, each with the address of its cells: "A5:F5"."""

    def filled() -> Iterator[tuple[int, list[str]]]:
        for number, cells in rows:
            texts, bare = merges.filled(number, cells)
            while texts and not texts[-1]:
                texts.pop()
            # A row with nothing but what the cells above cover neither says nor ends anything.
            if not (bare and texts):
                yield number, texts

    source = filled()

    def placed(number: int, cells: list[str]) -> tuple[str, list[str]]:
        return f"A{number}:{letters(len(cells))}{number}", cells

    def block(number: int, first: list[str]) -> Iterator[tuple[str, list[str]]]:
        yield placed(number, first)
        for following, cells in source:
            if not any(cells):
                return
            yield placed(following, cells)

    for number, cells in source:
        if any(cells):
            yield block(number, cells)


def letters(column: int) -> str:
    """The name of a column, counted from 1: A to Z, AA, AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_number(name: str) -> int:
    """The number, from 1, of a column by its letters."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
