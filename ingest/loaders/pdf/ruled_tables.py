"""Finds tables on a PDF page by drawn rules that meet: the cells are what lies between them.

A cell that no rule cuts is one, over as many columns and rows as it covers. Where rules part groups
of rows, the lines of text in between say which rows there are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

from ingest.loaders.pdf.columns import columns_of, in_rows, parted
from ingest.loaders.pdf.drawn_order import rows_as_drawn
from ingest.loaders.pdf.matrix import Box
from ingest.loaders.pdf.tables import CellRow, Line, Table, read_rows, text_of
from ingest.loaders.pdf.text import Rule
from ingest.loaders.tables import is_number

_TOUCH = 2.5  # points: rules this close meet
_MOST_RULES = 1_500  # of one direction
_MOST_PLACES = 20_000  # of a grid
_LONGEST_CELL = 3_000  # characters; more is a page with a frame around it
_LONGEST_NAME = 60  # characters of a column's name, or of a value that counts for several columns
_MOST_HEADS = 4  # rows of names
_MOST_COLUMNS = 3  # that a value below the names is said of
_PROSE = 300  # characters that cells have in the mean; with more, rules part articles
_WRAPPED = 1.5  # of the font size: lines of one cell are no further apart
_FILLED = 0.6  # of a cell's width and height: an area that covers so much fills it
_TWO_COLUMNS = (
    0.5  # of a column's rows: so many have something side by side where rules are missing
)


class _Frame(NamedTuple):
    """Rules that meet. `xs` grow to the right, `ys` fall from the top of the page."""

    xs: list[float]
    ys: list[float]
    level: list[Rule]
    upright: list[Rule]


class _Area(NamedTuple):
    """A cell: the rows and the columns of the grid that it covers, from and to, both included."""

    top: int
    bottom: int
    left: int
    right: int


def ruled_tables(
    pieces: Sequence[Line], rules: Sequence[Rule], filled: Sequence[Box]
) -> Iterator[tuple[set[int], Table]]:
    """Tables between rules, each with the numbers of the pieces that went into it."""
    for frame in _frames(rules):
        members = {
            number: place
            for number, piece in enumerate(pieces)
            if piece.angle == 0 and (place := _place(piece, frame)) is not None
        }
        if len({column for _, column in members.values()}) < 2:
            continue
        table = _Cells(pieces, frame, members, filled).table()
        if table is not None:
            yield set(members), table


def _frames(rules: Sequence[Rule]) -> Iterator[_Frame]:
    level = [rule for rule in rules if rule.x1 - rule.x0 >= rule.y1 - rule.y0]
    upright = [rule for rule in rules if rule.x1 - rule.x0 < rule.y1 - rule.y0]
    upright = [
        Rule(x, start, x, end)
        for x, start, end in _in_one(sorted((r.x0, r.y0, r.y1) for r in upright))
    ]
    if not 2 <= len(level) < _MOST_RULES or not upright or len(upright) >= _MOST_RULES:
        return
    for group in _meeting(level, upright):
        lines = [level[n] for n in group if n < len(level)]
        posts = [upright[n - len(level)] for n in group if n >= len(level)]
        if not lines or not posts:
            continue
        xs = _distinct(
            [rule.x0 for rule in posts]
            + [min(rule.x0 for rule in lines), max(rule.x1 for rule in lines)]
        )
        ys = _distinct(
            [rule.y0 for rule in lines] + [end for rule in posts for end in (rule.y0, rule.y1)]
        )
        if len(xs) >= 3 and len(ys) >= 3 and len(xs) * len(ys) < _MOST_PLACES:
            yield _Frame(xs, ys[::-1], lines, posts)


def _in_one(rules: Sequence[tuple[float, float, float]]) -> Iterator[tuple[float, float, float]]:
    """Rules that go on where another ends as one: their place, from where and to where they run.

    Programs draw the border of each cell on its own.
    """
    lines: list[list[tuple[float, float, float]]] = []
    for rule in rules:
        if lines and rule[0] - lines[-1][0][0] < 1:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    for line in lines:
        place = line[0][0]
        spans = sorted((low, high) for _, low, high in line)
        start, end = spans[0]
        for low, high in spans:
            if low > end + _TOUCH:
                yield place, start, end
                start = low
            end = max(end, high)
        yield place, start, end


def _meeting(level: list[Rule], upright: list[Rule]) -> list[list[int]]:
    """Groups of rules that touch each other; uprights are numbered after the level ones."""
    parent = list(range(len(level) + len(upright)))
    for n, line in enumerate(level):
        for m, post in enumerate(upright, len(level)):
            if (
                line.x0 - _TOUCH <= post.x0 <= line.x1 + _TOUCH
                and post.y0 - _TOUCH <= line.y0 <= post.y1 + _TOUCH
            ):
                parent[_root(parent, m)] = _root(parent, n)
    groups: dict[int, list[int]] = {}
    for n in range(len(parent)):
        groups.setdefault(_root(parent, n), []).append(n)
    return [group for group in groups.values() if len(group) >= 4]


def _root(parent: list[int], n: int) -> int:
    while parent[n] != n:
        parent[n] = parent[parent[n]]
        n = parent[n]
    return n


def _distinct(values: list[float]) -> list[float]:
    """Values in order, those that nearly coincide just once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > 2 * _TOUCH:
            found.append(value)
    return found


