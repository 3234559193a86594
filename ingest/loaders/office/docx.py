"""Reads Word documents: headings by style, tables in place, footnotes, headers and footers."""

import io
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import BinaryIO

from lxml import etree

from ingest.loaders.figures import Figures
from ingest.loaders.notation import Piece, field_formula, formula, written
from ingest.loaders.office.docx_looks import (
    Look,
    Looks,
    blocks_over_drawings,
    has_its_grounds_colour,
    is_shaded,
    is_struck,
    place_of,
    read_look,
    shows_nothing,
)
from ingest.loaders.office.docx_numbering import Numbering
from ingest.loaders.office.drawings import drawn, picture_parts
from ingest.loaders.office.ooxml import Package, attribute, local
from ingest.loaders.office.symbols import in_font, symbol
from ingest.loaders.tables import Across, Below, TableReader
from ingest.sections import (
    HEADING_SEPARATOR,
    Findings,
    LoaderError,
    LoadWithin,
    Outline,
    Section,
)

_HEADING = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|nagłówek)\s*(\d)", re.I
)
_TRANSPARENT = frozenset(
    "ins smartTag sdt sdtContent customXml moveTo hyperlink fldSimple dir bdo".split()
)
_SPACES = re.compile(" {2,}")
_OFF = frozenset(("0", "false", "off"))
_TICKED, _BOX = "[x]", "[ ]"
_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}


@dataclass(slots=True)
class _Reader:
    package: Package
    outline: Outline
    findings: Findings
    load: LoadWithin
    levels: dict[str, int] = field(default_factory=dict)  # style id -> heading level
    looks: dict[str, Look] = field(default_factory=dict)  # style id -> how its letters look
    plain: Look = field(default_factory=dict)  # where no style is named
    letters: Looks = field(default_factory=lambda: Looks({}, {}))
    shaded_styles: set[str] = field(default_factory=set)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    numbered_styles: dict[str, tuple[str, str]] = field(default_factory=dict)  # list and level
    numbering: Numbering = field(default_factory=lambda: Numbering(None, {}))
    related: dict[str, tuple[str, str]] = field(default_factory=dict)  # parts of the document
    # Charts, and pictures with what is said of them, that are not yet told.
    drawn: list[tuple[str, TableReader]] = field(default_factory=list)
    pictures: list[tuple[str, list[str]]] = field(default_factory=list)
    over_drawings: Set[etree._Element] = frozenset()  # whose ground cannot be known
    field: str = ""  # the instruction of the field that is open
    hidden: int = 0
    struck: int = 0


def load_docx(file: BinaryIO, findings: Findings, load: LoadWithin) -> Iterator[Section]:
    """Paragraphs and tables in reading order; hidden text is left out with a warning."""
    package = Package(file)
    findings.title, findings.stated = package.title(), package.stated()
    main = package.main_part()
    root = package.tree(main)
    assert root is not None  # main_part() named an existing part
    reader = _Reader(package, Outline(findings), findings, load)
    reader.related = package.related(main)
    related = list(reader.related.values())
    parts = {kind: name for kind, name in related if kind in {"styles", "numbering"}}
    if "styles" in parts and (tree := package.tree(parts["styles"])) is not None:
        _read_styles(tree, reader)
    reader.letters = Looks(reader.plain, reader.looks)
    lists = package.tree(parts["numbering"]) if "numbering" in parts else None
    reader.numbering = Numbering(lists, reader.numbered_styles)
    for kind, name in related:
        if kind in {"footnotes", "endnotes"} and (tree := package.tree(name)) is not None:
            for note in tree:
                text = " ".join(_block_texts(note, reader)).strip()
                reader.notes[kind.removesuffix("s"), attribute(note, "id") or ""] = text
    body = next((child for child in root if local(child) == "body"), root)
    reader.pictures.clear()  # of notes
    reader.over_drawings = blocks_over_drawings(body)
    yield from _blocks(body, reader)
    yield from reader.outline.close()
    yield from _headers(related, reader)
    if reader.hidden:
        findings.warn(f"{reader.hidden} pieces of hidden text were left out")
    if reader.struck:
        findings.warn(f"{reader.struck} struck-through passages were left out")


