"""Takes the message out of an e-mail that is signed as a whole (S/MIME, `smime.p7m`).

The signature is not checked: what is read is what mail programs show. Source: RFC 5652, sections
5.1 and 5.2; encodings of ITU-T X.690, of which mail programs also use the indefinite lengths.
"""

from collections.abc import Iterator
from typing import NamedTuple

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_SEQUENCE, _OBJECT, _CONTENT, _OCTETS, _OCTETS_IN_PARTS = 0x30, 0x06, 0xA0, 0x04, 0x24
_DEEPEST = 20


class NotSigned(Exception):
    """The bytes hold no signed message."""


class _Value(NamedTuple):
    tag: int
    content: bytes
    end: int  # where the next value begins


def signed_content(data: bytes) -> bytes:
    """The message within. Raises NotSigned."""
    try:
        outer = list(_values(_one(data, _SEQUENCE)))
        if [one.tag for one in outer[:2]] != [_OBJECT, _CONTENT] or outer[
            0
        ].content != _SIGNED_DATA:
            raise NotSigned
        signed = list(_values(_one(outer[1].content, _SEQUENCE)))
        content = list(_values(next(one for one in signed if one.tag == _SEQUENCE).content))
        if len(content) < 2 or content[1].tag != _CONTENT:
            raise NotSigned  # the message lies beside its signature
        return b"".join(_octets(content[1].content, 0))
    except (IndexError, StopIteration):
        raise NotSigned from None


def _one(data: bytes, tag: int) -> bytes:
    value = _read(data, 0, 0)
    if value.tag != tag:
        raise NotSigned
    return value.content


def _values(data: bytes) -> Iterator[_Value]:
    at = 0
    while at < len(data):
        value = _read(data, at, 0)
        yield value
        at = value.end


def _octets(data: bytes, depth: int) -> Iterator[bytes]:
    if depth > _DEEPEST:
        raise NotSigned
    for value in _values(data):
        if value.tag == _OCTETS:
            yield value.content
        elif value.tag == _OCTETS_IN_PARTS:
            yield from _octets(value.content, depth + 1)


def _read(data: bytes, at: int, depth: int) -> _Value:
    """The value at a place of the bytes. Raises IndexError where they end too early."""
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:  # it goes on until two empty bytes
        if depth > _DEEPEST:
            raise NotSigned
        end = start
        while data[end] or data[end + 1]:
            end = _read(data, end, depth + 1).end
        return _Value(tag, data[start:end], end + 2)
    if length > 0x80:
        size = length & 0x7F
        if size > 4:
            raise NotSigned
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    if start + length > len(data):
        raise IndexError
    return _Value(tag, data[start : start + length], start + length)
