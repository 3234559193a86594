"""How the tests of questionnaires call the command."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from app.cli import main

QUESTIONS = """id,question,type,unit,owner
A1,How many days of annual leave does a full-time employee have?,number,days,Ann
A2,What is the name of the emperor of Mars?,text,,Eve
A3,When does the release contain the new export?,text,,Ann
"""


def command(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", "--home", str(home), *arguments]


def run(home: Path, *arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(home, *arguments), capture_output=True, text=True, check=False, input=text
    )


def here(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The same in this process: a new one spends seconds on its imports."""
    told, wrong = io.StringIO(), io.StringIO()
    with redirect_stdout(told), redirect_stderr(wrong):
        code = main(["--home", str(home), *arguments])
    return subprocess.CompletedProcess([], code, told.getvalue(), wrong.getvalue())


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def asked(home: Path) -> list[str]:
    """The questions that the trail has answers to, in their order."""
    done = here(home, "audit", "show", "--last", "100000", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    records = found["records"] if isinstance(found, dict) else found
    return [
        record["data"]["question"]["text"] for record in records if record["kind"] == "question"
    ]
