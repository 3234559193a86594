"""What a document is: its type, author, language and days, and choosing documents by them."""

from contextlib import closing
from pathlib import Path

import pytest
from ingest_fakes import FastEmbedder

from ingest.about import about_of
from ingest.pipeline import ingest_paths
from ingest.sections import Section, Stated
from vectorstore.choosing import Choice, WrongChoice, chosen
from vectorstore.index import Index
from vectorstore.records import About, DocumentRecord

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def told(text: str, title: str = "", name: str = "a.txt", type_: str = "text") -> About:
    return about_of([Section(text)], title, name, type_, Stated())


@pytest.mark.parametrize(
    ("title", "name", "type_", "text", "expected"),
    [
        ("Travel policy", "a.pdf", "pdf", "", "policy"),
        ("Wartungsvertrag für Aufzüge", "a.docx", "docx", "", "contract"),
        ("", "Rechnung_2024-17.pdf", "pdf", "", "invoice"),
        ("Rechnungslegung", "a.pdf", "pdf", "", ""),
        ("", "x.pdf", "pdf", "Service agreement\nbetween us\n", "contract"),
        ("", "x.pdf", "pdf", "Nordwind GmbH\n\nSehr geehrte Frau Holm,\nanbei ...", "letter"),
        ("", "x.txt", "text", "Dear Ms Holm,\nthank you.", "letter"),
        ("Contract for the manual", "a.pdf", "pdf", "", "contract"),
        ("Whatever", "a.pptx", "pptx", "", "slides"),
        ("Policy", "a.ods", "ods", "", "table"),
        ("Re: contract", "a.eml", "email", "", "email"),
        ("Notes", "a.txt", "text", "The pump is oiled and the contract was long ago forgotten by "
         "everybody.", ""),
    ],
)  # fmt: skip
def test_the_type(title: str, name: str, type_: str, text: str, expected: str) -> None:
    assert about_of([Section(text)], title, name, type_, Stated()).type == expected


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("Valid from 1 July 2024. It replaces the one of 1 March 2022.", "2024-07-01", ""),
        ("This agreement is effective as of March 3, 2023 and expires on 2 March 2026.",
         "2023-03-03", "2026-03-02"),
        ("Gültig ab 01.04.2025, gilt bis zum 31.03.2026.", "2025-04-01", "2026-03-31"),
        ("Effective date: 2024-05-17", "2024-05-17", ""),
        ("In Kraft seit März 2021.", "2021-03", ""),
        ("The audit took place on 5 May 2023.", "", ""),
    ],
)  # fmt: skip
def test_the_days_on_which_it_holds(text: str, since: str, until: str) -> None:
    about = told(text)
    assert (about.valid_from, about.valid_until) == (since, until)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2024-03-05T09:30:00Z", "2024-03-05"), ("D:20240305093000+01'00'", "2024-03-05"),
        ("5 March 2024", "2024-03-05"), ("2024", "2024"), ("D:20241399", ""), ("soon", ""),
    ],
)  # fmt: skip
def test_days_in_the_properties_of_files(said: str, day: str) -> None:
    stated = Stated("  Ada\u202e Holm ", "de-AT", said, said)
    about = about_of([Section("x")], "", "a.pdf", "pdf", stated)
    assert (about.made, about.changed, about.language) == (day, day, "de")
    assert about.author == "Ada Holm"


def test_the_text_tells_the_language_before_the_properties_do() -> None:
    text = "Die Pumpe ist nicht für den Betrieb im Freien und wird von der Firma gewartet."
    assert about_of([Section(text)], "", "a", "docx", Stated(language="en-US")).language == "de"


def test_samples_say_what_they_are_and_keep_it(tmp_path: Path) -> None:
    with closing(Index.open(tmp_path / "index", FastEmbedder())) as index:
        ingest_paths(index, [SAMPLES])
        found = {one.name: one.about for one in index.documents()}
    assert found["travel-policy.docx"].type == "policy"
    assert found["travel-policy.docx"].author == "Brackwater Instruments, Finance"
    assert found["travel-policy.docx"].valid_from == "2024-07-01"
    assert found["employee-handbook.pdf"].type == "manual"
    assert found["employee-handbook.pdf"].author == "Brackwater Instruments, People team"
    assert found["company-briefing.pptx"].type == "slides"
    assert found["works-outing.eml"].made == "2025-05-12"
    assert all(one.language == "en" for one in found.values())


def _document(name: str, **about: str) -> DocumentRecord:
    return DocumentRecord("s", name, name, "0", "x", None, 1, "", "2026-01-01", About(**about))


DOCUMENTS = [
    _document("hr/policy 2021.pdf", type="policy", made="2021-05-01", author="Ada Holm"),
    _document("hr/policy 2024.pdf", type="policy", valid_from="2024-03-01", made="2019-01-01"),
    _document("lease.docx", type="contract", changed="2024", language="de", author="Bo Lind"),
    _document("notes.txt"),
]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(), [0, 1, 2, 3]),
        (Choice(type="policy"), [0, 1]),
        (Choice(since="2024"), [1, 2]),
        (Choice(since="2024-02"), [1, 2]),
        (Choice(until="2021"), [0]),
        (Choice(until="2021-05-01"), [0]),
        (Choice(until="2021-04"), []),
        (Choice(since="2021", until="2024-03"), [0, 1, 2]),
        (Choice(author="holm"), [0]),
        (Choice(language="DE"), [2]),
        (Choice(name="POLICY"), [0, 1]),
        (Choice(name="*2024.pdf"), [1]),
        (Choice(name="lease.*", type="contract"), [2]),
    ],
)
def test_choosing(choice: Choice, expected: list[int]) -> None:
    assert chosen(DOCUMENTS, choice) == [DOCUMENTS[at] for at in expected]


@pytest.mark.parametrize("wrong", [{"type": "poem"}, {"since": "soon"}, {"until": "2024-13"}])
def test_what_no_document_can_be(wrong: dict[str, str]) -> None:
    with pytest.raises(WrongChoice):
        Choice(**wrong)
