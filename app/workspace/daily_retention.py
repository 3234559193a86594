"""Applies the rules of retention, backups' among them: when the chat starts, then once a day."""

import contextlib
import logging
import threading
from collections.abc import Iterator

from app.errors import words_for
from app.governance.backup.register import Register
from app.workspace.workspace import Workspace

log = logging.getLogger(__name__)

_DAY_S = 24 * 3600.0
_PERSON = "system:retention"


@contextlib.contextmanager
def retention_daily(home: Workspace, every_s: float = _DAY_S) -> Iterator[None]:
    """Apply the rules from a thread until the block ends."""
    ended = threading.Event()

    def forget() -> None:
        home.apply_retention(person=_PERSON)

    def end_backups() -> None:
        Register(home.settings.home).prune(home.trail, _PERSON)

    def work() -> None:
        while True:
            for what, rule in (("retention", forget), ("the backups' end of life", end_backups)):
                try:  # each for itself: one that fails keeps no other from being applied
                    rule()
                except Exception as error:  # noqa: BLE001 -- tomorrow it is tried again
                    log.error("%s failed: %s", what, words_for(error) or type(error).__name__)
            if ended.wait(every_s):
                return

    thread = threading.Thread(target=work, name="retention", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=60)
