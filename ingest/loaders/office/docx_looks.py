"""How letters of a Word document look: hidden, tiny, or in the colour of their ground."""

from collections.abc import Callable, Iterator, Mapping, Set
from itertools import islice

from lxml import etree

from ingest.loaders.colours import WHITE, Colour, from_hex, nearly_the_same
from ingest.loaders.notation import Place
from ingest.loaders.office.ooxml import attribute, local, named

_Written = tuple[tuple[object, ...], ...]  # properties: each one's name and attributes
Look = dict[str, str]  # vanish, size, colour and so on: what is said of letters, as written

_MOST_LOOKS = 10_000  # that are remembered
_OFF = frozenset(("0", "false", "off"))
_TINY = 3  # half points: letters of one and a half points are there for machines
_NO_GROUND = frozenset(("", "AUTO", "NONE", "NIL"))
_MARKERS = {"black": "000000", "white": "FFFFFF", "none": "AUTO"}  # other highlights have hues
_BLOCKS_OF_A_PAGE = 40  # as far from a drawing as paragraphs may stand on it
_RAISED = 4  # half points above or below the line; less is a matter of taste
_UNSTYLED = frozenset(("TableNormal", "TableGrid"))


def read_look(properties: etree._Element | None) -> Look:
    """What `rPr` says of letters; what it leaves open is not in the answer."""
    look: Look = {}
    for item in () if properties is None else properties:
        name, value = local(item), attribute(item, "val") or ""
        if name == "vanish":
            look["vanish"] = "" if value in _OFF else "yes"
        elif name == "sz":
            look["size"] = value
        elif name == "color":
            look["colour"] = value
        elif name == "highlight":
            look["ground"] = _MARKERS.get(value, "other")
        elif name == "shd":
            look["ground"] = _shade(item)
        elif name in {"strike", "dstrike"}:
            look[name] = "" if value in _OFF else "yes"
        elif name == "vertAlign":
            look["place"] = {"superscript": "up", "subscript": "down"}.get(value, "line")
        elif name == "position" and value.lstrip("-").isdecimal():
            height = int(value)
            look["place"] = "up" if height >= _RAISED else "down" if height <= -_RAISED else "line"
        elif name == "rFonts":
            look["font"] = attribute(item, "ascii") or attribute(item, "hAnsi") or ""
    return look


class Looks:
    """The looks of styles, and of runs, of which nearly all are like another in a document."""

    def __init__(self, plain: Look, styles: Mapping[str, Look]) -> None:
        """`plain` is the look where no style is named."""
        self._plain = plain
        self._styles = styles
        self._paragraphs: dict[str, Look] = {}
        # By the look around the run and its properties; a look is kept so that its id stays its.
        self._runs: dict[tuple[int, _Written], tuple[Look, Look]] = {}

    def of_paragraph(self, style: str) -> Look:
        """The look of letters in a paragraph of a style, "" for none."""
        if (known := self._paragraphs.get(style)) is None:
            known = self._plain | self._styles.get(style, {})
            self._paragraphs[style] = known
        return known

    def of_run(self, properties: etree._Element, around: Look) -> Look:
        """The look of a run by its `rPr`, within letters that look so."""
        key = id(around), tuple([(item.tag, *item.items()) for item in properties])
        if (known := self._runs.get(key)) is None:
            styles = (attribute(item, "val") for item in properties if local(item) == "rStyle")
            named = self._styles.get(next(styles, "") or "", {})
            if len(self._runs) >= _MOST_LOOKS:
                self._runs.clear()
            known = self._runs[key] = around | named | read_look(properties), around
        return known[0]


def is_struck(look: Look) -> bool:
    """Whether letters are struck through."""
    return bool(look.get("strike") or look.get("dstrike"))


def place_of(look: Look) -> Place:
    """Whether letters stand on the line, above or below it."""
    said = look.get("place")
    return "up" if said == "up" else "down" if said == "down" else "line"


def shows_nothing(look: Look) -> bool:
    """Whether letters are hidden or tiny, whatever lies below them."""
    size = look.get("size", "")
    return bool(look.get("vanish")) or (size.isdecimal() and int(size) <= _TINY)


def is_shaded(properties: etree._Element | None) -> bool:
    """Whether the properties of a style or a paragraph give a ground that is no white."""
    shades = (i for i in (() if properties is None else properties) if local(i) == "shd")
    return any(_shade(item) not in _NO_GROUND | {"FFFFFF"} for item in shades)


def has_its_grounds_colour(
    look: Look,
    run: etree._Element,
    shaded_styles: Set[str],
    is_heading: Callable[[etree._Element], bool],
) -> bool:
    """Whether letters have the colour of what lies below them, as far as the file tells."""
    colour = from_hex(look.get("colour", ""))
    if colour is None:
        return False
    own = look.get("ground", "AUTO").upper()
    if own not in _NO_GROUND:
        ground = from_hex(own)
    else:
        ground = _ground_around(run, shaded_styles, is_heading)
    return ground is not None and nearly_the_same(colour, ground)


def blocks_over_drawings(body: etree._Element) -> Set[etree._Element]:
    """The blocks of a body near which a drawing lies behind the text: the picture of a cover."""
    near: set[etree._Element] = set()
    for anchor in named(body, "anchor"):
        if attribute(anchor, "behindDoc") in {"1", "true"}:
            block = anchor
            while (above := block.getparent()) is not None and above is not body:
                block = above
            near.add(block)
            for way in (True, False):
                near.update(islice(block.itersiblings(preceding=way), _BLOCKS_OF_A_PAGE))
    return near


def _ground_around(
    run: etree._Element,
    shaded_styles: Set[str],
    is_heading: Callable[[etree._Element], bool],
) -> Colour | None:
    """The colour below a run, None where the file does not tell.

    Headings and what stands in a shape or in a styled table are taken to have a ground of their
    own: covers and heads of tables are often white on a picture or a colour that a style names.
    """
    for element in run.iterancestors():
        name = local(element)
        if name == "txbxContent" or (name == "p" and is_heading(element)):
            return None
        if name in {"p", "tc", "tr", "tbl"}:
            for item in _properties(element):
                kind, value = local(item), attribute(item, "val") or ""
                if kind == "shd" and (shade := _shade(item)) not in _NO_GROUND:
                    return from_hex(shade)
                if (kind == "tblStyle" and value not in _UNSTYLED) or (
                    kind == "pStyle" and value in shaded_styles
                ):
                    return None
        if name == "document" and any(local(item) == "background" for item in element):
            return None
    return WHITE


def _properties(element: etree._Element) -> Iterator[etree._Element]:
    first = next(iter(element), None)
    return iter(first) if first is not None and local(first).endswith("Pr") else iter(())


def _shade(item: etree._Element) -> str:
    """The colour that shading gives, upper case; "OTHER" where a pattern mixes two."""
    pattern = attribute(item, "val") or "clear"
    fill = (attribute(item, "fill") or "auto").upper()
    return fill if pattern in {"clear", "nil"} else "OTHER"
