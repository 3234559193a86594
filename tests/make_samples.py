"""Renders the Markdown in tests/sources to the PDF and office files that the tests read.

`python tests/make_samples.py` writes tests/samples, corpus and long; the same sources give the same
bytes on every machine, so a difference in git is a difference in the text. Each source opens with
its target format between two `---` lines. The files in those folders that have no source (HTML,
text, Markdown, CSV, mail) are written by hand.
"""

import io
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

HERE = Path(__file__).resolve().parent
WRITTEN = datetime(2025, 6, 2, 9, 0)  # stands for "now" wherever a format wants a time


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or table, in the order of the document."""

    kind: Literal["heading", "paragraph", "item", "table"]
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    meta: dict[str, str]
    blocks: list[Block]

    @property
    def title(self) -> str:
        return self.blocks[0].text


def read_source(path: Path) -> Source:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    meta = dict(line.split(": ", 1) for line in head.strip().splitlines())
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    return Source(meta, list(_blocks(iter(tokens))))


def _blocks(tokens: Iterator[Token]) -> Iterator[Block]:
    in_list = False
    for token in tokens:
        match token.type:
            case "heading_open":
                yield Block("heading", _inline(tokens), level=int(token.tag[1]))
            case "bullet_list_open" | "ordered_list_open":
                in_list = True
            case "bullet_list_close" | "ordered_list_close":
                in_list = False
            case "paragraph_open":
                yield Block("item" if in_list else "paragraph", _inline(tokens))
            case "table_open":
                yield Block("table", rows=tuple(_rows(tokens)))


def _inline(tokens: Iterator[Token]) -> str:
    return next(tokens).content.replace("\n", " ")


def _rows(tokens: Iterator[Token]) -> Iterator[tuple[str, ...]]:
    row: list[str] = []
    for token in tokens:
        if token.type == "inline":
            row.append(token.content)
        elif token.type == "tr_close":
            yield tuple(row)
            row = []
        elif token.type == "table_close":
            return


def render_pdf(source: Source) -> bytes:
    """A cover with contents, then every chapter on a page of its own; outline, page numbers."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import (
        BaseDocTemplate,
        Flowable,
        Frame,
        PageBreak,
        PageTemplate,
        Paragraph,
        Spacer,
        Table,
    )
    from reportlab.platypus.tableofcontents import TableOfContents

    body = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=15, spaceAfter=8)
    cell = ParagraphStyle("cell", parent=body, fontSize=9, leading=11, spaceAfter=0)
    head = ParagraphStyle("head", parent=cell, fontName="Helvetica-Bold")
    headings = {
        1: ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=26, leading=32, spaceAfter=20),
        2: ParagraphStyle("h2", fontName="Helvetica-Bold", fontSize=17, leading=22, spaceAfter=12),
        3: ParagraphStyle("h3", parent=body, fontName="Helvetica-Bold", fontSize=12, spaceAfter=4),
    }
    out = io.BytesIO()

    class Document(BaseDocTemplate):
        def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - reportlab's name
            level = getattr(flowable, "level", 0)
            if not level:
                return
            text = flowable.getPlainText()
            key = f"{level} {text}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, level - 1)
            if level == 2:
                self.notify("TOCEntry", (0, text, self.page, key))

    def footer(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, 36, source.meta["footer"])
        canvas.drawRightString(A4[0] - 60, 36, f"Page {document.page}")

    document = Document(
        out, pagesize=A4, invariant=1, title=source.title, author=source.meta["author"]
    )
    frame = Frame(54, 60, A4[0] - 108, A4[1] - 120)
    document.addPageTemplates([PageTemplate("page", [frame], onPage=footer)])
    contents = TableOfContents(levelStyles=[body], dotsMinLevel=-1)
    story: list[Flowable] = []
    chapters = 0
    for block in source.blocks:
        if block.kind == "heading":
            if block.level == 2:
                if not chapters:
                    story += [Spacer(1, 24), contents]
                chapters += 1
                story.append(PageBreak())
            heading = Paragraph(block.text, headings[block.level])
            heading.level = block.level
            story.append(heading)
        elif block.kind == "table":
            rows = [
                [Paragraph(text, cell if number else head) for text in row]
                for number, row in enumerate(block.rows)
            ]
            longest = [max(map(len, column)) + 6 for column in zip(*block.rows, strict=True)]
            widths = [(A4[0] - 120) * part / sum(longest) for part in longest]
            table = Table(rows, widths, repeatRows=1, hAlign="LEFT", spaceAfter=12)
            table.setStyle(
                [
                    ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
                    ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.grey),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ]
            )
            story.append(table)
        else:
            bullet = "\u2022" if block.kind == "item" else None
            story.append(Paragraph(block.text, body, bulletText=bullet))
    document.multiBuild(story)
    return out.getvalue()


