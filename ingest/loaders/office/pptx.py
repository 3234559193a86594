"""Reads presentations: a page a slide, its title as heading, then tables, charts and notes."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from lxml import etree

from ingest.loaders.colours import from_hex, nearly_the_same
from ingest.loaders.figures import Figures
from ingest.loaders.notation import Piece, Place, formula, written
from ingest.loaders.office.drawings import chart_table, diagram_text, picture_parts
from ingest.loaders.office.ooxml import Package, attribute, local, named
from ingest.loaders.ordinals import lettered, roman
from ingest.loaders.tables import Across, Below, TableReader
from ingest.sections import HEADING_SEPARATOR, Findings, LoaderError, Section

_TITLES = frozenset(("title", "ctrTitle"))
_SHAPES = frozenset(("sp", "graphicFrame", "grpSp", "pic"))
_TINY = 150  # hundredths of a point
_FAINT = 5_000  # thousandths of a per cent that letters cover their ground
_FURNITURE = frozenset(("sldNum", "dt", "hdr", "ftr", "sldImg"))


def load_pptx(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Sections slide by slide; hidden slides are left out with a warning."""
    package = Package(file)
    findings.title, findings.stated = package.title(), package.stated()
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
    figures = Figures(findings)
    hidden = struck = 0
    footers: dict[str, None] = {}
    layouts: dict[str, None] = {}
    for page, name in enumerate(names, 1):
        tree = package.tree(name)
        if tree is None:
            raise LoaderError(f"is damaged: slide {page} is missing; save it again with Office")
        if attribute(tree, "show") in {"0", "false"}:
            hidden += 1
            continue
        stage.clear(tree)
        struck += _take_out_struck(tree)
        yield from _slide(tree, page, name, package, findings, figures)
        footers.update(dict.fromkeys(_text(one) for one in named(tree, "sp") if _is_footer(one)))
        if attribute(tree, "showMasterSp") not in {"0", "false"}:
            placed = package.related(name).values()
            layouts.update(dict.fromkeys(part for kind, part in placed if kind == "slideLayout"))
    yield from _furniture(package, footers, layouts, stage)
    if hidden:
        findings.warn(f"{hidden} hidden slides were left out")
    if struck:
        findings.warn(f"{struck} struck-through passages were left out")
    if stage.cleared:
        findings.warn(f"{stage.cleared} shapes or texts that no slide shows were left out")


class _Stage:
    """The area that slides show, and how much beside it was taken away."""

    def __init__(self, presentation: etree._Element) -> None:
        size = next(named(presentation, "sldSz"), None)
        self._width, self._height = _pair(size, "cx", "cy") or (0, 0)
        self.cleared = 0

    def clear(self, tree: etree._Element) -> None:
        """Take out shapes that are hidden or off the slide, and letters that nobody sees."""
        for shape in list(named(tree, *_SHAPES)):
            if self._is_hidden(shape) or self._is_off(shape):
                self._remove(shape)
                continue
            if local(shape) not in {"sp", "graphicFrame"}:
                continue
            fill = _fill(next((item for item in shape if local(item) == "spPr"), None))
            for run in list(named(shape, "r")):
                if _is_unseen(run, _cell_fill(run) or fill):
                    self._remove(run)

    def _remove(self, element: etree._Element) -> None:
        self.cleared += any(local(item) == "t" and (item.text or "").strip()
                            for item in element.iter())  # fmt: skip
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    def _is_hidden(self, shape: etree._Element) -> bool:
        called = next(named(shape, "cNvPr"), None)
        return called is not None and attribute(called, "hidden") in {"1", "true"}

    def _is_off(self, shape: etree._Element) -> bool:
        """Whether a shape lies beside the slide; inside a group other measures hold."""
        parent = shape.getparent()
        if parent is None or local(parent) != "spTree" or not self._width:
            return False
        frame = next(named(shape, "xfrm"), None)
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
    tree: etree._Element,
    page: int,
    name: str,
    package: Package,
    findings: Findings,
    figures: Figures,
) -> Iterator[Section]:
    title, texts, tables = _shapes(tree)
    related = package.related(name).values()
    charts: list[tuple[str, TableReader]] = []
    for relation, part in related:
        if relation in {"chart", "chartEx"} and (chart := package.tree(part)) is not None:
            charts.append(chart_table(chart))
        elif relation == "diagramData" and (diagram := package.tree(part)) is not None:
            texts.append(diagram_text(diagram))
    findings.title = findings.title or title
    if text := "\n\n".join(filter(None, texts)):
        yield Section(text, page, title)
    shown = [(caption, part) for caption, table in (*(("", one) for one in tables), *charts)
             for part in table.sections(caption)]  # fmt: skip
    for caption, (said, grid) in shown:
        heading = HEADING_SEPARATOR.join(filter(None, (title, caption)))
        yield Section(said, page, heading, "table", grid)
    pictures = [
        text
        for part, descriptions in picture_parts(package.related(name), tree)
        if (text := figures.text(package.read(part), descriptions, name=part))
    ]
    for relation, part in related:
        if relation == "vmlDrawing":  # what an older program shows of embedded sheets
            shown_as = [name for kind, name in package.related(part).values() if kind == "image"]
            pictures += filter(
                None, (figures.text(package.read(one), name=one) for one in shown_as)
            )
    for text in pictures:
        yield Section(text, page, title, "figure")
    if title and not any(texts) and not shown and not pictures:
        yield Section(title, page)
    for relation, part in related:
        notes = package.tree(part) if relation == "notesSlide" else None
        if notes is not None and (spoken := "\n\n".join(filter(None, _shapes(notes)[1]))):
            yield Section(spoken, page, f"{title} > Notes" if title else "Notes")


