"""What stands in the columns of a table of results, the same in every format."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.batch.records import Evidence, RowResult, RowReview, RunInfo
from app.printing.markdown import Block, as_text, read_markdown

EVIDENCE_COLUMNS = 2  # places shown in a row of CSV; JSON lines have them all
IN_TABLE = 300  # characters of an answer in a table documents × questions
_NEAR = 160  # characters of a passage that does not answer the question
OUTCOME_WORDS = {
    "found": "found",
    "partly_supported": "partly supported",
    "unconfirmed": "nearby, not confirmed",
    "not_found": "not found",
    "failed": "failed",
}
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

# All results, each time anew and in the questionnaire's order.
Results = Callable[[], Iterator[RowResult]]
# Where a person can see the evidence; "" where that is not known.
Link = Callable[[Evidence], str]


def asked_columns(results: Iterable[RowResult]) -> list[str]:
    """The questionnaire's own columns in its order; JSON rows may differ in theirs."""
    names: dict[str, None] = {}
    for result in results:
        names.update(dict.fromkeys(result.question.columns))
    return list(names) or ["question"]


def asked_cells(result: RowResult, columns: Sequence[str]) -> list[str]:
    """The questionnaire's cells as they came."""
    held = result.question.columns or {"question": result.question.text}
    return [held.get(name, "") for name in columns]


def blocks_of(result: RowResult) -> Sequence[Block]:
    """A row's answer to be drawn; marks of places that are not beside it are left out."""
    return read_markdown(result.answer, cited={one.n for one in shown_of(result)})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the answers. A further one is a row of `_COLUMNS` and what makes its cell."""

    name: str
    cell: Callable[[RowResult, RunInfo], str]
    width: float = 0.0  # letters; 0 is after the name's length
    may_be_empty: bool = False  # in all rows; a workbook hides it then
    coloured: bool = False  # after the outcome
    number: bool = False  # a number in a workbook where the question asks for one
    place: int | None = None  # the evidence that it links to, from 0
    markdown: bool = False  # which a workbook's readers do not want to see
    notes: bool = False  # takes what a workbook has changed of the row


def _in_document(result: RowResult, info: RunInfo) -> str:
    return result.document.name if result.document else ""


def _in_space(result: RowResult, info: RunInfo) -> str:
    return result.document.space if result.document else ""


def shown_of(result: RowResult) -> Sequence[Evidence]:
    """The places to show: the evidence, else what came nearest."""
    return result.evidence or result.nearest


def _evidence_columns(place: int) -> tuple[Column, ...]:
    """What a row shows of its evidence at this place."""

    def shown(tell: Callable[[RowResult, Evidence], str]) -> Callable[[RowResult, RunInfo], str]:
        def cell(result: RowResult, info: RunInfo) -> str:
            places = shown_of(result)
            return tell(result, places[place]) if place < len(places) else ""

        return cell

    return (
        Column(f"document {place + 1}", shown(lambda _, one: one.document), 26, place=place),
        Column(f"page {place + 1}", shown(_page), 7),
        Column(f"quotation {place + 1}", shown(_quotation), 46),
    )


def _page(result: RowResult, one: Evidence) -> str:
    return "" if one.page is None else str(one.page)


def _quotation(result: RowResult, one: Evidence) -> str:
    return one.quote if result.evidence else shortened(one.quote, _NEAR)


def _unsupported(result: RowResult, info: RunInfo) -> str:
    if result.outcome != "partly_supported":
        return ""
    return " ".join(one.text for one in result.sentences if not one.supported)


def _further(result: RowResult, info: RunInfo) -> str:
    """What of the evidence has no columns of its own."""
    left = result.evidence[EVIDENCE_COLUMNS:]
    places = [one.document + (f", page {one.page}" if one.page is not None else "") for one in left]
    return f"further evidence: {'; '.join(places)}" if places else ""


def _reviewed(tell: Callable[[RowReview], str]) -> Callable[[RowResult, RunInfo], str]:
    """What a person decided about a row; "" where nobody did."""

    def cell(result: RowResult, info: RunInfo) -> str:
        return tell(result.review) if result.review else ""

    return cell


# Where every document was asked, these come first.
_ABOUT = (Column("about document", _in_document), Column("about space", _in_space))
_COLUMNS = (
    Column("outcome", lambda result, _: OUTCOME_WORDS[result.outcome], 16, coloured=True),
    Column("answer", lambda result, _: result.answer, 52, coloured=True, markdown=True),
    Column("value", lambda result, _: result.value or "", 10, may_be_empty=True, number=True),
    Column("unit", lambda result, _: result.unit, 8, may_be_empty=True),
    Column("unsupported sentences", _unsupported, may_be_empty=True),
    *(column for place in range(EVIDENCE_COLUMNS) for column in _evidence_columns(place)),
    Column("confidence", lambda result, _: f"{result.confidence:.3f}", 11),
    Column("reason", lambda result, _: result.reason, 22, may_be_empty=True),
    Column("note", _further, 30, may_be_empty=True, notes=True),
    Column("row", lambda result, _: result.key, 7),
    Column("run", lambda _, info: info.id, 18),
)
# Where a person has decided about a row, these come last.
_REVIEW = (
    Column("review", _reviewed(lambda one: one.verdict), 11),
    Column("reviewed answer", _reviewed(lambda one: one.answer), 52),
    Column("reviewed by", _reviewed(lambda one: one.by), 18),
    Column("reviewed at", _reviewed(lambda one: one.at), 18),
    Column("review reason", _reviewed(lambda one: one.reason), 34),
)
# Of the columns that have one, by name without a number.
WIDTHS = {one.name.rstrip(" 123"): one.width for one in (*_COLUMNS, *_REVIEW) if one.width}


def answer_columns(info: RunInfo, *, reviewed: bool = False) -> tuple[Column, ...]:
    """What stands behind the questionnaire's own columns."""
    columns = (*_ABOUT, *_COLUMNS) if info.mode == "each_document" else _COLUMNS
    return (*columns, *_REVIEW) if reviewed else columns


