"""Finds out what a file really is, by its content first and its name second."""

import re
import zipfile
from collections.abc import Callable, Mapping
from typing import BinaryIO, Literal, NamedTuple

from ingest.encoding import decode, looks_binary
from ingest.sections import LoaderError

HEAD = 64 * 1024  # bytes that are looked at; ZIP files also have their table of contents read
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (  # signature, what it is, what to do
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
)
_OLE_STREAMS = ("EncryptedPackage", "WordDocument", "PowerPoint Document")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^<>]*>")
_IS_MAIN = re.compile(rb"/officeDocument[\"']")
_TARGET = re.compile(rb"\bTarget\s*=\s*[\"']([^\"']*)[\"']")
_TYPE = re.compile(rb"<(?:\w+:)?(?:Override|Default)\b[^<>]*>")
_PART_NAME = re.compile(rb"\bPartName\s*=\s*[\"']([^\"']*)[\"']")
_EXTENSION = re.compile(rb"\bExtension\s*=\s*[\"']([^\"']*)[\"']")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
_BMP_HEADERS = frozenset((12, 40, 52, 56, 64, 108, 124))  # bytes; "BM" alone begins texts, too
_HTML_START = re.compile(
    r"\s*+(?:<\?xml[^>]*>\s*+)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html)\b",
    re.I | re.S,
)
_MAIL_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):[ \t]", re.M)
_MAIL_FIELDS = frozenset(
    "received return-path delivered-to message-id mime-version from to cc subject date reply-to "
    "sender content-type".split()
)
_MAILBOX_START = re.compile(r"From \S.{0,200}\d\d:\d\d")
_CALENDAR_START = re.compile(r"\s*+BEGIN:(?:VCALENDAR|VCARD)\s", re.I)
_FIRST_MAIL_FIELDS = _MAIL_FIELDS | {"arc-seal", "dkim-signature", "x-mozilla-status"}


class Sample(NamedTuple):
    """What a type is recognised by; what the file does not have is empty."""

    head: bytes = b""
    text: str = ""  # the beginning of a file that is readable
    content_types: bytes = b""  # of an Office package
    mimetype: bytes = b""  # of another ZIP package
    streams: frozenset[str] = frozenset()  # at the top of an old Office file
    is_zip: bool = False  # and no package of another kind


Recogniser = Callable[[Sample], bool]


def _never(sample: Sample) -> bool:
    return False


def _office(*markers: bytes) -> Recogniser:
    return lambda sample: any(marker in sample.content_types for marker in markers)


def _package(mimetype: bytes) -> Recogniser:
    return lambda sample: mimetype in sample.mimetype


def _holds(*streams: str) -> Recogniser:
    wanted = {stream.lower() for stream in streams}  # capitals make no difference there
    return lambda sample: any(stream.lower() in wanted for stream in sample.streams)


def _is_archive(sample: Sample) -> bool:
    return sample.is_zip


def _is_mailbox(sample: Sample) -> bool:
    first, _, rest = sample.text.partition("\n")
    return bool(_MAILBOX_START.match(first)) and bool(_MAIL_HEADER.match(rest))


def _is_calendar(sample: Sample) -> bool:
    return bool(_CALENDAR_START.match(sample.text))


def _is_xml(sample: Sample) -> bool:
    return sample.text.lstrip("\ufeff \r\n\t").startswith("<?xml")


def _is_rtf(sample: Sample) -> bool:
    return sample.head.lstrip().startswith(b"{\\rtf")


def _is_pdf(sample: Sample) -> bool:
    # Readers accept a PDF header after some leading junk, as mail gateways leave it.
    head = sample.head[:1024]
    return b"%PDF-" in head and not _HTML_START.match(head.decode("latin-1"))


def _is_picture(sample: Sample) -> bool:
    head = sample.head
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return True
    return head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS


def _is_html(sample: Sample) -> bool:
    return bool(_HTML_START.match(sample.text))


def _looks_like_mail(sample: Sample) -> bool:
    first = _MAIL_HEADER.match(sample.text)
    if not first or first[1].lower() not in _FIRST_MAIL_FIELDS:
        return False
    block = sample.text.replace("\r\n", "\n").split("\n\n", 1)[0]
    fields = {field.lower() for field in _MAIL_HEADER.findall(block)}
    return "from" in fields and len(fields & _MAIL_FIELDS) >= 4


class FileType(NamedTuple):
    """A type of file that is read. A further one is a row of `FILE_TYPES` and a loader.

    `recognises` sees what a file is whatever its name says; `resembles` is asked where the name
    says nothing that could be true. A readable file whose name has one of the extensions is
    believed to be of the type where `by_name`.
    """

    name: str
    label: str  # as in "is … although its name ends in …"
    extensions: tuple[str, ...]
    loader: str  # module below ingest.loaders, and function in it
    recognises: Recogniser = _never
    resembles: Recogniser = _never
    by_name: bool = False
    # What the loader is given: "within" with what reads files that lie in this one.
    reads: Literal["bytes", "file", "bytes within", "file within"] = "bytes"


