"""A document that was moved is held, and deleted, as if it had never been elsewhere."""

from contextlib import closing
from pathlib import Path

import pytest
from deletion.folders import SECRET, TEXTS, files_with, opened, quote, written

from app.data_folder.layout import DataFolder
from app.governance.deletion.rules import RuleBook
from app.people.conversations.store import Conversations
from vectorstore.faults import DocumentHeld


def test_deleting_it_takes_what_was_left_where_it_was(tmp_path: Path):
    folder = tmp_path / "home"
    with opened(folder) as home:
        home.ingest([written(tmp_path / "files")], space="general")
        home.ingest([tmp_path / "files" / "leave.txt"], space="board")
        (vector,) = home.index.presence.vectors_of("general", "merger.txt")
        quote(home, "merger.txt")
        quote(home, "leave.txt")
        home.move("merger.txt", space="general", to_space="other")
        quote(home, "merger.txt", "other")
        home.move("merger.txt", space="other", to_space="board")
        (removal,) = home.remove(["merger.txt"], space="board")
        assert removal.receipt is not None
        assert removal.receipt["gone"], removal.receipt["found"]
        assert removal.receipt["removed"]["conversations"] == 2
        assert removal.receipt["removed"]["questionnaires"] == 2
        assert files_with(folder, SECRET) == []
        assert files_with(folder, vector[64:128]) == []
        assert home.index.verify() == []
        with closing(Conversations(DataFolder(folder).conversations)) as saved:
            conversation = saved.read("kim", "about leave.txt in general", set)
            assert conversation is not None
            (other,) = conversation.turns
        assert other.answer is not None


def test_answers_from_the_document_that_took_its_place_stay(tmp_path: Path):
    files = written(tmp_path / "files")
    with opened(tmp_path / "home") as home:
        home.ingest([files], space="general")
        quote(home, "merger.txt")
        home.move("merger.txt", space="general", to_space="board")
        (files / "merger.txt").write_text("Nobody takes over anybody, says this newer paper.")
        home.ingest([files], space="general")
        with closing(Conversations(DataFolder(tmp_path / "home").conversations)) as saved:
            assert saved.delete("kim", "about merger.txt in general")
        quote(home, "merger.txt")
        (removal,) = home.remove(["merger.txt"], space="board")
        assert removal.removed
        with closing(Conversations(DataFolder(tmp_path / "home").conversations)) as saved:
            conversation = saved.read("kim", "about merger.txt in general", set)
            assert conversation is not None
            (newer,) = conversation.turns
        assert newer.answer is not None
        assert "newer paper" in newer.answer.answer


def test_a_replaced_version_leaves_no_vector_where_it_was(tmp_path: Path):
    files = written(tmp_path / "files")
    with opened(tmp_path / "home") as home:
        home.ingest([files], space="general")
        (vector,) = home.index.presence.vectors_of("general", "merger.txt")
        home.move("merger.txt", space="general", to_space="board")
        (files / "merger.txt").write_text("Nobody takes over anybody, says this newer paper.")
        home.ingest([files / "merger.txt"], space="board")
        assert files_with(tmp_path / "home", vector[64:128]) == []


@pytest.mark.parametrize("held", ["merger.txt", ""])
def test_a_held_document_cannot_be_moved_out_of_its_hold(tmp_path: Path, held: str):
    with opened(tmp_path / "home") as home:
        home.ingest([written(tmp_path / "files")], space="general")
        book = RuleBook(tmp_path / "home")
        book.hold(home.trail, "kim", "general", held, "litigation Nordwind")
        with pytest.raises(DocumentHeld, match="litigation Nordwind"):
            home.move("merger.txt", space="general", to_space="other", person="lee")
        (refused,) = home.trail.tail(1)
        assert (refused.kind, refused.person) == ("deletion-refused", "lee")
        assert refused.data["reason"] == "to be moved to other"
        assert refused.data["hold"]["reason"] == "litigation Nordwind"
        assert home.index.document("general", "merger.txt") is not None
        assert not home.remove(["merger.txt"], space="general")[0].removed
        book.release(home.trail, "kim", "general", held, "settled")
        assert home.move("merger.txt", space="general", to_space="other") is not None


def test_a_move_that_does_not_happen_is_not_on_record(tmp_path: Path):
    with opened(tmp_path / "home") as home:
        home.ingest([written(tmp_path / "files")], space="general")
        home.ingest([tmp_path / "files" / "leave.txt"], space="other")
        with pytest.raises(FileExistsError):
            home.move("leave.txt", space="general", to_space="other")
        assert home.move("never.txt", space="general", to_space="other") is None
        assert home.trail.tail(1)[0].kind == "ingest"


def test_a_held_version_is_not_replaced(tmp_path: Path):
    files, text = written(tmp_path / "files"), "The takeover of the walnut company was called off."
    with opened(tmp_path / "home") as home:
        home.ingest([files], space="general")
        book = RuleBook(tmp_path / "home")
        book.hold(home.trail, "kim", "general", "merger.txt", "litigation Nordwind")
        (files / "merger.txt").write_text(text)
        report = home.ingest([files], space="general", prune=True)
        said = {status.document: status for status in report.documents}
        assert said["leave.txt"].status == "unchanged"
        assert said["merger.txt"].status == "rejected"
        assert "litigation Nordwind" in said["merger.txt"].reason
        assert "another name" in said["merger.txt"].reason
        record = home.index.document("general", "merger.txt")
        assert record is not None
        original = home.original(record)
        assert original is not None
        assert original.read_bytes() == SECRET
        assert home.index.chunks("general", "merger.txt")[0].text == TEXTS["merger.txt"]
        assert files_with(tmp_path / "home", text.encode()) == []
        book.release(home.trail, "kim", "general", "merger.txt", "settled")
        home.ingest([files], space="general")
        assert files_with(tmp_path / "home", SECRET) == []
