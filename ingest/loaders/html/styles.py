"""What a page's styles do to its words: hide, strike through, raise or number them.

By its own style sheets, inline, or in the colour of the ground.
"""

import re
from collections.abc import Iterable
from functools import lru_cache, partial
from itertools import islice, takewhile
from operator import is_not
from typing import NamedTuple

from lxml import etree

from ingest.loaders.colours import WHITE, Colour, from_hex, nearly_the_same
from ingest.loaders.html.colours import colour, colours_in, mixed
from ingest.loaders.html.css import Declared, Rule, declarations, rules
from ingest.loaders.html.hiding import FAINT, TINY, USUAL_SIZE, font_size, is_flat, is_gone
from ingest.loaders.notation import Place

_NEAR = 6  # elements that text stands in, and in which a picture is looked for
_PICTURES = ("img", "picture", "video", "canvas", "svg")
_MOST_PICTURES = 20
_KEPT = 10_000  # elements whose look is remembered

_BROWSERS_OWN = {  # what a browser shows of its own accord
    "mark": (("color", "#000", False), ("background-color", "#ff0", False)),
    "input": (("color", "#000", False), ("background-color", "#fff", False)),
    "textarea": (("color", "#000", False), ("background-color", "#fff", False)),
    **dict.fromkeys(("s", "strike", "del"), (("text-decoration-line", "line-through", False),)),
    "sup": (("vertical-align", "super", False),),
    "sub": (("vertical-align", "sub", False),),
}
_PLACES: dict[str, Place] = {"super": "up", "text-top": "up", "sub": "down"}
_MOVED = re.compile(r"(-)?0?\.[1-7]\d*em$")  # a part of a letter up or down
_MARKERS = re.compile(
    r"\b(none|decimal-leading-zero|decimal|lower-alpha|lower-latin|upper-alpha|upper-latin"
    r"|lower-roman|upper-roman|disc|circle|square)\b"
)
_MARKED = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}


_PLAIN_EDGE = 0.3  # how opaque a shadow must be to be seen
_INK = {"body": "text", "font": "color"}  # attributes that colour text


class Look(NamedTuple):
    """How an element's own text shows; a part that cannot be told is None."""

    gone: bool = False  # with everything in it, whatever that says of itself
    visible: bool = True
    size: float = USUAL_SIZE  # pixels
    colour: Colour | None = (0, 0, 0)
    opaque: float = 1.0  # that colour, 0 to 1
    ground: Colour | None = WHITE
    edge: Colour | None = None  # of a shadow or a line around its letters
    struck: bool = False
    place: Place = "line"
    marker: str = ""  # of items of lists: "none", "lower-alpha" and so on
    reset: str = ""  # counters, as they are written
    increment: str = ""
    before: str = ""  # what is written before the element's own text
    after: str = ""
    display: str = ""

    @property
    def unseen(self) -> bool:
        """Whether nobody can read the text that stands in the element itself."""
        if self.gone or not self.visible or self.size < TINY:
            return True
        if self.colour is None or self._has_an_edge():
            return False
        if self.opaque < FAINT or self.ground is None:
            return self.opaque < FAINT
        ink = self.colour
        if self.opaque < 1:
            ink = mixed(ink, self.opaque, self.ground)
        return nearly_the_same(ink, self.ground)

    def _has_an_edge(self) -> bool:
        """Whether letters of the ground's colour are seen by what is around them."""
        if self.edge is None:
            return False
        return self.ground is None or not nearly_the_same(self.edge, self.ground)


