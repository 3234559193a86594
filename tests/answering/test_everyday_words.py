"""Everyday words of a question are held by the words that documents have for the same."""

import pytest

from app.answering.everyday_words import is_common_noun, stems_meant, words_meant
from app.answering.language import stem_of
from app.answering.premise import unheld_premise
from vectorstore.languages import languages


@pytest.mark.parametrize(
    ("question", "evidence", "absent"),
    [
        ("Who tells my boss?", "Your manager is informed by the system.", ()),
        ("Wann muss ich meinem Chef Bescheid geben?", "Die Führungskraft ist zu informieren.", ()),
        ("By when do I hand in trip expenses?", "Claims are submitted after the journey.", ()),
        ("Is our hotel paid?", "The company reimburses accommodation.", ()),
        (
            "Wer zahlt die Spesen der Azubis?",
            "Die Reisekosten der Auszubildenden werden vom Betrieb erstattet.",
            (),
        ),
        ("Does my boss tell the neighbours?", "Your manager informs the team.", ("neighbours",)),
    ],
)
def test_what_a_document_says_in_its_own_word_is_held(
    question: str, evidence: str, absent: tuple[str, ...]
) -> None:
    lacking = unheld_premise(question, evidence)
    assert set(absent) <= set(lacking)
    everyday = {"boss", "Chef", "tell", "tells", "trip", "expenses", "hotel", "paid"}
    assert not (everyday | {"Spesen", "Azubis"}) & set(lacking)


def test_a_german_noun_is_a_common_word_and_an_english_name_is_none() -> None:
    question = "Wann erhalten die neuen Mitglieder ihre Spesen?"
    said = "Den neuen Mitgliedern werden die Auslagen nach vier Wochen überwiesen."
    assert "Spesen" not in unheld_premise(question, said)
    assert is_common_noun("Spesen", question)
    assert not is_common_noun("Bill", "When is Bill on leave?")
    assert "Bill" in unheld_premise("Does Bill pay for the new tyres?", "The invoice is paid.")


def test_they_make_no_event_of_another() -> None:
    """What a false premise says happened is held by no word for something else."""
    assert unheld_premise("When did the depot burn down?", "The depot opened on 1 May.")
    assert "sold" in unheld_premise("When was the van sold?", "The van was ordered on 2 May.")
    assert unheld_premise("Wann ist das Lager abgebrannt?", "Das Lager wurde am 1. Mai eröffnet.")


def test_they_are_read_one_way_and_no_word_stands_for_itself() -> None:
    assert "manager" in words_meant("boss")
    assert stem_of("boss") not in stems_meant(stem_of("manager"))
    for language in languages():
        for asked, written in language.questions.everyday.items():
            assert not {stem_of(one) for one in asked.casefold().split()} & {
                stem_of(one.casefold()) for one in written
            }, asked
