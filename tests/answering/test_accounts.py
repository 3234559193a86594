"""Figures of accounts: years as columns, scales, notes, totals, growth and shares, all computed."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from answering.tables_in_memory import asked_of, of_sections
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from app.answering.tables.answer import TableAnswer
from ingest.loaders.tables import TableReader
from ingest.sections import Section
from vectorstore.tables.values import split_unit


def table(*rows: list[str], heading: str, name: str = "", page: int = 4) -> Section:
    """A section as loaders make it of a table."""
    ((text, grid),) = TableReader([[*row] for row in rows]).sections(name)
    return Section(text, page, heading, "table", grid)


STATEMENT = Section("All amounts are in millions of euros unless otherwise stated.", 1, "Report")
INCOME = table(
    ["€ million", "Note", "2023", "2022"],
    ["Revenue", "3", "1,204.5", "1,100.0"],
    ["Staff costs", "4", "(702.5)", "(650.0)"],
    ["Income tax", "5", "(20.0)", "(18.0)"],
    ["Operating profit", "", "120.0", "(15.0)"],
    ["Earnings per share (EUR)", "9", "1.24", "(0.20)"],
    ["Operating margin (%)", "", "10.0", "(1.4)"],
    ["Employees", "", "5,120", "5,004"],
    heading="Report > Income statement",
)
CAPTION = Section("Revenue by segment, EUR thousand", 5, "Report > Segments")
SEGMENTS = table(
    ["Segment", "Revenue 2023", "Revenue 2022", "Headcount"],
    ["Pumps", "300,000", "250,000", "120"],
    ["Valves", "200,000", "220,000", "80"],
    ["Services", "100,000", "80,000", "50"],
    ["Total", "600,000", "550,000", "250"],
    heading="Report > Segments",
)
YEARS = table(
    ["Year", "Revenue", "Employees"],
    ["2019", "800.0", "4,000"],
    ["2020", "820.0", "4,100"],
    ["2021", "900.0", "4,500"],
    heading="Report > Five years",
)
FLEET = table(
    ["Class", "Traction", "Number", "Power (kW)"],
    ["Class 92 locomotives", "Electric", "40", "5000"],
    ["Class 66 locomotives", "Diesel-electric", "70", "2400"],
    ["Battery shunters", "Battery", "35", "500"],
    heading="Report > Fleet",
)
ENERGY = table(
    ["Indicator", "Unit", "2023", "2022"],
    ["Energy used", "MWh", "1,200", "1,000"],
    ["Water used", "m³", "400", "500"],
    heading="Report > Environment",
)
REPORT = of_sections(STATEMENT, INCOME, CAPTION, SEGMENTS, YEARS, FLEET, ENERGY)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What was the revenue in 2023?", "1,204.5 million EUR"),
        ("What were the staff costs in 2022?", "(650.0) million EUR"),
        ("What was the income tax in 2023?", "(20.0) million EUR"),
        ("What were the earnings per share in 2023?", "1.24 EUR"),
        ("What was the operating margin in 2023?", "10.0 %"),
        ("How many employees were there in 2023?", ": 5,120."),
        ("What was the revenue of Pumps in 2023?", "300,000 thousand EUR"),
        ("Wie hoch war der Umsatz von Pumps im Jahr 2023?", "300,000 Tsd. EUR"),
        ("What was the revenue in 2020?", "820.0 million EUR"),
        ("How much energy was used in 2023?", "1,200 MWh"),
        ("Which segment had the highest revenue in 2022?", "250,000 thousand EUR: Pumps"),
        ("Which year had the highest revenue?", "900.0 million EUR: 2021"),
        (
            "What are the top two segments by revenue 2023?",
            "Pumps (300,000 thousand EUR) and Valves",
        ),
        ("Which segment had the second highest revenue in 2023?", "Valves"),
    ],
)
def test_a_figure_is_told_with_its_unit_and_scale(question, said):
    answer = asked_of(REPORT, question)
    assert answer is not None
    assert said in answer.statement


@pytest.mark.parametrize(
    ("question", "figure", "unit"),
    [
        ("How much did revenue grow from 2022 to 2023?", "104.5", "million EUR"),
        ("By how many per cent did revenue grow from 2022 to 2023?", "9.5", "%"),
        ("By what percentage did revenue change in 2023 compared with the prior year?", "9.5", "%"),
        ("Um wie viel Prozent stieg der Umsatz von 2019 auf 2021?", "12.5", "%"),
        ("By how many percent did employees grow from 2019 to 2021?", "12.5", "%"),
        ("How did revenue change from 2020 to 2021?", "80.0", "million EUR"),
        ("By how much did the operating margin change from 2022 to 2023?", "11.4",
         "percentage points"),
        ("By how many per cent did the revenue of Valves fall from 2022 to 2023?", "-9.1", "%"),
        ("What share of total revenue came from Pumps in 2023?", "50.0", "%"),
        ("Wie viel Prozent des Umsatzes entfiel 2023 auf Pumps?", "50.0", "%"),
        ("What percentage of revenue 2022 did Valves and Services generate together?", "54.5", "%"),
        ("What is the total headcount of Pumps and Valves?", "200", ""),
        ("What was the total revenue of the segments in 2023?", "600000", "thousand EUR"),
        ("What was the average revenue of the segments in 2023?", "200000", "thousand EUR"),
        ("How much higher was the revenue of Pumps than that of Services in 2023?", "200000",
         "thousand EUR"),
        ("How many electric locomotives and battery shunters are there altogether?", "75", ""),
        ("How many locomotives are there?", "110", ""),
        ("By how many per cent did water used change from 2022 to 2023?", "-20.0", "%"),
    ],
)  # fmt: skip
def test_computed_figures(question, figure, unit):
    answer = asked_of(REPORT, question)
    assert answer is not None
    assert (answer.figure, answer.unit) == (Decimal(figure), unit)
    assert unit not in {"%"} or "%" in answer.statement


def test_headers_of_accounts_are_read_with_their_units():
    names = ["2023 £m", "2022 £m (restated)", "31 March 2023 £'000", "€m 2021", "2020 (in Mio. €)"]
    assert [split_unit(name)[1] for name in names] == [
        "million GBP", "million GBP", "thousand GBP", "million EUR", "million EUR",
    ]  # fmt: skip
    assert split_unit("2022 £m (restated)")[0] == "2022 (restated)"


@pytest.mark.parametrize(
    "question",
    [
        "By how many per cent did operating profit grow from 2022 to 2023?",  # from a loss
        "By how many per cent did revenue grow from 2018 to 2023?",
        "By how many per cent did employees grow from 2018 to 2021?",
        "By how many per cent did revenue grow from 2023 to 2024?",
        "What share of revenue came from Cables in 2023?",
        "What percentage of the employees are women?",
        "What share of the staff costs came from Pumps in 2023?",
        "What was the revenue of Pumps in 2021?",
        "What was the revenue in 2023 compared with the previous year of Cables?",
        "What is the total energy and water used in 2023?",  # in two units
    ],
)
def test_what_the_tables_do_not_tell_is_not_computed(question):
    assert asked_of(REPORT, question) is None


ENGLISH = Section(
    "This report is about what was sold in the year and how it was paid for by the divisions of "
    "the group, which are told of one after the other in the tables below.", 1, "Report"
)  # fmt: skip
TWO_MEASURES = of_sections(
    table(
        ["Segment", "Revenue 2024", "Revenue 2023", "Operating profit 2024",
         "Operating profit 2023", "Profit for the year"],
        ["Dairy", "604.5", "550.0", "150.0", "120.1", "9.5"],
        ["Frozen", "200.0", "170.0", "41.0", "33.9", "8.5"],
        ["Bakery", "400.0", "380.0", "100.5", "90.0", "7.5"],
        heading="Segments (EUR million)",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("By how many per cent did the revenue of Frozen grow from 2023 to 2024?", "17.6"),
        ("By how many per cent did Frozen's operating profit grow from 2023 to 2024?", "20.9"),
        ("By how much did the operating profit of Dairy change in 2024?", "29.9"),
        ("What is the difference in revenue between Dairy and Bakery in 2023?", "170.0"),
        ("What was the total operating profit of Dairy and Frozen in 2024?", "191.0"),
        ("What share of the revenue in 2024 came from Bakery?", "33.2"),
    ],
)
def test_of_two_measures_the_asked_one_is_computed(question, figure):
    answer = asked_of(TWO_MEASURES, question)
    assert answer is not None
    assert answer.figure == Decimal(figure)


GERMAN = of_sections(
    Section(
        "Dieser Bericht gibt einen Überblick über das Geschäft der Gruppe und über die Lage der "
        "Gesellschaft, und er ist für das Jahr und nicht für die Zeit davor.", 1, "Geschäftsbericht"
    ),
    Section("Angaben in T€", 2, "Geschäftsbericht > Gewinn- und Verlustrechnung"),
    table(
        ["", "Anhang", "2023", "2022"],
        ["Umsatzerlöse", "1", "1.204.500", "1.100.000"],
        ["Personalaufwand", "2", "-302.400", "-290.100"],
        ["Ergebnis je Aktie (in €)", "", "1,25", "1,10"],
        ["Mitarbeiter im Jahresdurchschnitt", "", "5.120", "5.004"],
        heading="Geschäftsbericht > Gewinn- und Verlustrechnung",
    ),
    table(
        ["in Mio. €", "2023", "Vorjahr"],
        ["Deutschland", "604,5", "550,0"],
        ["Österreich", "300,0", "310,0"],
        ["Schweiz", "300,0", "240,0"],
        ["Summe", "1.204,5", "1.100,0"],
        heading="Geschäftsbericht > Umsatz nach Regionen",
    ),
    Section(
        "Unsere Standorte sind:\n- Salzburg (120 Mitarbeiter)\n- Graz (80 Mitarbeiter)\n"
        "- Linz (45 Mitarbeiter)", 3, "Geschäftsbericht > Standorte"
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Wie hoch waren die Umsatzerlöse 2023?", "1.204.500 Tsd. EUR"),
        ("Wie hoch war der Personalaufwand im Jahr 2022?", "-290.100 Tsd. EUR"),
        ("Wie hoch war das Ergebnis je Aktie 2023?", "1,25 EUR"),
        ("Wie viele Mitarbeiter gab es 2023?", ": 5.120."),
        ("Um wie viel Prozent sind die Umsatzerlöse von 2022 auf 2023 gestiegen?", "+9,5 %"),
        ("Welche Region hatte 2023 den höchsten Umsatz?", "604,5 Mio. EUR: Deutschland"),
        ("Welchen Anteil am Umsatz hatte die Schweiz 2023?", "24,9 %"),
        ("Wie hat sich der Umsatz in der Schweiz gegenüber dem Vorjahr verändert?",
         "240,0 Mio. EUR (Vorjahr) auf 300,0 Mio. EUR (2023); der Unterschied ist 60,0 Mio. EUR"),
        ("Wie hoch war der Umsatz in Deutschland und Österreich zusammen 2023?", "904,5 Mio. EUR"),
        ("Welcher Standort hat die meisten Mitarbeiter?", "120 Mitarbeiter: Salzburg"),
        ("Wie viele Mitarbeiter arbeiten in Graz und Linz zusammen?", "125 Mitarbeiter"),
        ("Wie viele Standorte gibt es?", "3 Standorte"),
    ],
)  # fmt: skip
def test_german_accounts(question, said):
    answer = asked_of(GERMAN, question)
    assert answer is not None
    assert said in answer.statement


SUPPLIERS = table(
    ["Supplier", "Country", "Kind", "Price EUR", "Staff"],
    ["Nordfeld", "Norway", "pump", "12.50", "10"],
    ["Ostmark", "Denmark", "valve", "9.20", "20"],
    ["Pellworm", "Norway", "pump", "31.00", "30"],
    ["Quarnbek", "Denmark", "meter", "4.75", "40"],
    ["Rethwisch", "Spain", "pump", "20.00", "50"],
    ["Solberg", "Norway", "valve", "7.00", "5"],
    heading="Suppliers",
)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many suppliers are there per country?", "Norway: 3; Denmark: 2; Spain: 1."),
        ("Wie viele Lieferanten gibt es je Land?", "Norway: 3; Denmark: 2; Spain: 1."),
        ("How many pumps are there per country?", "Norway: 2; Spain: 1."),
        ("What is the total price by country?",
         "Norway: 50.50 EUR; Spain: 20.00 EUR; Denmark: 13.95 EUR."),
        ("What is the average staff per kind?", "meter: 40; pump: 30; valve: 12.5."),
        ("Which country has the most suppliers?", ": Norway: 3."),
        ("Which country has the fewest suppliers?", ": Spain: 1."),
        ("Which country has the most staff?", ": Denmark: 60."),  # of two suppliers
        ("Which country has the lowest average price?", ": Denmark: 6.98 EUR."),
        ("Which country has the highest price?", "31.00 EUR: Norway (Pellworm)."),
        ("What percentage of the total staff is in Norway?", "45 of 155"),
        ("Which is cheaper, Ostmark or Solberg?", "7.00 EUR: Solberg (Ostmark: 9.20 EUR)."),
    ],
)  # fmt: skip
def test_rows_are_put_together_by_what_they_share(question, said):
    answer = asked_of(of_sections(SUPPLIERS), question)
    assert answer is not None
    assert said in answer.statement


@pytest.mark.parametrize(
    "question",
    [
        "How many suppliers are there per region?",
        "What is the total country per kind?",
        "Which country has the most contracts?",
        "How many licences are there per country?",
    ],
)
def test_what_cannot_be_put_together_is_not_counted(question):
    assert asked_of(of_sections(SUPPLIERS), question) is None


def test_no_row_of_a_large_table_is_left_out():
    rows = [[f"P{n}", ("Norway", "Spain")[n % 2], f"{n}.00"] for n in range(50_000)]
    index = of_sections(table(["Part", "Country", "Price EUR"], *rows, heading="Parts"))
    count = asked_of(index, "How many parts are there in Spain?")
    assert count is not None
    assert count.figure == 25_000
    total = asked_of(index, "What is the total price of the parts in Spain?")
    assert total is not None
    assert total.figure == sum(range(1, 50_000, 2))


NAMES = "Anvil Brook Cedar Delta Ember Falcon Grove Harbor Iris Juniper".split()
SCALES = [
    ("EUR m", "million EUR"),
    ("€ million", "million EUR"),
    ("in thousands of dollars", "thousand USD"),
    ("£'000", "thousand GBP"),
    ("TEUR", "thousand EUR"),
    ("Mio. CHF", "million CHF"),
]


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    names=st.lists(st.sampled_from(NAMES), min_size=3, max_size=8, unique=True),
    data=st.data(),
    scale=st.sampled_from(SCALES),
    place=st.sampled_from(["corner", "caption", "title", "columns", "heading"]),
    with_total=st.booleans(),
    with_note=st.booleans(),
)
def test_figures_of_made_accounts_are_right_or_not_told(
    names, data, scale, place, with_total, with_note
):
    told, unit = scale
    figures = [
        (data.draw(st.integers(1, 99_999)), data.draw(st.integers(1, 99_999))) for _ in names
    ]
    sums = [sum(column[:-1]) == column[-1] for column in zip(*figures, strict=True)]
    assume(not any(sums))  # the last of several may be their sum
    years = ["2024", "2023"]
    head = [
        "Division",
        *(f"Sales {y} ({told})" if place == "columns" else f"Sales {y}" for y in years),
    ]
    rows = [[n, *(f"{f:,}" for f in both)] for n, both in zip(names, figures, strict=True)]
    if with_total:
        rows.append(["Total", *(f"{sum(column):,}" for column in zip(*figures, strict=True))])
    if place == "corner":
        head[0] = f"Division ({told})"
    if with_note:
        head = [head[0], "Note", *head[1:]]
        rows = [[row[0], str(n), *row[1:]] for n, row in enumerate(rows, 3)]
    heading = f"Divisions ({told})" if place == "heading" else "Divisions"
    title = f"Sales by division, {told}"
    above = Section(title if place == "caption" else "This is what we sold.", 2, heading)
    index = of_sections(
        ENGLISH, above, table(head, *rows, heading=heading, name=title if place == "title" else "")
    )

    def asked(question: str) -> TableAnswer:
        answer = asked_of(index, question)
        assert answer is not None, question
        assert "%" in answer.unit or answer.unit == unit, (question, answer.unit)
        return answer

    (now, before), first = figures[0], names[0]
    sales = [one for one, _ in figures]
    assert asked("What were the total sales of the divisions in 2024?").figure == sum(sales)
    top = asked("Which division had the highest sales in 2024?")
    assert {row.label for row in top.rows} == {
        n for n, one in zip(names, sales, strict=True) if one == max(sales)
    }
    assert f"{max(sales):,}" in top.statement
    both = asked(f"What were the sales of {first} and {names[1]} together in 2024?")
    assert both.figure == sales[0] + sales[1]
    growth = asked(f"By how many per cent did the sales of {first} change from 2023 to 2024?")
    assert growth.figure == rounded(Decimal(now - before) / before)
    share = asked(f"What share of total sales came from {first} in 2024?")
    assert share.figure == rounded(Decimal(sales[0]) / sum(sales))
    gap = asked(f"What is the difference in sales 2023 between {first} and {names[2]}?")
    assert gap.figure == abs(before - figures[2][1])
    assert asked_of(index, f"What were the sales of {first} in 2022?") is None
    assert asked_of(index, "What were the sales of Kestrel in 2024?") is None


def rounded(part: Decimal) -> Decimal:
    return (part * 100).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


MEASURES = [
    "Sales",
    "Orders",
    "Operating profit",
    "Staff costs",
    "Profit before tax",
    "Gross profit",
]


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    names=st.lists(st.sampled_from(NAMES), min_size=3, max_size=6, unique=True),
    measures=st.lists(st.sampled_from(MEASURES), min_size=2, max_size=4, unique=True),
    data=st.data(),
    by_year=st.booleans(),
    turned=st.booleans(),
)
def test_of_several_measures_and_years_no_other_is_told(names, measures, data, by_year, turned):
    years = ["2024", "2023", "2022"]
    columns = [(m, y) for m in measures for y in years]
    if by_year:
        columns.sort(key=lambda one: one[1])
    value = {(n, m, y): data.draw(st.integers(1, 9_999)) for n in names for m, y in columns}
    if turned:  # measures as rows, one table for each name
        index = of_sections(
            ENGLISH,
            *(
                table(
                    ["EUR m", *years],
                    *([m, *(f"{value[n, m, y]}.0" for y in years)] for m in measures),
                    heading=f"Divisions > {n}",
                )
                for n in names
            ),
        )
    else:
        rows = [[n, *(f"{value[n, m, y]}.0" for m, y in columns)] for n in names]
        head = ["Division", *(f"{m} {y}" for m, y in columns)]
        index = of_sections(ENGLISH, table(head, *rows, heading="Divisions (EUR m)"))
    told = 0
    for name in names[:2]:
        for measure in measures:
            said = measure.lower()
            now, before = value[name, measure, "2024"], value[name, measure, "2023"]
            wanted = {
                f"By how many per cent did the {said} of {name} change from 2023 to 2024?": rounded(
                    Decimal(now - before) / before
                ),
                f"How much did {name}'s {said} change in 2024?": Decimal(abs(now - before)),
                f"What is the difference in {said} 2023 between {name} and {names[2]}?": Decimal(
                    abs(before - value[names[2], measure, "2023"])
                ),
                f"What was the {said} of {name} and {names[2]} together in 2022?": Decimal(
                    value[name, measure, "2022"] + value[names[2], measure, "2022"]
                ),
            }
            for question, figure in wanted.items():
                answer = asked_of(index, question)
                assert answer is None or answer.figure == figure, (question, answer)
                told += answer is not None
            cell = asked_of(index, f"What was the {said} of {name} in 2023?")
            assert cell is None or f"{before}.0 million EUR" in cell.statement
            told += cell is not None
    assert turned or told > 5 * len(measures)
