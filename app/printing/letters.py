"""Which letters a PDF of ours can show, in which font, and what stands for the others."""

import html
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

REGULAR, BOLD, ITALIC = "Strongroom", "Strongroom-Bold", "Strongroom-Italic"
_FILES = {REGULAR: "Roboto-Regular", BOLD: "Roboto-Bold", ITALIC: "Roboto-Italic"}
# Adobe's fonts for East Asian scripts are named in the PDF and brought by its reader.
_JAPANESE, _CHINESE, _KOREAN = "HeiseiKakuGo-W5", "STSong-Light", "HYGothic-Medium"
_UNKNOWN = "\ufffd"
_SUBSTITUTES = {
    "\u2190": "<-",
    "\u2192": "->",
    "\u21d2": "=>",
    "\u25a0": "\u2022",
    "\u25aa": "\u2022",
    "\u25cf": "\u2022",
    "\u2610": "[ ]",
    "\u2611": "[x]",
    "\u2612": "[x]",
}


@dataclass(frozen=True, slots=True)
class Printable:
    """Text as reportlab's paragraphs read it (escaped XML), and how many letters it lacks."""

    markup: str
    lost: int


def printable(text: str) -> Printable:
    """Escape foreign text for a paragraph; every letter that no font has becomes U+FFFD.

    Control, formatting and reordering characters are left out, so that a file name cannot read
    backwards; a line break stays one.
    """
    known = register_fonts()
    lost = 0
    pieces: list[tuple[str, str]] = []
    for letter in _letters(text):
        shown, font = _place(letter, known)
        lost += shown == _UNKNOWN != letter
        pieces.append((shown, font))
    markup: list[str] = []
    for font, run in groupby(pieces, key=lambda piece: piece[1]):
        escaped = html.escape("".join(shown for shown, _ in run)).replace("\n", "<br/>")
        markup.append(f'<font name="{font}">{escaped}</font>' if font else escaped)
    return Printable("".join(markup), lost)


def _letters(text: str) -> Iterator[str]:
    for letter in unicodedata.normalize("NFC", text.replace("\t", " ")):
        if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cf"}:
            yield letter


def _place(letter: str, known: frozenset[int]) -> tuple[str, str]:
    """What is printed for one letter, and the font's name ("" for the paragraph's own)."""
    if letter == "\n" or ord(letter) in known:
        return letter, ""
    if letter in _SUBSTITUTES:
        return _SUBSTITUTES[letter], ""
    if font := _east_asian(ord(letter)):
        return letter, font
    simple = unicodedata.normalize("NFKC", letter)
    if simple != letter and all(ord(part) in known for part in simple):
        return simple, ""
    return _UNKNOWN, ""


def _east_asian(code: int) -> str:
    if 0x3040 <= code <= 0x30FF:
        return _JAPANESE
    if 0xAC00 <= code <= 0xD7A3:
        return _KOREAN
    if 0x4E00 <= code <= 0x9FFF or 0x3000 <= code <= 0x303F or 0xFF01 <= code <= 0xFF60:
        return _CHINESE
    return ""


@cache
def register_fonts() -> frozenset[int]:
    """Make our fonts known to reportlab, once; return the code points that Roboto can show."""
    import font_roboto
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(font_roboto.__file__).with_name("files")
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, folder / f"{file}.ttf"))
    for name in (_JAPANESE, _CHINESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
        for bold in (0, 1):
            for italic in (0, 1):
                addMapping(name, bold, italic, name)
    for bold, italic, name in ((0, 0, REGULAR), (1, 0, BOLD), (0, 1, ITALIC), (1, 1, BOLD)):
        addMapping(REGULAR, bold, italic, name)
    return frozenset(pdfmetrics.getFont(REGULAR).face.charToGlyph)
