"""Pictures within documents and slides are figures: their descriptions, and their words."""

import base64
import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from ingest_fakes import MemoryIndex
from openpyxl.drawing.image import Image as SheetPicture
from PIL import Image, ImageDraw
from pptx.util import Inches
from scanned_pages import font

from ingest.loaders.metafile import metafile_words
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


# ---- pictures that are orders to draw -----------------------------------------------------------


def _record(kind: int, body: bytes) -> bytes:
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, 8 + len(body)) + body


def _text_order(text: str, left: int, bottom: int, options: int = 0) -> bytes:
    box = (left, bottom - 10, left + 6 * len(text), bottom)
    head = struct.pack("<4iIff2iIII4iI", *box, 1, 1, 1, 0, 0, len(text), 76, options, *box, 0)
    return _record(84, head + text.encode("utf-16-le"))


def _emf(*orders: bytes) -> bytes:
    head = struct.pack("<8i4sIIIHHIIIII", *[0] * 8, b" EMF", 0x10000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    return _record(1, head) + b"".join(orders) + _record(14, b"\0" * 12)


def _wmf(*orders: tuple[int, bytes]) -> bytes:
    made = [struct.pack("<IH", 3 + len(body) // 2, kind) + body for kind, body in orders]
    return b"\x01\x00\x09\x00" + b"\0" * 14 + b"".join(made) + struct.pack("<IH", 3, 0)


@pytest.mark.parametrize(
    "picture",
    [
        _emf(_text_order("Pump", 0, 20), _text_order("P-17", 30, 20), _text_order("leaks", 0, 40)),
        gzip.compress(
            _emf(_text_order("Pump P-", 0, 20), _text_order("17", 42, 20),
                 _text_order("leaks", 0, 40))
        ),
        _emf(_text_order("glyphs", 0, 9, 0x10), _text_order("Pump P-17", 0, 20),
             _text_order("leaks", 0, 40)),
        _wmf((0x0A32, struct.pack("<hhhH", 20, 0, 9, 0) + b"Pump P-17\0"),
             (0x0521, struct.pack("<h", 5) + b"leaks\0" + struct.pack("<hh", 40, 0))),
    ],
)  # fmt: skip
def test_the_words_of_drawings_are_read(picture: bytes) -> None:
    assert metafile_words(picture) == "Pump P-17\nleaks"


def test_bullets_of_drawings_are_no_letters() -> None:
    face = struct.pack("<II", 3, 0) + b"\0" * 24 + "Wingdings".encode("utf-16-le").ljust(64, b"\0")
    picture = _emf(
        _record(82, face), _record(37, struct.pack("<I", 3)), _text_order("n", 0, 20),
        _record(82, face.replace(b"W\0", b"X\0")), _record(37, struct.pack("<I", 3)),
        _text_order("Pump", 20, 20),
    )  # fmt: skip
    assert metafile_words(picture) == "• Pump"
    font = b"\0" * 18 + b"Wingdings\0"
    orders = ((0x02FC, b"\0" * 8), (0x02FB, font), (0x012D, b"\1\0"))
    bullet = (0x0521, struct.pack("<h", 1) + b"n\0" + struct.pack("<hh", 20, 0))
    other = ((0x01F0, b"\1\0"), (0x02FB, font.replace(b"W", b"X")), (0x012D, b"\1\0"))
    words = (0x0521, struct.pack("<h", 4) + b"Pump" + struct.pack("<hh", 40, 0))
    assert metafile_words(_wmf(*orders, bullet, *other, words)) == "Pump"


@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_of_a_drawing_are_read_to_their_end(noise: bytes, at: int) -> None:
    whole = _emf(_text_order("Pump", 0, 20), _text_order("leaks", 0, 40))
    for picture in (whole[:at] + noise + whole[at:], _wmf() + noise, _emf()[:at] + noise):
        assert (metafile_words(picture) or "").count("\n") <= len(picture)


def test_a_chart_that_was_pasted_as_a_drawing_is_a_figure_of_its_slide() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Pumps"
    slide.shapes.add_picture(io.BytesIO(drawing("x")), 0, 0, Inches(3))
    out = io.BytesIO()
    deck.save(out)
    changed = io.BytesIO()
    with zipfile.ZipFile(out) as before, zipfile.ZipFile(changed, "w") as after:
        for one in before.namelist():
            words = _emf(_text_order("Litres a day", 0, 20))
            after.writestr(one, words if one.endswith(".png") else before.read(one))
    sections = list(read_sections(changed, "a.pptx", Findings()))
    assert [(one.kind, one.heading, one.text) for one in sections] == [
        ("figure", "Pumps", "Litres a day")
    ]
