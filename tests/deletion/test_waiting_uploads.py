"""A file that waits in an upload goes with its document, and the search knows the file itself."""

import asyncio
import gzip
import os
import shutil
import zipfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from deletion.folders import SECRET, TEXTS, ended, opened, written

from app.governance.deletion import remains
from app.governance.deletion.remains import WHOLE, File, Traces, search
from app.people.curating.uploads import Limits, Uploads
from app.workspace.workspace import Workspace
from ingest.pipeline import FileStatus, IngestReport

HANDBOOK = Path(__file__).parents[1] / "samples" / "employee-handbook.pdf"
LIMITS = Limits(1 << 30, 1 << 30)


class FirstFileOnly:
    """A data folder in which every upload fails after its first file."""

    def __init__(self, home: Workspace) -> None:
        self._home = home

    def ingest(self, paths: Sequence[Path], *, space: str, **_: Any) -> IngestReport:
        first = min(paths[0].iterdir())
        self._home.ingest([first], space=space, uploaded=True)
        raise RuntimeError

    def read_again(self, *_: Any, **__: Any) -> FileStatus:
        raise NotImplementedError


def upload(home: Workspace, folder: Path, space: str, *files: Path) -> None:
    """Begin an upload that fails after the first of its files."""

    async def pieces(path: Path) -> AsyncIterator[bytes]:
        yield path.read_bytes()

    uploads = Uploads(folder / "uploads", FirstFileOnly(home), LIMITS)
    begun = uploads.begin("kim", space)
    for path in files:
        asyncio.run(uploads.receive(begun.id, path.name, pieces(path)))
    uploads.start(begun.id)
    assert ended(uploads, begun.id).state == "failed"
    uploads.close()


def resumed(home: Workspace, folder: Path) -> set[tuple[str, str]]:
    """What is there after the uploads that an earlier process left were read."""
    uploads = Uploads(folder / "uploads", home, LIMITS)
    for upload in uploads.resume():
        assert ended(uploads, upload.id).state == "done"
    uploads.close()
    return {(one.space, one.name) for one in home.documents()}


def test_a_deleted_document_does_not_come_back_with_an_upload_that_failed(tmp_path: Path):
    folder, files = tmp_path / "home", written(tmp_path / "files")
    with opened(folder) as home:
        upload(home, folder, "general", HANDBOOK, files / "travel.txt")
        (removal,) = home.remove([HANDBOOK.name], space="general")
        assert removal.receipt is not None
        assert removal.receipt["gone"], removal.receipt["found"]
        assert removal.receipt["removed"]["uploads"] == 1
        assert not list(folder.rglob("*.pdf"))
    with opened(folder) as home:
        assert resumed(home, folder) == {("general", "travel.txt")}


def test_not_even_when_it_was_moved_before(tmp_path: Path):
    folder, files = tmp_path / "home", written(tmp_path / "files")
    with opened(folder) as home:
        upload(home, folder, "general", HANDBOOK, files / "travel.txt")
        home.move(HANDBOOK.name, space="general", to_space="board")
        home.remove([HANDBOOK.name], space="board")
        assert resumed(home, folder) == {("general", "travel.txt")}


def test_what_someone_uploads_elsewhere_is_read_all_the_same(tmp_path: Path):
    folder, files = tmp_path / "home", written(tmp_path / "files")
    with opened(folder) as home:
        home.ingest([HANDBOOK], space="general")
        (files / "a.txt").write_text("This one is read first, and all is well with it.")
        upload(home, folder, "board", files / "a.txt", HANDBOOK)
        (removal,) = home.remove([HANDBOOK.name], space="general")
        assert removal.receipt is not None
        (found,) = removal.receipt["found"]
        assert found["file"].endswith(HANDBOOK.name)
        assert "yet to be read" in found["why"]
        assert removal.receipt["gone"]
        assert ("board", HANDBOOK.name) in resumed(home, folder)


@pytest.mark.parametrize("copies", [True, False])
def test_a_copy_of_the_very_file_is_found_by_its_hash(tmp_path: Path, copies: bool):
    folder = tmp_path / "home"
    with opened(folder) as home:
        home.ingest([HANDBOOK], space="general")
        if not copies:  # nor a file that says how large it was
            shutil.rmtree(folder / "originals")
        shutil.copy(HANDBOOK, folder / "copy")
        with zipfile.ZipFile(folder / "packed", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(HANDBOOK)
        (folder / "squeezed").write_bytes(gzip.compress(HANDBOOK.read_bytes()))
        (removal,) = home.remove([HANDBOOK.name], space="general")
        assert removal.receipt is not None
        assert not removal.receipt["gone"]
        found = {one["file"] for one in removal.receipt["found"]}
        assert found == {"copy", "packed", "squeezed"}


def test_another_document_with_the_same_content_explains_its_copy(tmp_path: Path):
    with opened(tmp_path / "home") as home:
        home.ingest([HANDBOOK], space="general")
        home.ingest([HANDBOOK], space="board")
        (removal,) = home.remove([HANDBOOK.name], space="general")
        assert removal.receipt is not None
        assert removal.receipt["gone"], removal.receipt["found"]
        why = {one["file"][:9]: one["why"] for one in removal.receipt["found"]}
        assert why["originals"] == f"also in board/{HANDBOOK.name}"


def test_what_is_packed_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remains, "_BLOCK", 1000)
    traces = Traces([TEXTS["merger.txt"]])
    with zipfile.ZipFile(tmp_path / "large.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", os.urandom(990) + SECRET + os.urandom(5000))
    (tmp_path / "large.gz").write_bytes(gzip.compress(b"." * 9_980 + SECRET + b"." * 5000))
    found = search(tmp_path, traces)
    assert sorted(found.found) == ["large.gz", "large.zip"]
    assert found.unreadable == []


def test_what_cannot_be_unpacked_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remains, "_UNPACKED", 1000)
    with zipfile.ZipFile(tmp_path / "closed.zip", "w") as archive:
        archive.writestr("secret", "x")
        archive.writestr("open", SECRET)
        archive.writestr("bomb", b"0" * 2000)
    content = bytearray((tmp_path / "closed.zip").read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1  # the central directory says that the first one is encrypted
    (tmp_path / "closed.zip").write_bytes(content)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"0" * 2000))
    (tmp_path / "torn.gz").write_bytes(gzip.compress(SECRET)[:-12])
    found = search(tmp_path, Traces([TEXTS["merger.txt"]], (), File("0" * 64)))
    assert list(found.found) == ["closed.zip"]
    assert WHOLE not in found.found["closed.zip"]
    said = [one.partition(" (")[0] for one in found.unreadable]
    assert said == [
        "bomb.gz: what is packed in it",
        "closed.zip: secret",
        "closed.zip: bomb",
        "torn.gz",
    ]
