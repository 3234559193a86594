"""Chooses, on a question file, how signals make a confidence and below which one to refuse.

A logistic regression on a handful of signals needs twenty lines of numpy (Newton's steps, with
a ridge), which spares a dependency on scikit-learn.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answering.confidence import Calibration
from app.answering.evaluation.answers import area_under_curve

FOLDS = 5
RIDGES = (0.1, 1.0, 10.0, 100.0)  # strengths to choose from; the last nearly ignores the signals
SEED = 7
FEWEST = 10  # of each kind: with fewer, folds would be left without one

_Floats = NDArray[np.float64]


class CalibrationError(Exception):
    """The questions cannot calibrate anything; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the assistant measured on one question, and whether it can be answered."""

    signals: Mapping[str, float]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration, and what it does to questions that it was not fitted on (0 to 1 each)."""

    calibration: Calibration
    questions: int
    area: float  # under the curve, of cross-validated confidences
    found_when_answerable: float
    abstained_when_unanswerable: float


def samples_of(report: Mapping[str, Any]) -> list[Sample]:
    """The samples in an `eval` report: the rows that were answered."""
    return [
        Sample(row["signals"], row["answerable"])
        for row in report["questions"]
        if "error" not in row and row.get("signals")
    ]


def calibrate(samples: Sequence[Sample], *, source: str, keep_found: float = 0.95) -> Fit:
    """Fit weights to `samples` and set the limit that refuses the most.

    `keep_found` is the share of answerable questions that must stay above the limit. The
    ridge's strength, the limit and all reported figures come from 5-fold cross-validation, so
    that they hold for new questions. Signals that are absent from a sample count as 0.
    Raises CalibrationError for fewer than 10 questions of either kind.
    """
    if not 0 < keep_found <= 1:
        raise ValueError("keep_found is a share: above 0, at most 1")
    labels = np.array([sample.answerable for sample in samples], dtype=np.float64)
    answerable = int(labels.sum())
    if min(answerable, len(samples) - answerable) < FEWEST:
        raise CalibrationError(
            f"calibration needs at least {FEWEST} answerable and {FEWEST} unanswerable questions "
            f"that were answered without an error, not {answerable} and "
            f"{len(samples) - answerable}; add some to the question file"
        )
    names = sorted({name for sample in samples for name in sample.signals})
    values = np.array(
        [[float(sample.signals.get(name, 0.0)) for name in names] for sample in samples],
        dtype=np.float64,
    ).reshape(len(samples), len(names))
    folds = _folds(labels)
    held_out = {ridge: _cross_validated(values, labels, folds, ridge) for ridge in RIDGES}
    ridge = min(RIDGES, key=lambda ridge: _log_loss(held_out[ridge], labels))
    confidences = held_out[ridge]
    limit = _limit(confidences[labels == 1], keep_found)
    weights, bias = _fit(values, labels, ridge)
    kept = confidences >= limit
    return Fit(
        Calibration(
            weights={name: round(float(w), 6) for name, w in zip(names, weights, strict=True)},
            bias=round(bias, 6),
            refuse_below=round(limit, 6),
            source=source,
        ),
        questions=len(samples),
        area=area_under_curve(confidences[labels == 1], confidences[labels == 0]) or 0.0,
        found_when_answerable=float(kept[labels == 1].mean()),
        abstained_when_unanswerable=float((~kept)[labels == 0].mean()),
    )


def provenance(question_file: Path, samples: Sequence[Sample], model: str) -> str:
    """A line that says what a calibration was measured on; raises OSError without the file."""
    digest = hashlib.sha256(question_file.read_bytes()).hexdigest()[:12]
    answerable = sum(sample.answerable for sample in samples)
    return (
        f"{question_file.name} (SHA-256 {digest}…): {answerable} answerable and "
        f"{len(samples) - answerable} unanswerable questions, answered by {model}, "
        f"{datetime.now(UTC):%Y-%m-%d}"
    )


def _folds(labels: _Floats) -> NDArray[np.int64]:
    """A fold number for each sample, both kinds spread evenly."""
    folds = np.zeros(len(labels), dtype=np.int64)
    drawn = np.random.default_rng(SEED)
    for label in (0, 1):
        members = drawn.permutation(np.flatnonzero(labels == label))
        folds[members] = np.arange(len(members)) % FOLDS
    return folds


def _cross_validated(
    values: _Floats, labels: _Floats, folds: NDArray[np.int64], ridge: float
) -> _Floats:
    """Each sample's confidence from a model that has not seen it."""
    confidences = np.empty(len(labels))
    for fold in range(FOLDS):
        inside = folds != fold
        weights, bias = _fit(values[inside], labels[inside], ridge)
        confidences[~inside] = _sigmoid(values[~inside] @ weights + bias)
    return confidences


def _fit(values: _Floats, labels: _Floats, ridge: float) -> tuple[_Floats, float]:
    """Weights and bias by Newton's method, with the ridge on standardised signals.

    Both kinds weigh the same in total, so that 0.5 is neutral whatever their numbers.
    """
    centre, spread = values.mean(axis=0), values.std(axis=0)
    varies = spread > 1e-9  # a signal that never varies says nothing
    scaled = np.where(varies, (values - centre) / np.where(varies, spread, 1.0), 0.0)
    design = np.column_stack([scaled, np.ones(len(labels))])
    penalty = np.diag([ridge] * values.shape[1] + [1e-9])
    share = labels.mean()
    importance = np.where(labels == 1, 0.5 / share, 0.5 / (1 - share))
    solution = np.zeros(design.shape[1])
    for _ in range(100):
        predicted = _sigmoid(design @ solution)
        gradient = design.T @ (importance * (predicted - labels)) + penalty @ solution
        curvature = (design.T * (importance * predicted * (1 - predicted))) @ design + penalty
        step = np.linalg.solve(curvature, gradient)
        solution = solution - step
        if float(np.abs(step).max()) < 1e-8:
            break
    weights: _Floats = np.where(varies, solution[:-1] / np.where(varies, spread, 1.0), 0.0)
    return weights, float(solution[-1] - weights @ centre)


def _sigmoid(values: _Floats) -> _Floats:
    confidences: _Floats = 1 / (1 + np.exp(-np.clip(values, -30.0, 30.0)))
    return confidences


def _log_loss(confidences: _Floats, labels: _Floats) -> float:
    safe = np.clip(confidences, 1e-9, 1 - 1e-9)
    losses = [-np.log(safe[labels == 1]).mean(), -np.log(1 - safe[labels == 0]).mean()]
    return float(np.mean(losses))


def _limit(answerable: _Floats, keep_found: float) -> float:
    """The highest limit that at least `keep_found` of the answerable reach, rounded down."""
    ordered = np.sort(answerable)
    spare = int(np.floor((1 - keep_found) * len(ordered) + 1e-9))
    return float(np.floor(ordered[spare] * 1e6) / 1e6)