def _read_styles(tree: etree._Element, reader: _Reader) -> None:
    """Which styles make headings, how their letters look; by themselves or by inheritance."""
    parents: dict[str, str] = {}
    default: Look = {}
    normal = ""
    for item in tree:
        if local(item) == "docDefaults":
            default = read_look(next((i for i in item.iter() if local(i) == "rPr"), None))
        elif local(item) == "style" and (identity := attribute(item, "styleId")):
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
            if ancestor in reader.numbered_styles:
                found = reader.numbered_styles[ancestor]
                reader.numbered_styles.setdefault(identity, found)
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
                if local(item) == "numPr":
                    said = {local(part): attribute(part, "val") or "" for part in item}
                    reader.numbered_styles[identity] = said.get("numId", ""), said.get("ilvl", "")
                level = attribute(item, "val") or "9"
                if local(item) == "outlineLvl" and identity not in reader.levels and int(level) < 9:
                    reader.levels[identity] = int(level) + 1
    return parent


def _blocks(parent: etree._Element, reader: _Reader) -> Iterator[Section]:
    """Sections of a body, text box or content control; lists and paragraphs are collected."""
    lines: list[str] = []
    figures = Figures(reader.findings)

    def flush() -> Iterator[Section]:
        if lines:
            yield reader.outline.place("\n\n".join(lines))
            lines.clear()

    def drawings() -> Iterator[Section]:
        pictures = [
            text
            for part, descriptions in reader.pictures
            if (text := figures.text(reader.package.picture(part), descriptions, name=part))
        ]
        reader.pictures.clear()
        if reader.drawn or pictures:
            yield from flush()
        for text in pictures:
            yield reader.outline.place(text, kind="figure")
        for title, table in reader.drawn:
            for said, grid in table.sections(title):
                section = reader.outline.place(said, kind="table", grid=grid)
                heading = HEADING_SEPARATOR.join(filter(None, (section.heading, title)))
                yield section._replace(heading=heading)
        reader.drawn.clear()

    for child in _flat_blocks(parent):
        if local(child) == "altChunk":
            yield from flush()
            yield from _imported(child, reader)
            continue
        if local(child) == "tbl":
            yield from flush()
            for said, grid in _table(child, reader).sections():
                yield reader.outline.place(said, kind="table", grid=grid)
            yield from drawings()
            continue
        text = _numbered(child, reader)
        level = _level(child, reader)
        if text and level is None:
            lines.append(text)
        elif text:
            yield from flush()
            if level == 0:
                reader.findings.title = reader.findings.title or " ".join(text.split())
            yield from reader.outline.open(max(level or 0, 1), text)
        yield from drawings()
    yield from flush()


def _imported(chunk: etree._Element, reader: _Reader) -> Iterator[Section]:
    """A part that another program put into the document as a whole: HTML, RTF, a mail, DOCX."""
    _, name = reader.related.get(attribute(chunk, "id") or "", ("", ""))
    try:
        data = reader.package.read(name) if name else None
        if data is None:
            raise LoaderError("is missing")
        findings = reader.findings.within()
        for section in reader.load(io.BytesIO(data), name.rpartition("/")[2], findings):
            heading = HEADING_SEPARATOR.join(filter(None, (reader.outline.path, section.heading)))
            yield section._replace(page=None, heading=heading)
    except LoaderError as error:
        reader.findings.warn(f"an imported part {error}")
        return
    for warning in findings.warnings:
        reader.findings.warn(f"in an imported part, {warning}")


