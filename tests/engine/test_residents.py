"""The account of the KV cache: starts are found and shared, and no cell is ever lost."""

import random

import numpy as np
import pytest

from app.engine.residents import Resident, Residents, common_start


class Memory:
    """Holds which cells each sequence sees, as llama.cpp would."""

    can_share = True

    def __init__(self, sequences: int, cells: int, *, shares_cells: bool) -> None:
        self.n_sequences, self.n_cells, self.shares_cells = sequences, cells, shares_cells
        self.seen: dict[int, list[int]] = {at: [] for at in range(sequences)}
        self._next = 0

    def fill(self, sequence: int, count: int) -> None:
        self.seen[sequence] += range(self._next, self._next + count)
        self._next += count
        assert self.used <= self.n_cells

    @property
    def used(self) -> int:
        return len({cell for cells in self.seen.values() for cell in cells})

    def share(self, source: int, target: int, length: int) -> None:
        assert not self.seen[target]
        if self.shares_cells:
            self.seen[target] = self.seen[source][:length]
        else:
            self.fill(target, length)

    def truncate(self, sequence: int, length: int) -> bool:
        del self.seen[sequence][length:]
        return True

    def forget(self, sequence: int) -> None:
        self.seen[sequence] = []


@pytest.mark.parametrize("shares_cells", [True, False])
def test_no_cell_is_lost_or_counted_twice(shares_cells: bool) -> None:
    draw = random.Random(1)
    memory = Memory(6, 1200, shares_cells=shares_cells)
    residents = Residents(memory, 1200)
    starts = [np.array([draw.randrange(9) for _ in range(60)], np.int32) for _ in range(3)]
    running: list[Resident] = []
    shared_at_all = 0
    for _ in range(600):
        if running and draw.random() < 0.5:
            one = running.pop(draw.randrange(len(running)))
            residents.keep(one) if draw.random() < 0.8 else residents.drop(one)
        elif len(running) < 4:
            tail = np.array([draw.randrange(9, 99) for _ in range(draw.randrange(1, 90))], np.int32)
            prompt = np.concatenate([draw.choice(starts), tail])
            source, shared, _ = residents.longest_start(prompt, exact=False)
            promised = sum(200 - one.length for one in running)
            new = residents.open(
                source, shared, needed=promised + 200 - shared, room=200, exact=False
            )
            if new is None:
                continue
            shared_at_all += new.length
            new.tokens[: len(prompt)] = prompt
            new.goal = len(prompt)
            grown = draw.randrange(len(prompt) - new.length + 1)
            memory.fill(new.sequence, grown)
            residents.extend(new, grown)
            running.append(new)
        assert residents.used == memory.used
        for one in running:
            assert len(memory.seen[one.sequence]) == one.length
    assert shared_at_all > 1000
    for one in running:
        residents.drop(one)
    while residents.evict_one():
        pass
    assert residents.used == memory.used == 0


def test_the_longest_start_wins_and_the_last_token_is_always_computed() -> None:
    memory = Memory(4, 1000, shares_cells=True)
    residents = Residents(memory, 1000)
    prompt = np.arange(100, dtype=np.int32)
    for length in (40, 100, 70):
        one = residents.open(None, 0, needed=100, room=100, exact=False)
        assert one is not None
        one.tokens[:length] = prompt[:length]
        residents.extend(one, length)
        residents.keep(one)
    source, shared, _ = residents.longest_start(prompt, exact=False)
    assert source is not None
    assert (source.length, shared) == (100, 99)


def test_a_start_still_being_computed_is_announced() -> None:
    residents = Residents(Memory(4, 1000, shares_cells=True), 1000)
    prompt = np.arange(100, dtype=np.int32)
    one = residents.open(None, 0, needed=100, room=100, exact=False)
    assert one is not None
    one.tokens[:100], one.goal = prompt, 100
    residents.extend(one, 30)
    assert residents.longest_start(prompt, exact=False) == (one, 30, 99)


def test_common_start() -> None:
    row = np.array([1, 2, 3], np.int32)
    assert [common_start(other, row) for other in ([], [1, 2], [1, 9, 3], [2], [1, 2, 3, 4])] == [
        0, 2, 1, 0, 3,
    ]  # fmt: skip
