"""Which elements of a page a style sheet's selector means."""

# Our own, as cssselect2 has no bound that a hostile page respects: each further descendant in a
# selector multiplies its time (30-fold on a page 200 deep), and "~" takes memory and recursion
# that grow with the number of siblings (1.9 GB for 20,000).

import re
from typing import NamedTuple

from lxml import etree

_NAME = r"(?:[\w-]|\\.|[^\x00-\x7f])++"
_COMBINATOR = re.compile(r"\s*([>+~])\s*|\s+")
_PIECE = re.compile(
    rf"(?P<tag>\*|{_NAME})|\.(?P<class>{_NAME})|#(?P<id>{_NAME})"
    rf"|\[\s*(?P<name>{_NAME})\s*(?:(?P<how>[~|^$*]?=)\s*(?P<value>\"[^\"]*\"|'[^']*'|{_NAME})"
    r"\s*[is]?\s*)?\]"
    r"|:(?P<place>root|first-child|last-child)(?![\w(-])|:(?P<set>not|is|where)\((?P<of>[^()]*)\)"
)
_COMMA_OR_BRACKET = re.compile(r"[,()\[\]]")
_MOST_SIBLINGS = 50  # before an element that are looked at for "~"


class _Piece(NamedTuple):
    """One condition on an element itself."""

    kind: str  # tag, class, id, a way of comparing an attribute, a place, or a set
    name: str = ""
    value: str = ""
    options: "tuple[tuple[_Piece, ...], ...]" = ()


class Selector(NamedTuple):
    """Conditions on an element and on those around it, the element's own last."""

    parts: tuple[tuple[str, tuple[_Piece, ...]], ...]  # how it stands to the part before it
    weight: tuple[int, int, int]  # ids; classes, attributes and places; tags

    @property
    def key(self) -> str:
        """`#id`, `.class` or tag that the element must have; "*" where it need have none."""
        pieces = self.parts[-1][1]
        for kind, mark in (("id", "#"), ("class", "."), ("tag", "")):
            for piece in pieces:
                if piece.kind == kind and piece.name != "*":
                    return mark + piece.name
        return "*"

    @property
    def around(self) -> frozenset[str]:
        """The `#id`s and `.class`es that elements above one that it means have between them."""
        above = (
            pieces
            for (_, pieces), (below, _) in zip(self.parts, self.parts[1:], strict=False)
            if below in {" ", ">"}
        )
        marks = {"id": "#", "class": "."}
        return frozenset(
            marks[piece.kind] + piece.name
            for pieces in above
            for piece in pieces
            if piece.kind in marks
        )

    def matches(self, element: etree._Element) -> bool:
        return self._matches(element, len(self.parts) - 1, {})

    def _matches(
        self, element: etree._Element, last: int, known: dict[tuple[etree._Element, int], bool]
    ) -> bool:
        if (element, last) not in known:
            combinator, pieces = self.parts[last]
            known[element, last] = _fits(element, pieces) and (
                not last
                or any(self._matches(one, last - 1, known) for one in _around(element, combinator))
            )
        return known[element, last]


def selectors(written: str) -> list[Selector]:
    """The selectors of a rule; one with a condition that is not understood is left out."""
    found = (_selector(one.strip()) for one in _alternatives(written))
    return [one for one in found if one]


def _selector(written: str) -> Selector | None:
    parts: list[tuple[str, tuple[_Piece, ...]]] = []
    combinator, at = " ", 0
    while at < len(written):
        pieces, at = _compound(written, at)
        if not pieces:
            return None
        parts.append((combinator, pieces))
        if at < len(written):
            space = _COMBINATOR.match(written, at)
            if not space:
                return None
            combinator, at = space[1] or " ", space.end()
    if not parts:
        return None
    every = [piece for _, pieces in parts for piece in pieces]
    identities = sum(piece.kind == "id" for piece in every)
    tags = sum(piece.kind == "tag" for piece in every)
    return Selector(tuple(parts), (identities, len(every) - identities - tags, tags))


def _compound(written: str, at: int) -> tuple[tuple[_Piece, ...], int]:
    """The conditions on one element from `at` on, and where they end."""
    pieces: list[_Piece] = []
    while found := _PIECE.match(written, at):
        if found["tag"] and pieces:
            return (), at
        piece = _piece(found)
        if piece is None:
            return (), at
        pieces.append(piece)
        at = found.end()
    return tuple(pieces), at


def _piece(found: re.Match[str]) -> _Piece | None:
    if found["set"]:
        options = []
        for one in found["of"].split(","):
            pieces, end = _compound(one.strip(), 0)
            if not pieces or end != len(one.strip()):
                return None
            options.append(pieces)
        return _Piece(found["set"], options=tuple(options))
    if found["name"]:
        value = found["value"] or ""
        return _Piece(found["how"] or "has", _plain(found["name"]).lower(), value.strip("\"'"))
    for kind in ("class", "id"):
        if found[kind]:
            return _Piece(kind, _plain(found[kind]))
    return _Piece("tag", found["tag"].lower()) if found["tag"] else _Piece(found["place"])


def _plain(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _around(element: etree._Element, combinator: str) -> list[etree._Element]:
    if combinator == " ":
        return list(element.iterancestors())
    if combinator == ">":
        above = element.getparent()
        return [] if above is None else [above]
    before: list[etree._Element] = []
    for one in element.itersiblings(preceding=True):
        before.append(one)
        if combinator == "+" or len(before) >= _MOST_SIBLINGS:
            break
    return before


def _fits(element: etree._Element, pieces: tuple[_Piece, ...]) -> bool:
    return all(_holds(element, piece) for piece in pieces)


def _holds(element: etree._Element, piece: _Piece) -> bool:
    kind, name = piece.kind, piece.name
    if kind in {"tag", "class", "id"}:
        held = {
            "tag": {"*", str(element.tag)},
            "class": set(str(element.get("class") or "").split()),
            "id": {str(element.get("id"))},
        }
        return name in held[kind]
    if kind in {"not", "is", "where"}:
        return any(_fits(element, option) for option in piece.options) is (kind != "not")
    if kind in {"root", "first-child", "last-child"}:
        beside = {
            "root": element.getparent,
            "first-child": element.getprevious,
            "last-child": element.getnext,
        }
        return beside[kind]() is None
    value = element.get(name)
    return value is not None and (kind == "has" or _compares(kind, str(value), piece.value))


def _compares(how: str, value: str, wanted: str) -> bool:
    if how in {"=", "|="}:
        return value == wanted or (how == "|=" and value.startswith(f"{wanted}-"))
    if how == "~=":
        return wanted in value.split()
    if not wanted:
        return False
    if how == "^=":
        return value.startswith(wanted)
    return value.endswith(wanted) if how == "$=" else wanted in value


def _alternatives(written: str) -> list[str]:
    """A list of selectors at its commas; one before a closing bracket stands inside brackets."""
    found: list[str] = []
    end, closing = len(written), False
    for mark in reversed(list(_COMMA_OR_BRACKET.finditer(written))):
        if mark[0] != ",":
            closing = mark[0] in ")]"
        elif not closing:
            found.append(written[mark.end() : end])
            end = mark.start()
    return [written[:end], *reversed(found)]
