"""Office and PDF files: letters that nobody sees are left out, and what is seen is always read."""

import io
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor
from lxml import etree
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color
from pptx.dml.color import RGBColor as SlideColour
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.util import Inches
from pptx.util import Pt as SlidePt

from ingest.sandbox.reading import read_sections
from ingest.sections import Findings

WORDS, AROUND = "Ghostly words that nobody sees.", "Plain words around them."
WHITE = RGBColor(255, 255, 255)


def _read(data: bytes, name: str) -> tuple[str, list[str]]:
    findings = Findings()
    sections = list(read_sections(io.BytesIO(data), name, findings))
    return "\n".join(f"{one.heading}\n{one.text}" for one in sections), findings.warnings


def _saved(document: Any) -> bytes:
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _is_left_out(data: bytes, name: str) -> bool:
    text, warnings = _read(data, name)
    assert AROUND in text
    if WORDS in text:
        return False
    assert any("left out" in warning for warning in warnings)
    return True


# ---- DOCX ---------------------------------------------------------------------------------------


def _shade(run: Any, fill: str) -> None:
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{fill}"/>')
    run._r.get_or_add_rPr().append(shade)


def _styled(document: Any, kind: Any, look: Callable[[Any], None]) -> Any:
    base = document.styles.add_style("Ghost", kind)
    look(base.font)
    heir = document.styles.add_style("Heir", kind)
    heir.base_style = base
    return heir


def _docx(shape: Callable[[Any, Any], Any]) -> bytes:
    """`shape` gets the document and the run that it is about."""
    document = docx.Document()
    document.add_paragraph(AROUND)
    shape(document, document.add_paragraph().add_run(WORDS))
    return _saved(document)


def _white(font: Any) -> None:
    font.color.rgb = WHITE


def _in_colours(letters: str, ground: str) -> Callable[[Any, Any], None]:
    def shape(_: Any, run: Any) -> None:
        run.font.color.rgb = RGBColor.from_string(letters)
        _shade(run, ground)

    return shape


def _marked(letters: str, marker: WD_COLOR_INDEX) -> Callable[[Any, Any], None]:
    def shape(_: Any, run: Any) -> None:
        run.font.color.rgb = RGBColor.from_string(letters)
        run.font.highlight_color = marker

    return shape


def _by_character_style(document: Any, run: Any) -> None:
    run.style = _styled(document, WD_STYLE_TYPE.CHARACTER, _white)


def _by_paragraph_style(look: Callable[[Any], None]) -> Callable[[Any, Any], None]:
    def shape(document: Any, run: Any) -> None:
        run._parent.style = _styled(document, WD_STYLE_TYPE.PARAGRAPH, look)

    return shape


def _tiny(font: Any) -> None:
    font.size = Pt(1)


def _overruled(document: Any, run: Any) -> None:
    _by_paragraph_style(_white)(document, run)
    run.font.color.rgb = RGBColor(0, 0, 0)


def _in_a_dark_cell(document: Any, run: Any) -> None:
    run._parent._p.getparent().remove(run._parent._p)
    cell = document.add_table(1, 2).cell(0, 0)
    cell._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="1F3864"/>')
    )
    cell.paragraphs[0].add_run(WORDS).font.color.rgb = WHITE
    document.tables[0].cell(0, 1).text = "Beside"


@pytest.mark.parametrize(
    "shape",
    [
        _in_colours("FFFFFF", "FFFFFF"),
        _in_colours("FEFEFE", "auto"),
        _in_colours("000000", "000000"),
        _marked("FFFFFF", WD_COLOR_INDEX.WHITE),
        _marked("000000", WD_COLOR_INDEX.BLACK),
        _by_character_style,
        _by_paragraph_style(_white),
        _by_paragraph_style(_tiny),
    ],
)
def test_word_hides(shape: Callable[[Any, Any], Any]) -> None:
    assert _is_left_out(_docx(shape), "a.docx")


@pytest.mark.parametrize(
    "shape",
    [
        _in_colours("FFFFFF", "1F3864"),
        _in_colours("000000", "FFFFFF"),
        _marked("FFFFFF", WD_COLOR_INDEX.BLUE),
        _overruled,
        _in_a_dark_cell,
    ],
)
def test_word_shows(shape: Callable[[Any, Any], Any]) -> None:
    assert not _is_left_out(_docx(shape), "a.docx")


# ---- XLSX ---------------------------------------------------------------------------------------


