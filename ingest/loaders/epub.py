"""Reads EPUB books: their chapters in the order of reading, under their headings."""

import posixpath
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import unquote

from lxml import etree

from ingest.encoding import decode
from ingest.loaders.html.loader import html_sections
from ingest.loaders.office.ooxml import Package, attribute, local
from ingest.sections import Findings, LoaderError, Section, Stated

_PAGES = frozenset(("application/xhtml+xml", "text/html", "application/x-dtbook+xml"))
_SHEETS = frozenset(("text/css",))
_FONTS = (b"http://www.idpf.org/2008/embedding", b"http://ns.adobe.com/pdf/enc#RC")


def load_epub(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """The chapters. Raises LoaderError for a damaged book, and for one that is protected."""
    package = Package(file)
    _refuse_protected(package)
    path = _package_path(package)
    tree = package.tree(path)
    if tree is None:
        raise LoaderError("has no book inside: it is damaged; get the file again")
    for item in tree.iter():
        if local(item) == "title" and not findings.title:
            findings.title = " ".join((item.text or "").split())
    said = {local(item): (item.text or "").strip() for item in tree.iter()}
    findings.stated = Stated(
        said.get("creator", ""), said.get("language", ""), said.get("date", ""), ""
    )
    sheets = [
        decode(data).text
        for part in _parts(tree, posixpath.dirname(path), _SHEETS).values()
        if (data := package.read(part)) is not None
    ]
    for part in _spine(tree, posixpath.dirname(path)):
        data = package.read(part)
        if data is None:
            findings.warn(f"the chapter {posixpath.basename(part)} is missing")
            continue
        text, warning = decode(data)
        if warning:
            findings.warn(warning)
        yield from html_sections(text, findings, linked=sheets)


def _refuse_protected(package: Package) -> None:
    """Fonts may be scrambled; where pages are, only the shop's own program reads them."""
    written = package.read("META-INF/encryption.xml") or b""
    methods = written.count(b"EncryptionMethod ")
    if methods > sum(written.count(one) for one in _FONTS):
        raise LoaderError("is protected against copying; ask its publisher for a free copy")


def _package_path(package: Package) -> str:
    container = package.tree("META-INF/container.xml")
    for item in () if container is None else container.iter():
        if local(item) == "rootfile" and (path := attribute(item, "full-path")):
            return path
    raise LoaderError("has no book inside: it is damaged; get the file again")


def _parts(tree: etree._Element, folder: str, kinds: frozenset[str]) -> dict[str, str]:
    """Names of the parts of some kinds, by the names that the book gives them."""
    parts: dict[str, str] = {}
    for item in tree.iter():
        if local(item) == "item" and (attribute(item, "media-type") or "") in kinds:
            path = posixpath.join(folder, unquote(attribute(item, "href") or ""))
            parts[attribute(item, "id") or ""] = posixpath.normpath(path)
    return parts


def _spine(tree: etree._Element, folder: str) -> Iterator[str]:
    """The parts that are pages, in the order of reading."""
    parts = _parts(tree, folder, _PAGES)
    for item in tree.iter():
        if local(item) == "itemref" and (part := parts.get(attribute(item, "idref") or "")):
            yield part
