"""What Markdown shows of its text: without tags, comments, and what its HTML hides."""

import html
import re
from collections.abc import Iterator

from lxml import etree

from ingest.loaders.html.styles import Styles
from ingest.loaders.notation import written
from ingest.loaders.text.markdown_blocks import TABLE_RULE, TAG, Block, Containers, blocks
from ingest.sections import Findings

# Characters that no text may hold stand for where rows and cells of HTML tables begin.
ROW, CELL, HEAD, _END = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
_MARKS = {"tr": ROW, "td": CELL, "th": HEAD}
_NO_MARKS = dict.fromkeys(map(ord, (ROW, CELL, HEAD, _END)), " ")
_CELL_START = re.compile(f"([{CELL}{HEAD}])")
_MARKUP = re.compile(r"<[a-z!?/]|\]:", re.IGNORECASE)
_DEFINITION = re.compile(
    r"\[(?!\s*\]|\^)(?:[^\[\]\\]|\\.){1,999}\]:[ \t]*+(?:\n[ \t]*+)?(?:<[^<>\n]*>|[^\s<]\S*)"
    r"(?:(?:[ \t]*+\n[ \t]*+|[ \t]++)"
    r"(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\)))?[ \t]*(?:\n|$)",
    re.DOTALL,
)
_START = re.compile(r"[\\`<]")
_HTML_START = re.compile(r"<(?=[A-Za-z!?/])")
_TICKS = re.compile(r"`+")
_ADDRESS = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>]+)>")
_TAG = re.compile(TAG)
_ANY_TAG = re.compile(r"</?[A-Za-z](?:\"[^\"]*\"|'[^']*'|[^\"'<>])*+(?:>|\Z)")
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w.-]*)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_UNSOUND = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_END = re.compile(r"((?<!\\)\||\n)")
_COMMENT_END = re.compile(r"--!?>")
_ENDS = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">"))
_UNPAIRED = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()
)
_VERBATIM = frozenset("script style title textarea xmp iframe noembed noframes".split())
_VERBATIM_END = re.compile(rf"</({'|'.join(sorted(_VERBATIM))})(?=[\s/>])", re.IGNORECASE)
_UNSEEN = frozenset(
    "script style title iframe noembed noframes template canvas audio video datalist".split()
)
_NEVER_SHOWN = _UNSEEN | {"<!--"}
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_BOXES = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figure form "
    "footer h1 h2 h3 h4 h5 h6 header li main menu nav ol p pre section summary table tbody td "
    "tfoot th thead tr ul".split()
)
_CLOSED_BY = {"li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "tr": {"tr"}, "p": {"p"}}
_CLOSED_BY |= {"td": {"td", "th"}, "th": {"td", "th"}}
_LIST_BOUNDS = frozenset("ul ol dl table template".split())
_TABLE_BOUNDS = frozenset("table td th caption template object".split())
_OF_TABLES = frozenset("table thead tbody tfoot tr td th".split())
_DEEPEST = 512
_TAIL = 40  # characters before a raised one that tell what it means
STRUCK = "struck-through passages were left out"


def shown(text: str, findings: Findings) -> str:
    """Markdown without tags and what no reader of it sees; what its HTML hides is reported."""
    if not _MARKUP.search(text):
        return text
    text = text.translate(_NO_MARKS)
    page = _Page(Styles(()))
    seen = "".join(page.seen(text))
    if page.sheets:  # they hold for what stands before them too
        page = _Page(Styles(page.sheets))
        seen = "".join(page.seen(text))
    if page.hidden:
        findings.warn(f"{page.hidden} hidden parts were left out")
    if page.struck:
        findings.warn(STRUCK)
    return _rows_in_lines(seen)


def _rows_in_lines(text: str) -> str:
    """Each row of an HTML table on a line of its own, that begins with `ROW` or `HEAD`."""
    said: list[str] = []
    at = 0
    while (start := text.find(ROW, at)) >= 0 and (end := text.find(_END, start)) >= 0:
        said.append(text[at:start])
        for row in text[start + 1 : end].split(ROW):
            parts = _CELL_START.split(row)
            cells = [" ".join(cell.split()) for cell in parts[2::2]]
            outside = " ".join(parts[0].split())
            if outside:
                said.append(f"\n{outside}")
            if any(cells):
                mark = HEAD if set(parts[1::2]) == {HEAD} else ROW
                said.append(f"\n{mark}{CELL.join(cells)}")
        said.append("\n")
        at = end + 1
    return "".join((*said, text[at:].translate(_NO_MARKS)))


class _Page:
    """The elements that are open at a place of the text, as a browser would have them."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._open: list[tuple[etree._Element, Containers]] = [(etree.Element("body"), ())]
        self._verbatim = ""  # the element, or "<!--", within which nothing is markup
        self._around: Containers = ()
        self._was_unseen = False
        self.hidden = 0
        self.struck = False
        self._gap = False  # something that is struck through stood right before
        self._tail = ""  # the end of what was said last
        self.sheets: list[str] = []
        self._ended: set[str] = set()  # the verbatim elements that have an end tag somewhere
        self._verbatim_text = ""
        self._floor = 1  # the elements below it were open before the block, or the cell, began

    def seen(self, text: str) -> Iterator[str]:
        """The text piece by piece; once."""
        self._ended = {name.lower() for name in _VERBATIM_END.findall(text)}
        for block in blocks(text):
            if block.kind == "blank":
                yield block.text
                continue
            self._around = block.around
            self._leave_containers()
            self._was_unseen = self._was_unseen and self._is_unseen()
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[str]:
        if block.kind == "html":
            yield self._text(block.before)
            yield from self._markup(block.text, in_html=True)
            return
        self._close({"p"}, _TABLE_BOUNDS)
        self._floor = len(self._open)
        if block.kind == "code":
            yield self._text(block.text)
            return
        yield self._text(block.before)
        text = block.text
        while block.kind == "text" and (definition := _DEFINITION.match(text)):
            text = text[definition.end() :].lstrip(" ")
        lines = text.split("\n", 2)
        if len(lines) > 1 and "|" in lines[0] and TABLE_RULE.match(lines[1].rstrip("\r")):
            for cell in _CELL_END.split(text):
                yield from self._markup(cell, in_html=False)
                self._end_inline(boxes_stay=False, formatting_stays=False)
            return
        yield from self._markup(text, in_html=False)
        self._end_inline(boxes_stay=block.kind == "text", formatting_stays=True)

    def _text(self, text: str) -> str:
        """A text as it shows where it stands: itself, or nothing."""
        if not text or text.isspace():
            return text
        if self._verbatim in _NEVER_SHOWN:
            return ""
        unseen = self._is_unseen()
        self.hidden += unseen and not self._was_unseen
        self._was_unseen = unseen
        look = self._styles.look(self._open[-1][0])
        self.struck = self.struck or (look.struck and not unseen)
        if unseen or look.struck:
            self._gap = self._gap or look.struck
            return ""
        if self._gap and self._tail.endswith(" "):
            text = text.lstrip(" ")
        self._gap = False
        if look.place != "line":
            # What stands before it on its line tells what it is raised over.
            tail = self._tail
            text = written([(tail, "line"), (text, look.place)]).removeprefix(tail)
        self._tail = text[-_TAIL:]
        return text

    def _is_unseen(self) -> bool:
        if any(element.tag in _UNSEEN for element, _ in self._open):
            return True
        return self._styles.look(self._open[-1][0]).unseen

    def _markup(self, text: str, *, in_html: bool) -> Iterator[str]:
        """The text of a block, or of a table's cell, with its tags taken to heart."""
        at = kept = 0
        endless: set[str] = set()  # what was looked for, and does not end in this text
        while True:
            if self._verbatim:
                at = kept = self._past_verbatim(text, at, in_html)
                yield self._verbatim_text
            found = (_HTML_START if in_html else _START).search(text, at)
            if not found:
                break
            start = found.start()
            if found[0] != "<":
                at = self._past_code(text, start, endless)
                continue
            end = self._comment(text, start, in_html, endless)
            tag = None
            if not end and not _ADDRESS.match(text, start):
                tag = (_ANY_TAG if in_html else _TAG).match(text, start)
                end = tag.end() if tag else 0
            if not end:
                at = start + 1
                continue
            yield self._text(text[kept:start])
            if tag:
                yield self._tag(tag[0], in_html=in_html)
            at = kept = end
        yield self._text(text[kept:])

    def _past_code(self, text: str, at: int, endless: set[str]) -> int:
        """Where the text goes on behind a code span, or behind one character that says nothing."""
        ticks = _TICKS.match(text, at)
        if not ticks:
            return at + 2  # an escaped character
        if ticks[0] in endless:
            return ticks.end()
        for closing in _TICKS.finditer(text, ticks.end()):
            if closing[0] == ticks[0]:
                return closing.end()
        endless.add(ticks[0])
        return ticks.end()

    def _comment(self, text: str, at: int, in_html: bool, endless: set[str]) -> int:
        """Where a comment or the like ends that begins here; 0 if none does."""
        for start, end in _ENDS:
            if not text.startswith(start, at):
                continue
            if start == "<!" and not text[at + 2 : at + 3].isalpha():
                return 0
            if start == "<!--" and (short := re.compile(r"<!--?->|<!-->").match(text, at)):
                return short.end()
            stop = -1 if start in endless else text.find(end, at + len(start))
            if stop >= 0:
                return stop + len(end)
            endless.add(start)
            if in_html and start == "<!--":
                self._verbatim = "<!--"
                return at + len(start)
            return len(text) if in_html else 0
        return 0

    def _past_verbatim(self, text: str, at: int, in_html: bool) -> int:
        """Where the element, or the comment, ends whose content is no markup."""
        if self._verbatim == "<!--":
            found = _COMMENT_END.search(text, at) if in_html else None
            end = found.end() if found else len(text)
        else:
            found = re.compile(rf"</{self._verbatim}(?=[\s/>])", re.IGNORECASE).search(text, at)
            end = found.start() if found else len(text)
        if self._verbatim == "style":
            self.sheets[-1] += text[at:end]
        self._verbatim_text = self._text(text[at:end])
        if found:
            self._verbatim = ""
        elif self._verbatim in _NEVER_SHOWN and text[at:end].strip():
            self.hidden += not self._was_unseen  # it goes on: more than a script may be in it
            self._was_unseen = True
        return end

    def _tag(self, tag: str, *, in_html: bool) -> str:
        """Open or close an element; the space that its text keeps from what follows.

        A lone `<script>` within a sentence opens none: many programs show what follows.
        """
        found = _NAME.match(tag)
        name = found[1].lower() if found else ""
        if tag[1] == "/":
            self._close({name}, _bounds(name))
        elif in_html or name not in _VERBATIM or name in self._ended:
            if name in _BOXES:
                self._close({"p"}, _TABLE_BOUNDS)
            if name in _CLOSED_BY:
                self._close(_CLOSED_BY[name], _LIST_BOUNDS)
            self._enter(name, _attributes(tag[len(name) + 1 :]))
        if in_html and name in _MARKS and sum(e.tag == "table" for e, _ in self._open) == 1:
            if tag[1] != "/":
                return _MARKS[name]
        elif tag.lower().startswith("</table") and not any(e.tag == "table" for e, _ in self._open):
            return _END
        return " " if name in {"br", "table"} or (tag[1] == "/" and name in _BOXES) else ""

    def _enter(self, name: str, attributes: dict[str, str]) -> None:
        above = self._open[-1][0]
        if name in _UNPAIRED or len(self._open) >= _DEEPEST:
            return
        element = etree.SubElement(above, name, attributes)
        self._open.append((element, self._around))
        if name in _VERBATIM:
            self._verbatim = name
        if name == "style":
            self.sheets.append("")

    def _close(self, names: set[str], bounds: frozenset[str]) -> None:
        """Close the innermost open element of one of these names, and all in it."""
        for level in range(len(self._open) - 1, 0, -1):
            tag = self._open[level][0].tag
            if tag in names:
                self._leave(level)
                return
            if tag in bounds:
                return

    def _leave(self, level: int) -> None:
        """Close all open elements from a level on."""
        if level < len(self._open):
            self._open[level - 1][0].remove(self._open[level][0])
            del self._open[level:]
        self._floor = min(self._floor, level)

    def _leave_containers(self) -> None:
        """Close what was opened in a quotation or a list item that is over."""
        for level, (_, around) in enumerate(self._open):
            if self._around[: len(around)] != around:
                self._leave(level)
                return

    def _end_inline(self, *, boxes_stay: bool, formatting_stays: bool) -> None:
        """Close what a paragraph, a heading or a cell opened, as its end does in a browser."""
        level = self._floor
        if boxes_stay:
            boxes = [n for n, (one, _) in enumerate(self._open) if one.tag in _BOXES]
            level = max(level, boxes[-1] + 1 if boxes else 0)
        again = [one for one, _ in self._open[level:] if one.tag in _FORMATTING]
        self._leave(level)
        for element in again if formatting_stays else ():
            self._enter(str(element.tag), dict(element.attrib))


def _bounds(name: str) -> frozenset[str]:
    """The elements that an end tag of this name does not reach beyond."""
    if name not in _BOXES:
        return _BOXES
    if name in _OF_TABLES:
        return frozenset(("template",)) if name == "table" else frozenset(("template", "table"))
    return _TABLE_BOUNDS


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(written):
        if not name.lower().startswith("xml"):
            plain = html.unescape(value.strip("\"'"))
            found.setdefault(name.lower(), _UNSOUND.sub("", plain))
    return found
