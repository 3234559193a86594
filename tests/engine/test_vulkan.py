"""The engine's way through a GPU, on a Vulkan device: also on Mesa's, which is software.

`make test-vulkan` builds llama.cpp for it, and lets the tests see the first device twice, so that
a model is spread over several. Elsewhere they are skipped.
"""

import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine.synthetic import SMALL, write_gguf

from app.engine.client import EngineClient
from app.engine.gguf import read_gguf
from app.engine.hardware import detect_from_outside
from app.engine.options import EngineOptions
from app.engine.plan import plan
from app.engine.supervisor import EngineSupervisor

pytestmark = [
    pytest.mark.skipif(
        "STRONGROOM_VULKAN" not in os.environ, reason="llama.cpp for Vulkan: see `make test-vulkan`"
    ),
    pytest.mark.timeout(900),  # a software device compiles each kernel when it is first needed
]
PROMPT = [5 + 7 * at % 900 for at in range(90)]


@pytest.fixture(scope="module")
def model(llama2_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vulkan")
    return write_gguf(folder / "llama-2-tiny.gguf", SMALL, vocabulary=llama2_gguf)


def running(model: Path, **options: Any) -> EngineSupervisor:
    given = EngineOptions(model, context=512, queue=16, **({"parallel": 3} | options))
    supervisor = EngineSupervisor(given, first_pause=0.1)
    supervisor.start()
    supervisor.wait_until_running()
    return supervisor


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[EngineSupervisor]:
    supervisor = running(model)
    yield supervisor
    supervisor.stop()


def said(supervisor: EngineSupervisor) -> str:
    """What the engine told when it started."""
    return "\n".join(supervisor._last_words)


def scores(client: EngineClient, prompt: list[int]) -> list[float]:
    body = {"prompt": prompt, "max_tokens": 0, "echo": True, "logprobs": 0}
    answer = client.http.post("/v1/completions", json=body, timeout=600)
    assert answer.status_code == 200, answer.text
    found: list[float] = answer.json()["choices"][0]["logprobs"]["token_logprobs"][1:]
    return found


def written(client: EngineClient, prompt: list[int], tokens: int = 12) -> str:
    return "".join(client.complete(prompt, max_tokens=tokens))


def test_the_devices_are_found_with_their_memory_and_all_layers_are_planned_there(
    model: Path,
) -> None:
    found = detect_from_outside()
    assert len(found.gpus) == 2
    for gpu in found.gpus:
        assert gpu.name
        assert 0 < gpu.free <= gpu.total
    planned = plan(read_gguf(model), found, context=512)
    assert planned.n_gpu_layers > 0


def test_scores_on_the_device_are_those_of_the_processor(
    model: Path, engine: EngineSupervisor
) -> None:
    on_cpu = running(model, gpu_layers=0)
    try:
        expected = scores(on_cpu.client(), PROMPT)
    finally:
        on_cpu.stop()
    assert "GPU 0" in said(engine)
    found = scores(engine.client(), PROMPT)
    assert len(found) == len(PROMPT) - 1
    assert all(math.isfinite(one) for one in found)
    assert found == pytest.approx(expected, abs=0.05)


def test_a_part_of_the_layers_and_two_devices_give_the_same_scores(
    model: Path, engine: EngineSupervisor
) -> None:
    expected = scores(engine.client(), PROMPT)
    for options in ({"gpu_layers": 1}, {"gpu_layers": -1, "tensor_split": (0.5, 0.5)}):
        other = running(model, **options)
        try:
            assert scores(other.client(), PROMPT) == pytest.approx(expected, abs=0.05)
        finally:
            other.stop()


def test_sequences_together_say_what_each_says_alone(engine: EngineSupervisor) -> None:
    client = engine.client()
    prompts = [[at + 3, *PROMPT[at:]] for at in range(3)]
    alone = [written(client, prompt) for prompt in prompts]
    together: dict[int, str] = {}
    threads = [
        threading.Thread(
            target=lambda at=at, prompt=prompt: together.update({at: written(client, prompt)})
        )
        for at, prompt in enumerate(prompts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Sums run in another order in company; with random weights a near tie may fall otherwise.
    assert sum(together[at] == said for at, said in enumerate(alone)) >= 2


def test_a_start_that_was_computed_is_shared(engine: EngineSupervisor) -> None:
    client = engine.client()
    start = [11, *PROMPT]
    written(client, start, 2)
    completion = client.complete([*start, 21, 22, 23], max_tokens=2)
    list(completion)
    assert completion.usage is not None
    assert completion.usage.cached_tokens >= len(start) - 1


def test_an_answer_that_nobody_reads_leaves_no_cell_taken(engine: EngineSupervisor) -> None:
    client = engine.client()
    completion = client.complete([31, *PROMPT], max_tokens=300)
    next(completion)
    completion.close()
    deadline = time.monotonic() + 120
    while _gauge(client, "running") or _gauge(client, "cells_promised"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _gauge(client: EngineClient, name: str) -> float:
    text = client.http.get("/metrics", timeout=600).text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    (value,) = [line.split()[1] for line in lines if line.split()[0].endswith(f"_{name}")]
    return float(value)


def test_an_engine_that_dies_is_replaced_and_its_scores_are_the_same(
    engine: EngineSupervisor,
) -> None:
    client = engine.client()
    before, pid = scores(client, PROMPT), engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert written(client, PROMPT)  # waits for the next engine
    assert scores(client, PROMPT) == pytest.approx(before, abs=0.05)
    assert engine.pid not in (None, pid)
    assert engine.state().restarts == 1
