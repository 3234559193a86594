"""Attachments in a data folder: found, deleted, held, moved and read again with their mail."""

import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.governance.audit.deletion_receipt import verify_receipt
from app.settings import load_settings
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.faults import DocumentHeld
from vectorstore.index import Index
from vectorstore.scope import Scope

ALL = ["offer.eml", "offer.eml/more.zip", "offer.eml/more.zip/b.txt", "offer.eml/prices.txt"]
SECRET = [
    f"Item {n}: Okonkwo-Vandersmissen pays {n * 37} guilders in Zanzibar for it." for n in range(30)
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    packed = tmp_path / "more.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("b.txt", "The lighthouse keeper is called Marisol.")
    mail = EmailMessage()
    mail["Subject"] = "Our offer"
    mail.set_content("Please see the attached prices.")
    mail.add_attachment("\n\n".join(SECRET).encode(), "text", "plain", filename="prices.txt")
    mail.add_attachment(packed.read_bytes(), "application", "zip", filename="more.zip")
    (folder / "offer.eml").write_bytes(mail.as_bytes())
    (folder / "z.txt").write_text("The harbour opens at six.")
    return folder


@pytest.fixture
def home(tmp_path: Path, folder: Path) -> Iterator[Workspace]:
    with open_workspace(load_settings({"home": tmp_path / "home"}), "test") as opened:
        opened.ingest([folder], space="general")
        yield opened


def names(home: Workspace, space: str = "general") -> list[str]:
    return [record.name for record in home.index.documents([space])]


def test_they_are_found_alone_and_by_their_container(home: Workspace):
    assert names(home) == [*ALL, "z.txt"]
    found = home.index.search("Who keeps the lighthouse?", Scope(), 3).hits[0]
    assert found.document == "offer.eml/more.zip/b.txt"
    chosen = Scope(documents=("offer.eml",))  # who names the mail means what came with it
    assert home.index.search("lighthouse", chosen, 3).hits[0].document == found.document
    assert [record.name for record in home.index.documents_of(chosen)] == ALL
    other = Scope(documents=("z.txt",))
    assert {hit.document for hit in home.index.search("lighthouse", other, 3).hits} == {"z.txt"}


def test_nothing_of_them_is_left_and_each_has_a_receipt(home: Workspace):
    (refused,) = home.remove(["offer.eml/prices.txt"], space="general")
    assert not refused.removed
    assert refused.reason == "lies in offer.eml, which holds it; remove that"
    removals = home.remove(["offer.eml/more.zip", "offer.eml"], space="general")
    assert sorted(one.document for one in removals) == ALL
    for one in removals:
        assert one.removed
        assert one.receipt is not None
        assert one.receipt["gone"]
        assert verify_receipt(one.receipt, home.trail.key.public)
    assert names(home) == ["z.txt"]
    needles = [b"Okonkwo", b"okonkwo", b"Marisol", b"marisol", *(one.encode() for one in SECRET)]
    left = [
        path
        for path in home.settings.home.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]
    assert left == []
    deleted = [one.data["document"] for one in home.trail.tail(50) if one.kind == "deletion"]
    assert sorted(deleted) == ALL


def test_a_hold_on_one_of_them_keeps_them_together(home: Workspace, folder: Path):
    book = home.deleter._rules
    book.hold(home.trail, "kim", "general", "offer.eml/more.zip", "a lawsuit")
    (kept,) = home.remove(["offer.eml"], space="general")
    assert "a lawsuit" in kept.reason
    with pytest.raises(DocumentHeld, match="lawsuit"):
        home.move("offer.eml", space="general", to_space="archive")
    mail = EmailMessage()
    mail["Subject"] = "Our offer"
    mail.set_content("Nothing is attached any more.")
    (folder / "offer.eml").write_bytes(mail.as_bytes())
    report = home.ingest([folder], space="general")
    assert "a lawsuit" in next(one.reason for one in report.documents if one.status == "rejected")
    assert names(home) == [*ALL, "z.txt"]


def test_they_move_and_are_read_again_together(home: Workspace, folder: Path):
    with pytest.raises(DocumentHeld, match=r"lies in offer\.eml, and moves with that"):
        home.move("offer.eml/prices.txt", space="general", to_space="archive")
    assert home.move("offer.eml", space="general", to_space="archive") is not None
    assert (names(home), names(home, "archive")) == (["z.txt"], ALL)
    containers = [record.container for record in home.index.documents(["archive"])]
    assert containers == ["", "offer.eml", "offer.eml/more.zip", "offer.eml"]
    moves = [one.data["document"] for one in home.trail.tail(50) if one.kind == "move"]
    assert sorted(moves) == ALL
    file = folder / "offer.eml"
    alone = home.read_again("archive", "offer.eml/prices.txt", file)
    assert alone.reason == "lies in offer.eml, and is read again with that"
    assert home.read_again("archive", "offer.eml", file).status == "indexed"
    assert names(home, "archive") == ALL
    assert home.index.verify() == []


def test_a_folder_from_before_reads_its_mails_once_more(tmp_path: Path, folder: Path):
    """What was read into the mail itself gets a row of its own with the next ingestion."""
    settings = load_settings({"home": tmp_path / "home"})
    with open_workspace(settings, "test") as opened:
        opened.ingest([folder], space="general")
        with opened.index._catalogue.writing() as writer:  # as the last step leaves such a mail
            writer.execute("UPDATE documents SET unread = 1 WHERE name = 'offer.eml'")
        for name in ALL[1:]:
            Index.remove(opened.index, "general", name)
        assert names(opened) == ["offer.eml", "z.txt"]
        report = opened.ingest([folder], space="general")
        assert names(opened) == [*ALL, "z.txt"]
        assert {one.document: one.status for one in report.documents}["z.txt"] == "unchanged"
