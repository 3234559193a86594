"""The samples' questions, with the starter model: the right fact, cited from the right page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.answering.ask import Ask
from app.answering.askable import Askable, askable
from app.answering.evaluation.normalise import contains_answer
from app.answering.events import Answer, Finished
from app.settings import load_settings
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

HERE = Path(__file__).parent
QUESTIONS = [json.loads(line) for line in (HERE / "sample_questions.jsonl").open(encoding="utf-8")]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]
UNANSWERABLE = [question for question in QUESTIONS if not question["answerable"]]


@pytest.fixture(scope="module")
def samples_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    settings = load_settings({"home": tmp_path_factory.mktemp("home")})
    with open_workspace(settings, "pytest") as home:
        report = home.ingest([HERE / "samples"], space="general")
        assert {status.status for status in report.documents} == {"indexed"}
        yield home


@pytest.fixture(scope="module")
def answers(samples_home: Workspace) -> dict[str, Answer]:
    return {question["qid"]: _ask(samples_home, question["question"]) for question in QUESTIONS}


def _ask(home: Workspace, question: str) -> Answer:
    *_, last = home.ask(Ask(question))
    assert isinstance(last, Finished)
    return last.answer


def _is_right(answer: Answer, question: dict[str, Any]) -> bool:
    """The fact is in the answer, and every needed piece of evidence is cited by page."""
    if not answer.found or not contains_answer(answer.answer, question["answers"]):
        return False
    cited = {(citation.document, citation.page) for citation in answer.citations}
    return all(
        any((place["doc"], place.get("page")) in cited for place in need)
        for need in question["evidence"]
    )


def test_most_questions_are_answered_right_with_the_right_citation(
    answers: dict[str, Answer],
) -> None:
    wrong = [q["question"] for q in ANSWERABLE if not _is_right(answers[q["qid"]], q)]
    assert len(wrong) <= 3, wrong


@pytest.mark.parametrize("question", UNANSWERABLE, ids=lambda question: question["qid"])
def test_what_the_samples_do_not_say_is_not_found(
    question: dict[str, str], answers: dict[str, Answer]
) -> None:
    answer = answers[question["qid"]]
    assert not answer.found
    assert answer.outcome in ("not_found", "unconfirmed")
    assert not any(sentence.supported for sentence in answer.sentences)
    assert answer.passages, "the nearest passages are shown instead"


def test_every_citation_quotes_its_own_passage(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        texts = {hit.chunk_id: hit.text for hit in answer.passages}
        for citation in answer.citations:
            quoted = citation.quote.split()
            assert quoted
            assert " ".join(quoted) in " ".join(texts[citation.chunk_id].split())


def test_the_account_adds_up(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        usage = answer.usage
        # Where code answers from rows or sections, or refuses, no model reads anything.
        assert usage.prompt_tokens + usage.completion_tokens <= usage.context_window


def test_a_follow_up_is_answered_from_the_conversation(samples_home: Workspace) -> None:
    first = _ask(samples_home, "How much is the meal allowance for a full day in Switzerland?")
    *_, last = samples_home.ask(Ask("And in Norway?", history=(first,)))
    assert isinstance(last, Finished)
    assert "74" in last.answer.answer
    assert set(first.numbers.values()).isdisjoint(last.answer.numbers.values())


def test_what_is_suggested_is_answered_from_where_it_comes(samples_home: Workspace) -> None:
    """A question of each kind and document: the answer cites the words they were made of."""
    made: dict[tuple[str, str], list[Askable]] = {}
    for record in samples_home.index.documents(["general"]):
        for hit in samples_home.index.chunks("general", record.name):
            for one in askable(hit.text, hit.heading):
                made.setdefault((record.name, one.kind), []).append(one)
    asked = [one for several in made.values() for one in several[:1]]
    assert len(asked) >= 8
    unlike = []
    for one in asked:
        answer = _ask(samples_home, one.question)
        quotes = [" ".join(citation.quote.split()) for citation in answer.citations]
        words = " ".join(one.answer.split())
        if not (answer.found and any(words in quote or quote in words for quote in quotes)):
            unlike.append((one.question, answer.answer))
    assert not unlike
