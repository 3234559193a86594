"""What a review of two runs says: its columns, its cells, and the words for what changed."""

from collections.abc import Sequence

from app.batch.output.columns import OUTCOME_WORDS, made_with
from app.batch.records import Evidence, RowResult
from app.batch.review.differences import CHANGES, Review, Reviewed

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
    if result.outcome in ("unconfirmed", "not_found", "failed") or not result.sentences:
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


def counts_in_words(review: Review) -> str:
    """Such as "3 the same, 1 another answer"."""
    counts = review.counts()
    return ", ".join(f"{counts[key]:,} {CHANGE_WORDS[key]}" for key in CHANGES if counts[key])
