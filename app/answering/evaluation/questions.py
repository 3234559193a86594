"""The question file: one JSON object a line, read strictly and reported by line."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.answering.evaluation.expectations import Expected, parse_expected
from app.answering.followup import Exchange


class QuestionFileError(Exception):
    """A question file cannot be used; the message names file, line, field and remedy."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands: a document, and if known its page (from 1) and the words there."""

    document: str
    page: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what a right answer needs.

    `evidence` is a list of needs: every one must be found, and any of its places will do.
    `documents` limits the search to these; None searches all. `earlier` is the conversation
    that the question comes after. `kind` is any name under which a report counts it; `expected`
    is what its answer is judged by, and `expected_earlier` that of each turn of `earlier`.
    """

    qid: str
    question: str
    answers: tuple[str, ...]
    answerable: bool
    evidence: tuple[tuple[Place, ...], ...] = ()
    documents: tuple[str, ...] | None = None
    earlier: tuple[Exchange, ...] = ()
    kind: str = ""
    expected: Expected | None = None
    expected_earlier: tuple[Expected | None, ...] = ()


def read_questions(path: Path) -> list[Question]:
    """Read a JSON Lines file of questions; empty lines are skipped.

    A line with `turns` in place of `question` is a conversation, as `read_dialogues` reads it.
    Raises QuestionFileError for a file that cannot be read, for the first line that is not a
    usable question, for a `qid` that occurs twice and for a file without questions.
    """
    return _read(path, _parse_line)


def read_dialogues(path: Path) -> list[Question]:
    """Read a JSON Lines file of conversations; of each, the last question is measured.

    As `read_questions`, but a line has `turns`, a list of `{"question", "answer"?, "expect"?}`,
    in place of `question`, and its name may be called `did`. Every turn with an `expect` is judged.
    """
    return _read(path, parse_dialogue)


def _parse_line(row: object, default_qid: str) -> Question:
    if isinstance(row, Mapping) and "turns" in row:
        return parse_dialogue(row, default_qid)
    return parse_question(row, default_qid)


def _read(path: Path, parse: Callable[[object, str], Question]) -> list[Question]:
    try:
        # Only "\n" ends a line: `splitlines` would break at a U+2028 inside a string.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise QuestionFileError(
            f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise QuestionFileError(
            f"cannot read the question file {path}: {error.strerror or error}"
        ) from error
    questions: list[Question] = []
    first_line: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = parse(json.loads(line), str(number))
        except json.JSONDecodeError as error:
            raise QuestionFileError(
                f"{path}, line {number}: not a JSON object on one line ({error.msg}, "
                f"column {error.colno})"
            ) from error
        except RecursionError as error:
            raise QuestionFileError(f"{path}, line {number}: is nested too deeply") from error
        except ValueError as error:
            raise QuestionFileError(f"{path}, line {number}: {error}") from error
        if question.qid in first_line:
            raise QuestionFileError(
                f"{path}, line {number}: qid {question.qid!r} was already used in line "
                f"{first_line[question.qid]}; give each question its own"
            )
        first_line[question.qid] = number
        questions.append(question)
    if not questions:
        raise QuestionFileError(f"{path} holds no questions; write one JSON object a line")
    return questions


def parse_question(row: object, default_qid: str = "") -> Question:
    """Make a question of one parsed line; raises ValueError naming the field and what it needs.

    `qid` may be absent (the line's number stands in), and so may `answerable` (a question with
    answers or evidence is answerable, and one with `expect` unless it expects a refusal),
    `answers`, `evidence`, `documents`, `kind` and `expect`.
    """
    if not isinstance(row, Mapping):
        raise ValueError(
            'a question is a JSON object such as {"question": "…", "answers": ["…"]}, '
            f"not {type(row).__name__}"
        )
    text = row.get("question")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("`question` must be a text that is not empty")
    answers = _texts(row, "answers") or ()
    evidence = _evidence(row.get("evidence", []))
    expected = parse_expected(row["expect"]) if "expect" in row else None
    kind = row.get("kind", "")
    if not isinstance(kind, str):
        raise ValueError("`kind` must be a text")
    default = bool(answers or evidence) if expected is None else not expected.refused
    answerable = row.get("answerable", default)
    if not isinstance(answerable, bool):
        raise ValueError("`answerable` must be true or false")
    if expected is not None and answerable == expected.refused:
        raise ValueError("`answerable` and `expect.refused` contradict each other")
    if answerable and not answers and not evidence and expected is None:
        raise ValueError(
            "an answerable question needs `answers`, `evidence` or both; otherwise set "
            "`answerable` to false"
        )
    if not answerable and answers:
        raise ValueError("a question that is not answerable must have no `answers`")
    qid = row.get("qid", default_qid)
    if isinstance(qid, bool) or not isinstance(qid, str | int) or qid == "":
        raise ValueError("`qid` must be a text or a whole number")
    return Question(
        str(qid),
        text,
        answers,
        answerable,
        evidence,
        _texts(row, "documents"),
        kind=kind,
        expected=expected,
    )


def parse_dialogue(row: object, default_qid: str = "") -> Question:
    """Make a question of one parsed conversation; raises ValueError as `parse_question` does."""
    turns = row.get("turns") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or not isinstance(turns, list) or len(turns) < 2:
        raise ValueError(
            'a conversation is a JSON object with at least two `turns`, such as {"turns": '
            '[{"question": "…", "answer": "…"}, {"question": "…"}], "answers": ["…"]}'
        )
    for number, turn in enumerate(turns, start=1):
        texts = [turn.get("question"), turn.get("answer", "")] if isinstance(turn, Mapping) else []
        if not texts or not all(isinstance(text, str) for text in texts) or not texts[0].strip():
            raise ValueError(f"`turns` entry {number} must have a `question` that is a text")
    last = {"qid": row.get("did", default_qid), **row, "question": turns[-1]["question"]}
    if "expect" in turns[-1]:
        last["expect"] = turns[-1]["expect"]
    question = parse_question(last, default_qid)
    earlier = [Exchange(turn["question"], turn.get("answer", "")) for turn in turns[:-1]]
    expected: list[Expected | None] = []
    for number, turn in enumerate(turns[:-1], start=1):
        try:
            expected.append(parse_expected(turn["expect"]) if "expect" in turn else None)
        except ValueError as error:
            raise ValueError(f"`turns` entry {number}: {error}") from error
    return replace(question, earlier=tuple(earlier), expected_earlier=tuple(expected))


def half_indexed(questions: Sequence[Question]) -> list[Question]:
    """Ask as if only every other document existed: the test of refusing what is not there.

    Every search is limited to that half. Answerable questions about the half stay answerable;
    all questions about the other half become unanswerable, with "absent:" before their `qid`.
    Questions whose evidence lies in both halves, or that name no document, are left out.
    """
    names = sorted({place.document for q in questions for need in q.evidence for place in need})
    kept = frozenset(names[::2])
    limited = tuple(sorted(kept))
    made: list[Question] = []
    for question in questions:
        documents = {place.document for need in question.evidence for place in need}
        if documents and documents <= kept:
            if question.answerable:
                made.append(replace(question, documents=limited))
        elif documents and not documents & kept:
            made.append(
                replace(
                    question,
                    qid=f"absent:{question.qid}",
                    answers=(),
                    answerable=False,
                    documents=limited,
                    expected=None if question.expected is None else Expected(refused=True),
                    expected_earlier=(),
                )
            )
    return made


def _texts(row: Mapping[str, Any], field: str) -> tuple[str, ...] | None:
    value = row.get(field)
    if value is None:
        return None
    if not isinstance(value, list) or not all(
        isinstance(item, str) and item.strip() for item in value
    ):
        raise ValueError(f"`{field}` must be a list of texts that are not empty")
    return tuple(value)


def _evidence(value: object) -> tuple[tuple[Place, ...], ...]:
    if not isinstance(value, list):
        raise ValueError("`evidence` must be a list of lists of places")
    needs: list[tuple[Place, ...]] = []
    for number, need in enumerate(value, start=1):
        if not isinstance(need, list) or not need:
            raise ValueError(
                f"`evidence` entry {number} must be a list with at least one place: "
                'evidence is a list of lists, such as [[{"doc": "handbook.pdf", "page": 3}]]'
            )
        needs.append(tuple(_places(need, number)))
    return tuple(needs)


def _places(need: Iterable[object], number: int) -> Iterable[Place]:
    for place in need:
        where = f"`evidence` entry {number}"
        if not isinstance(place, Mapping):
            raise ValueError(f'{where}: a place is an object such as {{"doc": "handbook.pdf"}}')
        document, page, text = place.get("doc"), place.get("page"), place.get("text")
        if not isinstance(document, str) or not document.strip():
            raise ValueError(f"{where}: `doc` must name a document")
        if page is not None and (isinstance(page, bool) or not isinstance(page, int) or page < 1):
            raise ValueError(f"{where}: `page` must be a whole number that counts from 1")
        if text is not None and not isinstance(text, str):
            raise ValueError(f"{where}: `text` must be a text")
        yield Place(document, page, text or "")
