"""Decodes the strings of a PDF font: the text and the width of each glyph."""

import re

from pypdf.generic import DictionaryObject
from pypdf.generic._font import Font

_BOLD = re.compile(r"bold|black|heavy|semib|demi|-bd\b|,bd\b", re.I)


class FontFace:
    """A font with the look-ups that showing text needs, made once per document."""

    __slots__ = ("bold", "cache", "composite", "font", "gap", "readable", "scale")

    def __init__(self, resource: DictionaryObject) -> None:
        self.font = Font.from_font_resource(resource)
        descriptor = self.font.font_descriptor
        weight: object = descriptor.weight  # a number, whatever the annotation says
        self.bold = bool(_BOLD.search(self.font.name)) or (
            isinstance(weight, int | float) and weight >= 600
        )
        self.composite = isinstance(self.font.encoding, str)
        self.scale = 0.001
        if self.font.sub_type == "Type3":
            matrix = resource.get("/FontMatrix")
            self.scale = abs(float(matrix[0])) if matrix else 0.001
        space = float(self.font.space_width or 250) * self.scale
        # A gap this wide, in parts of the font size, is a space between words.
        self.gap = max(0.1, min(0.2, 0.55 * space))
        self.readable = self.font.interpretable
        self.cache: dict[str, tuple[str, float]] = {}

    def glyphs(self, data: bytes) -> list[tuple[str, float]]:
        """Text and width (in parts of the font size) of each glyph of a string."""
        font = self.font
        if self.composite:
            codes = data.decode(str(font.encoding), "replace")
        else:
            codes = data.decode("latin-1")
        cache = self.cache
        found = []
        for code in codes:
            glyph = cache.get(code)
            if glyph is None:
                text = code if self.composite else font.encoding.get(ord(code), code)  # type: ignore[union-attr]
                text = font.character_map.get(text, text)
                if code == font.space_char:
                    width = float(font.space_width)
                else:
                    width = float(font.get_text_width(code))
                glyph = cache[code] = (str(text), width * self.scale)
            found.append(glyph)
        return found
