"""Reads one file of any known type into clean sections; runs inside the sandbox."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePosixPath
from typing import BinaryIO

from ingest.clean import clean
from ingest.filetype import BY_NAME, FileType, recognise
from ingest.sections import (
    LONGEST_HEADING,
    Findings,
    Grid,
    GridRow,
    LoaderError,
    Section,
)

_NO_TITLE = re.compile(  # what programs fill in, and file names
    r"\(anonymous\)|\(unspecified\)|untitled(?: document)?|unbenannt|sans titre|slide 1|"
    r"document\d*|dokument\d*|powerpoint[- ]pr\w*|microsoft \w+ - .*|\W*|"
    r".*\.(?:docx?|pdf|dvi|tex|pptx?|xlsx?|indd|qxd|rtf|txt|html?)",
    re.I,
)


def read_sections(file: BinaryIO, name: str, findings: Findings) -> Iterator[Section]:
    """Sections of `file` with everything invisible taken out; empty ones do not come.

    `name` is the file's name. After the last section `findings` holds title, pages and warnings.
    Raises LoaderError when the file cannot be read or has no text in it.
    """
    dropped = 0
    count = 0
    heading, raw_heading = "", ""
    for section in load(file, name, findings):
        text, hidden = clean(section.text)
        if section.heading != raw_heading:
            raw_heading = section.heading
            heading, hidden_in_heading = clean(raw_heading)
            heading = " ".join(heading.split())
            hidden += hidden_in_heading
        dropped += hidden
        stripped = text.strip("\n ") if section.kind != "code" else text.strip("\n")
        if stripped:
            count += 1
            grid = section.grid
            if grid is not None:
                above = text[: len(text) - len(text.lstrip("\n "))].count("\n")
                grid = _cleaned(grid, above, changed=text != section.text)
            yield Section(stripped, section.page, heading, section.kind, grid)
    if not count:
        raise LoaderError(_why_empty(findings))
    if dropped:
        findings.warn(f"{dropped} invisible characters were dropped")
    title = " ".join(clean(findings.title)[0].split())
    if not title or _NO_TITLE.fullmatch(title):
        stem = PurePosixPath(name).stem
        title = stem if " " in stem else stem.replace("_", " ")
    findings.title = title[:LONGEST_HEADING]


def _cleaned(grid: Grid, above: int, *, changed: bool) -> Grid:
    """The cells of a text that was cleaned, of which `above` empty lines at the top are gone."""
    if not changed and not above:
        return grid._replace(name=clean(grid.name)[0])

    def flat(cell: str) -> str:
        return " ".join(clean(cell)[0].split())

    rows = [
        GridRow(row.line - above, row.address, [flat(cell) for cell in row.cells])
        for row in grid.rows
        if row.line >= above
    ]
    return grid._replace(name=flat(grid.name), columns=list(map(flat, grid.columns)), rows=rows)


def load(file: BinaryIO, name: str, findings: Findings) -> Iterator[Section]:
    """Sections as the loader for the file's real type gives them."""
    found = recognise(file, name)
    findings.type = found.type
    if found.warning:
        findings.warn(found.warning)
    yield from _loader(BY_NAME[found.type], file, findings)


def _loader(kind: FileType, file: BinaryIO, findings: Findings) -> Iterator[Section]:
    # Each loader is imported when it is needed: a worker that sees text alone stays small.
    module, _, function = kind.loader.partition(":")
    load_kind = getattr(import_module(f"ingest.loaders.{module}"), function)
    sections: Iterator[Section]
    file.seek(0)
    source = file if kind.reads.startswith("file") else file.read()
    if kind.reads.endswith("within"):
        sections = load_kind(source, findings, load)
    else:
        sections = load_kind(source, findings)
    return sections


def _why_empty(findings: Findings) -> str:
    details = [warning for warning in findings.warnings if "have no text" not in warning]
    details = [warning for warning in details if "has no text" not in warning]
    if details:
        return f"has no text that can be read: {'; '.join(details)}"
    if findings.pages and findings.readings and findings.scans is not None:
        # Each page was looked at, and none shows a word.
        return (
            "has no words that could be recognised: a picture without words, or a scan that is "
            "too poor; scan it again with more light or at 300 dots an inch"
        )
    if findings.pages:
        count = f"any of its {findings.pages} pages" if findings.pages > 1 else "its only page"
        return (
            f"has no text on {count}: scanned? "
            "Run OCR on it (for example with ocrmypdf) and ingest the result"
        )
    return "has no text in it; if it holds pictures of text, run OCR on them and save a PDF"
