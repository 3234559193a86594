"""The process that parses files: reads requests from stdin, writes sections to stdout.

It opens no file: each is handed over by its parent. What it may use is limited before the first
request, its environment is empty, and it can read and write no file of anybody's. Everything that
goes back is JSON, never pickle, so that a parser taken over by a hostile file gains nothing in the
parent.

A request is a line of JSON {"name", "text_bytes", "draw", "compare", "members"}, and the file's
descriptor on the socket that argv names. The answer is
frames, each a 4-byte big-endian length and JSON: lists of [text, page, heading, kind, grid], where
grid is null or the fields of `ingest.sections.Grid`, and at the end one object, {"title", "pages",
"warnings", "notes", "readings", "stated", "type"} or {"rejected"}, the latter with {"convert"}
where another program can convert the file to that format. "readings" has [page, how, confidence]
for each page of formats that have pages, "stated" the fields of `ingest.sections.Stated`. With
"compare", the lists are those of `ingest.coverage.PageCoverage` instead. Either has {"egress"} as
well where a parser tried to reach the network or to start a program: a list of [event, target]. A
frame {"drawing"} comes before the first page of a file is drawn. A frame {"ready"} says that the
process is up; its "confined" is "" or the reason why the kernel does not help.

With "members", what lies in the file and is a document of its own comes as {"member": its path,
"size", "needed"}, followed by frames of bytes, as many as make that size.

Before a page is recognised comes {"scan": page}, and the parent replies with a line of JSON:
{"known": {"words", "layout"}} as an earlier reading sent it, {"left_out": why}, {"later"}, which
ends the file with {"later"}, or {}. Then the page is recognised, within the seconds for progress,
and {"scanned": {"words", "layout"}} follows, or {"scanned": null}. `layout` is that of
`ingest.ocr.words`, in base64.
"""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import Any, BinaryIO

from ingest.coverage import PageCoverage, compare_pdf
from ingest.sandbox.confinement import Need, confine, refuse_and_tell
from ingest.sandbox.frames import write_frame
from ingest.sandbox.limits import limit_process
from ingest.sandbox.reading import read_sections
from ingest.sandbox.scans import AskedScans, ReadLater
from ingest.sections import Findings, Grid, LoaderError, NeedsConversion, Section

_BATCH = 1 << 18  # characters a frame, more or less
_PIECE = 1 << 20  # bytes of a file within another one, a frame
_LONGEST_NAME = 2_000  # characters


def main() -> None:
    """Serve requests until stdin closes.

    argv: memory limit in MiB, seconds without progress, the descriptor of the socket.
    """
    memory_mib, seconds = int(sys.argv[1]), float(sys.argv[2])
    handed = socket.socket(fileno=int(sys.argv[3]))
    limit_process(memory_mib)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not garble the answers
    attempts: list[tuple[str, str]] = []
    refuse_and_tell(lambda event, target: attempts.append((event, target)))
    _send(out, {"ready": True, "confined": confine(Need.HANDED, readable=[])})
    out.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _, (descriptor,), _, _ = socket.recv_fds(handed, 1, 1)
        _answer(request, descriptor, out, memory_mib, seconds, attempts)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(
    request: dict[str, Any],
    descriptor: int,
    out: BinaryIO,
    memory_mib: int,
    seconds: float,
    attempts: list[tuple[str, str]],
) -> None:
    drew = False

    def drawing() -> None:
        nonlocal drew
        if not drew:
            drew = True
            _send(out, {"drawing": True})
            out.flush()

    def send(message: object) -> None:
        _send(out, message)
        out.flush()

    scans = AskedScans(send, sys.stdin.buffer, seconds, _alarm_of_page)
    findings = Findings(may_draw=request["draw"], drawing=drawing, scans=scans)
    findings.members = _HandOver(out, seconds) if request["members"] else None
    budget = int(request["text_bytes"])
    try:
        _alarm(seconds)
        with os.fdopen(descriptor, "rb") as file:
            batch: list[Section | PageCoverage] = []
            size = 0
            sent = time.monotonic()
            items = read_sections(file, request["name"], findings)
            for section in _compared(file, items, findings) if request["compare"] else items:
                batch.append(section)
                size += sum(len(part) for part in section if isinstance(part, str | list)) + 64
                if isinstance(section, Section) and section.grid:
                    size += len(section.text)  # its cells say the same once more
                if size >= _BATCH or time.monotonic() > sent + 1:
                    sent = time.monotonic()
                    budget = _send_batch(out, batch, budget)
                    batch, size = [], 0
                    _alarm(seconds)
            _send_batch(out, batch, budget)
        end: dict[str, Any] = {
            "title": findings.title,
            "pages": findings.pages,
            "warnings": findings.warnings,
            "notes": findings.notes,
            "readings": [(one.page, one.how, one.confidence) for one in findings.readings],
            "stated": astuple(findings.stated),
            "type": findings.type,
        }
    except ReadLater:
        end = {"later": True}
    except LoaderError as error:
        end = _refusal(error)
    except OSError as error:
        end = {"rejected": f"cannot be opened: {error.strerror or error}"}
    except MemoryError:
        end = {"rejected": f"needs more than {memory_mib} MiB of memory to read; split it, save "
                           "it anew, or raise ingest.memory_mib"}  # fmt: skip
    except RecursionError:
        end = {"rejected": "is nested too deeply: damaged or hostile; save it anew"}
    except Exception as error:  # noqa: BLE001  # parsers raise anything on damaged input
        end = {"rejected": f"cannot be read, it seems damaged ({type(error).__name__}: "
                           f"{str(error)[:200]}); save it anew"}  # fmt: skip
    if attempts:
        end["egress"] = attempts[:100]
        attempts.clear()
    _send(out, end)
    out.flush()


