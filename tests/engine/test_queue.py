"""Waiting is fair between people, and bounded."""

from collections import Counter

import numpy as np
import pytest

from app.engine.jobs import Busy, FairQueue, Job
from app.engine.sampling import SamplingSpec


def job(person: str, at: float = 0.0, *, background: bool = False) -> Job:
    return Job(
        np.zeros(1, np.int32), 1, SamplingSpec(), (), person, False, lambda _: None, arrived=at,
        background=background,
    )  # fmt: skip


def test_people_take_turns_however_much_one_of_them_asks() -> None:
    queue = FairQueue(limit=20, parallel=1)
    for at in range(6):
        queue.push(job("batch", at))
    queue.push(job("ada", 10))
    queue.push(job("bo", 11))
    order = []
    while len(queue):
        chosen = queue.candidates({})[0]
        assert queue.take(chosen)
        order.append(chosen.person)
    assert order == ["batch", "ada", "bo", "batch", "batch", "batch", "batch", "batch"]


def test_who_has_nothing_running_goes_first() -> None:
    queue = FairQueue(limit=20, parallel=4)
    queue.push(job("batch", 0))
    queue.push(job("ada", 1))
    assert queue.candidates(Counter(batch=3))[0].person == "ada"


def test_a_full_queue_says_when_to_come_back() -> None:
    queue = FairQueue(limit=4, parallel=1)
    for at in range(4):
        queue.push(job(f"person {at}"))
    with pytest.raises(Busy) as caught:
        queue.push(job("late"))
    assert caught.value.seconds >= 1
    assert f"about {caught.value.seconds} seconds" in str(caught.value)


def test_nobody_fills_the_queue_alone() -> None:
    queue = FairQueue(limit=4, parallel=1)
    queue.push(job("batch"))
    queue.push(job("batch"))
    with pytest.raises(Busy):
        queue.push(job("batch"))
    queue.push(job("ada"))


def test_a_removed_request_is_gone() -> None:
    queue = FairQueue(limit=4, parallel=1)
    one = job("ada")
    queue.push(one)
    assert queue.remove(one)
    assert not queue.take(one)
    assert len(queue) == 0


def test_chats_go_before_what_nobody_waits_for_which_has_its_turn_all_the_same() -> None:
    queue = FairQueue(limit=60, parallel=1)
    for at in range(2):
        queue.push(job("ada", at, background=True))  # her questionnaire holds up her chat neither
    for at in range(20):
        queue.push(job("ada" if at == 5 else f"person {at}", 10 + at))
    order = []
    while len(queue):
        chosen = queue.candidates({})[0]
        assert queue.take(chosen)
        order.append(chosen.background)
    assert order == [False] * 8 + [True] + [False] * 8 + [True] + [False] * 4