def answer_cells(result: RowResult, info: RunInfo, *, reviewed: bool = False) -> list[str]:
    """The answer's cells, in the order of `answer_columns`."""
    return [column.cell(result, info) for column in answer_columns(info, reviewed=reviewed)]


def any_reviewed(results: Iterable[RowResult]) -> bool:
    """Whether a person has decided about any row."""
    return any(result.review is not None for result in results)


def legal(cell: str, longest: int) -> str:
    """Text as a workbook can hold it: \ufffd for control characters, and not too long."""
    text = _ILLEGAL.sub("\ufffd", cell)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def not_as_it_was(cells: Iterable[str], longest: int) -> str:
    """What `legal` changes of a row's cells, for a person; "" for nothing."""
    held = list(cells)
    controls = sum(len(_ILLEGAL.findall(cell)) for cell in held)
    cut = sum(len(cell) > longest for cell in held)
    said = []
    if controls:
        said.append(
            f"{controls:,} control characters, which no workbook holds, are shown as \ufffd"
        )
    if cut:
        said.append(f"{cut:,} cells are cut after {longest:,} characters")
    return "; ".join(said)


def shortened(text: str, longest: int) -> str:
    """The beginning of `text`, cut between words, and a sign that it goes on."""
    if len(text) <= longest:
        return text
    end = text.rfind(" ", longest // 2, longest - 1)
    return text[: end if end > 0 else longest - 2].rstrip(" ,;:") + " …"


def in_table(result: RowResult) -> tuple[str, str]:
    """What a cell of a table documents × questions says, and where its evidence is."""
    if result.outcome == "not_found":
        return OUTCOME_WORDS["not_found"], ""
    if result.outcome == "unconfirmed":
        near = dict.fromkeys(one.document for one in result.nearest)
        return OUTCOME_WORDS["unconfirmed"], shortened("; ".join(near), IN_TABLE)
    if result.outcome == "failed":
        return shortened(f"failed: {result.reason}", IN_TABLE), ""
    said = f"{result.value} {result.unit}".rstrip()
    if not result.value:
        said = as_text(read_markdown(result.answer, cited=()))
    places = [
        f"page {one.page}" if one.page is not None else one.heading for one in result.evidence
    ]
    told = "; ".join(dict.fromkeys(filter(None, places)))
    return shortened(said, IN_TABLE), told


def counted(results: Iterable[RowResult]) -> dict[str, int]:
    """How many results there are of each outcome, those with none included."""
    counts = dict.fromkeys(OUTCOME_WORDS, 0)
    for result in results:
        counts[result.outcome] += 1
    return counts


def made_with(info: RunInfo) -> list[tuple[str, str]]:
    """What the run was made of, to print: with the same of all these it can be repeated."""
    facts: list[tuple[str, Any]] = [
        ("Run", info.id),
        ("Begun", info.started_at or "left out, so that two runs are the same"),
        ("Questionnaire", info.questionnaire),
        ("SHA-256 of the questionnaire", info.questionnaire_sha256),
        ("Asked", "every document" if info.mode == "each_document" else "the whole library"),
        ("Documents searched", f"{info.documents:,}"),
        ("SHA-256 of the documents", info.index_sha256),
        ("Spaces", ", ".join(info.spaces) if info.spaces else "all"),
        ("Chat model", info.model),
        ("SHA-256 of the chat model", info.model_sha256 or "not told by its engine"),
        ("Adapters", ", ".join(info.adapters) or "none"),
        ("Embedder", info.embedder),
        ("SHA-256 of the embedder", info.embedder_sha256),
        ("Reproducible to the byte", "yes" if info.reproducible else "no"),
        ("Strongroom", info.version),
        *((f"Setting {key}", value) for key, value in info.settings.items()),
    ]
    return [(name, str(value)) for name, value in facts]
