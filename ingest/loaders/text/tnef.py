"""Takes the attachments out of winmail.dat, into which Outlook packs them for some recipients.

Source: MS-OXTNEF 2.1. Its body is there a second time, as the message's own text.
"""

import struct
from collections.abc import Iterator

_SIGNATURE = struct.pack("<I", 0x223E9F78)
_BEGINS, _TITLE, _DATA, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005  # of an attachment
# Its long name among its properties: the type (8 bits or 16 a letter), the identifier.
_LONG_NAMES = (
    (struct.pack("<HH", 0x1F, 0x3707), "utf-16-le"),
    (struct.pack("<HH", 0x1E, 0x3707), "cp1252"),
)
_MOST = 200


def tnef_attachments(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The names and the bytes of the attachments; none where the data are damaged."""
    if not data.startswith(_SIGNATURE):
        return
    at = 6
    name, content = "", b""
    for _ in range(20 * _MOST):
        if at + 9 > len(data):
            break
        identity, _, size = struct.unpack_from("<HHI", data, at + 1)
        value = data[at + 9 : at + 9 + size]
        at += 9 + size + 2
        if identity == _BEGINS:
            if content:
                yield name, content
            name, content = "", b""
        elif identity == _TITLE:
            name = name or value.split(b"\0", 1)[0].decode("cp1252", "replace")
        elif identity == _DATA:
            content = value
        elif identity == _PROPERTIES:
            name = _long_name(value) or name
    if content:
        yield name, content


def _long_name(properties: bytes) -> str:
    for mark, encoding in _LONG_NAMES:
        at = properties.find(mark)
        if at >= 0 and at + 12 <= len(properties):
            # One value, of so many bytes.
            size = struct.unpack_from("<I", properties, at + 8)[0]
            text = properties[at + 12 : at + 12 + min(size, 1_000)].decode(encoding, "replace")
            return text.split("\0", 1)[0]
    return ""
