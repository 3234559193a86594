"""Recognises one page: tries what its picture needs, keeps the best, and orders its lines."""

import time
from collections.abc import Sequence
from itertools import combinations, groupby
from statistics import median

from PIL import Image

from ingest.ocr.engine import Engine, Line, TookTooLong
from ingest.ocr.preparing import Prepared, evenly_lit, grey_of, is_uneven, upright
from ingest.ocr.words import RecognisedPage, TextLine, Word, mean_confidence

_LOWEST = 8  # pixels; no letter is as small
_SURE = 0.6  # words below it do not speak for a way of reading
_POOR = 0.7  # mean of a page below which it may be turned
_FEW = 40  # letters; a page with fewer may be turned as well
_MANY = 200  # letters, from which Tesseract tells how they are turned
_LEAST_WORD = 0.25  # words below it are specks and strokes
_LEAST_LINE = 0.45
_LEAST_PAGE = 0.7  # of a page with less than a few letters: a picture without words
_LONGEST_WORD = 200  # letters; a rule read as dashes
_ROW = 0.4  # of the size: baselines closer than this are one row
_CELL_WORDS = 8  # words of a line; lines of running text have more
_SHORT_CELL = 3  # words of most lines in one of two columns; both of a newspaper's have more
_LEAST_ROWS = 2  # of a table without rules, under its column names or not
_MOST_BLOCKS = 150  # of a page; more are a drawing's labels
_MATCHED = 0.6  # of a column's lines that have a line beside them


def recognise(engine: Engine, picture: Image.Image, seconds: float) -> RecognisedPage:
    """The words of `picture`, in at most `seconds`. Raises TookTooLong and CannotRecognise."""
    deadline = time.monotonic() + seconds
    if min(picture.size) < _LOWEST:
        return RecognisedPage((), *picture.size, (0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    grey = grey_of(picture)
    ways = [grey]
    if is_uneven(grey):
        ways.append(evenly_lit(grey))
    best = max((_read(engine, way, 0, deadline) for way in ways), key=_weight)
    if _is_poor(best):
        for turn in _turns(engine, ways[-1], best):
            best = max((best, *(_read(engine, way, turn, deadline) for way in ways)), key=_weight)
            if not _is_poor(best):
                break
    return best


def _turns(engine: Engine, picture: Image.Image, read: RecognisedPage) -> Sequence[int]:
    """By how many degrees a page may have to be turned of which little was read."""
    if turn := engine.turn(picture):
        return (turn,)
    # Tesseract needs many letters to tell; of few it takes little time to read them all ways.
    some = read.left_out or _letters(read)
    return (180, 90, 270) if some and _letters(read) < _MANY else ()


def _read(engine: Engine, grey: Image.Image, turn: int, deadline: float) -> RecognisedPage:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TookTooLong
    prepared = upright(grey, turn)
    return _page(prepared, engine.lines(prepared.picture, left))


def _page(prepared: Prepared, found: Sequence[Line]) -> RecognisedPage:
    kept: list[Line] = []
    left_out = 0
    for line, block in found:
        words = tuple(filter(_is_word, line.words))
        if words and mean_confidence(words) >= _LEAST_LINE and _has_letters(words):
            kept.append(Line(line._replace(words=words), block))
            left_out += sum(_counts(word) for word in line.words if word not in words)
        else:
            left_out += sum(map(_counts, line.words))
    page = RecognisedPage(
        tuple(_in_order(kept)), *prepared.picture.size, prepared.to_seen, left_out
    )
    if _letters(page) < _FEW and page.confidence < _LEAST_PAGE:
        return page._replace(lines=())
    return page


def _is_word(word: Word) -> bool:
    signs_alone = not any(map(str.isalnum, word.text))
    least = _SURE if signs_alone else _LEAST_WORD
    return word.confidence >= least and len(word.text) <= _LONGEST_WORD


def _counts(word: Word) -> bool:
    """Whether somebody would miss it: strokes and specks are read as signs or single letters."""
    return sum(map(str.isalnum, word.text)) > 2


def _has_letters(words: Sequence[Word]) -> bool:
    """A line of one sign or two is a mark, unless it is read surely: a number in a table."""
    letters = sum(map(str.isalnum, "".join(word.text for word in words)))
    return letters > 2 or (letters > 0 and mean_confidence(words) >= _POOR)


def _letters(page: RecognisedPage) -> int:
    return sum(len(word.text) for line in page.lines for word in line.words)


def _weight(page: RecognisedPage) -> float:
    """How much was read well."""
    return sum(
        word.confidence * len(word.text)
        for line in page.lines
        for word in line.words
        if word.confidence >= _SURE
    )


def _is_poor(page: RecognisedPage) -> bool:
    return page.confidence < _POOR or _letters(page) < _FEW


# ---- order: Tesseract reads the columns of a table without rules one after the other -----------


def _in_order(lines: Sequence[Line]) -> list[TextLine]:
    """Blocks in their order; blocks side by side whose lines are short cells, row by row."""
    blocks = [
        [line.line for line in group] for _, group in groupby(lines, key=lambda line: line.block)
    ]
    tables = _tables(blocks)
    ordered: list[TextLine] = []
    for number, block in enumerate(blocks):
        if number not in tables:
            ordered += block
        elif (members := tables[number])[0] == number:
            ordered += _by_rows([line for member in members for line in blocks[member]])
    return ordered


def _tables(blocks: Sequence[Sequence[TextLine]]) -> dict[int, list[int]]:
    """For each block that is a column of a table, the numbers of all its columns."""
    groups: dict[int, list[int]] = {}
    if len(blocks) > _MOST_BLOCKS:
        return groups
    for one, other in combinations(range(len(blocks)), 2):
        mine, theirs = groups.get(one, [one]), groups.get(other, [other])
        if mine is not theirs and _are_columns(blocks[one], blocks[other]):
            together = sorted({*mine, *theirs})
            groups.update(dict.fromkeys(together, together))
    # Single lines beside each other may stand at the tops of two columns.
    return {
        block: group
        for block, group in groups.items()
        if max(len(blocks[number]) for number in group) >= _LEAST_ROWS
    }


def _are_columns(one: Sequence[TextLine], other: Sequence[TextLine]) -> bool:
    """Whether the blocks are columns of one table: beside each other, row for row."""
    if not (_right(one) <= _left(other) or _right(other) <= _left(one)):
        return False
    few, many = sorted((one, other), key=len)
    counts = [[len(line.words) for line in block] for block in (few, many)]
    usual = [median(count) for count in counts]
    # A heading alone beside a column of text is no cell.
    short = max(usual) if len(few) == 1 else min(usual)
    if max(map(max, counts)) > _CELL_WORDS or short > _SHORT_CELL:
        return False
    matched = sum(any(_same_row(line, beside) for beside in many) for line in few)
    return matched >= _MATCHED * len(few)


def _by_rows(lines: list[TextLine]) -> list[TextLine]:
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: line.baseline):
        if rows and _same_row(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.words[0].box[0])]


def _same_row(one: TextLine, other: TextLine) -> bool:
    return abs(one.baseline - other.baseline) < _ROW * min(one.size, other.size)


def _left(block: Sequence[TextLine]) -> int:
    return min(line.words[0].box[0] for line in block)


def _right(block: Sequence[TextLine]) -> int:
    return max(line.words[-1].box[2] for line in block)
