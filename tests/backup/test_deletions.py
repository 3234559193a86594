"""What comes back from a backup after documents were deleted, moved, replaced and held."""

import json
import time
from pathlib import Path
from unittest import mock

import pytest
from backup.conftest import TEXTS, opened, settings_of
from backup.test_backup import backed_up, is_whole, names, restored
from word_embedder import WordEmbedder

from app.answering.ask import Ask
from app.cli import main
from app.governance.audit.opening import open_trail, trail_folder
from app.governance.audit.reading import records
from app.governance.audit.records import RecordKind
from app.governance.deletion.rules import RuleBook
from app.workspace import wiring

NEW = "The takeover was called off, says the new version of this paper."


def ingest(folder: Path, path: Path, text: str, space: str = "general") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    with opened(folder) as home:
        if home.index.document(space, path.name):
            status = home.read_again(space, path.name, path)
        else:
            (status,) = home.ingest([path], space=space).documents
    assert status.status == "indexed"


def remove(folder: Path, name: str, space: str = "general") -> dict[str, object]:
    with opened(folder) as home:
        (removal,) = home.remove([name], space=space)
    assert removal.removed
    assert removal.receipt is not None
    return removal.receipt


def places(folder: Path, name: str) -> set[str]:
    with opened(folder) as home:
        return {record.space for record in home.documents() if record.name == name}


def test_no_earlier_version_of_a_deleted_document_comes_back(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "backup.tar")
    ingest(folder, tmp_path / "new" / "merger.txt", NEW)
    receipt = remove(folder, "merger.txt")
    receipts = tmp_path / "receipts.json"
    receipts.write_text(json.dumps([receipt]), "utf-8")
    restored(tmp_path / "backup.tar", tmp_path / "beside", deletions=receipts)
    assert names(tmp_path / "beside") == {"leave.txt", "travel.txt"}
    restored(tmp_path / "backup.tar", folder, replace=True)
    assert names(folder) == {"leave.txt", "travel.txt"}
    with opened(folder) as home:
        assert not [hit for hit in home.search(Ask("walnut"), k=5).hits if "walnut" in hit.text]


def test_a_receipt_from_before_the_backup_says_nothing_of_a_later_version(
    folder: Path, tmp_path: Path
):
    receipt = remove(folder, "merger.txt")
    ingest(folder, tmp_path / "new" / "merger.txt", NEW)
    receipts = tmp_path / "receipts.json"
    receipts.write_text(json.dumps([receipt]), "utf-8")
    time.sleep(1.1)  # a receipt's time is one of whole seconds
    backed_up(folder, tmp_path / "backup.tar")
    restored(tmp_path / "backup.tar", tmp_path / "beside", deletions=receipts)
    assert names(tmp_path / "beside") == set(TEXTS)


def test_what_was_taken_in_again_under_the_name_is_another_document(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "first.tar")
    remove(folder, "merger.txt")
    ingest(folder, tmp_path / "new" / "merger.txt", NEW)
    backed_up(folder, tmp_path / "second.tar")
    restored(tmp_path / "second.tar", tmp_path / "beside")
    assert names(tmp_path / "beside") == set(TEXTS)
    restored(tmp_path / "first.tar", folder, replace=True)
    assert names(folder) == {"leave.txt", "travel.txt"}


def test_a_document_that_took_the_place_of_a_moved_one_does_not_take_it_along(
    folder: Path, tmp_path: Path
):
    backed_up(folder, tmp_path / "backup.tar")
    with opened(folder) as home:
        home.move("merger.txt", space="general", to_space="board")
    ingest(folder, tmp_path / "new" / "merger.txt", NEW)
    remove(folder, "merger.txt")
    restored(tmp_path / "backup.tar", folder, replace=True)
    assert names(folder) == set(TEXTS)
    assert places(folder, "merger.txt") == {"general"}


def test_a_move_that_failed_is_none(folder: Path, tmp_path: Path):
    ingest(folder, tmp_path / "new" / "merger.txt", TEXTS["merger.txt"], "board")
    backed_up(folder, tmp_path / "backup.tar")
    with open_trail(settings_of(folder), "test") as trail:  # as one that a race made fail
        about = {"space": "general", "document": "merger.txt", "to_space": "board"}
        trail.record(RecordKind.MOVE, person="kim", data=about)
    remove(folder, "merger.txt", "board")
    restored(tmp_path / "backup.tar", folder, replace=True)
    assert places(folder, "merger.txt") == {"general"}


def test_a_restore_puts_documents_back_before_later_deletions(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "backup.tar")
    with opened(folder) as home:
        home.move("merger.txt", space="general", to_space="board")
    backed_up(folder, tmp_path / "moved.tar")
    restored(tmp_path / "backup.tar", folder, replace=True)
    remove(folder, "merger.txt")
    for name in ("backup", "moved"):
        restored(tmp_path / f"{name}.tar", folder, replace=True)
        assert names(folder) == {"leave.txt", "travel.txt"}, name
    assert is_whole(folder)


def test_what_a_hold_keeps_from_being_deleted_again_is_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    backed_up(folder, tmp_path / "backup.tar")
    remove(folder, "merger.txt")
    remove(folder, "travel.txt")
    with open_trail(settings_of(folder), "test") as trail:
        RuleBook(folder).hold(trail, "kim", "general", "merger.txt", "litigation")
    with mock.patch.object(wiring, "load_embedder", return_value=WordEmbedder()):
        backup = str(tmp_path / "backup.tar")
        assert main(["--home", str(folder), "restore", backup, "--replace"]) == 0
    said = capsys.readouterr().out
    assert "1 documents that were deleted since are deleted again" in said
    assert "general/merger.txt was deleted since and is back, for a hold" in said
    assert names(folder) == {"leave.txt", "merger.txt"}
    refused = [one for one in records(trail_folder(settings_of(folder)))
               if one.kind == RecordKind.DELETION_REFUSED.value]  # fmt: skip
    assert refused[-1].data["document"] == "merger.txt"
