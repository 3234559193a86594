"""What a conversation looks like after each event."""

from typing import Any

import pytest
from fakes import LEAVE, PASSAGES, answer, cite, hit, leave_answer, nothing_found, script

from app.answering.events import (
    Answer,
    AnswerSentence,
    Dropped,
    Finished,
    Reading,
    Searching,
    Writing,
)
from app.people.conversations.turns import Selection
from app.web.chat.backend import AnswerFailed, FailureKind
from app.web.chat.view import (
    Stage,
    Turn,
    advance,
    earlier_answers,
    fail,
    from_saved,
    pieces,
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
    turn = advance(turn, Reading(PASSAGES, Dropped(1, 0)))
    assert (turn.stage, turn.passages, turn.dropped.passages) == (Stage.READING, PASSAGES, 1)
    turn = advance(turn, Writing("28"))
    turn = advance(turn, Writing("28 days"))
    assert (turn.stage, turn.draft) == (Stage.WRITING, "28 days")
    turn = advance(turn, Finished(leave_answer("How many days?")))
    assert turn.stage is Stage.DONE
    assert turn.dropped == Dropped(2, 1)
    assert not turn.running


def test_a_stopped_question_keeps_its_draft_and_takes_no_more_events() -> None:
    turn = stop(advance(Turn(1, "?"), Writing("half")))
    assert (turn.stage, turn.draft) == (Stage.STOPPED, "half")
    assert advance(turn, Writing("half of it")) == turn
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
    stopped = stop(advance(half, Writing("half")))
    failed = fail(Turn(3, "c"), AnswerFailed(FailureKind.BUSY))
    for turn in (done, stopped, failed):
        back = from_saved(to_save(turn, []))
        assert (back.number, back.question, back.stage) == (turn.number, turn.question, turn.stage)
        assert (back.selection, back.answer) == (turn.selection, turn.answer)
        assert back.draft == ("" if turn.answer else turn.draft)
    assert to_save(stopped, []).spaces == ("general",)
    assert to_save(failed, [to_save(done, [])]).spaces == ("general",)


def test_sentences_keep_their_line_breaks() -> None:
    sentences = [AnswerSentence("First.", (1,), True), AnswerSentence("- Second.", (), False)]
    given = answer("?", sentences, [cite(1, LEAVE, "q")])
    broken = Answer(**{**_fields(given), "answer": "First. [1]\n\n- Second."})
    assert [(piece.gap, piece.text) for piece in pieces(broken)] == [
        ("", "First."),
        ("\n\n", "- Second."),
    ]


def test_a_citation_that_does_not_exist_is_not_shown() -> None:
    sentences = [AnswerSentence("First [7].", (1, 7), True)]
    given = answer("?", sentences, [cite(1, LEAVE, "q")])
    assert [(piece.text, piece.citations) for piece in pieces(given)] == [("First.", (1,))]


def test_an_answer_without_sentences_is_cut_at_its_marks() -> None:
    given = answer("?", [], [cite(1, LEAVE, "q")])
    marked = Answer(**{**_fields(given), "answer": "It is so [1, 9]. Really"})
    assert [(piece.text, piece.citations) for piece in pieces(marked)] == [
        ("It is so", (1,)),
        (". Really", ()),
    ]


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


def _fields(given: Answer) -> dict[str, Any]:
    return {name: getattr(given, name) for name in Answer.__slots__}
