"""Turns recognised lines into the lines and tables of a page, as its own text would give them."""

from statistics import median

from ingest.loaders.pdf.lines import page_blocks
from ingest.loaders.pdf.tables import Line, Table
from ingest.loaders.pdf.text import Run
from ingest.ocr.words import RecognisedPage

_BODY = 10.0  # points that most of a page's text is taken to have
_AS_BODY = 1.25  # times larger or smaller: heights of rows are measured so roughly


def blocks_of(page: RecognisedPage) -> list[Line | Table]:
    """Lines and tables in reading order; coordinates as if most of the text had 10 points."""
    if not page.lines:
        return []
    scale = _scale(page)
    runs: list[Run] = []
    for line in page.lines:
        size = line.size * scale
        if _BODY / _AS_BODY < size < _BODY * _AS_BODY:
            size = _BODY
        y = (page.height - line.baseline) * scale
        for word in line.words:
            left, _, right, _ = word.box
            runs.append(Run(word.text, left * scale, right * scale, y, size, 0, False, False))
    return page_blocks(runs, [])


def edges_of(page: RecognisedPage) -> tuple[float, float]:
    """The page's lower and upper edge, in the coordinates of `blocks_of`; equal for no lines."""
    return (0.0, page.height * _scale(page)) if page.lines else (0.0, 0.0)


def _scale(page: RecognisedPage) -> float:
    """Points a pixel."""
    usual = median(line.size for line in page.lines for word in line.words for _ in word.text)
    return _BODY / max(1.0, usual)
