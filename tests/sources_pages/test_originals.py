"""Copies of ingested files: kept, used, dropped, swept."""

import hashlib
import stat
from pathlib import Path

import pytest
from sources_pages.conftest import Reading

from ingest.originals import ContentChanged, Originals


def test_the_copy_outlives_the_folder(empty: Reading, moved: Path) -> None:
    data = (moved / "employee-handbook.pdf").read_bytes()
    empty.ingest(moved)
    (moved / "employee-handbook.pdf").unlink()
    (record,) = empty.index.documents()
    copy = empty.originals.path_of(record)
    assert copy is not None
    assert copy.read_bytes() == data
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_without_a_copy_the_file_itself_serves_if_unchanged(empty: Reading, moved: Path) -> None:
    empty.ingest(moved)
    (record,) = empty.index.documents()
    empty.originals.drop(record.sha256)
    file = empty.originals.open(record)
    assert file is not None
    with file:
        assert hashlib.sha256(file.read()).hexdigest() == record.sha256
    (moved / "employee-handbook.pdf").write_bytes(b"another")
    assert empty.originals.open(record) is None


def test_a_replaced_version_takes_its_copy_along(empty: Reading, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "note.txt").write_text("The pump is serviced in May.")
    empty.ingest(folder)
    (old,) = empty.index.documents()
    (folder / "note.txt").write_text("The pump is serviced in June.")
    empty.ingest(folder)
    (new,) = empty.index.documents()
    kept = [path.name for path in (empty.folder / "originals").glob("??/*")]
    assert old.sha256 != new.sha256
    assert kept == [new.sha256]


def test_what_changed_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one")
    originals = Originals(tmp_path / "originals")
    with pytest.raises(ContentChanged):
        originals.keep(tmp_path / "a", hashlib.sha256(b"two").hexdigest())
    assert list((tmp_path / "originals").glob("??/*")) == []


def test_leftovers_are_swept(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "originals")
    hashes = []
    for word in ("one", "two"):
        (tmp_path / word).write_text(word)
        hashes.append(hashlib.sha256(word.encode()).hexdigest())
        originals.keep(tmp_path / word, hashes[-1])
    (tmp_path / "originals" / hashes[0][:2] / f"{hashes[0]}.x.part").write_text("half")
    assert originals.sweep({hashes[0]}) == 2
    assert [path.name for path in (tmp_path / "originals").glob("??/*")] == [hashes[0]]


def test_an_unkept_index_gets_copies_with_the_next_run(empty: Reading, moved: Path) -> None:
    from ingest.pipeline import ingest_paths

    ingest_paths(empty.index, [moved])
    (record,) = empty.index.documents()
    assert not list((empty.folder / "originals").glob("??/*"))
    empty.ingest(moved)
    assert [path.name for path in (empty.folder / "originals").glob("??/*")] == [record.sha256]
