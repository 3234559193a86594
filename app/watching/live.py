"""Changes of a folder as the operating system tells them, so that they are followed in seconds.

What it does not tell, such as what other machines change on a share, the looks in time find.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress

import watchfiles

from ingest.discovery import text_as_path

_CHECK_MS = 5_000  # between looks whether the folder is still the same one
_SETTLE_MS = 800  # after a change, until no other follows


class LiveChanges:
    """One thread; `changed` is called after changes below a folder have settled."""

    def __init__(self, place: str, changed: Callable[[], None]) -> None:
        self._place = text_as_path(place)
        self._changed = changed
        self._ended = threading.Event()
        self.fault = "changes are seen when it is looked at next"
        self._thread = threading.Thread(target=self._work, name="changes of a folder", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def end(self) -> None:
        """End soon."""
        self._ended.set()

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                self._watch()
            except (OSError, RuntimeError) as error:
                # Too many folders for the system's limit, or one that is not there now.
                self.fault = f"changes are seen when it is looked at next ({error})"
            self._ended.wait(_CHECK_MS / 1000)

    def _watch(self) -> None:
        """Until it ends, or the folder's path leads to another folder: a share came or went."""
        same = _identity(self._place)
        if same is None:
            self.fault = "the folder is not there"
            return
        changes = watchfiles.watch(
            self._place,
            watch_filter=None,
            stop_event=self._ended,
            debounce=4 * _SETTLE_MS,
            step=_SETTLE_MS,
            rust_timeout=_CHECK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        self.fault = ""
        self._changed()  # what changed before it was watched
        for seen in changes:
            if seen:
                self._changed()
            if _identity(self._place) != same:
                self._changed()
                return


def _identity(place: str) -> tuple[int, int] | None:
    with suppress(OSError):
        status = os.stat(place)
        return status.st_dev, status.st_ino
    return None
