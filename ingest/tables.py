"""From a document's sections to its tables: parts put together, rows tied to their chunks."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate

from ingest.lists import FoundList, joined, lists_in
from ingest.sections import Grid, Section
from vectorstore.languages import languages, words_of
from vectorstore.records import Chunk
from vectorstore.tables.columns import read_columns
from vectorstore.tables.records import NewRow, NewTable, TableColumn
from vectorstore.tables.scales import scale_in
from vectorstore.tables.values import MONEY
from vectorstore.tables.words import folded, words_in

_MOST_COLUMNS = 300  # of a table that is kept; wider ones are matrices of measurements
_MOST_TABLES = 2_000  # of one document, lists included
_FEWEST_ITEMS = 2  # of a list
_SAMPLE = 20_000  # characters that tell a document's language, or its scale
_LONGEST_STATEMENT = 160  # characters that say in what amounts are told
_LONGEST_CAPTION = 60  # of them that say it without "in"


class _Growing:
    """A table whose parts may still follow."""

    def __init__(self, grid: Grid, heading: str, page: int | None) -> None:
        self.grid = grid
        self.heading = heading
        self.page = page  # of its last part
        self.rows: list[NewRow] = []
        self.above = ""  # the line right above it


class _GrowingList:
    """A list that may go on on the next page."""

    def __init__(self, found: FoundList, heading: str, page: int | None) -> None:
        self.found = found
        self.heading = heading
        self.page = page  # of its last part
        self.rows: list[NewRow] = []


def tables_of(sections: Sequence[Section], chunks: Sequence[Chunk]) -> list[NewTable]:
    """The tables and lists of a document that was cut into `chunks`, in the order of its text.

    A table or a list that goes on over a page border is one. Tables of a single column that are no
    list, and those of a single row, are not kept.
    """
    places = _Places(chunks)
    growing: list[_Growing | _GrowingList] = []
    text_between = False
    above = stated = ""
    for section in sections:
        starts = places.of(section.text)
        grid = section.grid
        if grid is None:
            text_between = True
            above = section.text.rstrip().rsplit("\n", 1)[-1]
            stated = stated or _stated_scale(section.text)
            _add_lists(growing, section, starts)
            continue
        last = next((one for one in reversed(growing) if isinstance(one, _Growing)), None)
        follows = last is not None and not text_between
        if last is None or not _goes_on(last, section, grid, follows=follows):
            if len(growing) >= _MOST_TABLES:
                break
            last = _Growing(grid, section.heading, section.page)
            last.above, above = above, ""
            growing.append(last)
        elif not grid.goes_on and grid.columns and not _same_names(last.grid, grid):
            # The rows on the next page have no names above them: what was taken for some is one.
            last.rows.append(NewRow(grid.columns, starts[0], section.page))
        last.page = section.page
        last.rows += (
            NewRow(row.cells, starts[min(row.line, len(starts) - 1)], section.page, row.address)
            for row in grid.rows
        )
        text_between = False
    usual = _decimal_mark_of(chunks)
    return [kept for one in growing if (kept := _kept(one, usual, stated)) is not None]


def _add_lists(
    growing: list[_Growing | _GrowingList], section: Section, starts: Sequence[int]
) -> None:
    """The lists of a section of text, the first perhaps as the rest of one on the page before."""
    for found in lists_in(section):
        last = growing[-1] if growing else None
        goes_on = (
            isinstance(last, _GrowingList)
            and last.page is not None
            and section.page == last.page + 1
            and section.heading == last.heading
            and joined(last.found, found)
        )
        if isinstance(last, _GrowingList) and goes_on:
            last.found = last.found._replace(open_end=found.open_end)
        elif len(growing) >= _MOST_TABLES:
            return
        else:
            last = _GrowingList(found, section.heading, section.page)
            growing.append(last)
        last.page = section.page
        last.rows += (
            NewRow(item.cells, starts[min(item.line, len(starts) - 1)], section.page)
            for item in found.items
        )


class _Places:
    """Finds the chunk of each line: chunks hold all signs of the text but white space, in order."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        sizes = [_signs(chunk.text) for chunk in chunks]
        self._ends = list(accumulate(sizes))
        self._at = 0

    def of(self, text: str) -> list[int]:
        """The positions of the chunks in which the lines of the next section start."""
        found = []
        for line in text.split("\n"):
            found.append(min(bisect_right(self._ends, self._at), max(len(self._ends) - 1, 0)))
            self._at += _signs(line)
        return found


def _signs(text: str) -> int:
    return sum(map(len, text.split()))


def _goes_on(table: _Growing, section: Section, grid: Grid, *, follows: bool) -> bool:
    """Whether these rows belong to the table before them."""
    if grid.goes_on:
        return True
    over_page = table.page is not None and section.page == table.page + 1
    if not over_page or not follows or not table.grid.columns:
        return False
    if grid.name and grid.name != table.grid.name:
        return False
    return _same_names(table.grid, grid) or _same_kinds(table, grid)


