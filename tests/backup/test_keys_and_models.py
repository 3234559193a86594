"""What a restore brings along beside the documents: settings, private keys, models."""

import errno
import os
from pathlib import Path
from unittest import mock

import pytest
from backup.conftest import TEXTS
from backup.test_backup import backed_up, listed, names, restored
from word_embedder import WordEmbedder

from app.cli import main
from app.data_folder.layout import LAYOUT
from app.governance.backup import contents
from app.workspace import wiring

SETTINGS = LAYOUT.restored_settings


def commanded(folder: Path, *arguments: str) -> None:
    with mock.patch.object(wiring, "load_embedder", return_value=WordEmbedder()):
        assert main(["--home", str(folder), *arguments]) == 0


def test_a_restored_folders_backup_can_be_restored(folder: Path, tmp_path: Path):
    file = tmp_path / "strongroom.toml"
    for number in (1, 2, 3):
        file.write_text(f"[web]\nport = {number}\n", "utf-8")
        backup = tmp_path / f"{number}.tar"
        backed_up(folder, backup, settings_file=file)
        restored(backup, folder, replace=True)
        assert (folder / SETTINGS.name).read_text("utf-8").endswith(f"{number}\n")
    assert names(folder) == set(TEXTS)


def test_a_backup_that_holds_an_earlier_restores_settings_can_be_restored(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As earlier versions made them."""
    (folder / SETTINGS.name).write_text("[web]\nport = 1\n", "utf-8")
    file = tmp_path / "strongroom.toml"
    file.write_text("[web]\nport = 2\n", "utf-8")
    left_out = tuple(name for name in contents._APART if name != SETTINGS.name)
    monkeypatch.setattr(contents, "_APART", left_out)
    backed_up(folder, tmp_path / "backup.tar", settings_file=file)
    assert f"data/{SETTINGS.name}" in {held.path for held in listed(tmp_path / "backup.tar").files}
    restored(tmp_path / "backup.tar", tmp_path / "new")
    assert (tmp_path / "new" / SETTINGS.name).read_text("utf-8").endswith("2\n")


def test_the_key_that_signs_bundles_is_a_key(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (folder / "bundle.key").write_text("signs updates", "utf-8")
    commanded(folder, "backup", str(tmp_path / "with.tar"))
    assert "private keys: bundle.key, keys/trail.pem" in capsys.readouterr().out
    commanded(folder, "backup", str(tmp_path / "without.tar"), "--without-keys")
    assert "private keys" not in capsys.readouterr().out
    held = {one.path for one in listed(tmp_path / "without.tar").files}
    assert not {"data/bundle.key", "data/keys/trail.pem"} & held
    restored(tmp_path / "without.tar", folder, replace=True)
    assert (folder / "bundle.key").read_text("utf-8") == "signs updates"
    assert names(folder) == set(TEXTS)


def test_models_come_along(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    model = folder / "models" / "llama" / "model.gguf"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"GGUF")
    (folder / "models" / "usual.gguf").symlink_to("llama/model.gguf")
    file = model.stat().st_ino
    backed_up(folder, tmp_path / "backup.tar")
    commanded(folder, "restore", str(tmp_path / "backup.tar"), "--replace")
    assert "the models of the former data folder came along" in capsys.readouterr().out
    assert model.stat().st_ino == file
    assert (folder / "models" / "usual.gguf").read_bytes() == b"GGUF"


def test_models_that_cannot_come_along_are_said_to_stay(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    def other_disk(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    (folder / "models").mkdir()
    (folder / "models" / "model.gguf").write_bytes(b"GGUF")
    backed_up(folder, tmp_path / "backup.tar")
    monkeypatch.setattr(os, "link", other_disk)
    commanded(folder, "restore", str(tmp_path / "backup.tar"), "--replace")
    (aside,) = tmp_path.glob("home.before-restore-*")
    said = capsys.readouterr().out
    assert f"the models stay in {aside}/models" in said
    assert not (folder / "models").exists()
    assert (aside / "models" / "model.gguf").read_bytes() == b"GGUF"


def test_a_folder_without_models_says_nothing_of_them(folder: Path, tmp_path: Path):
    backed_up(folder, tmp_path / "backup.tar")
    assert restored(tmp_path / "backup.tar", folder, replace=True).models == "none"
