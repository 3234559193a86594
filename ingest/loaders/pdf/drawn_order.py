"""Rows and cells by the order in which a program drew the pieces of a table.

Tables are drawn row after row, each cell with all its lines, so that the order tells lines of one
cell from rows below each other, and to which rows a label in the middle of several belongs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.loaders.pdf.tables import SAME_LINE, Line

_WRAPPED = 1.5  # of the font size: lines of one cell are no further apart
_BESIDE = 0.8  # of the font size: so far a cell of one line stands from the lines beside it
_TALLEST = 400.0  # points that a label goes down
_MOST_LABELS = 3  # side by side, each for several rows
_DISORDER = 0.1  # of the rows that may not lie below the one before
_ALONE = 0.4  # of the rows that may hold one cell


@dataclass(slots=True)
class Cell:
    """Pieces in one cell: its columns from and to, its highest and lowest baseline."""

    numbers: list[int]
    left: int
    right: int
    top: float
    bottom: float


Row = list[Cell]  # from left to right
Span = Callable[[int], tuple[int, int]]  # a piece's number -> its first and its last column
Cut = Callable[[Line, Line], bool]  # whether a rule runs between two lines


def rows_as_drawn(
    pieces: Sequence[Line], members: Sequence[int], span: Span, is_cut: Cut, pitch: float
) -> list[Row] | None:
    """The rows of the pieces `members`; None where they were not drawn row after row.

    `pitch` is the usual distance of rows in points, or 0.
    """
    rows: list[Row] = []
    members = sorted(members)
    for at, number in enumerate(members):
        piece = pieces[number]
        left, right = span(number)
        row = rows[-1] if rows else []
        after = pieces[members[at + 1]] if at + 1 < len(members) else None
        if row and left <= row[-1].right and right >= row[-1].left:
            last = pieces[row[-1].numbers[-1]]
            if (
                _is_next_line(last, piece) and not is_cut(last, piece)
                and (len(row) > 1 or not _begins_row(pieces, row[0], piece, after, pitch))
            ):  # fmt: skip
                row[-1].numbers.append(number)
                row[-1].bottom = piece.y
                row[-1].right = max(row[-1].right, right)
                continue
        elif row and left > row[-1].right and _is_beside(row, piece):
            row.append(Cell([number], left, right, piece.y, piece.y))
            continue
        rows.append([Cell([number], left, right, piece.y, piece.y)])
    alone = sum(len(row) == 1 for row in rows)
    disorder = sum(
        max(cell.top for cell in of_one_row(below))
        > min(cell.bottom for cell in of_one_row(above)) - 1
        for above, below in pairwise(rows)
    )
    if alone > _ALONE * len(rows) or disorder > _DISORDER * len(rows):
        return None
    return rows


def of_one_row(row: Row) -> Row:
    """A row's cells without labels in front that stand in the middle of several rows."""
    lowest = row[-1].bottom - 3
    first = next(n for n, cell in enumerate(row) if cell.top > lowest)
    return row[first:]


def _is_next_line(last: Line, piece: Line) -> bool:
    return (
        0 < last.y - piece.y <= _WRAPPED * max(piece.size, last.size)
        and abs(last.size - piece.size) < 0.2 * piece.size
    )


def _begins_row(
    pieces: Sequence[Line], cell: Cell, piece: Line, after: Line | None, pitch: float
) -> bool:
    """Whether the piece below a cell that stands alone so far is the first one of a row."""
    if after is None or after.x0 < piece.x1 or abs(after.y - piece.y) > SAME_LINE * piece.size:
        return False
    return pieces[cell.numbers[0]].bold != piece.bold or pitch <= 1.1 * (cell.bottom - piece.y)


def _is_beside(row: Row, piece: Line) -> bool:
    """Whether a piece on the right of a row's cells stands in that row."""
    tolerance = _BESIDE * piece.size
    own = of_one_row(row)
    top, bottom = max(cell.top for cell in own), min(cell.bottom for cell in own)
    if bottom - tolerance <= piece.y <= top + tolerance:
        return True
    # Labels in the middle of the rows that they belong to are drawn before the first of them.
    return len(row) <= _MOST_LABELS and 0 < piece.y - row[0].top < _TALLEST
