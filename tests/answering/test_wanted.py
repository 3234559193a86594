"""What kind of value a question asks for, and whether a sentence holds one."""

import pytest

from app.answering.wanted import holds_wanted, wanted


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How much does the sealer cost?", "A sealer is 8,400 euros, delivery included."),
        ("How much does the delivery cost?", "Delivery is free within the city."),
        ("What does the ticket cost?", "Ticket: Day; Price (EUR): 12"),
        ("What power in kW do the motors have?", "Each motor gives 1.2 MW."),
        ("How heavy is the PX-140S?", "Property: Weight (kg); Value: 130"),
        ("How long must a password be?", "A password has at least 14 characters."),
        ("How long is the lease?", "The lease ends on 31 March 2028."),
        ("How long may I keep it?", "You may keep it until the contract ends."),
        ("How many people work there?", "The site employs 412 people."),
        ("How many hectares are farmed?", "They farm forty acres."),
        ("What percentage is owned by staff?", "Staff own a third of the shares."),
        ("Wie viel kostet ein Stellplatz?", "Ein Stellplatz kostet 45 Euro im Monat."),
        ("Wie lange wird der Lohn gezahlt?", "Der Lohn wird sechs Wochen lang gezahlt."),
    ],
)
def test_a_value_of_the_kind_is_found(question: str, sentence: str) -> None:
    value = wanted(question)
    assert value is not None
    assert holds_wanted(value, sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How much does the HX-450 cost?", "The HX-450 seals trays with film since 12 May 2021."),
        ("What power in kW do they have?", "The 33.7 million pounds pay for twelve locomotives."),
        (
            "How many employees does it have?",
            "It was bought on 6 May 2025 for 27.5 million pounds.",
        ),
        ("How many hectares does it cover?", "The works treats 112 megalitres a day."),
        ("How old is the director?", "Director: Ibarra; Salary: 166; Bonus: 325"),
        ("How heavy is the printer?", "The printer takes rolls of 19 to 108 mm."),
        ("How long is the warranty?", "The warranty covers parts and labour."),
        ("Wie schwer ist die Pumpe?", "Die Pumpe leistet 12 kW."),
    ],
)
def test_a_value_of_another_kind_is_none(question: str, sentence: str) -> None:
    value = wanted(question)
    assert value is not None
    assert not holds_wanted(value, sentence)


def test_the_unit_of_a_row_may_stand_above_its_table() -> None:
    value = wanted("How much does the gasket cost?")
    assert value is not None
    row = "Part: Gasket; Price: 14.20"
    assert not holds_wanted(value, row)
    assert holds_wanted(value, row, passage="All prices in euros.")
    assert not holds_wanted(value, "There are 4 gaskets.", passage="All prices in euros.")


def test_the_questions_own_numbers_are_no_answer() -> None:
    value = wanted("How many people work 40 hours?")
    assert value is not None
    assert not holds_wanted(value, "Some people work 40 hours.")


@pytest.mark.parametrize(
    "question",
    ["When does the lease end?", "Who drives the bus?", "What is a lease?"],
)
def test_other_questions_need_no_certain_kind(question: str) -> None:
    assert wanted(question) is None
