"""Measures the engine on a GPU with models of real shapes and random weights.

    python tests/bench/gpu.py [--shape 7b|13b|70b]... [--quantisation Q4_K_M] [--folder DIR]

Speed does not depend on the weights' values, so nothing needs to be downloaded. Printed: tokens/s
of one chat alone and of 8 and 16 together, time to the first token cold and with a shared start,
and the share of the memory-bandwidth limit (the bytes of all weights, read once a step).
"""

import argparse
import random
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.synthetic import write_gguf

from app.engine.client import EngineClient
from app.engine.hardware import detect_from_outside
from app.engine.options import EngineOptions
from app.engine.shapes import LLAMA_2
from app.engine.supervisor import EngineSupervisor

ANSWER = 128  # tokens
PROMPT = 1000


def ask(
    client: EngineClient, prompt: Sequence[int], tokens: int = ANSWER
) -> tuple[float, float, int]:
    """(seconds to the first token, seconds from there to the last, tokens made)."""
    began = time.perf_counter()
    completion = client.complete(prompt, max_tokens=tokens, temperature=1.0, seed=len(prompt))
    first = last = 0.0
    for _ in completion:
        last = time.perf_counter()
        first = first or last
    made = completion.usage.completion_tokens if completion.usage else 0
    return first - began, last - first, made


def prompts(count: int, size: int, seed: int) -> list[list[int]]:
    draw = random.Random(seed)
    return [[draw.randrange(300, 30_000) for _ in range(size)] for _ in range(count)]


def together(client: EngineClient, crowd: int) -> float:
    """Tokens a second of `crowd` chats, counted while all of them are writing."""
    out: list[tuple[float, float, int]] = []
    asked = prompts(crowd, PROMPT, crowd)
    for prompt in asked:  # so that all prompts are known and only writing is measured
        ask(client, prompt, 1)
    threads = [threading.Thread(target=lambda p=p: out.append(ask(client, p))) for p in asked]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(made for _, _, made in out) / (time.perf_counter() - began)


def measure(model: Path, device: str, bandwidth: float | None) -> None:
    options = EngineOptions(model, parallel=16, context=2048, kv_type="f16")
    supervisor = EngineSupervisor(options)
    supervisor.start()
    try:
        client = supervisor.client()
        supervisor.wait_until_running()
        ask(client, prompts(1, 64, 99)[0])
        size = client.http.get("/v1/models").json()["data"][0]["meta"]["size"]
        print(f"{model.name}: {size / 1e9:.1f} GB of weights on {device}")
        alone = [ask(client, prompt) for prompt in prompts(3, PROMPT, 1)]
        speed = statistics.median((made - 1) / took for _, took, made in alone)
        share = (
            f", {speed * size / (bandwidth * 1e9):.0%} of the bandwidth limit" if bandwidth else ""
        )
        print(f"  one chat alone: {speed:.1f} tokens/s{share}")
        cold = statistics.median(first for first, _, _ in alone)
        start = prompts(1, PROMPT, 1)[0]
        warm = statistics.median(ask(client, [*start, *tail], 4)[0] for tail in prompts(5, 30, 2))
        print(
            f"  first token after {PROMPT} tokens: cold {cold * 1e3:.0f} ms, "
            f"with a shared start {warm * 1e3:.0f} ms"
        )
        for crowd in (8, 16):
            print(f"  {crowd} chats together: {together(client, crowd):.1f} tokens/s")
    finally:
        supervisor.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", action="append", choices=sorted(LLAMA_2))
    parser.add_argument("--quantisation", default="Q4_K_M")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/strongroom-bench"))
    given = parser.parse_args()
    hardware = detect_from_outside()
    if not hardware.gpus:
        print("no GPU that llama.cpp can use; build it for one with: make run GPU=cuda")
        return 1
    given.folder.mkdir(parents=True, exist_ok=True)
    for shape in given.shape or ["7b", "70b"]:
        model = given.folder / f"llama-2-{shape}-random.{given.quantisation}.gguf"
        if not model.exists():
            print(f"writing {model}")
            write_gguf(model, LLAMA_2[shape], given.quantisation)
        measure(model, hardware.gpus[0].name, hardware.gpus[0].bandwidth)
    return 0


if __name__ == "__main__":
    sys.exit(main())
