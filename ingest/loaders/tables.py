"""Turns a grid of cells into lines that keep each value's column name.

Loaders give a merged cell's text in every cell that it covers, as `Across` and `Below`, so that
merged labels and headings over several rows mean the same in all formats.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ingest.sections import Grid, GridRow

Row = list[str]

_NUMBER = re.compile(r"[-+(]?\s*+(?:[$€£¥]\s*+)?\d[\d.,  '%)]*+\s*+[\w$€£¥%/]{0,4}\.?$")


_MOST_HEADING_ROWS = 4
_LONGEST_NAME = 80  # characters; what is longer is text


class Across(str):
    """The text of a merged cell once more, in a further column that it covers."""

    __slots__ = ()


class Below(str):
    """The text of a merged cell once more, in a further row that it covers."""

    __slots__ = ()


class TableLine(NamedTuple):
    """A line of a table's text, and the row that it says; a title says none."""

    text: str
    address: str
    cells: list[str] | None


class TableReader:
    """Reads a table row by row, so that it may be of any length.

    `header_rows` says how many rows at the top are column names; None decides by the looks of
    the first rows; what merged cells there head is read on from the rows below. A cell merged
    over some columns or rows is expected in each of them. `names` and `titles` are known once the
    first line has been read.
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
        count = _guess_header(grid) if asked is None else _asked_header(grid, asked)
        self.titles, count = _titles(grid, count, named=asked is not None)
        yield from (TableLine(title, "", None) for title in self.titles)
        first = len(self.titles)
        names = self.names = _names(grid[first : first + count])
        body = head[first + count :]
        if not body and count:  # nothing but names
            body, names = head[first : first + count], []
            self.names = names
        if _has_empty_column(names, body):
            yield TableLine(" | ".join(name for name in names if name), "", None)
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


def _placed(row: Row | tuple[str, Row]) -> tuple[str, list[str]]:
    """A row's address, or "", and its cells without line breaks.

    A cell merged over the whole row counts once.
    """
    address, cells = (str(row[0]), row[1]) if isinstance(row, tuple) else ("", row)
    flat = [type(cell)(" ".join(cell.split())) for cell in cells]
    if len(flat) > 1 and flat[0] and all(isinstance(cell, Across) and cell for cell in flat[1:]):
        return address, [flat[0], *[""] * (len(flat) - 1)] if len(set(flat)) == 1 else flat
    return address, flat


def row_line(cells: Sequence[str], names: Sequence[str], two_columns: bool = False) -> str:
    """One row as text; without `names` its cells are parted by " | ", or ": " in key and value."""
    at = 1
    while at < len(cells) and isinstance(cells[at], Across) and cells[at] == cells[0]:
        at += 1  # a label merged over several columns is said once
    said = [*cells[:1], *[""] * (at - 1), *cells[at:]]
    if not names:  # so is any other where no names tell the columns apart
        said = [
            "" if number and isinstance(cell, Across) and cell == cells[number - 1] else cell
            for number, cell in enumerate(said)
        ]
    filled = [cell for cell in said if cell]
    if len(filled) == 1 and cells[0]:
        return filled[0]
    if not names:
        in_two = two_columns or at > 1
        if in_two and len(filled) == 2:
            return f"{filled[0].removesuffix(':')}: {filled[1]}"
        return " | ".join(filled)
    parts = []
    for index, cell in enumerate(said):
        if cell:
            name = names[index] if index < len(names) else ""
            parts.append(f"{name}: {cell}" if name and name != cell else cell)
    return "; ".join(parts)


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, perhaps with a currency or a short unit."""
    return len(cell) < 30 and bool(_NUMBER.match(cell))


def _titles(head: list[list[str]], count: int, *, named: bool) -> tuple[list[str], int]:
    """Rows above the column names that hold a single text: the table's title.

    Of rows that are `named` as heads, one with an empty first cell names the other column.
    """
    titles: list[str] = []
    alone = max(map(len, head)) == 1  # a list, which has no columns to name
    for number, cells in enumerate(head[:count]):
        if alone or not _is_title(cells, head[number + 1 :]) or (named and not cells[0]):
            break
        titles.append(next(cell for cell in cells if cell))
    return titles, count - len(titles)


def _is_title(cells: list[str], below: list[list[str]]) -> bool:
    """Whether a row holds a single text, and that is no heading over some of the columns."""
    if len({cell for cell in cells if cell}) != 1:
        return False
    over_some = not cells[0] and any(isinstance(cell, Across) and cell for cell in cells)
    heads = (row for row in below[:_MOST_HEADING_ROWS] if row[0])
    return not (over_some and any(len(set(row)) > 1 for row in heads))


def _names(rows: list[list[str]]) -> list[str]:
    """Column names; several rows of them are joined: "2024" above "Revenue" is "2024 Revenue"."""
    width = max(map(len, rows), default=0)
    names = []
    for column in range(width):
        parts: list[str] = []
        for number, cells in enumerate(rows):
            part = cells[column] if column < len(cells) else ""
            if not part and number < len(rows) - 1:
                part = _heading_to_the_left(cells, rows[number + 1], column)
            part = part.rstrip(":")
            if part and part not in parts:
                parts.append(part)
        names.append(" ".join(parts))
    return names


