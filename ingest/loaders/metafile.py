"""Reads the words of pictures that are orders to draw: EMF and WMF, as Office pastes tables.

The orders hold their texts as characters, so nothing has to be recognised. Sources: MS-EMF 2.3.5,
MS-EMFPLUS 2.3.4, MS-WMF 2.3.3.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ingest.loaders.office.symbols import in_font

_EMF, _EMF_MARK = b"\x01\x00\x00\x00", b" EMF"
_PLACEABLE = b"\xd7\xcd\xc6\x9a"
_WMF = (b"\x01\x00\x09\x00", b"\x02\x00\x09\x00")
_TEXT_A, _TEXT_W, _SMALL_TEXT, _COMMENT = 83, 84, 108, 70
_FONT, _SELECT = 82, 37
_PLUS_STRING = 0x401C
_WMF_TEXT, _WMF_LONG_TEXT = 0x0521, 0x0A32
_WMF_FONT, _WMF_SELECT, _WMF_DELETE = 0x02FB, 0x012D, 0x01F0
# What takes a number as fonts do: pens, brushes, palettes, patterns, regions.
_WMF_MADE = frozenset((_WMF_FONT, 0x02FA, 0x02FC, 0x00F7, 0x0142, 0x01F9, 0x06FF))
_GLYPHS = 0x10  # the text is numbers of glyphs
_NO_FRAME, _ONE_BYTE = 0x100, 0x200
_MOST_ORDERS = 300_000
_MOST_TEXTS = 5_000
_MOST_MADE = 1_000
_LARGEST = 32 << 20  # bytes
_GAP = 0.45  # of a letter's width, between words
_LEVEL = 0.6  # of a letter's width, between lines


class _Text(NamedTuple):
    """A text, where it begins in the measure of its picture, and where it ends if known."""

    text: str
    x: float
    y: float
    end: float | None


def metafile_words(data: bytes) -> str | None:
    """The words of a metafile, its lines in the order of drawing; None for any other picture."""
    if data[:2] == b"\x1f\x8b":
        data = _unpacked(data)
    if data[:4] == _EMF and data[40:44] == _EMF_MARK:
        texts = list(_of_emf(data))
    elif data[:4] == _PLACEABLE:
        texts = list(_of_wmf(data, 22))
    elif data[:4] in _WMF:
        texts = list(_of_wmf(data, 0))
    else:
        return None
    return "\n".join(_lines(texts))


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(data, _LARGEST)
    except zlib.error:
        return b""


def _of_emf(data: bytes) -> Iterator[_Text]:
    found: list[_Text] = []
    plus: list[_Text] = []
    faces: dict[int, str] = {}
    face = ""
    at = 0
    for _ in range(_MOST_ORDERS):
        if at + 8 > len(data) or len(found) >= _MOST_TEXTS:
            break
        kind, size = struct.unpack_from("<II", data, at)
        if size < 8 or at + size > len(data):
            break
        if kind in {_TEXT_A, _TEXT_W} and size >= 76:
            found += _in_face(_long_text(data[at : at + size], wide=kind == _TEXT_W), face)
        elif kind == _SMALL_TEXT and size >= 36:
            found += _in_face(_small_text(data[at : at + size]), face)
        elif kind == _FONT and size >= 104:
            number = struct.unpack_from("<I", data, at + 8)[0]
            name = data[at + 40 : at + 104].decode("utf-16-le", "replace")
            faces[number] = name.split("\0", 1)[0]
        elif kind == _SELECT and size >= 12:
            face = faces.get(struct.unpack_from("<I", data, at + 8)[0], face)
        elif kind == _COMMENT and data[at + 12 : at + 16] == b"EMF+":
            plus += _plus_texts(data[at : at + size])
        at += size
    # A picture in both forms says the same twice.
    yield from found or plus[:_MOST_TEXTS]


def _in_face(texts: Iterable[_Text], face: str) -> Iterator[_Text]:
    """Texts as their font shows them: bullets are letters of a font with pictures."""
    return (one._replace(text=in_font(one.text, face)) for one in texts)


def _long_text(order: bytes, *, wide: bool) -> Iterator[_Text]:
    x, y, count, place, options = struct.unpack_from("<iiIII", order, 36)
    if options & _GLYPHS or not count:
        return
    width = 2 if wide else 1
    raw = order[place : place + count * width]
    advances = struct.unpack_from("<I", order, 72)[0]
    steps: tuple[int, ...] = ()
    if advances and advances + 4 * count <= len(order):
        steps = struct.unpack_from(f"<{count}I", order, advances)
    text = raw.decode("utf-16-le" if wide else "cp1252", "replace")
    left, top, right, bottom = struct.unpack_from("<iiii", order, 8)
    if left < right and top < bottom:  # where it is drawn, whatever turns and moves the axes
        yield _Text(text, left, bottom, right)
        return
    yield _Text(text, x, y, x + sum(steps) if steps else None)


def _small_text(order: bytes) -> Iterator[_Text]:
    x, y, count, options = struct.unpack_from("<iiII", order, 8)
    if options & _GLYPHS or not count:
        return
    place = 36 if options & _NO_FRAME else 52
    one_byte = bool(options & _ONE_BYTE)
    raw = order[place : place + count * (1 if one_byte else 2)]
    yield _Text(raw.decode("latin-1" if one_byte else "utf-16-le", "replace"), x, y, None)


def _plus_texts(comment: bytes) -> Iterator[_Text]:
    at = 16
    while at + 12 <= len(comment):
        kind, _, size, held = struct.unpack_from("<HHII", comment, at)
        if size < 12:
            return
        if kind == _PLUS_STRING and held >= 28 and at + 40 <= len(comment):
            count, x, y = struct.unpack_from("<Iff", comment, at + 20)
            raw = comment[at + 40 : at + 40 + 2 * min(count, held)]
            yield _Text(raw.decode("utf-16-le", "replace"), x, y, None)
        at += size


def _of_wmf(data: bytes, at: int) -> Iterator[_Text]:
    at += 18
    count = 0
    made: list[str | None] = []  # the names of fonts by their numbers, "" for other things
    face = ""
    for _ in range(_MOST_ORDERS):
        if at + 6 > len(data) or count >= _MOST_TEXTS:
            return
        words, kind = struct.unpack_from("<IH", data, at)
        if words < 3 or at + 2 * words > len(data):
            return
        order = data[at + 6 : at + 2 * words]
        if kind in _WMF_MADE:
            name = order[18:50].split(b"\0", 1)[0].decode("cp1252", "replace")
            _keep(made, name if kind == _WMF_FONT else "")
        elif kind in {_WMF_SELECT, _WMF_DELETE} and len(order) >= 2:
            number = struct.unpack_from("<H", order, 0)[0]
            if number < len(made) and kind == _WMF_SELECT:
                face = made[number] or face
            elif number < len(made):
                made[number] = None
        elif kind == _WMF_LONG_TEXT and len(order) >= 8:
            y, x, length, options = struct.unpack_from("<hhhH", order, 0)
            place = 16 if options & 6 else 8
            if not options & _GLYPHS and length > 0:
                count += 1
                text = order[place : place + length].decode("cp1252", "replace")
                yield _Text(in_font(text, face), x, y, None)
        elif kind == _WMF_TEXT and len(order) >= 6:
            length = struct.unpack_from("<h", order, 0)[0]
            after = 2 + length + length % 2
            if length > 0 and after + 4 <= len(order):
                y, x = struct.unpack_from("<hh", order, after)
                count += 1
                text = order[2 : 2 + length].decode("cp1252", "replace")
                yield _Text(in_font(text, face), x, y, None)
        at += 2 * words


def _keep(made: list[str | None], name: str) -> None:
    """Give a thing that was made the first number that is free."""
    if None in made:
        made[made.index(None)] = name
    elif len(made) < _MOST_MADE:
        made.append(name)


def _lines(texts: Iterable[_Text]) -> Iterator[str]:
    """The texts, those on one level in one line, with spaces where the drawing has gaps."""
    line = ""
    before: _Text | None = None
    for one in texts:
        letter = _letter(before) if before else 0.0
        if before and abs(one.y - before.y) > _LEVEL * letter:
            yield from _told(line)
            line = ""
        elif before and line and (before.end is None or one.x - before.end > _GAP * letter):
            line += " "
        line += one.text
        before = one
    yield from _told(line)


def _letter(text: _Text) -> float:
    """About the width of a letter."""
    if text.end is None or not text.text:
        return 0.0
    return abs(text.end - text.x) / len(text.text)


def _told(line: str) -> Iterator[str]:
    said = " ".join(line.replace("\0", " ").replace("�", " ").split())
    if any(map(str.isalnum, said)):
        yield said
