"""When to refuse is chosen from measured questions, and holds for others."""

import random
from pathlib import Path

import pytest

from app.answering.confidence import decide
from app.answering.evaluation.calibrate import (
    CalibrationError,
    Sample,
    calibrate,
    provenance,
    samples_of,
)


def samples(count: int, seed: int = 1) -> list[Sample]:
    """`strong` tells answerable from unanswerable by one standard deviation and a half."""
    drawn = random.Random(seed)
    return [
        Sample(
            {
                "strong": drawn.gauss(0.75 if answerable else 0.45, 0.2),
                "noise": drawn.random(),
                "constant": 1.0,
            },
            answerable,
        )
        for number in range(count)
        for answerable in [number % 2 == 0]
    ]


def test_the_calibration_holds_for_questions_it_has_not_seen() -> None:
    fit = calibrate(samples(400), source="test", keep_found=0.9)
    assert fit.area == pytest.approx(0.86, abs=0.05)  # Φ(1.5 / √2)
    assert fit.found_when_answerable >= 0.9
    fresh = samples(2000, seed=2)
    found = [decide(sample.signals, fit.calibration).found for sample in fresh]
    kept = sum(f for f, s in zip(found, fresh, strict=True) if s.answerable) / 1000
    refused = sum(not f for f, s in zip(found, fresh, strict=True) if not s.answerable) / 1000
    assert kept == pytest.approx(0.9, abs=0.05)
    assert refused == pytest.approx(fit.abstained_when_unanswerable, abs=0.1)


def test_weights_follow_what_the_signals_say() -> None:
    weights = calibrate(samples(400), source="test").calibration.weights
    assert weights["strong"] > 5 * abs(weights["noise"])
    assert weights["constant"] == 0.0


def test_signals_without_meaning_lead_to_no_refusals() -> None:
    drawn = random.Random(3)
    made = [Sample({"noise": drawn.random()}, number % 2 == 0) for number in range(200)]
    fit = calibrate(made, source="test")
    assert fit.area == pytest.approx(0.5, abs=0.12)
    assert fit.found_when_answerable >= 0.95


def test_perfect_signals_refuse_everything_else_and_keep_all() -> None:
    made = [Sample({"s": float(number % 2 == 0)}, number % 2 == 0) for number in range(40)]
    fit = calibrate(made, source="test", keep_found=1.0)
    assert (fit.area, fit.found_when_answerable, fit.abstained_when_unanswerable) == (1, 1, 1)


def test_it_is_repeatable_and_says_where_it_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("x", encoding="utf-8")
    source = provenance(path, samples(40), "tiny")
    assert "mine.jsonl" in source
    assert "20 answerable and 20 unanswerable" in source
    assert calibrate(samples(40), source=source) == calibrate(samples(40), source=source)
    assert calibrate(samples(40), source=source).calibration.source == source


def test_too_few_questions_are_refused_in_words() -> None:
    with pytest.raises(CalibrationError, match="not 10 and 9"):
        calibrate(samples(19), source="test")


def test_rows_of_a_report_become_samples() -> None:
    rows = [
        {"answerable": True, "signals": {"a": 1.0}},
        {"answerable": False, "error": "down"},
        {"answerable": False, "signals": {"a": 0.0}},
    ]
    assert samples_of({"questions": rows}) == [
        Sample({"a": 1.0}, True),
        Sample({"a": 0.0}, False),
    ]
