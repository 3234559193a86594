"""Which colours nobody tells apart: text in the colour of its ground is hidden text."""

import re

Colour = tuple[int, int, int]  # red, green, blue, each 0 to 255
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
_NEARLY = 16  # of 255 in each part: #f0f0f0 on white cannot be read
_HEX = re.compile(r"#?(?:[0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)


def nearly_the_same(foreground: Colour, background: Colour) -> bool:
    """Whether text of one colour on a ground of the other shows to nobody."""
    return all(abs(a - b) <= _NEARLY for a, b in zip(foreground, background, strict=True))


def from_hex(written: str) -> Colour | None:
    """`FEFEFE`, `#fefefe` or `#fff` as a colour; None for any other writing ("auto", "red")."""
    if not _HEX.fullmatch(written.strip()):
        return None
    code = written.strip().lstrip("#")
    code = code if len(code) == 6 else "".join(letter * 2 for letter in code)
    return int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)
