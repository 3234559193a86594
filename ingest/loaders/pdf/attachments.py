"""Finds the files within a PDF: attached ones, those of a portfolio, and those pinned to a page."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pypdf import PageObject, PdfReader

from ingest.sections import Findings

_MOST = 2_000  # files
_MOST_NODES = 10_000  # of the tree of their names
_MOST_NOTES = 2_000  # of a page
_LONGEST_NAME = 300  # characters


def hand_over(found: Iterator[tuple[str, Any]], findings: Findings) -> list[str]:
    """Let each file be a document of its own, or warn of it; their names."""
    names: list[str] = []
    try:
        for name, stored in islice(found, _MOST + 1):
            if len(names) == _MOST:
                findings.warn(f"only the first {_MOST:,} attached files were read")
                break
            names.append(name)
            try:
                data = stored.get_object().get_data()
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001  # pypdf raises anything on a broken stream
                findings.warn(f"the attached file {name} is damaged ({type(error).__name__})")
                continue
            if findings.members is not None:
                findings.members(name, data, needed=True)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # the name tree of attachments may be broken
        findings.warn("attached files may not all have been found: their list is damaged")
    return names


def attached(reader: PdfReader) -> Iterator[tuple[str, Any]]:
    """Names of the files attached to the document, or of its portfolio, each with its stream."""
    names = reader.root_object.get("/Names")
    tree = names.get_object().get("/EmbeddedFiles") if names is not None else None
    nodes = [tree] if tree is not None else []
    seen = 0
    while nodes and seen < _MOST_NODES:
        node = nodes.pop(0).get_object()
        seen += 1
        nodes += list(islice(node.get("/Kids", ()), _MOST_NODES))
        pairs = node.get("/Names", ())
        pairs = pairs.get_object() if hasattr(pairs, "get_object") else pairs
        for called, specification in zip(pairs[::2], pairs[1::2], strict=False):
            yield from _file(specification, str(called))


def pinned(page: PageObject) -> Iterator[tuple[str, Any]]:
    """The files behind a page's paper clips."""
    annotations = page.get("/Annots")
    for reference in islice(annotations.get_object() if annotations else (), _MOST_NOTES):
        note = reference.get_object()
        if note.get("/Subtype") == "/FileAttachment" and "/FS" in note:
            yield from _file(note["/FS"], "attachment")


def _file(specification: Any, called: str) -> Iterator[tuple[str, Any]]:
    said = specification.get_object()
    streams = said.get("/EF") if hasattr(said, "get") else None
    if streams is None:
        return  # a link to a file elsewhere
    streams = streams.get_object()
    stored = next((streams[key] for key in ("/UF", "/F", "/Unix", "/DOS") if key in streams), None)
    name = said.get("/UF") or said.get("/F") or called
    if stored is not None:
        yield " ".join(str(name).split())[:_LONGEST_NAME] or "attachment", stored
