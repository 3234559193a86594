"""A version that another one replaced is as gone as a deleted document, and has a receipt."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.governance.audit.deletion_receipt import verify_receipt
from app.settings import load_settings
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

SAMPLES = Path(__file__).parents[1] / "samples"
OLD = [
    f"Clause {n}: the Zanzibar branch pays {n * 37} guilders to Mrs Okonkwo-Vandersmissen."
    for n in range(40)
]
SAME = "Every branch keeps its accounts for ten years."
NEW = "Clause 1: no branch pays anybody in guilders."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    shutil.copy(SAMPLES / "security.html", folder)
    (folder / "branches.txt").write_text("\n\n".join([SAME, *OLD]), "utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path, folder: Path) -> Iterator[Workspace]:
    with open_workspace(load_settings({"home": tmp_path / "home"}), "test") as opened:
        opened.ingest([folder], space="general")
        yield opened


def files_with(folder: Path, *needles: bytes) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def receipts_of(home: Workspace) -> list[dict]:
    found = [record for record in home.trail.tail(50) if record.kind == "deletion-receipt"]
    return [record.data["receipt"] for record in found]


def test_nothing_of_the_old_version_is_in_any_file(home: Workspace, folder: Path):
    vectors = home.index.presence.vectors_of("general", "branches.txt")
    words = [sentence.encode() for sentence in OLD] + [b"Okonkwo", b"okonkwo", b"zanzibar"]
    assert len(files_with(home.settings.home, *words)) >= 2  # the index and the original
    assert files_with(home.settings.home, vectors[1][200:264])
    (folder / "branches.txt").write_text(f"{SAME}\n\n{NEW}", "utf-8")
    report = home.ingest([folder], space="general")
    assert [one.status for one in report.documents] == ["indexed", "unchanged"]
    assert files_with(home.settings.home, *words) == []
    kept = set(home.index.presence.vectors_of("general", "branches.txt"))
    for vector in set(vectors) - kept:
        assert files_with(home.settings.home, vector[200:264]) == []
    assert home.index.verify() == []
    assert NEW in [hit.text for hit in home.index.chunks("general", "branches.txt")][-1]
    assert home.index.chunks("general", "security.html")


def test_it_has_a_signed_receipt_and_the_new_one_says_what_it_replaces(
    home: Workspace, folder: Path
):
    old = home.index.document("general", "branches.txt")
    (folder / "branches.txt").write_text(f"{SAME}\n\n{NEW}", "utf-8")
    home.ingest([folder], space="general", person="kim")
    new = home.index.document("general", "branches.txt")
    assert old is not None
    assert new is not None
    (receipt,) = receipts_of(home)
    assert (receipt["document"], receipt["person"]) == ("branches.txt", "kim")
    assert receipt["sha256"] == old.sha256
    assert receipt["reason"] == f"replaced by the version {new.sha256}"
    assert receipt["removed"]["chunks"] == receipt["removed"]["vectors"] == old.chunks
    assert receipt["searched"]["sentences"] >= 8
    assert receipt["gone"], receipt["found"]
    assert verify_receipt(json.loads(json.dumps(receipt)), home.trail.key.public)
    stored = [record for record in home.trail.tail(50) if record.kind == "ingest"][-1]
    assert stored.data["replaces"] == old.sha256
    # A backup that is put back takes deletions back, not versions.
    assert not [record for record in home.trail.tail(50) if record.kind == "deletion"]


def test_what_stays_of_it_somewhere_is_in_the_receipt(home: Workspace, folder: Path):
    (home.settings.home / "note.txt").write_text("\n".join(OLD), "utf-16")
    (folder / "branches.txt").write_text(NEW, "utf-8")
    home.ingest([folder], space="general")
    (receipt,) = receipts_of(home)
    assert not receipt["gone"]
    assert [one["file"] for one in receipt["found"] if not one["expected"]] == ["note.txt"]


def test_read_again_and_unchanged_replace_nothing(home: Workspace, folder: Path):
    home.read_again("general", "branches.txt", folder / "branches.txt")
    home.ingest([folder], space="general")
    assert receipts_of(home) == []
    assert files_with(home.settings.home, OLD[3].encode())


def test_a_version_that_could_not_be_stored_replaces_nothing(
    home: Workspace, folder: Path, monkeypatch
):
    def fail(_texts):
        raise RuntimeError

    monkeypatch.setattr(home.index.embedder, "read", fail)
    (folder / "branches.txt").write_text(NEW, "utf-8")
    with pytest.raises(RuntimeError):
        home.ingest([folder], space="general")
    monkeypatch.undo()
    assert receipts_of(home) == []
    home.deleter.finish_interrupted("test")  # as the next start does
    assert receipts_of(home) == []
    assert len(home.index.chunks("general", "branches.txt")) > 3


def test_after_a_kill_in_between_the_next_start_finishes(
    tmp_path: Path, folder: Path, home: Workspace, monkeypatch
):
    monkeypatch.setattr(home.deleter, "finish", lambda *_args, **_options: [])
    (folder / "branches.txt").write_text(NEW, "utf-8")
    home.ingest([folder], space="general")
    home.deleter.finish_interrupted("test")
    (record,) = [one for one in home.trail.tail(9) if one.kind == "deletion-receipt"]
    assert record.data["replaced"]
    assert "ended in the middle" in record.data["finished_after"]
    assert files_with(home.settings.home, OLD[3].encode(), b"okonkwo") == []
    assert home.index.document("general", "branches.txt") is not None
    assert not list((home.settings.home / "deleting").iterdir())