_CODE = tuple(
    "log yaml yml toml ini cfg conf properties env py js mjs ts tsx jsx java kt c h cc cpp hpp cs "
    "go rs rb php pl lua swift scala r sh bash zsh ps1 bat cmd sql css scss less vue svelte tf "
    "gradle cmake dockerfile makefile diff patch tex bib proto graphql".split()
)
# In the order in which they are tried. Any other readable file is plain text.
FILE_TYPES: tuple[FileType, ...] = (
    FileType(
        "docx",
        "a Word document",
        ("docx", "docm", "dotx", "dotm"),
        "office.docx:load_docx",
        recognises=_office(b"wordprocessingml.", b"ms-word."),
        reads="file within",
    ),
    FileType(
        "pptx",
        "a PowerPoint presentation",
        ("pptx", "pptm", "ppsx", "ppsm", "potx", "potm"),
        "office.pptx:load_pptx",
        recognises=_office(b"presentationml.", b"ms-powerpoint."),
        reads="file",
    ),
    FileType(
        "xlsx",
        "an Excel workbook",
        ("xlsx", "xlsm", "xltx", "xltm"),
        "office.xlsx:load_xlsx",
        recognises=_office(
            b"spreadsheetml.", b"ms-excel.sheet.macroEnabled", b"ms-excel.template.macroEnabled"
        ),
        reads="file",
    ),
    FileType(
        "odt",
        "an OpenDocument text",
        ("odt", "ott"),
        "opendocument.text:load_odt",
        recognises=_package(b"opendocument.text"),
        reads="file",
    ),
    FileType(
        "ods",
        "an OpenDocument spreadsheet",
        ("ods", "ots"),
        "opendocument.sheets:load_ods",
        recognises=_package(b"opendocument.spreadsheet"),
        reads="file",
    ),
    FileType(
        "odp",
        "an OpenDocument presentation",
        ("odp", "otp"),
        "opendocument.slides:load_odp",
        recognises=_package(b"opendocument.presentation"),
        reads="file",
    ),
    FileType(
        "xlsb",
        "a binary Excel workbook",
        ("xlsb",),
        "office.xlsb:load_xlsb",
        recognises=_office(b"ms-excel.sheet.binary"),
        reads="file",
    ),
    FileType(
        "xls",
        "an old Excel workbook",
        ("xls", "xlt"),
        "office.xls:load_xls",
        recognises=_holds("Workbook", "Book"),
        reads="file",
    ),
    # Word and PowerPoint up to 2003. What else has these endings, such as RTF, is no surprise.
    FileType(
        "doc",
        "an old Word document",
        (),
        "office.old:load_doc",
        recognises=_holds("WordDocument"),
    ),
    FileType(
        "ppt",
        "an old PowerPoint presentation",
        (),
        "office.old:load_ppt",
        recognises=_holds("PowerPoint Document"),
    ),
    FileType(
        "msg",
        "an Outlook message",
        ("msg",),
        "text.msg:load_msg",
        recognises=_holds("__properties_version1.0"),
        reads="file within",
    ),
    FileType(
        "epub",
        "an EPUB book",
        ("epub",),
        "epub:load_epub",
        recognises=_package(b"epub"),
        reads="file",
    ),
    FileType(
        "zip",
        "a ZIP archive",
        ("zip",),
        "archive:load_zip",
        recognises=_is_archive,
        reads="file within",
    ),
    FileType("rtf", "an RTF document", ("rtf",), "rtf:load_rtf", recognises=_is_rtf),
    FileType("pdf", "a PDF", ("pdf",), "pdf.loader:load_pdf", recognises=_is_pdf, reads="file"),
    FileType(
        "picture",
        "a picture",
        ("png", "jpg", "jpeg", "tif", "tiff", "webp", "bmp", "gif"),
        "image:load_image",
        recognises=_is_picture,
        reads="file",
    ),
    FileType(
        "html",
        "a web page",
        ("html", "htm", "xhtml", "shtml"),
        "html.loader:load_html",
        recognises=_is_html,
        by_name=True,
    ),
    FileType(
        "markdown",
        "Markdown",
        ("md", "markdown", "mdown", "mkd"),
        "text.markdown:load_markdown",
        by_name=True,
    ),
    FileType("csv", "a CSV table", ("csv", "tsv", "tab"), "text.csv_table:load_csv", by_name=True),
    FileType(
        "mbox",
        "a mailbox",
        ("mbox", "mbx"),
        "text.mbox:load_mbox",
        resembles=_is_mailbox,
        by_name=True,
        reads="bytes within",
    ),
    FileType(
        "email",
        "an e-mail",
        ("eml", "mht", "mhtml"),
        "text.email:load_email",
        resembles=_looks_like_mail,
        by_name=True,
        reads="bytes within",
    ),
    FileType(
        "calendar",
        "appointments or address cards",
        ("ics", "vcf", "vcard", "ical"),
        "text.calendar:load_calendar",
        recognises=_is_calendar,
    ),
    FileType(
        "json",
        "JSON",
        ("json", "jsonl", "ndjson", "geojson"),
        "text.records:load_json",
        by_name=True,
    ),
    FileType(
        "xml",
        "XML",
        ("xml", "xsd", "rss", "atom"),
        "text.records:load_xml",
        resembles=_is_xml,
        by_name=True,
    ),
    FileType("code", "source code or a log", _CODE, "text.code:load_code", by_name=True),
    FileType("text", "plain text", ("txt", "text", "rst"), "text.plain:load_text"),
)
BY_NAME: Mapping[str, FileType] = {row.name: row for row in FILE_TYPES}
_BY_EXTENSION = {extension: row for row in FILE_TYPES for extension in row.extensions}
_TEXT = BY_NAME["text"]


