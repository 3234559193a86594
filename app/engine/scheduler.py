"""The owner thread: decides step by step what the model computes next, and for whom."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .jobs import (
    Busy,
    Decoded,
    Event,
    Failed,
    FairQueue,
    Finished,
    Job,
    Running,
    Sampler,
    Score,
    Scored,
    Start,
    Started,
    Text,
)
from .metrics import Metrics
from .residents import SHORTEST_SHARE, Cache, Ints, Residents
from .sampling import SamplingSpec
from .speculation import SIZES, Guess, Policy

log = logging.getLogger(__name__)

EXACT_SLICE = 256  # tokens; exact requests are cut at its multiples, whatever their shared start
SMALLEST_SLICE = 64  # tokens; smaller ones cost a CPU a quarter of its speed
KEPT_FREE_FROM = 2  # chats at once; with more, one is never the background's
ROUNDING = 16  # slices are multiples of it: kernels work in blocks

STEPS_HELD_BACK = 16  # steps, of which the background has one while somebody's prompt is read

SCORED_SLICE = 64  # tokens of a prompt whose scores are kept at a time: 4 bytes for each word known

SECONDS_TO_RESTART = 5


class Model(Cache, Protocol):
    """What the scheduler needs of the model (app.engine.llama.Llama)."""

    n_batch: int
    guesses: bool  # steps of several tokens can be cut, and may give the bits of single ones
    guesses_unchecked: bool  # guess also where these bits differ

    def decode(
        self, tokens: Ints, positions: Ints, sequences: Ints, wanted: npt.NDArray[np.int8]
    ) -> Decoded: ...
    def logits(self, row: int) -> npt.NDArray[np.float32]: ...
    def exact_guesses(
        self, sequence: int, length: int, sizes: Sequence[int]
    ) -> tuple[int, ...]: ...
    def interrupt(self) -> None: ...
    def clear_interrupt(self) -> None: ...
    def piece(self, token: int) -> bytes: ...
    def is_end(self, token: int) -> bool: ...


class Scheduler:
    """Continuous batching: every step computes one token for each answer in progress, and with it
    a slice of the prompts that wait to be read. The slice is as large as `slice_seconds` allows, so
    that a long prompt holds up nobody's words by more than that.
    """

    def __init__(
        self,
        model: Model,
        new_sampler: Callable[[SamplingSpec], Sampler],
        metrics: Metrics,
        *,
        parallel: int,
        queue: int,
        slice_seconds: float,
        on_fault: Callable[[BaseException], None],
    ) -> None:
        self._model = model
        self._new_sampler = new_sampler
        self._metrics = metrics
        self._parallel = min(parallel, model.n_sequences)
        self._slice_seconds = slice_seconds
        self._on_fault = on_fault
        self._residents = Residents(model, model.n_cells)
        self._policy = Policy()
        self._guesses_are_exact = model.guesses_unchecked
        self._running: list[Running] = []
        self._lock = threading.Condition()
        self._queue = FairQueue(queue, self._parallel)
        self._stopping = False
        self._oldest_first = False
        self._held_back = 0  # steps in which the background was not computed
        self._seconds_per_token = 0.0  # of reading prompts, measured
        self._step_began: float | None = None  # time of the call that the model is in
        self._computing: frozenset[int] = frozenset()  # ids of the jobs in the current large step
        self._thread = threading.Thread(target=self._run, name="engine-owner", daemon=True)
        metrics.cells.set(model.n_cells)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a request. Raises Busy. Callable from any thread."""
        with self._lock:
            try:
                if self._stopping:
                    raise Busy(SECONDS_TO_RESTART)
                self._queue.push(job)
            except Busy:
                self._metrics.refused.add()
                raise
            self._metrics.requests.add()
            self._metrics.tokens_in.add(len(job.prompt))
            self._metrics.waiting.set(len(self._queue))
            self._lock.notify()

    def abort(self, job: Job) -> None:
        """Its client went away: its cells are free within one step. Callable from any thread."""
        with self._lock:
            job.aborted = True
            if self._queue.remove(job):
                self._metrics.aborted.add()
                self._metrics.waiting.set(len(self._queue))
            elif self._computing == {id(job)}:
                self._model.interrupt()  # nobody else's work is lost by it
            self._lock.notify()

    def step_seconds(self) -> float:
        """How long the model has been at its current step; 0 between steps."""
        began = self._step_began
        return 0.0 if began is None else time.monotonic() - began

    def stop(self) -> None:
        """End the owner thread; what is under way fails with a clear message."""
        with self._lock:
            self._stopping = True
            self._model.interrupt()
            self._lock.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    # ---- the owner thread ---------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self._wait_for_work():
                self._step()
            self._fail_all("the engine was stopped")
        except BaseException as error:
            log.exception("the engine's owner thread failed")
            self._fail_all("the engine had a fault and restarts; please ask again")
            self._on_fault(error)

    def _wait_for_work(self) -> bool:
        with self._lock:
            while not (self._running or len(self._queue) or self._stopping):
                self._lock.wait()
            return not self._stopping

    def _step(self) -> None:
        self._drop_aborted()
        blocked = self._admit()
        if not self._running:
            if blocked is not None and self._take(blocked):  # not even an empty cache is enough
                self._metrics.failed.add()
                blocked.report(Failed("the prompt and its answer do not fit into the memory"))
            return
        active = self._active()
        answering = [one for one in active if not one.remaining]
        joint = [(one, 1) for one in answering if not one.job.exact]
        slices = self._slices(active, bool(answering), len(joint))
        exact = [(one, 1) for one in answering if one.job.exact]
        exact += [row for row in slices if row[0].job.exact]
        slices = [row for row in slices if not row[0].job.exact]
        if len(joint) == 1 and not slices and not exact and (guess := self._guess(joint[0][0])):
            self._compute_guess(joint[0][0], guess)
            return
        if self._model.shares_cells:
            self._compute(joint + slices)
        else:
            # Sequences with cells of their own are computed together only while each has as many
            # tokens as the others and their ids are neighbours.
            self._compute(sorted(joint, key=lambda row: row[0].resident.sequence))
            exact += slices
        for row in exact:
            self._compute([row])

    def _guess(self, one: Running) -> Guess | None:
        """What may follow in the only answer in progress: with several, steps are full anyway."""
        if not self._model.guesses or one.next_token < 0:
            return None
        length = one.resident.length
        one.resident.tokens[length] = one.next_token
        one.lookup.follow(one.resident.tokens, length + 1)
        most = min(one.job.max_tokens - one.made, self._model.n_batch - 1)
        guess = self._policy.guess(one.lookup, most)
        if guess is None or self._guesses_are_exact:
            return guess
        if length + SIZES[-1] + 1 > self._model.n_cells // self._model.n_sequences:
            return None  # no room to look whether a guess would be exact
        # Looked at when it is first of use: starting an engine takes no longer.
        sizes = self._model.exact_guesses(one.resident.sequence, length, SIZES)
        log.info("the next words are guessed by %s", sizes or "none: steps of several differ")
        self._policy.limit(sizes)
        self._guesses_are_exact = True
        return self._policy.guess(one.lookup, most)

    def _compute_guess(self, one: Running, guess: Guess) -> None:
        """Compute the next token and those guessed to follow it, and keep what holds."""
        resident, size = one.resident, 1 + len(guess.tokens)
        start = resident.length
        tokens = np.array([one.next_token, *guess.tokens], np.int32)
        resident.tokens[start : start + size] = tokens
        positions = np.arange(start, start + size, dtype=np.int32)
        sequences = np.full(size, resident.sequence, np.int32)
        took = self._decode([(one, size)], tokens, positions, sequences, np.ones(size, np.int8))
        if took is None:
            return
        self._policy.took(len(guess.tokens), took)
        right = 0
        for row in range(size):
            self._residents.extend(resident, 1)
            one.next_token = -1
            self._next(one, row)
            if row == size - 1 or one.next_token != guess.tokens[row]:
                break
            right += 1
        # The cells of tokens that were not chosen; an answer that has ended keeps none of them.
        self._model.truncate(resident.sequence, resident.length)
        self._policy.held(guess, right)
        self._metrics.steps.add()
        self._metrics.batch.observe(size)
        self._metrics.guessed.add(len(guess.tokens))
        self._metrics.guessed_right.add(right)

    def _active(self) -> list[Running]:
        """Whose tokens are computed in this step.

        While the prompt of somebody who waits for words is read, nothing in the background is
        computed, but for one step of sixteen. So a questionnaire holds up a chat's first words by
        the step in which that came, and little more; and no chats, however many, end it.
        """
        awaited = [one for one in self._running if one.remaining and not one.job.background]
        if not awaited or len(awaited) == len(self._running):
            return self._running
        self._held_back += 1
        if self._held_back % STEPS_HELD_BACK:
            return [one for one in self._running if not one.job.background]
        return [one for one in self._running if one.job.background or not one.remaining]

    def _slices(
        self, active: list[Running], someone_answers: bool, rows: int
    ) -> list[tuple[Running, int]]:
        """Whose prompt is read on in this step, and how many tokens of it."""
        reading = self._readers(active)
        if reading and reading[0].job.exact:
            one = reading[0]
            return [(one, min(one.remaining, EXACT_SLICE - one.resident.length % EXACT_SLICE))]
        room = min(self._slice(someone_answers), self._model.n_batch - rows)
        if any(one.job.scores_prompt for one in reading):
            room = min(room, SCORED_SLICE)
        out = []
        for one in reading:
            if room > 0 and not one.job.exact:
                out.append((one, min(one.remaining, room)))
                room -= out[-1][1]
        return out

    def _readers(self, active: list[Running]) -> list[Running]:
        """Those whose prompt is not read yet. The shortest rest goes first, which gives the most
        people their first word soonest; every other step the oldest does, so that nobody starves.
        """
        reading = [one for one in active if one.remaining]
        self._oldest_first = not self._oldest_first
        if self._oldest_first:
            reading.sort(key=lambda one: one.began)
        else:
            reading.sort(key=lambda one: (one.remaining, one.began))
        return reading

    def _slice(self, someone_waits_for_words: bool) -> int:
        """Prompt tokens to read in this step."""
        most = self._model.n_batch
        if not someone_waits_for_words or not self._seconds_per_token:
            return most if not someone_waits_for_words else min(most, 2 * SMALLEST_SLICE)
        size = int(self._slice_seconds / self._seconds_per_token)
        return max(SMALLEST_SLICE, min(most, size - size % ROUNDING))

    def _compute(self, rows: list[tuple[Running, int]]) -> None:
        """One call of the model: `count` tokens for each running request in `rows`."""
        size = sum(count for _, count in rows)
        if not size:
            return
        tokens, positions = np.empty(size, np.int32), np.empty(size, np.int32)
        sequences, wanted = np.empty(size, np.int32), np.zeros(size, np.int8)
        outputs: list[tuple[Running, int]] = []
        at = 0
        for one, count in rows:
            start, end = one.resident.length, at + count
            if one.next_token >= 0:
                one.resident.tokens[start] = one.next_token
            tokens[at:end] = one.resident.tokens[start : start + count]
            positions[at:end] = np.arange(start, start + count)
            sequences[at:end] = one.resident.sequence
            if one.job.scores_prompt:
                wanted[at:end] = 1
            if start + count >= len(one.job.prompt):
                wanted[end - 1] = 1
                outputs.append((one, end - 1))
            at = end
        took = self._decode(rows, tokens, positions, sequences, wanted)
        if took is None:
            return
        if size == 1 and outputs:
            self._policy.took(0, took)
        at = 0
        for one, count in rows:
            if one.job.scores_prompt and one.remaining:
                self._score_prompt(one, count, at)
            at += count
        self._account(rows, size, took)
        for one, row in outputs:
            self._next(one, row)

    def _decode(
        self,
        rows: list[tuple[Running, int]],
        tokens: Ints,
        positions: Ints,
        sequences: Ints,
        wanted: npt.NDArray[np.int8],
    ) -> float | None:
        """One call of the model, and its seconds; None where it came to nothing and was undone."""
        with self._lock:
            self._computing = frozenset(id(one.job) for one, _ in rows)
            self._model.clear_interrupt()
            if any(one.job.aborted for one, _ in rows) and len(rows) == 1:
                self._computing = frozenset()
                return None
        began = self._step_began = time.monotonic()
        outcome = self._model.decode(tokens, positions, sequences, wanted)
        self._step_began = None
        took = time.monotonic() - began
        with self._lock:
            self._computing = frozenset()
        if outcome is not Decoded.DONE:
            self._undo(rows, full=outcome is Decoded.FULL)
            return None
        return took

    def _account(self, rows: list[tuple[Running, int]], size: int, took: float) -> None:
        read = 0
        for one, count in rows:
            if one.remaining:
                read += count
            self._residents.extend(one.resident, count)
            one.next_token = -1
        metrics = self._metrics
        if read >= SMALLEST_SLICE:
            rate = took / read
            known = self._seconds_per_token
            self._seconds_per_token = known + 0.3 * (rate - known) if known else rate
        metrics.tokens_computed.add(read)
        metrics.steps.add()
        metrics.batch.observe(size)
        self._gauges()

    def _score_prompt(self, one: Running, count: int, row: int) -> None:
        """Report the scores of the prompt's tokens that follow the `count` from `row` on."""
        assert one.job.likest is not None
        start, prompt = one.resident.length, one.job.prompt
        scores = [] if start else [Score(int(prompt[0]), None, ())]
        for at in range(start, min(start + count, len(prompt) - 1)):
            logits = self._model.logits(row + at - start)
            scores.append(score(logits, int(prompt[at + 1]), one.job.likest))
        one.job.report(Scored(tuple(scores)))

    def _undo(self, rows: list[tuple[Running, int]], *, full: bool) -> None:
        """The step did not happen: set llama.cpp's memory back to what we know of it."""
        for one, _ in rows:
            self._residents.repair(one.resident)
        if full and not self._residents.evict_one():
            # Our count of free cells says that this cannot be; give up one request, not all.
            victim = max((one for one, _ in rows), key=lambda one: one.promised)
            self._end(victim, Failed("the engine ran out of context memory; please ask again"))

    def _next(self, one: Running, row: int) -> None:
        """Choose the token after `row` and report the text that it completes."""
        if one.job.aborted:
            return
        try:
            token = one.sampler.sample(row)
        except ValueError as error:  # the grammar has no way on
            self._end(one, Failed(str(error)))
            return
        if one.job.likest is not None:
            one.job.report(Scored((score(self._model.logits(row), token, one.job.likest),)))
        now = time.monotonic()
        if one.made:
            self._metrics.each.observe(now - one.last_at)
        else:
            self._metrics.first.observe(now - one.job.arrived)
        one.last_at = now
        one.made += 1
        self._metrics.tokens_out.add()
        if self._model.is_end(token):
            self._finish(one, "stop")
            return
        text = one.stream.feed(self._model.piece(token))
        if text:
            one.job.report(Text(text))
        if one.stream.stopped:
            self._finish(one, "stop")
        elif one.made >= one.job.max_tokens:
            self._finish(one, "length")
        else:
            one.next_token = token

    def _finish(self, one: Running, reason: str) -> None:
        if rest := one.stream.finish():
            one.job.report(Text(rest))
        self._queue_took(one)
        self._end(one, Finished(reason, len(one.job.prompt), one.made, one.shared))

    def _queue_took(self, one: Running) -> None:
        with self._lock:
            self._queue.answered_in(time.monotonic() - one.began)

    def _end(self, one: Running, event: Event | None) -> None:
        self._running.remove(one)
        one.sampler.close()
        self._residents.keep(one.resident)
        if isinstance(event, Failed):
            self._metrics.failed.add()
        if event is not None:
            one.job.report(event)
        self._gauges()

    def _drop_aborted(self) -> None:
        for one in [one for one in self._running if one.job.aborted]:
            self._metrics.aborted.add()
            self._end(one, None)

    def _admit(self) -> Job | None:
        """Give sequences to waiting requests, fairly, as long as cells are free for all of their
        prompt and answer: what has begun can always be finished. Returns who is next but must
        wait for room; nobody overtakes them, or long prompts would wait forever.
        """
        while len(self._running) < self._parallel:
            with self._lock:
                people = Counter(one.job.person for one in self._running)
                waiting = self._queue.candidates(people)
            for job in waiting:
                if job.background and self._background_is_full():
                    continue
                outcome = self._try_to_start(job)
                if outcome is Start.STARTED:
                    break
                if outcome is Start.NO_ROOM:
                    return job
            else:
                return None
        return None

    def _background_is_full(self) -> bool:
        """Whether what nobody waits for has all the room that it may have: a chat can begin."""
        most = self._parallel - 1 if self._parallel > KEPT_FREE_FROM else self._parallel
        return sum(one.job.background for one in self._running) >= most

    def _try_to_start(self, job: Job) -> Start:
        source, shared, coming = self._residents.longest_start(job.prompt, exact=job.exact)
        if job.scores_prompt:  # what is shared is not computed, and so has no scores
            source, shared, coming = None, 0, 0
        if coming >= shared + SHORTEST_SHARE and not job.exact:
            return Start.FOLLOWS
        if job.exact:
            shared -= shared % EXACT_SLICE
            source = source if shared else None
        promised = sum(one.promised for one in self._running)
        room = len(job.prompt) + job.max_tokens
        resident = self._residents.open(
            source, shared, needed=promised + room - shared, room=room, exact=job.exact
        )
        if resident is None:
            return Start.NO_ROOM
        if not self._take(job):
            self._residents.drop(resident)
            return Start.FOLLOWS
        resident.tokens[: len(job.prompt)] = job.prompt
        resident.goal = len(job.prompt)
        try:
            sampler = self._new_sampler(job.sampling)
        except ValueError as error:
            self._residents.drop(resident)
            self._metrics.failed.add()
            job.report(Failed(str(error)))
            return Start.STARTED
        self._running.append(Running(job, resident, sampler, shared))
        self._metrics.hit.observe(shared)
        self._metrics.tokens_shared.add(shared)
        job.report(Started(shared))
        return Start.STARTED

    def _take(self, job: Job) -> bool:
        """Take it out of the queue; False when it was aborted meanwhile."""
        with self._lock:
            return not job.aborted and self._queue.take(job)

    def _fail_all(self, message: str) -> None:
        with self._lock:
            self._stopping = True
            waiting = self._queue.drain()
        for job in [one.job for one in self._running] + waiting:
            job.report(Failed(message))
        self._running.clear()

    def _gauges(self) -> None:
        metrics = self._metrics
        metrics.running.set(len(self._running))
        metrics.waiting.set(len(self._queue))
        metrics.kept.set(self._residents.kept)
        metrics.cells_used.set(self._residents.used)
        metrics.cells_promised.set(sum(one.promised for one in self._running))
        metrics.evicted.value = self._residents.evictions


def score(logits: npt.NDArray[np.float32], token: int, likest: int) -> Score:
    """The token's score among a place's, and that of the `likest` most probable ones."""
    values = logits.astype(np.float64)
    values -= values.max()
    values -= np.log(np.exp(values).sum())
    best = np.argpartition(values, -likest)[-likest:] if likest else np.zeros(0, np.int64)
    best = best[np.lexsort((best, -values[best]))]
    return Score(token, float(values[token]), tuple((int(one), float(values[one])) for one in best))
