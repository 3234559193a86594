"""What a filter finds is never shown, wherever a growing text is cut."""

import re
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.answering.filters.masking import find_all, masked, settled
from app.answering.filters.personal import LABELS, PersonalData
from app.answering.filters.port import Filter
from app.answering.filters.word_lists import WordList

PERSONAL = PersonalData()
WORDS = WordList("code names", ["Falcon", "Night Owl"], [r"KX-\d{4}", r"[A-Z]{2}\d{2,6}"], "test")
FILTERS: Sequence[Filter] = (PERSONAL, WORDS)
PIECES = st.sampled_from(
    [
        "kim.lund@example.com",
        "+49 30 901820",
        "0171 2345678",
        "(415) 555-2671",
        "DE89 3704 0044 0532 0130 00",
        "at61 1904 3002 3457 3201",
        "4111 1111 1111 1111",
        " 1234",
        " bald",
        "123-45-6789",
        "passport no. C01X00T47",
        "756.9217.0769.85",
        "Falcon",
        "night  owl",
        "KX-4471",
        "AB123456",
        "the",
        " ",
        ", ",
        "\n",
        "7",
        "+",
        "@",
        "x",
        "ü",
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_no_letter_of_a_place_is_shown_wherever_the_text_was_cut(text: str) -> None:
    places = find_all(FILTERS, text)
    for end in range(0, len(text) + 1, 3):
        shown = settled(FILTERS, text[:end])
        outside = _letters_shown(shown, text)
        assert not any(place.start <= at < place.end for at in outside for place in places)


def _letters_shown(shown: str, text: str) -> list[int]:
    """Which letters of `text` are in its masked start `shown`; labels stand for none of them."""
    at = 0
    letters: list[int] = []
    for part in re.split(r"(\[[a-zA-Z -]+\])", shown):
        if part.startswith("[") and part[1:-1] in {*LABELS, "code names"}:
            at = -1  # the next part says where it goes on
            continue
        if at < 0:
            at = _after_place(text, letters, part)
        assert text[at : at + len(part)] == part
        letters += range(at, at + len(part))
        at += len(part)
    return letters


def _after_place(text: str, letters: list[int], part: str) -> int:
    """Where `part` goes on behind a place: at the end of the one that begins after `letters`."""
    start = letters[-1] + 1 if letters else 0
    ends = [one.end for one in find_all(FILTERS, text) if one.start >= start]
    return next((end for end in ends if text.startswith(part, end)), len(text))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_masked_text_holds_nothing_that_was_found(text: str) -> None:
    places = find_all(FILTERS, text)
    assert all(a.end <= b.start for a, b in pairwise(places))
    kept = masked(text, places)
    outside = len(text) - sum(found.end - found.start for found in places)
    labels = sum(len(found.label) + 2 for found in places)
    assert len(kept) == outside + labels


def test_a_pattern_without_an_end_holds_everything_back() -> None:
    endless = WordList("all of it", [], [r"secret.*"], "test")
    assert endless.reach is None
    assert settled([endless], "nothing to see here " * 50) == ""


def test_a_long_text_is_shown_up_to_the_reach() -> None:
    text = "A sentence without anything in it. " * 40
    shown = settled([WORDS], text)
    assert text.startswith(shown)
    assert len(text) - len(shown) < 40