class Styles:
    """The style sheets of a page, and how each of its elements looks under them."""

    def __init__(self, sheets: Iterable[str]) -> None:
        self._rules: dict[str, list[tuple[int, frozenset[str], Rule]]] = {}
        self.counts = False  # whether a sheet counts elements, or writes before or after them
        self.tables = False  # whether a sheet makes tables of elements
        every = (rule for sheet in sheets for rule in rules(sheet))
        for count, rule in enumerate(every):
            kept = self._rules.setdefault(rule.selector.key, [])
            self.tables = self.tables or any(
                name == "display" and "table" in value for name, value, _ in rule.declared
            )
            self.counts = self.counts or any(
                name in {"before", "after"} for name, _, _ in rule.declared
            )
            kept.append((count, rule.selector.around, rule))
        self._looks: dict[etree._Element, Look] = {}
        self._above: dict[etree._Element | None, frozenset[str]] = {None: frozenset()}
        self._overlaid: dict[etree._Element, bool] = {}

    def may_be_over_a_picture(self, element: etree._Element) -> bool:
        """Whether the page lays text near this element over a picture, or a picture below it.

        Asked for letters that have the colour of their ground alone, as it takes long.
        """
        is_placed = self._is_placed(element)
        for _, above in zip(range(_NEAR), element.iterancestors(), strict=False):
            if above.tag in {"body", "html"}:
                return False
            if above not in self._overlaid:
                pictures = list(islice(above.iter(*_PICTURES), _MOST_PICTURES))
                # What holds a picture may be what is placed: below it, between it and the text.
                self._overlaid[above] = any(
                    self._is_placed(one)
                    for picture in pictures
                    for one in (
                        picture,
                        *takewhile(partial(is_not, above), picture.iterancestors()),
                    )
                )
            if self._overlaid[above]:
                return True
            if is_placed and next(above.iter(*_PICTURES), None) is not None:
                return True
            is_placed = is_placed or self._is_placed(above)
        return False

    def shows_nothing(self, frame: etree._Element) -> bool:
        """Whether nobody can see the page that stands in a frame."""
        look = self.look(frame)
        sizes = {name: str(frame.get(name) or "") for name in ("width", "height")}
        values = sizes | dict(self._values(frame))
        return look.gone or not look.visible or is_flat(values, look.size)

    def _is_placed(self, element: etree._Element) -> bool:
        return dict(self._values(element)).get("position") in {"absolute", "fixed"}

    def look(self, element: etree._Element) -> Look:
        """How an element looks, from its own styles and from those it stands in."""
        if (known := self._looks.get(element)) is not None:
            return known
        above = element.getparent()
        look = _within(self.look(above) if above is not None else Look(), self._values(element))
        if len(self._looks) > _KEPT:
            self._looks.clear()
            self._above = {None: frozenset()}
        self._looks[element] = look
        return look

    def _values(self, element: etree._Element) -> tuple[tuple[str, str], ...]:
        """Each property's value after all that bears on the element had its say."""
        found: list[tuple[tuple[bool, int, tuple[int, int, int], int], tuple[Declared, ...]]] = []
        if hints := (*_BROWSERS_OWN.get(str(element.tag), ()), *_hints(element)):
            found.append(((False, 0, (0, 0, 0), 0), hints))
        for key in _keys(element) if self._rules else ():
            for number, around, rule in self._rules.get(key, ()):
                if around <= self._around(element) and rule.selector.matches(element):
                    found.append(((False, 1, rule.selector.weight, number), rule.declared))
        if own := element.get("style"):
            found.append(((False, 2, (0, 0, 0), 0), _said(str(own))))
        if not found:
            return ()
        found.sort(key=lambda one: one[0])
        values = {name: value for _, said in found for name, value, _ in said}
        for _, said in found:
            values.update((name, value) for name, value, important in said if important)
        return tuple(values.items())

    def _around(self, element: etree._Element) -> frozenset[str]:
        """Keys of all elements that this one stands in."""
        above = element.getparent()
        if above not in self._above:
            self._above[above] = self._around(above).union(_keys(above))
        return self._above[above]


@lru_cache(maxsize=1_000)
def _said(style: str) -> tuple[Declared, ...]:
    return tuple(declarations(style))


def _keys(element: etree._Element) -> list[str]:
    keys = ["*", str(element.tag)]
    if identity := element.get("id"):
        keys.append(f"#{identity}")
    keys += {f".{one}" for one in str(element.get("class") or "").split()}
    return keys


