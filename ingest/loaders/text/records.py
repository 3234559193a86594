"""Reads JSON and XML that hold data: lists of records as tables, all else as named values."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from lxml import etree

from ingest.encoding import decode
from ingest.loaders.tables import TableReader
from ingest.loaders.text.code import code_sections
from ingest.sections import HEADING_SEPARATOR, Findings, LoaderError, Section

_ROWS_A_SECTION = 100
_DEEPEST = 40
_MOST_COLUMNS = 100  # of records; what has more is a text of its own
_LINES_A_SECTION = 500


def load_json(data: bytes, findings: Findings) -> Iterator[Section]:
    """Records as rows with their names; a file of one value a line is a list of them.

    What is no JSON after all is shown line by line.
    """
    text, warning = decode(data)
    if warning:
        findings.warn(warning)
    value = _parsed(text)
    if value is _NOTHING:
        findings.warn("is no valid JSON; its lines were read as they stand")
        yield from code_sections(text)
        return
    yield from _sections(value, "", 0)


_NOTHING: Any = object()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise LoaderError("is nested too deeply: damaged or hostile; save it anew") from None
    except ValueError:
        pass
    values = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            values.append(json.loads(line))
        except (ValueError, RecursionError):
            return _NOTHING
    return values if values else _NOTHING


def load_xml(data: bytes, findings: Findings) -> Iterator[Section]:
    """Elements that repeat as rows with their names; no entity is expanded, nothing fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        text, warning = decode(data)
        findings.warn(f"is no valid XML ({error.msg}); its lines were read as they stand")
        if warning:
            findings.warn(warning)
        yield from code_sections(text)
        return
    yield from _sections({_name(root): _value(root, 0)}, "", 0)


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _value(element: etree._Element, depth: int) -> Any:
    """An element as a value: a text, or its attributes and children by their names."""
    if depth > _DEEPEST:
        return " ".join("".join(element.itertext()).split())
    parts: dict[str, Any] = {str(k).rpartition("}")[2]: v for k, v in element.attrib.items()}
    children = [child for child in element if isinstance(child.tag, str)]
    own = " ".join(
        " ".join(filter(None, [element.text, *(child.tail for child in element)])).split()
    )
    if not children and not parts:
        return own
    if own and children:  # words with marks among them
        return " ".join("".join(element.itertext()).split())
    for child in children:
        name, value = _name(child), _value(child, depth + 1)
        if name in parts:
            before = parts[name]
            parts[name] = [*before, value] if isinstance(before, _Many) else _Many([before, value])
            parts[name] = _Many(parts[name])
        else:
            parts[name] = value
    if own:
        parts["text"] = own
    return parts


class _Many(list[Any]):
    """The values of elements of one name, as opposed to a value that is a list."""


def _sections(value: Any, heading: str, depth: int) -> Iterator[Section]:
    """A value under the path of names that lead to it."""
    if depth > _DEEPEST:
        raise LoaderError("is nested too deeply: damaged or hostile; save it anew")
    if isinstance(value, dict):
        plain = {name: one for name, one in value.items() if _is_plain(one)}
        lines = (f"{name}: {_said(one)}" for name, one in plain.items() if _said(one))
        while part := list(islice(lines, _LINES_A_SECTION)):
            yield Section("\n".join(part), heading=heading)
        for name, one in value.items():
            if name not in plain:
                yield from _sections(one, _below(heading, str(name)), depth + 1)
    elif isinstance(value, list) and (records := _records(value)):
        names, rows = records
        for said, grid in TableReader([names, *rows], 1).sections(
            size=_ROWS_A_SECTION, decimal="."
        ):
            yield Section(said, None, heading, "table", grid)
    elif isinstance(value, list):
        for number, one in enumerate(value, 1):
            if _is_plain(one):
                yield Section(_said(one), heading=heading)
            else:
                yield from _sections(one, _below(heading, str(number)), depth + 1)
    elif said := _said(value):
        yield Section(said, heading=heading)


def _below(heading: str, name: str) -> str:
    return HEADING_SEPARATOR.join(filter(None, (heading, " ".join(name.split())[:80])))


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 20 and all(not isinstance(one, dict | list) for one in value)
    return not isinstance(value, dict)


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_said, value)))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return " ".join(str(value).split()) if not isinstance(value, str) else value.strip()


def _records(values: Sequence[Any]) -> tuple[list[str], list[list[str]]] | None:
    """Names and rows of records that have plain values, or such records within them."""
    if not values or not all(isinstance(one, dict) and one for one in values):
        return None
    flat = [dict(_flattened(one, "", 0)) for one in values]
    names = list(dict.fromkeys(name for one in flat for name in one))
    if len(names) > _MOST_COLUMNS or not all(map(_is_short, flat)):
        return None
    return names, [[one.get(name, "") for name in names] for one in flat]


def _is_short(record: dict[str, str]) -> bool:
    return all(len(value) < 2_000 for value in record.values())


def _flattened(record: dict[str, Any], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        path = f"{before} {name}".strip()
        if isinstance(value, dict) and depth < 3:
            yield from _flattened(value, path, depth + 1)
        else:
            yield path, _said(value)
