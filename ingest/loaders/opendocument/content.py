"""Reads what OpenDocument texts, sheets and slides have in common: paragraphs, lists and tables."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from lxml import etree

from ingest.loaders.notation import Piece, formula, written
from ingest.loaders.office.drawings import chart_heads
from ingest.loaders.office.ooxml import Package, attribute, local
from ingest.loaders.office.symbols import in_font
from ingest.loaders.opendocument.forms import controls, ticked
from ingest.loaders.opendocument.styles import Counting, Look, Styles, read_styles
from ingest.loaders.tables import Across, Below, TableReader
from ingest.sections import Findings, LoaderError, Stated

_THROUGH = frozenset(  # what shows its content where it stands
    "text:section text:index-body text:table-of-content text:alphabetical-index text:bibliography "
    "text:illustration-index text:table-index text:user-index text:object-index text:index-title "
    "draw:g draw:a text:list-header table:table-header-rows table:table-rows table:table-row-group "
    "draw:frame draw:text-box draw:custom-shape draw:rect draw:ellipse draw:connector draw:line "
    "draw:path draw:polygon draw:polyline draw:circle draw:caption table:shapes".split()
)
_INLINE = frozenset(
    "text:span text:a text:meta text:meta-field text:ruby text:ruby-base text:bookmark-ref "
    "text:reference-ref text:sequence text:sequence-ref text:placeholder text:text-input".split()
)
_SILENT = frozenset(
    "text:note office:annotation text:tracked-changes text:ruby-text text:change text:change-start "
    "text:change-end text:bookmark text:bookmark-start text:bookmark-end office:forms svg:title "
    "svg:desc office:event-listeners presentation:notes text:hidden-text text:script".split()
)
_NAMESPACES = {"drawing": "draw", "svg-compatible": "svg", "xsl-fo-compatible": "fo"}
_WIDEST = 300  # columns of a table
_MOST_REPEATED = 1_000  # rows that say the same
_MOST_OBJECTS = 500


@dataclass(slots=True)
class Content:
    """The parts of a file, and what is learnt while it is read."""

    package: Package
    findings: Findings
    tree: etree._Element
    styles: Styles
    counting: Counting
    drawn: list[tuple[str, TableReader]] = field(default_factory=list)  # charts, not yet told
    around: Look = field(default_factory=Look)  # of the cell or the shape that is being read
    hidden: int = 0
    struck: int = 0
    objects: int = 0
    _controls: dict[str, str] | None = None

    def control(self, name: str) -> str:
        """What the control of a form with this name shows, and its label where it has one."""
        if self._controls is None:
            self._controls = controls(self.tree)
        return self._controls.get(name, "")

    def report(self) -> None:
        """Say what was left out."""
        if self.hidden:
            self.findings.warn(f"{self.hidden} pieces of hidden text were left out")
        if self.struck:
            self.findings.warn(f"{self.struck} struck-through passages were left out")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its number; `level` is that of a heading, None for ordinary text."""

    text: str
    level: int | None = None


