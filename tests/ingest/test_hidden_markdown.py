"""What rendered Markdown does not show is not read, and all that it shows is."""

import io

import pytest

from ingest.sandbox.reading import read_sections
from ingest.sections import Findings

INLINE = [  # hidden forms that can stand within a sentence
    "<span hidden>SECRET</span>",
    "<span style='display:none'>SECRET</span>",
    "<span style='display:/* so */none'>SECRET</span>",
    "<span style='display&#58;none'>SECRET</span>",
    "<span title='a>b' style='display:none'>SECRET</span>",
    "<span\nhidden>SECRET</span>",
    "<span hidden>a <span>b</span> SECRET</span>",
    "<span hidden>SECRET `</span>` SECRET</span>",
    "<font color=white>SECRET</font>",
    '<span style="color:#ffffff">SECRET</span>',
    '<span style="font-size:0">SECRET</span>',
    '<span class="gone">SECRET</span>',
    "<template>SECRET</template>",
    "<b hidden>SECRET **SECRET** `SECRET`</b>",
]
SILENT_INLINE = [
    "<!-- SECRET -->",
    "<!-- SECRET\nSECRET -->",
    "<? SECRET ?>",
    "<!SECRET a>",
    "<![CDATA[ SECRET ]]>",
    "<script>SECRET</script>",
    "<style>SECRET</style>",
    "<iframe>SECRET</iframe>",
]
SILENT = ("<!", "<?", "<sc", "<st", "<if")  # comments and programs go without a word
BLOCKS = [  # hidden forms that stand on lines of their own
    "<div hidden>SECRET</div>",
    "<div hidden>\n\nSECRET\n\n- SECRET\n\n```\nSECRET\n```\n\n</div>",
    "<div style='display:none'><div>a</div>SECRET</div>",
    "<div style='display:none'>\n<div>\n\na\n\n</div>\n\n# SECRET\n\n</div>",
    "<div hidden>\n```\n```\nSECRET</div>",
    "<div>\n`<b hidden>` SECRET</b>\n</div>",
    "<div hidden>\n\n> SECRET\n\n| SECRET | b |\n|---|---|\n| c | SECRET |\n\n</div>",
    "<div hidden>SECRET" + " SECRET" * 9_000 + "</div>",
    "<ul><li hidden>SECRET<li>a</ul>",
    "<p hidden>SECRET</p>",
    "<p hidden>SECRET",
    "<div>\n```\n<b title='SECRET' hidden>SECRET</b>\n```\n</div>",
    "<table><tr hidden><td>SECRET</td></tr></table>",
]
SILENT_BLOCKS = [
    "[//]: # (SECRET)",
    "[//]: # (SECRET\nSECRET)",
    '[comment]: <> "SECRET"',
    "[SECRET]: https://example.org 'SECRET'",
    "<!-- SECRET\n\nSECRET -->",
    "<!--\n```\nSECRET\n-->",
    "<script>\nSECRET\n\nSECRET\n</script>",
    "<style>\n.x{color:red}\n\n.SECRET{}\n</style>",
]
SHEET = "<style>.gone{display:none}</style>\n\n"
AROUND_INLINE = [
    "Before. {h} After.\n",
    "# Before. {h}\n\nAfter.\n",
    "- Before.\n- So {h} and\n- After.\n",
    "> Before. {h} After.\n",
    "1. Before.\n\n   {h}\n\n   After.\n",
    "`Before.` {h} **After.**\n",
]
AROUND_BLOCKS = [
    "Before.\n\n{h}\n\nAfter.\n",
    "# Before.\n{h}\n\nAfter.\n",
    "```\nBefore.\n```\n{h}\n\n    After.\n",
    "- Before.\n\n{h}\n\n- After.\n",
]


def read(text: str) -> tuple[str, list[str]]:
    findings = Findings()
    sections = read_sections(io.BytesIO(text.encode()), "a.md", findings)
    return "\n".join(f"{s.heading}\n{s.text}" for s in sections), findings.warnings


@pytest.mark.parametrize("hidden", INLINE + SILENT_INLINE)
@pytest.mark.parametrize("around", AROUND_INLINE)
def test_what_is_hidden_in_a_sentence_is_left_out_and_nothing_else(hidden, around):
    if around.startswith("#"):  # a heading is one line
        hidden = hidden.replace("\n", " ")
    text, warnings = read(SHEET + around.replace("{h}", hidden.replace("\n", "\n   ")))
    assert "SECRET" not in text
    assert "Before." in text
    assert "After." in text
    assert warnings == ([] if hidden.startswith(SILENT) else ["1 hidden parts were left out"])


