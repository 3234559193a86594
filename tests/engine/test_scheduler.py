"""Many requests on one real model: the same words as alone, fair, and nothing left behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine.desk import GREEDY, Desk, until

from app.engine.jobs import Busy, Decoded, Failed, Finished, Started
from app.engine.sampling import SamplingSpec


@pytest.fixture(scope="module", params=["separate", "shared"])
def desk(request: pytest.FixtureRequest, starter_gguf: Path) -> Iterator[Desk]:
    desk = Desk(starter_gguf, request.param)
    yield desk
    desk.settle()
    assert not desk.faults
    desk.close()


def only_with_cells_of_their_own(desk: Desk) -> None:
    if desk.llama.shares_cells:
        pytest.skip("in one pool, sums run in another order: the same only up to rounding")


def story(seed: int, tokens: int) -> list[int]:
    draw = np.random.default_rng(seed)
    return [int(one) for one in draw.integers(1000, 20_000, tokens)]


def test_an_exact_request_gives_the_same_tokens_alone_and_in_a_crowd(desk: Desk) -> None:
    if desk.llama.shares_cells:
        pytest.skip(
            "cells in one pool: sums run in another order, and only up to rounding the same"
        )
    spec = SamplingSpec(temperature=1.5, seed=7)
    prompt = story(1, 280)
    alone = [
        desk.ask(prompt, spec=GREEDY, exact=True).wait().text,
        desk.ask(prompt, spec=spec, exact=True).wait().text,
    ]
    crowd = [desk.ask(story(2 + at, 90), tokens=40) for at in range(2)]
    again = [
        desk.ask(prompt, spec=GREEDY, exact=True),
        desk.ask(prompt, spec=spec, exact=True),
    ]
    assert [one.wait().text for one in again] == alone
    assert again[0].shared == 256  # cut at a fixed place
    for one in crowd:
        one.wait()


def test_the_same_seed_gives_the_same_words_and_another_seed_others(desk: Desk) -> None:
    only_with_cells_of_their_own(desk)
    texts = [
        desk.ask("Once upon a time", spec=SamplingSpec(temperature=1.2, seed=seed), exact=True)
        .wait()
        .text
        for seed in (5, 5, 6)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_a_crowd_gets_the_words_that_each_gets_alone(desk: Desk) -> None:
    # In one pool, rounding lets two nearly equal words change places sooner or later.
    tokens = 3 if desk.llama.shares_cells else 16
    prompts = [f"The capital of {name} is" for name in ("France", "Italy", "Spain", "Poland")]
    alone = [desk.ask(one, tokens=tokens).wait().text for one in prompts]
    together = [desk.ask(one, tokens=tokens) for one in prompts]
    assert [one.wait().text for one in together] == alone


def test_a_follow_up_computes_only_what_is_new(desk: Desk) -> None:
    first = story(20, 200)
    desk.ask(first, tokens=4).wait()
    before = desk.metrics.tokens_computed.value
    again = desk.ask([*first, *story(21, 30)], tokens=4).wait()
    assert again.shared >= 199
    assert desk.metrics.tokens_computed.value - before <= 31


def test_a_start_that_many_share_is_computed_once(desk: Desk) -> None:
    start = story(30, 200)
    before = desk.metrics.tokens_computed.value
    crowd = [desk.ask([*start, *story(31 + at, 8)], tokens=2) for at in range(4)]
    for one in crowd:
        one.wait()
    assert desk.metrics.tokens_computed.value - before <= 200 + 4 * 8 + 4


def test_an_abort_frees_the_sequence_while_others_go_on(desk: Desk) -> None:
    other = desk.ask("Once upon a time", tokens=30).wait_for_text()
    gone = desk.ask("One, two, three, four,", tokens=400).wait_for_text()
    gone.abort()
    assert isinstance(other.wait().end, Finished)
    desk.settle()
    assert gone.end is None
    assert desk.metrics.cells_promised.value == 0
    assert desk.metrics.running.value == 0


def test_an_abort_while_the_prompt_is_read_leaves_a_usable_cache(desk: Desk) -> None:
    prompt = story(40, 400)
    gone = desk.ask(prompt, tokens=4)
    until(lambda: desk.metrics.running.value == 1)
    gone.abort()
    desk.settle()
    question = "The capital of France is"
    assert "Paris" in desk.ask(question).wait().text
    assert isinstance(desk.ask(prompt, tokens=8).wait().end, Finished)


def test_a_long_prompt_does_not_stop_the_words_of_others(desk: Desk) -> None:
    answering = desk.ask("Once upon a time", tokens=50, person="ada").wait_for_text()
    long = desk.ask(story(50, 280), tokens=1, person="bo")
    until(lambda: isinstance(long.next(), Started))
    before = desk.metrics.tokens_out.value
    long.wait()
    assert desk.metrics.tokens_out.value - before > 2  # words that came between its slices
    answering.wait()


def test_stop_strings_end_the_answer_and_are_not_shown(desk: Desk) -> None:
    whole = desk.ask("The capital of France is", tokens=20).wait().text
    stop = whole[4:9]
    cut = desk.ask("The capital of France is", tokens=20, stop=(stop,)).wait()
    assert cut.text == whole[: whole.index(stop)]
    assert isinstance(cut.end, Finished)
    assert cut.end.reason == "stop"


def test_the_answer_has_at_most_the_tokens_asked_for(desk: Desk) -> None:
    end = desk.ask("Once upon a time", tokens=5).wait().end
    assert isinstance(end, Finished)
    assert (end.reason, end.completion_tokens) == ("length", 5)


def test_a_repeat_penalty_changes_what_is_said(desk: Desk) -> None:
    prompt = "one two one two one two one two"
    plain = desk.ask(prompt, tokens=24).wait().text
    spec = SamplingSpec(temperature=0, repeat_penalty=1.8)
    assert desk.ask(prompt, tokens=24, spec=spec).wait().text != plain


def test_more_work_than_cells_is_done_one_after_the_other(desk: Desk) -> None:
    crowd = [desk.ask(story(60 + at, 250), tokens=4) for at in range(5)]
    assert all(isinstance(one.wait().end, Finished) for one in crowd)
    assert desk.metrics.cells_used.value <= desk.llama.n_cells


def test_a_person_with_many_requests_does_not_keep_another_waiting(starter_gguf: Path) -> None:
    desk = Desk(starter_gguf, "separate", parallel=1)
    try:
        first = desk.ask("Once upon a time", tokens=12, person="batch")
        crowd = [desk.ask(f"Say {at}", tokens=2, person="batch") for at in range(4)]
        desk.ask("Hello", tokens=2, person="ada").wait()
        first.wait()
        later = [isinstance(one.wait().end, Finished) for one in crowd]
        assert all(later)
        assert desk.served == ["batch", "ada", "batch", "batch", "batch", "batch"]
    finally:
        desk.close()


def test_a_full_queue_is_refused_at_once(starter_gguf: Path) -> None:
    desk = Desk(starter_gguf, "separate", parallel=1, limit=2)
    try:
        running = desk.ask("Once upon a time", tokens=100, person="a").wait_for_text()
        waiting = [desk.ask("Hello", tokens=1, person=name) for name in "bc"]
        with pytest.raises(Busy):
            desk.ask("Hello", tokens=1, person="d")
        running.abort()
        assert all(isinstance(one.wait().end, Finished) for one in waiting)
    finally:
        desk.close()


def test_stopping_fails_what_is_under_way_with_words(starter_gguf: Path) -> None:
    desk = Desk(starter_gguf, "separate", parallel=1)
    running = desk.ask("Once upon a time", tokens=400).wait_for_text()
    waiting = desk.ask("Hello", tokens=1)
    desk.close()
    for one in (running, waiting):
        end = one.wait().end
        assert isinstance(end, Failed)
        assert "stopped" in end.message


def test_a_full_cache_is_survived(starter_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(starter_gguf, "shared", parallel=2)
    real, times = desk.llama.decode, []

    def decode(*batch: Any) -> Decoded:
        times.append(1)
        return Decoded.FULL if len(times) == 3 else real(*batch)

    try:
        desk.ask(story(70, 40), tokens=1).wait()  # kept, and so something that can give way
        monkeypatch.setattr(desk.llama, "decode", decode)
        assert "Paris" in desk.ask("The capital of France is").wait().text
        assert desk.metrics.evicted.value == 1
    finally:
        desk.close()


def test_a_fault_of_llama_cpp_is_told_to_everybody(
    starter_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.engine.llama import EngineFault

    desk = Desk(starter_gguf, "separate", parallel=1)

    def decode(*_: Any) -> Decoded:
        raise EngineFault("code -3")

    try:
        running = desk.ask("Once upon a time", tokens=400).wait_for_text()
        waiting = desk.ask("Hello", tokens=1)
        monkeypatch.setattr(desk.llama, "decode", decode)
        for one in (running, waiting):
            end = one.wait().end
            assert isinstance(end, Failed)
            assert "ask again" in end.message
        until(lambda: bool(desk.faults))
    finally:
        desk.close()


@pytest.mark.parametrize("exact", [False, True])
def test_a_questionnaire_holds_up_a_chats_first_words_by_one_step(
    starter_gguf: Path, monkeypatch: pytest.MonkeyPatch, exact: bool
) -> None:
    desk = Desk(starter_gguf, "separate", parallel=4, cells_for=4)
    steps: list[set[int]] = []
    real = desk.llama.decode

    def decode(tokens: Any, positions: Any, sequences: Any, wanted: Any) -> Decoded:
        steps.append(set(sequences.tolist()))
        return real(tokens, positions, sequences, wanted)

    monkeypatch.setattr(desk.llama, "decode", decode)
    try:
        rows = [
            desk.ask(story(80 + at, 200), tokens=8, exact=exact, background=True) for at in range(4)
        ]
        until(lambda: len(steps) > 1)
        chat = desk.ask(story(90, 150), tokens=2, person="ada")
        while not isinstance(chat.next(), Started):
            pass
        until(lambda: desk.metrics.running.value == 4)  # room was kept for it
        own = next(one.resident.sequence for one in desk.scheduler._running if one.job is chat.job)
        chat.wait_for_text()
        first = next(at for at, step in enumerate(steps) if own in step)
        last = next(at for at in range(first, len(steps)) if steps[at] & {own})
        while last + 1 < len(steps) and steps[last + 1] & {own}:
            last += 1
        between = steps[first:last]
        assert sum(bool(step - {own}) for step in between) <= 1 + len(between) // 16
        for one in [*rows, chat]:
            assert isinstance(one.wait().end, Finished)  # and nobody starves
    finally:
        desk.close()


def test_a_questionnaire_goes_on_however_many_chats_come(starter_gguf: Path) -> None:
    desk = Desk(starter_gguf, "separate", parallel=2)
    try:
        row = desk.ask(story(100, 100), tokens=4, background=True, person="batch")
        chats = [desk.ask(story(101 + at, 60), tokens=1, person=f"p{at}") for at in range(16)]
        row.wait()
        assert isinstance(row.end, Finished)
        assert any(chat.job for chat in chats if chat.end is None)  # before the last of them
        for chat in chats:
            chat.wait()
        served = desk.served.index("batch")
        assert served <= 9
    finally:
        desk.close()
