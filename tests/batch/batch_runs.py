"""How the tests of questionnaires call the command."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def asked(home: Path) -> list[str]:
    """The questions that the trail has answers to, in their order."""
    done = run(home, "audit", "show", "--last", "100000", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    records = found["records"] if isinstance(found, dict) else found
    return [
        record["data"]["question"]["text"] for record in records if record["kind"] == "question"
    ]
