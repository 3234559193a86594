"""What a conversation looks like after each event."""

from dataclasses import replace

import pytest
from fakes import (
    PASSAGES,
    compared_answer,
    greeting,
    hit,
    leave_answer,
    meals_answer,
    near_answer,
    nothing_found,
    script,
)

from app.answering.events import (
    Answer,
    Dropped,
    EvidenceFound,
    Finished,
    Reading,
    Said,
    Searching,
    Writing,
)
from app.people.conversations.turns import Selection
from app.web.chat.backend import AnswerFailed, FailureKind
from app.web.chat.view import (
    Sources,
    Stage,
    Turn,
    advance,
    as_quoted,
    earlier_answers,
    evidence_first,
    fail,
    from_saved,
    outcome,
    shorten,
    sources,
    stop,
    to_save,
)


def play(turn: Turn, finished: Answer) -> Turn:
    for event in script(finished):
        turn = advance(turn, event)
    return turn


def test_a_question_goes_through_its_stages() -> None:
    turn = Turn(1, "How many days?")
    assert turn.stage is Stage.WAITING
    turn = advance(turn, Searching("How many days?"))
    assert turn.stage is Stage.SEARCHING
    turn = advance(turn, Searching("interns", step=True))
    assert (turn.stage, turn.progress) == (Stage.SEARCHING, "interns")
    turn = advance(turn, Reading(PASSAGES, Dropped(1, 0)))
    assert (turn.stage, turn.passages, turn.dropped.passages) == (Stage.READING, PASSAGES, 1)
    assert turn.progress == ""
    turn = advance(turn, Writing("29 days or so"))
    assert (turn.stage, turn.draft) == (Stage.WRITING, "")
    turn = advance(turn, Said("28"))
    turn = advance(turn, Said("28 days"))
    assert (turn.stage, turn.draft) == (Stage.WRITING, "28 days")
    turn = advance(turn, Finished(leave_answer("How many days?")))
    assert turn.stage is Stage.DONE
    assert turn.dropped == Dropped(2, 1)
    assert not turn.running


def test_a_stopped_question_keeps_its_draft_and_takes_no_more_events() -> None:
    turn = stop(advance(Turn(1, "?"), Said("half")))
    assert (turn.stage, turn.draft) == (Stage.STOPPED, "half")
    assert advance(turn, Said("half of it")) == turn
    assert fail(turn, AnswerFailed(FailureKind.DOWN)) == turn


def test_stopping_an_answer_that_is_complete_changes_nothing() -> None:
    turn = play(Turn(1, "?"), leave_answer("?"))
    assert stop(turn) == turn


def test_only_answers_are_remembered_for_the_next_question() -> None:
    done = play(Turn(1, "a"), leave_answer("a"))
    failed = fail(Turn(2, "b"), AnswerFailed(FailureKind.BUSY))
    kept = [to_save(turn, []) for turn in (done, failed, stop(Turn(3, "c")))]
    assert earlier_answers(kept) == [done.answer]


def test_a_kept_turn_comes_back_as_it_was() -> None:
    selection = Selection(("hr",), (("general", "a.pdf"),))
    done = play(Turn(1, "a", selection), leave_answer("a"))
    half = advance(Turn(2, "b"), Reading(PASSAGES, Dropped()))
    stopped = stop(advance(half, Said("half")))
    failed = fail(Turn(3, "c"), AnswerFailed(FailureKind.BUSY))
    for turn in (done, stopped, failed):
        back = from_saved(to_save(turn, []))
        assert (back.number, back.question, back.stage) == (turn.number, turn.question, turn.stage)
        assert (back.selection, back.answer) == (turn.selection, turn.answer)
        assert back.draft == ("" if turn.answer else turn.draft)
    assert to_save(stopped, []).spaces == ("general",)
    assert to_save(failed, [to_save(done, [])]).spaces == ("general",)


def test_what_was_found_first_stays_until_the_words_themselves_are_the_answer() -> None:
    quoted, written = meals_answer("?"), leave_answer("?")
    running = advance(Turn(1, "?"), EvidenceFound(quoted.citations))
    assert evidence_first(running) == tuple(quoted.citations)
    assert as_quoted(running.evidence) == f"“{quoted.citations[0].quote}” [1]"
    assert evidence_first(advance(running, Finished(quoted))) == ()
    assert evidence_first(advance(running, Finished(written))) == tuple(quoted.citations)
    kept = from_saved(to_save(advance(Turn(1, "?"), Finished(replace(written, evidence=()))), []))
    assert evidence_first(kept) == ()
    near, nothing = near_answer("?"), nothing_found("?")
    assert evidence_first(advance(running, Finished(near))) == ()
    assert evidence_first(advance(running, Finished(nothing))) == tuple(quoted.citations)
    told = replace(written, evidence=tuple(quoted.citations))
    kept = from_saved(to_save(advance(Turn(1, "?"), Finished(told)), []))
    assert evidence_first(kept) == tuple(quoted.citations)


def test_a_stopped_answer_keeps_what_was_found_and_said() -> None:
    found = advance(Turn(1, "?"), EvidenceFound(meals_answer("?").citations))
    kept = to_save(stop(advance(advance(found, Said("It is 42 euros.")), Writing("x"))), [])
    assert kept.draft.startswith("> “The meal allowance abroad is 42 euros")
    assert kept.draft.endswith("\n\nIt is 42 euros.")


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (leave_answer("?"), "answered"),
        (compared_answer("?"), "partly"),
        (near_answer("?"), "unconfirmed"),
        (nothing_found("?"), "not_found"),  # of an earlier version: it says "answered" itself
    ],
)
def test_an_answer_has_one_of_four_outcomes(made: Answer, wanted: str) -> None:
    assert outcome(made) == wanted


def test_small_talk_has_no_sources() -> None:
    assert sources(play(Turn(1, "?"), greeting("?"))) == Sources()


def test_what_is_only_near_is_numbered_beside_the_answer() -> None:
    shown = sources(play(Turn(1, "?"), near_answer("?")))
    assert [one.number for one in shown.cited] == [3]


def test_cited_places_come_first_and_other_passages_apart() -> None:
    shown = sources(play(Turn(1, "?"), leave_answer("?")))
    assert [source.number for source in shown.cited] == [1, 2]
    assert shown.cited[0].page == 4
    assert [source.document for source in shown.others] == [
        "Travel policy.docx",
        "policies/Information security.html",
    ]


def test_where_nothing_was_found_the_nearest_passages_have_no_numbers() -> None:
    shown = sources(play(Turn(1, "?"), nothing_found("?")))
    assert shown.cited == ()
    assert len(shown.others) == 3
    assert all(source.number is None for source in shown.others)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("one two", 20, "one two"),
        ("one\n two   three", 9, "one two…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("", 5, ""),
    ],
)
def test_shorten(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


def test_long_passages_are_shortened() -> None:
    turn = advance(
        Turn(1, "?"), Reading([hit("a.md", None, "", "word " * 500, "1" * 16)], Dropped())
    )
    assert len(sources(turn).others[0].quote) <= 280


def test_documents_are_kept_for_asking_again() -> None:
    only = Selection((), (("general", "a.pdf"),))
    assert advance(Turn(1, "?", only), Searching("?")).selection == only