def _hints(element: etree._Element) -> list[Declared]:
    """What attributes other than `style` say of an element's look."""
    said: list[Declared] = []
    name, attributes = str(element.tag), element.attrib
    if not attributes:
        return said
    if name == "a" and "href" in attributes:
        said.append(("color", "#0000ee", False))
    if str(attributes.get("hidden", "until-found")).lower() != "until-found":
        said.append(("display", "none", False))
    if name in _INK and (written := attributes.get(_INK[name])):
        said.append(("color", str(written).lower(), False))
    if ground := str(attributes.get("bgcolor") or "").strip().lower():
        said.append(("background-color", f"#{ground}" if from_hex(ground) else ground, False))
    if name in {"ol", "li"} and (marker := _MARKED.get(str(attributes.get("type") or ""))):
        said.append(("list-style-type", marker, False))
    if attributes.get("background"):
        said.append(("background-image", "url()", False))
    return said


@lru_cache(maxsize=10_000)
def _within(above: Look, said: tuple[tuple[str, str], ...]) -> Look:
    """The look of an element that has these values, inside an element that looks like that."""
    if not said or above.gone:
        return (
            above._replace(reset="", increment="", before="", after="", display="")
            if any((above.reset, above.increment, above.before, above.after, above.display))
            else above
        )
    values = dict(said)
    size = font_size(values.get("font-size", ""), above.size)
    ink, opaque = _ink(values, above)
    visibility = values.get("visibility", "inherit")
    return Look(
        gone=is_gone(values, size),
        visible=above.visible
        if visibility in {"inherit", "unset"}
        else visibility not in {"hidden", "collapse"},
        size=size,
        colour=ink,
        opaque=opaque,
        ground=_ground(values, above.ground),
        edge=_edge(values, above.edge),
        struck=above.struck or "line-through" in values.get("text-decoration-line", ""),
        place=_place(values, above.place),
        marker=_marker(values.get("list-style-type", ""), above.marker),
        reset=values.get("counter-reset", ""),
        increment=values.get("counter-increment", ""),
        before=values.get("before", ""),
        after=values.get("after", ""),
        display=values.get("display", ""),
    )


def _place(values: dict[str, str], above: Place) -> Place:
    if values.get("position") == "relative" and (moved := _MOVED.match(values.get("top", ""))):
        return "up" if moved[1] else "down"
    said = values.get("font-variant-position") or values.get("vertical-align", "")
    return _PLACES.get(said, above)


def _marker(said: str, above: str) -> str:
    found = _MARKERS.search(said)
    return found[1] if found else above


def _ink(values: dict[str, str], above: Look) -> tuple[Colour | None, float]:
    if values.get("background-clip") == "text":
        return None, 1.0  # the letters show the ground's picture
    written = values.get("-webkit-text-fill-color", "")
    if not written or written == "currentcolor":
        written = values.get("color", "inherit")
    if written in {"inherit", "unset", "currentcolor"}:
        return above.colour, above.opaque
    if written in {"initial", "windowtext", "canvastext"}:
        return (0, 0, 0), 1.0
    return colour(written) or (None, 1.0)


def _edge(values: dict[str, str], above: Colour | None) -> Colour | None:
    """The colour of a shadow, or of a line around letters."""
    edge = above
    for name in ("text-shadow", "-webkit-text-stroke", "-webkit-text-stroke-color"):
        if written := values.get(name):
            named = [tint for tint, opaque in colours_in(written) if opaque >= _PLAIN_EDGE]
            edge = named[0] if named else edge if written == "inherit" else None
    return edge


def _ground(values: dict[str, str], behind: Colour | None) -> Colour | None:
    """The colour behind an element's text; None where it is a picture or cannot be told."""
    picture = values.get("background-image", "none")
    if "url(" in picture:
        return None
    written = values.get("background-color", "transparent")
    named = colours_in(picture if "gradient(" in picture else written)
    if not named:
        return None if "(" in written else behind
    tint, opaque = named[0]
    if any(not nearly_the_same(other, tint) for other, _ in named[1:]):
        return None  # from one colour into another
    if opaque >= 1:
        return tint
    return mixed(tint, opaque, behind) if behind is not None else None
