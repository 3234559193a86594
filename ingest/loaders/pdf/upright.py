"""Turns what stands on a page so that most of its text runs from left to right.

Tables in landscape are often drawn sideways; their columns and rows are then those of the text.
"""

from collections import Counter
from collections.abc import Sequence

from ingest.loaders.pdf.matrix import Box
from ingest.loaders.pdf.text import Rule, Run

_MOST = 0.7  # of the letters


def upright(
    runs: Sequence[Run], rules: Sequence[Rule], filled: Sequence[Box]
) -> tuple[int, list[Run], Sequence[Rule], Sequence[Box]]:
    """By how many degrees the text was turned, and all of it as if it were not."""
    letters: Counter[int] = Counter()
    for run in runs:
        letters[run.angle] += len(run.text)
    angle, most = letters.most_common(1)[0] if letters else (0, 0)
    if angle not in {90, 180, 270} or most < _MOST * letters.total():
        return 0, list(runs), rules, filled
    return (
        angle,
        [run._replace(angle=(run.angle - angle) % 360) for run in runs],
        [Rule(*_turned(rule, angle)) for rule in rules],
        [_turned(box, angle) for box in filled],
    )


def _turned(box: tuple[float, float, float, float], angle: int) -> Box:
    """A box in coordinates along and across text of that angle, as runs have them."""
    x0, y0, x1, y1 = box
    if angle == 90:
        return (y0, -x1, y1, -x0)
    if angle == 270:
        return (-y1, x0, -y0, x1)
    return (-x1, -y1, -x0, -y0)
