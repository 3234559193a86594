"""Reads OpenDocument texts: headings, numbered lists, tables, notes, frames and charts."""

from collections.abc import Iterator
from typing import BinaryIO

from ingest.loaders.opendocument.content import (
    Content,
    Paragraph,
    blocks,
    body_of,
    opened,
    table,
)
from ingest.sections import HEADING_SEPARATOR, Findings, Outline, Section


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
    content.report()


def charts(content: Content, heading: str, page: int | None = None) -> Iterator[Section]:
    """The charts that were come across, each as a table under its title."""
    for title, reader in content.drawn:
        for said, grid in reader.sections(title):
            path = HEADING_SEPARATOR.join(filter(None, (heading, title)))
            yield Section(said, page, path, "table", grid)
    content.drawn.clear()
