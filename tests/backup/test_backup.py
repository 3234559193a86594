"""What a backup brings back, beside a data folder in use, and what does not come back."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from backup.conftest import QUESTION, TEXTS, opened, settings_of
from people.people_fakes import unrecorded

from app.answering.ask import Ask
from app.batch.journal import open_journal
from app.data_folder.layout import DataFolder
from app.data_folder.ownership import own
from app.governance.audit.keys import SigningKey
from app.governance.audit.opening import key_file, open_trail, trail_folder
from app.governance.audit.reading import newest, records
from app.governance.audit.records import RecordKind
from app.governance.audit.verifying import verify as verify_trail
from app.governance.backup.contents import BackupFault, Manifest
from app.governance.backup.making import Made, Order, back_up, sweep
from app.governance.backup.register import Register
from app.governance.backup.restoring import Order as RestoreOrder
from app.governance.backup.restoring import restore, verified
from app.governance.deletion.rules import RuleBook
from app.people.accounts import open_people
from app.people.conversations.store import Conversations
from app.settings import SettingsError
from vectorstore.versions import BEFORE


def backed_up(folder: Path, out: Path, **given: object) -> Made:
    with open_trail(settings_of(folder), "test") as trail:
        return back_up(folder, trail, Order(out, **{"keep_days": 30, **given}), person="kim")  # type: ignore[arg-type]


def restored(file: Path, folder: Path, **given: object):
    return restore(settings_of(folder), RestoreOrder(file, folder, **given))  # type: ignore[arg-type]


def names(folder: Path) -> set[str]:
    with opened(folder) as home:
        assert home.index.verify() == []
        return {record.name for record in home.documents()}


def is_whole(folder: Path) -> bool:
    key = SigningKey.open(key_file(settings_of(folder))).public
    return verify_trail(trail_folder(settings_of(folder)), key).whole


def listed(file: Path) -> Manifest:
    return verified(file, None, None)


def test_everything_comes_back_in_a_new_folder(folder: Path, tmp_path: Path):
    made = backed_up(folder, tmp_path / "backup.tar")
    assert Path(made.kept.file).stat().st_mode & 0o777 == 0o600
    assert made.databases == 6
    paths = {held.path for held in listed(tmp_path / "backup.tar").files}
    assert not [path for path in paths if "chroma" in path or "owner" in path]
    new = tmp_path / "elsewhere" / "data"
    done = restored(tmp_path / "backup.tar", new)
    assert (done.trail, done.aside, done.key_known) == ("of the backup", "", False)
    with opened(new) as home:
        assert home.index.verify() == []
        for name, text in TEXTS.items():
            (hit,) = home.search(Ask(text), k=1).hits
            assert (hit.document, hit.text) == (name, text)
            record = home.index.document("general", name)
            assert record is not None
            original = home.originals.open(record)
            assert original is not None
            with original:
                assert original.read() == text.encode()
    with closing(Conversations(DataFolder(new).conversations)) as talks:
        saved = talks.read("kim", "talk", set)
        assert saved is not None
        assert saved.turns[0].question == QUESTION
    with open_people(settings_of(new), unrecorded) as house:
        assert {account.person.name for account in house.people.accounts()} == {"kim", "lee"}
        assert house.door.sign_in("kim", "correct horse battery", address="127.0.0.1")
    with open_journal(new / "batches" / "run") as journal:
        assert journal.total() == 1
    assert (new / "uploads/one/files/waiting.txt").read_text("utf-8") == "It has to wait."
    assert is_whole(new)
    told = newest(trail_folder(settings_of(new)), RecordKind.RESTORED.value)
    assert told is not None
    assert told.data["backup"] == made.kept.id


def test_it_is_made_while_everything_is_in_use(folder: Path, tmp_path: Path):
    ended = threading.Event()
    failed: list[BaseException] = []

    def busy(work) -> threading.Thread:
        def run() -> None:
            number = 0
            while not ended.is_set():
                number += 1
                try:
                    work(number)
                except BaseException as error:  # noqa: BLE001 -- told at the end
                    failed.append(error)
                    return

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    source = tmp_path / "more"
    source.mkdir()
    with opened(folder) as home, closing(Conversations(DataFolder(folder).conversations)) as talks:

        def ingest(number: int) -> None:
            path = source / f"new-{number}.txt"
            path.write_text(f"Sentence number {number} of the new documents.", "utf-8")
            home.ingest([path], space="general")

        def talk(number: int) -> None:
            talks.rename("kim", "talk", f"title {number}")
            talks.delete("kim", "nothing")

        def search(number: int) -> None:
            home.search(Ask(f"question {number}"), k=2)

        threads = [busy(ingest), busy(talk), busy(search)]
        made = [
            back_up(folder, home.trail, Order(tmp_path / f"b{n}.tar", 30), person="kim")
            for n in range(3)
        ]
        ended.set()
        for thread in threads:
            thread.join()
    assert failed == []
    for number, one in enumerate(made):
        new = tmp_path / f"restored-{number}"
        done = restored(Path(one.kept.file), new)
        assert done.trail == "of the backup"
        assert set(TEXTS) <= names(new)
        assert is_whole(new)
        with opened(new) as home:
            for record in home.documents():
                assert home.originals.path_of(record) is not None, record.name


def test_what_was_deleted_since_does_not_come_back(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "backup.tar")
    with opened(folder) as home:
        home.move("travel.txt", space="general", to_space="board")
        (removal,) = home.remove(["travel.txt"], space="board")
        assert removal.removed
        (removal,) = home.remove(["merger.txt"], space="general")
        assert removal.receipt is not None
        assert str(tmp_path / "backup.tar") in removal.receipt["backups"]
        assert "The last of them ends on" in removal.receipt["backups"]
        RuleBook(folder).hold(home.trail, "kim", "general", "leave.txt", "litigation")
    with open_people(settings_of(folder), unrecorded) as house:
        house.people.remove(house.people.named("lee").id)
    before = [record.seq for record in records(trail_folder(settings_of(folder)))]
    done = restored(tmp_path / "backup.tar", folder, replace=True)
    assert (done.trail, len(done.again), done.key_known) == ("continued", 2, True)
    assert names(folder) == {"leave.txt"}
    for path in folder.rglob("*"):
        if path.is_file() and trail_folder(settings_of(folder)) not in path.parents:
            assert b"walnut company" not in path.read_bytes(), path
    assert is_whole(folder)
    after = list(records(trail_folder(settings_of(folder))))
    assert [record.seq for record in after][: len(before)] == before
    assert [record.data["receipt"]["document"] for record in after if "receipt" in record.data][
        -2:
    ] == ["merger.txt", "travel.txt"]
    assert RuleBook(folder).read().hold_on("general", "leave.txt") is not None
    with open_people(settings_of(folder), unrecorded) as house:
        assert {account.person.name for account in house.people.accounts()} == {"kim"}
    assert (Path(done.aside) / "index").is_dir()


def test_a_document_that_was_taken_in_again_comes_back(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "backup.tar")
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "leave.txt").write_text(TEXTS["leave.txt"], "utf-8")
    with opened(folder) as home:
        home.remove(["leave.txt"], space="general")
        home.ingest([tmp_path / "again"], space="general")
    assert restored(tmp_path / "backup.tar", folder, replace=True).again == []
    assert names(folder) == set(TEXTS)


def test_without_the_former_folder_receipts_tell_what_was_deleted(folder: Path, tmp_path: Path):
    import json

    backed_up(folder, tmp_path / "backup.tar")
    with opened(folder) as home:
        (removal,) = home.remove(["merger.txt"], space="general")
    receipts = tmp_path / "receipts.json"
    receipts.write_text(json.dumps([removal.receipt]), "utf-8")
    new = tmp_path / "new"
    assert restored(tmp_path / "backup.tar", new, deletions=receipts).again != []
    assert names(new) == {"leave.txt", "travel.txt"}
    receipts.write_text(json.dumps([{**(removal.receipt or {}), "document": "leave.txt"}]), "utf-8")
    with pytest.raises(BackupFault, match="did not sign"):
        restored(tmp_path / "backup.tar", tmp_path / "other", deletions=receipts)
    assert not (tmp_path / "other").exists()


def test_a_process_that_ends_right_after_the_restore_leaves_the_deletions_to_the_next(
    folder: Path, tmp_path: Path
):
    backed_up(folder, tmp_path / "backup.tar")
    with opened(folder) as home:
        home.remove(["merger.txt"], space="general")
    restored(tmp_path / "backup.tar", folder, replace=True)  # and nothing is opened
    assert (folder / "restored.json").is_file()
    assert names(folder) == {"leave.txt", "travel.txt"}
    assert not (folder / "restored.json").exists()


def test_a_folder_in_use_is_not_touched(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "backup.tar")
    with own(folder, "strongroom serve"), pytest.raises(BackupFault, match="strongroom serve"):
        restored(tmp_path / "backup.tar", folder, replace=True)
    with pytest.raises(BackupFault, match="--replace"):
        restored(tmp_path / "backup.tar", folder)
    assert names(folder) == set(TEXTS)


def test_without_the_key_it_goes_on_only_where_the_key_is(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "backup.tar", with_keys=False)
    assert not [h for h in listed(tmp_path / "backup.tar").files if h.path.endswith(".pem")]
    with pytest.raises(BackupFault, match="no key"):
        restored(tmp_path / "backup.tar", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    restored(tmp_path / "backup.tar", folder, replace=True)
    assert names(folder) == set(TEXTS)
    assert is_whole(folder)


def test_a_trail_that_is_lost_is_said_to_be(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "backup.tar")
    (trail,) = trail_folder(settings_of(folder)).glob("trail-*")
    trail.write_bytes(trail.read_bytes().replace(b"ingest", b"digest"))
    done = restored(tmp_path / "backup.tar", folder, replace=True)
    assert done.trail == "of the backup"
    assert names(folder) == set(TEXTS)
    assert is_whole(folder)


def test_the_backup_of_another_folder_is_refused(folder: Path, tmp_path: Path):
    with opened(tmp_path / "other"):
        pass
    backed_up(tmp_path / "other", tmp_path / "other.tar")
    with pytest.raises(BackupFault, match="another data folder"):
        restored(tmp_path / "other.tar", folder, replace=True)
    assert names(folder) == set(TEXTS)


def test_a_full_disk_stops_it_before_anything_is_done(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import shutil

    backed_up(folder, tmp_path / "backup.tar")
    full = shutil._ntuple_diskusage(10**9, 10**9, 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(BackupFault, match="make room"):
        backed_up(folder, tmp_path / "second.tar")
    with pytest.raises(BackupFault, match="make room"):
        restored(tmp_path / "backup.tar", folder, replace=True)
    monkeypatch.undo()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"home", "backup.tar"}
    assert names(folder) == set(TEXTS)


def test_where_it_may_not_be_written(folder: Path, tmp_path: Path):
    with pytest.raises(BackupFault, match="lies in the data folder"):
        backed_up(folder, folder / "backup.tar")
    with pytest.raises(BackupFault, match="no folder"):
        backed_up(folder, tmp_path / "nowhere" / "backup.tar")
    (tmp_path / "there.tar").write_text("mine", "utf-8")
    with pytest.raises(BackupFault, match="there already"):
        backed_up(folder, tmp_path / "there.tar")
    assert (tmp_path / "there.tar").read_text("utf-8") == "mine"


def test_a_damaged_database_is_not_backed_up_in_silence(folder: Path, tmp_path: Path):
    path = DataFolder(folder).conversations
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 3] = b"\xff" * 4096
    path.write_bytes(content)
    with pytest.raises(BackupFault, match=r"conversations|malformed"):
        backed_up(folder, tmp_path / "backup.tar")
    assert {path.name for path in tmp_path.iterdir()} == {"home"}
    assert not list((folder / "backup-in-hand").glob("*"))


def test_a_newer_programs_backup_is_refused(folder: Path, tmp_path: Path):
    with closing(sqlite3.connect(folder / "people.sqlite3")) as db:
        db.execute("PRAGMA user_version = 99")
    backed_up(folder, tmp_path / "backup.tar")
    with pytest.raises(BackupFault, match=r"people.sqlite3 .* format 99"):
        restored(tmp_path / "backup.tar", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_backups_end(folder: Path, tmp_path: Path):
    kept = [backed_up(folder, tmp_path / f"{n}.tar", keep_days=n).kept for n in (0, 1, 2, 3)]
    (tmp_path / "2.tar").write_bytes(b"something else by now")
    (tmp_path / "3.tar").unlink()
    register = Register(folder)
    with open_trail(settings_of(folder), "test") as trail:
        assert register.prune(trail, "kim") == []
        later = datetime.now(UTC) + timedelta(days=10)
        pruned = register.prune(trail, "kim", later)
        (told,) = [record for record in trail.tail(1) if record.kind == "backup"]
    assert [(one.id, one.deleted is None) for one in pruned] == [
        (kept[1].id, False),
        (kept[2].id, True),
        (kept[3].id, True),
    ]
    assert told.data["what"] == "end of life"
    assert told.data["file"] == str(tmp_path / "1.tar")
    assert sorted(path.name for path in tmp_path.glob("*.tar")) == ["0.tar", "2.tar"]
    assert [one.state for one in register.all()] == ["kept", "deleted", "kept", "missing"]


def test_what_an_ended_process_left_is_cleared(folder: Path, tmp_path: Path):
    made = backed_up(folder, tmp_path / "whole.tar")
    # As if it had been ended before it gave the whole file its name, and another in the middle.
    (tmp_path / "whole.tar").rename(tmp_path / "whole.tar.part")
    (tmp_path / "half.tar.part").write_bytes(b"half")
    for backup_id, name in ((made.kept.id, "whole"), ("0" * 32, "half")):
        place = folder / "backup-in-hand" / backup_id
        place.mkdir(parents=True)
        out = tmp_path / f"{name}.tar"
        note = f'{{"out": "{out}", "partial": "{out}.part"}}'
        (place / "note.json").write_text(note, "utf-8")
    (folder / "backups.partial").write_text("[", "utf-8")
    sweep(folder)
    assert not (folder / "backups.partial").exists()
    assert sorted(path.name for path in tmp_path.glob("*.tar*")) == ["whole.tar"]
    assert asdict(listed(tmp_path / "whole.tar"))["id"] == made.kept.id
    assert not list((folder / "backup-in-hand").glob("*"))


def test_a_restore_that_was_ended_is_cleared_and_a_data_folder_is_not(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "backup.tar")
    unfinished, exchanged = tmp_path / ".home.restoring-1", tmp_path / ".home.restoring-2"
    for place in (unfinished, exchanged):
        place.mkdir()
    (unfinished / ".restore-unfinished").touch()
    restored(tmp_path / "backup.tar", folder, replace=True)
    assert not unfinished.exists()
    assert exchanged.exists()


def test_copies_from_before_an_update_go_with_the_first_deletion(folder: Path, tmp_path: Path):
    copy = folder / "index" / f"catalogue.sqlite3{BEFORE}1"
    copy.write_bytes((folder / "index" / "catalogue.sqlite3").read_bytes())
    backed_up(folder, tmp_path / "backup.tar")
    assert not [held for held in listed(tmp_path / "backup.tar").files if BEFORE in held.path]
    with opened(folder) as home:
        (removal,) = home.remove(["merger.txt"], space="general")
    assert not copy.exists()
    assert removal.receipt is not None
    assert removal.receipt["removed"]["copies from before an update"] == 1
    assert removal.receipt["gone"]


def test_settings_go_along_and_do_not_take_effect(folder: Path, tmp_path: Path):
    file = tmp_path / "strongroom.toml"
    file.write_text("[web]\nport = 1\n", "utf-8")
    backed_up(folder, tmp_path / "backup.tar", settings_file=file)
    restored(tmp_path / "backup.tar", tmp_path / "new")
    assert (tmp_path / "new" / "strongroom.toml.of-the-backup").read_text("utf-8").endswith("1\n")
    try:
        assert settings_of(tmp_path / "new").web.port != 1
    except SettingsError:
        pytest.fail("the settings are read")