@pytest.mark.parametrize("hidden", BLOCKS + SILENT_BLOCKS)
@pytest.mark.parametrize("around", AROUND_BLOCKS)
def test_hidden_blocks_are_left_out_and_nothing_else(hidden, around):
    text, warnings = read(around.replace("{h}", hidden))
    assert "SECRET" not in text
    assert "Before." in text
    assert "After." in text
    assert warnings == (["1 hidden parts were left out"] if hidden in BLOCKS else [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_are_line_ends(end):
    page = "Before.\n\n[//]: # (SECRET)\n\n<div hidden>\n\nSECRET\n</div>\n\nAfter.\n"
    text, warnings = read(page.replace("\n", end))
    assert text.split() == ["Before.", "After."]
    assert warnings == ["1 hidden parts were left out"]


def test_words_in_two_lines_or_two_cells_stay_two_words():
    page = "One<br>two\n\n<table><tr><td>three</td><td>four</td></tr></table>\n"
    assert read(page)[0].split() == ["One", "two", "three", "four"]


@pytest.mark.parametrize("hidden", INLINE + SILENT_INLINE + BLOCKS + SILENT_BLOCKS)
@pytest.mark.parametrize("around", ["~~~~\n{h}\n~~~~\n", "- a\n\n  ~~~~\n{h}\n  ~~~~\n", "{h4}"])
def test_an_example_in_a_block_of_code_is_read_as_it_stands(hidden, around):
    indented = "".join(f"    {line}\n" for line in hidden.split("\n"))
    within = "\n".join(f"  {line}" for line in hidden.split("\n"))
    shown = around.replace("{h4}", indented).replace("{h}", within if "- a" in around else hidden)
    text, warnings = read(f"Before.\n\n{shown}\nAfter.\n")
    assert text.count("SECRET") == hidden.count("SECRET")
    assert "After." in text
    assert warnings == []


@pytest.mark.parametrize(
    "unclosed", ["<!-- SECRET\n\nSECRET", "<div hidden>\n\nSECRET", "<script>\nSECRET\n\nSECRET"]
)
def test_what_is_never_closed_hides_all_that_follows(unclosed):
    text, warnings = read(f"Before.\n\n{unclosed}\n\n# SECRET\n\n- SECRET\n")
    assert "Before." in text
    assert "SECRET" not in text
    assert warnings == ["1 hidden parts were left out"]


@pytest.mark.parametrize(
    "shown",
    [
        "A comment begins with <!-- in HTML. SEEN",
        "A comment begins with `<!--` in HTML.\n\nSEEN",
        "Code ``a ` <!-- b`` goes on. SEEN\n\nSEEN -->",
        r"An escaped \<!-- begins nothing. SEEN --> SEEN",
        r"An escaped \<span hidden> hides nothing. SEEN",
        "A `<div hidden>` hides its content.\n\nSEEN",
        "With <script> a page is programmed.\n\nSEEN",
        "<p hidden>note\n\nSEEN",
        "- <div hidden>note\n- SEEN",
        "> <div hidden>note\n\nSEEN",
        "> <div hidden>note\n\n> SEEN",
        "# A <span hidden>note\n\nSEEN",
        "A <span hidden>note\n\nSEEN",
        "| A | B |\n|---|---|\n| <span hidden>note | SEEN |",
        "<div hidden>note</div> SEEN",
        "<div style='visibility:hidden'>note <b style='visibility:visible'>SEEN</b></div>",
        "<div style='background:navy'>\n\n<span style='color:white'>SEEN</span>\n\n</div>",
        "<table bgcolor='#003366'><tr><td><font color=white>SEEN</font></td></tr></table>",
        "<div hidden />\n</div>\n\nSEEN",
        "[SEEN]: two words",
        "[^1]: SEEN",
        "Text.\n[//]: # (SEEN)",
        "a < b <SEEN",
        "The `<SEEN>` element, and `</SEEN>`.",
        "See <https://example.org/SEEN> or <SEEN@example.org>.",
        "```\n<div hidden>\n```\n\nSEEN",
        "    <div hidden>\n\nSEEN",
        "1. a\n\n   ```\n   <!--\n   ```\n\nSEEN",
        "- - ```\n    <div hidden>\n    ```\n\nSEEN",
        "<!--> SEEN",
        "<!-- a --> SEEN <!-- b -->",
        "---\ntitle: x\n---\nSEEN",
        "<details><summary>More</summary>\n\nSEEN\n\n</details>",
        "```css\n.x{display:none}\n<style>.x{display:none}</style>\n```\n\n<b class='x'>SEEN</b>",
    ],
)
def test_what_is_shown_is_read(shown):
    text, _ = read(f"Before.\n\n{shown}\n")
    assert text.count("SEEN") == shown.count("SEEN")


def test_text_without_anything_hidden_stays_letter_by_letter():
    text = "A *b* <u>c</u> `<i>`\nd  \n\n> e\n> f\n\n1. g\n   h\n\n       i <j>\n"
    with_comment = read(text + "\n<!-- x -->\n")
    assert with_comment == read(text)
