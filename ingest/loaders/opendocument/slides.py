"""Reads OpenDocument presentations: a page a slide, its title as heading, then its notes."""

from collections.abc import Iterator
from copy import deepcopy
from typing import BinaryIO

from lxml import etree

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
from ingest.loaders.opendocument.styles import Look
from ingest.loaders.opendocument.text import charts
from ingest.sections import Findings, Section

_FURNITURE = frozenset(("page-number", "date-time", "footer", "header"))


def load_odp(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Sections slide by slide; hidden slides are left out with a warning."""
    content = opened(file, findings)
    pages = [page for page in body_of(content, "office:presentation") if kind(page) == "draw:page"]
    findings.pages = len(pages)
    hidden = 0
    for number, page in enumerate(pages, 1):
        if (attribute(page, "style-name") or "") in content.styles.hidden:
            hidden += 1
            continue
        yield from _slide(page, number, content)
    if hidden:
        findings.warn(f"{hidden} hidden slides were left out")
    content.report()


def _slide(page: etree._Element, number: int, content: Content) -> Iterator[Section]:
    title = ""
    paragraphs: list[str] = []
    tables: list[etree._Element] = []
    content.around = Look(ground="own")  # slides have grounds, which masters give them
    for shape in page:
        role = attribute(shape, "class") or ""
        if kind(shape) == "presentation:notes" or role in _FURNITURE:
            continue
        alone = _alone(shape)
        if role == "title" and not title:
            title = " ".join(" ".join(texts(alone, content)).split())
            continue
        for block in blocks(alone, content):
            if isinstance(block, Paragraph):
                paragraphs.append(block.text)
            else:
                tables.append(block)
    content.findings.title = content.findings.title or title
    if text := "\n\n".join(filter(None, paragraphs)):
        yield Section(text, number, title)
    shown = [part for one in tables for part in table(one, content).sections()]
    for said, grid in shown:
        yield Section(said, number, title, "table", grid)
    drawn = list(charts(content, title, number))
    yield from drawn
    if title and not paragraphs and not shown and not drawn:
        yield Section(title, number)
    for notes in (part for part in page if kind(part) == "presentation:notes"):
        spoken = [
            text
            for shape in notes
            if (attribute(shape, "class") or "") not in _FURNITURE
            for text in texts(_alone(shape), content)
        ]
        if said := "\n\n".join(filter(None, spoken)):
            yield Section(said, number, f"{title} > Notes" if title else "Notes")


def _alone(shape: etree._Element) -> etree._Element:
    """A shape as the only one of a page, so that its own style is looked at."""
    page = etree.Element("page")
    page.append(deepcopy(shape))
    return page
