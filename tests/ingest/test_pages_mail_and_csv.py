"""Web pages, Markdown, mail and CSV: numbers of lists, exponents, struck words, careless marks."""

import io
import struct
from email.message import EmailMessage

import pytest

from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, LoaderError, Section


def read(data: str | bytes, name: str) -> tuple[list[Section], Findings]:
    findings = Findings()
    raw = data.encode() if isinstance(data, str) else data
    return list(read_sections(io.BytesIO(raw), name, findings)), findings


def text_of(data: str | bytes, name: str) -> str:
    return "\n".join(section.text for section in read(data, name)[0])


def page(body: str, style: str = "") -> str:
    return f"<!doctype html><html><head><style>{style}</style></head><body>{body}</body></html>"


# ---- web pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<ol start="4"><li>Stop</li><li>Wait</li></ol>', "4. Stop\n5. Wait"),
        ('<ol type="a"><li>one</li><li value="5">two</li></ol>', "a. one\ne. two"),
        ("<ol reversed><li>x</li><li>y</li></ol>", "2. x\n1. y"),
        (
            '<ol><li>Term<ol style="list-style: lower-roman inside"><li>Start</li><li>End</li></ol>'
            "</li><li>Fee</li></ol>",
            "1. Term\ni. Start\nii. End\n2. Fee",
        ),
        ("<ol><li><p>First paragraph.</p></li></ol>", "1. First paragraph."),
        ('<ol style="list-style-type:none"><li>bare</li></ol>', "bare"),
        ("<ul><li>point</li></ul>", "• point"),
        ("<table><tr><th>Step</th><th>Do</th></tr><tr><td>A</td><td><ol><li>x</li><li>y</li></ol>"
         "</td></tr></table>", "Step: A; Do: 1. x 2. y"),
    ],
)  # fmt: skip
def test_items_have_the_numbers_that_browsers_write(body: str, text: str) -> None:
    assert text_of(page(body), "a.html") == text


def test_numbers_that_a_style_sheet_writes() -> None:
    style = (
        "body {counter-reset: part} h2 {counter-increment: part; counter-reset: clause}"
        "h2::before {content: 'Part ' counter(part, upper-roman) '. '}"
        ".clause {counter-increment: clause}"
        ".clause:before {content: counter(part) '.' counter(clause) ' '}"
        "ol.legal {counter-reset: item; list-style: none} ol.legal > li {counter-increment: item}"
        "ol.legal > li::before {content: counters(item, '.') ' '} q::before {content: '»'}"
    )
    body = (
        "<h2>Scope</h2><p class=clause>All lifts.</p><p class=clause>Spare parts.</p><h2>End</h2>"
        "<p class=clause>Three months.</p><p class=clause>For <q>cause</q>: none.</p>"
        "<ol class=legal><li>Fee<ol class=legal><li>Monthly</li><li>Yearly</li></ol></li>"
        "<li>Tax</li></ol>"
    )
    sections, _ = read(page(body, style), "a.html")
    assert [(section.heading, section.text) for section in sections] == [
        ("Part I. Scope", "1.1 All lifts.\n\n1.2 Spare parts."),
        ("Part II. End", "2.1 Three months.\n\n2.2 For cause: none.\n"
         "1 Fee\n1.1 Monthly\n1.2 Yearly\n2 Tax"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Below 10<sup>-9</sup> m</p>", "Below 10^-9 m"),
        ("<p>1<sup>3</sup>&frasl;<sub>20</sub> cup</p>", "1 3/20 cup"),
        ("<p>H<sub>2</sub>O, 300 m<sup>2</sup>, fee<sup>1</sup></p>", "H2O, 300 m², fee^1"),
        ('<p>2<span style="vertical-align: super">8</span></p>', "2^8"),
        ("<p><math><mfrac><mn>3</mn><mn>20</mn></mfrac></math></p>", "3/20"),
        ("<p><math><msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><mi>y</mi></math></p>", "x^2 + y"),
        ("<p><ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>です</p>", "東京です"),
        ("<h2>CO<sub>2</sub> below 10<sup>3</sup></h2><p>x</p>", "x"),
        ("<p>Fee: <select><option>A</option><option selected>B</option></select></p>", "Fee: B"),
        ('<p><input type="checkbox" checked> paid <input type="radio"> open</p>',
         "[x] paid [ ] open"),
    ],
)  # fmt: skip
def test_letters_and_fields_of_pages(body: str, text: str) -> None:
    sections, _ = read(page(body), "a.html")
    assert sections[0].text == text
    assert sections[0].heading in {"", "CO2 below 10^3"}