def opened(file: BinaryIO, findings: Findings) -> Content:
    """The content of a file. Raises LoaderError for a damaged or encrypted one."""
    package = Package(file)
    manifest = package.read("META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise LoaderError("is encrypted; save a copy without a password")
    tree = package.tree("content.xml")
    if tree is None:
        raise LoaderError("has no document inside: it is damaged; get the file again")
    styles = read_styles(package, tree)
    meta = package.tree("meta.xml")
    for item in () if meta is None else meta.iter("{http://purl.org/dc/elements/1.1/}title"):
        findings.title = " ".join((item.text or "").split())
    said = {
        local(item): (item.text or "").strip() for item in (() if meta is None else meta.iter())
    }
    findings.stated = Stated(
        said.get("initial-creator") or said.get("creator", ""),
        said.get("language", ""),
        said.get("creation-date", ""),
        said.get("date", ""),
    )
    return Content(package, findings, tree, styles, Counting(styles))


def kind(element: etree._Element) -> str:
    """An element's name with the short name of its namespace: "text:p"."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    space, _, name = tag.rpartition("}")
    parts = space.rsplit(":", 2)
    short = parts[-2] if len(parts) > 2 else "dc"
    return f"{_NAMESPACES.get(short, short)}:{name}"


def body_of(content: Content, name: str) -> etree._Element:
    """The element that holds the pages: `office:text` and the like."""
    for element in content.tree.iter():
        if kind(element) == name:
            return element
    raise LoaderError("has no document inside: it is damaged; get the file again")


def blocks(
    parent: etree._Element, content: Content, style: str = "", level: int = 0
) -> Iterator[Paragraph | etree._Element]:
    """Paragraphs below an element in their order; tables come as they are.

    `style` and `level` are those of the list that it stands in.
    """
    label_of: etree._Element | None = parent if kind(parent) == "text:list-item" else None
    for child in parent:
        name = kind(child)
        if name in {"text:p", "text:h"}:
            paragraph = _paragraph(child, content, style, level, label_of)
            label_of = None
            if paragraph.text:
                yield paragraph
        elif name == "text:list":
            own = attribute(child, "style-name") or style
            continues = attribute(child, "continue-numbering") == "true" or (
                attribute(child, "continue-list") is not None
            )
            if not level and not continues:
                content.counting.restart(own)
            for item in child:
                yield from blocks(item, content, own, level + 1)
        elif name == "table:table":
            yield child
        elif name == "draw:object":
            yield from _object(child, content)
        elif name == "draw:control":
            if said := content.control(attribute(child, "control") or ""):
                yield Paragraph(said)
        elif name in _THROUGH and attribute(child, "display") != "none":
            before, content.around = content.around, _around(child, content)
            yield from blocks(child, content, style, level)
            content.around = before
        elif name in {"svg:title", "svg:desc"} and kind(parent) == "draw:frame":
            # Of a picture; that of a chart's parts names cells.
            yield Paragraph(" ".join((child.text or "").split()))


def _paragraph(
    element: etree._Element,
    content: Content,
    style: str,
    level: int,
    item: etree._Element | None,
) -> Paragraph:
    name = attribute(element, "style-name") or ""
    pieces: list[Piece] = []
    boxes: list[str] = []
    _inline(element, content, content.styles.look(name).over(content.around), pieces, boxes)
    text = "\n".join(part for part in (written(pieces), *boxes) if part.strip()).strip()
    heading: int | None = None
    label = ""
    if kind(element) == "text:h":
        outline = attribute(element, "outline-level") or ""
        heading = int(outline) if outline.isdecimal() and int(outline) else 1
        if not level and attribute(element, "is-list-header") != "true":
            label = content.counting.label("outline", heading, None)
    if item is not None:
        label = content.counting.label(style, level, attribute(item, "start-value"))
    return Paragraph(f"{label} {text}" if label and text else text, heading)


def _inline(
    element: etree._Element, content: Content, look: Look, pieces: list[Piece], boxes: list[str]
) -> None:
    _say(element.text, content, look, pieces)
    for child in element:
        name = kind(child)
        if name in _INLINE:
            own = content.styles.looks.get(attribute(child, "style-name") or "")
            chosen = look if own is None else content.styles.look(
                attribute(child, "style-name") or ""
            ).over(look)  # fmt: skip
            _inline(child, content, chosen, pieces, boxes)
        elif name in {"text:s", "text:tab"}:
            pieces.append((" ", "line"))
        elif name == "text:line-break":
            pieces.append(("\n", "line"))
        elif name == "text:note":
            body = [part for part in child if kind(part) == "text:note-body"]
            said = " ".join(text for part in body for text in texts(part, content))
            if said:
                pieces.append((f" [{said}]", "line"))
        elif name == "field:fieldmark":
            pieces.append((ticked(child), "line"))
        elif name in {"text:hidden-text", "text:hidden-paragraph"}:
            content.hidden += 1
        elif name == "draw:control":
            lead = "" if pieces and pieces[-1][0].endswith(" ") else " "
            said = content.control(attribute(child, "control") or "")
            pieces.append((f"{lead}{said} ", "line"))
        elif name.startswith(("draw:", "table:")):
            boxes.extend(texts_of_drawing(child, content))
        elif name not in _SILENT:  # a field shows what stands in it
            _inline(child, content, look, pieces, boxes)
        _say(child.tail, content, look, pieces)


def _say(text: str | None, content: Content, look: Look, pieces: list[Piece]) -> None:
    if not text:
        return
    if look.unseen:
        content.hidden += bool(text.strip())
    elif look.struck:
        content.struck += bool(text.strip())
    else:
        text = in_font(text, look.font or "")
        lead = " " if text[0].isspace() else ""
        tail = " " if text[-1].isspace() and text.strip() else ""
        before = pieces[-1][0] if pieces else " "
        lead = "" if before.endswith((" ", "\n")) else lead
        pieces.append((lead + " ".join(text.split()) + tail, look.place or "line"))


def texts_of_drawing(element: etree._Element, content: Content) -> Iterator[str]:
    """The texts of a frame or a shape; its charts are kept for after the paragraph."""
    if kind(element) in _THROUGH:
        before, content.around = content.around, _around(element, content)
        for block in blocks(element, content):
            yield from _block_texts(block, content)
        content.around = before


def _around(element: etree._Element, content: Content) -> Look:
    """How letters look that say nothing of themselves, in a frame or a shape."""
    name = kind(element)
    if not name.startswith("draw:") or name in {"draw:g", "draw:a", "draw:text-box"}:
        return content.around
    # A shape has a ground of its own, which a style elsewhere may give it.
    return content.styles.look(attribute(element, "style-name") or "").over(Look(ground="own"))


def texts(parent: etree._Element, content: Content) -> Iterator[str]:
    """The texts of all blocks below an element, those of tables row by row."""
    for block in blocks(parent, content):
        yield from _block_texts(block, content)


def _block_texts(block: "Paragraph | etree._Element", content: Content) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.text
    else:
        yield from (line.text for line in table(block, content))


def _object(element: etree._Element, content: Content) -> Iterator[Paragraph]:
    """A chart or a formula that lies in a folder of its own."""
    target = attribute(element, "href") or ""
    content.objects += 1
    if not target or content.objects > _MOST_OBJECTS:
        return
    path = posixpath.normpath(posixpath.join(target, "content.xml"))
    tree = content.package.tree(path)
    if tree is None:
        return
    if kind(tree).endswith(":math"):
        yield Paragraph(formula(tree))
        return
    for part in tree.iter():
        if kind(part) == "chart:chart":
            content.drawn.append(_chart(part, content))
            return


def _chart(chart: etree._Element, content: Content) -> tuple[str, TableReader]:
    """A chart's title, and its data as it keeps them: a table."""
    title = ""
    reader = TableReader([])
    axes = {
        attribute(axis, "dimension") or "": " ".join(" ".join(said.itertext()).split())
        for axis in chart.iter()
        if kind(axis) == "chart:axis"
        for said in axis
        if kind(said) == "chart:title"
    }
    for part in chart:
        if kind(part) == "chart:title":
            title = " ".join(" ".join(part.itertext()).split())
        elif kind(part) == "table:table":
            rows = [cells for _, cells, _ in table_rows(part, content)]
            if rows and rows[0]:
                first = rows[0][0] or axes.get("x", "")
                rows[0] = chart_heads([first, *rows[0][1:]], axes.get("y", ""))
            reader = TableReader(rows, 1)
    return title, reader


def table(element: etree._Element, content: Content) -> TableReader:
    """The rows of a table of a text or a slide, with merged cells filled in."""
    rows: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}
    header = 0
    for is_header, cells, spans in table_rows(element, content):
        filled: list[str] = []
        for at, text in enumerate(cells):
            left, above = below.get(at, (0, ""))
            filled.append(above if left and not text else text)
            if left:
                below[at] = (left - 1, above)
        for at, (columns, down) in spans.items():
            for column in range(at, min(at + columns, len(filled))):
                if column > at:
                    filled[column] = Across(cells[at])
                if down > 1:
                    text = Across(cells[at]) if column > at else Below(cells[at])
                    below[column] = (down - 1, text)
        rows.append(filled)
        header += is_header and header == len(rows) - 1
    return TableReader(rows, header or None)


