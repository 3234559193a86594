"""The baseline and our measure of it agree with the figures published with the question set."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from app.answering.evaluation.questions import read_questions
from app.answering.evaluation.report import evaluate


@pytest.fixture(scope="module")
def plain_stack() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "plain_stack", Path(__file__).with_name("plain_stack.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
def test_bm25_scores_what_is_published(plain_stack: ModuleType, shared_dir: Path) -> None:
    chunks, _ = plain_stack.read_chunks(shared_dir / "eval" / "docs")
    keywords = plain_stack.KeywordSearch(chunks)
    report = evaluate(
        read_questions(shared_dir / "eval" / "questions.jsonl"),
        lambda _, searched: keywords.search(searched, 100),
    )
    published = {
        "recall@1": 0.828,
        "recall@5": 0.948,
        "recall@10": 0.969,
        "recall@20": 0.979,
        "recall@2k": 0.901,
        "recall@4k": 0.943,
        "recall@8k": 0.969,
    }
    measured = {name: round(report["retrieval"][name], 3) for name in published}
    assert measured == published


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ("I don't know.", True),
        ("The context doesn’t mention that.", True),
        ("It is not specified in the text.", True),
        ("", True),
        ("The allowance is 72 euros.", False),
    ],
)
def test_a_refusal_is_read_generously(plain_stack: ModuleType, answer: str, refused: bool) -> None:
    assert plain_stack.refuses(answer) == refused
