"""A context kept in 8 bits: half of the memory, and answers that stay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.answering.chat_model import engine_options
from app.engine.gguf import read_gguf
from app.engine.hardware import Hardware
from app.engine.models import Model
from app.engine.options import EngineOptions
from app.engine.plan import plan
from app.engine.supervisor import EngineSupervisor
from app.engine.tokenizer import Tokenizer
from app.settings import load_settings

HANDBOOK = Path(__file__).resolve().parents[1] / "samples/handbook-2021-extract.md"


@pytest.fixture(scope="module")
def engines(starter_gguf: Path) -> Iterator[dict[str, EngineSupervisor]]:
    kinds: tuple[Any, ...] = ("f16", "q8_0")
    made = {
        kind: EngineSupervisor(EngineOptions(starter_gguf, parallel=1, context=1024, kv_type=kind))
        for kind in kinds
    }
    for one in made.values():
        one.start()
    for one in made.values():
        one.wait_until_running()
    yield made
    for one in made.values():
        one.stop()


def test_what_the_model_makes_of_a_document_stays(
    engines: dict[str, EngineSupervisor], starter_gguf: Path
) -> None:
    tokens = Tokenizer(starter_gguf).encode(HANDBOOK.read_text(encoding="utf-8"))
    body = {"prompt": tokens, "max_tokens": 0, "echo": True, "logprobs": 1}
    found = {}
    for kind, one in engines.items():
        answer = one.client().http.post("/v1/completions", json=body, timeout=300)
        assert answer.status_code == 200, answer.text
        found[kind] = answer.json()["choices"][0]["logprobs"]
    exact, rough = (np.array(found[kind]["token_logprobs"][1:]) for kind in ("f16", "q8_0"))
    assert len(exact) > 250
    assert (exact != rough).any()  # it is another kind, indeed
    assert abs(exact.mean() - rough.mean()) < 0.01
    likest = [[list(one) for one in found[kind]["top_logprobs"][1:]] for kind in ("f16", "q8_0")]
    same = sum(a == b for a, b in zip(*likest, strict=True))
    assert same >= 0.95 * len(exact)


def test_the_setting_reaches_the_engine_and_is_planned_with_less_memory(
    tmp_path: Path, starter_gguf: Path
) -> None:
    settings = load_settings({"home": tmp_path, "engine": {"kv_type": "q8_0"}})
    model = Model("m", "chat", starter_gguf, 1, None)
    assert engine_options(settings.engine, model).kv_type == "q8_0"
    read, machine = read_gguf(starter_gguf), Hardware((), 1_500_000_000, 2)
    planned = {kind: plan(read, machine, context=8192, kv_type=kind) for kind in ("f16", "q8_0")}
    kept = read.kv_bytes(1) * read.n_layers * 8192 * planned["f16"].chats  # values
    saved = planned["f16"].memory_bytes - planned["q8_0"].memory_bytes
    assert saved == pytest.approx(kept * (2 - 34 / 32), rel=0.01)
