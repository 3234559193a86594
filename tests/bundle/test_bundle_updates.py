"""Which bundles are switched to beside data and a version that are there already."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bundle.bundle_fakes import FakeBundles, install, version_of

from app.governance.backup.formats import newer_in
from app.governance.bundle.installing import NEWER_DATA


@pytest.fixture(scope="module")
def first(bundles: FakeBundles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles.unpacked(bundles.make("1.0"), tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def second(bundles: FakeBundles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles.unpacked(bundles.make("2.0"), tmp_path_factory.mktemp("second"))


def test_an_earlier_bundle_goes_back_only_when_asked_to(
    first: Path, second: Path, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    assert install(second, to).returncode == 0
    refused = install(first, to)
    assert refused.returncode == 1
    assert "is of version 1.0, and current is the later 2.0" in refused.stderr
    assert version_of(to) == "2.0"
    assert install(first, to, "--force").returncode == 0
    assert version_of(to) == "1.0"
    assert install(second, to).returncode == 0
    assert version_of(to) == "2.0"


def test_what_cannot_read_the_data_is_not_switched_to(
    first: Path, second: Path, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    (to / "data").mkdir(parents=True)
    (to / "data/format").write_text("1.5")
    fresh = install(first, to)
    assert fresh.returncode == 1
    assert "written by a newer Strongroom" in fresh.stdout
    assert "no version stays current" in fresh.stderr
    assert not (to / "current").is_symlink()
    assert not (to / "trusted.pub").exists()
    assert install(second, to).returncode == 0
    (to / "data/format").write_text("3.0")
    refused = install(first, to)
    assert refused.returncode == 1
    assert version_of(to) == "2.0"
    assert install(first, to, "--force").returncode == 3
    assert version_of(to) == "1.0"
    (to / "data/format").write_text("2.5")
    refused = install(second, to)
    assert refused.returncode == 1
    assert "restore the backup" in refused.stderr
    assert version_of(to) == "1.0"


def test_the_installer_knows_the_words_of_the_real_check(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "people.sqlite3")) as database:
        database.execute("PRAGMA user_version = 999")
    (said,) = newer_in(tmp_path)
    assert NEWER_DATA in said
