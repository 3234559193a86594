"""The bench of reading: two checkouts over the same files, and a constant that is changed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files: one in black, and one in white letters on a blue ground."""
    from fpdf import FPDF

    for name in ("black", "white"):
        document = FPDF()
        document.add_page()
        document.set_font("Helvetica", size=12)
        if name == "white":
            document.set_fill_color(0, 0, 120)
            document.rect(50, 90, 90, 20, style="F")
            document.set_text_color(255)
        document.text(60, 100, "The gate opens at six.")
        document.output(str(tmp_path / f"{name}.pdf"))
    return tmp_path


def compared(folder: Path, *more: str) -> tuple[str, list[dict]]:
    out = folder / "rows.jsonl"
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/bench/reading.py"), str(folder), "--against", str(ROOT),
         "--json", str(out), *more],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout, [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def test_the_same_checkout_reads_the_same_on_both_sides(folder: Path) -> None:
    said, rows = compared(folder)
    assert f"| {folder} | 2 | 10 | 0 (0.000 %) | 0 (0.000 %) | 0, 0 | 0, 0 |" in said
    assert "2 files that both read, 2 pages" in said
    assert all(row["now"]["seconds"] > 0 < row["before"]["seconds"] for row in rows)


def test_a_changed_constant_changes_this_checkout_s_reader_alone(folder: Path) -> None:
    # Letters under 100 points count as too small to be seen.
    said, rows = compared(
        folder, "--set", "ingest.loaders.pdf.text:_SMALLEST=100",
        "--set", "ingest.loaders.pdf.drawing:_LEAST_INK=1000000",
    )  # fmt: skip
    assert f"| {folder} | 2 | 10 | 0 (0.000 %) | 10 (100.000 %) | 0, 2 | 0, 2 |" in said
    assert {row["now"]["lost"] for row in rows} == {5}


def test_halves_are_disjoint_and_whole(folder: Path) -> None:
    halves = [{row["name"] for row in compared(folder, "--half", half)[1]} for half in ("1", "2")]
    assert halves[0] | halves[1] == {str(folder / "black.pdf"), str(folder / "white.pdf")}
    assert not halves[0] & halves[1]
