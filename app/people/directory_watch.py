"""Sees that who leaves the company's directory has no session and no key that counts."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.people.directory import ORIGIN, PREFIX, Directory, DirectoryFault
from app.people.names import PeopleError
from app.people.store import People
from app.people.vouching import Groups, let_in

log = logging.getLogger(__name__)

_BY = "system:directory"


@dataclass(frozen=True, slots=True)
class DirectoryState:
    """What came of the last look: `failing` since the last one that went well."""

    failing: bool
    looked_at: float | None  # when one went well, seconds since 1970


class DirectoryWatch:
    """Compares everybody who came from the directory with it, again and again.

    A directory that does not answer, or does not show its people, changes nothing: it says nothing
    about anybody.
    """

    def __init__(self, directory: Directory, people: People, groups: Groups) -> None:
        self._directory = directory
        self._people = people
        self._groups = groups
        self._state = DirectoryState(False, None)

    @property
    def state(self) -> DirectoryState:
        """What came of the last look."""
        return self._state

    def look(self) -> None:
        """Look once: suspend who is gone, renew the groups of who has a session or a key.

        Raises DirectoryFault, and TrailFault for what cannot be recorded.
        """
        known = self._people.subjects(PREFIX)
        there = self._directory.present(
            [one.subject for one in known], {one.subject for one in known if one.active}
        )
        for one in known:
            vouched = there.get(one.subject)
            if vouched is None:
                self._people.suspend(one.person_id, way=ORIGIN, by=_BY)
            elif one.suspended or vouched.groups is not None:
                try:
                    let_in(self._people, vouched, self._groups, ORIGIN, returns=True, by=_BY)
                except PeopleError:  # keeps nobody else back
                    log.error("somebody's groups of the directory could not be taken over")

    @contextmanager
    def watching(self, every_s: float) -> Iterator[None]:
        """Look every `every_s` seconds from a thread, until the block ends."""
        ended = threading.Event()

        def work() -> None:
            while True:
                try:
                    self.look()
                    self._state = DirectoryState(False, time.time())
                except DirectoryFault as fault:
                    if not self._state.failing:
                        log.error("the directory cannot be compared with: %s", fault)
                    self._state = DirectoryState(True, self._state.looked_at)
                except Exception as error:  # noqa: BLE001 -- it is tried again in a moment
                    log.error("comparing with the directory failed: %s", type(error).__name__)
                    self._state = DirectoryState(True, self._state.looked_at)
                if ended.wait(every_s):
                    return

        thread = threading.Thread(target=work, name="directory", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(timeout=60)
