"""Who has a data folder open: a lock that dies with its process, and a note of how to reach it."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from app.data_folder.layout import DataFolder
from app.data_folder.protection import protect
from vectorstore.disk import write_whole

# A Unix socket's path has room for about 100 bytes; a longer one moves to a folder of its own in
# the system's temporary one. Its name cannot be guessed, and the note of the owner has it.
LONGEST_SOCKET_PATH = 100


class DataFolderInUse(Exception):
    """Another process has the data folder open and takes no work; the message names it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that has the folder open; `socket` is None if it takes no work from others.

    `network` is the number of its network namespace, by its own word: nobody but root may look
    into the process. None where that is not known.
    """

    pid: int
    command: str
    socket: str | None
    network: int | None = None


@contextmanager
def own(home: Path, command: str, socket: Path | None = None) -> Iterator[None]:
    """Hold `home` for this process, closed to other users.

    Raises DataFolderInUse while another process holds it, and FolderOpenToOthers.
    """
    protect(home)
    lock = FileLock(DataFolder(home).owner_lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DataFolderInUse(_in_use(home)) from None
    note = DataFolder(home).owner
    try:
        _clear(_noted(note))  # of an owner that was killed
        owner = Owner(os.getpid(), command, str(socket) if socket else None, _network())
        write_whole(note, json.dumps(asdict(owner)))
        yield
    finally:
        note.unlink(missing_ok=True)
        _clear(str(socket or ""))
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
    return Path(tempfile.mkdtemp(prefix=_prefix())) / path.name  # mkdtemp: for its maker alone


def _network() -> int | None:
    with suppress(OSError):
        return os.stat("/proc/self/ns/net").st_ino
    return None


def _prefix() -> str:
    return f"strongroom-{os.getuid()}-"


def _noted(note: Path) -> str:
    """The socket that a note of an owner names; "" where there is none."""
    with suppress(OSError, ValueError, AttributeError):
        return str(json.loads(note.read_text(encoding="utf-8")).get("socket") or "")
    return ""


def _clear(socket: str) -> None:
    """Remove the folder that was made for a socket alone."""
    folder = Path(socket).parent
    if folder.name.startswith(_prefix()) and folder.parent == Path(tempfile.gettempdir()):
        with suppress(OSError):  # somebody else's, or not empty: it stays
            Path(socket).unlink(missing_ok=True)
            folder.rmdir()


def _in_use(home: Path) -> str:
    owner = find_owner(home)
    who = f"`{owner.command}` (process {owner.pid})" if owner and owner.pid else "another command"
    return f"{home} is in use by {who}; wait until it has ended, or stop it, and try again"
