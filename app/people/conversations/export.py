"""A saved conversation as a Markdown or PDF file, with its sources; the words are the caller's."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.answering.events import Citation
from app.people.conversations.turns import SavedConversation, SavedTurn
from ingest.clean import visible

Kind = Literal["title", "question", "answer", "note", "sources", "source", "quote"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:@/])")


@dataclass(frozen=True, slots=True)
class ExportWords:
    """What an exported file says beside the conversation."""

    sources: str
    page: str  # {page}
    not_found: str
    stopped: str
    failed: str
    withheld: str
    unsupported: str  # behind a sentence that no passage confirms
    exported: str  # {date}


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of an exported conversation."""

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
    answer = turn.answer
    if answer is None:
        if turn.draft.strip():
            yield Line("answer", turn.draft.strip())
        yield Line("note", words.stopped if turn.state == "stopped" else words.failed)
        return
    if not answer.found:
        yield Line("note", words.not_found)
        return
    text = answer.answer.strip()
    for sentence in answer.sentences:
        if not sentence.supported and sentence.text in text:
            text = text.replace(sentence.text, f"{sentence.text} ({words.unsupported})", 1)
    yield Line("answer", text)
    if answer.citations:
        yield Line("sources", words.sources)
    for citation in answer.citations:
        yield Line("source", f"[{citation.n}] {_place(citation, words)}")
        if citation.quote.strip():
            yield Line("quote", " ".join(citation.quote.split()))


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
        text = _MARKDOWN.sub(r"\\\1", visible(line.text))
        if line.kind == "answer":
            written.append(text.replace("\n", "  \n"))
        else:
            flat = " ".join(text.split())
            written.append(before[line.kind] + flat + ("*" if line.kind == "note" else ""))
    return "\n\n".join(written) + "\n"


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
            paper.text(text)
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
