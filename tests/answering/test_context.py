"""What a model is given: what was found first, then what stands around it, within its room."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.context import LEAST_FOUND, with_surroundings
from vectorstore.records import Hit


def passage(document: int, position: int, tokens: int = 10) -> Hit:
    return Hit(
        chunk_id=f"{document}-{position}",
        document=f"{document}.md",
        space="general",
        page=None,
        heading=f"Section {position // 10}",
        text=" ".join(["word"] * tokens),
        score=0.0,
        position=position,
    )


def section_of(hit: Hit, size: int = 10) -> list[Hit]:
    document, position = map(int, hit.chunk_id.split("-"))
    first = position - position % 10
    return [passage(document, at) for at in range(first, first + size)]


def cost(hit: Hit) -> int:
    return len(hit.text.split())


def test_neighbours_of_the_best_passages_are_read_in_the_documents_order():
    hits = [passage(1, 5), passage(2, 11)]
    context = with_surroundings(hits, section_of, cost, room=80, most=24)
    assert [hit.chunk_id for hit in context.ranked[:2]] == ["1-5", "2-11"]
    assert [hit.chunk_id for hit in context.in_order] == [
        "1-3", "1-4", "1-5", "1-6", "1-7", "2-10", "2-11", "2-12",
    ]  # fmt: skip


def test_a_passage_found_twice_in_a_section_is_given_once():
    hits = [passage(1, 5), passage(1, 6), passage(1, 4)]
    context = with_surroundings(hits, section_of, cost, room=1000, most=24)
    assert [hit.chunk_id for hit in context.in_order] == [f"1-{at}" for at in range(10)]


def test_a_document_that_was_deleted_meanwhile_has_no_surroundings():
    hits = [passage(1, 5)]
    assert list(with_surroundings(hits, lambda _: (), cost, room=100, most=24).ranked) == hits


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 39)), min_size=1, max_size=30, unique=True
    ),
    st.integers(0, 600),
    st.integers(1, 30),
)
def test_the_room_is_kept_and_what_was_found_comes_first(
    places: list[tuple[int, int]], room: int, most: int
):
    hits = [passage(*place) for place in places]
    context = with_surroundings(hits, section_of, cost, room=room, most=most)
    least = min(LEAST_FOUND, most, len(hits))
    spent = sum(map(cost, context.ranked))
    assert spent <= room or len(context.ranked) == least
    assert list(context.ranked[:least]) == hits[:least]
    assert sorted(context.in_order, key=str) == sorted(context.ranked, key=str)
    assert len({hit.chunk_id for hit in context.ranked}) == len(context.ranked)
    around = {one.chunk_id for hit in hits for one in section_of(hit)}
    assert {hit.chunk_id for hit in context.ranked} <= around


@pytest.mark.parametrize("seed", range(3))
def test_room_that_neighbours_leave_goes_to_more_of_what_was_found(seed: int):
    order = random.Random(seed).sample(range(20), 20)
    hits = [passage(document, 0) for document in order]
    alone = with_surroundings(hits, lambda hit: [hit], cost, room=200, most=24)
    assert [hit.chunk_id for hit in alone.ranked] == [hit.chunk_id for hit in hits]
