"""The rows of a questionnaire's file as text, one at a time, whatever the file is."""

import codecs
import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.encoding import decode
from ingest.loaders.csv_table import delimiter_of
from ingest.loaders.ooxml import Package
from ingest.loaders.xlsx import cell_text
from ingest.sections import LoaderError

_SAMPLE = 256 * 1024  # bytes that show a file's encoding and delimiter
_LONGEST_CELL = 1 << 20  # characters
_MOST_COLUMNS = 500
_MOST_ROWS = 1_048_576  # by the format; a row that claims a higher number is hostile
_DAMAGE = (  # what openpyxl lets through of a file that is not as it should be
    KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, OSError, EOFError,
    SyntaxError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


class QuestionnaireError(Exception):
    """A questionnaire that cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `number` is the one that the file's own program shows."""

    number: int
    cells: tuple[str, ...]


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file, counted from 1."""
    with _text(file) as opened:
        for number, line in enumerate(opened, 1):
            yield number, line.strip().lstrip("\ufeff")


def json_objects(file: Path) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    """One object a line, its values as text; what is wrong with a line in its place."""
    for number, line in lines(file):
        if not line:
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"is no JSON object ({error})"
            continue
        if not isinstance(found, dict):
            yield number, "is no JSON object"
            continue
        yield number, {str(key): _plain(value) for key, value in found.items()}


def csv_rows(file: Path) -> Iterator[Row]:
    """The rows of a table in text; a row's number is that of its first line."""
    with file.open("rb") as opened:
        sample = opened.read(_SAMPLE)
    delimiter = delimiter_of(decode(sample).text)
    with _text(file, newline="") as opened:
        csv.field_size_limit(_LONGEST_CELL)
        reader = csv.reader(opened, delimiter=delimiter, strict=False)
        before = 0
        try:
            for cells in reader:
                yield Row(before + 1, tuple(cells[:_MOST_COLUMNS]))
                before = reader.line_num
        except (csv.Error, UnicodeDecodeError) as error:
            raise QuestionnaireError(
                f"the questionnaire cannot be read behind row {before} ({error}); save it as XLSX"
            ) from None


def xlsx_rows(file: Path, sheet: str | None) -> Iterator[Row]:
    """The rows of a sheet: of the one named, or of the first that can be seen and holds any."""
    with file.open("rb") as opened:
        try:
            Package(opened)  # refuses bombs before the other library opens the file
        except LoaderError as error:
            raise QuestionnaireError(f"the questionnaire {error}") from None
        import openpyxl  # slow to import

        opened.seek(0)
        try:
            book = openpyxl.load_workbook(opened, read_only=True, data_only=True, keep_links=False)
            yield from _sheet_rows(book, sheet)
        except _DAMAGE as error:
            first = str(error).partition("\n")[0]
            raise QuestionnaireError(
                f"the questionnaire is damaged ({first}); save it again with Office"
            ) from None


def _sheet_rows(book: Any, sheet: str | None) -> Iterator[Row]:
    names = [one.title for one in book.worksheets if one.sheet_state == "visible"]
    if sheet is not None and sheet not in names:
        raise QuestionnaireError(f"there is no sheet {sheet!r}; there are: {', '.join(names)}")
    for name in [sheet] if sheet is not None else names:
        found = False
        page = book[name]
        page.reset_dimensions()  # the file's own claim may be wrong or hostile
        rows = page.iter_rows(max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS + 1)
        gap = None
        for number, row in enumerate(rows, 1):
            if number > _MOST_ROWS:
                raise QuestionnaireError(
                    f"the questionnaire claims a row beyond {_MOST_ROWS:,}, which no workbook has: "
                    "damaged or hostile; save it again with Office"
                )
            if row is gap:
                continue  # one object stands for all rows of a gap, and there may be a million
            cells = _row_texts(row)
            if len(cells) > _MOST_COLUMNS:
                raise QuestionnaireError(
                    f"the questionnaire has more than {_MOST_COLUMNS} columns in row {number}; "
                    "delete those that are not needed"
                )
            gap = gap if cells else row
            found = found or bool(cells)
            yield Row(number, cells)
        if found:
            return


def _row_texts(row: Sequence[Any]) -> tuple[str, ...]:
    """The cells of a row up to the last that holds anything."""
    cells = [
        cell_text(cell.value, cell.number_format or "")[:_LONGEST_CELL]
        if cell.value is not None
        else ""
        for cell in row
    ]
    while cells and not cells[-1]:  # the width that the sheet claims says nothing
        cells.pop()
    return tuple(cells)


def _text(file: Path, newline: str | None = None) -> io.TextIOWrapper:
    """The file as text, decoded as it is read; its encoding is guessed from its beginning."""
    with file.open("rb") as opened:
        sample = opened.read(_SAMPLE)
    return file.open("r", encoding=_encoding(sample), errors="replace", newline=newline)


def _encoding(sample: bytes) -> str:
    for bom, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(bom):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)  # a cut letter at the end is fine
    except UnicodeDecodeError:
        return "cp1252"  # what Excel writes in Western Europe
    return "utf-8"


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
