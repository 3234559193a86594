"""What reportlab lacks: page numbers with their total, a bar beside a quotation, bookmarks."""

from functools import cache
from typing import Any

from app.printing.letters import REGULAR, register_fonts

_FADED = "#566860"
_FOOT, _SIZE = 34.0, 8.0  # points from the page's lower edge; of the letters


def numbering_canvas(footer: str) -> Any:
    """A canvas class that writes `footer` and "page / pages" under every page."""
    from reportlab.lib.colors import HexColor
    from reportlab.pdfgen.canvas import Canvas

    text = shortened(footer, 330)

    class NumberingCanvas(Canvas):  # type: ignore[misc]  # reportlab has no types
        """Every page shows a form that is filled in at the end, when their number is known."""

        def showPage(self) -> None:  # noqa: N802  # reportlab's name
            right = self._pagesize[0] - 90
            self._small_print()
            self.drawString(66, _FOOT, text)
            self.drawRightString(right, _FOOT, f"{self._pageNumber} /\u00a0")
            self.doForm("pages")
            super().showPage()

        def save(self) -> None:
            right, pages = self._pagesize[0] - 90, self._pageNumber - 1
            self.beginForm("pages")
            self._small_print()
            self.drawString(right, _FOOT, str(pages))
            self.endForm()
            super().save()

        def _small_print(self) -> None:
            self.setFont(REGULAR, _SIZE)
            self.setFillColor(HexColor(_FADED))

    return NumberingCanvas


def shortened(text: str, points: float) -> str:
    """A line of small print cut to a width, of letters that its font has."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    known = register_fonts()
    line = "".join(letter if ord(letter) in known else " " for letter in text)
    line = " ".join(line.split())
    if stringWidth(line, REGULAR, _SIZE) <= points:
        return line
    while line and stringWidth(line + "\u2026", REGULAR, _SIZE) > points:
        line = line[:-1]
    return line + "\u2026"


@cache
def barred_paragraph() -> Any:
    """A paragraph class that draws its style's `bar` colour beside itself, on every page."""
    from reportlab.platypus import Paragraph

    class BarredParagraph(Paragraph):  # type: ignore[misc]  # reportlab has no types
        def draw(self) -> None:
            colour = getattr(self.style, "bar", None)
            if colour is not None:
                self.canv.saveState()
                self.canv.setFillColor(colour)
                self.canv.rect(5, -2, 2.5, self.height + 3, stroke=0, fill=1)
                self.canv.restoreState()
            super().draw()

    return BarredParagraph


@cache
def bookmark() -> Any:
    """A flowable class without size that puts its title into the PDF's outline."""
    from reportlab.platypus.flowables import Flowable

    class Bookmark(Flowable):  # type: ignore[misc]  # reportlab has no types
        def __init__(self, key: str, title: str, level: int) -> None:
            super().__init__()
            self.width = self.height = 0
            self.keepWithNext = 1
            self._entry = (title, key, level)

        def draw(self) -> None:
            title, key, level = self._entry
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(title, key, level, False)

    return Bookmark
