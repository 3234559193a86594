"""The question file is read strictly, and a mistake in it is found by its line."""

import json
from pathlib import Path

import pytest

from app.answering.evaluation.questions import (
    Place,
    Question,
    QuestionFileError,
    half_indexed,
    read_dialogues,
    read_questions,
)
from app.answering.followup import Exchange

GOOD = {
    "qid": "leave",
    "question": "How many days of leave?",
    "answers": ["28 days"],
    "answerable": True,
    "evidence": [[{"doc": "handbook.pdf", "page": 6, "text": "28 days"}, {"doc": "old.md"}]],
    "documents": ["handbook.pdf"],
}


def write(path: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_reads_every_field(tmp_path: Path) -> None:
    assert read_questions(write(tmp_path / "q.jsonl", GOOD, "")) == [
        Question(
            "leave",
            "How many days of leave?",
            ("28 days",),
            True,
            ((Place("handbook.pdf", 6, "28 days"), Place("old.md")),),
            ("handbook.pdf",),
        )
    ]


def test_a_person_need_only_write_question_and_answers(tmp_path: Path) -> None:
    path = write(
        tmp_path / "q.jsonl", {"question": "Who?", "answers": ["Ann"]}, {"question": "Why?"}
    )
    first, second = read_questions(path)
    assert (first.qid, first.answerable) == ("1", True)
    assert (second.qid, second.answerable) == ("2", False)


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n")
    assert len(read_questions(path)) == 1


def test_a_line_separator_inside_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "a\u2028b", "answers": ["x"]}\n', encoding="utf-8")
    assert read_questions(path)[0].question == "a\u2028b"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{'question': 1}", "not a JSON object"),
        (["a"], "a question is a JSON object"),
        ({"question": " "}, "`question` must be a text"),
        ({"question": "a", "answers": "b"}, "`answers` must be a list"),
        ({"question": "a", "answers": ["b"], "answerable": "yes"}, "true or false"),
        ({"question": "a", "answerable": True}, "needs `answers`, `evidence` or both"),
        ({"question": "a", "answers": ["b"], "answerable": False}, "must have no `answers`"),
        ({"question": "a", "evidence": [{"doc": "x"}]}, "list of lists"),
        ({"question": "a", "evidence": [[]]}, "at least one place"),
        ({"question": "a", "evidence": [[{"page": 1}]]}, "`doc` must name"),
        ({"question": "a", "evidence": [[{"doc": "x", "page": 0}]]}, "counts from 1"),
        ({"question": "a", "evidence": [[{"doc": "x", "page": True}]]}, "counts from 1"),
        ({"question": "a", "answers": ["b"], "qid": None}, "`qid` must be"),
        (GOOD, "already used in line 1"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, row: object, words: str) -> None:
    path = write(tmp_path / "q.jsonl", GOOD, row)
    with pytest.raises(QuestionFileError, match="line 2") as caught:
        read_questions(path)
    assert words in str(caught.value)


def test_unusable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match="cannot read"):
        read_questions(tmp_path / "absent.jsonl")
    with pytest.raises(QuestionFileError, match="no questions"):
        read_questions(write(tmp_path / "q.jsonl", ""))
    (tmp_path / "latin.jsonl").write_bytes(b'{"question": "\xe9"}')
    with pytest.raises(QuestionFileError, match="UTF-8"):
        read_questions(tmp_path / "latin.jsonl")


def test_a_conversation_is_its_last_question_after_the_others(tmp_path: Path) -> None:
    turns = [{"question": "How much in Spain?", "answer": "42."}, {"question": "And in Norway?"}]
    path = write(tmp_path / "d.jsonl", {"did": "meal", "turns": turns, "answers": ["65"]})
    (asked,) = read_dialogues(path)
    assert (asked.qid, asked.question, asked.answers) == ("meal", "And in Norway?", ("65",))
    assert asked.earlier == (Exchange("How much in Spain?", "42."),)
    assert asked.answerable


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["a"], "at least two `turns`"),
        ({"question": "a", "answers": ["b"]}, "at least two `turns`"),
        ({"turns": [{"question": "a"}]}, "at least two `turns`"),
        ({"turns": [{"question": "a"}, "b"]}, "`turns` entry 2"),
        ({"turns": [{"question": "a", "answer": 1}, {"question": "b"}]}, "`turns` entry 1"),
        ({"turns": [{"question": "a"}, {"question": "b"}], "answers": "c"}, "list of texts"),
    ],
)
def test_a_mistake_in_a_conversation_is_named(tmp_path: Path, row: object, words: str) -> None:
    with pytest.raises(QuestionFileError, match="line 1") as caught:
        read_dialogues(write(tmp_path / "d.jsonl", row))
    assert words in str(caught.value)


def test_half_of_the_documents_make_the_other_questions_unanswerable() -> None:
    def about(qid: str, *documents: str, answers: tuple[str, ...] = ("x",)) -> Question:
        evidence = tuple((Place(document),) for document in documents)
        return Question(qid, "?", answers, bool(answers), evidence)

    made = half_indexed(
        [
            about("a", "1.pdf"),
            about("b", "2.pdf"),
            about("both", "1.pdf", "2.pdf"),
            about("miss here", "3.pdf", answers=()),
            about("miss there", "4.pdf", answers=()),
            about("nowhere"),
        ]
    )
    assert [(q.qid, q.answerable, q.documents) for q in made] == [
        ("a", True, ("1.pdf", "3.pdf")),
        ("absent:b", False, ("1.pdf", "3.pdf")),
        ("absent:miss there", False, ("1.pdf", "3.pdf")),
    ]
