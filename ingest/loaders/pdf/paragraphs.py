"""Turns a PDF's lines into paragraphs under headings, without running headers and footers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ingest.loaders.pdf.tables import SAME_LINE, Line, Table, continued
from ingest.sections import Findings, Outline, Section
from vectorstore.languages import any_of

_LARGER = 1.12  # times the body's size: a heading by its size
_MOST_HEADINGS = 0.35  # of a batch's lines; above it, large or bold type is no heading there
_ITEM = re.compile(
    r"(?:[•●○▪■□‣⁃∙\uf0b7\uf0a7]|[-–—*]\s|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s(?=\S))"
)
_NUMBERING = re.compile(
    rf"(?:(?:{any_of(lambda language: language.retrieval.numbered_parts)})\s+)?"
    r"(\d{1,3}(?:\.\d{1,3})*|[A-Z](?:\.\d{1,3})+|[IVX]{1,5})[.:)]?\s+",
    re.I,
)
_TOC_LINE = re.compile(r"(?:…|(?<!\.)\.{3,}+|(?<!\. )(?:\. ){3,}+)\s*+[\divxlc]{1,5}$")
_WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]{2,})*")
_SENTENCE_END = re.compile(r"[.!?:;。！？]['\")\]”’»]*$")
_BROKEN_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}+[-\u2010\u00ad]$")
_NUMBERS_OF_A_HEADER = 3  # "Page 3 of 12", "Report 2023, page 3"
_DIGITS = re.compile(r"(?<![\d.,])\d+(?![.,]?\d)")  # no part of an amount
_MARGIN = 1 / 6  # of the page's height at its top and at its bottom: running heads stand there
_MARGIN_WORDS = 8  # of a line with the page's number, or of a cell's rest
_FOREIGN_TO_TITLES = re.compile(r"[\W_]+")


class Page(NamedTuple):
    """What stands on a page, from 1. `height`: its lower and upper edge, points; equal: unknown."""

    number: int
    blocks: list[Line | Table]
    height: tuple[float, float] = (0.0, 0.0)


class _Rank(NamedTuple):
    """How strong a typeset heading is, for comparison with others."""

    size: float
    bold: bool
    shallow: int  # minus the depth of its numbering


class Paragraphs:
    """Works through a document batch by batch; `sections` takes some pages in order."""

    def __init__(self, findings: Findings, bookmarks: dict[int, list[tuple[int, str]]]) -> None:
        self._findings = findings
        self._bookmarks = bookmarks
        self._outline = Outline(findings)
        self._base = 0  # level of the innermost bookmark
        self._ranks: list[_Rank] = []  # of the typeset headings below it
        self._sizes: Counter[float] = Counter()
        self._margins: Counter[tuple[str, int]] = Counter()  # line and place -> pages
        self._wordings: dict[tuple[str, int], set[str]] = {}  # the same, with their numbers
        self._shown_margins: set[str] = set()
        self._open_table: Table | None = None  # at the end of the last page
        self._pages = 0
        self._page = 1

    def sections(self, batch: Sequence[Page]) -> Iterator[Section]:
        """Paragraphs and tables of the pages, each page's apart."""
        for page in batch:
            for line in _lines(page.blocks):
                self._sizes[_half(line.size)] += len(line.text)
            margins = _margins(page)
            self._margins.update({key for key, _ in margins})
            for key, line in margins:
                self._wordings.setdefault(key, set()).add(line.text)
        self._pages += len(batch)
        body = self._sizes.most_common(1)[0][0] if self._sizes else 10.0
        words = _vocabulary(batch)
        mostly_bold = _mostly_bold(batch)
        styled = not self._too_many_headings(batch, body, mostly_bold)
        for page in batch:
            self._page = page.number
            if page.number == 1:
                self._take_title(page.blocks, body)
            blocks = self._without_margins(page)
            self._continue_table(blocks, page)
            writer = _PageWriter(
                self, blocks, body if styled else 1e6, mostly_bold or not styled, words
            )
            yield from writer.sections()

    def close(self) -> Iterator[Section]:
        """A last heading that nothing followed."""
        yield from self._outline.close(self._page)

    def _continue_table(self, blocks: list[Line | Table], page: Page) -> None:
        """Give a table that goes on from the page before the names that stand there."""
        inner = [at for at, block in enumerate(blocks) if not _is_in_margin(block, page)]
        if not inner:
            self._open_table = None
            return
        start = inner[0]
        if len(inner) > 1 and _is_rest_of_cell(blocks[start]):
            start = inner[1]
        first = blocks[start]
        if isinstance(first, Table) and self._open_table is not None:
            blocks[start] = continued(first, self._open_table)
        last = blocks[inner[-1]]
        self._open_table = last if isinstance(last, Table) and last.kind == "table" else None

    def _without_margins(self, page: Page) -> list[Line | Table]:
        """The page without what stands at the same place on most pages; shown once, though.

        Without a word it is a page's number where it changes, and a figure of the page where not.
        """
        dropped: set[int] = set()
        for key, line in _margins(page):
            seen = self._margins[key]
            if seen >= 3 and seen >= 0.3 * min(self._pages, 40) and len(page.blocks) > 4:
                worded = re.search(r"[^\W\d_]{3}", key[0])
                if not worded and len(self._wordings[key]) == 1:
                    continue
                if key[0] in self._shown_margins or ("#" in key[0] and not worded):
                    dropped.add(id(line))
                self._shown_margins.add(key[0])
        return [block for block in page.blocks if id(block) not in dropped]

    def _too_many_headings(self, batch: Sequence[Page], body: float, mostly_bold: bool) -> bool:
        total = found = 0
        for page in batch:
            for line in _lines(page.blocks):
                total += 1
                found += looks_like_heading(line, body, mostly_bold)
        return found > _MOST_HEADINGS * total and total > 20

    def _take_title(self, blocks: list[Line | Table], body: float) -> None:
        lines = [line for line in _lines(blocks) if re.search(r"[^\W\d_]{2}", line.text)]
        largest = max((line.size for line in lines), default=0.0)
        if self._findings.title or largest < 1.3 * body:
            return
        first = next(n for n, line in enumerate(lines) if line.size == largest)
        same = [lines[first].text]
        for line in lines[first + 1 : first + 4]:
            if abs(line.size - largest) > 0.05 * largest:
                break
            same.append(line.text)
        if len(title := " ".join(same)) <= 200:
            self._findings.title = title

    def open_bookmark(self, level: int, title: str, page: int) -> Iterator[Section]:
        """Enter a heading of the file's own outline."""
        self._base = level
        self._ranks.clear()
        yield from self._outline.open(level, title, page)

    def open_typeset(self, line: Line, title: str, page: int) -> Iterator[Section]:
        """Enter a heading that only looks like one; its level follows from its looks."""
        match = _NUMBERING.match(title)
        depth = match[1].count(".") + 1 if match and match[1][0].isdigit() else 0
        rank = _Rank(_half(line.size), line.bold, -depth)
        while self._ranks and self._ranks[-1] <= rank:
            self._ranks.pop()
        self._ranks.append(rank)
        yield from self._outline.open(self._base + len(self._ranks), title, page)

    def place(self, text: str, page: int) -> Section:
        """Put text under the current heading."""
        return self._outline.place(text, page)

    def place_table(self, table: Table, page: int) -> Section:
        """Put a table under the current heading."""
        return self._outline.place("\n".join(table.rows), page, table.kind, table.grid)

    def bookmarks(self, page: int) -> list[tuple[int, str]]:
        """The outline's entries for a page, in order."""
        return list(self._bookmarks.get(page, ()))

    @property
    def page(self) -> int:
        return self._page


