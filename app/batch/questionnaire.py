"""Reads questionnaires: CSV, XLSX, JSONL or one question a line, row by row."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from app.batch.formulas import as_they_were
from app.batch.records import AnswerKind, Question, RowProblem
from app.batch.rows import (
    QuestionnaireError,
    Remarks,
    Row,
    csv_rows,
    json_objects,
    lines,
    listed,
)
from app.batch.spreadsheet import xlsx_rows

__all__ = ["LONGEST", "QuestionnaireError", "Remarks", "read_questionnaire"]

LONGEST = 4_000  # characters of a question; a longer one is no question, and no window holds it
_LOOKED_AT = 50  # rows from which the question column is guessed
_HEADER_WITHIN = 20  # rows in which a header may stand below a title

# Headers that name the question column, the surest first.
_QUESTION = (
    "question", "questions", "question text", "frage", "fragen", "fragetext", "prüffrage",
    "requirement", "requirements", "anforderung", "anforderungen", "control", "query",
)  # fmt: skip
_OTHERS: dict[str, tuple[str, ...]] = {
    "id": ("id", "nr", "nr.", "no", "no.", "number", "nummer", "ref", "reference", "#", "kennung"),
    "spaces": ("space", "spaces", "bereich", "bereiche"),
    "documents": ("document", "documents", "dokument", "dokumente"),
    "kind": ("type", "answer type", "answer_type", "antworttyp", "antwortart", "kind"),
    "choices": ("choices", "options", "auswahl", "optionen"),
    "unit": ("unit", "einheit"),
}
_KINDS: dict[str, AnswerKind] = {
    "": "text",
    "text": "text",
    "free text": "text",
    "freitext": "text",
    "yes/no": "yes_no",
    "yes_no": "yes_no",
    "yes or no": "yes_no",
    "ja/nein": "yes_no",
    "number": "number",
    "zahl": "number",
    "date": "date",
    "datum": "date",
    "choice": "choice",
    "one of": "choice",
    "auswahl": "choice",
    "list": "list",
    "liste": "list",
}
_WITH_UNIT = re.compile(r"(number|zahl)\s*(?:\(|in\s|,\s*)\s*([^)]+)\)?$", re.IGNORECASE)
_ONE_OF = re.compile(r"(?:one of|choice|auswahl|eine? von)\s*:\s*(.+)$", re.IGNORECASE)
_HALF = re.compile(r"[\ud800-\udfff]")  # JSON can name it; nothing can be written with it


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where things stand in a row: names in file order, and which of them has a meaning."""

    names: tuple[str, ...]
    question: int
    meanings: Mapping[str, int]


def read_questionnaire(
    file: Path,
    *,
    name: str = "",
    question_column: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    hidden_rows: bool = False,
    remarks: Remarks | None = None,
) -> Iterator[Question | RowProblem]:
    """Yield every row that holds anything, in the file's order, without holding the file.

    `name` is what the file is called, where that is not its path: its ending says what it is.
    Hidden rows of a workbook are left out without `hidden_rows`; `remarks` tell which, and
    whatever else was not read as it may seem.
    Raises QuestionnaireError for a file that cannot be read or whose question column is not clear.
    """
    kind = _kind_of(file, name or file.name)
    remarks = Remarks() if remarks is None else remarks
    if kind == "lines":
        return _from_lines(lines(file, encoding, remarks))
    if kind == "jsonl":
        return _from_objects(json_objects(file, encoding, remarks), question_column)
    if kind == "xlsx":
        rows = xlsx_rows(file, sheet, remarks)
    else:
        rows = as_they_were(csv_rows(file, encoding, remarks))
    return _from_table(rows, question_column, remarks, hidden_rows=hidden_rows)


