"""models compare: the company's own questions put to two or more chat models, side by side."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from app.answering.ask import Ask
from app.answering.evaluation.compare import Difference, compare, comparison_table
from app.answering.evaluation.models import (
    Measured,
    comparison,
    models_table,
    questions_of,
    speed_of,
)
from app.answering.evaluation.questions import Question
from app.answering.evaluation.report import evaluate
from app.commands.evaluating import answerer
from app.commands.output import fail, print_json, settings_of
from app.engine.models import default_chat_model
from app.engine.process_use import ProcessUse, process_use
from app.settings import Settings
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.scope import Scope

_TIMED = 5  # questions, over which reading and writing are timed


def compare_models(arguments: Namespace) -> int:
    """Ask one model after the other, and print what each takes and says."""
    if len(arguments.models) < 2 or len(set(arguments.models)) < len(arguments.models):
        fail("name two models or more, each once")
        return 2
    questions = questions_of(Path(arguments.questions))[: arguments.limit]
    measured = [_measured(arguments, model, questions) for model in arguments.models]
    first, *others = measured
    differences = {
        one.model: compare(first.report, one.report) if _is_judged(questions) else []
        for one in others
    }
    printed = comparison(measured) | {
        "differences": [
            {"a": first.model, "b": model, "metrics": [asdict(one) for one in found]}
            for model, found in differences.items()
        ]
    }
    if arguments.out:
        text = json.dumps(printed, ensure_ascii=False, indent=1)
        Path(arguments.out).write_text(text, encoding="utf-8")
    if arguments.json:
        print_json(printed)
    else:
        _print(measured, printed, differences)
    failed = sum(one.report["counts"]["failed"] for one in measured)
    if failed:
        fail(f"{failed} questions ended in an error; the report names them")
    return 1 if failed else 0


def _is_judged(questions: Sequence[Question]) -> bool:
    """Whether the file says anything of right answers; else there is nothing to compare by."""
    return any(one.answers or one.evidence or one.expected is not None for one in questions)


def _measured(arguments: Namespace, model: str, questions: Sequence[Question]) -> Measured:
    settings = _settings(arguments, model)
    with open_workspace(settings, "strongroom models compare") as home:
        chat = home.chat.model()  # loaded before anything is timed
        asked = [
            (one.question, home.search(Ask(one.question, Scope.of(arguments.space)), k=5).hits)
            for one in questions[:_TIMED]
        ]
        speed = speed_of(chat, asked)
        before = _use(home)
        with tqdm(unit="question", desc=model, disable=not sys.stderr.isatty()) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            report = evaluate(questions, None, answerer(home, arguments.space), show)
        after = _use(home)
        used = after.cpu_s - before.cpu_s if before and after else None
        return Measured(
            model=model,
            file_size=default_chat_model(settings).path.stat().st_size,
            memory=after.peak_memory if after else None,
            cpu_s_each=used / max(1, len(report["questions"])) if used is not None else None,
            speed=speed,
            trusted=not chat.weak,
            self_test=home.chat.tested(),
            report=report,
        )


def _use(home: Workspace) -> ProcessUse | None:
    pid = home.chat.pid()
    return process_use(pid) if pid is not None else None


def _settings(arguments: Namespace, model: str) -> Settings:
    """The settings with this model in an engine of this machine."""
    settings = settings_of(arguments, engine={"model": model})
    engine = settings.engine.model_copy(update={"url": None})
    return settings.model_copy(update={"engine": engine})


def _print(
    measured: Sequence[Measured],
    printed: dict[str, Any],
    differences: dict[str, list[Difference]],
) -> None:
    print("\n".join(models_table(measured)))
    for model, found in differences.items():
        if found:
            print(f"\nA: {measured[0].model}, B: {model}\n{comparison_table(found)}")
    for asked in printed["questions"]:
        print(f"\n{asked['question']}")
        for said in asked["answers"]:
            verdict = f" ({said['verdict']})" if "verdict" in said else ""
            sources = f"  [{', '.join(said['documents'])}]" if said["documents"] else ""
            words = said.get("answer") or said.get("error") or ""
            print(f"  {Path(said['model']).name}{verdict}: {' '.join(words.split())}{sources}")
