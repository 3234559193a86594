"""Lists as they stand below a line: whole, in order, with what opens them."""

from hypothesis import given
from hypothesis import strategies as st

from app.answering.blocks import blocks_of, gather, parts_of
from vectorstore.records import Hit


def passage(text: str, heading: str = "", position: int = 0) -> Hit:
    return Hit("a.md", None, heading, text, 0.0, f"a#{position}", "general", position)


MARKED = st.sampled_from(["- {}", "* {}", "  - {}", "1. {}", "2) {}", "• {}", "16.1 {}", "a) {}"])
WORDS = st.from_regex(r"[A-Z][a-z]{3,9} [a-z]{3,9}", fullmatch=True)


@given(st.lists(st.tuples(MARKED, WORDS), min_size=2, max_size=12), st.integers(1, 11))
def test_a_list_is_told_whole_and_in_order_also_where_it_goes_on_in_the_next_passage(
    marked: list[tuple[str, str]], cut: int
) -> None:
    lines = [mark.format(words) for mark, words in marked]
    section = [
        passage("What you need.\n" + "\n".join(lines[:cut]), "Tools"),
        passage("\n".join(lines[cut:]), "Tools", 1),
    ]
    outer = [one for one in blocks_of(section) if one.outermost]
    told = [item.text for one in outer for item in one.items]
    assert told in ([words for _, words in marked], [])  # [] where only one is of the first level
    for block in blocks_of(section):
        assert all(item.text in item.hit.text for item in block.items)
        assert block.items[0].depth == 0


def test_a_list_below_an_item_is_one_as_well_and_has_the_item_as_its_opener() -> None:
    found = blocks_of(
        [passage("1. Log in:\n• Open the page.\n• Enter the code.\n2. Cancel:\n• Click it.", "How")]
    )
    assert [(one.outermost, one.opener, one.length) for one in found] == [
        (True, "", 2),
        (False, "Log in:", 2),
    ]
    assert [item.depth for item in found[0].items] == [0, 1, 1, 0, 1]


def test_paragraphs_with_labels_are_a_list_and_rows_of_a_table_are_none() -> None:
    labelled = "Open: she listens.\n\nKind: she helps.\n\nQuick: she acts."
    assert [item.text for item in blocks_of([passage(labelled)])[0].items][2] == "Quick: she acts."
    rows = "Country: Norway; Price: 12\nCountry: Spain; Price: 9\nCountry: Peru; Price: 7"
    assert blocks_of([passage(rows)]) == []


def test_headings_below_a_heading_are_its_parts() -> None:
    outline = [
        passage("Kinds are told apart.", "Kinds"),
        passage("You choose the times.", "Kinds > Gliding", 1),
        passage("You work less.", "Kinds > Part time", 2),
        passage("Never.", "Kinds > Part time > When", 3),
        passage("Ask.", "Who", 4),
    ]
    parts = parts_of(outline, "Kinds")
    assert parts is not None
    assert [one.text for one in parts.items] == [
        "Gliding: You choose the times.",
        "Part time: You work less.",
    ]
    assert parts_of(outline, "Who") is None
    found = gather(outline[1:2], lambda hit: [hit], lambda hit: outline)
    assert [one.heading for _, one in found] == ["Kinds"]
