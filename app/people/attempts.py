"""Slows down guessing at passwords, and remembers it over a restart.

Failures are counted for the name that was tried, for the address it came from, and for a browser
that this person has signed in with before (it keeps a mark that we have signed). After a few free
attempts each further failure doubles the wait, up to a quarter of an hour; an attempt during a
wait is refused unread and makes it no longer. A browser with a mark is judged by its own failures
alone, so nobody locks a person out of their own browser by failing under their name elsewhere.
Names are counted whether they exist or not.
"""

import hashlib
import hmac
import secrets
import sqlite3
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass

from app.people.database import Database

FREE_FOR_NAME = 5
FREE_FOR_ADDRESS = 20  # a whole office may come from one address
LONGEST_WAIT_S = 900.0
FORGOTTEN_AFTER_S = 24 * 3600.0
_KEY = "attempts"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Someone at the door: the name typed, the address, and the browser's mark, if it has one."""

    name: str  # as names are compared
    address: str
    mark: str = ""


class Attempts:
    """Counts failed sign-ins in the file of people."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        with database.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO meta VALUES (?, ?)", (_KEY, secrets.token_bytes(32))
            )
            (self._secret,) = connection.execute(
                "SELECT value FROM meta WHERE key = ?", (_KEY,)
            ).fetchone()

    def admit(self, attempt: Attempt) -> float:
        """Seconds to wait before this attempt is looked at; 0 when it is looked at now.

        An admitted attempt counts as failed until `succeeded`, so that many at once gain nothing.
        """
        keys = self._keys(attempt)
        now = self._clock()
        # Refused attempts, the many, only read.
        with self._database.reading() as connection:
            wait = _wait_s(connection, keys, now)
        if wait > 0:
            return wait
        with self._database.writing() as connection:
            wait = _wait_s(connection, keys, now)
            if wait > 0:
                return wait
            connection.execute("DELETE FROM failures WHERE last_at < ?", (now - FORGOTTEN_AFTER_S,))
            for key, free in keys:
                row = connection.execute(
                    "SELECT count FROM failures WHERE key = ?", (key,)
                ).fetchone()
                count = (row[0] if row else 0) + 1
                # No wait is no moment either: others at the door may have come before `now`.
                wait = min(LONGEST_WAIT_S, 2.0 ** min(count - free, 20))
                until = now + wait if count >= free else 0.0
                connection.execute(
                    "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?)", (key, count, now, until)
                )
        return 0.0

    def succeeded(self, attempt: Attempt) -> None:
        """Forget this person's failures. The address keeps its others: it may try more names."""
        with self._database.writing() as connection:
            for key, free in self._keys(attempt):
                if free == FREE_FOR_NAME:
                    connection.execute("DELETE FROM failures WHERE key = ?", (key,))
                else:
                    connection.execute(
                        "UPDATE failures SET count = count - 1, until = 0 WHERE key = ?", (key,)
                    )

    def withdraw(self, attempt: Attempt) -> None:
        """Take back an admitted attempt that nobody could judge."""
        with self._database.writing() as connection:
            for key, _ in self._keys(attempt):
                connection.execute(
                    "UPDATE failures SET count = count - 1, until = 0 WHERE key = ?", (key,)
                )

    def forgive(self, name: str) -> None:
        """Let a name be tried again at once."""
        key = self._hashed("name", name)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM failures WHERE key = ?", (key,))

    def mark_for(self, person_id: str) -> str:
        """The mark for a browser that this person has signed in with."""
        body = f"{person_id}.{secrets.token_urlsafe(12)}"
        return f"{body}.{self._signature(body)}"

    def is_marked(self, mark: str, person_id: str) -> bool:
        """Whether `mark` is one that we gave to this person."""
        body, _, signature = mark.rpartition(".")
        fits = hmac.compare_digest(signature.encode(), self._signature(body).encode())
        return fits and body.partition(".")[0] == person_id

    def _keys(self, attempt: Attempt) -> list[tuple[bytes, int]]:
        if attempt.mark:
            return [(self._hashed("mark", attempt.mark), FREE_FOR_NAME)]
        return [
            (self._hashed("name", attempt.name), FREE_FOR_NAME),
            (self._hashed("address", attempt.address), FREE_FOR_ADDRESS),
        ]

    def _hashed(self, kind: str, value: str) -> bytes:
        text = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, text, hashlib.sha256).digest()

    def _signature(self, body: str) -> str:
        return urlsafe_b64encode(self._hashed("signature", body)).decode().rstrip("=")


def _wait_s(connection: sqlite3.Connection, keys: list[tuple[bytes, int]], now: float) -> float:
    ends = [
        row[0]
        for key, _ in keys
        for row in connection.execute("SELECT until FROM failures WHERE key = ?", (key,))
    ]
    # Never more than the longest wait, also when the clock has been set back since.
    return float(min(LONGEST_WAIT_S, max([0.0, *(end - now for end in ends)])))
