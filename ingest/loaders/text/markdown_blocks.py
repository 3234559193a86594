"""Cuts Markdown into its blocks: text, HTML and code are read by rules of their own.

After CommonMark, as far as it decides what is shown: containers, fences, indented code, and the
seven kinds of HTML blocks with what ends each.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_QUOTES = re.compile(r"(?: {0,3}>[ \t]?)++")
_MARKER = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?=[ \t\r\n]|$)[ \t]*|>[ \t]?")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*|-+[ \t]*)$")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
TABLE_RULE = re.compile(r" {0,3}\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*\|?[ \t]*$")
_BLOCKS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|"
    "dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|"
    "hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|"
    "search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)
_HTML = tuple(
    (re.compile(start, re.IGNORECASE), re.compile(end, re.IGNORECASE))
    for start, end in (
        (r"<(?:script|pre|style|textarea)(?:[\s>]|$)", r"</(?:script|pre|style|textarea)>"),
        (r"<!--", r"-->"),
        (r"<\?", r"\?>"),
        (r"<![a-z]", r">"),
        (r"<!\[CDATA\[", r"\]\]>"),
        (rf"</?(?:{_BLOCKS})(?:\s|/?>|$)", r"^\s*$"),
    )
)
TAG = (
    r"<(?:[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^']*'|\"[^\"]*\"))?)"
    r"*\s*/?|/[A-Za-z][A-Za-z0-9-]*\s*)>"
)
_LONE_TAG = re.compile(TAG + r"\s*$")
_BLANK = re.compile(r"^\s*$")

Containers = tuple[int, ...]  # quotations and list items around a block, each with its own number


class Block(NamedTuple):
    kind: str  # text, heading, table, html, code or blank
    around: Containers
    before: str  # marks of lists and quotations on its first line
    text: str  # with its line ends; without the marks of quotations on further lines


def blocks(text: str) -> Iterator[Block]:
    """Every line of a text in a block of some kind, in their order."""
    reader = _Reader()
    for line in text.splitlines(keepends=True):
        yield from reader.line(line)
    yield from reader.end()


class _Reader:
    def __init__(self) -> None:
        self._waiting: list[str] = []  # lines of a paragraph or an HTML block that goes on
        self._kind = ""
        self._before = ""
        self._around: Containers = ()
        self._items: list[tuple[int, int]] = []  # column of each open list item's text, its number
        self._quotes: list[int] = []  # the number of each open quotation
        self._number = 0
        self._fence = ""
        self._until: re.Pattern[str] | None = None  # what ends the HTML block that goes on

    def line(self, line: str) -> Iterator[Block]:
        """What is complete once this line was read."""
        marks = _QUOTES.match(line)
        if marks and not self._quotes and self._items and _indent(line) >= self._items[-1][0]:
            marks = None  # a quotation within a list
        quotes = marks[0].count(">") if marks else 0
        body = line[marks.end() :] if marks else line
        blank = not body.strip()
        indent = _indent(body)
        left = not blank and bool(self._items) and indent < self._items[-1][0]
        if (self._fence or self._until) and not (left or quotes < len(self._quotes)):
            yield from self._go_on(line, body)
            return
        if self._fence or self._until:
            yield from self.end()
        if blank:
            yield from self.end()
            if quotes < len(self._quotes):
                self._items, self._quotes = [], self._quotes[:quotes]
            yield Block("blank", self._around, "", line)
            return
        if self._kind == "text" and not self._starts(body.lstrip(), indent):
            self._waiting.append(body)  # also where it stands further left than its item
            return
        yield from self._begin(line, body, quotes, indent)

    def end(self) -> Iterator[Block]:
        """The block that waited for more lines."""
        if self._waiting:
            yield Block(self._kind, self._around, self._before, "".join(self._waiting))
            self._waiting = []
        self._kind, self._fence, self._until = "", "", None

    def _go_on(self, line: str, body: str) -> Iterator[Block]:
        """Another line of a fenced or an HTML block, which it may end."""
        if self._fence:
            self._waiting.append(line)
            closing = body.strip()
            if closing.startswith(self._fence) and not closing.strip(self._fence[0]):
                yield from self.end()
            return
        self._waiting.append(body)
        if self._until and self._until.search(body):
            yield from self.end()

    def _begin(self, line: str, body: str, quotes: int, indent: int) -> Iterator[Block]:
        yield from self.end()
        if quotes != len(self._quotes):
            self._items, self._quotes = [], self._quotes[:quotes]
        while len(self._quotes) < quotes:
            self._number += 1
            self._quotes.append(self._number)
        while self._items and indent < self._items[-1][0]:
            self._items.pop()
        base = self._items[-1][0] if self._items else 0
        content = body.lstrip()
        if indent - base < 4 and not _RULE.match(content.rstrip()):
            content = self._open_items(content, indent)
        self._around = (*self._quotes, *(number for _, number in self._items))
        if indent - base >= 4:
            yield Block("code", self._around, "", line)
            return
        self._before = line[: len(line) - len(content)]
        if fence := _FENCE.match(content):
            self._kind, self._fence = "code", fence[1] or fence[2]
            self._waiting, self._before = [line], ""
            return
        if _HEADING.match(content) or _RULE.match(content.rstrip()):
            yield Block("heading", self._around, self._before, content)
            return
        self._kind, self._waiting = "text", [content]
        self._until = self._end_of_html(content)
        if self._until:
            self._kind = "html"
            if self._until.search(content):
                yield from self.end()

    def _open_items(self, content: str, column: int) -> str:
        """The content of a line behind the marks of the list items and quotations it opens."""
        while mark := _MARKER.match(content):
            spaces = len(mark[0]) - len(mark[0].rstrip())
            width = len(mark[0]) if spaces <= 4 else len(mark[0].rstrip()) + 1
            column += width
            content = content[width:]
            if mark[0][0] != ">":
                self._number += 1
                self._items.append((column, self._number))
            if content[:1].isspace():  # code within the item, or an empty item
                break
        return content

    def _starts(self, content: str, indent: int) -> bool:
        """Whether a line under a paragraph is none of its own."""
        if indent - (self._items[-1][0] if self._items else 0) >= 4:
            return False
        starts = (_MARKER, _RULE, _HEADING, _FENCE, *(start for start, _ in _HTML))
        return any(pattern.match(content.rstrip("\r\n")) for pattern in starts)

    def _end_of_html(self, content: str) -> re.Pattern[str] | None:
        for start, end in _HTML:
            if start.match(content):
                return end
        return _BLANK if _LONE_TAG.match(content) else None


def _indent(line: str) -> int:
    """Columns of white space at the beginning of a line."""
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip())
