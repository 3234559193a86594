"""Right, wrong and refused by kind of question, with intervals."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, TypedDict

ALL = "all"
_Z = 1.959964  # of a two-sided interval of 95 %


class Kind(TypedDict):
    """Counts of one kind; `share` right of all, with its 95 % interval `low` to `high`."""

    questions: int
    right: int
    wrong: int
    refused: int
    share: float
    low: float
    high: float


def by_kind(rows: Sequence[Mapping[str, Any]]) -> dict[str, Kind]:
    """The judged rows of a report by their kind in the file's order, then "all"; {} for none."""
    judged = [row for row in rows if "verdict" in row]
    if not judged:
        return {}
    names = list(dict.fromkeys(row["kind"] for row in judged if row["kind"]))
    counted = {name: _count([row for row in judged if row["kind"] == name]) for name in names}
    return counted | {ALL: _count(judged)}


def interval(right: int, questions: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; it holds for few questions, too."""
    share = right / questions
    scale = 1 + _Z**2 / questions
    centre = (share + _Z**2 / (2 * questions)) / scale
    half = _Z / scale * sqrt(share * (1 - share) / questions + _Z**2 / (4 * questions**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def kinds_table(kinds: Mapping[str, Kind]) -> list[str]:
    """Lines for a terminal."""
    lines = [f"{'':<28}{'n':>5}{'right':>7}{'wrong':>7}{'refused':>9}   right, 95 % interval"]
    lines += [
        f"  {name:<26}{kind['questions']:>5}{kind['right']:>7}{kind['wrong']:>7}"
        f"{kind['refused']:>9}   {kind['share']:.3f} ({kind['low']:.3f} to {kind['high']:.3f})"
        for name, kind in kinds.items()
    ]
    return lines


def side_by_side(reports: Mapping[str, Mapping[str, Kind]]) -> list[str]:
    """Right answers of several models by kind, for a terminal; `reports` by the model's name."""
    names = list(dict.fromkeys(name for kinds in reports.values() for name in kinds if name != ALL))
    width = max(12, *(len(model) + 2 for model in reports))
    lines = [f"{'right of n':<28}{'n':>5}" + "".join(f"{model:>{width}}" for model in reports)]
    for name in (*names, ALL):
        counts = [kinds.get(name) for kinds in reports.values()]
        asked = max(kind["questions"] for kind in counts if kind)
        cells = "".join(f"{kind['right'] if kind else '':>{width}}" for kind in counts)
        lines.append(f"  {name:<26}{asked:>5}{cells}")
    return lines


def _count(rows: Sequence[Mapping[str, Any]]) -> Kind:
    verdicts = [row["verdict"] for row in rows]
    right = verdicts.count("right")
    low, high = interval(right, len(rows))
    return Kind(
        questions=len(rows),
        right=right,
        wrong=verdicts.count("wrong"),
        refused=verdicts.count("refused"),
        share=right / len(rows),
        low=low,
        high=high,
    )
