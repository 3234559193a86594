"""Keeps spreadsheets from taking text of a CSV for a formula, and gives the text back.

See OWASP, "CSV Injection". Excel parts a file at the list separator of its user's country: where
that is ";", our commas and quotation marks do not hold a cell together, and what stands behind a
";", a tab or a line break inside it begins a cell of its own. So an apostrophe stands before
whatever may be taken for a formula there, too, and one may be taken away again everywhere.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from app.batch.input.rows import Row

# What a spreadsheet may take for a formula, in any of its widths.
_SIGN = "=+\\-@＝＋－＠"
_FORMULA = re.compile(rf"\A'*[\s\u200b]*[{_SIGN}\t\r\n]")
_NUMBER = re.compile(r"\A[+-]?\d[\d.,  ]*%?\Z")
# All that may stand before a sign, from the last ";" on: looked at once, from its beginning.
_INSIDE = re.compile(rf";?(?<![\s\u200b\"'])[\s\u200b\"']*+(?=[{_SIGN}])")
_SEPARATOR = re.compile(r"[;\t\r\n]")
_GUARDED_SEPARATOR = re.compile(r"([;\t\r\n])'")
# By these a table of results is known for ours.
_OURS = {"outcome", "answer", "unsupported sentences", "quotation 1", "confidence", "run"}


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. Plain numbers stay as they are."""
    guarded = _INSIDE.sub(lambda found: _SEPARATOR.sub(r"\g<0>'", found[0]), cell)
    return f"'{guarded}" if _FORMULA.match(cell) and not _NUMBER.match(cell) else guarded


def texts(cells: Iterable[str]) -> list[str]:
    """The cells of a row. A number with a sign is guarded in the first: what follows its comma
    may go on with it."""
    first, *others = cells
    begun = as_text(first)
    if _FORMULA.match(begun) and not begun.startswith("'"):
        begun = f"'{begun}"
    return [begun, *map(as_text, others)]


def as_it_was(cell: str) -> str:
    """What `texts` made the cell of."""
    if cell.startswith("'") and _FORMULA.match(cell[1:]):
        cell = cell[1:]
    return _INSIDE.sub(lambda found: _GUARDED_SEPARATOR.sub(r"\1", found[0]), cell)


def as_they_were(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows of a CSV, of one of ours without the apostrophes that we added."""
    for head in rows:
        ours = set(head.cells) >= _OURS
        for row in chain([head], rows):
            yield Row(row.number, _given_back(row.cells), row.hidden) if ours else row


def _given_back(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(as_it_was(cell) for cell in cells)
