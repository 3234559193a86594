"""Answers that quote, with guesses of the next words and without: speed, and the same tokens.

    python tests/bench/guessing.py [ANSWERS]
    make bench-guesses

Each question shows three passages of the repository's pages and asks for one of them, word for
word; the answer's first words are given, so that a small model quotes. Both sides answer each
question in turn, on one thread, so that what else the machine does meets both. Then sixteen by
eight clients at once, where steps are full without guesses. Tokens a second are those of writing;
the processor's time is counted, which a busy machine changes less than the clock's.
"""

import argparse
import random
import re
import statistics
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
sys.path[:0] = [str(TESTS), str(ROOT)]

from engine.desk import Asked, Desk  # noqa: E402

from app.engine.models import STARTER_CHAT, installed_models_dir  # noqa: E402

CLIENTS = 8
LONGEST = 120  # tokens of an answer
WINDOW = 1_536


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("answers", type=int, nargs="?", default=60)
    parser.add_argument("--model", type=Path, default=installed_models_dir() / STARTER_CHAT)
    arguments = parser.parse_args()
    questions = _questions(arguments.answers)
    print("| answers | clients | without, tokens/s | with guesses | ratio | the same tokens |")
    print("|---|---|---|---|---|---|", flush=True)
    for clients, asked in ((1, questions), (CLIENTS, questions[: 2 * CLIENTS])):
        desks = {
            how: Desk(
                arguments.model, "separate", parallel=clients, limit=2 * CLIENTS, guesses=how,
                context=WINDOW, threads=1, cells_for=clients,
            )
            for how in ("off", "auto")
        }  # fmt: skip
        rates: dict[str, list[float]] = {how: [] for how in desks}
        same = 0
        for start in range(0, len(asked), clients):
            part = asked[start : start + clients]
            said = {}
            for how, desk in desks.items():
                said[how], rate = _ask(desk, part)
                rates[how].append(rate)
            same += sum(a == b for a, b in zip(said["off"], said["auto"], strict=True))
        ratio = statistics.mean(
            with_ / without for without, with_ in zip(rates["off"], rates["auto"], strict=True)
        )
        metrics = desks["auto"].metrics
        print(
            f"| {len(asked)} | {clients} | {statistics.median(rates['off']):.1f} "
            f"| {statistics.median(rates['auto']):.1f} | {ratio:.2f} | {same} of {len(asked)} |"
            f"\n\n{metrics.guessed_right.value:.0f} of {metrics.guessed.value:.0f} guessed tokens "
            f"were right, of {metrics.tokens_out.value:.0f} written\n",
            flush=True,
        )
        for desk in desks.values():
            desk.close()
    return 0


def _ask(desk: Desk, prompts: list[str]) -> tuple[list[str], float]:
    """What is answered, and the tokens a second once all of the prompts are read."""
    asked: list[Asked] = [desk.ask(prompt, tokens=LONGEST, person=prompt) for prompt in prompts]
    for one in asked:
        one.wait_for_text()
    written, started = desk.metrics.tokens_out.value, time.process_time()
    texts = [one.wait().text for one in asked]
    took = time.process_time() - started
    return texts, (desk.metrics.tokens_out.value - written) / took


def _questions(count: int) -> list[str]:
    pages = [page for folder in (ROOT / "docs", TESTS) for page in sorted(folder.rglob("*.md"))]
    passages = [
        passage
        for page in pages
        for passage in page.read_text(encoding="utf-8", errors="replace").split("\n\n")
        if 250 < len(passage) < 900 and passage[0].isalpha()
    ]
    draw = random.Random(19)
    asked = []
    for passage in draw.sample(passages, count):
        before, after = draw.sample(passages, 2)
        begins = re.split(r"(?<=[.:]) ", passage)[0][:30]
        asked.append(
            "<|im_start|>system\nAnswer with the words of the passages.<|im_end|>\n"
            f"<|im_start|>user\n[1] {before}\n\n[2] {passage}\n\n[3] {after}\n\n"
            "Quote passage 2 word for word.<|im_end|>\n"
            f"<|im_start|>assistant\nPassage 2 says: {begins}"
        )
    return asked


if __name__ == "__main__":
    sys.exit(main())
