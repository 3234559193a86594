"""Cuts sections into chunks that the embedder reads whole."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

from ingest.sections import HEADING_SEPARATOR, Section
from vectorstore.records import Chunk

_SLICE = 16_000  # characters given to the tokenizer at once
_CHARACTERS_A_TOKEN = 12  # of a chunk at most: tokenizers make one token of a very long word
_SPECIAL_TOKENS = 4  # two of the model's own, two for the punctuation between the parts
_LINE_START = re.compile(r"\n(?=\S)")
_ROW_START = re.compile(r"(?<!\n)\n(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…]['\")\]”’»]*\s|[。！？]['\")\]”’»]*")
_CLAUSE_END = re.compile(r"[;:,]\s|[；，、]")
_GAP = re.compile(r"\s")
_PARAGRAPH = re.compile(r"\n\s*\n")


class Tokens(Protocol):
    """What chunking needs of an embedder."""

    window: int

    def token_spans(self, text: str) -> list[tuple[int, int]]: ...

    def count_tokens(self, text: str) -> int: ...


def chunk_sections(
    sections: Iterable[Section], tokens: Tokens, *, title: str = "", target: int = 140
) -> Iterator[Chunk]:
    """Chunks in the order of the text, none across a page border or a heading.

    A title, like a heading path, takes a quarter of the window at most: `shortened` it first.
    Every chunk's text, with its heading and the document's title before it, fits the embedder's
    window; `target` is the usual size in tokens. All words of the sections come out, in order;
    white space at the cuts does not. Rows of a table stay whole where they fit.
    """
    allowed = tokens.window // 4  # for the title, and as much for the heading
    above = min(tokens.count_tokens(title), allowed) if title else 0
    heading, shown, room = None, "", 0
    for (page, path), group in groupby(sections, key=lambda section: section[1:3]):
        if path != heading:
            heading, shown = path, shortened_path(path, tokens, allowed)
            taken = above + (tokens.count_tokens(shown) if shown else 0)
            room = max(tokens.window - _SPECIAL_TOKENS - taken, tokens.window // 4)
        for text in _texts(group):
            for piece in split(text, tokens, min(target, room), room):
                yield Chunk(piece, page, shown)


def shortened(text: str, tokens: Tokens, most: int) -> str:
    """The start of `text` that has at most `most` tokens, with an ellipsis where it was cut."""
    spans = tokens.token_spans(text)
    return text if len(spans) <= most else text[: spans[most - 4][1]].rstrip() + " …"


def shortened_path(path: str, tokens: Tokens, most: int) -> str:
    """A heading path of at most `most` tokens: the outermost headings give way first."""
    while tokens.count_tokens(path) > most and HEADING_SEPARATOR in path:
        path = path.split(HEADING_SEPARATOR, 1)[1]
    return shortened(path, tokens, most)


def split(text: str, tokens: Tokens, target: int, room: int) -> Iterator[str]:
    """Pieces of `text` of about `target` and never more than `room` tokens."""
    for part in _slices(text):
        yield from _split_slice(part, tokens, max(target, 1), max(room, 1))


def _texts(sections: Iterable[Section]) -> Iterator[str]:
    """Text under one heading on one page, joined; rows and lines of code stay close together."""
    waiting: list[str] = []
    size = 0
    kind = None
    for section in sections:
        if size > _SLICE:
            yield "".join(waiting)
            waiting, size = [], 0
        if waiting:
            close = section.kind == kind and kind in {"table", "code"}
            waiting.append("\n" if close else "\n\n")
        kind = section.kind
        waiting.append(section.text)
        size += len(section.text) + 2
    if waiting:
        yield "".join(waiting)


def _slices(text: str) -> Iterator[str]:
    """Manageable parts of a long text, cut where the cut hurts least."""
    start = 0
    while len(text) - start > _SLICE:
        half = start + _SLICE // 2
        end = start + _SLICE
        for border in (_PARAGRAPH, _LINE_START, _SENTENCE_END, _GAP):
            if cut := _last(border, text, half, end):
                end = cut
                break
        yield text[start:end]
        start = end
    yield text[start:]


def _split_slice(text: str, tokens: Tokens, target: int, room: int) -> Iterator[str]:
    spans = tokens.token_spans(text)
    longest = target * _CHARACTERS_A_TOKEN
    reach = min(room, target * 5 // 4)  # a little over the target is better than a crumb
    at, first = 0, 0  # position in the text; number of the first token after it
    while first < len(spans) or text[at:].strip():
        left = len(spans) - first
        end, paragraph = _paragraph(text, spans, first, target)
        if paragraph > reach:
            # Equal parts of the paragraph, each near the target.
            want = min(-(-paragraph // -(-paragraph // reach)), room)
            end = _best_cut(text, spans, first, at, want, reach, room) or len(text)
        elif left - paragraph < target // 4 and left <= reach:
            end = len(text)
        end = min(_before_question(text, at, end), at + longest)
        if not _is_counted(text, spans, first, end, room):
            end = _fit(text, tokens, at, end, room)
        if piece := text[at:end].strip():
            yield piece
        at = end
        while first < len(spans) and spans[first][0] < at:
            first += 1


def _paragraph(
    text: str, spans: Sequence[tuple[int, int]], first: int, target: int
) -> tuple[int, int]:
    """Where the paragraph at half of the target ends, and how many tokens from `first` that is.

    Paragraphs below half of the target share a chunk; larger ones have one of their own, since
    a passage about one matter is found more surely than one about two.
    """
    half = first + target // 2
    if half < len(spans) and (border := _PARAGRAPH.search(text, spans[half][0])):
        return border.end(), bisect_left(spans, (border.end(), 0), lo=first) - first
    return len(text), len(spans) - first


def _before_question(text: str, at: int, end: int) -> int:
    """Where text[at:end] ends with a question, the place before it: its answer follows."""
    piece = text[at:end].rstrip()
    if end == len(text) or not piece.endswith(("?", "?**", "?”", '?"')):
        return end
    line = text.rfind("\n", at, at + len(piece))
    sentence = _last(_SENTENCE_END, text, at, at + len(piece) - 1)
    cut = max(line + 1, sentence or 0)
    return cut if text[at:cut].strip() else end


def _best_cut(
    text: str, spans: Sequence[tuple[int, int]], first: int, at: int, count: int, reach: int,
    room: int,
) -> int | None:  # fmt: skip
    """Where to cut after about `count` tokens, at the strongest border near it; None: nowhere.

    The end of a line is worth going on for, up to `reach` tokens, and that of a long row of a
    table up to `room`.
    """

    def start(number: int) -> int:
        return max(spans[number][0], at + 1) if number < len(spans) else len(text)

    if first + count >= len(spans):
        return None
    earliest, limit = start(first + count // 2), start(first + count)
    for border in (_PARAGRAPH, _LINE_START):
        if cut := _last(border, text, earliest, limit):
            return cut
    for border, most in ((_LINE_START, reach), (_ROW_START, room)):
        if most > count and (line := border.search(text, limit, start(first + most) + 1)):
            return line.end()
    for border, part in ((_SENTENCE_END, 0.5), (_CLAUSE_END, 0.75), (_GAP, 0.0)):
        if cut := _last(border, text, start(first + int(count * part)), limit):
            return cut
    return limit


def _last(border: re.Pattern[str], text: str, start: int, end: int) -> int | None:
    """The end of the last match of `border` that ends in text[start:end + 1]."""
    # Matches are sought in short windows from the back: the first window usually has one.
    back = end
    while back > start:
        front = max(start, back - 256)
        found = None
        for match in border.finditer(text, max(0, front - 8), min(len(text), end + 1)):
            if start < match.end() <= end:
                found = match.end()
        if found:
            return found
        back = front
    return None


def _is_counted(
    text: str, spans: Sequence[tuple[int, int]], first: int, end: int, room: int
) -> bool:
    """Whether text that is cut between words surely has as few tokens as in its surroundings."""
    last = first + room - 8
    ends_here = last >= len(spans) or spans[last][0] >= end
    return ends_here and (end == len(text) or text[end - 1].isspace() or text[end].isspace())


def _fit(text: str, tokens: Tokens, at: int, end: int, room: int) -> int:
    """The largest end, not after `end`, at which text[at:end] alone has at most `room` tokens.

    Tokens are counted anew, as a text that is cut inside a word, or whose first word lost the
    space before it, may fall into others than it had in its surroundings.
    """
    count: Callable[[int], int] = lambda stop: tokens.count_tokens(text[at:stop].strip())  # noqa: E731
    while end > at + 1 and (found := count(end)) > room:
        end = at + max(1, min(end - at - 1, int((end - at) * room / found)))
    return end
