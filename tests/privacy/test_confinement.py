"""What the kernel refuses to a confined process, asked past everything that Python sees."""

import subprocess
import sys

import pytest

from ingest.sandbox.confinement import Need

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")

BEFORE = """
import ctypes, errno, socket, sys
from ingest.sandbox.confinement import _MACHINES, Need, confine
import platform
calls = _MACHINES[platform.machine()].calls
made = socket.socket()
server = socket.create_server(("127.0.0.1", 0))
libc = ctypes.CDLL(None, use_errno=True)
assert confine(Need[sys.argv[1]]) == ""
def outcome(returned):
    return "done" if returned >= 0 else errno.errorcode[ctypes.get_errno()]
address = (ctypes.c_char * 16)(*b"\\2\\0\\x1f\\x40\\x7f\\0\\0\\1")
"""


def _said(need: Need, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", BEFORE + f"print(outcome({code}))", need.name],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.parametrize("need", [Need.NOTHING, Need.ACCEPT])
@pytest.mark.parametrize(
    "code",
    [
        "libc.socket(2, 1, 0)",
        "libc.socket(2, 2, 0)",
        "libc.socket(10, 1, 0)",
        "libc.socket(17, 3, 0)",
        "libc.connect(made.fileno(), address, 16)",
        "libc.syscall(calls['socket'], 2, 1, 0)",
        "libc.syscall(calls['connect'], made.fileno(), address, 16)",
        "libc.syscall(calls['sendto'], made.fileno(), b'x', 1, 0x20000000, address, 16)",
        "libc.syscall(calls['io_uring_setup'], 1, 0)",
        "libc.syscall(calls['pidfd_getfd'], 0, 0, 0)",
        "libc.syscall(calls['unshare'], 0x40000000)",
        "libc.ptrace(0, 0, 0, 0)",
    ],
)
def test_way_out_is_refused(need: Need, code: str) -> None:
    assert _said(need, code) == "EPERM"


@pytest.mark.parametrize(
    "code",
    [
        "libc.socket(17, 3, 0)",
        "libc.socket(40, 1, 0)",
        "libc.syscall(calls['sendto'], made.fileno(), b'x', 1, 0x20000000, address, 16)",
        "libc.syscall(calls['io_uring_setup'], 1, 0)",
        "libc.syscall(calls['pidfd_getfd'], 0, 0, 0)",
        "libc.syscall(calls['setns'], 0, 0)",
        "libc.syscall(calls['unshare'], 0x40000000)",
        "libc.ptrace(0, 0, 0, 0)",
    ],
)
def test_way_out_of_a_namespace_is_refused(code: str) -> None:
    assert _said(Need.LOOPBACK, code) == "EPERM"


def test_in_a_namespace_loopback_works_and_programs_start() -> None:
    code = (
        "__import__('subprocess').run([sys.executable, '-c', 'pass'], check=True).returncode"
        " or libc.connect(made.fileno(), (ctypes.c_char * 16)(*b'\\2\\0' + "
        "server.getsockname()[1].to_bytes(2, 'big') + b'\\x7f\\0\\0\\1'), 16)"
    )
    assert _said(Need.LOOPBACK, code) == "done"


def test_parser_starts_no_program() -> None:
    assert _said(Need.NOTHING, "libc.execv(b'/bin/true', None)") == "EPERM"


def test_a_program_started_by_the_engine_is_confined_too() -> None:
    code = (
        "__import__('subprocess').run([sys.executable, '-c', 'import socket; socket.socket()'],"
        " stderr=-3).returncode - 1"
    )
    assert _said(Need.ACCEPT, code) == "done"  # it ended with 1: a PermissionError


def test_engine_answers_whoever_calls() -> None:
    code = BEFORE + (
        "print(server.getsockname()[1], flush=True)\n"
        "visitor, _ = server.accept(); visitor.sendall(b'hello')"
    )
    import socket

    child = subprocess.Popen(
        [sys.executable, "-c", code, "ACCEPT"], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child, socket.create_connection(("127.0.0.1", int(child.stdout.readline()))) as caller:
        assert caller.recv(5) == b"hello"
