"""Reads style sheets and inline styles: rules, and each property's last word."""

# Our own, as tinycss2 takes five times as long for a sheet, and recurses for every bracket within
# a bracket when it gives a value back as text, which is the form that we compare.

import re
from collections.abc import Iterator
from typing import NamedTuple

from ingest.loaders.colours import WHITE, nearly_the_same
from ingest.loaders.html.colours import colour
from ingest.loaders.html.hiding import FAINT, TINY, USUAL_SIZE, font_size, is_gone
from ingest.loaders.html.selectors import Selector, selectors

_QUOTED_OR_COMMENT = re.compile(  # a string that is not closed ends with its line
    r"/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?", re.S
)
_ESCAPED = re.compile(r"\\([0-9a-f]{1,6})\s?", re.IGNORECASE)
_STEP = re.compile(r"(?<![^{};])([^{};]*+)([{};])")
_BRACE = re.compile(r"[{}]")
_SIDES = ("top", "right", "bottom", "left")
_SIZE_WORD = re.compile(
    r"(?:0|(?:\d++(?:\.\d++)?|\.\d++)(?:px|pt|em|rem|ex|ch|pc|mm|cm|in|vw|vh|%))(?=/|$)"
)
_WIDTH = re.compile(r"\(\s*(min|max)-width\s*:\s*([\d.]+)(px|em|rem)\s*\)", re.IGNORECASE)
_WINDOW = 1280  # pixels: the window a page is taken to be read in
_USED = re.compile(
    r"display|visibility|position|overflow(?:-[xy])?|opacity|color|background(?:-color|-image|-clip)?"
    r"|-webkit-(?:background-clip|text-fill-color)|(?:max-)?(?:width|height)|inset|top|right|bottom"
    r"|left|margin(?:-top|-right|-bottom|-left)?|text-indent|font(?:-size)?|clip(?:-path)?|filter"
    r"|transform|scale|content-visibility|mso-hide|text-decoration(?:-line)?|vertical-align"
    r"|list-style(?:-type)?|counter-(?:reset|increment)|content|text-shadow|font-variant-position"
    r"|-webkit-text-stroke(?:-color)?"
)
_GENERATED = re.compile(r"::?(before|after)$", re.IGNORECASE)
_AS_WRITTEN = frozenset(("content", "counter-reset", "counter-increment"))
_MOST_RULES = 5_000
_MOST_NESTED = 8  # blocks around a rule

Declared = tuple[str, str, bool]  # property, value, both in lower case; whether it is !important


class Rule(NamedTuple):
    selector: Selector
    declared: tuple[Declared, ...]


def rules(sheet: str) -> Iterator[Rule]:
    """The rules of a sheet, in their order, that hold on a screen and bear on what is seen."""
    text = _plain(sheet).replace("<!--", " ").replace("-->", " ")
    for number, (written, block) in enumerate(_blocks(text, 0)):
        if number >= _MOST_RULES:
            return
        if not (declared := tuple(declarations(block))):
            continue
        own = [one for one in written.split(",") if not _GENERATED.search(one.strip())]
        if len(own) < written.count(",") + 1:
            yield from _generated(written, declared)
        seen = tuple(one for one in declared if one[0] != "content")
        for selector in selectors(",".join(own)) if seen else ():
            yield Rule(selector, seen)


def _generated(written: str, declared: tuple[Declared, ...]) -> Iterator[Rule]:
    """What is written before and after the text of elements, by `::before` and `::after`.

    Words that the same rule hides are not; numbers of counters are.
    """
    values = dict(one[:2] for one in declared)
    gone = is_gone(values, USUAL_SIZE) or values.get("visibility") in {"hidden", "collapse"}
    hidden = gone or _hides(values)
    for one in written.split(","):
        if not (found := _GENERATED.search(one.strip())):
            continue
        where = found[1].lower()
        said = tuple(
            (where if name == "content" else name, value, important)
            for name, value, important in declared
            if (name == "content" and not (hidden and "counter" not in value))
            or (name == "counter-increment" and where == "before")
        )
        if gone and "content" not in values:
            said = (*said, (where, "none", False))  # another rule's words
        for selector in selectors(one.strip()[: found.start()]) if said else ():
            yield Rule(selector, said)


