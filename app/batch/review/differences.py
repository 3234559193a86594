"""Compares two runs of a questionnaire: what changed, and what it may have changed for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.batch.execution.changed_settings import changes
from app.batch.output.columns import OUTCOME_WORDS
from app.batch.records import Evidence, Provenance, RowResult, RunInfo

Change = Literal["same", "answer", "outcome", "evidence", "only_before", "only_now"]
CHANGES: tuple[Change, ...] = (  # the weightiest first
    "outcome", "answer", "evidence", "only_now", "only_before", "same",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question of both runs; `before` or `now` is None where one has none."""

    key: str
    question: str
    about: str  # the document, in a table documents × questions
    change: Change
    before: RowResult | None
    now: RowResult | None
    what: str  # in words; "" when nothing changed
    why: tuple[str, ...] = ()  # the likeliest cause first


@dataclass(frozen=True, slots=True)
class Review:
    """All questions of two runs, and what was different about the runs themselves."""

    before: RunInfo
    now: RunInfo
    runs: Sequence[str]  # such as "other documents: … then, … now"
    rows: Sequence[Reviewed]

    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind of change."""
        return {kind: sum(row.change == kind for row in self.rows) for kind in CHANGES}


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
    infos = (before[0], now[0])
    rows = []
    for result in now[1]:
        earlier = held.get(_identity(result))
        rows.append(_reviewed(earlier.pop(0) if earlier else None, result, infos))
    rows += [_reviewed(one, None, infos) for left in held.values() for one in left]
    return Review(*infos, changes(*infos), rows)


def _reviewed(
    before: RowResult | None, now: RowResult | None, infos: tuple[RunInfo, RunInfo]
) -> Reviewed:
    one = now or before
    assert one is not None  # at least one of them is there
    change: Change = "same"
    what = ""
    why: tuple[str, ...] = ()
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
    if before is not None and now is not None and change != "same":
        why = tuple(_causes(before, now, *infos))
    about = one.document.name if one.document else ""
    return Reviewed(one.key, one.question.text, about, change, before, now, what, why)


def _causes(
    before: RowResult, now: RowResult, run_before: RunInfo, run_now: RunInfo
) -> Iterator[str]:
    """Why this question came out otherwise, as far as the two runs tell."""
    if before.outcome == "failed":
        yield f"it failed before: {before.reason}"
    if now.outcome == "failed":
        yield f"it failed now: {now.reason}"
        return
    if (before.question.kind, before.question.choices) != (now.question.kind, now.question.choices):
        yield "another type of answer was asked for"
    then = {(one.space, one.document): one.document_sha256 for one in _looked_at(before)}
    today = {(one.space, one.document): one.document_sha256 for one in _looked_at(now)}
    for place, sha256 in today.items():
        if then.get(place, sha256) != sha256:
            yield f"the document {place[1]} changed"
    new = [name for space, name in today if (space, name) not in then]
    gone = [name for space, name in then if (space, name) not in today]
    if run_before.index_sha256 != run_now.index_sha256:
        if new:
            yield f"now it rests on {', '.join(new)}"
        if gone:
            yield f"no longer on {', '.join(gone)}"
    yield from _of_the_making(before.provenance, now.provenance, run_before, run_now)


def _of_the_making(
    before: Provenance | None, now: Provenance | None, run_before: RunInfo, run_now: RunInfo
) -> Iterator[str]:
    otherwise = changes(run_before, run_now)
    documents = run_before.index_sha256 != run_now.index_sha256
    if before is not None and now is not None:
        if before.passages != now.passages:
            yield "other passages were found" + (", among other documents" if documents else "")
        elif before.prompt_sha256 != now.prompt_sha256:
            yield "the same passages, and another prompt"
    # Other documents are told by what changed in the evidence.
    yield from (one for one in otherwise if not one.startswith("other documents"))
    same_prompt = before and now and before.prompt_sha256 == now.prompt_sha256
    if same_prompt and not otherwise:
        yield (
            "the same model and prompt: what shares a batch rounds otherwise; --reproducible "
            "prevents it"
        )


def _looked_at(result: RowResult) -> Sequence[Evidence]:
    return result.evidence or result.nearest


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
