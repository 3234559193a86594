"""Finds pictures on a page that may hold words: large ones without text over them."""

import ctypes
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

from ingest.loaders.pdf.drawing import Drawing
from ingest.loaders.pdf.matrix import IDENTITY, Box, Matrix, bounds, times
from ingest.loaders.pdf.tables import Line, Table
from ingest.ocr.words import RecognisedPage
from vectorstore.languages import any_of

_LEAST = 0.05  # of the page's area; smaller pictures are signs and photographs of people
_TOGETHER = 0.10  # of all of them
_MOST_IMAGES = 2_000  # of a page
_DEEPEST_FORM = 6
_OVER = 3  # pieces of text over a picture: it is a ground, and the text is read already
_FLAT = 0.35  # of a picture's pixels in one shade; photographs have fewer, drawings more
_SAME_SHADE = 6  # of 255
_GLANCE = 36  # dots an inch, to tell a photograph
_SURE = 0.75  # mean of a line; strokes of drawings are read as letters, too
_NEAR = 3.0  # times its size: a caption stands that near to its figure
_CAPTION_LINES = 4
_LINE_APART = 1.6  # times its size
_SAME_SIZE = 0.6  # points
_TOLD = 3  # letters or digits of a line; a label has as many


def figures_on(drawing: Drawing, index: int, texts: Sequence[Box]) -> list[Box]:
    """Boxes, in points of the page, of pictures on page `index` whose words are worth reading.

    `texts` are the boxes of its text. Raises CannotDraw.
    """
    with drawing.opened(index) as page:
        if page.get_rotation():
            return []  # the boxes of its text are those of the page before it was turned
        left, bottom, right, top = page.get_bbox()
        area = max(1.0, (right - left) * (top - bottom))
        shown = left, bottom, right, top
        large = [
            box
            for box in (_within(one, shown) for one in _images(page, IDENTITY, 0, [0]))
            if _area(box) >= _LEAST * area
        ]
    boxes = [box for box in large if sum(_holds(box, text) for text in texts) < _OVER]
    if sum(map(_area, boxes)) < _TOGETHER * area:
        return []
    glance = drawing.picture(index, _GLANCE)
    return [box for box in boxes if _is_flat(glance.crop(_pixels(box, shown, glance)))]


def figures_alone(
    drawing: Drawing, index: int, figures: Sequence[Box], texts: Sequence[Box]
) -> Image.Image:
    """The drawn page with nothing on it but the figures, and no text of its own over them.

    Raises CannotDraw.
    """
    whole = drawing.picture(index)
    with drawing.opened(index) as page:
        shown = page.get_bbox()
    alone = Image.new("L", whole.size, 255)
    for box in figures:
        place = _pixels(box, shown, whole)
        alone.paste(whole.crop(place), place[:2])
    pen = ImageDraw.Draw(alone)
    for text in texts:
        pen.rectangle(_pixels(text, shown, whole), fill=255)
    return alone


def words_of_each(
    drawing: Drawing, index: int, figures: Sequence[Box], page: RecognisedPage
) -> list[tuple[Box, list[str]]]:
    """The figures that say something, each with its lines; `page` is that of `figures_alone`.

    Raises CannotDraw.
    """
    with drawing.opened(index) as opened:
        left, bottom, right, top = opened.get_bbox()
    said: list[list[str]] = [[] for _ in figures]
    a, b, c, d, e, f = page.to_seen
    for line in labels(page).lines:
        x0, y0, x1, y1 = line.words[0].box
        middle = (x0 + x1) / 2, (y0 + y1) / 2
        x = left + (a * middle[0] + b * middle[1] + c) * (right - left)
        y = top - (d * middle[0] + e * middle[1] + f) * (top - bottom)
        apart = [max(box[0] - x, x - box[2], 0) + max(box[1] - y, y - box[3], 0) for box in figures]
        said[apart.index(min(apart))].append(line.text)
    return [(box, rows) for box, rows in zip(figures, said, strict=True) if rows]


def with_figures(
    blocks: Sequence[Line | Table], figures: Sequence[tuple[Box, list[str]]]
) -> list[Line | Table]:
    """The blocks of a page with its figures: each behind its caption, which it says as well.

    One without a caption stands at the end of the page.
    """
    behind: dict[int, list[Table]] = {}
    for box, rows in figures:
        caption = _caption(blocks, box)
        said = " ".join(block.text for block in caption[1])
        figure = Table([said, *rows] if said else rows, 0.0, kind="figure")
        behind.setdefault(caption[0], []).append(figure)
    placed: list[Line | Table] = []
    for at, block in enumerate(blocks):
        placed.append(block)
        placed += behind.pop(at, [])
    return placed + [figure for left in behind.values() for figure in left]


