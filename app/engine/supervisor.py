"""Keeps an engine process running: starts it, watches it, restarts it, or says why not."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import httpx

from .client import EngineClient, EngineDown
from .options import EngineOptions

KEY_VARIABLE = "STRONGROOM_ENGINE_KEY"
QUICK_DEATHS = 3  # so many without an hour's peace between them end the trying
QUICK_SECONDS = 60.0  # an engine that lived longer than this did not die of its settings
LONGEST_START = 900.0  # seconds; a large model from a slow disk
KEPT_LINES = 30  # of the engine's last words
POLL_SECONDS = 0.1
# One step of the largest model on a slow CPU takes minutes; none takes so long, so that an engine
# that has been silent or at one step for this time will never come back by itself.
HUNG_SECONDS = 600.0

Status = Literal["stopped", "starting", "running", "restarting", "failed"]


@dataclass(frozen=True, slots=True)
class EngineState:
    """`reason` says, for a person, why it is not running and what to change; else ""."""

    status: Status
    reason: str
    restarts: int


class EngineSupervisor:
    """Owns the listening socket, the key and the engine process behind them.

    The socket stays open while engines come and go: nobody else can take the port and receive
    documents meant for the engine, and new connections wait for the next engine in its backlog.
    """

    def __init__(
        self,
        options: EngineOptions,
        *,
        command: Sequence[str] = (sys.executable, "-m", "app.engine"),
        first_pause: float = 0.5,
        hung_after: float = HUNG_SECONDS,
        on_change: Callable[[EngineState], None] = lambda _: None,
    ) -> None:
        self._options = options
        self._command = tuple(command)
        self._first_pause = first_pause
        self._hung_after = hung_after
        self._hung = False
        self._on_change = on_change
        self._key = secrets.token_urlsafe(32)
        self._changed = threading.Condition()
        self._state = EngineState("stopped", "", 0)
        self._generation = 0  # counts engines that came up
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: socket.socket | None = None
        self._client: EngineClient | None = None
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._last_words: deque[str] = deque(maxlen=KEPT_LINES)

    def start(self) -> None:
        """Begin; returns at once. Call again to try anew after a failure."""
        with self._changed:
            if self._thread is not None and self._thread.is_alive():
                return
            self._ending.clear()
            if self._listener is None:
                self._listener = socket.create_server((self._options.host, 0), backlog=256)
                self._listener.set_inheritable(True)
            self._set("starting", "")
            # This thread starts the process and outlives it: Linux ties a child to the thread.
            self._thread = threading.Thread(target=self._watch, name="engine-watch", daemon=True)
            self._thread.start()

    def client(self) -> EngineClient:
        """The one client of this engine; it survives restarts."""
        with self._changed:
            if self._listener is None:
                raise EngineDown("The engine was not started.")
            if self._client is None:
                host, port = self._listener.getsockname()[:2]
                self._client = EngineClient(f"http://{host}:{port}", self._key, gate=_Gate(self))
            return self._client

    def state(self) -> EngineState:
        with self._changed:
            return self._state

    @property
    def pid(self) -> int | None:
        """Process id of the engine that runs now."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def wait_until_running(self, timeout: float = LONGEST_START) -> None:
        """Raises EngineDown with the reason if the engine does not come up."""
        _Gate(self, timeout).pass_through()

    def stop(self) -> None:
        """End the engine; returns when it is gone."""
        self._ending.set()
        process = self._process
        if process is not None:
            _end(process)
        if self._thread is not None:
            self._thread.join(timeout=15)
        with self._changed:
            self._set("stopped", "")
            if self._listener is not None:
                self._listener.close()
                self._listener = None
            if self._client is not None:
                self._client.close()
                self._client = None

    # ---- the watching thread ------------------------------------------------------------------

    def _watch(self) -> None:
        deaths = 0
        while not self._ending.is_set():
            born = time.monotonic()
            process = self._launch()
            self._await_health(process, born)
            code = self._await_end(process)
            if self._ending.is_set():
                return
            deaths = 1 if time.monotonic() - born > QUICK_SECONDS else deaths + 1
            reason = self._why(code)
            with self._changed:
                if deaths >= QUICK_DEATHS:
                    self._set("failed", f"{reason} {self._advice()}")
                    return
                restarts = self._state.restarts + 1
                self._set("restarting", reason, restarts)
            self._ending.wait(self._first_pause * 2 ** (deaths - 1))

    def _launch(self) -> subprocess.Popen[bytes]:
        assert self._listener is not None
        descriptor = self._listener.fileno()
        options = [*self._options.arguments(), "--listener-fd", str(descriptor), "--watch-stdin"]
        self._last_words.clear()
        process = subprocess.Popen(
            [*self._command, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, KEY_VARIABLE: self._key},
            pass_fds=(descriptor,),
            start_new_session=True,  # Ctrl-C reaches us alone; we end it in good order
        )
        self._process = process
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        if self._ending.is_set():  # stop() came in between
            _end(process)
        return process

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self._last_words.append(line.decode("utf-8", "replace").rstrip())

    def _await_health(self, process: subprocess.Popen[bytes], born: float) -> None:
        """Set the state to running once the process answers; end it if it never does."""
        assert self._listener is not None
        host, port = self._listener.getsockname()[:2]
        with httpx.Client(trust_env=False, timeout=2.0) as http:
            while process.poll() is None and not self._ending.is_set():
                with contextlib.suppress(httpx.HTTPError):
                    if http.get(f"http://{host}:{port}/health").status_code == 200:
                        with self._changed:
                            self._generation += 1
                            self._set("running", "")
                        return
                if time.monotonic() - born > LONGEST_START:
                    self._last_words.append(f"engine: not ready after {LONGEST_START:.0f} seconds")
                    _end(process)
                self._ending.wait(POLL_SECONDS)

    def _await_end(self, process: subprocess.Popen[bytes]) -> int:
        """The process's exit status; one that hangs is killed."""
        assert self._listener is not None
        host, port = self._listener.getsockname()[:2]
        self._hung = False
        heard = time.monotonic()
        pause = min(5.0, self._hung_after / 4)
        with httpx.Client(trust_env=False, timeout=pause) as http:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.wait(timeout=pause)
                at_one_step = 0.0
                with contextlib.suppress(httpx.HTTPError, ValueError, KeyError):
                    at_one_step = float(
                        http.get(f"http://{host}:{port}/health").json()["step_seconds"]
                    )
                    heard = time.monotonic()
                if max(at_one_step, time.monotonic() - heard) > self._hung_after:
                    self._hung = True
                    process.kill()  # it may be past listening to anything milder

    def _why(self, code: int) -> str:
        if self._hung:
            return f"The engine hung: it did nothing for {self._hung_after:.0f} seconds."
        own = [line[14:] for line in self._last_words if line.startswith("engine error: ")]
        if code == -signal.SIGKILL:
            return (
                "The engine was killed, most likely by the system because memory ran out "
                "(signal SIGKILL)."
            )
        if code < 0:
            name = signal.Signals(-code).name if -code in list(signal.Signals) else str(-code)
            words = next((line for line in reversed(self._last_words) if "GGML_" in line), "")
            return (
                f"The engine was ended by llama.cpp or the system (signal {name}). {words}".strip()
            )
        if own:
            return f"The engine stopped: {own[-1].rstrip('.')}."
        return f"The engine stopped (exit status {code})."

    def _advice(self) -> str:
        options = self._options
        layers = "all that fit" if options.gpu_layers is None else str(options.gpu_layers)
        return (
            f"It failed {QUICK_DEATHS} times in a row and is not started again. What may help: a "
            f"smaller context (engine.context, now {options.context}) or fewer parallel chats "
            f"(engine.parallel, now {options.parallel}), fewer layers on the GPU "
            f"(engine.gpu_layers, now {layers}), or a smaller model (engine.model, now "
            f"{options.model.name}). `strongroom check` tells what fits."
        )

    def _set(self, status: Status, reason: str, restarts: int | None = None) -> None:
        """Call with the lock held."""
        count = self._state.restarts if restarts is None else restarts
        self._state = EngineState(status, reason, count)
        self._changed.notify_all()
        self._on_change(self._state)


class _Gate:
    """Holds requests back while no engine runs."""

    def __init__(self, supervisor: EngineSupervisor, timeout: float = LONGEST_START) -> None:
        self._supervisor = supervisor
        self._timeout = timeout

    def pass_through(self) -> int:
        one = self._supervisor
        deadline = time.monotonic() + self._timeout
        with one._changed:
            while one._state.status in ("starting", "restarting"):
                if not one._changed.wait(deadline - time.monotonic()):
                    raise EngineDown(
                        "The language model is still starting; please try again later."
                    )
            if one._state.status == "running":
                return one._generation
            raise EngineDown(one._state.reason or "The language model was stopped.")

    def lost(self, generation: int) -> None:
        """Waits until the watching thread has seen what the broken connection already shows."""
        one = self._supervisor
        with one._changed:
            one._changed.wait_for(
                lambda: one._generation != generation or one._state.status != "running", timeout=5
            )


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
