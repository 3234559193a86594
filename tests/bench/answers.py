"""Answers beside the plain stack's, with the same model file, on the same questions, in one run.

    python tests/bench/answers.py FOLDER QUESTIONS.jsonl [--limit 60]

`--limit N` asks N answerable and N unanswerable questions, spread over the file. The plain stack
has no `found`: a refusal is read from its words, generously. Every answer goes through the same
measures; the intervals are of paired differences. It fails if any sentence that we show as
supported has a number which its passages do not hold, and prints those sentences.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from plain_stack import PlainAnswers, PlainStack, refuses  # type: ignore[import-not-found]

from app.answering.ask import Ask
from app.answering.evaluation.answers import word_metrics
from app.answering.evaluation.compare import compare, comparison_table
from app.answering.evaluation.questions import Question, read_questions
from app.answering.evaluation.report import Report, Row, evaluate, summarise, table
from app.answering.events import Answer, Finished
from vectorstore.scope import Scope


def main() -> int:
    """Ask both, print both, and write the two reports where asked; 1 for foreign numbers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="documents")
    parser.add_argument("questions", type=Path, help="question file")
    parser.add_argument("--limit", type=int, metavar="N", help="N questions of each kind")
    parser.add_argument("--threads", type=int, help="of the plain stack; its default if unset")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write both reports there")
    arguments = parser.parse_args()
    questions = _first(read_questions(arguments.questions), arguments.limit)
    with ExitStack() as opened:
        home = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        model, embedder, ask = _open_strongroom(opened, home, arguments.folder)
        ours = evaluate(questions, None, ask, _counter("Strongroom"))
        plain = _plain_report(questions, arguments, home / "plain", embedder, model)
    print(f"{model.name}, {arguments.questions}\n\nStrongroom: {table(ours)}\n")
    print(f"plain stack: {table(plain)}\n\nA: plain stack, B: Strongroom")
    print(comparison_table(compare(plain, ours)))
    for metric in ("f1", "containment"):
        a, b = plain["answers"].get(metric, 0.0), ours["answers"].get(metric, 0.0)
        print(f"{metric}: {b:.3f} against {a:.3f}" + (f", {b / a:.1f} times" if a else ""))
    shown = [
        (row["qid"], said) for row in ours["questions"] for said in row.get("foreign_numbers", ())
    ]
    print(f"sentences shown as supported with a number that their passages lack: {len(shown)}")
    for qid, said in shown:
        print(f"  {qid}: {said}")
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for name, report in (("strongroom", ours), ("plain", plain)):
            text = json.dumps(report, ensure_ascii=False, indent=1)
            (arguments.out / f"{name}.json").write_text(text, encoding="utf-8")
    return 1 if shown else 0


def _open_strongroom(
    opened: ExitStack, home: Path, folder: Path
) -> tuple[Path, Path, Callable[[Question], Answer]]:
    """Ingest `folder` as `strongroom ingest` does; returns model file, embedder and `ask`."""
    from app.engine.models import default_chat_model, default_embedder
    from app.settings import load_settings
    from app.workspace.wiring import open_workspace

    settings = load_settings({"home": home})
    strongroom = opened.enter_context(open_workspace(settings, "bench"))
    strongroom.ingest([folder], space="general", prune=False)

    def ask(question: Question) -> Answer:
        for event in strongroom.ask(Ask(question.question, Scope.of(documents=question.documents))):
            if isinstance(event, Finished):
                return event.answer
        raise RuntimeError("the engine ended without an answer")

    return default_chat_model(settings).path, default_embedder(settings), ask


def _plain_report(
    questions: Sequence[Question],
    arguments: argparse.Namespace,
    folder: Path,
    embedder: Path,
    model: Path,
) -> Report:
    stack = PlainStack(folder, embedder)
    stack.ingest(arguments.folder)
    answers = PlainAnswers(stack, model, arguments.threads)
    tell = _counter("plain stack")
    rows: list[Row] = []
    for question in questions:
        started = time.perf_counter()
        words = answers.ask(question.question, question.documents)
        refused = refuses(words)
        # Its words are measured even where they refuse: nothing else decides for this stack.
        metrics: dict[str, float] = (
            {"found_when_answerable": float(not refused)} | word_metrics(words, question.answers)
            if question.answerable
            else {"abstained_when_unanswerable": float(refused)}
        )
        row: dict[str, Any] = {
            "qid": question.qid,
            "question": question.question,
            "answerable": question.answerable,
            "metrics": metrics,
            "seconds": {"total_s": time.perf_counter() - started},
            "answer": words,
            "accepted": list(question.answers),
            "found": not refused,
        }
        rows.append(row)
        tell(len(rows), len(questions))
    return summarise(rows)


def _first(questions: Sequence[Question], limit: int | None) -> list[Question]:
    if limit is None:
        return list(questions)
    kinds: dict[bool, list[Question]] = {True: [], False: []}
    for question in questions:
        kinds[question.answerable].append(question)
    # Spread over the file, so that no document is left out.
    return [
        question
        for kind in kinds.values()
        for question in kind[:: max(1, len(kind) // limit)][:limit]
    ]


def _counter(name: str) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            print(f"{name}: {done} of {total} questions", file=sys.stderr)

    return tell


if __name__ == "__main__":
    sys.exit(main())
