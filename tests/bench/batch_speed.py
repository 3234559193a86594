"""Questions a minute: a questionnaire beside a plain loop over llama-cpp-python's own object.

    python tests/bench/batch_speed.py [--limit N] [--rounds N] [--parallel N]

The very same work on both sides: what our engine is asked (token ids, most tokens, stop words) is
written down, and the loop gives it to `Llama.create_completion` in the order of the questionnaire,
greedy, with the same model file, window and threads. Every side starts cold in every round: a new
engine process here, a new `Llama` there, whose loading is not counted. Searching, checking every
sentence and the journal are counted on our side only. Several questions are about the same
passages, as in questionnaires; `Llama` keeps the start that a prompt shares with the one before
it, ours what it shares with any prompt that is still held. It says little when anything else runs
on the machine.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.answering.ask import Ask
from app.answering.language_model import ChatModel, LanguageModel
from app.batch.execution.provenance import Order, run_info
from app.batch.execution.run import answer_all, begin_or_continue, tasks_of
from app.batch.journal import open_journal
from app.batch.records import Question
from app.engine.client import Completion
from app.settings import Settings, load_settings
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.scope import EVERYTHING

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
# Three questions about each place, not next to each other: who sends them knows no places.
QUESTIONS = (
    "How many days of annual leave does a full-time employee have?",
    "How much is the meal allowance in Switzerland?",
    "How long must a password be?",
    "How many days of leave may be carried over?",
    "How much is the meal allowance in Norway?",
    "How often must a password be changed?",
    "Until when may leave be carried over?",
    "How much is the meal allowance on the day of departure?",
    "Where may passwords be kept?",
    "Who approves annual leave?",
    "Who approves a journey abroad?",
    "Who may reset a password?",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that the engine was asked for."""

    prompt: tuple[int, ...]
    max_tokens: int
    stop: tuple[str, ...]


@dataclass
class Recorder:
    """A language model that writes down what it is asked."""

    engine: LanguageModel
    asked: list[Asked] = field(default_factory=list)

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        reproducible: bool = False,
        background: bool = False,
    ) -> Completion:
        self.asked.append(Asked(tuple(prompt), max_tokens, tuple(stop)))
        return self.engine.complete(
            prompt,
            max_tokens=max_tokens,
            stop=stop,
            person=person,
            reproducible=reproducible,
            background=background,
        )


class RecordedModels:
    """The home's chat model, recorded; everything else is the home's own."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.recorder: Recorder | None = None

    def model(self) -> ChatModel:
        model: ChatModel = self._source.model()
        if self.recorder is None:
            self.recorder = Recorder(model.engine)
        return replace(model, engine=self.recorder)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def ours(
    settings: Settings, rows: Sequence[Question], name: str, *, exact: bool
) -> tuple[float, list[Asked]]:
    """Seconds for all rows with a new engine, journal and all; what the engine was asked."""
    order = Order("bench", name, "library", reproducible=exact)
    with open_workspace(settings, "bench-batch") as home:
        models = RecordedModels(home.chat)
        home.chat = models  # type: ignore[assignment]
        home.identity()  # the engine is loaded before the clock runs
        home.index.search("warm", EVERYTHING, 1)
        took = _run(home, settings.home / "batches" / name, rows, order)
        assert models.recorder is not None
        return took, models.recorder.asked


def _run(home: Workspace, folder: Path, rows: Sequence[Question], order: Order) -> float:
    began = time.perf_counter()
    with open_journal(folder) as journal:
        info = begin_or_continue(
            journal,
            run_info(home, order),
            lambda: tasks_of([(row, "") for row in rows], None),
            home,
        )
        counts = answer_all(journal, info, home, parallel=home.identity().parallel)
        assert counts.done == len(rows)
        assert not counts.failed
    return time.perf_counter() - began


def theirs(settings: Settings, asked: Sequence[Asked]) -> float:
    """Seconds for the same prompts, one after the other, with a new `Llama`."""
    import llama_cpp

    from app.answering.chat_model import engine_options
    from app.engine.models import default_chat_model

    model = default_chat_model(settings)
    options = engine_options(settings.engine, model)
    llama = llama_cpp.Llama(
        str(model.path),
        n_ctx=options.context,
        n_threads=options.worker_threads,
        n_threads_batch=options.worker_threads,
        verbose=False,
    )
    with closing(llama):
        began = time.perf_counter()
        for one in asked:
            llama.create_completion(
                prompt=list(one.prompt),
                max_tokens=one.max_tokens,
                stop=list(one.stop),
                temperature=0.0,
                repeat_penalty=1.0,
            )
        return time.perf_counter() - began


def prompts_of(settings: Settings, rows: Sequence[Question]) -> list[Asked]:
    """What the engine is asked for these rows, in the order of the questionnaire."""
    with open_workspace(settings, "bench-batch") as home:
        models = RecordedModels(home.chat)
        home.chat = models  # type: ignore[assignment]
        for row in rows:
            for _ in home.ask(Ask(row.text)):
                pass
        assert models.recorder is not None
        return models.recorder.asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=len(QUESTIONS), help="questions (12)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parallel", type=int, default=4)
    given = parser.parse_args()
    rows = [Question(n, str(n), text) for n, text in enumerate(QUESTIONS[: given.limit], 2)]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"home": Path(folder), "engine": {"parallel": given.parallel}})
        with open_workspace(settings, "bench-batch") as home:
            home.ingest([SAMPLES], space="general")
        measure(settings, rows, given.rounds)


def measure(settings: Settings, rows: Sequence[Question], rounds: int) -> None:
    order = prompts_of(settings, rows)
    tokens = sum(len(one.prompt) for one in order)
    print(f"{len(rows)} questions, {tokens:,} tokens of prompts")
    ratios: dict[str, list[float]] = {"ours": [], "ours, reproducible": []}
    for number in range(rounds):
        for name, exact in (("ours", False), ("ours, reproducible", True)):
            took, asked = ours(settings, rows, f"{number}-{exact}", exact=exact)
            assert sorted(one.prompt for one in asked) == sorted(one.prompt for one in order)
            if name == "ours":
                loop = theirs(settings, order)
                print(f"plain loop          {60 * len(rows) / loop:6.1f} questions a minute")
            ratios[name].append(loop / took)
            print(
                f"{name:19} {60 * len(rows) / took:6.1f} questions a minute, "
                f"ratio {loop / took:.2f}",
                flush=True,
            )
    for name, found in ratios.items():
        print(f"{name}: median ratio {statistics.median(found):.2f} over {len(found)} rounds")


if __name__ == "__main__":
    main()
