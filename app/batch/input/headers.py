"""Finds a questionnaire's header and the columns that it names, and says what it went by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.batch.input.rows import QuestionnaireError, Remarks, Row
from vectorstore.languages import ranked

LOOKED_AT = 50  # rows from which the question column is guessed
_HEADER_WITHIN = 20  # rows in which a header may stand below a title
_WORDS_OF_A_QUESTION = 8  # a heading is shorter


def _headings(meaning: str) -> tuple[str, ...]:
    return ranked(lambda language: language.questionnaires.columns.get(meaning, ()))


# Headers that name the question column, the surest first.
QUESTION = _headings("question")
_OTHERS = {
    meaning: _headings(meaning)
    for meaning in ("id", "spaces", "documents", "kind", "choices", "unit")
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a row: names in file order, and which of them has a meaning."""

    names: tuple[str, ...]
    question: int
    meanings: Mapping[str, int]


def find_columns(head: Sequence[Row], column: str | None, remarks: Remarks) -> tuple[Columns, int]:
    """The columns, and how many of the rows of `head` are title and header.

    Raises QuestionnaireError where the column with the questions is not clear.
    """
    listing = max(len(row.cells) for row in head) == 1  # where a sentence is no title
    for at, row in enumerate(head[:_HEADER_WITHIN]):
        place = named(row.cells, column) if column else by_name(row.cells)
        if place is not None:
            if at:
                above = f"{at} rows above it were" if at > 1 else "one row above it was"
                remarks.say(f"row {row.number} was taken as the header; {above} not asked")
            names = _unique(row.cells)
            return Columns(names, place, meanings_of(names, place)), at + 1
        if not column and not (_is_title(row) and not (listing and _is_question(row.cells[0]))):
            break  # what stands below is a question of the table, whatever its words
    if column:
        names = _unique(head[0].cells)
        raise QuestionnaireError(
            f"there is no column named {column!r}; the first row has {names_listed(names)}",
            names,
        )
    return _guessed(head, remarks)


def _is_title(row: Row) -> bool:
    """One cell, or a name and its value ("Company: | Acme"), and no question."""
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    if any(cell.endswith("?") for cell in filled):
        return False
    return len(filled) <= 1 or (len(filled) == 2 and filled[0].endswith(":"))


def _guessed(head: Sequence[Row], remarks: Remarks) -> tuple[Columns, int]:
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
            f"it with --question-column. The first row has {names_listed(names)}",
            names,
        )
    (place,) = likely
    first = head[0].cells[place].strip() if place < len(head[0].cells) else ""
    number = head[0].number
    if width == 1 or _is_question(first):
        if not first.endswith("?"):
            remarks.say(f"no header was recognised: row {number} is asked like the others")
        names = tuple("question" if at == place else f"column {at + 1}" for at in range(width))
        return Columns(names, place, {}), 0
    # The questions may be beside the columns that have a heading.
    names = (*names, *(f"column {at + 1}" for at in range(len(names), place + 1)))
    remarks.say(
        f"row {number} was taken as the header and not asked; the questions are those of the "
        f"column {names[place]!r}"
    )
    return Columns(names, place, meanings_of(names, place)), 1


def _is_question(cell: str) -> bool:
    """Whether it is more than the heading of a column."""
    return cell.endswith(("?", ".", "!")) or len(cell.split()) >= _WORDS_OF_A_QUESTION


def by_name(names: Sequence[str]) -> int | None:
    """The place of the column whose heading is known to be of questions."""
    plain = [folded(name) for name in names]
    for known in QUESTION:
        places = [at for at, name in enumerate(plain) if name == known]
        if len(places) > 1:
            raise QuestionnaireError(
                f"several columns are named {known!r}: give the others other headings, or name "
                "the right one with --question-column",
                _unique(names),
            )
        if places:
            return places[0]
    return None


def named(names: Sequence[str], wanted: str) -> int | None:
    """The place of the column of this name."""
    plain = [folded(name) for name in names]
    return plain.index(folded(wanted)) if folded(wanted) in plain else None


def meanings_of(names: Sequence[str], question: int) -> dict[str, int]:
    """The places of the other columns that we know, by what they mean."""
    plain = [folded(name) for name in names]
    found = {}
    for meaning, known in _OTHERS.items():
        for name in known:
            if name in plain and plain.index(name) != question:
                found[meaning] = plain.index(name)
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


def folded(text: str) -> str:
    """For comparing: without case and with single spaces."""
    return " ".join(text.casefold().split())


def names_listed(names: Sequence[str]) -> str:
    """Names of columns, for a person."""
    return ", ".join(repr(name[:40]) for name in names[:12]) or "nothing"
