"""Personal data is found by form and check digits; figures of other kinds are not."""

import pytest

from app.answering.filters.personal import PersonalData, UnknownCountry

FOUND = [
    ("Write to kim.lund@example.com today.", "kim.lund@example.com", "e-mail address"),
    ("Grüße an jörg.müller@beispiel-firma.de!", "jörg.müller@beispiel-firma.de", "e-mail address"),
    ("Call +49 30 901820 now", "+49 30 901820", "telephone number"),
    ("Mobil: 0171 2345678.", "0171 2345678", "telephone number"),
    ("Phone 020 7946 0018, room 3", "020 7946 0018", "telephone number"),
    ("Fax (415) 555-2671", "(415) 555-2671", "telephone number"),
    ("+33 1 42 68 53 00", "+33 1 42 68 53 00", "telephone number"),
    ("IBAN DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00", "IBAN"),
    ("to GB29NWBK60161331926819 please", "GB29NWBK60161331926819", "IBAN"),
    ("an at61 1904 3002 3457 3201 bald", "at61 1904 3002 3457 3201", "IBAN"),
    ("AT61 1904 3002 3457 3201 BIC BKAUATWW", "AT61 1904 3002 3457 3201", "IBAN"),
    ("be71 0961 2345 6769 with many thanks", "be71 0961 2345 6769", "IBAN"),
    ("AB12 DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00", "IBAN"),
    ("4111 1111 1111 1111 123", "4111 1111 1111 1111", "card number"),
    ("card 4111 1111 1111 1111 exp", "4111 1111 1111 1111", "card number"),
    ("5500-0000-0000-0004", "5500-0000-0000-0004", "card number"),
    ("SSN 536-90-4399", "536-90-4399", "personal number"),
    ("NI number AB 12 34 56 C", "AB 12 34 56 C", "personal number"),
    ("Steuer-ID 36 574 261 809", "36 574 261 809", "personal number"),
    ("AHV 756.9217.0769.85", "756.9217.0769.85", "personal number"),
    ("NIR 2 95 10 99 126 111 93", "2 95 10 99 126 111 93", "personal number"),
    ("CF RCCMNL83S18D969H", "RCCMNL83S18D969H", "personal number"),
    ("DNI 54362315-K", "54362315-K", "personal number"),
    ("BSN: 111222333", "111222333", "personal number"),
    ("PESEL: 44051401359", "44051401359", "personal number"),
    ("IBAN BE68 5390 0754 7034", "BE68 5390 0754 7034", "IBAN"),
    ("Passport no. C01X00T47", "C01X00T47", "passport number"),
    ("Reisepass Nr. C01X00T47", "C01X00T47", "passport number"),
]
HONEST = [
    "Annual leave is 28 days; unused leave lapses on 31.03.2025 or 2025-03-31.",
    "Revenue was 1,250,000.00 EUR in 2024 and 1 180 000 EUR in 2023.",
    "Part KX-4471-09 fits the HX450, order number 4500018273.",
    "IBAN DE89 3704 0044 0532 0130 01 has a wrong check digit.",
    "Card 4111 1111 1111 1112 has one as well.",
    "Section 10.2.3, page 104, table 12-4.",
    "SSN 000-12-3456 was never given to anyone.",
    "The meeting is from 09:00 to 17:30 on 01.02.2024.",
    "Invoice 2024-000123 of 12/04/2024 over 99.95.",
    "ISO 27001:2022 and EN 60335-1 apply.",
    "Twitter handle @strongroom and the sign @ alone.",
    "Kim Lund works in Oslo.",
]


@pytest.mark.parametrize(("text", "place", "label"), FOUND, ids=[text for text, _, _ in FOUND])
def test_found(text: str, place: str, label: str) -> None:
    found = PersonalData().find(text)
    assert [(text[one.start : one.end], one.label) for one in found] == [(place, label)]


def test_two_accounts_side_by_side_are_two() -> None:
    text = "AT61 1904 3002 3457 3201 BE71 0961 2345 6769"
    found = PersonalData().find(text)
    assert [text[one.start : one.end] for one in found] == [text[:24], text[25:]]


@pytest.mark.parametrize("text", HONEST)
def test_left_alone(text: str) -> None:
    assert PersonalData().find(text) == []


def test_only_the_named_countries_count() -> None:
    assert PersonalData(["DE"]).find("SSN 536-90-4399") == []


def test_an_unknown_country_is_named_with_those_that_are_known() -> None:
    with pytest.raises(UnknownCountry, match=r"XX.*known are US"):
        PersonalData(["XX"])


def test_a_long_row_of_digits_costs_little() -> None:
    PersonalData().find("1 2-3." * 20_000 + "a@" * 20_000)
