"""Finding on the development questions stays as good as it was measured."""

from pathlib import Path

import pytest

from app.answering.evaluation.questions import read_questions
from app.answering.evaluation.retrieval import METRICS, retrieval_metrics
from ingest.pipeline import ingest_paths
from vectorstore.index import Index
from vectorstore.loading import load_embedder
from vectorstore.scope import Scope


@pytest.mark.shared
@pytest.mark.slow
def test_recall_on_the_development_set(starter_embedder: Path, shared_dir: Path, tmp_path: Path):
    index = Index.open(tmp_path, load_embedder(starter_embedder))
    ingest_paths(index, [shared_dir / "eval" / "docs"])
    questions = read_questions(shared_dir / "eval" / "questions.jsonl")
    rows = [
        retrieval_metrics(question, index.search(question.question, Scope(("general",)), k=60).hits)
        for question in questions
        if question.answerable
    ]
    index.close()
    means = {name: sum(row[name] for row in rows) / len(rows) for name in METRICS}
    assert means["recall@1"] >= 0.88
    assert means["recall@2k"] >= 0.95
    assert means["recall@4k"] >= 0.98
    assert means["recall@8k"] >= 0.99
