"""Reads CSV and its relatives, whatever parts their columns."""

import csv
import io
from collections.abc import Iterator

from ingest.encoding import decode
from ingest.loaders.tables import TableReader
from ingest.sections import Findings, LoaderError, Section

_ROWS_A_SECTION = 100
_DELIMITERS = ",;\t|"


def load_csv(data: bytes, findings: Findings) -> Iterator[Section]:
    """Rows with their column names; the first row names the columns if it looks like names."""
    text, warning = decode(data)
    if warning:
        findings.warn(warning)
    csv.field_size_limit(1 << 24)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    try:
        for lines, grid in TableReader(rows).sections(size=_ROWS_A_SECTION):
            yield Section(lines, kind="table", grid=grid)
    except csv.Error as error:
        raise LoaderError(f"is not a readable CSV table ({error}); save it as XLSX") from None


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
