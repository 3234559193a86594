"""Writes in one line what the eye reads from places: exponents, fractions, note marks, formulas.

10⁶ becomes 10^6, never 106, and a raised 3 over a lowered 20 becomes 3/20. Loaders of all formats
use it, so that the same is written alike.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Literal

from lxml import etree

Place = Literal["line", "up", "down"]
Piece = tuple[str, Place]

_SLASHES = frozenset("/⁄∕")
_POWERS = {"2": "²", "3": "³"}  # of units: everybody writes and searches m² so
_ORDINALS = frozenset("st nd rd th er re e è a o".split())
_SIGNS = {"TM": "™", "R": "®", "SM": "℠"}
_UNITS = frozenset("nm µm μm mm cm dm m km in ft yd mi s h".split())
_LONGEST_UNIT = 2  # letters
# Of a field: switches with the bracket that they are for, a bracket, what parts, and words.
_FIELD_PART = re.compile(r"(?:\\[a-zA-Z]+ ?\d* ?)+\(?|[(),;]|[^\\(),;]+|\\.?")
_LONGEST_FIELD = 2_000  # characters
_LONGEST = 24  # characters that are raised; what is longer is a line of its own


def written(pieces: Iterable[Piece]) -> str:
    """Letters on the line, raised and lowered ones, put into one line."""
    pieces = list(pieces)
    if all(place == "line" for _, place in pieces):
        return "".join(text for text, _ in pieces)
    joined = list(_joined(pieces))
    out = ""
    skip = 0
    for at, (text, place) in enumerate(joined):
        if skip:
            skip -= 1
        elif place == "up" and (below := _denominator(text, joined[at + 1 : at + 3])):
            out += f"{' ' if out[-1:].isdigit() else ''}{text.strip()}/{below}"
            skip = 2
        elif place == "up":
            out += _raised(text, out)
        elif place == "down":
            out += _lowered(text, out)
        else:
            out += text
    return out


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces with neighbours in the same place as one."""
    for place, group in groupby((piece for piece in pieces if piece[0]), key=itemgetter(1)):
        yield "".join(text for text, _ in group), place


def _denominator(text: str, following: Sequence[Piece]) -> str:
    """The lower number of a fraction whose upper one is raised; "" where none is."""
    if len(following) < 2 or not text.strip().isdecimal():
        return ""
    (slash, on_line), (below, place) = following
    is_one = slash.strip() in _SLASHES and on_line == "line" and place == "down"
    return below.strip() if is_one and below.strip().isdecimal() else ""


def _raised(text: str, before: str) -> str:  # noqa: PLR0911  # a return a kind of mark
    mark = text.strip().replace("−", "-").replace("–", "-")
    base = before[-1:]
    if not mark or not base or base.isspace() or len(mark) > _LONGEST:
        return text
    if mark in _SIGNS and not base.isdigit():
        return _SIGNS[mark]
    if not any(map(str.isalnum, mark)):
        return text
    if mark.lower() in _ORDINALS and (base.isdigit() or base.isalpha()):
        return text
    word = _word_before(before)
    if mark in _POWERS and word in _UNITS:
        return _POWERS[mark]
    tail = text[len(text.rstrip()) :]
    if len(mark) > 1 and not mark.lstrip("+-").replace(",", "").replace(".", "").isalnum():
        return f"^({mark}){tail}"
    return f"^{mark}{tail}"


def _lowered(text: str, before: str) -> str:
    """Of a formula such as H₂O, or the index of a number: log₁₀ 2₁."""
    mark = text.strip()
    return f"_{text.lstrip()}" if mark[:1].isdigit() and before[-1:].isdigit() else text


def _word_before(text: str) -> str:
    at = len(text)
    while at > 0 and text[at - 1].isalpha() and len(text) - at <= _LONGEST_UNIT:
        at -= 1
    return text[at:]


def formula(element: etree._Element) -> str:
    """A formula of Word (OMML) or of a web page (MathML) in one line: (a + b)/2, x^2, sqrt(y)."""
    return " ".join(_formula(element).split())


def field_formula(code: str) -> str:
    """A formula that a field of Word says, "EQ \\F(3;20)", in one line: 3/20; "" for others."""
    name, _, rest = code.strip().partition(" ")
    if name.upper() != "EQ" or len(code) > _LONGEST_FIELD:
        return ""
    # What each open bracket belongs to, and its arguments so far.
    stack: list[tuple[str, list[str]]] = [("", [""])]
    for found in _FIELD_PART.finditer(rest):
        text = found[0]
        if text.endswith("("):
            stack.append((text[:-1].replace(" ", "").lower(), [""]))
        elif text == ")" and len(stack) > 1:
            said = _field_part(*stack.pop())
            stack[-1][1][-1] += said
        elif text in {",", ";"} and len(stack) > 1 and stack[-1][0]:
            stack[-1][1].append("")
        elif not text.startswith("\\"):
            stack[-1][1][-1] += text
    while len(stack) > 1:
        said = _field_part(*stack.pop())
        stack[-1][1][-1] += said
    return " ".join("".join(stack[0][1]).split())


