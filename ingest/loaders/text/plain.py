"""Reads plain text: paragraphs freed of their line ends, headings where they stand out."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.encoding import decode
from ingest.sections import Findings, Outline, Section

_PIECE = 1 << 18  # characters: large files go on in pieces, so that no step needs all of it twice
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_ITEM = re.compile(r"\s*(?:[-*+•·–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s|\s{4,}|\t|>")
_UNDERLINE = re.compile(r"([=\-~*#^+_])\1{2,}")
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S")
_GAP = re.compile(r"\S[^\S\n]{3,}+\S")  # between two columns
_SHORT, _LONG = 80, 40  # characters: a heading's most, the least of the paragraph below it


def load_text(data: bytes, findings: Findings) -> Iterator[Section]:
    """Sections under the lines that stand alone and short above a paragraph."""
    text, warning = decode(data)
    if warning:
        findings.warn(warning)
    findings.title = _title(text)
    outline = Outline(findings)
    waiting: list[str] = []
    for piece in _pieces(text.replace("\r\n", "\n")):
        blocks = [block.strip("\n") for block in _BLANK.split(piece)]
        width = usual_width(piece.split("\n"))
        for number, block in enumerate(blocks):
            following = blocks[number + 1] if number + 1 < len(blocks) else ""
            if level := _heading_level(block, following):
                yield from _flush(waiting, outline)
                yield from outline.open(level, block.split("\n", 1)[0])
            elif block.strip():
                waiting.append(unwrap(block, width))
        yield from _flush(waiting, outline)
    yield from outline.close()


def unwrap(block: str, width: int) -> str:
    """A paragraph whose lines were broken at `width`, on one line; lists and columns stay."""
    if not width or "\n" not in block or _has_columns(block):
        return block
    lines = block.split("\n")
    joined = [lines[0].rstrip()]
    for before, line in pairwise(lines):
        word = line.split(maxsplit=1)[:1]
        full = len(before.rstrip()) + 1 + len(word[0] if word else "") > 0.9 * width
        if full and word and not _ITEM.match(line):
            joined[-1] += " " + line.strip()
        else:
            joined.append(line.rstrip())
    return "\n".join(joined)


def usual_width(lines: Sequence[str]) -> int:
    """The width at which the lines of a text were broken; 0 if they were not."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    if len(lengths) < 4:
        return 0
    widest = lengths[int(len(lengths) * 0.95)]
    return widest if 50 <= widest <= 130 else 0


def _flush(waiting: list[str], outline: Outline) -> Iterator[Section]:
    if waiting:
        yield outline.place("\n\n".join(waiting))
        waiting.clear()


def _heading_level(block: str, following: str) -> int:
    """The level of a heading above `following`; 0 for any other block."""
    line, _, under = block.partition("\n")
    text = line.strip()
    if not text or len(text) > _SHORT or not any(map(str.isalpha, text)):
        return 0
    if under and _UNDERLINE.fullmatch(under.strip()):
        return 1 if under.strip()[0] in "=#*" else 2
    below = following.strip()
    if under or len(below) < _LONG or text[0].islower() or len(text.split()) > 9:
        return 0
    if number := _NUMBER.match(text):
        return number[1].count(".") + 1
    if _ITEM.match(line) or text[-1] in ".,;:!?" or below[-1] not in ".!?:;\"')":
        return 0
    return 1 if text.isupper() else 2


def _title(text: str) -> str:
    """The lines before the first blank one, if they are as few and short as a title's."""
    lines = [line.strip() for line in _BLANK.split(text[:1000].strip(), 1)[0].split("\n")]
    lines = [line for line in lines if not _UNDERLINE.fullmatch(line)]
    title = " ".join(lines)
    return title if len(lines) <= 3 and 0 < len(title) <= 100 and title[-1] not in ".,;:" else ""


def _pieces(text: str) -> Iterator[str]:
    """A long text in parts, cut between paragraphs, lines or words."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        if end < len(text):
            half = start + _PIECE // 2
            cuts = (text.rfind(mark, half, end) for mark in ("\n\n", "\n", " "))
            end = next((cut for cut in cuts if cut > half), end)
        yield text[start:end]
        start = end


def _has_columns(block: str) -> bool:
    """Whether a block is rather a table: tabs, two bars in a line, gaps in two lines together."""
    lines = block.split("\n")
    gaps = [bool(_GAP.search(line)) for line in lines]
    return (
        "\t" in block
        or any(line.count("|") > 1 for line in lines)
        or any(one and other for one, other in pairwise(gaps))
    )
