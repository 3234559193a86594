"""A saved conversation as a Markdown or PDF file, with its sources; the words are the caller's."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.answering.events import Citation
from app.people.conversations.numbering import numbered, sources_of
from app.people.conversations.turns import SavedConversation, SavedTurn
from app.printing.markdown import (
    Block,
    Break,
    Code,
    Doubted,
    Items,
    Mark,
    Paragraph,
    Quote,
    Run,
    Table,
    Words,
    read_markdown,
)
from ingest.clean import visible

Kind = Literal["title", "question", "answer", "note", "sources", "source", "quote"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:@/])")


@dataclass(frozen=True, slots=True)
class ExportWords:
    """What an exported file says beside the conversation."""

    sources: str
    page: str  # {page}
    not_found: str
    unconfirmed: str
    stopped: str
    failed: str
    withheld: str
    unsupported: str  # behind a sentence that no passage confirms
    exported: str  # {date}


@dataclass(frozen=True, slots=True)
class Line:
    """One part of an exported conversation; an answer is Markdown, all else one paragraph."""

    kind: Kind
    text: str


def lines_of(conversation: SavedConversation, words: ExportWords, date: str) -> Iterator[Line]:
    """Yield the conversation paragraph by paragraph; `date` is that of the export."""
    yield Line("title", conversation.title)
    yield Line("note", words.exported.format(date=date))
    for turn in conversation.turns:
        yield Line("question", turn.question)
        yield from _answer(turn, words)


def _answer(turn: SavedTurn, words: ExportWords) -> Iterator[Line]:
    if turn.withheld:
        yield Line("note", words.withheld)
        return
    answer = numbered(turn.answer) if turn.answer else None
    if answer is None:
        if turn.draft.strip():
            yield Line("answer", turn.draft.strip())
        yield Line("note", words.stopped if turn.state == "stopped" else words.failed)
        return
    if not answer.found:
        near = answer.outcome == "unconfirmed"
        yield Line("note", words.unconfirmed if near else words.not_found)
        if not near:
            return
    text = answer.answer.strip()
    for sentence in answer.sentences if answer.found else ():
        if not sentence.supported and sentence.text in text:
            text = text.replace(sentence.text, _doubted(sentence.text, words), 1)
    yield Line("answer", text)
    sources = sources_of(answer)
    if sources:
        yield Line("sources", words.sources)
    for citation in sources:
        yield Line("source", f"[{citation.n}] {_place(citation, words)}")
        if citation.quote.strip():
            yield Line("quote", " ".join(citation.quote.split()))


def _doubted(sentence: str, words: ExportWords) -> str:
    """A sentence, or a table's row, that says of itself that nothing confirms it."""
    if sentence.startswith("|") and sentence.endswith("|"):
        return f"{sentence[:-1].rstrip()} ({words.unsupported}) |"
    return f"{sentence} ({words.unsupported})"


def _place(citation: Citation, words: ExportWords) -> str:
    page = None if citation.page is None else words.page.format(page=citation.page)
    return ", ".join(part for part in (citation.document, page, citation.heading) if part)


def markdown(lines: Sequence[Line]) -> str:
    """Return the file as Markdown; foreign text is escaped, so it shows but never acts."""
    before: dict[Kind, str] = {
        "title": "# ",
        "question": "## ",
        "answer": "",
        "note": "*",
        "sources": "### ",
        "source": "- ",
        "quote": "  > ",
    }
    written: list[str] = []
    for line in lines:
        if line.kind == "answer":
            written.append("\n".join(_written(read_markdown(visible(line.text)))))
        else:
            flat = " ".join(_escaped(visible(line.text)).split())
            written.append(before[line.kind] + flat + ("*" if line.kind == "note" else ""))
    return "\n\n".join(written) + "\n"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _written(blocks: Sequence[Block]) -> Iterator[str]:
    """An answer's blocks as lines of Markdown whose text is escaped."""
    for number, block in enumerate(blocks):
        if number:
            yield ""
        match block:
            case Paragraph(words, heading):
                text = _words(words, "  \n")
                yield from (f"**{text}**" if heading else text).splitlines()
            case Items(items, first):
                for at, item in enumerate(items):
                    sign = "- " if first is None else f"{first + at}. "
                    lines = list(_written(item)) or [""]
                    yield sign + lines[0]
                    yield from (" " * len(sign) + line if line else "" for line in lines[1:])
            case Table(head, rows):
                for at, row in enumerate((head, *rows)):
                    yield f"| {' | '.join(_words(cell, ' ') for cell in row)} |"
                    if not at:
                        yield f"|{' --- |' * len(head)}"
            case Quote(inner):
                yield from (f"> {line}".rstrip() for line in _written(inner))
            case Code(text):
                yield from (f"{_escaped(line)}  " for line in text.splitlines())


def _words(words: Words, line_break: str) -> str:
    pieces: list[str] = []
    for one in words:
        match one:
            case Run(text, strong, emphatic):
                sign = "**" if strong else "*" if emphatic else ""
                # Signs work only close to a word: the space around one stays outside.
                core = text.strip()
                if core and sign:
                    lead, _, trail = text.partition(core)
                    pieces.append(f"{lead}{sign}{_escaped(core)}{sign}{trail}")
                else:
                    pieces.append(_escaped(text).replace("\n", line_break))
            case Break():
                pieces.append(line_break)
            case Mark(n):
                pieces.append(_escaped(f" [{n}]"))
            case Doubted(inner):
                pieces.append(_words(inner, line_break))
    return "".join(pieces)


def pdf(lines: Sequence[Line], *, title: str, language: str) -> bytes:
    """Return the file as PDF; a letter that no font has becomes U+FFFD."""
    from app.printing.paper import FADED, Paper

    paper = Paper(title=visible(title), footer=visible(title), language=language)
    source = ""
    for line in lines:
        text = visible(line.text)
        if source and line.kind != "quote":
            paper.note(source)
            source = ""
        if line.kind == "title":
            paper.title(text)
        elif line.kind == "question":
            paper.heading(text)
        elif line.kind == "answer":
            paper.prose(read_markdown(text))
        elif line.kind == "note":
            paper.text(text, italic=True)
        elif line.kind == "sources":
            paper.heading(text, small=True)
        elif line.kind == "source":
            source = text  # stands under its quotation, if one follows
        else:
            paper.quote(text, source=source, colour=FADED)
            source = ""
    if source:
        paper.note(source)
    into = io.BytesIO()
    paper.write(into)
    return into.getvalue()
