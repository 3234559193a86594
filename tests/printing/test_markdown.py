"""An answer's Markdown: what is read as layout, what stays text, and that nothing in it acts."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.printing.markdown import LONGEST, as_html, as_text, read_markdown

OURS = {
    *("p", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "br", "div"),
    *("table", "thead", "tbody", "tr", "th", "td", "i", "u"),
}


class Tags(HTMLParser):
    """Every tag and attribute is ours; the letters are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in OURS, tag
        for name, _ in attrs:
            assert name in ("start", "class", "role", "tabindex", "aria-label", "scope"), name

    def handle_data(self, data: str) -> None:
        self.text += data


def drawn(text: str, **how: object) -> str:
    return as_html(
        read_markdown(text, **how),  # type: ignore[arg-type]
        mark=lambda n: f"<i>{n}</i>",
        doubt=lambda words: f"<u>{words}</u>",
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\ntwo.\n\nThree.", "<p>One<br/>two.</p><p>Three.</p>"),
        ("- a\n- **b** *c*", "<ul><li>a</li><li><strong>b</strong> <em>c</em></li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("1. a\n   - b", "<ol><li>a<ul><li>b</li></ul></li></ol>"),
        ("# Head", "<p><strong>Head</strong></p>"),
        ("> “said” [1]", "<blockquote><p>“said”<i>1</i></p></blockquote>"),
        ("```\na  <b>\n```", "<pre><code>a  &lt;b&gt;</code></pre>"),
        ("It is so [1, 2], not [9].", "<p>It is so<i>1</i><i>2</i>, not.</p>"),
    ],
)  # fmt: skip
def test_layout_is_read(text: str, html: str) -> None:
    assert drawn(text, cited={1, 2}) == html


@pytest.mark.parametrize(
    "text",
    [
        "A box of 120*80*75 cm, 5 * 3 = 15, snake_case_name.",
        r"The share is \\server\share\new, and C:\_old.",
        "&lt;b&gt; &copy; <b>bold</b> <!-- x -->",
        "[a](javascript:alert(1)), ![b](http://e.example/x.png), [c][d], <http://e.example>",
        "24. Dezember ist ein Feiertag.",
        "[x]: http://e.example",
    ],
)
def test_what_is_no_layout_of_an_answer_stays_letter_by_letter(text: str) -> None:
    tags = Tags()
    tags.feed(drawn(text))
    assert tags.text == text


def test_a_date_behind_a_bullet_is_no_list_of_its_own() -> None:
    assert drawn("- 1. Januar: Neujahr\n- 6. Januar: Drei Könige") == (
        "<ul><li>1. Januar: Neujahr</li><li>6. Januar: Drei Könige</li></ul>"
    )


def test_sentences_without_support_are_marked_wherever_they_stand() -> None:
    sentences = [
        ("So it is.", True),
        ("**Not** so.", False),
        ("Third point.", False),
        ("| b | 2 |", False),
        ("Never written.", False),
    ]
    text = (
        "So it is. [1] **Not** so.\n\n- Second. [1]\n- Third point.\n\n"
        "| x | y |\n|---|---|\n| a | 1 [1] |\n| b | 2 |"
    )
    html = drawn(text, cited={1}, sentences=sentences)
    assert "<p>So it is.<i>1</i> <u><strong>Not</strong> so.</u></p>" in html
    assert "<li>Second.<i>1</i></li><li><u>Third point.</u></li>" in html
    assert (
        "<tr><td>a</td><td>1<i>1</i></td></tr><tr><td><u>b</u></td><td><u>2</u></td></tr>" in html
    )
    assert html.endswith("<p><u>Never written.</u></p>")


def test_plain_text_has_a_line_for_each_item_and_row() -> None:
    text = "Intro [1]\n\n1. one\n   - in it\n2. two\n\n| Town | Rent |\n|---|---|\n| Oslo | 5 € |"
    assert as_text(read_markdown(text)) == (
        "Intro [1]\n1. one\n   • in it\n2. two\n\nTown: Oslo; Rent: 5 €"
    )


@settings(max_examples=200, deadline=None)
@given(st.text("*_`[]()<>#-+|!\\&1. \n>a“”⸨⸩", max_size=60) | st.text(max_size=60))
def test_any_text_becomes_tags_of_ours_alone(text: str) -> None:
    doubts = [(text[:9], False), (text[9:], True), (text[3:12], False)]
    for how in ({}, {"cited": {1}, "sentences": doubts}):
        Tags().feed(drawn(text, **how))
        as_text(read_markdown(text, **how))  # type: ignore[arg-type]


@pytest.mark.parametrize("piece", ["> ", "- ", "*a ", "`", "[1", "|", "_*", "1) ", " ", "a\n", "⸨"])
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    text = piece * (LONGEST // len(piece))
    began = time.perf_counter()
    drawn(text, cited={1}, sentences=[(piece * 3, False), ("zebra", False)])
    drawn(piece * (1_000_000 // len(piece)), cited={1})
    assert time.perf_counter() - began < 20


def test_a_text_nested_too_deeply_loses_nothing() -> None:
    text = "\n".join("  " * depth + f"- item {depth}" for depth in range(60))
    html = drawn(text)
    assert all(f"item {depth}" in html for depth in range(60))
