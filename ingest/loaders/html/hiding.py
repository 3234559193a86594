"""Which values of style properties make an element show nothing of itself."""

import re

_LENGTH = re.compile(
    r"(-?\s*+(?:\d++(?:\.\d++)?|\.\d++))\s*+(px|pt|em|rem|ex|ch|pc|mm|cm|in|vw|vh|%)?"
)
_PIXELS = {"pt": 1.33, "rem": 16, "pc": 16, "mm": 3.78, "cm": 37.8, "in": 96, "vw": 12.8, "vh": 8}
_OF_LETTERS = {"em": 1.0, "ex": 0.5, "ch": 0.5}
_WINDOW = 1280.0  # pixels, for shares of something whose size is not known
_SHRUNK = re.compile(
    r"scale[xy3d]*\(\s*(?:0|0?\.0\d*)\s*[,)]|translate[xyz3d]*\([^)]{0,200}-\s*\d{3,}|^(?:0|0?\.0\d*)$"
)
_CLIPPED = re.compile(r"inset\(\s*(?:100|[5-9]\d)%|circle\(\s*0|polygon\(\s*0[^1-9]{0,200}\)")
_FILTERED = re.compile(r"opacity\(\s*(?:0?\.0\d*|[0-9]%|0)\s*\)")
_RECTANGLE = re.compile(r"rect\(([^)]{0,200})\)")
FAINT = 0.1  # how opaque text must be at least to be read
TINY = 2.0  # pixels of letters, and of boxes that cut off what does not fit
_AWAY, _FAR_AWAY = 99, 999  # pixels
USUAL_SIZE = 16.0  # pixels of a font, where a page says nothing
_HIDING = {"display": "none", "content-visibility": "hidden", "mso-hide": "all"}
_SHOWING_NOTHING = {
    "transform": _SHRUNK,
    "scale": _SHRUNK,
    "clip-path": _CLIPPED,
    "filter": _FILTERED,
}
_MARGINS = ("margin-top", "margin-left", "margin-right")
_OVERFLOWS = ("overflow", "overflow-x", "overflow-y")
_BOXES = ("width", "height", "max-width", "max-height")


def is_gone(values: dict[str, str], size: float) -> bool:
    """Whether an element, its letters of that size, shows nothing of what stands in it."""
    get = values.get
    if any(get(name) == value for name, value in _HIDING.items()):
        return True
    if any(pattern.search(get(name, "")) for name, pattern in _SHOWING_NOTHING.items()):
        return True
    return _is_faint(get("opacity", "1")) or _is_cut_off(values, size) or _is_away(values, size)


def is_flat(values: dict[str, str], size: float) -> bool:
    """Whether a box that cuts off all that does not fit is too small to show a word."""
    return any(_is_below(values.get(name, ""), TINY, size) for name in _BOXES)


def _is_cut_off(values: dict[str, str], size: float) -> bool:
    if found := _RECTANGLE.match(values.get("clip", "")):
        edges = [_pixels(edge, size) for edge in re.split(r"[\s,]+", found[1].strip())]
        if all(edge is not None and edge < TINY for edge in edges):
            return True
    cuts = any(values.get(name, "visible")[:4] in {"hidd", "clip"} for name in _OVERFLOWS)
    return cuts and is_flat(values, size)


def _is_away(values: dict[str, str], size: float) -> bool:
    """Whether an element stands off the page, so far that no design asks for it."""
    far = {"text-indent": _AWAY, **dict.fromkeys(_MARGINS, _FAR_AWAY)}
    position = values.get("position", "static")
    if position != "static":
        out_of_flow = position in {"absolute", "fixed"}
        far |= dict.fromkeys(("top", "right", "bottom"), _AWAY if out_of_flow else _FAR_AWAY)
        far["left"] = _AWAY
    return any(_is_below(values.get(name, ""), -limit, size) for name, limit in far.items())


def _is_faint(written: str) -> bool:
    found = re.match(r"(\d+(?:\.\d+)?|\.\d+)(%?)", written)
    return bool(found) and float(found[1]) * (0.01 if found[2] else 1) < FAINT  # type: ignore[index]


def _is_below(written: str, limit: float, size: float) -> bool:
    pixels = _pixels(written, size)
    return pixels is not None and pixels < limit


def font_size(written: str, above: float) -> float:
    """A font's size in pixels; that of the text around it where none is understood."""
    if written and written[0].isalpha():
        return above if written in {"inherit", "unset", "smaller", "larger"} else USUAL_SIZE
    pixels = _pixels(written, above, above)
    return above if pixels is None else pixels


def _pixels(written: str, letters: float, whole: float = _WINDOW) -> float | None:
    """A length for letters of that size; its shares are shares of `whole`."""
    found = _LENGTH.fullmatch(written.strip())
    if not found:
        return None
    unit, number = found[2] or "px", float(found[1].replace(" ", ""))
    if unit == "%":
        return number * whole / 100
    return number * (_OF_LETTERS[unit] * letters if unit in _OF_LETTERS else _PIXELS.get(unit, 1))