def _heading_to_the_left(cells: list[str], below: list[str], column: int) -> str:
    """What heads a column whose own cell is empty: as people write it over the first of several."""
    if column >= len(below) or not below[column] or any(isinstance(c, Across) for c in cells):
        return ""
    return next((cell for cell in reversed(cells[:column]) if cell), "")


def _guess_header(head: list[list[str]]) -> int:  # noqa: PLR0911  # a return a kind of table
    """How many of the first rows are titles and column names."""
    width = max(map(len, head))
    first = 0
    while first < len(head) - 1 and width > 1 and _is_title(head[first], head[first + 1 :]):
        first += 1  # a title above the table
    if first >= len(head) - 1:
        return 0
    if depth := _heading_rows(head[first:], width):
        return first + depth
    names, body = head[first], head[first + 1 :]
    if width == 2 and all(cells and cells[0].endswith(":") for cells in head[first:]):
        return first  # each row names its value
    filled = [cell for cell in names if cell]
    if len(filled) < 2 or len(set(filled)) < len(filled) or max(map(len, filled)) > _LONGEST_NAME:
        return first
    if len(filled) < width - 1 or any(is_number(cell) and not _is_year(cell) for cell in names):
        return first
    for column, name in enumerate(names):
        below = [cells[column] for cells in body if column < len(cells) and cells[column]]
        if below and sum(map(is_number, below)) * 2 > len(below) and not is_number(name):
            return first + 1
    if any(isinstance(cells[0], Below) and cells[0] for cells in body if cells):
        return first + 1  # labels over several rows have a name above them
    if width == 2:  # key and value, unless the first row is plainly a pair of names
        values = [cells[1] for cells in body if len(cells) > 1 and cells[1]]
        longest = max(map(len, filled))
        if _has_digit(filled[-1]) and 2 * sum(map(_has_digit, values)) > len(values):
            return first  # "1 January" above other days
        return first + (bool(values) and longest <= 25 and _mean(values) > 1.5 * len(filled[-1]))
    return first + 1


def _asked_header(head: list[list[str]], asked: int) -> int:
    """As many rows of names as the format says, and those that their merged cells lead to."""
    count = min(asked, len(head))
    first = 0
    while first < count and _is_title(head[first], head[first + 1 :]):
        first += 1
    if first >= count:
        return count
    return max(count, first + _heading_rows(head[first:], max(map(len, head))))


def _heading_rows(rows: list[list[str]], width: int) -> int:
    """How many rows of column names there are where one heads another; 0 for a single one."""
    depth = _merged_rows(rows) or _written_rows(rows, width)
    if not 1 < depth < len(rows) + 1:
        return 0
    names = _names(rows[:depth])
    written = [cell for cells in rows[:depth] for cell in cells if cell]
    if any(
        len(cell) > _LONGEST_NAME or (is_number(cell) and not _is_year(cell)) for cell in written
    ):
        return 0
    filled = [name for name in names if name]
    return depth if len(filled) > 1 and len(set(filled)) == len(filled) else 0


def _merged_rows(rows: list[list[str]]) -> int:
    """The rows that a heading merged over columns, or down over rows, is in or leads to."""
    depth = 0
    while depth < min(len(rows) - 1, _MOST_HEADING_ROWS):
        below = rows[depth + 1]
        across = any(isinstance(cell, Across) and cell for cell in rows[depth])
        down = any(isinstance(cell, Below) and cell for cell in below)
        if not (across or (down and not _is_data(below))):
            break
        depth += 1
    return depth + 1 if depth else 0


def _is_data(cells: list[str]) -> bool:
    return any(is_number(cell) and not _is_year(cell) for cell in cells)


def _written_rows(rows: list[list[str]], width: int) -> int:
    """2 where the second row names what the gaps of the first stand above; else 0."""
    if len(rows) < 3 or width < 3:
        return 0
    above = rows[0] + [""] * (width - len(rows[0]))
    below = rows[1] + [""] * (width - len(rows[1]))
    gaps = [at for at in range(width) if not above[at]]
    if not any(at and any(above[:at]) for at in gaps) or _is_data(above) or _is_data(below):
        return 0
    if not all(below[at] for at in gaps) or not all(map(any, zip(above, below, strict=True))):
        return 0
    counted = [
        at
        for at in range(width)
        if (values := [r[at] for r in rows[2:] if at < len(r) and r[at]])
        and sum(map(is_number, values)) * 2 > len(values)
    ]
    return 2 if set(counted).intersection(gaps) else 0


def _has_empty_column(names: list[str], body: list[tuple[str, list[str]]]) -> bool:
    """Whether a column has a name and, as far as can be seen, nothing below it: as in a form."""
    return any(
        name and not any(at < len(cells) and cells[at] for _, cells in body)
        for at, name in enumerate(names)
    )


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell)) and not _is_year(cell)


def _mean(values: list[str]) -> float:
    return sum(map(len, values)) / len(values)


def _is_year(cell: str) -> bool:
    return bool(re.fullmatch(r"(?:FY\s?)?(?:19|20)\d\d", cell))
