"""A document's passages as a text to read: blocks under headings, tables, the passage marked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.people.sources.locating import locate
from vectorstore.records import Hit

PART = 40  # passages shown at a time
_CELL = re.compile(r"([^:;\n]{1,120}): ([^;\n]*)(?:; |$)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `quoted` where it belongs to the quoted sentence."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `quoted` where the quoted sentence is or touches it."""

    cells: Sequence[str]
    quoted: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (`pieces`) or a table (`columns` and `rows`)."""

    pieces: Sequence[Piece] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Row] = field(default=())


@dataclass(frozen=True, slots=True)
class Shown:
    """One passage: the heading and page are "" and None where they are as before.

    A table that goes on over several passages stands whole in the first of them.
    """

    chunk_id: str
    heading: str
    level: int
    page: int | None
    marked: bool
    blocks: Sequence[Block]


def shown(chunks: Sequence[Hit], chosen: str, quote: str) -> list[Shown]:
    """The passages as one reads them; `chosen` is the id of the one to mark."""
    found: list[Shown] = []
    heading, page = "", None
    for chunk in chunks:
        marked = chunk.chunk_id == chosen
        found.append(
            Shown(
                chunk.chunk_id,
                chunk.heading.rsplit(" > ", 1)[-1] if chunk.heading != heading else "",
                min(chunk.heading.count(" > ") + 2, 6),
                chunk.page if chunk.page != page else None,
                marked,
                blocks_of(chunk.text, quote if marked else ""),
            )
        )
        heading, page = chunk.heading, chunk.page
    return _whole_tables(found)


def _whole_tables(passages: Sequence[Shown]) -> list[Shown]:
    """The passages with a table that several of them hold in one piece."""
    whole: list[Shown] = []
    for one in passages:
        before = whole[-1] if whole else None
        goes_on = (
            before is not None
            and not one.heading
            and one.page is None
            and bool(before.blocks and before.blocks[-1].columns and one.blocks)
            and before.blocks[-1].columns == one.blocks[0].columns
        )
        if before is None or not goes_on:
            whole.append(one)
            continue
        *others, table = before.blocks
        joined = replace(table, rows=(*table.rows, *one.blocks[0].rows))
        marked = before.marked or one.marked
        whole[-1] = replace(before, marked=marked, blocks=(*others, joined, *one.blocks[1:]))
    return whole


def blocks_of(text: str, quote: str) -> list[Block]:
    """Paragraphs, and tables where lines name the same columns, with `quote` marked."""
    spans = locate(quote, text) if quote else []
    blocks: list[Block] = []
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    lines: list[tuple[int, int]] = []  # of the paragraph at hand

    def close() -> None:
        nonlocal columns
        if rows:
            blocks.append(Block(columns=columns, rows=tuple(rows)))
        if lines:
            blocks.append(Block(pieces=_pieces(text, lines[0][0], lines[-1][1], spans)))
        columns = ()
        rows.clear()
        lines.clear()

    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        named = _cells(line)
        if named:
            names = tuple(name for name, _ in named)
            if names != columns:
                close()
                columns = names
            quoted = any(left < end and right > start for left, right in spans)
            rows.append(Row(tuple(value for _, value in named), quoted))
        elif not line.strip():
            close()
        else:
            if rows:
                close()
            lines.append((start, end))
        start = end + 1
    close()
    return blocks


def _cells(line: str) -> list[tuple[str, str]]:
    """Column names and values of a table's row, as the loaders spell one; else nothing."""
    found = list(_CELL.finditer(line))
    if len(found) > 1 and sum(len(match[0]) for match in found) == len(line):
        return [(match[1], match[2]) for match in found]
    return []


def _pieces(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = start
    for left, right in sorted(spans):
        left, right = max(left, at), min(right, end)  # noqa: PLW2901
        if left < right:
            pieces += [Piece(text[at:left])] if at < left else []
            pieces.append(Piece(text[left:right], quoted=True))
            at = right
    if at < end:
        pieces.append(Piece(text[at:end]))
    return tuple(pieces)
