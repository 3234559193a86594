"""Reads web pages: what a reader sees, under its headings, tables with their column names."""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from ingest.encoding import decode
from ingest.loaders.figures import Figures, embedded_picture
from ingest.loaders.html.counters import Counters
from ingest.loaders.html.css import for_screens
from ingest.loaders.html.lists import Lists
from ingest.loaders.html.styles import Styles
from ingest.loaders.html.tables import TableParts
from ingest.loaders.notation import Piece, formula, written
from ingest.loaders.tables import TableReader
from ingest.sections import Findings, Outline, Section, Stated

_DROPPED = frozenset(
    "script style template noscript canvas iframe object embed audio video nav button "
    "datalist head meta link rt rp".split()
)
_LISTS = frozenset(("ol", "ul", "menu"))
_LABEL_END = "\x1f"  # between an item's number and its text; no text of a page has it
_ITEM_START = re.compile(rf"{_LABEL_END}\s*")
_TICKED, _BOX = "[x]", "[ ]"
_WHOLE = frozenset(("math", "select", "svg"))
_DEEPEST_FRAME = 3
_FAINT = ("opacity", "fill-opacity", "font-size")
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure "
    "footer form header hr legend li main menu ol p section summary table tbody td tfoot th thead "
    "tr ul caption pre html".split()
)
_PIECE = 1 << 16  # characters that the parser gets at a time; it takes no 10 MB at once
# It drops the end of a text of over 10 MB without an error; an element that shows nothing parts it.
_LONG_TEXT = re.compile(r"([^<]{1000000,2000000}?)\s(?=[^<])")
_HIDDEN_ROLES = frozenset(("navigation", "search", "menu", "menubar"))
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.I)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([A-Za-z0-9_.-]{2,40})", re.I)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def load_html(data: bytes, findings: Findings) -> Iterator[Section]:
    """Sections of the visible text; navigation, scripts and hidden parts are left out."""
    declared = _CHARSET.search(data[:4096]) or _XML_CHARSET.search(data[:200])
    text, warning = decode(data, declared[1].decode("ascii") if declared else "")
    if warning:
        findings.warn(warning)
    yield from html_sections(text, findings)


def html_sections(
    text: str, findings: Findings, root: str = "", linked: Iterable[str] = (), depth: int = 0
) -> Iterator[Section]:
    """The same for text that is already decoded, below the heading `root`.

    `linked` are style sheets that lie beside the page; `depth` counts the frames around it.
    """
    text = _XML_DECLARATION.sub("", text.replace("\0", ""), count=1)
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    text = _LONG_TEXT.sub(r"\1<wbr> ", text)
    for at in range(0, len(text), _PIECE):
        parser.feed(text[at : at + _PIECE])
    tree = parser.close() if text.strip() else None
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        findings.warn("is nested too deeply; what lies deeper than 256 elements was not read")
    if tree is None:
        return
    title = tree.find(".//head/title")
    if title is not None and title.text and not findings.title:
        findings.title = " ".join(title.text.split())
    if not root and not findings.stated.author:
        findings.stated = _stated(tree)
    sheets = [sheet for sheet in tree.iter("style") if for_screens(sheet.get("media", ""))]
    styles = Styles([*linked, *("".join(sheet.itertext()) for sheet in sheets)])
    yield from _Walk(findings, root, styles, depth).sections(tree)


def _stated(tree: etree._Element) -> Stated:
    """What the head of a page says of it."""
    said = {
        (item.get("name") or item.get("property") or "").lower(): item.get("content", "")
        for item in tree.iterfind(".//head/meta")
    }
    made = said.get("date") or said.get("dcterms.created") or said.get("article:published_time")
    changed = said.get("last-modified") or said.get("dcterms.modified") or said.get(
        "article:modified_time"
    )  # fmt: skip
    author = said.get("author") or said.get("dc.creator") or ""
    return Stated(author, tree.get("lang") or "", made or "", changed or "")


