"""Guessing changes the speed of an answer, never a token of it."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from engine.desk import Desk
from engine.synthetic import write_gguf
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.jobs import Finished
from app.engine.llama import Llama
from app.engine.options import EngineOptions
from app.engine.sampling import SamplingSpec
from app.engine.shapes import Shape
from app.engine.speculation import SIZES, Guess, Lookup, Policy

SCHEMA = 'root ::= "[" ("\\"" [a-z ]{1,12} "\\"" ", "){2,6} "\\"end\\"]"'


@given(
    st.lists(st.integers(0, 3), max_size=60),
    st.lists(st.integers(1, 20), max_size=8),
    st.integers(1, 9),
)
@settings(max_examples=300, deadline=None)
def test_what_is_found_followed_the_same_tokens(
    tokens: Sequence[int], steps: Sequence[int], most: int
) -> None:
    lookup, ids = Lookup(), np.array(tokens, np.int32)
    at = 0
    for step in [*steps, len(tokens)]:  # however the tokens arrive
        at = max(at, min(len(tokens), step))
        lookup.follow(ids, at)
    same, found = lookup.find(most)
    places = [end for end in range(3, len(tokens)) if tokens[end - 3 : end] == tokens[-3:]]
    assert bool(found) == bool(places)
    if found:
        assert 3 <= same <= 24
        assert any(
            tokens[end - same : end] == tokens[len(tokens) - same :]
            and tokens[end : end + most] == found
            for end in places
        )


@given(st.integers(0, 2**32), st.floats(0, 1), st.floats(0.05, 0.95))
@settings(max_examples=25, deadline=None)
def test_what_guesses_lose_is_bounded(seed: int, chance: float, cost: float) -> None:
    """Whatever comes of guesses: one that is wrong each time, or turns wrong, costs little."""
    draw = random.Random(seed)
    policy, lookup = Policy(), Lookup()
    lookup.follow(np.array([1, 2, 3, *range(10, 40), 1, 2, 3], np.int32), 36)
    policy.took(0, 1.0)
    spent = made = 0.0
    for step in range(2_000):
        if step == 1_000:
            chance = 0.0
        guess = policy.guess(lookup, 16)
        if guess is None:
            policy.took(0, 1.0)
            spent, made = spent + 1, made + 1
            continue
        taken = 1 + cost * len(guess.tokens)
        policy.took(len(guess.tokens), taken)
        right = 0
        while right < len(guess.tokens) and draw.random() < chance:
            right += 1
        policy.held(guess, right)
        spent, made = spent + taken, made + 1 + right
    # At first, when what was saved up turns to nothing, and from then on a share of the time.
    assert spent <= 1.03 * made + 20 + 40 + SIZES[-1]


@pytest.fixture(scope="module")
def desks(starter_gguf: Path) -> Iterator[dict[str, Desk]]:
    made = {how: Desk(starter_gguf, "separate", parallel=2, guesses=how) for how in ("off", "auto")}
    yield made
    for desk in made.values():
        desk.settle()
        assert not desk.faults
        desk.close()


def always(lookup: Lookup, most: int) -> Guess | None:
    """The policy of somebody who always tries, so that most guesses are wrong somewhere."""
    _, tokens = lookup.find(min(most, 7))
    return Guess(tuple(tokens), 0) if tokens else None


SPECS = [
    SamplingSpec(temperature=0),
    SamplingSpec(temperature=0.8, seed=11),
    SamplingSpec(temperature=1.3, top_p=0.9, top_k=40, seed=12),
    SamplingSpec(temperature=0, repeat_penalty=1.3),
    SamplingSpec(temperature=0.7, seed=5, grammar=SCHEMA),
]


@pytest.mark.parametrize("spec", SPECS)
def test_every_token_is_the_same_with_guesses(
    desks: dict[str, Desk], monkeypatch: pytest.MonkeyPatch, spec: SamplingSpec
) -> None:
    monkeypatch.setattr(desks["auto"].scheduler._policy, "guess", always)
    before = desks["auto"].metrics.guessed.value
    passages = [
        "Visitors sign in at the desk and wear a badge. The badge is handed back at the desk.",
        "one two three one two three one two",
        "Der Vertrag endet am 31. März. Der Vertrag verlängert sich, wenn der Vertrag",
    ]
    for number, passage in enumerate(passages):
        prompt = f"{passage}\n\nThe same once more: {passage[:20]}"
        tokens, stop = 9 + 8 * number, (" desk",) if number == 0 else ()
        said = {
            how: desk.ask(prompt, spec=spec, tokens=tokens, stop=stop).wait()
            for how, desk in desks.items()
        }
        assert said["auto"].text == said["off"].text
        with_guesses, without = said["auto"].end, said["off"].end
        assert isinstance(with_guesses, Finished)
        assert isinstance(without, Finished)
        assert with_guesses.completion_tokens == without.completion_tokens
        assert with_guesses.reason == without.reason
    assert desks["auto"].metrics.guessed.value > before
    assert desks["auto"].metrics.cells_promised.value == 0


def test_a_follow_up_goes_on_from_what_was_guessed_and_kept(
    desks: dict[str, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells of wrong guesses are gone: a prompt that shares the start reads on correctly."""
    monkeypatch.setattr(desks["auto"].scheduler._policy, "guess", always)
    first = "A, B, C, D, A, B, C, D, A, B, C,"
    texts = {}
    for how, desk in desks.items():
        answer = desk.ask(first, tokens=20).wait().text
        again = desk.ask(f"{first}{answer} and then", tokens=12).wait()
        assert again.shared > 0
        texts[how] = answer, again.text
    assert texts["auto"] == texts["off"]