def _hides(values: dict[str, str]) -> bool:
    """Whether a rule makes what it writes tiny or clear, or white without a ground of its own."""
    if font_size(values.get("font-size", ""), USUAL_SIZE) < TINY:
        return True
    tint, opaque = colour(values.get("color", "")) or ((0, 0, 0), 1.0)
    has_ground = "background-color" in values or "background-image" in values
    return opaque < FAINT or (nearly_the_same(tint, WHITE) and not has_ground)


def declarations(style: str) -> Iterator[Declared]:
    """What a style says, shorthands taken apart; only of properties that bear on what is read."""
    for one in _plain(style).split(";"):
        name, _, value = one.partition(":")
        name, value = name.strip().lower(), " ".join(value.split())
        if not _USED.fullmatch(name):
            continue
        if name not in _AS_WRITTEN:
            value = value.lower()
        value, important, _ = value.partition("!")
        for part, of in _taken_apart(name, value.strip()):
            if of:
                yield part, of, bool(important)


def for_screens(media: str) -> bool:
    """Whether a list of media, from a sheet or a `media` attribute, takes in a usual screen."""
    return any(_is_screen(one.strip().lower()) for one in media.split(","))


def _is_screen(query: str) -> bool:
    for kind, number, unit in _WIDTH.findall(query):
        width = float(number or 0) * (1 if unit.lower() == "px" else 16)
        if (width > _WINDOW) if kind.lower() == "min" else (width < _WINDOW):
            return False
    words = _WIDTH.sub(" ", query).replace(" and ", " ").split()
    return " ".join(words) in {"", "all", "screen", "only screen", "only all", "not print", "and"}


def _taken_apart(name: str, value: str) -> Iterator[tuple[str, str]]:
    if name == "background":
        yield "background-image", value if "url(" in value or "gradient(" in value else "none"
        yield "background-color", value
        yield "background-clip", "text" if re.search(r"\btext\b", value) else "border-box"
    elif name in {"margin", "inset"} and (values := value.split()):
        order = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1)}.get(len(values), (0, 1, 2, 3))
        for side, number in zip(_SIDES, order, strict=True):
            yield side if name == "inset" else f"margin-{side}", values[number]
    elif name == "font":
        sizes = (found[0] for word in value.split() if (found := _SIZE_WORD.match(word)))
        yield "font-size", next(sizes, "medium")
    elif name == "text-decoration":
        yield "text-decoration-line", value
    elif name == "list-style":
        yield "list-style-type", value
    else:
        yield "background-clip" if name == "-webkit-background-clip" else name, value


def _plain(text: str) -> str:
    """Style text without comments, escapes, and what would be taken for an end within quotes."""
    text = _ESCAPED.sub(lambda code: chr(min(int(code[1], 16), 0x10FFFF)), text)
    return _QUOTED_OR_COMMENT.sub(
        lambda found: "" if found[0][0] == "/" else re.sub(r"[{};]", " ", found[0]), text
    )


def _blocks(text: str, depth: int) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of each rule, those of groups that hold on a screen included."""
    at = 0
    while step := _STEP.match(text, at):
        at = step.end()
        if step[2] != "{":
            continue
        end = _end_of_block(text, at)
        before, inside = step[1].strip(), text[at:end]
        at = end + 1
        if not before.startswith("@"):
            yield before, inside.partition("{")[0]
        elif depth < _MOST_NESTED and _holds(before.lower()):
            yield from _blocks(inside, depth + 1)


def _holds(group: str) -> bool:
    name, _, condition = group.partition(" ")
    if name.startswith("@media"):
        return for_screens(f"{name[6:]} {condition}")
    return name == "@layer" or (
        name.startswith("@supports") and not condition.strip().startswith("not")
    )


def _end_of_block(text: str, at: int) -> int:
    depth = 1
    for brace in _BRACE.finditer(text, at):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    return len(text)
