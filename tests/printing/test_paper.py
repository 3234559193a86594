"""Printed documents show foreign text as it is, say what they could not show, and never act."""

import io
from typing import Any

import pypdfium2
from hypothesis import given, settings
from hypothesis import strategies as st

from app.printing.letters import printable
from app.printing.paper import BarPart, Paper


def printed(paper: Paper) -> tuple[bytes, list[str]]:
    """The file, and the text of each page."""
    file = io.BytesIO()
    paper.write(file)
    document: Any = pypdfium2.PdfDocument(file.getvalue())
    return file.getvalue(), [page.get_textpage().get_text_range() for page in document]


def full(text: str) -> Paper:
    """A paper with `text` in every place that takes foreign text."""
    paper = Paper(title=text, footer=text)
    paper.title(text, text)
    paper.heading(text, small=True)
    paper.heading(text)
    paper.label("found", "#1c5a49", beside=text)
    paper.text(text)
    paper.note(text, keep=True)
    paper.quote(text, source=text, colour="#1c5a49", link=f"http://127.0.0.1/?q={text}")
    paper.item(text, colour="#1c5a49", mark=text)
    paper.facts([(text, text)])
    paper.bar([BarPart(text, 3, "#1c5a49"), BarPart(text, 0, "#9b2f22")])
    paper.named_bars([(text, [BarPart(text, 3, "#1c5a49")])])
    paper.signatures([text])
    return paper


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_printed_anywhere(text: str) -> None:
    assert printed(full(text))[0].startswith(b"%PDF")


def test_european_text_stands_there_as_written() -> None:
    words = "Größe ≥ 5 µm – „Prüfung“ żółć Ελλάδα Жизнь <b>not bold</b> &amp;"
    paper = Paper(title="Test")
    paper.text(words)
    assert words in printed(paper)[1][0]
    assert paper.lost == 0


def test_what_no_font_has_is_counted_and_marked() -> None:
    shown = printable("a → b ① 中 \u202eשלום\x00")
    assert shown.lost == 4
    assert "a -&gt; b 1 " in shown.markup
    assert shown.markup.endswith("\ufffd" * 4)


def test_pages_are_numbered_and_headings_lead_to_their_page() -> None:
    paper = Paper(title="Test", footer="Run 1")
    for number in range(1, 4):
        paper.heading(f"Part {number}")
        paper.text("word " * 2000)
        paper.new_page()
    paper.heading("End")
    file, pages = printed(paper)
    assert all(f"{at} / {len(pages)}" in text for at, text in enumerate(pages, 1))
    assert all("Run 1" in text for text in pages)
    document: Any = pypdfium2.PdfDocument(file)
    for entry in document.get_toc():
        assert entry.get_title() in pages[entry.get_dest().get_index()]


def test_values_and_words_longer_than_a_page_break_over_pages() -> None:
    paper = Paper(title="Test")
    paper.facts([("name", "long " * 4000)])
    paper.quote("x" * 9000, source="y" * 500, colour="#1c5a49")
    _, pages = printed(paper)
    assert len(pages) > 3
    assert sum(text.count("long") for text in pages) == 4000
    assert sum(text.count("x") for text in pages) == 9000


def test_equal_papers_are_equal_files() -> None:
    assert printed(full("Prüfung 中"))[0] == printed(full("Prüfung 中"))[0]
