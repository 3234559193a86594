"""Puts the runs of a PDF page together: words into lines, lines side by side into tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.loaders.pdf_text import Run
from ingest.loaders.tables import table_lines

_SPACE = 0.17  # of the font size: a wider gap parts two words
_CELL = 0.9  # of the font size: a wider gap may part two cells
_SAME_LINE = 0.35  # of the font size: baselines closer than this are one line
_MARKER = re.compile(r"(?:[•●○▪■□‣⁃–—*·o\uf0b7\uf0a7-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlIVX]{1,5})[.)])$")
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


def page_blocks(runs: Iterable[Run]) -> list[Line | Table]:
    """Lines and tables of a page in the order in which the file draws them."""
    pieces = _pieces(runs)
    upright = [n for n, piece in enumerate(pieces) if piece.angle == 0]
    blocks: list[Line | Table] = []
    placed: dict[int, Table] = {}
    inside: set[int] = set()
    for members in _table_regions(pieces, upright):
        if table := _table(pieces, members):
            first = min(members)
            placed[first] = table
            inside |= set(members)
    for number, piece in enumerate(pieces):
        if number in placed:
            blocks.append(placed[number])
        elif number not in inside:
            last = blocks[-1] if blocks else None
            if isinstance(last, Line) and _is_beside(last, piece):
                _join(last, piece)
            else:
                blocks.append(piece)
    for block in blocks:
        if isinstance(block, Line):
            block.text = tidy(block.text)
    return [block for block in blocks if isinstance(block, Table) or block.text]


def tidy(text: str) -> str:
    """Single spaces, dots that lead to a page number shortened, right-to-left text in order."""
    text = " ".join(_LEADERS.sub(" … ", text).split())
    if _RTL.search(text):  # stored as it is seen, left to right
        text = _LTR_WORDS.sub(lambda found: found[0][::-1], text)[::-1]
    return text


def _pieces(runs: Iterable[Run]) -> list[Line]:
    pieces: list[Line] = []
    current: Line | None = None
    last: Run | None = None
    for run in runs:
        if not run.text.strip():
            if current and run.text and last and abs(run.y - current.y) < 1 and run.x0 < current.x1 + 1:
                current.text += " "
            continue
        if last and _is_shadow(last, run):
            continue
        gap = run.x0 - current.x1 if current else 0.0
        if current and _continues(current, run, gap):
            if gap > _SPACE * max(run.size, 0.6 * current.size) and not current.text.endswith(" "):
                current.text += " "
            current.text += run.text
            current.x1 = max(current.x1, run.x1)
            current.bold = current.bold and run.bold
            if run.size > current.size:  # a superscript came first
                current.size, current.y = run.size, run.y
        else:
            if current:
                pieces.append(current)
            current = Line(run.text, run.x0, run.x1, run.y, run.size, run.bold, run.angle)
        last = run
    if current:
        pieces.append(current)
    for piece in pieces:
        piece.text = piece.text.strip()
    return pieces


def _continues(line: Line, run: Run, gap: float) -> bool:
    if run.angle != line.angle:
        return False
    size = max(line.size, run.size)
    rise = abs(run.y - line.y)
    # Smaller text a little off the baseline is an index or an exponent.
    script = rise < 0.65 * size and gap < 0.5 * size and min(line.size, run.size) < 0.85 * size
    if rise > _SAME_LINE * min(line.size, run.size) and not script:
        return False
    limit = 2.5 if _MARKER.match(line.text.strip()) else _CELL
    return -0.6 * size < gap < limit * size


def _is_shadow(last: Run, run: Run) -> bool:
    """The same text drawn again a hair beside: bold for want of a bold font."""
    return (
        run.text == last.text
        and abs(run.x0 - last.x0) < 0.2 * run.size
        and abs(run.y - last.y) < 0.2 * run.size
    )


def _is_beside(line: Line, piece: Line) -> bool:
    """Whether a piece goes on the line before it: no table was found there."""
    same = piece.angle == line.angle and abs(piece.y - line.y) < _SAME_LINE * line.size
    return same and -0.3 * line.size < piece.x0 - line.x1 < 12 * line.size


def _join(line: Line, piece: Line) -> None:
    line.text += " " + piece.text
    line.x1 = piece.x1
    line.bold = line.bold and piece.bold
    line.size = max(line.size, piece.size)


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
            far = pitch > 3.5 * max(above.size, pieces[row[0]].size)
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
        if rows and pieces[rows[-1][0]].y - piece.y < _SAME_LINE * piece.size:
            rows[-1].append(number)
        else:
            rows.append([number])
    for row in rows:
        row.sort(key=lambda n: pieces[n].x0)
    return rows


def _table(pieces: Sequence[Line], members: list[int]) -> Table | None:
    rows = _rows(pieces, members)
    multiple = [row for row in rows if len(row) > 1]
    if _is_prose(pieces, multiple):
        return None
    columns = _columns(pieces, multiple)
    if len(columns) < 2:
        return None
    grid: list[list[str]] = []
    bold: list[bool] = []
    lines = _wrap_limits(pieces, rows)
    last_y = 0.0
    for row in rows:
        cells = [""] * len(columns)
        for number in row:
            piece = pieces[number]
            column = _column_of(piece, columns)
            cells[column] = f"{cells[column]} {tidy(piece.text)}".strip()
        y = pieces[row[0]].y
        if grid and _goes_on(cells, grid[-1], last_y - y, lines):
            grid[-1] = [f"{a} {b}".strip() for a, b in zip(grid[-1], cells, strict=True)]
            bold[-1] = bold[-1] and all(pieces[n].bold for n in row)
        else:
            grid.append(cells)
            bold.append(all(pieces[n].bold for n in row))
        last_y = y
    if len(grid) < 2:
        return None
    header = _bold_rows(bold)
    return Table(list(table_lines(_spanning(grid), header)), pieces[rows[0][0]].y)


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
