"""The command itself: killed, resumed, piped, verified; with the real index and engine."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from batch.batch_runs import QUESTIONS, asked, command, lines, run

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    assert run(folder, "ingest", str(SAMPLES)).returncode == 0
    return folder


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.csv"
    file.write_text(QUESTIONS, encoding="utf-8")
    return file


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


def test_killed_three_times_it_comes_to_the_same_bytes(
    home: Path, questions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.jsonl"
    order = ["batch", str(questions), "--out", str(out), "--reproducible"]
    for count in (1, 2, 3):
        process = subprocess.Popen(command(home, *order), stderr=subprocess.PIPE)
        while len(journalled(home)) < count and process.poll() is None:
            time.sleep(0.02)
        time.sleep(random.random() / 5)
        assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGKILL)
        process.communicate()
    kept, before = journalled(home), Counter(asked(home))
    done = run(home, *order, "--json")
    assert done.returncode == 0, done.stderr
    again = Counter(asked(home)) - before
    texts = {key: json.loads(result)["question"]["text"] for key, result in kept.items()}
    assert not set(again) & set(texts.values())
    assert {key: journalled(home)[key] for key in kept} == kept
    resumed = out.read_bytes()
    assert run(home, *order, "--force").returncode == 0
    assert out.read_bytes() == resumed
    rows = lines(out)
    assert [row["key"] for row in rows] == ["2", "3", "4", "5"]
    assert (rows[0]["outcome"], rows[0]["value"]) == ("found", "28")
    assert rows[2]["outcome"] == "not_found"
    assert rows[0]["question"]["columns"]["owner"] == "Ann"
    checked = run(home, "batch", "--verify", str(out), "--sample", "2", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["same"] == 2
    out.write_bytes(resumed.replace(b"28", b"82"))
    forged = run(home, "batch", "--verify", str(out))
    assert forged.returncode == 1
    assert "was changed since" in forged.stderr


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


def test_a_pipe_in_and_a_pipe_out(home: Path) -> None:
    done = run(home, "batch", "-", "--out", "-", text="How many days of annual leave are there?\n")
    assert done.returncode == 0, done.stderr
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert row["outcome"] == "found"
    assert row["evidence"][0]["document"] == "employee-handbook.pdf"


def test_bad_rows_end_it_or_are_recorded(home: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "q.csv", tmp_path / "a.csv"
    file.write_text(
        "question,document\nHow many days of annual leave are there?,\nWhich?,nowhere.pdf\n,x\n"
    )
    done = run(home, "batch", str(file), "--out", str(out))
    assert done.returncode == 1
    assert "row 3" in done.stderr
    assert "row 4" in done.stderr
    assert not out.exists()
    done = run(home, "batch", str(file), "--out", str(out), "--skip-bad", "--json")
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["failed"] == 2
    assert "nowhere.pdf" in out.read_text(encoding="utf-8-sig")


def test_each_document_and_formulas_stay_text(home: Path, tmp_path: Path) -> None:
    import openpyxl

    file, out = tmp_path / "q.csv", tmp_path / "a.xlsx"
    file.write_text("question,owner\nHow many days of annual leave are there?,=cmd|' /C calc'!A0\n")
    done = run(home, "batch", str(file), "--out", str(out), "--each-document", "--json")
    assert done.returncode == 0, done.stderr
    documents = json.loads(run(home, "documents", "--json").stdout)["documents"]
    assert json.loads(done.stdout)["total"] == len(documents)
    book = openpyxl.load_workbook(out)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any("cmd|" in str(cell.value) for cell in cells)


@pytest.mark.slow
@pytest.mark.shared
def test_all_questions_of_the_set_killed_and_resumed(shared_dir: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "a.jsonl"
    assert run(home, "ingest", str(shared_dir / "eval" / "docs")).returncode == 0
    order = ["batch", str(shared_dir / "eval" / "questions.jsonl"), "--out", str(out)]
    order.append("--reproducible")
    for count in sorted(random.sample(range(5, 370), 3)):
        process = subprocess.Popen(command(home, *order), stderr=subprocess.DEVNULL)
        while len(journalled(home)) < count and process.poll() is None:
            time.sleep(0.05)
        process.kill()
        process.wait()
    kept = journalled(home)
    assert run(home, *order).returncode == 0
    assert {key: journalled(home)[key] for key in kept} == kept
    resumed = out.read_bytes()
    assert run(home, *order, "--force").returncode == 0
    assert out.read_bytes() == resumed
    assert len(lines(out)) == 384
