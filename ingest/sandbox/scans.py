"""Recognition inside the sandbox: the parent is asked before each page, and told of each.

The parent knows pages that were recognised before, says which must be left out, or that the
file's scans come later. Frames and replies: see `worker`.
"""

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from ingest.ocr.words import RecognisedPage
from ingest.sections import Unrecognised

if TYPE_CHECKING:
    from PIL import Image

    from ingest.ocr.scans import PageRecogniser


class ReadLater(BaseException):
    """The file's pictures are to be read later, so reading it ends here.

    No Exception: loaders take those for a page's own fault and go on.
    """


class AskedScans:
    """Implements `ingest.sections.Scans` in the worker."""

    def __init__(
        self, send: Callable[[object], None], replies: BinaryIO, seconds: float,
        working: Callable[[float | None], None],
    ) -> None:  # fmt: skip
        """`working` is told how many seconds a page may take; None while the parent decides.

        The parent may let other files go first, for as long as it likes.
        """
        self._send = send
        self._replies = replies
        self._seconds = seconds
        self._working = working
        self._recogniser: PageRecogniser | None = None

    def page(self, number: int, draw: "Callable[[], Image.Image]") -> RecognisedPage:
        self._working(None)
        self._send({"scan": number})
        reply = json.loads(self._replies.readline())
        self._working(self._seconds)
        if "later" in reply:
            raise ReadLater
        if "left_out" in reply:
            raise Unrecognised(str(reply["left_out"]))
        if "known" in reply:
            return page_of(reply["known"])
        told: dict[str, Any] | None = None
        try:
            page = self._recognise(number, draw)
            told = message_of(page)
            return page
        finally:
            self._send({"scanned": told})

    def _recognise(self, number: int, draw: "Callable[[], Image.Image]") -> RecognisedPage:
        if self._recogniser is None:
            # NumPy and Tesseract take 100 MiB: only where there is something to recognise.
            from ingest.ocr.scans import PageRecogniser

            self._recogniser = PageRecogniser(self._seconds)
        return self._recogniser.page(number, draw)


def message_of(page: RecognisedPage) -> dict[str, Any]:
    """A page as JSON."""
    return {
        "words": page.text,
        "layout": base64.b64encode(page.packed()).decode("ascii"),
    }


def page_of(message: dict[str, Any]) -> RecognisedPage:
    """The page of a message. Raises LayoutFault, ValueError or KeyError for another message."""
    layout = base64.b64decode(message["layout"], validate=True)
    return RecognisedPage.unpacked(str(message["words"]), layout)
