"""Saved conversations: whose they are, what comes back, and that deleting leaves nothing."""

import itertools
import os
import sqlite3
import stat
import threading
from collections.abc import Collection, Iterable
from pathlib import Path

import pytest
from fakes import LEAVE, MEALS, answer, cite, leave_answer, meals_answer, nothing_found
from hypothesis import given
from hypothesis import strategies as st

from app.answering.events import Answer, AnswerSentence
from app.answering.window import NumberedPassage, PastTurn
from app.people.conversations.store import MOST_VERSIONS, Conversations, ConversationsError
from app.people.conversations.turns import (
    Feedback,
    SavedTurn,
    Selection,
    answer_from_json,
    answer_to_json,
    drawn_from,
)

KIM, LEE = "1", "2"


def everything(spaces: Iterable[str]) -> Collection[str]:
    return set(spaces)


def nothing(spaces: Iterable[str]) -> Collection[str]:
    del spaces
    return ()


def done(number: int, answer: Answer, **more: object) -> SavedTurn:
    spaces = drawn_from(answer)
    return SavedTurn(number, answer.question, "done", answer=answer, spaces=spaces, **more)  # type: ignore[arg-type]


def said(turn: SavedTurn) -> str:
    assert turn.answer is not None
    return turn.answer.answer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "conversations.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterable[Conversations]:
    ticks = itertools.count(1)
    opened = Conversations(path, clock=lambda: float(next(ticks)))
    yield opened
    opened.close()


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def test_an_answer_comes_back_with_what_a_follow_up_needs() -> None:
    before = leave_answer("leave?")
    past = PastTurn("leave?", "28 days [1]", (NumberedPassage(1, LEAVE.text, "Handbook, page 4"),))
    fields = {name: getattr(before, name) for name in Answer.__slots__}
    whole = Answer(**{**fields, "numbers": {LEAVE.chunk_id: 1}, "turns": (past,)})
    after = answer_from_json(answer_to_json(whole))
    assert after.turns == (past,)
    assert after.shown() == [(1, LEAVE)]
    assert after.public() == whole.public() | {
        "sentences": after.public()["sentences"],
        "citations": after.public()["citations"],
        "passages": after.public()["passages"],
    }
    assert list(after.sentences) == list(whole.sentences)
    assert list(after.citations) == list(whole.citations)
    assert list(after.passages) == list(whole.passages)


def test_an_answer_of_a_version_with_fewer_fields_is_still_read() -> None:
    import json

    written = json.loads(answer_to_json(meals_answer("meals?")))
    del written["signals"], written["numbers"], written["turns"]
    assert answer_from_json(json.dumps({**written, "new": 1})).answer.startswith("The meal")


def test_a_conversation_survives_a_restart(path: Path) -> None:
    selection = Selection(("hr",), (("general", "Travel policy.docx"),))
    first = Conversations(path)
    first.keep(KIM, "c", done(1, leave_answer("leave?"), selection=selection), begins=True)
    first.keep(KIM, "c", SavedTurn(2, "and?", "stopped", draft="Half of"))
    first.keep(KIM, "c", SavedTurn(3, "busy?", "failed", failure="busy"))
    first.judge(KIM, "c", 1, Feedback("down", "not for part-timers"))
    first.remember_choice(KIM, selection)
    first.close()
    second = Conversations(path)
    read = second.read(KIM, "c", everything)
    assert read is not None
    assert read.title == "leave?"
    assert [turn.state for turn in read.turns] == ["done", "stopped", "failed"]
    assert read.turns[0].selection == selection
    assert read.turns[0].feedback == Feedback("down", "not for part-timers")
    assert read.turns[0].answer is not None
    assert read.turns[1].draft == "Half of"
    assert read.turns[2].failure == "busy"
    assert second.choice(KIM) == selection
    assert second.choice(LEE) == Selection()
    second.close()


def test_someone_elses_conversation_does_not_exist(store: Conversations) -> None:
    store.keep(KIM, "c", done(1, leave_answer("leave?")), begins=True)
    before = store.read(KIM, "c", everything)
    assert store.read(LEE, "c", everything) is None
    assert store.listed(LEE) == []
    assert store.search(LEE, "leave", everything) == []
    assert not store.rename(LEE, "c", "mine")
    assert not store.delete(LEE, "c")
    assert not store.delete_from(LEE, "c", 1)
    assert not store.judge(LEE, "c", 1, Feedback("up"))
    assert not store.keep(LEE, "c", SavedTurn(2, "?", "stopped"))
    assert not store.keep(LEE, "c", SavedTurn(1, "?", "stopped"), begins=True)
    assert store.read(KIM, "c", everything) == before