def _place(piece: Line, frame: _Frame) -> tuple[int, int] | None:
    """The row and the column of the grid that a piece stands in."""
    xs, ys = frame.xs, frame.ys
    middle = piece.y + 0.3 * piece.size
    x = piece.x0 + min(2.0, (piece.x1 - piece.x0) / 2)
    if not ys[-1] < middle < ys[0] or not xs[0] - 1 <= x < xs[-1]:
        return None
    row = bisect_right(ys, -middle, key=lambda y: -y) - 1
    return row, bisect_right(xs, x, 1, len(xs) - 1) - 1


class _Cells:
    """The pieces within one frame, put into its cells."""

    def __init__(
        self, pieces: Sequence[Line], frame: _Frame, members: dict[int, tuple[int, int]],
        filled: Sequence[Box],
    ) -> None:  # fmt: skip
        self._pieces = pieces
        self._filled = filled
        self._frame, self._added = self._with_missing_columns(frame, members)
        self._places = {
            number: place
            for number in members
            if (place := _place(pieces[number], self._frame)) is not None
        }
        self._group_sizes: list[int] = []  # rows of text between one rule and the next
        self._height, self._width = len(self._frame.ys) - 1, len(self._frame.xs) - 1
        self._crossed = {  # borders that no rule draws -> the rows in which text goes over them
            x: {
                row
                for number, (row, _) in self._places.items()
                if pieces[number].x0 < x - 1 and pieces[number].x1 > x + 1
            }
            for x in self._added
        }
        xs, ys = self._frame.xs, self._frame.ys
        down = [-(a + b) / 2 for a, b in pairwise(ys)]  # middles of the rows, growing
        across = [(a + b) / 2 for a, b in pairwise(xs)]
        uprights = ((r.x0, -r.y1, -r.y0) for r in frame.upright)
        self._upright = _cut_places(xs, uprights, down)
        self._level = _cut_places(ys, ((r.y0, r.x0, r.x1) for r in frame.level), across)

    def _with_missing_columns(
        self, frame: _Frame, members: dict[int, tuple[int, int]]
    ) -> tuple[_Frame, set[float]]:
        """The frame with borders where text stands side by side and no rule parts it."""
        added: set[float] = set()
        for column in range(len(frame.xs) - 1):
            own = [n for n, (_, at) in members.items() if at == column]
            rows = in_rows(self._pieces, own)
            multiple = [row for row in rows if len(row) > 1]
            if len(multiple) < max(2, _TWO_COLUMNS * len(rows)):
                continue
            found = columns_of(self._pieces, multiple)
            added |= {(a[1] + b[0]) / 2 for a, b in pairwise(found)}
        return frame._replace(xs=sorted([*frame.xs, *added])), added

    def table(self) -> Table | None:
        """The cells as a table; None where they are none."""
        areas = self._areas()
        lines: dict[_Area, list[int]] = {}
        for number in self._places:  # as they were drawn
            lines.setdefault(areas[self._places[number]], []).append(number)
        rows = self._rows(lines)
        if len(rows) < 2 or max(len(cell) for row in rows for cell in row.cells) > _LONGEST_CELL:
            return None
        filled = [len(cell) for row in rows for cell in row.cells if cell]
        if sum(filled) > _PROSE * len(filled):
            return None
        if sum(map(any, zip_longest(*(row.cells for row in rows)))) < 2:
            return None
        columns = list(pairwise(self._frame.xs))
        heads = max(self._spanned_heads(lines), self._heads_above_groups(rows))
        return read_rows(rows, heads, self._frame.ys[0], columns)

    def _areas(self) -> dict[tuple[int, int], _Area]:
        """The cell of each place of the grid."""
        parent = list(range(self._height * self._width))
        for row in range(self._height):
            for column in range(self._width):
                at = row * self._width + column
                if column and not self._is_cut_upright(row, column):
                    parent[_root(parent, at)] = _root(parent, at - 1)
                if row and not self._is_cut_level(row, column):
                    parent[_root(parent, at)] = _root(parent, at - self._width)
        groups: dict[int, list[tuple[int, int]]] = {}
        for at in range(len(parent)):
            groups.setdefault(_root(parent, at), []).append(divmod(at, self._width))
        inside: dict[int, list[int]] = {}
        for number, (row, column) in self._places.items():
            inside.setdefault(_root(parent, row * self._width + column), []).append(number)
        found: dict[tuple[int, int], _Area] = {}
        for root, places in groups.items():
            tops, lefts = [row for row, _ in places], [column for _, column in places]
            area = _Area(min(tops), max(tops), min(lefts), max(lefts))
            size = (area.bottom - area.top + 1) * (area.right - area.left + 1)
            for row, column in places:
                found[row, column] = area
                if size != len(places):
                    found[row, column] = _Area(row, row, column, column)
            if size == len(places) > 1:
                self._cut(area, inside.get(root, []), found)
        return found

    def _cut(self, area: _Area, numbers: list[int], found: dict[tuple[int, int], _Area]) -> None:
        """Part a cell over several columns or rows in which text stands in columns or rows."""
        by_column = any(
            len({self._places[n][1] for n in row}) > 1 for row in in_rows(self._pieces, numbers)
        )
        ys = sorted((self._pieces[n].y for n in numbers), reverse=True)
        size = max((self._pieces[n].size for n in numbers), default=0.0)
        apart = bool(ys) and min((a - b for a, b in pairwise(ys) if a - b > 1),
                                 default=0.0) > _WRAPPED * size  # fmt: skip
        by_row = apart and len({self._places[n][0] for n in numbers}) > 1
        if not by_column and not by_row:
            return
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                found[row, column] = _Area(
                    row if by_row else area.top, row if by_row else area.bottom,
                    column if by_column else area.left, column if by_column else area.right,
                )  # fmt: skip

    def _is_cut_upright(self, row: int, column: int) -> bool:
        """Whether something parts a place from the one on its left."""
        if (x := self._frame.xs[column]) in self._added:
            return row not in self._crossed[x]
        return row in self._upright[column]

    def _is_cut_level(self, row: int, column: int) -> bool:
        """Whether something parts a place from the one above it.

        Where a cell is parted and the one above it is not, or otherwise, they are two.
        """
        if column in self._level[row]:
            return True
        return any(
            self._is_cut_upright(row - 1, border) != self._is_cut_upright(row, border)
            for border in (column, column + 1)
            if 0 < border < self._width
        )

    def _rows(self, lines: dict[_Area, list[int]]) -> list[CellRow]:
        within: dict[int, list[_Area]] = {}
        for area in lines:
            if area.top == area.bottom:
                within.setdefault(area.top, []).append(area)
        tall = [area for area in lines if area.top < area.bottom]
        for area in tall:  # its rows hold nothing else
            if not any(row in within for row in range(area.top, area.bottom + 1)):
                within.setdefault(area.top, [])
        texts = {area: text_of(self._pieces, numbers) for area, numbers in lines.items()}
        said: set[_Area] = set()
        found = []
        for row in sorted(within):
            own = within[row]
            over = [area for area in tall if area.top <= row <= area.bottom]
            parts = self._parts({area: lines[area] for area in own})
            self._group_sizes.append(len(parts))
            for part in parts:
                cells = [""] * self._width
                numbers: list[int] = []
                for area in (*over, *own):
                    text = text_of(self._pieces, part[area]) if area in part else ""
                    if area in over:
                        text = texts[area]
                    # Only labels, names and values are said of all that they go over.
                    is_long = len(text) > _LONGEST_NAME
                    if is_long and area in over and area in said:
                        continue
                    said.add(area)
                    wide = row > _MOST_HEADS and area.right - area.left >= _MOST_COLUMNS
                    last = area.left if is_long or wide else area.right
                    for column in range(area.left, last + 1):
                        cells[column] = f"{cells[column]} {text}".strip()
                    numbers += part.get(area, ())
                numbers = numbers or [n for area in over for n in lines[area]]
                bold = all(self._pieces[n].bold for n in numbers)
                found.append(CellRow(_once(cells, (*over, *own)), bold, self._is_filled(row)))
        return found

    def _parts(self, cells: dict[_Area, list[int]]) -> list[dict[_Area, list[int]]]:
        """The rows that stand between two rules: one, unless figures say otherwise."""
        of_piece = {number: area for area, numbers in cells.items() for number in numbers}
        rows = rows_as_drawn(
            self._pieces, list(of_piece), lambda n: (of_piece[n].left, of_piece[n].right),
            lambda above, below: False, 0.0,
        )  # fmt: skip
        if rows and len(rows) > 1 and all(len(row) > 1 for row in rows):
            figures = [
                {c.left for c in row if is_number(text_of(self._pieces, c.numbers))} for row in rows
            ]
            if any(a & b for a, b in pairwise(figures)):
                return _with_labels(
                    [{of_piece[cell.numbers[0]]: cell.numbers for cell in row} for row in rows]
                )
        return parted(self._pieces, cells, lambda area: area.left)

    def _is_filled(self, row: int) -> bool:
        """Whether an area of a colour lies below most of a row."""
        ys, xs = self._frame.ys, self._frame.xs
        top, bottom = ys[row], ys[row + 1]
        width = 0.0
        for box in self._filled:
            height = min(top, box[3]) - max(bottom, box[1])
            if height >= _FILLED * (top - bottom) and box[3] - box[1] < 3 * (top - bottom):
                width += max(0.0, min(xs[-1], box[2]) - max(xs[0], box[0]))
        return width >= _FILLED * (xs[-1] - xs[0])

    def _heads_above_groups(self, rows: Sequence[CellRow]) -> int:
        """1 where a rule parts the first row from groups of rows."""
        first, *others = self._group_sizes
        named = all(rows[0].cells) and not any(map(is_number, rows[0].cells))
        return int(first == 1 and max(others, default=1) > 1 and named)

    def _spanned_heads(self, lines: dict[_Area, list[int]]) -> int:
        """How many rows at the top are names, as cells over several columns show; 0: not known."""
        used = sorted({row for area in lines for row in range(area.top, area.bottom + 1)})
        heads = [row for row in used if not _is_whole_row(row, lines, self._width)]
        if len(heads) < 3:
            return 0
        first = heads[0]
        top = [area for area in lines if area.top == first]
        across = [area for area in top if area.left < area.right]
        if not across or any(area.top < first <= area.bottom for area in lines):
            return 0
        last = max(area.bottom for area in top)
        if last == first:
            below = [area for area in lines if area.top == first + 1]
            narrower = sum(
                one.left <= area.left and area.right <= one.right
                and area.right - area.left < one.right - one.left
                for one in across
                for area in below
            )  # fmt: skip
            last = first + (narrower > 1)
        last = max(area.bottom for area in lines if area.top <= last)
        names = [area for area in lines if first <= area.top <= last]
        if any(len(text_of(self._pieces, lines[area])) > _LONGEST_NAME for area in names):
            return 0
        count = sum(row <= last for row in used)
        return count if count < len(used) and count <= _MOST_HEADS else 0


