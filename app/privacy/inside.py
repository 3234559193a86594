"""Puts this process under the guard, and tells the guard what the settings allow."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from app.audit.records import RecordKind, TrailFault
from app.privacy.allowed import Allowed, Host, named_in
from app.privacy.attempts import Attempt, AttemptFile
from app.privacy.guard import RECORD_VARIABLE, Guard
from app.privacy.switches import work_offline

if TYPE_CHECKING:
    from app.audit.trail import Trail
    from app.settings import Settings

log = logging.getLogger(__name__)

_CARRY_SECONDS = 30.0  # how long a child's attempt may wait for the trail
# An audit hook is the process's own and stays for its life; so there is one guard in a process.
_guards: list[Guard] = []


def keep_inside(*, fetching: bool = False) -> Guard:
    """Switch every library's telemetry off and begin to guard; call before any is imported.

    `fetching` lets this process start the programs that fetch models, which are not guarded.
    """
    work_offline(fetching=fetching)
    if not _guards:
        guard = Guard(Allowed(), fetching=fetching)
        guard.install()
        _guards.append(guard)
    return _guards[0]


def obey(settings: "Settings", *also: Host) -> None:
    """Let this process reach the hosts that the settings name, and record what is refused.

    `also` are hosts that this one process reaches, and its children do not.
    """
    os.environ[RECORD_VARIABLE] = str(settings.home)
    for guard in _guards:
        guard.follow(Allowed((*named_in(settings), *also)), AttemptFile(settings.home))


def allow_programs(*names: str) -> None:
    """Let this process start these programs too."""
    for guard in _guards:
        guard.allow_programs(*names)


@contextmanager
def recorded_in(trail: "Trail", home: Path) -> Iterator[None]:
    """Until the block ends, refused attempts of this process and its children reach the trail.

    A thread carries them over: a library may attempt something at any moment, even while the
    trail itself is being written. What comes when nothing has the trail open waits in its file.
    """
    file, more, ended = AttemptFile(home), threading.Event(), threading.Event()

    def into_trail(attempt: Attempt) -> None:
        trail.record(RecordKind.EGRESS, person="", data=asdict(attempt))

    def carry() -> None:
        while not ended.is_set():
            more.wait(_CARRY_SECONDS)
            more.clear()
            try:
                file.pour(into_trail)
            except (TrailFault, OSError) as error:
                log.error("refused attempts to reach out wait in %s: %s", file.path, error)

    def record(attempt: Attempt) -> None:
        file(attempt)
        more.set()

    file.pour(into_trail)
    before = [(guard, guard.record) for guard in _guards]
    for guard in _guards:
        guard.record = record
    carrier = threading.Thread(target=carry, name="egress-record", daemon=True)
    carrier.start()
    try:
        yield
    finally:
        for guard, former in before:
            guard.record = former
        ended.set()
        more.set()
        carrier.join()
        file.pour(into_trail)
