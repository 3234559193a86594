"""The rows of a questionnaire's file as text, one at a time, and what to know of the reading."""

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ingest.encoding import BOMS, SAMPLE, guess, utf16_without_bom
from ingest.loaders.text.csv_table import delimiter_of

LONGEST_CELL = 1 << 20  # characters
MOST_COLUMNS = 500
# What questionnaires come in when not in Unicode.
_COMMON = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2",
    "iso8859_15", "mac_roman", "cp850", "cp852", "cp866", "koi8_r", "cp932", "euc_jp", "gb18030",
    "big5", "cp949",
)  # fmt: skip
_PIECE = 1 << 20  # bytes
_LINES_NAMED = 12  # spans of rows in a remark


class QuestionnaireError(Exception):
    """A questionnaire that cannot be read; the message says why and what to do.

    `headings`: of the columns to choose from, where it is not clear which holds the questions.
    """

    def __init__(self, words: str, headings: Iterable[str] = ()) -> None:
        super().__init__(words)
        self.headings = tuple(headings)


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `number` is the one that the file's own program shows."""

    number: int
    cells: tuple[str, ...]
    hidden: bool = False


@dataclass(slots=True)
class Remarks:
    """Collects what a person has to know of how a questionnaire was read.

    Complete once its rows have all been read.
    """

    said: list[str] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)  # by name, also said
    unseen_columns: frozenset[int] = frozenset()  # the same by place, from 1
    columns: dict[str, str] = field(default_factory=dict)  # what each was taken for: its heading
    headings: list[str] = field(default_factory=list)  # of all columns, in the file's order

    def say(self, remark: str) -> None:
        """Note it, once."""
        if remark not in self.said:
            self.said.append(remark)


def lines(file: Path, encoding: str | None, remarks: Remarks) -> Iterator[tuple[int, str]]:
    """The lines of a text file, counted from 1."""
    for number, line in enumerate(_decoded(file, encoding, remarks), 1):
        yield number, line.strip().lstrip("\ufeff")


def json_objects(
    file: Path, encoding: str | None, remarks: Remarks
) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    """One object a line, its values as text; what is wrong with a line in its place."""
    for number, line in lines(file, encoding, remarks):
        if not line:
            continue
        try:
            found = json.loads(line, object_pairs_hook=_each_once)
        except (ValueError, RecursionError) as error:
            yield number, f"is no JSON object ({error})"
            continue
        if not isinstance(found, dict):
            yield number, "is no JSON object"
            continue
        yield number, {str(key): _plain(value) for key, value in found.items()}


def csv_rows(file: Path, encoding: str | None, remarks: Remarks) -> Iterator[Row]:
    """The rows of a table in text; a row's number is that of its first line."""
    delimiter = delimiter_of("".join(_beginning(_decoded(file, encoding, Remarks()))))
    csv.field_size_limit(LONGEST_CELL)
    read: list[str] = []  # the lines of the row at hand: what to look for an open quotation in
    reader = csv.reader(_kept(_decoded(file, encoding, remarks), read), delimiter=delimiter,
                        strict=True)  # fmt: skip
    before = 0
    loose: list[int] = []
    while True:
        read.clear()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            cells = _loosely(read, delimiter)
            if cells is None:
                raise QuestionnaireError(_told(error, read, before, delimiter)) from None
            loose.append(before + 1)
        if cells is None:
            break
        if len(cells) > MOST_COLUMNS:
            raise QuestionnaireError(
                f"the questionnaire has more than {MOST_COLUMNS} columns in row {before + 1}; "
                "delete those that are not needed"
            )
        yield Row(before + 1, tuple(cells))
        before = reader.line_num
    if loose:
        remarks.say(
            "quotation marks that are not doubled inside of quotation marks were read as they "
            f"stand: look at row {listed(loose)}"
        )


def _kept(source: Iterable[str], read: list[str]) -> Iterator[str]:
    for line in source:
        read.append(line)
        yield line


def _loosely(read: list[str], delimiter: str) -> list[str] | None:
    """The cells of a row of one line whose quotation marks are careless; None where one stays
    open: whatever follows would go into its cell."""
    if len(read) != 1:
        return None
    try:
        reader = csv.reader([read[0].rstrip("\r\n") + "\n", "\n"], delimiter=delimiter)
        cells = next(reader)
    except csv.Error:
        return None
    return cells if reader.line_num == 1 else None


