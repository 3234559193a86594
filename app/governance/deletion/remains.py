"""Looks for a document's file, sentences and vectors in the bytes of all files of a data folder."""

import gzip
import hashlib
import json
import lzma
import mmap
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

from app.answering.language import sentences
from app.data_folder.layout import LAYOUT

T = TypeVar("T")

FORMS = (
    "UTF-8",
    "UTF-16",
    "JSON escapes",
    "inside ZIP and gzip files",
    "vectors as stored",
    "the file itself, by its SHA-256",
)
VECTOR, WHOLE = "", "\0file"  # what stands for a vector, and for the file, among pieces found
_SHORTEST = 24  # characters; a shorter sentence may be anyone's
_PIECE = 40  # characters searched for: short, because a database cuts long rows between pages
MOST, FEWEST = 60, 8  # sentences of one document
_BYTES = 60e9  # read in all, sentence by sentence: about half a minute
_BLOCK = 16 << 20  # bytes unpacked at a time
_OVERLAP = 1024  # more than the longest thing that is looked for
_UNPACKED = 4 << 30  # bytes packed in one file; what is beyond counts as not read
_TOO_LARGE = "too large when it is unpacked"
_NOT_TEXT = {LAYOUT.models.name}  # folders in which no document's words are ever put
_GZIP = b"\x1f\x8b"
# RuntimeError: a way of packing that Python does not know.
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError)


@dataclass(frozen=True, slots=True)
class File:
    """The file that a document was read from."""

    sha256: str
    size: int | None = None  # bytes; None where no copy of it was at hand


@dataclass(frozen=True, slots=True)
class Traces:
    """What of a document would be known again: its sentences, its vectors as bytes, its file."""

    sentences: Sequence[str]
    vectors: Sequence[bytes] = ()
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Remains:
    """What was found where; paths are relative to the folder searched."""

    files: int = 0
    size: int = 0
    sentences: int = 0  # that were looked for
    vectors: int = 0
    found: dict[str, list[str]] = field(default_factory=dict)  # pieces, VECTOR or WHOLE, by file
    unreadable: list[str] = field(default_factory=list)


def traces_of(texts: Sequence[str], vectors: Sequence[bytes], file: File | None = None) -> Traces:
    """What to look for of a document with these chunks."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    told = dict.fromkeys(
        sentence.strip()
        for line in lines  # a sentence over two lines is written in more than one way
        for sentence in sentences(line)
        if len(sentence.strip()) >= _SHORTEST
    )
    # A text without sentences, such as a table of short cells, is known again by its lines.
    return Traces(list(told) or [line for line in lines if len(line) > 8] or lines, vectors, file)


def search(folder: Path, traces: Traces, *, every: bool = False, most: int = MOST) -> Remains:
    """Search all files below `folder`, but for models; with `every`, for all that is in `traces`.

    Else a share of the sentences is looked for, spread over the document, so that it ends soon.
    """
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in _NOT_TEXT
    ]
    size = sum(path.stat().st_size for path in paths)
    count = len(traces.sentences) if every else int(max(FEWEST, min(most, _BYTES / 6 / (size + 1))))
    chosen = spread(traces.sentences, count)
    vectors = spread(traces.vectors, count)
    needles = [needle for sentence in chosen for needle in _needles(sentence)]
    # The middle of a vector: whole, it may lie on two pages of a database.
    needles += [(vector[64:128], VECTOR) for vector in vectors if len(vector) >= 128]
    look = _Look(needles, traces.file)
    found: dict[str, list[str]] = {}
    unreadable: list[str] = []
    for path in paths:
        name = str(path.relative_to(folder))
        try:
            there, closed = look.into(path)
        except _UNREADABLE as error:
            if path.exists():
                unreadable.append(f"{name} ({type(error).__name__})")
            continue
        unreadable += [f"{name}: {what}" for what in closed]
        if there:
            found[name] = sorted(there)
    return Remains(len(paths), size, len(chosen), len(vectors), found, unreadable)


def spread(values: Sequence[T], count: int) -> list[T]:
    """At most `count` of the values, from everywhere among them."""
    if len(values) <= count:
        return list(values)
    return [values[n * len(values) // count] for n in range(count)]


def _needles(sentence: str) -> Iterator[tuple[bytes, str]]:
    for piece in {sentence[:_PIECE], sentence[-_PIECE:]}:
        plain = piece.encode("utf-8", "surrogatepass")
        yield plain, piece
        for form in ("utf-16-le", "utf-16-be"):
            yield piece.encode(form, "surrogatepass"), piece
        escaped = json.dumps(piece)[1:-1].encode("ascii")
        if escaped != plain:
            yield escaped, piece


@dataclass(frozen=True, slots=True)
class _Look:
    """What is looked for in one file after the other."""

    needles: Sequence[tuple[bytes, str]]
    file: File | None

    def into(self, path: Path) -> tuple[set[str], list[str]]:
        """What is in a file and in what is packed in it; and what in it cannot be unpacked."""
        if path.stat().st_size == 0:
            return set(), []
        with path.open("rb") as opened:
            with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
                found = self._pieces(content)
                if self._may_be(len(content)) and self._is(hashlib.sha256(content)):
                    found.add(WHOLE)
                packed = content[:2] == _GZIP
            if packed:
                opened.seek(0)
                with gzip.open(opened) as stream:
                    there, closed = self._unpacked(stream, "what is packed in it")
                return found | there, closed
        if not zipfile.is_zipfile(path):
            return found, []
        unread: list[str] = []
        room = _UNPACKED
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.flag_bits & 1:
                    unread.append(f"{member.filename} (encrypted)")
                    continue
                room -= member.file_size  # not one byte more is unpacked than this says
                if room < 0:
                    unread.append(f"{member.filename} ({_TOO_LARGE})")
                    continue
                with archive.open(member) as stream:
                    there, closed = self._unpacked(stream, member.filename)
                found |= there
                unread += closed
        return found, unread

    def _unpacked(self, stream: IO[bytes] | gzip.GzipFile, name: str) -> tuple[set[str], list[str]]:
        """Block by block: a piece may lie on two of them."""
        digest = hashlib.sha256()
        found: set[str] = set()
        end, size = b"", 0
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > _UNPACKED:
                return found, [f"{name} ({_TOO_LARGE})"]
            digest.update(block)
            found |= self._pieces(end + block)
            end = block[-_OVERLAP:]
        return found | ({WHOLE} if self._is(digest) else set()), []

    def _pieces(self, content: bytes | mmap.mmap) -> set[str]:
        return {label for needle, label in self.needles if content.find(needle) >= 0}

    def _may_be(self, size: int) -> bool:
        return self.file is not None and self.file.size in (None, size)

    def _is(self, digest: "hashlib._Hash") -> bool:
        return self.file is not None and digest.hexdigest() == self.file.sha256
