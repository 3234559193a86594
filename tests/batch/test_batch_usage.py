"""Wrong usage of the command is said before anything is opened or overwritten."""

import os
from pathlib import Path

import pytest
from batch.batch_runs import here
from batch.test_batch_tables import INFO, result

from app.batch.output.tables import write_table


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "q.csv"
    file.write_text("question\nWhat?\n")
    return file


@pytest.mark.parametrize("how", ["a longer way", "a link", "another name of it"])
def test_the_questionnaire_is_never_overwritten(tmp_path: Path, questions: Path, how: str) -> None:
    out = tmp_path / "link.csv"
    if how == "a longer way":
        (tmp_path / "sub").mkdir()
        out = tmp_path / "sub" / ".." / "q.csv"
    elif how == "a link":
        out.symlink_to(questions)
    else:
        os.link(questions, out)
    done = here(tmp_path / "home", "batch", str(questions), "--out", str(out))
    assert done.returncode == 2
    assert "would overwrite the questionnaire" in done.stderr
    assert questions.read_text() == "question\nWhat?\n"


def test_a_review_overwrites_neither_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        write_table(tmp_path / name, INFO, lambda: iter([result()]))
    order = ["batch", "--review", str(tmp_path / "a.jsonl"), "--against", str(tmp_path / "b.jsonl")]
    out = tmp_path / "sub" / ".." / "b.jsonl"
    done = here(tmp_path / "home", *order, "--out", str(out))
    assert done.returncode == 2
    assert "would overwrite one of the results" in done.stderr


@pytest.mark.parametrize("option", ["--limit", "--parallel"])
@pytest.mark.parametrize("number", ["-1", "0"])
def test_numbers_start_at_one(tmp_path: Path, questions: Path, option: str, number: str) -> None:
    order = ["batch", str(questions), "--out", str(tmp_path / "a.csv"), f"{option}={number}"]
    done = here(tmp_path / "home", *order)
    assert done.returncode == 2
    assert f"{option} {number}: give a number from 1 on" in done.stderr


def test_a_sample_is_not_negative(tmp_path: Path, questions: Path) -> None:
    done = here(tmp_path / "home", "batch", "--verify", str(questions), "--sample=-3")
    assert done.returncode == 2
    assert "--sample -3" in done.stderr
