"""Finds a quoted sentence on a page, whatever its line breaks, hyphens and ligatures."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Box = tuple[int, int, int, int]

_WHOLE = 0.8  # share of a quote's letters that has to be found, where it is not in one piece
_SHORTEST = 6  # letters of a piece that is looked for by itself, unless it is a table's cell
_CONTEXT = 60  # letters around a quote that tell which of its repetitions is meant
_LINE_SLACK = 0.6  # of a letter's height: how far apart letters of one line may lie


@dataclass(frozen=True, slots=True)
class Letters:
    """A text's letters and digits alone, case folded; `places[i]` is where letter i came from."""

    text: str
    places: Sequence[int]


def letters_of(text: str) -> Letters:
    """Return what two spellings of a text have in common."""
    found: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if letter.isalnum():
                found.append(letter)
                places.append(place)
    return Letters("".join(found), places)


def locate(quote: str, page: str, around: str = "") -> list[tuple[int, int]]:
    """Spans (start, end) of `page` that hold `quote`; none when it is not there.

    `around` is the passage that the quote stands in: it decides between repetitions. A quote
    whose parts lie apart (a row of a table, read with its column names) gives several spans.
    """
    wanted, held = letters_of(quote).text, letters_of(page)
    if not wanted:
        return []
    if (at := _best(wanted, held.text, letters_of(around).text)) >= 0:
        return [_span(held, at, at + len(wanted))]
    return _pieces(quote, held, letters_of(around).text)


def text_lines(text: str, boxes: Sequence[Box]) -> list[tuple[str, Box]]:
    """A page's words line by line, each with the box around it, in the order of the text."""
    lines: list[tuple[str, Box]] = []
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        run, box = start, None
        for place in range(start, end):
            one = boxes[place]
            if text[place].isspace() or one[2] <= one[0] or one[3] <= one[1]:
                continue
            if box is not None and not _same_line(box, one):
                lines.append((" ".join(text[run:place].split()), box))
                run, box = place, None
            box = one if box is None else _joined(box, one)
        if box is not None:
            lines.append((" ".join(text[run:end].split()), box))
        start = end
    return lines


def lines_of(spans: Sequence[tuple[int, int]], text: str, boxes: Sequence[Box]) -> list[Box]:
    """One box for each line of the spans."""
    lines: list[Box] = []
    for start, end in spans:
        line: Box | None = None
        for character, box in zip(text[start:end], boxes[start:end], strict=True):
            if character.isspace() or box[2] <= box[0] or box[3] <= box[1]:
                continue
            if line is not None and _same_line(line, box):
                line = _joined(line, box)
                continue
            if line is not None:
                lines.append(line)
            line = box
        if line is not None:
            lines.append(line)
    return lines


def _best(wanted: str, held: str, around: str) -> int:
    """Where `wanted` starts in `held`; of several places the one with the right neighbours."""
    found = [match.start() for match in re.finditer(f"(?={re.escape(wanted)})", held)]
    at = around.find(wanted)
    if len(found) < 2 or at < 0:
        return found[0] if found else -1
    before, after = around[max(0, at - _CONTEXT) : at], around[at + len(wanted) :][:_CONTEXT]

    def likeness(place: int) -> int:
        end = place + len(wanted)
        return _same(reversed(before), reversed(held[:place][-_CONTEXT:])) + _same(
            after, held[end : end + _CONTEXT]
        )

    return max(found, key=likeness)


def _same(one: Iterable[str], other: Iterable[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _pieces(quote: str, held: Letters, around: str) -> list[tuple[int, int]]:
    """The longest pieces of the quote, each where the page has it, nearest to the one before."""
    cells = [letters_of(cell).text for cell in re.split(r"[;|\n\t]|: ", quote)]
    wanted = "".join(cells)
    row = len(cells) > 2
    spans: list[tuple[int, int]] = []
    found = 0
    near = _near(cells, held.text, around)
    for cell in cells:
        start = 0
        while start < len(cell):
            length, at = _longest(cell, start, held.text, near)
            enough = length == len(cell) or length >= _SHORTEST
            if enough:
                spans.append((at, at + length))
                found += length
                near = at + length if not row else near
                start += length
            else:
                start += 1
    if not wanted or found < _WHOLE * len(wanted):
        return []
    return [_span(held, start, end) for start, end in sorted(set(spans))]


def _near(cells: Sequence[str], held: str, around: str) -> int:
    """A place near which the cells lie: where the rarest of them is."""
    del around
    told = [(held.count(cell), -len(cell), cell) for cell in cells if cell and cell in held]
    return held.find(min(told)[2]) if told else 0


def _longest(cell: str, start: int, held: str, near: int) -> tuple[int, int]:
    """Length and place of the longest piece of `cell` from `start` that the page has."""
    low, high = 0, len(cell) - start
    while low < high:
        middle = (low + high + 1) // 2
        if cell[start : start + middle] in held:
            low = middle
        else:
            high = middle - 1
    if not low:
        return 0, 0
    piece = re.escape(cell[start : start + low])
    places = [match.start() for match in re.finditer(f"(?={piece})", held)]
    return low, min(places, key=lambda place: abs(place - near))


def _span(held: Letters, start: int, end: int) -> tuple[int, int]:
    return held.places[start], held.places[end - 1] + 1


def _same_line(line: Box, box: Box) -> bool:
    height = max(line[3] - line[1], box[3] - box[1])
    apart = abs((line[1] + line[3]) - (box[1] + box[3])) / 2
    # Leftwards only step by step, as on pages that lie upside down: not from column to column.
    beside = box[0] >= line[0] - height or 0 <= line[0] - box[2] + height < 3 * height
    return apart < _LINE_SLACK * height and beside


def _joined(line: Box, box: Box) -> Box:
    left, top, right, bottom = zip(line, box, strict=True)
    return min(left), min(top), max(right), max(bottom)