def _refusal(error: LoaderError) -> dict[str, Any]:
    target = {"convert": error.target} if isinstance(error, NeedsConversion) else {}
    return {"rejected": str(error), **target}


class _HandOver:
    """Implements `ingest.sections.Members` over the pipe to our parent."""

    def __init__(self, out: BinaryIO, seconds: float) -> None:
        self._out = out
        self._seconds = seconds

    def __call__(self, name: str, data: bytes, *, needed: bool) -> None:
        _send(self._out, {"member": name[:_LONGEST_NAME], "size": len(data), "needed": needed})
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            write_frame(self._out, piece)
        self._out.flush()
        _alarm(self._seconds)


def _compared(
    file: BinaryIO, sections: Iterator[Section], findings: Findings
) -> Iterator[PageCoverage]:
    """What pdfium sees of a PDF beside what was read of it; a PDF that is not read is all lost."""
    read: list[Section] = []
    try:
        read.extend(sections)
    except LoaderError as error:
        findings.warn(f"rejected: {error}")
    try:
        yield from compare_pdf(file, read, findings)
    except RuntimeError as error:  # pypdfium2.PdfiumError
        raise LoaderError(
            f"pdfium cannot open it ({error}), so there is no second reader"
        ) from None


def _send_batch(out: BinaryIO, batch: Sequence[Section | PageCoverage], budget: int) -> int:
    data = json.dumps(batch, ensure_ascii=False).encode("utf-8", "replace")
    cells = sum(_size_of_cells(one.grid) for one in batch if isinstance(one, Section) and one.grid)
    if len(data) - cells > budget:
        raise LoaderError("has more text than the limit for one document; split it")
    write_frame(out, data)
    out.flush()
    return budget - max(0, len(data) - cells)


def _size_of_cells(grid: Grid) -> int:
    """The bytes of a grid in a frame: the limit is one of text, which they only say again."""
    return len(json.dumps(grid, ensure_ascii=False).encode("utf-8", "replace"))


def _send(out: BinaryIO, message: object) -> None:
    data = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    write_frame(out, data)


def _alarm_of_page(seconds: float | None) -> None:
    """A page is drawn and recognised: each within the limit. None: our parent is waited for."""
    if seconds is None:
        signal.setitimer(signal.ITIMER_REAL, 0)
    else:
        _alarm(2 * seconds)


def _alarm(seconds: float) -> None:
    """End this process if it makes no progress: its parent may have been killed meanwhile."""
    signal.setitimer(signal.ITIMER_REAL, seconds + 10)


if __name__ == "__main__":
    main()
