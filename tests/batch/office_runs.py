"""How the tests of questionnaires wait for an office, and hold up its answers."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from batch.test_run import Library

from app.batch.queue.service import QuestionnaireQueue
from app.batch.queue.submission import Run
from vectorstore.records import DocumentRecord


def record(name: str, space: str = "general") -> DocumentRecord:
    return DocumentRecord(space, name, name, name * 8, name, None, 2, "", "2026-01-01")


def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def finished(office: QuestionnaireQueue, *runs: Run) -> list[Run]:
    """The runs, once none of them is waiting or running."""
    until(lambda: not any(office.run(run.person, run.id).open for run in runs))
    return [office.run(run.person, run.id) for run in runs]


class Held:
    """Lets questions through once `go` is called; `reached` once one is asked."""

    def __init__(self) -> None:
        self._reached, self._gate = threading.Event(), threading.Event()

    def __call__(self, question: str) -> None:
        self._reached.set()
        assert self._gate.wait(20)

    def again(self) -> None:
        """Hold the questions that come from now on."""
        self._reached.clear()
        self._gate.clear()

    def reached(self) -> None:
        assert self._reached.wait(20)

    def go(self) -> None:
        self._gate.set()


@contextmanager
def opened(folder: Path, library: Library, most: int = 100_000) -> Iterator[QuestionnaireQueue]:
    """An office as `serve` has it: whatever was handed in before goes on."""
    office = QuestionnaireQueue(folder, lambda _: library, most_questions=most)
    try:
        office.resume()
        yield office
    finally:
        office.close()
