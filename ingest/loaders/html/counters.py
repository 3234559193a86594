"""What a page's own style sheets write: numbers before headings, clauses and items; units; words.

By `counter-reset`, `counter-increment` and the `content` of `::before` and `::after`; see CSS
Lists Module Level 3, section 4.
"""

import re
from collections.abc import Iterator

from lxml import etree

from ingest.loaders.html.lists import in_style
from ingest.loaders.html.styles import Styles

_NAMED = re.compile(r"([a-z_][\w-]*)(?:\s+(-?\d{1,9}))?", re.IGNORECASE)
_PART = re.compile(
    r"\"(?P<quoted>[^\"]*)\"|'(?P<single>[^']*)'"
    r"|counters\(\s*(?P<all>[\w-]+)\s*,\s*(?:\"(?P<mark>[^\"]*)\"|'(?P<sign>[^']*)')"
    r"(?:\s*,\s*(?P<all_style>[\w-]+))?\s*\)"
    r"|counter\(\s*(?P<one>[\w-]+)\s*(?:,\s*(?P<style>[\w-]+))?\s*\)"
    r"|attr\(\s*(?P<attribute>[\w-]+)\s*\)",
    re.IGNORECASE,
)
_DEEPEST = 100  # counters of one name within one another
_LONGEST_RULE = 500  # characters of a rule that are looked at
_LONGEST = 200  # characters before an element
_TELLING = frozenset("%‰€$£¥§°")  # signs that are no decoration


class Counters:
    """Counts while a page is walked through, element by element."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._values: dict[str, list[tuple[int, etree._Element | None]]] = {}

    def enter(self, element: etree._Element) -> str:
        """An element begins; what its style writes before it, or ""."""
        if not self._styles.counts:
            return ""
        look = self._styles.look(element)
        above = element.getparent()
        for name, value in _named(look.reset, 0):
            held = self._values.setdefault(name, [])
            if held and held[-1][1] is above:
                held.pop()  # one of its siblings had it
            if len(held) < _DEEPEST:
                held.append((value, above))
        for name, value in _named(look.increment, 1):
            held = self._values.setdefault(name, [])
            if not held:
                held.append((0, above))
            before, scope = held[-1]
            held[-1] = before + value, scope
        return self._written(look.before)[:_LONGEST].strip() if look.before else ""

    def leave(self, element: etree._Element) -> None:
        """An element ends, and with it the counters of what stands in it."""
        if not self._styles.counts:
            return
        for held in self._values.values():
            while len(held) > 1 and held[-1][1] is element:
                held.pop()

    def before(self, element: etree._Element) -> str:
        """Words and units that its style writes before an element's text, numbers aside."""
        return self._words(self._styles.look(element).before, element)

    def after(self, element: etree._Element) -> str:
        """The same after its text."""
        return self._words(self._styles.look(element).after, element)

    def _words(self, content: str, element: etree._Element) -> str:
        if not content or "counter" in content:
            return ""
        said = "".join(
            element.get(part["attribute"], "")
            if part["attribute"]
            else part["quoted"] or part["single"] or ""
            for part in _PART.finditer(content[:_LONGEST_RULE])
        )
        if any(sign.isalnum() or sign in _TELLING for sign in said):
            return said[:_LONGEST]
        return ""  # a decoration

    def _written(self, content: str) -> str:
        if "counter" not in content:
            return ""
        said = []
        for part in _PART.finditer(content[:_LONGEST_RULE]):
            if name := part["all"]:
                numbers = [value for value, _ in self._values.get(name, [(0, None)])]
                mark = part["mark"] if part["mark"] is not None else part["sign"]
                said.append(mark.join(in_style(one, part["all_style"] or "") for one in numbers))
            elif name := part["one"]:
                value = self._values.get(name, [(0, None)])[-1][0]
                said.append(in_style(value, part["style"] or ""))
            else:
                said.append(part["quoted"] or part["single"] or "")
        return "".join(said)


def _named(said: str, usual: int) -> Iterator[tuple[str, int]]:
    if not said or said == "none":
        return
    for found in _NAMED.finditer(said[:_LONGEST_RULE]):
        yield found[1], int(found[2]) if found[2] else usual
