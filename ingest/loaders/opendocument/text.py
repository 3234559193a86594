"""Reads OpenDocument texts: headings, numbered lists, tables, notes, frames and charts."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from ingest.loaders.office.ooxml import attribute
from ingest.loaders.opendocument.content import (
    Content,
    Paragraph,
    blocks,
    body_of,
    kind,
    opened,
    table,
    texts,
)
from ingest.sections import HEADING_SEPARATOR, Findings, Outline, Section

_WORD = re.compile(r"[^\W\d_]{3}")
_EDGES = {
    f"style:{name}{which}": name.capitalize()
    for name in ("header", "footer")
    for which in ("", "-left", "-first")
}


def load_odt(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Paragraphs and tables in reading order; hidden text is left out with a warning."""
    content = opened(file, findings)
    outline = Outline(findings)
    lines: list[str] = []

    def flush() -> Iterator[Section]:
        if lines:
            yield outline.place("\n\n".join(lines))
            lines.clear()

    for block in blocks(body_of(content, "office:text"), content):
        if isinstance(block, Paragraph):
            if block.level is None:
                lines.append(block.text)
            else:
                yield from flush()
                yield from outline.open(block.level, block.text)
        else:
            yield from flush()
            for said, grid in table(block, content).sections():
                yield outline.place(said, kind="table", grid=grid)
        if content.drawn:
            yield from flush()
            yield from charts(content, outline.path)
    yield from flush()
    yield from charts(content, outline.path)
    yield from outline.close()
    yield from _heads_and_feet(content)
    content.report()


def _heads_and_feet(content: Content) -> Iterator[Section]:
    """What pages have at top and bottom, once each: often a document's number and date."""
    tree = content.package.tree("styles.xml")
    seen: set[str] = set()
    for part in () if tree is None else tree.iter():
        name = _EDGES.get(kind(part), "")
        if not name or attribute(part, "display") == "false":
            continue
        said = "\n".join(filter(None, texts(part, content)))
        if said not in seen and _WORD.search(said):
            seen.add(said)
            yield Section(said, heading=name)


def charts(content: Content, heading: str, page: int | None = None) -> Iterator[Section]:
    """The charts that were come across, each as a table under its title."""
    for title, reader in content.drawn:
        for said, grid in reader.sections(title):
            path = HEADING_SEPARATOR.join(filter(None, (heading, title)))
            yield Section(said, page, path, "table", grid)
    content.drawn.clear()
