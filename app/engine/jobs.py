"""A request on its way through the engine, what it reports, and the fair queue it waits in."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from .residents import Ints, Resident
from .sampling import SamplingSpec, TextStream
from .speculation import Lookup


@dataclass(frozen=True, slots=True)
class Started:
    """The request left the queue; `shared` tokens of its prompt need no computing."""

    shared: int


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """A token with the logarithm of its probability where it stands, by the model's own scores.

    `logprob` is None for the first token of a prompt, which follows nothing. `likest` are the most
    probable tokens of that place with theirs, the most probable first.
    """

    token: int
    logprob: float | None
    likest: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of the next tokens of the prompt, or of the one that was chosen; in order."""

    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """`reason` is "stop" or "length"."""

    reason: str
    prompt_tokens: int
    completion_tokens: int
    shared_tokens: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The request cannot be answered; `message` is for the person who asked."""

    message: str


Event = Started | Text | Scored | Finished | Failed


class Busy(Exception):
    """The queue is full; `seconds` is an estimate of when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"the engine is busy, try again in about {seconds} seconds")
        self.seconds = seconds


class Decoded(Enum):
    """How a call of the model ended; the values are llama.cpp's."""

    DONE = 0
    FULL = 1  # no room in the KV cache; nothing was computed
    INTERRUPTED = 2  # part of the batch may have been computed


class Sampler(Protocol):
    def sample(self, row: int) -> int: ...
    def close(self) -> None: ...


@dataclass(eq=False, slots=True)
class Job:
    """One request. `report` is called from the owner thread and must not block."""

    prompt: Ints
    max_tokens: int
    sampling: SamplingSpec
    stop: tuple[str, ...]
    person: str
    exact: bool  # computed alone and in fixed slices: the same bits whatever else is going on
    report: Callable[[Event], None]
    arrived: float
    likest: int | None = None  # how many tokens each score names; None: no scores are wanted
    scores_prompt: bool = False  # score the prompt's tokens, too
    background: bool = False  # nobody waits for its words: all others go first
    aborted: bool = field(default=False)


class Running:
    """A request that holds a sequence."""

    __slots__ = (
        "began", "failed", "job", "last_at", "lookup", "made", "next_token", "resident", "sampler",
        "shared", "stream",
    )  # fmt: skip

    def __init__(self, job: Job, resident: Resident, sampler: Sampler, shared: int) -> None:
        self.job = job
        self.resident = resident
        self.sampler = sampler
        self.shared = shared
        self.stream = TextStream(job.stop)
        self.made = 0  # tokens generated
        self.next_token = -1  # chosen, not yet computed
        self.lookup = Lookup()
        self.began = time.monotonic()
        self.last_at = 0.0

    @property
    def remaining(self) -> int:
        """Prompt tokens still to compute; 0 once it generates."""
        return max(0, len(self.job.prompt) - self.resident.length)

    @property
    def promised(self) -> int:
        """Cells that it may still fill."""
        return len(self.job.prompt) + self.job.max_tokens - self.resident.length


Line = tuple[bool, str]  # whether it waits in the background, and whose requests these are
PASSED_BY = 8  # requests, after which one that waits in the background is the next


class FairQueue:
    """Waiting requests, by person: whoever has least running is next, then who waited longest.

    What waits in the background comes after all others; so that it does not wait forever, it is
    the first again after others have been served some times meanwhile.

    Not thread-safe; its owner holds a lock.
    """

    def __init__(self, limit: int, parallel: int) -> None:
        self._limit = limit
        self._parallel = parallel
        self._lines: dict[Line, deque[Job]] = {}
        self._served: dict[Line, int] = {}  # turn in which it was last served
        self._passed_by = 0  # others that were served while something waited in the background
        self._turn = 0
        self._seconds = 5.0  # running mean of how long one answer takes
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def push(self, job: Job) -> None:
        """Raises Busy when the queue is full, or this person's half of it is."""
        line = self._lines.get(_line(job), ())
        if self._size >= self._limit or len(line) >= max(1, self._limit // 2):
            raise Busy(self.expected_wait())
        self._lines.setdefault(_line(job), deque()).append(job)
        self._size += 1

    def candidates(self, running: dict[str, int]) -> list[Job]:
        """The first request of every person, in the order in which they should be served."""
        first = self._passed_by >= PASSED_BY  # the background, this time
        lines = sorted(
            self._lines,
            key=lambda line: (
                line[0] != first,
                running.get(line[1], 0),
                self._served.get(line, -1),
                self._lines[line][0].arrived,
            ),
        )
        return [self._lines[line][0] for line in lines]

    def take(self, job: Job) -> bool:
        """`job` has its turn now; False if it no longer waits."""
        if not self.remove(job):
            return False
        self._turn += 1
        self._served[_line(job)] = self._turn
        if job.background:
            self._passed_by = 0
        elif any(background for background, _ in self._lines):
            self._passed_by += 1
        if len(self._served) > 1000:  # forget those who asked long ago
            for line in sorted(self._served, key=self._served.__getitem__)[:500]:
                del self._served[line]
        return True

    def remove(self, job: Job) -> bool:
        line = self._lines.get(_line(job))
        if line is None or job not in line:
            return False
        line.remove(job)
        self._size -= 1
        if not line:
            del self._lines[_line(job)]
        return True

    def drain(self) -> list[Job]:
        jobs = [job for line in self._lines.values() for job in line]
        self._lines.clear()
        self._size = 0
        return jobs

    def answered_in(self, seconds: float) -> None:
        self._seconds += 0.2 * (seconds - self._seconds)

    def expected_wait(self) -> int:
        """Seconds until a request that came now would have its turn, as far as one can tell."""
        return max(1, math.ceil((self._size + 1) * self._seconds / self._parallel))


def _line(job: Job) -> Line:
    return job.background, job.person


class Start(Enum):
    """What came of the attempt to start a job."""

    STARTED = 1
    NO_ROOM = 2
    FOLLOWS = 3  # somebody computes the same start right now: sooner than computing it twice
