"""A saved conversation as a Markdown or PDF file, with its sources; the words are the caller's."""

import html
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from app.conversations.turns import SavedConversation, SavedTurn
from app.events import Citation
from app.web.foreign import visible

Kind = Literal["title", "question", "answer", "note", "sources", "source", "quote"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:@/])")
_UNBROKEN = re.compile(r"\S{60}")
_NO_GLYPH = "\u25a1"


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
    """Return the file as PDF; a letter that the font lacks becomes an empty box."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles, known = _style_sheet()
    into = io.BytesIO()
    document = SimpleDocTemplate(
        into,
        pagesize=A4,
        title=visible(title),
        author="Strongroom",
        lang=language,
        leftMargin=64,
        rightMargin=64,
        topMargin=56,
        bottomMargin=56,
    )
    story = [
        # Paragraph reads a small XML of its own: everything that is not ours is escaped.
        Paragraph(
            html.escape(_printable(line.text, known)).replace("\n", "<br/>"), styles[line.kind]
        )
        for line in lines
    ]
    document.build(story)
    return into.getvalue()


def _printable(text: str, known: frozenset[int]) -> str:
    composed = unicodedata.normalize("NFC", visible(text)).replace("\t", " ")
    shown = "".join(
        letter if letter == "\n" or ord(letter) in known else _NO_GLYPH
        for letter in composed
        if unicodedata.category(letter) != "Cf"
    )
    # A line is broken at a space alone; what has none would run out of the page.
    return _UNBROKEN.sub(lambda run: run.group() + " ", shown)


@cache
def _style_sheet():  # type: ignore[no-untyped-def]
    """The styles by kind of line, and the code points that the font has. reportlab has no types."""
    import font_roboto
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(font_roboto.__file__).with_name("files")
    for name in ("Roboto-Regular", "Roboto-Bold", "Roboto-Italic"):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    glyphs = pdfmetrics.getFont("Roboto-Regular").face.charToGlyph
    known = frozenset(glyphs)
    ink, faded, lock = HexColor("#17231e"), HexColor("#566860"), HexColor("#1c5a49")

    def style(kind: Kind, size: float, font: str = "Roboto-Regular", **more: object):  # type: ignore[no-untyped-def]
        values = {"textColor": ink, "leading": size * 1.42, "spaceAfter": 6, **more}
        return ParagraphStyle(kind, fontName=font, fontSize=size, **values)

    bold = "Roboto-Bold"
    sheet = {
        "title": style("title", 19, bold, textColor=lock, spaceAfter=4),
        "note": style("note", 9.5, "Roboto-Italic", textColor=faded),
        "question": style("question", 13, bold, spaceBefore=16, keepWithNext=1),
        "answer": style("answer", 10.5),
        "sources": style("sources", 9.5, bold, textColor=faded, spaceBefore=6, keepWithNext=1),
        "source": style("source", 9.5, bold, leftIndent=10, spaceAfter=2, keepWithNext=1),
        "quote": style("quote", 9.5, textColor=faded, leftIndent=22),
    }
    return sheet, known
