"""What was recognised on a picture: words in lines, how surely, and where they are to be seen."""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

UNITS = 10_000  # of a page's width or height, as the drawn page's boxes are counted

_VERSION = 1
_HEAD = struct.Struct("<B3H6f")  # version, width, height, left out, to the seen page
_LINE = struct.Struct("<3H")  # words, size, baseline
_WORD = struct.Struct("<4HB")  # left, top, right, bottom, confidence in hundredths

Box = tuple[int, int, int, int]  # left, top, right, bottom
Affine = tuple[float, float, float, float, float, float]  # x' = a x + b y + c; y' = d x + e y + f


class LayoutFault(ValueError):
    """Stored places of words that do not belong to their text."""


class Word(NamedTuple):
    """A word without spaces. `box` is in pixels of the upright picture; `confidence` 0 to 1."""

    text: str
    box: Box
    confidence: float


class TextLine(NamedTuple):
    """Words on one baseline; `size` is about that of the font, both in pixels."""

    words: tuple[Word, ...]
    baseline: int
    size: int

    @property
    def text(self) -> str:
        """The words, parted by single spaces."""
        return " ".join(word.text for word in self.words)


class RecognisedPage(NamedTuple):
    """The lines of a picture in reading order.

    `width` and `height` are those of the upright picture, in pixels; `to_seen` leads from there
    to the page as people see it, whose width and height are 1.
    """

    lines: tuple[TextLine, ...]
    width: int
    height: int
    to_seen: Affine
    left_out: int = 0  # words that were too uncertain to be kept

    @property
    def text(self) -> str:
        """A line of text for each line of the picture."""
        return "\n".join(line.text for line in self.lines)

    @property
    def confidence(self) -> float:
        """The mean of the words, weighed by their letters, 0 to 1; 0 for a page without."""
        return mean_confidence(word for line in self.lines for word in line.words)

    def packed(self) -> bytes:
        """All but the text, for `unpacked`."""
        parts = [
            _HEAD.pack(_VERSION, self.width, self.height, min(self.left_out, 65_535), *self.to_seen)
        ]
        for line in self.lines:
            parts.append(_LINE.pack(len(line.words), line.size, line.baseline))
            parts += (_WORD.pack(*word.box, round(word.confidence * 100)) for word in line.words)
        return b"".join(parts)

    @classmethod
    def unpacked(cls, text: str, layout: bytes) -> Self:
        """The page whose `text` and `packed()` these are. Raises LayoutFault."""
        try:
            version, width, height, left_out, *numbers = _HEAD.unpack_from(layout)
            at = _HEAD.size
            lines = []
            for written in text.split("\n") if text else ():
                count, size, baseline = _LINE.unpack_from(layout, at)
                at += _LINE.size
                words = []
                for word in written.split(" "):
                    *box, hundredths = _WORD.unpack_from(layout, at)
                    at += _WORD.size
                    left, top, right, bottom = box
                    words.append(Word(word, (left, top, right, bottom), hundredths / 100))
                if len(words) != count:
                    raise LayoutFault("a line has other words than places")
                lines.append(TextLine(tuple(words), baseline, size))
        except struct.error as error:
            raise LayoutFault(str(error)) from None
        if version != _VERSION or at != len(layout):
            raise LayoutFault("places of words in another form")
        a, b, c, d, e, f = numbers
        return cls(tuple(lines), width, height, (a, b, c, d, e, f), left_out)

    def seen(self) -> tuple[str, list[Box]]:
        """The text, and for each character of it the box of its word on the page as it is seen.

        In ten-thousandths of the page's width and height, as pages of PDF files are drawn with.
        """
        letters: list[str] = []
        boxes: list[Box] = []
        for line in self.lines:
            for word in line.words:
                if letters:
                    letters.append("\n" if word is line.words[0] else " ")
                    boxes.append((0, 0, 0, 0))
                letters.append(word.text)
                boxes += [self._seen_box(word.box)] * len(word.text)
        return "".join(letters), boxes

    def _seen_box(self, box: Box) -> Box:
        a, b, c, d, e, f = self.to_seen
        corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        across = [a * x + b * y + c for x, y in corners]
        down = [d * x + e * y + f for x, y in corners]
        return (_units(min(across)), _units(min(down)), _units(max(across)), _units(max(down)))


def mean_confidence(words: Iterator[Word] | Sequence[Word]) -> float:
    """The mean of the words' confidence, weighed by their letters, 0 to 1."""
    letters = total = 0.0
    for word in words:
        letters += len(word.text)
        total += len(word.text) * word.confidence
    return total / letters if letters else 0.0


def _units(share: float) -> int:
    return min(UNITS, max(0, round(share * UNITS)))
