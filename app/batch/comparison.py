"""Writes a review of two runs: what changed question by question, and why."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from app.batch.columns import OUTCOME_WORDS, Link, as_text, made_with
from app.batch.records import Evidence, RowResult
from app.batch.review import CHANGES, Review, Reviewed
from app.batch.tables import TableError

FORMATS = (".xlsx", ".csv", ".jsonl", ".html", ".pdf")
CHANGE_WORDS = {
    "outcome": "another outcome",
    "answer": "another answer",
    "evidence": "other evidence",
    "only_now": "new question",
    "only_before": "no longer asked",
    "same": "the same",
}
MEANINGS = {
    "outcome": "found where it was not, or the other way round",
    "answer": "other words, or another value",
    "evidence": "the same answer, resting on other places or on changed documents",
    "only_now": "the earlier run did not ask it",
    "only_before": "the later run does not ask it",
    "same": "the same answer from the same places of the same documents",
}
# What stands twice in a row: as it was, and as it is.
_TWICE = (
    "outcome", "answer", "value", "place", "evidence", "support", "confidence", "model",
    "prompt SHA-256", "documents SHA-256",
)  # fmt: skip


def write_review(path: Path, review: Review, link: Link = lambda _: "") -> None:
    """Write the review in the format that the file's ending names, whole or not at all.

    Raises TableError.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise TableError(f"{path}: a review can be written as {', '.join(FORMATS)}")
    partial = path.with_name(f".{path.name}.partial")
    try:
        if suffix == ".xlsx":
            from app.batch.comparison_workbook import write_workbook  # openpyxl is slow to import

            write_workbook(partial, review, link)
        elif suffix in (".html", ".pdf"):
            from app.batch.comparison_report import write_report  # so are templates and fonts

            write_report(partial, suffix, review, link)
        else:
            encoding = "utf-8-sig" if suffix == ".csv" else "utf-8"
            with partial.open("w", encoding=encoding, newline="") as file:
                _write_text(file, suffix, review)
        partial.replace(path)
    except OSError as error:
        raise TableError(f"{path} could not be written ({error.strerror or error})") from error
    finally:
        partial.unlink(missing_ok=True)


def columns() -> list[str]:
    """The names of the columns of a review."""
    twice = [f"{name} {when}" for name in _TWICE for when in ("before", "now")]
    return ["row", "question", "about document", "change", "what", "why", *twice]


def cells(row: Reviewed, review: Review) -> list[str]:
    """One question, in the order of `columns`."""
    before = _side(row.before, review.before.model, review.before.index_sha256)
    now = _side(row.now, review.now.model, review.now.index_sha256)
    twice = [one for pair in zip(before, now, strict=True) for one in pair]
    return [
        row.key,
        row.question,
        row.about,
        CHANGE_WORDS[row.change],
        row.what,
        "; ".join(row.why),
        *twice,
    ]


def differing(review: Review) -> list[tuple[str, str, str]]:
    """What the runs were made of where that is not the same: name, before, now."""
    before, now = dict(made_with(review.before)), dict(made_with(review.now))
    names = dict.fromkeys([*before, *now])
    return [
        (name, before.get(name, "–"), now.get(name, "–"))
        for name in names
        if before.get(name) != now.get(name)
    ]


def place_of(evidence: Evidence) -> str:
    """Document and page."""
    page = "" if evidence.page is None else f", page {evidence.page}"
    return f"{evidence.document}{page}"


def support_of(result: RowResult) -> str:
    """How many of an answer's sentences a passage supports."""
    if result.outcome in ("not_found", "failed") or not result.sentences:
        return ""
    supported = sum(one.supported for one in result.sentences)
    return f"{supported} of {len(result.sentences)} sentences"


def _side(result: RowResult | None, model: str, index_sha256: str) -> Sequence[str]:
    """The cells of `_TWICE` for one of the runs."""
    if result is None:
        return [""] * len(_TWICE)
    return [
        OUTCOME_WORDS[result.outcome],
        result.answer or result.reason,
        f"{result.value or ''} {result.unit}".strip(),
        "\n".join(dict.fromkeys(place_of(one) for one in result.evidence)),
        "\n".join(one.quote for one in result.evidence),
        support_of(result),
        f"{result.confidence:.3f}",
        model,
        result.provenance.prompt_sha256 if result.provenance else "",
        index_sha256,
    ]


def _write_text(file: TextIO, suffix: str, review: Review) -> None:
    names = columns()
    if suffix == ".jsonl":
        for row in review.rows:
            line = {"why": list(row.why)} | {
                name: cell
                for name, cell in zip(names, cells(row, review), strict=True)
                if name != "why"
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(names)
    for row in review.rows:
        writer.writerow([as_text(cell) for cell in cells(row, review)])


def counts_in_words(review: Review) -> str:
    """Such as "3 the same, 1 another answer"."""
    counts = review.counts()
    return ", ".join(f"{counts[key]:,} {CHANGE_WORDS[key]}" for key in CHANGES if counts[key])
