"""Reads CSV and its relatives, whatever parts their columns."""

import csv
import io
from collections import deque
from collections.abc import Iterator

from ingest.encoding import decode
from ingest.loaders.tables import TableReader
from ingest.sections import Findings, LoaderError, Section

_ROWS_A_SECTION = 100
_DELIMITERS = ",;\t|"
_MOST_LINES = 500  # of a cell in quotation marks
_MOST_CARELESS = 200  # rows of a file; then no cell has several lines
_UNENDED = "unexpected end"  # of the library's message for a quotation mark that stays open


def load_csv(data: bytes, findings: Findings) -> Iterator[Section]:
    """Rows with their column names; the first row names the columns if it looks like names."""
    text, warning = decode(data)
    if warning:
        findings.warn(warning)
    csv.field_size_limit(1 << 24)
    text, delimiter = _named_delimiter(text)
    rows = _Rows(text, delimiter or delimiter_of(text))
    try:
        for lines, grid in TableReader(map(_plain, rows)).sections(size=_ROWS_A_SECTION):
            yield Section(lines, kind="table", grid=grid)
    except csv.Error as error:
        raise LoaderError(f"is not a readable CSV table ({error}); save it as XLSX") from None
    if rows.careless:
        findings.warn(
            f"a quotation mark that is opened in line {rows.careless} is not closed; "
            "what follows was read as rows of their own"
        )


def _plain(row: list[str]) -> list[str]:
    """Cells without the formula that keeps Excel from taking a number out of them: ="00042"."""
    return [
        cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell
        for cell in row
    ]


def _named_delimiter(text: str) -> tuple[str, str]:
    """The text without a first line such as "sep=;", by which Excel is told, and what it says."""
    first, _, rest = text.partition("\n")
    said = first.strip().lower()
    if said.startswith("sep=") and len(first.rstrip("\r")) == len("sep=;"):
        return rest, first[4]
    return text, ""


class _Rows:
    """The rows of a table, where a quotation mark that is never closed costs its own row alone."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._source = io.StringIO(text, newline="")
        self._has_marks = '"' in text
        self._back: deque[str] = deque()  # lines that were looked at already
        self._taken: list[str] = []  # the lines of the row at hand
        self._delimiter = delimiter
        self._width = 0
        self._number = 0  # of the last line that was taken
        self._count = 0  # of careless rows
        self.careless = 0  # the first line, from 1, with a mark that is not closed; 0 for none

    def __iter__(self) -> Iterator[list[str]]:
        if not self._has_marks:
            yield from csv.reader(self._source, delimiter=self._delimiter)
            return
        again = True
        while again:
            again = False
            for row in csv.reader(self._lines(), delimiter=self._delimiter):
                taken, self._taken = self._taken, []
                self._width = self._width or len(row)
                if len(taken) == 1 or not self._is_careless(taken):
                    yield row
                    continue
                self._back.extendleft(reversed(taken[1:]))
                self._number -= len(taken) - 1
                self._count += 1
                self.careless = self.careless or self._number
                yield self._split(taken[0].rstrip("\r\n") + '"')
                again = True  # with a reader in which no mark is open
                break
            again = again or bool(self._back)

    def _lines(self) -> Iterator[str]:
        """Lines for one reader, which gets so many for one row, and no more."""
        while line := self._back.popleft() if self._back else self._source.readline():
            if len(self._taken) >= (_MOST_LINES if self._count < _MOST_CARELESS else 1):
                self._back.appendleft(line)
                return
            self._number += 1
            self._taken.append(line)
            yield line

    def _is_careless(self, lines: list[str]) -> bool:
        """Whether a quotation mark that holds several lines together was only forgotten."""
        try:
            list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            if _UNENDED in str(error):
                return True
        return self._width > 1 and all(len(self._split(one)) == self._width for one in lines[1:])

    def _split(self, line: str) -> list[str]:
        return next(csv.reader([line], delimiter=self._delimiter), [])


def delimiter_of(text: str) -> str:
    """What parts the columns most evenly in the first lines."""
    sample = [line for line in text[:20_000].splitlines() if line.strip()][:30]

    def evenness(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 1]
        usual = max(set(counts), key=counts.count, default=0)
        return counts.count(usual), usual

    try:
        return max(_DELIMITERS, key=evenness) if sample else ","
    except csv.Error:
        return ","