class Recognised(NamedTuple):
    """What a file is, and a warning ("" when its name tells the truth)."""

    type: str  # a FileType's name
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
    actual = _by_signature(file, head) or _by_text(head, claimed)
    if claimed in (None, actual):
        return Recognised(actual.name, "")
    return Recognised(actual.name, f"is {actual.label} although its name ends in .{extension}")


def _recognised(sample: Sample) -> FileType | None:
    return next((row for row in FILE_TYPES if row.recognises(sample)), None)


def _by_signature(file: BinaryIO, head: bytes) -> FileType | None:
    """The type by signature; None for what may be text; raises for what nobody reads."""
    for signature, what, remedy in _FOREIGN:
        if head.startswith(signature):
            raise LoaderError(f"is {what}; {remedy}")
    if head.startswith(_OLE):
        return _by_streams(file)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _by_package(file)
    return _recognised(Sample(head=head))


def _by_streams(file: BinaryIO) -> FileType:
    """The type of an old Office file, by what lies at its top; embedded files lie deeper."""
    import olefile

    try:
        with olefile.OleFileIO(file) as ole:
            streams = frozenset(path[0] for path in ole.listdir(streams=True, storages=True))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # damaged tables of sectors raise anything
        file.seek(0)
        sample = file.read(8 << 20)
        streams = frozenset(one for one in _OLE_STREAMS if one.encode("utf-16-le") in sample)
        if not streams:
            raise LoaderError("is damaged: it cannot be opened; get the file again") from None
    for stream, what, remedy in _OLE_KINDS:
        if stream in streams:
            raise LoaderError(f"{what}; {remedy}")
    if found := _recognised(Sample(streams=streams)):
        return found
    raise LoaderError("is an old Office file; save it as DOCX, XLSX, PPTX or PDF")


def _by_package(file: BinaryIO) -> FileType:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                with archive.open("[Content_Types].xml") as part:
                    types = part.read(1 << 20)
                found = _recognised(Sample(content_types=_type_of_main_part(archive, types)))
                if found:
                    return found
            locked = [bool(info.flag_bits & 1) for info in archive.infolist()]
            if "EncryptedPackage" in names or (locked and all(locked)):
                raise LoaderError("is encrypted; save a copy without a password")
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    mimetype = part.read(200)
                if found := _recognised(Sample(mimetype=mimetype)):
                    return found
                if b"opendocument" in mimetype:
                    raise LoaderError("is an OpenDocument drawing or database; save it as PDF")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError):
        raise LoaderError(
            "is damaged: it starts like an Office or ZIP file but cannot be opened; "
            "get the file again"
        ) from None
    except EOFError:
        raise LoaderError("is damaged: the file ends too early; get it again") from None
    found = _recognised(Sample(is_zip=True))
    assert found is not None  # the row of archives takes any
    return found


def _type_of_main_part(archive: zipfile.ZipFile, types: bytes) -> bytes:
    """What an Office package says that its main part is; all that it says where none is named.

    Other parts may be documents of another kind: a workbook embeds letters.
    """
    try:
        with archive.open("_rels/.rels") as part:
            relations = part.read(1 << 20)
    except KeyError:
        return types
    target = next(
        (
            named[1].lstrip(b"/")
            for one in _RELATION.findall(relations)
            if _IS_MAIN.search(one) and (named := _TARGET.search(one))
        ),
        b"",
    )
    ending = target.rpartition(b".")[2].lower()
    by_ending = b""
    for one in _TYPE.findall(types):
        if (named := _PART_NAME.search(one)) and named[1].lstrip(b"/") == target:
            return bytes(one)
        if (named := _EXTENSION.search(one)) and named[1].lower() == ending:
            by_ending = one
    return by_ending if target and ending != b"xml" and by_ending else types


def _by_text(head: bytes, claimed: FileType | None) -> FileType:
    if looks_binary(head):
        if claimed is BY_NAME["pdf"]:
            raise LoaderError("is not a PDF (it has no PDF header); get the file again")
        raise LoaderError("is a binary file of unknown type, or damaged; save it as PDF or DOCX")
    sample = Sample(text=decode(head[:8192]).text)
    if found := _recognised(sample):
        return found
    if claimed and claimed.by_name:
        return claimed
    return next((row for row in FILE_TYPES if row.resembles(sample)), _TEXT)
