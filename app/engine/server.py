"""Runs one engine process from its start to its end."""

import contextlib
import ctypes
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
from dataclasses import replace

import uvicorn

from app.http_server import raise_open_files, server_of
from ingest.sandbox.confinement import Need, confine

from .options import EngineOptions
from .routes import Engine, create_app

log = logging.getLogger(__name__)

KEY_VARIABLE = "STRONGROOM_ENGINE_KEY"
FAULT_EXIT = 70  # exit status after a fault of llama.cpp; the supervisor starts a new process
PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>
READY = "is ready on"
MOST_CHATS_GPU = 32  # by default; more people than that rarely wait for words at the same moment
MOST_CHATS_CPU = 4  # more would make each of them slower than one reads
SWITCH_SECONDS = 0.0005  # the owner thread must not wait 5 ms for the HTTP thread after each step


class EngineStartError(Exception):
    """The engine cannot run; the message says why and what to do."""


def run_engine(options: EngineOptions) -> None:
    """Load the model and serve until a signal or the parent's end. Blocks.

    The key is read from STRONGROOM_ENGINE_KEY: a command line can be read by every user of the
    machine. Raises EngineStartError.
    """
    from .llama import ModelLoadError

    key = os.environ.pop(KEY_VARIABLE, "")
    if len(key) < 16:
        raise EngineStartError(
            f"{KEY_VARIABLE} must hold the key that clients send, at least 16 characters; "
            "make one with: openssl rand -hex 32"
        )
    if options.watch_stdin:
        _end_with_parent()
    sys.setswitchinterval(SWITCH_SECONDS)
    if options.listener_fd is not None:
        _confine()  # before the model's file is read: it may be anyone's
    try:
        options = _planned(options)
        engine = Engine(options, options.gpu_layers or 0)
    except ModelLoadError as error:
        raise EngineStartError(str(error)) from None
    raise_open_files()
    listener = _listener(options)
    if options.listener_fd is None:
        _confine()
    if not _is_loopback(listener):
        log_line(
            "others reach this engine, and its http is not encrypted: questions, documents and the "
            "key can be read on the way. Keep it to a network of its own"
        )
    server = uvicorn.Server(
        server_of(
            create_app(engine, key),
            lifespan="off",
            timeout_graceful_shutdown=2,
            timeout_keep_alive=75,  # longer than clients keep a connection: they close it, not we
        )
    )

    def end_soon() -> None:
        server.should_exit = True

    engine.on_fault = end_soon
    engine.scheduler.start()
    # Whoever asks first need not wait for the file to be read.
    threading.Thread(target=engine.hashes, name="hash", daemon=True).start()
    host, port = listener.getsockname()[:2]
    log_line(f"{engine.name} {READY} http://{host}:{port}")
    try:
        server.run(sockets=[listener])
    finally:
        engine.scheduler.stop()
    if engine.fault is not None:
        print(f"engine error: {engine.fault}", file=sys.stderr, flush=True)
        # Not sys.exit: freeing a context whose state is unknown may hang or crash.
        os._exit(FAULT_EXIT)
    engine.close()


def _confine() -> None:
    """From here on this process can answer, and reach nobody."""
    if reason := confine(Need.ACCEPT):
        log_line(f"not confined by the kernel: {reason}")


def log_line(text: str) -> None:
    """To whoever started the engine: a terminal, or the supervisor."""
    for line in text.splitlines():
        print(f"engine: {line}", file=sys.stderr, flush=True)


def _planned(options: EngineOptions) -> EngineOptions:
    """Fill in what was left open, by what fits into the memory that is free right now."""
    from .gguf import GgufError, read_gguf
    from .hardware import detect
    from .plan import PlanError, plan

    hardware = detect()
    most = MOST_CHATS_GPU if hardware.gpus else MOST_CHATS_CPU
    chats = options.parallel or (options.kv_cells // options.context) or most
    try:
        fitting = plan(
            read_gguf(options.model),
            hardware,
            context=options.context,
            chats=chats,
            gpu_layers=options.gpu_layers,
            kv_type=options.kv_type,
            threads=options.threads or None,
            batch=options.batch,
            flash=options.flash != "off",
        )
    except (GgufError, PlanError) as error:
        raise EngineStartError(str(error)) from None
    log_line(fitting.in_words())
    return replace(
        options,
        context=fitting.context,
        parallel=min(options.parallel or most, fitting.chats),
        kv_cells=min(options.kv_cells, fitting.kv_cells) if options.kv_cells else 0,
        gpu_layers=fitting.n_gpu_layers if hardware.gpus else 0,
        tensor_split=options.tensor_split or fitting.tensor_split,
    )


def _listener(options: EngineOptions) -> socket.socket:
    if options.listener_fd is not None:
        return socket.socket(fileno=options.listener_fd)
    listener = socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        raise EngineStartError(
            f"cannot listen on {options.host}:{options.port} ({error.strerror or error}); "
            "choose another port"
        ) from None
    listener.listen(256)
    return listener


def _is_loopback(listener: socket.socket) -> bool:
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


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
