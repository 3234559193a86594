"""Finds tables on a PDF page: by drawn rules, or by columns that stay free of text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.loaders.pdf.text import Rule
from ingest.loaders.tables import TableReader
from ingest.sections import Grid

SAME_LINE = 0.35  # of the font size: baselines closer than this are one line
_TOUCH = 2.5  # points: rules this close meet
_BULLET = re.compile(r"[•●○▪■□‣⁃\uf0b7\uf0a7]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_LTR_WORDS = re.compile("[0-9A-Za-z\u00c0-\u024f][0-9A-Za-z\u00c0-\u024f .,:/%-]*")
_LEADERS = re.compile(r"(?:\s?\.){4,}\s*|\s?…{2,}\s*|_{6,}")


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


def tidy(text: str) -> str:
    """Single spaces, dots that lead to a page number shortened, right-to-left text in order."""
    text = " ".join(_LEADERS.sub(" … ", text).split())
    if _RTL.search(text):  # stored as it is seen, left to right
        text = _LTR_WORDS.sub(lambda found: found[0][::-1], text)[::-1]
    return text


def find_tables(pieces: Sequence[Line], rules: Sequence[Rule]) -> Iterator[tuple[set[int], Table]]:
    """Tables, each with the numbers of the pieces that went into it."""
    used: set[int] = set()
    for grid in _ruled_grids(rules):
        members, table = _ruled_table(pieces, grid)
        if table:
            used |= members
            yield members, table
    upright = [n for n, piece in enumerate(pieces) if piece.angle == 0 and n not in used]
    for candidates in _table_regions(pieces, upright):
        if table := _table(pieces, candidates):
            yield set(candidates), table


# Ruled tables: rules that meet form a grid, and each piece lies in one of its cells.

_Grid = tuple[list[float], list[float]]  # x of its columns' borders, y of its rows'


def _ruled_grids(rules: Sequence[Rule]) -> Iterator[_Grid]:
    level = [rule for rule in rules if rule.x1 - rule.x0 >= rule.y1 - rule.y0]
    upright = [rule for rule in rules if rule.x1 - rule.x0 < rule.y1 - rule.y0]
    if not 2 <= len(level) < 1500 or not upright or len(upright) >= 1500:
        return
    groups = _meeting(level, upright)
    for group in groups:
        lines = [level[n] for n in group if n < len(level)]
        posts = [upright[n - len(level)] for n in group if n >= len(level)]
        if not lines or not posts:
            continue
        xs = _distinct(
            [rule.x0 for rule in posts]
            + [min(rule.x0 for rule in lines), max(rule.x1 for rule in lines)]
        )
        ys = _distinct(
            [rule.y0 for rule in lines]
            + [min(rule.y0 for rule in posts), max(rule.y1 for rule in posts)]
        )
        if len(xs) >= 3 and len(ys) >= 3 and len(xs) * len(ys) < 20_000:
            yield xs, ys


def _meeting(level: list[Rule], upright: list[Rule]) -> list[list[int]]:
    """Groups of rules that touch each other; uprights are numbered after the level ones."""
    parent = list(range(len(level) + len(upright)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for n, line in enumerate(level):
        for m, post in enumerate(upright, len(level)):
            if (
                line.x0 - _TOUCH <= post.x0 <= line.x1 + _TOUCH
                and post.y0 - _TOUCH <= line.y0 <= post.y1 + _TOUCH
            ):
                parent[root(m)] = root(n)
    groups: dict[int, list[int]] = {}
    for n in range(len(parent)):
        groups.setdefault(root(n), []).append(n)
    return [group for group in groups.values() if len(group) >= 4]


def _distinct(values: list[float]) -> list[float]:
    """Values in order, those that nearly coincide just once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > 2 * _TOUCH:
            found.append(value)
    return found


