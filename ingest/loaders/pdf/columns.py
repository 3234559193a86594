"""Rows and columns that pieces of text make on a PDF page, without regard to rules."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from ingest.loaders.pdf.tables import SAME_LINE, Line, text_of
from ingest.loaders.tables import is_number

_FEW = 12  # rows; one in so many may cross the space between two columns
_LEAST_SPACE = 2.0  # points between two columns
_APART = 1.45  # of the font size: lines of one text are nearer to each other
_MOST_NAMES = 4  # rows of names at the top
_BESIDE = 0.5  # of the font size: baselines closer than this may be one row's

Place = TypeVar("Place", bound=Hashable)


def in_rows(pieces: Sequence[Line], numbers: Iterable[int]) -> list[list[int]]:
    """Pieces on one baseline, from the top of the page down, each row from left to right."""
    rows: list[list[int]] = []
    for number in sorted(numbers, key=lambda n: -pieces[n].y):
        piece = pieces[number]
        if rows and pieces[rows[-1][0]].y - piece.y < SAME_LINE * piece.size:
            rows[-1].append(number)
        else:
            rows.append([number])
    for row in rows:
        row.sort(key=lambda n: pieces[n].x0)
    return rows


def columns_of(pieces: Sequence[Line], rows: Sequence[Sequence[int]]) -> list[tuple[float, float]]:
    """Intervals of x that hold the columns: what few rows cover is the space between them."""
    edges: list[tuple[float, int]] = []
    for row in rows:
        for number in row:
            piece = pieces[number]
            edges += [(piece.x0, 1), (max(piece.x1, piece.x0 + 0.5), -1)]
    edges.sort()
    allowed = len(rows) // _FEW
    columns: list[tuple[float, float]] = []
    depth, start = 0, 0.0
    for x, step in edges:
        before, depth = depth, depth + step
        if before <= allowed < depth:
            start = x
        elif depth <= allowed < before:
            columns.append((start, x))
    merged: list[tuple[float, float]] = []
    for column in columns:
        if merged and column[0] - merged[-1][1] < _LEAST_SPACE:
            merged[-1] = (merged[-1][0], column[1])
        else:
            merged.append(column)
    for row in rows[:_MOST_NAMES]:  # a name that stands beside the cells of its column
        for piece in map(pieces.__getitem__, row):
            if all(piece.x1 <= a or piece.x0 >= b for a, b in merged):
                merged.append((piece.x0, piece.x1))
    merged.sort()
    to_right = _with_their_names(pieces, rows, merged, 1)
    to_left = _with_their_names(pieces, rows, merged, -1)
    return to_left if len(to_left) < len(to_right) else to_right


def _with_their_names(
    pieces: Sequence[Line],
    rows: Sequence[Sequence[int]],
    columns: Sequence[tuple[float, float]],
    step: int,
) -> list[tuple[float, float]]:
    """The columns, each with a name that stands beside its cells and not above them.

    Names may start on the left where figures end on the right. `step` says which column a name is
    taken to belong to: the next one on its right, 1, or on its left, -1.
    """  # fmt: skip
    used: list[set[int]] = [set() for _ in columns]  # rows that have something in a column
    for at, row in enumerate(rows):
        for number in row:
            piece = pieces[number]
            touched = [
                column
                for column, (start, end) in enumerate(columns)
                if piece.x0 < end and piece.x1 > start
            ]
            if len(touched) == 1:  # one that reaches over two parts no name from its column
                used[touched[0]].add(at)
    found: list[tuple[float, float]] = []
    order = range(len(columns)) if step > 0 else range(len(columns) - 1, -1, -1)
    name: int | None = None
    for column in order:
        start, end = columns[column]
        if name is not None and not used[name] & used[column]:
            a, b = columns[name]
            found[-1] = (min(a, start), max(b, end))
            name = None
            continue
        found.append((start, end))
        name = column if used[column] and max(used[column]) < _MOST_NAMES else None
    return found[::step]


def parted(
    pieces: Sequence[Line],
    cells: Mapping[Place, Sequence[int]],
    left_of: Callable[[Place], int],
) -> list[dict[Place, list[int]]]:
    """The rows that some cells side by side hold: one, unless their lines say otherwise.

    Where each line of a column is a figure, and the lines of others stand beside them, each line
    is a row. So it is where all have as many lines, further apart than those of one text. A label
    of one line in front of them belongs to each of the rows.
    """
    whole = [{place: list(numbers) for place, numbers in cells.items()}]
    stacks = {place: in_rows(pieces, numbers) for place, numbers in cells.items()}
    depth = max((len(stack) for stack in stacks.values()), default=0)
    deep = [place for place, stack in stacks.items() if len(stack) == depth]
    figures = [
        place for place in deep if all(is_number(text_of(pieces, line)) for line in stacks[place])
    ]
    apart = len(deep) == len(stacks) and all(
        _are_apart(pieces, [line[0] for line in stack]) for stack in stacks.values()
    )
    if depth < 2 or len(deep) < 2 or not (figures or apart):
        return whole
    ys = [pieces[line[0]].y for line in stacks[(figures or deep)[0]]]
    first = min(map(left_of, deep))
    parts: list[dict[Place, list[int]]] = [{} for _ in ys]
    for place, stack in stacks.items():
        if len(stack) == 1 and left_of(place) < first:
            for part in parts:
                part[place] = stack[0]
            continue
        for line in stack:
            piece = pieces[line[0]]
            nearest = min(range(depth), key=lambda n: abs(ys[n] - piece.y))
            if abs(ys[nearest] - piece.y) > _BESIDE * piece.size or place in parts[nearest]:
                return whole  # lines that stand between the rows
            parts[nearest][place] = line
    return parts


def _are_apart(pieces: Sequence[Line], lines: Sequence[int]) -> bool:
    """Whether lines are further from each other than those of one text."""
    return all(
        pieces[a].y - pieces[b].y > _APART * max(pieces[a].size, pieces[b].size)
        for a, b in pairwise(lines)
    )
