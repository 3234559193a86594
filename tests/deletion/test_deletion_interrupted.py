"""A deletion that something cut off is finished, whatever else is deleted meanwhile."""

from contextlib import closing
from pathlib import Path

import pytest
from deletion.folders import SECRET, Killed, files_with, opened, quote, written

from app.data_folder.layout import DataFolder
from app.governance.deletion.places import KeeperPlace
from app.governance.deletion.rules import RuleBook
from app.governance.deletion.unfinished import UnreadableNote
from app.people.conversations.store import Conversations
from app.workspace.workspace import Workspace


def killed(*_: object) -> int:
    raise Killed


def cut_off(home: Workspace, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete a document, and end just after the index has forgotten it."""
    with monkeypatch.context() as cut:
        cut.setattr(KeeperPlace, "forget", killed)
        with pytest.raises(Killed):
            home.remove([name], space="general")


def test_the_next_start_takes_its_quotations_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "home"
    with opened(folder) as home:
        home.ingest([written(tmp_path / "files")], space="general")
        quote(home, "merger.txt")
        quote(home, "leave.txt")
        (folder / "index" / "catalogue.sqlite3.before-update-from-0").write_bytes(SECRET)
        cut_off(home, "merger.txt", monkeypatch)
    assert files_with(folder, SECRET)
    with opened(folder) as home:
        assert files_with(folder, SECRET) == []
        (record,) = home.trail.tail(1)
        assert record.data["document"] == "merger.txt"
        assert record.data["removed"] == {
            "originals": 1,
            "conversations": 1,
            "questionnaires": 1,
            "uploads": 0,
            "copies from before an update": 1,
            "texts of the audit trail": 0,
        }
        with closing(Conversations(DataFolder(folder).conversations)) as saved:
            conversation = saved.read("kim", "about leave.txt in general", set)
            assert conversation is not None
            (untouched,) = conversation.turns
        assert untouched.answer is not None
    with opened(folder) as home:
        told = [one for one in home.trail.tail(20) if one.kind == "deletion-receipt"]
        assert len(told) == 1  # it is finished once


def test_another_deletion_does_not_make_it_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "home"
    with opened(folder) as home:
        home.ingest([written(tmp_path / "files")], space="general")
        (vector,) = home.index.presence.vectors_of("general", "merger.txt")

        def interrupted() -> None:
            with home.deleter.several("kim", "gone from its folder") as pruning:
                assert pruning.forget("general", "merger.txt")
                assert home.remove(["leave.txt"], space="general")[0].removed  # by somebody else
                monkeypatch.setattr(home.deleter, "finish", lambda *_, **__: [])
                raise Killed

        quote(home, "merger.txt")
        forget = KeeperPlace.forget
        monkeypatch.setattr(
            KeeperPlace,
            "forget",
            lambda place, gone: 0 if place.name == "conversations" else forget(place, gone),
        )
        with pytest.raises(Killed):
            interrupted()
        monkeypatch.undo()
    with opened(folder) as home:
        receipts = [one for one in home.trail.tail(9) if one.kind == "deletion-receipt"]
        assert receipts[-1].data["document"] == "merger.txt"
        assert files_with(folder, SECRET) == []
        assert files_with(folder, vector[64:128]) == []


def test_one_that_fails_does_not_leave_those_before_it_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with opened(tmp_path / "home") as home:
        home.ingest([written(tmp_path / "files")], space="general")
        forget = home.index.remove

        def fails(space: str, name: str) -> bool:
            if name == "leave.txt":
                raise OSError("the disk is full")
            return forget(space, name)

        monkeypatch.setattr(home.index, "remove", fails)
        with pytest.raises(OSError, match="full"):
            home.remove(["merger.txt", "leave.txt"], space="general")
        (receipt,) = [one for one in home.trail.tail(9) if one.kind == "deletion-receipt"]
        assert receipt.data["receipt"]["document"] == "merger.txt"
        assert files_with(home.settings.home, SECRET) == []


def test_what_is_held_or_taken_in_again_by_then_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder, files = tmp_path / "home", written(tmp_path / "files")
    with opened(folder) as home:
        home.ingest([files], space="general")
        monkeypatch.setattr(home.index, "remove", killed)
        with pytest.raises(Killed):
            home.remove(["leave.txt"], space="general")
        monkeypatch.undo()
        RuleBook(folder).hold(home.trail, "kim", "general", "leave.txt", "litigation")
        cut_off(home, "merger.txt", monkeypatch)
        monkeypatch.setattr("vectorstore.document_rows.datetime", _Later)
        home.ingest([files / "merger.txt"], space="general")
        quote(home, "merger.txt")
    with opened(folder) as home:
        assert {one.name for one in home.documents()} == {"leave.txt", "merger.txt", "travel.txt"}
        with closing(Conversations(DataFolder(folder).conversations)) as saved:
            conversation = saved.read("kim", "about merger.txt in general", set)
            assert conversation is not None
            (kept,) = conversation.turns
        assert kept.answer is not None


class _Later:
    """The clock of a document that is taken in again an hour later."""

    @staticmethod
    def now(_zone: object) -> "_Later":
        return _Later()

    def isoformat(self, timespec: str) -> str:
        assert timespec == "seconds"
        return "2099-01-01T00:00:00+00:00"


def test_a_note_that_cannot_be_read_is_named(tmp_path: Path):
    with opened(tmp_path / "home"):
        pass
    (tmp_path / "home" / "deleting").mkdir()
    (tmp_path / "home" / "deleting" / "a.json").write_text("{")
    with (
        pytest.raises(UnreadableNote, match="Remove the note"),
        opened(tmp_path / "home"),
    ):
        pass
