"""The samples are what their sources say, and hold what the questions ask for."""

import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from make_samples import RENDERERS, read_source
from pypdf import PdfReader

from app.answering.evaluation.hits import shares_text
from app.answering.evaluation.normalise import contains_words, words
from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, Section

HERE = Path(__file__).parent
SOURCES = sorted((HERE / "sources").glob("*/*.md"))
QUESTION_FILES = {
    "sample_questions.jsonl": "samples",
    "sample_dialogues.jsonl": "samples",
    "manual_questions.jsonl": "corpus",
    "long_questions.jsonl": "long",
}


def _content(data: bytes, suffix: str) -> object:
    """What a reader could tell apart; how the bytes were deflated depends on the machine."""
    if suffix == "pdf":
        return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_file_is_what_its_source_says(path: Path) -> None:
    source = read_source(path)
    suffix = source.meta["format"]
    committed = HERE / path.parent.name / f"{path.stem}.{suffix}"
    made = RENDERERS[suffix](source)
    assert _content(made, suffix) == _content(committed.read_bytes(), suffix), "make samples"


def test_the_handbook_has_ten_pages_and_an_outline() -> None:
    handbook = PdfReader(HERE / "samples" / "employee-handbook.pdf")
    assert len(handbook.pages) >= 10
    assert len(handbook.outline) > 1


@cache
def _sections(path: Path) -> list[Section]:
    return list(read_sections(io.BytesIO(path.read_bytes()), path.name, Findings()))


def _needs() -> list[Any]:
    needs = []
    for name, folder in QUESTION_FILES.items():
        for line in (HERE / name).read_text(encoding="utf-8").splitlines():
            question = json.loads(line)
            identity = question.get("qid") or question["did"]
            for places in question["evidence"]:
                needs += [
                    pytest.param(folder, place, question["answers"], id=f"{folder}-{identity}")
                    for place in places
                ]
    return needs


@pytest.mark.parametrize(("folder", "place", "answers"), _needs())
def test_the_evidence_is_where_the_question_file_says(
    folder: str, place: dict[str, Any], answers: list[str]
) -> None:
    shown = " ".join(
        f"{section.heading} {section.text}"
        for section in _sections(HERE / folder / place["doc"])
        if "page" not in place or section.page == place["page"]
    )
    held = words(shown)
    assert any(contains_words(held, words(answer)) for answer in answers)
    if text := place.get("text"):
        assert shares_text(shown, text, answers)
