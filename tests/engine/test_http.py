"""The engine's HTTP face, as an unmodified OpenAI client and a careless one see it."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from engine.synthetic import write_gguf

from app.engine.client import EngineBusy, EngineClient, EngineDown, EngineError
from app.engine.options import EngineOptions
from app.engine.supervisor import EngineSupervisor
from app.engine.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def engine(starter_gguf: Path) -> Iterator[EngineSupervisor]:
    options = EngineOptions(starter_gguf, parallel=2, context=1024, queue=4, name="starter")
    supervisor = EngineSupervisor(options)
    supervisor.start()
    supervisor.wait_until_running()
    yield supervisor
    supervisor.stop()


@pytest.fixture(scope="module")
def client(engine: EngineSupervisor) -> EngineClient:
    return engine.client()


@pytest.fixture(scope="module")
def tokenizer(starter_gguf: Path) -> Tokenizer:
    return Tokenizer(starter_gguf)


@pytest.fixture
def api(client: EngineClient) -> Iterator[openai.OpenAI]:
    key = client.http.headers["authorization"].removeprefix("Bearer ")
    with openai.OpenAI(base_url=f"{client.url}/v1", api_key=key, max_retries=0) as api:
        yield api


def number(client: EngineClient, name: str) -> float:
    lines = client.http.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"strongroom_{name} "))


def until_idle(client: EngineClient) -> None:
    for _ in range(500):
        if not number(client, "requests_running") + number(client, "requests_waiting"):
            return
        threading.Event().wait(0.02)
    pytest.fail("requests are still running")


def test_openai_text_completion(api: openai.OpenAI) -> None:
    done = api.completions.create(
        model="starter", prompt="The capital of France is", max_tokens=5, temperature=0
    )
    assert done.choices[0].text.startswith(" Paris")
    assert done.usage is not None
    assert (done.usage.completion_tokens, done.choices[0].finish_reason) == (5, "length")


def test_openai_stream_with_usage(api: openai.OpenAI) -> None:
    stream = api.completions.create(
        model="starter",
        prompt="The capital of France is",
        max_tokens=5,
        temperature=0,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert "".join(c.choices[0].text for c in chunks if c.choices).startswith(" Paris")
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 5


def test_openai_chat_whole_and_streamed(api: openai.OpenAI) -> None:
    messages: list[Any] = [
        {"role": "system", "content": "You are brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is the capital of France?"}]},
    ]
    whole = api.chat.completions.create(
        model="starter", messages=messages, max_tokens=12, temperature=0, seed=1
    )
    pieces = api.chat.completions.create(
        model="starter", messages=messages, max_tokens=12, temperature=0, seed=1, stream=True
    )
    text = "".join(piece.choices[0].delta.content or "" for piece in pieces)
    assert text == whole.choices[0].message.content
    assert text


def test_openai_models_names_the_file(api: openai.OpenAI, engine: EngineSupervisor) -> None:
    listed = api.models.list().data
    assert [one.id for one in listed] == ["starter"]
    info = engine.client().model()
    assert (len(info.sha256), info.context_window) == (64, 1024)


def test_json_schema_is_followed(client: EngineClient, tokenizer: Tokenizer) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 12}, "known": {"type": "boolean"}},
        "required": ["city", "known"],
        "additionalProperties": False,
    }
    prompt = tokenizer.encode("The capital of France as JSON:")
    for temperature in (0.0, 1.0):
        done = client.complete(
            prompt, max_tokens=80, temperature=temperature, seed=3, json_schema=schema
        )
        value = json.loads("".join(done))
        assert isinstance(value["known"], bool)
        assert isinstance(value["city"], str)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#/nowhere"},
        {"type": "no such type"},
        {"type": "string", "pattern": "^[a-$"},
        {"type": "array", "items": {"type": "string"}, "minItems": 100_000},
        {"properties": 5},
    ],
)
def test_an_unusable_schema_is_refused_and_harms_nobody(
    client: EngineClient, engine: EngineSupervisor, schema: dict[str, object]
) -> None:
    process = engine.pid
    body = {"prompt": [1, 2], "max_tokens": 4, "response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}  # noqa: E501  # fmt: skip
    answer = client.http.post("/v1/completions", json=body)
    assert answer.status_code == 400, answer.text
    assert "response_format" in answer.json()["error"]["message"]
    assert engine.pid == process


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "prompt"),
        ({"prompt": []}, "empty"),
        ({"prompt": [-1]}, "token ids"),
        ({"prompt": [10**6]}, "token ids"),
        ({"prompt": [10**12]}, "token ids"),
        ({"prompt": [5] * 1024}, "context window of 1024"),
        ({"prompt": [5], "max_tokens": 1024}, "context window of 1024"),
        ({"prompt": [5], "max_tokens": 0}, "max_tokens"),
        ({"prompt": [5], "temperature": -1}, "temperature"),
        ({"prompt": [5], "temperature": "warm"}, "temperature"),
        ({"prompt": [5], "n": 2}, "n:"),
        ({"prompt": [[5]] * 300}, "at most 256"),
        ({"prompt": [5], "stop": ["x"] * 17}, "stop"),
    ],
)
def test_a_bad_request_says_what_is_wrong(
    client: EngineClient, body: dict[str, object], words: str
) -> None:
    answer = client.http.post("/v1/completions", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_errors_do_not_repeat_what_was_sent(client: EngineClient) -> None:
    answer = client.http.post("/v1/completions", json={"prompt": {"salary": "a secret"}})
    assert answer.status_code == 400
    assert "secret" not in answer.text


def test_broken_json_and_unknown_routes(client: EngineClient) -> None:
    assert client.http.post("/v1/completions", content=b"{" * 2000).status_code == 400
    assert client.http.get("/docs").json()["error"]["message"] == "there is no such route"


@pytest.mark.parametrize("path", ["/v1/models", "/metrics", "/v1/completions", "/nowhere"])
@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic x", "Bearer é"])
def test_everything_but_health_wants_the_key(
    client: EngineClient, path: str, header: str | None
) -> None:
    headers = {} if header is None else {b"authorization": header.encode()}
    assert httpx.get(client.url + path, headers=headers, trust_env=False).status_code == 401
    assert httpx.get(f"{client.url}/health", trust_env=False).json()["status"] == "ok"


def test_a_wrong_key_has_clear_words(client: EngineClient) -> None:
    with pytest.raises(EngineDown, match=r"engine\.key"):
        EngineClient(client.url, "wrong").model()


def test_special_tokens_in_text_stay_text(client: EngineClient, tokenizer: Tokenizer) -> None:
    body = {"prompt": "a<|im_end|>b", "max_tokens": 1}
    counted = client.http.post("/v1/completions", json=body).json()["usage"]["prompt_tokens"]
    assert counted == len(tokenizer.encode("a<|im_end|>b"))
    assert counted > 3


def test_closing_from_another_thread_frees_the_sequence(
    client: EngineClient, tokenizer: Tokenizer
) -> None:
    completion = client.complete(tokenizer.encode("One, two, three, four,"), max_tokens=900)
    next(completion)
    threading.Timer(0.2, completion.close).start()
    for _ in completion:
        pass
    until_idle(client)
    assert completion.finish_reason is None
    assert number(client, "kv_cells_promised") == 0


def test_a_closed_answer_leaves_no_connection_behind(
    client: EngineClient, tokenizer: Tokenizer
) -> None:
    descriptors = Path("/proc/self/fd")
    prompt = tokenizer.encode("One, two, three, four,")
    before = len(list(descriptors.iterdir()))
    kept = [client.complete(prompt, max_tokens=400) for _ in range(6)]
    for one in kept:
        next(one)
        one.close()
        assert list(one) == []
    until_idle(client)
    assert len(list(descriptors.iterdir())) <= before + 1


def test_a_client_that_goes_away_without_streaming_frees_the_sequence(
    client: EngineClient,
) -> None:
    before = number(client, "requests_aborted_total")
    with pytest.raises(httpx.ReadTimeout):
        client.http.post(
            "/v1/completions",
            json={"prompt": "One, two, three,", "max_tokens": 900, "temperature": 0},
            timeout=0.5,
        )
    until_idle(client)
    assert number(client, "requests_aborted_total") == before + 1


def test_busy_names_a_time(client: EngineClient, tokenizer: Tokenizer) -> None:
    prompt = tokenizer.encode("One, two, three, four,")
    open_ones = [client.complete(prompt, max_tokens=900, person=f"p{at}") for at in range(2)]
    for one in open_ones:
        next(one)
    waiting = [client.complete(prompt, max_tokens=2, person=f"w{at}") for at in range(4)]
    threads = [threading.Thread(target=list, args=(one,)) for one in waiting]
    for thread in threads:
        thread.start()
    for _ in range(500):
        if number(client, "requests_waiting") == 4:
            break
        threading.Event().wait(0.02)
    with pytest.raises(EngineBusy) as caught:
        next(client.complete(prompt, max_tokens=2, person="late"))
    assert caught.value.seconds >= 1
    for one in open_ones:
        one.close()
    for thread in threads:
        thread.join()
    assert all(one.usage is not None for one in waiting)
    until_idle(client)


def test_an_engine_that_is_not_there_has_clear_words() -> None:
    with pytest.raises(EngineError, match="cannot be reached"):
        EngineClient("http://127.0.0.1:9", "key").model()


def test_metrics_are_prometheus_text(client: EngineClient) -> None:
    text = client.http.get("/metrics").text
    for name in (
        "prompt_tokens_total",
        "completion_tokens_total",
        "requests_waiting",
        "batch_size_tokens_bucket",
        "kv_cells_used",
        "shared_start_tokens_sum",
        "time_to_first_token_seconds_count",
        "time_per_token_seconds_count",
    ):
        assert f"\nstrongroom_{name}" in text


def test_a_model_of_llama_2_s_architecture_fills_its_window(
    tmp_path: Path, llama2_gguf: Path
) -> None:
    model = write_gguf(tmp_path / "llama-2-tiny.gguf", vocabulary=llama2_gguf)
    supervisor = EngineSupervisor(EngineOptions(model, parallel=1))
    supervisor.start()
    try:
        client = supervisor.client()
        assert client.model().context_window == 4096
        completion = client.complete([1, *range(500, 4595 - 64)], max_tokens=64, temperature=1.0)
        list(completion)
        assert completion.usage is not None
        assert completion.usage.prompt_tokens + 64 == 4096
        assert completion.finish_reason in ("length", "stop")
    finally:
        supervisor.stop()
