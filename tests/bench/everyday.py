"""Everyday questions over three sets of documents: right, wrong and refused by kind.

    python tests/bench/everyday.py [--unseen] [--both] [--model FILE] [--model FILE] [--out FOLDER]

Asks tests/everyday/questions.jsonl. With `--unseen` it asks the half that nobody looks at before
the end, and prints counts alone; `--both` asks both halves. Each set of documents lies in a data
folder of its own, so that "how many documents" means that set. With `--model` given twice, both
models answer the same questions.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.answering.ask import Ask
from app.answering.evaluation.compare import compare, comparison_table
from app.answering.evaluation.kinds import side_by_side
from app.answering.evaluation.questions import Question, read_questions
from app.answering.evaluation.report import Report, Row, evaluate, summarise, table
from app.answering.events import Answer, Finished
from app.workspace.workspace import Workspace
from vectorstore.scope import Scope

TESTS = Path(__file__).parents[1]
EVERYDAY = TESTS / "everyday"
CORPORA = {
    "samples": TESTS / "samples",
    "corpus": TESTS / "corpus",
    "documents": EVERYDAY / "documents",
}
HALVES = {"seen": EVERYDAY / "questions.jsonl", "unseen": EVERYDAY / "unseen.jsonl"}


def main() -> int:
    """Ask, print counts and, of the half that may be looked at, what went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--unseen", action="store_true", help="the half that nobody looks at")
    parser.add_argument("--both", action="store_true", help="both halves, each with its own table")
    parser.add_argument("--model", type=Path, action="append", help="GGUF file; may be repeated")
    parser.add_argument("--kind", action="append", help="only questions of this kind")
    parser.add_argument("--limit", type=int, metavar="N", help="only N questions of each kind")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the reports there")
    arguments = parser.parse_args()
    halves = list(HALVES) if arguments.both else ["unseen" if arguments.unseen else "seen"]
    asked = {
        half: _chosen(_by_corpus(HALVES[half]), arguments.kind, arguments.limit) for half in halves
    }
    reports: dict[str, dict[str, Report]] = {half: {} for half in halves}
    for model in arguments.model or [None]:
        for half, report in _reports(asked, model).items():
            reports[half][model.name if model else "the model in use"] = report
    for half, of_models in reports.items():
        _print(half, of_models)
        if arguments.out:
            arguments.out.mkdir(parents=True, exist_ok=True)
            for name, report in of_models.items():
                text = json.dumps(report, ensure_ascii=False, indent=1)
                (arguments.out / f"{half} {name}.json").write_text(text, encoding="utf-8")
    return 0


def _by_corpus(file: Path) -> dict[str, list[Question]]:
    """The questions of a file by the set of documents that each line names."""
    lines = file.read_text(encoding="utf-8").splitlines()
    corpus_of = {row["qid"]: row["corpus"] for row in map(json.loads, lines)}
    found: dict[str, list[Question]] = {name: [] for name in CORPORA}
    for question in read_questions(file):
        found[corpus_of[question.qid]].append(question)
    return found


def _chosen(
    found: Mapping[str, Sequence[Question]], kinds: Sequence[str] | None, limit: int | None
) -> dict[str, list[Question]]:
    taken: Counter[str] = Counter()
    chosen: dict[str, list[Question]] = {name: [] for name in found}
    for corpus, questions in found.items():
        for question in questions:
            if kinds and question.kind not in kinds:
                continue
            taken[question.kind] += 1
            if limit is None or taken[question.kind] <= limit:
                chosen[corpus].append(question)
    return chosen


def _reports(
    asked: Mapping[str, Mapping[str, Sequence[Question]]], model: Path | None
) -> dict[str, Report]:
    """A report for each half, with one model, over each set of documents in turn."""
    from app.settings import load_settings
    from app.workspace.wiring import open_workspace

    rows: dict[str, list[Row]] = {half: [] for half in asked}
    for corpus, folder in CORPORA.items():
        if not any(halves[corpus] for halves in asked.values()):
            continue
        with tempfile.TemporaryDirectory() as home:
            settings = load_settings({"home": Path(home), "engine": {"model": model}})
            with open_workspace(settings, "bench") as workspace:
                workspace.ingest([folder], space="general", prune=False)
                for half, by_corpus in asked.items():
                    rows[half] += _rows(workspace, by_corpus[corpus], f"{half}, {corpus}")
    return {half: summarise(found) for half, found in rows.items()}


def _rows(workspace: Workspace, questions: Sequence[Question], title: str) -> list[Row]:
    def ask(question: Question) -> Sequence[Answer]:
        history: list[Answer] = []
        for words in (*(turn.question for turn in question.earlier), question.question):
            history.append(_answer(workspace, Ask(words, Scope.of(), tuple(history))))
        return history

    def progress(done: int, count: int) -> None:
        print(f"\r{title}: {done}/{count} ", end="\n" if done == count else "", file=sys.stderr)

    return evaluate(questions, None, ask, progress)["questions"]


def _answer(workspace: Workspace, ask: Ask) -> Answer:
    for event in workspace.ask(ask):
        if isinstance(event, Finished):
            return event.answer
    raise RuntimeError("the engine ended without an answer")


def _print(half: str, reports: Mapping[str, Report]) -> None:
    for name, report in reports.items():
        print(f"{half} half, {name}\n\n{table(report)}\n")
        if half == "seen":
            for row in report["questions"]:
                if row["verdict"] != "right":
                    why = "; ".join(row["why"])
                    print(f"{row['qid']} {row['verdict']}: {row['question']}\n    {why}")
    if len(reports) > 1:
        print("\n".join(side_by_side({name: one["kinds"] for name, one in reports.items()})))
        first, *others = reports
        for name in others:
            print(f"\nA: {first}, B: {name}")
            print(comparison_table(compare(reports[first], reports[name])))


if __name__ == "__main__":
    sys.exit(main())
