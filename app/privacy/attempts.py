"""The record of refused attempts to reach out: a file of JSON lines that any process can extend."""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = "egress.jsonl"
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
    """Appends attempts to `<home>/egress.jsonl`, one write each, so that processes can share it."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE

    def __call__(self, attempt: Attempt) -> None:
        """Write it; raises OSError where it cannot be."""
        line = json.dumps(asdict(attempt), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)

    def read(self) -> list[Attempt]:
        """What it holds, the oldest first; a line cut off by a power cut is passed over."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return list(_understood(lines))

    def pour(self, into: Callable[[Attempt], None]) -> int:
        """Hand every attempt over and forget it here; returns how many.

        A process that dies in between leaves some to be handed over again: `id` tells.
        """
        taken = self.path.with_suffix(".pouring")
        if not taken.exists():
            try:
                os.rename(self.path, taken)
            except FileNotFoundError:
                return 0
        attempts = list(_understood(taken.read_bytes().splitlines()))
        for attempt in attempts:
            into(attempt)
        taken.unlink()
        return len(attempts)


def _understood(lines: list[bytes]) -> Iterator[Attempt]:
    for line in lines:
        try:
            fields = json.loads(line)
            yield Attempt(**{**fields, "via": tuple(fields["via"])})
        except (ValueError, TypeError, KeyError):
            continue
