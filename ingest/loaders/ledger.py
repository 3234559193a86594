"""Makes the columns of a ledger whole again: "$", "4,703" and ")" in cells of their own are one.

Statements of accounts in HTML are set so that signs and figures stand exactly below each other:
with a column for the sign of the currency, one for the figure, one for the bracket behind it, and
empty ones between. As they stand no figure would be below the name of its year.
"""

import re
from collections.abc import Iterator, Sequence

from ingest.loaders.tables import Across, is_number
from vectorstore.tables.scales import scale_in

_SIGN = re.compile(r"(?:[A-Z]{1,3})?[$€£¥]|EUR|USD|GBP|CHF")
_END = re.compile(r"\)|%|\)\s?%|pts\.?")
_SPACED = re.compile(r"\(\s+|(?<=\d)\s+\)")
_NOTHING = re.compile(r"[-–—]|nil|NIL|N/A")
_BARE_DECIMAL = re.compile(r"\(?\.\d+")
_NEAR = 3  # columns in which the figure of a sign stands
_LEAST_SIGNS = 2  # in a table that is set as a ledger


def whole_figures(rows: Sequence[list[str]]) -> list[list[str]]:
    """The rows with signs and brackets joined to their figures, and without the columns that only
    hold them; the same rows where a table is not set so."""
    signs = sum(_stands_alone(cell) for cells in rows for cell in cells)
    if signs < _LEAST_SIGNS:
        return list(rows)
    joined = [_joined(cells) for cells in rows]
    width = max(map(len, joined))
    padded = [[*cells, *[""] * (width - len(cells))] for cells in joined]
    groups = _groups(padded, width)
    folded = [[_text_of(cells, group, groups) for group in groups] for cells in padded]
    return [
        cells[:1] if len(before) == 1 else _with_scale_first(cells)
        for before, cells in zip(joined, folded, strict=True)
    ]


def _with_scale_first(cells: list[str]) -> list[str]:
    """A row that only says in what all columns are told, as one that is alone in its line."""
    said = {cell for cell in cells if cell}
    if cells[0] or len(said) != 1 or not scale_in(text := said.pop(), opened_only=True):
        return cells
    return [str(text), *[""] * (len(cells) - 1)]


def _stands_alone(cell: str) -> bool:
    return bool(_SIGN.fullmatch(cell) or _END.fullmatch(cell))


def _joined(cells: Sequence[str]) -> list[str]:
    """A row with each sign before its figure, and each bracket behind it, in the figure's cell."""
    found = list(cells)
    for at, cell in enumerate(found):
        if isinstance(cell, Across) or not cell:
            continue
        if _SIGN.fullmatch(cell):
            ahead = range(at + 1, min(len(found), at + 1 + _NEAR))
            figure = next((n for n in ahead if _is_own(found[n])), None)
            if figure is None:
                continue
            nothing = bool(_NOTHING.fullmatch(found[figure]))
            if nothing or is_number(found[figure]) or _BARE_DECIMAL.match(found[figure]):
                _put(found, figure, found[figure] if nothing else f"{cell} {found[figure]}")
                found[at] = ""
        elif _END.fullmatch(cell):
            behind = range(at - 1, max(-1, at - 1 - _NEAR), -1)
            figure = next((n for n in behind if _is_own(found[n])), None)
            if figure is not None and any(letter.isdigit() for letter in found[figure]):
                space = " " if cell[:1].isalpha() else ""
                _put(found, figure, f"{found[figure]}{space}{cell}")
                found[at] = ""
    return [_tidy(cell) for cell in found]


def _put(cells: list[str], at: int, text: str) -> None:
    """Put a text in a cell, and in those that are merged with it."""
    before = cells[at]
    cells[at] = text
    at += 1
    while at < len(cells) and isinstance(cells[at], Across) and cells[at] == before:
        cells[at] = Across(text)
        at += 1


def _is_own(cell: str) -> bool:
    return bool(cell) and not isinstance(cell, Across)


def _tidy(cell: str) -> str:
    plain = _SPACED.sub(lambda found: found.group().strip(), cell)
    return cell if plain == cell else type(cell)(plain)


def _groups(rows: Sequence[Sequence[str]], width: int) -> list[range]:
    """Neighbouring columns that never hold two texts in one row, as one column each."""
    figures = [any(is_number(cells[at]) for cells in rows) for at in range(width)]
    opening = {at for cells in rows for at in _spans(cells, figures)}
    groups: list[range] = []
    for column in range(width):
        if (
            groups
            and column not in opening
            and all(_are_one(cells, groups[-1], column) for cells in rows)
        ):
            groups[-1] = range(groups[-1].start, column + 1)
        else:
            groups.append(range(column, column + 1))
    return groups


def _spans(cells: Sequence[str], figures: Sequence[bool]) -> Iterator[int]:
    """Where a cell begins that is merged over several columns, with figures among them."""
    for at, cell in enumerate(cells):
        if not _is_own(cell):
            continue
        end = at + 1
        while end < len(cells) and isinstance(cells[end], Across) and cells[end] == cell:
            end += 1
        if end > at + 1 and any(figures[at:end]):
            yield at


def _are_one(cells: Sequence[str], group: range, column: int) -> bool:
    held = next((cells[at] for at in group if cells[at]), "")
    cell = cells[column]
    return not held or not cell or (isinstance(cell, Across) and cell == held)


def _text_of(cells: Sequence[str], group: range, groups: Sequence[range]) -> str:
    """The text of a column; it is merged with the one before where its cells were."""
    held = next((cells[at] for at in group if cells[at]), "")
    if not isinstance(held, Across):
        return held
    number = groups.index(group)
    before = next((cells[at] for at in groups[number - 1] if cells[at]), "") if number else ""
    return held if before == held else str(held)
