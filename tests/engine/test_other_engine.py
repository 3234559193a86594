"""An engine elsewhere: llama.cpp's own server, `strongroom engine`, and what can be wrong there."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.answering.ask import Ask
from app.answering.assistant import Assistant
from app.answering.chat_model import ChatModelSource
from app.answering.events import Answer, Finished, Writing
from app.engine.client import Completion, EngineClient, EngineDown, EngineError
from app.engine.models import ModelError
from app.settings import Settings, SettingsError, load_settings
from app.workspace.checkup import check
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.scope import Scope

pytestmark = pytest.mark.other_engine

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
KEY = "a-key-of-the-other-server"
QUESTION = "How long does a password have to be?"  # answered from prose, which the model words
WINDOW = 2048
LONG = 1500  # tokens; takes far longer than any test waits


@dataclass(frozen=True, slots=True)
class Elsewhere:
    url: str
    key: str = KEY

    def get(self, path: str) -> httpx.Response:
        return httpx.get(
            self.url + path, headers={"Authorization": f"Bearer {self.key}"}, trust_env=False
        )


@contextmanager
def running(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | env,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def address(process: subprocess.Popen[str]) -> str:
    """Read the process's words until it says where it listens."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        _, found, rest = line.partition("http://127.0.0.1:")
        if found:
            return found + rest.split()[0]
    pytest.fail("it ended without listening: " + "".join(said))


@pytest.fixture(scope="module")
def llama(starter_gguf: Path) -> Iterator[Elsewhere]:
    pytest.importorskip("xllamacpp")
    script = str(HERE / "llama_server.py")
    command = [sys.executable, script, str(starter_gguf), str(WINDOW)]
    with running(command, {"LLAMA_KEY": KEY}) as process:
        yield Elsewhere(address(process))


