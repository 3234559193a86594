"""Formats of real programs, and hostile files of each: `written` holds what programs wrote."""

import io
import json
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.loaders.office import xlsb_formats
from ingest.sandbox.parsing import ParseLimits, Sandbox
from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, LoaderError, Section

WRITTEN = Path(__file__).parent / "written"  # by LibreOffice 7.4, extract-msg and pyxlsbwriter


def read(data: bytes | str, name: str) -> tuple[list[Section], Findings]:
    findings = Findings()
    raw = data.encode() if isinstance(data, str) else data
    return list(read_sections(io.BytesIO(raw), name, findings)), findings


def told(data: bytes | str, name: str) -> list[tuple[str, str]]:
    return [(section.heading, section.text) for section in read(data, name)[0]]


def text_of(data: bytes | str, name: str) -> str:
    return "\n".join(text for _, text in told(data, name))


def refusal(data: bytes | str, name: str) -> str:
    """Why a file is refused; "" where it is read."""
    try:
        read(data, name)
    except LoaderError as error:
        return str(error)
    return ""


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


# ---- what real programs wrote -------------------------------------------------------------------

PLAN = (
    "Machine: Press; Part: Belt; Interval: 6 months\n"
    "Machine: Press; Part: Oil; Interval: 3 months\n"
    "Machine: Lathe; Part: Chuck; Interval: 1 year"
)


@pytest.mark.parametrize("ending", ["odt", "rtf", "epub"])
def test_a_plan_by_libreoffice(ending: str) -> None:
    sections, findings = read((WRITTEN / f"plan.{ending}").read_bytes(), f"plan.{ending}")
    text = "\n\n".join(section.text for section in sections)
    assert "The pump P-17 is oiled every three months." in text
    assert "Below 10^6 germs. Fee 95 euros." in text
    assert "Secret" not in text
    assert PLAN in text
    assert findings.title == "Maintenance plan"
    assert any("hidden" in warning for warning in findings.warnings)
    assert "1 struck-through passages were left out" in findings.warnings
    if ending != "epub":
        assert "1. Check the seal.\n\n2. Close the valve." in text
        assert sections[0].heading == "Pumps"


def test_a_footer_of_rtf() -> None:
    assert ("Footer", "Document MP-4") in told((WRITTEN / "plan.rtf").read_bytes(), "plan.rtf")


def test_clauses_of_an_opendocument_text_are_numbered() -> None:
    text = text_of((WRITTEN / "clauses.odt").read_bytes(), "clauses.odt")
    assert "2. Termination" in text
    assert "2.2 Termination for cause needs no notice." in text


@pytest.mark.parametrize("name", ["x_formats.ods", "x_formats.xls"])
def test_numbers_of_other_workbooks_as_they_show_them(name: str) -> None:
    assert text_of((WRITTEN / name).read_bytes(), name) == (
        "Article: 00042; Postcode: 01067; Weight: 12.5 kg; Diameter: 8 mm; Shift start: 06:30; "
        "Duration: 26:30; Month: Mar 24; Share: 17.5%; Balance: (1,234.50)"
    )


def test_merged_cells_of_other_workbooks() -> None:
    text = text_of((WRITTEN / "x_merged_header.ods").read_bytes(), "a.ods")
    assert "Region: North; 2023 Sales: 10; 2023 Cost: 7; 2024 Sales: 12; 2024 Cost: 8" in text
    text = text_of((WRITTEN / "x_merged_rows.xls").read_bytes(), "a.xls")
    assert "Department: Purchasing; Name: Cai Berg; Extension: 4103" in text


def test_a_binary_workbook() -> None:
    sections, findings = read((WRITTEN / "stock.xlsb").read_bytes(), "stock.xlsb")
    assert sections[0].text.split("\n") == [
        "Article: Bolt; Pieces: 120; Counted: 2024-03-01",
        "Article: Nut; Pieces: 75.5; Counted: 2024-03-02",
    ]
    assert findings.warnings == ["1 hidden sheets were left out"]


