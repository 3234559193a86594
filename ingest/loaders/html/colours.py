"""Reads the colours of style sheets and of old HTML attributes."""

import colorsys
import re

from PIL import ImageColor

from ingest.loaders.colours import Colour, from_hex

_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^)]{0,200})\)", re.IGNORECASE)
_NUMBER = re.compile(r"(-?(?:\d++(?:\.\d++)?|\.\d++))(%?)")
_ANY = re.compile(r"(?:rgb|hsl)a?\([^)]{0,200}\)|#[0-9a-f]{3,8}\b|(?<![-\w])[a-z]+(?![-\w(])", re.I)


def colour(written: str) -> tuple[Colour, float] | None:
    """A colour and how opaque it is, 0 to 1; None for what is none, or is not understood."""
    text = written.strip().lower()
    if text == "transparent":
        return (0, 0, 0), 0.0
    if found := _FUNCTION.fullmatch(text):
        return _of_function(found[1], found[2])
    named = ImageColor.colormap.get(text, text)
    if isinstance(named, tuple):  # that map remembers what it looked up
        return (named[0], named[1], named[2]), 1.0
    code = named.lstrip("#")
    alpha = 1.0
    if len(code) in {4, 8} and re.fullmatch(r"#[0-9a-f]+", text):
        part = len(code) // 4
        alpha = int(code[-part:] * (2 // part), 16) / 255
        code = code[:-part]
    solid = from_hex(code)
    return (solid, alpha) if solid else None


def colours_in(written: str) -> list[tuple[Colour, float]]:
    """Every colour in a value of several words, a `background` or a gradient, in their order."""
    return [found for word in _ANY.findall(written) if (found := colour(word))]


def mixed(front: Colour, alpha: float, ground: Colour) -> Colour:
    """What shows where a colour that opaque lies on a ground."""
    red, green, blue = (
        round(a * alpha + b * (1 - alpha)) for a, b in zip(front, ground, strict=True)
    )
    return red, green, blue


def _of_function(kind: str, inside: str) -> tuple[Colour, float] | None:
    numbers = [(float(number), unit == "%") for number, unit in _NUMBER.findall(inside)]
    if len(numbers) not in {3, 4}:
        return None
    alpha = numbers[3][0] / (100 if numbers[3][1] else 1) if len(numbers) == 4 else 1.0
    if kind == "hsl":
        hue, saturation, light = (number for number, _ in numbers[:3])
        parts = colorsys.hls_to_rgb(
            hue % 360 / 360, min(max(light, 0), 100) / 100, min(max(saturation, 0), 100) / 100
        )
    else:
        parts = tuple(number / (100 if share else 255) for number, share in numbers[:3])  # type: ignore[assignment]
    red, green, blue = (round(255 * min(max(part, 0), 1)) for part in parts)
    return (red, green, blue), min(max(alpha, 0), 1)
