"""Questions of every document: "it" is the document, and what only sounds like it is not found."""

from pathlib import Path

import pytest
from batch.test_batch_tables import INFO
from hypothesis import given
from hypothesis import strategies as st

from app.answering.events import Answer, AnswerSentence, Citation, ModelName, Usage
from app.batch.execution.document_title import about
from app.batch.execution.outcome import SURE_OF_TITLED, asked_as, result_of
from app.batch.journal import Task
from app.batch.output.report import write_report
from app.batch.records import DocumentRef, Question

TITLE = "Harvard University"
DOCUMENT = DocumentRef("general", "Harvard_University.pdf", "0" * 64, TITLE)


def answer(confidence: float, supported: float = 0.0) -> Answer:
    return Answer(
        id="x", question="?", answer="“It is old.” [1]", found=True, quoted=True,
        confidence=confidence, sentences=[AnswerSentence("It is old.", (1,), True)],
        citations=[Citation(1, "Harvard_University.pdf", 3, "", "It is old.", "c1", "general")],
        passages=[], usage=Usage(4096, 10, 5), model=ModelName("model", "1" * 64),
        timings={"search_s": 0.1, "first_token_s": 0.1, "total_s": 0.2},
        signals={"supported": supported},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("When was it founded?", "When was Harvard University founded?"),
        ("Who led or founded it?", "Who led or founded Harvard University?"),
        ("What were its effects?", "What were Harvard University's effects?"),
        ("Who wrote this document?", "Who wrote Harvard University?"),
        # Something else is meant, or nothing.
        ("Is it permitted to use subcontractors?", "Is it permitted to use subcontractors?"),
        ("What is the term and when does it end?", "What is the term and when does it end?"),
        ("What is the notice period?", "What is the notice period?"),
        ("What is the itinerary?", "What is the itinerary?"),
    ],
)  # fmt: skip
def test_a_title_stands_for_what_points_at_the_document(question: str, asked: str) -> None:
    assert about(question, TITLE) == asked
    assert asked_as(Task("2.1", Question(2, "2", question), DOCUMENT)) == asked
    assert asked_as(Task("2", Question(2, "2", question), None)) == question


@given(st.text(max_size=60), st.text(max_size=100))
def test_a_title_takes_one_word_at_most(question: str, title: str) -> None:
    asked = about(question, title)
    assert asked == question or " ".join(title.split()) in asked
    if len(title) > 80 or not title.split():
        assert asked == question


@pytest.mark.parametrize("title", ["", "Microsoft Word - Copy of x.doc", "Untitled", "x" * 81])
def test_a_title_that_says_nothing_is_left_out(title: str) -> None:
    assert about("What is it?", title) == "What is it?"


@pytest.mark.parametrize(
    ("question", "confidence", "supported", "outcome"),
    [
        ("What is it?", SURE_OF_TITLED - 0.01, 0.0, "not_found"),
        ("What is it?", SURE_OF_TITLED + 0.01, 0.0, "found"),
        ("What is it?", 0.5, 1.0, "found"),  # a model that counts said so, and code agreed
        ("When was the college founded?", 0.5, 0.0, "found"),
    ],
)
def test_what_only_sounds_like_the_title_is_not_found(
    question: str, confidence: float, supported: float, outcome: str
) -> None:
    task = Task("2.1", Question(2, "2", question), DOCUMENT)
    found = result_of(
        task, answer(confidence, supported), lambda *_: "", attempts=1, reproducible=False
    )
    assert found.outcome == outcome
    assert bool(found.evidence) == (outcome == "found")


def test_the_report_says_in_which_words_was_asked(tmp_path: Path) -> None:

    task = Task("2.1", Question(2, "2", "What is it?"), DOCUMENT)
    found = result_of(task, answer(0.95), lambda *_: "", attempts=1, reproducible=True)
    write_report(tmp_path / "r.html", INFO, lambda: iter([found]))
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "What is it? — Harvard_University.pdf" in page
    assert "<dt>Asked as</dt><dd>What is Harvard University?</dd>" in page
