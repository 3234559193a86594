"""Puts this process under the guard, and tells the guard what the settings allow."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.privacy.allowed import Allowed, Host, named_in
from app.privacy.attempts import Attempt, AttemptFile
from app.privacy.guard import RECORD_VARIABLE, Guard
from app.privacy.switches import work_offline

if TYPE_CHECKING:
    from app.settings import Settings

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
def reporting_to(record: Callable[[Attempt], None]) -> Iterator[None]:
    """Until the block ends, `record` gets the attempts that this process's guard refuses."""
    before = [(guard, guard.record) for guard in _guards]
    for guard in _guards:
        guard.record = record
    try:
        yield
    finally:
        for guard, former in before:
            guard.record = former
