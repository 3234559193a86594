"""The record of refused attempts to reach out: a file of JSON lines that any process can extend."""

import errno
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.data_folder.layout import DataFolder

LONGEST = 253  # characters of a host's name


@dataclass(frozen=True, slots=True)
class Attempt:
    """One refused attempt. `via` names the libraries between our code and the system, the
    nearest to the system first; `target` is a host and port, a name, or a program without its
    arguments.
    """

    id: str
    time: str  # UTC, ISO 8601
    event: str  # Python's audit event, such as "socket.connect"
    target: str
    via: tuple[str, ...]
    process: int
    program: str

    @classmethod
    def now(cls, event: str, target: str, via: tuple[str, ...], program: str) -> "Attempt":
        """An attempt at this moment in this process."""
        moment = datetime.now(UTC).isoformat(timespec="microseconds")
        said = target[:LONGEST]
        return cls(secrets.token_hex(8), moment, event, said, via, os.getpid(), program)


class AttemptFile:
    """Appends attempts to a file of the data folder that any number of processes share."""

    def __init__(self, home: Path) -> None:
        self.path = DataFolder(home).egress_attempts
        self._pouring = self.path.with_suffix(".pouring")  # what is being handed over

    def __call__(self, attempt: Attempt) -> None:
        """Write it; raises OSError where it cannot be."""
        line = json.dumps(asdict(attempt), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone_with(self.path) as descriptor:
            _append(descriptor, line)

    def read(self) -> list[Attempt]:
        """What it holds, the oldest first; a line cut off by a power cut is passed over."""
        files = [path for path in (self._pouring, self.path) if path.exists()]
        found = (attempt for path in files for attempt in _understood(path.read_bytes()))
        return list({attempt.id: attempt for attempt in found}.values())

    def pour(self, into: Callable[[Attempt], None]) -> int:
        """Hand every attempt over and forget it here; returns how many.

        Processes that pour at once take turns. One that dies in between leaves some to be handed
        over again: `id` tells.
        """
        if not (self.path.exists() or self._pouring.exists()):
            return 0
        with _alone_with(self._pouring) as taken:
            # The way from one file to the other is short, so that nobody waits for `into`, in
            # whose middle a library may attempt something itself.
            with _alone_with(self.path) as waiting:
                _append(taken, _all_of(waiting))
                os.ftruncate(waiting, 0)
            attempts = list(_understood(_all_of(taken)))
            for attempt in attempts:
                into(attempt)
            os.ftruncate(taken, 0)
        return len(attempts)


@contextmanager
def _alone_with(path: Path) -> Iterator[int]:
    """The file, open to be read and extended; other processes and threads wait for their turn."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield descriptor
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # a child forked meanwhile has the file open too
    finally:
        os.close(descriptor)


def _all_of(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _append(descriptor: int, lines: bytes) -> None:
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        lines = b"\n" + lines  # what a process left half written stays a line of its own
    if os.write(descriptor, lines) < len(lines):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _understood(content: bytes) -> Iterator[Attempt]:
    for line in content.splitlines():
        try:
            fields = json.loads(line)
            yield Attempt(**{**fields, "via": tuple(fields["via"])})
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
