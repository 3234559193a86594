"""A process of ours in a network namespace of its own: what still works, and what does not."""

import errno
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.privacy.namespace import Kernel, is_apart, trial
from app.settings import load_settings
from app.workspace.checkup import check
from ingest.sandbox.confinement import Kernel as CallsKernel
from ingest.sandbox.confinement import Need, confine

NOT_HERE = trial()
permitted = pytest.mark.skipif(
    bool(NOT_HERE) and not os.environ.get("CI"), reason=f"no network namespace: {NOT_HERE}"
)


class Refusing(Kernel):
    """A kernel as in many containers; `at` names the call that it refuses."""

    def __init__(self, at: str) -> None:
        self._at = at

    def leave_network(self, *, as_user: bool) -> None:
        if self._at == "leave_network":
            raise PermissionError(errno.EPERM, "Operation not permitted")

    def raise_loopback(self) -> None:
        if self._at == "raise_loopback":
            raise PermissionError(errno.EPERM, "Operation not permitted")

    def drop_capabilities(self) -> None:
        """Nothing was gained."""


class NoFilters(CallsKernel):
    """A kernel that was built without seccomp."""

    def filter_calls(self, number: int, flags: int, program: bytes) -> int:
        return errno.EINVAL


@pytest.mark.parametrize("at", ["leave_network", "raise_loopback"])
def test_a_refusal_is_told_and_changes_nothing(at: str) -> None:
    assert trial(Refusing(at)) == "the kernel refuses it: Operation not permitted"
    assert is_apart(os.getpid()) is False
    assert is_apart(0) is None, "of a process that cannot be looked into nothing is known"
    assert is_apart(0, 1) is True, "but what it says itself"


def _findings(
    folder: Path, network: Kernel | None = None, calls: CallsKernel | None = None
) -> dict[str, str]:
    settings = load_settings({"home": folder})
    return {
        found.what: found.status
        for found in check(settings, network=network, calls=calls)
        if found.area == "privacy"
    }


def test_check_says_what_the_kernel_refuses(tmp_path: Path) -> None:
    said = _findings(tmp_path, Refusing("leave_network"), NoFilters())
    warned = "\n".join(what for what, status in said.items() if status == "warning")
    assert "no network namespace of its own: the kernel refuses it" in warned
    assert "the kernel refuses a seccomp filter (error 22)" in warned


@permitted
def test_check_says_what_the_kernel_does(tmp_path: Path) -> None:
    said = _findings(tmp_path)
    for words in ("has a network namespace of its own", "closed by the kernel"):
        assert [status for what, status in said.items() if words in what] == ["ok"]


