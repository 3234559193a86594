"""Word documents and slides: what Word itself writes or draws is read, too."""

import io
import zipfile
from typing import Any

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches

from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, LoaderError, Section

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = (
    f'xmlns:w="{_W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def word(body: str, **parts: str | bytes) -> bytes:
    """A document with that body; a part is named by its relationship: `numbering=…`."""
    out = io.BytesIO()
    relations, types = [], []
    endings = {"aFChunk": "htm", "chart": "xml"}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (said, content) in enumerate(parts.items(), 1):
            kind, _, ending = said.partition("__")
            name = f"{kind}{number}.{ending or endings.get(kind, 'xml')}"
            archive.writestr(f"word/{name}", content)
            relations.append(
                f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{name}"/>'
            )
            if name.endswith("xml"):
                types.append(f'<Override PartName="/word/{name}" ContentType="application/xml"/>')
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/>'
            f"{''.join(types)}</Types>",
        )
        head = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        )
        archive.writestr(
            "_rels/.rels",
            f'{head}<Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels", f"{head}{''.join(relations)}</Relationships>"
        )
        archive.writestr(
            "word/document.xml",
            f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>",
        )
    return out.getvalue()


def p(text: str, properties: str = "", look: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text, look)}</w:p>"


def run(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def read(data: bytes, name: str = "a.docx") -> tuple[list[Section], Findings]:
    findings = Findings()
    return list(read_sections(io.BytesIO(data), name, findings)), findings


def text_of(data: bytes, name: str = "a.docx") -> str:
    return "\n".join(section.text for section in read(data, name)[0])


# ---- numbers of lists ---------------------------------------------------------------------------


def _numbering(*levels: tuple[str, str], more: str = "", start: int = 1) -> str:
    made = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    return (
        f'<w:numbering {_NAMES}><w:abstractNum w:abstractNumId="7">{made}</w:abstractNum>'
        f'<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>{more}</w:numbering>'
    )


def item(text: str, level: int, number: int = 3) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def test_clauses_have_the_numbers_that_word_writes() -> None:
    numbering = _numbering(("upperRoman", "§ %1"), ("decimal", "(%2)"), ("lowerLetter", "%3)"))
    body = (
        item("Hours", 0) + item("Mornings", 1) + item("Evenings", 1) + item("summer", 2)
        + item("winter", 2) + item("Leave", 0) + item("Days", 1) + p("plain")
    )  # fmt: skip
    assert text_of(word(body, numbering=numbering)).split("\n\n") == [
        "§ I Hours", "(1) Mornings", "(2) Evenings", "a) summer", "b) winter", "§ II Leave",
        "(1) Days", "plain",
    ]  # fmt: skip


def test_a_list_starts_where_its_document_says() -> None:
    again = (
        '<w:num w:numId="4"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    numbering = _numbering(("decimal", "%1."), more=again, start=4)
    body = item("d", 0) + item("e", 0) + item("again", 0, 4) + item("and", 0, 4)
    assert text_of(word(body, numbering=numbering)).split("\n\n") == [
        "4. d", "5. e", "1. again", "2. and",
    ]  # fmt: skip


def test_headings_are_numbered_by_their_styles() -> None:
    styles = f"<w:styles {_NAMES}>" + "".join(
        f'<w:style w:type="paragraph" w:styleId="H{at}"><w:name w:val="heading {at}"/><w:pPr>'
        f'<w:numPr>{level}<w:numId w:val="3"/></w:numPr></w:pPr></w:style>'
        for at, level in ((1, ""), (2, '<w:ilvl w:val="1"/>'))
    ) + "</w:styles>"  # fmt: skip
    numbering = _numbering(("decimal", "%1"), ("decimal", "%1.%2"))

    def heading(text: str, level: int) -> str:
        return p(text, f'<w:pStyle w:val="H{level}"/>')

    body = (
        heading("Scope", 1) + p("All sites.") + heading("End", 1) + heading("Notice", 2)
        + p("Three months.") + heading("Cause", 2) + p("None.")
    )  # fmt: skip
    sections, _ = read(word(body, numbering=numbering, styles=styles))
    assert [section.heading for section in sections] == [
        "1 Scope", "2 End > 2.1 Notice", "2 End > 2.2 Cause",
    ]  # fmt: skip


def test_numbers_in_cells_and_bullets() -> None:
    numbering = _numbering(("bullet", "\uf0b7"))
    cell = f"<w:tc>{item('bolts', 0)}{item('nuts', 0)}</w:tc>"
    table = f"<w:tbl><w:tr>{cell}<w:tc>{p('in stock')}</w:tc></w:tr></w:tbl>"
    text = text_of(word(item("first", 0) + table, numbering=numbering))
    assert text == "• first\n• bolts • nuts: in stock"


# ---- letters ------------------------------------------------------------------------------------


def test_exponents_fractions_and_note_marks() -> None:
    up, down = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
    lifted = '<w:position w:val="8"/>'
    body = (
        f"<w:p>{run('Below 10')}{run('-9', up)}{run(' m, in CO')}{run('2', down)}"
        f"{run(' and 1')}{run('3', up)}{run('/')}{run('20', down)}{run(' cup')}"
        f"{run(', 2')}{run('8', lifted)}{run(' colours on 30 km')}{run('2', up)}"
        f"{run('. On the 1')}{run('st', up)}{run(' a fee')}{run('3', up)}{run('.')}</w:p>"
    )
    assert text_of(word(body)) == (
        "Below 10^-9 m, in CO2 and 1 3/20 cup, 2^8 colours on 30 km². On the 1st a fee^3."
    )


def test_formulas_keep_their_meaning() -> None:
    def m(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    fraction = f"<m:f><m:num>{m('3')}</m:num><m:den>{m('20')}</m:den></m:f>"
    power = f"<m:sSup><m:e>{m('x')}</m:e><m:sup>{m('n+1')}</m:sup></m:sSup>"
    one, other = (f"<m:oMath>{made}</m:oMath>" for made in (fraction, power))
    body = f"<w:p>{run('A share of ')}{one}{run(' and ')}{other}</w:p>"
    assert text_of(word(body)) == "A share of 3/20 and x^(n+1)"


@pytest.mark.parametrize("look", ["<w:strike/>", '<w:dstrike w:val="1"/>'])
def test_struck_words_are_left_out(look: str) -> None:
    body = f"<w:p>{run('The fee is ')}{run('80 euros', look)}{run(' 95 euros.')}</w:p>"
    sections, findings = read(word(body))
    assert sections[0].text == "The fee is 95 euros."
    assert findings.warnings == ["1 struck-through passages were left out"]
    shown = p("The fee is 80 euros.", look='<w:strike w:val="0"/>')
    assert "80 euros" in text_of(word(shown))


def test_words_that_are_pronounced_beside_them() -> None:
    def r(text: str) -> str:
        return f"<w:r><w:t>{text}</w:t></w:r>"

    body = (
        f"<w:p>{r('本社は')}<w:r><w:ruby><w:rubyPr/><w:rt>{r('おおさか')}</w:rt>"
        f"<w:rubyBase>{r('大阪')}</w:rubyBase></w:ruby></w:r>{r('にあります。')}</w:p>"
    )
    assert text_of(word(body)) == "本社は大阪にあります。"


def test_a_style_that_nobody_names_hides_nothing() -> None:
    styles = (
        f'<w:styles {_NAMES}><w:style><w:name w:val="x"/><w:rPr><w:vanish/></w:rPr></w:style>'
        "</w:styles>"
    )
    assert text_of(word(p("Opens at nine."), styles=styles)) == "Opens at nine."


# ---- forms, charts, imported parts --------------------------------------------------------------


def test_what_is_filled_into_forms() -> None:
    def control(checked: str, text: str) -> str:
        return (
            f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{checked}"/></w14:checkbox>'
            f"</w:sdtPr><w:sdtContent>{run('☐')}</w:sdtContent></w:sdt>{run(text)}"
        )

    drop_down = (
        "<w:sdt><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent>"
        f"{run('Legal')}</w:sdtContent></w:sdt>"
    )
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="2"/>'
        '<w:listEntry w:val="A"/><w:listEntry w:val="B"/><w:listEntry w:val="C"/></w:ddList>'
        "</w:ffData></w:fldChar></w:r>"
    )
    symbol = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    body = (
        f"<w:p>{control('1', ' insured ')}{control('0', ' not insured')}</w:p>"
        f"<w:p>{run('Department: ')}{drop_down}{run(', class ')}{field}</w:p>"
        f"<w:p>{symbol}{run(' paid')}</w:p>"
    )
    assert text_of(word(body)).split("\n\n") == [
        "[x] insured [ ] not insured", "Department: Legal, class C", "[x] paid",
    ]  # fmt: skip


_CHART = (
    f"<c:chartSpace {_NAMES}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Spills</a:t></a:r>"
    "</a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart>{series}</c:barChart></c:plotArea></c:chart>"
    "</c:chartSpace>"
)


def _series(name: str, *values: str) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{v}</c:v></c:pt>' for at, v in enumerate(values))
    labels = '<c:pt idx="0"><c:v>May</c:v></c:pt><c:pt idx="1"><c:v>June</c:v></c:pt>'
    return (
        f"<c:ser><c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>{name}</c:v></c:pt></c:strCache>"
        f"</c:strRef></c:tx><c:cat><c:strRef><c:strCache>{labels}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:numCache><c:formatCode>0.0%</c:formatCode>{points}</c:numCache>"
        "</c:numRef></c:val></c:ser>"
    )


def test_a_chart_in_a_document_is_a_table_where_it_stands() -> None:
    drawing = '<w:p><w:r><w:drawing><c:chart r:id="r1"/></w:drawing></w:r></w:p>'
    chart = _CHART.replace("{series}", _series("Oil", "0.5", "0.25") + _series("Acid", "0.1", "0"))
    sections, _ = read(word(p("Above.") + drawing + p("Below."), chart=chart))
    assert [(section.text, section.kind) for section in sections] == [
        ("Above.", "text"),
        ("May; Oil: 50.0%; Acid: 10.0%\nJune; Oil: 25.0%; Acid: 0.0%", "table"),
        ("Below.", "text"),
    ]
    assert sections[1].heading == "Spills"


def test_imported_parts_of_any_kind_are_read_where_they_stand() -> None:
    body = p("Before.") + '<w:altChunk r:id="r1"/>' + p("After.")
    page = "<html><body><h2>Pump</h2><p>It leaks.</p></body></html>"
    sections, findings = read(word(body, aFChunk=page))
    assert [(s.heading, s.text) for s in sections] == [
        ("", "Before."), ("Pump", "It leaks."), ("", "After."),
    ]  # fmt: skip
    inner = word(p("Inner document."))
    assert "Inner document." in text_of(word(body, aFChunk__docx=inner))
    assert not findings.warnings


def test_an_imported_part_that_cannot_be_read_is_named() -> None:
    body = p("Before.") + '<w:altChunk r:id="r1"/><w:altChunk r:id="r9"/>'
    _, findings = read(word(body, aFChunk__bin=bytes(range(1, 32)) * 99))
    assert any("imported part is a binary file" in one for one in findings.warnings)
    assert any("imported part is missing" in one for one in findings.warnings)


def test_documents_within_documents_end() -> None:
    data = word(p("The innermost."))
    for _ in range(12):
        data = word(p("A layer.") + '<w:altChunk r:id="r1"/>', aFChunk__docx=data)
    sections, findings = read(data)
    assert len(sections) == 5
    assert any("too deep" in one for one in findings.warnings)


def test_merged_cells_of_a_word_table() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"

    two = '<w:gridSpan w:val="2"/>'
    start, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = (
        (cell("Site", start), cell("2023", two), cell("2024", two)),
        (cell("", on), *map(cell, ("Sales", "Cost", "Sales", "Cost"))),
        (cell("Bonn"), *map(cell, ("10", "7", "12", "8"))),
        (cell("Köln"), *map(cell, ("20", "15", "22", "16"))),
    )
    table = "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows) + "</w:tbl>"
    assert text_of(word(table)).split("\n") == [
        "Site: Bonn; 2023 Sales: 10; 2023 Cost: 7; 2024 Sales: 12; 2024 Cost: 8",
        "Site: Köln; 2023 Sales: 20; 2023 Cost: 15; 2024 Sales: 22; 2024 Cost: 16",
    ]


@pytest.mark.parametrize(
    "numbering",
    [
        _numbering(("decimal", "%1" * 90)),
        _numbering(*[("lowerRoman", "%9%8%7")] * 9),
        "<w:numbering/>".replace("/>", f" {_NAMES}/>"),
        _numbering(("decimal", "%1."), start=9999999),
    ],
)
def test_hostile_numbering(numbering: str) -> None:
    assert "word" in text_of(word(item("word", 8) + item("word", 0), numbering=numbering))


def test_a_damaged_numbering_refuses_the_file_in_words() -> None:
    with pytest.raises(LoaderError, match="damaged"):
        text_of(word(item("word", 0), numbering="<w:numbering"))


# ---- slides -------------------------------------------------------------------------------------


def slides(change: Any) -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    change(slide)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def test_letters_of_slides() -> None:
    def change(slide: Any) -> None:
        frame = slide.shapes.add_textbox(0, 0, Inches(5), Inches(2)).text_frame
        for text, name, value in (
            ("Up to 10", "", ""), ("6", "baseline", "30000"), (" germs, ", "", ""),
            ("80", "strike", "sngStrike"), ("95 euros", "", ""),
        ):  # fmt: skip
            run = frame.paragraphs[0].add_run()
            run.text = text
            if name:
                run._r.get_or_add_rPr().set(name, value)
        for text in ("Stop", "Drain"):
            paragraph = frame.add_paragraph()
            paragraph.text = text
            number = paragraph._p.get_or_add_pPr().makeelement(qn("a:buAutoNum"), {})
            number.set("type", "arabicParenR")
            number.set("startAt", "3")
            paragraph._p.get_or_add_pPr().append(number)

    sections, findings = read(slides(change), "a.pptx")
    assert sections[0].text == "Up to 10^6 germs, 95 euros\n3) Stop\n4) Drain"
    assert findings.warnings == ["1 struck-through passages were left out"]


def test_a_chart_of_a_slide_is_under_its_title() -> None:
    def change(slide: Any) -> None:
        data = CategoryChartData(number_format="0.0%")
        data.categories = ["North", "South"]
        data.add_series("Share", (0.25, 0.75))
        data.add_series("Goal", (0.3, 0.7))
        chart = slide.shapes.add_chart(
            XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(5), Inches(3), data
        ).chart
        chart.has_title = True
        chart.chart_title.text_frame.text = "Share of sales"

    sections, _ = read(slides(change), "a.pptx")
    assert sections[0].heading == "Share of sales"
    assert sections[0].text == "North; Share: 25.0%; Goal: 30.0%\nSouth; Share: 75.0%; Goal: 70.0%"


# ---- parts that stand where few look ------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("EQ \\F(3;20)", "3/20"),
        ("eq \\f(a+b,2)", "(a+b)/2"),
        ("EQ 10\\s\\up8(6)", "10^6"),
        ("EQ \\R(3;x)", "3-th root(x)"),
        ('DATE \\@ "d"', ""),
        ("EQ " + "\\f(" * 400, ""),
    ],
)
def test_formulas_of_fields(code: str, text: str) -> None:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    field = f"{mark.format('begin')}<w:r><w:instrText>{code}</w:instrText></w:r>"
    body = f"<w:p>{run('Take ')}{field}{mark.format('end')}{run(' of it')}</w:p>"
    assert " ".join(text_of(word(body)).split()) == " ".join(f"Take {text} of it".split())