def _ruled_table(pieces: Sequence[Line], grid: _Grid) -> tuple[set[int], Table | None]:
    xs, ys = grid
    cells: dict[tuple[int, int], list[int]] = {}
    for number, piece in enumerate(pieces):
        middle = piece.y + 0.3 * piece.size
        if piece.angle == 0 and ys[0] < middle < ys[-1]:
            x = piece.x0 + min(2.0, (piece.x1 - piece.x0) / 2)
            if xs[0] - 1 <= x < xs[-1]:
                row = len(ys) - 1 - sum(y < middle for y in ys)
                cells.setdefault((row, sum(border <= x for border in xs[1:-1])), []).append(number)
    members = {number for numbers in cells.values() for number in numbers}
    used_rows = {row for row, _ in cells}
    if len(used_rows) < 2 or len({column for _, column in cells}) < 2:
        return members, None
    rows: list[list[str]] = []
    bold: list[bool] = []
    for row in sorted(used_rows):
        numbers = [cells.get((row, column), []) for column in range(len(xs) - 1)]
        rows.append([" ".join(tidy(pieces[n].text) for n in cell) for cell in numbers])
        bold.append(all(pieces[n].bold for cell in numbers for n in cell))
    if max(len(cell) for row in rows for cell in row) > 3_000:  # a page with a frame around
        return members, None
    return members, _read(_spanning(rows), _bold_rows(bold), ys[-1])


# Tables: rows of pieces side by side, in columns that stay free of text from row to row.


def _table_regions(pieces: Sequence[Line], upright: list[int]) -> list[list[int]]:
    """Groups of pieces, by number, that may be tables: runs of rows with several pieces."""
    rows = _rows(pieces, upright)
    regions: list[list[list[int]]] = []
    region: list[list[int]] = []
    single = 0
    for row in rows:
        if region:
            above = pieces[region[-1][0]]
            pitch = above.y - pieces[row[0]].y
            size = pieces[row[0]].size
            far = pitch > 3.5 * max(above.size, size)
            far = far or (len(row) == 1 and size > 1.1 * above.size)  # a heading between two
            single = 0 if len(row) > 1 else single + 1
            if far or single > 2:
                regions.append(region)
                region, single = [], 0
        if region or len(row) > 1:
            region.append(row)
    regions.append(region)
    found = []
    for candidate in regions:
        while candidate and len(candidate[-1]) == 1:
            candidate.pop()
        multiple = [row for row in candidate if len(row) > 1]
        widest = max((len(row) for row in multiple), default=0)
        if len(multiple) >= 3 or (len(multiple) == 2 and widest >= 3):
            found.append([number for row in candidate for number in row])
    return found


def _rows(pieces: Sequence[Line], numbers: list[int]) -> list[list[int]]:
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


def _table(pieces: Sequence[Line], members: list[int]) -> Table | None:
    """The pieces as a table, or None where they only happen to stand side by side."""
    rows = _rows(pieces, members)
    multiple = [row for row in rows if len(row) > 1]
    if _is_prose(pieces, multiple) or _is_list(pieces, members):
        return None
    columns = _columns(pieces, multiple)
    if len(columns) < 2:
        return None
    grid: list[list[str]] = []
    bold: list[bool] = []
    numbers: list[list[int]] = []  # the pieces of each row of the grid
    limits = _wrap_limits(pieces, rows)
    last_y = 0.0
    for row in rows:
        cells = [""] * len(columns)
        for number in row:
            column = _column_of(pieces[number], columns)
            cells[column] = f"{cells[column]} {tidy(pieces[number].text)}".strip()
        y = pieces[row[0]].y
        if grid and _goes_on(cells, grid[-1], last_y - y, limits):
            grid[-1] = [f"{a} {b}".strip() for a, b in zip(grid[-1], cells, strict=True)]
            bold[-1] = bold[-1] and all(pieces[n].bold for n in row)
            numbers[-1] += row
        else:
            grid.append(cells)
            bold.append(all(pieces[n].bold for n in row))
            numbers.append(list(row))
        last_y = y
    if not _is_regular(grid) or not _is_drawn_in_order(numbers, members):
        return None
    return _read(_spanning(grid), _bold_rows(bold), pieces[rows[0][0]].y)


def _read(rows: list[list[str]], header_rows: int | None, y: float) -> Table:
    said, grid = next(TableReader(rows, header_rows).sections(), ("", None))
    return Table(said.split("\n") if said else [], y, grid)


