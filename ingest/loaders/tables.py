"""Turns a grid of cells into lines that keep each value's column name."""

import re
from collections.abc import Iterable, Iterator, Sequence

Row = Sequence[str]

_NUMBER = re.compile(r"[-+(]?\s*+(?:[$€£¥]\s*+)?\d[\d.,  '%)]*+\s*+[\w$€£¥%/]{0,4}\.?$")


def table_lines(rows: Iterable[Row], header_rows: int | None = None) -> Iterator[str]:
    """One line a row: "Country: Norway; Meal allowance: 65 EUR".

    `header_rows` says how many rows at the top are column names; None decides by the looks of
    the first rows. Rows are read as they come, so a table may be of any length. A cell merged
    over some columns is expected in each of them, one merged over the whole row just once.
    """
    source = iter(rows)
    head: list[list[str]] = []
    for row in source:
        cells = [_flat(cell) for cell in row]
        if any(cells):
            head.append(cells)
        if len(head) >= max(12, header_rows or 0):
            break
    if not head:
        return
    count = _guess_header(head) if header_rows is None else min(header_rows, len(head))
    titles, count = _titles(head, count)
    yield from titles
    names = _names(head[len(titles) : len(titles) + count])
    body = head[len(titles) + count :]
    if not body and count:  # nothing but names
        body, names = head[len(titles) : len(titles) + count], []
    two_columns = not names and max(map(len, head)) == 2
    for cells in body:
        yield row_line(cells, names, two_columns)
    for row in source:
        cells = [_flat(cell) for cell in row]
        if any(cells):
            yield row_line(cells, names, two_columns)


def row_line(cells: Row, names: Sequence[str], two_columns: bool = False) -> str:
    """One row as text; without `names` its cells are parted by " | ", or ": " in key and value."""
    filled = [cell for cell in cells if cell]
    if len(filled) == 1 and cells[0]:
        return filled[0]
    if not names:
        return (": " if two_columns and len(filled) == 2 else " | ").join(filled)
    parts = []
    for index, cell in enumerate(cells):
        if cell:
            name = names[index] if index < len(names) else ""
            parts.append(f"{name}: {cell}" if name and name != cell else cell)
    return "; ".join(parts)


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, perhaps with a currency or a short unit."""
    return len(cell) < 30 and bool(_NUMBER.match(cell))


def _flat(cell: str) -> str:
    return " ".join(cell.split())


def _titles(head: list[list[str]], count: int) -> tuple[list[str], int]:
    """Rows above the column names that hold a single text: the table's title."""
    titles = []
    for cells in head[:count]:
        filled = {cell for cell in cells if cell}
        if len(filled) != 1 or len(cells) == 1:
            break
        titles.append(filled.pop())
    return titles, count - len(titles)


def _names(rows: list[list[str]]) -> list[str]:
    """Column names; several rows of them are joined: "2024" above "Revenue" is "2024 Revenue"."""
    width = max(map(len, rows), default=0)
    names = []
    for column in range(width):
        parts: list[str] = []
        for cells in rows:
            part = cells[column].rstrip(":") if column < len(cells) else ""
            if part and part not in parts:
                parts.append(part)
        names.append(" ".join(parts))
    return names


def _guess_header(head: list[list[str]]) -> int:
    """How many of the first rows are titles and column names."""
    width = max(map(len, head))
    first = 0
    while first < len(head) - 1 and width > 1 and len({c for c in head[first] if c}) == 1:
        first += 1  # a title above the table
    if first >= len(head) - 1:
        return 0
    names, body = head[first], head[first + 1 :]
    filled = [cell for cell in names if cell]
    if len(filled) < 2 or len(set(filled)) < len(filled) or max(map(len, filled)) > 80:
        return first
    if len(filled) < width - 1 or any(is_number(cell) and not _is_year(cell) for cell in names):
        return first
    for column, name in enumerate(names):
        below = [cells[column] for cells in body if column < len(cells) and cells[column]]
        if below and sum(map(is_number, below)) * 2 > len(below) and not is_number(name):
            return first + 1
    if width == 2:  # key and value, unless the first row is plainly a pair of names
        values = [cells[1] for cells in body if len(cells) > 1 and cells[1]]
        longest = max(map(len, filled))
        return first + (bool(values) and longest <= 25 and _mean(values) > 1.5 * len(filled[-1]))
    return first + 1


def _mean(values: list[str]) -> float:
    return sum(map(len, values)) / len(values)


def _is_year(cell: str) -> bool:
    return bool(re.fullmatch(r"(?:FY\s?)?(?:19|20)\d\d", cell))
