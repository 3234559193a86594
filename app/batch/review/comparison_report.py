"""Writes a review of two runs as a report: HTML to read on a screen, PDF to print."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from app.batch.output.columns import OUTCOME_WORDS, Link
from app.batch.output.report import COLOURS, page_of, place_of
from app.batch.records import RowResult
from app.batch.review.comparison import CHANGE_WORDS, MEANINGS, differing, support_of
from app.batch.review.differences import CHANGES, Review, Reviewed
from app.printing.paper import BarPart, Paper

CHANGE_COLOURS = {
    "outcome": "#9b2f22",
    "answer": "#9a6b12",
    "evidence": "#2f5f8f",
    "only_now": "#1c5a49",
    "only_before": "#5b6770",
    "same": "#7d8f87",
}
_PIECES = re.compile(r"\s+|[^\s\w]|\w+")
_LONGEST_DIFFERENCE = 8_000  # characters; comparing longer texts word by word takes seconds


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of an answer, and whether the other answer lacks them."""

    text: str
    other: bool


def write_report(path: Path, suffix: str, review: Review, link: Link) -> None:
    """Write the review as `suffix` says, whatever `path` is called."""
    if suffix == ".html":
        pieces = page_of(
            "comparison.html",
            review=review,
            counts=review.counts(),
            words=CHANGE_WORDS,
            meanings=MEANINGS,
            changes=CHANGES,
            outcomes=OUTCOME_WORDS,
            differing=differing(review),
            changed=[row for row in review.rows if row.change != "same"],
            same=[row for row in review.rows if row.change == "same"],
            sides=sides,
            place=place_of,
            support=support_of,
            link=link,
        )
        with path.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        return
    with path.open("wb") as opened:
        _paper(review, link).write(opened)


def sides(row: Reviewed) -> tuple[list[Piece], list[Piece]]:
    """The answers before and now in pieces, each marked that only this one has."""
    before = _PIECES.findall(_said(row.before))
    now = _PIECES.findall(_said(row.now))
    if row.before is None or row.now is None or len("".join(before + now)) > _LONGEST_DIFFERENCE:
        return [Piece("".join(before), False)], [Piece("".join(now), False)]
    left: list[Piece] = []
    right: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, before, now, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if before[a:b]:
            left.append(Piece("".join(before[a:b]), tag != "equal"))
        if now[c:d]:
            right.append(Piece("".join(now[c:d]), tag != "equal"))
    return left, right


def _said(result: RowResult | None) -> str:
    return "" if result is None else result.answer or result.reason


def _paper(review: Review, link: Link) -> Paper:
    name = review.now.questionnaire
    paper = Paper(title=f"What changed in the answers to {name}", footer=f"Run {review.now.id}")
    paper.title("What changed between two runs", name)
    paper.text(f"{len(review.rows):,} questions compared.")
    counts = review.counts()
    paper.bar([BarPart(CHANGE_WORDS[key], counts[key], CHANGE_COLOURS[key]) for key in CHANGES])
    for key in CHANGES:
        if counts[key]:
            mark = f"{counts[key]:,} {CHANGE_WORDS[key]}"
            paper.item(MEANINGS[key] + ".", colour=CHANGE_COLOURS[key], mark=mark + ":")
    paper.heading("What the runs differ in", small=True)
    told = [(name, f"{before}  →  {now}") for name, before, now in differing(review)]
    paper.facts(told or [("Nothing", "the runs were made of the same")])
    changed = [row for row in review.rows if row.change != "same"]
    if changed:
        paper.heading("Questions that changed")
    for row in changed:
        _question(paper, row, link)
    same = [row for row in review.rows if row.change == "same"]
    if same:
        paper.heading("Questions that did not change")
        paper.facts([(f"row {row.key}", _titled(row)) for row in same])
    return paper


def _question(paper: Paper, row: Reviewed, link: Link) -> None:
    paper.heading(_titled(row), small=True)
    paper.label(
        CHANGE_WORDS[row.change],
        CHANGE_COLOURS[row.change],
        beside=f"row {row.key} · {row.what}",
    )
    if row.why:
        paper.item("; ".join(row.why) + ".", colour=CHANGE_COLOURS[row.change], mark="Why:")
    for words, result in (("Before", row.before), ("Now", row.now)):
        if result is None:
            continue
        paper.item(
            f"{_said(result)}", colour=COLOURS[result.outcome],
            mark=f"{words}, {OUTCOME_WORDS[result.outcome]}:",
        )  # fmt: skip
        for one in result.evidence:
            colour = COLOURS[result.outcome]
            paper.quote(one.quote, source=place_of(one), colour=colour, link=link(one))
        support = support_of(result)
        prompt = result.provenance.prompt_sha256 if result.provenance else ""
        told = [f"{support} supported" if support else "", f"prompt {prompt}" if prompt else ""]
        if any(told):
            paper.note(" · ".join(filter(None, told)))
    paper.rule()


def _titled(row: Reviewed) -> str:
    return f"{row.question} — {row.about}" if row.about else row.question
