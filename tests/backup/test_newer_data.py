"""A data folder that a newer program wrote is told by `check`, whichever file it is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.governance.backup.formats import newer_in
from app.settings import load_settings
from app.workspace.checkup import check


@pytest.mark.parametrize(
    "name", ["index/catalogue.sqlite3", "people.sqlite3", "conversations.sqlite3"]
)
def test_check_names_the_file_of_a_newer_program(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 1")
        assert list(newer_in(tmp_path)) == []
        database.execute("PRAGMA user_version = 999")
    settings = load_settings({"home": tmp_path})
    failed = [one for one in check(settings) if one.area == "index" and one.status == "failed"]
    assert len(failed) == 1
    assert str(file) in failed[0].what
    assert "newer Strongroom" in failed[0].what
    assert "restore the backup" in failed[0].remedy
