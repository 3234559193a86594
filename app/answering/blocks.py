"""What stands in one piece below a line: a list with all of its items, or the parts of a section.

"What can I use sick leave for?" is answered by no single sentence, but by the four items below
"You can use sick leave for:". What such a block is about, its heading and the line that opens it
say.
"""

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from app.answering.candidates import is_contents, is_question
from app.answering.language import content_stems, sentences, telling_words
from vectorstore.records import Hit

SEPARATOR = " > "  # between the headings above a passage
FEWEST_ITEMS = 2
FEWEST_LABELLED = 3  # paragraphs with a label; two are no list
MOST_LABEL = 40  # characters
MOST_CHILDREN = 40  # headings below one
_INDENT = re.compile(r"^[ \t]*")
_MARKERS = {
    "bullet": re.compile(r"[-*•–▪◦‣]\s+"),
    "section": re.compile(r"\d{1,3}(?:[./]\d{1,3}){1,4}[.)]?\s+(?=\S)"),  # "16.2 ", of one level
    "option": re.compile(r"(?=--?[A-Za-z][\w-]{0,40}[\s,=:<\[])"),  # "--force skips the question"
    "number": re.compile(r"\(?\d{1,3}[.)]\s+"),
    "letter": re.compile(r"\(?[a-zA-Z][.)]\s+"),
}
_LABELLED = re.compile(rf"^[^\W\d_][^:.;!?]{{1,{MOST_LABEL}}}:\s+\S")
_ROW = re.compile(r"; [^:;]{1,80}: ")  # "Country: Norway; Price: 12"
_LEADING_NUMBER = re.compile(r"^\s*(?:§\s*)?\d+(?:\.\d+)*[.)]?\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a block without its mark; `depth` counts from 0. `hit` is the passage it is of."""

    text: str
    hit: Hit
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A list, or the headings below one with their first sentences (`parts`).

    `opener` is the last sentence above its first item, "" where none stands there, and `opened` the
    passage that it is of. `hit` is the passage that the list begins in.
    """

    heading: str
    opener: str
    items: tuple[Item, ...]
    hit: Hit
    opened: Hit
    parts: bool = False
    outermost: bool = True  # it is no list below an item of another

    @property
    def titles(self) -> tuple[str, ...]:
        """What it is about: its own heading, and that with the line that opens it."""
        own = _LEADING_NUMBER.sub("", self.heading.rpartition(SEPARATOR)[2])
        both = f"{own}: {self.opener}" if own and self.opener else ""
        if not self.outermost:  # one of several below the heading
            return (both or self.opener or own,)
        return tuple(filter(None, dict.fromkeys((own, both or self.opener))))

    @property
    def length(self) -> int:
        """Items of the first level."""
        return sum(not item.depth for item in self.items)

    def is_of(self, hit: Hit) -> bool:
        """Whether it stands below the same heading as a passage."""
        own = (self.hit.space, self.hit.document, self.heading)
        return own == (hit.space, hit.document, hit.heading)

    def holds(self, sentence: str) -> bool:
        """Whether a sentence is one of its items, or in one."""
        return any(sentence in item.text or item.text in sentence for item in self.items)

    def is_of_others(self, asked: Set[str]) -> bool:
        """Whether what is asked for (stems) is one item of a list of other things, as in a table
        of contents: nothing above the list names it, and one item alone."""
        if asked & set(content_stems(f"{self.hit.document} {self.heading} {self.opener}")):
            return False
        return sum(bool(asked & set(content_stems(item.text))) for item in self.items) == 1


@dataclass(slots=True)
class _Line:
    text: str
    hit: Hit
    marker: str
    indent: int
    depth: int = 0
    bare: str = field(default="")


def blocks_of(section: Sequence[Hit]) -> list[Block]:
    """The lists of a section, whose passages come in order; a list within one is one as well."""
    lines = [line for hit in section if not is_contents(hit.text) for line in _lines(hit)]
    found: list[Block] = []
    start = 0
    while start < len(lines):
        end = start
        if lines[start].marker:
            while end < len(lines) and lines[end].marker and _same_kind(lines[start], lines[end]):
                end += 1
            _set_depths(lines[start:end])
            found += _of_run(lines, start, end)
        start = max(end, start + 1)
    return found


def parts_of(outline: Sequence[Hit], heading: str) -> Block | None:
    """The headings right below `heading` ("" for the top), each with its first sentence.

    `outline` has the first passage below each heading of a document, in order.
    """
    start = f"{heading}{SEPARATOR}" if heading else ""
    below = [
        one
        for one in outline
        if one.heading.startswith(start) and one.heading and one.heading != heading
    ]
    items: dict[str, Item] = {}
    for one in below:
        title = one.heading[len(start) :].split(SEPARATOR)[0]
        if title in items:
            continue
        own = one.heading == f"{start}{title}"
        first = next((line for line in told(one) if not is_question(line)), "") if own else ""
        items[title] = Item(f"{title}: {first}" if first else title, one)
    if not FEWEST_ITEMS <= len(items) <= MOST_CHILDREN:
        return None
    return Block(heading, "", tuple(items.values()), below[0], below[0], parts=True)


def told(hit: Hit) -> Iterator[str]:
    """The sentences of a passage that say something."""
    return (one for one in sentences(hit.text) if telling_words(one))


def gather(
    hits: Sequence[Hit],
    section: Callable[[Hit], Sequence[Hit]],
    outline: Callable[[Hit], Sequence[Hit]],
) -> list[tuple[int, Block]]:
    """The blocks of the sections that `hits` are of, each once, with the first hit's place.

    `section` gives the passages under the hit's heading, `outline` the first one under each.
    """
    found: dict[tuple[str, str, str, str], tuple[int, Block]] = {}
    known: set[str] = set()
    outlines: dict[tuple[str, str], Sequence[Hit]] = {}
    for place, hit in enumerate(hits):
        if hit.chunk_id not in known:
            whole = section(hit) or (hit,)
            known.update(one.chunk_id for one in whole)
            for block in blocks_of(whole):
                key = (hit.space, hit.document, block.heading, block.items[0].text)
                found.setdefault(key, (place, block))
        document = (hit.space, hit.document)
        if document not in outlines:
            outlines[document] = outline(hit)
        path = hit.heading.split(SEPARATOR) if hit.heading else []
        for depth in range(1, len(path) + 1):
            heading = SEPARATOR.join(path[:depth])
            key = (*document, heading, "")
            if key not in found and (parts := parts_of(outlines[document], heading)):
                found[key] = (place, parts)
    return list(found.values())


def _lines(hit: Hit) -> Iterator[_Line]:
    for raw in hit.text.splitlines():
        if not raw.strip():
            continue
        indent = len(_INDENT.match(raw)[0])  # type: ignore[index]  # it matches everything
        stripped = raw.strip()
        for kind, pattern in _MARKERS.items():
            if mark := pattern.match(stripped):
                yield _Line(stripped, hit, kind, indent, bare=stripped[mark.end() :])
                break
        else:
            labelled = _LABELLED.match(stripped) and not _ROW.search(stripped)
            yield _Line(stripped, hit, "label" if labelled else "", indent, bare=stripped)


def _same_kind(first: _Line, other: _Line) -> bool:
    """Paragraphs with labels are a list of their own; marks of all kinds may be mixed in one."""
    return (first.marker == "label") == (other.marker == "label")


def _set_depths(run: Sequence[_Line]) -> None:
    """How deep each line of a run lies: by its indent, and by its kind of mark where none is."""
    open_levels: list[tuple[int, str]] = []
    opens = False  # the line before ends with a colon
    for line in run:
        level = (line.indent, line.marker)
        if level in open_levels:
            del open_levels[open_levels.index(level) + 1 :]
        else:
            while open_levels and not opens and open_levels[-1][0] > line.indent:
                open_levels.pop()
            open_levels.append(level)
        line.depth = len(open_levels) - 1
        opens = line.bare.rstrip().endswith(":")


def _of_run(lines: Sequence[_Line], start: int, end: int) -> Iterator[Block]:
    """The block of a run of marked lines, and those below one of its items."""
    for first in range(start, end):
        depth = lines[first].depth
        if first > start and lines[first - 1].depth >= depth:
            continue  # not the first below its item
        last = first
        while last < end and lines[last].depth >= depth:
            last += 1
        items = [
            Item(line.bare, line.hit, line.depth - depth) for line in lines[first:last] if line.bare
        ]
        least = FEWEST_LABELLED if lines[first].marker == "label" else FEWEST_ITEMS
        if sum(not item.depth for item in items) < least:
            continue
        opener = lines[first - 1].bare if first else ""
        opener = (sentences(opener) or [""])[-1]
        yield Block(
            lines[first].hit.heading,
            opener,
            tuple(items),
            lines[first].hit,
            lines[first - 1].hit if first else lines[first].hit,
            outermost=first == start,
        )