def _told(error: csv.Error, read: list[str], before: int, delimiter: str) -> str:
    line = before + _opened_in(read, delimiter)
    if line == before:
        return f"the questionnaire cannot be read behind row {before} ({error}); save it as XLSX"
    return (
        f"a quotation mark that is opened in line {line} of the questionnaire is not closed as it "
        "should be, and would swallow the rows below: close it, or save the questionnaire as XLSX"
    )


def _opened_in(read: list[str], delimiter: str) -> int:
    """In which of the lines, from 1, the last cell in quotation marks begins; 0 for none."""
    found, inside, start = 0, False, True
    for number, line in enumerate(read, 1):
        letters = iter(line)
        for letter in letters:
            if inside:
                if letter == '"':
                    after = next(letters, "")
                    if after != '"':
                        inside, start = False, after == delimiter
                        if after not in (delimiter, "\r", "\n", ""):
                            return found
            elif letter == '"' and start:
                found, inside, start = number, True, False
            else:
                start = letter == delimiter
    return found


def listed(numbers: Iterable[int]) -> str:
    """Row numbers for a person: "4, 7–9 and 12"; very many are cut short."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    words = [f"{a:,}" if a == b else f"{a:,}–{b:,}" for a, b in spans[:_LINES_NAMED]]
    left = sum(b - a + 1 for a, b in spans[_LINES_NAMED:])
    if left:
        words.append(f"{left:,} more")
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


# Text in whatever encoding


def _beginning(source: Iterator[str]) -> Iterator[str]:
    length = 0
    for line in source:
        yield line
        length += len(line)
        if length > SAMPLE:
            return


def _decoded(file: Path, encoding: str | None, remarks: Remarks) -> Iterator[str]:
    """The lines of `file` with their ends, decoded as they are read.

    Remarks name an encoding that was guessed, and tell what could not be decoded.
    """
    chosen = _known(encoding) if encoding else _recognised(file, remarks)
    damaged = 0
    try:
        with file.open("r", encoding=chosen, errors="replace", newline="") as opened:
            for line in opened:
                if encoding or chosen != "utf-8":  # what proved to be UTF-8 may hold one itself
                    damaged += line.count("\ufffd")
                yield line
    except UnicodeError as error:
        raise QuestionnaireError(
            f"the questionnaire cannot be read as {chosen} ({error}); save it as UTF-8 or XLSX"
        ) from None
    if damaged:
        remarks.say(
            f"{damaged:,} characters are not {chosen} and were read as \ufffd: name the right "
            "encoding with --encoding, or save the questionnaire as UTF-8 or XLSX"
        )


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)  # codecs that are not of text, such as zip, are refused here
    except (LookupError, ValueError):
        raise QuestionnaireError(
            f"there is no encoding {encoding!r}; common ones are utf-8, utf-16, cp1252 (Western "
            "Europe), cp1250 (Central Europe), cp1251 (Cyrillic), cp932 (Japanese), mac-roman"
        ) from None
    return encoding


def _recognised(file: Path, remarks: Remarks) -> str:
    with file.open("rb") as opened:
        start = opened.read(SAMPLE)
        for mark, encoding in BOMS:
            if start.startswith(mark):
                return encoding
        if encoding := utf16_without_bom(start):
            remarks.say(f"the questionnaire was read as {encoding}: half of its bytes are zero")
            return encoding
        opened.seek(0)
        if _is_utf8(opened):
            return "utf-8"
        opened.seek(0)
        name, sure = guess(_telling(opened), _COMMON)
    doubt = "" if sure else ", with doubts"
    remarks.say(
        f"the questionnaire is not UTF-8; its encoding was guessed{doubt}: {name}. Look at its "
        "letters; --encoding NAME reads it otherwise"
    )
    return name


def _is_utf8(opened: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := opened.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _telling(opened: BinaryIO) -> bytes:
    """The first lines that hold more than ASCII: what a guess goes by."""
    kept: list[bytes] = []
    length = 0
    while length < SAMPLE and (line := opened.readline(_PIECE)):
        if not line.isascii():
            kept.append(line)
            length += len(line)
    return b"".join(kept)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Raises ValueError for a field that is there twice: one of the two would not be asked."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is in it twice")
    return found


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
