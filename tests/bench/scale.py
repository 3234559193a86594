"""Search as the documents grow: time, memory, disk, storing and opening, at several sizes.

    python tests/bench/scale.py 20000 100000 --against COMMIT
    python tests/bench/scale.py 100000 --recall
    make bench-scale ARGS="300000 1000000"

Passages are made of the words of the repository's own pages: each follows its predecessor as it
does there (a Markov chain over pairs of words), so that words are as frequent, and stand together,
as in real text. Each document adds names and part numbers of its own. Questions are those of the
tests, and others that ask for such a number. Each word has a fixed random vector, so that a run
measures the index and not the embedder: what that takes for a question comes on top, whatever the
size. With `--against`, a commit is unpacked and does the same work, question by question in turn
with this checkout, so that what else the machine does meets both. Each side computes on one core;
the time of that core is what does not depend on what else it has to do, and is given first.

With `--recall`, the documents of the tests lie among the made ones, and it is measured how many of
the passages that answer their questions are found when all words of a question are looked up, and
when its rarest are (vectorstore/word_counts.py).
"""

import argparse
import hashlib
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
DIMENSION = 384  # the starter embedder's
A_DOCUMENT = 100  # chunks
A_CHUNK = 80  # words, some 110 tokens
QUESTIONS = 60
SETS = {
    "long": "long_questions.jsonl",
    "corpus": "manual_questions.jsonl",
    "faqs/documents": "faqs/questions.jsonl",
    "everyday/documents": "everyday/questions.jsonl",
    "samples": "sample_questions.jsonl",
}
SPACES = 200  # in the second table of searches
_WORD = re.compile(r"\w+|[^\w\s]")
_TAG = re.compile(r"<[^<>]{0,300}>")
_ENDS = frozenset(".!?:|")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", default=[20_000, 100_000], help="chunks")
    parser.add_argument("--against", help="a commit, or a folder with a checkout")
    parser.add_argument("--recall", action="store_true", help="measure recall, not time")
    parser.add_argument("--worker", nargs=4, metavar=("FOLDER", "SIZE", "SPACES", "WHAT"))
    arguments = parser.parse_args()
    if arguments.worker:
        folder, size, spaces, what = arguments.worker
        return _work(Path(folder), int(size), int(spaces), what)
    with tempfile.TemporaryDirectory() as home:
        if arguments.recall:
            for size in arguments.sizes:
                _print_recall(Path(home) / str(size), size)
            return 0
        sides = {"this checkout": ROOT}
        if arguments.against:
            from reading import checkout  # type: ignore[import-not-found]

            sides = {arguments.against: checkout(arguments.against, Path(home)), **sides}
        print(
            "| chunks | spaces | side | search, ms of a core | 95 % | ms passed | words | vectors "
            "| ranking | memory a chunk | disk a chunk | stored a second "
            "| opening and first search, s |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
        for size in arguments.sizes:
            for spaces in (1, SPACES):
                if spaces > 1 and size > 20_000:
                    continue
                _measure(Path(home), sides, size, spaces)
    return 0


def _measure(home: Path, sides: dict[str, Path], size: int, spaces: int) -> None:
    workers = {}
    stored = {}
    for number, (name, root) in enumerate(sides.items()):
        folder = home / f"{size}-{spaces}-{number}"
        with _Worker(root, folder, size, spaces, "store") as worker:
            stored[name] = worker.ask("") | {"disk": _bytes(folder)}
        workers[name] = _Worker(root, folder, size, spaces, "search")
    opened = {name: worker.ask(_questions()[0]) for name, worker in workers.items()}
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in sides}
    for question in _questions():
        for name, worker in workers.items():
            taken[name].append(worker.ask(question))
    for name, worker in workers.items():
        total = [1000 * one["processor_s"] for one in taken[name]]
        passed = statistics.median(1000 * one["total_s"] for one in taken[name])
        stages = [
            statistics.median(1000 * one[stage] for one in taken[name])
            for stage in ("words_s", "vectors_s", "rank_s")
        ]
        memory = taken[name][-1]["memory"] - opened[name]["memory_before"]
        print(
            f"| {size:,} | {spaces} | {name} | {statistics.median(total):.1f} "
            f"| {sorted(total)[int(0.95 * len(total))]:.1f} | {passed:.1f} "
            f"| {' | '.join(f'{stage:.1f}' for stage in stages)} "
            f"| {memory / size / 1000:.2f} KB | {stored[name]['disk'] / size / 1000:.2f} KB "
            f"| {size / stored[name]['seconds']:.0f} | {opened[name]['opened']:.2f} |",
            flush=True,
        )
        worker.close()


def _print_recall(folder: Path, size: int) -> None:
    sys.path[:0] = [str(TESTS), str(ROOT)]
    from app.answering.evaluation.compare import compare
    from app.answering.evaluation.questions import read_questions
    from app.answering.evaluation.report import evaluate
    from ingest.pipeline import ingest_paths
    from vectorstore import search, word_counts
    from vectorstore.index import Index
    from vectorstore.scope import EVERYTHING

    index = Index.open(folder, _embedder())
    for number, texts in enumerate(passages(size)):
        _put(index, number, "space-0", texts)
    asked = []
    for documents, questions in SETS.items():
        ingest_paths(index, [TESTS / documents], space="space-0")
        read = read_questions(TESTS / questions)
        asked += [one for one in read if one.answerable and one.evidence]
    reports = []
    for most in (sys.maxsize, word_counts.MOST_RANKED):
        setattr(search, "MOST_RANKED", most)  # noqa: B010  # imported there, not exported
        reports.append(evaluate(asked, lambda q, _: index.search(q.question, EVERYTHING, 20).hits))
    index.close()
    print(f"{len(asked)} questions among {size:,} made chunks\n")
    print("| measure | all words | the rarest | difference |\n|---|---|---|---|")
    all_words, rarest = reports
    for found in compare(all_words, rarest):
        if found.metric.startswith("recall"):
            print(
                f"| {found.metric} | {found.a:.3f} | {found.b:.3f} "
                f"| {found.b - found.a:+.3f} ({found.low:+.3f} to {found.high:+.3f}) |"
            )