def test_boxes_that_are_letters_of_a_font_with_pictures() -> None:
    fonts = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'
    body = f"<w:p>{run('þ', fonts)}{run(' Paid ')}{run('o', fonts)}{run(' Open')}</w:p>"
    assert text_of(word(body)) == "[x] Paid [ ] Open"


def test_cells_of_rows_that_begin_further_on_and_imported_parts_in_cells() -> None:
    def row(*cells: str, properties: str = "") -> str:
        made = "".join(f"<w:tc>{cell}</w:tc>" for cell in cells)
        return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"

    rows = row(p("Name"), p("Mon"), p("Tue")) + row(p("Ann"), p("8"), p("9"))
    rows += row(p("7"), properties='<w:gridBefore w:val="2"/>')
    rows += row(p("Cai"), p("6"), '<w:altChunk r:id="r1"/>')
    text = text_of(
        word(f"<w:tbl>{rows}</w:tbl>", aFChunk="<html><body><p>half a day</p></body></html>")
    )
    assert "Tue: 7" in text
    assert "Name: Cai; Mon: 6; Tue: half a day" in text


def test_white_letters_before_a_drawing_are_seen_and_others_are_not() -> None:
    white = '<w:color w:val="FFFFFF"/>'
    anchor = '<w:r><w:drawing><wp:anchor behindDoc="{}"/></w:drawing></w:r>'
    cover = "<w:p>" + anchor.format(1) + "</w:p>"
    aside = "<w:p>" + anchor.format(0) + "</w:p>"
    said = p("Evacuation: meet at gate B", "", white)
    assert "gate B" in text_of(word(cover + said))
    text, findings = read(word(aside + said + p("Plain words")))
    assert "gate B" not in text[0].text
    assert findings.warnings == ["1 pieces of hidden text were left out"]


