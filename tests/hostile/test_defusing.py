"""Nothing in a defused text acts when it is drawn as Markdown or HTML."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.answering.defusing import defuse

LIVE = """
![x](https://evil.example/a.png?q=1)
[Click here](https://evil.example/a "title") to go on [1].
[![logo](https://evil.example/l.png)](https://evil.example)
[1](https://evil.example/fake-source)
<https://evil.example/auto>
<img src="https://evil.example/i.png">
<a href=//evil.example>go</a>
<script src='https://evil.example/s.js'></script>
<IMG SRC=https://evil.example/x
[see][ref]
![see][ref]
[ref]: https://evil.example/r
<svg onload=alert(1)>
<iframe src="https://evil.example"></iframe>
""".strip().splitlines()
PARSER = MarkdownIt("commonmark", {"html": True})


def _active(text: str) -> list[str]:
    """What a Markdown viewer would fetch or make clickable."""
    found = []
    for token in PARSER.parse(text):
        for part in (token, *(token.children or ())):
            if part.type in ("link_open", "image"):
                found.append(part.type)
            if part.type in ("html_inline", "html_block") and re.search(
                r"<\s*(?:img|a|script|svg|iframe|link|object|embed|video|audio|form|base|meta|style)\b",
                part.content,
                re.IGNORECASE,
            ):
                found.append(part.content)
    return found


@pytest.mark.parametrize("live", LIVE)
def test_markup_becomes_text(live: str) -> None:
    text, count = defuse(live if "][ref]" not in live else f"{live}\n\n[ref]: https://e.example")
    assert count >= 1
    assert _active(text) == []


def test_words_and_address_stay_to_be_read() -> None:
    assert defuse("See [the portal](https://intranet.example).")[0] == (
        "See the portal (https://intranet.example)."
    )


@pytest.mark.parametrize(
    "honest",
    [
        "28 days [1][2].",
        "Press <Ctrl> and <Enter>.",
        "If a < b and c > d, stop [3].",
        "Costs are [net] 12.50 EUR [1] (see page 3).",
        "As said [1](see above).",
    ],
)
def test_honest_brackets_stay(honest: str) -> None:
    assert defuse(honest) == (honest, 0)


_PIECES = st.sampled_from(
    "[|]|(|)|!|<|>|img src=|a href=|https://e.example| |script|[ref]: |[ref]|\\|`|//e.example|1|\n"
    .split("|")
)  # fmt: skip


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_no_mixture_of_markup_stays_active(text: str) -> None:
    assert _active(defuse(text)[0]) == []