class _PageWriter:
    def __init__(
        self, document: Paragraphs, blocks: list[Line | Table], body: float, mostly_bold: bool,
        words: Counter[str],
    ) -> None:  # fmt: skip
        self._document = document
        self._blocks = blocks
        self._body = body
        self._mostly_bold = mostly_bold
        self._words = words
        self._page = document.page
        self._text: list[str] = []  # alternately: text, what parts it from the next
        self._last: Line | None = None
        lines = _lines(blocks)
        self._rights = {  # where the text around a line ends on the right
            id(line): max(
                near.x1 for near in lines[max(0, n - 3) : n + 4] if _flush_left(near, line)
            )
            for n, line in enumerate(lines)
        }
        gaps = [a.y - b.y for a, b in pairwise(lines) if 0 < a.y - b.y < 3 * a.size]
        self._pitch = median(gaps) if gaps else 1.3 * body

    def sections(self) -> Iterator[Section]:
        pending = self._document.bookmarks(self._page)
        matches = self._match_bookmarks(pending)
        if pending and not matches:  # its headings are pictures, or worded otherwise
            for level, title in pending:
                yield from self._document.open_bookmark(level, title, self._page)
            pending = []
        opened = 0
        at = 0
        while at < len(self._blocks):
            block = self._blocks[at]
            if isinstance(block, Table):
                yield from self._flush()
                if block.rows:
                    yield self._document.place_table(block, self._page)
                at += 1
            elif at in matches:
                yield from self._flush()
                index, length = matches[at]
                while opened <= index:
                    yield from self._document.open_bookmark(*pending[opened], self._page)
                    opened += 1
                at += length
            elif length := self._heading_length(at):
                yield from self._flush()
                lines = [b for b in self._blocks[at : at + length] if isinstance(b, Line)]
                title = " ".join(line.text for line in lines)
                yield from self._document.open_typeset(block, title, self._page)
                at += length
            else:
                self._add(block)
                at += 1
        yield from self._flush()
        for level, title in pending[opened:]:
            yield from self._document.open_bookmark(level, title, self._page)

    def _match_bookmarks(self, pending: list[tuple[int, str]]) -> dict[int, tuple[int, int]]:
        """Block number -> (bookmark number, lines that it takes), in the order of both."""
        found: dict[int, tuple[int, int]] = {}
        start = 0
        for number, (_, title) in enumerate(pending):
            wanted = _plain(title)
            for at in range(start, len(self._blocks)):
                if length := self._spells(at, wanted):
                    found[at] = (number, length)
                    start = at + length
                    break
        return found

    def _spells(self, at: int, wanted: str) -> int:
        """How many lines from `at` on make up a bookmark's title; 0 if they do not."""
        text = ""
        for length, block in enumerate(self._blocks[at : at + 4], 1):
            if not isinstance(block, Line) or _TOC_LINE.search(block.text):
                return 0
            text = f"{text} {block.text}"
            plain = _plain(text)
            if plain and plain == wanted:
                return length
            if not wanted.startswith(plain):
                return 0
        return 0

    def _heading_length(self, at: int) -> int:
        """How many lines from `at` on are one typeset heading; 0 if none."""
        first = self._blocks[at]
        if not isinstance(first, Line) or not looks_like_heading(
            first, self._body, self._mostly_bold
        ):
            return 0
        length = 1
        for before, block in pairwise(self._blocks[at : at + 4]):
            if (
                not isinstance(block, Line) or not isinstance(before, Line)
                or not _alike(before, block)
                or not 0 < before.y - block.y < 1.6 * before.size
                or _NUMBERING.match(block.text)
            ):  # fmt: skip
                break
            length += 1
        if length == 4:
            return 0  # a paragraph in large or bold type
        after = self._blocks[at + length] if at + length < len(self._blocks) else None
        bold_only = first.size < _LARGER * self._body
        if bold_only and isinstance(after, Line) and after.bold and not _alike(first, after):
            return 0
        return length

    def _add(self, line: Line) -> None:
        """Append a line to the text, joined with what came before as it looks on the page."""
        last = self._last
        self._last = line
        if last is None or not self._text:
            self._text.append(line.text)
            return
        joint = self._joint(last, line)
        if joint != "\n\n" and _BROKEN_WORD.search(self._text[-1]) and line.text[:1].islower():
            self._text[-1], line_text = self._mend(self._text[-1], line.text)
            self._text[-1] += line_text
            return
        if joint == " ":
            self._text[-1] += " " + line.text
        else:
            self._text += [joint, line.text]

    def _joint(self, last: Line, line: Line) -> str:  # noqa: PLR0911  # a return a sign
        """What parts two lines: a space in a paragraph, else one or two line breaks."""
        gap = last.y - line.y
        ended = bool(_SENTENCE_END.search(last.text))
        if line.angle != last.angle or abs(line.size - last.size) > 0.15 * last.size:
            return "\n\n"
        if _TOC_LINE.search(last.text) or _ITEM.match(line.text):
            return "\n" if gap < 1.6 * self._pitch else "\n\n"
        if gap < -0.5 * line.size:  # up again: the next column
            return "\n\n" if ended else " "
        if gap > 1.35 * self._pitch and gap > 1.25 * line.size:
            return "\n\n"
        right = self._rights[id(last)]
        left = min(last.x0, line.x0)
        width = max(right - left, 1.0)
        if line.x0 > last.x0 + line.size and ended:
            return "\n\n"
        if last.x1 < right - 0.4 * width:
            return "\n"
        if ended and last.x1 < right - 0.12 * width:
            return "\n\n"
        return " "

    def _mend(self, start: str, rest: str) -> tuple[str, str]:
        """Join a word that was broken at a line's end; a hyphen of its own stays."""
        head = re.search(r"(?<![^\W\d_])[^\W\d_]+(?=.$)", start)
        tail = re.match(r"[^\W\d_]+", rest)
        if head is None or tail is None:
            return start, rest
        joined = (head[0] + tail[0]).lower()
        hyphened = f"{head[0]}-{tail[0]}".lower()
        known = self._words
        if known[hyphened] > known[joined]:
            return start, rest
        # "first-ever" broken at its hyphen: both halves are words, the whole is not.
        if not known[joined] and known[head[0].lower()] and known[tail[0].lower()]:
            return start, rest
        return start[:-1], rest

    def _flush(self) -> Iterator[Section]:
        text = "".join(self._text).strip()
        self._text.clear()
        self._last = None
        if text:
            yield self._document.place(text, self._page)


