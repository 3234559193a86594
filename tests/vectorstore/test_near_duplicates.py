"""Boilerplate is shown once; what differs in a number, date, name or denial is never hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.near_duplicates import fold
from vectorstore.records import Hit

TERMS = (
    "This document is the property of Calloway plc and may not be copied, in whole or in part, "
    "without the written consent of the company. It is given to the reader for the purpose named "
    "on its cover and has to be returned, or destroyed, once that purpose has been served. "
    "Questions about it are answered by the legal department within 5 working days."
)


def hits(*texts: str, headings: tuple[str, ...] = ()) -> list[Hit]:
    return [
        Hit(f"{n}.pdf", 1, (headings or ("Terms",) * len(texts))[n], text, 1.0 - n, f"{n}", "s", n)
        for n, text in enumerate(texts)
    ]


def test_equal_and_nearly_equal_boilerplate_is_shown_once() -> None:
    reflowed = TERMS.replace(". ", ".\n").replace(", in whole or in part,", " in whole or in part")
    reworded = TERMS.replace("written consent", "prior written consent").replace("once", "when")
    (kept,) = fold(hits(TERMS, reflowed, reworded, TERMS))
    assert kept.document == "0.pdf"
    assert kept.also_in == ("1.pdf", "2.pdf", "3.pdf")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5 working", "6 working"),
        ("5 working", "5.5 working"),
        ("Calloway", "Harrow"),
        ("may not be", "may be"),
        ("without the", "with the"),
        ("working days", "working weeks"),
        ("within 5", "after 5"),
        ("This document", "Document HX-450"),
    ],
)
def test_a_difference_that_matters_keeps_both(old: str, new: str) -> None:
    assert old in TERMS
    assert len(fold(hits(TERMS, TERMS.replace(old, new)))) == 2


def test_equal_words_about_another_part_stay() -> None:
    found = fold(hits("Torque: 5 Nm.", "Torque: 5 Nm.", headings=("HX 450", "HX 460")))
    assert [hit.heading for hit in found] == ["HX 450", "HX 460"]


def test_short_passages_fold_only_when_equal() -> None:
    assert len(fold(hits("The door is open.", "The door is shut."))) == 2
    assert len(fold(hits("The door is open.", "The  door is open"))) == 1


WORDS = st.lists(st.sampled_from(TERMS.split()), min_size=5, max_size=80)
TELLING = st.sampled_from(
    ["7", "1,250.00", "31.12.2025", "HX-450", "Graz", "Müller", "März", "not", "kein", "weekly"]
)


@given(WORDS, TELLING, TELLING, st.integers(0, 80))
def test_passages_that_differ_in_what_matters_are_both_kept(
    words: list[str], one: str, other: str, at: int
) -> None:
    texts = [" ".join([*words[:at], telling, *words[at:]]) for telling in (one, other)]
    assert len(fold(hits(*texts))) == (1 if one == other else 2)


@given(st.lists(st.sampled_from(["A b c.", "a b d", "A b c", "x 1 y", "x 2 y"]), max_size=12))
def test_nothing_is_lost_and_the_order_stays(texts: list[str]) -> None:
    found = hits(*texts)
    kept = fold(found)
    assert [hit.score for hit in kept] == sorted((hit.score for hit in kept), reverse=True)
    named = {hit.document for hit in kept} | {name for hit in kept for name in hit.also_in}
    assert named == {hit.document for hit in found}
    assert {hit.text.rstrip(".").casefold() for hit in kept} == {
        text.rstrip(".").casefold() for text in texts
    }