def _with_labels(rows: list[dict[_Area, list[int]]]) -> list[dict[_Area, list[int]]]:
    """Rows between two rules; what stands in front of them in one row alone is said of each."""
    common = set(rows[0]).intersection(*rows)
    first = min((area.left for area in common), default=0)
    labels = {
        area: row[area]
        for row in rows
        for area in row
        if area.left < first and sum(area in one for one in rows) == 1
    }
    return [labels | row for row in rows]


def _once(cells: list[str], areas: Sequence[_Area]) -> list[str]:
    """A row whose only text goes over all of it says it once."""
    filled = [area for area in areas if any(cells[area.left : area.right + 1])]
    if len(filled) == 1 and filled[0].left == 0 and len({cell for cell in cells if cell}) == 1:
        return cells[:1]
    return cells


def _is_whole_row(row: int, lines: dict[_Area, list[int]], width: int) -> bool:
    own = [area for area in lines if area.top <= row <= area.bottom]
    return len(own) == 1 and own[0].right - own[0].left + 1 == width


def _cut_places(
    borders: Sequence[float], rules: Iterable[tuple[float, float, float]], middles: Sequence[float]
) -> list[set[int]]:
    """For each border, the places along it that rules part: those with their middle on a rule.

    A rule is where it lies, from where and to where it runs.
    """
    found: list[set[int]] = [set() for _ in borders]
    for place, start, end in rules:
        nearest = min(range(len(borders)), key=lambda n: abs(borders[n] - place))
        if abs(borders[nearest] - place) <= 2 * _TOUCH:
            first = bisect_left(middles, start - _TOUCH)
            found[nearest].update(range(first, bisect_right(middles, end + _TOUCH)))
    return found