WIDE = Shape(n_layers=2, n_embd=256, n_heads=4, n_kv_heads=2, n_ff=512)


@pytest.mark.parametrize("quantisation", ["F16", "Q8_0", "Q4_K_M"])
def test_only_steps_that_give_the_bits_of_single_ones_are_guessed(
    tmp_path: Path, llama2_gguf: Path, quantisation: str
) -> None:
    """llama.cpp computes four tokens or more of a Q4_K model otherwise than one."""
    model = write_gguf(tmp_path / "m.gguf", WIDE, quantisation, vocabulary=llama2_gguf)
    options = EngineOptions(model, parallel=1, context=512, threads=1, cells="separate")
    llama = Llama(options, 0)
    try:
        start = np.arange(5, 45, dtype=np.int32)

        def computed(tokens: Sequence[int], at: int) -> list[np.ndarray]:
            count = len(tokens)
            positions = np.arange(at, at + count, dtype=np.int32)
            ids = np.array(tokens, np.int32)
            llama.decode(ids, positions, np.zeros(count, np.int32), np.ones(count, np.int8))
            return [llama.logits(row).copy() for row in range(count)]

        computed(start.tolist(), 0)
        found = llama.exact_guesses(0, len(start), SIZES)
        following = [101 + 13 * at for at in range(16)]
        alone = [computed([one], 40 + at)[0] for at, one in enumerate(following)]
        exact = []
        for size in SIZES:
            llama.truncate(0, 40)
            if all(map(np.array_equal, computed(following[: size + 1], 40), alone)):
                exact.append(size)
        assert list(found) == exact
    finally:
        llama.close()


def test_no_size_is_guessed_that_the_policy_was_denied() -> None:
    policy, lookup = Policy(), Lookup()
    lookup.follow(np.array([1, 2, 3, *range(10, 40), 1, 2, 3], np.int32), 36)
    for sizes in ((2,), (1,), ()):
        policy.limit(sizes)
        guesses = [policy.guess(lookup, 16) for _ in range(5)]
        assert {len(one.tokens) for one in guesses if one} == set(sizes)


def test_several_chats_at_once_are_batched_and_not_guessed(
    desks: dict[str, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desks["auto"]
    together: list[int] = []

    def watched(lookup: Lookup, most: int) -> Guess | None:
        together.append(int(desk.metrics.running.value))
        return always(lookup, most)

    monkeypatch.setattr(desk.scheduler._policy, "guess", watched)
    asked = [desk.ask("one two three one two three one", tokens=30, person=p) for p in "ab"]
    for one in asked:
        one.wait()
    assert together.count(2) == 0
