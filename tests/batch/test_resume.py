"""The command itself, killed and resumed: with the real index and engine, each time from cold."""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from batch.batch_runs import QUESTIONS, asked, command, lines, run

from app.cli import main

KILLED = 3  # times
BY = ("rail", "plane", "ship", "car", "bus", "taxi", "tram", "bike")


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "home")
    return tmp_path / "home"


def journalled(home: Path) -> dict[str, str]:
    """The results on disk, while another process writes them."""
    kept: dict[str, str] = {}
    for path in home.glob("batches/*/journal.sqlite3"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            try:
                kept.update(db.execute("SELECT key, result FROM results"))
            except sqlite3.OperationalError:  # its tables are being made
                continue
    return kept


def _started_as_from_a_terminal(words: list[str]) -> "subprocess.Popen[bytes]":
    """What a shell starts in the background ignores Ctrl-C, and would hand that on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(words, stderr=subprocess.PIPE)
    finally:
        signal.signal(signal.SIGINT, before)


def kill_and_resume(
    home: Path,
    order: list[str],
    out: Path,
    moments: list[int],
    stop_at_last: signal.Signals = signal.SIGKILL,
) -> bytes:
    """Kill the run when it has so many answers; the bytes that it comes to in the end.

    Each run gives one more at least before it is killed.
    """
    for number, count in enumerate(moments, 1):
        ending = stop_at_last if number == len(moments) else signal.SIGKILL
        enough = max(count, len(journalled(home)) + 1)
        process = _started_as_from_a_terminal(command(home, *order))
        while len(journalled(home)) < enough and process.poll() is None:
            time.sleep(0.02)
        time.sleep(random.random() / 4)
        assert process.poll() is None, process.communicate()
        process.send_signal(ending)
        _, said = process.communicate()
        if ending == signal.SIGINT:
            assert process.returncode == 130
            words = rf"stopped; {len(journalled(home))} answers are kept, the same command goes on"
            assert re.search(words.encode(), said)
            assert b"Traceback" not in said
    kept, before = journalled(home), Counter(asked(home))
    assert main(["--home", str(home), *order]) == 0
    again = Counter(asked(home)) - before
    texts = {key: json.loads(result)["question"]["text"] for key, result in kept.items()}
    assert kept
    assert not set(again) & set(texts.values())
    assert {key: journalled(home)[key] for key in kept} == kept
    return out.read_bytes()


def test_killed_and_stopped_it_comes_to_the_same_bytes(home: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "questions.csv", tmp_path / "answers.jsonl"
    # Enough of them that the run is still on its way when it is stopped.
    more = "".join(f"B{n},Who approves a journey by {by}?,text,,Bo\n" for n, by in enumerate(BY))
    file.write_text(QUESTIONS + more, encoding="utf-8")
    order = ["batch", str(file), "--out", str(out), "--reproducible"]
    resumed = kill_and_resume(home, order, out, [1, 2], signal.SIGINT)
    assert main(["--home", str(home), *order, "--force"]) == 0
    assert out.read_bytes() == resumed
    rows = lines(out)
    assert [row["key"] for row in rows] == [str(key) for key in range(2, 5 + len(BY))]
    assert (rows[0]["outcome"], rows[0]["value"]) == ("found", "28")
    assert rows[1]["outcome"] == "not_found"
    assert rows[0]["question"]["columns"]["owner"] == "Ann"


def test_a_dead_engine_is_waited_for(home: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "q.txt", tmp_path / "a.jsonl"
    file.write_text("How much is the meal allowance in Norway?\nWho approves a journey by rail?\n")
    process = subprocess.Popen(command(home, "batch", str(file), "--out", str(out)))
    killed = False
    while not killed and process.poll() is None:
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == process.pid and b"app.engine" in b" ".join(words):
                time.sleep(1.5)  # it is up and reads a prompt by then, or loads: both must do
                os.kill(int(entry.name), signal.SIGKILL)
                killed = True
        time.sleep(0.05)
    assert process.wait() == 0
    assert killed
    assert all(row["outcome"] != "failed" for row in lines(out))


@pytest.mark.slow
def test_sixteen_questions_killed_at_random(home: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "questions.txt", tmp_path / "answers.jsonl"
    file.write_text("".join(f"How many days after {n} months of work?\n" for n in range(16)))
    order = ["batch", str(file), "--out", str(out), "--reproducible"]
    resumed = kill_and_resume(home, order, out, sorted(random.sample(range(15), KILLED)))
    assert run(home, *order, "--force").returncode == 0
    assert out.read_bytes() == resumed
    assert len(lines(out)) == 16


@pytest.mark.slow
@pytest.mark.shared
def test_all_questions_of_the_set_killed_and_resumed(shared_dir: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "a.jsonl"
    assert run(home, "ingest", str(shared_dir / "eval" / "docs")).returncode == 0
    order = ["batch", str(shared_dir / "eval" / "questions.jsonl"), "--out", str(out)]
    order.append("--reproducible")
    resumed = kill_and_resume(home, order, out, sorted(random.sample(range(5, 370), KILLED)))
    assert run(home, *order, "--force").returncode == 0
    assert out.read_bytes() == resumed
    assert len(lines(out)) == 384
