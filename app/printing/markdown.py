"""Reads the Markdown of an answer into values, and writes them as HTML or as plain text.

Only what an answer needs is read: paragraphs, lists, tables, block quotes, headings, code, bold
and italic words. Links, images, HTML, entities and escapes stay the text that they are, so
that a quotation keeps its letters and nothing in it acts.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

LONGEST = 20_000  # characters that are read as Markdown; a longer text is shown line by line
_DEEPEST = 16  # levels of nesting; a deeper text is shown line by line

# Around sentences that nothing supports, while a text is read; both count as punctuation.
_OPEN, _CLOSE = "\u2e28", "\u2e29"
_NO_DOUBTS = str.maketrans({_OPEN: "((", _CLOSE: "))"})
_MARK = r"(?<!\s)\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]"
_MARKS = re.compile(_MARK)
_SIGNS = re.compile(f"{_MARK}|({_OPEN})|({_CLOSE})")
_LAYOUT = re.compile(r"\s*(?:(?:[-*+•]|\d{1,3}[.)]|#{1,6}|>)\s+)*")
_CELL_BORDER = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one look."""

    text: str
    strong: bool = False
    emphatic: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """The number of a citation."""

    n: int


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line inside a paragraph."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """A sentence that nothing supports."""

    words: "tuple[Run | Mark | Break, ...]"


Inline = Run | Mark | Break | Doubted
Words = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `heading` where it stands above others."""

    words: Words
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `first` is the number that it starts with, None for bullets."""

    items: "tuple[tuple[Block, ...], ...]"
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells as the head."""

    head: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words."""

    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Code:
    """Lines that keep their spaces."""

    text: str


Block = Paragraph | Items | Table | Quote | Code


def read_markdown(
    text: str,
    *,
    cited: Container[int] | None = None,
    sentences: Sequence[tuple[str, bool]] = (),
) -> tuple[Block, ...]:
    """Read a text, which may be anything.

    `cited` are the numbers that a mark such as [1] may have; other marks are left out. With None
    marks are text. `sentences` are those of the text in order, each with whether it is supported;
    what is not comes back as Doubted, also where the text does not hold it.
    """
    text = text.translate(_NO_DOUBTS)
    doubts = [(one.translate(_NO_DOUBTS), supported) for one, supported in sentences]
    text = _with_doubts(text, doubts)
    if len(text) <= LONGEST:
        tokens = _parser().parse(text)
        if max((token.level for token in tokens), default=0) < _DEEPEST:
            return _Reader(tokens, cited).blocks("")
    words = _words([Run(text.strip())], cited)
    return (Paragraph(words),) if words else ()


def without_marks(text: str) -> str:
    """`text` without marks such as [1]."""
    return _MARKS.sub("", text)


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero", {"maxNesting": _DEEPEST + 4})
    parser.enable(["blockquote", "fence", "heading", "hr", "list", "table"])
    parser.enable(["backticks", "newline", "emphasis", "balance_pairs", "fragments_join"])
    parser.inline.ruler.at("emphasis", _emphasis)
    return parser


def _emphasis(state: "StateInline", silent: bool) -> bool:
    """Bold and italic only around whole words: the asterisks of 120*80*75 are its own."""
    from markdown_it.rules_inline.state_inline import Delimiter

    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    scanned = state.scanDelims(state.pos, False)
    for _ in range(scanned.length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=scanned.can_open,
                close=scanned.can_close,
            )
        )
    state.pos += scanned.length
    return True


def _with_doubts(text: str, sentences: Sequence[tuple[str, bool]]) -> str:
    """`text` with signs around the sentences that are not supported."""
    if all(supported for _, supported in sentences):
        return text
    bare, place = _bare(text)
    spans: list[tuple[int, int]] = []
    left: list[str] = []
    position = 0
    for sentence, supported in sentences:
        words = without_marks(sentence).strip()
        if not words:
            continue
        start = bare.find(words, position)
        if start >= 0:
            position = start + len(words)
        if supported:
            continue
        if start < 0:
            left.append(words)
            continue
        spans.extend(
            (place(start + begin), place(start + end - 1) + 1) for begin, end in _stretches(words)
        )
    pieces: list[str] = []
    done = 0
    for begin, end in spans:
        pieces += [text[done:begin], _OPEN, text[begin:end], _CLOSE]
        done = end
    pieces.append(text[done:])
    pieces.extend(f"\n\n{_OPEN}{' '.join(words.split())}{_CLOSE}" for words in left)
    return "".join(pieces)


def _bare(text: str) -> tuple[str, Callable[[int], int]]:
    """`text` without its marks, and where each of its letters stands in `text`."""
    pieces: list[str] = []
    begins, shifts = [0], [0]
    length = done = 0
    for found in _MARKS.finditer(text):
        pieces.append(text[done : found.start()])
        length += found.start() - done
        done = found.end()
        begins.append(length)
        shifts.append(done - length)
    pieces.append(text[done:])
    return "".join(pieces), lambda at: at + shifts[bisect_right(begins, at) - 1]


def _stretches(words: str) -> Iterator[tuple[int, int]]:
    """The parts of a sentence, or of a table's row, that can be marked without changing it."""
    if not words.startswith("|"):
        layout = _LAYOUT.match(words)
        yield layout.end() if layout else 0, len(words)
        return
    borders = [found.end() for found in _CELL_BORDER.finditer(words)]
    for begin, end in zip(borders, [*(at - 1 for at in borders[1:]), len(words)], strict=True):
        cell = words[begin:end]
        if cell.strip():
            lead = len(cell) - len(cell.lstrip())
            yield begin + lead, begin + len(cell.rstrip())