def _kind_of(file: Path, name: str) -> str:
    suffix = Path(name).suffix.lower()
    known = {
        ".csv": "csv",
        ".tsv": "csv",
        ".xlsx": "xlsx",
        ".xlsm": "xlsx",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".txt": "lines",
        ".md": "lines",
    }.get(suffix)
    if known:
        return known
    if suffix in (".xls", ".ods", ".doc", ".docx", ".pdf"):
        raise QuestionnaireError(
            f"{name} cannot be read as a questionnaire; save it as XLSX or CSV"
        )
    with file.open("rb") as opened:
        start = opened.read(4096)
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return "jsonl"
    first = start.decode("utf-8", "replace").splitlines()[:1]
    cells = re.split(r"[,;\t]", first[0]) if first else []
    header = {_folded(cell.strip('"\ufeff ')) for cell in cells}
    return "csv" if len(cells) > 1 and header & set(_QUESTION) else "lines"


# One question a line


def _from_lines(source: Iterable[tuple[int, str]]) -> Iterator[Question | RowProblem]:
    for number, line in source:
        if line.strip():
            yield _checked(Row(number, (line,)), _Columns(("question",), 0, {}))


# JSON objects


def _from_objects(
    source: Iterable[tuple[int, Mapping[str, str] | str]], question_column: str | None
) -> Iterator[Question | RowProblem]:
    """`source` has the text of what is wrong in the place of an object that cannot be read."""
    for number, found in source:
        if isinstance(found, str):
            yield RowProblem(number, found)
            continue
        names = tuple(found)
        place = _named(names, question_column) if question_column else _by_name(names)
        if place is None:
            yield RowProblem(number, f"has no question; its fields are {_listed(names)}")
            continue
        yield _checked(
            Row(number, tuple(found.values())), _Columns(names, place, _meanings(names, place))
        )


# Tables


def _from_table(
    source: Iterator[Row], column: str | None, remarks: Remarks, *, hidden_rows: bool
) -> Iterator[Question | RowProblem]:
    rows = (row for row in source if any(cell.strip() for cell in row.cells))
    head = list(islice(rows, _LOOKED_AT))
    if not head:
        raise QuestionnaireError("the questionnaire is empty")
    columns, used = _find_columns(head, column)
    _tell_of_columns(columns, remarks)
    hidden: list[int] = []
    for row in chain(head[used:], rows):
        if row.hidden:
            hidden.append(row.number)
            if not hidden_rows:
                continue
        yield _checked(row, columns)
    if hidden:
        said = f"{len(hidden):,} hidden rows" if len(hidden) > 1 else "one hidden row"
        remarks.say(
            f"{said} asked like the others: row {listed(hidden)}"
            if hidden_rows
            else f"{said} not asked: row {listed(hidden)}; --hidden-rows asks them, too"
        )


def _tell_of_columns(columns: _Columns, remarks: Remarks) -> None:
    held = [name for at, name in enumerate(columns.names, 1) if at in remarks.unseen_columns]
    if not held:
        return
    remarks.hidden_columns = held
    many = f"{len(held)} hidden columns are" if len(held) > 1 else "a hidden column is"
    remarks.say(
        f"{many} read and passed on, and hidden in an XLSX again, but not in CSV or JSON lines: "
        f"{_listed(held)}"
    )
    if columns.question + 1 in remarks.unseen_columns:
        remarks.say("the column with the questions is itself hidden")


def _find_columns(head: Sequence[Row], column: str | None) -> tuple[_Columns, int]:
    """The columns, and how many of the rows of `head` are title and header."""
    for at, row in enumerate(head[:_HEADER_WITHIN]):
        place = _named(row.cells, column) if column else _by_name(row.cells)
        if place is not None:
            names = _unique(row.cells)
            return _Columns(names, place, _meanings(names, place)), at + 1
    if column:
        names = _unique(head[0].cells)
        raise QuestionnaireError(
            f"there is no column named {column!r}; the first row has {_listed(names)}"
        )
    return _guessed(head)


