"""How an OpenDocument file looks: hidden, struck, raised; how its lists are numbered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingest.loaders.colours import WHITE, from_hex, nearly_the_same
from ingest.loaders.notation import Place
from ingest.loaders.office.ooxml import Package, attribute, local
from ingest.loaders.ordinals import lettered, roman

_VARIANT = re.compile(r"(?<=[a-z])\d+$")  # "Wingdings1" is a second entry for the same font
_TINY = 1.5  # points: letters that are there for machines
_DEEPEST = 20  # styles that are based on one another
_LEVELS = 10
_BULLET = "•"


@dataclass(frozen=True, slots=True)
class Look:
    """What a style says of letters; None where it says nothing."""

    hidden: bool | None = None
    struck: bool | None = None
    place: Place | None = None
    size: float | None = None  # points
    colour: str | None = None
    ground: str | None = None
    font: str | None = None

    def over(self, below: "Look") -> "Look":
        """This look, with what it leaves open from the one around it."""
        return Look(*(
            getattr(self, name) if getattr(self, name) is not None else getattr(below, name)
            for name in ("hidden", "struck", "place", "size", "colour", "ground", "font")
        ))  # fmt: skip

    @property
    def unseen(self) -> bool:
        """Whether nobody sees such letters."""
        if self.hidden or (self.size is not None and self.size <= _TINY):
            return True
        letters = from_hex(self.colour or "")
        ground = from_hex(self.ground) if self.ground else WHITE
        return letters is not None and ground is not None and nearly_the_same(letters, ground)


@dataclass(slots=True)
class _Level:
    form: str = "1"
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1  # levels whose numbers stand in it


@dataclass(slots=True)
class Styles:
    """The styles of a file, by their names."""

    looks: dict[str, Look] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)  # of tables and slides that are not shown
    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)

    def look(self, name: str) -> Look:
        """The look of a style with those that it is based on."""
        look = self.looks.get(name, Look())
        for _ in range(_DEEPEST):
            name = self.parents.get(name, "")
            if not name:
                break
            look = look.over(self.looks.get(name, Look()))
        return look


def read_styles(package: Package, content: etree._Element) -> Styles:
    """The styles of a file. Raises LoaderError for a damaged part."""
    styles = Styles()
    for tree in (package.tree("styles.xml"), content):
        for item in () if tree is None else tree.iter():
            name = local(item)
            if name in {"style", "default-style"}:
                _read(item, styles)
            elif name in {"list-style", "outline-style"}:
                key = attribute(item, "name") or "" if name == "list-style" else "outline"
                styles.lists[key] = dict(_levels(item))
    return styles


def _read(item: etree._Element, styles: Styles) -> None:
    name = attribute(item, "name") or ""
    if not name:
        return
    styles.parents[name] = attribute(item, "parent-style-name") or ""
    look = Look()
    for part in item:
        kind = local(part)
        if kind in {"text-properties", "paragraph-properties", "table-cell-properties"}:
            look = _look(part).over(look)
        elif kind == "graphic-properties":
            look = Look(ground=_fill(part)).over(look)
        elif (kind == "table-properties" and attribute(part, "display") == "false") or (
            kind == "drawing-page-properties" and attribute(part, "visibility") == "hidden"
        ):
            styles.hidden.add(name)
    styles.looks[name] = look


def _look(properties: etree._Element) -> Look:
    struck = attribute(properties, "text-line-through-style") or attribute(
        properties, "text-line-through-type"
    )
    position = (attribute(properties, "text-position") or "").split()
    size = (attribute(properties, "font-size") or "").removesuffix("pt")
    display = attribute(properties, "display")
    ground = attribute(properties, "background-color")
    font = attribute(properties, "font-name") or attribute(properties, "font-family")
    return Look(
        hidden=None if display is None else display == "none",
        struck=None if struck is None else struck != "none",
        place=_place(position[0]) if position else None,
        size=float(size) if size.replace(".", "", 1).isdecimal() else None,
        colour=attribute(properties, "color"),
        ground=None if ground == "transparent" else ground,
        font=None if font is None else _VARIANT.sub("", font.strip("'\"")),
    )


def _fill(properties: etree._Element) -> str | None:
    """The colour that a shape is filled with; a name that is no colour where that is a picture."""
    fill = attribute(properties, "fill")
    if fill == "solid":
        return attribute(properties, "fill-color") or "own"
    return None if fill in {None, "none"} else "own"


def _place(position: str) -> Place:
    if position == "super" or (position[:1].isdigit() and not position.startswith("0")):
        return "up"
    return "down" if position == "sub" or position.startswith("-") else "line"


def _levels(style: etree._Element) -> Iterator[tuple[int, _Level]]:
    for item in style:
        number = attribute(item, "level") or ""
        if not number.isdecimal():
            continue
        if local(item) == "list-level-style-bullet":
            yield int(number), _Level(form="bullet")
        elif local(item) in {"list-level-style-number", "outline-level-style"}:
            start = attribute(item, "start-value") or "1"
            shown = attribute(item, "display-levels") or "1"
            yield (
                int(number),
                _Level(
                    attribute(item, "num-format") or "",
                    (attribute(item, "num-prefix") or "")[:40],
                    (attribute(item, "num-suffix") or "")[:40],
                    int(start) if start.isdecimal() and len(start) < 8 else 1,
                    min(int(shown), _LEVELS) if shown.isdecimal() else 1,
                ),
            )


class Counting:
    """Counts the items of lists, and headings, as the styles of the file have it."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._counts: dict[str, list[int | None]] = {}

    def restart(self, style: str) -> None:
        """A list begins anew."""
        self._counts.pop(style, None)

    def label(self, style: str, level: int, value: str | None) -> str:
        """What stands before the next item of a list, at `level` from 1."""
        levels = self._styles.lists.get(style)
        if levels is None:
            return _BULLET if style != "outline" else ""
        level = max(1, min(level, _LEVELS))
        counts = self._counts.setdefault(style, [None] * (_LEVELS + 1))
        own = levels.get(level, _Level(form=""))
        before = counts[level]
        counts[level] = own.start if before is None else before + 1
        if value and value.isdecimal() and len(value) < 8:
            counts[level] = int(value)
        for deeper in range(level + 1, _LEVELS + 1):
            counts[deeper] = None
        if own.form == "bullet":
            return _BULLET
        if not own.form:
            return ""
        numbers = []
        for at in range(max(1, level - own.shown + 1), level + 1):
            one = levels.get(at, _Level())
            count = counts[at]
            if one.form not in {"", "bullet"}:
                numbers.append(_written(one.start if count is None else count, one.form))
        return f"{own.prefix}{'.'.join(numbers)}{own.suffix}".strip()


def _written(number: int, form: str) -> str:
    if form in {"a", "A"}:
        return lettered(number).upper() if form == "A" else lettered(number)
    if form in {"i", "I"}:
        return roman(number) if form == "I" else roman(number).lower()
    return str(number)
