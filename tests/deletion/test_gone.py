"""A deleted document is gone from every file below the data folder, whatever kind it was of."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.governance.audit.deletion_receipt import verify_receipt
from app.governance.audit.records import RecordKind
from app.settings import load_settings
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

SAMPLES = Path(__file__).parents[1] / "samples"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.is_file())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all samples, no longer in use."""
    folder = tmp_path_factory.mktemp("filled") / "home"
    with open_workspace(load_settings({"home": folder}), "test") as home:
        report = home.ingest([SAMPLES], space="general")
        assert {status.document for status in report.documents} >= set(NAMES)
    return folder


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(filled, tmp_path / "home")
    with open_workspace(load_settings({"home": tmp_path / "home"}), "test") as opened:
        yield opened


def words_of(home: Workspace, name: str) -> list[str]:
    """Every line of a document's chunks that is long enough to be its own."""
    lines = {
        line.strip()
        for hit in home.index.chunks("general", name)
        for line in hit.text.splitlines()
        if len(line.strip()) >= 20
    }
    assert lines
    return sorted(lines)


def files_with(folder: Path, line: str) -> set[str]:
    """Files that hold the start, the middle or the end of a line, in any spelling."""
    half = len(line) // 2
    pieces = {line[:20], line[half - 10 : half + 10], line[-20:]}
    needles = {piece.encode(form) for piece in pieces for form in ("utf-8", "utf-16-le")}
    needles |= {json.dumps(piece)[1:-1].encode() for piece in pieces}
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    }


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_it_is_left_on_the_disk(home: Workspace, name: str):
    folder = home.settings.home
    lines = words_of(home, name)
    vectors = home.index.presence.vectors_of("general", name)
    assert any(files_with(folder, line) for line in lines)
    (removal,) = home.remove([name], space="general")
    assert removal.removed
    left = {
        (line, file)
        for line in lines
        if home.index.presence.containing(line) is None  # another sample may say the same
        for file in files_with(folder, line)
    }
    others = [hit for n in NAMES if n != name for hit in home.index.chunks("general", n)]
    elsewhere = [part for hit in others for part in (hit.text, hit.heading)]
    common = {
        (line, file)
        for line, file in left
        if any(p in text for p in (line[:20], line[-20:]) for text in elsewhere)
        or any(line[len(line) // 2 - 10 : len(line) // 2 + 10] in text for text in elsewhere)
    }
    assert left - common == set()
    content = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    kept = {v for n in NAMES if n != name for v in home.index.presence.vectors_of("general", n)}
    for vector in set(vectors) - kept:
        assert [path for path, held in content.items() if vector[200:264] in held] == []
    assert removal.receipt is not None
    assert removal.receipt["gone"], removal.receipt["found"]
    assert home.index.verify() == []


def test_the_receipt_is_signed_and_on_record(home: Workspace):
    (removal,) = home.remove(["security.html"], space="general", person="kim")
    receipt = removal.receipt
    assert receipt is not None
    assert receipt["document"] == "security.html"
    assert receipt["person"] == "kim"
    assert receipt["removed"]["chunks"] == receipt["removed"]["vectors"] > 3
    assert receipt["searched"]["sentences"] > 5
    assert verify_receipt(json.loads(json.dumps(receipt)), home.trail.key.public)
    assert not verify_receipt({**receipt, "gone": False}, home.trail.key.public)
    deletion, recorded = home.trail.tail(2)
    assert (deletion.kind, deletion.data["document"]) == ("deletion", "security.html")
    assert recorded.data["receipt"] == json.loads(json.dumps(receipt))
    assert recorded.kind == RecordKind.DELETION_RECEIPT.value


def test_what_stays_somewhere_is_in_the_receipt(home: Workspace):
    note = home.settings.home / "note.txt"
    note.write_text("Copied: A password has at least 14 characters. End.", "utf-16")
    (removal,) = home.remove(["security.html"], space="general")
    assert removal.receipt is not None
    assert not removal.receipt["gone"]
    found = removal.receipt["found"]
    assert [one["file"] for one in found if not one["expected"]] == ["note.txt"]


def test_a_document_that_vanished_from_its_folder_is_as_gone(tmp_path: Path):
    folder = tmp_path / "documents"
    folder.mkdir()
    shutil.copy(SAMPLES / "security.html", folder)
    shutil.copy(SAMPLES / "release-notes.md", folder)
    with open_workspace(load_settings({"home": tmp_path / "home"}), "test") as home:
        home.ingest([folder], space="general")
        lines = words_of(home, "security.html")
        (folder / "security.html").unlink()
        assert home.ingest([folder], space="general", prune=True).removed == ["security.html"]
        assert not any(files_with(home.settings.home, line) for line in lines)
        assert home.trail.tail(1)[0].data["receipt"]["reason"] == "gone from its folder"
