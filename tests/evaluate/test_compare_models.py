"""`strongroom models compare`: two models, the same questions, what each takes and says."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.answering.evaluation.models import questions_of
from app.answering.evaluation.questions import QuestionFileError
from app.cli import main
from app.engine.process_use import process_use

QUESTIONS = [
    {"qid": "leave", "question": "How many days of annual leave do employees have?",
     "expect": {"all_of": [[28]]}},
    {"qid": "moon", "question": "Who was the first person on the moon?",
     "expect": {"refused": True}},
]  # fmt: skip


def test_two_models_are_told_side_by_side(
    tmp_path: Path, starter_gguf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.gguf"  # the same model by another name must give the same answers
    os.link(starter_gguf, other) if _same_device(starter_gguf, tmp_path) else shutil.copy(
        starter_gguf, other
    )
    handbook = tmp_path / "handbook.md"
    handbook.write_text("# Leave\n\nEmployees have 28 days of annual leave.\n", encoding="utf-8")
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in QUESTIONS), encoding="utf-8")
    home, out = str(tmp_path / "home"), tmp_path / "out.json"
    assert main(["ingest", "--home", home, str(handbook)]) == 0
    capsys.readouterr()
    command = ["models", "compare", "--home", home, str(starter_gguf), str(other)]
    assert main([*command, "--questions", str(file), "--json", "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(out.read_text(encoding="utf-8"))
    assert [one["model"] for one in told["models"]] == [str(starter_gguf), str(other)]
    for one in told["models"]:
        assert one["file_bytes"] == starter_gguf.stat().st_size
        assert one["memory_bytes"] > 50e6
        assert one["cpu_s_each"] >= 0
        assert one["reads_tokens_s"] > one["writes_tokens_s"] > 0
        assert one["right"]["questions"] == len(QUESTIONS)
    for asked, question in zip(told["questions"], QUESTIONS, strict=True):
        assert asked["question"] == question["question"]
        first, second = asked["answers"]
        assert first["answer"] == second["answer"]
        assert first["verdict"] == second["verdict"] == "right"
    assert told["questions"][0]["answers"][0]["documents"] == ["handbook.md"]
    assert {one["metric"] for one in told["differences"][0]["metrics"]} >= {"right"}


def _same_device(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def test_a_model_beside_itself_tells_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["models", "compare", "--home", str(tmp_path / "home"), "a.gguf", "a.gguf"]
    assert main([*command, "--questions", "q.txt"]) == 2
    assert "two models" in capsys.readouterr().err


def test_a_text_file_holds_a_question_a_line(tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("\ufeffHow much?\n\n  Wie viel? \r\n", encoding="utf-8")
    assert [one.question for one in questions_of(file)] == ["How much?", "Wie viel?"]
    for wrong in (b"\n \n", b"\xff\xfe\x00"):
        file.write_bytes(wrong)
        with pytest.raises(QuestionFileError, match=r"questions\.txt"):
            questions_of(file)


def test_a_process_tells_its_memory_and_time() -> None:
    code = "kept = bytearray(80_000_000)\nfor _ in range(2_000_000): pass\nprint(); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        used = process_use(process.pid)
        process.communicate(b"\n")
    assert used is not None
    assert used.peak_memory > 80_000_000
    assert used.cpu_s > 0
    assert process_use(process.pid) is None
