"""Questions answered from tables: the right rows and figures, or nothing."""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from word_embedder import WordEmbedder

from app.answering.tables.answer import TableAnswer
from app.answering.tables.answering import answer_from_tables
from ingest.pipeline import ingest_paths
from vectorstore.index import Index
from vectorstore.records import Hit, SearchResult
from vectorstore.scope import EVERYTHING, Scope
from vectorstore.tables.columns import read_columns
from vectorstore.tables.records import Table, TableRow

HERE = Path(__file__).parent.parent
FOLDERS = {
    "documents": HERE / "tables" / "documents",
    "unseen": HERE / "tables" / "documents_unseen",
    "samples": HERE / "samples",
    "corpus": HERE / "corpus",
}


def questions(name: str, kind: str) -> list[dict[str, Any]]:
    lines = (HERE / "tables" / name).read_text(encoding="utf-8").splitlines()
    return [{"in": kind, **json.loads(line)} for line in lines if line]


SEEN = questions("questions.jsonl", "documents")
UNSEEN = questions("questions_unseen.jsonl", "unseen")


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Index]]:
    """One index for each folder, made as every index is made."""
    opened = {}
    for name, folder in FOLDERS.items():
        index = Index.open(tmp_path_factory.mktemp(name) / "index", WordEmbedder())
        ingest_paths(index, [folder])
        opened[name] = index
    yield opened
    for index in opened.values():
        index.close()


def ask(index: Index, question: str, scope: Scope = EVERYTHING) -> TableAnswer | None:
    return answer_from_tables(question, scope, index, index.search(question, scope, 8).hits)


def fault_of(asked: dict[str, Any], answer: TableAnswer | None) -> str:
    """What is wrong with an answer, or ""."""
    if asked.get("decline") or answer is None:
        return "" if (answer is None) == bool(asked.get("decline")) else f"answered {answer}"
    if "figure" in asked and answer.figure != Decimal(asked["figure"]):
        return f"figure {answer.figure}"
    if "rows" in asked and {row.label for row in answer.rows} != set(asked["rows"]):
        return f"rows {[row.label for row in answer.rows]}"
    if "shows" in asked:
        shown = {text for row in answer.rows for _, text in row.cells}
        return "" if asked["shows"] in shown else f"shows {shown}"
    return ""


@pytest.mark.parametrize("asked", [q for q in SEEN if not q.get("optional")], ids=lambda q: q["q"])
def test_right_rows_and_figures_or_nothing(indexes, asked):
    answer = ask(indexes[asked["in"]], asked["q"])
    assert fault_of(asked, answer) == ""


@pytest.mark.parametrize(
    "asked", [q for q in UNSEEN if not q.get("optional")], ids=lambda q: q["q"]
)
def test_questions_that_were_written_before_the_code(indexes, asked):
    answer = ask(indexes["unseen"], asked["q"])
    assert fault_of(asked, answer) == ""


def test_every_shown_cell_and_chunk_is_in_its_document(indexes):
    shown = 0
    for asked in SEEN:
        index = indexes[asked["in"]]
        answer = ask(index, asked["q"])
        for row in answer.rows if answer is not None else ():
            chunk = index.chunk(row.chunk_id)
            assert chunk is not None
            assert (chunk.space, chunk.document, chunk.position) == (
                row.space,
                row.document,
                row.position,
            )
            whole = "".join(
                "".join(one.text.split()) for one in index.chunks(row.space, row.document)
            )
            for _, text in row.cells:
                assert "".join(text.split()) in whole
                shown += 1
            assert row.page == chunk.page
            assert answer is not None
            assert len(answer.markdown.splitlines()) == len(answer.rows) + 2
    assert shown > 150


