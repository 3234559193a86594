"""Answers are measured by their words, their citations and whether they were due."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.evaluation.answers import (
    answer_metrics,
    area_under_curve,
    failed_metrics,
    sentences_with_foreign_numbers,
)
from app.answering.evaluation.questions import Place, Question
from app.answering.events import Answer, Citation
from vectorstore.records import Hit

Make = Callable[..., Answer]
MakeHit = Callable[..., Hit]
MakeCitation = Callable[..., Citation]

TEXT = "Full-time employees have 28 working days of annual leave in each calendar year."
LEAVE = Question(
    "1", "How much leave?", ("28 working days",), True, ((Place("handbook.pdf", 6, TEXT),),)
)


def test_a_right_answer_with_the_right_page(
    answer: Make, hit: MakeHit, citation: MakeCitation
) -> None:
    passage = hit(TEXT, page=6)
    given_answer = answer(TEXT, citations=(citation(passage),), passages=(passage,))
    # 13 tokens, of which 3 are all of the accepted "28 working days"
    precision, recall = 3 / 13, 1
    assert answer_metrics(LEAVE, given_answer) == {
        "found_when_answerable": 1.0,
        "exact_match": 0.0,
        "f1": pytest.approx(2 * precision * recall / (precision + recall)),
        "containment": 1.0,
        "number_match": 1.0,
        "citation_correct": 1.0,
        "citation_precision": 1.0,
        "numbers_held": 1.0,
    }


def test_a_refusal_scores_no_words_and_no_citation(answer: Make) -> None:
    refusal = answer("The documents do not hold 28 working days.", found=False)
    metrics = answer_metrics(LEAVE, refusal)
    assert set(metrics.values()) == {0.0}
    assert "citation_correct" not in metrics
    assert failed_metrics(LEAVE) == metrics


def test_refusing_is_right_only_where_there_is_no_answer(answer: Make) -> None:
    absent = Question("2", "Who?", (), False)
    assert answer_metrics(absent, answer(found=False)) == {"abstained_when_unanswerable": 1.0}
    assert answer_metrics(absent, answer("Ann", supported=False)) == {
        "abstained_when_unanswerable": 0.0
    }
    assert failed_metrics(absent) == {"abstained_when_unanswerable": 0.0}


def test_a_citation_is_right_by_page_or_by_passage(
    answer: Make, hit: MakeHit, citation: MakeCitation
) -> None:
    def cited(*passages: Hit) -> dict[str, float]:
        citations = tuple(citation(passage, n) for n, passage in enumerate(passages, start=1))
        return answer_metrics(LEAVE, answer("28", citations=citations, passages=passages))

    same_page = hit("other words", page=6, chunk_id="a")
    other_page = hit(f"{TEXT} And more.", page=7, chunk_id="b")
    wrong = hit("other words", page=7, chunk_id="c")
    assert cited(same_page)["citation_correct"] == 1.0
    assert cited(other_page)["citation_correct"] == 1.0
    assert cited(wrong)["citation_correct"] == 0.0
    mixed = cited(same_page, other_page, wrong)
    assert mixed["citation_correct"] == 1.0
    assert mixed["citation_precision"] == pytest.approx(2 / 3)
    assert cited()["citation_correct"] == 0.0


def test_every_need_must_be_cited(answer: Make, hit: MakeHit, citation: MakeCitation) -> None:
    both = Question("1", "?", (), True, ((Place("a.pdf", 1),), (Place("b.pdf", 2),)))
    first, second = hit("x", document="a.pdf"), hit("y", document="b.pdf", page=2)
    one = answer("x", citations=(citation(first),), passages=(first, second))
    two = answer("x", citations=(citation(first), citation(second, 2)), passages=(first, second))
    assert answer_metrics(both, one)["citation_correct"] == 0.0
    assert answer_metrics(both, two)["citation_correct"] == 1.0


def test_formats_without_pages_are_judged_by_the_cited_passage(
    answer: Make, hit: MakeHit, citation: MakeCitation
) -> None:
    asked = Question("1", "?", ("28 working days",), True, ((Place("h.md", None, TEXT),),))
    right = hit(TEXT, document="h.md", page=None)
    wrong = hit("About something else.", document="h.md", page=None)
    for passage, correct in ((right, 1.0), (wrong, 0.0)):
        cited = answer("28", citations=(citation(passage),), passages=(passage,))
        assert answer_metrics(asked, cited)["citation_correct"] == correct
        quoted = answer("28", citations=(citation(passage),))  # a passage of an earlier turn
        assert answer_metrics(asked, quoted)["citation_correct"] == correct


def test_a_supported_sentence_with_a_number_of_its_own_is_a_defect(
    answer: Make, hit: MakeHit, citation: MakeCitation
) -> None:
    passage = hit("It costs EUR 1,250.00 since 2021.")
    made = {"citations": (citation(passage, quote="It costs"),), "passages": (passage,)}
    assert sentences_with_foreign_numbers(answer("It costs 1250 euros.", **made)) == []
    wrong = answer("It costs 1,350 euros.", **made)
    assert sentences_with_foreign_numbers(wrong) == ["It costs 1,350 euros."]
    assert answer_metrics(LEAVE, wrong)["numbers_held"] == 0.0
    assert sentences_with_foreign_numbers(answer("1,350", supported=False, **made)) == []


@pytest.mark.parametrize(
    ("said", "passage", "foreign"),
    [
        ("It lasts twenty-five days.", "It lasts 25 days.", False),
        ("It lasts 25 days.", "It lasts twenty-five days.", False),
        ("It lasts thirty days.", "It lasts 25 days.", True),
        ("Es kostet 1.234,5 Euro.", "It costs 1,234.5 euros.", False),
        ("Es kostet 1.234,5 Euro.", "It costs 1,234.6 euros.", True),
        ("It grew by 5 %.", "It grew by five percent.", False),
        ("It ended on 1 March 2024.", "It ended on 01.03.2024.", False),
        ("It ended on 2 March 2024.", "It ended on 01.03.2024.", True),
        ("Revenue was 855.0 million.", "Million pounds: Revenue; 2025: 855.0", False),
        ("Revenue was 855.0 million.", "Revenue; 2025: 855.0", True),
        ("No one of them pays.", "None of them pays.", False),
    ],
)
def test_numbers_are_compared_however_they_are_written(
    said: str, passage: str, foreign: bool, answer: Make, hit: MakeHit, citation: MakeCitation
) -> None:
    shown = hit(passage)
    given = answer(said, citations=(citation(shown),), passages=(shown,))
    assert sentences_with_foreign_numbers(given) == ([said] if foreign else [])


def test_area_under_the_curve_by_hand() -> None:
    # 0.9 beats both; 0.5 beats 0.1 and ties with 0.5: (2 + 1.5) / 4
    assert area_under_curve([0.9, 0.5], [0.5, 0.1]) == pytest.approx(3.5 / 4)
    assert area_under_curve([1.0], [0.0]) == 1.0
    assert area_under_curve([0.5, 0.5], [0.5]) == 0.5
    assert area_under_curve([], [0.5]) is None


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=20),
    st.lists(st.integers(0, 5), min_size=1, max_size=20),
)
def test_the_area_counts_pairs(up: list[int], down: list[int]) -> None:
    pairs = [(a > b) + (a == b) / 2 for a in up for b in down]
    assert area_under_curve(up, down) == pytest.approx(sum(pairs) / len(pairs))
