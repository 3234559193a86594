"""A file is read as what it is, whatever its name and its encoding."""

import io
import zipfile

import pytest

from ingest.encoding import decode
from ingest.filetype import recognise
from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, LoaderError

HTML = b"<!DOCTYPE html><html><body><p>Hello</p></body></html>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
TEXT = "Überstunden müssen vorab genehmigt werden – naïve café, 50 €, «Größe» “quoted”.\n" * 20


def zipped(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind", "warns"),
    [
        ("a.pdf", PDF, "pdf", False),
        ("a.txt", PDF, "pdf", True),
        ("A.PDF", PDF, "pdf", False),
        ("a.pdf", HTML, "html", True),
        ("a.htm", HTML, "html", False),
        ("a.md", b"# Hello <b>x</b>", "markdown", False),
        ("noext", b"plain words", "text", False),
        ("noext", PDF, "pdf", False),
        ("config.yaml", b"a: 1\n", "code", False),
        ("a.docx", b"just words", "text", True),
        ("a.docx", zipped(readme="x"), "zip", True),
        ("a.doc", b"{\\rtf1 hello}", "rtf", False),
        ("a.txt", b"{\\rtf1 hello}", "rtf", True),
        ("a.odt", zipped(mimetype="application/vnd.oasis.opendocument.text"), "odt", False),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "doc", False),
        ("a.ppt", OLE + "PowerPoint Document".encode("utf-16-le"), "ppt", False),
        ("mail", b"From: a@b.c\nTo: d@e.f\nSubject: x\nDate: y\n\nHi", "email", False),
        ("notes.txt", b"Subject: a note\nthat is no mail", "text", False),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture", False),
        ("a.JPEG", b"\xff\xd8\xff\xe0" + b"\0" * 50, "picture", False),
        ("a.tif", b"MM\0*" + b"\0" * 50, "picture", False),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 ", "picture", False),
        ("a.bmp", b"BM" + b"\0" * 12 + b"\x28\0\0\0" + b"\0" * 40, "picture", False),
        ("scan.pdf", b"\xff\xd8\xff\xe0" + b"\0" * 50, "picture", True),
        ("notes.txt", b"BMW and Audi were compared in the workshop.", "text", False),
    ],
)
def test_content_decides(name, data, kind, warns):
    found = recognise(io.BytesIO(data), name)
    assert found.type == kind
    assert bool(found.warning) == warns


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", r"is empty \(0 bytes\)"),
        ("a.docx", b"PK\x03\x04" + b"\x91" * 500, "damaged"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"),
         "is encrypted; save a copy without a password"),
        ("a.odt", zipped(mimetype="application/vnd.oasis.opendocument.graphics"), "OpenDocument"),
        ("a.bin", bytes(range(256)) * 40, "binary file of unknown type"),
        ("a.pdf", bytes(range(1, 256)) * 40, "is not a PDF"),
    ],
)  # fmt: skip
def test_what_nobody_reads_is_refused_with_a_remedy(name, data, reason):
    with pytest.raises(LoaderError, match=reason):
        recognise(io.BytesIO(data), name)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-7"],
)
def test_western_encodings_come_out_right(encoding):
    assert decode(TEXT.encode(encoding)).text == TEXT


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("shift_jis", "経費精算は月末までに提出してください。\n"),
        ("gb18030", "员工每年享有二十天年假。\n"),
        ("koi8-r", "Отпуск согласуется заранее.\n"),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy. Žádost se podává předem.\n"),
        ("iso8859-15", "Die Prämie beträgt höchstens 50 € für alle Beschäftigten.\n"),
    ],
)
def test_other_encodings_are_guessed_with_a_warning(encoding, text):
    decoded = decode((text * 20).encode(encoding))
    assert decoded.text == text * 20
    assert "encoding" in decoded.warning


def test_mixed_encodings_and_stray_bytes_stay_readable():
    mixed = decode(TEXT.encode() + TEXT.encode("cp1252"))
    assert mixed.text == TEXT * 2
    assert "not UTF-8" in mixed.warning
    assert decode(b"Policy\0\0 text").text == "Policy text"
    assert decode(b"abc \xed\xa0\x80 def").text == "abc  def"


def test_a_wrong_charset_in_a_page_is_seen_through():
    page = '<html><head><meta charset="utf-8"></head><body><p>Größe müssen</p></body></html>'
    sections = list(read_sections(io.BytesIO(page.encode("cp1252")), "a.html", Findings()))
    assert sections[0].text == "Größe müssen"