class _Walk:
    def __init__(self, findings: Findings, root: str, styles: Styles, depth: int) -> None:
        self._findings = findings
        self._depth = depth
        self._styles = styles
        self._outline = Outline(findings, root)
        self._lists = Lists(styles)
        self._figures = Figures(findings)
        self._counters = Counters(styles)
        self._tables = TableParts(styles)
        self._after: dict[etree._Element, str] = {}  # what styles write at the end of open elements
        self._parts: list[Piece] = []
        self._hidden = 0
        self._struck = 0
        self._was_unseen = False

    def sections(self, tree: etree._Element) -> Iterator[Section]:  # noqa: PLR0912
        walker = etree.iterwalk(tree, events=("start", "end"))
        for event, element in walker:
            name = element.tag if isinstance(element.tag, str) else ""
            if event == "end":
                if self._after and (after := self._after.pop(element, "")):
                    self._parts.append((after, self._styles.look(element).place))
                if name in _BLOCKS:
                    self._say("\n\n" if name == "p" else "\n")
                if name in _LISTS:
                    self._lists.leave()
                self._counters.leave(element)
                if (above := element.getparent()) is not None:
                    self._add(element.tail, above)
                continue
            if (
                name == "iframe"
                and element.get("srcdoc")
                and not self._styles.shows_nothing(element)
            ):
                yield from self._flush()
                yield from self._framed(element.get("srcdoc", ""))
            if self._is_dropped(element, name):
                walker.skip_subtree()  # its end event still comes, and brings the tail
                self._silence(element)
            elif len(name) == 2 and name[0] == "h" and name[1] in "123456":
                yield from self._flush()
                number = self._counters.enter(element)
                yield from self._outline.open(
                    int(name[1]), f"{number} {self._inner(element)}".strip()
                )
                walker.skip_subtree()
            elif name == "pre":
                yield from self._flush()
                if code := written(self._texts(element)).strip("\n"):
                    yield self._outline.place(code, kind="code")
                walker.skip_subtree()
            elif self._tables.is_data(element):
                yield from self._flush()
                yield from self._table(element)
                walker.skip_subtree()
            elif name == "img" and (picture := embedded_picture(element.get("src", ""))):
                if said := self._figures.text(picture, [element.get("alt", "")]):
                    yield from self._flush()
                    yield self._outline.place(said, kind="figure")
            elif name in _WHOLE:
                self._say(f" {self._whole(element, name)} ")
                walker.skip_subtree()
            else:
                self._start(element, name)
        yield from self._flush()
        yield from self._outline.close()
        if self._hidden:
            self._findings.warn(f"{self._hidden} hidden parts were left out")
        if self._struck:
            self._findings.warn(f"{self._struck} struck-through passages were left out")

    def _start(self, element: etree._Element, name: str) -> None:
        if name in _LISTS:
            self._lists.enter(element)
        number = self._counters.enter(element)
        if name == "li":
            label = number or self._lists.label(element)
            self._say(f"\n{label}{_LABEL_END}" if label else "\n")
        elif name == "br":
            self._say("\n")
        elif name in _BLOCKS:
            self._say("\n\n" if name == "p" else "\n")
        elif name == "img" and len(alt := element.get("alt", "")) > 3:
            self._say(f" {alt} ")
        elif name in {"input", "textarea"}:
            self._say(f" {self._field(element)} ")
        if number and name != "li":
            self._say(f"{number} ")
        if not self._styles.counts:
            self._add(element.text, element)
            return
        if before := self._seen(self._counters.before(element), element):
            self._parts.append((before, self._styles.look(element).place))
        self._add(element.text, element)
        if after := self._seen(self._counters.after(element), element):
            self._after[element] = after

    def _framed(self, page: str) -> Iterator[Section]:
        """A page that stands whole in a frame of this one, under its headings."""
        if self._depth < _DEEPEST_FRAME:
            yield from html_sections(
                page, self._findings, self._outline.path, depth=self._depth + 1
            )

    def _say(self, text: str) -> None:
        self._parts.append((text, "line"))

    def _field(self, element: etree._Element) -> str:
        """What stands in a field of a form, or whether it is ticked."""
        kind = element.get("type", "").lower()
        if kind in {"checkbox", "radio"}:
            return _TICKED if "checked" in element.attrib else _BOX
        return self._seen(element.get("value"), element)

    def _whole(self, element: etree._Element, name: str) -> str:
        """A formula, the words of a drawing, or the chosen entry of a list, in one line."""
        if name == "math":
            return formula(element) if not self._styles.look(element).unseen else ""
        if name == "svg":
            return ", ".join(filter(None, map(self._label, element.iter("text"))))
        chosen = [one for one in element.iter("option") if "selected" in one.attrib]
        return ", ".join(self._seen("".join(one.itertext()).strip(), one) for one in chosen)

    def _label(self, text: etree._Element) -> str:
        """The words of a text in a drawing, unless they are painted so that nobody sees them."""
        hidden = any(
            one.get("fill", "").strip().lower() in {"none", "transparent"}
            or one.get("display") == "none"
            or any(one.get(name, "1")[:3] in {"0", "0.0", ".0"} for name in _FAINT)
            for one in (text, *text.iterancestors())
        )
        return (
            ""
            if hidden
            else " ".join(" ".join(self._seen(said, text) for said in text.itertext()).split())
        )

    def _add(self, said: str | None, owner: etree._Element) -> None:
        if not said:
            return
        look = self._styles.look(owner)
        if text := self._shown(said, owner):
            flat = " ".join(text.split())
            lead = " " if text[0].isspace() else ""
            shown = lead + flat + (" " if flat and text[-1].isspace() else "")
            self._parts.append((shown, look.place))

    def _flush(self) -> Iterator[Section]:
        text = written(self._parts)
        self._parts.clear()
        text = re.sub(r" ?\n ?", "\n", re.sub(r"[ \t]+", " ", text))
        text = re.sub(r"\n{3,}", "\n\n", text).strip()
        text = re.sub(rf"\n\n(?=\S{{1,12}}{_LABEL_END})", "\n", text)
        text = _ITEM_START.sub(" ", text).strip()
        if text and text != "•":
            yield self._outline.place(text)

    def _is_dropped(self, element: etree._Element, name: str) -> bool:
        if name in _DROPPED or element.get("role", "") in _HIDDEN_ROLES:
            return True
        if name == "dialog" and "open" not in element.attrib:
            return True
        if not _is_hidden(element, name, self._styles):
            return False
        self._hidden += any(text.strip() for text in element.itertext())
        return True

    def _seen(self, text: str | None, owner: etree._Element) -> str:
        """A text that stands in an element, or nothing where nobody can read it there."""
        return self._shown(text, owner) if text else ""

    def _shown(self, text: str, owner: etree._Element) -> str:
        """A text in letters that look as they do there."""
        if text.isspace():
            return text
        look = self._styles.look(owner)
        unseen = look.unseen
        if unseen and look.opaque == 1 and not look._replace(colour=None).unseen:  # by its colour
            unseen = not self._styles.may_be_over_a_picture(owner)
        self._hidden += unseen and not self._was_unseen  # what goes on from there is the same part
        self._was_unseen = unseen
        if not unseen and look.struck:
            self._struck += 1
            return " "
        return "" if unseen else text

    def _silence(self, element: etree._Element) -> None:
        """Make sure that nobody else (a heading, a table) reads what was dropped."""
        element.text = None
        for child in list(element):
            element.remove(child)

    def _inner(self, element: etree._Element) -> str:
        """Visible text of a heading or a cell, with spaces where blocks and lines part."""
        return " ".join(written(self._texts(element, between=" ")).split())

    def _texts(  # noqa: PLR0912  # one for each kind of element
        self, element: etree._Element, between: str = ""
    ) -> Iterator[Piece]:
        """The visible texts in an element, with `between` where blocks and lines part."""
        walker = etree.iterwalk(element, events=("start", "end"))
        for event, item in walker:
            name = item.tag if isinstance(item.tag, str) else ""
            if event == "start":
                if item is not element and self._is_dropped(item, name):
                    walker.skip_subtree()
                    continue
                if name in _WHOLE:
                    yield f" {self._whole(item, name)} ", "line"
                    walker.skip_subtree()
                    continue
                if between and name in _LISTS:
                    self._lists.enter(item)
                yield between if name in _BLOCKS or name == "br" else "", "line"
                if between and name == "li" and item is not element:
                    yield f" {self._lists.label(item)} ", "line"
                if self._styles.counts:
                    before = self._seen(self._counters.before(item), item)
                    yield before, self._styles.look(item).place
                yield self._seen(item.text, item), self._styles.look(item).place
                if between and name == "img":
                    yield item.get("alt", ""), "line"
                elif between and name in {"input", "textarea"}:
                    yield f" {self._field(item)} ", "line"
            else:
                if between and name in _LISTS:
                    self._lists.leave()
                if self._styles.counts and not (name in _WHOLE or name in _DROPPED):
                    after = self._seen(self._counters.after(item), item)
                    yield after, self._styles.look(item).place
                if item is not element:
                    yield between if name in _BLOCKS else "", "line"
                    owner = item.getparent()
                    yield self._seen(item.tail, owner), self._styles.look(owner).place

    def _table(self, table: etree._Element) -> Iterator[Section]:
        caption = table.find("caption")
        title = self._inner(caption) if caption is not None else ""
        rows, header = self._tables.grid(table, self._inner, self._is_dropped)
        for lines, grid in TableReader(rows, header).sections(title):
            section = self._outline.place(lines, kind="table", grid=grid)
            if title:
                heading = f"{section.heading} > {title}" if section.heading else title
                section = section._replace(heading=heading)
            yield section


def _is_hidden(element: etree._Element, name: str, styles: Styles) -> bool:
    attributes = element.attrib
    if attributes.get("aria-hidden", "").lower() == "true":
        return True
    if name == "input" and attributes.get("type", "").lower() in {"hidden", "password"}:
        return True
    return styles.look(element).gone
