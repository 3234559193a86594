"""Characters of the fonts that hold pictures instead of letters: boxes to tick, arrows, Greek."""

import re

_PRIVATE = re.compile("[\uf000-\uf0ff]")
_BOX, _TICKED = "[ ]", "[x]"
_WINGDINGS = {
    0x6F: _BOX, 0x70: _BOX, 0x71: _BOX, 0x72: _BOX, 0xA8: _BOX, 0x78: _TICKED, 0xFD: _TICKED,
    0xFE: _TICKED, 0xFB: "✗", 0xFC: "✓", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "→",
    0xF0: "⇒", 0xA7: "•", 0x6C: "•", 0x6E: "•", 0x76: "•", 0xD8: "•", 0x28: "☎", 0x2A: "✉",
}  # fmt: skip
_WINGDINGS_2 = {
    0x50: "✓", 0x4F: "✗", 0x51: _TICKED, 0x52: _TICKED, 0x53: _TICKED, 0x54: _TICKED, 0xA3: _BOX,
    0x2A: _BOX,
}  # fmt: skip
_SYMBOL = dict(
    zip(
        b"ABCDEFGHIKLMNOPQRSTUWXYZabcdefghiklmnopqrstuwxyz",
        "ΑΒΧΔΕΦΓΗΙΚΛΜΝΟΠΘΡΣΤΥΩΞΨΖαβχδεφγηικλμνοπθρστυωξψζ",
        strict=True,
    )
) | {
    0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xB0: "°",
    0xB7: "•", 0xA5: "∞", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xDE: "⇒", 0xD6: "√",
    0xD5: "∏", 0xE5: "∑", 0xF2: "∫", 0xC6: "∅", 0xCE: "∈", 0xB6: "∂", 0xD1: "∇", 0xA2: "′",
    0x2D: "−",
}  # fmt: skip
_FONTS = {
    "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL, "webdings": {
        0x61: "✓", 0x72: "✗", 0x63: _BOX, 0x67: _BOX, 0x6E: "•",
    },
}  # fmt: skip
# The same where the font is not known: boxes and ticks of Wingdings, the dot of Symbol.
_USUAL = {code: _WINGDINGS[code] for code in (0xA7, 0xA8, 0xD8, 0xFB, 0xFC, 0xFD, 0xFE)} | {
    0xB7: "•"
}
_BOXES = {0xF000 + code: sign for code, sign in _USUAL.items() if sign != "•"}


def symbol(font: str, code: int) -> str:
    """What a character of one of those fonts shows, and " " where that says nothing."""
    return _FONTS.get(font.strip().lower(), _USUAL).get(code & 0xFF, " ")


def with_boxes(text: str) -> str:
    """A text with the boxes and ticks that stand in it as characters for private use."""
    return text.translate(_BOXES)


def in_font(text: str, font: str) -> str:
    """A text in which characters for private use are those of a font with pictures.

    Some programs write its characters as letters: "þ" in Wingdings is a ticked box.
    """
    if table := _FONTS.get(font.strip().lower()):
        return "".join(
            symbol(font, ord(one)) if "\uf000" <= one <= "\uf0ff" else table.get(ord(one), one)
            for one in text
        )
    if not _PRIVATE.search(text):
        return text
    return "".join(symbol(font, ord(one)) if "\uf000" <= one <= "\uf0ff" else one for one in text)
