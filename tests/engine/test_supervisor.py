"""An engine that dies is replaced, and people learn what happened."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.engine.client import EngineDown, EngineError
from app.engine.options import EngineOptions
from app.engine.supervisor import EngineSupervisor
from app.engine.tokenizer import Tokenizer


def until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        threading.Event().wait(0.01)
    pytest.fail("did not happen")


def test_after_a_kill_the_running_hear_of_it_and_the_waiting_are_answered(
    starter_gguf: Path,
) -> None:
    prompt = Tokenizer(starter_gguf).encode("One, two, three, four,")
    supervisor = EngineSupervisor(
        EngineOptions(starter_gguf, parallel=1, context=1024), first_pause=0.05
    )
    supervisor.start()
    try:
        client = supervisor.client()
        running = client.complete(prompt, max_tokens=900, person="ada")
        next(running)
        waiting = client.complete(prompt, max_tokens=3, person="bo")
        answer: list[str] = []
        thread = threading.Thread(target=lambda: answer.extend(waiting))
        thread.start()
        until(lambda: "strongroom_requests_waiting 1" in client.http.get("/metrics").text)
        process = supervisor.pid
        assert process is not None
        os.kill(process, signal.SIGKILL)
        with pytest.raises(EngineError, match="being restarted"):
            list(running)
        thread.join(timeout=60)
        assert waiting.finish_reason == "length"
        assert answer
        assert supervisor.pid not in (None, process)
        state = supervisor.state()
        assert (state.status, state.restarts) == ("running", 1)
    finally:
        supervisor.stop()
    assert supervisor.state().status == "stopped"
    assert supervisor.pid is None


def test_who_asks_for_the_model_s_name_when_it_dies_is_told_by_the_next(starter_gguf: Path) -> None:
    supervisor = EngineSupervisor(EngineOptions(starter_gguf, context=1024), first_pause=0.05)
    supervisor.start()
    try:
        supervisor.wait_until_running()
        process = supervisor.pid
        assert process is not None
        os.kill(process, signal.SIGSTOP)
        client = supervisor.client()
        names: list[str] = []
        thread = threading.Thread(target=lambda: names.append(client.model().name))
        thread.start()
        thread.join(timeout=0.5)
        os.kill(process, signal.SIGKILL)
        thread.join(timeout=60)
        assert names == [starter_gguf.stem]
    finally:
        supervisor.stop()


def test_an_engine_that_hangs_is_replaced(starter_gguf: Path) -> None:
    prompt = Tokenizer(starter_gguf).encode("One, two, three, four,")
    supervisor = EngineSupervisor(
        EngineOptions(starter_gguf, parallel=1, context=1024), first_pause=0.05, hung_after=2.0
    )
    supervisor.start()
    try:
        client = supervisor.client()
        running = client.complete(prompt, max_tokens=900)
        next(running)
        process = supervisor.pid
        assert process is not None
        os.kill(process, signal.SIGSTOP)
        with pytest.raises(EngineError, match="being restarted"):
            list(running)
        assert "".join(client.complete(prompt, max_tokens=3))
        assert supervisor.pid not in (None, process)
        assert supervisor.state().restarts == 1
    finally:
        supervisor.stop()


def test_three_quick_deaths_end_in_an_explanation(tmp_path: Path) -> None:
    supervisor = EngineSupervisor(
        EngineOptions(tmp_path / "big.gguf", context=8192, parallel=3),
        command=(sys.executable, "-c", "import sys; sys.exit('engine error: no room for it')"),
        first_pause=0.01,
    )
    supervisor.start()
    until(lambda: supervisor.state().status == "failed")
    state = supervisor.state()
    assert state.restarts == 2
    for words in ("no room for it", "3 times", "engine.context, now 8192", "big.gguf"):
        assert words in state.reason
    with pytest.raises(EngineDown, match="no room for it"):
        next(supervisor.client().complete([1], max_tokens=1))
    supervisor.stop()


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(64))
    supervisor = EngineSupervisor(EngineOptions(broken), first_pause=0.01)
    supervisor.start()
    with pytest.raises(EngineDown, match=r"broken\.gguf"):
        supervisor.wait_until_running()
    supervisor.stop()


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_the_engine_ends_with_its_parent(
    starter_gguf: Path, tmp_path: Path, ending: signal.Signals
) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from app.engine.options import EngineOptions\n"
        "from app.engine.supervisor import EngineSupervisor\n"
        "one = EngineSupervisor(EngineOptions(Path(sys.argv[1]), context=256))\n"
        "one.start()\n"
        "one.wait_until_running()\n"
        "print(one.pid, flush=True)\n"
        "threading.Event().wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script), str(starter_gguf)], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        engine = int(parent.stdout.readline())
        parent.send_signal(ending)
        until(lambda: not _alive(engine))


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_options_survive_the_command_line(tmp_path: Path) -> None:
    options = EngineOptions(
        tmp_path / "m.gguf", context=512, tensor_split=(3.0, 1.0), kv_type="q8_0", gpu_layers=-1
    )
    words = options.arguments()
    assert "--context=512" in words
    assert "--tensor-split=3.0,1.0" in words
    assert "--gpu-layers=-1" in words
    assert not any(word.startswith("--threads") for word in words)
