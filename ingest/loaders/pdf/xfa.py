"""Reads XFA forms: forms in XML that a PDF carries, of which its own pages show a notice alone.

Sources: XML Forms Architecture 3.3, "Template Specification" and "Data Model"; ISO 32000-1, 12.7.8.
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree

_MOST_BYTES = 20_000_000  # of all its parts
_MOST_LINES = 20_000
_UNSEEN = frozenset({"hidden", "invisible", "inactive"})


def xfa_lines(reader: Any) -> list[str]:
    """What a form says: its texts, and its fields with their values; [] where there is none.

    Raises what pypdf raises on broken files, and ValueError for XML that cannot be read.
    """
    root = reader.trailer["/Root"].get_object()
    form = root.get("/AcroForm")
    form = form.get_object() if form is not None else None
    parts = form.get("/XFA") if form is not None else None
    if parts is None:
        return []
    trees = [_tree(data) for data in _packets(parts.get_object())]
    values: dict[str, list[str]] = {}
    for tree in trees:
        for data in _all(tree, "data"):
            for leaf in data.iter(etree.Element):
                if not len(leaf) and leaf.text and leaf.text.strip():
                    values.setdefault(_local(leaf), []).append(" ".join(leaf.text.split()))
    lines = [
        line for tree in trees for template in _all(tree, "template")
        for line in _said(template, values)
    ]  # fmt: skip
    lines += [f"{name}: {value}" for name, rest in values.items() for value in rest]
    return list(dict.fromkeys(lines))[:_MOST_LINES]


def _packets(parts: Any) -> Iterator[bytes]:
    """The XML of the form: a stream, or names and streams in turn, of one document or several."""
    streams = [parts] if hasattr(parts, "get_data") else [one.get_object() for one in parts[1::2]]
    size = 0
    for stream in streams:
        data = stream.get_data()
        size += len(data)
        if size > _MOST_BYTES:
            raise ValueError("its form is too large")
        yield data


def _tree(data: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        tree = etree.fromstring(data.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(str(error)) from None
    return tree if tree is not None else etree.Element("empty")


def _said(element: Any, values: dict[str, list[str]]) -> Iterator[str]:
    """The lines of an element and those within it, without what viewers do not show."""
    name = _local(element)
    if element.get("presence") in _UNSEEN:
        return
    if name == "draw":
        if text := _text_in(element, "value"):
            yield text
    elif name == "field":
        caption = _text_in(element, "caption")
        own = values.get(element.get("name", ""), [])
        value = own.pop(0) if own else _text_in(element, "value")
        if value:
            yield f"{caption or element.get('name', '')}: {value}"
        elif caption:
            yield caption
    else:
        for child in element.iterchildren(etree.Element):
            yield from _said(child, values)


def _text_in(element: Any, name: str) -> str:
    """The words in a child of that name; pictures have none."""
    found = next((child for child in element if _local(child) == name), None)
    if found is None or any(_local(one) == "image" for one in found.iter(etree.Element)):
        return ""
    return " ".join(" ".join(found.itertext()).split())


def _all(tree: Any, name: str) -> list[Any]:
    return [element for element in tree.iter(etree.Element) if _local(element) == name]


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
