"""Files within files that are documents of their own: their names and limits; where they wait."""

import re
import shutil
import tempfile
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ingest.discovery import Candidate
from ingest.sections import DEEPEST_FILE, LoaderError

MOST = 10_000  # files within one file, and within those
MOST_BYTES = 2 << 30  # of them together
_LONGEST_PART = 120  # characters of a folder or a file in a name
_MOST_PARTS = 16  # folders in a name
_LONGEST_ENDING = 10
_DRIVE = re.compile(r"[A-Za-z]:")
_TOLD = 20  # files that were not read and are named


@dataclass(frozen=True, slots=True)
class MemberFile(Candidate):
    """A file that lies in another one, and waits in a folder for its turn.

    `name` is that of the container, and the path within it. `source` is where the outermost
    container came from. One that is not `needed` may have no words.
    """

    container: str = ""  # the name of the document
    source: str = ""
    needed: bool = True
    depth: int = 1
    room: "Room" = field(default_factory=lambda: Room())  # noqa: PLW0108  # it is defined below


class Room:
    """How much may still come out of one outermost file; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files = MOST
        self._bytes = MOST_BYTES

    def refusal(self, size: int) -> str:
        """Why a file of this size is not taken, or "": then its room is taken up."""
        with self._lock:
            if not self._files:
                return f"more than {MOST:,} files lie in the outermost one; unpack it"
            if size > self._bytes:
                return f"more than {MOST_BYTES >> 20:,} MiB lie in the outermost one; unpack it"
            self._files -= 1
            self._bytes -= size
            return ""

    def give_back(self, files: int, size: int) -> None:
        """They were not read after all."""
        with self._lock:
            self._files += files
            self._bytes += size


class Waiting:
    """A folder of files that wait; it goes with all that is in it at the end of the block."""

    def __init__(self, parent: Path | None) -> None:
        """Below `parent`, which is made if need be; by default where the system has such files."""
        self._parent = parent
        self._folder: Path | None = None
        self._lock = threading.Lock()
        self._count = 0

    def __enter__(self) -> "Waiting":
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def place(self) -> Path:
        """A path that no file has yet, and that says nothing of the file."""
        with self._lock:
            if self._folder is None:
                if self._parent is not None:
                    self._parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._folder = Path(tempfile.mkdtemp(prefix="members-", dir=self._parent))
            self._count += 1
            return self._folder / str(self._count)


def sweep(parent: Path) -> None:
    """Delete what a process that was ended left below `parent`; for the start."""
    for folder in parent.glob("members-*/"):
        shutil.rmtree(folder)


class Taking:
    """Implements `ingest.sandbox.parsing.TakenMembers` for one file."""

    def __init__(self, waiting: Waiting, container: Candidate, source: str) -> None:
        self._waiting = waiting
        self._container = container
        self._source = source
        within = container if isinstance(container, MemberFile) else None
        self._depth = within.depth + 1 if within else 1
        self._room = within.room if within else Room()
        # Paths within the container, whatever their case, with the last number that one got.
        self._names: dict[str, int] = {}
        self.files: list[MemberFile] = []
        self.refused: list[str] = []  # in words, the first ones
        self.more = 0  # that were refused

    def begin(self) -> None:
        """Forget what was taken."""
        self._room.give_back(len(self.files), sum(one.size for one in self.files))
        self.drop()

    @contextmanager
    def take(self, name: str, size: int, *, needed: bool) -> Iterator[BinaryIO]:
        """A block that writes the file. Raises LoaderError for more than any honest file holds."""
        if size < 0 or size > MOST_BYTES:
            raise LoaderError("holds more files, or larger ones, than are ever read: hostile")
        path = self._waiting.place()
        refusal = "lies too deep in files within files" if self._depth > DEEPEST_FILE else ""
        refusal = refusal or self._room.refusal(size)
        inner = _path_within(name)
        if refusal:
            if len(self.refused) < _TOLD:
                self.refused.append(f"{inner} was not read: {refusal}")
            else:
                self.more += 1
            with open("/dev/null", "wb") as nowhere:
                yield nowhere
            return
        with path.open("xb") as file:
            path.chmod(0o600)
            yield file
        self.files.append(
            MemberFile(
                path,
                f"{self._container.name}/{self._only_one(inner)}",
                size,
                container=self._container.name,
                source=self._source,
                needed=needed,
                depth=self._depth,
                room=self._room,
            )
        )

    def drop(self) -> None:
        """Delete the files, which nobody will read."""
        for one in self.files:
            with suppress(FileNotFoundError):
                one.path.unlink()
        self.files, self.refused, self.more = [], [], 0
        self._names.clear()

    def _only_one(self, inner: str) -> str:
        """The path, with a number where another file within has the same, whatever its case."""
        stem, dot, ending = inner.rpartition(".")
        if not stem or "/" in ending:
            stem, dot, ending = inner, "", ""
        found, number = inner, self._names.get(inner.casefold(), 0) + 1
        if number > 1:
            found = f"{stem} ({number}){dot}{ending}"
            while found.casefold() in self._names:
                number += 1
                found = f"{stem} ({number}){dot}{ending}"
        self._names[inner.casefold()] = number
        self._names.setdefault(found.casefold(), 1)
        return found


@dataclass
class Container:
    """A file whose members are being read."""

    candidate: Candidate
    warning: str  # of the file itself
    refused: list[str]  # members that were not read, in words
    more: int  # members that were not read, besides those
    left: int  # members that are not settled
    names: set[str] = field(default_factory=set)  # of the members

    def told(self) -> str:
        """The warning of the file, with what within it was not read."""
        more = self.more + max(0, len(self.refused) - _TOLD)
        rest = [f"{more:,} more files within it were not read"] if more > 0 else []
        return "; ".join(filter(None, (self.warning, *self.refused[:_TOLD], *rest)))


def _path_within(name: str) -> str:
    """A path as it may stand in a document's name: it leads nowhere, and is not endless."""
    text = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in name)
    parts = []
    for raw in unicodedata.normalize("NFC", text).replace("\\", "/").split("/"):
        part = " ".join(raw.split())
        if part in {"", ".", ".."} or _DRIVE.fullmatch(part):
            continue
        if len(part) > _LONGEST_PART:
            stem, dot, ending = part.rpartition(".")
            ending = dot + ending if stem and len(ending) <= _LONGEST_ENDING else ""
            part = part[: _LONGEST_PART - len(ending)] + ending
        parts.append(part)
    return "/".join(parts[-_MOST_PARTS:]) or "attachment"
