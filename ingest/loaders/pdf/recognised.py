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
    usual = median(line.size for line in page.lines for word in line.words for _ in word.text)
    scale = _BODY / max(1.0, usual)
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
