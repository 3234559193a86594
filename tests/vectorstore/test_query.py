"""How a question is looked up in the full-text index."""

import pytest
from word_embedder import chunks, document

from vectorstore.index import Index
from vectorstore.query import match_expression, searchable, terms
from vectorstore.scope import Scope


def test_question_words_are_left_out_unless_there_is_nothing_else():
    assert terms("What is the meal allowance for the day?") == ["meal", "allowance", "day"]
    assert terms("Who are we?") == ["who", "are", "we"]
    assert terms("?!") == []


def test_every_term_stands_in_quotes():
    expression = match_expression('leave OR heading:* NEAR(x) -y "part time" \0')
    assert expression == (
        '"leave" OR "heading" OR "near" OR "x" OR "y" OR "part" OR "time" OR "part time"'
    )
    assert match_expression('a" OR "b').count('"') % 2 == 0
    assert match_expression("“”") == ""


def test_a_pasted_page_is_cut_short():
    assert len(terms(" ".join(f"word{n}" for n in range(10_000)))) < 100


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Order part AB-12/3 from stock", "ab 12/3"),
        ("Order part AB-12/3 from stock", "AB123"),
        ("A deposit of 1,500.00 euros", "1500.00"),
        ("A deposit of €1500", "€1,500"),
        ("Signed on 2026-03-01 in Bern", "2026-03-01"),
        ("The oﬃce in Zürich", "office Zurich"),
        ("Send an e-mail", "email"),
        ("年次有給休暇は二十八日です", "有給休暇"),
        ("Version 2.1 was withdrawn", "v2.1 2.1"),
        ("Employees' contracts", "employee contract"),
    ],
)
def test_either_spelling_finds_the_other(index: Index, written: str, asked: str):
    index.put(document("it"), chunks(written))
    index.put(document("others"), chunks(*(f"Other matters, number {n}" for n in range(5))))
    hits = index.search(asked, Scope(("general",))).hits
    assert [hit.text for hit in hits if hit.signals["lexical"] == 1.0] == [written]


def test_a_quoted_phrase_counts_as_one():
    index_form = searchable("Cost-centre AB-1")
    assert index_form == "Cost-centre Costcentre AB-1 AB1"
    assert '"cost centre"' in match_expression('What is a "cost centre"?')
