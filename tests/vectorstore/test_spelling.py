"""Words of a question that no document has."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from word_embedder import WordEmbedder, chunks, document

from vectorstore.index import Index
from vectorstore.scope import Scope

TEXTS = (
    "The reimbursement of travel expenses takes twelve days.",
    "Die Kündigungsfrist beträgt sechs Wochen.",
    "Der Urlaub gilt für ganze Tage.",
    "The warehouse keeps spare gaskets.",
    "The part HR-100-E costs 1,865 euros.",
)


@pytest.fixture
def stocked(tmp_path: Path) -> Iterator[Index]:
    index = Index.open(tmp_path / "index", WordEmbedder())
    for number, text in enumerate(TEXTS):
        index.put(document(f"{number}.txt"), chunks(text))
    yield index
    index.close()


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (
            "How many days does the reimbursemend of travel take?",
            {"reimbursemend": "reimbursement"},
        ),
        ("the reimbursment of travel", {}),  # the index knows stems: it is the same
        ("reimbrusement of expenses", {"reimbrusement": "reimbursement"}),
        ("spare gaskeds in the warehouse", {"gaskeds": "gaskets"}),
        ("Kündigungsfrisst in Wochen", {"kündigungsfrisst": "kundigungsfrist"}),
        ("Kundigungsfrist", {}),  # the index folds accents
        ("gasket", {}),  # another form of a word that is there
        ("travel to Xqwv", {}),  # nothing is near
        ("price of HR-100-F", {}),  # a code is never another one
        ("price in 1864", {}),
        ("days of lve", {}),  # too short to tell
    ],
)
def test_a_slip_is_the_word_that_was_meant(stocked: Index, asked: str, meant: dict[str, str]):
    assert stocked.spelling(asked, None).words_meant == meant


def test_a_compound_is_found_by_its_parts(stocked: Index):
    found = stocked.spelling("Wie viele Urlaubstage gibt es?", None)
    assert found.stand_ins == ("urlaub", "tage")
    hits = stocked.search("Urlaubstage", Scope(("general",))).hits
    assert [hit.text for hit in hits if hit.signals["lexical"] == 1.0] == [TEXTS[2]]


def test_a_mistyped_question_finds_what_the_tidy_one_finds(stocked: Index):
    scope = Scope(("general",))
    for mistyped, wanted in (
        ("spare gaskest", TEXTS[3]),
        ("reimbursemend of travel", TEXTS[0]),
    ):
        hits = stocked.search(mistyped, scope).hits
        assert [hit.text for hit in hits if hit.signals["lexical"] == 1.0] == [wanted]


def test_a_question_in_another_language_is_left_alone(stocked: Index):
    found = stocked.spelling("Quels documents faut-il présenter au magasin central?", None)
    assert not found.meant
    assert found.known_share < 0.5
    assert stocked.spelling("spare gaskets", None).known_share == 1
    assert stocked.spelling("42", None).known_share == 1


def test_only_the_searched_spaces_say_what_is_meant(stocked: Index):
    stocked.put(document("a.txt", "private"), chunks("A confidential takeover of Walnutco."))
    assert stocked.spelling("takeoverr", ["general"]).words_meant == {}
    assert stocked.spelling("takeoverr", ["private"]).words_meant == {"takeoverr": "takeover"}
    assert stocked.spelling("takeoverr", []).words_meant == {}


def test_a_pasted_key_takes_no_time(stocked: Index):
    assert stocked.spelling("k" * 60_000, None).words_meant == {}
