"""Dates and times of day, in every usual form, are found as one."""

import time
from pathlib import Path

import pytest
from word_embedder import WordEmbedder

from vectorstore.dates import (
    Day,
    clock_spellings,
    days_of,
    either_order,
    in_one_spelling,
    spellings,
)
from vectorstore.index import Index
from vectorstore.languages import languages
from vectorstore.query import match_expression
from vectorstore.records import Chunk, NewDocument
from vectorstore.scope import EVERYTHING

MARCH = Day(2024, 3, 12)
FORMS = [
    "12 March 2024",
    "12.03.2024",
    "12.3.2024",
    "12. 3. 2024",
    "12.03.24",
    "2024-03-12",
    "2024/03/12",
    "12/03/2024",
    "12-03-2024",
    "March 12th, 2024",
    "March 12, 2024",
    "Mar 12 2024",
    "MARCH 12, 2024",
    "12th March 2024",
    "the 12th of March 2024",
    "12 march 2024",
    "12. März 2024",
    "12 Mar. 2024",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_day_is_one_day_in_every_form(form: str) -> None:
    assert days_of(f"What was decided on {form}?") == [MARCH]
    spelt = in_one_spelling(f"What was decided on {form}?")
    assert spelt == "What was decided on 12 March 2024?"
    if "the" not in form:
        german = in_one_spelling(f"Was wurde am {form} beschlossen?")
        assert german == "Was wurde am 12. März 2024 beschlossen?"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on the 12th of March", [Day(None, 3, 12)]),
        ("am 12.03. und am 13.3.", [Day(None, 3, 12), Day(None, 3, 13)]),
        ("3/13/2024", [Day(2024, 3, 13)]),
        ("in May 2024", [Day(2024, 5, None)]),
        ("you may 12 times", []),
        ("you may march 12 miles", []),
        ("see section 1.2.24", []),
        ("agreement SA-2024-117", []),
        ("version 10.04.24.1", []),
        ("32.03.2024", []),
        ("12.13.2024", []),
        ("a ratio of 12/3", []),
    ],
)
def test_what_is_a_date(text: str, found: list[Day]) -> None:
    assert days_of(text) == found


def test_a_date_of_two_orders_is_told() -> None:
    assert either_order("on 12/03/2024 and 13/03/2024 and 05/05/2024 and 12.03.2024") == [
        ("12/03/2024", MARCH)
    ]
    for language in languages():
        told = language.outcomes.day_first.format(written="12/03/2024", date="12 March 2024")
        assert "12/03/2024" in told


@pytest.mark.parametrize(
    "form", ["5 pm", "5 p.m.", "5pm", "17:00", "17.00 Uhr", "17 Uhr", "5:00 PM"]
)
def test_a_time_of_day_is_one_in_every_form(form: str) -> None:
    assert set(clock_spellings(f"at {form} sharp")) == set(clock_spellings("17:00"))


@pytest.mark.parametrize("text", ["10:30:15", "17.00 euros", "25:00", "13 pm", "5 people", "1:5"])
def test_what_is_no_time_of_day(text: str) -> None:
    assert clock_spellings(text) == []


def test_every_form_is_looked_for_in_documents_of_every_form(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index", WordEmbedder())
    try:
        for number, form in enumerate(FORMS):
            held = Chunk(f"The board met on {form}. It bought a forklift.", None, "")
            other = Chunk("The board met on 13 April 2023. It bought a crane.", None, "")
            document = NewDocument("general", f"{number}.txt", "Minutes", "0" * 64, "x", None, "")
            index.put(document, [other, held])
        first = [
            _found(index, f"Which decision is of {form}?") for form in FORMS if "the" not in form
        ]
        assert all(found == first[0] for found in first)
        lexical = index.search("Which decision is of 2024-03-12?", EVERYTHING, 40).hits
        telling = {hit.text for hit in lexical if hit.signals["lexical"] > 0.3}
        wanted = {f"The board met on {form}. It bought a forklift.".casefold() for form in FORMS}
        assert wanted <= {text.casefold() for text in telling}  # March and MARCH say the same
    finally:
        index.close()


def _found(index: Index, question: str) -> list[str]:
    return [hit.text for hit in index.search(question, EVERYTHING, 20).hits]


def test_a_time_is_found_in_another_form(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index", WordEmbedder())
    try:
        texts = ("The gate closes at 17:00.", "The gate closes at 16:00.", "Tor 17 schließt.")
        for number, text in enumerate(texts):
            document = NewDocument("general", f"{number}.txt", "Gate", "0" * 64, "x", None, "")
            index.put(document, [Chunk(text, None, "")])
        hits = index.search("What closes at 5 pm?", EVERYTHING, 3).hits
        assert hits[0].text == texts[0]
    finally:
        index.close()


def test_long_texts_take_linear_time() -> None:
    for piece in ("12.03.2024 ", "12.", "March ", "1/", "12 of ", "5 pm ", "2024-", "am 12.03. "):
        long = piece * 20_000
        started = time.perf_counter()
        days_of(long)
        in_one_spelling(long)
        match_expression(long)
        clock_spellings(long)
        assert time.perf_counter() - started < 6, piece


def test_no_day_has_no_spellings() -> None:
    assert spellings(Day(2024, 3, None)) == []
