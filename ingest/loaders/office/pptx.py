"""Reads presentations: a page a slide, its title as heading, then tables, charts and notes."""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from ingest.loaders.colours import from_hex, nearly_the_same
from ingest.loaders.office.ooxml import Package, attribute, local
from ingest.loaders.tables import TableReader
from ingest.sections import Findings, LoaderError, Section

_TITLES = frozenset(("title", "ctrTitle"))
_SHAPES = frozenset(("sp", "graphicFrame", "grpSp", "pic"))
_TINY = 150  # hundredths of a point
_FAINT = 5_000  # thousandths of a per cent that letters cover their ground
_FURNITURE = frozenset(("sldNum", "dt", "hdr", "ftr", "sldImg"))


def load_pptx(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Sections slide by slide; hidden slides are left out with a warning."""
    package = Package(file)
    findings.title = package.title()
    main = package.main_part()
    presentation = package.tree(main)
    assert presentation is not None  # main_part() named an existing part
    related = package.related(main)
    names = []
    for item in presentation.iter():
        if local(item) == "sldId":
            relation = next(
                (str(value) for key, value in item.attrib.items() if str(key).endswith("}id")), ""
            )
            if relation in related:
                names.append(related[relation][1])
    findings.pages = len(names)
    stage = _Stage(presentation)
    hidden = 0
    for page, name in enumerate(names, 1):
        tree = package.tree(name)
        if tree is None:
            raise LoaderError(f"is damaged: slide {page} is missing; save it again with Office")
        if attribute(tree, "show") in {"0", "false"}:
            hidden += 1
            continue
        stage.clear(tree)
        yield from _slide(tree, page, name, package, findings)
    if hidden:
        findings.warn(f"{hidden} hidden slides were left out")
    if stage.cleared:
        findings.warn(f"{stage.cleared} shapes or texts that no slide shows were left out")


class _Stage:
    """The area that slides show, and how much beside it was taken away."""

    def __init__(self, presentation: etree._Element) -> None:
        size = next((item for item in presentation.iter() if local(item) == "sldSz"), None)
        self._width, self._height = _pair(size, "cx", "cy") or (0, 0)
        self.cleared = 0

    def clear(self, tree: etree._Element) -> None:
        """Take out shapes that are hidden or off the slide, and letters that nobody sees."""
        for shape in [item for item in tree.iter() if local(item) in _SHAPES]:
            if self._is_hidden(shape) or self._is_off(shape):
                self._remove(shape)
                continue
            if local(shape) not in {"sp", "graphicFrame"}:
                continue
            fill = _fill(next((item for item in shape if local(item) == "spPr"), None))
            for run in [item for item in shape.iter() if local(item) == "r"]:
                if _is_unseen(run, _cell_fill(run) or fill):
                    self._remove(run)

    def _remove(self, element: etree._Element) -> None:
        self.cleared += any(local(item) == "t" and (item.text or "").strip()
                            for item in element.iter())  # fmt: skip
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    def _is_hidden(self, shape: etree._Element) -> bool:
        named = next((item for item in shape.iter() if local(item) == "cNvPr"), None)
        return named is not None and attribute(named, "hidden") in {"1", "true"}

    def _is_off(self, shape: etree._Element) -> bool:
        """Whether a shape lies beside the slide; inside a group other measures hold."""
        parent = shape.getparent()
        if parent is None or local(parent) != "spTree" or not self._width:
            return False
        frame = next((item for item in shape.iter() if local(item) == "xfrm"), None)
        if frame is None:
            return False
        parts = {local(item): item for item in frame}
        at, size = _pair(parts.get("off"), "x", "y"), _pair(parts.get("ext"), "cx", "cy")
        if at is None or size is None:
            return False
        return (
            at[0] + size[0] <= 0
            or at[1] + size[1] <= 0
            or at[0] >= self._width
            or at[1] >= self._height
        )


def _is_unseen(run: etree._Element, ground: str) -> bool:
    """Whether a run of letters is tiny, clear, or has the colour of its shape's own fill."""
    look = next((item for item in run if local(item) == "rPr"), None)
    if look is None:
        return False
    size = attribute(look, "sz") or ""
    if size.isdecimal() and int(size) <= _TINY:
        return True
    parts = {local(item) for item in look}
    if "ln" not in parts and ("noFill" in parts or _is_clear(look)):  # outlines show without a fill
        return True
    letters = _fill(look)
    one, other = from_hex(letters), from_hex(ground)
    if one is not None and other is not None:
        return nearly_the_same(one, other)
    return bool(ground) and letters == ground


def _is_clear(look: etree._Element) -> bool:
    fill = next((item for item in look if local(item) == "solidFill"), None)
    for item in () if fill is None else fill.iter():
        value = attribute(item, "val") or ""
        if local(item) == "alpha" and value.isdecimal():
            return int(value) <= _FAINT
    return False


def _cell_fill(run: etree._Element) -> str:
    """The fill of the table cell that a run stands in; "" elsewhere."""
    cell = next((item for item in run.iterancestors() if local(item) == "tc"), None)
    parts = () if cell is None else cell
    return _fill(next((item for item in parts if local(item) == "tcPr"), None))


def _fill(element: etree._Element | None) -> str:
    """What plainly fills a shape or letters: RRGGBB or the name of a theme's colour, or ""."""
    for item in () if element is None else element:
        if local(item) == "solidFill":
            for colour in item:
                changed = any(local(one) != "alpha" for one in colour)  # lighter, darker
                if local(colour) in {"srgbClr", "schemeClr"} and not changed:
                    return attribute(colour, "val") or ""
    return ""


def _pair(element: etree._Element | None, first: str, second: str) -> tuple[int, int] | None:
    if element is None:
        return None
    try:
        return int(attribute(element, first) or ""), int(attribute(element, second) or "")
    except ValueError:
        return None


def _slide(
    tree: etree._Element, page: int, name: str, package: Package, findings: Findings
) -> Iterator[Section]:
    title, texts, tables = _shapes(tree)
    related = package.related(name).values()
    for relation, part in related:
        if relation == "chart" and (chart := package.tree(part)) is not None:
            tables.append(_chart(chart))
        elif relation == "diagramData" and (diagram := package.tree(part)) is not None:
            texts.append(_text(diagram))
    findings.title = findings.title or title
    if text := "\n\n".join(filter(None, texts)):
        yield Section(text, page, title)
    shown = [part for table in tables for part in table.sections()]
    for said, grid in shown:
        yield Section(said, page, title, "table", grid)
    if title and not any(texts) and not shown:
        yield Section(title, page)
    for relation, part in related:
        notes = package.tree(part) if relation == "notesSlide" else None
        if notes is not None and (spoken := "\n\n".join(filter(None, _shapes(notes)[1]))):
            yield Section(spoken, page, f"{title} > Notes" if title else "Notes")


def _shapes(tree: etree._Element) -> tuple[str, list[str], list[TableReader]]:
    """The title, the texts and the tables of a slide, without page numbers and dates."""
    title = ""
    texts: list[str] = []
    tables: list[TableReader] = []
    for shape in tree.iter():
        if local(shape) == "tbl":
            tables.append(_table(shape))
        elif local(shape) == "sp" and (kind := _placeholder(shape)) not in _FURNITURE:
            text = _text(shape)
            if kind in _TITLES and not title:
                title = " ".join(text.split())
            else:
                texts.append(text)
    return title, texts, tables


def _placeholder(shape: etree._Element) -> str:
    for item in shape.iter():
        if local(item) == "ph":
            return attribute(item, "type") or "body"
        if local(item) == "txBody":
            break
    return ""


def _text(shape: etree._Element) -> str:
    paragraphs = []
    for paragraph in shape.iter():
        if local(paragraph) == "p":
            parts = []
            for item in paragraph.iter():
                if local(item) == "t":
                    parts.append(item.text or "")
                elif local(item) == "br":
                    parts.append("\n")
            if text := "".join(parts).strip():
                paragraphs.append(text)
    return "\n".join(paragraphs)


def _table(table: etree._Element) -> TableReader:
    rows: list[list[str]] = []
    first_row = False
    for item in table:
        if local(item) == "tblPr":
            first_row = attribute(item, "firstRow") in {"1", "true"}
        if local(item) != "tr":
            continue
        cells: list[str] = []
        for cell in item:
            if local(cell) != "tc":
                continue
            text = " ".join(_text(cell).split())
            if attribute(cell, "hMerge") in {"1", "true"} and cells:
                text = cells[-1]
            elif attribute(cell, "vMerge") in {"1", "true"} and rows:
                text = rows[-1][len(cells)] if len(cells) < len(rows[-1]) else text
            cells.append(text)
        merged = len(cells) > 1 and len(set(cells)) == 1 and cells[0]
        rows.append(cells[:1] if merged else cells)
    return TableReader(rows, 1 if first_row else None)


def _chart(tree: etree._Element) -> TableReader:
    """A chart's data as a table: a line a category, a column a series."""
    series: list[tuple[str, dict[int, str], dict[int, str]]] = []
    for item in tree.iter():
        if local(item) == "ser":
            parts = {local(child): child for child in item}
            values = parts.get("val", parts.get("yVal"))
            categories = parts.get("cat", parts.get("xVal"))
            name = " ".join(_points(parts.get("tx")).values())
            series.append((name, _points(categories), _points(values)))
    labels = series[0][1] if series else {}
    rows = [["", *(name for name, _, _ in series)]]
    for index in sorted({index for _, _, values in series for index in values}):
        rows.append([labels.get(index, ""), *(values.get(index, "") for _, _, values in series)])
    return TableReader(rows if series else [], 1)


def _points(element: etree._Element | None) -> dict[int, str]:
    found: dict[int, str] = {}
    for item in () if element is None else element.iter():
        if local(item) == "pt":
            text = "".join(v.text or "" for v in item if local(v) == "v")
            found[int(attribute(item, "idx") or 0)] = text
    return found