def _flat_blocks(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables below `parent`, looking through content controls and insertions."""
    stack = [iter(parent)]
    while stack:
        for child in stack[-1]:
            name = local(child)
            if name in {"p", "tbl", "altChunk"}:
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


def _numbered(paragraph: etree._Element, reader: _Reader) -> str:
    """The text of a paragraph behind the number or the point that Word writes before it."""
    style, numbered = "", []
    for item in _properties(paragraph):
        name = local(item)
        if name == "pStyle" and not style:
            style = attribute(item, "val") or ""
        elif name == "numPr":
            numbered.append(item)
    label = reader.numbering.label(numbered, style)
    text = _paragraph(paragraph, reader, style).strip()
    return f"{label} {text}" if label and text else text


def _paragraph(paragraph: etree._Element, reader: _Reader, style: str) -> str:
    """The visible text of a paragraph, with footnotes in brackets and text boxes at its end."""
    parts: list[Piece] = []
    boxes: list[str] = []
    look = reader.letters.of_paragraph(style)
    struck = reader.struck
    stack = [iter(paragraph)]
    while stack:
        for child in stack[-1]:
            name = local(child)
            if name == "r":
                _seen_run(child, look, reader, parts, boxes)
            elif name == "sdt" and (box := _tick_box(child)):
                parts.append((box, "line"))
            elif name in _TRANSPARENT:
                stack.append(iter(child))
                break
            elif name in {"oMath", "oMathPara"}:
                parts.append((formula(child), "line"))
        else:
            stack.pop()
    text = written(parts)
    if reader.struck > struck:
        text = _SPACES.sub(" ", text)  # between which something stood
    return "\n".join(part for part in (text, *boxes) if part.strip())


def _tick_box(control: etree._Element) -> str:
    """A content control to be ticked as "[x]" or "[ ]"; "" for any other control."""
    for part in control:
        if local(part) == "sdtPr":
            for item in part:
                if local(item) == "checkbox":
                    return _TICKED if _is_on(item, "checked", default="0") else _BOX
    return ""


def _is_on(parent: etree._Element, name: str, *, default: str) -> bool:
    for item in parent:
        if local(item) == name:
            return (attribute(item, "val") or "1") not in _OFF
    return default not in _OFF


def _seen_run(
    run: etree._Element, look: Look, reader: _Reader, parts: list[Piece], boxes: list[str]
) -> None:
    """Add the letters of a run that people see; `look` is that of its paragraph."""
    first = next(iter(run), None)
    items = iter(run)
    if first is not None and local(first) == "rPr":
        look = reader.letters.of_run(first, look)
        next(items)
    if _is_hidden(run, look, reader):
        reader.hidden += any(local(item) == "t" for item in items)
    elif is_struck(look):
        reader.struck += any(local(i) == "t" and (i.text or "").strip() for i in items)
    else:
        _run(items, look, reader, parts, boxes)


def _is_hidden(run: etree._Element, look: Look, reader: _Reader) -> bool:
    """Whether nobody sees the letters of a run."""
    if shows_nothing(look):
        return True
    return has_its_grounds_colour(
        look, run, reader.shaded_styles, lambda paragraph: _level(paragraph, reader) is not None
    ) and reader.over_drawings.isdisjoint(run.iterancestors())


def _run(
    items: Iterator[etree._Element],
    look: Look,
    reader: _Reader,
    parts: list[Piece],
    boxes: list[str],
) -> None:
    place = place_of(look)
    for item in items:
        name = local(item)
        if name == "t":
            parts.append((in_font(item.text or "", look.get("font", "")), place))
        elif name in _BREAKS:
            parts.append((_BREAKS[name], "line"))
        elif name == "sym":
            parts.append((_symbol(item), "line"))
        elif name in {"fldChar", "instrText"}:
            parts.append((_field(item, reader), "line"))
        elif name == "ruby":
            # What helps to pronounce it stands small above it.
            for base in (one for part in item if local(part) == "rubyBase" for one in part):
                if local(base) == "r":
                    _seen_run(base, look, reader, parts, boxes)
        elif name in {"footnoteReference", "endnoteReference"}:
            key = (name.removesuffix("Reference"), attribute(item, "id") or "")
            if note := reader.notes.get(key):
                parts.append((f" [{note}]", "line"))
        elif name in {"AlternateContent", "drawing", "pict", "object"}:
            boxes.extend(_drawing(item, reader))


def _symbol(item: etree._Element) -> str:
    try:
        return symbol(attribute(item, "font") or "", int(attribute(item, "char") or "", 16))
    except ValueError:
        return " "


def _field(item: etree._Element, reader: _Reader) -> str:
    """What a mark of a field, or a part of its instruction, adds to the text."""
    if local(item) == "instrText":
        reader.field += item.text or ""
        return ""
    said = ""
    if attribute(item, "fldCharType") != "begin":
        said = field_formula(reader.field)
    reader.field = ""
    return said + _form_field(item)


def _form_field(item: etree._Element) -> str:
    """What a field of an old form holds: a ticked box, the entry of a list that was chosen."""
    for field_data in (part for part in item if local(part) == "ffData"):
        for kind in field_data:
            if local(kind) == "checkBox":
                default = "1" if _is_on(kind, "default", default="0") else "0"
                return _TICKED if _is_on(kind, "checked", default=default) else _BOX
            if local(kind) == "ddList":
                said = {local(part): attribute(part, "val") or "" for part in kind}
                entries = [attribute(p, "val") or "" for p in kind if local(p) == "listEntry"]
                chosen = said.get("result", said.get("default", "0"))
                at = int(chosen) if chosen.isdecimal() else 0
                return entries[at] if at < len(entries) else ""
    return ""


def _drawing(drawing: etree._Element, reader: _Reader) -> Iterator[str]:
    """The texts of a drawing; its charts are kept for after the paragraph."""
    if local(drawing) == "AlternateContent":  # the fallback says the same once more
        drawing = next((c for c in drawing if local(c) == "Choice"), drawing)
    yield from _text_boxes(drawing, reader)
    reader.pictures += picture_parts(reader.related, drawing)
    for text, table in drawn(reader.package, reader.related, drawing):
        if table is None:
            yield text
        else:
            reader.drawn.append((text, table))


def _text_boxes(drawing: etree._Element, reader: _Reader) -> Iterator[str]:
    for element in drawing.iter():
        if local(element) == "txbxContent":
            yield "\n".join(_block_texts(element, reader))


def _block_texts(parent: etree._Element, reader: _Reader) -> Iterator[str]:
    for child in _flat_blocks(parent):
        if local(child) == "tbl":
            yield from (line.text for line in _table(child, reader))
        elif local(child) == "altChunk":
            yield from (section.text for section in _imported(child, reader))
        elif local(child) == "p" and (text := _numbered(child, reader)):
            yield text


def _table(table: etree._Element, reader: _Reader) -> TableReader:
    """Rows with their column names; a table inside a cell follows in the cell's text."""
    rows: list[list[str]] = []
    header = 0
    above: list[str] = []
    for row in _children(table, "tr"):
        cells: list[str] = []
        texts = before = 0
        is_header = False
        for part in row:
            if local(part) == "trPr":
                is_header = any(local(item) == "tblHeader" for item in part)
                skipped = next((i for i in part if local(i) == "gridBefore"), None)
                if skipped is not None:
                    before = min(int(attribute(skipped, "val") or 0), 100)
                    cells += [""] * before
        for cell in _children(row, "tc"):
            span, merged = _spans(cell)
            text = " ".join(_block_texts(cell, reader))
            if merged and len(cells) < len(above):
                text = Below(above[len(cells)])
            texts += 1
            cells += [text, *[Across(text)] * (span - 1)]
        if is_header and header == len(rows):
            header += 1
        # A cell alone in its row is over all columns, but where the row begins further on.
        rows.append(cells[:1] if texts == 1 and not before else cells)
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