def _field_part(switches: str, arguments: list[str]) -> str:
    said = [argument.strip() for argument in arguments]
    kind = switches[1:2]
    if not switches:
        return f"({said[0]})"
    if kind == "f" and len(said) == 2:
        return f" {_in_brackets(said[0])}/{_in_brackets(said[1])} "
    if kind == "r":
        index = said[0] if len(said) > 1 else ""
        return f" {index + '-th root' if index else 'sqrt'}({said[-1]})"
    if kind == "s" and len(said) == 1:
        return ("_" if "\\do" in switches else "^") + _in_brackets(said[0])
    if kind == "b":
        return f"({', '.join(said)})"
    return ", ".join(filter(None, said))


def _in_brackets(said: str) -> str:
    return said if said.replace(".", "").replace(",", "").isalnum() else f"({said})"


def _formula(element: etree._Element) -> str:  # noqa: PLR0911, PLR0912  # one for each construction
    name = _local(element)
    parts = [one for one in element if isinstance(one.tag, str)]
    named = {_local(one): one for one in parts}
    if name in {"t", "mi", "mn", "mo", "mtext", "ms"}:
        return _token(element, name)
    if name in {"f", "mfrac"}:
        return f" {_grouped(_at(named, parts, 'num', 0))}/{_grouped(_at(named, parts, 'den', 1))} "
    if name in {"sSup", "msup", "limUpp", "mover"}:
        return f"{_of(named, parts, 'e', 0)}^{_grouped(_at(named, parts, _upper(name), 1))}"
    if name in {"sSub", "msub", "limLow", "munder"}:
        return f"{_of(named, parts, 'e', 0)}_{_grouped(_at(named, parts, _lower(name), 1))}"
    if name in {"sSubSup", "msubsup", "munderover"}:
        low, high = _at(named, parts, "sub", 1), _at(named, parts, "sup", 2)
        return f"{_of(named, parts, 'e', 0)}_{_grouped(low)}^{_grouped(high)}"
    if name in {"rad", "msqrt", "mroot"}:
        degree = named.get("deg") if name == "rad" else parts[1] if name == "mroot" else None
        index = _formula(degree) if degree is not None else ""
        inner = _at(named, parts, "e", 0) if name != "msqrt" else element
        under = _formula(inner) if inner is not element and inner is not None else _all(parts)
        return f" {index + '-th root' if index.strip() else 'sqrt'}({under.strip()})"
    if name == "nary":
        sign = _property(named.get("naryPr"), "chr") or "∫"
        low, high = _of(named, parts, "sub", -1), _of(named, parts, "sup", -1)
        bounds = (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "")
        return f"{sign}{bounds} {_of(named, parts, 'e', -1)}"
    if name == "d":
        look = named.get("dPr")
        begin, end = _property(look, "begChr"), _property(look, "endChr")
        inner = ", ".join(_formula(one) for one in parts if _local(one) == "e")
        return f"{'(' if begin is None else begin}{inner}{')' if end is None else end}"
    if name == "mfenced":
        inner = ", ".join(map(_formula, parts))
        return f"{element.get('open', '(')}{inner}{element.get('close', ')')}"
    if name in {"mr", "mtr"}:
        return ", ".join(_formula(one).strip() for one in parts)
    if name in {"m", "mtable", "eqArr"}:
        return "; ".join(_formula(one).strip() for one in parts if not _local(one).endswith("Pr"))
    if name == "semantics":
        return _formula(parts[0]) if parts else ""
    if name.startswith("annotation") or name.endswith("Pr"):
        return ""
    return _all(parts)


def _token(element: etree._Element, name: str) -> str:
    text = "".join(element.itertext())
    if name == "t":
        return text
    text = " ".join(text.split())
    return f" {text} " if name == "mo" and text in "=<>≤≥±+−-·×" and text else text


def _all(parts: Sequence[etree._Element]) -> str:
    return "".join(map(_formula, parts))


def _upper(name: str) -> str:
    return "lim" if name == "limUpp" else "sup"


def _lower(name: str) -> str:
    return "lim" if name == "limLow" else "sub"


def _at(
    named: dict[str, etree._Element], parts: Sequence[etree._Element], name: str, position: int
) -> etree._Element | None:
    """A part of a construction: by its name in OMML, by its place in MathML."""
    found = named.get(name)
    if found is None and 0 <= position < len(parts) and _local(parts[position]).startswith("m"):
        return parts[position]
    return found


def _of(
    named: dict[str, etree._Element], parts: Sequence[etree._Element], name: str, position: int
) -> str:
    found = _at(named, parts, name, position)
    return "" if found is None else _formula(found).strip()


def _grouped(element: etree._Element | None) -> str:
    return _in_brackets("" if element is None else _formula(element).strip())


def _property(properties: etree._Element | None, name: str) -> str | None:
    for item in () if properties is None else properties:
        if _local(item) == name:
            return next((str(v) for k, v in item.attrib.items() if str(k).endswith("val")), "")
    return None


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
