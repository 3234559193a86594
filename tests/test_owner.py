"""One process owns a data folder; its end, however it ends, sets the folder free."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.data_folder.ownership import DataFolderInUse, find_owner, own, socket_path

HOLD = """
import sys, time
from pathlib import Path
from app.data_folder.ownership import own
with own(Path(sys.argv[1]), "strongroom serve", Path(sys.argv[1]) / "owner.sock"):
    print("held", flush=True)
    time.sleep(60)
"""


def _hold(home: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_free_folder_has_no_owner(tmp_path: Path) -> None:
    assert find_owner(tmp_path / "new") is None
    with own(tmp_path, "strongroom ingest"):
        pass
    assert find_owner(tmp_path) is None


def test_a_second_process_learns_who_holds_the_folder_and_how_to_reach_it(tmp_path: Path) -> None:
    process = _hold(tmp_path)
    try:
        owner = find_owner(tmp_path)
        assert owner is not None
        assert owner.pid == process.pid
        assert owner.socket == str(tmp_path / "owner.sock")
        with (
            pytest.raises(DataFolderInUse, match=f"strongroom serve.*{process.pid}"),
            own(tmp_path, "x"),
        ):
            pass
    finally:
        process.kill()
        process.wait()


def test_a_killed_owner_leaves_the_folder_free(tmp_path: Path) -> None:
    process = _hold(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert find_owner(tmp_path) is None
    with own(tmp_path, "strongroom ingest"):
        assert find_owner(tmp_path) is not None


def test_a_long_folder_name_still_gets_a_usable_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    assert len(str(socket_path(deep)).encode()) < 108