def _same_kinds(table: _Growing, grid: Grid) -> bool:
    """Whether rows that follow without any text between hold the same kinds of things.

    Their names are then a row of the table: a table of its own has a heading, or other columns.
    """
    rows = [[*grid.columns], *(row.cells for row in grid.rows)] if grid.columns else [
        row.cells for row in grid.rows
    ]  # fmt: skip
    if {len(cells) for cells in rows} != {len(table.grid.columns)}:
        return False
    above = read_columns([], [row.cells for row in table.rows])
    below = read_columns([], rows)
    return [column.kind for column in above] == [column.kind for column in below]


def _same_names(one: Grid, other: Grid) -> bool:
    return list(one.columns) == list(other.columns)


def _kept(table: _Growing | _GrowingList, usual: str, stated: str) -> NewTable | None:
    if isinstance(table, _GrowingList):
        if len(table.rows) < _FEWEST_ITEMS:
            return None
        read = read_columns(table.found.columns, [row.cells for row in table.rows], "", usual)
        return NewTable(table.found.lead, table.heading, read, table.rows)
    widths = [len(row.cells) for row in table.rows]
    columns = len(table.grid.columns)
    width = max([columns, *widths], default=0)
    if not 1 < width <= _MOST_COLUMNS or len(table.rows) < (1 if columns else 2):
        return None
    read = read_columns(
        table.grid.columns, [row.cells for row in table.rows], table.grid.decimal, usual
    )
    return NewTable(table.grid.name, table.heading, _scaled(table, read, stated), table.rows)


def _stated_scale(text: str) -> str:
    """The scale that a document says of all its amounts: "in millions of pounds unless stated"."""
    for line in text[:_SAMPLE].split("\n"):
        for sentence in line.split(". "):
            if len(sentence) > 3 * _LONGEST_STATEMENT or _stating().isdisjoint(words_in(sentence)):
                continue
            found = scale_in(sentence, opened_only=True)
            if " " in found:
                return found
    return ""


@lru_cache(maxsize=1)
def _stating() -> frozenset[str]:
    return frozenset(map(folded, words_of(lambda language: language.tables.stating)))


def _scaled(table: _Growing, columns: Sequence[TableColumn], stated: str) -> Sequence[TableColumn]:
    """The columns, with the scale of the table's figures as the unit of the first.

    It stands in the corner, in the table's name or heading, or right above it. What the document
    says of all its amounts holds where columns or rows are plainly amounts of money.
    """
    first, *others = columns
    # Amounts of which the first and the last show their currency are "mixed".
    if not any(c.kind in {"number", "mixed", "money"} for c in others):
        return columns
    near = table.above if len(table.above) <= _LONGEST_STATEMENT else ""
    told = [first.name, table.grid.name, table.heading.rsplit(" > ", 1)[-1]]
    scale = next((found for text in told if (found := scale_in(text))), "")
    scale = scale or next((found for text in _alone(table) if (found := scale_in(text))), "")
    scale = scale or scale_in(near, opened_only=len(near) > _LONGEST_CAPTION)
    if " " not in scale and scale not in {"thousand", "million", "billion", *MONEY}:
        scale = ""
    of_texts = first.kind in {"text", "mixed"}
    if scale and of_texts:
        return [replace(first, unit=scale), *others]
    if not (scale or stated):
        return columns
    if any(_is_amount(column.name) for column in others):
        return [
            replace(c, unit=scale or stated)
            if c.kind == "number" and not c.unit and _is_amount(c.name)
            else c
            for c in columns
        ]
    labels = [row.cells[0] for row in table.rows if row.cells and row.cells[0]]
    if of_texts and 2 * sum(map(_is_amount, labels)) > len(labels):
        return [replace(first, unit=stated), *others]
    return columns


def _alone(table: _Growing) -> list[str]:
    """What stands alone in the first rows, as "(in thousands)" does below the years."""
    filled = [[cell for cell in row.cells if cell] for row in table.rows[:2]]
    return [cells[0] for cells in filled if len(cells) == 1 and len(cells[0]) <= _LONGEST_CAPTION]


def _is_amount(name: str) -> bool:
    """Whether a name is that of an amount of money, and of nothing that is counted otherwise."""
    words = set(words_in(name))
    return not words.isdisjoint(_amounts()) and words.isdisjoint(_unscaled())


@lru_cache(maxsize=1)
def _amounts() -> frozenset[str]:
    return frozenset(map(folded, words_of(lambda language: language.tables.amounts)))


@lru_cache(maxsize=1)
def _unscaled() -> frozenset[str]:
    return frozenset(map(folded, words_of(lambda language: language.tables.unscaled)))


def _decimal_mark_of(chunks: Sequence[Chunk]) -> str:
    """The decimal mark that is usual in the document's language; "" where none can be told."""
    words = {word for text in _start(chunks) for word in text.casefold().split()}
    counts = sorted(
        ((len(words.intersection(one.stop_words)), one.decimal_mark) for one in languages()),
        reverse=True,
    )
    (most, mark), *others = counts
    return mark if most > 2 and all(most > 1.5 * count for count, _ in others) else ""


def _start(chunks: Sequence[Chunk]) -> Iterator[str]:
    size = 0
    for chunk in chunks:
        if size > _SAMPLE:
            return
        size += len(chunk.text)
        yield chunk.text