def test_slides_of_libreoffice() -> None:
    assert told((WRITTEN / "results.odp").read_bytes(), "results.odp") == [
        ("Results 2024", "• Revenue rose by 7 per cent."),
        ("Results 2024", "Line: Otter; Units: 14"),
        ("Results 2024 > Notes", "October was strongest."),
    ]


def test_an_outlook_message_with_its_attachment() -> None:
    sections, findings = read((WRITTEN / "offer.msg").read_bytes(), "offer.msg")
    assert findings.title == "Angebot für die Pumpe P-17"
    assert "From: Jörg Müller <joerg@nordwind.example>" in sections[0].text
    assert "Date: Tue, 05 Mar 2024 09:30:00 +0000" in sections[0].text
    assert "Die Pumpe P-17 kostet 1.250 Euro." in sections[0].text
    assert (sections[1].heading, sections[1].text) == (
        "Attachment terms.txt",
        "The offer holds until 30 June 2024.",
    )


def test_all_of_them_are_read_where_nothing_is_allowed() -> None:
    with Sandbox(ParseLimits()) as sandbox:
        for path in sorted(WRITTEN.iterdir()):
            if path.suffix not in {".doc", ".ppt"}:  # see test_old_office.py
                assert sandbox.read(path, path.name).sections, path.name


def test_an_old_word_file_names_its_remedy() -> None:
    with pytest.raises(LoaderError, match="old Word document; save it as DOCX"):
        read((WRITTEN / "plan.doc").read_bytes(), "plan.doc")


# ---- OpenDocument -------------------------------------------------------------------------------

_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"),
        ("draw", "drawing"), ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"),
        ("form", "form"),
    )
)  # fmt: skip


def odf(body: str, styles: str = "", kind: str = "text") -> bytes:
    return packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {_SPACES}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
            "</office:body></office:document-content>",
        }
    )


def test_letters_notes_and_changes_of_an_opendocument_text() -> None:
    styles = (
        '<style:style style:name="U"><style:text-properties style:text-position="super 58%"/>'
        '</style:style><style:style style:name="S"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style><style:style style:name="W">'
        '<style:text-properties fo:color="#fffffe"/></style:style>'
    )
    body = (
        "<text:tracked-changes><text:p>Removed words.</text:p></text:tracked-changes>"
        '<text:p>10<text:span text:style-name="U">6</text:span> germs,<text:s text:c="3"/>'
        '<text:span text:style-name="S">80</text:span> 95 euros<text:note><text:note-citation>1'
        "</text:note-citation><text:note-body><text:p>without tax</text:p></text:note-body>"
        '</text:note>.<text:span text:style-name="W">Ghostly words.</text:span></text:p>'
        "<text:p><office:annotation><text:p>A remark.</text:p></office:annotation>Last.</text:p>"
    )
    sections, findings = read(odf(body, styles), "a.odt")
    assert sections[0].text == "10^6 germs, 95 euros [without tax].\n\nLast."
    assert findings.warnings == [
        "1 pieces of hidden text were left out",
        "1 struck-through passages were left out",
    ]


def test_pages_edges_forms_and_pictured_letters_of_an_opendocument_text() -> None:
    styles = (
        '<style:style style:name="P"><style:text-properties style:font-name="Wingdings1"/>'
        "</style:style>"
    )
    body = (
        '<office:forms><form:form><form:checkbox form:id="c1" form:label="Night shift" '
        'form:current-state="checked"/><form:text form:id="c2" form:current-value="Ada Byron"/>'
        '<form:password form:id="c3" form:current-value="geheim"/>'
        '<form:listbox form:id="c4"><form:option form:label="Oslo" form:current-selected="true"/>'
        '<form:option form:label="Rome"/></form:listbox></form:form></office:forms>'
        '<text:p>Done <text:span text:style-name="P">\uf0fe</text:span> by '
        '<draw:control draw:control="c2"/></text:p>'
        '<text:p><draw:control draw:control="c1"/></text:p>'
        '<text:p><draw:control draw:control="c4"/><draw:control draw:control="c3"/></text:p>'
    )
    content = zipfile.ZipFile(io.BytesIO(odf(body, styles)))
    parts: dict[str, str | bytes] = {name: content.read(name) for name in content.namelist()}
    parts["styles.xml"] = (
        f"<office:document-styles {_SPACES}><office:master-styles><style:master-page>"
        "<style:header><text:p>Document MP-4</text:p></style:header>"
        '<style:header-first style:display="false"><text:p>Draft only</text:p></style:header-first>'
        "<style:footer><text:p>Valid from May</text:p></style:footer>"
        "</style:master-page></office:master-styles></office:document-styles>"
    )
    assert told(packed(parts), "a.odt") == [
        ("", "Done [x] by Ada Byron\n\n[x] Night shift\n\nOslo"),
        ("Header", "Document MP-4"),
        ("Footer", "Valid from May"),
    ]


