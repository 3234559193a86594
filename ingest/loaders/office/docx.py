"""Reads Word documents: headings by style, tables in place, footnotes, headers and footers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from lxml import etree

from ingest.loaders.office.docx_looks import (
    Look,
    has_its_grounds_colour,
    is_shaded,
    read_look,
    shows_nothing,
)
from ingest.loaders.office.ooxml import Package, attribute, local
from ingest.loaders.tables import TableReader
from ingest.sections import Findings, Outline, Section

_HEADING = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|nagłówek)\s*(\d)", re.I
)
_TRANSPARENT = frozenset(
    "ins smartTag sdt sdtContent customXml moveTo hyperlink fldSimple dir bdo".split()
)
_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}


@dataclass(slots=True)
class _Reader:
    package: Package
    outline: Outline
    findings: Findings
    levels: dict[str, int] = field(default_factory=dict)  # style id -> heading level
    looks: dict[str, Look] = field(default_factory=dict)  # style id -> how its letters look
    plain: Look = field(default_factory=dict)  # where no style is named
    shaded_styles: set[str] = field(default_factory=set)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    hidden: int = 0


def load_docx(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Paragraphs and tables in reading order; hidden text is left out with a warning."""
    package = Package(file)
    findings.title = package.title()
    main = package.main_part()
    root = package.tree(main)
    assert root is not None  # main_part() named an existing part
    reader = _Reader(package, Outline(findings), findings)
    related = list(package.related(main).values())
    for kind, name in related:
        if kind == "styles" and (tree := package.tree(name)) is not None:
            _read_styles(tree, reader)
    for kind, name in related:
        if kind in {"footnotes", "endnotes"} and (tree := package.tree(name)) is not None:
            for note in tree:
                text = " ".join(_block_texts(note, reader)).strip()
                reader.notes[kind.removesuffix("s"), attribute(note, "id") or ""] = text
    body = next((child for child in root if local(child) == "body"), root)
    yield from _blocks(body, reader)
    yield from reader.outline.close()
    yield from _headers(related, reader)
    if reader.hidden:
        findings.warn(f"{reader.hidden} pieces of hidden text were left out")


def _read_styles(tree: etree._Element, reader: _Reader) -> None:
    """Which styles make headings, how their letters look; by themselves or by inheritance."""
    parents: dict[str, str] = {}
    default: Look = {}
    normal = ""
    for item in tree:
        if local(item) == "docDefaults":
            default = read_look(next((i for i in item.iter() if local(i) == "rPr"), None))
        elif local(item) == "style":
            identity = attribute(item, "styleId") or ""
            parents[identity] = _read_style(item, identity, reader)
            if attribute(item, "type") == "paragraph" and attribute(item, "default") == "1":
                normal = identity
    said, shaded = reader.looks, reader.shaded_styles.copy()
    reader.looks = {}
    for identity in parents:
        line = _line_of(identity, parents)
        for ancestor in line:
            if ancestor in reader.levels:
                reader.levels.setdefault(identity, reader.levels[ancestor])
        if shaded.intersection(line):
            reader.shaded_styles.add(identity)
        look: Look = {}
        for one in reversed(line):
            look |= said.get(one, {})
        reader.looks[identity] = look
    reader.plain = default | reader.looks.get(normal, {})


def _line_of(identity: str, parents: dict[str, str]) -> list[str]:
    """A style and those that it is based on, the nearest first."""
    line = [identity]
    while (parent := parents.get(line[-1], "")) and len(line) < 20:
        line.append(parent)
    return line


def _read_style(style: etree._Element, identity: str, reader: _Reader) -> str:
    """Note what a style says; returns the style that it is based on."""
    parent = ""
    for child in style:
        name, value = local(child), attribute(child, "val") or ""
        if name == "name":
            if match := _HEADING.match(value):
                reader.levels[identity] = int(match[1])
            elif value.lower() == "title":
                reader.levels[identity] = 0
        elif name == "basedOn":
            parent = value
        elif name == "rPr":
            reader.looks[identity] = read_look(child)
        elif name == "pPr":
            if is_shaded(child):
                reader.shaded_styles.add(identity)
            for item in child:
                level = attribute(item, "val") or "9"
                if local(item) == "outlineLvl" and identity not in reader.levels and int(level) < 9:
                    reader.levels[identity] = int(level) + 1
    return parent


def _blocks(parent: etree._Element, reader: _Reader) -> Iterator[Section]:
    """Sections of a body, text box or content control; lists and paragraphs are collected."""
    lines: list[str] = []

    def flush() -> Iterator[Section]:
        if lines:
            yield reader.outline.place("\n\n".join(lines))
            lines.clear()

    for child in _flat_blocks(parent):
        if local(child) == "tbl":
            yield from flush()
            for said, grid in _table(child, reader).sections():
                yield reader.outline.place(said, kind="table", grid=grid)
            continue
        text = _paragraph(child, reader).strip()
        level = _level(child, reader)
        if not text:
            continue
        if level is None:
            lines.append(("• " if _is_item(child) else "") + text)
            continue
        yield from flush()
        if level == 0:
            reader.findings.title = reader.findings.title or " ".join(text.split())
        yield from reader.outline.open(max(level, 1), text)
    yield from flush()