def test_how_a_figure_came_about(indexes):
    answer = ask(
        indexes["samples"], "What was the revenue of Grebe and Kingfisher together in 2023?"
    )
    assert answer is not None
    assert answer.how == "18.3 + 6.6 = 24.9 (rows Grebe and Kingfisher; column 2023)"
    assert answer.unit == "million EUR"
    assert [(row.document, row.page, row.label) for row in answer.rows] == [
        ("company-briefing.pptx", 3, "Grebe"),
        ("company-briefing.pptx", 3, "Kingfisher"),
    ]
    assert "24.9 million EUR" in answer.statement
    assert answer.markdown.splitlines()[2:] == ["| Grebe | 18.3 |", "| Kingfisher | 6.6 |"]


def test_answers_come_in_the_language_of_the_question(indexes):
    german = ask(indexes["documents"], "Wie hoch ist der Bestand insgesamt?")
    english = ask(indexes["documents"], "What is the total staff of the branches?")
    assert german is not None
    assert english is not None
    assert german.statement.startswith("Die Summe von „Bestand“ über 5 Zeilen")
    assert "2.411" in german.statement
    assert english.statement.startswith("The sum of “Staff” over 4 rows")
    assert english.notes == ("Rows of totals were left out.",)


def put(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Any]:
    """Makes an index of small files: names and lines."""
    opened: list[Index] = []

    def make(**files: list[str]) -> Index:
        folder = tmp_path / f"files{len(opened)}"
        folder.mkdir()
        for name, lines in files.items():
            put(folder, name.replace("_", "."), *lines)
        index = Index.open(tmp_path / f"index{len(opened)}", WordEmbedder())
        ingest_paths(index, [folder])
        opened.append(index)
        return index

    yield make
    for index in opened:
        index.close()


def test_ties_are_all_told_and_missing_values_too(made):
    index = made(
        rooms_csv=["Room,Seats,Price EUR", "Alder,8,40", "Birch,12,40", "Cedar,12,n/a", "Elm,6,55"]
    )
    answer = ask(index, "Which room has the most seats?")
    assert answer is not None
    assert {row.label for row in answer.rows} == {"Birch", "Cedar"}
    answer = ask(index, "Which room is the cheapest?")
    assert answer is not None
    assert {row.label for row in answer.rows} == {"Alder", "Birch"}
    assert answer.notes == ("1 rows have no value in “Price”.",)


def test_a_table_of_lines_alone_gives_no_answer(made):
    index = made(steps_csv=["Step,Name,Link", "Workshop,,", "Review,,"])
    assert ask(index, "Which step has a link?") is None


PUMPS = [
    "Model,Kind,Output,Price (EUR),Delivery (days)",
    "A1,Gull pump,4-20 mA,400,10",
    "A2,Gull pump,0-10 V,500,20",
    "A3,Tern pump,IO-Link,650,30",
    "A4,Tern pump,4-20 mA,700,45",
]


def test_a_bound_may_stand_behind_its_figure(made):
    index = made(pumps_csv=PUMPS)
    found = ask(index, "Which models have a delivery of 20 days or less?")
    assert found is not None
    assert [row.cells[0][1] for row in found.rows] == ["A1", "A2"]
    index = made(pumpen_csv=["Modell;Lieferzeit (Tage)", "A1;10", "A2;20", "A3;30", "A4;45"])
    found = ask(index, "Welche Modelle haben eine Lieferzeit von 30 Tagen oder mehr?")
    assert found is not None
    assert [row.cells[0][1] for row in found.rows] == ["A3", "A4"]


def test_a_number_of_rows_has_to_be_theirs(made):
    index = made(pumps_csv=PUMPS)
    found = ask(index, "What is the average price of the two Gull pumps?")
    assert found is not None
    assert found.figure == Decimal(450)
    assert ask(index, "What is the average price of the three Gull pumps?") is None


def test_a_text_among_figures_names_rows(made):
    found = ask(made(pumps_csv=PUMPS), "Which models have IO-Link?")
    assert found is not None
    assert [row.cells[0][1] for row in found.rows] == ["A3"]


