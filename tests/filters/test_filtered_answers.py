"""Filters as wired: what is found is hidden, told and recorded, and its value never written."""

import dataclasses
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeStream, leave_answer

from app.answering.ask import Ask
from app.answering.events import Answer, Finished, Notice, Reading, Searching, Writing
from app.answering.filters.opening import NothingToFilter, screen_of
from app.answering.filters.screen import QuestionRefused, Screen, Screened
from app.batch.execution.outcome import result_of
from app.batch.journal import Task
from app.batch.records import Question
from app.cli import main
from app.governance.audit.reading import files, records
from app.settings import FilterSettings, load_settings
from app.web.chat.markup import turn_html
from app.web.chat.view import Stage, Turn
from app.web.i18n.languages import LANGUAGES
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

ENGLISH = LANGUAGES["en"].chat
ADDRESS = "orla.brennan@example.com"
PHONE = "+353 1 496 0123"
DOCUMENT = (
    "# Reception\n\nThe receptionist of the Galway office is Orla Brennan, and her e-mail address "
    f"is {ADDRESS}.\n\nThe telephone number of the Galway reception is {PHONE}.\n\n"
    "# Parking\n\nThe car park of the Galway office has 44 places.\n"
)
ASKS = "What is the e-mail address of the receptionist of the Galway office?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("filtered")
    (folder / "reception.md").write_text(DOCUMENT, encoding="utf-8")
    with open_workspace(load_settings({"home": folder / "home"}), "test") as opened:
        opened.ingest([folder / "reception.md"], space="general")
        yield opened


def _screened(home: Workspace, **settings: object) -> Workspace:
    screen = screen_of(FilterSettings(personal_data=True, **settings))
    return Workspace(home.settings, home.index, home.chat, home.trail, home.deleter, screen)


def _ask(home: Workspace, question: str = ASKS) -> tuple[Answer, str]:
    """The answer, and all that was to be seen on the way to it."""
    seen = []
    for event in home.ask(Ask(question)):
        match event:
            case Reading(passages):
                seen += [hit.text for hit in passages]
            case Writing(text):
                seen.append(text)
            case Finished(answer):
                return answer, json.dumps([*seen, dataclasses.asdict(answer)])
    raise AssertionError("no answer")


def _trail(home: Workspace) -> str:
    return "".join(path.read_text("utf-8") for path in files(home.trail.folder))


def _filtered(home: Workspace) -> list[dict[str, object]]:
    every = records(home.trail.folder)
    return [dict(one.data) for one in every if one.kind == "filtered"]


def test_a_masked_answer_shows_what_was_there_and_nowhere_the_value(home: Workspace) -> None:
    before = _trail(home)
    answer, seen = _ask(_screened(home, answers="mask"))
    assert "[e-mail address]" in answer.answer
    assert ADDRESS not in seen
    assert PHONE not in seen
    assert [(n.kind, n.label, n.action) for n in answer.notices] == [
        ("answer", "e-mail address", "mask")
    ]
    written = _trail(home)[len(before) :]
    assert ADDRESS not in written
    told = _filtered(home)[-1]
    assert (told["where"], told["action"]) == ("answer", "mask")
    assert set(told["found"]) == {"e-mail address"}  # type: ignore[call-overload]
    html = turn_html(ENGLISH, Turn(1, ASKS, stage=Stage.DONE, answer=answer))
    assert "× e-mail address was masked by a filter" in html
    assert ADDRESS not in html


def test_a_masked_answer_can_be_made_again(home: Workspace) -> None:
    screened = _screened(home, answers="mask")
    answer, _ = _ask(screened)
    again = screened.recreate(answer.id)
    assert again.same_prompt
    assert again.same_answer


def test_a_refused_answer_shows_nothing_of_it(home: Workspace) -> None:
    answer, seen = _ask(_screened(home, answers="refuse"))
    assert not answer.found
    assert not answer.passages
    assert ADDRESS not in seen
    html = turn_html(ENGLISH, Turn(1, ASKS, stage=Stage.DONE, answer=answer))
    assert "withheld" in html
    assert ADDRESS not in html


def test_a_marked_answer_stays_and_its_reader_is_told(home: Workspace) -> None:
    answer, _ = _ask(_screened(home, answers="mark"))
    assert ADDRESS in answer.answer
    assert answer.notices[-1].action == "mark"


def test_an_answer_without_anything_to_find_is_left_alone(home: Workspace) -> None:
    answer, _ = _ask(
        _screened(home, answers="refuse"), "How many places has the car park in Galway?"
    )
    assert "44" in answer.answer
    assert answer.notices == ()


def test_a_question_is_masked_before_it_is_searched_asked_and_recorded(home: Workspace) -> None:
    before = _trail(home)
    answer, _ = _ask(_screened(home, questions="mask"), "Who has the number 0171 2345678?")
    assert answer.question == "Who has the number [telephone number]?"
    assert "2345678" not in _trail(home)[len(before) :]
    assert answer.notices[0].kind == "question"


