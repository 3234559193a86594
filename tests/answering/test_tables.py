"""Questions answered from tables: the right rows and figures, or nothing."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from word_embedder import WordEmbedder

from app.answering.tables.answer import TableAnswer
from app.answering.tables.answering import answer_from_tables
from ingest.pipeline import ingest_paths
from vectorstore.index import Index
from vectorstore.scope import EVERYTHING, Scope

HERE = Path(__file__).parent.parent
FOLDERS = {
    "documents": HERE / "tables" / "documents",
    "unseen": HERE / "tables" / "documents_unseen",
    "samples": HERE / "samples",
    "corpus": HERE / "corpus",
}


def questions(name: str, kind: str) -> list[dict[str, Any]]:
    lines = (HERE / "tables" / name).read_text(encoding="utf-8").splitlines()
    return [{"in": kind, **json.loads(line)} for line in lines if line]


SEEN = questions("questions.jsonl", "documents")
UNSEEN = questions("questions_unseen.jsonl", "unseen")


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Index]]:
    """One index for each folder, made as every index is made."""
    opened = {}
    for name, folder in FOLDERS.items():
        index = Index.open(tmp_path_factory.mktemp(name) / "index", WordEmbedder())
        ingest_paths(index, [folder])
        opened[name] = index
    yield opened
    for index in opened.values():
        index.close()


def ask(index: Index, question: str, scope: Scope = EVERYTHING) -> TableAnswer | None:
    return answer_from_tables(question, scope, index, index.search(question, scope, 8).hits)


def fault_of(asked: dict[str, Any], answer: TableAnswer | None) -> str:
    """What is wrong with an answer, or ""."""
    if asked.get("decline") or answer is None:
        return "" if (answer is None) == bool(asked.get("decline")) else f"answered {answer}"
    if "figure" in asked and answer.figure != Decimal(asked["figure"]):
        return f"figure {answer.figure}"
    if "rows" in asked and {row.label for row in answer.rows} != set(asked["rows"]):
        return f"rows {[row.label for row in answer.rows]}"
    if "shows" in asked:
        shown = {text for row in answer.rows for _, text in row.cells}
        return "" if asked["shows"] in shown else f"shows {shown}"
    return ""


@pytest.mark.parametrize("asked", [q for q in SEEN if not q.get("optional")], ids=lambda q: q["q"])
def test_right_rows_and_figures_or_nothing(indexes, asked):
    answer = ask(indexes[asked["in"]], asked["q"])
    assert fault_of(asked, answer) == ""
