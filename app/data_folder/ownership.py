"""Who has a data folder open: a lock that dies with its process, and a note of how to reach it."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from app.data_folder.layout import DataFolder
from vectorstore.disk import write_whole

# A Unix socket's path has room for about 100 bytes; a longer one moves to the system's own
# temporary folder, under a name made from the data folder's.
LONGEST_SOCKET_PATH = 100


class DataFolderInUse(Exception):
    """Another process has the data folder open and takes no work; the message names it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that has the folder open; `socket` is None if it takes no work from others."""

    pid: int
    command: str
    socket: str | None


@contextmanager
def own(home: Path, command: str, socket: Path | None = None) -> Iterator[None]:
    """Hold `home` for this process; raises DataFolderInUse while another one does."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(DataFolder(home).owner_lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DataFolderInUse(_in_use(home)) from None
    note = DataFolder(home).owner
    try:
        owner = Owner(os.getpid(), command, str(socket) if socket else None)
        write_whole(note, json.dumps(asdict(owner)))
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def find_owner(home: Path) -> Owner | None:
    """Return the process that holds `home` now, or None when the folder is free."""
    lock_file = DataFolder(home).owner_lock
    if not lock_file.exists():
        return None
    lock = FileLock(lock_file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        pass
    else:
        lock.release()
        return None
    try:
        return Owner(**json.loads(DataFolder(home).owner.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        # It holds the lock and has not written its note yet, or just took it away.
        return Owner(0, "another strongroom command", None)


def socket_path(home: Path) -> Path:
    """Where the owner of `home` listens for other commands' work."""
    path = DataFolder(home).owner_socket
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = sha256(os.fsencode(home)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"strongroom-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / path.name


def _in_use(home: Path) -> str:
    owner = find_owner(home)
    who = f"`{owner.command}` (process {owner.pid})" if owner and owner.pid else "another command"
    return f"{home} is in use by {who}; wait until it has ended, or stop it, and try again"
