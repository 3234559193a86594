"""A table as a question sees it: named columns over rows of data, totals and the like apart."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise

from app.answering.tables.lexicon import Phrases, folded_words, is_kind_of, measure_words, phrases
from vectorstore.languages import words_of
from vectorstore.tables.records import Kind, Table, TableRow
from vectorstore.tables.scales import scale_in
from vectorstore.tables.values import (
    DURATIONS,
    MONEY,
    Value,
    is_nothing,
    kind_of,
    known_unit,
    read_value,
    read_year,
    split_unit,
    year_of,
)
from vectorstore.tables.words import folded, stems, words_in

_TURNED_ROWS, _TURNED_COLUMNS = 40, 40  # of a table that is looked at from its side as well
_SCALES = frozenset(("thousand", "million", "billion"))
COMPARABLE: frozenset[Kind] = frozenset(("number", "money", "percent", "duration", "date"))
_FEW_UNREAD = 0.2  # of the cells of a column that is compared all the same


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a view: its texts, and the row of the table where they stand.

    On its side each text stands in another row of the table: `sources` are these rows.
    """

    cells: Sequence[str]
    stored: TableRow
    table: Table
    sources: tuple[TableRow, ...] = ()

    def text(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""

    def source(self, column: int) -> TableRow:
        """The row of the table in which the text of a column stands."""
        return self.sources[column] if self.sources else self.stored


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view; `words` are its name's, folded, without the unit."""

    index: int
    name: str
    words: tuple[str, ...]
    kind: Kind
    unit: str
    decimal: str

    @property
    def is_comparable(self) -> bool:
        return self.kind in COMPARABLE

    def measures(self, measure: str) -> bool:
        """Whether the name says that the column measures "cost", "time", ..."""
        known = measure_words().get(measure, frozenset())
        return any(
            not known.isdisjoint(stems(word)) or is_kind_of(word, known) for word in self.words
        )


@dataclass(frozen=True)
class View:
    """A table, perhaps turned on its side: rows of data, and those that are none."""

    table: Table
    columns: tuple[Column, ...]
    records: tuple[Record, ...]
    totals: tuple[Record, ...] = ()
    rests: tuple[Record, ...] = ()
    lines: tuple[Record, ...] = ()  # a single text over the whole width
    turned: bool = False
    scale: str = ""  # in which figures without a unit are told: "million EUR"

    @cached_property
    def label(self) -> int:
        """The column by which rows are called: a name if there is one, else the first unique."""
        texts = [column for column in self.columns if column.kind in {"text", "mixed"}]
        unique = [column for column in texts if self.is_unique(column.index)]
        for column in texts:
            naming = len(column.words) == 1 and column.words[0] in _naming()
            if naming and 2 * self._different(column.index) > len(self.records):
                return column.index
        if not unique and texts:
            return max(texts, key=lambda column: self._different(column.index)).index
        ordered = unique or [c for c in self.columns if c.kind == "date"]
        return ordered[0].index if ordered else 0

    @property
    def is_list(self) -> bool:
        """Whether it is a list of items that no column names."""
        return len(self.columns) == 1

    @cached_property
    def sole_measure(self) -> Column | None:
        """The one comparable column, where no name says what it holds.

        Numbers that only grow and have no unit are those of pages.
        """
        columns = [c for c in self.columns if c.is_comparable and c.index != self.label]
        if len(columns) != 1 or columns[0].words or self.turned:
            return None
        (column,) = columns
        if not column.unit and column.kind == "number":
            values = [v.low for r in self.records if (v := self.value(r, column)) is not None]
            if values == sorted(values) and len(values) > 2:
                return None
        return column

    def _different(self, column: int) -> int:
        return len({folded(record.text(column)) for record in self.records})

    def is_unique(self, column: int) -> bool:
        """Whether a column calls each of nearly all records by another text."""
        said = [folded(record.text(column)) for record in self.records]
        filled = [text for text in said if text]
        return bool(filled) and len(set(filled)) == len(filled) >= 0.9 * len(said)

    def name_of(self, record: Record) -> str:
        """The record's label, or its first cell that says something."""
        label = record.text(self.label)
        return label or next((text for text in record.cells if text), "")

    def value(self, record: Record, column: Column) -> Value | None:
        """The value of a cell, in the unit of the column, the row or the table if it has none."""
        value = value_of(record.text(column.index), column)
        if value is None or value.unit or value.kind != "number":
            return value
        unit = self._unit_of(record, column)
        return replace(value, unit=unit, kind=kind_of(unit)) if unit else value

    def _unit_of(self, record: Record, column: Column) -> str:
        """The unit that the row tells, or the scale of the table where it holds for the cell."""
        name = self.name_of(record)
        told, of_column = words_in(name), column.words
        if self.unit_column is not None and (said := record.text(self.unit_column)):
            return known_unit(said) or said
        generic = folded_words(lambda words: words.generic) | folded_words(lambda w: w.values)
        if not of_column or all(word.isdigit() or word in generic for word in of_column):
            unit = known_unit(split_unit(name)[1])
            if unit:
                return unit
        words = {*told, *of_column}
        if not self.scale or not _unscaled().isdisjoint(words):
            return ""
        if not _counted().isdisjoint(words) and _amounts().isdisjoint(words):
            return ""
        return "" if "%" in name or "%" in column.name else self.scale

    @cached_property
    def unit_column(self) -> int | None:
        """The column that tells each row's unit."""
        named = [c for c in self.columns if c.words and c.words[0] in _unit_columns()]
        fitting = [c for c in named if len(c.words) == 1 and not c.is_comparable]
        return fitting[0].index if len(fitting) == 1 else None


def value_of(text: str, column: Column) -> Value | None:
    """The value of a cell's text in a column, or None."""
    if is_nothing(text):
        return None
    if column.kind == "date" and (year := read_year(text)) is not None:
        return year_of(year)
    value = read_value(text, column.decimal)
    if value is not None and not value.unit and value.kind == "number" and column.unit:
        return replace(value, unit=column.unit)
    return value


@lru_cache(maxsize=1)
def _naming() -> frozenset[str]:
    return folded_words(lambda words: words.naming)


@lru_cache(maxsize=1)
def _total_phrases() -> Phrases:
    return phrases(lambda words: words.totals)


@lru_cache(maxsize=1)
def _rest_phrases() -> Phrases:
    return phrases(lambda words: words.rests)


def views_of(table: Table, rows: Sequence[TableRow]) -> list[View]:
    """The table as it stands, and on its side where that may be a table as well."""
    width = len(table.columns)
    records = [Record(row.cells, row, table) for row in rows]
    upright = _sorted(table, _columns(table), records)
    found = [upright]
    if 2 <= len(rows) <= _TURNED_ROWS and 2 < width <= _TURNED_COLUMNS:
        turned = _turned(table, upright)
        if turned is not None:
            found.append(turned)
    return found


def _columns(table: Table) -> tuple[Column, ...]:
    found = []
    for index, column in enumerate(table.columns):
        bare, _ = split_unit(column.name)
        words = tuple(words_in(bare)) or tuple(words_in(column.name))
        found.append(Column(index, column.name, words, column.kind, column.unit, column.decimal))
    return tuple(found)


def _sorted(table: Table, columns: tuple[Column, ...], records: Sequence[Record]) -> View:
    """Records apart from totals, rows for all the others, and lines of a single text."""
    data: list[Record] = []
    totals: list[Record] = []
    rests: list[Record] = []
    lines: list[Record] = []
    starts = _total_phrases().starts | _rest_phrases().starts
    for record in records:
        filled = [text for text in record.cells if text]
        first = words_in(filled[0]) if filled and filled[0][:2].casefold() in starts else []
        if len(filled) == 1 and len(columns) > 2 and record.text(0):
            lines.append(record)
        elif first and _total_phrases().at(first, 0):
            totals.append(record)
        elif _is_rest(first):
            rests.append(record)
        else:
            data.append(record)
    if data and _sums_up(columns, data):
        totals.append(data.pop())
    scale = _scale_of(table)
    return View(table, columns, tuple(data), tuple(totals), tuple(rests), tuple(lines), scale=scale)


def _scale_of(table: Table) -> str:
    """What is kept as the unit of a first column of texts, where it is money or a scale."""
    first = table.columns[0]
    if first.kind not in {"text", "mixed"}:
        return ""
    unit = scale_in(first.name) or first.unit
    return unit if " " in unit or unit in MONEY or unit in _SCALES else ""


@lru_cache(maxsize=1)
def _unit_columns() -> frozenset[str]:
    return folded_words(lambda words: words.unit_columns)


@lru_cache(maxsize=1)
def _unscaled() -> frozenset[str]:
    return folded_words(lambda words: words.unscaled)


@lru_cache(maxsize=1)
def _counted() -> frozenset[str]:
    return folded_words(lambda words: words.counted)


@lru_cache(maxsize=1)
def _amounts() -> frozenset[str]:
    return folded_words(lambda words: words.amounts)


def _is_rest(words: list[str]) -> bool:
    """ "All other countries", or "Others" alone; "Other receivables" is a row of its own."""
    found = _rest_phrases().at(words, 0) if words else None
    return found is not None and (found.length > 1 or len(words) == 1)


def _sums_up(columns: Iterable[Column], records: Sequence[Record]) -> bool:
    """Whether the last row is the sum of those above it in every column that can be added."""
    if not 3 <= len(records) <= 500:
        return False
    compared = 0
    for column in columns:
        if column.kind not in {"number", "money", "duration"}:
            continue
        values = [value_of(record.text(column.index), column) for record in records]
        if values[-1] is None:
            continue
        above = [value.low for value in values[:-1] if value is not None]
        if (
            sum(map(bool, above)) < 2
            or sum(above, Decimal(0)) != values[-1].low
            or not values[-1].low
        ):
            return False
        compared += 1
    return compared > 1 or (compared == 1 and len(records) > 3)


def _turned(table: Table, view: View) -> View | None:
    """Rows as columns: the names of the first column, over the columns beside it."""
    first = view.columns[0]
    records = [*view.records]
    names = [record.text(0) for record in records]
    if not records:
        return None  # each row is a total, or a line that holds one text alone
    if first.kind not in {"text", "mixed"} or not all(names) or len(set(names)) < len(names):
        return None
    if len({column.kind for column in view.columns[1:]} - {"empty"}) > 1 and not _are_alike(view):
        return None  # its columns hold different things, so no row is a column
    columns = [replace(first, index=0, kind="text", unit="")]
    for index, (name, record) in enumerate(zip(names, records, strict=True), 1):
        bare, unit = split_unit(name)
        kind = _kind_of([record.text(c.index) for c in view.columns[1:]], first.decimal, unit)
        mark = next((c.decimal for c in view.columns[1:] if c.decimal), first.decimal)
        columns.append(Column(index, name, tuple(words_in(bare)), kind, unit, mark))
    found = []
    for column in view.columns[1:]:
        cells = [column.name, *(record.text(column.index) for record in records)]
        sources = [records[0].stored, *(record.stored for record in records)]
        found.append(Record(cells, records[0].stored, table, tuple(sources)))
    return View(table, tuple(columns), tuple(found), turned=True, scale=view.scale)


def _are_alike(view: View) -> bool:
    """Whether the columns beside the first hold the same kinds, cell by cell."""
    for one, other in pairwise(view.columns[1:]):
        same = 0
        for record in view.records:
            a, b = value_of(record.text(one.index), one), value_of(record.text(other.index), other)
            same += (a is None) == (b is None) and (a is None or b is None or a.unit == b.unit)
        if same < 0.8 * len(view.records):
            return False
    return True


def _kind_of(cells: Sequence[str], decimal: str, unit: str) -> Kind:
    values = [read_value(cell, decimal) for cell in cells if not is_nothing(cell)]
    kinds: set[Kind] = {value.kind if value is not None else "text" for value in values}
    if len(kinds) != 1:
        return "mixed" if kinds else "empty"
    return kinds.pop()


def comparable_values(
    view: View, records: Sequence[Record], column: Column
) -> tuple[list[tuple[Record, Value]], list[Record], list[Record]] | None:
    """The records with their values in one unit, those without a value, those that are unread.

    None where units differ, or too many cells hold no single number. Units of time may differ,
    see `magnitude`.
    """
    found: list[tuple[Record, Value]] = []
    missing: list[Record] = []
    unread: list[Record] = []
    for record in records:
        if is_nothing(record.text(column.index)):
            missing.append(record)
            continue
        value = view.value(record, column)
        if value is None:
            unread.append(record)
        else:
            found.append((record, value))
    if not found or len(unread) > _FEW_UNREAD * (len(found) + len(unread)):
        return None
    if len({(value.kind, value.per) for _, value in found}) > 1:
        return None
    units = {value.unit for _, value in found}
    if len(units) > 1 and not units <= set(DURATIONS):
        return None
    return found, missing, unread


def magnitude(value: Value) -> tuple[Decimal, Decimal]:
    """Both ends of a value, comparable among those that `comparable_values` gives."""
    size = DURATIONS.get(value.unit, Decimal(1))
    return value.low * size, value.high * size


def merged(views: Sequence[View]) -> View | None:
    """Tables that say the same of different things as one; None where they do not.

    The columns that all of them have stay; no label may stand in two of them.
    """
    first, *others = views
    maps: list[list[int]] = []
    for other in others:
        places = {(c.words, c.unit, c.kind): c.index for c in other.columns}
        maps.append([places.get((c.words, c.unit, c.kind), -1) for c in first.columns])
    kept = [c for c in first.columns if c.words and all(at[c.index] >= 0 for at in maps)]
    if len({view.scale for view in views}) > 1:
        return None
    if len(kept) < 2 or first.label not in {c.index for c in kept}:
        return None
    labels = [folded(view.name_of(record)) for view in views for record in view.records]
    if len(set(labels)) < len(labels):
        return None
    same = [[c.index for c in first.columns], *maps]
    columns = tuple(replace(c, index=at) for at, c in enumerate(kept))

    def taken(kind: Callable[[View], Sequence[Record]]) -> tuple[Record, ...]:
        return tuple(
            replace(record, cells=[record.text(at[c.index]) for c in kept])
            for view, at in zip(views, same, strict=True)
            for record in kind(view)
        )

    return View(
        first.table,
        columns,
        taken(lambda view: view.records),
        taken(lambda view: view.totals),
        taken(lambda view: view.rests),
        taken(lambda view: view.lines),
        scale=first.scale,
    )


def unit_words(value: Value) -> set[str]:
    """The words by which a question may name the value's unit."""
    units = value.unit.split()
    named = {folded(word) for unit in units for word in (unit, *_words_of_unit()(unit))}
    return named | set(words_in(value.unit))


@lru_cache(maxsize=1)
def _words_of_unit() -> Callable[[str], tuple[str, ...]]:
    def found(unit: str) -> tuple[str, ...]:
        return (
            *words_of(lambda language: language.figures.units.get(unit, ())),
            *words_of(lambda language: language.tables.units.get(unit, ())),
        )

    return found
