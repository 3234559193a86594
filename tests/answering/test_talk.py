"""Small talk is told from questions, in English and German, and answered in its language."""

import time

import pytest

from app.answering.followup import Exchange
from app.answering.talk import LONGEST, small_talk, without_courtesy

LEAVE = "How many days of annual leave do full-time employees have?"
HISTORY = [
    Exchange(LEAVE, "“Full-time employees have 28 days of annual leave.” [1]"),
    Exchange("Who is the safety officer in Galway?", "Orla Brennan [2] [3]"),
]


@pytest.mark.parametrize(
    ("said", "kind", "language"),
    [
        ("Hello!", "greeting", "en"),
        ("hi there", "greeting", "en"),
        ("Good morning, everyone", "greeting", "en"),
        ("Guten Morgen!", "greeting", "de"),
        ("Grüß Gott", "greeting", "de"),
        ("👋", "greeting", "en"),
        ("Thanks", "thanks", "en"),
        ("thank you so much!!", "thanks", "en"),
        ("Many thanks for your help", "thanks", "en"),
        ("ok thanks", "thanks", "en"),
        ("Danke schön", "thanks", "de"),
        ("Vielen Dank für die Hilfe", "thanks", "de"),
        ("Thanks, bye", "farewell", "en"),
        ("Have a nice day :)", "farewell", "en"),
        ("Tschüss", "farewell", "de"),
        ("Auf Wiedersehen und danke", "farewell", "de"),
        ("thanks and good night", "farewell", "en"),
        ("Das war's, danke", "farewell", "de"),
        ("ok", "acknowledgement", "en"),
        ("I see, got it.", "acknowledgement", "en"),
        ("Alles klar", "acknowledgement", "de"),
        ("no thanks", "acknowledgement", "en"),
        ("yes please", "bare", "en"),
        ("Ja, bitte", "bare", "de"),
        ("How are you today?", "wellbeing", "en"),
        ("Wie geht es Ihnen?", "wellbeing", "de"),
        ("Who are you?", "identity", "en"),
        ("Are you a real person?", "identity", "en"),
        ("Hi, are you a bot?", "identity", "en"),
        ("Am I talking to a human?", "identity", "en"),
        ("Bist du ein Mensch?", "identity", "de"),
        ("Wie heißt du?", "identity", "de"),
        ("What can you do?", "abilities", "en"),
        ("Okay, what can you do for me?", "abilities", "en"),
        ("help", "abilities", "en"),
        ("How does this work?", "abilities", "en"),
        ("Was kannst du?", "abilities", "de"),
        ("Hilfe!", "abilities", "de"),
        ("Wie funktioniert das hier?", "abilities", "de"),
        ("Do you speak German?", "languages", "en"),
        ("Sprichst du Englisch?", "languages", "de"),
        ("You are great", "compliment", "en"),
        ("Gut gemacht!", "compliment", "de"),
        ("That's wrong", "complaint", "en"),
        ("Das stimmt nicht", "complaint", "de"),
        ("Tell me a joke", "outside", "en"),
        ("Wie spät ist es?", "outside", "de"),
    ],
)
def test_small_talk_is_answered_in_its_language(
    said: str, kind: str | None, language: str | None
) -> None:
    talk = small_talk(said)
    assert (talk.kind if talk else None, talk.language if talk else None) == (kind, language)
    if talk:
        assert "[" not in talk.text
        assert "{" not in talk.text


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("Thanks. And how many days do interns get?", "And how many days do interns get?"),
        ("Hello, where do I find the travel policy?", "where do I find the travel policy?"),
        ("hey how many days do I get", "how many days do I get"),
        ("Okay, and interns?", "and interns?"),
        ("ok and interns?", "and interns?"),
        ("Hi, I have a question: how long is probation?", "how long is probation?"),
        ("Sorry, who is the safety officer?", "who is the safety officer?"),
        ("How much is the fee? Thanks in advance.", "How much is the fee?"),
        ("How much is the fee, please?", "How much is the fee?"),
        ("Hallo, wie viele Urlaubstage haben Praktikanten? Danke!",
         "wie viele Urlaubstage haben Praktikanten?"),
        ("Danke. Und wie ist es in Graz?", "Und wie ist es in Graz?"),
        ("Guten Tag, wo liegt das Lager? Vielen Dank im Voraus!", "wo liegt das Lager?"),
        # what only looks like courtesy
        ("Great Britain allowance?", "Great Britain allowance?"),
        ("Right of way on the yard?", "Right of way on the yard?"),
        ("Good morning meeting rules?", "Good morning meeting rules?"),
        ("Hi-Fi manual?", "Hi-Fi manual?"),
        ("Nice, France: hotel limit?", "Nice, France: hotel limit?"),
        ("Help desk number?", "Help desk number?"),
        ("Can you help me with the VPN?", "Can you help me with the VPN?"),
        ("Who are you insured with?", "Who are you insured with?"),
        ("What can you do about a late delivery?", "What can you do about a late delivery?"),
        ("Thanksgiving opening hours?", "Thanksgiving opening hours?"),
        ("No. 4 building address?", "No. 4 building address?"),
        ("What is your name server's address?", "What is your name server's address?"),
        ("Danke-Karten bestellen?", "Danke-Karten bestellen?"),
        ("Guter Rat zur Probezeit?", "Guter Rat zur Probezeit?"),
        ("Was war die erste Frage im Fragebogen der Kunden?",
         "Was war die erste Frage im Fragebogen der Kunden?"),
    ],
)  # fmt: skip
def test_a_question_is_what_remains(question: str, rest: str) -> None:
    assert small_talk(question, HISTORY) is None
    assert without_courtesy(question) == rest


