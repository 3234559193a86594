"""What is taken from an answer as its number, date, yes or no, choice or list; gaps, no guesses."""

from typing import Any

import pytest

from app.batch.execution.values import value_of
from app.batch.records import AnswerKind, Question


def value(
    text: str, answer: str, kind: AnswerKind, *, own_words: bool = True, **more: Any
) -> tuple[str | None, str]:
    question = Question(2, "2", text, kind, **more)
    return value_of(question, [answer], own_words=own_words)


@pytest.mark.parametrize(
    ("question", "unit", "answer", "taken"),
    [
        ("How many days of leave?", "days", "“Employees have 28 working days.” [1]", "28"),
        ("Within how many days must a claim come?", "days", "Claims come within 30 days.", "30"),
        ("How many days may be carried over?", "days", "Up to five days may be carried over.", "5"),
        ("How many characters does a password have at least?", "", "It has at least 14.", "14"),
        ("How much is the deposit?", "EUR", "The deposit is 1.2 million euros.", "1200000"),
        # a bound where none was asked for, or the opposite one, is not the number
        ("How many days does delivery take?", "days", "Delivery takes up to 30 days.", None),
        ("How many characters at least?", "", "It has at most 64 characters.", None),
        ("How many people work there?", "", "Between 20 and 30 people work there.", None),
        ("How many days?", "days", "It is 28 days, or 30 days after ten years.", None),
        ("How many days of leave?", "days", "It is decided on 3 May 2026.", None),
    ],
)
def test_a_number_is_taken_where_it_is_sure(
    question: str, unit: str, answer: str, taken: str | None
) -> None:
    found, its_unit = value(question, answer, "number", unit=unit)
    assert found == taken
    assert bool(its_unit) == bool(unit and taken)


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("It ends on 31 March 2027.", "2027-03-31"),
        ("The release of April 2026 holds it.", "2026-04"),
        ("It ends on 31 March.", None),
        ("From 1 May 2026 to 3 June 2026.", None),
    ],
)
def test_a_date_is_taken_where_it_is_the_only_one(answer: str, taken: str | None) -> None:
    assert value("When?", answer, "date") == (taken, "")


def test_yes_and_no_are_taken_from_the_models_words_alone() -> None:
    assert value("Is it paid?", "No, it is not paid. [1]", "yes_no") == ("no", "")
    assert value("Is it paid?", "Ja, sie wird gezahlt.", "yes_no") == ("yes", "")
    assert value("Is it paid?", "No smoking on board.", "yes_no", own_words=False) == (None, "")
    assert value("Is it paid?", "Nobody pays.", "yes_no") == (None, "")


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("No.", "no"),
        ("No – it is not paid.", "no"),
        ("Yes [1]", "yes"),
        ("Nein: das ist untersagt.", "no"),
        ("No employee may share passwords. [1]", None),
        ("No later than 30 days after receipt. [1]", None),
        ("No-one may.", None),
        ("No. 5 of the list is paid.", None),
        ("Ja zur Zahlung sagt der Vorstand.", None),
    ],
)
def test_yes_and_no_count_where_they_stand_alone(answer: str, taken: str | None) -> None:
    assert value("Is it?", answer, "yes_no") == (taken, "")


@pytest.mark.parametrize(
    ("choices", "answer", "taken"),
    [
        ("tested|untested", "Backups are made yearly; restores are not tested.", None),
        ("tested|untested", "Restores are untested.", "untested"),
        ("tested|not tested", "Backups are tested, and restores are untested.", None),
        ("production|test", "The system is in production.", "production"),
        ("tested|not tested", "No, restores are not tested.", "not tested"),
        ("compliant|non-compliant", "The process is not compliant.", None),
        ("compliant|non-compliant", "The process is non-compliant.", "non-compliant"),
        ("compliant|partly", "The process is non-compliant.", None),
        ("compliant|partly", "It isn’t, all in all, compliant.", None),
        ("compliant|partly", "No part of it is compliant.", None),
        ("compliant|partly", "Compliant: no.", None),
        ("konform|teilweise", "Der Prozess ist nicht konform.", None),
        ("konform|teilweise", "Kein Prozess ist konform.", None),
        ("konform|teilweise", "Der Prozess ist konform.", "konform"),
        ("yes|no|not applicable", "No, it is not.", "no"),
        ("yes|no|not applicable", "No limit applies.", None),
        ("yes|no|not applicable", "That is not applicable.", "not applicable"),
    ],
)
def test_a_choice_is_never_the_opposite_of_what_is_said(
    choices: str, answer: str, taken: str | None
) -> None:
    options = tuple(choices.split("|"))
    assert value("Status?", answer, "choice", choices=options) == (taken, "")


def test_a_quotation_does_not_choose_between_yes_and_no() -> None:
    choices = ("yes", "no", "n/a")
    for quoted in ("There is no limit on the days.", "No, said the board.", "No."):
        taken = value("Is there a limit?", quoted, "choice", own_words=False, choices=choices)
        assert taken == (None, "")


def test_a_choice_is_the_longest_one_that_is_said_and_the_only_one() -> None:
    choices = ("compliant", "partly compliant", "not applicable")
    said = "We are partly compliant with that."
    assert value("Status?", said, "choice", choices=choices) == ("partly compliant", "")
    both = "Compliant, or not applicable."
    assert value("Status?", both, "choice", choices=choices) == (None, "")


def test_a_list_is_its_items() -> None:
    assert value("Which?", "- steel\n- brass [2]\n- steel", "list") == ("steel; brass", "")


@pytest.mark.parametrize("kind", ["number", "date", "yes_no", "choice", "list"])
def test_nothing_is_taken_from_nothing(kind: str) -> None:
    assert value_of(Question(2, "2", "What?", kind), [], own_words=True) == (None, "")  # type: ignore[arg-type]
