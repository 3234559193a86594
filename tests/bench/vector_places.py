"""What a search costs with the vectors in a folder, on a Chroma server, and while that is away."""

import argparse
import functools
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from chroma_run import ChromaRun
from word_embedder import WordEmbedder, chunks, document

from vectorstore.index import Index
from vectorstore.scope import Scope

DIMENSION = 384  # the starter embedder's
A_DOCUMENT = 500  # chunks
QUESTIONS = 40


class _Quick(WordEmbedder):
    """Remembers its words, so that the measurement is not about making them."""

    _vector = functools.lru_cache(maxsize=None)(WordEmbedder._vector)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("chunks", type=int, nargs="?", default=20_000)
    size = arguments.parse_args().chunks
    chance = random.Random(1)
    words = [f"word{n}" for n in range(4_000)]
    texts = [" ".join(chance.choices(words, k=30)) for _ in range(size)]
    questions = [" ".join(chance.choices(words, k=8)) for _ in range(QUESTIONS)]
    with tempfile.TemporaryDirectory() as folder:
        server = ChromaRun(Path(folder, "server"))
        server.start()
        indexes = {
            "a folder": Index.open(Path(folder, "a"), _Quick(dimension=DIMENSION)),
            "a Chroma server": Index.open(
                Path(folder, "b"), _Quick(dimension=DIMENSION), server=server.url
            ),
        }
        print(f"| vectors of {size:,} chunks in | storing, s | finding, median ms | 95% |")
        print("|---|---|---|---|")
        stored = {name: _fill(index, texts) for name, index in indexes.items()}
        taken: dict[str, list[float]] = {name: [] for name in indexes}
        same = 0
        for question in questions:  # one after the other, so that both see the same machine
            found = {}
            for name, index in indexes.items():
                taken[name].append(_search(index, question))
                found[name] = {hit.text for hit in index.search(question, Scope(("general",))).hits}
            same += len(set(map(frozenset, found.values()))) == 1
        for name in indexes:
            print(_row(name, f"{stored[name]:.1f}", taken[name]))
        server.kill()
        _search(indexes["a Chroma server"], questions[0])
        away = [_search(indexes["a Chroma server"], question) for question in questions]
        print(_row("a Chroma server that is away", "", away))
        print(f"\nthe same ten passages from both: {same} of {QUESTIONS} questions")
        for index in indexes.values():
            index.close()


def _fill(index: Index, texts: list[str]) -> float:
    started = time.perf_counter()
    for start in range(0, len(texts), A_DOCUMENT):
        index.put(document(f"{start}"), chunks(*texts[start : start + A_DOCUMENT]))
    return time.perf_counter() - started


def _search(index: Index, question: str) -> float:
    return 1000 * index.search(question, Scope(("general",))).timings["vectors_s"]


def _row(name: str, stored: str, taken: list[float]) -> str:
    return (
        f"| {name} | {stored} | {statistics.median(taken):.1f} | {np.quantile(taken, 0.95):.1f} |"
    )


if __name__ == "__main__":
    main()