def test_a_deleted_conversation_leaves_no_byte(store: Conversations, path: Path) -> None:
    secret = "Quokkaprojekt"
    sentence = AnswerSentence(f"The {secret} ends in May.", (1,), True)
    given = answer(f"When does {secret} end?", [sentence], [cite(1, LEAVE, secret)])
    for number in range(30):  # its neighbours share pages and index segments with it
        store.keep(KIM, f"other{number}", done(1, meals_answer(f"meal {number}?")), begins=True)
    store.keep(KIM, "c", done(1, given), begins=True)
    store.judge(KIM, "c", 1, Feedback("down", f"{secret} is in June"))
    store.rename(KIM, "c", f"About {secret}")
    for wanted in (secret, secret.lower()):
        assert wanted.encode() in bytes_of(path)
    assert store.delete(KIM, "c")
    held = bytes_of(path).lower()
    assert secret.lower().encode() not in held
    assert b"quokk" not in held
    assert len(store.listed(KIM)) == 30
    assert len(store.search(KIM, "allowance", everything)) == 30


@pytest.mark.parametrize("how", ["renamed", "edited", "comment", "person"])
def test_what_is_replaced_leaves_no_byte_either(store: Conversations, path: Path, how: str) -> None:
    store.keep(KIM, "c", done(1, meals_answer("meals?")), begins=True)
    store.keep(KIM, "c", done(2, meals_answer("Quokkaprojekt?")))
    store.judge(KIM, "c", 1, Feedback("down", "Quokkaprojekt"))
    if how == "person":
        store.delete_person(KIM)
    else:
        store.rename(KIM, "c", "Quokkaprojekt")
        store.rename(KIM, "c", "meals")
        store.delete_from(KIM, "c", 2)
        store.judge(KIM, "c", 1, None)
    assert b"quokkaprojekt" not in bytes_of(path).lower()


def test_the_files_are_for_their_owner_alone(store: Conversations, path: Path) -> None:
    store.keep(KIM, "c", SavedTurn(1, "?", "stopped"), begins=True)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(os.stat(file).st_mode) == 0o600, file.name
    assert stat.S_IMODE(os.stat(path.parent).st_mode) == 0o700


def test_search_finds_questions_answers_and_titles(store: Conversations) -> None:
    store.keep(KIM, "leave", done(1, leave_answer("Wie viel Urlaub?")), begins=True)
    store.keep(KIM, "meals", done(1, meals_answer("What may I eat?")), begins=True)
    store.rename(KIM, "meals", "Reisekosten Bogotá")

    def found(words: str) -> list[str]:
        return [entry.id for entry in store.search(KIM, words, everything)]

    assert found("urlaub") == ["leave"]
    assert found("ALLOWANCE euros") == ["meals"]
    assert found("part-time empl") == ["leave"]
    assert found("bogotá") == ["meals"]
    assert found("allowance urlaub") == []
    assert found("  ") == ["meals", "leave"]
    assert found('") OR question : ("') == []
    assert "allowance" in store.search(KIM, "allowance", everything)[0].excerpt


