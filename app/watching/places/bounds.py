"""What a place's server may cost us: it is somebody else's, and can send without end.

Lists are read into memory by the process that serves everybody, so they have limits on bytes, on
markup, on how often it is asked and on time. Nothing is unpacked: a server is asked for plain
answers, and a packed one, which may be a thousand times as large, is refused.
"""

import time
from xml.parsers import expat

ANSWER_BYTES = 64 << 20  # of one answer that is a list; about 100,000 files
_MARKS = 6_000_000  # tags and attributes of one: each costs some hundred bytes of memory
LISTED = 1_000_000  # files of a place
_ANSWERS = 200_000  # lists that one look asks for
_GRACE_S = 60.0  # seconds before an answer's speed is looked at
_BYTES_A_SECOND = 1024  # one that comes slower than this is not waited for
_PIECE = 1 << 20


class TooMuch(Exception):
    """A server sends what no honest one would; the message says what, after its name."""


class Look:
    """Counts what one look at a place was sent as lists."""

    def __init__(self) -> None:
        self._answers = 0
        self._files = 0

    def asks(self) -> None:
        """Another list is asked for. Raises TooMuch."""
        self._answers += 1
        if self._answers > _ANSWERS:
            raise TooMuch(f"sends more than {_ANSWERS:,} lists for one look")

    def lists(self) -> None:
        """Another file is told of. Raises TooMuch."""
        self._files += 1
        if self._files > LISTED:
            raise TooMuch(f"lists more than {LISTED:,} files; watch parts of it")


class Coming:
    """One answer while it comes, of `most` bytes."""

    def __init__(self, most: int | None = ANSWER_BYTES) -> None:
        self._most = most
        self._began = time.monotonic()
        self._bytes = 0

    def took(self, size: int) -> None:
        """So many more bytes have come. Raises TooMuch."""
        self._bytes += size
        if self._most is not None and self._bytes > self._most:
            raise TooMuch(f"sends a list of more than {self._most >> 20:,} MiB; watch parts of it")
        waited = time.monotonic() - self._began - _GRACE_S
        if self._bytes < waited * _BYTES_A_SECOND:
            raise TooMuch("sends slower than 1 KiB a second")


def refuse_packed(encoding: str | None) -> None:
    """Raises TooMuch for an answer that has to be unpacked."""
    if encoding and encoding.strip().lower() != "identity":
        raise TooMuch(f"packs its answer ({encoding[:20]}), though it was asked not to")


def check_list(data: bytes) -> None:
    """Raises TooMuch for XML that costs more than its bytes: entities, or nothing but markup."""
    if data.count(b"<") + data.count(b"=") > _MARKS:
        raise TooMuch("sends a list that is nothing but markup")

    def refuse(*_: object) -> None:
        raise TooMuch("sends a list that declares a type of document, which none needs")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        for start in range(0, len(data), _PIECE):
            parser.Parse(data[start : start + _PIECE], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise TooMuch(f"sends a list that is no XML ({error})") from None
