"""Conversations, small talk, the collection and dates, as someone meets them who asks."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.answering.ask import Ask
from app.answering.events import Answer, Event, Finished, Searching
from app.settings import load_settings
from app.workspace.wiring import open_workspace

pytestmark = pytest.mark.shared

Talk = Callable[..., list[list[Event]]]


@contextmanager
def _over(folder: Path, *files: Path) -> Iterator[Talk]:
    """A conversation with the starter model about the files: each question's events."""
    with open_workspace(load_settings({"home": folder}), "test") as home:
        home.ingest(list(files), space="general")

        def talk(*questions: str) -> list[list[Event]]:
            told: list[list[Event]] = []
            history: tuple[Answer, ...] = ()
            for question in questions:
                told.append(list(home.ask(Ask(question, history=history))))
                history = (*history, _answer(told[-1]))
            return told

        yield talk


def _answer(events: list[Event]) -> Answer:
    last = events[-1]
    assert isinstance(last, Finished)
    return last.answer


def _searched(events: list[Event]) -> bool:
    return any(isinstance(event, Searching) for event in events)


def _case(shared: Path, number: str) -> Path:
    (found,) = (shared / "cases").glob(f"{number}-*")
    return found


def test_a_follow_up_does_not_repeat_the_last_answer(shared_dir: Path, tmp_path: Path) -> None:
    folder = _case(shared_dir, "41")
    rows = [json.loads(line) for line in (folder / "dialogues.jsonl").read_text().splitlines()]
    asked = [[turn["question"] for turn in row["turns"]] for row in rows]
    with _over(tmp_path, folder / "handbook.txt") as talk:
        interns, thanks, first, telephone = (talk(*questions) for questions in asked)
        assert _answer(interns[0]).found
        assert not _answer(interns[1]).found
        assert "28" not in _answer(interns[1]).answer
        assert "interns" in _answer(interns[1]).answer
        assert not _searched(thanks[1])
        assert not _searched(first[1])
        assert asked[2][0] in _answer(first[1]).answer
        assert not _answer(telephone[1]).found
        assert "4471" not in _answer(telephone[1]).answer
        # What is asked again, or is in the document, is answered.
        again = talk(asked[0][0], asked[0][0])
        assert _answer(again[1]).found
        sick = talk("Do full-time employees receive sick pay?", "And interns?")
        assert "Interns do not receive sick pay" in _answer(sick[1]).answer


def test_small_talk_is_answered_without_a_search(shared_dir: Path, tmp_path: Path) -> None:
    with _over(tmp_path, _case(shared_dir, "42") / "handbook.txt") as talk:
        for said in ("Hello!", "Thanks, bye", "Who are you?", "Danke!", "Was kannst du?"):
            ((*before, finished),) = talk(said)
            assert before == []
            answer = _answer([finished])
            assert answer.found
            assert answer.citations == []
            assert "do not hold an answer" not in answer.answer
        thanks = talk("Thanks. And how many days of annual leave do full-time employees have?")
        assert "28 days" in _answer(thanks[0]).answer


def test_questions_about_the_collection(shared_dir: Path, tmp_path: Path) -> None:
    told = {
        "How many documents are there?": "There is one document.",
        "Which documents do you have?": "- handbook.txt",
        "When was handbook.txt last changed?": "handbook.txt was last read in on",
        "Summarise handbook.txt": "28 days of annual leave",
        "What is written on page 1 of the handbook?": "28 days of annual leave",
    }
    with _over(tmp_path, _case(shared_dir, "43") / "handbook.txt") as talk:
        for question, part in told.items():
            (events,) = talk(question)
            assert _answer(events).found
            assert part in _answer(events).answer


def test_a_date_finds_the_same_in_every_form(shared_dir: Path, tmp_path: Path) -> None:
    forms = ("12 March 2024", "12.03.2024", "2024-03-12", "March 12th, 2024", "12/03/2024")
    with _over(tmp_path, _case(shared_dir, "44") / "minutes.txt") as talk:
        answers = [_answer(talk(f"What was decided on {form}?")[0]) for form in forms]
        assert answers[0].found
        assert {(one.answer, one.confidence) for one in answers} == {
            (answers[0].answer, answers[0].confidence)
        }
        assert not _answer(talk("What was decided on 2024-03-13?")[0]).found
