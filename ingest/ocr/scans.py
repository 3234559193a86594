"""Recognition as loaders are given it: pages one after the other, each with its limit of time."""

from collections.abc import Callable

from PIL import Image

from ingest.ocr.engine import CannotRecognise, Engine, NoRecognition, TookTooLong
from ingest.ocr.page import recognise
from ingest.ocr.words import RecognisedPage
from ingest.sections import Unrecognised


class PageRecogniser:
    """Implements `ingest.sections.Scans`; loads Tesseract for the first page."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is the limit for one page."""
        self._seconds = seconds
        self._engine: Engine | None = None

    def page(self, number: int, draw: Callable[[], Image.Image]) -> RecognisedPage:
        """The words of a page. Raises Unrecognised, and what `draw` raises."""
        try:
            if self._engine is None:
                self._engine = Engine()
            return recognise(self._engine, draw(), self._seconds)
        except NoRecognition as error:
            raise Unrecognised(str(error)) from None
        except CannotRecognise:
            raise Unrecognised("Tesseract cannot work on its picture; save it anew") from None
        except TookTooLong:
            raise Unrecognised(
                f"recognising it takes more than {self._seconds:g} s; raise ingest.seconds"
            ) from None
