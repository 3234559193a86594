"""Processes are ended at random moments of their work; nothing acknowledged is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

CUTTING = Path(__file__).with_name("cutting.py")


def cut(folder: Path, *arguments: str) -> str:
    """A process of its own: it forks, which this one may have too many threads for."""
    done = subprocess.run(
        [sys.executable, str(CUTTING), "--folder", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    return done.stdout


def test_a_few_cuts_lose_nothing(tmp_path: Path):
    said = cut(tmp_path, "--cuts", "7", "--seed", "11", "--jobs", "ingest,delete,backup")
    assert "7 cuts in" in said


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_hundred_cuts_lose_nothing(tmp_path: Path):
    assert "200 cuts in" in cut(tmp_path, "--cuts", "200")
