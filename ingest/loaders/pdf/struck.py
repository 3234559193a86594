"""Finds words of a PDF page that are struck through: a line drawn over them, no longer than they.

A rule of a table or a form that happens to cross words goes on beside them.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ingest.loaders.pdf.text import Rule, Run

_LOWEST, _HIGHEST = 0.12, 0.5  # of the font size above the baseline: where the line crosses letters
_BESIDE = 2.0  # points that it may be longer than the words, on each side
_SHORTEST = 0.8  # of the font size
_COVERED = 0.5  # of a word's width
_CORNER = 1.5  # points between the lines of a corner
_STEP = 8.0  # points: rules are looked up by their height in such steps
_MOST_QUADS = 2_000  # of a page's notes
_NARROW, _WIDE = frozenset("ijlIt.,:;'|!()[] "), frozenset("mwMWABCDEGHKNOPQRUVXYZÄÖÜ@%")


def without_struck(
    runs: Iterable[Run],
    rules: Sequence[Rule],
    seen: Callable[[Sequence[Rule]], Sequence[bool]] = lambda rules: [True] * len(rules),
) -> tuple[list[Run], int]:
    """The runs without words that are struck through, and how many passages were left out.

    `seen` says which of some rules the drawn page shows over the words, not below their ground.
    """
    found = list(runs)
    strokes: dict[int, list[Rule]] = {}
    sides: dict[int, list[Rule]] = {}
    for rule in rules:
        if rule.x1 - rule.x0 > rule.y1 - rule.y0:
            strokes.setdefault(int(rule.y0 // _STEP), []).append(rule)
        else:
            sides.setdefault(int(rule.x0 // _STEP), []).append(rule)
    over: dict[Rule, list[int]] = {}
    for number, run in enumerate(found):
        if run.angle == 0 and run.text.strip():
            for rule in _crossing(run, strokes):
                over.setdefault(rule, []).append(number)
    strikes = []
    for rule, numbers in over.items():
        own = [found[n] for n in numbers]
        size = max(run.size for run in own)
        if not (
            rule.x1 - rule.x0 < _SHORTEST * size
            or rule.x0 < min(run.x0 for run in own) - _BESIDE
            or rule.x1 > max(run.x1 for run in own) + _BESIDE
            or (_has_side(rule, rule.x0, sides) and _has_side(rule, rule.x1, sides))
        ):
            strikes.append(rule)
    passages = 0
    for rule, is_seen in zip(strikes, seen(strikes) if strikes else (), strict=True):
        if not is_seen:
            continue
        numbers = over[rule]
        before = [run.text for run in own]
        for number in numbers:
            found[number] = _cut(found[number], rule)
        passages += before != [found[n].text for n in numbers]
    return found, passages


def _has_side(rule: Rule, x: float, sides: dict[int, list[Rule]]) -> bool:
    """Whether an upright line meets the end of a rule: then it is an edge of a frame."""
    y = (rule.y0 + rule.y1) / 2
    return any(
        abs((side.x0 + side.x1) / 2 - x) <= _CORNER and side.y0 - _CORNER <= y <= side.y1 + _CORNER
        for step in {int((x - _CORNER) // _STEP), int((x + _CORNER) // _STEP)}
        for side in sides.get(step, ())
    )


def _crossing(run: Run, strokes: dict[int, list[Rule]]) -> list[Rule]:
    low, high = run.y + _LOWEST * run.size, run.y + _HIGHEST * run.size
    return [
        rule
        for step in range(int((low - 3) // _STEP), int(high // _STEP) + 1)
        for rule in strokes.get(step, ())
        if low <= (rule.y0 + rule.y1) / 2 <= high and rule.x0 < run.x1 - 1 and rule.x1 > run.x0 + 1
    ]


def _cut(run: Run, rule: Rule) -> Run:
    """The run without the words below a rule. Where a letter stands is told by usual widths."""
    if not any(map(str.isalnum, run.text)):
        return run
    weights = [0.5 if sign in _NARROW else 1.4 if sign in _WIDE else 1.0 for sign in run.text]
    unit = (run.x1 - run.x0) / sum(weights)
    kept: list[str] = []
    x, at = run.x0, 0
    while at < len(run.text):
        end = at
        while end < len(run.text) and run.text[end].isspace() == run.text[at].isspace():
            end += 1
        width = unit * sum(weights[at:end])
        covered = min(x + width, rule.x1) - max(x, rule.x0)
        if run.text[at].isspace() or covered < _COVERED * width:
            kept.append(run.text[at:end])
        x, at = x + width, end
    text = "".join(kept)
    return run if text == run.text else run._replace(text=_even(text))


def _even(text: str) -> str:
    """A text with single spaces, those at its ends kept."""
    inner = " ".join(text.split())
    return f"{text[:1] if text[:1].isspace() else ''}{inner}{' ' if text[-1:].isspace() else ''}"


def strokes_of_notes(page: Any) -> list[Rule]:
    """Lines that notes on a page draw through words, as reviewers leave them."""
    found: list[Rule] = []
    notes = page.get("/Annots")
    for reference in notes.get_object() if notes else ():
        note = reference.get_object()
        if note.get("/Subtype") != "/StrikeOut" or len(found) > _MOST_QUADS:
            continue
        points = [float(value) for value in note.get("/QuadPoints", ())]
        for at in range(0, len(points) - 7, 8):
            xs, ys = points[at : at + 8 : 2], points[at + 1 : at + 8 : 2]
            middle = (min(ys) + max(ys)) / 2
            found.append(Rule(min(xs), middle, max(xs), middle))
    return found