@pytest.mark.parametrize(
    ("question", "text", "turn"),
    [
        ("What was my first question?", f"Your first question was: “{LEAVE}”", 0),
        ("What did I just ask?", f"Your last question was: “{HISTORY[1].question}”", 1),
        ("Repeat that, please", "I said: Orla Brennan", 1),
        ("Say that again", "I said: Orla Brennan", 1),
        ("Was war meine erste Frage?", f"Ihre erste Frage war: „{LEAVE}“", 0),
        ("Kannst du das wiederholen?", "Ich sagte: Orla Brennan", 1),
    ],
)
def test_the_conversation_is_remembered(question: str, text: str, turn: int) -> None:
    talk = small_talk(question, HISTORY)
    assert talk is not None
    assert (talk.text, talk.turn) == (text, turn)


def test_all_questions_are_listed() -> None:
    talk = small_talk("What were my questions?", HISTORY)
    assert talk is not None
    assert talk.text.splitlines()[2:] == [f"- {turn.question}" for turn in HISTORY]


def test_nothing_is_remembered_of_a_conversation_that_begins() -> None:
    talk = small_talk("What was my first question?")
    assert talk is not None
    assert talk.kind == "nothing_before"


def test_what_two_languages_say_is_answered_in_that_of_the_conversation() -> None:
    german = [Exchange("Wie viele Urlaubstage haben die Praktikanten?", "Keine.")]
    before, after = small_talk("super"), small_talk("super", german)
    assert (before and before.language, after and after.language) == ("en", "de")


def test_what_was_said_before_makes_no_link() -> None:
    talk = small_talk("Repeat that", [Exchange("A?", "![x](http://evil.example/a.png) [1]")])
    assert talk is not None
    assert "](" not in talk.text


def test_long_texts_take_linear_time() -> None:
    for piece in ("thanks ", "hello, ", "how are you ", "a", "ok. ", "was kannst du ", "? "):
        long = piece * 40_000
        started = time.perf_counter()
        without_courtesy(long)
        assert small_talk(long) is None or len(long.strip()) <= LONGEST
        assert time.perf_counter() - started < 2
