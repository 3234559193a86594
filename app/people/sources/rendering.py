"""Pictures of pages and the places of their characters, drawn by a child process."""

import json
import subprocess
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal

from ingest.sandbox.child import end, start
from ingest.sandbox.frames import LENGTH

_KEPT_SECONDS = 300.0  # a reader turns pages; after that a document's picture is nowhere
_KEPT_BYTES = 48 << 20
_FAILURES = 10_000  # pages that are known to fail, at most
_LOOK_S = 0.5  # between looks whether anyone still waits for a page
_LARGEST = 64 << 20  # bytes of one answer


Kind = Literal["pdf", "picture"]  # of files that have pages to draw


class PageFault(Exception):
    """A page that cannot be drawn; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """One page as a picture. `boxes` has left, top, right, bottom of each character of `text`,
    in ten-thousandths of the page's width and height; outside of 1 to `pages` all is empty.
    """

    png: bytes
    width: int  # pixels
    height: int
    pages: int
    text: str
    boxes: tuple[tuple[int, int, int, int], ...]


class PageRenderer:
    """Draws pages, a few at a time; safe to use from many threads.

    Pictures are kept in memory alone, by content, for minutes: nothing to delete on disk.
    """

    def __init__(self, *, at_once: int = 2, memory_mib: int = 1024, seconds: int = 20) -> None:
        self._memory_mib = memory_mib
        self._seconds = seconds
        self._turns = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], tuple[float, DrawnPage]] = OrderedDict()
        self._failed: OrderedDict[tuple[str, int], tuple[float, str]] = OrderedDict()
        self._deletions = 0  # what is being drawn during one is not kept

    def draw(
        self,
        sha256: str,
        page: int,
        opened: Callable[[], BinaryIO],
        kind: Kind = "pdf",
        gone: Callable[[], bool] = lambda: False,
    ) -> DrawnPage:
        """Page `page` (from 1) of the file whose bytes hash to `sha256` and which `opened` opens.

        `gone` says that nobody waits for it any more. Raises PageFault where the file is damaged or
        beyond the limits; that is remembered for as long as a picture is.
        """
        if (kept := self._recall(sha256, page)) is not None:
            return kept
        with self._turns:
            # Two requests, for the page and its picture, come together: one draws.
            if (kept := self._recall(sha256, page)) is not None:
                return kept
            deletions = self._deletions
            with opened() as file:
                try:
                    drawn = self._run(kind, page, file, gone)
                except PageFault as fault:
                    if not gone():
                        self._note_failure(sha256, page, str(fault))
                    raise
        self._keep(sha256, page, drawn, deletions)
        return drawn

    def forget(self, sha256: str) -> int:
        """Drop the pictures of a deleted document; returns how many there were."""
        with self._lock:
            self._deletions += 1
            gone = [key for key in self._kept if key[0] == sha256]
            for key in gone:
                del self._kept[key]
            for key in [key for key in self._failed if key[0] == sha256]:
                del self._failed[key]
        return len(gone)

    def _run(self, kind: Kind, page: int, file: BinaryIO, gone: Callable[[], bool]) -> DrawnPage:
        limits = str(self._memory_mib), str(self._seconds)
        child = start("app.people.sources.page_worker", kind, str(page), *limits, stdin=file)
        until = time.monotonic() + self._seconds + 5
        try:
            answer = None
            while answer is None:
                try:
                    answer, _ = child.communicate(timeout=_LOOK_S)
                except subprocess.TimeoutExpired:
                    if gone():
                        raise PageFault("is not waited for any more") from None
                    if time.monotonic() > until:
                        raise PageFault(f"takes more than {self._seconds} s to draw") from None
        finally:
            end(child)
        return _understood(answer, child.returncode)

    def _recall(self, sha256: str, page: int) -> DrawnPage | None:
        with self._lock:
            now = time.monotonic()
            for key, (since, _) in list(self._kept.items()):
                if now - since > _KEPT_SECONDS:
                    del self._kept[key]
            failed = self._failed.get((sha256, page))
            if failed is not None and now - failed[0] <= _KEPT_SECONDS:
                raise PageFault(failed[1])
            found = self._kept.get((sha256, page))
        return found[1] if found else None

    def _note_failure(self, sha256: str, page: int, words: str) -> None:
        with self._lock:
            self._failed.pop((sha256, page), None)
            self._failed[sha256, page] = (time.monotonic(), words)
            while len(self._failed) > _FAILURES:
                self._failed.popitem(last=False)

    def _keep(self, sha256: str, page: int, drawn: DrawnPage, deletions: int) -> None:
        with self._lock:
            if deletions != self._deletions:
                return
            self._kept[sha256, page] = (time.monotonic(), drawn)
            while sum(_weight(one) for _, one in self._kept.values()) > _KEPT_BYTES:
                self._kept.popitem(last=False)


def _weight(page: DrawnPage) -> int:
    return len(page.png) + 200 * len(page.boxes)


def _understood(answer: bytes, code: int | None) -> DrawnPage:
    """The page in a child's answer; a child taken over by a hostile file may send anything."""
    if len(answer) < LENGTH.size or len(answer) > _LARGEST:
        raise PageFault(f"makes the process that draws pages end with code {code}")
    (length,) = LENGTH.unpack_from(answer)
    png = answer[LENGTH.size + length :]
    try:
        said = json.loads(answer[LENGTH.size : LENGTH.size + length])
        if "failed" in said:
            raise PageFault(f"cannot be drawn ({said['failed']})")
        text, flat = str(said["text"]), [int(number) for number in said["boxes"]]
        boxes = tuple(zip(flat[::4], flat[1::4], flat[2::4], flat[3::4], strict=True))
        drawn = DrawnPage(
            png, int(said["width"]), int(said["height"]), int(said["pages"]), text, boxes
        )
    except (ValueError, KeyError, TypeError) as error:
        raise PageFault(f"was drawn, with an answer nobody understands ({error})") from None
    if drawn.pages < 1:
        raise PageFault("has no pages that can be drawn")
    if len(boxes) != len(text) or (png and not png.startswith(b"\x89PNG\r\n\x1a\n")):
        raise PageFault("was drawn, with an answer that does not fit together")
    return drawn
