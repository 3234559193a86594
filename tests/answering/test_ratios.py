"""Figures made of two lines of accounts, computed by code with both rows shown."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from answering.test_accounts_looked_up import balance, income, statement
from word_embedder import WordEmbedder

from app.answering.tables.answer import TableAnswer
from app.answering.tables.ratios import ratio_of_accounts
from ingest.sections import Section
from ingest.tables import tables_of
from vectorstore.index import Index
from vectorstore.records import Chunk, NewDocument
from vectorstore.scope import EVERYTHING

_YEARS = ("", "Year Ended December 31, 2022", "Year Ended December 31, 2023")
REPORTS = {
    "kestrel.pdf": (
        "Kestrel Mobility Inc.\nAnnual report for the fiscal year ended December 31, 2023",
        income("in millions", ("Revenue", "$ 800", "$ 1,000"), ("Gross profit", "300", "420"),
               ("Income from operations", "80", "(150)"), ("Net income", "$ 40", "$ 75")),
        balance("in millions", ("Inventories", "60", "50"), ("Total current assets", "500", "600"),
                ("Total assets", "$ 1,500", "$ 1,500"), ("Total current liabilities", "400", "240"),
                ("Total liabilities", "700", "900"), ("Total stockholders' equity", "800", "600")),
        statement("Cash flows (in millions)", _YEARS,
                  ("Net cash provided by operating activities", "$ 210", "$ 260"),
                  ("Purchases of property and equipment", "(90)", "(110)")),
    ),
    "dunlin.pdf": (
        "Dunlin Foods plc\nAnnual report 2023",
        income("in millions", ("Revenue", "€ 90", "€ 100"), ("Operating profit", "9", "12")),
        balance("in thousands", ("Total assets", "€ 50,000", "€ 80,000")),
    ),
    "brachvogel.pdf": (
        "Brachvogel AG\nGeschäftsbericht 2023",
        statement("Gewinn- und Verlustrechnung", ("", "2022", "2023"),
                  ("Umsatzerlöse", "800.000,00", "1.000.000,00"),
                  ("Jahresüberschuss", "40.000,00", "75.000,00")),
        statement("Bilanz", ("", "31.12.2022", "31.12.2023"),
                  ("Eigenkapital", "300.000,00", "450.000,00"),
                  ("Bilanzsumme", "900.000,00", "900.000,00")),
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
    return ratio_of_accounts(question, EVERYTHING, index, [])


@pytest.mark.parametrize(
    ("question", "figure", "how"),
    [
        ("What was Kestrel's operating margin in 2022?", "10.00", "80 ÷ 800"),
        ("What was Kestrel's operating margin in 2023?", "-15.00", "−150 ÷ 1,000"),
        ("What was the gross margin of Kestrel in 2023?", "42.00", "420 ÷ 1,000"),
        ("What is Kestrel's current ratio at December 31, 2023?", "2.50", "600 ÷ 240"),
        ("What is Kestrel's quick ratio for 2023?", "2.29", "(600 − 50) ÷ 240"),
        ("What was the debt-to-equity ratio of Kestrel in 2022?", "0.88", "700 ÷ 800"),
        ("What was Kestrel's return on equity in 2023?", "12.50", "75 ÷ 600"),
        ("What was Kestrel's free cash flow in 2023?", "150", "260 − 110"),
        ("What was Kestrel's net income as a percentage of revenue in 2022?", "5.00", "40 ÷ 800"),
        ("What is the ratio of Kestrel's total liabilities to total assets in 2023?",
         "0.60", "900 ÷ 1,500"),
        ("What was the operating margin of Dunlin Foods in 2023?", "12.00", "12 ÷ 100"),
        ("What was Dunlin's asset turnover in 2023?", "1.25", "100 ÷ 80"),  # of two scales
        ("Wie hoch war die Umsatzrendite von Brachvogel 2023?", "7.50",
         "75.000,00 ÷ 1.000.000,00"),
        ("Wie hoch war die Eigenkapitalquote von Brachvogel 2023?", "50.00",
         "450.000,00 ÷ 900.000,00"),
    ],
)  # fmt: skip
def test_a_ratio_is_computed_from_its_two_lines(index: Index, question: str, figure: str, how: str):
    answer = asked(index, question)
    assert answer is not None
    assert answer.figure == Decimal(figure)
    assert len(answer.rows) >= 2
    assert answer.how.startswith(f"{how} = ")


@pytest.mark.parametrize(
    "question",
    [
        "What was Kestrel's operating margin in 2019?",  # no such year
        "What was Dunlin's gross margin in 2023?",  # a line is missing
        "What was the current ratio of Dunlin Foods in 2023?",
        "What was the operating margin of Sandgrouse in 2023?",  # no report of theirs
        "What was Kestrel's operating margin in Norway in 2023?",  # of a part
        "What was Kestrel's operating margin from 2022 to 2023?",
        "What was Kestrel's revenue in 2023?",  # no ratio
        "Wie hoch war die operative Marge von Brachvogel 2023?",
    ],
)
def test_no_ratio_is_computed_where_a_line_is_missing(index: Index, question: str):
    assert asked(index, question) is None
