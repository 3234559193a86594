"""What a web page's styles hide is not read, and all that stands around it is."""

import io

import pytest

from ingest.sandbox.reading import read_sections
from ingest.sections import Findings

HIDING = [  # ways to hide a paragraph: its attributes, and what the style sheet says
    ('style="display:none"', ""),
    ('style="display:/* so */none"', ""),
    (r'style="d\69 splay:none"', ""),
    ("hidden", ""),
    ("class=x", ".page .x{display:none}"),
    ("class=x", "body > div .x{display:none}"),
    ("class=x", "p.x{display:none}"),
    ('class="x y"', ".x.y{display:none}"),
    ("class=x", "i + .x, b ~ .x, .page > :is(p, td, h2, li, pre, div).x{display:none}"),
    ("data-x=1", "[data-x]{display:none}"),
    ('data-x="one"', '[data-x^="o"]{display:none}'),
    ("class=x", ".x:not(.y){display:none}"),
    ("class=x", "@import url(a.css); .x{display:none}"),
    ("class=x", "<!-- .x{display:none} -->"),
    ("class=x", '.y::before{content:"}"} .x{display:none}'),
    ("class=x", "@media screen{.x{display:none}}"),
    ("class=x", "@media all, print{.x{display:none}}"),
    ("class=x", "@media (min-width: 600px){.x{display:none}}"),
    ("class=x", "@supports (display:block){@layer a{.x{display:none}}}"),
    ("class=x", ".x{display:none} .x{color:red}"),
    ("class=x", ".x{display:none !important} .page .x{display:block}"),
    ('style="visibility:hidden"', ""),
    ('style="font:0/0 a"', ""),
    ('style="font-size:1px"', ""),
    ('style="font-size:.05em"', ""),
    ('style="opacity:.01"', ""),
    ('style="filter:opacity(0)"', ""),
    ('style="height:0;overflow:hidden"', ""),
    ('style="position:absolute;clip:rect(1px,1px,1px,1px)"', ""),
    ('style="position:absolute;left:-9999px"', ""),
    ('style="margin-left:-9999px"', ""),
    ('style="text-indent:-9999px"', ""),
    ('style="transform:scale(.01)"', ""),
    ('style="color:#fff"', ""),
    ('style="color:#FEFEFE !important"', ""),
    ('style="color:whitesmoke"', ""),
    ('style="color:rgb(100%,100%,100%)"', ""),
    ('style="color:rgb(255 255 255)"', ""),
    ('style="color:hsl(0,0%,100%)"', ""),
    ('style="color:rgb(0 0 0 / 0)"', ""),
    ('style="color:#00000003"', ""),
    ('style="color:rgba(0,0,0,.02)"', ""),
    ('style="-webkit-text-fill-color:transparent"', ""),
    ('style="color:red;background:red"', ""),
    ('style="color:#fff;background:linear-gradient(#fff,#fefefe)"', ""),
    ('style="color:#fff;background:none no-repeat"', ""),
    ('style="background:rgba(0,0,0,0);color:#fff"', ""),
]
PLACES = {
    "paragraph": "<p>Before.</p><p {a}>SECRET</p><p>After.</p>",
    "part of a sentence": "<p>Before. <i>So</i> <span {a}>SECRET</span> After.</p>",
    "box": "<p>Before.</p><div {a}>SECRET<p>SECRET <b>SECRET</b></p></div>After.",
    "list": "<ul><li>Before.</li><li {a}>SECRET</li><li>After.</li></ul>",
    "heading": "<h1>Before. <span {a}>SECRET</span></h1><p>Text.</p><h2 {a}>SECRET</h2>After.",
    "cell": "<table><tr><th>K<th>V</tr><tr><td>Before.<td><b {a}>SECRET</b> After.</tr></table>",
    "row": "<table><tr><th>K<th>V</tr><tr {a}><td>SECRET<td>SECRET</tr>"
    "<tr><td>Before.<td>After.</tr></table>",
    "code": "<pre>Before. <code {a}>SECRET</code> After.</pre>",
}
ONLY_WITHOUT_TAGS = ("p.x", "i + .x")  # these two mean paragraphs, and what stands beside others


def read(page: str) -> tuple[str, list[str]]:
    findings = Findings()
    sections = read_sections(io.BytesIO(page.encode()), "a.html", findings)
    return "\n".join(f"{s.heading}\n{s.text}" for s in sections), findings.warnings