def table_rows(
    element: etree._Element, content: Content, *, in_header: bool = False
) -> Iterator[tuple[bool, list[str], dict[int, tuple[int, int]]]]:
    """Rows: whether it stands in the head, its texts, and how far the merged cells reach."""
    for child in element:
        name = kind(child)
        if name in {"table:table-header-rows", "table:table-rows", "table:table-row-group"}:
            head = in_header or name == "table:table-header-rows"
            yield from table_rows(child, content, in_header=head)
        elif name == "table:table-row":
            if attribute(child, "visibility") in {"collapse", "filter"}:
                content.hidden += any(kind(item) == "text:p" for item in child.iter())
                continue
            cells: list[str] = []
            spans: dict[int, tuple[int, int]] = {}
            for cell in child:
                if kind(cell) not in {"table:table-cell", "table:covered-table-cell"}:
                    continue
                said = "" if kind(cell) == "table:covered-table-cell" else cell_text(cell, content)
                span = (_count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned"))
                if span != (1, 1) and said:
                    spans[len(cells)] = span
                repeated = min(_count(cell, "number-columns-repeated"), _WIDEST - len(cells))
                cells += [said] * repeated
            repeated = _count(child, "number-rows-repeated")
            for _ in range(min(repeated, _MOST_REPEATED) if any(cells) else 1):
                yield in_header, cells.copy(), spans


def cell_text(cell: etree._Element, content: Content) -> str:
    """What a cell of a table shows."""
    row = cell.getparent()
    usual = None if row is None else attribute(row, "default-cell-style-name")
    name = attribute(cell, "style-name") or usual or ""
    look = content.styles.look(name).over(content.around)
    if look.unseen or look.struck:
        told = any("".join(p.itertext()).strip() for p in cell if kind(p) == "text:p")
        content.hidden += told and look.unseen
        content.struck += told and not look.unseen
        return ""
    before, content.around = content.around, look
    said = " ".join(" ".join(texts(cell, content)).split())
    content.around = before
    return said


def _count(element: etree._Element, name: str) -> int:
    written_count = attribute(element, name) or "1"
    is_count = written_count.isdecimal() and len(written_count) < 9
    return max(1, int(written_count)) if is_count else 1