class _Worker:
    """A process of one side; one line in, one line out."""

    def __init__(self, root: Path, folder: Path, size: int, spaces: int, what: str) -> None:
        environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONSAFEPATH": "1"}
        command = [sys.executable, __file__, "--worker", str(folder), str(size), str(spaces), what]
        self._process = subprocess.Popen(
            command, env=environment, cwd=root, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, question: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def __enter__(self) -> "_Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _work(folder: Path, size: int, spaces: int, what: str) -> int:
    sys.path.append(str(TESTS))
    from vectorstore.index import Index
    from vectorstore.scope import EVERYTHING

    _one_core()
    embedder = _embedder()
    memory_before = _memory()
    if what == "store":
        sys.stdin.readline()
        index = Index.open(folder, embedder)
        seconds = 0.0
        for number, texts in enumerate(passages(size)):
            embedder.read(texts)  # makes the words' vectors, which is no part of storing
            started = time.perf_counter()
            _put(index, number, f"space-{number % spaces}", texts)
            seconds += time.perf_counter() - started
        index.close()
        print(json.dumps({"seconds": seconds}), flush=True)
        return 0
    opened: list[Index] = []
    for line in sys.stdin:
        started = time.perf_counter()
        if not opened:
            opened.append(Index.open(folder, embedder))
        began = time.process_time()
        found = opened[0].search(json.loads(line), EVERYTHING)
        answer = found.timings | {"memory": _memory(), "memory_before": memory_before}
        answer |= {"processor_s": time.process_time() - began}
        answer |= {"opened": time.perf_counter() - started}
        print(json.dumps(answer), flush=True)
    for one in opened:
        one.close()
    return 0


def _put(index: Any, number: int, space: str, texts: Sequence[str]) -> None:
    from vectorstore.records import Chunk, NewDocument

    name = f"{number}.md"
    digest = hashlib.sha256(name.encode()).hexdigest()
    record = NewDocument(space, name, f"Document {number}", digest, name, None, "")
    index.put(record, [Chunk(text, None, "") for text in texts])


def _embedder() -> Any:
    import functools

    from word_embedder import WordEmbedder

    class Quick(WordEmbedder):
        """Remembers its words, so that the measurement is not about making them."""

        _vector = functools.lru_cache(maxsize=None)(WordEmbedder._vector)

    return Quick(dimension=DIMENSION)


def passages(size: int) -> Iterator[list[str]]:
    """Documents of A_DOCUMENT passages, `size` passages in all; the same at every call."""
    chance = random.Random(19)
    follows, starts = _chain()
    for number in range(-(-size // A_DOCUMENT)):
        own = [f"{_name(chance)} {_name(chance)}" for _ in range(4)]
        own += [part_number(number, n) for n in range(4)]
        count = min(A_DOCUMENT, size - number * A_DOCUMENT)
        yield [_passage(chance, follows, starts, own) for _ in range(count)]


def part_number(document: int, n: int) -> str:
    """A number that stands in one document alone."""
    return f"{chr(65 + document % 26)}{chr(65 + n)}-{1000 + document}/{n}"


def _passage(
    chance: random.Random,
    follows: dict[tuple[str, str], list[str]],
    starts: Sequence[tuple[str, str]],
    own: Sequence[str],
) -> str:
    words = list(chance.choice(starts))
    while len(words) < A_CHUNK:
        known = follows.get((words[-2], words[-1]))
        words += [chance.choice(known)] if known else chance.choice(starts)
    words.insert(chance.randrange(len(words)), chance.choice(own))
    return re.sub(r" ([.,;:!?)])", r"\1", " ".join(words))


def _name(chance: random.Random) -> str:
    parts = ("bra", "ken", "tol", "wes", "mar", "lin", "dor", "sey", "ha", "fel", "gru", "nor")
    return "".join(chance.choices(parts, k=3)).capitalize()


def _chain() -> tuple[dict[tuple[str, str], list[str]], list[tuple[str, str]]]:
    follows: dict[tuple[str, str], list[str]] = defaultdict(list)
    starts = []
    for text in _texts():
        words = _WORD.findall(text)
        for at in range(len(words) - 2):
            follows[words[at], words[at + 1]].append(words[at + 2])
            if words[at] in _ENDS:
                starts.append((words[at + 1], words[at + 2]))
    return follows, starts


def _texts() -> Iterator[str]:
    for folder in (ROOT / "docs", TESTS):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".md", ".txt", ".html") and "hostile" not in path.parts:
                yield _TAG.sub(" ", path.read_text(encoding="utf-8", errors="replace"))


def _questions() -> list[str]:
    """Of the tests' questions every so many, and a sixth that ask for a part number."""
    read = [
        json.loads(line)["question"]
        for name in ("long_questions", "manual_questions", "faqs/questions", "tables/questions")
        for line in (TESTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        if '"question"' in line and "turns" not in line
    ]
    step = len(read) / QUESTIONS
    chosen = [read[int(number * step)] for number in range(QUESTIONS)]
    for number in range(0, QUESTIONS, 6):
        chosen[number] = f"What does {part_number(number, number % 4)} say about the pump?"
    return chosen


def _one_core() -> None:
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})


def _memory() -> int:
    """Bytes of this process in memory that are its own."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(re.findall(r"RssAnon:\s+(\d+)", status)[0])


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
