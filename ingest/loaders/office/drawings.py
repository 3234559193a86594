"""Reads what is drawn on a page, a slide or a sheet: charts as tables, and words in diagrams."""

from collections.abc import Iterator

from lxml import etree

from ingest.loaders.office.number_format import shown
from ingest.loaders.office.ooxml import Package, attribute, local, named
from ingest.loaders.tables import TableReader

_FRAMES = frozenset(("inline", "anchor", "pic"))


def chart_table(tree: etree._Element) -> tuple[str, TableReader]:
    """A chart's title, and its data: a line a category, a column a series.

    Of both kinds of charts: those that Office has always had (`c:chartSpace`) and the newer
    waterfalls, funnels and the like (`cx:chartSpace`).
    """
    series = list(_newer_series(tree)) if _is_newer(tree) else list(_series(tree))
    labels: dict[int, str] = {}
    for _, categories, _ in series:
        for at, label in categories.items():
            labels.setdefault(at, label)
    across, upwards = _axes(tree)
    rows = [chart_heads([across, *(name for name, _, _ in series)], upwards)]
    for at in sorted({at for _, _, values in series for at in values}):
        rows.append([labels.get(at, ""), *(values.get(at, "") for _, _, values in series)])
    return _title(tree), TableReader(rows if series else [], 1)


def chart_heads(heads: list[str], upwards: str) -> list[str]:
    """The heads of a chart's data, with the title of the axis of values: mostly the unit."""
    first, *names = heads
    if not upwards:
        return heads
    units = f" ({upwards})"
    told = (
        name if upwards.casefold() in name.casefold() else f"{name}{units}" if name else upwards
        for name in names
    )
    return [first, *told]


def _axes(tree: etree._Element) -> tuple[str, str]:
    """The titles of the axis of categories and of that of values; "" where there are several."""
    across: list[str] = []
    upwards: list[str] = []
    for axis in tree.iter():
        if local(axis) not in {"catAx", "dateAx", "valAx", "serAx"}:
            continue
        parts = {local(part): part for part in axis}
        title = parts.get("title")
        place = parts.get("axPos")
        said = "" if title is None else _words(title)
        is_across = local(axis) != "valAx"
        if not is_across and not across and place is not None:
            # Of points, both axes have values; categories come before the values in a file.
            is_across = attribute(place, "val") in {"b", "t"}
        (across if is_across else upwards).append(said)
    return _only(across), _only(upwards)


def _only(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else ""


def _words(element: etree._Element) -> str:
    return " ".join("".join(t.text or "" for t in element.iter() if local(t) == "t").split())


_Series = tuple[str, dict[int, str], dict[int, str]]  # name, categories, values, by their places


def _is_newer(tree: etree._Element) -> bool:
    return "chartex" in str(tree.tag)


def _series(tree: etree._Element) -> Iterator[_Series]:
    for item in tree.iter():
        if local(item) == "ser":
            parts = {local(child): child for child in item}
            values = _points(parts.get("val", parts.get("yVal")))
            categories = _points(parts.get("cat", parts.get("xVal")))
            yield " ".join(_points(parts.get("tx")).values()), categories, values


def _newer_series(tree: etree._Element) -> Iterator[_Series]:
    data = {attribute(item, "id"): item for item in tree.iter() if local(item) == "data"}
    for item in tree.iter():
        if local(item) != "series":
            continue
        name = next((one.text or "" for one in item.iter() if local(one) == "v"), "")
        used = next((attribute(one, "val") for one in item if local(one) == "dataId"), None)
        source = data.get(used)
        categories: dict[int, str] = {}
        values: dict[int, str] = {}
        for dimension in () if source is None else source:
            if local(dimension) == "strDim":
                categories = categories or _points(dimension)
            elif local(dimension) == "numDim":
                values = values or _points(dimension)
        yield name, categories, values


def _points(element: etree._Element | None) -> dict[int, str]:
    """Texts or numbers by their places, as their number format shows them.

    Of labels on several levels, the outer one stands before those that it is over.
    """
    levels: list[dict[int, str]] = []
    for level in () if element is None else element.iter():
        points = [item for item in level if local(item) == "pt"]
        if not points:
            continue
        code = next((one.text or "" for one in level if local(one) == "formatCode"), "")
        code = code or attribute(level, "formatCode") or ""
        found: dict[int, str] = {}
        for item in points:
            text = "".join(v.text or "" for v in item if local(v) == "v") or (item.text or "")
            at = attribute(item, "idx") or "0"
            if at.isdecimal():
                found[int(at)] = _as_shown(text.strip(), attribute(item, "formatCode") or code)
        levels.append(found)
    if len(levels) < 2:
        return levels[0] if levels else {}
    inner, *outer = levels
    return {at: " ".join([*_above(outer, at), label]) for at, label in inner.items()}


def _above(levels: list[dict[int, str]], at: int) -> list[str]:
    """The labels over the label at this place, the outermost first."""
    found = []
    for level in reversed(levels):
        before = [place for place in level if place <= at]
        if before:
            found.append(level[max(before)])
    return found


def _as_shown(text: str, code: str) -> str:
    if not code or code == "General":
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return shown(number, code) or text


def _title(tree: etree._Element) -> str:
    """The title of the chart itself, not those of its axes."""
    for item in tree.iter():
        if local(item) in {"plotArea", "plotAreaRegion"}:
            break
        if local(item) == "title":
            return _words(item)
    return ""


def diagram_text(tree: etree._Element) -> str:
    """The words of a diagram (SmartArt), a line for each of its points."""
    lines = []
    for point in tree.iter():
        if local(point) == "p" and any(local(item) in {"r", "fld"} for item in point):
            line = "".join(item.text or "" for item in point.iter() if local(item) == "t")
            lines.append(line.strip())
    return "\n".join(filter(None, lines))


def drawn(
    package: Package, related: dict[str, tuple[str, str]], element: etree._Element
) -> Iterator[tuple[str, TableReader | None]]:
    """What a drawing shows that other parts of the file hold: title and table, or a text alone."""
    for item in named(element, "chart", "relIds"):
        name = local(item)
        reference = attribute(item, "id" if name == "chart" else "dm")
        part = related.get(reference or "")
        tree = package.tree(part[1]) if part else None
        if tree is None:
            continue
        if name == "chart":
            yield chart_table(tree)
        elif text := diagram_text(tree):
            yield text, None


def picture_parts(
    related: dict[str, tuple[str, str]], element: etree._Element
) -> Iterator[tuple[str, list[str]]]:
    """The pictures of a drawing: the part that holds each, and what its author says of it."""
    for item in named(element, "blip", "imagedata"):  # of today's drawings, and of VML
        reference = attribute(item, "embed" if local(item) == "blip" else "id")
        if reference is None:
            continue
        kind, part = related.get(reference, ("", ""))
        if kind == "image":
            frames = [one for one in item.iterancestors() if local(one) in _FRAMES]
            outer = frames[-1] if frames else element
            yield part, list(alternative_texts(outer))


def alternative_texts(element: etree._Element) -> Iterator[str]:
    """What the author says of pictures and drawings for those who cannot see them."""
    for item in named(element, "docPr", "cNvPr"):
        text = attribute(item, "descr") or ""
        if len(text) > 3:
            yield " ".join(text.split())
