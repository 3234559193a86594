"""Scores of tokens, as lm-evaluation-harness's `local-completions` asks for them and reads them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
import pytest

from app.engine.client import EngineClient
from app.engine.options import EngineOptions
from app.engine.supervisor import EngineSupervisor
from app.engine.tokenizer import Tokenizer

# A task in the harness's sense: what is asked, and answers of which one is chosen by its score.
TASK = [
    ("The capital of France is", [" Paris", " London", " Bern"]),
    ("Question: How many legs has a spider?\nAnswer:", [" eight", " six", " two, or three"]),
    ("Zwei und zwei ist", [" vier", " fünf – vielleicht", " sieben"]),
    ("In winter it is " * 12, [" cold", " hot"]),
]


@pytest.fixture(scope="module")
def engine(starter_gguf: Path) -> Iterator[EngineSupervisor]:
    supervisor = EngineSupervisor(EngineOptions(starter_gguf, parallel=3, context=1024, queue=8))
    supervisor.start()
    supervisor.wait_until_running()
    yield supervisor
    supervisor.stop()


@pytest.fixture(scope="module")
def client(engine: EngineSupervisor) -> EngineClient:
    return engine.client()


@pytest.fixture(scope="module")
def pairs(starter_gguf: Path) -> list[tuple[list[int], list[int]]]:
    encode = Tokenizer(starter_gguf).encode
    return [(encode(asked), encode(said)) for asked, answers in TASK for said in answers]


@pytest.fixture(scope="module")
def directly(starter_gguf: Path) -> Iterator[llama_cpp.Llama]:
    model = llama_cpp.Llama(
        str(starter_gguf), n_ctx=1024, logits_all=True, flash_attn=True, verbose=False
    )
    yield model
    model.close()


def asked(client: EngineClient, **fields: Any) -> Any:
    answer = client.http.post("/v1/completions", json=fields, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()


def as_the_harness_reads(choice: Any, before: int) -> tuple[float, bool]:
    """What the harness makes of a choice: the answer's score, and whether it is the greedy one."""
    scores = choice["logprobs"]
    end = -1  # the one token that was generated
    greedy = all(
        token == max(likest, key=likest.get)
        for token, likest in zip(
            scores["tokens"][before:end], scores["top_logprobs"][before:end], strict=True
        )
    )
    return sum(scores["token_logprobs"][before:end]), greedy


def scored(model: llama_cpp.Llama, before: Sequence[int], said: Sequence[int]) -> float:
    model.reset()
    model.eval([*before, *said])
    values = np.array(model.scores[: len(before) + len(said)], np.float64)
    values -= values.max(axis=1, keepdims=True)
    values -= np.log(np.exp(values).sum(axis=1, keepdims=True))
    return float(sum(values[len(before) + at - 1, token] for at, token in enumerate(said)))


def test_a_task_has_the_scores_that_llama_cpp_gives_directly(
    client: EngineClient,
    directly: llama_cpp.Llama,
    pairs: list[tuple[list[int], list[int]]],
) -> None:
    body = asked(
        client, model="m", prompt=[[*before, *said] for before, said in pairs], temperature=0,
        max_tokens=1, logprobs=1, seed=1234, echo=True,
    )  # fmt: skip
    assert [choice["index"] for choice in body["choices"]] == list(range(len(pairs)))
    for choice, (before, said) in zip(body["choices"], pairs, strict=True):
        assert choice["logprobs"]["token_logprobs"][0] is None
        assert len(choice["logprobs"]["token_logprobs"]) == len(before) + len(said) + 1
        found, _ = as_the_harness_reads(choice, len(before))
        assert found == pytest.approx(scored(directly, before, said), abs=1e-4)
    assert body["usage"]["completion_tokens"] == len(pairs)


def test_the_likeliest_answer_is_told_from_the_others(
    client: EngineClient, pairs: list[tuple[list[int], list[int]]]
) -> None:
    before, said = pairs[0]
    (choice,) = asked(
        client, prompt=[*before, *said], temperature=0, max_tokens=1, logprobs=3, echo=True
    )["choices"]
    _, greedy = as_the_harness_reads(choice, len(before))
    assert greedy
    for likest in choice["logprobs"]["top_logprobs"][1:]:
        assert len(likest) == 3
        assert sum(np.exp(list(likest.values()))) <= 1 + 1e-6


def test_echo_gives_the_prompt_and_nothing_more_where_no_tokens_are_asked_for(
    client: EngineClient,
) -> None:
    text = "The capital – „Bern“ – of"
    (choice,) = asked(client, prompt=text, max_tokens=0, logprobs=0, echo=True)["choices"]
    assert choice["text"] == text
    assert len(choice["logprobs"]["tokens"]) == len(choice["logprobs"]["token_logprobs"])
    assert choice["logprobs"]["text_offset"][0] == 0
    (choice,) = asked(client, prompt=text, max_tokens=3, temperature=0, echo=True)["choices"]
    assert choice["text"].startswith(text)
    assert choice["logprobs"] is None


def test_scores_of_an_answer_are_those_of_reading_it(client: EngineClient) -> None:
    prompt = "One, two, three,"
    written = asked(client, prompt=prompt, max_tokens=8, temperature=0, logprobs=2)["choices"][0]
    read = asked(
        client, prompt=prompt + written["text"], max_tokens=0, logprobs=2, echo=True
    )["choices"][0]  # fmt: skip
    count = len(written["logprobs"]["tokens"])
    assert read["logprobs"]["tokens"][-count:] == written["logprobs"]["tokens"]
    assert read["logprobs"]["token_logprobs"][-count:] == pytest.approx(
        written["logprobs"]["token_logprobs"], abs=1e-4
    )


def test_prompts_of_one_request_are_answered_as_if_each_came_alone(client: EngineClient) -> None:
    prompts = ["The capital of France is", "One, two, three,", "Once upon a time"]
    together = asked(client, prompt=prompts, max_tokens=6, temperature=0)["choices"]
    alone = [
        asked(client, prompt=one, max_tokens=6, temperature=0)["choices"][0] for one in prompts
    ]
    assert [one["text"] for one in together] == [one["text"] for one in alone]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"prompt": ["a", "b"], "stream": True}, "stream"),
        ({"prompt": "a", "logprobs": 1, "stream": True}, "stream"),
        ({"prompt": "a", "logprobs": 1000}, "logprobs"),
        ({"prompt": [], "max_tokens": 1}, "prompt"),
        ({"prompt": ["a", ""], "max_tokens": 2, "echo": True}, "prompt"),
        ({"prompt": [[1]] * 300, "max_tokens": 1}, "prompt"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(
    client: EngineClient, fields: dict[str, Any], named: str
) -> None:
    answer = client.http.post("/v1/completions", json=fields, timeout=60)
    assert answer.status_code == 400
    assert named in answer.json()["error"]["message"]