def render_docx(source: Source) -> bytes:
    import docx

    document = docx.Document()
    for block in source.blocks:
        if block.kind == "heading":
            document.add_heading(block.text, level=block.level - 1)
        elif block.kind == "table":
            table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
            for row in block.rows:
                for target, text in zip(table.add_row().cells, row, strict=True):
                    target.text = text
        else:
            document.add_paragraph(block.text, "List Bullet" if block.kind == "item" else None)
    properties = document.core_properties
    properties.title, properties.author = source.title, source.meta["author"]
    properties.created = properties.modified = WRITTEN
    out = io.BytesIO()
    document.save(out)
    return _frozen(out.getvalue())


def render_pptx(source: Source) -> bytes:
    """A title slide, then one slide for every heading; a paragraph `Notes: ...` is spoken text."""
    import pptx
    from pptx.util import Cm

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes.title.text = source.title
    for block in source.blocks[1:]:
        if block.kind == "heading":
            slide = deck.slides.add_slide(deck.slide_layouts[1])
            slide.shapes.title.text = block.text
        elif block.kind == "table":
            rows, columns = len(block.rows), len(block.rows[0])
            slide.placeholders[1].element.getparent().remove(slide.placeholders[1].element)
            table = slide.shapes.add_table(rows, columns, Cm(2), Cm(5), Cm(21), Cm(rows)).table
            for y, row in enumerate(block.rows):
                for x, text in enumerate(row):
                    table.cell(y, x).text = text
        elif block.text.startswith("Notes: "):
            slide.notes_slide.notes_text_frame.text = block.text.removeprefix("Notes: ")
        else:
            frame = slide.placeholders[1].text_frame
            line = frame.add_paragraph() if frame.text else frame.paragraphs[0]
            line.text = block.text
    properties = deck.core_properties
    properties.title, properties.author = source.title, source.meta["author"]
    properties.created = properties.modified = WRITTEN
    out = io.BytesIO()
    deck.save(out)
    return _frozen(out.getvalue())


def render_xlsx(source: Source) -> bytes:
    """One sheet for every heading; amounts become numbers and dates become dates."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet: Any = None
    for block in source.blocks[1:]:
        if block.kind == "heading":
            sheet = book.create_sheet(block.text)
        elif block.kind == "table":
            for row in block.rows:
                sheet.append([_cell(text) for text in row])
            for column in sheet.columns:
                letter = column[0].column_letter
                widest = max(len(str(item.value)) for item in column)
                sheet.column_dimensions[letter].width = widest + 2
                for item in column:
                    if isinstance(item.value, float):
                        item.number_format = "#,##0.00"
        else:
            sheet.append([block.text])
    book.properties.title, book.properties.creator = source.title, source.meta["author"]
    book.properties.created = WRITTEN
    out = io.BytesIO()
    book.save(out)
    return _frozen(out.getvalue())


def _cell(text: str) -> str | int | float | date | None:
    if re.fullmatch(r"-?[\d,]+", text):
        return int(text.replace(",", ""))
    if re.fullmatch(r"-?[\d,]+\.\d+", text):
        return float(text.replace(",", ""))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    return text or None


def _frozen(package: bytes) -> bytes:
    """The office package with the time of writing taken out of it."""
    out = io.BytesIO()
    stamp = f"{WRITTEN:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()


RENDERERS = {"pdf": render_pdf, "docx": render_docx, "pptx": render_pptx, "xlsx": render_xlsx}


def make(sources: Path, target: Path) -> list[Path]:
    """Renders every source of a folder into `target`; returns the files written."""
    written = []
    for path in sorted(sources.glob("*.md")):
        source = read_source(path)
        suffix = source.meta["format"]
        file = target / f"{path.stem}.{suffix}"
        file.write_bytes(RENDERERS[suffix](source))
        written.append(file)
    return written


def main() -> None:
    for folder in ("samples", "corpus", "long"):
        for file in make(HERE / "sources" / folder, HERE / folder):
            print(file.relative_to(HERE.parent), file.stat().st_size, file=sys.stderr)


if __name__ == "__main__":
    main()
