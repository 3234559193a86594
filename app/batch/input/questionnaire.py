"""Reads questionnaires: CSV, XLSX, JSONL or one question a line, row by row."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path

from app.batch.input.headers import (
    LOOKED_AT,
    QUESTION,
    Columns,
    by_name,
    find_columns,
    folded,
    meanings_of,
    named,
    names_listed,
)
from app.batch.input.rows import (
    QuestionnaireError,
    Remarks,
    Row,
    csv_rows,
    json_objects,
    lines,
    listed,
)
from app.batch.input.spreadsheet import xlsx_rows
from app.batch.output.formulas import as_they_were
from app.batch.records import AnswerKind, Question, RowProblem
from vectorstore.languages import any_of, meanings

__all__ = ["LONGEST", "QuestionnaireError", "Remarks", "read_questionnaire"]

LONGEST = 4_000  # characters of a question; a longer one is no question, and no window holds it

_KINDS: dict[str, AnswerKind] = {
    "": "text",
    **meanings(lambda language: language.questionnaires.kinds),
}
_WITH_UNIT = re.compile(
    rf"({any_of(lambda language: language.questionnaires.numbers)})"
    r"\s*(?:\(|in\s|,\s*)\s*([^)]+)\)?$",
    re.IGNORECASE,
)
_ONE_OF = re.compile(
    rf"(?:{any_of(lambda language: language.questionnaires.choices)})\s*:\s*(.+)$", re.IGNORECASE
)
_HALF = re.compile(r"[\ud800-\udfff]")  # JSON can name it; nothing can be written with it


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
        return _from_objects(json_objects(file, encoding, remarks), question_column, remarks)
    if kind == "xlsx":
        rows = xlsx_rows(file, sheet, remarks)
    else:
        rows = as_they_were(csv_rows(file, encoding, remarks))
    return _from_table(
        rows, question_column, remarks, hidden_rows=hidden_rows, parted=kind == "csv"
    )


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
    header = {folded(cell.strip('"\ufeff ')) for cell in cells}
    return "csv" if len(cells) > 1 and header & set(QUESTION) else "lines"


# One question a line


def _from_lines(source: Iterable[tuple[int, str]]) -> Iterator[Question | RowProblem]:
    for number, line in source:
        if line.strip():
            yield _checked(Row(number, (line,)), Columns(("question",), 0, {}))


# JSON objects


def _from_objects(
    source: Iterable[tuple[int, Mapping[str, str] | str]],
    question_column: str | None,
    remarks: Remarks,
) -> Iterator[Question | RowProblem]:
    """`source` has the text of what is wrong in the place of an object that cannot be read."""
    for number, found in source:
        if isinstance(found, str):
            yield RowProblem(number, found)
            continue
        names = tuple(found)
        place = named(names, question_column) if question_column else by_name(names)
        if place is None:
            yield RowProblem(number, f"has no question; its fields are {names_listed(names)}")
            continue
        columns = Columns(names, place, meanings_of(names, place))
        if not remarks.headings:
            _take(columns, remarks)
        yield _checked(Row(number, tuple(found.values())), columns)


# Tables


def _from_table(
    source: Iterator[Row], column: str | None, remarks: Remarks, *, hidden_rows: bool, parted: bool
) -> Iterator[Question | RowProblem]:
    """`parted`: a mark parts the cells, so that one too many may be half of another."""
    rows = (row for row in source if any(cell.strip() for cell in row.cells))
    head = list(islice(rows, LOOKED_AT))
    if not head:
        raise QuestionnaireError("the questionnaire is empty")
    columns, used = find_columns(head, column, remarks)
    _tell_of_columns(columns, remarks)
    _take(columns, remarks)
    hidden: list[int] = []
    beside: list[int] = []
    for row in chain(head[used:], rows):
        if row.hidden:
            hidden.append(row.number)
            if not hidden_rows:
                continue
        filled = [at for at, cell in enumerate(row.cells, 1) if cell.strip()]
        if filled and filled[-1] > len(columns.names):
            if parted:
                yield RowProblem(
                    row.number,
                    f"has {filled[-1]} cells, the header {len(columns.names)}: is a comma or "
                    "another mark that parts cells not in quotation marks?",
                )
                continue
            beside.append(row.number)
        yield _checked(row, columns)
    if beside:
        remarks.say(
            f"cells to the right of the header were not read: row {listed(beside)}; give their "
            "column a heading"
        )
    if hidden:
        said = f"{len(hidden):,} hidden rows" if len(hidden) > 1 else "one hidden row"
        remarks.say(
            f"{said} asked like the others: row {listed(hidden)}"
            if hidden_rows
            else f"{said} not asked: row {listed(hidden)}; --hidden-rows asks them, too"
        )


def _take(columns: Columns, remarks: Remarks) -> None:
    """Note which columns were taken for what."""
    places = {"question": columns.question, **columns.meanings}
    remarks.columns = {meaning: columns.names[at] for meaning, at in places.items()}
    remarks.headings = list(columns.names)


def _tell_of_columns(columns: Columns, remarks: Remarks) -> None:
    held = [name for at, name in enumerate(columns.names, 1) if at in remarks.unseen_columns]
    if not held:
        return
    remarks.hidden_columns = held
    many = f"{len(held)} hidden columns are" if len(held) > 1 else "a hidden column is"
    remarks.say(
        f"{many} read and passed on, and hidden in an XLSX again, but not in CSV or JSON lines: "
        f"{names_listed(held)}"
    )
    if columns.question + 1 in remarks.unseen_columns:
        remarks.say("the column with the questions is itself hidden")


# One row


def _checked(row: Row, columns: Columns) -> Question | RowProblem:
    cells = (*row.cells, *[""] * (len(columns.names) - len(row.cells)))
    if any(_HALF.search(text) for text in (*columns.names, *cells)):
        return RowProblem(row.number, "holds half a character, such as \\ud800: write it anew")
    # The question's column may be beside those that have a heading.
    written = cells[columns.question] if columns.question < len(cells) else ""
    text = " ".join(written.split())
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
    said = folded(written)
    if match := _WITH_UNIT.match(said):
        return "number", (), unit or match.group(2).strip()
    if match := _ONE_OF.match(written.strip()):
        written, choices, said = "choice", match.group(1), "choice"
    kind = _KINDS.get(said)
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
