"""What is told of error 40 is no answer about error 41."""

import pytest

from app.answering.labels import is_of_another, labels


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Error 40 means that there is no paper.", True),
        ("Error: 40; Meaning: no paper", True),
        ("Error 41, system message: you must replace the toner.", False),
        ("Errors 40 to 42 are told to the service.", False),
        ("Errors 39, 40 and 41 are rare.", False),
        ("Errors 42, 43 are rare.", True),
        ("The copier is on floor 40.", False),
        ("The error costs 40 euros.", False),
        ("An error within 40 days is free.", False),
    ],
)
def test_a_sentence_tells_of_another_error(text: str, other: bool) -> None:
    assert is_of_another(labels("What must be done when the copier shows error 41?"), text) == other


@pytest.mark.parametrize(
    "text",
    [
        "It lasts from 20 to 25 days.",
        "The allowance: 65 EUR",
        "In 2022 there were many.",
        "A car costs 0.38 euros.",
        "They paid 40 % more.",
        "It began in the late 1950s, around 1957.",
        "Calls since 1950's end",
    ],
)
def test_amounts_label_nothing(text: str) -> None:
    assert labels(text) == {}


@pytest.mark.parametrize(
    ("text", "stem", "numbers"),
    [
        ("Clause 6.1 is replaced.", "claus", {"6.1"}),
        ("Ask at gate 3 or line No. 12.", "line", {"12"}),
        ("Die Anlage 4b gilt.", "anlag", {"4b"}),
        ("the travel policy 2024", "polici", {"2024"}),
        ("Room: 114; Seats: 20", "room", {"114"}),
    ],
)
def test_a_number_after_a_word_labels_it(text: str, stem: str, numbers: set[str]) -> None:
    assert labels(text)[stem] == numbers
