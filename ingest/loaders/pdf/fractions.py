"""Writes fractions in one line whose numbers stand above and below a short rule.

A rule between two figures may also be that of a sum. A fraction has words of its line beside it.
"""

from collections.abc import Sequence

from ingest.loaders.pdf.text import Rule, Run

_WIDEST = 8.0  # of the font size
_AXIS = 0.28  # of the font size: so far above the baseline the rule lies
_OFF_AXIS = 0.16
_NEAR = 0.9  # of the font size, from the rule to the words beside it
_HIGHEST = 0.75  # of the font size, from the rule up to the baseline of the upper number
_LOWEST = (0.4, 1.2)  # the same down to that of the lower one
_LONGEST = 12  # characters
_STEP = 16.0  # points: runs are looked up by their height in such steps


def with_fractions(runs: Sequence[Run], rules: Sequence[Rule]) -> list[Run]:
    """The runs with each fraction as one of them, in the place of its first."""
    short = [rule for rule in rules if rule.y1 - rule.y0 < rule.x1 - rule.x0 < _WIDEST * _STEP]
    if not short:
        return list(runs)
    by_height: dict[int, list[int]] = {}
    for number, run in enumerate(runs):
        if run.angle == 0 and run.text.strip():
            by_height.setdefault(int(run.y // _STEP), []).append(number)
    found: list[Run | None] = list(runs)
    for rule in short:
        _write(found, rule, by_height)
    return [run for run in found if run is not None]


def _write(found: list[Run | None], rule: Rule, by_height: dict[int, list[int]]) -> None:
    """Put a fraction of that rule, if it is one, into the place of its first run."""
    middle = (rule.y0 + rule.y1) / 2
    step = int(middle // _STEP)
    near = [
        (number, run)
        for at in (step - 1, step, step + 1)
        for number in by_height.get(at, ())
        if (run := found[number]) is not None
    ]
    inside = [(n, r) for n, r in near if rule.x0 - 2 <= r.x0 and r.x1 <= rule.x1 + 2]
    upper = [(n, r) for n, r in inside if 0 < r.y - middle < _HIGHEST * r.size]
    lower = [(n, r) for n, r in inside
             if _LOWEST[0] * r.size < middle - r.y < _LOWEST[1] * r.size]  # fmt: skip
    if not upper or not lower or not any(_is_beside(run, rule, middle) for _, run in near):
        return
    above, below = _said(upper), _said(lower)
    if not above or not below:
        return
    size = max(run.size for _, run in (*upper, *lower))
    if rule.x1 - rule.x0 > _WIDEST * size:
        return
    numbers = sorted(number for number, _ in (*upper, *lower))
    first = found[numbers[0]]
    assert first is not None
    for number in numbers:
        found[number] = None
    found[numbers[0]] = first._replace(
        text=f"{above}/{below}", x0=rule.x0, x1=rule.x1, y=middle - _AXIS * size, size=size
    )


def _is_beside(run: Run, rule: Rule, middle: float) -> bool:
    """Whether a run stands on the line that a fraction's rule is in the middle of."""
    if abs(middle - run.y - _AXIS * run.size) > _OFF_AXIS * run.size:
        return False
    gap = max(rule.x0 - run.x1, run.x0 - rule.x1)
    return -1 <= gap <= _NEAR * run.size


def _said(part: Sequence[tuple[int, Run]]) -> str:
    """One number of a fraction, in brackets where it is a sum; "" for what is none."""
    runs = sorted((run for _, run in part), key=lambda run: run.x0)
    if len({round(run.y) for run in runs}) > 1:
        return ""
    text = "".join("".join(run.text.split()) for run in runs)
    if not 0 < len(text) <= _LONGEST:
        return ""
    return text if text.replace(".", "").replace(",", "").isalnum() else f"({text})"
