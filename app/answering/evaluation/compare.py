"""Whether one report is better than another: paired bootstrap intervals, metric by metric."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answering.evaluation import answers, retrieval

RESAMPLES = 10_000
SEED = 20_110_901  # any fixed one: the same two reports give the same interval every time
LEVEL = 0.95
FEWEST = 10  # with fewer questions the interval is too narrow to be believed

_Floats = NDArray[np.float64]


class ReportError(Exception):
    """A report cannot be used; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric in both reports over their common questions, and B - A with its interval."""

    metric: str
    questions: int  # that were measured in both
    a: float
    b: float
    low: float
    high: float

    @property
    def believed(self) -> bool:
        """Whether there are enough questions, and the interval leaves out 0."""
        return self.questions >= FEWEST and (self.low > 0 or self.high < 0)

    @property
    def verdict(self) -> str:
        """The outcome in words."""
        if self.questions < FEWEST:
            return "too few questions to tell"
        if not self.believed:
            return "no difference that can be believed"
        return "B is better" if self.low > 0 else "A is better"


def read_report(path: Path) -> dict[str, Any]:
    """Read what `strongroom eval --json` wrote; raises ReportError."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        rows = report["questions"]
        usable = all({"qid", "question", "answerable", "metrics"} <= row.keys() for row in rows)
    except OSError as error:
        raise ReportError(f"cannot read the report {path}: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, AttributeError):
        usable = False
    if not usable:
        raise ReportError(f"{path} is no report; make one with `strongroom eval FILE --out {path}`")
    return dict(report)


def compare(
    a: Mapping[str, Any], b: Mapping[str, Any], resamples: int = RESAMPLES
) -> list[Difference]:
    """The difference of every metric that both reports measured on the same questions.

    A question counts for a metric where both reports measured it; `decision_auc` counts where
    both decided. Intervals are the middle 95 % over `resamples` drawings of the questions with
    replacement, the same drawing for A and B. Of twenty metrics without a true difference one
    will look different by chance. Raises ReportError if the reports share no question.
    """
    rows_a = {row["qid"]: row for row in a["questions"]}
    rows_b = {row["qid"]: row for row in b["questions"]}
    common = [
        qid
        for qid, row in rows_a.items()
        if qid in rows_b
        and all(row[field] == rows_b[qid][field] for field in ("question", "answerable"))
    ]
    if not common:
        raise ReportError("the two reports share no question; compare runs of one question file")
    pairs = [(rows_a[qid], rows_b[qid]) for qid in common]
    differences = []
    for metric in (*retrieval.METRICS, *answers.METRICS):
        values = np.array(
            [
                (one["metrics"][metric], other["metrics"][metric])
                for one, other in pairs
                if metric in one["metrics"] and metric in other["metrics"]
            ],
            dtype=np.float64,
        )
        if len(values):
            differences.append(_mean_difference(metric, values, resamples))
    decided = [
        (one, other) for one, other in pairs if "confidence" in one and "confidence" in other
    ]
    labels = np.array([bool(one["answerable"]) for one, _ in decided], dtype=bool)
    if labels.any() and not labels.all():
        confidences = np.array(
            [(one["confidence"], other["confidence"]) for one, other in decided], dtype=np.float64
        )
        differences.append(_area_difference(confidences, labels, resamples))
    return differences


def comparison_table(differences: Sequence[Difference]) -> str:
    """The differences for a terminal."""
    lines = [f"{'':<28}{'n':>5}{'A':>8}{'B':>8}{'B - A':>9}   {'95 % interval':<18}"]
    for found in differences:
        interval = f"{found.low:+.3f} to {found.high:+.3f}"
        lines.append(
            f"{found.metric:<28}{found.questions:>5}{found.a:8.3f}{found.b:8.3f}"
            f"{found.b - found.a:+9.3f}   {interval:<18} {found.verdict}"
        )
    return "\n".join(lines)


def _mean_difference(metric: str, values: _Floats, resamples: int) -> Difference:
    gained = values[:, 1] - values[:, 0]
    drawn = np.random.default_rng(SEED)
    means = np.empty(resamples)
    for start in range(0, resamples, 500):  # bounds the memory for large question files
        size = min(500, resamples - start)
        picks = drawn.integers(0, len(gained), size=(size, len(gained)))
        means[start : start + size] = gained[picks].mean(axis=1)
    mean_a, mean_b = values.mean(axis=0)
    return _difference(metric, len(values), float(mean_a), float(mean_b), means)


def _area_difference(confidences: _Floats, labels: NDArray[np.bool_], resamples: int) -> Difference:
    drawn = np.random.default_rng(SEED)
    positive, negative = np.flatnonzero(labels), np.flatnonzero(~labels)
    areas = np.empty(resamples)
    # Drawn within each label, so that no drawing is without one of them.
    wins = _wins(confidences[positive, 1], confidences[negative, 1]) - _wins(
        confidences[positive, 0], confidences[negative, 0]
    )
    for number in range(resamples):
        ups = np.bincount(
            drawn.integers(0, len(positive), len(positive)), minlength=len(positive)
        ).astype(np.float64)
        downs = np.bincount(
            drawn.integers(0, len(negative), len(negative)), minlength=len(negative)
        ).astype(np.float64)
        areas[number] = ups @ wins @ downs / (len(positive) * len(negative))
    area_a, area_b = (
        float(_wins(confidences[positive, side], confidences[negative, side]).mean())
        for side in (0, 1)
    )
    return _difference("decision_auc", len(labels), area_a, area_b, areas)


def _wins(positive: _Floats, negative: _Floats) -> _Floats:
    """1 where the row's positive lies above the column's negative, 0.5 where they tie."""
    wins: _Floats = np.sign(positive[:, None] - negative[None, :]) / 2 + 0.5
    return wins


def _difference(metric: str, questions: int, a: float, b: float, drawn: _Floats) -> Difference:
    tail = (1 - LEVEL) / 2
    low, high = (float(edge) for edge in np.quantile(drawn, [tail, 1 - tail]))
    return Difference(metric, questions, a, b, low, high)
