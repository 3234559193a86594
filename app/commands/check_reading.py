"""check --reading: the words of PDF files that their pages show and that reading them loses.

Owns the report alone. Each file is read in the sandbox as an ingestion reads it; nothing is
stored, and no model is needed.
"""

import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.commands.output import fail, print_json, settings_of
from ingest.coverage import PageCoverage
from ingest.discovery import Candidate, discover
from ingest.sandbox.parsing import ParseLimits, Sandbox
from ingest.sections import LoaderError
from vectorstore.records import How

TOLERATED = 0.03  # of a file's words; more is marked
_PAGES_SHOWN = 10  # of a file, those that lose most
_EXAMPLES_SHOWN = 8
_HEAD = 1024  # bytes; a PDF says within them that it is one


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """One file. `status`: "ok", "lossy" (over 3 % of its words), "not compared" or "failed".

    `pages` are those that lose words; `readings` counts its pages by how they were read (see
    `vectorstore.records.How`); `reason` says why a file was not compared or not read.
    """

    name: str
    status: str
    reason: str = ""
    words: int = 0
    lost: int = 0
    unseen: int = 0
    pages: list[PageCoverage] = field(default_factory=list)
    readings: dict[How, int] = field(default_factory=dict)


def check_reading(arguments: Namespace) -> int:
    """Print what is lost; 1 if a file loses over 3 % of its words or cannot be looked at."""
    settings = settings_of(arguments)
    limits = ParseLimits(memory_mib=settings.ingest.memory_mib, seconds=settings.ingest.seconds)
    candidates = discover([Path(path) for path in arguments.reading])
    if not candidates:
        fail("there are no files at " + ", ".join(arguments.reading))
        return 2
    files: list[FileCoverage] = []
    with Sandbox(limits) as sandbox:
        for number, candidate in enumerate(candidates, 1):
            if sys.stderr.isatty():
                print(f"\r\x1b[K{number} of {len(candidates)}", end="", file=sys.stderr)
            files.append(_look_at(candidate, sandbox))
            if not arguments.json and files[-1].status != "not compared":
                if sys.stderr.isatty():
                    print("\r\x1b[K", end="", file=sys.stderr, flush=True)
                print("\n".join(_lines_of(files[-1])), flush=True)
    if arguments.json:
        print_json(_summary(files) | {"files": [_as_json(file) for file in files]})
    else:
        _print_summary(files)
    return 1 if any(file.status in {"lossy", "failed"} for file in files) else 0


def _look_at(candidate: Candidate, sandbox: Sandbox) -> FileCoverage:
    if candidate.refusal:
        return FileCoverage(candidate.name, "failed", candidate.refusal)
    try:
        with candidate.path.open("rb") as file:
            if b"%PDF-" not in file.read(_HEAD):
                return FileCoverage(
                    candidate.name, "not compared", "there is no second reader for its format"
                )
        pages, warnings, readings = sandbox.compare(candidate.path, candidate.name)
    except OSError as error:
        return FileCoverage(candidate.name, "failed", f"cannot be opened: {error.strerror}")
    except LoaderError as error:
        return FileCoverage(candidate.name, "failed", str(error))
    words, lost = sum(page.words for page in pages), sum(page.lost for page in pages)
    rejected = [text for text in warnings if text.startswith("rejected: ")]
    return FileCoverage(
        candidate.name,
        "lossy" if lost > TOLERATED * words else "ok",
        rejected[0] if rejected else "",
        words,
        lost,
        sum(page.unseen for page in pages),
        [page for page in pages if page.lost],
        dict(Counter(one.how for one in readings)),
    )


def _as_json(file: FileCoverage) -> dict[str, object]:
    return asdict(file) | {"pages": [page._asdict() for page in file.pages]}


def _lines_of(file: FileCoverage) -> Iterator[str]:
    if file.status == "failed":
        yield f"FAIL  {file.name}: {file.reason}"
        return
    mark = "LOST" if file.status == "lossy" else "ok  "
    share = f"{100 * file.lost / file.words:.2f} %" if file.words else "nothing"
    yield f"{mark}  {file.name}: {share} of {file.words:,} words lost"
    if file.reason:
        yield f"      {file.reason}"
    worst = sorted(file.pages, key=lambda page: -page.lost)[:_PAGES_SHOWN]
    for page in sorted(worst, key=lambda page: page.page):
        examples = ", ".join(page.examples[:_EXAMPLES_SHOWN])
        yield f"      page {page.page}: {page.lost} of {page.words}: {examples}"
    if len(file.pages) > len(worst):
        yield f"      and {len(file.pages) - len(worst)} more pages; --json has all"


def _summary(files: list[FileCoverage]) -> dict[str, object]:
    compared = [file for file in files if file.status in {"ok", "lossy"}]
    return {
        "compared": len(compared),
        "not_compared": sum(file.status == "not compared" for file in files),
        "failed": sum(file.status == "failed" for file in files),
        "words": sum(file.words for file in compared),
        "lost": sum(file.lost for file in compared),
        "unseen": sum(file.unseen for file in compared),
        "files_over_3_percent": sum(file.status == "lossy" for file in compared),
        "pages": _pages(compared),
    }


def _pages(files: list[FileCoverage]) -> dict[How, int]:
    """How many pages were read in which way."""
    counts: Counter[How] = Counter()
    for file in files:
        counts.update(file.readings)
    ways: tuple[How, ...] = ("text", "ocr", "partly", "unreadable")
    return {how: counts[how] for how in ways}


def _print_summary(files: list[FileCoverage]) -> None:
    compared = [file for file in files if file.status in {"ok", "lossy"}]
    words, lost = sum(file.words for file in compared), sum(file.lost for file in compared)
    share = f"{100 * lost / words:.3f} %" if words else "nothing"
    lossy = sum(file.status == "lossy" for file in compared)
    print(
        f"{len(compared)} PDF files, {words:,} words that pdfium finds: {share} of them are shown "
        f"and not read; {lossy} files lose over 3 %."
    )
    ways = _pages(compared)
    if sum(ways.values()) > ways["text"]:
        print(
            f"{ways['text']:,} pages have text of their own, {ways['ocr']:,} were read from scans, "
            f"{ways['partly']:,} in part, and {ways['unreadable']:,} cannot be read."
        )
    unseen = sum(file.unseen for file in compared)
    if unseen:
        print(f"{unseen:,} more words were not read, and the drawn pages do not show them.")
    if others := sum(file.status == "not compared" for file in files):
        print(f"{others} files of other formats were not compared: there is no second reader here.")
