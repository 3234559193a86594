"""Runs one engine process from its start to its end."""

import contextlib
import ctypes
import logging
import os
import signal
import socket
import sys
import threading

import uvicorn

from .options import EngineOptions
from .routes import Engine, create_app

log = logging.getLogger(__name__)

KEY_VARIABLE = "STRONGROOM_ENGINE_KEY"
FAULT_EXIT = 70  # exit status after a fault of llama.cpp; the supervisor starts a new process
PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>
SWITCH_SECONDS = 0.0005  # the owner thread must not wait 5 ms for the HTTP thread after each step


class EngineStartError(Exception):
    """The engine cannot run; the message says why and what to do."""


def run_engine(options: EngineOptions) -> None:
    """Load the model and serve until a signal or the parent's end. Blocks.

    The key is read from STRONGROOM_ENGINE_KEY: a command line can be read by every user of the
    machine. Raises EngineStartError.
    """
    from .llama import ModelLoadError, supports_gpu

    key = os.environ.pop(KEY_VARIABLE, "")
    if len(key) < 16:
        raise EngineStartError(
            f"{KEY_VARIABLE} must hold the key that clients send, at least 16 characters; "
            "make one with: openssl rand -hex 32"
        )
    if options.watch_stdin:
        _end_with_parent()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        engine = Engine(options, _layers(options, gpu=supports_gpu()))
    except ModelLoadError as error:
        raise EngineStartError(str(error)) from None
    listener = _listener(options)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(engine, key),
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
            server_header=False,
        )
    )

    def end_soon() -> None:
        server.should_exit = True

    engine.on_fault = end_soon
    engine.scheduler.start()
    host, port = listener.getsockname()[:2]
    print(f"engine: {engine.name} ready on http://{host}:{port}", file=sys.stderr, flush=True)
    try:
        server.run(sockets=[listener])
    finally:
        engine.scheduler.stop()
    if engine.fault is not None:
        print(f"engine: {engine.fault}", file=sys.stderr, flush=True)
        # Not sys.exit: freeing a context whose state is unknown may hang or crash.
        os._exit(FAULT_EXIT)
    engine.close()


def _layers(options: EngineOptions, *, gpu: bool) -> int:
    if not gpu:
        return 0
    return -1 if options.gpu_layers is None else options.gpu_layers


def _listener(options: EngineOptions) -> socket.socket:
    if options.listener_fd is not None:
        return socket.socket(fileno=options.listener_fd)
    listener = socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        raise EngineStartError(
            f"cannot listen on {options.host}:{options.port} ({error.strerror}); "
            "choose another port"
        ) from None
    listener.listen(256)
    return listener


def _end_with_parent() -> None:
    """End this process when its parent is gone, however that ended.

    The kernel's own signal is immediate, but Linux alone has it; the closing of stdin works
    everywhere, unless another child of the parent holds the pipe open.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 4096):
                pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