def _flat_blocks(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables below `parent`, looking through content controls and insertions."""
    stack = [iter(parent)]
    while stack:
        for child in stack[-1]:
            name = local(child)
            if name in {"p", "tbl"}:
                yield child
            elif name in _TRANSPARENT:
                stack.append(iter(child))
                break
        else:
            stack.pop()


def _properties(paragraph: etree._Element) -> Iterator[etree._Element]:
    first = next(iter(paragraph), None)
    return iter(first) if first is not None and local(first) == "pPr" else iter(())


def _level(paragraph: etree._Element, reader: _Reader) -> int | None:
    """Heading level: 1 is the highest, 0 the document's title, None for ordinary text."""
    level = None
    for item in _properties(paragraph):
        if local(item) == "pStyle":
            level = reader.levels.get(attribute(item, "val") or "", level)
        elif local(item) == "outlineLvl":
            direct = int(attribute(item, "val") or 9)
            level = direct + 1 if direct < 9 else level
    return level


def _is_item(paragraph: etree._Element) -> bool:
    return any(local(item) == "numPr" for item in _properties(paragraph))


def _paragraph(paragraph: etree._Element, reader: _Reader) -> str:
    """The visible text of a paragraph, with footnotes in brackets and text boxes at its end."""
    parts: list[str] = []
    boxes: list[str] = []
    style = next((attribute(i, "val") for i in _properties(paragraph) if local(i) == "pStyle"), "")
    look = reader.plain | reader.looks.get(style or "", {})
    stack = [iter(paragraph)]
    while stack:
        for child in stack[-1]:
            name = local(child)
            if name == "r":
                if _is_hidden(child, look, reader):
                    reader.hidden += any(local(item) == "t" for item in child)
                    continue
                _run(child, reader, parts, boxes)
            elif name in _TRANSPARENT:
                stack.append(iter(child))
                break
            elif name in {"oMath", "oMathPara"}:
                parts.append("".join(t.text or "" for t in child.iter() if local(t) == "t"))
        else:
            stack.pop()
    return "\n".join(part for part in ("".join(parts), *boxes) if part.strip())


def _is_hidden(run: etree._Element, look: Look, reader: _Reader) -> bool:
    """Whether nobody sees the letters of a run; `look` is that of its paragraph."""
    first = next(iter(run), None)
    if first is not None and local(first) == "rPr":
        named = next((attribute(i, "val") for i in first if local(i) == "rStyle"), "")
        look = look | reader.looks.get(named or "", {}) | read_look(first)
    return shows_nothing(look) or has_its_grounds_colour(
        look, run, reader.shaded_styles, lambda paragraph: _level(paragraph, reader) is not None
    )


def _run(run: etree._Element, reader: _Reader, parts: list[str], boxes: list[str]) -> None:
    for item in run:
        name = local(item)
        if name == "t":
            parts.append(item.text or "")
        elif name in _BREAKS:
            parts.append(_BREAKS[name])
        elif name == "sym":
            parts.append(" ")
        elif name in {"footnoteReference", "endnoteReference"}:
            key = (name.removesuffix("Reference"), attribute(item, "id") or "")
            if note := reader.notes.get(key):
                parts.append(f" [{note}]")
        elif name in {"AlternateContent", "drawing", "pict", "object"}:
            boxes.extend(_text_boxes(item, reader))


def _text_boxes(drawing: etree._Element, reader: _Reader) -> Iterator[str]:
    if local(drawing) == "AlternateContent":  # the fallback says the same once more
        drawing = next((c for c in drawing if local(c) == "Choice"), drawing)
    for element in drawing.iter():
        if local(element) == "txbxContent":
            yield "\n".join(_block_texts(element, reader))


def _block_texts(parent: etree._Element, reader: _Reader) -> Iterator[str]:
    for child in _flat_blocks(parent):
        if local(child) == "tbl":
            yield from (line.text for line in _table(child, reader))
        elif text := _paragraph(child, reader).strip():
            yield text


def _table(table: etree._Element, reader: _Reader) -> TableReader:
    """Rows with their column names; a table inside a cell follows in the cell's text."""
    rows: list[list[str]] = []
    header = 0
    above: list[str] = []
    for row in _children(table, "tr"):
        cells: list[str] = []
        texts = 0
        is_header = False
        for part in row:
            if local(part) == "trPr":
                is_header = any(local(item) == "tblHeader" for item in part)
                skipped = next((i for i in part if local(i) == "gridBefore"), None)
                if skipped is not None:
                    cells += [""] * min(int(attribute(skipped, "val") or 0), 100)
        for cell in _children(row, "tc"):
            span, merged = _spans(cell)
            text = " ".join(_block_texts(cell, reader))
            if merged and len(cells) < len(above):
                text = above[len(cells)]
            texts += 1
            cells += [text] * span
        if is_header and header == len(rows):
            header += 1
        rows.append(cells if texts > 1 else cells[:1])
        above = cells
    return TableReader(rows, header or None)


def _children(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    for child in parent:
        if local(child) == wanted:
            yield child
        elif local(child) in _TRANSPARENT:
            yield from _children(child, wanted)


def _spans(cell: etree._Element) -> tuple[int, bool]:
    """How many columns a cell covers, and whether it continues the cell above."""
    span, merged = 1, False
    for item in next((part for part in cell if local(part) == "tcPr"), ()):
        if local(item) == "gridSpan":
            span = max(1, min(int(attribute(item, "val") or 1), 100))
        elif local(item) == "vMerge":
            merged = attribute(item, "val") in {None, "continue"}
    return span, merged


def _headers(related: list[tuple[str, str]], reader: _Reader) -> Iterator[Section]:
    """Headers and footers, once each: they often hold a document's number and date."""
    seen: set[str] = set()
    for kind, name in related:
        if kind in {"header", "footer"} and (tree := reader.package.tree(name)) is not None:
            text = "\n".join(_block_texts(tree, reader)).strip()
            if len(text) > 3 and text not in seen and re.search(r"[^\W\d_]{3}", text):
                seen.add(text)
                yield Section(text, heading=kind.capitalize())