def _is_regular(grid: list[list[str]]) -> bool:
    """Most cells are filled; figures and flow charts leave most of theirs empty."""
    filled = [sum(map(bool, row)) for row in grid]
    pairs = sum(count > 1 for count in filled)
    return (
        len(grid) >= 2 and pairs >= 0.6 * len(grid)
        and sum(filled) >= 0.5 * len(grid) * len(grid[0])
    )  # fmt: skip


def _is_drawn_in_order(rows: list[list[int]], members: list[int]) -> bool:
    """Programs write tables row after row, with nothing else in between."""
    together = max(members) - min(members) + 1 <= 1.2 * len(members) + 2
    ordered = sum(max(a) < min(b) for a, b in pairwise(rows))
    return together and ordered >= 0.75 * (len(rows) - 1)


def _is_list(pieces: Sequence[Line], members: list[int]) -> bool:
    """A table of contents, or bulleted lists beside each other."""
    marked = sum(
        bool(_LEADERS.search(pieces[n].text) or _BULLET.match(pieces[n].text)) for n in members
    )
    return marked > 0.3 * len(members)


def _is_prose(pieces: Sequence[Line], rows: list[list[int]]) -> bool:
    """Two columns of running text stand side by side as well."""
    words = [len(pieces[number].text.split()) for row in rows for number in row]
    if not words:
        return True
    drawn_down = sum(b[0] - a[0] == 1 for a, b in pairwise(rows)) > 0.6 * (len(rows) - 1)
    usual = median(words)
    narrow = max(len(row) for row in rows) < 3
    return usual > 8 or (usual > 5 and narrow) or (drawn_down and usual > 3)


def _columns(pieces: Sequence[Line], rows: list[list[int]]) -> list[tuple[float, float]]:
    """Intervals of x that hold the columns: what few rows cover is the space between them."""
    edges: list[tuple[float, int]] = []
    for row in rows:
        for number in row:
            piece = pieces[number]
            edges += [(piece.x0, 1), (max(piece.x1, piece.x0 + 0.5), -1)]
    edges.sort()
    allowed = len(rows) // 12
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
        if merged and column[0] - merged[-1][1] < 2.0:
            merged[-1] = (merged[-1][0], column[1])
        else:
            merged.append(column)
    return merged


def _column_of(piece: Line, columns: list[tuple[float, float]]) -> int:
    def overlap(column: tuple[float, float]) -> float:
        return min(piece.x1, column[1]) - max(piece.x0, column[0])

    best = max(range(len(columns)), key=lambda n: overlap(columns[n]))
    # A title over several columns belongs to the first of them.
    touched = [n for n, column in enumerate(columns) if overlap(column) > 0]
    return touched[0] if len(touched) > 1 else best


def _wrap_limits(pieces: Sequence[Line], rows: list[list[int]]) -> tuple[float, float]:
    """The largest distance of lines within a cell, and the usual distance of rows."""
    size = median(pieces[row[0]].size for row in rows)
    pitches = [pieces[a[0]].y - pieces[b[0]].y for a, b in pairwise(rows)]
    return 1.35 * size, median(pitches) if pitches else 0.0


def _goes_on(
    cells: list[str], above: list[str], distance: float, limits: tuple[float, float]
) -> bool:
    """Whether a line continues the cells of the row above it."""
    filled = [n for n, cell in enumerate(cells) if cell]
    if len(filled) == len(cells) or not all(above[n] for n in filled):
        return False
    wrap, usual = limits
    if distance > wrap:
        return False
    return not cells[0] or usual > wrap * 1.05


def _bold_rows(bold: list[bool]) -> int | None:
    """How many rows at the top are set in bold, when the rest is not."""
    count = 0
    while count < len(bold) and bold[count]:
        count += 1
    return count if 0 < count <= 3 and count < len(bold) else None


def _spanning(grid: list[list[str]]) -> list[list[str]]:
    """Rows that hold a single text in their first cell become one-cell rows."""
    return [row[:1] if row[0] and not any(row[1:]) else row for row in grid]
