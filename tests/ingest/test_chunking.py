"""Chunks fit the embedder, and no word is lost on the way."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest_fakes import FastEmbedder

from ingest.chunking import chunk_sections
from ingest.sections import Section

EMBEDDER = FastEmbedder()
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=0, max_size=40)
BORDERS = st.sampled_from([" ", "\n", "\n\n", ". ", "; ", "", "\t", "\u3000", "。"])
TEXTS = st.lists(
    st.tuples(WORDS | st.sampled_from(["x" * 500, "word", "e\u0301" * 60]), BORDERS)
).map(lambda parts: "".join(word + border for word, border in parts))
SECTIONS = st.lists(
    st.builds(
        Section,
        TEXTS,
        st.none() | st.integers(1, 3),
        st.sampled_from(["", "One", "One > Two", "h" * 3000]),
        st.sampled_from(["text", "table", "code"]),
    ),
    max_size=8,
)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@settings(max_examples=150, deadline=None)
@given(SECTIONS, st.integers(1, 300))
def test_all_words_come_out_in_order_and_every_chunk_fits(sections, target):
    chunks = list(chunk_sections(sections, EMBEDDER, title="A title", target=target))
    assert squeezed("".join(c.text for c in chunks)) == squeezed("".join(s.text for s in sections))
    for chunk in chunks:
        assert chunk.text == chunk.text.strip() != ""
        whole = f"A title\n{chunk.heading}\n{chunk.text}"
        assert EMBEDDER.count_tokens(whole) <= EMBEDDER.window - 2
    assert {chunk.page for chunk in chunks} <= {section.page for section in sections}


def test_of_a_long_heading_path_the_inner_end_stays():
    outer, inner = "Part " * 90, "Annual leave"
    (chunk,) = chunk_sections([Section("28 days.", None, f"{outer} > {inner}")], EMBEDDER)
    assert chunk.heading == "Annual leave"
    (chunk,) = chunk_sections([Section("28 days.", None, "h" * 3000)], EMBEDDER)
    assert chunk.heading.endswith("h …")
    assert EMBEDDER.count_tokens(chunk.heading) <= EMBEDDER.window // 4


def test_a_chunk_leaves_room_for_its_heading_and_the_title():
    text = "word " * 3000
    heading = "heading " * 20
    for chunk in chunk_sections(
        [Section(text, None, heading)], EMBEDDER, title="t " * 20, target=500
    ):
        tokens = EMBEDDER.count_tokens(f"{'t ' * 20}{heading}{chunk.text}")
        assert tokens + 2 <= EMBEDDER.window


def test_cuts_fall_between_sentences_and_rows():
    prose = "This is a sentence of nine words, no more. " * 200
    rows = "\n".join(
        f"Country: Land {n}; Meal allowance: {n} EUR; Hotel: {n} EUR" for n in range(200)
    )
    for chunk in chunk_sections([Section(prose)], EMBEDDER):
        assert chunk.text.startswith("This")
        assert chunk.text.endswith("more.")
    for chunk in chunk_sections([Section(rows, kind="table")], EMBEDDER):
        assert all(line.startswith("Country:") for line in chunk.text.split("\n"))
        assert chunk.text.endswith("EUR")


def test_a_paragraph_a_little_over_the_target_stays_whole():
    text = "word " * 220
    assert len(list(chunk_sections([Section(text)], EMBEDDER, target=200))) == 1


def test_pages_and_headings_are_never_mixed():
    sections = [Section("a b c", 1, "A"), Section("d e f", 2, "A"), Section("g", 2, "B")]
    chunks = list(chunk_sections(sections, EMBEDDER))
    assert [(c.text, c.page, c.heading) for c in chunks] == [
        ("a b c", 1, "A"), ("d e f", 2, "A"), ("g", 2, "B"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["a" * 3_000_000, "word " * 400_000, "\n" * 1_000_000 + "x"])
def test_monotonous_text_of_megabytes_goes_through(text):
    chunks = list(chunk_sections([Section(text)], EMBEDDER))
    assert squeezed("".join(chunk.text for chunk in chunks)) == squeezed(text)
    assert len({chunk.text for chunk in chunks}) < 20  # repeats are cut alike


def test_headings_alone_share_chunks(tmp_path: Path):
    sections = (Section(f"h{n}") for n in range(20_000))
    assert len(list(chunk_sections(sections, EMBEDDER))) < 500


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(3, 60), min_size=2, max_size=25),
    st.integers(20, 150),
    st.sampled_from(["\n", "\n\n", " "]),
)
def test_a_question_is_not_cut_from_its_answer(lengths, target, between):
    text = "\n\n".join(
        f"What about matter {n}?{between}The answer {'says ' * length}so."
        for n, length in enumerate(lengths)
    )
    for chunk in chunk_sections([Section(text)], EMBEDDER, target=target):
        assert not chunk.text.endswith("?")