def test_what_stands_on_every_slide_is_read_once() -> None:
    deck = pptx.Presentation()
    master = deck.slide_masters[0]
    for layout, text in ((deck.slide_layouts[5], "Draft 7"), (deck.slide_layouts[6], "Not used")):
        # python-pptx adds shapes to slides alone, so one of a slide is moved.
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        box = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(2), Inches(1))
        box.text_frame.text = text
        layout.shapes._spTree.append(box._element)
    stray = deck.slides[0].shapes.add_textbox(Inches(-9), Inches(1), Inches(2), Inches(1))
    stray.text_frame.text = "Beside the master"
    master.shapes._spTree.append(stray._element)
    said = deck.slides[0].shapes.add_textbox(Inches(1), Inches(5), Inches(2), Inches(1))
    said.text_frame.text = "Strictly confidential"
    master.shapes._spTree.append(said._element)
    for slide in deck.slides:
        slide.shapes.title.text = "Plan"
    out = io.BytesIO()
    deck.save(out)
    sections, findings = read(out.getvalue(), "a.pptx")
    assert sections[-1] == Section("Draft 7\nStrictly confidential", heading="Footer")
    assert findings.warnings == []


@pytest.mark.parametrize("kind", [XL_CHART_TYPE.COLUMN_CLUSTERED, XL_CHART_TYPE.BAR_CLUSTERED])
def test_axes_of_a_chart_name_its_categories_and_its_unit(kind: XL_CHART_TYPE) -> None:
    data = CategoryChartData()
    data.categories = ["Oslo", "Rome"]
    data.add_series("Revenue", (25, 75))
    data.add_series("Costs (EUR million)", (20, 60))
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    chart = slide.shapes.add_chart(kind, 0, 0, 3_000_000, 3_000_000, data).chart
    chart.category_axis.axis_title.text_frame.text = "City"
    chart.value_axis.axis_title.text_frame.text = "EUR million"
    out = io.BytesIO()
    deck.save(out)
    sections = list(read_sections(io.BytesIO(out.getvalue()), "a.pptx", Findings()))
    assert [section.text.split("\n")[0] for section in sections] == [
        "City: Oslo; Revenue (EUR million): 25; Costs (EUR million): 20"
    ]
