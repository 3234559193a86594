"""Turns a grid of cells into lines that keep each value's column name."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ingest.sections import Grid, GridRow

Row = list[str]

_NUMBER = re.compile(r"[-+(]?\s*+(?:[$€£¥]\s*+)?\d[\d.,  '%)]*+\s*+[\w$€£¥%/]{0,4}\.?$")


class TableLine(NamedTuple):
    """A line of a table's text, and the row that it says; a title says none."""

    text: str
    address: str
    cells: list[str] | None


class TableReader:
    """Reads a table row by row, so that it may be of any length.

    `header_rows` says how many rows at the top are column names; None decides by the looks of
    the first rows. A cell merged over some columns is expected in each of them, one merged over
    the whole row just once. `names` and `titles` are known once the first line has been read.
    """

    def __init__(
        self, rows: Iterable[Row | tuple[str, Row]], header_rows: int | None = None
    ) -> None:
        """`rows` are cells, or pairs of the address of a row and its cells."""
        self.names: list[str] = []
        self.titles: list[str] = []
        self._source = iter(rows)
        self._header_rows = header_rows

    def __iter__(self) -> Iterator[TableLine]:
        """One line a row: "Country: Norway; Meal allowance: 65 EUR"."""
        head: list[tuple[str, list[str]]] = []
        asked = self._header_rows
        for row in self._source:
            address, cells = _placed(row)
            if any(cells):
                head.append((address, cells))
            if len(head) >= max(12, asked or 0):
                break
        if not head:
            return
        grid = [cells for _, cells in head]
        count = _guess_header(grid) if asked is None else min(asked, len(head))
        self.titles, count = _titles(grid, count)
        yield from (TableLine(title, "", None) for title in self.titles)
        first = len(self.titles)
        names = self.names = _names(grid[first : first + count])
        body = head[first + count :]
        if not body and count:  # nothing but names
            body, names = head[first : first + count], []
            self.names = names
        two_columns = not names and max(map(len, grid)) == 2
        for address, cells in body:
            yield TableLine(row_line(cells, names, two_columns), address, cells)
        for row in self._source:
            address, cells = _placed(row)
            if any(cells):
                yield TableLine(row_line(cells, names, two_columns), address, cells)

    def sections(
        self, name: str = "", *, size: int | None = None, decimal: str = ""
    ) -> Iterator[tuple[str, Grid]]:
        """The table's text with its cells, in parts of at most `size` lines.

        `name` is the table's own; a title row of the table goes before it.
        """
        lines = iter(self)
        goes_on = False
        while batch := list(islice(lines, size)):
            title = " ".join(self.titles) or name
            rows = [
                GridRow(number, line.address, line.cells)
                for number, line in enumerate(batch)
                if line.cells is not None
            ]
            grid = Grid(title, self.names, rows, goes_on, decimal)
            yield "\n".join(line.text for line in batch), grid
            goes_on = True


def table_lines(
    rows: Iterable[Row | tuple[str, Row]], header_rows: int | None = None
) -> Iterator[str]:
    """The lines of `TableReader` alone."""
    return (line.text for line in TableReader(rows, header_rows))


def _placed(row: Row | tuple[str, Row]) -> tuple[str, list[str]]:
    """A row's address, or "", and its cells without line breaks."""
    if isinstance(row, tuple):
        address, cells = row
        return str(address), [_flat(cell) for cell in cells]
    return "", [_flat(cell) for cell in row]


def row_line(cells: Sequence[str], names: Sequence[str], two_columns: bool = False) -> str:
    """One row as text; without `names` its cells are parted by " | ", or ": " in key and value."""
    filled = [cell for cell in cells if cell]
    if len(filled) == 1 and cells[0]:
        return filled[0]
    if not names:
        return (": " if two_columns and len(filled) == 2 else " | ").join(filled)
    parts = []
    for index, cell in enumerate(cells):
        if cell:
            name = names[index] if index < len(names) else ""
            parts.append(f"{name}: {cell}" if name and name != cell else cell)
    return "; ".join(parts)


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, perhaps with a currency or a short unit."""
    return len(cell) < 30 and bool(_NUMBER.match(cell))


def _flat(cell: str) -> str:
    return " ".join(cell.split())


def _titles(head: list[list[str]], count: int) -> tuple[list[str], int]:
    """Rows above the column names that hold a single text: the table's title."""
    titles = []
    for cells in head[:count]:
        filled = {cell for cell in cells if cell}
        if len(filled) != 1 or len(cells) == 1:
            break
        titles.append(filled.pop())
    return titles, count - len(titles)


def _names(rows: list[list[str]]) -> list[str]:
    """Column names; several rows of them are joined: "2024" above "Revenue" is "2024 Revenue"."""
    width = max(map(len, rows), default=0)
    names = []
    for column in range(width):
        parts: list[str] = []
        for cells in rows:
            part = cells[column].rstrip(":") if column < len(cells) else ""
            if part and part not in parts:
                parts.append(part)
        names.append(" ".join(parts))
    return names


def _guess_header(head: list[list[str]]) -> int:
    """How many of the first rows are titles and column names."""
    width = max(map(len, head))
    first = 0
    while first < len(head) - 1 and width > 1 and len({c for c in head[first] if c}) == 1:
        first += 1  # a title above the table
    if first >= len(head) - 1:
        return 0
    names, body = head[first], head[first + 1 :]
    filled = [cell for cell in names if cell]
    if len(filled) < 2 or len(set(filled)) < len(filled) or max(map(len, filled)) > 80:
        return first
    if len(filled) < width - 1 or any(is_number(cell) and not _is_year(cell) for cell in names):
        return first
    for column, name in enumerate(names):
        below = [cells[column] for cells in body if column < len(cells) and cells[column]]
        if below and sum(map(is_number, below)) * 2 > len(below) and not is_number(name):
            return first + 1
    if width == 2:  # key and value, unless the first row is plainly a pair of names
        values = [cells[1] for cells in body if len(cells) > 1 and cells[1]]
        longest = max(map(len, filled))
        return first + (bool(values) and longest <= 25 and _mean(values) > 1.5 * len(filled[-1]))
    return first + 1


def _mean(values: list[str]) -> float:
    return sum(map(len, values)) / len(values)


def _is_year(cell: str) -> bool:
    return bool(re.fullmatch(r"(?:FY\s?)?(?:19|20)\d\d", cell))