def _furniture(
    package: Package, footers: Iterable[str], layouts: Iterable[str], stage: _Stage
) -> Iterator[Section]:
    """What stands on many slides, once: footers, and texts of the layouts and masters in use."""
    texts = dict.fromkeys(footers)
    parts = dict.fromkeys(layouts)
    cleared = stage.cleared  # what an author keeps beside a layout is nothing that slides miss
    for part in list(parts):
        tree = package.tree(part)
        if tree is not None and attribute(tree, "showMasterSp") not in {"0", "false"}:
            related = package.related(part).values()
            parts.update(dict.fromkeys(name for kind, name in related if kind == "slideMaster"))
    for part in parts:
        if (tree := package.tree(part)) is None:
            continue
        stage.clear(tree)
        _take_out_struck(tree)
        for shape in named(tree, "sp"):
            # A place of a layout shows nothing itself: its words say what to write there.
            if next(named(shape, "ph"), None) is None and not _is_fallback(shape):
                texts[_text(shape)] = None
    stage.cleared = cleared
    said = [text for text in texts if len(text) > 3 and any(map(str.isalpha, text))]
    if said:
        yield Section("\n".join(said), heading="Footer")


def _is_footer(shape: etree._Element) -> bool:
    return _placeholder(shape) in {"ftr", "hdr"}


def _shapes(tree: etree._Element) -> tuple[str, list[str], list[TableReader]]:
    """The title, the texts and the tables of a slide, without page numbers and dates."""
    title = ""
    texts: list[str] = []
    tables: list[TableReader] = []
    for shape in named(tree, "sp", "tbl"):
        if _is_fallback(shape):
            continue
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
    for item in named(shape, "ph", "txBody"):
        return (attribute(item, "type") or "body") if local(item) == "ph" else ""
    return ""


def _is_fallback(element: etree._Element) -> bool:
    """Whether another form of the same is shown instead."""
    if local(element) not in {"sp", "tbl"}:
        return False
    return any(local(above) == "Fallback" for above in element.iterancestors())


def _take_out_struck(tree: etree._Element) -> int:
    """Take out letters that are struck through; returns how many pieces they were."""
    count = 0
    for run in list(named(tree, "r", "fld")):
        look = next((item for item in run if local(item) == "rPr"), None)
        if look is None or attribute(look, "strike") in {None, "noStrike"}:
            continue
        count += any(local(item) == "t" and (item.text or "").strip() for item in run)
        above = run.getparent()
        if above is not None:
            above.remove(run)
    return count


def _text(shape: etree._Element) -> str:
    paragraphs = []
    numbers: dict[int, int] = {}
    for paragraph in named(shape, "p"):
        label = _number_of(paragraph, numbers)
        if text := written(_pieces(paragraph)).strip():
            paragraphs.append(f"{label} {text}" if label else text)
    return "\n".join(paragraphs)


def _pieces(paragraph: etree._Element) -> Iterator[Piece]:
    for item in paragraph:
        name = local(item)
        if name == "br":
            yield "\n", "line"
        elif name == "fld" and attribute(item, "type") == "slidenum":
            continue  # a number of the slide, or what stands for it
        elif name in {"r", "fld"}:
            look = next((part for part in item if local(part) == "rPr"), None)
            place = _place(look)
            yield from ((part.text or "", place) for part in item if local(part) == "t")
        elif name in {"AlternateContent", "m"}:
            found = (one for one in item.iter() if local(one) in {"oMathPara", "oMath"})
            if (math := next(found, None)) is not None:
                yield formula(math), "line"


def _place(look: etree._Element | None) -> Place:
    baseline = "" if look is None else attribute(look, "baseline") or ""
    if not baseline.lstrip("-").isdecimal() or int(baseline) == 0:
        return "line"
    return "down" if baseline.startswith("-") else "up"


def _number_of(paragraph: etree._Element, numbers: dict[int, int]) -> str:
    """The number that is written before a paragraph; `numbers` has the last one of each level."""
    properties = next((item for item in paragraph if local(item) == "pPr"), None)
    written_level = "" if properties is None else attribute(properties, "lvl") or ""
    level = int(written_level) if written_level.isdecimal() else 0
    form = next((i for i in (() if properties is None else properties)
                 if local(i) == "buAutoNum"), None)  # fmt: skip
    for deeper in [one for one in numbers if one > level or (one == level and form is None)]:
        del numbers[deeper]
    if form is None:
        return ""
    start = attribute(form, "startAt") or ""
    first = int(start) if start.isdecimal() else 1
    number = numbers[level] = numbers[level] + 1 if level in numbers else first
    kind = attribute(form, "type") or ""
    said = str(number)
    if kind.startswith("alpha"):
        said = lettered(number).upper() if kind.startswith("alphaUc") else lettered(number)
    elif kind.startswith("roman"):
        said = roman(number) if kind.startswith("romanUc") else roman(number).lower()
    if kind.endswith("ParenBoth"):
        return f"({said})"
    return f"{said})" if kind.endswith("ParenR") else said if kind.endswith("Plain") else f"{said}."


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
                text = Across(cells[-1])
            elif attribute(cell, "vMerge") in {"1", "true"} and rows:
                text = Below(rows[-1][len(cells)]) if len(cells) < len(rows[-1]) else text
            cells.append(text)
        rows.append(cells)
    return TableReader(rows, 1 if first_row else None)