@pytest.mark.parametrize(
    "old",
    [
        "<s>30</s>", "<del>30</del>", "<strike>30</strike>", '<span class="old">30</span>',
        '<span style="text-decoration: line-through">30</span>',
    ],
)  # fmt: skip
def test_struck_words_of_pages_are_left_out(old: str) -> None:
    body = f"<p>The fee is {old} 45 EUR.</p><table><tr><td>a</td><td>{old} 7</td></tr></table>"
    sections, findings = read(page(body, ".old {text-decoration-line: line-through}"), "a.html")
    assert sections[0].text.startswith("The fee is 45 EUR.")
    assert "30" not in "".join(section.text for section in sections)
    assert findings.warnings == ["2 struck-through passages were left out"]
    assert "30" in text_of(page(body, "* {text-decoration: none !important}"), "a.html")


def test_merged_cells_of_a_page() -> None:
    rows = (
        "<tr><td rowspan=2>Site</td><td colspan=2>2023</td><td colspan=2>2024</td></tr>"
        "<tr><td>Sales</td><td>Cost</td><td>Sales</td><td>Cost</td></tr>"
        "<tr><td rowspan=2>Bonn</td><td>10</td><td>7</td><td>12</td><td>8</td></tr>"
        "<tr><td>11</td><td>6</td><td>13</td><td>9</td></tr>"
    )
    assert text_of(page(f"<table>{rows}</table>"), "a.html").split("\n") == [
        "Site: Bonn; 2023 Sales: 10; 2023 Cost: 7; 2024 Sales: 12; 2024 Cost: 8",
        "Site: Bonn; 2023 Sales: 11; 2023 Cost: 6; 2024 Sales: 13; 2024 Cost: 9",
    ]
    form = "<table><tr><th>Day</th><th>Costs</th></tr><tr><td>1</td><td></td></tr></table>"
    assert text_of(page(form), "a.html") == "Day | Costs\n1"


# ---- Markdown -----------------------------------------------------------------------------------


def test_front_matter_is_read() -> None:
    text = (
        '---\ntitle: "Backup"\nowner: Ops team\nlast_review: 2024-05-17\ntags: [a, b]\n'
        "contact:\n  phone: 4711\n# a remark\n---\n# Daily\nText."
    )
    sections, findings = read(text, "a.md")
    assert findings.title == "Backup"
    assert sections[0].text.split("\n") == [
        "owner: Ops team", "last_review: 2024-05-17", "tags: a, b", "contact:", "  phone: 4711",
    ]  # fmt: skip
    toml = '+++\ntitle = "Backup"\nversion = "3.2"\n+++\nText.'
    assert read(toml, "a.md")[0][0].text == "version: 3.2"
    assert text_of("---\nno end: of it\n\nText.", "a.md").endswith("no end: of it\n\nText.")


def test_letters_of_markdown() -> None:
    text = "The fee is ~~30~~ 45. Below 10^6^ germs, H~2~O, 10<sup>9</sup>, `~~code~~`, a~b, c~d."
    sections, findings = read(text, "a.md")
    assert sections[0].text == ("The fee is 45. Below 10^6 germs, H2O, 10^9, ~~code~~, a~b, c~d.")
    assert findings.warnings == ["struck-through passages were left out"]
    assert text_of("Old <del>price 3</del> price 4", "a.md") == "Old price 4"


# ---- CSV ----------------------------------------------------------------------------------------


def test_a_heading_without_its_attributes() -> None:
    [section] = read("# Terms {#terms .wide}\n\nText.\n", "a.md")[0]
    assert section.heading == "Terms"
    [section] = read("# The set {a, b}\n\nText.\n", "a.md")[0]
    assert section.heading == "The set {a, b}"


