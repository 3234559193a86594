"""Numbered parts: the clause that is asked for, and no other."""

from collections.abc import Iterator

import pytest
from word_embedder import WordEmbedder

from app.answering.clauses import asked_clauses, asks_for_text, clause_text, is_of_other_clause
from ingest.pipeline import ingest_paths
from vectorstore.index import Index
from vectorstore.records import Hit

LEASE = """# Lease agreement

## 2. Rent

2.1 The rent is 1,200 euros a month.

2.2 The rent is due on the third working day. It is paid by transfer.

2.2.1 A late payment costs 10 euros.

2.3 The deposit is three monthly rents.

## 3. Term

The lease begins on 1 May 2024.

It ends after 12 months.

## 12. Law

The law of Ireland applies.

SCHEDULE OF GOODS

Ten chairs.
"""
STATUTES = """# Satzung

§ 5 Beiträge

Der Beitrag beträgt 20 Euro. Er ist im Januar fällig.

§ 6 Austritt

Der Austritt ist schriftlich zu erklären.
"""


@pytest.fixture(scope="module")
def passages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Hit]]]:
    folder = tmp_path_factory.mktemp("texts")
    (folder / "lease.md").write_text(LEASE)
    (folder / "satzung.txt").write_text(STATUTES)
    index = Index.open(folder / "index", WordEmbedder())
    ingest_paths(index, [folder / "lease.md", folder / "satzung.txt"])
    yield {name: index.chunks("general", name) for name in ("lease.md", "satzung.txt")}
    index.close()


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("2.2", ["2.2 The rent is due on the third working day.", "It is paid by transfer.",
                 "2.2.1 A late payment costs 10 euros."]),
        ("2.1", ["2.1 The rent is 1,200 euros a month."]),
        ("3", ["The lease begins on 1 May 2024.", "It ends after 12 months."]),
        ("12", ["The law of Ireland applies."]),
        ("4", []),
        ("2.4", []),
    ],
)  # fmt: skip
def test_a_clause_is_told_whole_and_alone(
    passages: dict[str, list[Hit]], number: str, told: list[str]
) -> None:
    assert [one.sentence for one in clause_text(number, passages["lease.md"])] == told


def test_a_paragraph_of_german_statutes_reaches_to_the_next(
    passages: dict[str, list[Hit]],
) -> None:
    told = " ".join(one.sentence for one in clause_text("5", passages["satzung.txt"]))
    assert "20 Euro" in told
    assert "Januar" in told
    assert "Austritt" not in told


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("What does clause 2.2 say?", "2.2"),
        ("Please show me section 3 of the lease", "3"),
        ("Was steht in § 5 der Satzung?", "5"),
        ("Wie lautet Ziffer 2.3?", "2.3"),
        ("When is the rent due according to clause 2.2?", ""),
        ("What do clauses 2.1 and clause 2.2 say?", ""),
        ("How much is 2.2 million?", ""),
        ("What does the lease say?", ""),
    ],
)
def test_only_who_asks_for_the_text_alone_is_told_it(question: str, number: str) -> None:
    assert asks_for_text(question, ["lease.md Lease agreement", "satzung.txt Satzung"]) == number


def test_a_sentence_of_another_clause_is_known_by_its_number() -> None:
    asked = asked_clauses("When is the rent due by clause 2.2?")
    assert is_of_other_clause(asked, "2.1 The rent is 1,200 euros.")
    assert not is_of_other_clause(asked, "2.2 The rent is due on Monday.")
    assert not is_of_other_clause(asked, "2.2.1 A late payment costs 10 euros.")
    assert not is_of_other_clause(asked, "12 months' notice is given.")
    assert not is_of_other_clause(frozenset(), "2.1 The rent is 1,200 euros.")
