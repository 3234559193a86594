"""Questions answered from lists in the text of documents: the list of the asked thing, or none."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from answering.tables_in_memory import asked_of as ask
from answering.tables_in_memory import of_sections
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from word_embedder import WordEmbedder

from app.answering.composing import compose_rows
from app.answering.tables.answer import TableAnswer
from ingest.pipeline import ingest_paths
from ingest.sections import Section
from vectorstore.index import Index

SITE = """# Site handbook
## Visitors
All visitors need the following papers:
- A pass
- A letter of invitation
- Proof of insurance

Visitors must:
- wear a badge
- sign out

## Public holidays
- New Year
- Easter Monday
- Christmas Day

## Employees
- Sick pay
- Parental leave
- Bus pass

## Charges
Our fees for permits are:
- Angling: 12 EUR
- Boating: 20 EUR
- Camping: 15 EUR

At the end of 2024 we were 412 people: 265 in Galway, 98 in Graz and 49 in Ghent.

## Interview
Our interview has three rounds:
1. Coffee
2. Technical talk
3. Team fit

The customer's duties are:
- Pay on time
- Provide access

The insurance does not cover the following risks:
- War
- Flood

## Ablauf
Der Antrag besteht aus folgenden Unterlagen:
- Lebenslauf
- Zeugnis
- Foto
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "site.md").write_text(SITE, encoding="utf-8")
    index = Index.open(folder / "index", WordEmbedder())
    ingest_paths(index, [folder / "site.md"])
    yield index
    index.close()


@pytest.mark.parametrize(
    ("question", "items"),
    [
        (
            "Which papers do visitors need?",
            ["A pass", "A letter of invitation", "Proof of insurance"],
        ),
        ("What must visitors do?", ["wear a badge", "sign out"]),
        ("What are the public holidays?", ["New Year", "Easter Monday", "Christmas Day"]),
        ("Name the rounds of the interview", ["Coffee", "Technical talk", "Team fit"]),
        ("What are the three rounds of the interview?", ["Coffee", "Technical talk", "Team fit"]),
        ("What are the customer's duties?", ["Pay on time", "Provide access"]),
        (
            "Which papers do I have to bring as a visitor?",
            ["A pass", "A letter of invitation", "Proof of insurance"],
        ),
        ("Which risks does the insurance not cover?", ["War", "Flood"]),
        ("Welche Unterlagen muss ich beim Antrag einreichen?", ["Lebenslauf", "Zeugnis", "Foto"]),
        ("Welche Unterlagen gibt es beim Antrag?", ["Lebenslauf", "Zeugnis", "Foto"]),
        ("Which permits cost more than 13 euros?", ["Boating", "Camping"]),
        ("List the fees for permits", ["Angling", "Boating", "Camping"]),
    ],
)
def test_all_items_of_the_list_that_is_of_the_asked_thing(site, question, items):
    answer = ask(site, question)
    assert answer is not None
    assert [row.cells[0][1] for row in answer.rows] == items


@pytest.mark.parametrize(
    ("question", "figure", "unit"),
    [
        ("How many rounds does the interview have?", "3", ""),
        ("Which permit is the cheapest?", "12", "EUR"),
        ("What is the highest fee for a permit?", "20", "EUR"),
        ("What is the average fee for permits?", "15.67", "EUR"),
        ("What is the total of all fees for permits?", "47", "EUR"),
        ("How much more does boating cost than camping?", "5", "EUR"),
        ("How many people work in Graz and Ghent together?", "147", ""),
        ("Wie viele Unterlagen hat der Antrag?", "3", ""),
    ],
)
def test_figures_from_lists(site, question, figure, unit):
    answer = ask(site, question)
    assert answer is not None
    assert (answer.figure, answer.unit) == (Decimal(figure), unit)


@pytest.mark.parametrize(
    "question",
    [
        "Which visitors are there?",
        "How many visitors are there?",
        "How many employees are there?",
        "What are the supplier's duties?",
        "What are the duties?",  # of whom
        "What are the papers for contractors?",
        "Which papers do visitors need on Sundays?",
        "What are the public holidays in France?",
        "What are the four rounds of the interview?",
        "What must employees do?",
        "Are there public holidays?",
        "Which permit is the fastest?",
        "Which risks does the insurance cover?",
        "What must visitors not do?",
        "What is the total fee for licences?",
        "How many people work in Graz and Vienna together?",
        "Welche Unterlagen gibt es beim Widerspruch?",
    ],
)
def test_a_near_miss_is_refused(site, question):
    assert ask(site, question) is None


def test_a_list_is_told_as_bullets_each_with_its_source(site):
    answer = ask(site, "What are the public holidays?")
    assert answer is not None
    hits = {row.chunk_id: site.chunk(row.chunk_id) for row in answer.rows}
    told = compose_rows(answer, {key: hit for key, hit in hits.items() if hit}, lambda hit: 1)
    assert told is not None
    assert told.form == "list"
    assert told.text.splitlines()[-3:] == [
        "- New Year [1]",
        "- Easter Monday [1]",
        "- Christmas Day [1]",
    ]
    assert [one.quote for one in told.citations]
    assert "3" in answer.statement
    assert "site.md" in answer.statement


UNITS = [
    ("{} EUR", "EUR", "Our fees for permits are:", "Which permit is the most expensive?", "fee"),
    ("{} days", "days", "The periods for permits are these:",
     "Which permit takes longest?", "period"),
    ("{} EUR", "EUR", "Die Gebühren für Genehmigungen sind:",
     "Welche Genehmigung ist am teuersten?", "Gebühr"),
]  # fmt: skip


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    labels=st.lists(
        st.sampled_from("Alder Birch Cedar Elm Fir Hazel Larch Maple Oak Pine Rowan Yew".split()),
        min_size=3,
        max_size=12,
        unique=True,
    ),
    data=st.data(),
    of_unit=st.sampled_from(UNITS),
)
def test_figures_are_those_of_the_items(labels, data, of_unit):
    form, unit, lead, highest, noun = of_unit
    amounts = [data.draw(st.integers(1, 999)) for _ in labels]
    assume(amounts[-1] != sum(amounts[:-1]))  # the last of several may be their sum
    with_total = unit == "EUR" and data.draw(st.booleans())
    lines = [f"• {a}: {form.format(b)}" for a, b in zip(labels, amounts, strict=True)]
    if with_total:
        word = "Gesamt" if "Gebühr" in lead else "Total"
        lines.append(f"• {word}: {form.format(sum(amounts))}")
    index = of_sections(Section("\n".join([lead, *lines]), 3, "Permits"))

    def asked(question: str) -> TableAnswer:
        answer = ask(index, question)
        assert answer is not None, question
        return answer

    top = asked(highest)
    assert {row.label for row in top.rows} == {
        a for a, b in zip(labels, amounts, strict=True) if b == max(amounts)
    }
    assert top.figure == max(amounts)
    assert top.unit == unit
    if noun == "fee":
        assert asked("What is the total of the fees for permits?").figure == sum(amounts)
        assert asked(f"What is the fee for {labels[0]}?").rows[0].cells[-1][1] == form.format(
            amounts[0]
        )
        gap = asked(f"What is the difference in fee between {labels[0]} and {labels[1]}?")
        assert gap.figure == abs(amounts[0] - amounts[1])
        both = asked(f"What is the fee for {labels[0]} and {labels[1]} together?")
        assert both.figure == amounts[0] + amounts[1]
    assert ask(index, "Which licence is the cheapest?") is None