def test_units_that_differ_are_not_compared(made):
    index = made(
        fees_csv=["Permit,Fee", "Angling,EUR 12", "Boating,GBP 10", "Camping,EUR 15"],
        terms_csv=[
            "Loan,Bank,Duration",
            "Alpha,Tamsin,2 weeks",
            "Beta,Tamsin,10 days",
            "Gamma,Orme,3 weeks",
        ],
    )
    assert ask(index, "Which permit is the cheapest?") is None
    assert ask(index, "What is the total fee of the permits?") is None
    answer = ask(index, "Which loan has the shortest duration?")
    assert answer is not None  # weeks are days
    assert [row.label for row in answer.rows] == ["Beta"]
    assert ask(index, "What is the total duration of the loans?") is None


def test_numbers_that_could_be_two_are_not_compared(made):
    index = made(loads_csv=["Crane;Load", "Kran A;1.250", "Kran B;2.500", "Kran C;9.750"])
    assert ask(index, "Which crane has the largest load?") is None
    answer = ask(index, "What is the load of Kran B?")
    assert answer is not None
    assert answer.rows[0].cells[-1] == ("Load", "2.500")


def test_ranges_are_compared_only_where_no_doubt_is_left(made):
    index = made(times_csv=["Courier,Time", "Swift,1-2 days", "Heron,3-5 days", "Tern,4 days"])
    answer = ask(index, "Which courier has the shortest time?")
    assert answer is not None
    assert [row.label for row in answer.rows] == ["Swift"]
    assert ask(index, "Which courier has the longest time?") is None
    assert ask(index, "What is the average time of the couriers?") is None


def test_tables_of_several_documents_are_one_where_their_columns_are_the_same(made):
    head = "Bridge,Length m,Opened"
    index = made(
        north_csv=[head, "Arn,210,1951", "Bala,95,1988"],
        south_csv=[head, "Cork,340,2004", "Dell,120,1963"],
    )
    answer = ask(index, "Which bridge is the longest?")
    answer = answer or ask(index, "Which bridge has the greatest length?")
    assert answer is not None
    assert [(row.document, row.label) for row in answer.rows] == [("south.csv", "Cork")]
    answer = ask(index, "Which bridges have a length of more than 100 m?")
    assert answer is not None
    assert {row.label for row in answer.rows} == {"Arn", "Cork", "Dell"}
    assert {row.document for row in answer.rows} == {"north.csv", "south.csv"}
    answer = ask(index, "List all bridges")
    assert answer is not None
    assert len(answer.rows) == 4


def test_two_tables_that_contradict_each_other_give_no_figure(made):
    index = made(
        one_csv=["Bridge,Length m", "Arn,210", "Bala,95"],
        two_csv=["Bridge,Length m", "Arn,220", "Bala,95", "Cork,80"],
    )
    assert ask(index, "Which bridge has the greatest length?") is None
    assert ask(index, "How many bridges are there?") is None


def test_nothing_outside_the_scope_answers(indexes, tmp_path):
    index = Index.open(tmp_path / "index", WordEmbedder())
    folder = tmp_path / "files"
    folder.mkdir()
    put(folder, "pay.csv", "Person,Salary EUR", "Ana,4100", "Bo,3900")
    ingest_paths(index, [folder], space="board")
    question = "Which person has the highest salary?"
    assert ask(index, question) is not None
    assert ask(index, question, Scope(("general",))) is None
    assert ask(index, question, Scope(None, ("other.csv",))) is None
    assert ask(index, question, Scope(("board",), ("pay.csv",))) is not None
    hits = index.search(question, EVERYTHING, 8).hits
    assert hits
    assert answer_from_tables(question, Scope(("general",)), index, hits) is None
    index.close()


