"""A sentence counts as supported only if a passage says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.language import numbers
from app.answering.support import find_support

LEAVE = (
    "Full-time employees are entitled to 28 days of annual leave. Part-time employees receive "
    "leave in proportion to their hours. Unused leave cannot be carried over after 31 March."
)
TRAVEL = "Country: Norway; Meal allowance: 65 EUR\nCountry: Spain; Meal allowance: 42 EUR"


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        ("Full-time employees get 28 days of annual leave.", 0),
        ("The meal allowance for Norway is 65 EUR.", 1),
        ("Unused leave cannot be carried over after 31 March.", 0),
    ],
)
def test_true_sentences_find_their_passage(said: str, passage: int) -> None:
    support = find_support(said, [LEAVE, TRAVEL])
    assert support is not None
    assert support.passage == passage


@pytest.mark.parametrize(
    "said",
    [
        "Full-time employees get 30 days of annual leave.",  # another number
        "The meal allowance for Norway is 42 EUR.",  # a number of another row
        "The meal allowance for Sweden is 65 EUR.",  # another name
        "Unused leave can be carried over after 31 March.",  # the opposite
        "Employees receive free lunch and a company car.",  # nothing of it
    ],
)
def test_false_sentences_find_none(said: str) -> None:
    assert find_support(said, [LEAVE, TRAVEL]) is None


def test_a_part_of_a_number_supports_nothing() -> None:
    passage = "The university of technology employs 2,000 professors."
    assert find_support("The university of technology employs 2 professors.", [passage]) is None


def test_the_quote_is_the_passages_own_words() -> None:
    support = find_support("The meal allowance for Spain is 42 EUR.", [LEAVE, TRAVEL])
    assert support is not None
    assert support.quote == "Country: Spain; Meal allowance: 42 EUR"


@given(st.text(max_size=200), st.lists(st.text(max_size=300), max_size=4))
def test_numbers_of_a_supported_sentence_stand_in_its_evidence(
    said: str, passages: list[str]
) -> None:
    support = find_support(said, passages)
    if support is not None:
        assert numbers(said) <= numbers(support.quote)
        assert 0 <= support.passage < len(passages)