def _guessed(head: Sequence[Row]) -> tuple[_Columns, int]:
    """A table without a header that we know: the questions are what ends in a question mark."""
    width = max(len(row.cells) for row in head)
    shares = []
    for place in range(width):
        cells = [row.cells[place].strip() for row in head if place < len(row.cells)]
        filled = [cell for cell in cells if cell]
        asking = sum(cell.endswith("?") for cell in filled)
        shares.append(asking / len(filled) if filled else 0.0)
    likely = [place for place, share in enumerate(shares) if share >= 0.5]
    if width == 1:
        likely = [0]
    names = _unique(head[0].cells)
    if len(likely) != 1:
        raise QuestionnaireError(
            "which column holds the questions is not clear: give it the heading Question, or name "
            f"it with --question-column. The first row has {_listed(names)}"
        )
    (place,) = likely
    first = head[0].cells[place].strip() if place < len(head[0].cells) else ""
    if width == 1 or first.endswith("?"):
        names = tuple("question" if at == place else f"column {at + 1}" for at in range(width))
        return _Columns(names, place, {}), 0
    return _Columns(names, place, _meanings(names, place)), 1


def _by_name(names: Sequence[str]) -> int | None:
    folded = [_folded(name) for name in names]
    for known in _QUESTION:
        places = [at for at, name in enumerate(folded) if name == known]
        if len(places) > 1:
            raise QuestionnaireError(
                f"several columns are named {known!r}: give the others other headings, or name "
                "the right one with --question-column"
            )
        if places:
            return places[0]
    return None


def _named(names: Sequence[str], wanted: str) -> int | None:
    folded = [_folded(name) for name in names]
    return folded.index(_folded(wanted)) if _folded(wanted) in folded else None


def _meanings(names: Sequence[str], question: int) -> dict[str, int]:
    folded = [_folded(name) for name in names]
    found = {}
    for meaning, known in _OTHERS.items():
        for name in known:
            if name in folded and folded.index(name) != question:
                found[meaning] = folded.index(name)
                break
    return found


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of columns: none empty, none twice."""
    names: list[str] = []
    for at, cell in enumerate(cells):
        name = " ".join(cell.split()) or f"column {at + 1}"
        while name in names:
            name += " (2)"
        names.append(name)
    return tuple(names)


# One row


def _checked(row: Row, columns: _Columns) -> Question | RowProblem:
    cells = (*row.cells, *[""] * (len(columns.names) - len(row.cells)))
    if any(_HALF.search(text) for text in (*columns.names, *cells)):
        return RowProblem(row.number, "holds half a character, such as \\ud800: write it anew")
    text = " ".join(cells[columns.question].split())
    if not text:
        return RowProblem(row.number, "has no question")
    if len(text) > LONGEST:
        return RowProblem(
            row.number, f"has a question of {len(text):,} characters; {LONGEST:,} is the most"
        )

    def cell(meaning: str) -> str:
        place = columns.meanings.get(meaning)
        return "" if place is None else cells[place].strip()

    try:
        kind, choices, unit = _kind(cell("kind"), cell("choices"), cell("unit"))
    except ValueError as error:
        return RowProblem(row.number, str(error))
    return Question(
        row=row.number,
        id=cell("id") or str(row.number),
        text=text,
        kind=kind,
        choices=choices,
        unit=unit,
        spaces=_parts(cell("spaces"), ";,") or None,
        documents=_parts(cell("documents"), ";") or None,
        columns=dict(zip(columns.names, cells, strict=False)),
    )


def _kind(written: str, choices: str, unit: str) -> tuple[AnswerKind, tuple[str, ...], str]:
    """Raises ValueError with what is wrong."""
    folded = _folded(written)
    if match := _WITH_UNIT.match(folded):
        return "number", (), unit or match.group(2).strip()
    if match := _ONE_OF.match(written.strip()):
        written, choices, folded = "choice", match.group(1), "choice"
    kind = _KINDS.get(folded)
    if kind is None:
        raise ValueError(
            f"has the answer type {written!r}; known are text, yes/no, number, date, "
            "one of: a | b, and list"
        )
    options = _parts(choices, "|;") if kind == "choice" else ()
    if kind == "choice" and len(options) < 2:
        raise ValueError("asks for one of a list, and has no list: write one of: a | b | c")
    return kind, options, unit


def _parts(text: str, marks: str) -> tuple[str, ...]:
    parts = re.split(f"[{re.escape(marks)}]", text)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:40]) for name in names[:12]) or "nothing"