def test_a_refused_question_is_not_asked_and_says_why_without_repeating_it(home: Workspace) -> None:
    before = _trail(home)
    with pytest.raises(QuestionRefused, match="1 × e-mail address") as raised:
        _screened(home, questions="refuse").ask(Ask(f"Who is {ADDRESS}?"))
    assert ADDRESS not in str(raised.value)
    written = _trail(home)[len(before) :]
    assert ADDRESS not in written
    assert '"filtered"' in written


@pytest.mark.parametrize(
    "written",
    [
        "DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000",
        "de89 3704 0044 0532 0130 00",
        "DE89 3704 0044\u200b 0532 0130 00",
        "orla.bren\u200bnan@example.com",
    ],
)
def test_spaces_and_letters_that_nobody_sees_do_not_carry_a_question_past_the_filter(
    home: Workspace, written: str
) -> None:
    with pytest.raises(QuestionRefused):
        _screened(home, questions="refuse").ask(Ask(f"Who is {written}?"))


def test_a_name_that_holds_something_is_not_shown_before_its_answer_is_withheld(
    tmp_path: Path,
) -> None:
    file = tmp_path / f"{ADDRESS}.md"
    file.write_text(DOCUMENT, encoding="utf-8")
    with open_workspace(load_settings({"home": tmp_path / "home"}), "test") as opened:
        opened.ingest([file], space="general")
        shown = [
            hit.document
            for event in _screened(opened, answers="refuse").ask(Ask(ASKS))
            if isinstance(event, Reading)
            for hit in event.passages
        ]
        assert shown == []
        assert [hit.document for hit in opened.search(Ask(ASKS), k=1).hits] == [file.name]


def test_searching_and_summarising_hide_the_same(home: Workspace) -> None:
    screened = _screened(home, answers="mask")
    found = screened.search(Ask(ASKS), k=3)
    assert found.hits
    assert ADDRESS not in json.dumps([dataclasses.asdict(hit) for hit in found.hits])
    *_, last = screened.summarise("reception.md")
    told = json.dumps(dataclasses.asdict(last))
    assert ADDRESS not in told
    assert PHONE not in told


def test_without_settings_nothing_is_filtered() -> None:
    screen = screen_of(FilterSettings())
    assert screen == Screen()
    assert screen.masked(f"Write to {ADDRESS}") == f"Write to {ADDRESS}"


def test_an_action_without_anything_to_look_for_is_an_error() -> None:
    with pytest.raises(NothingToFilter, match=r"filters\.personal_data"):
        screen_of(FilterSettings(answers="mask"))


def test_the_command_line_tells_what_was_filtered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "reception.md").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "words.txt").write_text("Orla Brennan\n", encoding="utf-8")
    monkeypatch.setenv("STRONGROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STRONGROOM_FILTERS_LISTS", json.dumps([str(tmp_path / "words.txt")]))
    monkeypatch.setenv("STRONGROOM_FILTERS_ANSWERS", "mask")
    assert main(["ingest", str(tmp_path / "reception.md")]) == 0
    capsys.readouterr()
    assert main(["ask", "Who is the receptionist of the Galway office?"]) == 0
    out = capsys.readouterr()
    assert "Brennan" not in out.out
    assert "[words]" in out.out
    assert "1 × words masked" in out.err or "2 × words masked" in out.err


def test_a_row_of_a_questionnaire_says_what_was_filtered() -> None:
    given = dataclasses.replace(
        leave_answer("How many days?"),
        notices=(Notice("answer", 2, "IBAN", "mask"), Notice("orders", 1)),
    )
    task = Task("2", Question(2, "2", "How many days?"), None)
    row = result_of(task, given, lambda *_: "", attempts=1, reproducible=False)
    assert row.reason == (
        "filter, answer: 2 × IBAN masked; orders to an assistant in the passages, not followed: 1"
    )


def test_the_countries_of_the_filters_decide_answers(home: Workspace) -> None:
    filters = FilterSettings(personal_data=True, answers="mask", countries=("AT", "CH"))
    settings = home.settings.model_copy(update={"filters": filters})
    screened = Workspace(
        settings, home.index, home.chat, home.trail, home.deleter, screen_of(filters)
    )
    assert screened.identity().settings["filters.countries"] == "AT, CH"


def test_a_further_search_hides_what_the_answer_hides() -> None:
    screen = screen_of(FilterSettings(personal_data=True, answers="mask"))
    answer = dataclasses.replace(
        leave_answer(ASKS), steps=(f"mail of {ADDRESS}",), asides=(f"mail of {ADDRESS}", "NOTHING")
    )
    events = FakeStream(
        [Searching(f"mail of {ADDRESS}", step=True), Finished(answer)], threading.Event()
    )
    shown = list(Screened(events, screen, lambda *_: None))
    assert ADDRESS not in repr(shown)
    assert shown[0].question.startswith("mail of ")
