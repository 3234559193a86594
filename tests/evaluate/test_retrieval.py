"""Hits and rankings, against cases computed by hand."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.evaluation.hits import covers, is_hit
from app.answering.evaluation.questions import Place, Question, read_questions
from app.answering.evaluation.retrieval import evidence_ranks, head_within, retrieval_metrics
from vectorstore.records import Hit

MakeHit = Callable[..., Hit]


def question(*needs: tuple[Place, ...], answers: tuple[str, ...] = ()) -> Question:
    return Question("1", "?", answers, True, needs)


def test_half_of_the_distinct_words_of_the_shorter_must_be_shared(hit: MakeHit) -> None:
    place = Place("handbook.pdf", None, "one two three four five six seven eight")
    assert is_hit(hit("one two x y"), place, [])  # 2 of 4 words of the shorter passage
    assert not is_hit(hit("one v w x y"), place, [])  # 1 of 5
    assert not is_hit(hit("one one one one x y z"), place, [])  # repeating "one" is one word of 4
    assert is_hit(hit("One, TWO; three. four a b c d e f g h i j k"), place, [])  # 4 of 8
    assert not is_hit(hit(""), place, [])


def test_the_passage_must_contain_an_answer_if_the_evidence_does(hit: MakeHit) -> None:
    place = Place("handbook.pdf", None, "Staff have 28 working days of leave in a year")
    assert is_hit(hit("staff have 28 Working Days"), place, ["none", "28 working days"])
    assert not is_hit(hit("staff have 28 days of leave in a year"), place, ["28 working days"])
    assert is_hit(hit("staff have 28 days of leave in a year"), place, ["four weeks"])


def test_document_and_page_decide_where_there_is_no_text(hit: MakeHit) -> None:
    assert is_hit(hit("anything", page=3), Place("handbook.pdf", 3), ["28"])
    assert not is_hit(hit("anything", page=4), Place("handbook.pdf", 3), ["28"])
    assert not is_hit(hit("anything", page=None), Place("handbook.pdf", 3), ["28"])
    assert is_hit(hit("anything", page=9), Place("handbook.pdf"), ["28"])


def test_a_text_decides_even_if_a_page_is_named(hit: MakeHit) -> None:
    place = Place("handbook.pdf", 3, "one two three four")
    assert is_hit(hit("one two three four", page=4), place, [])
    assert not is_hit(hit("five six seven eight", page=3), place, [])


def test_documents_are_compared_by_name_below_any_folder(hit: MakeHit) -> None:
    place = Place("handbook.pdf", 1)
    assert is_hit(hit("x", document="staff/handbook.pdf"), place, [])
    assert not is_hit(hit("x", document="old-handbook.pdf"), place, [])
    assert not is_hit(hit("x", document="handbook.pdf.txt"), place, [])


def test_any_place_of_a_need_will_do(hit: MakeHit) -> None:
    need = (Place("a.pdf", 1), Place("b.pdf", 2))
    assert covers(hit("x", document="b.pdf", page=2), need, [])
    assert not covers(hit("x", document="b.pdf", page=1), need, [])


def test_every_need_is_ranked_by_its_first_passage(hit: MakeHit) -> None:
    asked = question((Place("a.pdf"),), (Place("b.pdf"), Place("c.pdf")), (Place("d.pdf"),))
    ranking = [hit("x", document=name) for name in ("x.pdf", "c.pdf", "a.pdf", "b.pdf", "a.pdf")]
    assert evidence_ranks(asked, ranking) == [3, 2, None]


def test_metrics_by_hand(hit: MakeHit) -> None:
    asked = question((Place("a.pdf"),), (Place("b.pdf"),))
    ranking = [hit("x" * 900, document=name) for name in ("x.pdf", "b.pdf", "y.pdf", "z.pdf")]
    ranking += [hit("x" * 900, document=f"{n}.pdf") for n in range(5)] + [
        hit("x", document="a.pdf")
    ]
    metrics = retrieval_metrics(asked, ranking)
    assert metrics == {
        "recall@1": 0.0,
        "recall@5": 0.5,
        "recall@10": 1.0,
        "recall@20": 1.0,
        "recall@2k": 0.5,  # 900 + 900; the third crosses 2,000
        "recall@4k": 0.5,
        "recall@8k": 0.5,  # 8 x 900 fit, the ninth crosses; "a.pdf" is the tenth
        "ndcg@10": pytest.approx(
            (1 / math.log2(3) + 1 / math.log2(11)) / (1 / math.log2(2) + 1 / math.log2(3))
        ),
        "mrr@10": 0.5,
    }


def test_a_passage_that_crosses_the_border_ends_the_head(hit: MakeHit) -> None:
    ranking = [hit("x" * size) for size in (1000, 1000, 1, 1)]
    assert head_within(ranking, 2000) == 2
    assert head_within(ranking, 1999) == 1  # though a later one would fit
    assert head_within(ranking, 999) == 0
    assert head_within(ranking, 9999) == 4


def test_one_passage_for_two_needs_is_no_better_than_ideal(hit: MakeHit) -> None:
    asked = question((Place("a.pdf"),), (Place("a.pdf", 1),))
    assert retrieval_metrics(asked, [hit("x", document="a.pdf")])["ndcg@10"] == 1.0


def test_repeating_evidence_gains_nothing(hit: MakeHit) -> None:
    asked = question((Place("a.pdf"),), (Place("b.pdf"),))
    once = [hit("x", document="a.pdf")]
    assert retrieval_metrics(asked, once * 5) == retrieval_metrics(asked, once)


def test_beyond_rank_ten_ndcg_and_mrr_are_zero(hit: MakeHit) -> None:
    ranking = [hit("x", document="x.pdf")] * 10 + [hit("x", document="a.pdf")]
    metrics = retrieval_metrics(question((Place("a.pdf"),)), ranking)
    assert (metrics["ndcg@10"], metrics["mrr@10"], metrics["recall@20"]) == (0.0, 0.0, 1.0)


def test_without_evidence_there_is_nothing_to_measure(hit: MakeHit) -> None:
    assert retrieval_metrics(question(), [hit("x")]) == {}
    assert set(retrieval_metrics(question((Place("a.pdf"),)), []).values()) == {0.0}


NAMES = ["a.pdf", "b.pdf", "c.pdf", "d.pdf"]


@given(
    st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from([*NAMES, "x.pdf"]), st.integers(1, 3000)), max_size=30),
)
def test_more_room_never_finds_less(needs: list[list[str]], ranking: list[tuple[str, int]]) -> None:
    asked = question(*(tuple(Place(name) for name in need) for need in needs))
    hits = [Hit(name, 1, "", "x" * size, 1.0, "", "general", 0) for name, size in ranking]
    metrics = retrieval_metrics(asked, hits)
    assert all(0 <= value <= 1 for value in metrics.values())
    for names in (
        ["recall@1", "recall@5", "recall@10", "recall@20"],
        ["recall@2k", "recall@4k", "recall@8k"],
    ):
        values = [metrics[name] for name in names]
        assert values == sorted(values)
    assert metrics["mrr@10"] >= 0.1 * (metrics["recall@10"] > 0)
    # Evidence put in front of a ranking never harms it.
    better = [Hit(need[0], 1, "", "x", 1.0, "", "general", 0) for need in needs] + hits
    assert all(
        value >= metrics[name] - 1e-9
        for name, value in retrieval_metrics(asked, better).items()
        if name != "recall@1"
    )


@pytest.mark.shared
def test_the_development_set_is_read(shared_dir: Path) -> None:
    questions = read_questions(shared_dir / "eval" / "questions.jsonl")
    assert (len(questions), sum(q.answerable for q in questions)) == (384, 192)