class _Reader:
    """The library's tokens, read from left to right."""

    def __init__(self, tokens: "Sequence[Token]", cited: Container[int] | None) -> None:
        self._tokens = tokens
        self._cited = cited
        self._at = 0

    def blocks(self, end: str) -> "tuple[Block, ...]":
        """Everything up to the token `end`, which is passed over."""
        found: list[Block] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == end:
                break
            match token.type:
                case "paragraph_open" | "heading_open":
                    words = self._words()
                    if words:
                        found.append(Paragraph(words, heading=token.type == "heading_open"))
                case "bullet_list_open":
                    found.extend(self._items(token, None))
                case "ordered_list_open":
                    found.extend(self._items(token, int(token.attrs.get("start", 1))))
                case "blockquote_open":
                    found.append(Quote(self.blocks("blockquote_close")))
                case "table_open":
                    found.append(self._table())
                case "fence":
                    found.append(Code(_unsigned(token.content).rstrip("\n")))
        return tuple(found)

    def _words(self) -> Words:
        """The inline token here, and whatever closes it."""
        inline = self._tokens[self._at]
        self._at += 2
        return _words(_runs(inline.children or ()), self._cited)

    def _items(self, opened: "Token", first: int | None) -> "Iterator[Block]":
        items: list[tuple[Block, ...]] = []
        signs: list[str] = []
        above = self._tokens[self._at - 2] if self._at > 1 else None
        while self._tokens[self._at].type == "list_item_open":
            item = self._tokens[self._at]
            signs.append(f"{item.info}{item.markup} ")
            self._at += 1
            items.append(self.blocks("list_item_close"))
        self._at += 1
        # "1 January" in German is "1. Januar": alone, or right behind a bullet, it is no list.
        behind_a_sign = (
            above is not None and above.type == "list_item_open" and above.map == opened.map
        )
        if behind_a_sign or (first not in (None, 1) and len(items) == 1):
            for sign, blocks in zip(signs, items, strict=True):
                yield from _with_sign(sign, blocks)
        else:
            yield Items(tuple(items), first)

    def _table(self) -> Table:
        rows: list[tuple[Words, ...]] = []
        cells: list[Words] = []
        while (token := self._tokens[self._at]).type != "table_close":
            self._at += 1
            if token.type in ("th_open", "td_open"):
                cells.append(self._words())
            elif token.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
        self._at += 1
        return Table(rows[0], tuple(rows[1:]))


def _with_sign(sign: str, blocks: "tuple[Block, ...]") -> "tuple[Block, ...]":
    if blocks and isinstance(blocks[0], Paragraph):
        return (replace(blocks[0], words=(Run(sign), *blocks[0].words)), *blocks[1:])
    return (Paragraph((Run(sign),)), *blocks)


def _unsigned(text: str) -> str:
    return text.replace(_OPEN, "").replace(_CLOSE, "")


def _runs(tokens: "Sequence[Token]") -> Iterator[Run | Break]:
    strong = emphatic = 0
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close":
                emphatic += token.nesting
            case "softbreak" | "hardbreak":
                yield Break()
            case _:
                code = token.type == "code_inline"
                yield Run(token.content, strong > 0, emphatic > 0, code)


def _words(runs: Iterable[Run | Break], cited: Container[int] | None) -> Words:
    """Runs with marks and doubted sentences as what they are."""
    found: list[Inline] = []
    doubted: list[Run | Mark | Break] | None = None

    def add(one: Run | Mark | Break) -> None:
        if not (isinstance(one, Run) and not one.text):
            (found if doubted is None else doubted).append(one)

    for run in _joined(runs):
        if isinstance(run, Break) or run.code:
            add(run if isinstance(run, Break) else replace(run, text=_unsigned(run.text)))
            continue
        done = 0
        for sign in _SIGNS.finditer(run.text):
            if sign[1] and cited is None:
                continue
            add(replace(run, text=run.text[done : sign.start()]))
            done = sign.end()
            if sign[1]:
                for number in map(int, re.findall(r"\d+", sign[1])):
                    if cited is not None and number in cited:
                        add(Mark(number))
            elif sign[2]:
                doubted = []
            elif doubted is not None:
                found.append(Doubted(tuple(doubted)))
                doubted = None
        add(replace(run, text=run.text[done:]))
    if doubted:
        found.append(Doubted(tuple(doubted)))
    while found and isinstance(found[-1], Break):
        found.pop()
    return tuple(found)


