"""Whose upload is read next: people take turns, and long scans hold up nobody."""

import threading
from collections import OrderedDict, deque

_SCANS_EACH = 2  # uploads of one person that have come to scans; more would take the threads


class Closing(Exception):
    """The process ends; what is not done yet is left to the next one."""


class Turns:
    """Lets `at_once` uploads be read at a time, one of each person, and beside them the scans.

    Recognising a long scan takes hours: an upload that comes to one gives its place to the next.
    Scans are recognised one upload at a time, in the order in which these came to them. Safe to
    use from many threads.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, deque[str]] = OrderedDict()  # upload ids by person
        self._reading: dict[str, str] = {}  # upload id -> person
        self._scanning: dict[str, str] = {}  # the same; the first is recognised, the others wait
        self._closed = False

    def wait(self, upload_id: str, person: str) -> None:
        """Put an upload behind the person's others."""
        with self._changed:
            self._waiting.setdefault(person, deque()).append(upload_id)

    def begin(self) -> str | None:
        """The upload to read now, if there is one and room for it; it goes round by person."""
        with self._changed:
            if self._closed or len(self._reading) >= self._at_once:
                return None
            person = next(filter(self._may_begin, self._waiting), None)
            if person is None:
                return None
            theirs = self._waiting.pop(person)
            upload_id = theirs.popleft()
            if theirs:
                self._waiting[person] = theirs  # behind everybody else
            self._reading[upload_id] = person
            return upload_id

    def _may_begin(self, person: str) -> bool:
        scans = sum(one == person for one in self._scanning.values())
        return person not in self._reading.values() and scans < _SCANS_EACH

    def to_scans(self, upload_id: str) -> bool:
        """An upload comes to a page to recognise; whether that makes room for another one."""
        with self._changed:
            if upload_id in self._scanning:
                return False
            self._scanning[upload_id] = self._reading.pop(upload_id)
            return True

    def wait_for_scan(self, upload_id: str) -> None:
        """Until the upload's next page may be recognised. Raises Closing."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or next(iter(self._scanning)) == upload_id)
            if self._closed:
                raise Closing

    def end(self, upload_id: str) -> None:
        """An upload is read, or given up."""
        with self._changed:
            self._reading.pop(upload_id, None)
            self._scanning.pop(upload_id, None)
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing further begins."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
