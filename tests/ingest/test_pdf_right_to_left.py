"""Text from right to left comes out as it is read, with its letters, numbers and points."""

import io
from pathlib import Path

import pytest

from ingest.loaders.pdf.direction import in_reading_order
from ingest.loaders.pdf.lines import page_blocks
from ingest.loaders.pdf.loader import load_pdf
from ingest.loaders.pdf.tables import Line
from ingest.loaders.pdf.text import Run
from ingest.sections import Findings

MADE = Path(__file__).with_name("files") / "right_to_left.pdf"  # printed by Chromium


def lines(*runs: tuple[str, float, float]) -> list[str]:
    drawn = [Run(text, x0, x1, 700.0, 12.0, 0, False, False) for text, x0, x1 in runs]
    return [block.text for block in page_blocks(drawn, []) if isinstance(block, Line)]


def test_a_page_that_a_browser_printed():
    sections = list(load_pdf(io.BytesIO(MADE.read_bytes()), Findings()))
    text = "\n".join(section.text for section in sections)
    assert "الإنتاجية في المصنع رقم 42 زادت 15% خلال عام 2024، لا شك في ذلك." in text
    assert "המפעל ייצר 1,250 יחידות בשנת 2023 לפי הדוח של Acme Ltd" in text
    assert "English with a word שלום inside." in text
    assert "السعر: 15; المنتج: كتاب" in text


@pytest.mark.shared
def test_letters_of_a_ligature_stay_in_order(shared_dir: Path):
    file = shared_dir / "cases" / "12-pdf-arabic-ligature-reversed" / "arabic_lam_alef.pdf"
    sections = list(load_pdf(io.BytesIO(file.read_bytes()), Findings()))
    assert [section.text for section in sections] == ["الإنتاجية"]


def test_runs_that_were_drawn_from_the_right_are_one_line():
    assert lines(("רציי לעפמה", 326, 390), ("1,250", 291, 322), ("תודיחי", 245, 287)) == [
        "המפעל ייצר 1,250 יחידות"
    ]


def test_words_of_another_script_stay_as_they_are():
    assert in_reading_order("The word םלוע םולש is a greeting") == (
        "The word שלום עולם is a greeting"
    )


def test_letters_lose_the_forms_of_their_places():
    assert in_reading_order("ﺔﻴﺟﺎﺘﻧﻹا") == "الإنتاجية"
