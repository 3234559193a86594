"""A confined process keeps no right to look into others, and none but root looks into it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.sandbox.confinement import Need
from ingest.sandbox.rights import KEPT

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another user")
NOBODY = 65534
CONFINED = """
import sys
from ingest.sandbox.confinement import Need, confine
assert confine(Need[sys.argv[1]]) == ""
{code}
"""


def _status(need: Need) -> dict[str, str]:
    code = CONFINED.format(code="print(open('/proc/self/status').read())")
    said = subprocess.run(
        [sys.executable, "-c", code, need.name],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    ).stdout
    return {name: value.strip() for name, _, value in (x.partition(":") for x in said.splitlines())}


@as_root
@pytest.mark.parametrize("need", list(Need))
def test_root_keeps_the_rights_that_are_needed(need: Need) -> None:
    status = _status(need)
    kept = sum(1 << one for one in KEPT)
    for which in ("CapPrm", "CapEff", "CapBnd"):
        assert not int(status[which], 16) & ~kept, which
    assert int(status["CapEff"], 16) & 1 << 1  # files of others


@as_root
def test_a_program_started_afterwards_does_not_have_them_again() -> None:
    code = CONFINED.format(
        code="import subprocess; print(subprocess.run(['cat', '/proc/self/status'],"
        "capture_output=True, text=True).stdout)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, Need.LOOPBACK.name],
        capture_output=True, text=True, cwd=ROOT, check=True,
    ).stdout  # fmt: skip
    (line,) = (line for line in said.splitlines() if line.startswith("CapEff"))
    assert not int(line.split()[1], 16) & (1 << 19 | 1 << 21)  # SYS_PTRACE, SYS_ADMIN


@as_root
@pytest.mark.parametrize("need", list(Need))
@pytest.mark.parametrize("what", ["mem", "environ", "maps"])
def test_nobody_of_the_same_user_looks_into_it(need: Need, what: str) -> None:
    """A parser that was taken over, or any program of the service's user, took our memory."""
    become = f"import ctypes, os, sys; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})"
    # A change of user closes a process as well; here it is to be open before.
    before = f"{become}; ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n"
    wait = "print('ready', flush=True); sys.stdin.read()"
    code = "from ingest.sandbox import confinement\n" + before + CONFINED.format(code=wait)
    with subprocess.Popen(
        [sys.executable, "-c", code, need.name],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
    ) as ours:  # fmt: skip
        assert ours.stdout is not None
        assert ours.stdin is not None
        assert ours.stdout.readline() == b"ready\n"
        look = (
            f"{become}\n"
            f"try: open('/proc/{ours.pid}/{what}', 'rb').read(1); print('looked')\n"
            "except PermissionError: print('refused')"
        )
        said = subprocess.run(
            [sys.executable, "-c", look], capture_output=True, text=True, check=True
        ).stdout
        ours.stdin.close()
    assert said == "refused\n"


@pytest.mark.parametrize("need", list(Need))
def test_it_leaves_no_image_of_its_memory(need: Need) -> None:
    code = CONFINED.format(
        code="import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    )
    said = subprocess.run(
        [sys.executable, "-c", code, need.name],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    ).stdout
    assert said == "0\n"


def test_a_parser_taken_over_reads_no_key(tmp_path: Path) -> None:
    """In the parser itself, with its own start and its own limits."""
    key = tmp_path / "trail.pem"
    key.write_text("secret", "utf-8")
    code = (
        "import sys, socket, os\n"
        "import ingest.sandbox.worker as worker\n"
        "def taken_over(request, descriptor, out, *others):\n"
        f"    try: said = open({str(key)!r}).read()\n"
        "    except OSError as error: said = type(error).__name__\n"
        "    worker._send(out, {'title': said, 'pages': None, 'warnings': [], 'readings': []})\n"
        "    out.flush()\n"
        "worker._answer = taken_over\n"
        "worker.main()"
    )
    ours, theirs = socket.socketpair()
    with ours, subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", code, "1024", "20", str(theirs.fileno())],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, pass_fds=(theirs.fileno(),),
    ) as child:  # fmt: skip
        theirs.close()
        with key.open("rb") as file:
            socket.send_fds(ours, [b"f"], [file.fileno()])
        said, _ = child.communicate(b"{}\n", timeout=60)
    assert b"PermissionError" in said
    assert b"secret" not in said
