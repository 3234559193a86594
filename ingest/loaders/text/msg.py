"""Reads Outlook messages (MSG): their properties become an e-mail like any other.

Source: [MS-OXMSG], and [MS-OXRTFCP] for compressed RTF.
"""

import datetime
import struct
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, BinaryIO

from ingest.encoding import decode
from ingest.loaders.rtf import load_rtf
from ingest.loaders.text.email import mail_sections
from ingest.sections import Findings, LoaderError, LoadWithin, Section

_SUBJECT, _TO, _CC, _SENDER, _SENDER_MAIL, _SENDER_SMTP = (
    "0037", "0E04", "0E03", "0C1A", "0C1F", "5D01",
)  # fmt: skip
_BODY, _PAGE, _RTF, _HEADERS = "1000", "1013", "1009", "007D"
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME = "3701", "3707", "3704", "3001"
_SENT, _RECEIVED, _PAGES_CODE, _CODE = 0x00390040, 0x0E060040, 0x3FDE0003, 0x3FFD0003
_RECIPIENT_NAME, _RECIPIENT_SMTP, _RECIPIENT_MAIL = "3001", "39FE", "3003"
_START_OF_TIME = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_HEAD, _HEAD_WITHIN = 32, 24  # bytes before the properties of a message, and of one within
_DEEPEST = 3
_MOST_ATTACHMENTS = 200
_LARGEST_RTF = 32 << 20  # bytes of an RTF body, unpacked
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def load_msg(file: BinaryIO, findings: Findings, load: LoadWithin) -> Iterator[Section]:
    """The header fields, the body, and each attachment under its name."""
    import olefile

    try:
        ole = olefile.OleFileIO(file)
        message = _Store(ole, []).message(0, findings)
    except MemoryError:
        raise
    except LoaderError:
        raise
    except Exception as error:  # noqa: BLE001  # damaged tables of sectors raise anything
        raise LoaderError(
            f"is a damaged Outlook message ({type(error).__name__}); save it as EML"
        ) from None
    yield from mail_sections(message, findings, load)


