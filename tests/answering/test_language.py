"""Numbers, names and sentences compare as a reader would compare them."""

import pytest

from app.answering.language import content_stems, names, negated, numbers, sentences


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1,250.00 EUR", {"1250"}),
        ("1\u00a0250 EUR", {"1250"}),
        ("1.250,50 EUR", {"1250.5"}),
        ("30 days", {"30"}),
        ("thirty days", {"30"}),
        ("0.5 percent", {"0.5"}),
        ("0,5 Prozent", {"0.5"}),
        ("part AB-12/3", {"12", "3"}),
        ("in 2021.", {"2021"}),
        ("version 2.10.3", {"2103"}),
        ("1,000,000 people", {"1000000"}),
        ("pages 3-5", {"3", "5"}),
        ("no number", set()),
    ],
)
def test_numbers_have_one_form(written: str, plain: set[str]) -> None:
    assert plain <= numbers(written)


def test_a_part_of_a_number_is_not_in_the_text() -> None:
    assert numbers("It employs 2,000 professors.") == {"2000"}
    assert numbers("Meals: 20 300 in all") == {"20", "300"}


def test_two_amounts_in_one_sentence_stay_apart() -> None:
    assert numbers("from 20 to 25 days, 300 in all") == {"20", "25", "300"}


def test_names_are_words_written_large_inside_the_sentence() -> None:
    assert names("The contract with Mercer was signed in Oslo.") == {"mercer", "oslo"}


def test_a_table_row_is_a_sentence_of_its_own() -> None:
    text = "Country: Norway; Allowance: 65 EUR\nCountry: Spain; Allowance: 42 EUR"
    assert sentences(text) == text.splitlines()


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert len(sentences("Dr. Hale agreed. See sec. 4.2 of the manual.")) == 2


@pytest.mark.parametrize(
    "sentence",
    [
        "Die Frist endet am 1. Juli 2024 um 12 Uhr.",
        "Danach gilt nach Abs. 2 der Ordnung etwas anderes.",
        "Im 3. Quartal stieg der Umsatz.",
        "Das Büro liegt im 2. Stock in der Hauptstr. 5.",
    ],
)
def test_german_ordinals_and_abbreviations_do_not_end_a_sentence(sentence: str) -> None:
    after = "Das Zimmer kostet 15."
    assert sentences(f"{sentence} {after} Es ist neu.") == [sentence, after, "Es ist neu."]


def test_words_of_one_stem_compare_equal() -> None:
    assert set(content_stems("approved travels")) == set(content_stems("approve travel"))


def test_denial_is_seen() -> None:
    assert negated("Staff don’t get this.")
    assert negated("No refund is paid.")
    assert not negated("A note is paid.")