def page(styles: str, body: str) -> str:
    return f"<html><style>{styles}</style><body><div class=page>{body}</div></body></html>"


@pytest.mark.parametrize(("attributes", "sheet"), HIDING)
def test_what_is_hidden_is_left_out_wherever_it_stands_and_nothing_else(attributes, sheet):
    for place, body in PLACES.items():
        if sheet.startswith(ONLY_WITHOUT_TAGS) and place != "paragraph":
            continue
        text, warnings = read(page(sheet, body.format(a=attributes)))
        assert "SECRET" not in text, place
        assert "Before." in text, place
        assert "After." in text, place
        assert len(warnings) == 1, place
        assert "hidden parts were left out" in warnings[0]


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_lost_where_nothing_is_hidden(place):
    text, warnings = read(page(".other{display:none}", PLACES[place].format(a='class="x"')))
    assert "SECRET" in text
    assert "Before." in text
    assert "After." in text
    assert warnings == []


@pytest.mark.parametrize(
    ("styles", "body"),
    [
        ("", '<section style="margin-top:-120px"><p>SEEN</p></section>'),
        ("", '<div style="left:50%;margin-left:-480px;position:absolute">SEEN</div>'),
        ("", '<div style="font-size:0"><p style="font-size:14px">SEEN</p></div>'),
        ("", '<table><tr><td style="width:0;white-space:nowrap">SEEN<td>b<tr><td>c<td>d</table>'),
        ("", '<div style="visibility:hidden">x<p style="visibility:visible">SEEN</p></div>'),
        ("", '<div style="color:#fff"><p style="background:#036">SEEN</p></div>'),
        ("", '<div style="color:#fff"><p style="color:black">SEEN</p></div>'),
        ("", '<div style="color:#fff"><a href="/a">SEEN</a></div>'),
        ("", '<p style="color:#fff;background:linear-gradient(#000,#036)">SEEN</p>'),
        ("", '<p style="color:#fff;background:url(data:image/png;base64,AA==)">SEEN</p>'),
        ("", '<p style="color:#fff;background:var(--dark)">SEEN</p>'),
        ("", '<h1 style="background:linear-gradient(red,blue);-webkit-background-clip:text;'
             'color:transparent">SEEN</h1>'),
        ("", '<table bgcolor="003366"><tr><td><font color="white">SEEN</font></table>'),
        ("", '<p style="overflow:hidden;width:5%">SEEN</p>'),
        (".x{display:none} .x.on{display:block}", '<p class="x on">SEEN</p>'),
        (".x{display:none} @media (min-width:768px){.x{display:block}}", "<p class=x>SEEN</p>"),
        ("@media (max-width:600px){.x{display:none}}", "<p class=x>SEEN</p>"),
        ("@media print{.x{display:none}}", "<p class=x>SEEN</p>"),
        ("@supports not (display:grid){.x{display:none}}", "<p class=x>SEEN</p>"),
        (".x:hover, .x::after, .card:hover .x{display:none}", "<p class=x>SEEN</p>"),
        (".y .x{display:none} .page > i > .x{display:none}", "<p class=x>SEEN</p>"),
        ("/* .x{display:none} */ .y{content:'.x{display:none}'}", "<p class=x>SEEN</p>"),
        (".x{display:none}", '<p class=x style="display:block">SEEN</p>'),
        ("body{background:#111;color:#eee}", "<p>SEEN</p>"),
        ("h1{color:white} .page{background:navy}", "<h1>SEEN</h1>"),
    ],
)  # fmt: skip
def test_what_a_reader_sees_is_read_without_a_warning_of_its_own(styles, body):
    text, _ = read(page(styles, body))
    assert "SEEN" in text


def test_a_sheet_for_paper_hides_nothing_from_a_screen():
    assert "SEEN" in read('<style media="print">p{display:none}</style><p>SEEN</p>')[0]


def test_a_page_in_the_ink_of_its_paper_shows_what_has_another_colour():
    text, warnings = read('<body text="#fff"><p>SECRET</p><p style="color:#000">SEEN</p></body>')
    assert "SECRET" not in text
    assert "SEEN" in text
    assert warnings == ["1 hidden parts were left out"]
