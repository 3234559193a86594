"""A running scheduler over the starter model, and what was reported of a request."""

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from app.engine.jobs import Event, Failed, Finished, Job, Started, Text
from app.engine.metrics import Metrics
from app.engine.options import EngineOptions
from app.engine.sampling import SamplingSpec
from app.engine.scheduler import Scheduler

CONTEXT = 512
GREEDY = SamplingSpec(temperature=0)


class Asked:
    """A submitted request, and what was reported of it."""

    def __init__(self, desk: "Desk", job: Job, events: "queue.Queue[Event]") -> None:
        self._desk, self.job, self._events = desk, job, events
        self.text = ""
        self.shared = 0
        self.end: Finished | Failed | None = None

    def next(self) -> Event:
        event = self._events.get(timeout=60)
        if isinstance(event, Text):
            self.text += event.text
        elif isinstance(event, Started):
            self.shared = event.shared
        elif isinstance(event, Finished | Failed):
            self.end = event
        return event

    def wait(self) -> "Asked":
        while self.end is None:
            self.next()
        return self

    def wait_for_text(self) -> "Asked":
        while not isinstance(self.next(), Text):
            assert self.end is None, self.end
        return self

    def abort(self) -> None:
        self._desk.scheduler.abort(self.job)


class Desk:
    """A running scheduler over the starter model."""

    def __init__(
        self,
        gguf: Path,
        cells: Literal["auto", "shared", "separate"],
        parallel: int = 4,
        limit: int = 32,
        guesses: Literal["auto", "on", "off"] = "auto",
        context: int = CONTEXT,
        threads: int = 0,
        cells_for: int = 0,
    ) -> None:
        from app.engine.choosing import Sampler
        from app.engine.llama import Llama

        options = EngineOptions(
            gguf,
            parallel=parallel,
            context=context,
            cells=cells,
            kv_cells=(cells_for or 2) * context,
            threads=threads,
            guesses=guesses,
        )
        self.llama = Llama(options, 0)
        self.metrics = Metrics()
        self.faults: list[BaseException] = []
        self.served: list[str] = []  # who was answered, in order
        self.scheduler = Scheduler(
            self.llama,
            lambda spec: Sampler(self.llama, spec),
            self.metrics,
            parallel=parallel,
            queue=limit,
            slice_seconds=0.1,
            on_fault=self.faults.append,
        )
        self.scheduler.start()

    def ask(
        self,
        prompt: str | list[int],
        *,
        tokens: int = 16,
        spec: SamplingSpec = GREEDY,
        stop: tuple[str, ...] = (),
        person: str = "",
        exact: bool = False,
        background: bool = False,
    ) -> Asked:
        ids = self.llama.tokenize(prompt) if isinstance(prompt, str) else prompt
        events: queue.Queue[Event] = queue.Queue()

        def report(event: Event) -> None:
            if isinstance(event, Started):
                self.served.append(person)
            events.put(event)

        job = Job(
            np.array(ids, np.int32), tokens, spec, stop, person, exact, report, time.monotonic(),
            background=background,
        )  # fmt: skip
        self.scheduler.submit(job)
        return Asked(self, job, events)

    def settle(self) -> None:
        """Until nobody runs."""
        until(lambda: not self.metrics.running.value and not self.metrics.waiting.value)

    def close(self) -> None:
        self.scheduler.stop()
        self.llama.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        threading.Event().wait(0.01)
    pytest.fail("did not happen")
