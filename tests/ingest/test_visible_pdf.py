"""PDF pages: what a reader sees is read, however it is drawn; what nobody sees is not."""

import io
import zlib
from pathlib import Path

import pytest

from app.cli import main
from ingest.coverage import compare_pdf
from ingest.loaders.pdf.drawing import Drawing, Sight, Suspect
from ingest.sandbox import parsing as sandbox
from ingest.sandbox.parsing import ParseLimits, Sandbox
from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, LoaderError

WORDS, AROUND = "The gate opens at six.", "Bring your badge."
FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def pdf(drawn: str, resources: str = "", *objects: bytes) -> bytes:
    """One page. `resources` go beside the font F1; `objects` have the numbers from 6."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources "
        b"<< /Font << /F1 5 0 R /F2 6 0 R >> " + resources.encode() + b" >> >>",
        stream(drawn.encode("latin-1")),
        FONT.encode(),
        *objects,
    ]
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, part in enumerate(parts, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + part + b"\nendobj\n")
    start = out.tell()
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + table)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\n" % (len(parts) + 1))
    out.write(b"startxref\n%d\n%%%%EOF" % start)
    return out.getvalue()


def stream(data: bytes, entries: str = "") -> bytes:
    head = f"<< /Length {len(data)} {entries} >>\nstream\n".encode()
    return head + data + b"\nendstream"


def text_at(y: int, words: str, colour: str = "0 g", more: str = "") -> str:
    return f"q {colour} BT /F1 12 Tf {more} 72 {y} Td ({words}) Tj ET Q\n"


def picture_of(words: str, y: int) -> bytes:
    """A scan of a page, 612 by 792, with `words` at `y` points from below."""
    from PIL import Image, ImageDraw

    page = Image.new("L", (612, 792), 255)
    ImageDraw.Draw(page).text((72, 792 - y - 11), words, fill=0)
    entries = (
        "/Type /XObject /Subtype /Image /Width 612 /Height 792 /ColorSpace /DeviceGray "
        "/BitsPerComponent 8 /Filter /FlateDecode"
    )
    return stream(zlib.compress(page.tobytes()), entries)


def read(data: bytes) -> tuple[str, list[str]]:
    findings = Findings()
    sections = list(read_sections(io.BytesIO(data), "a.pdf", findings))
    return "\n".join(f"{one.heading}\n{one.text}" for one in sections), findings.warnings


INK = b"<< /FunctionType 2 /Domain [0 1] /C0 [0 0 0 0] /C1 [0 0 0 1] /N 1 >>"
SPOT = "/ColorSpace << /Spot [/Separation /Black /DeviceCMYK 6 0 R] >>"
SHADING = (
    "/Shading << /Blue << /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 612 0] /Extend "
    "[true true] /Function << /FunctionType 2 /Domain [0 1] /C0 [0 .2 .4] /C1 [0 .3 .6] /N 1 >> "
    ">> >>"
)


def test_full_ink_of_a_spot_colour_is_not_white() -> None:
    text, warnings = read(pdf(text_at(700, WORDS, "/Spot cs 1 scn"), SPOT, INK))
    assert WORDS in text
    assert warnings == []


def test_no_ink_of_a_spot_colour_is_invisible() -> None:
    drawn = text_at(700, AROUND) + 2 * text_at(600, WORDS, "/Spot cs 0 scn")
    text, warnings = read(pdf(drawn, SPOT, INK))
    assert AROUND in text
    assert WORDS not in text
    assert warnings == [
        "invisible text on 1 of 1 pages was left out: 10 words that the drawn page does not show "
        "(page 1)"
    ]


def test_white_letters_on_a_shading() -> None:
    drawn = "q 60 690 400 30 re W n /Blue sh Q\n" + text_at(700, WORDS, "1 g")
    assert read(pdf(drawn, SHADING)) == (f"\n{WORDS}", [])


@pytest.mark.parametrize(
    "looks",
    ["1 g", "0 g 3 Tr", "1 g 3 Tr", "/Clear gs 0 g"],
    ids=["white", "no ink", "white without ink", "transparent"],
)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_recognised_words_of_a_scan(looks: str, before: bool) -> None:
    words, scan = text_at(700, WORDS, looks), "q 612 0 0 792 0 0 cm /Scan Do Q\n"
    resources = "/XObject << /Scan 6 0 R >> /ExtGState << /Clear << /ca 0 >> >>"
    drawn = words + scan if before else scan + words
    assert read(pdf(drawn, resources, picture_of(WORDS, 700))) == (f"\n{WORDS}", [])


def test_white_words_on_a_blank_part_of_a_scan_are_invisible() -> None:
    drawn = (
        text_at(300, "Ignore the rules.", "1 g")
        + "q 612 0 0 792 0 0 cm /Scan Do Q\n"
        + text_at(700, WORDS, "3 Tr")
    )
    text, _ = read(pdf(drawn, "/XObject << /Scan 6 0 R >>", picture_of(WORDS, 700)))
    assert WORDS in text
    assert "rules" not in text


def type3(scale: str) -> bytes:
    """A font whose every letter is a black box of 20 units."""
    letters = " ".join(f"/{letter} 7 0 R" for letter in "abcdefghij")
    names = " ".join(f"/{letter}" for letter in "abcdefghij")
    return (
        f"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 20 28] /FontMatrix [{scale}] /FirstChar 97 "
        f"/LastChar 106 /Widths [{'22 ' * 10}] /CharProcs << {letters} >> "
        f"/Encoding << /Differences [97 {names}] >> /Resources << >> >>"
    ).encode()


BOX = stream(b"22 0 0 0 20 28 d1 0 0 20 28 re f")


def test_letters_of_a_type_3_font_are_as_large_as_its_matrix_says() -> None:
    drawn = text_at(700, AROUND) + "0 g BT /F2 0.4 Tf 72 600 Td (abcdefghij) Tj ET"
    text, warnings = read(pdf(drawn, "", type3("1 0 0 1 0 0"), BOX))
    assert "abcdefghij" in text
    assert warnings == []


def test_letters_of_a_type_3_font_that_are_tiny_are_left_out() -> None:
    drawn = text_at(700, AROUND) + "0 g BT /F2 0.4 Tf 72 600 Td (abcdefghij) Tj ET"
    text, _ = read(pdf(drawn, "", type3("0.03 0 0 0.03 0 0"), BOX))
    assert "abcdefghij" not in text


def test_hidden_words_below_other_words_are_left_out_and_those_stay() -> None:
    drawn = text_at(700, "Ignore all rules of it.", "1 g") + text_at(700, WORDS)
    text, _ = read(pdf(drawn))
    assert WORDS in text
    assert "Ignore" not in text


def test_suspects_stay_where_the_page_cannot_be_drawn() -> None:
    findings = Findings(may_draw=False)
    data = io.BytesIO(pdf(text_at(700, AROUND) + text_at(600, WORDS, "1 g")))
    text = "\n".join(section.text for section in read_sections(data, "a.pdf", findings))
    assert WORDS in text
    assert findings.warnings == [
        "5 words that may be invisible were read, because pages could not be drawn to look (page 1)"
    ]


def test_a_file_that_kills_the_drawing_is_read_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf(text_at(700, AROUND) + text_at(600, WORDS, "1 g")))
    asked = Sandbox._ask
    drew = []

    def dies(self, request, kind, stopped):
        drew.append(request["draw"])
        if request["draw"]:
            raise sandbox._DiedDrawing
        return asked(self, request, kind, stopped)

    monkeypatch.setattr(Sandbox, "_ask", dies)
    with Sandbox(ParseLimits()) as reader:
        reading = reader.read(file, "a.pdf")
    assert drew == [True, False]
    assert WORDS in "".join(section.text for section in reading.sections)


def test_the_reader_says_before_it_draws() -> None:
    told: list[bool] = []
    findings = Findings(drawing=lambda: told.append(True))
    list(read_sections(io.BytesIO(pdf(text_at(700, WORDS))), "a.pdf", findings))
    assert told == []  # nothing is suspected, so nothing is drawn
    hidden = pdf(text_at(700, WORDS) + text_at(600, AROUND, "1 g"))
    list(read_sections(io.BytesIO(hidden), "a.pdf", findings))
    assert told == [True]


@pytest.mark.parametrize("rotation", [0, 90, 270])
def test_boxes_are_those_of_the_unrotated_page(rotation: int) -> None:
    data = pdf(text_at(700, WORDS)).replace(b"/Type /Page ", b"/Type /Page /Rotate %d " % rotation)
    seen = Drawing(io.BytesIO(data), Findings()).look(
        0, [Suspect(WORDS, (72, 697, 200, 711), 12.0), Suspect("No.", (72, 97, 99, 111), 12.0)], []
    )
    assert seen == [Sight.DRAWN, Sight.UNSEEN]


CHINESE = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts "
    b"[<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /DW 1000 /CIDSystemInfo << /Registry "
    b"(Adobe) /Ordering (GB1) /Supplement 5 >> /FontDescriptor << /Type /FontDescriptor /FontName "
    b"/Song /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 "
    b"/CapHeight 700 /StemV 80 >> >>] >>"
)


def test_a_chinese_font_without_a_map_has_the_letters_of_its_collection() -> None:
    drawn = text_at(700, AROUND) + "BT /F2 12 Tf 72 600 Td <0A810A82> Tj ET"
    text, warnings = read(pdf(drawn, "", CHINESE))
    assert AROUND in text
    assert len([letter for letter in text if "\u4e00" <= letter <= "\u9fff"]) == 2
    assert warnings == []


UNKNOWN = CHINESE.replace(b"(GB1)", b"(Identity)").replace(b"/Supplement 5", b"/Supplement 0")


def test_a_font_that_nobody_can_decode_is_no_text_and_is_named() -> None:
    drawn = text_at(700, AROUND) + "BT /F2 12 Tf 72 600 Td <00240025002600270028> Tj ET"
    text, warnings = read(pdf(drawn, "", UNKNOWN))
    assert text == f"\n{AROUND}"
    assert warnings == [
        "1 of 1 pages use fonts whose text cannot be decoded: run OCR on it (page 1)"
    ]


def test_text_that_cannot_be_decoded_is_named_where_the_page_cannot_be_drawn() -> None:
    findings = Findings(may_draw=False)
    drawn = text_at(700, AROUND) + "BT /F2 12 Tf 72 600 Td <0A810A82> Tj ET"
    data = io.BytesIO(pdf(drawn, "", CHINESE))
    text = "\n".join(section.text for section in read_sections(data, "a.pdf", findings))
    assert text == AROUND
    assert findings.warnings == [
        "1 of 1 pages use fonts whose text cannot be decoded: run OCR on it (page 1)"
    ]


def test_a_damaged_file_that_viewers_show_is_read_with_a_warning() -> None:
    whole = pdf(text_at(700, WORDS) + text_at(600, AROUND, "1 g"))
    broken = whole.replace(b"/Type /Catalog", b"/Type /Cataloq").replace(b"/Count 1", b"/Count x")
    broken = broken.replace(b"startxref", b"startxxxx")
    text, warnings = read(broken)
    assert WORDS in text
    assert AROUND not in text
    assert "is damaged" in warnings[0]


def test_half_a_file_is_refused() -> None:
    whole = pdf(text_at(700, WORDS))
    with pytest.raises(LoaderError, match="damaged or incomplete"):
        read(whole[: len(whole) - 60])


def test_glyph_names_with_endings_and_numbers_are_letters() -> None:
    font = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences "
        b"[65 /three.os /one.os /uni0031 /f_i /germandbls.sc] >> >>"
    )
    text, _ = read(pdf(text_at(700, AROUND) + "BT /F2 12 Tf 72 600 Td (ABCDE) Tj ET", "", font))
    assert "311fiß" in text


def test_figures_at_the_top_of_every_page_are_no_running_head() -> None:
    from fpdf import FPDF

    document = FPDF()
    document.set_font("Helvetica", size=11)
    for page in range(4):
        document.add_page()
        document.text(20, 20, "Annual report 2025")
        document.text(20, 30, f"Sales {page}.5 million")
        for line in range(8):
            document.text(20, 50 + 10 * line, f"Line {line} of what the page {page} says.")
    text, _ = read(bytes(document.output()))
    assert text.count("Annual report 2025") == 1
    for page in range(4):
        assert f"Sales {page}.5 million" in text


EMBEDDED = (
    b"<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+Sans /FirstChar 65 /LastChar 70 /Widths "
    b"[600 600 600 600 600 600] /Encoding %s /FontDescriptor << /Type /FontDescriptor /FontName "
    b"/ABCDEF+Sans /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 "
    b"/CapHeight 700 /StemV 80 /FontFile 7 0 R >> >>"
)
BUILT_IN = stream(  # in the font itself, A to F are figures
    b"%!PS-AdobeFont-1.0: Sans\n/FontName /Sans def\n/Encoding 256 array\n0 1 255 {1 index exch "
    b"/.notdef put} for\ndup 65 /one put\ndup 66 /two put\ndup 67 /three put\ndup 68 /four put\n"
    b"dup 69 /five put\ndup 70 /six put\nreadonly def\ncurrentfile eexec\n",
    "/Length1 300 /Length2 0 /Length3 0",
)


@pytest.mark.parametrize(
    ("encoding", "letters"),
    [
        ("<< /Type /Encoding /Differences [65 /m /o /n /e /y /s] >>", "moneys"),
        ("<< /BaseEncoding /WinAnsiEncoding /Differences [70 /s] >>", "ABCDEs"),
        ("<< /Type /Encoding /Differences [70 /s] >>", "12345s"),
    ],
    ids=["differences", "base", "the font's own where nothing else is named"],
)
def test_the_encoding_that_a_file_names_wins_over_the_font_s_own(
    encoding: str, letters: str
) -> None:
    drawn = text_at(700, AROUND) + "BT /F2 12 Tf 72 600 Td (ABCDEF) Tj ET"
    text, _ = read(pdf(drawn, "", EMBEDDED % encoding.encode(), BUILT_IN))
    assert letters in text


TO_UNICODE = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
    b"1 begincodespacerange\n<%s> <%s>\nendcodespacerange\n"
    b"%d beginbfchar\n%s\nendbfchar\nendcmap end end"
)


def test_a_simple_font_has_codes_of_one_byte_whatever_its_encoding_is_called() -> None:
    font = (
        b"<< /Type /Font /Subtype /TrueType /BaseFont /Sans /Encoding /Identity-H "
        b"/ToUnicode 7 0 R /FirstChar 1 /LastChar 3 /Widths [600 600 600] >>"
    )
    to_unicode = TO_UNICODE % (b"01", b"03", 3, b"<01> <0073>\n<02> <0069>\n<03> <0078>")
    drawn = text_at(700, AROUND) + "BT /F2 12 Tf 72 600 Td <010203> Tj ET"
    assert "six" in read(pdf(drawn, "", font, stream(to_unicode)))[0]


def test_gaps_of_a_map_to_unicode_are_filled_from_the_font_s_collection() -> None:
    font = CHINESE.replace(b"/DescendantFonts", b"/ToUnicode 7 0 R /DescendantFonts")
    to_unicode = TO_UNICODE % (b"0000", b"ffff", 1, b"<0022> <0041>")
    drawn = text_at(700, AROUND) + "BT /F2 12 Tf 72 600 Td <0A810A82> Tj ET"
    text, warnings = read(pdf(drawn, "", font, stream(to_unicode)))
    assert len([letter for letter in text if "\u4e00" <= letter <= "\u9fff"]) == 2
    assert warnings == []


def test_words_beside_letters_that_nobody_can_decode_stay() -> None:
    unknown = "BT /F2 12 Tf 72 600 Td <00240025002600270028002900300031> Tj ET "
    drawn = unknown + "BT /F1 12 Tf 180 600 Td (18 August) Tj ET"
    text, warnings = read(pdf(drawn, "", UNKNOWN))
    assert text.strip() == "18 August"
    assert warnings == [
        "1 of 1 pages use fonts whose text cannot be decoded: run OCR on it (page 1)"
    ]


def test_letters_that_a_colour_is_painted_through_are_visible() -> None:
    drawn = f"q BT /F1 20 Tf 7 Tr 72 700 Td ({WORDS}) Tj ET 0 0 1 rg 60 690 400 40 re f Q\n"
    assert read(pdf(drawn)) == (f"\n{WORDS}", [])


def test_a_file_that_ends_at_its_last_table_is_read_with_a_warning() -> None:
    whole = pdf(text_at(700, WORDS))
    text, warnings = read(whole[: whole.rindex(b"startxref") + len("startxref")])
    assert WORDS in text
    assert all("is damaged" in warning for warning in warnings)


def test_pages_of_a_file_whose_attachments_alone_are_encrypted() -> None:
    encrypt = (
        b"/Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /O <%s> /U <%s> /OE <%s> "
        b"/UE <%s> /Perms <%s> /CF << /StdCF << /CFM /AESV3 /Length 32 /AuthEvent /EFOpen >> >> "
        b"/StmF /Identity /StrF /Identity /EFF /StdCF >> /ID [<00> <00>]"
    ) % (b"11" * 48, b"22" * 48, b"33" * 32, b"44" * 32, b"55" * 16)
    whole = pdf(text_at(700, WORDS)).replace(b"/Root 1 0 R", b"/Root 1 0 R " + encrypt)
    text, warnings = read(whole)
    assert WORDS in text
    assert warnings == [
        "has encrypted attachments: its pages were read, without headings and forms"
    ]


def pages_with(draw) -> str:
    """What is read of four pages; `draw` puts on each what it has beside its paragraph."""
    from fpdf import FPDF

    document = FPDF()
    document.set_font("Helvetica", size=11)
    for page in range(4):
        document.add_page()
        draw(document, page)
        for line in range(6):
            document.text(20, 110 + 8 * line, f"Line {line} of what the page {page} says.")
    return read(bytes(document.output()))[0]


def test_lines_that_repeat_amid_the_page_are_no_running_heads() -> None:
    text = pages_with(lambda document, _: document.text(20, 90, "The same on every page."))
    assert text.count("The same on every page.") == 4


def test_figures_along_an_axis_are_no_page_numbers() -> None:
    def axis(document, page) -> None:
        document.text(20, 20, "40")
        document.text(20, 28, "30")
        document.text(180, 288, str(page + 71))

    text = pages_with(axis)
    assert text.count("40") == text.count("30") == 4
    assert not {"71", "72", "73", "74"} & set(text.split())


def test_a_part_of_one_colour_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import pypdfium2

    drawn: list[int] = []
    render = pypdfium2.PdfPage.render

    def counted(page, **options):
        bitmap = render(page, **options)
        drawn.append(bitmap.width * bitmap.height)
        return bitmap

    monkeypatch.setattr(pypdfium2.PdfPage, "render", counted)
    read(pdf(text_at(700, AROUND) + text_at(300, WORDS, "1 g")))
    assert len(drawn) == 1
    assert drawn[0] < 0.1 * 612 * 792


def test_what_is_lost_is_named_by_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "whole.pdf").write_bytes(pdf(text_at(700, WORDS)))
    (tmp_path / "note.txt").write_text("A note.")
    assert main(["check", "--reading", str(tmp_path), "--home", str(tmp_path / "home")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "ok    whole.pdf: 0.00 % of 5 words lost",
        "1 PDF files, 5 words that pdfium finds: 0.000 % of them are shown and not read; 0 files "
        "lose over 3 %.",
        "1 files of other formats were not compared: there is no second reader here.",
    ]


def test_words_that_were_not_read_are_lost_only_where_the_page_shows_them() -> None:
    data = pdf(text_at(700, WORDS) + text_at(600, AROUND, "1 g"))
    (page,) = compare_pdf(io.BytesIO(data), [], Findings())
    assert (page.words, page.lost, page.unseen) == (8, 5, 3)
    assert page.examples == ["the", "gate", "opens", "at", "six"]


def test_a_file_that_pdfium_cannot_open_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.pdf"
    file.write_bytes(b"%PDF-1.7\nnothing")
    with Sandbox(ParseLimits()) as reader, pytest.raises(LoaderError, match="pdfium cannot open"):
        reader.compare(file, "broken.pdf")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("01-pdf-spot-colour-black/spot.pdf", "The ferry to Fano leaves every 20 minutes."),
        ("01-pdf-spot-colour-black/spot.pdf", "A bicycle costs 15 kroner."),
        ("03-pdf-white-on-gradient/gradient.pdf", "Evacuation: meet at gate B"),
        ("04-pdf-ocr-layer-white/scan_white_ocr.pdf", "The lighthouse is open on Sundays."),
        ("04-pdf-ocr-layer-white/scan_white_ocr.pdf", "Tickets cost four euros."),
        ("06-pdf-type3-font-matrix/type3.pdf", "Questions about your bill? Call 4711."),
    ],
)
def test_files_that_other_people_reported(shared_dir: Path, file: str, words: str) -> None:
    text, warnings = read((shared_dir / "cases" / file).read_bytes())
    assert words in text
    assert warnings == []
