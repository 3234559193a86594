"""Other users of this machine reach neither a data folder nor the process that serves it."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from batch.test_run import Library

from app.data_folder.callers import may_call
from app.data_folder.layout import DataFolder
from app.data_folder.ownership import LONGEST_SOCKET_PATH, find_owner, own, socket_path
from app.data_folder.protection import FolderOpenToOthers, protect
from app.people.accounts import read_people
from app.settings import load_settings
from app.workspace.control import take_work
from app.workspace.remote import RemoteWorkspace
from app.workspace.wiring import open_operations
from app.workspace.workspace import Workspace

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="becomes other users")
# A stranger's connection: what comes back of a request for all documents.
ASK = f"""
import os, socket, sys
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
door = socket.socket(socket.AF_UNIX)
door.settimeout(20)
try:
    door.connect(sys.argv[1])
    door.sendall(b"POST /documents HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 2\\r\\n\\r\\n{{}}")
    print(door.recv(100))
except OSError as error:
    print(type(error).__name__)
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user of the machine can enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_folder_that_others_could_enter_is_closed_when_it_is_opened(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    with own(home, "test"):
        assert mode(home) == 0o700
    home.chmod(0o775)  # it is a data folder by now
    with open_operations(load_settings({"home": home}), "test") as operations:
        assert operations.documents() == []
        assert mode(home) == 0o700
    home.chmod(0o711)
    with read_people(load_settings({"home": home})):
        assert mode(home) == 0o700


def test_a_folder_that_was_named_by_mistake_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letters").mkdir()
    with pytest.raises(FolderOpenToOthers, match=r"mode 755.*letters.*chmod 700"):
        protect(tmp_path)
    assert mode(tmp_path) == 0o755
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "owner.lock").touch()
    with pytest.raises(FolderOpenToOthers):
        protect(shared)
    assert mode(shared) == 0o1777


@as_root
def test_another_users_folder_is_not_worked_in(public: Path) -> None:
    theirs = public / "home"
    theirs.mkdir(0o700)
    os.chown(theirs, NOBODY - 1, NOBODY - 1)
    code = (
        "import os, sys, pathlib; os.setuid(65534)\n"
        "from app.data_folder.protection import protect\n"
        "protect(pathlib.Path(sys.argv[1]))\n"
    )
    # This checkout may be root's alone, so the modules are loaded before.
    code = "import app.data_folder.protection\n" + code
    done = subprocess.run(
        [sys.executable, "-c", code, str(theirs)], capture_output=True, text=True, check=False
    )
    assert "belongs to another user of this machine (uid 65533)" in done.stderr


def test_what_a_command_makes_is_for_its_user_alone(tmp_path: Path) -> None:
    home, paper, out = tmp_path / "home", tmp_path / "one.md", tmp_path / "found.csv"
    home.mkdir()
    home.chmod(0o755)
    paper.write_text("# Leave\n\nEverybody has 28 days of annual leave.\n")
    (tmp_path / "q.txt").write_text("How many days of annual leave?\n")

    def strongroom(*words: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "app.cli", "--home", str(home), *words],
            check=True,
            umask=0o022,
            capture_output=True,
        )

    strongroom("ingest", str(paper))
    strongroom("users", "list")
    strongroom("batch", str(tmp_path / "q.txt"), "--out", str(out))
    for path in [home, *home.rglob("*")]:
        assert not mode(path) & 0o077, path
    assert mode(out) == 0o644  # it was asked for, outside


def test_the_control_socket_is_for_its_user_alone(tmp_path: Path) -> None:
    (tmp_path / "door").touch()
    with take_work(cast(Workspace, Library(lambda _: None)), tmp_path / "socket"):
        assert mode(tmp_path / "socket") == 0o600
    tmp_path.chmod(0o755)
    with (
        pytest.raises(FolderOpenToOthers),
        take_work(cast(Workspace, Library(lambda _: None)), tmp_path / "socket"),
    ):
        pass
    with pytest.raises(FolderOpenToOthers):
        RemoteWorkspace(tmp_path / "socket")


@as_root
def test_another_user_is_hung_up_on_whatever_the_modes_say(public: Path) -> None:
    home = public / "home"
    with own(home, "test"), take_work(cast(Workspace, object()), home / "socket"):
        home.chmod(0o755)
        (home / "socket").chmod(0o666)
        asked = [sys.executable, "-c", ASK, str(home / "socket")]
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        assert said.strip() in ("b''", "ConnectionResetError", "BrokenPipeError")
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert may_call(ours)


def test_a_long_path_gets_a_folder_that_nobody_can_make_before(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 60) / ("y" * 60)
    one, two = socket_path(home), socket_path(home)
    assert one.parent != two.parent
    assert len(os.fsencode(one)) <= LONGEST_SOCKET_PATH
    assert mode(one.parent) == 0o700
    with own(home, "test", one):
        owner = find_owner(home)
        assert owner is not None
        assert owner.socket == str(one)
    assert not one.parent.exists()
    # What a killed owner left is cleared by the next one.
    note = f'{{"pid": 1, "command": "x", "socket": "{two}"}}'
    DataFolder(home).owner.write_text(note)
    two.touch()
    with own(home, "test"):
        assert not two.parent.exists()
