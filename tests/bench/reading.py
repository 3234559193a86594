"""Words of PDF files that two checkouts lose, and their time a page, from one run.

    python tests/bench/reading.py FOLDER... --against COMMIT
    make bench-reading ARGS="FOLDER... --against COMMIT"

`--against` names a commit, which is unpacked for the run, or a folder with a checkout. Each file is
read by the one and then by the other, so that what else the machine does meets both. Both readings
are compared with pdfium's words by this checkout's measure, the one behind `strongroom check
--reading`. Each folder is a row of the table.

Constants were set by looking at files. To see whether a choice holds on files that nobody looked
at: `--half 1` and `--half 2` split the files by their hash, and `--set MODULE:NAME=VALUE` changes a
constant of this checkout's reader, not of the measure:

    python tests/bench/reading.py FOLDER --half 2 --against . --set ingest.loaders.pdf.drawing:_CONTRAST=32
"""  # noqa: E501  # a command

import argparse
import hashlib
import json
import os
import random
import select
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("reading_worker.py")
SECONDS = 600.0  # for one file, wall clock; the machine may be busy
TOLERATED = 0.03
_SEED = 13


@dataclass(frozen=True, slots=True)
class Side:
    """One checkout's reading of a file. `words` are those that pdfium finds; `seconds` of a CPU."""

    words: int
    lost: int
    unseen: int
    pages: int
    drawn: int
    seconds: float
    warnings: list[str]
    refusal: str
    examples: list[str]

    @property
    def lossy(self) -> bool:
        """Whether it loses over 3 % of the words."""
        return self.lost > TOLERATED * self.words

    @property
    def warns_of_invisible(self) -> bool:
        """Whether it says that invisible text was left out."""
        return any("invisible text" in text for text in (*self.warnings, self.refusal))


@dataclass(frozen=True, slots=True)
class Compared:
    """One file, read by both."""

    name: str
    group: str
    before: Side
    now: Side

    @property
    def kind(self) -> str:
        """Why words were lost, as far as the reader before tells it."""
        said = " ".join((*self.before.warnings, self.before.refusal))
        if self.before.warns_of_invisible:
            return "taken for hidden"
        if self.before.refusal == NOT_READ:
            return "not read in time before"
        if "damaged" in said:
            return "damaged files and pages"
        if "cannot be decoded" in said:
            return "fonts that cannot be decoded"
        return "refused for other reasons" if self.before.refusal else "letters, order, lines"


NOT_READ = "not read: it took too long, or ended its process"


class Worker:
    """A process that answers one request at a time; replaced when it dies or takes too long."""

    def __init__(self, checkout: Path, changes: Sequence[str] = ()) -> None:
        self._command = [sys.executable, str(WORKER), str(checkout), *changes]
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The reply, or None where the process died or took too long."""
        if self._process is None:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, bufsize=0,
            )  # fmt: skip
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        remaining = memoryview(json.dumps(request).encode() + b"\n")
        try:
            while remaining:
                remaining = remaining[os.write(process.stdin.fileno(), remaining) :]
        except BrokenPipeError:
            self.close()
            return None
        reply = bytearray()
        while not reply.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], SECONDS)
            data = os.read(process.stdout.fileno(), 1 << 20) if ready else b""
            if not data:
                self.close()
                return None
            reply += data
        found: dict[str, Any] = json.loads(reply)
        return found

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process.wait()
            self._process = None


def main() -> int:
    """Read every PDF below the folders twice, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--against", required=True, help="a commit, or a folder with a checkout")
    parser.add_argument("--half", type=int, choices=(1, 2), help="files by their hash")
    parser.add_argument("--set", action="append", default=[], metavar="MODULE:NAME=VALUE")
    parser.add_argument("--limit", type=int, help="files of each folder, evenly chosen")
    parser.add_argument("--jobs", type=int, default=1, help="files at the same time (1)")
    parser.add_argument("--json", type=Path, help="write a line for each file to this, as read")
    parser.add_argument("--minutes", type=float, help="begin no file after this time")
    arguments = parser.parse_args()
    files = [
        (folder, file)
        for folder in arguments.folders
        for file in _chosen(folder, arguments.half, arguments.limit)
    ]
    if arguments.minutes:  # a run that is cut has read a fair sample
        random.Random(_SEED).shuffle(files)
    end = time.monotonic() + 60 * (arguments.minutes or float("inf"))
    written = threading.Lock()
    with tempfile.TemporaryDirectory() as folder:
        before = checkout(arguments.against, Path(folder))
        own = threading.local()
        started: list[Worker] = []

        def workers() -> tuple[Worker, Worker, Worker]:
            if not hasattr(own, "all"):
                own.all = (Worker(before), Worker(ROOT, arguments.set), Worker(ROOT))
                started.extend(own.all)
            found: tuple[Worker, Worker, Worker] = own.all
            return found

        def read(one: tuple[Path, Path]) -> Compared | None:
            compared = None if time.monotonic() > end else _compare(*one, workers)
            if compared and out:
                with written:
                    out.write(json.dumps(asdict(compared), ensure_ascii=False) + "\n")
            return compared

        with (
            (
                arguments.json.open("w", buffering=1, encoding="utf-8")
                if arguments.json
                else nullcontext()
            ) as out,
            ThreadPoolExecutor(arguments.jobs) as pool,
        ):
            found = list(pool.map(read, files))
        for worker in started:
            worker.close()
    compared = [file for file in found if file is not None]
    _print(compared, [str(folder) for folder in arguments.folders])
    return 0


