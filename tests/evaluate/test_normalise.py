"""Words, SQuAD's tokens, numbers and dates are compared as a reader would compare them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.evaluation.normalise import (
    contains_answer,
    exact_match,
    number_match,
    squad_tokens,
    token_f1,
    words,
)
from app.answering.evaluation.quantities import numerals, quantities


def test_squad_tokens_lose_case_punctuation_and_articles() -> None:
    assert squad_tokens("The U.S. Army's  an-swer, a\tday!") == ["us", "armys", "answer", "day"]


def test_exact_match_is_over_all_accepted_answers() -> None:
    assert exact_match("The October 6, 1973.", ["yesterday", "october 6 1973"]) == 1.0
    assert exact_match("on October 6, 1973", ["October 6, 1973"]) == 0.0
    assert exact_match("", []) == 1.0
    assert exact_match("something", []) == 0.0


def test_f1_by_hand() -> None:
    # given: on october 6 1973 war began (6); accepted: october 6 1973 (3); 3 shared
    # precision 3/6, recall 3/3, F1 = 2 * .5 * 1 / 1.5
    assert token_f1("On October 6, 1973 the war began", ["October 6, 1973"]) == pytest.approx(2 / 3)
    # repeated tokens are shared as often as both have them: 1 of 3 and 1 of 2
    assert token_f1("no no no", ["no yes"]) == pytest.approx(2 * (1 / 3) * (1 / 2) / (5 / 6))
    assert token_f1("one", ["two", "one"]) == 1.0
    assert token_f1("", ["two"]) == 0.0
    assert token_f1("", []) == 1.0


@given(st.text(), st.lists(st.text(), min_size=1))
def test_f1_and_containment_lie_between_0_and_1_and_follow_a_match(
    answer: str, accepted: list[str]
) -> None:
    assert 0 <= token_f1(answer, accepted) <= 1
    if exact_match(answer, accepted):
        assert token_f1(answer, accepted) == 1.0
    if words(answer) and len(words(answer)) <= 60:
        assert contains_answer(answer, [*accepted, answer]) == 1.0


def test_containment_is_by_whole_words_in_order_and_in_at_most_60_words() -> None:
    assert contains_answer("They have 28 working days.", ["28 Working-Days"]) == 1.0
    assert contains_answer("They have 128 working days.", ["28 working days"]) == 0.0
    assert contains_answer("days 28", ["28 days"]) == 0.0
    assert contains_answer("word " * 58 + "28 days", ["28 days"]) == 1.0
    assert contains_answer("word " * 59 + "28 days", ["28 days"]) == 0.0
    assert contains_answer("anything", ["…"]) == 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,250.00", "1250"),
        ("1.250,00 €", "1250"),
        ("1\u00a0250", "1,250"),
        ("1'250", "1250"),
        ("2.000.000", "2 million"),
        ("$1.2 billion", "1,200,000,000"),
        ("1.2bn", "1.2 billion"),
        ("3,5 %", "3.5 percent"),
        ("0.420", "0.42"),
        ("twenty", "20"),
        ("Twenty-five", "25"),
        ("two hundred and fifty", "250"),
        ("one thousand two hundred", "1200"),
        ("the fourth", "4th"),
        ("October 6, 1973", "6 October 1973"),
        ("6th of October, 1973", "1973-10-06"),
        ("06.10.1973", "Oct. 6, 1973"),
        ("6/10/1973", "6 Oct 1973"),
        ("12/25/1973", "25 December 1973"),
        ("6. Oktober 1973", "6 October 1973"),
        ("October 1973", "Oct 1973"),
    ],
)
def test_the_same_number_or_date_written_differently(one: str, other: str) -> None:
    assert quantities(one) == quantities(other) != frozenset()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Switzerland 72 195", {"72", "195"}),  # two columns of a table, not 72,195
        ("1.250 kg", {"1.25"}),
        ("between 10-20 people", {"10", "20"}),
        ("AB-12/3", {"12", "3"}),
        ("two and three", {"2", "3"}),
        ("a hundred", set()),
        ("13/13/2020", {"13", "2020"}),  # no date
        ("no numbers; may march", set()),
    ],
)
def test_what_is_a_number_and_what_is_not(text: str, found: set[str]) -> None:
    assert quantities(text) == found


def test_numerals_are_those_in_digits() -> None:
    assert numerals("two of 1,250.00 on October 6, 1973") == {"1250", "6", "1973"}


def test_numbers_match_in_any_spelling() -> None:
    assert number_match("It costs EUR 1250 a year.", ["1,250.00 euros"]) == 1.0
    assert number_match("It costs EUR 1251 a year.", ["1,250.00 euros"]) == 0.0
    assert number_match("There are 20 of them", ["twenty"]) == 1.0
    assert number_match("It was on 6 October 1973", ["1973"]) == 1.0
    assert number_match("It was in 1973", ["October 6, 1973"]) == 0.0
    assert number_match("word " * 60 + "20", ["twenty"]) == 0.0
    assert number_match("anything", ["Ann", "one of the oldest"]) is None


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Z", "S"])))
def test_no_text_is_too_strange_for_numbers(text: str) -> None:
    assert all(found.replace(".", "").isdigit() for found in numerals(text))
    assert number_match(text, [text]) in (
        (None, 0.0, 1.0) if len(words(text)) > 60 else (None, 1.0)
    )


@given(st.integers(min_value=1000, max_value=10**12))
def test_thousands_may_be_grouped(number: int) -> None:
    assert quantities(f"{number:,}") == {str(number)} == numerals(f"{number}")


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_a_date_is_found_however_it_is_written(date: dt.date) -> None:
    iso = f"{date:%Y-%m-%d}"
    assert iso in quantities(f"on {date:%d.%m.%Y}.")
    assert iso in quantities(f"{date:%B} {date:%d}, {date:%Y}")
    assert iso in quantities(f"the {date:%d} {date:%B} {date:%Y}")
    assert iso in quantities(iso)
