"""What a confined process can do to other processes and to files: nothing, root's among them."""

import ctypes
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sandbox.confinement import Need

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or ctypes.CDLL(None).syscall(444, None, 0, 1) < 1,
    reason="this kernel has no Landlock",
)
CONFINED = """
import os, sys, pathlib
from ingest.sandbox.confinement import Need, confine
readable = [pathlib.Path(one) for one in sys.argv[3:]] or None
assert confine(Need[sys.argv[1]], readable=readable) == ""
try:
    {code}
    print("done")
except OSError as error:
    print(type(error).__name__)
"""


def said(need: Need, code: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CONFINED.format(code=code), need.name, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def other() -> "Iterator[subprocess.Popen[bytes]]":
    """Another process of the same user, as a shell is."""
    started = subprocess.Popen(["sleep", "60"])
    yield started
    started.kill()
    started.wait()


@pytest.mark.parametrize("need", list(Need))
@pytest.mark.parametrize("flags", ["os.O_RDWR", "os.O_WRONLY", "os.O_RDONLY"])
def test_another_process_keeps_its_memory(
    other: "subprocess.Popen[bytes]", need: Need, flags: str
) -> None:
    """/proc/PID/mem was the way out of every filter: what is written there runs elsewhere."""
    assert said(need, f"os.open('/proc/{other.pid}/mem', {flags})", "x") == "PermissionError"


@pytest.mark.parametrize("need", [Need.ACCEPT, Need.LOOPBACK])
def test_what_is_needed_still_works(tmp_path: Path, need: Need) -> None:
    (tmp_path / "file").write_text("old")
    code = "pathlib.Path(sys.argv[2]).write_text('new'); os.kill(os.getpid(), 0)"
    assert said(need, code, tmp_path / "file") == "done"
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.parametrize(
    "code",
    [
        "os.open(sys.argv[2], os.O_WRONLY)",
        "os.open(sys.argv[2], os.O_RDWR)",
        "os.truncate(sys.argv[2], 0)",
        "os.unlink(sys.argv[2])",
        "os.rename(sys.argv[2], sys.argv[2] + '2')",
        "os.symlink('x', sys.argv[2] + '2')",
        "os.mkdir(sys.argv[2] + '2')",
        "os.mkfifo(sys.argv[2] + '2')",
        "os.kill(os.getppid(), 0)",
    ],
)
def test_a_parser_changes_nothing(tmp_path: Path, code: str) -> None:
    (tmp_path / "file").write_text("old")
    assert said(Need.NOTHING, code, tmp_path / "file") == "PermissionError"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"


def test_a_reader_of_one_file_reads_no_other(tmp_path: Path) -> None:
    mine, key = tmp_path / "mine", tmp_path / "trail.pem"
    mine.write_text("mine")
    key.write_text("secret")
    read = "print(open(sys.argv[2]).read())"
    assert said(Need.NOTHING, read, mine, mine) == "mine\ndone"
    assert said(Need.NOTHING, read, key, mine) == "PermissionError"
    assert said(Need.NOTHING, read, "/etc/passwd", mine) == "PermissionError"
    checkout = ROOT / "pyproject.toml"
    assert said(Need.NOTHING, read, checkout, mine) == "PermissionError"
    # Libraries are found when they are wanted.
    code = "import openpyxl, lxml.etree, pypdfium2, PIL.Image, csv, encodings.cp1250"
    assert said(Need.NOTHING, code, mine, mine) == "done"


def test_programs_that_a_process_starts_are_kept_out_too(
    other: "subprocess.Popen[bytes]",
) -> None:
    look = f"open('/proc/{other.pid}/mem', 'r+b')"
    code = (
        "import subprocess; "
        f"print(subprocess.run([sys.executable, '-c', {look!r}], capture_output=True).returncode)"
    )
    assert said(Need.LOOPBACK, code, "x") == "1\ndone"
