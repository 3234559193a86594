"""What the last question of a short conversation means, and what may answer it."""

import time
from dataclasses import replace

import pytest
from answering.conversations import FIRST_HALF, FRESH, MANUALS, SECOND_HALF, Conversation

from app.answering.followup import (
    Exchange,
    Interpretation,
    choose,
    readings,
    repeats,
    standalone,
    stands,
)
from app.answering.needed_words import holds, words_naming
from app.answering.persons import persons_of
from vectorstore.records import Hit

LEAVE = "How many days of annual leave do full-time employees have?"
TOLD = "“Full-time employees have 28 days of annual leave a year.” [1]"
HISTORY = [Exchange(LEAVE, TOLD)]


def _exchanges(conversation: Conversation) -> list[Exchange]:
    return [Exchange(*turn) for turn in conversation.before]


@pytest.mark.parametrize(
    "conversation",
    [*FIRST_HALF, *SECOND_HALF, *FRESH, *MANUALS],
    ids=lambda one: f"{one.question} {one.means}",
)
def test_what_a_question_means(conversation: Conversation) -> None:
    read = readings(conversation.question, _exchanges(conversation))
    assert read[0].question == conversation.means
    assert read[0].needed == conversation.needed
    assert standalone(conversation.question, _exchanges(conversation)) == conversation.means


def test_a_first_question_is_read_alone() -> None:
    assert readings("And interns?", []) == (Interpretation("And interns?"),)


def test_a_question_of_few_words_may_lean() -> None:
    alone, leaning = readings("What is the deadline?", HISTORY)
    assert alone == Interpretation("What is the deadline?")
    assert leaning.question == f"{LEAVE} What is the deadline?"


def _found(likeness: float) -> list[Hit]:
    signals = {"likeness": likeness, "cosine": 0.0}
    return [Hit("a.txt", None, "", "Text.", 1.0, "c", "general", 0, signals)]


@pytest.mark.parametrize(
    ("alone", "leaning", "chosen"),
    [(0.5, 0.8, 1), (0.5, 0.55, 0), (0.8, 0.95, 0), (0.5, None, 0), (None, 0.4, 1)],
)
def test_only_clearly_better_evidence_brings_the_conversation_in(
    alone: float | None, leaning: float | None, chosen: int
) -> None:
    read = readings("What is the deadline?", HISTORY)
    hits = [[] if one is None else _found(one) for one in (alone, leaning)]
    assert choose(read, hits) == chosen


@pytest.mark.parametrize(
    ("needed", "said", "around", "held"),
    [
        ("interns", "Interns have 20 days of leave.", "", True),
        ("interns", "An intern has 20 days of leave.", "", True),
        ("interns", "Full-time employees have 28 days of leave.", "", False),
        ("interns", "Internal rules apply.", "", False),
        ("interns", "They have 20 days.", "handbook.pdf Leave > Interns", True),
        ("2024", "In 2023 the revenue was 12 million.", "", False),
        ("2024", "On 12.03.2024 it was 12 million.", "", True),
        ("2024-03-12", "Minutes of 12 March 2024.", "", True),
        ("2024-03-12", "Minutes of 13 March 2024.", "", False),
        ("-03-12", "Minutes of 12.03.2024.", "", True),
        ("gb-040-p", "GB-040-P; price: 694", "", True),
        ("gb-040-p", "GB-012-P; price: 528", "", False),
        ("fault f-12", "Code: F-12; Meaning: Belt loose", "", True),
        ("fault f-12", "Fault: F-31; Meaning: Tank empty", "", False),
        ("20000", "Above 20,000 euros the board signs.", "", True),
        ("praktikanten", "Die Praktikantenvergütung ist 900 Euro.", "", True),
        ("3 days part timers week", "17 days with three days a week.", "", True),
        ("", "Anything.", "", True),
    ],
)
def test_evidence_holds_what_a_question_brings(
    needed: str, said: str, around: str, held: bool
) -> None:
    assert holds(frozenset(needed.split()), said, around) is held


def test_words_of_one_language_are_not_looked_for_in_another() -> None:
    question, needed = "Wie viele Tage haben Praktikanten?", frozenset({"praktikanten"})
    assert holds(needed, "The interns have 20 days of leave in the year.", "", question)
    dated = needed | {"2024"}
    assert not holds(dated, "The interns have 20 days of leave in the year.", "", question)


def test_the_answer_before_is_no_answer_again() -> None:
    (interns, *_) = readings("And interns?", HISTORY)
    assert repeats(interns, TOLD, HISTORY)
    assert not stands(interns, TOLD, "handbook.txt", HISTORY)
    assert stands(interns, "Interns have 20 days. [1]", "handbook.txt", HISTORY)


def test_who_asks_again_is_answered_again() -> None:
    (again,) = readings(LEAVE, HISTORY)
    assert not repeats(again, TOLD, HISTORY)
    leaning = replace(again, alone=False)
    assert not repeats(leaning, TOLD, HISTORY)


def test_a_pronoun_does_not_bring_the_answer_back() -> None:
    leads = [Exchange("Who leads the personnel department?", "It is led by Ines Mayer. [1]")]
    (number, *_) = readings("What is her telephone number?", leads)
    assert number.question == "What is Ines Mayer's telephone number?"
    assert repeats(number, "It is led by Ines Mayer. [2]", leads)
    assert not stands(number, "J. R. Olsen, telephone 4471.", "handbook.txt", leads)
    assert stands(number, "Ines Mayer has the telephone number 12.", "handbook.txt", leads)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("The department is led by Dr. Ines K. Mayer.", ["Dr. Ines K. Mayer"]),
        ("Orla Brennan; in Graz it is Matthias Kogler", ["Orla Brennan", "Matthias Kogler"]),
        ("Die Abteilung wird von Frau Mayer geleitet.", ["Frau Mayer"]),
        ("Ask Anne-Marie O'Neill in New York.", ["Anne-Marie O'Neill"]),
        ("The Graz Office belongs to Brackwater Instruments Ltd.", []),
        ("Die Personalabteilung sitzt in Graz.", []),
        ("On Monday 3 March the canteen is closed.", []),
    ],
)  # fmt: skip
def test_people_are_known_by_their_names(text: str, people: list[str]) -> None:
    assert persons_of(text) == people


def test_what_names_something_has_one_form() -> None:
    assert words_naming("the HX-450 on 9 April 2024 for three interns") == [
        "2024-04-09", "hx-450", "3", "interns",
    ]  # fmt: skip


def test_long_questions_and_conversations_take_linear_time() -> None:
    started = time.perf_counter()
    for piece in ("and ", "what about her ", "in Norway ", "a", "does that also apply to ", "? "):
        long = piece * 20_000
        readings(long, [Exchange(long, long)])
        readings("And interns?", [Exchange(long, long)] * 20)
    assert time.perf_counter() - started < 20
