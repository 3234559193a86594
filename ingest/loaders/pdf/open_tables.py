"""Finds tables on a PDF page by columns that stay free of text from row to row.

The order in which they were drawn makes the rows, or baselines alone where it is not that of rows.
Level rules and coloured areas say which rows are names and how far a label goes down.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from ingest.loaders.pdf.columns import columns_of, in_rows, parted
from ingest.loaders.pdf.drawn_order import Cell, Row, of_one_row, rows_as_drawn
from ingest.loaders.pdf.matrix import Box
from ingest.loaders.pdf.tables import LEADERS, CellRow, Interval, Line, Table, read_rows, text_of
from ingest.loaders.pdf.text import Rule
from ingest.loaders.tables import Across, is_number

_BULLET = re.compile(r"[•●○▪■□‣⁃\uf0b7\uf0a7]")
_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d")
_MOST_SINGLE = 6  # rows with one piece that may stand between two others of a table
_ABOVE = 4.0  # of the font size: so far above the first row names of more lines begin
_MOST_HEADS = 4  # rows of names
_LONGEST_NAME = 80  # characters; what is longer is text
_SPARSE = 0.5  # of the gaps between rows: with more rules they part rows, not names from the rest
_BESIDE_LABELS = 4.0  # of the font size: names that begin so far on the right name no labels
_NOTE = re.compile(r"\(\w{1,2}\)(?:[ ,]{1,3}\(\w{1,2}\)){0,9},?")
_RAISED = 0.8  # of the usual font size; a note's number is smaller
_SENTENCE = 8  # words of a line that is no label
_UNDER = 0.3  # of the width of the figures: so far a sentence runs on under them
_CLOSE = 2.6  # of the font size: a line so far above years may say of what they are
_WIDER = 9.0  # of the font size: so far it may begin before the first of them
_FIGURES = 0.6  # of a column's cells: with so many it holds figures


def open_tables(
    pieces: Sequence[Line], free: Sequence[int], rules: Sequence[Rule], filled: Sequence[Box]
) -> Iterator[tuple[set[int], Table]]:
    """Tables among the pieces numbered `free`, each with the numbers that went into it."""
    regions = _regions(pieces, _without_notes(pieces, free))
    if not regions:
        return
    level = _without_strokes(rules, pieces, free)
    for members in regions:
        table = _Open(pieces, members, level, filled).table()
        if table is not None:
            yield set(members), table


def _without_notes(pieces: Sequence[Line], free: Sequence[int]) -> list[int]:
    """Without raised numbers of notes, "(1)", that some programs draw behind all the rest."""
    notes = {n for n in free if _NOTE.fullmatch(pieces[n].text)}
    if not notes or len(notes) == len(free):
        return list(free)
    usual = median(pieces[n].size for n in free if n not in notes)
    return [n for n in free if n not in notes or pieces[n].size > _RAISED * usual]


def _without_strokes(
    rules: Sequence[Rule], pieces: Sequence[Line], numbers: Iterable[int]
) -> list[Rule]:
    """The level rules that do not underline words or strike them through."""
    by_height = sorted((pieces[n].y, n) for n in numbers)
    tallest = max((pieces[n].size for _, n in by_height), default=0.0)
    found = []
    for rule in rules:
        if rule.x1 - rule.x0 <= rule.y1 - rule.y0:
            continue
        first = bisect_left(by_height, (rule.y0 - 0.7 * tallest, -1))
        last = bisect_left(by_height, (rule.y0 + 0.25 * tallest, len(pieces)))
        if not any(_is_of_text(rule, pieces[n]) for _, n in by_height[first:last]):
            found.append(rule)
    return found


def _is_of_text(rule: Rule, piece: Line) -> bool:
    return (
        piece.x0 - 2 <= rule.x0 and rule.x1 <= piece.x1 + 2
        and piece.y - 0.25 * piece.size <= rule.y0 <= piece.y + 0.7 * piece.size
    )  # fmt: skip


def _regions(pieces: Sequence[Line], upright: Sequence[int]) -> list[list[int]]:
    """Groups of pieces, by number, that may be tables: runs of rows with several pieces."""
    regions: list[list[list[int]]] = []
    region: list[list[int]] = []
    left = right = 0.0  # what the rows with several pieces cover
    beside = float("inf")  # where the second cells begin
    single = 0
    figures = named = False  # there are some; there are none yet, and names of dates
    above_it: list[int] = []
    for row in in_rows(pieces, upright):
        first = pieces[row[0]]
        if region:
            above = pieces[region[-1][0]]
            far = above.y - first.y > 3.5 * max(above.size, first.size)
            heading = len(row) == 1 and first.size > 1.1 * above.size and not named
            far = far or heading  # between two tables
            # Lines of one cell stand alone where the cells beside it have fewer.
            narrow = first.x0 >= left - 2 and first.x1 - first.x0 < 0.6 * (right - left)
            if named:  # names of figures stand on the right of what the rows are called
                narrow = first.x1 - first.x0 < 0.6 * (right - min(left, first.x0))
            most = _MOST_SINGLE if narrow else 2
            single = 0 if len(row) > 1 else single + 1
            far = far or (len(row) == 1 and _is_sentence(first, beside, right))
            far = far or (figures and _are_years(pieces, row))
            if far or single > most:
                regions.append(region)
                region, single, left, right, beside = [], 0, 0.0, 0.0, float("inf")
        if not region and len(row) > 1:
            named, figures = False, False
            if above_it and _is_over_years(pieces, above_it[0], row):
                region.append(above_it)
        if region or len(row) > 1:
            region.append(row)
        if len(row) > 1:
            end = max(pieces[n].x1 for n in row)
            left, right = (min(left, first.x0), max(right, end)) if right else (first.x0, end)
            figures = figures or any(
                is_number(pieces[n].text) and not _YEAR.fullmatch(pieces[n].text) for n in row
            )
            named = not figures and (named or _are_dated(pieces, row))
            if figures:
                beside = min(beside, pieces[row[1]].x0)
        above_it = row if len(row) == 1 else []
    regions.append(region)
    found = []
    for candidate in regions:
        while candidate and len(candidate[-1]) == 1:
            candidate.pop()
        multiple = [row for row in candidate if len(row) > 1]
        widest = max((len(row) for row in multiple), default=0)
        if len(multiple) >= 3 or (len(multiple) == 2 and widest >= 3):
            found.append(_with_lines_alone(pieces, candidate, upright))
    return found


def _is_sentence(piece: Line, beside: float, right: float) -> bool:
    """Whether a line runs on under the figures of the rows above it, as no label does."""
    under = piece.x1 > beside + _UNDER * (right - beside)
    return under and len(piece.text.split()) >= _SENTENCE and piece.x0 < beside


def _is_over_years(pieces: Sequence[Line], number: int, row: Sequence[int]) -> bool:
    """Whether a line alone says of what the years in the row below it are: "Year ended …"."""
    years = [pieces[n] for n in row if _YEAR.fullmatch(pieces[n].text)]
    if len(years) < 2 or 2 * len(years) < len(row):
        return False
    line, first, last = pieces[number], years[0], years[-1]
    middle = (line.x0 + line.x1) / 2
    return (
        line.y - first.y < _CLOSE * max(line.size, first.size)
        and line.x0 > first.x0 - _WIDER * line.size and first.x0 < middle < last.x1
    )  # fmt: skip


def _are_dated(pieces: Sequence[Line], row: Sequence[int]) -> bool:
    """Whether a row of names has dates in it, as those of accounts have."""
    return sum(any(map(str.isdigit, pieces[n].text)) for n in row) > 1


def _are_years(pieces: Sequence[Line], row: Sequence[int]) -> bool:
    """Whether a row names columns by years, which begins a table of its own below figures."""
    texts = [pieces[n].text for n in row]
    years = sum(bool(_YEAR.fullmatch(text)) for text in texts)
    return years > 1 and all(_YEAR.fullmatch(text) or not is_number(text) for text in texts)


def _with_lines_alone(
    pieces: Sequence[Line], rows: Sequence[Sequence[int]], upright: Sequence[int]
) -> list[int]:
    """A region's pieces, with lines of its highest cells that nothing stands beside."""
    members = {number for row in rows for number in row}
    first, last = min(members), max(members)
    top = pieces[rows[0][0]].y
    left = min(pieces[n].x0 for n in members)
    right = max(pieces[n].x1 for n in members)
    members |= {
        n
        for n in upright
        if first < n < last and top < pieces[n].y < top + _ABOVE * pieces[n].size
        and left - 1 <= pieces[n].x0 < right
        and pieces[n].x1 - pieces[n].x0 < 0.5 * (right - left)
    }  # fmt: skip
    return sorted(members, key=lambda n: (-pieces[n].y, pieces[n].x0))


