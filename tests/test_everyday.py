"""The everyday questions: usable, of the same kinds in both halves, with evidence that exists.

Nothing here shows a line of the unseen half: its identifiers name kind and number alone.
"""

import io
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.answering.evaluation.hits import reached
from app.answering.evaluation.questions import Place, read_questions
from ingest.sandbox.reading import read_sections
from ingest.sections import Findings
from vectorstore.records import Hit

HERE = Path(__file__).parent
FOLDERS = {
    "samples": HERE / "samples",
    "corpus": HERE / "corpus",
    "documents": HERE / "everyday" / "documents",
}
HALVES = [HERE / "everyday" / "questions.jsonl", HERE / "everyday" / "unseen.jsonl"]
PLANS = [
    HERE / "answering" / "plan_questions.jsonl",
    HERE / "answering" / "plan_questions_unseen.jsonl",
]
PLAN_KINDS = frozenset(
    """small_talk collection fact facts list comparison computation procedure yes_no
    writing""".split()
)
OPERATIONS = frozenset("count sum average minimum maximum difference filter".split())


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@cache
def _shown(path: Path) -> str:
    sections = read_sections(io.BytesIO(path.read_bytes()), path.name, Findings())
    return "\n".join(f"{section.heading} {section.text}" for section in sections)


def _places() -> list[Any]:
    return [
        pytest.param(row["corpus"], place, id=f"{row['qid']}-{number}")
        for half in HALVES
        for row in lines(half)
        for number, need in enumerate(row.get("evidence", ()))
        for place in need
    ]


@pytest.mark.parametrize(("corpus", "place"), _places())
def test_the_evidence_is_where_the_question_file_says(corpus: str, place: dict[str, Any]) -> None:
    text = _shown(FOLDERS[corpus] / place["doc"])
    whole = Hit(place["doc"], None, "", text, 1.0, "", "", 0)
    assert reached([whole], [Place(place["doc"], text=place["text"])], ())


def test_both_halves_are_usable_and_of_the_same_kinds() -> None:
    counted = []
    for half in HALVES:
        questions = read_questions(half)
        assert all(question.expected is not None and question.kind for question in questions)
        assert {row["corpus"] for row in lines(half)} == set(FOLDERS)
        counted.append(Counter(question.kind for question in questions))
    assert counted[0] == counted[1]
    assert sum(counted[0].values()) >= 65


def test_expected_documents_exist() -> None:
    for half in HALVES:
        for row in lines(half):
            turns = row.get("turns", [row])
            for name in (n for turn in turns for n in turn.get("expect", {}).get("document", ())):
                assert (FOLDERS[row["corpus"]] / name).is_file()


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.stem)
def test_the_labels_of_questions_are_of_the_known_kinds(file: Path) -> None:
    rows = lines(file)
    assert len(rows) >= 80
    for row in rows:
        assert row["kind"] in PLAN_KINDS
        assert row["language"] in ("en", "de")
        assert (row["operation"] in OPERATIONS) == (row["kind"] == "computation")
        assert (len(row["parts"]) >= 2) == (row["kind"] in ("facts", "comparison"))
    assert {row["kind"] for row in rows} == PLAN_KINDS
