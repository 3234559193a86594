"""A figure, a date or a denial that means something else supports nothing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.language import numbers
from app.answering.support import find_support
from vectorstore.dates import days_of

SEGMENTS = (
    "Segment: Intermodal; Revenue 2025: 412.6; Revenue 2024: 388.4; "
    "Operating profit 2025: 44.8; Operating profit 2024: 39.9\n"
    "Segment: Materials; Revenue 2025: 236.9; Revenue 2024: 241.5; "
    "Operating profit 2025: 21.3; Operating profit 2024: 23.6"
)
INCOME = (
    "For the year ended 31 March 2025\n\n"
    "Million pounds: Revenue; Note: 2; 2025: 855.0; 2024: 814.4\n"
    "Million pounds: Staff costs; Note: 4; 2025: -291.3; 2024: -279.6"
)
MEALS = "Country: Norway; Meals: 65 EUR; Hotel: 180 EUR\nCountry: Spain; Meals: 42 EUR; Hotel: 150"


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        ("The contract ends on 1 March 2024.", "The contract ends on 01.03.2024."),
        ("The contract ends on March 1, 2024.", "The contract ends on 2024-03-01."),
        ("The contract ends in March 2024.", "The contract ends on 1 March 2024."),
        ("Der Vertrag endet am 31. Dezember 2025.", "Der Vertrag endet am 31.12.2025."),
        ("The fee is 1,234.5 euros.", "The fee is 1.234,5 euros."),
        ("The fee is EUR 1250.", "The fee is €1,250.00."),
        ("Sales grew by 5%.", "Sales grew by five per cent."),
        ("Sales grew by 5 percent.", "Sales grew by 5,0 %."),
        ("The trial lasts 25 days.", "The trial lasts twenty-five days."),
        ("The trial lasts twenty-five days.", "The trial lasts 25 days."),
        ("Die Frist beträgt fünfundzwanzig Tage.", "Die Frist beträgt 25 Tage."),
        ("Staff get 28 days of leave.", "All staff get 28 working days of leave."),
        ("The store is kept at -5 °C.", "The store is kept at −5 °C."),
        ("The temperature of the store is minus 5 °C.", "The store's temperature is −5 °C."),
        ("Profit fell by 4 million pounds.", "Profit: -4 million pounds, it fell."),
        ("Delivery takes 3 to 5 days.", "Delivery takes 3–5 days."),
        ("Delivery takes up to 5 days.", "Delivery takes 3–5 days."),
        ("Intermodal's operating profit in 2024 was 39.9 million.", SEGMENTS + "\nIn million"),
        ("Revenue in 2024 was 814.4 million pounds.", INCOME),
        ("Staff costs were 291.3 million pounds in 2025.", INCOME),
        ("Hotels in Norway cost at most 180 EUR.", MEALS),
        ("Employees may not smoke in the building.", "Smoking: employees may not smoke here, "
         "anywhere in the building."),
        ("The leave cannot be carried over.", "Unused leave may not be carried over."),
        ("No refund is paid after 30 days.", "After 30 days no refund is paid."),
    ],
)  # fmt: skip
def test_what_is_only_written_otherwise_is_supported(said: str, passage: str) -> None:
    assert find_support(said, [passage]) is not None


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        # dates
        ("The contract ends on 3 January 2024.", "The contract ends on 1 March 2024."),
        ("The contract ends on 03/01/2024.", "The contract ends on 01/03/2024."),
        ("The contract ends on 1 March 2025.", "The contract ends on 1 March 2024 at 20:25."),
        ("The contract ends on 1 March 2024.", "The contract ends in March 2024, clause 1."),
        ("Leave lapses before 31 March.", "Leave lapses after 31 March."),
        ("Apply until 31 March 2025.", "Apply after 31 March 2025."),
        # ways of writing that look alike
        ("The dose is 125 mg.", "The dose is 0.125 mg."),
        ("The fee is 1,234 euros.", "The fee is 1,234.5 euros."),
        ("The fee is 12.5 euros.", "The fee is 12.500 euros."),
        ("The fee is 20 euros for 5 days.", "The fee is 25 euros for 5 days."),
        ("The trial lasts 20 days.", "The trial lasts twenty-five days."),
        ("The trial lasts 2 days.", "The trial lasts two hundred days."),
        # units, scales, signs, bounds and ranges
        ("Sales grew by 5 percent.", "Sales grew by 5 euros."),
        ("Sales grew by 5.", "Sales grew by 5 %."),
        ("The margin grew by 2 percent.", "The margin grew by 2 percentage points."),
        ("The trial lasts 6 weeks.", "The trial lasts 6 months."),
        ("The weight is 5 kg.", "The weight is 5 tonnes."),
        ("The order book is 1.6 million pounds.", "The order book is 1.6 billion pounds."),
        ("The order book is 855 pounds.", "The order book is 855 million pounds."),
        ("It employs 2 thousand professors.", "It employs 2 professors."),
        ("The fee is 5 dollars.", "The fee is €5."),
        ("The store is kept at 5 °C.", "The store is kept at −5 °C."),
        ("The result was 4.2 million.", "The result was (4.2) million."),
        ("The notice is at least 5 weeks.", "The notice is at most 5 weeks."),
        ("Up to 10 days may be carried over.", "More than 10 days may be carried over."),
        ("Delivery takes 5 days.", "Delivery takes 3–5 days."),
        # the wrong column of a row
        ("Intermodal's operating profit in 2024 was 388.4 million.", SEGMENTS + "\nIn million"),
        ("Intermodal's revenue in 2024 was 412.6 million.", SEGMENTS + "\nIn million"),
        ("Revenue in 2024 was 855.0 million pounds.", INCOME),
        ("Meals in Norway cost 180 EUR.", MEALS),
        # names
        ("Sweden pays 65 EUR for meals.", "Norway pays 65 EUR for meals."),
        ("Meals in Spain cost 65 EUR.", MEALS),
        # denials
        ("Employees may smoke in the building.", "Employees may not smoke in the building."),
        ("Employees may not smoke in the building.", "Employees may smoke in the building."),
        ("Employees may not use the room.", "Employees who do not smoke may use the room."),
        ("Managers may park there.", "All except managers may park there."),
        ("The flat has a lift.", "The flat is without a lift."),
    ],
)  # fmt: skip
def test_what_means_something_else_is_not(said: str, passage: str) -> None:
    assert find_support(said, [passage]) is None


def test_a_name_of_the_question_needs_to_stand_near_the_evidence() -> None:
    question = "What does the hotel in Sweden cost?"
    said = "The hotel in Sweden costs 180 EUR."
    assert find_support(said, [MEALS], question) is None
    assert find_support(said, [f"{MEALS}\nSweden: see Norway"], question) is None
    prose = "The limit for a hotel is 180 EUR a night."
    assert find_support(said, [prose], question) is None
    assert find_support(said, [prose], question, ["travel.docx Sweden > Hotels"]) is not None


@given(
    st.integers(0, 99_999),
    st.integers(0, 99_999),
    st.sampled_from(["The fee is {} euros.", "Die Gebühr beträgt {} Euro.", "Fee: {}; Days: 3"]),
)
def test_another_number_never_supports(said: int, held: int, frame: str) -> None:
    support = find_support(frame.format(said), [frame.format(held)])
    assert (support is not None) == (said == held)


DATES = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(DATES, DATES)
def test_a_date_is_the_same_in_every_form(one: date, other: date) -> None:
    forms = ["{0.year:04}-{0.month:02}-{0.day:02}", "{0.day}.{0.month}.{0.year:04}"]
    spelled = [f"{one.day} {one:%B} {one.year:04}", f"{one:%B} {one.day}, {one.year:04}"]
    written = [form.format(one) for form in forms] + spelled
    assert len({tuple(days_of(f"on {text}.")) for text in written}) == 1
    support = find_support(f"It ends on {written[2]}.", [f"It ends on {forms[1].format(other)}."])
    assert (support is not None) == (one == other)


@given(st.integers(1, 999))
def test_numbers_in_words_are_their_digits(value: int) -> None:
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen \
fifteen sixteen seventeen eighteen nineteen".split()
    tens = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()

    def below_hundred(rest: int) -> str:
        if rest < len(ones):
            return ones[rest]
        return tens[rest // 10] + (f"-{ones[rest % 10]}" if rest % 10 else "")

    hundreds, rest = divmod(value, 100)
    parts = [f"{ones[hundreds]} hundred"] if hundreds else []
    parts += [below_hundred(rest)] if rest else []
    assert numbers(f"It lasts {' and '.join(parts)} days") == {str(value)}
