"""The pages say what is so: commands, settings, links and make targets in them exist."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import build_parser
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("integrate/*.md"))]
MOST_LINES_OF_THE_README = 200


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _blocks(page: Path) -> Iterator[str]:
    """The lines of the page's code blocks, without those that carry no text."""
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            inside = not inside
        elif inside and line.strip():
            yield line


def _anchors(page: Path) -> set[str]:
    """The fragments of the page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def test_generated_pages_equal_the_code() -> None:
    done = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= MOST_LINES_OF_THE_README
    integrate = (DOCS / "integrate.md").read_text(encoding="utf-8")
    for page in PAGES[1:]:
        above = page.parent == DOCS
        assert f"({_name(page)})" in readme if above else f"(integrate/{page.name})" in integrate


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        aim = (page.parent / name).resolve() if name else page
        if not aim.exists() or (anchor and anchor not in _anchors(aim)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_in_code_blocks_can_be_read(page: Path) -> None:
    """Each line of a code block that begins with the command, as the command line reads it."""
    if page.name == "commands.md":  # usage lines, made from the parser itself
        return
    parser = build_parser()
    wrong = []
    for line in _blocks(page):
        for part in re.split(r" && | \| ", line):
            if not re.match(r"(?:\.venv/bin/)?strongroom ", part):
                continue
            try:
                parser.parse_args(shlex.split(part, comments=True)[1:])
            except SystemExit:
                wrong.append(line)
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`)make ([a-z-]+)", text, re.M)
    assert [name for name in named if name not in targets] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_settings_that_are_named_exist(page: Path) -> None:
    """Words in code marks that look like `section.setting`, where such a section exists."""
    wrong = []
    for section, name in re.findall(r"`([a-z_]+)\.([a-z_]+)", page.read_text(encoding="utf-8")):
        field = Settings.model_fields.get(section)
        if field is None or name == "json":  # `retention.json` is a file
            continue
        known = getattr(field.annotation, "model_fields", {})
        if known and name not in known:
            wrong.append(f"{section}.{name}")
    assert wrong == []
