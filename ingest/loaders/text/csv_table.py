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
_MOST_TRIED = 8  # ends of such a cell that turn out to be none
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
        for lines, grid in TableReader(rows).sections(size=_ROWS_A_SECTION):
            yield Section(lines, kind="table", grid=grid)
    except csv.Error as error:
        raise LoaderError(f"is not a readable CSV table ({error}); save it as XLSX") from None
    if rows.careless:
        findings.warn(
            f"a quotation mark that is opened in line {rows.careless} is not closed; "
            "what follows was read as rows of their own"
        )


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
        self._back: deque[str] = deque()  # lines that were looked at already
        self._delimiter = delimiter
        self._width = 0
        self._number = 0  # of the last line that was taken
        self.careless = 0  # the first line, from 1, with a mark that is not closed; 0 for none

    def __iter__(self) -> Iterator[list[str]]:
        while line := self._take():
            row = self._row(line)
            self._width = self._width or len(row)
            yield row

    def _take(self) -> str:
        line = self._back.popleft() if self._back else self._source.readline()
        self._number += bool(line)
        return line

    def _row(self, line: str) -> list[str]:
        if '"' not in line:
            return self._split(line)
        if (row := self._whole([line])) is not None:
            return row
        # A quotation mark is open at the end of the line: the cell goes on, or it was forgotten.
        start = self._number
        lines = [line]
        marks, tried = line.count('"'), 0
        while len(lines) < _MOST_LINES and tried < _MOST_TRIED and (more := self._take()):
            lines.append(more)
            marks += more.count('"')
            if '"' not in more or marks % 2:
                continue
            tried += 1
            if (row := self._whole(lines)) is not None:
                if not self._are_rows(lines[1:]):
                    return row
                break
        self._number = start
        self._back.extendleft(reversed(lines[1:]))
        self.careless = self.careless or start
        return self._split(line.rstrip("\r\n") + '"')

    def _whole(self, lines: list[str]) -> list[str] | None:
        """The cells of a row; None where its last quotation mark is open."""
        try:
            found = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            if _UNENDED in str(error):
                return None
            return self._split("".join(lines))
        return found[0] if len(found) == 1 else self._split("".join(lines))

    def _split(self, line: str) -> list[str]:
        return next(csv.reader([line], delimiter=self._delimiter), [])

    def _are_rows(self, lines: list[str]) -> bool:
        """Whether lines that a quotation mark would make a part of a cell are whole rows."""
        return self._width > 1 and all(len(self._split(one)) == self._width for one in lines)


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