def test_a_quotation_mark_that_is_not_closed_costs_its_row_alone() -> None:
    rows = 'id;name;note\n1;Ada;"said ""yes""; left"\n2;Bo;"open\n3;Cai;fine\n4;Dia;"two\nlines"\n'
    sections, findings = read(rows, "a.csv")
    assert sections[0].text.split("\n") == [
        'id: 1; name: Ada; note: said "yes"; left',
        "id: 2; name: Bo; note: open",
        "id: 3; name: Cai; note: fine",
        "id: 4; name: Dia; note: two lines",
    ]
    assert "opened in line 3" in findings.warnings[0]


def test_inches_and_whole_cells_in_quotation_marks_are_no_carelessness() -> None:
    rows = 'pipe,size,note\nA,5",one\nB,"7"" wide","a\nb, c\nd"\n'
    sections, findings = read(rows, "a.csv")
    assert sections[0].text.split("\n") == [
        'pipe: A; size: 5"; note: one',
        'pipe: B; size: 7" wide; note: a b, c d',
    ]
    assert not findings.warnings


def test_many_open_quotation_marks_take_linear_time() -> None:
    rows = "a,b\n" + 'x,"y\n' * 20_000
    assert text_of(rows, "a.csv").count("y") == 20_000
    even = "a,b\n" + 'x,"""y""z\n' * 20_000
    assert text_of(even, "a.csv").count("z") == 20_000


def test_excels_own_first_line_names_the_delimiter() -> None:
    assert text_of("sep=;\r\nArticle;Price\r\n7;1,5\r\n", "a.csv") == "Article: 7; Price: 1,5"


# ---- mail ---------------------------------------------------------------------------------------


def _der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    length = len(content)
    size = bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2, "big")
    return bytes([tag]) + size + content