@given(st.text(max_size=60))
def test_any_words_can_be_searched(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    store = Conversations(tmp_path_factory.getbasetemp() / "any.sqlite3")
    store.keep(KIM, "c", done(1, leave_answer("leave?")), begins=True)
    assert {entry.id for entry in store.search(KIM, words, everything)} <= {"c"}
    store.close()


def test_who_lost_the_right_to_a_space_no_longer_sees_its_answers(store: Conversations) -> None:
    store.keep(KIM, "c", done(1, leave_answer("Holidays?")), begins=True)
    stopped = SavedTurn(2, "Eating?", "stopped", draft="42 euros", spaces=(MEALS.space,))
    store.keep(KIM, "c", stopped)
    store.keep(KIM, "c", SavedTurn(3, "Anything?", "failed", failure="busy"))
    read = store.read(KIM, "c", nothing)
    assert read is not None
    assert [turn.withheld for turn in read.turns] == [True, True, False]
    assert [(turn.answer, turn.draft) for turn in read.turns[:2]] == [(None, ""), (None, "")]
    assert store.search(KIM, "unused days", nothing) == []
    assert store.search(KIM, "euros", nothing) == []
    assert [entry.excerpt for entry in store.search(KIM, "holidays", nothing)] == ["Holidays?"]
    whole = store.read(KIM, "c", everything)
    assert whole is not None
    assert whole.turns[0].answer is not None


def test_a_follow_up_is_drawn_from_what_was_said_before_it() -> None:
    before = SavedTurn(1, "?", "done", answer=leave_answer("?"), spaces=("hr",))
    assert drawn_from(meals_answer("?"), [before]) == ("general", "hr")


def test_a_conversation_deleted_meanwhile_does_not_come_back(store: Conversations) -> None:
    store.keep(KIM, "c", SavedTurn(1, "?", "stopped"), begins=True)
    store.delete(KIM, "c")
    assert not store.keep(KIM, "c", done(2, leave_answer("?")))
    assert store.listed(KIM) == []


def test_only_an_answer_can_be_judged(store: Conversations) -> None:
    store.keep(KIM, "c", SavedTurn(1, "?", "stopped", draft="Half"), begins=True)
    assert not store.judge(KIM, "c", 1, Feedback("up"))
    assert not store.judge(KIM, "c", 7, Feedback("up"))


def test_a_curator_sees_votes_and_unanswered_questions_of_their_spaces(
    store: Conversations,
) -> None:
    store.keep(KIM, "a", done(1, leave_answer("leave?")), begins=True)
    store.judge(KIM, "a", 1, Feedback("down", "outdated"))
    store.keep(KIM, "b", done(1, nothing_found("chess?")), begins=True)
    [voted] = store.voted({"general"})
    assert (voted.question, voted.feedback) == ("leave?", Feedback("down", "outdated"))
    assert voted.documents[0] == LEAVE.document
    assert [judged.question for judged in store.found_nothing({"general"})] == ["chess?"]
    assert store.voted({"hr"}) == []
    assert store.found_nothing(set()) == []


def test_many_threads_at_once(store: Conversations) -> None:
    failed: list[BaseException] = []

    def work(person: str) -> None:
        try:
            for number in range(20):
                store.keep(person, f"{person}-{number}", done(1, leave_answer("?")), begins=True)
                store.search(person, "leave", everything)
                if number % 5 == 0:
                    store.delete(person, f"{person}-{number}")
        except BaseException as error:  # noqa: BLE001 -- told to the test below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(str(person),)) for person in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [len(store.listed(str(person))) for person in range(6)] == [16] * 6


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    Conversations(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(ConversationsError, match="newer Strongroom"):
        Conversations(path)


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(ConversationsError, match="restore the file"):
        Conversations(path)


def test_an_answer_that_is_asked_for_again_keeps_those_before_it(
    store: Conversations, path: Path
) -> None:
    ways: list[dict[str, object]] = []
    store._record = lambda person, about: ways.append(dict(about))
    store.keep(KIM, "c", done(1, leave_answer("How much?")), begins=True)
    for way in ("same", "passages", "longer"):
        store.keep(KIM, "c", done(1, meals_answer("How much?"), way=way))
    read = store.read(KIM, "c", everything)
    assert read is not None
    (turn,) = read.turns
    assert turn.way == "longer"
    assert [one.way for one in turn.earlier] == ["passages", "same", ""]
    assert "28 working days" in said(turn.earlier[-1])
    assert [one["way"] for one in ways] == ["same", "passages", "longer"]
    # Each version is seen by who may read what it was drawn from, and found by its words.
    only_meals = store.read(KIM, "c", lambda spaces: {MEALS.space} & set(spaces))
    assert only_meals is not None
    (seen,) = only_meals.turns
    assert [one.withheld for one in (seen, *seen.earlier)] == [
        not set(one.spaces) <= {MEALS.space} for one in (turn, *turn.earlier)
    ]
    assert [one.id for one in store.search(KIM, "working days", everything)] == ["c"]
    # What another question replaces, and a deletion, leaves none of them.
    assert store.delete_from(KIM, "c", 1)
    assert b"working days" not in bytes_of(path)
    assert store.search(KIM, "working days", everything) == []


def test_a_shared_answer_is_the_one_that_there_was_then(store: Conversations) -> None:
    store.keep(KIM, "c", done(1, leave_answer("How much?")), begins=True)
    until = store._clock()
    store.keep(KIM, "c", done(1, meals_answer("How much?"), way="same"))
    shown = store.shared(KIM, "c", turn=None, until=until, readable=everything)
    assert shown is not None
    assert ["28 working days" in said(one) for one in shown.turns] == [True]
    assert [one.earlier for one in shown.turns] == [()]


def test_a_deleted_document_is_gone_from_every_version(store: Conversations, path: Path) -> None:
    store.keep(KIM, "c", done(1, leave_answer("How much?")), begins=True)
    store.keep(KIM, "c", done(1, meals_answer("How much?"), way="same"))
    assert store.forget_document(LEAVE.space, LEAVE.document, [LEAVE.chunk_id]) > 0
    assert b"working days" not in bytes_of(path)


def test_of_many_versions_the_oldest_go_without_a_byte(store: Conversations, path: Path) -> None:
    sentence = AnswerSentence("The Quokkaprojekt ends in May.", (1,), True)
    first = answer("When?", [sentence], [cite(1, LEAVE, "ends in May")])
    store.keep(KIM, "c", done(1, first), begins=True)
    for _ in range(MOST_VERSIONS):
        assert b"quokkaprojekt" in bytes_of(path).lower()
        store.keep(KIM, "c", done(1, meals_answer("When?"), way="same"))
    store.keep(KIM, "c", done(1, meals_answer("When?"), way="same"))
    read = store.read(KIM, "c", everything)
    assert read is not None
    assert len(read.turns[0].earlier) == MOST_VERSIONS
    assert b"quokkaprojekt" not in bytes_of(path).lower()
