"""Each kind of fault that was found names the tests that keep it mended; those are there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/security.md"
FOUND = [*(f"H{n}" for n in range(1, 7)), *(f"M{n}" for n in range(1, 12)),
         *(f"L{n}" for n in range(1, 8))]  # fmt: skip
_ROW = re.compile(r"^\| ([HMLN]\d+) \|.*\|([^|]*)\|$", re.MULTILINE)


def defined_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_finding_names_tests_that_are_there() -> None:
    rows = dict(_ROW.findall(PAGE.read_text("utf-8")))
    assert [one for one in FOUND if one not in rows] == []
    for finding, cell in rows.items():
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", cell)
        assert named, finding
        missing = [f"{path}::{name}" for path, name in named
                   if not (ROOT / path).is_file()
                   or name not in defined_in(ROOT / path)]  # fmt: skip
        assert missing == [], finding
