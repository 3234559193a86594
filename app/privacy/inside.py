"""Puts this process under the guard, and tells the guard what the settings allow."""

import os
from typing import TYPE_CHECKING

from app.privacy.allowed import Allowed, named_in
from app.privacy.attempts import AttemptFile
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


def obey(settings: "Settings") -> None:
    """Let this process reach the hosts that the settings name, and record what is refused."""
    os.environ[RECORD_VARIABLE] = str(settings.home)
    for guard in _guards:
        guard.follow(Allowed(named_in(settings)), AttemptFile(settings.home))
