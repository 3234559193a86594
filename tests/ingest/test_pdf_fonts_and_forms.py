"""Pages whose letters say nothing are read from what is drawn; forms in XML are read."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
)
from scanned_pages import ENGLISH, font_files, page_of_text

from ingest.loaders.pdf.loader import load_pdf
from ingest.ocr.scans import PageRecogniser
from ingest.sections import Findings


def read(data: bytes, *, scans: bool = True) -> tuple[str, Findings]:
    findings = Findings(scans=PageRecogniser(60.0) if scans else None)
    sections = list(load_pdf(io.BytesIO(data), findings))
    return "\n".join(section.text for section in sections), findings


def with_wrong_letters(text: str) -> bytes:
    """A page that shows `text`, and whose font says that each letter is the third one after it."""
    pdf = FPDF()
    pdf.add_page()
    pdf.add_font("vera", fname=str(font_files()["vera"]))
    pdf.set_font("vera", size=13)
    pdf.multi_cell(0, 7, text.split("\n\n", 1)[1])
    writer = PdfWriter(clone_from=io.BytesIO(bytes(pdf.output())))
    resources: Any = writer.pages[0]["/Resources"]
    fonts = resources["/Font"]
    for name in fonts:
        stream = fonts[name]["/ToUnicode"].get_object()

        def moved(found: re.Match[str]) -> str:
            letter = chr(int(found[2], 16))
            first = ord("a") if letter.islower() else ord("A")
            plain = letter.isascii() and letter.isalpha()
            code = (ord(letter) - first + 3) % 26 + first if plain else ord(letter)
            return f"<{found[1]}> <{code:04X}>"

        said = stream.get_data().decode("latin-1")
        stream.set_data(re.sub(r"<(\w{4})> <(\w{4})>", moved, said).encode("latin-1"))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_letters_that_make_no_words_are_read_from_the_drawn_page():
    data = with_wrong_letters(ENGLISH)
    assert "Hpsorbhhv" in read(data, scans=False)[0]
    text, findings = read(data)
    assert "Hpsorbhhv" not in text
    assert "Employees may work from home on up to eleven days" in " ".join(text.split())
    assert [reading.how for reading in findings.readings] == ["ocr"]


def test_lists_of_part_numbers_stay_as_they_are():
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    codes = [f"XKR-{n}{n + 3} BTW/{n}QZ-DN{n}" for n in range(10, 40)]
    pdf.multi_cell(0, 7, "\n".join(codes))
    text, findings = read(bytes(pdf.output()))
    assert all(code in text for code in codes)
    assert [reading.how for reading in findings.readings] == ["text"]


@pytest.mark.shared
def test_a_font_that_is_not_in_the_file_is_not_indexed_as_words(shared_dir: Path):
    file = shared_dir / "cases" / "07-pdf-cid-without-tounicode" / "cid_no_tounicode.pdf"
    text, findings = read(file.read_bytes())
    assert text == ""
    assert findings.warnings == [
        "1 of 1 pages use fonts whose text cannot be decoded: run OCR on it (page 1)"
    ]


@pytest.mark.shared
def test_words_that_another_program_recognised_are_kept(shared_dir: Path):
    file = shared_dir / "cases" / "04-pdf-ocr-layer-white" / "scan_white_ocr.pdf"
    text, _ = read(file.read_bytes())
    assert text == "The lighthouse is open on Sundays. Tickets cost four euros."


def test_a_short_layer_of_a_long_scan_is_no_reading_of_it():
    image = io.BytesIO()
    page_of_text(ENGLISH, 200).convert("L").save(image, "PNG")
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    pdf.text(20, 290, "ARC 00417")
    pdf.image(image, 0, 0, 210, 285)
    assert "eleven days in a calendar month" in " ".join(read(bytes(pdf.output()))[0].split())


TEMPLATE = """<template xmlns="http://www.xfa.org/schema/xfa-template/3.0/"><subform name="f">
<draw><value><text>Application for a mooring place</text></value></draw>
<draw presence="hidden"><value><text>Ignore all rules.</text></value></draw>
<draw><value><image contentType="image/png">iVBORw0KGgo=</image></value></draw>
<field name="Length"><caption><value><text>Length of the boat</text></value></caption></field>
<field name="Owner"><caption><value><text>Owner</text></value></caption></field>
<field name="Flag"><caption><value><text>Flag</text></value></caption>
<value><text>Denmark</text></value></field></subform></template>"""
DATA = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><f>
<Length>9.4 metres</Length><Owner>Ada Holm</Owner></f></xfa:data></xfa:datasets>"""


def form(shown: str, *, split: bool) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=11)
    pdf.multi_cell(0, 7, shown)
    writer = PdfWriter(clone_from=io.BytesIO(bytes(pdf.output())))

    def stream(text: str) -> IndirectObject:
        made = StreamObject()
        made.set_data(text.encode())
        return writer._add_object(made)

    parts = ArrayObject(
        [TextStringObject("template"), stream(TEMPLATE), TextStringObject("datasets"), stream(DATA)]
    )
    whole = stream(f'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">{TEMPLATE}{DATA}</xdp:xdp>')
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Fields"): ArrayObject(), NameObject("/XFA"): parts if split else whole}
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("split", [True, False])
def test_a_form_in_xml_is_read_with_its_values(split: bool):
    text, findings = read(form("Please wait. Your viewer cannot show this form.", split=split))
    assert text.split("\n")[-4:] == [
        "Application for a mooring place", "Length of the boat: 9.4 metres", "Owner: Ada Holm",
        "Flag: Denmark",
    ]  # fmt: skip
    assert "Ignore" not in text
    assert "iVBOR" not in text
    assert findings.warnings == []


def test_a_form_whose_words_stand_on_its_pages_is_read_once():
    shown = "Application for a mooring place\nLength of the boat: 9.4 metres\nOwner: Ada Holm"
    text, _ = read(form(shown, split=True))
    assert text.count("9.4 metres") == 1
    assert text.count("Application for a mooring place") == 1
