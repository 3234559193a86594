"""Writes a run as a report that a person can sign: HTML to read on a screen, PDF to print."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.batch.output.columns import (
    OUTCOME_WORDS,
    Link,
    Results,
    blocks_of,
    counted,
    in_table,
    made_with,
)
from app.batch.output.naming import Place, names_of, place_in
from app.batch.output.tables import TableError
from app.batch.records import Evidence, RowResult, RowReview, RunInfo
from app.printing.markdown import as_html
from app.printing.paper import BarPart, Paper
from vectorstore.disk import replacing

FORMATS = (".html", ".pdf")
COLOURS = {
    "found": "#1c5a49",
    "partly_supported": "#9a6b12",
    "unconfirmed": "#7a5c86",
    "not_found": "#5b6770",
    "failed": "#9b2f22",
}
MEANINGS = {
    "found": "Every sentence of the answer is supported by a passage that is quoted below it.",
    "partly_supported": "Some sentences have no support, or a part is not answered; both are told.",
    "unconfirmed": "Passages are near, and nothing confirms that they answer. They are shown.",
    "not_found": "The documents do not hold the answer. The nearest passages are shown.",
    "failed": "The question was not answered; the reason is given.",
}
_LARGEST_TABLE = 5_000  # cells
_DOCUMENTS = 12  # that are named in the chart
VERDICT_WORDS = {
    "approved": "approved",
    "rejected": "rejected",
    "edited": "edited, not approved yet",
}
VERDICT_COLOURS = {"approved": "#2c5c8a", "rejected": "#9b2f22", "edited": "#9a6b12"}
SIGNATURES = ("Prepared by", "Checked by", "Place and date")


@dataclass(frozen=True, slots=True)
class Cited:
    """How often a document is evidence."""

    document: str
    count: int
    share: float  # of the most cited one's, in percent


@dataclass(frozen=True, slots=True)
class Table:
    """Documents down, questions across."""

    questions: Mapping[int, str]  # by row of the questionnaire
    rows: Mapping[Place, Mapping[int, RowResult]]  # by document, then by the question's row


def write_report(path: Path, info: RunInfo, results: Results, link: Link = lambda _: "") -> None:
    """Write the report that the file's ending names, whole or not at all. Raises TableError."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise TableError(f"{path}: a report can be written as {', '.join(FORMATS)}")
    try:
        with replacing(path, mode=None) as partial:
            if suffix == ".html":
                _write_html(partial, info, results, link)
            else:
                with partial.open("wb") as file:
                    _paper(info, results, link).write(file)
    except OSError as error:
        raise TableError(f"{path} could not be written ({error.strerror or error})") from error


def _write_html(path: Path, info: RunInfo, results: Results, link: Link) -> None:
    counts = counted(results())
    names = names_of(results())
    pieces = page_of(
        "report.html",
        info=info,
        results=results(),
        counts=counts,
        total=sum(counts.values()),
        words=OUTCOME_WORDS,
        meanings=MEANINGS,
        cited=most_cited(results, names),
        table=table_of(results) if info.mode == "each_document" else None,
        in_table=in_table,
        names=names,
        facts=made_with(info),
        place=partial(place_of, names=names),
        answer=answer_html,
        made=made_of,
        link=link,
        title_of=partial(title_of, names=names),
        signatures=SIGNATURES,
        verdicts=VERDICT_WORDS,
        by_whom=by_whom,
    )
    with path.open("w", encoding="utf-8") as file:
        file.writelines(pieces)


def answer_html(result: RowResult) -> Markup:
    """A row's answer with its lists and tables."""
    return Markup(as_html(blocks_of(result), mark=lambda n: f" [{n}]"))


def page_of(template: str, **values: Any) -> Iterator[str]:
    """A page of ours, piece by piece; nothing in `values` acts."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).generate(**values)


def _paper(info: RunInfo, results: Results, link: Link) -> Paper:
    paper = Paper(title=f"Answers to {info.questionnaire}", footer=f"Run {info.id}")
    counts = counted(results())
    names = names_of(results())
    total = sum(counts.values())
    paper.title("Questionnaire, answered with evidence", info.questionnaire)
    begun = f", begun {info.started_at[:16].replace('T', ' ')} UTC" if info.started_at else ""
    paper.text(
        f"{total:,} questions asked of {info.documents:,} documents with {info.model}{begun}."
    )
    paper.bar([BarPart(OUTCOME_WORDS[key], counts[key], COLOURS[key]) for key in OUTCOME_WORDS])
    for key, words in OUTCOME_WORDS.items():
        mark = f"{counts[key]:,} {words}"
        paper.item(MEANINGS[key], colour=COLOURS[key], mark=mark)
    if info.remarks:
        paper.heading("How the questionnaire was read", small=True)
        for remark in info.remarks:
            paper.item(remark, colour=COLOURS["partly_supported"], mark="Note:")
    if info.mode == "each_document" and (table := table_of(results)):
        paper.heading("Documents", small=True)
        paper.named_bars([(names[place], _bar_of(row)) for place, row in table.rows.items()])
    elif cited := most_cited(results, names):
        paper.heading("Where the evidence is from", small=True)
        paper.named_bars(
            [(one.document, [BarPart("", one.count, COLOURS["found"])]) for one in cited]
        )
    paper.heading("How to read this", small=True)
    paper.text(
        "Answers were written by a language model from passages of the documents, and every "
        "sentence was compared with them by a program. A quotation is the document's own sentence. "
        "Whoever signs has read the evidence, not only the answer."
    )
    paper.signatures(SIGNATURES)
    paper.new_page()
    paper.heading("Questions and answers")
    for result in results():
        _answer(paper, result, link, names)
    paper.new_page()
    paper.heading("What this run was made of")
    if not info.changed:
        paper.note("With the same of all of these the same answers come out.")
    paper.facts(made_with(info))
    if paper.lost:
        paper.note(
            f"{paper.lost:,} letters are in no font of this file and are shown as \ufffd; the "
            "results as HTML or XLSX have them."
        )
    return paper


def _bar_of(row: Mapping[int, RowResult]) -> list[BarPart]:
    """A document's outcomes."""
    counts = counted(row.values())
    return [
        BarPart(OUTCOME_WORDS[key], counts[key], COLOURS[key])
        for key in OUTCOME_WORDS
        if counts[key]
    ]