def _xlsx(
    letters: Any = None, fill: Any = None, height: float | None = None, form: str = ""
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for words in ("Note", AROUND, WORDS, "Last"):
        sheet.append([words, "beside"])
    cell = sheet["A3"]
    if letters is not None:
        cell.font = Font(color=letters)
    if fill is not None:
        cell.fill = PatternFill("solid", fgColor=fill)
    if height is not None:
        sheet.row_dimensions[3].height = height
    cell.number_format = form or cell.number_format
    return _saved(book)


@pytest.mark.parametrize(
    "data",
    [
        _xlsx("FFFFFFFF", "FFFFFFFF"),
        _xlsx("FFFEFEFE"),
        _xlsx("FF000000", "FF000000"),
        _xlsx(Color(indexed=9)),
        _xlsx(height=0.5),
        _xlsx(form=';;;""'),
    ],
)
def test_a_workbook_hides(data: bytes) -> None:
    assert _is_left_out(data, "a.xlsx")


@pytest.mark.parametrize(
    "data",
    [
        _xlsx("FFFFFFFF", "FF1F3864"),
        _xlsx("FFFFFFFF", Color(theme=4)),
        _xlsx(Color(indexed=8)),
        _xlsx(Color(theme=1)),
        _xlsx(height=12.5),
        _xlsx(form=';;;"x"@'),
    ],
)
def test_a_workbook_shows(data: bytes) -> None:
    assert not _is_left_out(data, "a.xlsx")


def test_white_words_on_a_ground_by_rule_are_read_with_a_warning() -> None:
    book = openpyxl.load_workbook(io.BytesIO(_xlsx("FFFFFFFF")))
    sheet = book.active
    sheet["B4"].font = Font(sz=1)
    sheet["B4"].value = "Tiny words"
    dark = FormulaRule(formula=["TRUE"], fill=PatternFill("solid", bgColor="FF000080"))
    sheet.conditional_formatting.add("A1:A3", dark)
    text, warnings = _read(_saved(book), "a.xlsx")
    assert WORDS in text
    assert "Tiny words" not in text
    assert any("1 cells were read that may have their ground" in one for one in warnings)


def test_reading_a_workbook_leaves_other_libraries_whole() -> None:
    script = (
        "import io, sys\n"
        "from ingest.sandbox.reading import read_sections\n"
        "from ingest.sections import Findings\n"
        "data = io.BytesIO(sys.stdin.buffer.read())\n"
        "assert list(read_sections(data, 'a.xlsx', Findings()))\n"
        "import numpy.random\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=_xlsx(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


# ---- PPTX ---------------------------------------------------------------------------------------


def _pptx(shape: Callable[[Any, Any], Any]) -> bytes:
    """`shape` gets the text box and the run that it is about."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, Inches(5), Inches(1)).text_frame.text = AROUND
    box = slide.shapes.add_textbox(0, Inches(2), Inches(5), Inches(1))
    run = box.text_frame.paragraphs[0].add_run()
    run.text = WORDS
    shape(box, run)
    return _saved(deck)


def _filled(box: Any, run: Any, ground: str, letters: str) -> None:
    box.fill.solid()
    box.fill.fore_color.rgb = SlideColour.from_string(ground)
    run.font.color.rgb = SlideColour.from_string(letters)


def _themed(box: Any, run: Any, letters: MSO_THEME_COLOR, brightness: float = 0.0) -> None:
    box.fill.solid()
    box.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_1
    run.font.fill.solid()
    run.font.fill.fore_color.theme_color = letters
    run.font.fill.fore_color.brightness = brightness


def _clear(run: Any, share: int) -> None:
    run.font.color.rgb = SlideColour(0, 0, 0)
    colour = run.font._rPr.find(".//{*}srgbClr")
    etree.SubElement(colour, colour.tag.replace("srgbClr", "alpha"), val=str(share))


def _outlined(run: Any) -> None:
    run.font.fill.background()
    line = etree.Element(run.font._rPr.tag.replace("rPr", "ln"))
    run.font._rPr.insert(0, line)


@pytest.mark.parametrize(
    "shape",
    [
        lambda box, run: _filled(box, run, "FFFFFF", "FDFDFD"),
        lambda box, run: _themed(box, run, MSO_THEME_COLOR.BACKGROUND_1),
        lambda box, run: _clear(run, 0),
        lambda box, run: run.font.fill.background(),
        lambda box, run: setattr(run.font, "size", SlidePt(1)),
    ],
)
def test_slides_hide(shape: Callable[[Any, Any], Any]) -> None:
    assert _is_left_out(_pptx(shape), "a.pptx")


@pytest.mark.parametrize(
    "shape",
    [
        lambda box, run: _filled(box, run, "1F3864", "FFFFFF"),
        lambda box, run: _themed(box, run, MSO_THEME_COLOR.TEXT_1),
        lambda box, run: _themed(box, run, MSO_THEME_COLOR.BACKGROUND_1, -0.5),
        lambda box, run: _clear(run, 80_000),
        lambda box, run: _outlined(run),
    ],
)
def test_slides_show(shape: Callable[[Any, Any], Any]) -> None:
    assert not _is_left_out(_pptx(shape), "a.pptx")


@pytest.mark.parametrize(("ground", "hidden"), [("FFFFFF", True), ("1F3864", False)])
def test_a_cell_of_a_slide_s_table(ground: str, hidden: bool) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    table = slide.shapes.add_table(2, 2, 0, 0, Inches(5), Inches(2)).table
    table.cell(0, 0).text, table.cell(1, 1).text = AROUND, "Last"
    cell = table.cell(1, 0)
    cell.fill.solid()
    cell.fill.fore_color.rgb = SlideColour.from_string(ground)
    run = cell.text_frame.paragraphs[0].add_run()
    run.text, run.font.color.rgb = WORDS, SlideColour(255, 255, 255)
    assert _is_left_out(_saved(deck), "a.pptx") == hidden


# ---- PDF ----------------------------------------------------------------------------------------

HERE = f"BT /F1 12 Tf 72 600 Td ({WORDS}) Tj ET\n"
BOX = "60 590 300 30 re f\n"


def _pdf(drawn: str, annotations: str = "", *more: str) -> bytes:
    drawn = f"BT /F1 12 Tf 72 700 Td ({AROUND}) Tj ET\n{drawn}"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    looks = (
        "<< /Faint << /ca 0.05 >> /Glass << /ca 0.4 >> /Ink << /BM /Multiply >> "
        "/Soft << /SMask << /S /Alpha >> >> >>"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources "
        f"<< /Font << /F1 5 0 R >> /ExtGState {looks} /XObject << /Switched 6 0 R >> >> "
        f"/Annots [{annotations}] >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        font,
        f"<< /Subtype /Form /BBox [0 0 612 792] /OC << /Type /OCG >> /Length {len(BOX)} >>\n"
        f"stream\n{BOX}\nendstream",
        *more,
    ]
    data = "%PDF-1.7\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    data += (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF"
    )
    return data.encode()


@pytest.mark.parametrize(
    "drawn",
    [
        f".97 g\n{HERE}",
        f"/Faint gs\n{HERE}",
        f"{HERE}0 g {BOX}",
        f"{HERE}1 g {BOX}",
        f"{HERE}q 0 0 612 792 re W n 0 g {BOX} Q",
        f"{HERE}q 2 0 0 2 0 0 cm 0 g 30 295 150 15 re f Q",
    ],
)
def test_a_page_hides(drawn: str) -> None:
    assert _is_left_out(_pdf(drawn), "a.pdf")


@pytest.mark.parametrize(
    "drawn",
    [
        f"0.2 g {BOX} 1 g {HERE}",
        f".9 g {BOX} 0 g {HERE}",
        f"{HERE}/Glass gs 1 1 0 rg {BOX}",
        f"{HERE}/Ink gs 1 1 0 rg {BOX}",
        f"{HERE}/Soft gs 1 1 0 rg {BOX}",
        f"{HERE}q 400 400 50 50 re W n 0 g {BOX} Q",
        f"{HERE}q 72 600 m 300 600 l 200 700 l h W n 0 g {BOX} Q",
        f"{HERE}/Pattern cs /P1 scn {BOX}",
        f"{HERE}60 590 300 30 re S\n",
        f"{HERE}60 590 300 30 re 65 595 290 20 re f*\n",
        f"{HERE}60 590 m 360 590 l 210 640 l h f\n",
        f"{HERE}0 g 60 590 40 30 re f\n",
        f"{HERE}/OC /Layer BDC q 0 g {BOX} Q EMC\n",  # the layer may be switched off
        f"{HERE}/Switched Do\n",
    ],
)
def test_a_page_shows(drawn: str) -> None:
    assert not _is_left_out(_pdf(drawn), "a.pdf")


@pytest.mark.parametrize(("flags", "seen"), [(4, True), (2, False), (32, False)])
@pytest.mark.parametrize(
    "annotation",
    [
        f"/Subtype /FreeText /Contents ({WORDS})",
        f"/Subtype /Widget /FT /Tx /T (Name) /V ({WORDS})",
    ],
)
def test_annotations_and_fields_that_a_viewer_shows(
    annotation: str, flags: int, seen: bool
) -> None:
    data = _pdf("", f"<< /Type /Annot {annotation} /F {flags} /Rect [72 500 300 520] >>")
    text, warnings = _read(data, "a.pdf")
    assert AROUND in text
    assert (WORDS in text) == seen
    assert warnings == []  # nothing that a person could see is missing


@pytest.mark.parametrize(("flags", "seen"), [("4", True), ("2", False), ("null", True)])
def test_flags_that_stand_elsewhere_in_the_file(flags: str, seen: bool) -> None:
    note = f"<< /Type /Annot /Subtype /FreeText /Contents ({WORDS}) /F 7 0 R /Rect [0 0 9 9] >>"
    text, _ = _read(_pdf("", note, flags), "a.pdf")
    assert AROUND in text
    assert (WORDS in text) == seen
