"""Finds out what a file really is, by its content first and its name second."""

import re
import zipfile
from typing import BinaryIO, Literal, NamedTuple

from ingest.encoding import decode, looks_binary
from ingest.sections import LoaderError

Type = Literal["pdf", "docx", "pptx", "xlsx", "html", "markdown", "text", "csv", "email"]

LABELS: dict[Type, str] = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "pptx": "a PowerPoint presentation",
    "xlsx": "an Excel workbook",
    "html": "a web page",
    "markdown": "Markdown",
    "text": "plain text",
    "csv": "a CSV table",
    "email": "an e-mail",
}
_BY_EXTENSION: dict[str, Type] = {
    "pdf": "pdf",
    **dict.fromkeys(("docx", "docm", "dotx", "dotm"), "docx"),
    **dict.fromkeys(("pptx", "pptm", "ppsx", "ppsm", "potx", "potm"), "pptx"),
    **dict.fromkeys(("xlsx", "xlsm", "xltx", "xltm"), "xlsx"),
    **dict.fromkeys(("html", "htm", "xhtml", "shtml"), "html"),
    **dict.fromkeys(("md", "markdown", "mdown", "mkd"), "markdown"),
    **dict.fromkeys(("csv", "tsv", "tab"), "csv"),
    **dict.fromkeys(("eml", "mht", "mhtml"), "email"),
}  # any other name with readable content is plain text

HEAD = 64 * 1024  # bytes that are looked at; ZIP files also have their table of contents read
_OFFICE_TYPES: tuple[tuple[bytes, Type], ...] = (
    (b"wordprocessingml.", "docx"),
    (b"ms-word.", "docx"),
    (b"presentationml.", "pptx"),
    (b"ms-powerpoint.", "pptx"),
    (b"spreadsheetml.", "xlsx"),
    (b"ms-excel.sheet.macroEnabled", "xlsx"),
    (b"ms-excel.template.macroEnabled", "xlsx"),
)
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (  # signature, what it is, what to do
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "run OCR on it and save a PDF"),
    (b"\xff\xd8\xff", "a JPEG image", "run OCR on it and save a PDF"),
    (b"GIF8", "a GIF image", "run OCR on it and save a PDF"),
    (b"II*\0", "a TIFF image", "run OCR on it and save a PDF"),
    (b"MM\0*", "a TIFF image", "run OCR on it and save a PDF"),
    (b"{\\rtf", "an RTF document", "save it as DOCX or PDF"),
    (b"%!PS", "a PostScript file", "save it as PDF"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and ingest the files"),
    (b"BZh", "a bzip2 archive", "unpack it and ingest the files"),
    (b"\xfd7zXZ\0", "an xz archive", "unpack it and ingest the files"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and ingest the files"),
    (b"Rar!", "a RAR archive", "unpack it and ingest the files"),
    (b"SQLite format 3\0", "an SQLite database", "export its tables as CSV"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_KINDS: tuple[tuple[str, str, str], ...] = (  # stream name, what it is, what to do
    ("EncryptedPackage", "is encrypted", "save a copy without a password"),
    ("WordDocument", "is an old Word document", "save it as DOCX"),
    ("PowerPoint Document", "is an old PowerPoint presentation", "save it as PPTX"),
    ("Workbook", "is an old Excel workbook", "save it as XLSX"),
    ("__substg1.0_", "is an Outlook message", "save it as EML"),
)
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_MAIL_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):[ \t]", re.M)
_MAIL_FIELDS = frozenset(
    "received return-path delivered-to message-id mime-version from to cc subject date reply-to "
    "sender content-type".split()
)


class Recognised(NamedTuple):
    """What a file is, and a warning ("" when its name tells the truth)."""

    type: Type
    warning: str


def recognise(file: BinaryIO, name: str) -> Recognised:
    """What `file` is; `name` is used for its ending alone.

    Raises LoaderError for an empty file and for what no loader reads.
    """
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise LoaderError("is empty (0 bytes)")
    stem, dot, ending = name.rpartition(".")
    extension = ending.lower() if dot and stem else ""
    claimed = _BY_EXTENSION.get(extension)
    actual = _container(file, head) or _text_type(head, claimed)
    expected = claimed or ("text" if extension in {"txt", "text", "log", "rst"} else None)
    if expected is None or expected == actual:
        return Recognised(actual, "")
    return Recognised(actual, f"is {LABELS[actual]} although its name ends in .{extension}")


def _container(file: BinaryIO, head: bytes) -> Type | None:
    """The type by signature; None for what may be text; raises for what nobody reads."""
    for signature, what, remedy in _FOREIGN:
        if head.startswith(signature):
            raise LoaderError(f"is {what}; {remedy}")
    if head.startswith(_OLE):
        raise LoaderError(_ole_reason(file))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(file)
    # Readers accept a PDF header after some leading junk, as mail gateways leave it.
    if b"%PDF-" in head[:1024] and not _HTML_START.match(head[:1024].decode("latin-1")):
        return "pdf"
    return None


def _ole_reason(file: BinaryIO) -> str:
    sample = file.read(8 << 20)
    for stream, what, remedy in _OLE_KINDS:
        if stream.encode("utf-16-le") in sample:
            return f"{what}; {remedy}"
    return "is an old Office file; save it as DOCX, XLSX, PPTX or PDF"


def _zip_type(file: BinaryIO) -> Type:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                with archive.open("[Content_Types].xml") as part:
                    content_types = part.read(1 << 20)
                for marker, office in _OFFICE_TYPES:
                    if marker in content_types:
                        return office
            if "EncryptedPackage" in names or any(i.flag_bits & 1 for i in archive.infolist()):
                raise LoaderError("is encrypted; save a copy without a password")
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    mimetype = part.read(200)
                if b"opendocument" in mimetype:
                    raise LoaderError("is an OpenDocument file; save it as DOCX, XLSX or PPTX")
                if b"epub" in mimetype:
                    raise LoaderError("is an EPUB book; save it as PDF or HTML")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError):
        raise LoaderError(
            "is damaged: it starts like an Office or ZIP file but cannot be opened; "
            "get the file again"
        ) from None
    except EOFError:
        raise LoaderError("is damaged: the file ends too early; get it again") from None
    raise LoaderError("is a ZIP archive, not a document; unpack it and ingest the files")


def _text_type(head: bytes, claimed: Type | None) -> Type:
    if looks_binary(head):
        if claimed == "pdf":
            raise LoaderError("is not a PDF (it has no PDF header); get the file again")
        raise LoaderError("is a binary file of unknown type, or damaged; save it as PDF or DOCX")
    start = decode(head[:8192]).text
    if _HTML_START.match(start):
        return "html"
    if claimed in {"markdown", "csv", "html", "email"}:
        return claimed
    first = _MAIL_HEADER.match(start)
    if first and first[1].lower() in _MAIL_FIELDS | {
        "arc-seal",
        "dkim-signature",
        "x-mozilla-status",
    }:
        block = start.replace("\r\n", "\n").split("\n\n", 1)[0]
        fields = {field.lower() for field in _MAIL_HEADER.findall(block)}
        if "from" in fields and len(fields & _MAIL_FIELDS) >= 4:
            return "email"
    return "text"
