"""Pictures within documents and slides are figures: their descriptions, and their words."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from docx.oxml.ns import qn
from ingest_fakes import MemoryIndex
from openpyxl.drawing.image import Image as SheetPicture
from PIL import Image, ImageDraw
from pptx.util import Inches
from scanned_pages import font

from ingest.ocr.words import RecognisedPage
from ingest.pipeline import ingest_paths
from ingest.sandbox.parsing import HasScans, ParseLimits, Sandbox
from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, Section


def drawing(*lines: str) -> bytes:
    picture = Image.new("RGB", (900, 90 + 90 * len(lines)), "white")
    pen = ImageDraw.Draw(picture)
    for at, line in enumerate(lines):
        pen.text((60, 40 + 90 * at), line, fill="black", font=font("vera", 40, 72))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def photograph() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((600, 400), 120).save(out, "PNG")
    return out.getvalue()


def word(*pictures: bytes, description: str = "") -> bytes:
    document = docx.Document()
    document.add_heading("Pumps", 1)
    document.add_paragraph("Above.")
    for picture in pictures:
        document.add_picture(io.BytesIO(picture))
        for item in document.element.body.iter(qn("wp:docPr")):
            item.set("descr", description)
    document.add_paragraph("Below.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def slides(*pictures: bytes) -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Pumps"
    for picture in pictures:
        slide.shapes.add_picture(io.BytesIO(picture), 0, Inches(2))
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def sheet(*pictures: bytes) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Pumps"
    book.active.append(["Pump", "Leaks"])
    for at, picture in enumerate(pictures):
        book.active.add_image(SheetPicture(io.BytesIO(picture)), f"D{5 + 20 * at}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def page(*pictures: bytes, text: str = "") -> bytes:
    shown = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(one).decode()}">' for one in pictures
    )
    return f"<html><body><h1>Pumps</h1>{shown}{text}</body></html>".encode()


@pytest.mark.parametrize(
    ("make", "name"),
    [(word, "a.docx"), (slides, "a.pptx"), (page, "a.html"), (sheet, "a.xlsx")],
)
def test_words_in_a_picture_are_read_once(
    make: Callable[..., bytes], name: str, tmp_path: Path
) -> None:
    chart = drawing("Leaks by quarter", "Hamburg 47", "Bremen 29")
    path = tmp_path / name
    path.write_bytes(make(chart, photograph(), chart))
    with Sandbox(ParseLimits()) as sandbox:
        with pytest.raises(HasScans):
            sandbox.read(path, name, later=True)
        sections = sandbox.read(path, name).sections
    figures = [section for section in sections if section.kind == "figure"]
    assert [section.text.split("\n") for section in figures] == [
        ["Leaks by quarter", "Hamburg 47", "Bremen 29"]
    ]
    assert figures[0].heading == "Pumps"


def test_a_picture_is_found(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(word(drawing("Leaks by quarter", "Hamburg 47")))
    index = MemoryIndex()
    report = ingest_paths(index, [tmp_path])
    assert [one.status for one in report.documents] == ["indexed"]
    assert "Hamburg 47" in index.text("report.docx")


class _Unused:
    def page(self, number: int, draw: object) -> RecognisedPage:
        raise AssertionError("was asked")


def read(data: bytes, name: str) -> list[Section]:
    return list(read_sections(io.BytesIO(data), name, Findings(scans=_Unused())))


def test_descriptions_are_read_where_an_author_wrote_them() -> None:
    icon = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(icon, "PNG")
    told = read(word(icon.getvalue(), description="The board stands above sales"), "a.docx")
    assert [(one.kind, one.text) for one in told] == [
        ("text", "Above."), ("figure", "The board stands above sales"), ("text", "Below."),
    ]  # fmt: skip
    for automatic in ("A chart\nDescription automatically generated", "Ein Bild. Automatisch "
                      "generierte Beschreibung"):  # fmt: skip
        told = read(word(icon.getvalue(), description=automatic), "a.docx")
        assert all(one.kind == "text" for one in told)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + b"\0" * 5000, b"junk" * 2000])
def test_a_hostile_picture_costs_itself_alone(data: bytes) -> None:
    assert [one.text for one in read(page(data, text="<p>Seen.</p>"), "a.html")] == ["Seen."]
