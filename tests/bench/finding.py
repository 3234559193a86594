"""The table of finding in docs/measure.md: the plain stack's rankings beside ours and its parts.

    python tests/bench/finding.py FOLDER QUESTIONS.jsonl
    python tests/bench/finding.py FOLDER QUESTIONS.jsonl --beside OTHER_EMBEDDER --ours-only

With `--beside`, all of ours is measured with another embedder, too, and a second table says how
long reading questions and chunks takes on one core with each. Every line after the first kind
stands beside the whole of ours: the difference in recall within 2,000 characters, and its paired
bootstrap interval. The parts of ours are other orders of the same candidates, by the signals that
each hit carries.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time

from plain_stack import KeywordSearch, PlainStack, fused, read_chunks  # type: ignore[import-not-found]

from app.answering.evaluation.compare import Difference, compare
from app.answering.evaluation.questions import Question, read_questions
from app.answering.evaluation.report import Report, evaluate
from vectorstore.records import Hit
from vectorstore.scope import Scope

SHOWN = ("recall@1", "recall@5", "recall@10", "recall@2k", "recall@4k", "recall@8k")
JUDGED = ("recall@1", "recall@2k")
CANDIDATES = 200  # more than a search compares
OURS = "all of it"
TIMED = 100  # chunks

Ranking = Callable[[Question], Sequence[Hit]]
PARTS: dict[str, Callable[[Hit], float]] = {
    "dense alone": lambda hit: hit.signals["cosine"],
    "BM25 alone": lambda hit: hit.signals["bm25"],
    "BM25 and dense scores": lambda hit: hit.signals["lexical"] + hit.signals["cosine"],
    "late interaction alone": lambda hit: hit.signals["likeness"],
    "without documents that are named": lambda hit: hit.score - 0.1 * hit.signals["named"],
}


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="documents")
    parser.add_argument("questions", type=Path, help="question file")
    parser.add_argument(
        "--beside", type=Path, action="append", default=[], help="folder of another embedder"
    )
    parser.add_argument("--ours-only", action="store_true", help="without the plain stack")
    arguments = parser.parse_args()
    questions = [q for q in read_questions(arguments.questions) if q.answerable and q.evidence]
    with tempfile.TemporaryDirectory() as home:
        reports = {
            name: _report(questions, ranking, name)
            for name, ranking in (
                ({} if arguments.ours_only else _plain(arguments.folder, Path(home) / "plain"))
                | _others(arguments.folder, Path(home), arguments.beside)
                | _ours(arguments.folder, Path(home))
            ).items()
        }
    print(f"{len(questions)} questions of {arguments.questions}\n")
    print(f"| finding | {' | '.join(SHOWN)} | ours, recall@1 | ours, within 2,000 |")
    print("|---|" + "---|" * (len(SHOWN) + len(JUDGED)))
    for name, report in reports.items():
        shown = " | ".join(f"{report['retrieval'][metric]:.3f}" for metric in SHOWN)
        beside = {found.metric: found for found in compare(report, reports[OURS])}
        print(f"| {name} | {shown} | {' | '.join(_interval(beside[m]) for m in JUDGED)} |")
    if arguments.beside:
        _print_speed([_default(), *arguments.beside], questions, arguments.folder)


def _print_speed(embedders: Sequence[Path], questions: Sequence[Question], folder: Path) -> None:
    """Time reading alone, on one core: each question, and chunks of the plain stack's size."""
    from vectorstore.loading import load_embedder

    texts = [hit.text for hit in read_chunks(folder)[0]][:TIMED]
    print(
        "\n| embedder, computing on one core | ms for a question | chunks a second |\n|---|---|---|"
    )
    for path in embedders:
        embedder = load_embedder(path)
        times: list[float] = []
        for question in questions:
            started = process_time()
            embedder.read_question(question.question)
            times.append(process_time() - started)
        started = process_time()
        for text in texts:
            embedder.read([text])
        rate = len(texts) / (process_time() - started)
        print(f"| {embedder.name} | {1000 * median(times):.1f} | {rate:.1f} |")


def _interval(found: Difference) -> str:
    mark = " *" if found.believed else ""
    return f"{found.b - found.a:+.3f} ({found.low:+.3f} to {found.high:+.3f}){mark}"


def _report(questions: Sequence[Question], ranking: Ranking, name: str) -> Report:
    print(name, file=sys.stderr)
    return evaluate(questions, lambda question, _: ranking(question))


def _default() -> Path:
    from app.engine.models import default_embedder
    from app.settings import load_settings

    return default_embedder(load_settings())


def _plain(folder: Path, store: Path) -> dict[str, Ranking]:
    stack = PlainStack(store, _default())
    stack.ingest(folder)
    keywords = KeywordSearch(read_chunks(folder)[0])

    def dense(question: Question) -> list[Hit]:
        return stack.search(question.question, question.documents, k=100)

    def bm25(question: Question) -> list[Hit]:
        return keywords.search(question.question, 100)

    return {
        "dense vectors alone, 1,000-character chunks": dense,
        "BM25 alone, the same chunks": bm25,
        "both, by reciprocal rank": lambda question: fused([dense(question), bm25(question)]),
    }


def _ours(folder: Path, home: Path) -> dict[str, Ranking]:
    """Our rankings of one index; it stays open as long as the process."""
    whole = _whole(folder, home / "index", _default())

    def ordered(key: Callable[[Hit], float]) -> Ranking:
        return lambda question: sorted(whole(question), key=lambda hit: -key(hit))

    return {f"our chunks: {name}": ordered(key) for name, key in PARTS.items()} | {OURS: whole}


def _others(folder: Path, home: Path, embedders: Sequence[Path]) -> dict[str, Ranking]:
    """All of ours with other embedders."""
    return {
        f"all of it, with {path.name}": _whole(folder, home / f"index-{number}", path)
        for number, path in enumerate(embedders)
    }


def _whole(folder: Path, home: Path, embedder: Path) -> Ranking:
    from ingest.pipeline import ingest_paths
    from vectorstore.index import Index
    from vectorstore.loading import load_embedder

    index = Index.open(home, load_embedder(embedder))
    ingest_paths(index, [folder], space="general")

    def whole(question: Question) -> Sequence[Hit]:
        found = index.search(
            question.question, Scope.of(["general"], question.documents), CANDIDATES
        )
        return found.hits

    return whole


if __name__ == "__main__":
    main()