def _joined(runs: Iterable[Run | Break]) -> Iterator[Run | Break]:
    """Neighbours of one look as one: the library cuts text where a sign might have begun."""
    texts: list[str] = []
    held: Run | None = None
    for run in runs:
        alike = isinstance(run, Run) and held is not None and replace(run, text="") == held
        if not alike and held is not None:
            yield replace(held, text="".join(texts))
            held, texts = None, []
        if isinstance(run, Break):
            yield run
        else:
            held = replace(run, text="")
            texts.append(run.text)
    if held is not None:
        yield replace(held, text="".join(texts))


def as_html(
    blocks: Sequence[Block],
    *,
    mark: Callable[[int], str],
    doubt: Callable[[str], str] = lambda words: words,
) -> str:
    """HTML whose text is escaped; `mark` and `doubt` give HTML.

    A table stands in an element of the class "scroll", so that it can be wider than its place.
    """
    return _Html(mark, doubt).blocks(blocks)


class _Html:
    def __init__(self, mark: Callable[[int], str], doubt: Callable[[str], str]) -> None:
        self._mark = mark
        self._doubt = doubt

    def blocks(self, blocks: Sequence[Block]) -> str:
        return "".join(map(self._block, blocks))

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph(words, heading):
                text = self.words(words)
                return f"<p><strong>{text}</strong></p>" if heading else f"<p>{text}</p>"
            case Items(items, first):
                start = "" if first in (None, 1) else f' start="{first}"'
                tag = "ul" if first is None else "ol"
                listed = "".join(f"<li>{self._item(one)}</li>" for one in items)
                return f"<{tag}{start}>{listed}</{tag}>"
            case Table(head, rows):
                names = html.escape(", ".join(filter(None, map(plain_words, head))))
                top = "".join(f'<th scope="col">{self.words(cell)}</th>' for cell in head)
                lines = "".join(
                    f"<tr>{''.join(f'<td>{self.words(cell)}</td>' for cell in row)}</tr>"
                    for row in rows
                )
                return (
                    f'<div class="scroll" role="group" tabindex="0" aria-label="{names}"><table>'
                    f"<thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>"
                )
            case Quote(inner):
                return f"<blockquote>{self.blocks(inner)}</blockquote>"
            case Code(text):
                return f"<pre><code>{html.escape(text)}</code></pre>"

    def _item(self, blocks: Sequence[Block]) -> str:
        """An item's first paragraph needs no element of its own."""
        if blocks and isinstance(blocks[0], Paragraph) and not blocks[0].heading:
            return self.words(blocks[0].words) + self.blocks(blocks[1:])
        return self.blocks(blocks)

    def words(self, words: Words) -> str:
        return "".join(map(self._inline, words))

    def _inline(self, one: Inline) -> str:
        match one:
            case Mark(n):
                return self._mark(n)
            case Break():
                return "<br/>"
            case Doubted(words):
                return self._doubt(self.words(words))
            case Run(text, strong, emphatic, code):
                shown = html.escape(text).replace("\n", "<br/>")
                for wanted, tag in ((code, "code"), (emphatic, "em"), (strong, "strong")):
                    shown = f"<{tag}>{shown}</{tag}>" if wanted else shown
                return shown


def as_text(blocks: Sequence[Block]) -> str:
    """Plain text for a cell or a printer: bullets, numbers, and a line for each row."""
    return "\n".join(_lines(blocks))


def _lines(blocks: Sequence[Block]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if number and not isinstance(block, Items):
            yield ""
        match block:
            case Paragraph(words):
                yield from plain_words(words).splitlines()
            case Items(items, first):
                for at, item in enumerate(items):
                    sign = "• " if first is None else f"{first + at}. "
                    inner = [line for line in _lines(item) if line]
                    yield sign + (inner[0] if inner else "")
                    yield from (f"   {line}" for line in inner[1:])
            case Table(head, rows):
                names = [plain_words(cell) for cell in head]
                for row in rows:
                    cells = zip(names, map(plain_words, row), strict=False)
                    yield "; ".join(f"{name}: {cell}" if name else cell for name, cell in cells)
            case Quote(inner):
                yield from _lines(inner)
            case Code(text):
                yield from text.splitlines()


def plain_words(words: Words) -> str:
    """The letters of a line, marks as they are written."""
    return "".join(
        f" [{one.n}]"
        if isinstance(one, Mark)
        else "\n"
        if isinstance(one, Break)
        else plain_words(one.words)
        if isinstance(one, Doubted)
        else one.text
        for one in words
    )
