"""Puts the runs of a PDF page together into lines, in the order in which they are drawn."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from ingest.loaders.notation import Place, written
from ingest.loaders.pdf.direction import reads_right_to_left
from ingest.loaders.pdf.matrix import Box
from ingest.loaders.pdf.open_tables import open_tables
from ingest.loaders.pdf.ruled_tables import ruled_tables
from ingest.loaders.pdf.tables import SAME_LINE, Line, Table, tidy
from ingest.loaders.pdf.text import Rule, Run

_SPACE = 0.17  # of the font size: a wider gap parts two words
_CELL = 0.9  # of the font size: a wider gap may part two cells
_SCRIPT = 0.85  # of a line's font size: exponents and indices are smaller
_RAISED, _LOWERED = 0.18, 0.08  # of the font size, from the baseline
_ACCOUNTS = 14.0  # of the font size: so far from its amount a currency sign stands in accounts
_MISNAMED = (
    "!"  # what "$" is in fonts whose signs are numbered anew, and nothing else before amounts
)
_PUNCTUATION = frozenset(".,;:!?…")
_NO_MARKERS = frozenset(("Sc", "Ps", "Pe", "Pi", "Pf"))  # currency signs, brackets, quotes
_AMOUNT = re.compile(r"[(\-–—−]?\s?\d|[(—–-]$")
_MARKER = re.compile(
    r"(?:[•●○▪■□‣⁃–—*·o\uf0b7\uf0a7-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlIVX]{1,5})[.)])$"
)


def page_blocks(
    runs: Iterable[Run], rules: Sequence[Rule], filled: Sequence[Box] = ()
) -> list[Line | Table]:
    """Lines and tables of a page in the order in which the file draws them.

    `filled` are areas of a colour, which rows of tables may lie on.
    """
    pieces = _pieces(runs, [rule for rule in rules if rule.y1 - rule.y0 > rule.x1 - rule.x0])
    blocks: list[Line | Table] = []
    placed: dict[int, Table] = {}
    inside: set[int] = set()
    for members, table in _tables(pieces, rules, filled):
        placed[min(members)] = table
        inside |= members
    for number, piece in enumerate(pieces):
        if number in placed:
            blocks.append(placed[number])
        elif number not in inside:
            last = blocks[-1] if blocks else None
            if isinstance(last, Line) and _is_beside(last, piece):
                _join(last, piece)
            else:
                blocks.append(piece)
    for block in blocks:
        if isinstance(block, Line):
            block.text = tidy(block.text)
    return [block for block in blocks if isinstance(block, Table) or block.text]


def _tables(
    pieces: Sequence[Line], rules: Sequence[Rule], filled: Sequence[Box]
) -> Iterator[tuple[set[int], Table]]:
    """Tables, each with the numbers of the pieces that went into it."""
    used: set[int] = set()
    for members, table in ruled_tables(pieces, rules, filled):
        if not used & members:  # frames within frames hold the same pieces
            used |= members
            yield members, table
    free = [n for n, piece in enumerate(pieces) if piece.angle == 0 and n not in used]
    yield from open_tables(pieces, free, rules, filled)


def _pieces(  # noqa: PLR0912
    runs: Iterable[Run], uprights: Sequence[Rule]
) -> list[Line]:
    """Runs joined along their baselines; a gap or an upright rule parts two pieces."""
    pieces: list[Line] = []
    current: Line | None = None
    last: Run | None = None
    parts: list[tuple[str, Run]] = []  # of the current one
    runs = list(runs)
    for at, run in enumerate(runs):
        if not run.text.strip():
            if (
                current
                and run.text
                and last
                and abs(run.y - current.y) < 1
                and run.x0 < current.x1 + 1
            ):
                current.text += " "
                parts.append((" ", run))
            continue
        if last and _is_shadow(last, run):
            continue
        if current and _opens_amount(current, run, runs, at):
            pieces.append(_finished(current, parts))
            current, parts = None, []
        gap = run.x0 - current.x1 if current else 0.0
        if current and gap < 0 and _goes_on_to_the_left(current, run, uprights):
            space = " " if current.x0 - run.x1 > _SPACE * run.size else ""
            parts.insert(0, (run.text + space, run))
            current.text = run.text + space + current.text
            current.x0 = run.x0
            current.bold = current.bold and run.bold
        elif (
            current
            and _continues(current, run, gap)
            and not (gap > 1 and _is_fenced(current, run, uprights))
        ):
            parts = _behind_marker(current, run, gap, parts)
            space = ""
            if gap > _SPACE * max(run.size, 0.6 * current.size) and not current.text.endswith(" "):
                space = " "
            current.text += space + run.text
            parts.append((space + run.text, run))
            current.x1 = max(current.x1, run.x1)
            current.bold = current.bold and run.bold
            if run.size > current.size:  # a superscript came first
                current.size, current.y = run.size, run.y
        else:
            if current:
                pieces.append(_finished(current, parts))
            parts = [(run.text, run)]
            current = Line(run.text, run.x0, run.x1, run.y, run.size, run.bold, run.angle)
        last = run
    if current:
        pieces.append(_finished(current, parts))
    for piece in pieces:
        piece.text = piece.text.strip()
    return pieces


def _behind_marker(
    line: Line, run: Run, gap: float, parts: list[tuple[str, Run]]
) -> list[tuple[str, Run]]:
    """The parts of a line before a run goes on it, where it is nothing but a bullet or a sign."""
    marker = line.text.strip()
    if _is_currency(marker):
        if gap > _CELL * run.size:
            line.x0 = run.x0  # as if the sign stood before its amount
        if marker == _MISNAMED:
            line.text, parts = "", []
    elif is_marker(marker) and not reads_right_to_left(run.text):
        line.size, line.bold = run.size, run.bold  # the text beside it decides how the line looks
        if not any(map(str.isalnum, marker)) and run.text.strip()[:1].isalnum():
            line.text, parts = "• ", [("• ", run)]
    return parts


def _finished(line: Line, parts: Sequence[tuple[str, Run]]) -> Line:
    """A line with what is raised or lowered in it written in one line."""
    if len(parts) > 1:
        placed = [(text, _place(run, line)) for text, run in parts]
        if any(place != "line" for _, place in placed):
            line.text = written(placed)
    return line


def _place(run: Run, line: Line) -> Place:
    if run.size > _SCRIPT * line.size:
        return "line"
    if run.y - line.y > _RAISED * line.size:
        return "up"
    return "down" if line.y - run.y > _LOWERED * line.size else "line"


def _continues(line: Line, run: Run, gap: float) -> bool:
    if run.angle != line.angle:
        return False
    size = max(line.size, run.size)
    rise = abs(run.y - line.y)
    # Smaller text a little off the baseline is an index or an exponent.
    script = rise < 0.65 * size and gap < 0.5 * size and min(line.size, run.size) < 0.85 * size
    if rise > SAME_LINE * min(line.size, run.size) and not script:
        return False
    if _is_currency(line.text.strip()) and _AMOUNT.match(run.text.strip()):
        limit = _ACCOUNTS
    else:
        limit = 2.5 if is_marker(line.text.strip()) else _CELL
    return -0.6 * size < gap < limit * size


def _opens_amount(line: Line, run: Run, runs: Sequence[Run], at: int) -> bool:
    """Whether a currency sign alone is that of the next amount and not of the one before it.

    In accounts it stands on the left in its column, so that what is before it may be nearer.
    """
    sign, amount = run.text.strip()[:1], run.text.strip()[1:].strip()
    if not _is_currency(sign):
        return False
    if amount:
        return bool(_AMOUNT.match(amount)) and _is_currency(line.text.strip()[:1])
    following = next((one for one in runs[at + 1 : at + 4] if one.text.strip()), None)
    if following is None or abs(following.y - run.y) > 1 or following.x0 < run.x1 - 1:
        return False
    text = line.text.strip()
    stands_before = not text[-1:].isdigit() and not text.endswith(")")
    stands_before = stands_before or run.text.strip() == _MISNAMED
    return bool(_AMOUNT.match(following.text.strip())) and not _is_currency(text) and (
        stands_before or _is_currency(text[:1])
    )  # fmt: skip


def _is_currency(text: str) -> bool:
    """Whether a text is nothing but a currency sign, or one that its font calls by another name."""
    return len(text) == 1 and (unicodedata.category(text) == "Sc" or text == _MISNAMED)


def _goes_on_to_the_left(line: Line, run: Run, uprights: Sequence[Rule]) -> bool:
    """Whether a run stands on the left of a line that is written from right to left."""
    gap = line.x0 - run.x1
    return (
        run.angle == line.angle and abs(run.y - line.y) <= SAME_LINE * min(line.size, run.size)
        and -0.6 * run.size < gap < _CELL * run.size
        and (reads_right_to_left(line.text) or reads_right_to_left(run.text))
        and not (gap > 1 and _is_fence(run.x1, line.x0, run, uprights))
    )  # fmt: skip


def _is_fenced(line: Line, run: Run, uprights: Sequence[Rule]) -> bool:
    return not line.angle and _is_fence(line.x1, run.x0, run, uprights)


def _is_fence(left: float, right: float, run: Run, uprights: Sequence[Rule]) -> bool:
    """Whether a rule stands between two places on a run's line."""
    middle = run.y + 0.3 * run.size
    return any(
        left - 1 <= rule.x0 <= right + 1 and rule.y0 <= middle <= rule.y1 for rule in uprights
    )


def is_marker(text: str) -> bool:
    """Whether a piece is a bullet or an item's number, which belongs to the text beside it."""
    if text in _PUNCTUATION:
        return False
    if _MARKER.match(text):
        return True
    return len(text) <= 2 and not any(
        sign.isalnum() or sign in "%‰" or unicodedata.category(sign) in _NO_MARKERS for sign in text
    )


def _is_shadow(last: Run, run: Run) -> bool:
    """The same text drawn again a hair beside: bold for want of a bold font."""
    return (
        run.text == last.text
        and abs(run.x0 - last.x0) < 0.2 * run.size
        and abs(run.y - last.y) < 0.2 * run.size
    )


def _is_beside(line: Line, piece: Line) -> bool:
    """Whether a piece goes on the line before it: no table was found there."""
    same = piece.angle == line.angle and abs(piece.y - line.y) < SAME_LINE * line.size
    return same and -0.3 * line.size < piece.x0 - line.x1 < 12 * line.size


def _join(line: Line, piece: Line) -> None:
    line.text += " " + piece.text
    line.x1 = piece.x1
    line.bold = line.bold and piece.bold
    line.size = max(line.size, piece.size)
