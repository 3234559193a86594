"""No refused attempt is lost on its way into the trail, whoever writes and pours at once."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.privacy.attempts import Attempt, AttemptFile


def _attempts(count: int, of: str = "") -> list[Attempt]:
    return [Attempt.now("socket.connect", f"host{of}{n}", ("lib",), "test") for n in range(count)]


def test_an_attempt_that_is_being_written_while_others_are_poured_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, (first, second) = AttemptFile(tmp_path), _attempts(2)
    file(first)
    begun, real = threading.Event(), os.write

    def slow(descriptor: int, content: bytes) -> int:
        if second.id.encode() in content and not begun.is_set():
            begun.set()
            time.sleep(0.3)  # the file is open, and nothing written yet
        return real(descriptor, content)

    monkeypatch.setattr(os, "write", slow)
    writer = threading.Thread(target=file, args=(second,))
    writer.start()
    begun.wait()
    poured: list[Attempt] = []
    file.pour(poured.append)
    writer.join()
    file.pour(poured.append)
    assert {one.id for one in poured} == {first.id, second.id}


WRITER = """
import sys
from pathlib import Path
from app.privacy.attempts import Attempt, AttemptFile
for n in range(400):
    AttemptFile(Path(sys.argv[1]))(Attempt.now("socket.connect", f"host{n}", (), sys.argv[2]))
"""


def test_no_attempt_is_lost_or_doubled_while_processes_write_and_others_pour(
    tmp_path: Path,
) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in "ab"
    ]
    poured: list[Attempt] = []

    def pour() -> None:
        file, alive = AttemptFile(tmp_path), True
        while alive:
            alive = any(writer.poll() is None for writer in writers)
            file.pour(poured.append)

    pourers = [threading.Thread(target=pour) for _ in range(2)]
    for one in pourers:
        one.start()
    for one in pourers:
        one.join()
    assert len(poured) == len({one.id for one in poured}) == 800
    for name in "ab":
        assert [one.target for one in poured if one.program == name] == [
            f"host{n}" for n in range(400)
        ]


def test_half_a_line_of_a_killed_process_does_not_spoil_the_next(tmp_path: Path) -> None:
    file, (attempt,) = AttemptFile(tmp_path), _attempts(1)
    file.path.write_bytes(b'{"id": "torn')
    file(attempt)
    assert file.read() == [attempt]
    poured: list[Attempt] = []
    file.pour(poured.append)
    assert poured == [attempt]