def test_an_encrypted_opendocument_file_is_named() -> None:
    data = packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": "<manifest:encryption-data/>",
            "content.xml": b"\x93\x11" * 500,
        }
    )
    with pytest.raises(LoaderError, match="is encrypted"):
        read(data, "a.odt")


@pytest.mark.parametrize("name", ["a.odt", "a.ods", "a.odp"])
def test_hostile_opendocument_files(name: str) -> None:
    kind = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}[name[2:]]
    repeated = (
        '<table:table table:name="T"><table:table-row table:number-rows-repeated="99999999">'
        '<table:table-cell table:number-columns-repeated="99999999" table:number-rows-spanned='
        '"9999999"><text:p>word</text:p></table:table-cell></table:table-row></table:table>'
    )
    page = f"<draw:page>{repeated}</draw:page>" if name == "a.odp" else repeated
    assert len(text_of(odf(page, kind=kind), name)) < 20_000_000
    for broken in (
        packed({"mimetype": f"application/vnd.oasis.opendocument.{kind}"}),
        packed({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<a"}),
        packed({"mimetype": f"application/vnd.oasis.opendocument.{kind}",
                "content.xml": '<!DOCTYPE a [<!ENTITY x "lol">]><a>&x;</a>'}),
    ):  # fmt: skip
        with pytest.raises(LoaderError):
            read(broken, name)


# ---- RTF ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (r"{\rtf1\ansi\ansicpg1252 Geb\'fchr f\'fcr M\'e4rz\par}", "Gebühr für März"),
        (r"{\rtf1\uc1 Zw\u246?lf \u8364?\u55357?\u56832?\par}", "Zwölf €😀"),
        (r"{\rtf1{\fonttbl{\f1\fcharset204 Arial;}}\f1\'cf\'f0\'e8\par}", "При"),
        (r"{\rtf1 a{\v hidden} b {\deleted gone }c\par}", "a b c"),
        (r"{\rtf1 1{\super 3}/{\sub 20} cup\par}", "1 3/20 cup"),
        (r"{\rtf1 fee{\footnote {\super 1} without tax}.\par}", "fee [1 without tax]."),
        (r"{\rtf1{\colortbl;\red255\green255\blue255;}seen {\cf1 unseen}\par}", "seen"),
        (r"{\rtf1{\*\unknown secret}{\info{\title T}}shown\par}", "shown"),
        (r"{\rtf1 \bin5 {\}}} after\par}", "after"),
        (r"{\rtf1 \u-3842 ? done \u-3928 ? open\par}", "[x] done [ ] open"),
        (r"{\rtf1{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}\par}", "link"),
        (
            r"{\rtf1{\*\formfield{\fftype1\ffres1}} yes {\*\formfield{\fftype2\ffres1"
            r"{\*\ffl A}{\*\ffl B}}}\par}",
            "[x] yes B",
        ),
        (
            r"{\rtf1\trowd\cellx1\cellx2\intbl Name\cell Pieces\cell\row\trowd\cellx1\cellx2\intbl"
            r" Bolt\cell 7\cell\row\pard after\par}",
            "Name: Bolt; Pieces: 7\nafter",
        ),
    ],
)
def test_rtf(rtf: str, text: str) -> None:
    assert text_of(rtf, "a.rtf") == text


