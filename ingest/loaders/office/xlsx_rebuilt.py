"""Writes a workbook anew with nothing in it but what is read, where the library stumbles over it.

Excel opens what openpyxl does not: parts whose names differ in case or have backslashes, the strict
form of the format, styles that are missing or say what no standard allows. Values, number formats
and what hides a cell are kept.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from lxml import etree

from ingest.loaders.office.ooxml import Package, attribute, local
from ingest.sections import LoaderError

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_ROOT = re.compile(rb"<((?:\w+:)?)worksheet\b[^<>]*>")
_CELLS = re.compile(rb"<(?:\w+:)?sheetData\b[^<>]*>")
_CELLS_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_STYLE = re.compile(rb"\ss\s*=\s*[\"'](\d{1,5})[\"']")
_NO_STYLE = re.compile(rb"\ss\s*=\s*[\"'](?!\d{1,5}[\"'])[^\"'<>]*[\"']")
# How letters look in shared strings, but for what is struck through, raised or lowered.
_LOOKS = re.compile(
    rb"<(?:\w+:)?(?:family|charset|scheme|color|rFont|sz|u|b|i|outline|shadow|condense|extend|"
    rb"phoneticPr)\b[^<>]*/>"
)
_OFF = frozenset(("0", "false"))
_HEX = re.compile(r"[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")
_MOST_STYLES = 65_490  # as many as Excel allows


class SheetPart(NamedTuple):
    """A sheet that a workbook names: "worksheet" or "chartsheet", and the part that holds it."""

    name: str
    state: str
    kind: str
    part: str


def is_strict(package: Package) -> bool:
    """Whether a workbook is in the strict form of the format, in which openpyxl finds no cells."""
    book = package.tree(package.main_part())
    return book is not None and _STRICT.decode() in str(book.tag)


def sheets_of(package: Package) -> list[SheetPart]:
    """The sheets of a workbook in their order, without those whose part is missing."""
    main = package.main_part()
    book = package.tree(main)
    related = package.related(main)
    there = {name.lower() for name in package.names()}
    found = []
    for item in () if book is None else book.iter():
        if local(item) == "sheet":
            kind, part = related.get(attribute(item, "id") or "", ("", ""))
            if part.lower() in there:
                state = item.get("state") or "visible"
                found.append(SheetPart(item.get("name") or "", state, kind, part))
    return found


def rebuilt(package: Package) -> BinaryIO:
    """The workbook anew. Raises LoaderError where a part cannot be read."""
    main = package.main_part()
    parts = dict(package.related(main).values())
    sheets = [sheet for sheet in sheets_of(package) if sheet.kind == "worksheet"]
    strings = package.read(parts.get("sharedStrings", "")) if "sharedStrings" in parts else None
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        most = 0
        for sheet in sheets:
            data = _cells(package.read(sheet.part) or b"")
            most = max([most, *(int(one[1]) for one in _STYLE.finditer(data))])
            archive.writestr(sheet.part, data)
        if strings is not None:
            archive.writestr("xl/sharedStrings.xml", _LOOKS.sub(b"", _as_usual(strings)))
        styles = package.tree(parts["styles"]) if "styles" in parts else None
        archive.writestr("xl/styles.xml", _styles(styles, min(most, _MOST_STYLES) + 1))
        archive.writestr("xl/workbook.xml", _workbook(package, main, sheets))
        relations = [("worksheet", f"/{sheet.part}") for sheet in sheets]
        relations += [("styles", "/xl/styles.xml"), ("sharedStrings", "/xl/sharedStrings.xml")]
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(relations))
        archive.writestr("_rels/.rels", _relations([("officeDocument", "/xl/workbook.xml")]))
        archive.writestr("[Content_Types].xml", _types(sheets, has_strings=strings is not None))
    file.seek(0)
    return file


def _as_usual(data: bytes) -> bytes:
    return data.replace(_STRICT, _MAIN.encode())


def _cells(data: bytes) -> bytes:
    """A sheet with its cells alone."""
    root, cells = _ROOT.search(data), _CELLS.search(data)
    if root is None or cells is None:
        return f'<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>'.encode()
    end = _CELLS_END.search(data, cells.end())
    if end is None and not cells[0].endswith(b"/>"):
        raise LoaderError("is damaged: a sheet ends too early; get the file again")
    kept = data[cells.start() : end.end() if end else cells.end()]
    whole = root[0] + kept + b"</" + root[1] + b"worksheet>"
    return _as_usual(_NO_STYLE.sub(b"", whole))


def _workbook(package: Package, main: str, sheets: Sequence[SheetPart]) -> bytes:
    root = etree.Element(f"{{{_MAIN}}}workbook", nsmap={None: _MAIN, "r": _RELATIONS})
    said = package.tree(main)
    of_1904 = any(
        local(one) == "workbookPr" and one.get("date1904", "0") not in _OFF
        for one in (() if said is None else said)
    )
    _add(root, "workbookPr", date1904="1" if of_1904 else "0")
    listed = _add(root, "sheets")
    for number, sheet in enumerate(sheets, 1):
        item = _add(listed, "sheet", name=sheet.name, sheetId=str(number), state=sheet.state)
        item.set(f"{{{_RELATIONS}}}id", f"rId{number}")
    return bytes(etree.tostring(root))


def _styles(said: etree._Element | None, count: int) -> bytes:
    """The number formats, letters and grounds of `count` styles of cells."""
    root = etree.Element(f"{{{_MAIN}}}styleSheet", nsmap={None: _MAIN})
    lists = {local(item): list(_items(item)) for item in (() if said is None else said)}
    formats = [
        (identity, one.get("formatCode") or "")
        for one in lists.get("numFmts", [])
        if (identity := one.get("numFmtId", "")).isdecimal() and one.get("formatCode")
    ]
    if formats:
        written = _add(root, "numFmts")
        for identity, code in formats:
            _add(written, "numFmt", numFmtId=identity, formatCode=code)
    fonts, fills = _add(root, "fonts"), _add(root, "fills")
    for one in lists.get("fonts", []):
        _font(one, _add(fonts, "font"))
    for one in lists.get("fills", []):
        _fill(one, _add(fills, "fill"))
    if not len(fonts):
        _add(fonts, "font")
    if not len(fills):
        _add(_add(fills, "fill"), "patternFill", patternType="none")
    _add(_add(root, "borders"), "border")
    _add(_add(root, "cellStyleXfs"), "xf")
    styles = _add(root, "cellXfs")
    for one in lists.get("cellXfs", [])[:_MOST_STYLES]:
        _add(
            styles, "xf", numFmtId=_number(one.get("numFmtId"), 1 << 16),
            fontId=_number(one.get("fontId"), len(fonts)),
            fillId=_number(one.get("fillId"), len(fills)), xfId="0",
        )  # fmt: skip
    for _ in range(len(styles), count):
        _add(styles, "xf", numFmtId="0", fontId="0", fillId="0", xfId="0")
    _add(_add(root, "cellStyles"), "cellStyle", name="Normal", xfId="0", builtinId="0")
    return bytes(etree.tostring(root))


def _items(parent: etree._Element) -> Iterator[etree._Element]:
    """The items of a list; of those for newer and older programs, the ones for older programs."""
    for item in parent:
        if local(item) == "AlternateContent":
            for choice in item:
                if local(choice) == "Fallback":
                    yield from choice
        elif local(item):
            yield item


def _font(said: etree._Element, font: etree._Element) -> None:
    for item in said:
        name, value = local(item), item.get("val", "1")
        if name == "strike":
            _add(font, "strike", val="0" if value in _OFF else "1")
        elif name == "color":
            _colour(item, font, "color")
        elif name == "sz" and value.replace(".", "", 1).isdecimal():
            _add(font, "sz", val=value)


def _fill(said: etree._Element, fill: etree._Element) -> None:
    for pattern in said:
        kind = pattern.get("patternType", "none")
        if local(pattern) == "patternFill" and kind != "none":
            # Any pattern but a solid one mixes two colours: which one does not matter.
            written = _add(
                fill, "patternFill", patternType="solid" if kind == "solid" else "gray125"
            )
            for item in pattern:
                if local(item) == "fgColor":
                    _colour(item, written, "fgColor")
        elif local(pattern) == "gradientFill":
            _add(fill, "patternFill", patternType="gray125")
    if not len(fill):
        _add(fill, "patternFill", patternType="none")


def _colour(said: etree._Element, parent: etree._Element, name: str) -> None:
    rgb, theme, indexed = (said.get(one, "") for one in ("rgb", "theme", "indexed"))
    if _HEX.fullmatch(rgb):
        _add(parent, name, rgb=rgb)
    elif theme.isdecimal():
        tint = {"tint": "0.5"} if said.get("tint", "0") != "0" else {}
        _add(parent, name, theme=theme, **tint)
    elif indexed.isdecimal():
        _add(parent, name, indexed=indexed)


def _add(parent: etree._Element, name: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_MAIN}}}{name}", attributes)


def _number(said: str | None, end: int) -> str:
    return said if said and said.isdecimal() and int(said) < end else "0"


def _relations(relations: Sequence[tuple[str, str]]) -> bytes:
    space = f"{_PACKAGE}/relationships"
    root = etree.Element(f"{{{space}}}Relationships", nsmap={None: space})
    for number, (kind, target) in enumerate(relations, 1):
        etree.SubElement(
            root, f"{{{space}}}Relationship", Id=f"rId{number}", Type=f"{_RELATIONS}/{kind}",
            Target=target,
        )  # fmt: skip
    return bytes(etree.tostring(root))


def _types(sheets: Sequence[SheetPart], *, has_strings: bool) -> bytes:
    space = f"{_PACKAGE}/content-types"
    root = etree.Element(f"{{{space}}}Types", nsmap={None: space})
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    etree.SubElement(root, f"{{{space}}}Default", Extension="rels", ContentType=rels)
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles")]
    parts += [("xl/sharedStrings.xml", "sharedStrings")] if has_strings else []
    for name, kind in (*parts, *((sheet.part, "worksheet") for sheet in sheets)):
        etree.SubElement(
            root, f"{{{space}}}Override", PartName=f"/{name}", ContentType=f"{_TYPES}.{kind}+xml"
        )
    return bytes(etree.tostring(root))
