"""EleutherAI's lm-evaluation-harness, unmodified, against our engine.

`make harness` fetches it into an environment of its own; where it is not, these tests are skipped.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
import pytest

from app.engine.options import EngineOptions
from app.engine.supervisor import EngineSupervisor

ROOT = Path(__file__).resolve().parents[2]
TASKS = ROOT / "tests/harness"
HARNESS = os.environ.get("STRONGROOM_HARNESS") or shutil.which(
    "lm_eval", path=str(ROOT / ".cache/harness/bin")
)

pytestmark = pytest.mark.skipif(not HARNESS, reason="lm-evaluation-harness: see `make harness`")


@pytest.fixture(scope="module")
def engine(starter_gguf: Path) -> Iterator[EngineSupervisor]:
    supervisor = EngineSupervisor(EngineOptions(starter_gguf, parallel=2, context=1024, queue=32))
    supervisor.start()
    supervisor.wait_until_running()
    yield supervisor
    supervisor.stop()


@pytest.fixture(scope="module")
def directly(starter_gguf: Path) -> Iterator[llama_cpp.Llama]:
    model = llama_cpp.Llama(
        str(starter_gguf), n_ctx=1024, logits_all=True, flash_attn=True, verbose=False
    )
    yield model
    model.close()


@pytest.fixture(scope="module")
def samples(
    engine: EngineSupervisor, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Any]]:
    """What the harness asked and made of the answers, item by item, of each of our tasks."""
    folder = tmp_path_factory.mktemp("harness")
    http = engine.client().http
    key = http.headers["authorization"].removeprefix("Bearer ")
    url = f"{str(http.base_url).rstrip('/')}/v1/completions"
    arguments = f"model=starter,base_url={url},auth_token={key},num_concurrent=1,max_length=1024"
    command = [
        str(HARNESS), "run", "--model", "local-completions", "--model_args", arguments,
        "--include_path", str(TASKS), "--tasks", "strongroom_choice,strongroom_completion",
        "--batch_size", "4", "--output_path", str(folder / "out"), "--log_samples",
    ]  # fmt: skip
    environment = os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(folder / "hub"),
        "OPENAI_API_KEY": key,
        "NO_PROXY": "*",
    }
    ended = subprocess.run(  # noqa: PLW1510  # what it said is shown where it failed
        command, cwd=TASKS, env=environment, capture_output=True, text=True, timeout=300
    )
    assert not ended.returncode, ended.stderr[-3000:]
    found = {}
    for path in (folder / "out").rglob("samples_*.jsonl"):
        task = path.name.removeprefix("samples_").rpartition("_20")[0]
        lines = path.read_text(encoding="utf-8").splitlines()
        found[task] = [json.loads(line) for line in lines]
    return found


def scored(model: llama_cpp.Llama, before: str, said: str) -> tuple[float, bool]:
    """The logarithm of the probability of `said` after `before`; whether it is the likeliest."""
    encode = lambda text: model.tokenize(text.encode(), add_bos=False, special=True)  # noqa: E731
    tokens, start = encode(before + said), len(encode(before))
    model.reset()
    model.eval(tokens)
    values = np.array(model.scores[: len(tokens)], np.float64)
    values -= values.max(axis=1, keepdims=True)
    values -= np.log(np.exp(values).sum(axis=1, keepdims=True))
    rows = range(start, len(tokens))
    return (
        float(sum(values[at - 1, tokens[at]] for at in rows)),
        all(int(values[at - 1].argmax()) == tokens[at] for at in rows),
    )


def test_every_item_of_a_task_has_the_score_that_llama_cpp_gives_directly(
    samples: dict[str, list[Any]], directly: llama_cpp.Llama
) -> None:
    items = samples["strongroom_choice"]
    assert len(items) == len((TASKS / "choice.jsonl").read_text().splitlines())
    for item in items:
        asked = [(one["arg_0"], one["arg_1"]) for one in item["arguments"].values()]
        direct = [scored(directly, before, said) for before, said in asked]
        found = [(float(score), greedy == "True") for [[score, greedy]] in item["resps"]]
        assert [score for score, _ in found] == pytest.approx(
            [score for score, _ in direct], abs=1e-3
        )
        assert [greedy for _, greedy in found] == [greedy for _, greedy in direct]
        best = int(np.argmax([score for score, _ in direct]))
        assert item["acc"] == float(best == item["doc"]["answer"])


def test_what_is_written_on_is_what_llama_cpp_writes_directly(
    samples: dict[str, list[Any]], directly: llama_cpp.Llama
) -> None:
    items = samples["strongroom_completion"]
    assert len(items) == len((TASKS / "completion.jsonl").read_text().splitlines())
    for item in items:
        directly.reset()
        tokens = directly.tokenize(item["doc"]["question"].encode(), add_bos=False)
        said = directly.create_completion(tokens, max_tokens=6, temperature=0, stop=[","])
        assert item["resps"] == [[said["choices"][0]["text"]]]