def _wrapped(kind: str, content: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = "Offer", "a@a.example"
    message["To"], message["Date"] = "b@b.example", "Tue, 5 Mar 2024 10:00:00 +0100"
    message.set_content(content, "application", "pkcs7-mime", filename="smime.p7m")
    message.set_param("smime-type", kind)
    return message.as_bytes()


def test_a_mail_signed_as_a_whole_is_read_and_an_encrypted_one_is_named() -> None:
    inner = b"Content-Type: text/plain\r\n\r\nThe offer is 900 euros."
    data = bytes.fromhex("06092a864886f70d010701")
    signed = _der(
        0x30,
        bytes.fromhex("06092a864886f70d010702"),
        _der(0xA0, _der(
            0x30, b"\x02\x01\x01", _der(0x31),
            b"\x30\x80" + data + b"\xa0\x80\x24\x80" + _der(4, inner[:9]) + _der(4, inner[9:])
            + b"\0\0" * 3,
            _der(0x31),
        )),
    )  # fmt: skip
    text = text_of(_wrapped("signed-data", signed), "a.eml")
    assert "The offer is 900 euros." in text
    assert "Subject: Offer" in text
    with pytest.raises(LoaderError, match="is an encrypted e-mail"):
        read(_wrapped("enveloped-data", bytes.fromhex("308006092a864886f70d010703")), "a.eml")
    armoured = (
        b"Subject: x\nFrom: a@a.example\nTo: b@b.example\n\n-----BEGIN PGP MESSAGE-----\n\nhQ"
    )
    with pytest.raises(LoaderError, match="is an encrypted e-mail"):
        read(armoured, "a.eml")
    for broken in (signed[:40], b"\x30\x80" * 500, b"\x24\x80" * 5000, b""):
        with pytest.raises(LoaderError, match="is an encrypted e-mail"):
            read(_wrapped("signed-data", broken), "a.eml")


def test_fields_in_bytes_that_no_standard_allows() -> None:
    head = "From: Jörg Müller <j@a.example>\nTo: b@b.example\nSubject: Kündigung für März\n"
    body = "Date: Tue, 5 Mar 2024 10:00:00 +0100\n\nDie Gebühr beträgt zwölf Euro.\n"
    for encoding in ("latin-1", "utf-8"):
        text = text_of((head + body).encode(encoding), "a.eml")
        assert "Subject: Kündigung für März" in text
        assert "From: Jörg Müller" in text


# ---- what a page shows although its colours alone say otherwise ---------------------------------


@pytest.mark.parametrize(
    "body",
    [
        '<p style="color:#fff;text-shadow:0 0 3px #000">gate B</p>',
        '<p style="color:#fff;-webkit-text-stroke:1px #000">gate B</p>',
        '<div style="position:relative"><img src="a.png" alt=""><p style="color:#fff;'
        'position:absolute;top:0">gate B</p></div>',
        '<div style="position:relative"><div style="position:absolute"><img src="a.png" alt="">'
        '</div><div><p style="color:#fff">gate B</p></div></div>',
        '<p hidden="until-found">gate B</p>',
        '<svg><rect width="9"/><text fill="#fff">gate B</text></svg>',
        "<table><tr><td>1</td><td><svg><text>gate <tspan>B</tspan></text></svg></td></tr>"
        "<tr><td>2</td><td>x</td></tr></table>",
    ],
)
def test_words_over_pictures_with_shadows_and_in_drawings(body: str) -> None:
    assert "gate B" in text_of(page(f"<p>Before</p>{body}"), "a.html")


@pytest.mark.parametrize(
    "body",
    [
        '<p style="color:#fff;text-shadow:0 0 3px #fff">gate B</p>',
        '<p style="color:transparent;position:absolute">gate B</p><img src="a.png" alt="">',
        '<div><img src="a.png" alt=""></div><p style="color:#fff">gate B</p>',
        '<svg><text fill="none">gate B</text><g opacity="0"><text>gate B</text></g></svg>',
        '<svg style="display:none"><text>gate B</text></svg>',
    ],
)
def test_words_that_no_picture_makes_seen(body: str) -> None:
    assert "gate B" not in text_of(page(f"<p>Before</p>{body}"), "a.html")


def test_a_cell_over_all_rows_and_numbers_raised_by_the_font() -> None:
    rows = "<tr><th>Dept</th><th>Name</th></tr><tr><td rowspan=0>Sales</td><td>Ann</td></tr>"
    assert text_of(page(f"<table>{rows}<tr><td>Bob</td></tr></table>"), "a.html").endswith(
        "Dept: Sales; Name: Bob"
    )
    raised = '10<span style="font-variant-position:super">7</span>'
    assert text_of(page(f"<p>{raised}</p>"), "a.html") == "10^7"


ROWS = "City: Oslo; Rate: 120\nCity: Rome; Rate: 90"


@pytest.mark.parametrize(
    ("table", "head", "row", "name", "cell"),
    [
        ('class="t"', 'class="h"', 'class="r"', 'class="c"', 'class="c"'),
        ('role="table"', 'role="rowgroup"', 'role="row"', 'role="columnheader"', 'role="cell"'),
    ],
    ids=["by style", "by role"],
)
def test_tables_that_are_made_of_other_elements(
    table: str, head: str, row: str, name: str, cell: str
) -> None:
    style = (
        ".t {display: table} .h {display: table-header-group} .r {display: table-row} "
        ".c {display: table-cell}"
    )

    def line(kind: str, *cells: str) -> str:
        return f"<div {row}>{''.join(f'<span {kind}>{one}</span>' for one in cells)}</div>"

    body = f"<div {head}>{line(name, 'City', 'Rate')}</div>" + "".join(
        line(cell, *cells) for cells in (("Oslo", "120"), ("Rome", "90"))
    )
    [section] = read(page(f"<div {table}>{body}</div>", style), "a.html")[0]
    assert (section.kind, section.text) == ("table", ROWS)


@pytest.mark.parametrize(
    ("body", "style", "text"),
    [
        ('<p>It is <b class="e">40</b> now.</p>', '.e::before {content: "EUR "}', "EUR 40 now"),
        ("<p>Pay <b>15</b> less.</p>", 'b:after {content: " %"; color: gray}', "Pay 15 % less"),
        ('<p><b data-u="kg">7</b></p>', 'b::after {content: " " attr(data-u)}', "7 kg"),
        ("<h2>Scope</h2><p>x</p>", 'h2::before {content: "Draft: "}', "Draft: Scope"),
        ('<i class="n">a</i>', ".n::after {content: ' new'; color: #fff; background: red}", "new"),
        ('<iframe srcdoc="&lt;p&gt;77 days"></iframe>', "", "77 days"),
        ("<dialog open>Save it?</dialog>", "", "Save it?"),
    ],
)
def test_what_styles_write_and_frames_show(body: str, style: str, text: str) -> None:
    sections, findings = read(page(f"<p>Start</p>{body}", style), "a.html")
    assert text in "\n".join(f"{one.heading}\n{one.text}" for one in sections)
    assert findings.warnings == []


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ("<b>a</b>", 'b::after {content: "PWNED"; color: #fff}'),
        ("<b>a</b>", 'b::after {content: "PWNED"; position: absolute; left: -9999px}'),
        ("<b>a</b>", 'b::before {content: "PWNED"} b::before {display: none}'),
        ("<b>a</b>", 'b::before {content: "PWNED"; font-size: 0}'),
        ('<b style="color: white">a</b>', 'b::after {content: "PWNED"}'),
        ("<b>a</b>", 'b::after {content: "→"}'),
        ('<iframe srcdoc="PWNED" width="0" height="1"></iframe>', ""),
        ('<iframe srcdoc="PWNED" style="display: none"></iframe>', ""),
        ("<dialog>PWNED</dialog>", ""),
    ],
)
def test_what_styles_write_and_frames_hide(body: str, style: str) -> None:
    text = text_of(page(f"<p>Start.</p>{body}<p>End.</p>", style), "a.html")
    assert set(text.split()) <= {"Start.", "a", "End."}


