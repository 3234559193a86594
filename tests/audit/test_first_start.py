"""A first start that is killed at any moment leaves a data folder that starts, and is watched."""

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from app.governance.audit.opening import key_file, open_trail, trail_folder
from app.governance.audit.records import RecordKind, TrailFault
from app.governance.audit.verifying import verify
from app.settings import Settings

MOMENTS = {"open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.truncate"}


def settings_of(home: Path) -> Settings:
    return Settings(home=home)


def start(home: Path) -> None:
    with open_trail(settings_of(home), "test") as trail:
        trail.record(RecordKind.QUESTION, person="kim", data={})


def started_and_killed(home: Path, moment: int) -> bool:
    """Start in a child that dies before it touches a file for the `moment`th time; did it?"""
    child = os.fork()
    if child == 0:
        seen = 0

        def die(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            if event in MOMENTS and str(arguments[0]).startswith(str(home)):
                seen += 1
                if seen == moment:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(die)
            start(home)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_killed_at_any_moment_it_starts_again_and_has_to_stay(tmp_path: Path) -> None:
    moment, killed = 0, True
    while killed:
        moment += 1
        home = tmp_path / str(moment)
        killed = started_and_killed(home, moment)
        start(home)
        settings = settings_of(home)
        key = key_file(settings)
        assert [path.name for path in key.parent.iterdir() if path.suffix == ".pem"] == [key.name]
        with open_trail(settings, "test") as trail:
            assert verify(trail.folder, trail.key.public).whole
        shutil.rmtree(trail_folder(settings))
        with pytest.raises(TrailFault, match="is missing"):
            start(home)
    assert moment > 10


def test_the_mark_that_a_trail_belongs_here_comes_back(tmp_path: Path) -> None:
    start(tmp_path)
    (tmp_path / "keys" / "trail-begun").unlink()
    start(tmp_path)
    shutil.rmtree(tmp_path / "audit")
    with pytest.raises(TrailFault, match="is missing"):
        start(tmp_path)
