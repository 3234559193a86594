"""Lets many careless clients loose on one engine and checks that nobody is harmed.

    python tests/soak/engine.py [--minutes 10] [--clients 16] [--model FILE]

Every client's prompts carry a word that nobody else knows: it may come back in that client's
answers only. Clients hang up at random, some prompts are longer than the window, and half-way the
engine is killed. In the end every request must have got an answer or a clear error, no cell may be
taken, and memory may not have grown. Exit status 1 if not.
"""

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from app.engine.client import EngineBusy, EngineClient, EngineError
from app.engine.options import EngineOptions
from app.engine.supervisor import EngineSupervisor
from app.engine.tokenizer import Tokenizer

STARTER = Path(sys.prefix) / "share/strongroom/models/SmolLM2-135M-Instruct-Q8_0.gguf"
WINDOW = 1024
GROWTH = 1.15  # of the engine's memory between the first quarter and the end


class Outcomes:
    """What became of all requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def note(self, outcome: str, wrong: str = "") -> None:
        with self._lock:
            self.counts[outcome] += 1
            if wrong:
                self.wrong.append(wrong)


def live(
    number: int,
    words: list[str],
    client: EngineClient,
    tokenizer: Tokenizer,
    end: float,
    outcomes: Outcomes,
) -> None:
    """One client's life."""
    draw = random.Random(number)
    mine = words[number]
    system = "You repeat the secret word that you are told. " * 8
    while time.monotonic() < end:
        filler = " ".join(
            draw.choice(("tide", "brick", "lamp")) for _ in range(draw.randrange(200))
        )
        text = f"{system}{filler} The secret word is {mine}. The secret word is {mine}. The secret"
        prompt = tokenizer.encode(text)
        if draw.random() < 0.1:
            prompt = prompt * 30  # longer than any window
        completion = client.complete(
            prompt,
            max_tokens=draw.randrange(1, 60),
            temperature=draw.choice((0.0, 0.8)),
            seed=draw.randrange(99),
            person=f"person {number % 5}",
        )
        hang_up_after = draw.randrange(12) if draw.random() < 0.25 else None
        said = ""
        try:
            for count, piece in enumerate(completion):
                said += piece
                if count == hang_up_after:
                    completion.close()
            outcome = "hung up" if hang_up_after is not None else "answered"
            if hang_up_after is None and completion.finish_reason is None:
                outcome = "ended without a reason"
        except EngineBusy as error:
            outcome = "busy"
            time.sleep(min(error.seconds, 2))
        except EngineError as error:
            words_said = str(error)
            too_long = "context window" in words_said
            outcome = "too long" if too_long else "error: " + words_said[:60]
        foreign = [word for word in words if word != mine and word in said]
        outcomes.note(outcome, f"{mine} was told {foreign}" if foreign else "")
        if mine in said:
            outcomes.note("(repeated its own word)")


def memory(process: int) -> float:
    """Resident memory in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--model", type=Path, default=STARTER)
    parser.add_argument("--cells", default="auto")
    given = parser.parse_args()
    options = EngineOptions(
        given.model, parallel=6, context=WINDOW, queue=24, cells=given.cells, kv_cells=6 * WINDOW
    )
    supervisor = EngineSupervisor(options)
    supervisor.start()
    supervisor.wait_until_running()
    client, tokenizer = supervisor.client(), Tokenizer(given.model)
    draw = random.Random(0)
    words = ["".join(draw.choices("bcdfgklmnprstvz", k=9)) for _ in range(given.clients)]
    outcomes = Outcomes()
    seconds = given.minutes * 60
    end = time.monotonic() + seconds
    crowd = [
        threading.Thread(target=live, args=(at, words, client, tokenizer, end, outcomes))
        for at in range(given.clients)
    ]
    for one in crowd:
        one.start()
    time.sleep(seconds / 2)
    assert supervisor.pid is not None
    os.kill(supervisor.pid, signal.SIGKILL)
    print("engine killed")
    time.sleep(seconds / 4)
    supervisor.wait_until_running()
    early = memory(supervisor.pid)
    for one in crowd:
        one.join()
    late = memory(supervisor.pid)
    left = {}
    for line in client.http.get("/metrics").text.splitlines():
        name, _, value = line.partition(" ")
        if name.endswith(("requests_running", "requests_waiting", "kv_cells_promised")):
            left[name] = float(value)
    restarts = supervisor.state().restarts
    supervisor.stop()

    for outcome, count in sorted(outcomes.counts.items()):
        print(f"{count:6}  {outcome}")
    problems = list(outcomes.wrong)
    problems += [f"{name} is {value:g} at the end" for name, value in left.items() if value]
    if late > early * GROWTH:
        problems.append(f"memory grew from {early:.0f} to {late:.0f} MB")
    if outcomes.counts["ended without a reason"]:
        problems.append("requests ended without a reason")
    if restarts != 1:
        problems.append(f"{restarts} restarts instead of 1")
    print(f"memory {early:.0f} MB, at the end {late:.0f} MB")
    print("\n".join(problems) or "nobody was harmed")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
