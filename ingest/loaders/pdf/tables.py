"""Lines and tables of a PDF page, and how rows of cells become a table."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ingest.loaders.pdf.direction import in_reading_order, reads_right_to_left
from ingest.loaders.tables import TableReader
from ingest.sections import Grid, Kind

SAME_LINE = 0.35  # of the font size: baselines closer than this are one line
_MOST_HEADS = 4  # rows of names
_FILLED_BODY = 0.3  # of a body's rows; where more lie on a colour, that says nothing of the first
LEADERS = re.compile(r"(?:\s?\.){4,}\s*|\s?…{2,}\s*|_{6,}")
_LOOSE_MARK = re.compile(r"(?<=\d) ([.,])(?=\d)")

Interval = tuple[float, float]


@dataclass(slots=True)
class Line:
    """One line of text, or one piece of a line where something stands beside it.

    Coordinates are in points; `y` is the baseline, growing upwards. `bold` when all of it is.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    angle: int = 0


@dataclass(slots=True)
class Table:
    """Rows that were found side by side, each as text with its column names."""

    rows: list[str]
    y: float  # of its first row
    grid: Grid | None = None  # its cells, where they are known
    columns: Sequence[Interval] = ()  # where they stand, in points
    shown_heads: int = (
        0  # rows at the top that bold type, colour, rules or figures show to be names
    )
    cells: Sequence[Sequence[str]] = ()  # all rows, those of names as well
    kind: Kind = "table"  # or "figure": what a picture says


class CellRow(NamedTuple):
    """A row of a table before it is known which are names. `filled`: it lies on a colour."""

    cells: list[str]
    bold: bool
    filled: bool = False


def tidy(text: str) -> str:
    """Single spaces, dots that lead to a page number shortened, right-to-left text in order.

    A number is one whole: "2 .405 .085,86" comes from fonts with wide full stops.
    """
    text = " ".join(LEADERS.sub(" … ", text).split())
    text = _LOOSE_MARK.sub(r"\1", text)
    return in_reading_order(text) if reads_right_to_left(text) else text


def text_of(pieces: Sequence[Line], numbers: Iterable[int]) -> str:
    """What pieces of one cell say together."""
    return " ".join(tidy(pieces[number].text) for number in numbers)


def read_rows(rows: Sequence[CellRow], heads: int, y: float, columns: Sequence[Interval]) -> Table:
    """Rows as a table. `heads`: so many of them at least are names; 0 where nothing shows it."""
    count = max(heads, _bold_at_the_top(rows), _filled_at_the_top(rows))
    return _read([row.cells for row in rows], count or None, Table([], y, None, columns, count))


def continued(table: Table, above: Table) -> Table:
    """A table at the top of a page with the names of the one that it goes on from.

    The table itself where it has names of its own, or other columns.
    """
    names = above.grid.columns if above.grid else []
    if not table.columns or table.shown_heads or len(table.columns) != len(above.columns):
        return table
    beside = [
        a[0] < b[1] and b[0] < a[1] for a, b in zip(table.columns, above.columns, strict=True)
    ]
    if not all(beside):
        return table
    if not names:
        return _read(table.cells, 0, table)
    if any(len(row) > len(names) for row in table.cells):
        return table
    return replace(_read([names, *table.cells], 1, table), cells=table.cells)


def _read(cells: Sequence[Sequence[str]], heads: int | None, table: Table) -> Table:
    rows = [list(row) for row in cells]
    said, grid = next(TableReader(rows, heads).sections(), ("", None))
    lines = said.split("\n") if said else []
    if grid is not None and _has_empty_column(grid):
        names = " | ".join(filter(None, grid.columns))
        if names not in lines:  # or they would be said nowhere
            lines.insert(0, names)
            moved = [row._replace(line=row.line + 1) for row in grid.rows]
            grid = grid._replace(rows=moved)
    return replace(table, rows=lines, grid=grid, cells=rows)


def _has_empty_column(grid: Grid) -> bool:
    """Whether a column has a name and nothing below it, as in forms."""
    return any(
        name and not any(at < len(row.cells) and row.cells[at] for row in grid.rows)
        for at, name in enumerate(grid.columns)
    )


def _bold_at_the_top(rows: Sequence[CellRow]) -> int:
    """How many rows at the top are set in bold, when the rest is not."""
    count = 0
    while count < len(rows) and rows[count].bold:
        count += 1
    return count if count <= _MOST_HEADS and count < len(rows) else 0


def _filled_at_the_top(rows: Sequence[CellRow]) -> int:
    """How many rows at the top lie on a colour, when the rest does not."""
    count = 0
    while count < len(rows) and rows[count].filled:
        count += 1
    body = rows[count:]
    elsewhere = sum(row.filled for row in body)
    return count if count <= _MOST_HEADS and elsewhere < _FILLED_BODY * len(body) else 0