def looks_like_heading(line: Line, body: float, mostly_bold: bool) -> bool:
    """Whether a line is set like a heading: larger or bolder than the text, and short."""
    text = line.text
    if line.angle != 0 or len(text) > 120 or len(text.split()) > 14:
        return False
    if not re.search(r"[^\W\d_]{2}", text) or text.endswith((".", ",", ";", ":", "…")):
        return False
    if _TOC_LINE.search(text) or (_ITEM.match(text) and not _NUMBERING.match(text)):
        return False
    if not (text[0].isupper() or text[0].isdigit() or not text[0].isascii()):
        return False
    if line.size >= _LARGER * body:
        return True
    return line.bold and not mostly_bold and line.size >= 0.95 * body


def _vocabulary(batch: Sequence[Page]) -> Counter[str]:
    """How often each word stands in the text, without halves of words broken at line ends."""
    words: Counter[str] = Counter()
    for page in batch:
        broken = False
        for line in _lines(page.blocks):
            found = [word.lower() for word in _WORD.findall(line.text)]
            ends_broken = bool(_BROKEN_WORD.search(line.text))
            words.update(found[broken : len(found) - ends_broken])
            broken = ends_broken
    return words


def _alike(a: Line, b: Line) -> bool:
    return abs(a.size - b.size) < 0.05 * a.size and a.bold == b.bold


