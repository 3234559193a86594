"""The numbers and points that browsers write before the items of lists."""

from lxml import etree

from ingest.loaders.html.styles import Styles
from ingest.loaders.ordinals import lettered, roman

_POINT = "•"
_LONGEST = 9  # digits of a number that an attribute gives


class Lists:
    """Counts the items of the lists that are open at a place of the page."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._open: list[list[int]] = []  # of each list: the next number and the step, or nothing

    def enter(self, element: etree._Element) -> None:
        """A list begins: `ol`, `ul` or `menu`."""
        if element.tag != "ol":
            self._open.append([])
            return
        step = -1 if "reversed" in element.attrib else 1
        first = 1 if step > 0 else sum(child.tag == "li" for child in element)
        self._open.append([_number(element.get("start"), first), step])

    def leave(self) -> None:
        """The innermost list ends."""
        if self._open:
            self._open.pop()

    def label(self, item: etree._Element) -> str:
        """What stands before an item: "•", "4.", "b.", "", as its style has it."""
        marker = self._styles.look(item).marker
        if not self._open or not self._open[-1]:
            return _POINT
        counted = self._open[-1]
        number = _number(item.get("value"), counted[0])
        counted[0] = number + counted[1]
        if marker in {"disc", "circle", "square"}:
            return _POINT
        return "" if marker == "none" else f"{in_style(number, marker)}."


def _number(written: str | None, default: int) -> int:
    said = (written or "").strip()
    is_one = said.removeprefix("-").isdecimal() and len(said) <= _LONGEST
    return int(said) if is_one else default


def in_style(number: int, marker: str) -> str:
    """A number as a style of lists writes it: "b" for 2 in "lower-alpha"."""
    if marker.endswith(("-alpha", "-latin")):
        letters = lettered(number)
        return letters.upper() if marker.startswith("upper") else letters
    if marker.endswith("-roman"):
        numeral = roman(number)
        return numeral if marker.startswith("upper") else numeral.lower()
    return f"{number:02d}" if marker == "decimal-leading-zero" else str(number)
