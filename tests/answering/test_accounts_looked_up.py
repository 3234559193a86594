"""Figures of accounts: found by the name of their line, in the column of their period."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from answering.tables_in_memory import asked_of, of_sections
from word_embedder import WordEmbedder

from app.answering.tables.accounts import figure_of_accounts
from app.answering.tables.answer import TableAnswer
from ingest.sections import Grid, GridRow, Section
from ingest.tables import tables_of
from vectorstore.index import Index
from vectorstore.records import Chunk, NewDocument
from vectorstore.scope import EVERYTHING

_YEARS = ("", "Year Ended December 31, 2022", "Year Ended December 31, 2023")
_DAYS = ("", "As of December 31, 2022", "As of December 31, 2023")


def statement(name: str, columns: Sequence[str], *rows: Sequence[str]) -> Section:
    lines = "\n".join("; ".join(row) for row in rows)
    cells = [GridRow(number, "", list(row)) for number, row in enumerate(rows)]
    return Section(lines, 40, name, kind="table", grid=Grid(name, list(columns), cells))


def income(scale: str, *rows: Sequence[str]) -> Section:
    return statement(f"Statements of income ({scale})", _YEARS, *rows)


def balance(scale: str, *rows: Sequence[str]) -> Section:
    return statement(f"Balance sheets ({scale})", _DAYS, *rows)


REPORTS = {
    "f0a1.pdf": (  # its name says nothing of whose it is
        "Kestrel Mobility Inc.\nAnnual report for the fiscal year ended December 31, 2023",
        income(
            "in thousands",
            ("Revenue", "$ 3,208,323", "$ 3,615,960"),
            ("Cost of revenue", "1,649,532", "2,176,469"),
            ("Loss from operations", "(82,432)", "(2,480)"),
            ("Net income (loss)", "$ (90,359)", "$ 12,241"),
            ("Net income per share", "$ (3.02)", "$ 0.44"),
        ),
        balance(
            "in thousands",
            ("Current assets:",),
            ("Cash and cash equivalents", "$ 319,734", "$ 457,325"),
            ("Total current assets", "2,594,138", "2,776,070"),
            ("Total assets", "$ 4,678,964", "$ 4,773,884"),
        ),
        statement(
            "Cash flows (in thousands)", _YEARS,
            ("Purchases of property and equipment, net of sales", "(298,100)", "(616,200)"),
        ),
    ),
    "b7c2.pdf": (
        "Sandgrouse Foods plc\nAnnual report 2023",
        income("in millions", ("Total net sales", "$ 11,139", "$ 17,455"),
               ("Operating profit", "863", "934")),
        balance("in millions", ("Total assets", "$ 33,252", "$ 38,774")),
    ),
    "d9e3.pdf": (
        "Dunlin Software and Dunlin Cloud\nFirst Quarter 2023 Results",
        statement("Income (in millions)", ("", "Quarter Ended March 31, 2022",
                  "Quarter Ended March 31, 2023"), ("Revenues", "$ 680", "$ 697"),
                  ("Income from operations", "$ 90", "$ 92")),
        statement("Segments of Dunlin (in millions)", ("", "Quarter Ended March 31, 2022",
                  "Quarter Ended March 31, 2023"), ("Dunlin Cloud", "$ 80", "$ 97")),
    ),
    "jahr.pdf": (
        "Uferschnepfe Stiftung\nJahresabschluss 2023",
        statement("Gewinn- und Verlustrechnung", ("", "Geschäftsjahr", "Vorjahr"),
                  ("1. Umsatzerlöse", "569.507,98", "209.461,42"),
                  ("13. Jahresfehlbetrag", "-5.493,00", "-247.804,47")),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    opened = Index.open(tmp_path_factory.mktemp("index"), WordEmbedder())
    for name, (cover, *rest) in REPORTS.items():
        statements = [one for one in rest if isinstance(one, Section)]
        sections = [Section(str(cover), 1, ""), *statements]
        chunks = [Chunk(one.text, one.page, one.heading) for one in sections]
        document = NewDocument("general", name, "", name[:4] * 16, "upload", 60, "")
        opened.put(document, chunks, tables=tables_of(sections, chunks))
    yield opened
    opened.close()


def asked(index: Index, question: str) -> TableAnswer | None:
    return figure_of_accounts(question, EVERYTHING, index, [])


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("What was Kestrel's total revenue in 2023?", "$ 3,615,960 thousand"),
        ("How high were the net sales of Kestrel Mobility in FY2022?", "$ 3,208,323 thousand"),
        ("What was Kestrel's turnover for the year 2022?", "$ 3,208,323 thousand"),
        ("What was the capital expenditure of Kestrel in 2023, in USD?", "(616,200) thousand"),
        ("What were Kestrel's total assets at December 31, 2022?", "$ 4,678,964 thousand"),
        ("What was the value of total assets of Sandgrouse at the end of the period listed in the "
         "annual report?", "$ 38,774 million"),
        ("What was the operating income of Sandgrouse Foods in 2022?", "863 million"),
        ("What was Kestrel's EPS in 2023?", "$ 0.44"),
        ("What was Kestrel's net loss in 2022?", "$ (90,359) thousand"),
        ("What was Dunlin's revenue in the first quarter of 2023?", "$ 697 million"),
        ("Wie hoch war der Umsatz der Uferschnepfe Stiftung 2023?", "569.507,98"),
        ("Wie hoch war der Jahresfehlbetrag der Uferschnepfe Stiftung 2022?", "-247.804,47"),
    ],
)  # fmt: skip
def test_a_line_is_found_by_any_of_its_names_in_the_column_of_its_period(
    index: Index, question: str, figure: str
):
    answer = asked(index, question)
    assert answer is not None
    assert answer.statement.endswith(f": {figure}.")
    assert answer.rows[0].cells[-1][1] == figure.removesuffix(" thousand").removesuffix(" million")


@pytest.mark.parametrize(
    "question",
    [
        "What was Kestrel's total revenue in 2021?",  # another year
        "What was Curlew's total revenue in 2023?",  # another company
        "What was Kestrel's freight revenue in 2023?",  # a line that is not there
        "What was Kestrel's quarterly dividend in 2023?",
        "What was Dunlin's revenue in 2023?",  # of the year, and there is a quarter alone
        "What was Kestrel's revenue in the first quarter of 2023?",
        "What was Dunlin Cloud's operating income in the first quarter of 2023?",  # all of Dunlin's
        "What was Kestrel's operating margin in 2023?",
        "What was Sandgrouse's net income in 2023?",
        "What was Kestrel's consolidated revenue in 2023?",  # nothing says that it is
        "What were Kestrel's net assets in 2023?",
        "Why did Kestrel's revenue fall in 2023?",
        "Who is the CEO of Kestrel?",
        "Wie hoch war der Umsatz der Uferschnepfe Stiftung 2020?",
    ],
)
def test_what_the_accounts_do_not_say_has_no_figure(index: Index, question: str):
    assert asked(index, question) is None


def test_a_change_is_computed_from_one_line(index: Index):
    answer = asked(index, "By how much did Sandgrouse's net sales change from 2022 to 2023?")
    assert answer is not None
    assert answer.figure == 6316
    assert "+56.70 %" in answer.statement


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Which company had the lowest total assets at the end of 2023, Sandgrouse or Kestrel?",
         "Kestrel", "Sandgrouse"),
        ("Which of Kestrel and Sandgrouse had the higher revenue in 2022?",
         "Sandgrouse", "Kestrel"),
    ],
)  # fmt: skip
def test_companies_are_set_side_by_side_in_one_scale(
    index: Index, question: str, first: str, last: str
):
    answer = asked(index, question)
    assert answer is not None
    assert answer.statement.endswith(f": {first}.")
    assert [first in answer.markdown.splitlines()[2], last in answer.markdown.splitlines()[3]] == [
        True, True,
    ]  # fmt: skip


def test_a_company_without_the_figure_is_named_as_such(index: Index):
    question = "Which of Kestrel, Sandgrouse and Dunlin had the highest total assets in 2023?"
    answer = asked(index, question)
    assert answer is not None
    assert answer.notes == ("No such figure was found for Dunlin.",)


def test_lines_of_accounts_are_not_added_up():
    """ "Total assets" is the line of that name, and no sum of whatever is called assets."""
    flows = statement(
        "Statements of cash flows", _YEARS,
        ("Net income", "$ 16,002", "$ 18,368"),
        ("Adjustments:",),
        ("Amortization and impairment of intangible assets", "201", "118"),
        ("Deferred income taxes", "(2,147)", "(2,415)"),
        ("Other assets", "(845)", "(513)"),
        ("Acquisitions, net of cash, and purchases of intangible assets", "(1,063)", "(298)"),
        ("Total cash flow", "(1,707)", "(693)"),
    )  # fmt: skip
    assert asked_of(of_sections(flows), "What were the total assets in 2022?") is None


def test_shares_of_a_first_line_and_changes_over_a_year_are_no_amounts(
    tmp_path_factory: pytest.TempPathFactory,
):
    years = ("", "Year Ended December 31, 2022", "Year Ended December 31, 2023")
    sections = [
        Section("Redshank Tools Inc.\nAnnual report 2023", 1, ""),
        income("in millions", ("Revenue", "$ 800", "$ 900"), ("Operating income", "80", "99"),
               ("Net income", "40", "50"), ("Cost of revenue", "600", "700")),
        statement("Shares of revenue", years, ("Revenue", "100.0%", "100.0%"),
                  ("Operating income", "10.0", "11.0"), ("Net income", "5.0", "5.6"),
                  ("Cost of revenue", "75.0", "77.8")),
        balance("in millions", ("Inventories", "60", "52"), ("Total assets", "500", "600"),
                ("Cash", "9", "8"), ("Total equity", "100", "120")),
        statement("Cash flows (in millions)", years, ("Net income", "40", "50"),
                  ("Inventories", "(3)", "8"), ("Cash", "9", "8"), ("Income taxes", "4", "5")),
    ]  # fmt: skip
    chunks = [Chunk(one.text, one.page, one.heading) for one in sections]
    with closing(Index.open(tmp_path_factory.mktemp("shares"), WordEmbedder())) as index:
        document = NewDocument("general", "r.pdf", "", "a" * 64, "upload", 60, "")
        index.put(document, chunks, tables=tables_of(sections, chunks))
        income_of = asked(index, "What was Redshank's operating income in 2023?")
        assert income_of is not None
        assert "99 million" in income_of.statement
        stock = asked(index, "What were Redshank's inventories at December 31, 2023?")
        assert stock is not None
        assert "52 million" in stock.statement
