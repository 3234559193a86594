"""The parsing process keeps its limits, and its troubles stay its own."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.sandbox.parsing import ParseLimits, Sandbox
from ingest.sections import LoaderError


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.md"
    path.write_text("# Title\n\nSome words.")
    return path


def headings(tmp_path: Path, count: int) -> Path:
    path = tmp_path / "many.md"
    path.write_text("\n".join(f"# h{n}" for n in range(count)))
    return path


def test_one_child_reads_file_after_file(small: Path):
    with Sandbox(ParseLimits()) as sandbox:
        first = sandbox.read(small, "small.md")
        child = sandbox._child
        assert sandbox.read(small, "small.md") == first
        assert sandbox._child is child
    assert first.title == "Title"
    assert [(s.text, s.heading) for s in first.sections] == [("Some words.", "Title")]
    assert child is not None
    assert child.poll() is not None


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, small: Path):
    with Sandbox(ParseLimits(seconds=1.5)) as sandbox:
        with pytest.raises(LoaderError, match=r"more than 1\.5 s .* raise ingest\.seconds"):
            sandbox.read(headings(tmp_path, 400_000), "many.md")
        assert sandbox.read(small, "small.md").title == "Title"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="macOS has no such limit")
def test_a_file_that_needs_too_much_memory_is_given_up(tmp_path: Path, small: Path):
    large = tmp_path / "large.txt"
    large.write_text("wörds " * 10_000_000)
    with Sandbox(ParseLimits(memory_mib=150, text_mib=200)) as sandbox:
        with pytest.raises(LoaderError, match=r"memory.* raise ingest\.memory_mib"):
            sandbox.read(large, "large.txt")
        assert sandbox.read(small, "small.md").title == "Title"


def test_too_much_text_is_refused_before_it_fills_the_parent(tmp_path: Path):
    large = tmp_path / "large.txt"
    large.write_text("word " * 1_000_000)
    with (
        Sandbox(ParseLimits(text_mib=1)) as sandbox,
        pytest.raises(LoaderError, match="more text than the limit"),
    ):
        sandbox.read(large, "large.txt")


def test_a_crash_of_the_parser_is_one_rejection(tmp_path: Path, small: Path):
    path = headings(tmp_path, 1_000_000)
    with Sandbox(ParseLimits()) as sandbox:
        sandbox.read(small, "small.md")
        assert sandbox._child is not None
        pid = sandbox._child.pid
        killer = threading.Timer(0.3, os.kill, (pid, signal.SIGSEGV))
        killer.start()
        with pytest.raises(LoaderError, match="crash"):
            sandbox.read(path, "many.md")
        assert sandbox.read(small, "small.md").title == "Title"


def test_a_missing_file_is_a_rejection(tmp_path: Path):
    with Sandbox(ParseLimits()) as sandbox, pytest.raises(LoaderError, match="cannot be opened"):
        sandbox.read(tmp_path / "gone.txt", "gone.txt")


def test_reading_stops_when_asked(tmp_path: Path):
    started = time.monotonic()
    with Sandbox(ParseLimits()) as sandbox, pytest.raises(LoaderError, match="stopped"):
        sandbox.read(
            headings(tmp_path, 1_000_000), "many.md", lambda: time.monotonic() > started + 0.5
        )


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_the_child_sees_no_secrets_and_can_write_no_file(small: Path, monkeypatch):
    monkeypatch.setenv("STRONGROOM_ENGINE_KEY", "s3cret")
    with Sandbox(ParseLimits()) as sandbox:
        sandbox.read(small, "small.md")
        assert sandbox._child is not None
        process = Path(f"/proc/{sandbox._child.pid}")
        assert b"s3cret" not in (process / "environ").read_bytes()
        limits = (process / "limits").read_text()
    written = next(line for line in limits.splitlines() if line.startswith("Max file size"))
    assert written.split()[3:5] == ["0", "0"]