def test_wide_cells_of_rtf_cover_the_columns_that_other_rows_have() -> None:
    def row(*cells: tuple[int, str]) -> str:
        ends = "".join(rf"\cellx{end}" for end, _ in cells)
        texts = "".join(rf"\intbl {text}\cell" for _, text in cells)
        return rf"\trowd{ends}{texts}\row"

    rtf = (
        r"{\rtf1 " + row((100, "Region"), (300, "2023"), (500, "2024"))
        + row((100, ""), (200, "Q1"), (310, "Q2"), (400, "Q1"), (500, "Q2"))
        + row((100, "North"), (200, "1"), (300, "2"), (400, "3"), (500, "4")) + "}"
    )  # fmt: skip
    assert text_of(rtf, "a.rtf") == (
        "Region: North; 2023 Q1: 1; 2023 Q2: 2; 2024 Q1: 3; 2024 Q2: 4"
    )


def test_merged_cells_of_rtf() -> None:
    def row(*cells: str, defined: str = r"\cellx1\cellx2\cellx3") -> str:
        return rf"\trowd{defined}\intbl " + "".join(rf"{cell}\cell " for cell in cells) + r"\row"

    rtf = (
        r"{\rtf1" + row("Unit", "Name", "Phone")
        + row("Sales", "Ada", "4101", defined=r"\clvmgf\cellx1\cellx2\cellx3")
        + row("", "Bo", "4102", defined=r"\clvmrg\cellx1\cellx2\cellx3") + r"\pard\par}"
    )  # fmt: skip
    assert text_of(rtf, "a.rtf").split("\n") == [
        "Unit: Sales; Name: Ada; Phone: 4101",
        "Unit: Sales; Name: Bo; Phone: 4102",
    ]


@pytest.mark.parametrize(
    "rtf",
    [
        r"{\rtf1 " + "{" * 100_000,
        r"{\rtf1 " + "}" * 1000 + " word",
        r"{\rtf1\bin2147483647 word",
        r"{\rtf1\u-999999999 ? word\par}",
        r"{\rtf1" + r"\trowd" + r"\cellx1" * 100_000 + " word",
        r"{\rtf1{\fonttbl" + r"{\f1\fcharset999 x;}" * 5000 + "} word",
        "{\\rtf1 word\\'",
    ],
)
def test_hostile_rtf(rtf: str) -> None:
    why = refusal(rtf, "a.rtf")
    assert "nested" in why or "no text" in why or "word" in text_of(rtf, "a.rtf")


# ---- EPUB, archives, mailboxes ------------------------------------------------------------------


def book(**more: str | bytes) -> bytes:
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/b.opf"/>'
        "</rootfiles></container>",
        "OPS/b.opf": "<package><metadata><title>Handbook</title></metadata><manifest>"
        '<item id="a" href="one%20a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="two.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="a"/><itemref idref="z"/></spine></package>',
        "OPS/one a.xhtml": "<html><body><h1>Leave</h1><p>30 days.</p></body></html>",
        "OPS/two.xhtml": "<html><body><h1>Hours</h1><p>38 a week.</p></body></html>",
    }
    return packed(parts | more)


def test_a_book_is_read_in_its_order() -> None:
    assert told(book(), "a.epub") == [("Hours", "38 a week."), ("Leave", "30 days.")]
    assert read(book(), "a.epub")[1].title == "Handbook"
    protected = book(**{"META-INF/encryption.xml": '<EncryptionMethod Algorithm="aes"/>'})
    with pytest.raises(LoaderError, match="protected against copying"):
        read(protected, "a.epub")
    with pytest.raises(LoaderError, match="no book inside"):
        read(packed({"mimetype": "application/epub+zip"}), "a.epub")


def test_an_archive_is_read_as_a_folder() -> None:
    inner = packed({"deep.txt": "The deepest room is 7."})
    data = packed(
        {
            "policies/travel.md": "# Trains\nFirst class is paid.",
            "policies/rates.csv": "Country,Rate\nNorway,65\n",
            "old.zip": inner,
            "photo.bin": bytes(range(1, 30)) * 50,
            "__MACOSX/._x": "junk",
        }
    )
    sections, findings = read(data, "all.zip")
    assert [(section.heading, section.text) for section in sections] == [
        ("policies/travel.md > Trains", "First class is paid."),
        ("policies/rates.csv", "Country: Norway; Rate: 65"),
        ("old.zip > deep.txt", "The deepest room is 7."),
    ]
    assert findings.warnings == [
        "the file photo.bin is a binary file of unknown type, or damaged; save it as PDF or DOCX"
    ]


