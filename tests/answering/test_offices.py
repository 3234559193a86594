"""Who holds an office, in the forms in which reports say it."""

from collections.abc import Iterator, Sequence

import pytest
from word_embedder import WordEmbedder

from app.answering.offices import Holding, holders, names_no_office
from vectorstore.index import Index
from vectorstore.records import Chunk, NewDocument
from vectorstore.scope import EVERYTHING

REPORTS: dict[str, Sequence[tuple[str, str]]] = {
    "kestrel-2023.pdf": (
        ("", "Kestrel Mobility Inc.\nAnnual report for the fiscal year ended December 31, 2023"),
        ("Officers", "Name: Ada R. Holm; Age: 51; Position: President and Chief Executive Officer\n"
         "Name: Tomas Brandl; Age: 47; Position: Executive Vice President and Chief Financial "
         "Officer\nName: Ines Quill; Age: 40; Position: Vice President, Sales"),
        ("Officers", "Ada R. Holm (age 51) has been a director of Kestrel since 2015 and Chief "
         "Executive Officer since 2019. Ms. Holm was Chief Financial Officer from 2011 to 2015. "
         "From 2004 to 2011 she was Chief Executive Officer of Wigeon Rentals Ltd."),
        ("Board of Directors", "Name: Peer Lund; Position: Chair of the Board\nName: Ada R. Holm; "
         "Position: President and Chief Executive Officer\nName: Rosa Timm; Position: Former Chair "
         "and CEO, Sanderling Corp."),
        ("Audit Committee", "Rosa Timm\nChair\n\nPeer Lund\nMember"),
        ("Report of Independent Registered Public Accounting Firm", "We have audited the balance "
         "sheets of Kestrel Mobility Inc. The audit committee reads this report.\n\n/s/ Marten & "
         "Rook LLP\n\nWe have served as the Company's auditor since 2012."),
        ("Legal", "Our lawyers are Stone Harrier LLP of Graz."),
        ("Signatures", "/s/ ADA R. HOLM\nAda R. Holm\nChief Executive Officer\n\n/s/ TOMAS BRANDL\n"
         "Tomas Brandl\nChief Financial Officer"),
    ),
    "dunlin-2023.pdf": (
        ("", "Dunlin Foods plc\nAnnual report 2023"),
        ("Letter", "Our chairman, Edda Voss, thanks the staff. Growth was strong, says Chief "
         "Executive Officer Jon Pell."),
        ("Trustees", "Treasurer\nMila Raab\nSecretary\nUwe Stern"),
    ),
    "uferschnepfe.pdf": (
        ("", "Uferschnepfe Stiftung\nJahresabschluss 2023"),
        ("Organe > Kuratorium", "Karla Wendt\nVorsitzende der Geschäftsführung Nordbank AG\n\n"
         "Heiner Voigt\nLeiter Technik Südwerk GmbH (Vorsitzender)"),
        ("Organe > Vorstand", "Frieda Marx\nhauptamtliche Vorsitzende\n\nOle Brunn\n"
         "ehrenamtlicher stellvertretender Vorsitzender"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    opened = Index.open(tmp_path_factory.mktemp("index"), WordEmbedder())
    for name, passages in REPORTS.items():
        chunks = [Chunk(text, 1, heading) for heading, text in passages]
        opened.put(NewDocument("general", name, "", name[:4] * 16, "upload", 60, ""), chunks)
    yield opened
    opened.close()


def asked(index: Index, question: str) -> list[Holding]:
    return holders(question, EVERYTHING, index, [])


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is the CEO of Kestrel Mobility?", ["Ada R. Holm"]),
        ("Who was Kestrel's chief financial officer in 2023?", ["Tomas Brandl"]),
        ("Who is the chair of Kestrel?", ["Peer Lund"]),
        ("Who is the president of Kestrel?", ["Ada R. Holm"]),
        ("Which firm audits Kestrel's financial statements?", ["Marten & Rook LLP"]),
        ("Who are the members of Kestrel's board of directors?",
         ["Peer Lund", "Ada R. Holm", "Rosa Timm"]),
        ("Who is the chief executive of Dunlin Foods?", ["Jon Pell"]),
        ("Who is Dunlin's chairman?", ["Edda Voss"]),
        ("Who is the treasurer of Dunlin?", ["Mila Raab"]),
        ("Wer ist Vorsitzender des Kuratoriums der Uferschnepfe Stiftung?", ["Heiner Voigt"]),
        ("Wer ist Vorsitzende des Vorstands der Uferschnepfe Stiftung?", ["Frieda Marx"]),
        ("Wer sind die Mitglieder des Vorstands der Uferschnepfe Stiftung?",
         ["Frieda Marx", "Ole Brunn"]),
    ],
)  # fmt: skip
def test_a_holder_is_found_in_rows_lines_clauses_and_signatures(
    index: Index, question: str, names: list[str]
):
    found = asked(index, question)
    assert [one.holder for one in found] == names
    assert all(" ".join(one.holder.split()) in one.quote for one in found)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the CEO of Wigeon Rentals?",  # told in passing, and no report is theirs
        "Who is the CEO of Sanderling?",
        "Who is the chief technology officer of Kestrel?",
        "Who was the CEO of Kestrel in 2012?",  # no report on that year
        "Who is the president of Kestrel's rental division?",
        "Who is Dunlin's chief financial officer?",
        "Which firm audits Dunlin?",
        "Wer ist der Aufsichtsratsvorsitzende der Uferschnepfe Stiftung?",
        "Who likes the kestrel?",  # no office
    ],
)
def test_nobody_is_named_for_another_office_body_or_year(index: Index, question: str):
    assert asked(index, question) == []


def test_evidence_without_the_office_does_not_answer_who_holds_it():
    question = "Who is the chief technology officer of Dunlin?"
    assert names_no_office(question, ["Dunlin thanks Jon Pell."])
    assert not names_no_office(question, ["Mia Falk is the chief technology officer."])
    assert not names_no_office("Who repairs the lift?", ["Jon Pell."])
