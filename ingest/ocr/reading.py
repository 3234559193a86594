"""How a page was read: what recognition came to, as the catalogue keeps it."""

from ingest.ocr.words import RecognisedPage
from vectorstore.records import PageReading

_LEFT_OUT = 0.15  # of a page's words; of a page that lacks more only a part was read


def reading_of(page: int, recognised: RecognisedPage) -> PageReading:
    """The reading of a page, from 1, whose words were recognised.

    Where there are none the page has nothing to read, as a photograph has none.
    """
    if not recognised.lines:
        empty = recognised._replace(left_out=0)
        return PageReading(page, "text", None, "", empty.packed())
    words = sum(len(line.words) for line in recognised.lines)
    lacks = recognised.left_out > max(1, _LEFT_OUT * (words + recognised.left_out))
    return PageReading(
        page,
        "partly" if lacks else "ocr",
        round(recognised.confidence, 3),
        recognised.text,
        recognised.packed(),
    )
