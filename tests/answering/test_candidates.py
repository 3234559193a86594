"""Questions that a document asks itself belong to the answers that follow them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.candidates import FAR, Candidate, candidates, is_question
from vectorstore.records import Hit


def _hit(text: str, heading: str = "") -> Hit:
    return Hit("faq.md", None, heading, text, 1.0, "c", "s", 0, {})


def _told(text: str, heading: str = "") -> list[tuple[str, str]]:
    return [(one.asked, one.sentence) for one in candidates([_hit(text, heading)])]


@pytest.mark.parametrize(
    ("text", "asked", "answer"),
    [
        ("What is it worth? 74 euros.", "What is it worth?", "74 euros."),
        ("Q: How long is it?\nA: 14 signs.", "How long is it?", "14 signs."),
        ("Q3. How long is it?\n\nA. 14 signs.", "How long is it?", "14 signs."),
        ("Frage: Wie lang?\nAntwort: 14 Zeichen.", "Wie lang?", "14 Zeichen."),
        ("Question: Lost badge\nAnswer: Call the gate.", "Lost badge", "Call the gate."),
        ("May I? No. Ask the desk.", "May I?", "No. Ask the desk."),
        ("Is it far? And how far? Two miles.", "Is it far? And how far?", "Two miles."),
        ("4. Who signs?\nThe head.", "Who signs?", "The head."),
    ],
)
def test_an_answer_keeps_the_question_that_it_answers(text: str, asked: str, answer: str) -> None:
    assert _told(text) == [(asked, answer)]


def test_a_heading_that_asks_is_answered_by_what_stands_below_it() -> None:
    assert _told("74 euros a day.", "Travel > How much for meals in Norway?") == [
        ("How much for meals in Norway?", "74 euros a day.")
    ]
    assert _told("74 euros a day.", "How do I travel? > Meals") == [("", "74 euros a day.")]


def test_only_the_sentences_near_a_question_answer_it() -> None:
    text = "Who pays?\n" + "\n".join(f"Fact number {n} stands here." for n in range(FAR + 2))
    found = list(candidates([_hit(text)]))
    assert [one.asked for one in found] == ["Who pays?"] * FAR + ["", ""]
    assert [one.far for one in found[:FAR]] == list(range(FAR))


def test_questions_of_a_checklist_have_no_answers() -> None:
    text = "Is the door closed?\nIs the alarm on?\nSigned by the warden."
    assert _told(text) == [
        ("", "Is the door closed?"),
        ("", "Is the alarm on?"),
        ("", "Signed by the warden."),
    ]


def test_a_last_question_is_not_lost() -> None:
    assert _told("We sell paint. Which kind?") == [("", "We sell paint."), ("", "Which kind?")]


def test_a_quote_is_what_the_passage_holds_in_one_piece() -> None:
    first, second = candidates([_hit("Q: Who pays?\nA: The firm pays.\nIt pays at once.")])
    assert first.quote == "Q: Who pays? A: The firm pays."
    assert second.quote == "It pays at once."
    (item,) = candidates([_hit("Who pays?\n1. The firm pays.")])
    assert (item.asked, item.quote) == ("Who pays?", "The firm pays.")
    (below,) = candidates([_hit("A: The firm pays.", "Who pays?")])
    assert (below.quote, below.sentence) == ("A: The firm pays.", "The firm pays.")


WORDS = st.lists(st.sampled_from(["Yes", "no", "74", "euros", "Norway", "signs", "A"]), min_size=1)
SENTENCE = st.tuples(st.sampled_from(["", "Q: ", "A: "]), WORDS, st.sampled_from("?.")).map(
    lambda parts: parts[0] + " ".join(parts[1]) + parts[2]
)
_MARK = re.compile(r"(?:74|A)\.")  # of a list item, which is no part of its sentence


@given(st.lists(st.tuples(SENTENCE, st.sampled_from([" ", "\n"])), max_size=12), SENTENCE)
def test_nothing_that_answers_is_lost_and_every_quote_can_be_found(
    pieces: list[tuple[str, str]], heading: str
) -> None:
    passage = "".join(sentence + gap for sentence, gap in pieces)
    found = list(candidates([_hit(passage, heading)]))
    flat = " ".join(passage.split())
    assert all(one.quote in flat and one.sentence in flat for one in found)
    rest = [_letters(one.quote) for one in found]
    for sentence in re.split(r"(?<=[.?])\s", flat):
        if sentence and not is_question(sentence) and not _MARK.fullmatch(sentence):
            assert any(_letters(sentence) in quote for quote in rest), sentence


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def test_without_a_question_a_sentence_stands_for_itself() -> None:
    assert Candidate(0, "74 euros.", "74 euros.").told == "74 euros."
