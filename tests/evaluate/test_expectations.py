"""The `expect` of a question file: read strictly, with words that help."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.answering.evaluation.expectations import (
    Computation,
    Expected,
    Leads,
    Pair,
    parse_expected,
)
from app.answering.evaluation.questions import QuestionFileError, half_indexed, read_questions


def test_all_fields_are_read() -> None:
    read = parse_expected(
        {
            "all_of": [["28", 28], "days"],
            "none_of": [25],
            "rows": [["a"]],
            "other_rows": ["b"],
            "leads": {"name": ["a"], "before": ["b"]},
            "pairs": [{"name": ["a"], "value": ["1"], "others": ["2"]}],
            "computation": {"value": 24.9, "unit": ["million"]},
            "language": "de",
            "document": "handbook.pdf",
        }
    )
    assert read == Expected(
        all_of=(("28", Decimal(28)), ("days",)),
        none_of=(Decimal(25),),
        rows=(("a",),),
        other_rows=("b",),
        leads=Leads(("a",), ("b",)),
        pairs=(Pair(("a",), ("1",), ("2",)),),
        computation=Computation(Decimal("24.9"), ("million",)),
        language="de",
        documents=("handbook.pdf",),
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("28", "must be an object"),
        ({}, "must say something"),
        ({"al_of": []}, "no field 'al_of'"),
        ({"all_of": "28"}, "list of lists"),
        ({"all_of": [[]]}, "without alternatives"),
        ({"none_of": [True]}, "texts that are not empty"),
        ({"refused": 1}, "true or false"),
        ({"refused": True, "all_of": [[1]]}, "only `told`"),
        ({"outcome": "chat"}, "one of small_talk, collection"),
        ({"language": "German"}, "two letters"),
        ({"leads": {"name": ["a"]}}, '"before"'),
        ({"leads": {"name": [], "before": []}}, "at least one text"),
        ({"pairs": [{"name": ["a"]}]}, '"value"'),
        ({"pairs": [{"name": ["a"], "value": [], "others": []}]}, "needs a `name` and a `value`"),
        ({"computation": {"value": "24.9"}}, "must be a number"),
        ({"computation": {"unit": ["EUR"]}}, '"value"'),
        ({"document": [""]}, "name of a document"),
    ],
)
def test_what_is_wrong_is_named(value: Any, words: str) -> None:
    with pytest.raises(ValueError, match="expect") as raised:
        parse_expected(value)
    assert words in str(raised.value)


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_one_file_holds_questions_and_conversations(tmp_path: Path) -> None:
    turns: list[dict[str, Any]] = [
        {"question": "First?", "expect": {"all_of": [[1]]}},
        {"question": "Between?"},
        {"question": "Last?", "expect": {"refused": True}},
    ]
    single, talk, plain = read_questions(
        written(
            tmp_path,
            {"question": "One?", "kind": "fact", "expect": {"all_of": [[1]]}},
            {"qid": "t", "kind": "follow_up", "turns": turns},
            {"question": "Old form?", "answers": ["28"]},
        )
    )
    assert (single.kind, single.answerable) == ("fact", True)
    assert (talk.kind, talk.question, talk.answerable) == ("follow_up", "Last?", False)
    assert [one is None for one in talk.expected_earlier] == [False, True]
    assert plain.expected is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"question": "?", "expect": {"refused": True}, "answerable": True},
            "contradict each other",
        ),
        ({"question": "?", "expect": {"x": 1}}, "no field 'x'"),
        ({"question": "?", "answers": ["a"], "kind": 3}, "`kind` must be a text"),
        (
            {
                "turns": [{"question": "?", "expect": []}, {"question": "!"}],
                "answers": ["a"],
            },
            "`turns` entry 1: `expect`",
        ),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, row: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionFileError) as raised:
        read_questions(written(tmp_path, row))
    assert "line 1" in str(raised.value)
    assert words in str(raised.value)


def test_over_half_of_the_documents_an_absent_answer_is_to_be_refused(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"qid": name, "question": "?", "expect": {"all_of": [[1]]}, "evidence": [[{"doc": name}]]}
        for name in ("a.pdf", "b.pdf")
    ]
    kept, absent = half_indexed(read_questions(written(tmp_path, *rows)))
    assert kept.expected == Expected(all_of=((Decimal(1),),))
    assert absent.expected == Expected(refused=True)
