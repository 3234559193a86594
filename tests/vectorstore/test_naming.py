"""A document that the question names comes first, and hides no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from word_embedder import chunks, document

from vectorstore.index import Index
from vectorstore.naming import BY_KIND, BY_NAME, named
from vectorstore.scope import Scope


@pytest.mark.parametrize(
    ("question", "name", "title", "surely"),
    [
        ("How much is it per travel policy?", "policies/travel-policy.docx", "", BY_NAME),
        ("Was gilt laut Reiserichtlinie?", "Reiserichtlinie_v2.docx", "", BY_NAME),
        ("Was gilt laut Reiserichtlinie?", "Reise-Richtlinie.docx", "", BY_NAME),
        ("What does the 2021 handbook say?", "handbook-2021-extract.md", "", BY_NAME),
        ("What does the 2021 handbook say?", "handbook-2026.md", "", 0),
        ("In the handbook, how long is it?", "employee-handbook.pdf", "", BY_KIND),
        ("What is in the annual report?", "x1.pdf", "Annual report: ports and rails", BY_NAME),
        ("What is in the annual report 2024?", "r.pdf", "Annual report 2025", 0),
        ("Which annual events does the report on ports list?", "annual-report.pdf", "", 0),
        ("May I travel by train?", "travel-policy.docx", "", 0),
        ("How many days of leave do I have?", "notes.txt", "", 0),
        ("How many notes may I take?", "notes.txt", "", 0),
        ("Is it in the notes?", "notes.txt", "", BY_NAME),
        ("", "a.txt", "", 0),
        ("?", ".txt", "", 0),
    ],
)
def test_a_name_is_recognised(question: str, name: str, title: str, surely: float) -> None:
    assert named(question, name, title) == surely


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_a_name_or_none(question: str, name: str, title: str) -> None:
    assert named(question, name, title) in {0.0, BY_KIND, BY_NAME}


def test_passages_of_the_named_document_come_first_but_not_alone(index: Index) -> None:
    for name in ("handbook-2021", "handbook-2026", "travel-policy"):
        said = f"Annual leave is 28 days, says the {name.split('-')[0]} on page {len(name)}."
        index.put(document(f"{name}.md"), chunks(said, f"Cars of {name} are washed."))
    for name in ("handbook-2021", "handbook-2026", "travel-policy"):
        asked = f"How many days of annual leave are there according to {name.replace('-', ' ')}?"
        hits = index.search(asked, Scope(("general",)), k=10).hits
        assert hits[0].document == f"{name}.md"
        assert hits[0].signals["named"] == BY_NAME
        assert {hit.document for hit in hits} > {f"{name}.md"}
