"""Documents and backups go when their time is over, whatever else is wrong."""

import json
import logging
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from backup.conftest import TEXTS, documents, opened
from backup.test_backup import backed_up

from app.cli import main
from app.data_folder.layout import DataFolder
from app.governance.backup.contents import BackupFault
from app.governance.backup.register import Register
from app.governance.deletion.rules import RuleBook, RulesFault
from app.settings import MOST_DAYS, SettingsError, load_settings
from app.workspace.daily_retention import retention_daily


def write_rules(folder: Path, days: dict[str, int]) -> None:
    DataFolder(folder).retention.write_text(json.dumps({"days": days, "holds": []}), "utf-8")


def test_a_large_number_of_one_space_keeps_no_other_from_being_forgotten(
    folder: Path, tmp_path: Path
):
    """Earlier versions took any number."""
    write_rules(folder, {"general": 30, "other": 10**12, "third": 1_000_000})
    with opened(folder) as home:
        for space in ("other", "third"):
            home.ingest(documents(tmp_path / "files"), space=space)
        now = datetime.now(UTC)
        assert home.deleter.due(person="kim", now=now + timedelta(days=29)) == []
        assert len(home.deleter.due(person="kim", now=now + timedelta(days=30))) == 3
        left = [(record.space, record.name) for record in home.documents()]
    assert left == [(space, name) for space in ("other", "third") for name in sorted(TEXTS)]


def test_numbers_that_no_calendar_has_are_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    home = ["--home", str(folder)]
    assert main([*home, "retention", "set", "general", str(MOST_DAYS + 1)]) == 2
    assert main([*home, "backup", str(tmp_path / "b.tar"), "--keep-days", "10000000"]) == 2
    assert str(MOST_DAYS) in capsys.readouterr().err
    assert not (tmp_path / "b.tar").exists()
    assert main([*home, "retention", "set", "general", str(MOST_DAYS)]) == 0
    with opened(folder) as opened_home, pytest.raises(RulesFault, match="36,500"):
        RuleBook(folder).forget_after(opened_home.trail, "kim", "general", 10**6)
    with pytest.raises(BackupFault, match="36,500"):
        backed_up(folder, tmp_path / "b.tar", keep_days=10**7)
    with pytest.raises(SettingsError, match="keep_days"):
        load_settings({"home": folder, "backup": {"keep_days": MOST_DAYS + 1}})


def test_backups_end_though_the_rules_of_retention_are_damaged(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    backed_up(folder, tmp_path / "b.tar", keep_days=1)
    register = json.loads(DataFolder(folder).backups.read_text("utf-8"))
    register[0]["expires"] = "2020-01-01T00:00:00+00:00"
    DataFolder(folder).backups.write_text(json.dumps(register), "utf-8")
    with opened(folder) as home:
        DataFolder(folder).retention.write_text("[", "utf-8")
        with caplog.at_level(logging.ERROR), retention_daily(home):
            deadline = time.monotonic() + 120
            while (tmp_path / "b.tar").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
    assert not (tmp_path / "b.tar").exists()
    assert [one.state for one in Register(folder).all()] == ["deleted"]
    (said,) = [
        one.getMessage() for one in caplog.records if one.name == "app.workspace.daily_retention"
    ]
    assert said.startswith("retention failed: the rules of retention")
