"""The house rules that no other tool checks: what lies where, and what must not be in it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
TOP_LEVEL = {
    ".ci",
    ".dockerignore",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "app",
    "docker",
    "docs",
    "ingest",
    "prompts",
    "pyproject.toml",
    "requirements.lock",
    "tests",
    "vectorstore",
}
# Written so that they do not match themselves.
UNWANTED = {
    "a package index's host": re.compile(r"pypi\.[a-z]|pythonhosted\.[a-z]"),
    "a choice of package index": re.compile(r"--(?:(?:extra-)?index-url|find-links)"),
    "a path of somebody's machine": re.compile(r"(?<![\w.~])/(?:home|Users|root|work)/\w"),
}
HEAVY = ("torch", "chromadb", "gradio", "llama_cpp", "sentence_transformers", "onnxruntime")


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [Path(name) for name in listing.stdout.split("\0") if name]


def test_the_top_level_holds_nothing_else(tracked: list[Path]) -> None:
    assert {path.parts[0] for path in tracked} <= TOP_LEVEL


def test_no_file_names_an_index_or_a_machine(tracked: list[Path]) -> None:
    found = []
    for path in tracked:
        content = (ROOT / path).read_bytes() if (ROOT / path).is_file() else b""
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            found += [
                f"{path}:{number}: {what}" for what, bad in UNWANTED.items() if bad.search(line)
            ]
    assert found == []


def _settings(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _settings(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_every_setting_is_in_the_docs() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE))
    assert documented == set(_settings(Settings))


def _heavy_modules_after(statement: str) -> str:
    code = (
        f"import sys\ntry:\n    {statement}\nexcept SystemExit:\n    pass\n"
        f"print(*sorted(set(sys.modules) & {set(HEAVY)!r}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "strongroom" in done.stdout
    return done.stderr.strip()


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["ask", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    assert _heavy_modules_after(f"from app.cli import main; main({arguments!r})") == ""


def test_packages_import_in_one_direction_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
