"""Decodes the strings of a PDF font: the text and the width of each glyph."""

import re
import struct
from collections.abc import Iterable
from typing import Any

from pypdf._cmap import _parse_encoding
from pypdf._codecs.adobe_glyphs import adobe_glyphs
from pypdf.generic import DictionaryObject
from pypdf.generic._font import Font

from ingest.loaders.pdf.direction import as_seen

_SYMBOLIC, _USUAL_LETTERS = 4, 32  # flags of a font
_LEAST_EM, _LARGEST_EM = 0.3, 3.0  # between them the font's size is taken at its word
_UNICODE_NAME = re.compile(r"/(?:uni|u)((?:0[0-9A-F]|[1-9A-F][0-9A-F])[0-9A-F]{2})")
_BOLD = re.compile(r"bold|black|heavy|semib|demi|-bd\b|,bd\b", re.I)


class FontFace:
    """A font with the look-ups that showing text needs, made once per document."""

    __slots__ = (
        "bold",
        "built_in",
        "cache",
        "composite",
        "em",
        "font",
        "gap",
        "incomplete",
        "named",
        "readable",
        "scale",
        "unmapped",
    )

    def __init__(self, resource: DictionaryObject) -> None:
        self.font = Font.from_font_resource(resource)
        descriptor = self.font.font_descriptor
        weight: object = descriptor.weight  # a number, whatever the annotation says
        self.bold = bool(_BOLD.search(self.font.name)) or (
            isinstance(weight, int | float) and weight >= 600
        )
        # A simple font has codes of one byte, even where its encoding has a composite font's name.
        self.composite = (
            isinstance(self.font.encoding, str) and resource.get("/Subtype") == "/Type0"
        )
        # Without a map to Unicode, or with codes by a map of the file's own, pypdf gives the codes
        # as letters. pdfium knows the letters of Adobe's collections, and where it has to guess.
        self.unmapped = resource.get("/Subtype") == "/Type0" and (
            not self.font.character_map or not isinstance(resource.get("/Encoding"), str)
        )
        self.incomplete = False  # a code was shown whose letters only the font's file knows
        self.built_in = resource.get("/Subtype") == "/TrueType" and not (
            "/ToUnicode" in resource or "/Encoding" in resource
        )
        self.named = _named_letters(resource)
        self.scale = 0.001
        self.em = 1.0  # height of the letters, in parts of the font size
        if self.font.sub_type == "Type3":
            matrix = resource.get("/FontMatrix")
            self.scale = abs(float(matrix[0])) if matrix else 0.001
            self.em = _em_of_type3(resource, matrix)
        space = float(self.font.space_width or 250) * self.scale
        # A gap this wide, in parts of the font size, is a space between words.
        self.gap = max(0.1, min(0.2, 0.55 * space))
        self.readable = self.font.interpretable
        self.cache: dict[str, tuple[str, float]] = {}

    def glyphs(self, data: bytes) -> list[tuple[str, float]]:
        """Text and width (in parts of the font size) of each glyph of a string."""
        font = self.font
        codes: Iterable[str]
        if not self.composite:
            codes = data.decode("latin-1")
        elif font.encoding == "utf-16-be":  # two bytes a code; surrogates are codes as well
            codes = map(chr, struct.unpack(f">{len(data) // 2}H", data[: len(data) & ~1]))
        else:
            codes = data.decode(str(font.encoding), "replace")
        cache = self.cache
        found = []
        for code in codes:
            glyph = cache.get(code)
            if glyph is None:
                text = self._letters(code)
                if code == font.space_char:
                    width = float(font.space_width)
                else:
                    width = float(font.get_text_width(code))
                glyph = cache[code] = (as_seen(str(text)), width * self.scale)
            found.append(glyph)
        return found

    def _letters(self, code: str) -> str:
        """What one code of a string says."""
        font = self.font
        if isinstance(font.encoding, str):
            if self.composite and code not in font.character_map:
                self.incomplete = True
            return str(font.character_map.get(code, code))
        if letters := self.named.get(ord(code)):
            return letters
        if self.built_in and not code.isascii():
            self.incomplete = True
        text = str(font.encoding.get(ord(code), code))
        text = str(font.character_map.get(text, text))
        return _of_glyph_name(text) or code if _is_glyph_name(text) else text


def _named_letters(resource: Any) -> dict[int, str]:
    """Code -> letters, where the encoding that the file names counts, and not the font's own.

    pypdf lets the built-in encoding of an embedded Type 1 font win. The standard has it the other
    way round (ISO 32000-1, 9.6.6.1): what a file's `/Differences` or `/BaseEncoding` say counts,
    and a named encoding for fonts of usual letters. A map to Unicode is above all of them.
    """
    if "/ToUnicode" in resource or resource.get("/Subtype") not in {"/Type1", "/MMType1"}:
        return {}
    if "/FontDescriptor" not in resource or "/Encoding" not in resource:
        return {}
    encoding = resource["/Encoding"]
    letters = _parse_encoding(resource)
    if isinstance(letters, str):
        return {}
    if isinstance(encoding, str):
        flags = resource["/FontDescriptor"].get("/Flags", _SYMBOLIC)
        if not flags & _USUAL_LETTERS or flags & _SYMBOLIC:
            return {}
        codes = set(letters)
    elif "/BaseEncoding" in encoding:
        codes = set(letters)
    else:
        codes = _differing(encoding.get("/Differences", ()))
    named = {code: letters[code] for code in codes if code in letters}
    plain = {
        code: _of_glyph_name(text) if _is_glyph_name(text) else text for code, text in named.items()
    }
    return {code: text for code, text in plain.items() if text and text != ".notdef"}


def _differing(differences: Any) -> set[int]:
    """The codes that a `/Differences` array names: a code, then names for it and those after."""
    codes = set()
    code = 0
    for one in differences.get_object() if differences else ():
        if isinstance(one, int):
            code = one
        else:
            codes.add(code)
            code += 1
    return codes


def _is_glyph_name(text: str) -> bool:
    return len(text) > 1 and text[0] == "/"


def _of_glyph_name(name: str) -> str:
    """The letters of a glyph name that pypdf leaves, such as "/three.os" or "/uni00E4".

    By the rules of the Adobe Glyph List; "" for a name that only its font knows.
    """
    plain = name.split(".", maxsplit=1)[0]
    if letters := "".join(str(adobe_glyphs.get(f"/{part}", "")) for part in plain[1:].split("_")):
        return letters
    if match := _UNICODE_NAME.fullmatch(plain):
        return chr(int(match[1], 16))
    return ""


def _em_of_type3(resource: Any, matrix: Any) -> float:
    """How high the letters of a Type 3 font are; 1.0 where its box does not say it."""
    if "/FontBBox" not in resource or not matrix:
        return 1.0
    box = resource["/FontBBox"]
    em = abs(float(box[3]) - float(box[1])) * abs(float(matrix[3]))
    return em if em and not _LEAST_EM <= em <= _LARGEST_EM else 1.0