def test_a_refused_filter_is_told() -> None:
    # In a child: no new privileges is for life.
    code = (
        "import errno; from ingest.sandbox.confinement import Kernel, Need, confine\n"
        "class No(Kernel):\n"
        "    def filter_calls(self, *_): return errno.EINVAL\n"
        "print(confine(Need.NOTHING, No()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "the kernel refuses a seccomp filter (error 22)\n"
    assert confine(Need.NOTHING, _NoPrivileges()) == "prctl refuses no-new-privileges (error 1)"


class _NoPrivileges(CallsKernel):
    def no_new_privileges(self) -> int:
        return errno.EPERM


INSIDE = """
import ctypes, json, os, socket, sys
from pathlib import Path
from app.privacy.network_isolation import go_apart, listen
from app.privacy.guard import Guard
from app.settings import load_settings
settings = load_settings({{"home": sys.argv[1]}})
{before}
outer = listen("127.0.0.1", 0)
apart = go_apart(settings, outer)
assert apart.reason == apart.unfiltered == "", apart
{code}
"""


def _inside(
    folder: Path, code: str, *, before: str = "", variables: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", INSIDE.format(before=before, code=code), str(folder)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, **(variables or {})},
    )  # fmt: skip


def _said(process: "subprocess.Popen[str]") -> str:
    with process:
        assert process.stdout is not None
        return process.stdout.read().strip()


@permitted
def test_a_listening_socket_is_reached_from_outside(tmp_path: Path) -> None:
    code = (
        "(door,) = outer; door.listen(); print(door.getsockname()[1], flush=True)\n"
        "visitor, _ = door.accept(); visitor.sendall(b'hello'); visitor.close()"
    )
    with _inside(tmp_path, code) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        assert is_apart(process.pid)
        with socket.create_connection(("127.0.0.1", port), 10) as visitor:
            assert visitor.recv(5) == b"hello"


@permitted
@pytest.mark.skipif(os.geteuid() != 0, reason="this kernel may allow the filter to root alone")
@pytest.mark.parametrize("turned", ["door", "visitor"])
def test_a_socket_of_the_web_chat_cannot_be_turned_round(tmp_path: Path, turned: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        target = other.getsockname()[1]
        code = (
            "from app.privacy.check.limits import connect_in_c\n"
            "(door,) = outer; door.listen(); print(door.getsockname()[1], flush=True)\n"
            "visitor, _ = door.accept(); visitor.recv(1)\n"
            f"print(connect_in_c('127.0.0.1', {target}, {turned}.detach()))"
        )
        with _inside(tmp_path, code) as process:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with socket.create_connection(("127.0.0.1", port), 10) as visitor:
                visitor.sendall(b"!")
                assert int(process.stdout.readline()) != 0
        other.settimeout(0.2)
        with pytest.raises(TimeoutError):
            other.accept()


@permitted
@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        # Another process's socket on the machine's own loopback is not on ours.
        ("print(socket.socket().connect_ex(('127.0.0.1', PORT)))", errno.ECONNREFUSED),
        (
            "from app.privacy.check.limits import connect_in_c\n"
            "print(connect_in_c('127.0.0.1', PORT))",
            errno.ECONNREFUSED,
        ),
        (
            "from app.privacy.check.limits import connect_in_c\n"
            "print(connect_in_c('192.0.2.1', 80))",
            errno.ENETUNREACH,
        ),
        # A virtual machine's way to its host, raw packets, and the way back.
        (
            "libc = ctypes.CDLL(None, use_errno=True)\n"
            "libc.socket(40, 1, 0); print(ctypes.get_errno())",
            errno.EPERM,
        ),
        (
            "libc = ctypes.CDLL(None, use_errno=True)\nlibc.setns(0, 0); print(ctypes.get_errno())",
            errno.EPERM,
        ),
        (
            "own = socket.create_server(('127.0.0.1', 0))\n"
            "print(socket.socket().connect_ex(own.getsockname()))",
            0,
        ),
    ],
)
def test_what_can_be_reached_from_inside(tmp_path: Path, code: str, outcome: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert _said(_inside(tmp_path, code.replace("PORT", port))) == str(outcome)


@permitted
def test_a_process_that_went_apart_says_so_itself(tmp_path: Path) -> None:
    code = (
        "from app.workspace.checkup import check\n"
        "from app.data_folder.ownership import own\n"
        "with own(settings.home, 'strongroom serve'):\n"
        "    print([one.status for one in check(settings) if 'kernel' in one.what\n"
        "           or 'network' in one.what])"
    )
    assert _said(_inside(tmp_path, code)) == "['ok', 'ok']"


class Hello(BaseHTTPRequestHandler):
    """An engine elsewhere, as far as this test goes."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"host": self.headers["Host"], "size": len(body)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def elsewhere() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@permitted
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_host_of_the_settings_is_reached_through_the_relay(
    tmp_path: Path, elsewhere: int, name: str
) -> None:
    code = (
        "import httpx\n"
        f"url = 'http://{name}:{elsewhere}/'\n"
        "with httpx.Client(trust_env=False) as http:\n"
        "    print(json.dumps([http.post(url, content=b'x' * 1_000_000).json() for _ in '12']))"
    )
    process = _inside(
        tmp_path, code, variables={"STRONGROOM_ENGINE_URL": f"http://{name}:{elsewhere}"}
    )
    expected = {"host": f"{name}:{elsewhere}", "size": 1_000_000}
    assert json.loads(_said(process)) == [expected, expected]


@permitted
def test_a_host_that_hangs_up_is_noticed_through_the_relay(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as host:
        port = host.getsockname()[1]
        process = _inside(
            tmp_path,
            f"one = socket.create_connection(('127.0.0.1', {port}))\n"
            "one.sendall(b'hello'); print(one.recv(9))\n"
            "one.close(); two = socket.create_connection(('127.0.0.1', PORT))\n".replace(
                "PORT", str(port)
            ) + "two.shutdown(socket.SHUT_WR); print(two.recv(9))",
            variables={"STRONGROOM_ENGINE_URL": f"http://127.0.0.1:{port}"},
        )  # fmt: skip
        first, _ = host.accept()
        assert first.recv(9) == b"hello"
        first.close()
        second, _ = host.accept()
        assert second.recv(9) == b""  # the end of what the process says comes through
        second.sendall(b"bye")
        second.close()
        assert _said(process) == "b''\nb'bye'"
