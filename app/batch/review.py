"""Compares two runs of a questionnaire: what changed, and what it may have changed for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.batch.columns import OUTCOME_WORDS
from app.batch.records import Evidence, RowResult, RunInfo
from app.batch.run import changes

Change = Literal["same", "answer", "outcome", "evidence", "only_before", "only_now"]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question of both runs; `before` or `now` is None where one has none."""

    key: str
    question: str
    change: Change
    before: RowResult | None
    now: RowResult | None
    what: str  # in words; "" when nothing changed


@dataclass(frozen=True, slots=True)
class Review:
    """All questions of two runs, and what was different about the runs themselves."""

    runs: Sequence[str]  # such as "other documents: … then, … now"
    rows: Sequence[Reviewed]

    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind of change."""
        kinds = ("same", "answer", "outcome", "evidence", "only_before", "only_now")
        return {kind: sum(row.change == kind for row in self.rows) for kind in kinds}


def review(
    before: tuple[RunInfo, Sequence[RowResult]], now: tuple[RunInfo, Sequence[RowResult]]
) -> Review:
    """Compare two runs question by question.

    Questions are the same by their text and the document they are about, so that a questionnaire
    with a row inserted still compares; of equal ones the first goes with the first.
    """
    held: dict[tuple[str, str], list[RowResult]] = {}
    for result in before[1]:
        held.setdefault(_identity(result), []).append(result)
    rows = []
    for result in now[1]:
        earlier = held.get(_identity(result))
        rows.append(_reviewed(earlier.pop(0) if earlier else None, result))
    rows += [_reviewed(one, None) for left in held.values() for one in left]
    return Review(changes(before[0], now[0]), rows)


def _reviewed(before: RowResult | None, now: RowResult | None) -> Reviewed:
    one = now or before
    assert one is not None  # at least one of them is there
    change: Change = "same"
    what = ""
    if before is None:
        change, what = "only_now", "was not asked before"
    elif now is None:
        change, what = "only_before", "is not asked any more"
    elif before.outcome != now.outcome:
        change = "outcome"
        what = f"{OUTCOME_WORDS[before.outcome]} → {OUTCOME_WORDS[now.outcome]}"
    elif (before.answer, before.value) != (now.answer, now.value):
        change, what = "answer", "another answer"
    elif _places(before.evidence) != _places(now.evidence):
        change, what = "evidence", _evidence_words(before.evidence, now.evidence)
    about = f" — {one.document.name}" if one.document else ""
    return Reviewed(one.key, one.question.text + about, change, before, now, what)


def _identity(result: RowResult) -> tuple[str, str]:
    document = result.document
    place = f"{document.space}/{document.name}" if document else ""
    return " ".join(result.question.text.casefold().split()), place


def _places(evidence: Sequence[Evidence]) -> list[tuple[str, str, str, int | None, str]]:
    return [(one.space, one.document, one.document_sha256, one.page, one.quote) for one in evidence]


def _evidence_words(before: Sequence[Evidence], now: Sequence[Evidence]) -> str:
    then = {(one.space, one.document): one.document_sha256 for one in before}
    changed = sorted(
        one.document
        for one in now
        if then.get((one.space, one.document), one.document_sha256) != one.document_sha256
    )
    if changed:
        return f"the document changed: {', '.join(dict.fromkeys(changed))}"
    return "other evidence for the same answer"
