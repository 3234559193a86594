"""Parses files in a child process that may crash, hang or eat memory without hurting us."""

import base64
import json
import os
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Protocol, Self, TypeVar

from ingest.coverage import PageCoverage
from ingest.ocr.reading import reading_of
from ingest.sandbox.child import cause_of_death, end, report_attempts, start
from ingest.sandbox.converting import ConversionLimits, converted
from ingest.sandbox.frames import Frames, FrameTooLong, Stopped
from ingest.sandbox.scans import page_of
from ingest.sections import Grid, GridRow, LoaderError, NeedsConversion, Section, Stated
from vectorstore.records import How, PageReading

_PAGES_A_TURN = 200  # a document of thousands of pages earns time by delivering them
_MOST_SECTIONS = 2_000_000
_CELLS = 5  # times the text: the most bytes of it together with the cells of its tables
_LARGEST_PAGE = 4 << 20  # bytes of a recognised page as it is sent; a dense one has 15,000
_MOST_SCANNED = 60_000  # pages of a file
_MOST_FATAL = 5  # pages of a file that may end the child; then nothing of it is drawn
_LONGEST_STATED = 500  # characters of what a file says of itself
_START_SECONDS = 60.0  # for the child to start, on the slowest machine
_WORKER = "ingest.sandbox.worker"
_STOPPED = "was not read: ingestion was stopped"
_Item = TypeVar("_Item", Section, PageCoverage)


