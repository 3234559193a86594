"""What the columns of a table hold: their kind, unit and decimal mark, from a sample of cells."""

from collections import Counter
from collections.abc import Sequence

from vectorstore.languages import words_of
from vectorstore.tables.records import Kind, TableColumn
from vectorstore.tables.values import (
    decimal_mark,
    is_nothing,
    kind_of,
    read_value,
    read_year,
    read_yes_no,
    split_unit,
)
from vectorstore.tables.words import folded, words_in

_SAMPLE = 500  # rows
_MOSTLY = 0.8  # of the cells that hold something


def read_columns(
    names: Sequence[str], rows: Sequence[Sequence[str]], decimal: str = "", usual: str = ""
) -> list[TableColumn]:
    """Columns of these names over these rows, looked at in a sample spread over them.

    `decimal` is the mark that the format settles; `usual` is the mark of the document's
    language, which decides where no number of the table shows any.
    """
    step = -(-len(rows) // _SAMPLE) or 1
    sample = rows[::step]
    width = max([len(names), *map(len, sample)], default=0)
    cells = [
        [row[at] for row in sample if at < len(row) and not is_nothing(row[at])]
        for at in range(width)
    ]
    shown = [decimal_mark(column) for column in cells]
    others = set(shown) - {"", "?"}
    table_mark = decimal or (others.pop() if len(others) == 1 else "") or usual
    return [
        _column(
            names[at] if at < len(names) else "", cells[at], (shown[at] or table_mark).strip("?")
        )
        for at in range(width)
    ]


def _column(name: str, cells: list[str], mark: str) -> TableColumn:
    _, unit = split_unit(name)
    if not cells:
        return TableColumn(name, "empty", unit, mark)
    kinds: Counter[Kind] = Counter()
    units: Counter[str] = Counter()
    for cell in cells:
        if read_yes_no(cell) is not None:
            kinds["yes_no"] += 1
            continue
        value = read_value(cell, mark)
        kinds["text" if value is None else value.kind] += 1
        if value is not None and value.unit:
            units[value.unit] += 1
    kind, count = kinds.most_common(1)[0]
    if count < _MOSTLY * len(cells):
        return TableColumn(name, "mixed", unit, mark)
    if kind == "number" and not unit and _are_years(name, cells):
        return TableColumn(name, "date", "", mark)
    if kind == "number" and unit:
        kind = kind_of(unit)
    if not unit and units and units.most_common(1)[0][1] == count:
        unit = units.most_common(1)[0][0]
    return TableColumn(name, kind, unit, mark)


def _are_years(name: str, cells: list[str]) -> bool:
    """Whether a column of bare numbers holds years: they look so, and its name says so."""
    dates = {
        folded(word) for word in words_of(lambda language: language.tables.measures.get("date", ()))
    }
    return not dates.isdisjoint(words_in(name)) and all(
        read_year(cell) is not None for cell in cells
    )