def _flush_left(a: Line, b: Line) -> bool:
    return abs(a.x0 - b.x0) < 4 * max(a.size, b.size)


def _mostly_bold(batch: Sequence[Page]) -> bool:
    lines = [line for page in batch for line in _lines(page.blocks)]
    return sum(len(line.text) for line in lines if line.bold) * 3 > sum(
        len(line.text) for line in lines
    )


def _lines(blocks: list[Line | Table]) -> list[Line]:
    return [block for block in blocks if isinstance(block, Line)]


def _margins(page: Page) -> list[tuple[tuple[str, int], Line]]:
    """The two highest and the two lowest rows, as far as headers and footers may stand there."""
    rows: list[list[Line]] = []
    for line in sorted((line for line in _lines(page.blocks) if line.angle == 0), key=_height):
        if rows and line.y - rows[-1][0].y < SAME_LINE * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    bottom, top = page.height
    margin = _MARGIN * (top - bottom)
    outer = {id(row): row for row in (*rows[:2], *rows[-2:])}
    return [
        ((_without_numbers(line.text), round(line.y / 4)), line)
        for row in outer.values()
        if margin <= 0 or not bottom + margin <= row[0].y <= top - margin
        for line in row
    ]


def _is_rest_of_cell(block: Line | Table) -> bool:
    """Whether a line at a page's top may be the rest of a cell that the page's end cut."""
    return isinstance(block, Line) and len(block.text.split()) <= _MARGIN_WORDS


def _is_in_margin(block: Line | Table, page: Page) -> bool:
    """Whether a line stands where the page's number does."""
    bottom, top = page.height
    margin = _MARGIN / 2 * (top - bottom)
    return (
        isinstance(block, Line) and margin > 0 and len(block.text.split()) <= _MARGIN_WORDS
        and not bottom + margin <= block.y <= top - margin
    )  # fmt: skip


def _height(line: Line) -> float:
    return line.y


def _without_numbers(text: str) -> str:
    """A line as its repetitions read: the page's number changes, a row of figures is no header."""
    numbers = _DIGITS.findall(text)
    return _DIGITS.sub("#", text) if len(numbers) <= _NUMBERS_OF_A_HEADER else text


def _half(size: float) -> float:
    return round(size * 2) / 2


def _plain(text: str) -> str:
    """Letters and digits alone, without numbering, for comparing titles."""
    text = " ".join(text.split())
    return _FOREIGN_TO_TITLES.sub("", _NUMBERING.sub("", text, count=1)).lower()
