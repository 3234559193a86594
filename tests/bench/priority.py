"""First words of a chat while a questionnaire is answered, against those of an idle engine.

    python tests/bench/priority.py [CHATS] [--rows N] [--parallel N]
    make bench-priority

One engine of the starter model, with chats of separate cells as on a CPU. A questionnaire's rows
are asked in the background, as many at once as `--parallel` says, until all chats are measured.
Each chat is asked twice, in turn: once while the questionnaire waits between two rows, and once
amid it, each time with a question that nobody has asked. So what else the machine does meets both.
Printed: the medians, and the median of the paired ratios.
"""

import argparse
import itertools
import random
import statistics
import sys
import threading
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
sys.path[:0] = [str(TESTS), str(ROOT)]

from app.engine.client import EngineClient  # noqa: E402
from app.engine.models import STARTER_CHAT, installed_models_dir  # noqa: E402
from app.engine.options import EngineOptions  # noqa: E402
from app.engine.supervisor import EngineSupervisor  # noqa: E402
from app.engine.tokenizer import Tokenizer  # noqa: E402

ANSWER = 48  # tokens of a row's answer
CHAT = 16  # tokens of a chat's


class Questionnaire:
    """Rows that are asked in the background, by several threads, from `go` to `rest`."""

    def __init__(self, client: EngineClient, rows: list[list[int]], at_once: int) -> None:
        self._client = client
        self._rows = itertools.cycle(rows)
        self._may = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._busy = 0
        self.answered = 0
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(at_once)]
        for thread in self._threads:
            thread.start()

    def go(self) -> None:
        """Begin or go on; returns when a row is being answered."""
        self._may.set()
        while not self._busy:
            time.sleep(0.01)
        time.sleep(0.5)

    def rest(self) -> None:
        """Begin no further row; returns when the last one is answered."""
        self._may.clear()
        while self._busy:
            time.sleep(0.01)

    def end(self) -> None:
        self._ended.set()
        self._may.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            self._may.wait()
            if self._ended.is_set():
                return
            with self._lock:
                self._busy += 1
                row = next(self._rows)
            for _ in self._client.complete(
                row, max_tokens=ANSWER, person="questionnaire", background=True
            ):
                pass
            with self._lock:
                self._busy -= 1
                self.answered += 1


def first_words(client: EngineClient, prompt: list[int]) -> float:
    """Seconds until the first piece of text."""
    began = time.perf_counter()
    pieces = client.complete(prompt, max_tokens=CHAT, person="somebody")
    try:
        next(pieces)
        return time.perf_counter() - began
    finally:
        pieces.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("chats", type=int, nargs="?", default=20)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--parallel", type=int, default=3)
    parser.add_argument("--model", type=Path, default=installed_models_dir() / STARTER_CHAT)
    arguments = parser.parse_args()
    texts = prompts(arguments.rows + 2 * arguments.chats)
    ids = [Tokenizer(arguments.model).encode(text) for text in texts]
    options = EngineOptions(
        arguments.model, parallel=arguments.parallel, context=2048, gpu_layers=0, queue=256
    )
    supervisor = EngineSupervisor(options)
    supervisor.start()
    try:
        supervisor.wait_until_running()
        client = supervisor.client()
        first_words(client, ids[0][:64])
        asked = Questionnaire(client, ids[: arguments.rows], arguments.parallel)
        idle, amid = [], []
        for number in range(arguments.chats):
            one, other = ids[arguments.rows + 2 * number :][:2]
            asked.rest()
            idle.append(first_words(client, one))
            asked.go()
            amid.append(first_words(client, other))
        rows = asked.answered
        asked.end()
    finally:
        supervisor.stop()
    ratio = statistics.median(b / a for a, b in zip(idle, amid, strict=True))
    print(f"{arguments.chats} chats, {rows} rows answered meanwhile, prompts of", end=" ")
    print(f"{min(map(len, ids))} to {max(map(len, ids))} tokens")
    print("| first words, seconds | median | worst |\n|---|---|---|")
    print(f"| idle engine | {statistics.median(idle):.2f} | {max(idle):.2f} |")
    print(f"| amid a questionnaire | {statistics.median(amid):.2f} | {max(amid):.2f} |")
    print(f"\nmedian of the paired ratios: {ratio:.2f}")
    return 0


def prompts(count: int) -> list[str]:
    """Questions over three passages of the repository's pages, all of about the same length."""
    pages = [page for folder in (ROOT / "docs", TESTS) for page in sorted(folder.rglob("*.md"))]
    passages = [
        passage
        for page in pages
        for passage in page.read_text(encoding="utf-8", errors="replace").split("\n\n")
        if 450 < len(passage) < 700 and passage[0].isalpha()
    ]
    draw = random.Random(6)
    return [
        f"<|im_start|>user\n{number}. "
        + "\n\n".join(draw.sample(passages, 3))
        + "\n\nWhat is told "
        "in the second passage?<|im_end|>\n<|im_start|>assistant\n"
        for number in range(count)
    ]


if __name__ == "__main__":
    sys.exit(main())
