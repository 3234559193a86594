"""Reads a form with one file, piece by piece: its bytes go to their place and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.web.api.errors import ApiError

_FIELD_BYTES = 8 << 10  # of one field
_FIELDS = 30


@dataclass
class Form:
    """The fields before the file, the file's name, and its bytes as they come."""

    fields: dict[str, str]
    filename: str
    pieces: AsyncIterator[bytes]


async def read_form(request: Request) -> Form:
    """The form of a request. Fields come before the file `file`; what comes after is not read.

    Raises ApiError for anything else, also while the pieces are taken.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise ApiError("send a form (multipart/form-data) with the file in `file`", param="file")
    parts = _Parts(options[b"boundary"])
    stream = request.stream()
    fields: dict[str, str] = {}

    async def events() -> AsyncIterator[tuple[str, bytes]]:
        async for chunk in stream:
            for event in parts.take(chunk):
                yield event

    coming = events()
    name, value = "", bytearray()
    async for what, data in coming:
        if what == "begin":
            name, value = data.decode("utf-8", "replace"), bytearray()
            if name == "file":
                return Form(fields, parts.filename, _file(coming))
        elif what == "data":
            value += data
            if len(value) > _FIELD_BYTES:
                raise ApiError(f"{name[:40]}: is too long")
        elif what == "end":
            fields[name] = value.decode("utf-8", "replace")
            if len(fields) > _FIELDS:
                raise ApiError("too many fields")
    raise ApiError("there is no file in the form: send it as `file`", param="file")


async def _file(coming: AsyncIterator[tuple[str, bytes]]) -> AsyncIterator[bytes]:
    ended = False
    async for what, data in coming:
        if what == "end":
            ended = True  # the rest is read, so that the connection is left clean
        elif what == "data" and not ended:
            yield data
    if not ended:
        raise ApiError("the file ended too early")


class _Parts:
    """What a parser finds, as a list for each piece of the body."""

    def __init__(self, boundary: bytes) -> None:
        self.filename = ""  # of the file
        self._name = b""
        self._field, self._value = b"", b""
        self._found: list[tuple[str, bytes]] = []
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_part_data": lambda data, start, end: self._add("data", data[start:end]),
                "on_part_end": lambda: self._add("end", b""),
                "on_header_field": self._in_field,
                "on_header_value": self._in_value,
                "on_header_end": self._header,
                "on_headers_finished": lambda: self._add("begin", self._name),
            },
        )

    def take(self, chunk: bytes) -> list[tuple[str, bytes]]:
        """What a piece of the body holds: "begin" with a part's name, "data", "end"."""
        self._found = []
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise ApiError("the form cannot be read") from None
        return self._found

    def _add(self, what: str, data: bytes) -> None:
        self._found.append((what, data))

    def _begin(self) -> None:
        self._field, self._value = b"", b""
        self._name = b""

    def _in_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]
        self._bounded()

    def _in_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._bounded()

    def _bounded(self) -> None:
        if len(self._field) + len(self._value) > _FIELD_BYTES:
            raise ApiError("a header in the form is too long")

    def _header(self) -> None:
        if self._field.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._name = options.get(b"name", b"")
            if self._name == b"file":
                self.filename = options.get(b"filename", b"").decode("utf-8", "replace")
        self._field, self._value = b"", b""