def _workers() -> int:
    """Half of the cores, four at most: the embedder needs the others."""
    return max(1, min(4, (os.cpu_count() or 2) // 2))


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Limits on one file; a file beyond them is rejected with the limit's name and value."""

    memory_mib: int = 1024  # address space of a parsing process (Linux; macOS ignores it)
    # Wall clock a file, and as much again for every 200 pages that came; recognising a page has
    # this limit of its own, and does not count.
    seconds: float = 60.0
    file_mib: int = 1024  # size of the file itself
    text_mib: int = 50  # text in one document, as UTF-8
    max_chunks: int = 30_000  # size of one document in the index
    chunk_tokens: int = 140  # size of a chunk, in the embedder's tokens
    workers: int = field(default_factory=_workers)  # files parsed at the same time


class Reading(NamedTuple):
    """What came out of one file."""

    sections: list[Section]
    title: str
    pages: int | None
    warnings: list[str]
    readings: tuple[PageReading, ...] = ()
    stated: Stated = Stated()
    type: str = ""  # what the file is, by its content
    notes: Sequence[str] = ()


class Comparison(NamedTuple):
    """What a second reader sees of a file, and how its pages were read."""

    pages: list[PageCoverage]
    warnings: list[str]
    readings: list[PageReading]


class Share(NamedTuple):
    """Every page whose number leaves `rest`, where several processes recognise those of a file."""

    rest: int = 0
    of: int = 1

    def holds(self, page: int) -> bool:
        """Whether a page, from 1, is one of them."""
        return page % self.of == self.rest


class HasScans(Exception):
    """The file has pictures to recognise, and those were to be left for later."""


class ScannedPages(Protocol):
    """Keeps the recognised pages of one file while it is read."""

    def known(self) -> Sequence[PageReading]:
        """Those of an earlier reading that was cut."""
        ...

    def keep(self, reading: PageReading) -> None: ...

    def begun(self, page: int) -> None:
        """Recognition of a page, from 1, begins."""
        ...


class TakenMembers(Protocol):
    """Takes the files that lie in the one that is read."""

    def begin(self) -> None:
        """The file is read from its start, perhaps once more: what was taken is forgotten."""
        ...

    def take(self, name: str, size: int, *, needed: bool) -> AbstractContextManager[BinaryIO]:
        """A block that writes the `size` bytes of the file `name` of it. Raises LoaderError."""
        ...


class _DiedDrawing(Exception):
    """The child died or ran out of time after it began to draw pages."""


class Sandbox:
    """One child process that parses file after file; it is replaced when it dies.

    Not for use from two threads at once.
    """

    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._way: socket.socket | None = None  # over which the child is handed its files
        self._idle = True
        self._drawing = False  # pages of the file that is being read have been drawn
        self._scans = _Scans(None, later=False)
        self._members: TakenMembers | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if self._way is not None:
            self._way.close()
            self._way = None
        if child is not None:
            end(child)

    def read(
        self,
        path: Path,
        name: str,
        stopped: Callable[[], bool] = lambda: False,
        *,
        scanned: ScannedPages | None = None,
        later: bool = False,
        members: TakenMembers | None = None,
        folder: Path | None = None,
        share: Share | None = None,
    ) -> Reading:
        """Parse `path`; `name` is the document's name (its ending tells what it claims to be).

        Pages that are recognised go to `scanned` one by one. With `later` raises HasScans where
        some would have to be. What lies in the file goes to `members`; without, it is read as a
        part of it. Below `folder`, by default the system's, lie copies of files that another
        program converts. With `share` only its pages are recognised; the others are missing in what
        is returned. Raises LoaderError with the cause and the remedy. `stopped` is asked
        about once a second.
        """
        self._scans = scans = _Scans(scanned, later=later, share=share or Share())
        self._members = members
        try:
            sections, last = self._serve(path, name, Section, stopped)
        except NeedsConversion as wanted:
            limits = ConversionLimits(self._limits.file_mib, 2 * self._limits.seconds)
            with converted(path, wanted, limits, folder, stopped) as (other, ending):
                called = str(PurePosixPath(name).with_suffix(f".{ending}"))
                sections, last = self._serve(other, called, Section, stopped)
                last["type"] = {"docx": "doc", "pptx": "ppt"}.get(ending, ending)
        return Reading(
            sections,
            str(last["title"]),
            last["pages"],
            [str(warning) for warning in last["warnings"]],
            tuple(scans.complete(page, how, surely) for page, how, surely in last["readings"]),
            Stated(*(str(one)[:_LONGEST_STATED] for one in last["stated"])),
            str(last["type"]),
            [str(note) for note in last["notes"]],
        )

    def compare(
        self, path: Path, name: str, stopped: Callable[[], bool] = lambda: False
    ) -> Comparison:
        """What pdfium sees of the PDF `path` beside what is read of it.

        Raises LoaderError where pdfium cannot open it, or like `read`.
        """
        self._scans = _Scans(None, later=False)
        self._members = None
        pages, last = self._serve(path, name, PageCoverage, stopped)
        return Comparison(
            pages,
            [str(warning) for warning in last["warnings"]],
            [PageReading(page, how, surely) for page, how, surely in last["readings"]],
        )

    def _serve(
        self, path: Path, name: str, kind: type[_Item], stopped: Callable[[], bool]
    ) -> tuple[list[_Item], dict[str, Any]]:
        request = {
            "path": str(path),
            "name": name,
            "text_bytes": self._limits.text_mib << 20,
            "compare": kind is PageCoverage,
            "members": self._members is not None,
        }
        try:
            for _ in range(_MOST_FATAL):
                try:
                    return self._ask({**request, "draw": True}, kind, stopped)
                except _DiedDrawing:
                    self.close()
                    if not self._scans.leave_out():
                        break
            # The page that pdfium broke on can be read without a look at its picture.
            try:
                return self._ask({**request, "draw": False}, kind, stopped)
            except _DiedDrawing:
                raise LoaderError(
                    "makes the parser crash or hang at one page after the other: damaged or "
                    "hostile; save it anew"
                ) from None
        except BaseException:
            # Whatever the child was doing, it is not in a state to take the next request.
            if not self._idle:
                self.close()
            raise

    def _ask(
        self, request: dict[str, Any], kind: type[_Item], stopped: Callable[[], bool]
    ) -> tuple[list[_Item], dict[str, Any]]:
        self._idle = self._drawing = False
        child = self._started(stopped)
        assert self._way is not None  # as long as there is a child
        if self._members is not None:
            self._members.begin()
        path = request.pop("path")
        try:
            with _opened(path) as file:
                socket.send_fds(self._way, [b"f"], [file.fileno()])
            _tell(child, request)
            items, last = self._receive(child, kind, stopped)
        except TimeoutError:
            if self._drawing or self._scans.page:
                raise _DiedDrawing from None
            raise LoaderError(
                f"takes more than {self._limits.seconds:g} s to read; split it, save it anew, "
                "or raise ingest.seconds"
            ) from None
        except (EOFError, BrokenPipeError):
            if self._drawing or self._scans.page:
                raise _DiedDrawing from None
            raise LoaderError(self._cause_of_death(child)) from None
        except FrameTooLong:
            raise LoaderError("has more text than the limit for one document; split it") from None
        except Stopped:
            raise LoaderError(_STOPPED) from None
        self._idle = True
        report_attempts(last, "ingest", _WORKER)
        if "later" in last:
            raise HasScans
        if "rejected" in last:
            if "convert" in last:
                raise NeedsConversion(str(last["rejected"]), str(last["convert"]))
            self.close()  # memory may be in pieces after an error; a fresh child costs 0.2 s
            raise LoaderError(str(last["rejected"]))
        return items, last

    def _receive(
        self, child: "subprocess.Popen[bytes]", kind: type[_Item], stopped: Callable[[], bool]
    ) -> tuple[list[_Item], dict[str, Any]]:
        """The sections or pages of one file and the closing message, within all limits."""
        largest = self._limits.text_mib << 20
        most = _CELLS * largest + (1 << 20)  # the child counts the text, and here is the last limit
        started = asked = time.monotonic()
        deadline = before = started + self._limits.seconds
        frames = Frames(_pipe(child), stopped)
        items: list[_Item] = []
        received = 0
        while True:
            frame = frames.next(deadline, most)
            message = json.loads(frame)
            if not self._scans.page:  # a recognised page has a limit of its own
                received += len(frame)
            if received > most:
                raise LoaderError(f"has more than {self._limits.text_mib} MiB of text; split it")
            if isinstance(message, dict):
                if "drawing" in message:
                    self._drawing = True
                elif "member" in message:
                    self._take(message, frames, deadline)
                elif "scan" in message:
                    asked = time.monotonic()
                    reply = self._scans.asked(int(message["scan"]))
                    before = deadline
                    if not reply:
                        deadline = time.monotonic() + 2 * self._limits.seconds + _START_SECONDS
                    else:
                        deadline = before + self._scans.spent(asked)
                    _tell(child, reply)
                elif "scanned" in message:
                    self._scans.told(message["scanned"], len(frame))
                    deadline = before + self._scans.spent(asked)
                else:
                    return items, message
                continue
            items += (_item(kind, fields) for fields in message)
            if len(items) > _MOST_SECTIONS:
                raise LoaderError("falls into more than 2 million pieces; split it")
            page = (items[-1].page if items else None) or 0
            earned = self._limits.seconds * (1 + page / _PAGES_A_TURN)
            deadline = started + earned + self._scans.seconds

    def _take(self, said: dict[str, Any], frames: Frames, deadline: float) -> None:
        """Receive a file that lies in the one that is read."""
        name, size = str(said["member"]), int(said["size"])
        if self._members is None:
            raise LoaderError("made the parser answer what nobody asked: hostile")
        with self._members.take(name, size, needed=bool(said["needed"])) as file:
            while size > 0:
                piece = frames.next(deadline, size)
                if not piece:
                    raise LoaderError("made the parser answer nonsense: hostile")
                size -= len(piece)
                file.write(piece)

    def _started(self, stopped: Callable[[], bool]) -> "subprocess.Popen[bytes]":
        """The child, ready for a request."""
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        limits = str(self._limits.memory_mib), str(self._limits.seconds)
        self._way, theirs = socket.socketpair()
        self._child = start(
            *(_WORKER, *limits, str(theirs.fileno())),
            stdin=subprocess.PIPE,
            descriptors=(theirs.fileno(),),
        )
        theirs.close()
        try:
            frames = Frames(_pipe(self._child), stopped)
            frames.next(time.monotonic() + _START_SECONDS, 4096)
        except Stopped:
            raise LoaderError(_STOPPED) from None
        except (EOFError, TimeoutError, FrameTooLong):
            raise RuntimeError(
                "the process that parses files does not start (python -m ingest.sandbox.worker); "
                "is Strongroom installed completely, and ingest.memory_mib not too small?"
            ) from None
        return self._child

    def _cause_of_death(self, child: "subprocess.Popen[bytes]") -> str:
        cause = cause_of_death(child)
        if cause is None:
            return (
                f"was too much for the parser (memory limit {self._limits.memory_mib} MiB); "
                "split it, save it anew, or raise ingest.memory_mib"
            )
        return f"made the parser crash ({cause}): damaged or hostile; save it anew"


class _Scans:
    """What is known and said of the pages of one file that are recognised."""

    def __init__(
        self,
        kept: ScannedPages | None,
        *,
        later: bool,
        share: Share = Share(),  # noqa: B008
    ) -> None:
        self._kept = kept
        self._share = share
        self._later = later
        self._known = {one.page: one for one in kept.known()} if kept else {}
        self._left_out: set[int] = set()
        self.page: int | None = None  # that is being recognised
        self.seconds = 0.0  # that recognition has taken, or waited for
        self._count = 0  # pages that were recognised

    def asked(self, page: int) -> dict[str, Any]:
        """The reply to the child that came to a picture."""
        if page in self._left_out:
            return {"left_out": "recognising it was too much for the parser"}
        if found := self._known.get(page):
            layout = base64.b64encode(found.layout).decode("ascii")
            return {"known": {"words": found.words, "layout": layout}}
        if self._later:
            return {"later": True}
        if not self._share.holds(page):
            return {"left_out": "another process recognises it"}
        if self._kept:
            self._kept.begun(page)
        self.page = page
        return {}

    def spent(self, since: float) -> float:
        """Seconds on a page, which do not count against the file's limit."""
        seconds = time.monotonic() - since
        self.seconds += seconds
        return seconds

    def told(self, message: dict[str, Any] | None, size: int) -> None:
        """A page was recognised, or could not be. Raises LoaderError for nonsense."""
        self._count += 1
        if self.page is None or size > _LARGEST_PAGE or self._count > _MOST_SCANNED:
            raise LoaderError("made the parser answer what nobody asked: hostile")
        if message is not None:
            try:
                page = page_of(message)
            except (ValueError, KeyError, TypeError):
                raise LoaderError("made the parser answer nonsense: hostile") from None
            reading = reading_of(self.page, page)
            self._known[self.page] = reading
            if self._kept:
                self._kept.keep(reading)
        self.page = None

    def leave_out(self) -> bool:
        """Leave out the page that ended the child; False if it was not at one."""
        if self.page is None:
            return False
        self._left_out.add(self.page)
        self.page = None
        return True

    def complete(self, page: int, how: How, confidence: float | None) -> PageReading:
        """A page's reading with the words that were recognised on it."""
        found = self._known.get(page)
        if found is None or not found.words or how == "unreadable":
            return PageReading(page, how, confidence)
        return replace(found, how=how, confidence=confidence)


def _item(kind: type[_Item], fields: list[Any]) -> _Item:
    """A section or a page from its fields in a frame."""
    item = kind(*fields)
    if isinstance(item, Section) and item.grid is not None:
        name, columns, rows, goes_on, decimal = item.grid
        grid = Grid(name, columns, [GridRow(*row) for row in rows], goes_on, decimal)
        return item._replace(grid=grid)
    return item


def _opened(path: str) -> BinaryIO:
    """The file, for the child: it can open none itself. Raises LoaderError."""
    try:
        # What is no plain file by now may never give a byte.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise LoaderError(f"cannot be opened: {error.strerror or error}") from None
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise LoaderError("cannot be opened: it is no plain file")
    return file


def _pipe(child: "subprocess.Popen[bytes]") -> int:
    assert child.stdout is not None  # opened as a pipe
    return child.stdout.fileno()


def _tell(child: "subprocess.Popen[bytes]", request: dict[str, Any]) -> None:
    assert child.stdin is not None  # opened as a pipe
    child.stdin.write(json.dumps(request).encode() + b"\n")
    child.stdin.flush()
