"""Questions a minute: `strongroom batch` beside a plain loop over llama-cpp-python's chat call.

    python tests/bench/batch_speed.py [--limit N] [--rounds N] [--parallel N]

Both sides get the same model file, threads, window and system text, about the same passages (the
loop's are the head of the ranking, ours leave out what repeats) and room for the answer, greedy.
The loop's searching costs nothing; ours is measured whole: search, prompt, engine, check of every
sentence, journal. Both run in one go and take turns. Later rounds and the reproducible run ask the
same questions again, so our engine may still hold their prompts: the first round of `ours` is the
one to go by, and it says little when anything else runs on the machine.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import prompts
from app.assistant import WEAK_WRITES, render_user
from app.batch.journal import open_journal
from app.batch.provenance import Order, run_info
from app.batch.records import Question
from app.batch.run import answer_all, begin_or_continue, tasks_of
from app.home import Home
from app.settings import load_settings
from app.window import NumberedPassage
from app.wiring import open_home

TESTS = Path(__file__).resolve().parents[1]


def ours(home: Home, folder: Path, rows: Sequence[Question], parallel: int, exact: bool) -> float:
    """Seconds for all rows, journal and all."""
    order = Order("bench", folder.name, "library", reproducible=exact)
    began = time.perf_counter()
    with open_journal(folder) as journal:
        info = begin_or_continue(
            journal, run_info(home, order), lambda: tasks_of([(row, "") for row in rows], None)
        )
        answer_all(journal, info, home, parallel=parallel)
        assert sum(journal.counts().values()) == len(rows)
    return time.perf_counter() - began


def theirs(llama: Any, chats: Sequence[list[dict[str, str]]]) -> float:
    """Seconds for all chats, one after the other."""
    began = time.perf_counter()
    for chat in chats:
        llama.create_chat_completion(messages=chat, max_tokens=WEAK_WRITES, temperature=0.0)
    return time.perf_counter() - began


def chat_of(home: Home, question: str) -> list[dict[str, str]]:
    """What the engine is told for this question, as messages."""
    hits = home.index.search(question, home.index.spaces(), k=home.settings.answer.passages).hits
    passages = [
        NumberedPassage(number, hit.text, f"{hit.document}, {hit.heading}")
        for number, hit in enumerate(hits, 1)
    ]
    return [
        {"role": "system", "content": prompts.render("answer_system")},
        {"role": "user", "content": render_user(passages, question)},
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=16, help="questions (16)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parallel", type=int, default=4)
    given = parser.parse_args()
    lines = (TESTS / "sample_questions.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["question"] for line in lines][: given.limit]
    rows = [Question(row, str(row), text) for row, text in enumerate(texts, 2)]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"home": Path(folder), "engine": {"parallel": given.parallel}})
        with open_home(settings, "bench-batch") as home:
            home.ingest([TESTS / "samples"], space="general")
            measure(home, Path(folder), rows, given)


def measure(home: Home, folder: Path, rows: Sequence[Question], given: argparse.Namespace) -> None:
    import llama_cpp

    from app.chat_model import engine_options
    from app.models import default_chat_model

    model = default_chat_model(home.settings)
    options = engine_options(home.settings.engine, model)
    chats = [chat_of(home, row.text) for row in rows]
    theirs_model = llama_cpp.Llama(
        str(model.path),
        n_ctx=options.context,
        n_threads=options.worker_threads,
        n_threads_batch=options.worker_threads,
        verbose=False,
    )
    home.identity()  # the engine is loaded before the clock runs
    ratios: dict[str, list[float]] = {"ours": [], "ours, reproducible": []}
    with closing(theirs_model):
        theirs(theirs_model, chats[:1])
        ours(home, folder / "warm", rows[:1], 1, exact=False)
        for number in range(given.rounds):
            loop = theirs(theirs_model, chats)
            print(f"plain loop          {60 * len(rows) / loop:6.1f} questions a minute")
            for name, exact in (("ours", False), ("ours, reproducible", True)):
                took = ours(home, folder / f"{number}{exact}", rows, given.parallel, exact=exact)
                ratios[name].append(loop / took)
                print(
                    f"{name:19} {60 * len(rows) / took:6.1f} questions a minute, "
                    f"ratio {loop / took:.2f}",
                    flush=True,
                )
    for name, found in ratios.items():
        print(f"{name}: median ratio {statistics.median(found):.2f} over {len(found)} rounds")


if __name__ == "__main__":
    sys.exit(main())
