"""Measures our engine against llama-cpp-python's own object: same file, prompts and threads.

    python tests/bench/engine_speed.py [--model FILE] [--threads N] [--rounds N]

Both sides run in one go and take turns, because absolute figures of a shared machine say little.
(a) one person alone; (b) eight people at once, against the object behind a lock; (c) a follow-up
question against the same prompt cold; (d) eight people whose prompts start with the same text.
"""

import argparse
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.engine.client import EngineClient
from app.engine.options import EngineOptions
from app.engine.supervisor import EngineSupervisor

STARTER = Path(sys.prefix) / "share/strongroom/models/SmolLM2-135M-Instruct-Q8_0.gguf"
CLIENTS = 8
ANSWER = 64  # tokens
WINDOW = 2048


@dataclass(frozen=True)
class Timing:
    """Seconds since the request was made, and tokens."""

    prompt: int
    first: float
    last: float
    made: int

    @property
    def prefill(self) -> float:
        return self.prompt / self.first

    @property
    def decode(self) -> float:
        return (self.made - 1) / (self.last - self.first)


Ask = Callable[[Sequence[int]], Timing]


def prompts(count: int, sizes: Sequence[int], seed: int) -> Iterator[list[int]]:
    """Random token ids: no two prompts share a start."""
    draw = random.Random(seed)
    for at in range(count):
        yield [draw.randrange(1000, 20_000) for _ in range(sizes[at % len(sizes)])]


def ask_ours(client: EngineClient) -> Ask:
    def ask(prompt: Sequence[int]) -> Timing:
        began = time.perf_counter()
        completion = client.complete(prompt, max_tokens=ANSWER, json_schema=None)
        first = last = 0.0
        for _ in completion:
            last = time.perf_counter() - began
            first = first or last
        assert completion.usage is not None
        return Timing(len(prompt), first, last, completion.usage.completion_tokens)

    return ask


def ask_theirs(llama: Any, lock: threading.Lock) -> Ask:
    def ask(prompt: Sequence[int]) -> Timing:
        began = time.perf_counter()
        first = last = 0.0
        made = 0
        with lock:
            for token in llama.generate(list(prompt), temp=0.0):
                llama.detokenize([token])
                last = time.perf_counter() - began
                first = first or last
                made += 1
                if made == ANSWER or token == llama.token_eos():
                    break
        return Timing(len(prompt), first, last, made)

    return ask


def together(ask: Ask, asked: Sequence[Sequence[int]]) -> tuple[list[Timing], float]:
    """All at once; timings and the wall clock's seconds for everything."""
    out: list[Timing] = []
    threads = [threading.Thread(target=lambda p=p: out.append(ask(p))) for p in asked]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out, time.perf_counter() - began


def alone(ours: Ask, theirs: Ask, rounds: int) -> None:
    mine, other = [], []
    ours(next(prompts(1, [64], 0)))
    theirs(next(prompts(1, [64], 1)))
    for prompt in prompts(2 * rounds, [600, 900, 1500], 2):
        mine.append(ours(prompt))
        other.append(theirs(prompt))
    for what in ("prefill", "decode"):
        a = statistics.median(getattr(one, what) for one in mine)
        b = statistics.median(getattr(one, what) for one in other)
        ratios = [getattr(x, what) / getattr(y, what) for x, y in zip(mine, other, strict=True)]
        print(
            f"(a) alone, {what:8}: ours {a:7.1f}  theirs {b:7.1f} tokens/s  "
            f"ratio {statistics.median(ratios):.2f} (goal 0.95)"
        )


def crowd(name: str, ask: Ask, seed: int, cpu_seconds: Callable[[], float]) -> tuple[float, float]:
    """Tokens a second, and tokens a second of CPU time: the fairer one on a busy machine."""
    before = cpu_seconds()
    asked = list(prompts(CLIENTS, [600, 1100, 800, 1500, 700, 1300, 900, 1000], seed))
    timings, wall = together(ask, asked)
    spent = cpu_seconds() - before
    total = sum(one.prompt + one.made for one in timings)
    firsts = sorted(one.first for one in timings)
    print(
        f"(b) {CLIENTS} at once, {name:6}: {total / wall:7.1f} tokens/s in all "
        f"({sum(one.made for one in timings) / wall:5.1f} generated)  first word after "
        f"{statistics.median(firsts):5.1f} s (median), {firsts[-1]:5.1f} s (worst)  "
        f"{total / spent:.1f} tokens per CPU second"
    )
    return total / wall, total / spent


def cpu_seconds_of(process: int) -> float:
    """CPU time that a process has used (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def follow_up(ours: Ask) -> None:
    ratios = []
    for seed in range(3):
        shown = next(prompts(1, [1100], 10 + seed))
        question = next(prompts(1, [80], 20 + seed))
        other = [shown[0] + 1, *shown[1:]]  # not one token of its start was seen before
        ours(shown)
        warm = ours([*shown, *question]).first
        cold = ours([*other, *question]).first
        ratios.append(warm / cold)
        print(f"(c) follow-up {warm:.2f} s, the same prompt cold {cold:.2f} s")
    print(f"(c) ratio {statistics.median(ratios):.2f} (goal at most 0.35)")


def shared_start(ours: Ask, computed: Callable[[], float]) -> None:
    start = next(prompts(1, [1000], 30))
    asked = [[*start, *tail] for tail in prompts(CLIENTS, [24], 31)]
    before = computed()
    together(ours, asked)
    work = computed() - before
    print(
        f"(d) {CLIENTS} prompts of 1,000 shared and 24 own tokens: {work:.0f} computed, "
        f"{work / 1000:.2f} times the shared start (goal 1.3; unshared {CLIENTS * 1.024:.1f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=STARTER)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--gpu-layers", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", default="abcd")
    given = parser.parse_args()
    import llama_cpp

    options = EngineOptions(
        given.model,
        context=WINDOW,
        parallel=CLIENTS,
        threads=given.threads,
        gpu_layers=given.gpu_layers,
    )
    theirs = llama_cpp.Llama(
        str(given.model),
        n_ctx=WINDOW,
        n_threads=options.worker_threads,
        n_threads_batch=options.worker_threads,
        n_gpu_layers=-1 if given.gpu_layers is None else given.gpu_layers,
        verbose=False,
    )
    supervisor = EngineSupervisor(options)
    supervisor.start()
    try:
        client = supervisor.client()
        print(f"{client.model().name}, {options.worker_threads} threads, window {WINDOW}")
        mine, lock = ask_ours(client), ask_theirs(theirs, threading.Lock())

        def computed() -> float:
            lines = client.http.get("/metrics").text.splitlines()
            name = "strongroom_prompt_tokens_computed_total "
            return next(float(line.split()[1]) for line in lines if line.startswith(name))

        if "a" in given.parts:
            alone(mine, lock, given.rounds)
        if "b" in given.parts:
            a = crowd("ours", mine, 40, lambda: cpu_seconds_of(supervisor.pid or 0))
            b = crowd("theirs", lock, 40, time.process_time)
            print(f"(b) ratio of all tokens/s {a[0] / b[0]:.2f}, per CPU second {a[1] / b[1]:.2f}")
        if "c" in given.parts:
            follow_up(mine)
        if "d" in given.parts:
            shared_start(mine, computed)
    finally:
        supervisor.stop()


if __name__ == "__main__":
    main()
