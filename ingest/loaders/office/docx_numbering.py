"""The numbers that Word writes before headings, clauses and items of lists: "2.2", "(a)", "•".

They stand in no paragraph: numbering.xml says how each level is written, and Word counts.
Source: ECMA-376 part 1, 17.9.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from ingest.loaders.office.ooxml import attribute, local
from ingest.loaders.ordinals import lettered, roman

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_OFF = frozenset(("0", "false", "off"))
_BULLET = "•"


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    legal: bool = False  # all numbers in it are decimal
    restarts: bool = True
    style: str = ""  # paragraphs of that style stand on this level


@dataclass(slots=True)
class _List:
    written: dict[int, etree._Element] = field(default_factory=dict)  # its levels, before use
    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)
    link: str = ""  # the style of numbering that says what is left open here
    _read: dict[int, _Level] | None = None

    @property
    def levels(self) -> dict[int, _Level]:
        """Its levels; documents name many more lists than they use, so they are read when used."""
        if self._read is None:
            self._read = {at: _level(item) for at, item in self.written.items()}
        return self._read


class Numbering:
    """Counts the numbered paragraphs of a document from the first to the last."""

    def __init__(self, tree: etree._Element | None, styles: Mapping[str, tuple[str, str]]) -> None:
        """`styles` has the numbering that each style of paragraphs names: list and level."""
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._of: dict[str, str] = {}  # number of a list -> its abstract list
        self._starts: dict[str, dict[int, int]] = {}  # of a list, until it is used
        self._levels: dict[str, dict[int, _Level]] = {}  # of a list, instead of the abstract one's
        linked: dict[str, str] = {}
        for item in () if tree is None else tree:
            if local(item) == "abstractNum":
                identity = attribute(item, "abstractNumId") or ""
                self._lists[identity] = _abstract(item)
                for part in item:
                    if local(part) == "styleLink":
                        linked[attribute(part, "val") or ""] = identity
            elif local(item) == "num":
                self._read_list(item)
        for one in self._lists.values():
            if one.link and not one.written and one.link in linked:
                one.written = self._lists[linked[one.link]].written

    def _read_list(self, item: etree._Element) -> None:
        identity = attribute(item, "numId") or ""
        for part in item:
            if local(part) == "abstractNumId":
                self._of[identity] = attribute(part, "val") or ""
            elif local(part) == "lvlOverride":
                level = _number(attribute(part, "ilvl"), 0)
                for said in part:
                    if local(said) == "startOverride":
                        start = _number(attribute(said, "val"), 1)
                        self._starts.setdefault(identity, {})[level] = start
                    elif local(said) == "lvl":
                        self._levels.setdefault(identity, {})[level] = _level(said)

    def label(self, properties: list[etree._Element], style: str) -> str | None:
        """What stands before the next paragraph; None where it is in no list.

        `properties` are those of the paragraph, and `style` the style that it names.
        """
        identity, level_said = self._named(properties, style)
        if not identity or identity == "0":
            return None
        abstract = self._lists.get(self._of.get(identity, ""))
        if abstract is None:
            return _BULLET
        levels = abstract.levels | self._levels.get(identity, {})
        level = self._level_of(level_said, style, levels)
        for at, start in self._starts.pop(identity, {}).items():
            if 0 <= at < _LEVELS:
                abstract.counts[at] = start - 1
        return self._count(abstract, levels, level)

    def _named(self, properties: list[etree._Element], style: str) -> tuple[str, str]:
        of_style = self._styles.get(style, ("", ""))
        for item in properties:
            if local(item) == "numPr":
                said = {local(part): attribute(part, "val") or "" for part in item}
                return said.get("numId", of_style[0]), said.get("ilvl", of_style[1])
        return of_style

    def _level_of(self, said: str, style: str, levels: dict[int, _Level]) -> int:
        if said.isdecimal():
            return min(int(said), _LEVELS - 1)
        return next((at for at, one in levels.items() if style and one.style == style), 0)

    def _count(self, abstract: _List, levels: dict[int, _Level], level: int) -> str:
        counts = abstract.counts
        for at in range(level):
            if counts[at] is None:
                counts[at] = levels.get(at, _Level()).start
        own = levels.get(level, _Level())
        before = counts[level]
        counts[level] = own.start if before is None else before + 1
        for at in range(level + 1, _LEVELS):
            if levels.get(at, _Level()).restarts:
                counts[at] = None
        if own.form == "bullet":
            return _BULLET

        def number(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            form = "decimal" if own.legal else levels.get(at, _Level()).form
            count = counts[at]
            return _written(levels.get(at, _Level()).start if count is None else count, form)

        return _PLACE.sub(number, own.text).strip()


def _abstract(item: etree._Element) -> _List:
    found = _List()
    for part in item:
        if local(part) == "lvl":
            found.written[_number(attribute(part, "ilvl"), 0)] = part
        elif local(part) == "numStyleLink":
            found.link = attribute(part, "val") or ""
    return found


def _level(item: etree._Element) -> _Level:
    level = _Level()
    for part in item:
        name, value = local(part), attribute(part, "val")
        if name == "start":
            level.start = _number(value, 1)
        elif name == "numFmt":
            level.form = value or "decimal"
        elif name == "lvlText":
            level.text = (value or "")[:200]
        elif name == "isLgl":
            level.legal = (value or "1") not in _OFF
        elif name == "lvlRestart":
            level.restarts = value != "0"
        elif name == "pStyle":
            level.style = value or ""
    return level


def _number(written: str | None, default: int) -> int:
    return int(written) if written and written.isdecimal() and len(written) < 8 else default


def _written(number: int, form: str) -> str:
    if form in {"lowerLetter", "upperLetter"}:
        letters = lettered(number)
        return letters.upper() if form == "upperLetter" else letters
    if form in {"lowerRoman", "upperRoman"}:
        numeral = roman(number)
        return numeral if form == "upperRoman" else numeral.lower()
    if form == "decimalZero":
        return f"{number:02d}"
    return "" if form == "none" else str(number)