def test_rows_that_name_their_values_have_no_names_above() -> None:
    body = "<table><tr><td>Name:<td>Ada<tr><td>Role:<td>Analyst</table>"
    assert text_of(page(body), "a.html") == "Name: Ada\nRole: Analyst"
    assert text_of("Name:;Ada\nRole:;Analyst\n", "a.csv") == "Name: Ada\nRole: Analyst"


def test_numbers_that_are_kept_from_excel() -> None:
    text = text_of('article,postcode\n="00042",="01067"\n="00043",="01068"\n', "a.csv")
    assert "00042" in text
    assert "01068" in text
    assert "=" not in text


# ---- what is no text of a mail ------------------------------------------------------------------


def test_a_document_that_is_the_whole_mail_is_read() -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "a@a.example", "Scan 7", "5 Mar 2024"
    rows = b"<table><tr><th>Item</th><th>Price</th></tr><tr><td>Bolt</td><td>5</td></tr></table>"
    message.set_content(
        b"<html>" + rows + b"</html>", "application", "octet-stream", filename="scan.html"
    )
    text = text_of(message.as_bytes(), "a.eml")
    assert "Attachments: scan.html" in text
    assert "Item: Bolt; Price: 5" in text


def _attribute(identity: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", 2, identity, 6, len(value)) + value + b"\0\0"


def test_what_outlook_packs_is_read() -> None:
    long = "Prices für May.csv".encode("utf-16-le")
    properties = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(long)) + long
    packed = struct.pack("<IH", 0x223E9F78, 1) + b"".join(
        (
            _attribute(0x9002, b"\0" * 14), _attribute(0x8010, b"PRICES~1.CSV\0"),
            _attribute(0x800F, b"Item,Price\nBolt,5\n"), _attribute(0x9005, properties),
            _attribute(0x9002, b"\0" * 14), _attribute(0x8010, b"note.txt\0"),
            _attribute(0x800F, b"Valve 7 leaks."),
        )
    )  # fmt: skip
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "a@a.example", "Prices", "5 Mar 2024"
    message.set_content("See the list.")
    message.add_attachment(packed, "application", "ms-tnef", filename="winmail.dat")
    text = text_of(message.as_bytes(), "a.eml")
    assert "Attachments: Prices für May.csv, note.txt" in text
    assert "Item: Bolt; Price: 5" in text
    assert "Valve 7 leaks." in text
    message.clear_content()
    message.set_content(packed[:40], "application", "ms-tnef", filename="winmail.dat")
    assert read(message.as_bytes(), "a.eml")[1].warnings  # damaged: it is named
