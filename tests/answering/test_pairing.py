"""Who has what: a sentence is supported only if its evidence puts things together as it does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.support import find_support

LED = "Hamburg, Graz and Oslo are led by Ines Mayer, Jan Olsen and Eva Lind respectively."
GELEITET = "Hamburg, Graz und Oslo werden von Ines Mayer, Jan Olsen bzw. Eva Lind geleitet."
MEALS = "Meals cost 65 EUR in Norway, 74 EUR in Switzerland and 58 EUR in Denmark."
LEAVE = "Interns get 20 days of leave, part-timers 25."
URLAUB = "Vollzeitkräfte erhalten 28 Tage Urlaub, Teilzeitkräfte 20."
YEARS = "The result was 18.3 million in 2023 and 19.1 million in 2024."
TWO = "Ines Mayer leads Hamburg and Jan Olsen leads Graz."
ROW = "Site: Bergen; Head: Kari Moe; Beds: 40; Opened: 2019; Rent 2023: 18.3; Rent 2024: 19.1"
CODES = "Code: E-47; Meaning: Memory fault; What to do: Replace the module"


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        ("Graz is led by Jan Olsen.", LED),
        ("Ines Mayer leads Hamburg.", LED),
        ("Eva Lind leads Oslo.", LED),
        ("Graz wird von Jan Olsen geleitet.", GELEITET),
        ("Oslo wird von Eva Lind geleitet.", GELEITET),
        ("Meals in Switzerland cost 74 EUR.", MEALS),
        ("In Denmark, meals cost 58 EUR.", MEALS),
        ("Part-timers get 25 days of leave.", LEAVE),
        ("Interns get 20 days.", LEAVE),
        ("Teilzeitkräfte erhalten 20 Tage Urlaub.", URLAUB),
        ("In 2024 the result was 19.1 million.", YEARS),
        ("Jan Olsen leads Graz.", TWO),
        ("Hamburg is led by Ines Mayer.", TWO),
        ("The head of Bergen is Kari Moe.", ROW),
        ("Bergen has 40 beds.", ROW),
        ("The rent of Bergen was 19.1 in 2024.", ROW),
        ("The meaning of E-47 is memory fault.", CODES),
        ("Arvid Foods was bought by Nordlys in 2021.", "Nordlys bought Arvid Foods in 2021."),
        ("In 2021, Nordlys bought Arvid Foods.", "Nordlys bought Arvid Foods in 2021."),
        ("A night costs 90 EUR in Bergen.", "A night costs 90 EUR in Bergen and Oslo."),
        ("Visits are free on Monday.", "Visits are free on Monday, Tuesday and Friday."),
        ("The train runs from Ghent to Lille.", "From Ghent to Lille the train runs every hour."),
    ],
)
def test_the_right_pair_is_supported(said: str, passage: str) -> None:
    assert find_support(said, [passage]) is not None


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        ("Graz is led by Eva Lind.", LED),
        ("Oslo is led by Ines Mayer.", LED),
        ("Jan Olsen leads Hamburg.", LED),
        ("Hamburg wird von Eva Lind geleitet.", GELEITET),
        ("Graz wird von Ines Mayer geleitet.", GELEITET),
        ("Meals in Norway cost 74 EUR.", MEALS),
        ("In Denmark, meals cost 65 EUR.", MEALS),
        ("Interns get 25 days of leave.", LEAVE),
        ("Part-timers get 20 days of leave.", LEAVE),
        ("Teilzeitkräfte erhalten 28 Tage Urlaub.", URLAUB),
        ("In 2023 the result was 19.1 million.", YEARS),
        ("Ines Mayer leads Graz.", TWO),
        ("Hamburg is led by Jan Olsen.", TWO),
        ("Graz is led by Ines Mayer and Hamburg is led by Jan Olsen.", TWO),
        ("The rent of Bergen was 19.1 in 2023.", ROW),
        ("Bergen has 2019 beds.", ROW),
        ("The meaning of E-47 is replace the module.", CODES),
        ("What to do with E-47: memory fault.", CODES),
        ("Arvid Foods bought Nordlys in 2021.", "Nordlys bought Arvid Foods in 2021."),
        ("Nordlys was bought by Arvid Foods in 2021.", "Nordlys bought Arvid Foods in 2021."),
        ("The landlord pays the tenant.", "The tenant pays the landlord."),
        ("The train runs from Lille to Ghent.", "The train runs from Ghent to Lille."),
        ("Jan Mayer leads Hamburg.", TWO),
        ("B costs 6 EUR.", "A and B cost 5 EUR and D costs 6 EUR."),
        (
            "On 5 May the board signed the contract for 40,000 EUR.",
            "On 3 May the board approved the budget of 40,000 EUR, and on 5 May it signed the "
            "contract for 38,000 EUR.",
        ),
        (
            "Der Verein hat seit 450 über 2015 Mitglieder.",
            "Der Verein hat seit 2015 über 450 Mitglieder.",
        ),
    ],
)
def test_a_crossed_pair_is_not(said: str, passage: str) -> None:
    assert find_support(said, [passage], f"{said.rstrip('.')}?") is None


NAMES = st.lists(
    st.sampled_from("Bergen Ghent Lille Turin Porto Malmo Basel Gdansk Riga Nantes".split()),
    min_size=3,
    max_size=3,
    unique=True,
)
FIGURES = st.lists(st.integers(11, 997), min_size=3, max_size=3, unique=True)


@given(NAMES, FIGURES, st.integers(0, 2), st.integers(0, 2))
def test_a_figure_belongs_to_one_of_several_places(
    places: list[str], figures: list[int], place: int, figure: int
) -> None:
    (a, b, c), (f, g, h) = places, figures
    listed = [
        f"A night costs {f} EUR in {a}, {g} EUR in {b} and {h} EUR in {c}.",
        f"{a}: {f} EUR a night; {b}: {g} EUR a night; {c}: {h} EUR a night",
        f"In {a} a night costs {f} EUR, while {b} takes {g} EUR; in {c} it costs {h} EUR a night.",
    ]
    said = f"A night in {places[place]} costs {figures[figure]} EUR."
    for passage in listed:
        if place != figure:
            assert find_support(said, [passage], said) is None
    if place == figure:
        assert find_support(said, listed[:1]) is not None