def _answer(paper: Paper, result: RowResult, link: Link, names: Mapping[Place, str]) -> None:
    paper.heading(title_of(result, names), small=True)
    beside = f"row {result.key}"
    if result.value is not None:
        beside += f" · {result.value} {result.unit}".rstrip()
    if result.quoted and result.outcome != "failed":
        beside += " · in the document's own words"
    paper.label(OUTCOME_WORDS[result.outcome], COLOURS[result.outcome], beside=beside)
    if result.outcome == "failed":
        paper.text(result.reason)
        return
    paper.prose(blocks_of(result))
    for sentence in result.sentences:
        if result.outcome == "partly_supported" and not sentence.supported:
            paper.item(
                sentence.text, colour=COLOURS["partly_supported"], mark="No passage supports:"
            )
    if result.outcome == "not_found" and result.nearest:
        paper.note("Nearest passages, which do not answer it:", keep=True)
    if result.outcome == "unconfirmed" and result.nearest:
        paper.note("Passages that are near; whether they answer it was not confirmed:", keep=True)
    for one in result.evidence or result.nearest:
        colour = COLOURS["found"] if result.evidence else COLOURS["not_found"]
        paper.quote(one.quote, source=place_of(one, names), colour=colour, link=link(one))
    if review := result.review:
        paper.label(
            VERDICT_WORDS[review.verdict], VERDICT_COLOURS[review.verdict], beside=by_whom(review)
        )
        if review.answer:
            paper.item(review.answer, colour=COLOURS["not_found"], mark="In the reviewer's words:")
        if review.reason:
            paper.item(review.reason, colour=COLOURS["not_found"], mark="Reason:")
    if told := made_of(result):
        paper.note(" · ".join(f"{name} {value}" for name, value in told))
    paper.rule()


def made_of(result: RowResult) -> list[tuple[str, str]]:
    """What decided one answer, to print: with the same of these it comes out the same."""
    made = result.provenance
    if made is None:
        return []
    facts = [
        ("Asked as", result.asked),
        ("Prompt", f"SHA-256 {made.prompt_sha256}"),
        ("Seed", str(made.seed)),
        ("Passages", " ".join(made.passages) or "none"),
        ("Confidence", f"{result.confidence:.3f}"),
        ("Attempts", str(result.attempts)),
        ("Answer in the audit trail", made.answer_id),
    ]
    return [(name, value) for name, value in facts if value]


def by_whom(review: RowReview) -> str:
    """Who decided about a row, and when."""
    return f"by {review.by}, {review.at[:16].replace('T', ' ')} UTC"


def title_of(result: RowResult, names: Mapping[Place, str]) -> str:
    """The question, and the document that it was asked about."""
    about = ""
    if result.document:
        about = f" — {names[result.document.space, result.document.name]}"
    number = "" if result.question.id == str(result.question.row) else f"{result.question.id}. "
    return f"{number}{result.question.text}{about}"


def table_of(results: Results) -> Table | None:
    """All results by document and question; None for more than a person looks over."""
    questions: dict[int, str] = {}
    rows: dict[Place, dict[int, RowResult]] = {}
    for count, result in enumerate(results()):
        if count > _LARGEST_TABLE:
            return None
        if result.document is not None:
            questions[result.question.row] = result.question.text
            place = (result.document.space, result.document.name)
            rows.setdefault(place, {})[result.question.row] = result
    return Table(questions, rows)


def place_of(evidence: Evidence, names: Mapping[Place, str] | None = None) -> str:
    """Where a quotation stands, for a person."""
    document = (names or {}).get(place_in(evidence), evidence.document)
    parts = [f"[{evidence.n}] {document}" if evidence.n else document]
    if evidence.page is not None:
        parts.append(f"page {evidence.page}")
    if evidence.heading:
        parts.append(evidence.heading)
    return ", ".join(parts)


def most_cited(results: Results, names: Mapping[Place, str]) -> Sequence[Cited]:
    """The documents that are evidence most often."""
    counts: Counter[Place] = Counter()
    for result in results():
        counts.update({place_in(one) for one in result.evidence})
    common = counts.most_common(_DOCUMENTS)
    most = common[0][1] if common else 1
    return [Cited(names[place], count, 100 * count / most) for place, count in common]