def _chosen(folder: Path, half: int | None, limit: int | None) -> list[Path]:
    files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
    found = [file for file in files if file.is_file() and _is_pdf(file)]
    if half:
        found = [file for file in found if _half_of(file) == half]
    return found[:: max(1, -(-len(found) // limit))] if limit else found


def _is_pdf(file: Path) -> bool:
    with file.open("rb") as opened:
        return b"%PDF-" in opened.read(1024)


def _half_of(file: Path) -> int:
    return 1 + hashlib.sha256(file.read_bytes()).digest()[0] % 2


def checkout(name: str, folder: Path) -> Path:
    """The folder `name`, or the commit of that name unpacked into `folder`."""
    if Path(name).is_dir():
        return Path(name)
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "archive", name], check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


def _compare(
    folder: Path, file: Path, workers: Callable[[], tuple[Worker, Worker, Worker]]
) -> Compared | None:
    before, now, measure = workers()
    sides: list[Side] = []
    for reader in (before, now):
        read = reader.ask({"path": str(file)})
        sections = read["sections"] if read else []
        compared = measure.ask({"path": str(file), "sections": sections})
        if compared is None or "failed" in compared:
            return None  # pdfium cannot open it either, so that nobody knows what it shows
        pages = compared["pages"]
        sides.append(
            Side(
                sum(page[1] for page in pages), sum(page[2] for page in pages),
                sum(page[3] for page in pages), len(pages), read["drawn"] if read else 0,
                read["seconds"] if read else 0.0, read["warnings"] if read else [],
                read["refusal"] if read else NOT_READ,
                [f"{page[0]}: {' '.join(page[4])}" for page in pages if page[2]][:12],
            )
        )  # fmt: skip
    return Compared(str(file), str(folder), *sides)


def _print(files: Sequence[Compared], groups: Iterable[str]) -> None:
    print("| | files | words | lost before | lost now | over 3 % before, now | warned of invisible")
    print("|---|---|---|---|---|---|---|")
    for group in groups:
        print(_row(group, [file for file in files if file.group == group]))
    print(_row("all", files))
    kinds = sorted({file.kind for file in files})
    print("\n| lost words by kind | files | before | now |\n|---|---|---|---|")
    for kind in kinds:
        own = [f for f in files if f.kind == kind and (f.before.lost or f.now.lost)]
        before, now = sum(f.before.lost for f in own), sum(f.now.lost for f in own)
        print(f"| {kind} | {len(own)} | {before:,} | {now:,} |")
    _print_time([f for f in files if not f.before.refusal and not f.now.refusal and f.now.pages])
    print("\nOver 3 % now:")
    for file in sorted((f for f in files if f.now.lossy), key=lambda f: -f.now.lost):
        print(f"{file.now.lost:6} of {file.now.words:6}  {file.name}: {file.now.refusal[:80]}")
        for line in file.now.examples[:3]:
            print(f"        page {line[:160]}")


def _row(name: str, files: Sequence[Compared]) -> str:
    words = sum(file.now.words for file in files)
    before, now = (sum(side.lost for side in sides) for sides in _sides(files))
    over = [sum(side.lossy for side in sides) for sides in _sides(files)]
    warned = [sum(side.warns_of_invisible for side in sides) for sides in _sides(files)]
    return (
        f"| {name} | {len(files)} | {words:,} | {before:,} ({_share(before, words)}) | "
        f"{now:,} ({_share(now, words)}) | {over[0]}, {over[1]} | {warned[0]}, {warned[1]} |"
    )


def _sides(files: Sequence[Compared]) -> tuple[list[Side], list[Side]]:
    return [file.before for file in files], [file.now for file in files]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.3f} %"


def _print_time(files: Sequence[Compared]) -> None:
    if not files:
        return
    pages = sum(file.now.pages for file in files)
    before, now = (sum(side.seconds for side in sides) for sides in _sides(files))
    ratios = [file.now.seconds / max(1e-6, file.before.seconds) for file in files]
    drawn = sum(file.now.drawn for file in files)
    print(
        f"\nTime on a processor: {1000 * before / pages:.2f} ms a page before, "
        f"{1000 * now / pages:.2f} now, {now / before:.3f} times in sum, "
        f"{statistics.median(ratios):.3f} the median file ({len(files)} files that both read, "
        f"{pages:,} pages, {drawn:,} of them drawn)."
    )


if __name__ == "__main__":
    sys.exit(main())
