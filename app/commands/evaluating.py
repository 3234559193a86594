"""eval: measure finding, answering and refusing on a question file; compare; calibrate."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from app.answering.ask import Ask
from app.answering.chat_model import store_calibration
from app.answering.evaluation.calibrate import Fit, calibrate, provenance, samples_of
from app.answering.evaluation.compare import Difference, compare, comparison_table, read_report
from app.answering.evaluation.hits import same_document
from app.answering.evaluation.kinds import side_by_side
from app.answering.evaluation.questions import (
    Question,
    QuestionFileError,
    half_indexed,
    read_dialogues,
    read_questions,
)
from app.answering.evaluation.report import Answerer, Report, evaluate, table
from app.answering.evaluation.report import Search as SearchCall
from app.answering.events import Answer, Finished
from app.commands.output import fail, print_json, settings_of
from app.settings import Settings
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.records import Hit
from vectorstore.scope import Scope

# Room for 20 passages and for 8,000 characters of short ones: what is left out counts as missed.
RETRIEVED = 60


def run_eval(arguments: Namespace) -> int:
    """Measure, or compare two earlier measurements."""
    if arguments.compare:
        return _compare(arguments)
    if wrong := _wrong_usage(arguments):
        fail(wrong)
        return 2
    file = Path(arguments.dialogues or arguments.questions)
    questions = _questions(arguments, file)
    models = arguments.model or []
    if len(models) > 1:
        return _compare_models(arguments, questions, models)
    with open_workspace(_settings(arguments, *models), "strongroom eval") as home:
        report = _evaluate(arguments, questions, home)
        fitted = _calibrate(home, file, report) if arguments.calibrate else None
    printed: dict[str, Any] = dict(report)
    if arguments.half_indexed:
        printed["half_indexed"] = _half(questions, report)
    _print(arguments, printed, report, fitted)
    failed = report["counts"]["failed"]
    if failed:
        fail(f"{failed} questions ended in an error; they are in the report")
    return 1 if failed else 0


def _settings(arguments: Namespace, model: str | None = None) -> Settings:
    return settings_of(arguments, engine={"model": model})


def _evaluate(arguments: Namespace, questions: Sequence[Question], home: Workspace) -> Report:
    spaces = arguments.space
    with tqdm(unit="question", disable=not sys.stderr.isatty()) as progress_bar:

        def show(done: int, total: int) -> None:
            progress_bar.total = total
            progress_bar.update(done - progress_bar.n)

        return evaluate(
            questions,
            _search(home, spaces),
            None if arguments.retrieval_only else answerer(home, spaces),
            show,
        )


def _compare_models(
    arguments: Namespace, questions: Sequence[Question], models: Sequence[str]
) -> int:
    """The same questions with one model after the other, then each beside the first."""
    reports: dict[str, Report] = {}
    for model in models:
        with open_workspace(_settings(arguments, model), "strongroom eval") as home:
            reports[model] = _evaluate(arguments, questions, home)
    first, *others = models
    differences = {model: compare(reports[first], reports[model]) for model in others}
    printed = {
        "models": [{"model": model, "report": report} for model, report in reports.items()],
        "differences": [
            {"a": first, "b": model, "metrics": [asdict(one) for one in found]}
            for model, found in differences.items()
        ],
    }
    if arguments.out:
        _write(Path(arguments.out), printed)
    if arguments.json:
        print_json(printed)
    else:
        _print_models(reports, differences)
    failed = sum(report["counts"]["failed"] for report in reports.values())
    if failed:
        fail(f"{failed} questions ended in an error; they are in the reports")
    return 1 if failed else 0


def _print_models(
    reports: Mapping[str, Report], differences: Mapping[str, Sequence[Difference]]
) -> None:
    for model, report in reports.items():
        print(f"{model}\n\n{table(report)}\n")
    if any(report["kinds"] for report in reports.values()):
        named = {Path(model).name: report["kinds"] for model, report in reports.items()}
        print("\n".join(side_by_side(named)))
    first = next(iter(reports))
    for model, found in differences.items():
        print(f"\nA: {first}, B: {model}\n{comparison_table(found)}")


def _write(path: Path, report: object) -> None:
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")


def _wrong_usage(arguments: Namespace) -> str:
    """What is wrong with the options taken together, or ""."""
    if bool(arguments.questions) == bool(arguments.dialogues):
        return (
            "name one question file, or one of conversations with --dialogues FILE, or two "
            "reports with --compare A.json B.json"
        )
    if arguments.half_indexed and arguments.dialogues:
        return "--half-indexed goes with a question file, not with --dialogues"
    if arguments.retrieval_only and (arguments.calibrate or arguments.half_indexed):
        needing = "--calibrate" if arguments.calibrate else "--half-indexed"
        return f"{needing} needs answers; leave out --retrieval-only"
    return _wrong_models(arguments)


def _wrong_models(arguments: Namespace) -> str:
    models = arguments.model or []
    if models and arguments.retrieval_only:
        return "--model answers, and --retrieval-only does not; leave one of them out"
    if len(models) != len(set(models)):
        return "name every --model once; one compared with itself tells nothing"
    if len(models) > 1 and (arguments.calibrate or arguments.half_indexed):
        with_one = "--calibrate" if arguments.calibrate else "--half-indexed"
        return f"{with_one} goes with one --model"
    return ""


def _questions(arguments: Namespace, file: Path) -> list[Question]:
    if arguments.dialogues:
        return read_dialogues(file)[: arguments.limit]
    questions = read_questions(file)
    if not arguments.half_indexed:
        return questions[: arguments.limit]
    halved = half_indexed(questions)
    if not halved or all(question.answerable for question in halved):
        raise QuestionFileError(
            f"{file} cannot be asked of half of the documents: its `evidence` must name at least "
            "two documents"
        )
    # Of each kind, so that a short run asks about both halves.
    if arguments.limit is None:
        return halved
    kinds = ([q for q in halved if q.answerable is kind] for kind in (True, False))
    return [question for kind in kinds for question in kind[: arguments.limit]]


def _half(questions: Sequence[Question], report: Report) -> dict[str, Any]:
    """What a run over half of the documents is made for."""
    answers = report["answers"]
    return {
        "documents": sorted({name for q in questions for name in q.documents or ()}),
        "found": answers.get("found_when_answerable"),
        "abstained": answers.get("abstained_when_unanswerable"),
    }


def _compare(arguments: Namespace) -> int:
    a, b = (read_report(Path(name)) for name in arguments.compare)
    differences = compare(a, b)
    if arguments.json:
        print_json({"differences": [asdict(found) for found in differences]})
    else:
        print(comparison_table(differences))
    return 0


def _calibrate(home: Workspace, file: Path, report: Report) -> Fit:
    samples = samples_of(report)
    fitted = calibrate(samples, source=provenance(file, samples, home.chat.name()))
    store_calibration(home.settings, fitted.calibration)
    return fitted


def _print(
    arguments: Namespace, printed: dict[str, Any], report: Report, fitted: Fit | None
) -> None:
    if fitted:
        printed["calibration"] = asdict(fitted)
    if arguments.out:
        _write(Path(arguments.out), printed)
    if arguments.json:
        print_json(printed)
        return
    print(table(report))
    if half := printed.get("half_indexed"):
        print(
            f"\n{len(half['documents'])} documents searched: {half['found']:.3f} of the questions "
            f"about them answered, {half['abstained']:.3f} of those about the others refused"
        )
    if fitted:
        print(
            f"\ncalibrated on {fitted.questions} questions: area under the curve "
            f"{fitted.area:.2f}; keeps {fitted.found_when_answerable:.2f} of the answerable, "
            f"refuses {fitted.abstained_when_unanswerable:.2f} of the others (cross-validated)"
        )


def _search(home: Workspace, spaces: Sequence[str] | None) -> SearchCall:
    def search(question: Question, words: str) -> Sequence[Hit]:
        scope = _scope(home, spaces, question.documents)
        return home.search(Ask(words, scope), k=RETRIEVED).hits

    return search


def answerer(home: Workspace, spaces: Sequence[str] | None) -> Answerer:
    """What puts a question to a workspace, after its earlier turns where it has any."""

    def ask(question: Question) -> Sequence[Answer]:
        scope = _scope(home, spaces, question.documents)
        history: list[Answer] = []
        for words in (*(turn.question for turn in question.earlier), question.question):
            history.append(answer(Ask(words, scope, tuple(history))))
        return history

    def answer(asked: Ask) -> Answer:
        for event in home.ask(asked):
            if isinstance(event, Finished):
                return event.answer
        raise AssertionError("a stream that nobody closed ends with Finished")

    return ask


def _scope(home: Workspace, spaces: Sequence[str] | None, documents: Sequence[str] | None) -> Scope:
    """These spaces, and in them the documents that a question names, which may lie in folders."""
    if documents is None:
        return Scope.of(spaces)
    indexed = [record.name for record in home.documents(spaces)]
    return Scope.of(
        spaces,
        [
            name
            for wanted in documents
            for name in [n for n in indexed if same_document(n, wanted)] or [wanted]
        ],
    )