class _Store:
    """The properties of a message, an attachment or a recipient: a folder within the file."""

    def __init__(self, ole: Any, path: list[str]) -> None:
        self._ole = ole
        self._path = path
        self._streams = {
            one[len(path)].lower(): one[: len(path) + 1]
            for one in ole.listdir(streams=True, storages=True)
            if len(one) > len(path) and one[: len(path)] == path
        }
        self._fixed = self._numbers()
        self._page = _code_page(self._fixed.get(_CODE, 0))

    def _read(self, name: str) -> bytes | None:
        place = self._streams.get(name.lower())
        if place is None or self._ole.get_type(place) != 2:  # no stream
            return None
        data: bytes = self._ole.openstream(place).read()
        return data

    def _numbers(self) -> dict[int, int]:
        """The properties of a fixed size, as numbers, by their tags."""
        data = self._read("__properties_version1.0") or b""
        name = self._path[-1] if self._path else ""
        start = (
            _HEAD
            if not self._path
            else 8
            if name.startswith("__") and not name.endswith("0D")
            else _HEAD_WITHIN
        )
        found = {}
        for at in range(start, len(data) - 15, 16):
            tag, _, value = struct.unpack_from("<IIQ", data, at)
            found[tag] = value
        return found

    def text(self, tag: str) -> str:
        """A text property, or ""."""
        if (wide := self._read(f"__substg1.0_{tag}001F")) is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self._read(f"__substg1.0_{tag}001E") or b""
        return decode(narrow.rstrip(b"\0"), self._page).text

    def _bytes(self, tag: str) -> bytes:
        return self._read(f"__substg1.0_{tag}0102") or b""

    def _folders(self, start: str) -> list["_Store"]:
        places = sorted(
            (place for name, place in self._streams.items() if name.startswith(start)),
            key=lambda place: place[-1],
        )
        return [_Store(self._ole, place) for place in places]

    def message(self, depth: int, findings: Findings) -> EmailMessage:
        message = EmailMessage()
        _put(message, "Subject", self.text(_SUBJECT))
        sender = self.text(_SENDER_SMTP) or self.text(_SENDER_MAIL)
        _put(message, "From", _named(self.text(_SENDER), sender))
        people = [
            (one._fixed.get(0x0C150003, 1), _named(
                one.text(_RECIPIENT_NAME), one.text(_RECIPIENT_SMTP) or one.text(_RECIPIENT_MAIL)
            ))
            for one in self._folders("__recip_version1.0_")
        ]  # fmt: skip
        for name, kind, shown in (("To", 1, _TO), ("Cc", 2, _CC)):
            said = ", ".join(person for one, person in people if one == kind)
            _put(message, name, said or self.text(shown))
        _put(message, "Date", _moment(self._fixed.get(_SENT) or self._fixed.get(_RECEIVED) or 0))
        self._set_body(message, findings)
        for number, one in enumerate(self._folders("__attach_version1.0_")):
            if number >= _MOST_ATTACHMENTS:
                findings.warn(f"only the first {_MOST_ATTACHMENTS} attachments were read")
                break
            one._attach_to(message, depth, findings)
        return message

    def _set_body(self, message: EmailMessage, findings: Findings) -> None:
        text = self.text(_BODY)
        page = self._bytes(_PAGE)
        if not page and not text and (packed := self._bytes(_RTF)):
            inner = Findings()
            text = "\n\n".join(one.text for one in load_rtf(_unpacked(packed), inner))
            for warning in inner.warnings:
                findings.warn(warning)
        message.set_content(text)
        if page or (markup := self.text(_PAGE)):
            charset = _code_page(self._fixed.get(_PAGES_CODE, 0))
            markup = decode(page, charset).text if page else markup
            message.add_alternative(markup, subtype="html")

    def _attach_to(self, message: EmailMessage, depth: int, findings: Findings) -> None:
        name = self.text(_LONG_NAME) or self.text(_SHORT_NAME) or self.text(_SHOWN_NAME)
        name = " ".join(name.split())[:200] or "attachment"
        if f"__substg1.0_{_DATA}000d" in self._streams:
            if depth >= _DEEPEST:
                findings.warn(f"attachment {name} was not read: messages are nested too deeply")
                return
            inner = _Store(self._ole, self._streams[f"__substg1.0_{_DATA}000d"])
            message.add_attachment(inner.message(depth + 1, findings))
            return
        data = self._bytes(_DATA)
        picture = name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff"))
        kind = ("image", "octet-stream") if picture else ("application", "octet-stream")
        message.add_attachment(data, *kind, filename=name)


def _put(message: EmailMessage, name: str, value: str) -> None:
    value = " ".join("".join(one for one in value if one.isprintable() or one.isspace()).split())
    if value:
        message[name] = value


def _named(name: str, mail: str) -> str:
    """A person with their address; those of Exchange's own kind say nothing to people."""
    name = name.replace('"', "").replace("<", "").replace(">", "").strip()
    if "@" not in mail or mail == name:
        return name
    return f'"{name}" <{mail}>' if name else mail


def _moment(ticks: int) -> str:
    try:
        moment = _START_OF_TIME + datetime.timedelta(microseconds=ticks // 10)
    except OverflowError:
        return ""
    return format_datetime(moment) if ticks else ""


def _code_page(number: int) -> str:
    return {0: "cp1252", 65001: "utf-8", 20127: "ascii", 28591: "latin-1"}.get(
        number, f"cp{number}"
    )


def _unpacked(data: bytes) -> bytes:
    """The RTF within a compressed body. Raises LoaderError."""
    if len(data) < 16:
        return b""
    size, magic = struct.unpack_from("<I4s", data, 4)
    if magic == b"MELA":
        return data[16 : 16 + size]
    if magic != b"LZFu" or size > _LARGEST_RTF:
        raise LoaderError("has a body in a form that is not known; save it as EML")
    window = bytearray(_DICTIONARY.ljust(4096, b" "))
    write = len(_DICTIONARY)
    out = bytearray()
    at = 16
    while at < len(data) and len(out) < size:
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data) or len(out) >= size:
                break
            if not flags >> bit & 1:
                out.append(data[at])
                window[write] = data[at]
                write = (write + 1) % 4096
                at += 1
                continue
            token = int.from_bytes(data[at : at + 2], "big")
            at += 2
            start, length = token >> 4, (token & 0xF) + 2
            if start == write:
                return bytes(out)
            for offset in range(length):
                byte = window[(start + offset) % 4096]
                out.append(byte)
                window[write] = byte
                write = (write + 1) % 4096
    return bytes(out)