class _Open:
    """Pieces that may be one table."""

    def __init__(
        self, pieces: Sequence[Line], members: list[int], level: Sequence[Rule],
        filled: Sequence[Box],
    ) -> None:  # fmt: skip
        self._pieces = pieces
        self._members = members
        self._lines = in_rows(pieces, members)
        self._left = min(pieces[n].x0 for n in members)
        self._right = max(pieces[n].x1 for n in members)
        top, bottom = pieces[self._lines[0][0]].y, pieces[self._lines[-1][0]].y
        self._level = [
            rule
            for rule in level
            if bottom - 30 < rule.y0 < top + 30 and rule.x0 < self._right and rule.x1 > self._left
        ]
        self._filled = [box for box in filled if bottom - 30 < box[3] and box[1] < top + 30]
        self._columns: list[tuple[float, float]] = []
        multiple = [row for row in self._lines if len(row) > 1]
        pitches = [pieces[a[0]].y - pieces[b[0]].y for a, b in pairwise(multiple)]
        self._pitch = median(pitches) if pitches else 0.0

    def table(self) -> Table | None:
        """The pieces as a table; None where they only happen to stand side by side."""
        pieces = self._pieces
        multiple = [row for row in self._lines if len(row) > 1]
        if _is_prose(pieces, multiple) or _is_list(pieces, self._members):
            return None
        most = max(map(len, multiple))
        full = [row for row in multiple if len(row) > 0.75 * most]
        wide = [row for row in multiple if len(row) >= 0.6 * most]
        if len(full) >= max(2, 0.3 * len(multiple)):  # names over several columns are no column
            within = columns_of(pieces, full)
            wide = [row for row in wide if not any(self._bridges(n, within) for n in row)]
        self._columns = columns_of(pieces, wide if len(wide) > 1 else multiple)
        if len(self._columns) < 2:
            return None
        rows = self._in_order()
        if rows is None:
            rows = self._by_baselines()
            if not _is_drawn_in_order([_numbers(row) for row in rows], self._members):
                return None
        elif not _are_together(self._members):
            return None
        rows = [part for row in rows for part in self._parts(row)]
        if not self._is_regular(rows):
            return None
        heads = self._heads(rows)
        cells = self._names(rows[:heads]) if heads else []
        cells += self._body(rows[heads:])
        read = [
            CellRow(texts, all(pieces[n].bold for n in _numbers(row)), self._is_filled(row))
            for texts, row in zip(cells, rows, strict=True)
        ]
        return read_rows(read, heads, pieces[self._lines[0][0]].y, self._columns)

    # Rows by the order in which the pieces were drawn

    def _in_order(self) -> list[Row] | None:
        """Rows as they were drawn; None where the order is not that of rows."""
        return rows_as_drawn(
            self._pieces, self._members, lambda n: self._span(self._pieces[n]), self._is_cut,
            self._pitch,
        )  # fmt: skip

    def _bridges(self, number: int, columns: Sequence[Interval]) -> bool:
        """Whether a piece stands over two columns."""
        piece = self._pieces[number]
        return sum(piece.x0 < b and piece.x1 > a for a, b in columns) > 1

    def _span(self, piece: Line) -> tuple[int, int]:
        """The first and the last column that a piece stands in."""
        shares = [min(piece.x1, b) - max(piece.x0, a) for a, b in self._columns]
        touched = [n for n, share in enumerate(shares) if share > 0]
        if touched:
            return touched[0], touched[-1]
        nearest = max(range(len(shares)), key=shares.__getitem__)
        return nearest, nearest

    def _is_cut(self, above: Line, below: Line) -> bool:
        """Whether a rule runs between two lines."""
        middle = (max(above.x0, below.x0) + min(above.x1, below.x1)) / 2
        return any(
            below.y + 0.5 * below.size < rule.y0 < above.y and rule.x0 <= middle <= rule.x1
            for rule in self._level
        )

    # Rows by baselines

    def _by_baselines(self) -> list[Row]:
        rows: list[Row] = []
        size = median(self._pieces[row[0]].size for row in self._lines)
        pitches = [self._pieces[a[0]].y - self._pieces[b[0]].y for a, b in pairwise(self._lines)]
        usual = median(pitches) if pitches else 0.0
        for line in self._lines:
            row: Row = []
            for number in line:
                piece = self._pieces[number]
                left, right = self._span(piece)
                if row and row[-1].left == left:
                    row[-1].numbers.append(number)
                else:
                    row.append(Cell([number], left, right, piece.y, piece.y))
            if rows and self._goes_on(row, rows[-1], 1.35 * size, usual):
                for cell in row:
                    above = next(one for one in rows[-1] if one.left <= cell.left <= one.right)
                    above.numbers += cell.numbers
                    above.bottom = cell.bottom
            else:
                rows.append(row)
        return rows

    def _goes_on(self, row: Row, above: Row, wrap: float, usual: float) -> bool:
        """Whether a line continues the cells of the row above it."""
        if len(row) == len(self._columns):
            return False
        for cell in row:
            over = next((one for one in above if one.left <= cell.left <= one.right), None)
            if over is None:
                return False
            a, b = self._pieces[over.numbers[-1]], self._pieces[cell.numbers[0]]
            if a.y - b.y > wrap or self._is_cut(a, b):
                return False
            if self._is_figure(over.numbers[-1:]) and self._is_figure(cell.numbers):
                return False
        return row[0].left > 0 or usual > wrap * 1.05

    # From rows to cells

    def _parts(self, row: Row) -> list[Row]:
        """A row as several, where its cells hold one figure a line."""
        if sum(len(cell.numbers) > 1 for cell in row) < 2:
            return [row]
        found = []
        for part in parted(
            self._pieces, {n: cell.numbers for n, cell in enumerate(row)}, lambda n: row[n].left
        ):
            cells = []
            for n, numbers in sorted(part.items()):
                ys = [self._pieces[number].y for number in numbers]
                cells.append(Cell(numbers, row[n].left, row[n].right, max(ys), min(ys)))
            found.append(cells)
        return found

    def _is_regular(self, rows: Sequence[Row]) -> bool:
        """Most cells are filled; figures and flow charts leave most of theirs empty."""
        filled = [sum(cell.right - cell.left + 1 for cell in row) for row in rows]
        pairs = sum(len(row) > 1 for row in rows)
        return (
            len(rows) >= 2 and pairs >= 0.6 * len(rows)
            and sum(filled) >= 0.5 * len(rows) * len(self._columns)
        )  # fmt: skip

    def _text(self, cell: Cell) -> str:
        return text_of(self._pieces, cell.numbers)

    def _is_figure(self, numbers: Iterable[int]) -> bool:
        return is_number(text_of(self._pieces, numbers))

    # Names of columns

    def _heads(self, rows: Sequence[Row]) -> int:
        """How many rows at the top are names; 0 where their looks do not say it."""
        counts = [0]
        for shown in (
            [all(self._pieces[n].bold for n in _numbers(row)) for row in rows],
            [self._is_filled(row) for row in rows],
        ):
            count = shown.index(False) if False in shown else len(rows)
            if 0 < count <= _MOST_HEADS and sum(shown) - count < 0.3 * (len(rows) - count):
                counts.append(count)
        counts += [self._heads_by_rules(rows), self._heads_by_figures(rows)]
        count = max(counts)
        while count > 1 and len(rows[count - 1]) == 1 and rows[count - 1][0].right == 0:
            count -= 1  # what the first rows are together, "Assets", names no column
        names = (self._text(cell) for row in rows[:count] for cell in row)
        return count if count < len(rows) and all(len(n) <= _LONGEST_NAME for n in names) else 0

    def _heads_by_rules(self, rows: Sequence[Row]) -> int:
        """Rows above the first rule over all the width, where rules do not part each row."""
        ruled = [n for n in range(len(rows) - 1) if self._is_ruled(rows[n], rows[n + 1])]
        if not ruled or ruled[0] >= _MOST_HEADS or len(ruled) > _SPARSE * (len(rows) - 1):
            return 0
        count = ruled[0] + 1
        if any(self._figures(row) for row in rows[:count]):
            return 0
        return count if count == 1 or len(rows[0]) < len(rows[count - 1]) else 0

    def _heads_by_figures(self, rows: Sequence[Row]) -> int:
        """Rows of several words each above columns of figures."""
        over = len(rows) > 2 and len(rows[0]) == 1 and self._is_beside_labels(rows[0], 0)
        count = int(over)  # what years are, on a line of its own above them
        while count < len(rows) and len(rows[count]) > 1 and not self._figures(rows[count]):
            count += 1
        if over and count == 1:
            return 0
        body = rows[count:]
        if not 0 < count <= _MOST_HEADS or len(body) < 2:
            return 0
        with_figures = 0
        for column in range(len(self._columns)):
            own = [cell for row in body for cell in row if cell.left == cell.right == column]
            figures = sum(self._is_figure(cell.numbers) for cell in own)
            with_figures += figures > _FIGURES * len(own)
        if not with_figures or (count - over > 1 and 2 * with_figures < len(self._columns)):
            return 0
        return count

    def _figures(self, row: Row) -> int:
        """How many cells are figures, without years, which are names as well."""
        texts = [self._text(cell) for cell in row]
        return sum(is_number(text) and not _YEAR.fullmatch(text) for text in texts)

    def _is_ruled(self, above: Row, below: Row) -> bool:
        """Whether rules part two rows over most columns."""
        if not self._level:
            return False
        parted_columns = sum(
            self._is_ruled_at(above, below, column) for column in range(len(self._columns))
        )
        return parted_columns >= 0.7 * len(self._columns)

    def _is_ruled_at(self, above: Row, below: Row, column: int) -> bool:
        if not self._level:
            return False
        high = min(cell.bottom for cell in of_one_row(above))
        low = max(cell.top for cell in of_one_row(below))
        middle = sum(self._columns[column]) / 2
        return any(
            low < rule.y0 < high + 1 and rule.x0 - 2 <= middle <= rule.x1 + 2
            for rule in self._level
        )

    def _names(self, rows: Sequence[Row]) -> list[list[str]]:
        """Rows of names; one over several columns stands in each of them."""
        width = len(self._columns)
        grid = [[""] * width for _ in rows]
        lower: set[int] = set()  # columns that have a name in a row below
        titles = next((n for n, row in enumerate(rows) if len(row) > 1), 0)
        for at in range(titles):
            name = self._text(rows[at][0])
            if self._is_beside_labels(rows[at], 0):  # or it would be a title of all the table
                grid[at] = ["", *[Across(name)] * (width - 1)]
            else:
                grid[at] = [name] * width
        for at in range(len(rows) - 1, titles - 1, -1):
            row = rows[at]
            over = [cell for cell in row if set(range(cell.left, cell.right + 1)) & lower]
            for cell in row:
                for column in range(cell.left, cell.right + 1):
                    if cell not in over:
                        grid[at][column] = self._text(cell)
            for column in sorted(lower) if over else ():
                if self._is_beside_labels(over, column):
                    continue
                if not column and over[0].left == 0:  # "(in millions)" above the labels
                    grid[at][0] = self._text(over[0])
                    continue
                grid[at][column] = self._text(self._name_over(over, column))
            lower |= {n for cell in row for n in range(cell.left, cell.right + 1)}
        return grid

    def _is_beside_labels(self, names: Row, column: int) -> bool:
        """Whether names over figures stand beside the first column, which holds labels."""
        if column or len(self._columns) < 2:
            return False
        first = self._pieces[names[0].numbers[0]]
        return first.x0 > self._columns[0][0] + _BESIDE_LABELS * first.size

    def _name_over(self, names: Sequence[Cell], column: int) -> Cell:
        """Which of some names goes over a column: by the rule below it, or as the nearest one."""
        starts = [(self._pieces[cell.numbers[0]].x0, cell) for cell in names]
        if all(any(abs(x - a) < 2 for a, _ in self._columns) for x, _ in starts):
            before = [(x, cell) for x, cell in starts if x < self._columns[column][0] + 2]
            if before:
                return max(before, key=lambda one: one[0])[1]
        middle = sum(self._columns[column]) / 2

        def distance(cell: Cell) -> tuple[bool, float]:
            pieces = [self._pieces[n] for n in cell.numbers]
            left, right = min(p.x0 for p in pieces), max(p.x1 for p in pieces)
            size = pieces[-1].size
            ruled = any(
                cell.bottom - size < rule.y0 < cell.bottom
                and rule.x0 - 2 <= min(left, middle) and max(right, middle) <= rule.x1 + 2
                and rule.x1 - rule.x0 < 0.9 * (self._right - self._left)
                for rule in self._level
            )  # fmt: skip
            away = max(left - middle, middle - right, 0.0)
            return (not ruled, away if away else abs((left + right) / 2 - middle) / 1e6)

        return min(names, key=distance)

    # Rows of values

    def _body(self, rows: Sequence[Row]) -> list[list[str]]:
        """Cells of the body; a label stands in each row that it belongs to."""
        width = len(self._columns)
        grid: list[list[str]] = []
        for row in rows:
            cells = [""] * width
            for cell in row:
                cells[cell.left] = f"{cells[cell.left]} {self._text(cell)}".strip()
            grid.append(cells)
        pattern = self._is_grouped(grid)
        ruled = [self._is_ruled(a, b) for a, b in pairwise(rows)]
        in_bands = 0 < sum(ruled) <= _SPARSE * len(ruled)
        reach = float("inf")  # the height down to which the last label goes by its place
        for at, row in enumerate(rows):
            first = row[0]
            if first.left == 0:
                own = of_one_row(row)
                middle = (max(c.top for c in own) + min(c.bottom for c in own)) / 2
                center = (first.top + first.bottom) / 2
                reach = 2 * center - middle if own[0] is not first else float("inf")
            elif at and len(row) > 1 and grid[at - 1][0]:
                size = self._pieces[first.numbers[0]].size
                merged = (
                    pattern or first.top >= reach - 0.4 * size
                    or (in_bands and not ruled[at - 1])
                    or self._is_open_below_label(rows, at)
                )  # fmt: skip
                if merged:
                    grid[at][: first.left] = grid[at - 1][: first.left]
        return [cells[:1] if cells[0] and not any(cells[1:]) else cells for cells in grid]

    def _is_open_below_label(self, rows: Sequence[Row], at: int) -> bool:
        """Whether rules part a row from the one above, but not in the first column."""
        above, below = rows[at - 1], rows[at]
        return (
            not self._is_ruled_at(above, below, 0)
            and all(self._is_ruled_at(above, below, n) for n in range(1, len(self._columns)))
        )  # fmt: skip

    def _is_grouped(self, grid: Sequence[list[str]]) -> bool:
        """Whether the first column holds labels of groups, and the second names in each row."""
        labels = sum(bool(cells[0]) for cells in grid)
        blank = sum(not cells[0] for cells in grid)
        followed = sum(bool(a[0]) and not b[0] for a, b in pairwise(grid))
        return (
            labels > 1 and followed > 1 and blank >= followed
            and all(cells[1] and not is_number(cells[1]) for cells in grid)
            and bool(grid[0][0])
        )  # fmt: skip

    def _is_filled(self, row: Row) -> bool:
        """Whether an area of a colour lies below most of a row."""
        own = of_one_row(row)
        size = self._pieces[own[0].numbers[0]].size
        top, bottom = max(c.top for c in own) + 0.5 * size, min(c.bottom for c in own)
        width = sum(
            min(self._right, box[2]) - max(self._left, box[0])
            for box in self._filled
            if box[1] <= bottom and top <= box[3] and box[3] - box[1] < 4 * (top - bottom + size)
            and box[0] < self._right and box[2] > self._left
        )  # fmt: skip
        return width >= 0.6 * (self._right - self._left)


def _numbers(row: Row) -> list[int]:
    return [number for cell in row for number in cell.numbers]


def _are_together(members: list[int]) -> bool:
    """Programs write tables with nothing else in between."""
    return max(members) - min(members) + 1 <= 1.2 * len(members) + 2


def _is_drawn_in_order(rows: list[list[int]], members: list[int]) -> bool:
    """Programs write tables row after row, with nothing else in between."""
    ordered = sum(max(a) < min(b) for a, b in pairwise(rows))
    return _are_together(members) and ordered >= 0.75 * (len(rows) - 1)


def _is_list(pieces: Sequence[Line], members: list[int]) -> bool:
    """A table of contents, or bulleted lists beside each other."""
    marked = sum(
        bool(LEADERS.search(pieces[n].text) or _BULLET.match(pieces[n].text)) for n in members
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