@pytest.fixture(scope="module")
def ours(starter_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    command = [sys.executable, "-m", "app.cli", "engine", f"--model={starter_gguf}", "--port=0"]
    command += [f"--context={WINDOW}", "--parallel=1"]
    command += [f"--home={tmp_path_factory.mktemp('elsewhere')}"]
    with running(command, {"STRONGROOM_ENGINE_KEY": KEY}) as process:
        yield Elsewhere(address(process))


@pytest.fixture(scope="module")
def vocabulary(starter_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The head of the model's file, with a tensor count of 0: no weights."""
    with starter_gguf.open("rb") as file:
        head = bytearray(file.read(6 * 2**20))
    head[8:16] = bytes(8)
    path = tmp_path_factory.mktemp("vocabulary") / "starter-vocabulary.gguf"
    path.write_bytes(head)
    return path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with open_workspace(load_settings({"home": tmp_path_factory.mktemp("home")}), "pytest") as home:
        home.ingest([SAMPLES], space="general")
        yield home


def pointed(
    elsewhere: Elsewhere, model: Path | None, home: Path = Path("none"), **engine: Any
) -> Settings:
    engine = {"url": elsewhere.url, "key": elsewhere.key, "model": model, **engine}
    return load_settings({"home": home, "engine": engine})


@contextmanager
def served_by(
    filled: Workspace, elsewhere: Elsewhere, model: Path, **engine: Any
) -> Iterator[Workspace]:
    """The same documents, answered about by another engine."""
    settings = pointed(elsewhere, model, filled.settings.home, **engine)
    source = ChatModelSource(settings)
    try:
        yield Workspace(settings, filled.index, source, filled.trail, filled.deleter)
    finally:
        source.close()


def ask(home: Workspace, question: str, history: tuple[Answer, ...] = ()) -> Answer:
    *_, last = home.ask(Ask(question, history=history))
    assert isinstance(last, Finished)
    return last.answer


class Recorder:
    """An engine that keeps the completions it hands out."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.prompts: list[int] = []
        self.completions: list[Completion] = []

    def complete(self, prompt: Any, **more: Any) -> Completion:
        self.prompts.append(len(prompt))
        self.completions.append(self.engine.complete(prompt, **more))
        return self.completions[-1]


def test_a_question_is_answered_with_its_source_and_the_account_adds_up(
    filled: Workspace, llama: Elsewhere, vocabulary: Path
) -> None:
    with served_by(filled, llama, vocabulary) as home:
        model = home.chat.model()
        recorder = Recorder(model.engine)
        assistant = Assistant(
            home.index,
            replace(model, engine=recorder),
            home.settings.answer,
            home.chat.calibration(),
        )
        *_, last = assistant.ask(Ask(QUESTION, Scope(("general",))))
        assert isinstance(last, Finished)
        answer = last.answer
        assert answer.found
        assert "14" in answer.answer
        assert answer.citations
        texts = {hit.chunk_id: " ".join(hit.text.split()) for hit in answer.passages}
        for citation in answer.citations:
            assert " ".join(citation.quote.split()) in texts[citation.chunk_id]
        told = recorder.completions[0].usage
        assert told is not None
        assert recorder.prompts == [told.prompt_tokens], "every id was used, and none added"
        assert answer.usage.prompt_tokens == told.prompt_tokens
        assert answer.usage.completion_tokens == told.completion_tokens > 0
        assert told.prompt_tokens + told.completion_tokens <= answer.usage.context_window == WINDOW

        following = ask(
            home, "After how many wrong attempts is an account locked?", history=(answer,)
        )
        assert "eight" in following.answer
        assert following.usage.cached_tokens >= answer.usage.prompt_tokens // 2


def idle(llama: Elsewhere) -> bool:
    return not any(slot["is_processing"] for slot in llama.get("/slots").json())


def until_idle(llama: Elsewhere) -> None:
    for _ in range(500):
        if idle(llama):
            return
        threading.Event().wait(0.02)
    pytest.fail("the slot is still busy")


def predicted(llama: Elsewhere) -> float:
    lines = llama.get("/metrics").text.splitlines()
    name = "llamacpp:tokens_predicted_total "
    return next(float(line.removeprefix(name)) for line in lines if line.startswith(name))


def test_who_stops_frees_the_slot(filled: Workspace, llama: Elsewhere, vocabulary: Path) -> None:
    with served_by(filled, llama, vocabulary) as home:
        stream = home.ask(Ask(QUESTION))
        next(event for event in stream if isinstance(event, Writing))
        stream.close()
        assert not [event for event in stream if isinstance(event, Finished)]
        until_idle(llama)

        before = predicted(llama)
        client = EngineClient(llama.url, llama.key)
        long = client.complete(list(range(1000, 1020)), max_tokens=LONG, temperature=1.0, seed=1)
        next(long)
        assert not idle(llama)
        long.close()
        until_idle(llama)
        assert predicted(llama) - before < LONG
        client.close()


def test_the_model_is_named_as_far_as_it_is_known(
    llama: Elsewhere, ours: Elsewhere, vocabulary: Path
) -> None:
    known = {}
    for elsewhere in (llama, ours):
        source = ChatModelSource(pointed(elsewhere, vocabulary))
        assert source.name() == f"the engine at {elsewhere.url}"
        known[elsewhere] = source.model()
        assert source.name() == known[elsewhere].name.name
        assert known[elsewhere].weak
        source.close()
    assert known[llama].name.name == known[ours].name.name == "SmolLM2-135M-Instruct-Q8_0"
    assert known[llama].name.sha256 == "", "llama.cpp's server does not say, so neither do we"
    assert len(known[ours].name.sha256) == 64


def test_our_own_engine_on_another_port_answers_as_well(
    filled: Workspace, ours: Elsewhere, vocabulary: Path
) -> None:
    small = 512
    with served_by(filled, Elsewhere(ours.url + "/v1/"), vocabulary, context=small) as home:
        answer = ask(home, QUESTION)
    assert answer.found
    assert "14" in answer.answer
    assert answer.citations
    usage = answer.usage
    assert usage.context_window == small
    assert 0 < usage.prompt_tokens + usage.completion_tokens <= small


def test_the_smaller_of_both_windows_holds(llama: Elsewhere, vocabulary: Path) -> None:
    for context, window in ((8 * WINDOW, WINDOW), (512, 512)):
        source = ChatModelSource(pointed(llama, vocabulary, context=context))
        assert source.model().context_window == window
        source.close()


def test_a_wrong_key_is_said(llama: Elsewhere, vocabulary: Path) -> None:
    for key in ("wrong", ""):
        source = ChatModelSource(pointed(Elsewhere(llama.url, key), vocabulary))
        with pytest.raises(EngineDown, match=r"refuses our key; check the setting engine\.key"):
            source.model()
        source.close()


def test_a_vocabulary_of_another_model_is_refused(llama: Elsewhere, llama2_gguf: Path) -> None:
    source = ChatModelSource(pointed(llama, llama2_gguf))
    with pytest.raises(EngineDown, match=r"32,000 tokens, but .* has 49,152: set engine\.model"):
        source.model()
    source.close()


def test_check_looks_at_the_engine_elsewhere(
    llama: Elsewhere, vocabulary: Path, tmp_path: Path
) -> None:
    def found(elsewhere: Elsewhere) -> tuple[str, str]:
        findings = check(pointed(elsewhere, vocabulary, tmp_path))
        chat = next(one for one in findings if one.what.startswith("chat model"))
        return chat.status, chat.what

    status, words = found(llama)
    assert status == "ok"
    assert f"SmolLM2-135M-Instruct-Q8_0 at {llama.url}, window 2,048 tokens" in words
    status, words = found(Elsewhere(llama.url, "wrong"))
    assert status == "failed"
    assert "engine.key" in words


class _Careless(BaseHTTPRequestHandler):
    """Answers every path with what the test put there, and keeps what it was sent."""

    answers: dict[str, tuple[int, str]]
    bodies: list[dict[str, Any]]

    def do_GET(self) -> None:
        status, text = self.answers.get(self.path, (404, "nothing here"))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        self.bodies.append(json.loads(raw))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def answering(answers: dict[str, tuple[int, str]]) -> Iterator[tuple[Elsewhere, list[Any]]]:
    bodies: list[Any] = []
    handler = type("Handler", (_Careless,), {"answers": answers, "bodies": bodies})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Elsewhere(f"http://127.0.0.1:{server.server_port}"), bodies
        server.shutdown()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, "<html>a printer</html>"), "not answer like an OpenAI engine; check the setting"),
        ((200, '{"data": ["a name"]}'), "not answer like an OpenAI engine; check the setting"),
        ((404, "nothing"), "not answer like an OpenAI engine; check the setting"),
        ((503, '{"error": {"code": 503, "message": "Loading model"}}'), "still loading its model"),
    ],
)
def test_what_is_no_engine_or_not_one_yet_is_said(
    answer: tuple[int, str], words: str, vocabulary: Path
) -> None:
    with answering({"/v1/models": answer}) as (elsewhere, _):
        source = ChatModelSource(pointed(elsewhere, vocabulary))
        with pytest.raises(EngineDown, match=words):
            source.model()
        source.close()


def test_nobody_there_is_said_and_tried_again(vocabulary: Path) -> None:
    with answering({}) as (elsewhere, _):
        pass
    source = ChatModelSource(pointed(elsewhere, vocabulary))
    for _ in range(2):
        with pytest.raises(EngineDown, match=f"{elsewhere.url} cannot be reached"):
            source.model()
    source.close()


def test_a_server_that_says_little_is_asked_by_its_models_name(vocabulary: Path) -> None:
    """As vLLM documents it: a window, no facts about the model, and `model` is obligatory."""
    card = {"id": "our/llama", "object": "model", "max_model_len": 700}
    pieces = [
        {"choices": [{"index": 0, "text": "Fine.", "finish_reason": None}], "usage": None},
        {"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 2, "total_tokens": 4, "completion_tokens": 2}},
    ]
    stream = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + "data: [DONE]\n\n"
    answers = {
        "/v1/models": (200, json.dumps({"data": [card]})),
        "/v1/completions": (200, stream),
    }
    with answering(answers) as (elsewhere, bodies):
        source = ChatModelSource(pointed(elsewhere, vocabulary))
        model = source.model()
        assert (model.name.name, model.name.sha256) == ("our/llama", "")
        assert (model.context_window, model.weak) == (700, False)
        writing = model.engine.complete([5, 6], max_tokens=9)
        assert "".join(writing) == "Fine."
        assert writing.usage is not None
        assert writing.usage.completion_tokens == 2
        assert bodies[0]["model"] == "our/llama"
        assert bodies[0]["prompt"] == [5, 6]
        source.close()


def test_the_vocabulary_has_to_be_named() -> None:
    with pytest.raises(ModelError, match=r"engine\.model is not set"):
        ChatModelSource(pointed(Elsewhere("http://127.0.0.1:9"), None)).start()


def test_an_address_without_a_scheme_is_refused_at_once() -> None:
    with pytest.raises(SettingsError, match=r"engine\.url"):
        load_settings({"engine": {"url": "gpu-box:8000"}})


def test_a_stream_that_breaks_off_is_no_answer(vocabulary: Path) -> None:
    piece = {"choices": [{"index": 0, "text": "Half", "finish_reason": None}]}
    answers = {
        "/v1/models": (200, json.dumps({"data": [{"id": "m"}]})),
        "/v1/completions": (200, f"data: {json.dumps(piece)}\n\n"),
    }
    with answering(answers) as (elsewhere, _):
        client = EngineClient(elsewhere.url, "key")
        writing = client.complete([5], max_tokens=9)
        assert next(writing) == "Half"
        with pytest.raises(EngineError, match="cannot be reached"):
            next(writing)
        client.close()