def test_hostile_archives() -> None:
    data = packed({"a.txt": "The innermost words."})
    for _ in range(12):
        data = packed({"x.zip": data, "a.txt": "Words of a layer."})
    sections, findings = read(data, "a.zip")
    assert len(sections) == 4
    assert any("too deep" in warning for warning in findings.warnings)
    with pytest.raises(LoaderError, match="hostile"):
        read(packed({"big.txt": b"0" * (64 << 20)}), "a.zip")
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(2_500):
            archive.writestr(f"{number}.txt", "x")
    with pytest.raises(LoaderError, match="more than 2,000; unpack it"):
        read(many.getvalue(), "a.zip")


def test_a_mailbox_holds_many_mails() -> None:
    mails = []
    for number in (1, 2):
        message = EmailMessage()
        message["Subject"], message["From"] = f"Offer {number}", "a@a.example"
        message["To"], message["Date"] = "b@b.example", "Tue, 5 Mar 2024 10:00:00 +0100"
        message.set_content(f"It costs {number}00 euros.\n>From the store.")
        message.add_attachment(f"Terms {number}.".encode(), "text", "plain", filename="t.txt")
        mails.append(b"From a@a.example Tue Mar  5 10:00:00 2024\n" + message.as_bytes())
    sections, findings = read(b"\n\n".join(mails), "a.mbox")
    assert [section.heading for section in sections] == [
        "Offer 1", "Attachment t.txt", "Offer 2", "Attachment t.txt",
    ]  # fmt: skip
    assert "It costs 200 euros.\nFrom the store." in sections[2].text
    assert findings.title == "a"


# ---- appointments, cards, data, code ------------------------------------------------------------


def test_appointments_and_cards() -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Audit\\, part 1\r\nDTSTART;TZID=Europe/Berlin:"
        '20250402T093000\r\nDTEND:20250402T1130\r\n 00Z\r\nLOCATION:Room 4\r\nATTENDEE;CN="Holm:'
        ' Ada":mailto:ada@a.example\r\nDESCRIPTION:Bring the list\\nand keys\r\nBEGIN:VALARM\r\n'
        "DESCRIPTION:Reminder\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert told(calendar, "a.ics") == [
        ("Audit, part 1",
         "Summary: Audit, part 1\nStart: 2025-04-02 09:30 (Europe/Berlin)\n"
         "End: 2025-04-02 11:30 UTC\nLocation: Room 4\nAttendee: Holm: Ada <ada@a.example>\n"
         "Description: Bring the list\nand keys")
    ]  # fmt: skip
    card = (
        "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=\n M=C3=BC"
        "ller\nORG:Nordwind;Sales\nTEL;WORK:+49 40 1\nitem1.EMAIL;TYPE=work:j@n.example\nEND:VCARD"
    )
    assert told(card, "a.vcf")[0][1] == (
        "Name: Jörg Müller\nOrganization: Nordwind, Sales\nPhone (work): +49 40 1\n"
        "E-mail (work): j@n.example"
    )


def test_json_records_are_a_table() -> None:
    data = {
        "version": 3, "paid": True,
        "people": [{"name": "Ada", "phone": {"work": "4101"}}, {"name": "Bo", "tags": ["x", "y"]}],
    }  # fmt: skip
    assert told(json.dumps(data), "a.json") == [
        ("", "version: 3\npaid: yes"),
        ("people", "name: Ada; phone work: 4101\nname: Bo; tags: x, y"),
    ]
    lines = '{"id": 1, "state": "open"}\n{"id": 2, "state": "done"}\n'
    assert text_of(lines, "a.jsonl") == "id: 1; state: open\nid: 2; state: done"
    sections, findings = read('{"broken": ', "a.json")
    assert sections[0].kind == "code"
    assert "no valid JSON" in findings.warnings[0]


