"""What lies in the KV cache: which sequence holds which tokens, and who shares which cells."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]

SHORTEST_SHARE = 16  # tokens; below, sharing costs more than it saves


class Cache(Protocol):
    """The part of the model's memory that is managed here."""

    n_cells: int
    n_sequences: int
    can_share: bool  # starts of sequences can be reused at all
    shares_cells: bool  # ... and without a copy

    def share(self, source: int, target: int, length: int) -> None: ...
    def truncate(self, sequence: int, length: int) -> bool: ...
    def forget(self, sequence: int) -> None: ...


class Resident:
    """One sequence in the cache: `length` tokens are computed, `goal` of its prompt are planned."""

    __slots__ = ("cells", "exact", "goal", "length", "running", "sequence", "tokens", "used_at")

    def __init__(self, sequence: int, room: int, *, exact: bool) -> None:
        self.sequence = sequence
        self.tokens: Ints = np.zeros(room, np.int32)
        self.cells: Ints = np.zeros(room, np.int32)  # our names for the cells, one per position
        self.length = 0
        self.goal = 0  # tokens of the prompt, all of them already in `tokens`
        self.running = True
        self.used_at = 0
        self.exact = exact  # computed alone, in fixed slices: reproducible to the last bit


class Residents:
    """Keeps finished sequences for as long as their cells are not needed, and shares starts.

    Cells are counted with reference counts that follow llama.cpp's own bookkeeping: a shared cell
    is free once no sequence sees it. Where sequences have cells of their own, a shared start is a
    copy, and low sequence ids are preferred: llama.cpp computes neighbours together.
    """

    def __init__(self, cache: Cache, cells: int) -> None:
        self._cache = cache
        self.capacity = cells
        self._free_sequences = list(range(cache.n_sequences))[::-1]
        self._free_cells = list(range(cells))[::-1]
        self._users = np.zeros(cells, np.int32)
        self._all: list[Resident] = []
        self._clock = 0
        self.evictions = 0

    @property
    def used(self) -> int:
        return self.capacity - len(self._free_cells)

    @property
    def kept(self) -> int:
        """Finished sequences that are kept for their starts."""
        return sum(not one.running for one in self._all)

    def longest_start(self, prompt: Ints, *, exact: bool) -> tuple[Resident | None, int, int]:
        """(best, shared, coming): who shares most computed tokens with `prompt`, how many, and how
        many a sequence will share that is still computing its own prompt."""
        best, shared, coming = None, 0, 0
        if not self._cache.can_share:
            return None, 0, 0
        for one in self._all:
            if exact and not one.exact:
                continue
            known = max(one.goal, one.length) if one.running else one.length
            planned = common_start(one.tokens[:known], prompt)
            ready = min(planned, one.length)
            if exact:  # an answer's tokens were computed one by one: other bits than a slice's
                ready = min(ready, one.goal)
            if ready > shared:
                best, shared = one, ready
            coming = max(coming, planned)
        # The last token of a prompt is always computed: its scores choose the first word.
        shared = min(shared, len(prompt) - 1)
        coming = min(coming, len(prompt) - 1)
        if shared < SHORTEST_SHARE:
            best, shared = None, 0
        return best, shared, coming

    def open(
        self, source: Resident | None, shared: int, *, needed: int, room: int, exact: bool
    ) -> Resident | None:
        """A new running sequence that starts with `shared` tokens of `source`.

        `needed`: free cells that must be there, beyond the shared ones; kept sequences give way,
        least recently used first. None when there is no room now.
        """
        if source is not None:
            self._touch(source)  # so that it is the last to give way
            if self._better_taken_over(source, shared):
                return self._take_over(source, shared, room, exact=exact)
        while not self._free_sequences:
            if not self._evict(keep=source):
                if source is None or source.running or not self._evict():
                    return None
                source, needed, shared = None, needed + shared, 0
        self._free_sequences.sort(reverse=True)
        new = Resident(self._free_sequences.pop(), room, exact=exact)
        self._all.append(new)
        self._touch(new)
        if source is not None:
            self._cache.share(source.sequence, new.sequence, shared)
            new.tokens[:shared] = source.tokens[:shared]
            if self._cache.shares_cells:
                new.cells[:shared] = source.cells[:shared]
                self._users[new.cells[:shared]] += 1
                new.length = shared
            else:
                self.extend(new, shared)
            if not source.running and source.length == shared:
                self.drop(source)  # nothing in it that the new one does not hold
        while len(self._free_cells) < needed:
            if not self._evict():
                self.drop(new)
                return None
        return new

    def _better_taken_over(self, source: Resident, shared: int) -> bool:
        """Where sharing is copying: a finished sequence of which most is wanted."""
        return not (self._cache.shares_cells or source.running) and 2 * shared >= source.length

    def _take_over(self, old: Resident, shared: int, room: int, *, exact: bool) -> Resident:
        new = Resident(old.sequence, max(room, shared), exact=exact)
        new.tokens[:shared] = old.tokens[:shared]
        new.cells[:shared] = old.cells[:shared]
        new.length = shared
        self._release(old.cells[shared : old.length])
        self._all[self._all.index(old)] = new
        self._cache.truncate(new.sequence, shared)
        self._touch(new)
        return new

    def extend(self, one: Resident, count: int) -> None:
        """Note that `count` more of its tokens are computed."""
        end = one.length + count
        taken = self._free_cells[len(self._free_cells) - count :]
        del self._free_cells[len(self._free_cells) - count :]
        one.cells[one.length : end] = taken
        self._users[one.cells[one.length : end]] = 1
        one.length = end
        self._touch(one)

    def repair(self, one: Resident) -> None:
        """After an interrupted step: forget cells that llama.cpp filled beyond `length`."""
        if not self._cache.truncate(one.sequence, one.length):
            self._cache.forget(one.sequence)
            self._release(one.cells[: one.length])
            one.length = 0

    def keep(self, one: Resident) -> None:
        """Its request is over: keep the sequence for those who start the same way."""
        one.running = False
        if one.length < SHORTEST_SHARE or not self._cache.can_share:
            self.drop(one)

    def drop(self, one: Resident) -> None:
        self._cache.forget(one.sequence)
        self._release(one.cells[: one.length])
        self._free_sequences.append(one.sequence)
        self._all.remove(one)

    def evict_one(self) -> bool:
        """Make room by dropping the least recently used kept sequence; False if there is none."""
        return self._evict()

    def _release(self, cells: Ints) -> None:
        self._users[cells] -= 1
        self._free_cells.extend(cells[self._users[cells] == 0].tolist())

    def _evict(self, keep: Resident | None = None) -> bool:
        kept = [one for one in self._all if not one.running and one is not keep]
        if not kept:
            return False
        self.drop(min(kept, key=lambda one: one.used_at))
        self.evictions += 1
        return True

    def _touch(self, one: Resident) -> None:
        self._clock += 1
        one.used_at = self._clock


def common_start(one: Sequence[int] | Ints, other: Ints) -> int:
    """Number of equal tokens at the start of both."""
    size = min(len(one), len(other))
    differs = np.flatnonzero(np.asarray(one[:size]) != other[:size])
    return int(differs[0]) if len(differs) else size
