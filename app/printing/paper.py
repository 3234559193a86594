"""A document that is printed: headings, text, facts, quotations, bars and lines to sign on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from app.printing.letters import BOLD, ITALIC, REGULAR, printable, register_fonts
from app.printing.markdown import (
    Block,
    Code,
    Items,
    Paragraph,
    Quote,
    Table,
    as_text,
    plain_words,
)

INK, FADED, LINE, LOCK = "#17231e", "#566860", "#d8e1dc", "#1c5a49"
_MARGIN = 60.0  # points


@dataclass(frozen=True, slots=True)
class BarPart:
    """One coloured part of a bar; its length is `count` beside the others' counts."""

    label: str
    count: int
    colour: str  # "#rrggbb"


class Paper:
    """Collects what is to be printed and writes it as one A4 PDF, the same bytes every time.

    All text is plain; nothing in it acts. `lost` counts letters that no font could show.
    """

    def __init__(self, *, title: str, footer: str = "", language: str = "en") -> None:
        register_fonts()
        self.lost = 0
        self._parts = 0  # headings of the first rank
        self._title = title
        self._footer = footer
        self._language = language
        self._story: list[Any] = []
        self._styles: dict[str, Any] = {}

    def title(self, text: str, under: str = "") -> None:
        """The name of the whole document, and a line under it."""
        self._add(text, "title", 24, font=BOLD, colour=LOCK, after=4, leading=1.2)
        if under:
            self._add(under, "under", 11, colour=FADED, after=16)

    def heading(self, text: str, *, small: bool = False) -> None:
        """A heading that is never left alone at the end of a page; PDF readers list it."""
        size = 11.5 if small else 15.0
        mark = f"heading-{len(self._story)}"
        self._story.append(_bookmark(mark, text, 1 if small and self._parts else 0))
        self._parts += not small
        self._add(
            text,
            f"heading{size}",
            size,
            font=BOLD,
            colour=INK if small else LOCK,
            before=12 if small else 18,
            after=4,
            keep=True,
        )

    def text(
        self, text: str, *, bold: bool = False, italic: bool = False, after: float = 6
    ) -> None:
        """A paragraph."""
        font = BOLD if bold else ITALIC if italic else REGULAR
        self._add(text, f"text{font}{after}", 10, font=font, after=after)

    def prose(self, blocks: Sequence[Block]) -> None:
        """An answer's blocks: paragraphs, lists, tables and quotations."""
        for block in blocks:
            match block:
                case Paragraph(words, heading):
                    self.text(plain_words(words), bold=heading)
                case Items(items, first):
                    for at, item in enumerate(items):
                        mark = "•" if first is None else f"{first + at}."
                        style = self._style("listed", 10, left=16, after=3)
                        self._paragraph(f"{mark}\u00a0 {self._print(as_text(item))}", style)
                    self.space(3)
                case Table(head, rows):
                    self.table(
                        [[plain_words(cell).strip() for cell in row] for row in (head, *rows)]
                    )
                case Quote(inner):
                    style = self._style("quoted", 10, left=16, after=6, bar=FADED)
                    self._paragraph(self._print(as_text(inner)), style)
                case Code(text):
                    self.text(text)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows under their heads, with columns of one width; a row may break over pages."""
        from reportlab.lib.colors import HexColor
        from reportlab.platypus import Table as Grid

        if not rows or not rows[0]:
            return
        top = self._style("table-head", 9, font=BOLD)
        cell = self._style("table-cell", 9)
        drawn = [
            [_paragraph(self._print(text), cell if at else top) for text in row]
            for at, row in enumerate(rows)
        ]
        width = _width() / len(rows[0])
        grid = Grid(drawn, colWidths=[width] * len(rows[0]), splitInRow=1, repeatRows=1)
        grid.setStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("GRID", (0, 0), (-1, -1), 0.4, HexColor(LINE)),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
        self._story.append(grid)
        self.space(8)

    def note(self, text: str, *, keep: bool = False) -> None:
        """A paragraph of small print; with `keep` it stays with what follows."""
        self._add(text, f"note{keep}", 8.5, colour=FADED, after=4, keep=keep)

    def label(self, text: str, colour: str, *, beside: str = "") -> None:
        """A word in a coloured field, and plain words beside it; stays with what follows."""
        shown, rest = self._print(f" {text} "), self._print(beside)
        # A field's ends need room that paragraphs trim off: no-break spaces are kept.
        field = shown.replace(" ", "\u00a0")
        markup = f'<font name="{BOLD}" color="#ffffff" backColor="{colour}">{field}</font>'
        style = self._style("label", 8.5, colour=FADED, after=5, keep=True)
        self._paragraph(f"{markup}\u00a0\u00a0 {rest}" if beside else markup, style)

    def quote(self, text: str, *, source: str, colour: str, link: str = "") -> None:
        """Words of a document behind a coloured line, and where they stand."""
        style = self._style("quote", 9.5, font=ITALIC, left=16, after=1, bar=colour)
        self._paragraph(self._print(text), style)
        place = self._print(source)
        if link:
            place = f'<a href="{_attribute(link)}" color="{LOCK}">{place}</a>'
        self._paragraph(
            place, self._style("source", 8.5, colour=FADED, left=16, after=7, bar=colour)
        )

    def item(self, text: str, *, colour: str, mark: str) -> None:
        """A line of a list behind a coloured mark."""
        style = self._style("item", 9.5, left=16, after=3)
        lead = f'<font name="{BOLD}" color="{colour}">{self._print(mark)}</font>\u00a0 '
        self._paragraph(lead + self._print(text), style)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Names and values in two columns; a value may be long, and breaks over pages."""
        from reportlab.lib.colors import HexColor
        from reportlab.platypus import Table

        name = self._style("fact-name", 9, colour=FADED)
        value = self._style("fact-value", 9)
        rows = [[_paragraph(self._print(a), name), _paragraph(self._print(b), value)]
                for a, b in pairs]  # fmt: skip
        if not rows:
            return
        width = _width()
        table = Table(rows, colWidths=[0.28 * width, 0.72 * width], splitInRow=1)
        table.setStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(LINE)),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
        self._story.append(table)
        self.space(8)

    def bar(self, parts: Sequence[BarPart], *, height: float = 20) -> None:
        """One bar whose parts are as long as their counts."""
        from reportlab.graphics.shapes import Drawing, Rect, String
        from reportlab.lib.colors import HexColor, white

        width = _width()
        total = sum(part.count for part in parts)
        drawing = Drawing(width, height + 6)
        drawing.add(Rect(0, 3, width, height, fillColor=HexColor(LINE), strokeColor=None))
        at = 0.0
        for part in parts:
            length = width * part.count / total if total else 0.0
            drawing.add(
                Rect(at, 3, length, height, fillColor=HexColor(part.colour), strokeColor=white)
            )
            if length > 24:
                drawing.add(
                    String(
                        at + length / 2,
                        3 + height / 2 - 3.4,
                        str(part.count),
                        fontName=BOLD,
                        fontSize=9.5,
                        fillColor=white,
                        textAnchor="middle",
                    )
                )
            at += length
        self._story.append(drawing)

    def named_bars(self, rows: Sequence[tuple[str, Sequence[BarPart]]]) -> None:
        """A bar a row behind its name, each as long as its share of the longest row."""
        from reportlab.graphics.shapes import Drawing, Rect, String
        from reportlab.lib.colors import HexColor
        from reportlab.platypus import Table

        longest = max((sum(part.count for part in parts) for _, parts in rows), default=0)
        name = self._style("bar-name", 9)
        width = _width()
        lines = []
        for label, parts in rows:
            room, at = 0.62 * width - 30, 0.0
            drawing = Drawing(0.62 * width, 11)
            for part in parts:
                length = room * part.count / longest if longest else 0.0
                drawing.add(
                    Rect(at, 1, length, 9, fillColor=HexColor(part.colour), strokeColor=None)
                )
                at += length
            count = str(sum(part.count for part in parts))
            drawing.add(String(at + 5, 2, count, fontName=REGULAR, fontSize=8.5,
                               fillColor=HexColor(FADED)))  # fmt: skip
            lines.append([_paragraph(self._print(label), name), drawing])
        if lines:
            table = Table(lines, colWidths=[0.36 * width, 0.64 * width])
            table.setStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 1),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
                ]
            )
            self._story.append(table)
            self.space(8)

    def signatures(self, names: Sequence[str]) -> None:
        """Empty lines to write on, each over its name; three stand beside each other."""
        from reportlab.lib.colors import HexColor
        from reportlab.platypus import KeepTogether, Table

        style = self._style("signature", 8.5, colour=FADED)
        width = _width()
        tables = []
        for start in range(0, len(names), 3):
            row: list[Any] = []
            for label in names[start : start + 3]:
                row += [_paragraph(self._print(label), style), ""]
            row += [""] * (6 - len(row))
            column = width / 3
            table = Table([row], colWidths=[column - 14, 14] * 3, spaceBefore=42)
            lines = [("LINEABOVE", (2 * at, 0), (2 * at, 0), 0.7, HexColor(INK))
                     for at in range(len(names[start : start + 3]))]  # fmt: skip
            table.setStyle([*lines, ("LEFTPADDING", (0, 0), (-1, -1), 0)])
            tables.append(table)
        self._story.append(KeepTogether(tables))

    def space(self, points: float) -> None:
        """Empty room."""
        from reportlab.platypus import Spacer

        self._story.append(Spacer(1, points))

    def rule(self) -> None:
        """A thin line over the page."""
        from reportlab.lib.colors import HexColor
        from reportlab.platypus.flowables import HRFlowable

        self._story.append(
            HRFlowable(width="100%", color=HexColor(LINE), spaceBefore=6, spaceAfter=4)
        )

    def new_page(self) -> None:
        """What follows starts on a page of its own."""
        from reportlab.platypus import PageBreak

        self._story.append(PageBreak())

    def write(self, into: BinaryIO) -> None:
        """Write the PDF. A Paper is written once."""
        from reportlab.lib.pagesizes import A4
        from reportlab.platypus import SimpleDocTemplate

        from app.printing.pages import numbering_canvas

        document = SimpleDocTemplate(
            into,
            pagesize=A4,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=_MARGIN,
            bottomMargin=_MARGIN,
            title=self._title,
            author="Strongroom",
            lang=self._language,
            invariant=1,
        )
        document.build(self._story, canvasmaker=numbering_canvas(self._footer))

    def _add(self, text: str, name: str, size: float, **look: Any) -> None:
        self._paragraph(self._print(text), self._style(name, size, **look))

    def _paragraph(self, markup: str, style: Any) -> None:
        self._story.append(_paragraph(markup, style))

    def _print(self, text: str) -> str:
        shown = printable(text)
        self.lost += shown.lost
        return shown.markup

    def _style(
        self,
        name: str,
        size: float,
        *,
        font: str = REGULAR,
        colour: str = INK,
        before: float = 0,
        after: float = 0,
        left: float = 0,
        leading: float = 1.4,
        keep: bool = False,
        bar: str = "",
    ) -> Any:
        from reportlab.lib.colors import HexColor
        from reportlab.lib.styles import ParagraphStyle

        key = f"{name}{bar}"
        if key not in self._styles:
            self._styles[key] = ParagraphStyle(
                key,
                fontName=font,
                fontSize=size,
                leading=size * leading,
                textColor=HexColor(colour),
                spaceBefore=before,
                spaceAfter=after,
                leftIndent=left,
                keepWithNext=1 if keep else 0,
                bar=HexColor(bar) if bar else None,
            )
        return self._styles[key]


def _width() -> float:
    from reportlab.lib.pagesizes import A4

    return float(A4[0]) - 2 * _MARGIN - 12  # a frame keeps six points free on both sides


def _paragraph(markup: str, style: Any) -> Any:
    from app.printing.pages import barred_paragraph

    return barred_paragraph()(markup, style)


def _bookmark(mark: str, text: str, level: int) -> Any:
    from app.printing.pages import bookmark

    return bookmark()(mark, " ".join(text.split())[:120], level)


def _attribute(link: str) -> str:
    import html

    return html.escape(link, quote=True)