def test_markup_in_cells_is_shown_letter_by_letter(made):
    index = made(
        parts_csv=["Part,Note", "Bolt,![x](https://bad.example/a.png)", "Nut,<b>a|b</b> *c*"]
    )
    answer = ask(index, "List all parts with their note")
    assert answer is not None
    assert "![" not in answer.markdown
    assert "<b>" not in answer.markdown.replace("\\<b\\>", "")
    assert r"\|b" in answer.markdown


@given(
    st.lists(
        st.tuples(
            st.decimals(min_value=0, max_value=99_999, places=2, allow_nan=False),
            st.integers(1, 60),
        ),
        min_size=2,
        max_size=30,
    ),
    st.randoms(use_true_random=False),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_figures_are_those_of_the_rows_in_any_order(rows, random):
    named = [(f"Item {chr(65 + n // 26)}{chr(65 + n % 26)}", *row) for n, row in enumerate(rows)]
    answers = []
    for _ in range(2):
        random.shuffle(named)
        table, stored = table_of(named)
        index = OneTable(table, stored)
        total = answer_from_tables("What is the total price of the items?", EVERYTHING, index, [])
        count = answer_from_tables("How many items are there?", EVERYTHING, index, [])
        low = answer_from_tables("Which item is the cheapest?", EVERYTHING, index, [])
        assert total is not None
        assert count is not None
        assert low is not None
        answers.append((total.figure, count.figure, low.figure, {r.label for r in low.rows}))
    assert answers[0] == answers[1]
    least = min(price for price, _ in rows)
    cheapest = {name for name, price, _ in named if price == least}
    assert answers[0] == (sum(p for p, _ in rows), Decimal(len(rows)), least, cheapest)


class OneTable:
    """The port with a single table in memory."""

    def __init__(self, table: Table, rows: list[TableRow]) -> None:
        self.embedder = WordEmbedder()
        self._table, self._rows = table, rows

    def tables(self, stems: Sequence[str], hits: Sequence[Hit], scope: Scope) -> list[Table]:
        return [self._table]

    def table_rows(self, table: Table) -> list[TableRow]:
        return self._rows

    def search(self, question: str, scope: Scope, k: int = 10) -> SearchResult:
        return SearchResult([], {})

    def opening(self, hit: Hit) -> str:
        return ""

    def rarity(self, words: Iterable[str], spaces: Sequence[str] | None) -> dict[str, float]:
        return {}


def table_of(rows: Sequence[tuple[str, Decimal, int]]) -> tuple[Table, list[TableRow]]:
    cells = [(name, f"{price:,}", str(days)) for name, price, days in rows]
    columns = read_columns(["Item", "Price (EUR)", "Delivery (days)"], cells, ".")
    stored = [TableRow(n, row, None, "", n, f"c{n}") for n, row in enumerate(cells, 1)]
    table = Table(1, "general", "items.csv", "", 0, "", "", tuple(columns), len(cells))
    return table, stored


@pytest.mark.shared
def test_case_39(shared_dir, tmp_path):
    case = shared_dir / "cases" / "39-superlatives-counts-sums"
    index = Index.open(tmp_path / "index", WordEmbedder())
    ingest_paths(index, [case / "suppliers.csv"])
    wanted = [
        ("Which supplier is the cheapest?", ["Delta Foam"], "4.75"),
        ("Which supplier is the most expensive?", ["Cargo Glass"], "31.00"),
        ("Which supplier delivers fastest?", ["Elbe Plastics"], "5"),
        ("How many suppliers are there?", None, "5"),
        ("What is the total of all prices of the suppliers?", None, "71.55"),
    ]
    everyone = ["Alpine Steel", "Baltic Wood", "Cargo Glass", "Delta Foam", "Elbe Plastics"]
    for question, rows, figure in wanted:
        answer = ask(index, question)
        assert answer is not None, question
        assert [row.label for row in answer.rows] == (rows or everyone)
        assert answer.figure == Decimal(figure)
    listed = ask(index, "List all suppliers")
    assert listed is not None
    assert [row.label for row in listed.rows] == everyone
    index.close()
