"""Opens Office files: a ZIP of XML parts that may be a bomb, in either of two namespaces."""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from ingest.sections import LoaderError, Stated

LARGEST_PART = 128 << 20  # bytes of XML; a tree of it takes several times as much memory
LARGEST_PACKAGE = 512 << 20  # bytes of all XML parts together
MOST_PARTS = 20_000
_RATIO = 200  # XML shrinks by 10 to 50 times; more than this is a bomb
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_ORDERS_TO_DRAW = (".emf", ".wmf", ".emz", ".wmz")


class Package:
    """The parts of an Office file, each read with a limit.

    Raises LoaderError for damaged or encrypted files and for bombs.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, EOFError, OSError):
            raise LoaderError("is damaged: it cannot be opened; get the file again") from None
        infos = self._archive.infolist()
        if len(infos) > MOST_PARTS:
            raise LoaderError(
                f"has {len(infos):,} parts inside, more than {MOST_PARTS:,}: damaged or hostile; "
                "save it again with Office"
            )
        if any(info.flag_bits & 1 for info in infos):
            raise LoaderError("is encrypted; save a copy without a password")
        self._names = {_usual(info.filename): info.filename for info in infos}
        self._refuse_bombs(
            [info for info in infos if info.filename.lower().endswith((".xml", ".rels"))]
        )
        # A part is what the list of types says, whatever its name ends in.
        ends, parts = self._xml_types()
        typed = [
            info
            for info in infos
            if (name := _usual(info.filename)) in parts or name.rpartition(".")[2] in ends
        ]
        self._refuse_bombs(typed)

    def _refuse_bombs(self, xml: "list[zipfile.ZipInfo]") -> None:
        declared = sum(info.file_size for info in xml)
        if declared > LARGEST_PACKAGE:
            raise LoaderError(
                f"unpacks to {declared >> 20:,} MiB of XML, more than {LARGEST_PACKAGE >> 20} MiB; "
                "split it into smaller files"
            )
        for info in xml:
            if info.file_size > 16 << 20 and info.file_size > _RATIO * (info.compress_size or 1):
                raise LoaderError(
                    f"unpacks to {info.file_size >> 20:,} MiB from {info.compress_size >> 10:,} "
                    "KiB: damaged or hostile; save it again with Office"
                )

    def _xml_types(self) -> tuple[set[str], set[str]]:
        """Endings and names, in lower case, of the parts that [Content_Types].xml calls XML."""
        tree = self.tree("[Content_Types].xml")
        ends, parts = {"xml", "rels"}, set[str]()
        for one in [] if tree is None else tree:
            kind = (one.get("ContentType") or "").partition(";")[0].strip().lower()
            if not kind.endswith("xml"):
                continue
            ends |= {end.lower() for end in [one.get("Extension")] if end}
            parts |= {name.lstrip("/").lower() for name in [one.get("PartName")] if name}
        return ends, parts

    def names(self) -> list[str]:
        """Names of all parts, with slashes between folders."""
        return [name.replace("\\", "/") for name in self._names.values()]

    def read(self, name: str) -> bytes | None:
        """The bytes of a part, None where there is no such part."""
        actual = self._names.get(_usual(name.lstrip("/")))
        if actual is None:
            return None
        try:
            with self._archive.open(actual) as part:
                data = part.read(LARGEST_PART + 1)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise LoaderError(f"is damaged ({actual}: {error}); get the file again") from None
        except Exception as error:  # zlib.error has no public base below Exception
            if isinstance(error, MemoryError):
                raise
            raise LoaderError(f"is damaged ({actual}: {error}); get the file again") from None
        if len(data) > LARGEST_PART:
            raise LoaderError(
                f"has a part ({actual}) of more than {LARGEST_PART >> 20} MiB; "
                "split it into smaller files"
            )
        return data

    def tree(self, name: str) -> etree._Element | None:
        """A part as an XML tree in which no entity was expanded and nothing fetched."""
        data = self.read(name)
        return None if data is None else parse_xml(data, name)

    def picture(self, name: str) -> bytes | None:
        """A picture; None for one of orders to draw (EMF, WMF), which nobody here follows."""
        return None if name.lower().endswith(_ORDERS_TO_DRAW) else self.read(name)

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part: id -> (last word of the type, part name)."""
        folder, base = posixpath.split(name)
        tree = self.tree(posixpath.join(folder, "_rels", base + ".rels"))
        found: dict[str, tuple[str, str]] = {}
        for relation in [] if tree is None else tree.iter(f"{{{_RELATIONS}}}Relationship"):
            if relation.get("TargetMode") == "External":
                continue
            target = relation.get("Target", "").replace("\\", "/")
            path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
            kind = relation.get("Type", "").rsplit("/", 1)[-1]
            found[relation.get("Id", "")] = (kind, posixpath.normpath(path))
        return found

    def main_part(self) -> str:
        """Name of the part that holds the document itself."""
        for kind, name in self.related("").values():
            if kind == "officeDocument" and _usual(name) in self._names:
                return name
        raise LoaderError("has no document inside: it is damaged; get the file again")

    def title(self) -> str:
        """The title in the file's properties, or ""."""
        try:
            tree = self.tree("docProps/core.xml")
        except LoaderError:
            return ""
        if tree is None:
            return ""
        found = tree.find("{http://purl.org/dc/elements/1.1/}title")
        return "" if found is None else (found.text or "").strip()

    def stated(self) -> Stated:
        """What the file's properties say of it."""
        try:
            tree = self.tree("docProps/core.xml")
        except LoaderError:
            return Stated()
        said = {local(item): (item.text or "").strip() for item in (() if tree is None else tree)}
        return Stated(
            said.get("creator", ""),
            said.get("language", ""),
            said.get("created", ""),
            said.get("modified", ""),
        )


def _usual(name: str) -> str:
    """The name of a part as it is compared; some programs write it in the manner of Windows."""
    return name.replace("\\", "/").lower()


def parse_xml(data: bytes, name: str) -> etree._Element:
    """Parse a part; a document type, which Office never writes, is refused outright."""
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:65536]:
        raise LoaderError(
            f"declares XML entities in {name}, which Office never does: damaged or hostile; "
            "save it again with Office"
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise LoaderError(f"is damaged ({name}: {error.msg}); save it again with Office") from None
    if root.getroottree().docinfo.doctype:
        raise LoaderError(f"declares XML entities in {name}: damaged or hostile")
    return root


def named(tree: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The elements of these names without namespace, in their order, the tree itself among them.

    Faster than to look at each element's name.
    """
    yield from tree.iter(*(f"{{*}}{name}" for name in names))


def local(element: etree._Element) -> str:
    """An element's name without its namespace (transitional and strict files differ in it)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    tag = element.tag
    # Most have the namespace of their element, or none.
    value = element.get(f"{tag[: tag.rfind('}') + 1]}{name}" if isinstance(tag, str) else name)
    if value is None:
        value = element.get(name)
    if value is not None:
        return str(value)
    for key, other in element.items():
        if str(key).rpartition("}")[2] == name:
            return str(other)
    return None
