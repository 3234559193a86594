"""A process in a Landlock domain of its own still moves files between folders, as uploads do."""

import subprocess
import sys
from pathlib import Path

import pytest

MOVE = """
import os, sys
from ingest.sandbox.landlock import stay_apart
told = stay_apart()
if told:
    print(told)
    sys.exit(3)
os.replace(sys.argv[1], sys.argv[2])
try:
    open("/proc/1/mem", "rb").close()
except OSError:
    pass
else:
    sys.exit("it looks into other processes")
"""


def test_files_are_moved_between_folders(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    held, moved = tmp_path / "one" / "part", tmp_path / "two" / "whole"
    held.write_bytes(b"words")
    done = subprocess.run(
        [sys.executable, "-c", MOVE, str(held), str(moved)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 3:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    assert moved.read_bytes() == b"words"
