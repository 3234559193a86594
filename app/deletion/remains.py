"""Looks for a document's own sentences and vectors in the bytes of every file of a data folder."""

import gzip
import json
import mmap
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from app.answering.language import sentences

T = TypeVar("T")

FORMS = ("UTF-8", "UTF-16", "JSON escapes", "inside ZIP and gzip files", "vectors as stored")
_SHORTEST = 24  # characters; a shorter sentence may be anyone's
_PIECE = 40  # characters searched for: short, because a database cuts long rows between pages
MOST, FEWEST = 60, 8  # sentences of one document
_BYTES = 60e9  # read in all, sentence by sentence: about half a minute
_UNPACKED = 256 << 20
_NOT_TEXT = {"models"}  # folders in which no document's words are ever put
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Traces:
    """What of a document would be known again: its sentences, and its vectors as bytes."""

    sentences: Sequence[str]
    vectors: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Remains:
    """What was found where; paths are relative to the folder searched."""

    files: int = 0
    size: int = 0
    sentences: int = 0  # that were looked for
    vectors: int = 0
    found: dict[str, list[str]] = field(default_factory=dict)  # pieces by file; "" is a vector
    unreadable: list[str] = field(default_factory=list)


def traces_of(texts: Sequence[str], vectors: Sequence[bytes]) -> Traces:
    """What to look for of a document with these chunks."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    told = dict.fromkeys(
        sentence.strip()
        for line in lines  # a sentence over two lines is written in more than one way
        for sentence in sentences(line)
        if len(sentence.strip()) >= _SHORTEST
    )
    # A text without sentences, such as a table of short cells, is known again by its lines.
    return Traces(list(told) or [line for line in lines if len(line) > 8] or lines, vectors)


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
    needles += [(vector[64:128], "") for vector in vectors if len(vector) >= 128]
    found: dict[str, list[str]] = {}
    unreadable: list[str] = []
    for path in paths:
        name = str(path.relative_to(folder))
        try:
            there = {label for content in _contents(path) for label in _in(content, needles)}
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            if path.exists():
                unreadable.append(f"{name} ({type(error).__name__})")
            continue
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


def _in(content: bytes | mmap.mmap, needles: Sequence[tuple[bytes, str]]) -> set[str]:
    return {label for needle, label in needles if content.find(needle) >= 0}


def _contents(path: Path) -> Iterator[bytes | mmap.mmap]:
    """A file's bytes, and those of what is packed in it."""
    if path.stat().st_size == 0:
        return
    with path.open("rb") as opened:
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content
            packed = content[:2] == _GZIP
        if packed:
            opened.seek(0)
            with gzip.GzipFile(fileobj=opened) as unpacked:
                yield unpacked.read(_UNPACKED)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.file_size <= _UNPACKED and not member.flag_bits & 1:
                    yield archive.read(member)