def _caption(blocks: Sequence[Line | Table], box: Box) -> tuple[int, list[Line]]:
    """The lines of a figure's caption, and where the last of them stands."""
    found: list[tuple[float, int]] = []
    for at, block in enumerate(blocks):
        if not isinstance(block, Line) or not _caption_start().match(block.text):
            continue
        apart = max(box[1] - block.y - block.size, block.y - box[3], 0.0)
        beside = block.x1 >= box[0] and block.x0 <= box[2]
        if beside and apart <= _NEAR * block.size:
            found.append((apart, at))
    if not found:
        return len(blocks), []
    at = min(found)[1]
    lines = [block for block in blocks[at : at + 1] if isinstance(block, Line)]
    for block in blocks[at + 1 : at + _CAPTION_LINES]:
        last = lines[-1]
        goes_on = isinstance(block, Line) and 0 < last.y - block.y <= _LINE_APART * last.size
        if not goes_on or not isinstance(block, Line) or block.bold != last.bold:
            break
        if abs(block.size - last.size) > _SAME_SIZE or _caption_start().match(block.text):
            break
        lines.append(block)
    return at + len(lines) - 1, lines


@cache
def _caption_start() -> re.Pattern[str]:
    names = any_of(lambda language: language.kinds.captions)
    return re.compile(rf"(?:{names})\s{{0,2}}[\dA-Z][\d.]{{0,6}}", re.IGNORECASE)


def labels(page: RecognisedPage) -> RecognisedPage:
    """The page with the lines that are words for sure."""
    lines = tuple(
        line
        for line in page.lines
        if sum(map(str.isalnum, line.text)) >= _TOLD
        and sum(word.confidence for word in line.words) >= _SURE * len(line.words)
    )
    return page._replace(lines=lines, left_out=0)


def _images(container: Any, matrix: Matrix, depth: int, count: list[int]) -> Iterator[Box]:
    from pypdfium2 import raw

    of_page = depth == 0
    total = (raw.FPDFPage_CountObjects if of_page else raw.FPDFFormObj_CountObjects)(container)
    get = raw.FPDFPage_GetObject if of_page else raw.FPDFFormObj_GetObject
    sides = [ctypes.c_float() for _ in range(4)]
    for index in range(total):
        one = get(container, index)
        kind = raw.FPDFPageObj_GetType(one)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            count[0] += 1
            if count[0] > _MOST_IMAGES:
                return
            if raw.FPDFPageObj_GetBounds(one, *sides):
                left, bottom, right, top = (side.value for side in sides)
                yield bounds([left, bottom, right, top], matrix)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            own = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(one, own)
            inner = times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
            yield from _images(one, inner, depth + 1, count)


def _is_flat(picture: Image.Image) -> bool:
    """Whether much of it has one shade, as paper, slides and screens have."""
    histogram = picture.histogram()
    near = max(
        sum(histogram[max(0, shade - _SAME_SHADE) : shade + _SAME_SHADE + 1])
        for shade in range(256)
    )
    return near >= _FLAT * sum(histogram)


def _pixels(box: Box, shown: Box, picture: Image.Image) -> tuple[int, int, int, int]:
    """Where a box of the page lies on its picture."""
    across = picture.width / max(1.0, shown[2] - shown[0])
    down = picture.height / max(1.0, shown[3] - shown[1])
    left, top = (box[0] - shown[0]) * across, (shown[3] - box[3]) * down
    right, bottom = (box[2] - shown[0]) * across, (shown[3] - box[1]) * down
    x0 = min(max(0, int(left)), picture.width - 1)
    y0 = min(max(0, int(top)), picture.height - 1)
    return (
        x0, y0, min(picture.width, max(x0 + 1, round(right))),
        min(picture.height, max(y0 + 1, round(bottom))),
    )  # fmt: skip


def _within(box: Box, shown: Box) -> Box:
    return (max(box[0], shown[0]), max(box[1], shown[1]),
            min(box[2], shown[2]), min(box[3], shown[3]))  # fmt: skip


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _holds(box: Box, text: Box) -> bool:
    x, y = (text[0] + text[2]) / 2, (text[1] + text[3]) / 2
    return box[0] < x < box[2] and box[1] < y < box[3]