def test_xml_elements_that_repeat_are_a_table() -> None:
    data = (
        '<?xml version="1.0"?><order no="A-7"><buyer>Nordwind</buyer><items><item id="1"><name>'
        "Bolt</name><price cur='EUR'>2.50</price></item><item id='2'><name>Nut</name><price "
        "cur='EUR'>1.20</price></item></items><note>Leave at <b>gate 4</b>.</note></order>"
    )
    assert told(data, "a.xml") == [
        ("order", "no: A-7\nbuyer: Nordwind\nnote: Leave at gate 4."),
        ("order > items > item",
         "id: 1; name: Bolt; price cur: EUR; price text: 2.50\n"
         "id: 2; name: Nut; price cur: EUR; price text: 1.20"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", "[" * 100_000),
        ("a.json", "[" * 900 + "1" + "]" * 900),
        ("a.xml", "<a>" * 200 + "word" + "</a>" * 200),
        ("a.xml", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>w&x;</a>'),
        ("a.ics", "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 50_000),
        ("a.vcf", "BEGIN:VCARD\nFN:" + '"' * 50_000 + "\nEND:VCARD"),
    ],
)
def test_hostile_data(name: str, data: str) -> None:
    why = refusal(data, name)
    assert any(part in why for part in ("nested", "no text")) or "root:" not in text_of(data, name)


def test_code_and_logs_keep_their_lines() -> None:
    log = "\n".join(f"2024-03-05 10:00:{at:02d} ERROR pump {at} failed" for at in range(60))
    sections, _ = read(log, "a.log")
    assert (sections[0].kind, sections[0].text) == ("code", log)
    source = "port: 8443  # behind the proxy\nhosts:\n  - a\n"
    assert read(source, "a.yaml")[0][0].text == source.strip("\n")


@pytest.mark.parametrize("name", ["x_formats.xls", "offer.msg", "stock.xlsb", "plan.epub"])
def test_damaged_files_are_refused_in_words(name: str) -> None:
    data = (WRITTEN / name).read_bytes()
    for cut in (600, len(data) // 2, len(data) - 40):
        for broken in (data[:cut], data[:cut] + bytes(len(data) - cut)):
            why = refusal(broken, name)  # nothing else is raised
            assert not why or ";" in why or "no text" in why


def record(kind: int, data: bytes) -> bytes:
    """A record of a part of a binary workbook."""
    told = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return told + bytes([len(data)]) + data


def test_a_binary_workbook_shows_numbers_as_their_formats_do() -> None:
    """The stock list, whose styles give the pieces of its two articles formats of their own."""
    codes = ["00000", '#,##0.00" kg"']
    written = [one.encode("utf-16-le") for one in codes]
    styles = b"".join((
        *(record(44, number.to_bytes(2, "little") + (len(text) // 2).to_bytes(4, "little") + text)
          for number, text in enumerate(written, 200)),
        record(617, (4).to_bytes(4, "little")),
        *(record(47, b"\0\0" + number.to_bytes(2, "little") + bytes(12))
          for number in (0, 200, 14, 201)),
        record(618, b""),
    ))  # fmt: skip
    with zipfile.ZipFile(WRITTEN / "stock.xlsb") as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = parts["xl/worksheets/sheet1.bin"]
    for value, look in (("e2010000", "01"), ("0000000000e05240", "03")):  # 120 and 75.5
        plain = bytes.fromhex(f"0100000000000000{value}")
        assert plain in sheet
        sheet = sheet.replace(plain, bytes.fromhex(f"01000000{look}000000{value}"))
    changed = {**parts, "xl/worksheets/sheet1.bin": sheet, "xl/styles.bin": styles}
    sections, _ = read(packed(changed), "stock.xlsb")
    assert sections[0].text.split("\n") == [
        "Article: Bolt; Pieces: 00120; Counted: 2024-03-01",
        "Article: Nut; Pieces: 75.50 kg; Counted: 2024-03-02",
    ]
    torn = {**changed, "xl/styles.bin": styles[:-9] + b"\xff" * 40}  # a damaged part costs formats
    sections, _ = read(packed(torn), "stock.xlsb")
    assert "Article: Bolt" in sections[0].text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_of_a_binary_workbook_are_read_to_their_end(data: bytes) -> None:
    codes = xlsb_formats._codes(data)
    xlsb_formats._cells(data, [*codes, "0.0"])
