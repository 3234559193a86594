"""Number formats of the cells of a binary workbook (XLSB), which the reader of its values lacks.

Source: [MS-XLSB]. A part is a row of records: a type, a length, and so many bytes.
"""

import struct
from collections.abc import Iterator

from openpyxl.styles.numbers import BUILTIN_FORMATS

from ingest.loaders.office.ooxml import Package

_ROW, _FIRST_CELL, _LAST_CELL = 0, 1, 11
_FORMAT, _LOOK, _LOOKS_BEGIN, _LOOKS_END = 44, 47, 617, 618
_SHEET = 156
_MOST_RECORDS = 20_000_000
_MOST_ROWS = 1 << 20

Codes = dict[tuple[int, int], str]
"""The format code of each cell that has one of its own, by row and column from 1."""


def formats_of(package: Package) -> dict[str, Codes]:
    """The formats of each sheet's cells, by the sheet's name; what is damaged has none."""
    book = package.main_part()
    parts = package.related(book)
    styles = next((part for kind, part in parts.values() if kind == "styles"), "")
    codes = _codes(package.read(styles) or b"" if styles else b"")
    if not any(codes):
        return {}
    found: dict[str, Codes] = {}
    for kind, data in _records(package.read(book) or b""):
        if kind != _SHEET:
            continue
        relation, at = _text(data, 8)
        name, _ = _text(data, at)
        _, part = parts.get(relation, ("", ""))
        if part:
            found[name] = _cells(package.read(part) or b"", codes)
    return found


def _codes(styles: bytes) -> list[str]:
    """The code of each look of cells, "" for the general one."""
    own: dict[int, str] = {}
    codes: list[str] = []
    within = False
    for kind, data in _records(styles):
        if kind == _FORMAT and len(data) >= 2:
            own[int.from_bytes(data[:2], "little")] = _text(data, 2)[0]
        elif kind in (_LOOKS_BEGIN, _LOOKS_END):
            within = kind == _LOOKS_BEGIN
        elif kind == _LOOK and within and len(data) >= 4:
            number = int.from_bytes(data[2:4], "little")
            code = own.get(number) or BUILTIN_FORMATS.get(number, "")
            codes.append("" if code == "General" else code)
    return codes


def _cells(sheet: bytes, codes: list[str]) -> Codes:
    found: Codes = {}
    row = 0
    for kind, data in _records(sheet):
        if kind == _ROW and len(data) >= 4:
            row = int.from_bytes(data[:4], "little") + 1
        elif _FIRST_CELL <= kind <= _LAST_CELL and len(data) >= 8 and row <= _MOST_ROWS:
            look = int.from_bytes(data[4:7], "little")
            if look < len(codes) and codes[look]:
                found[row, int.from_bytes(data[:4], "little") + 1] = codes[look]
    return found


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    at, count = 0, 0
    while at < len(part) and count < _MOST_RECORDS:
        count += 1
        kind, at = _number(part, at, 2)
        size, at = _number(part, at, 4)
        yield kind, part[at : at + size]
        at += size


def _number(part: bytes, at: int, longest: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for place in range(longest):
        if at >= len(part):
            break
        byte = part[at]
        at += 1
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            break
    return value, at


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    if at + 4 > len(data):
        return "", len(data)
    (length,) = struct.unpack_from("<I", data, at)
    if length == 0xFFFFFFFF:  # there is none
        return "", at + 4
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le", "replace"), end
