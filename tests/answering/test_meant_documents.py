"""Questions that say which documents they mean: by kind, date, author, language."""

from pathlib import Path

import pytest

from app.answering.ask import Ask
from app.answering.events import Finished
from app.answering.finding import documents_meant, searched_for
from app.answering.meant_documents import Meant, Wish, meant_by, wish_of
from app.answering.noticing import told
from app.settings import load_settings
from app.workspace.wiring import open_workspace
from vectorstore.records import About, DocumentRecord
from vectorstore.scope import Scope


@pytest.mark.parametrize(
    ("question", "kind", "when", "author"),
    [
        ("What rent is due in the contract of 2021 with Acme?", "contract", (2021,), ()),
        ("What does the 2023 annual report say about profit?", "report", (2023,), ()),
        ("According to the March 2024 minutes, who resigned?", "report", (2024, 3), ()),
        ("Who left by the minutes of the meeting of 5 May 2024?", "report", (2024, 5, 5), ()),
        ("What did the letter from Smith say?", "letter", (), ("smith",)),
        ("The email from Dr. Ann Low of 4 May 2024?", "email", (2024, 5, 4), ("ann", "low")),
        ("Was wurde im Protokoll vom März 2024 beschlossen?", "report", (2024, 3), ()),
        ("Welche Kündigungsfrist nennt der Wartungsvertrag von 2019?", "contract", (2019,), ()),
        ("Wie hoch ist laut Jahresbericht 2022 der Umsatz?", "report", (2022,), ()),
        ("Was gilt laut des Vertrags vom 3.4.2020?", "contract", (2020, 4, 3), ()),
        ("Was steht im Brief von Herrn Weber?", "letter", (), ("weber",)),
        ("Was nennt die Rechnung von Kuhn vom 12. Mai 2023?", "invoice", (2023, 5, 12), ("kuhn",)),
    ],
)  # fmt: skip
def test_what_a_question_says_of_its_documents(
    question: str, kind: str, when: tuple[int, ...], author: tuple[str, ...]
) -> None:
    wish = wish_of(question)
    assert wish is not None
    assert (wish.type, wish.when, wish.author) == (kind, when, author)
    assert wish.phrase in question


@pytest.mark.parametrize(
    "question",
    [
        "How long is the notice period in the contract?",
        "Which contract ends in 2025?",
        "How much was reported for 2023?",
        "In 2023, which report was late?",
        "Who may sign a contract for more than 2024 euros?",
        "Welcher Vertrag endet 2025?",
        "Wer darf Verträge unterschreiben?",
        "Wie lange gilt die Richtlinie?",
        "What did Smith write in 2021?",
    ],
)
def test_other_questions_say_nothing_of_them(question: str) -> None:
    assert wish_of(question) is None


def record(name: str, title: str = "", **about: str) -> DocumentRecord:
    return DocumentRecord(
        "s", name, title or name, "0", "x", None, 1, "", "2026-01-01", About(**about)
    )


RECORDS = [
    record("a.pdf", type="contract", made="2021-05-03", language="en", author="Legal"),
    record("b.pdf", type="contract", valid_from="2019-01-01", valid_until="2022-12-31"),
    record("c.pdf", "Lease with Acme", type="contract", made="2021-11-30", language="de"),
    record("annual-report-2023.pdf", made="2024-02-01"),
    record("d.docx", type="letter", author="Jane Smith", made="2020-02-02"),
    record("e.docx", type="letter", author="Otto Weber", made="2020-02-03"),
]


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        (Wish("contract", (2021,)), "a.pdf b.pdf c.pdf"),
        (Wish("contract", (2021, 5)), "a.pdf"),
        (Wish("contract", (2021,), party=("acme",)), "c.pdf"),
        (Wish("contract", (2021,), party=("nobody",)), "a.pdf b.pdf c.pdf"),
        (Wish("contract", (2021,), language="en"), "a.pdf"),
        (Wish("contract", (2018,)), ""),
        (Wish("report", (2023,)), "annual-report-2023.pdf"),
        (Wish("report", (2024,)), ""),  # its name says more than the day on which it was made
        (Wish("letter", author=("smith",)), "d.docx"),
        (Wish("letter", author=("dr", "nobody")), ""),
    ],
)
def test_which_documents_are_meant(wish: Wish, names: str) -> None:
    found = meant_by(wish, RECORDS)
    assert sorted(name for _, name in found.places) == names.split()
    assert found.is_told == (not names)


def test_one_that_is_no_surely_a_name_is_not_missed() -> None:
    nobody = Wish("letter", author=("vermieter",), surely=False)  # "der Brief vom Vermieter"
    assert not Meant(nobody, frozenset()).is_told


def test_the_documents_that_are_meant_come_first(tmp_path: Path) -> None:
    """Two letters of the same words but for a figure: what they are tells which one is meant."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for name, sender, day, sum_ in (
        ("one.eml", "Jane Smith", "Mon, 04 Mar 2024", "410 euros"),
        ("two.eml", "Otto Weber", "Tue, 14 May 2024", "520 euros"),
        ("three.eml", "Jane Smith", "Wed, 03 May 2023", "630 euros"),
    ):
        (folder / name).write_text(
            f"From: {sender} <x@example.org>\nTo: y@example.org\nDate: {day} 09:00:00 +0100\n"
            f"Subject: Deposit\nMIME-Version: 1.0\n\nThe deposit for the key is {sum_}.\n"
        )
    with open_workspace(load_settings({"home": tmp_path / "home"}), "test") as home:
        home.ingest([folder], space="general")

        def first(question: str) -> str:
            meant = documents_meant(question, Scope(), home.index)
            return searched_for(question, Scope(), home.index, 8, meant)[0].document

        assert first("How high is the deposit in the email from Smith of March 2024?") == "one.eml"
        assert first("How high is the deposit in the email from Weber?") == "two.eml"
        assert first("How high is the deposit in the email of 3 May 2023?") == "three.eml"
        assert first("Wie hoch ist die Kaution in der E-Mail vom Mai 2024?") == "two.eml"
        ask = Ask("How high is the deposit for the key in the email of May 2019?")
        *_, finished = home.ask(ask)
        assert isinstance(finished, Finished)
        (line,) = told(finished.answer.notices)
        assert home.recreate(finished.answer.id).same_answer
        *_, met = home.ask(Ask("How high is the deposit in the email from Weber?"))
        assert isinstance(met, Finished)
        assert met.answer.notices == ()
        assert "520" in met.answer.answer
        again = home.recreate(met.answer.id)
        assert (again.same_answer, again.differences) == (True, [])
        assert line == "no document is known to be “email of May 2019”, so all were searched"
