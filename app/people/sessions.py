"""Who is signed in: a random token in the browser, its hash and two ends in the file of people."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.people.access import Person
from app.people.database import Database, Record
from app.people.store import person_from

# How old the stored time of the last request may get, in seconds: not every request writes.
_FRESH_S = 30.0


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. Times are seconds since 1970."""

    key: bytes  # names the session here; nobody can sign in with it
    person: Person
    local: bool  # has a password here
    must_change: bool
    created_at: float
    seen_at: float
    proved_at: float = 0.0  # when the password was shown last
    browser: str = ""  # in words


class Sessions:
    """Begins, finds and ends sessions.

    A session ends `idle_s` after its last request and `longest_s` after its beginning.
    """

    def __init__(
        self,
        database: Database,
        *,
        idle_s: float,
        longest_s: float,
        record: Record,
        clock: Callable[[], float] = time.time,
        prove_s: float = 0.0,
    ) -> None:
        """`prove_s` is how long the password that was shown counts; 0 for the whole session."""
        self._prove_s = prove_s
        self._database = database
        self._idle_s = idle_s
        self._longest_s = longest_s
        self._record = record
        self._clock = clock

    def begin(self, person_id: str, instead_of: str | None = None, browser: str = "") -> str:
        """The token (256 random bits) of a new session; the old one of this browser ends."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._database.writing() as connection:
            if instead_of:
                connection.execute("DELETE FROM sessions WHERE token_hash = ?", (_key(instead_of),))
            connection.execute(
                "DELETE FROM sessions WHERE seen_at < ? OR created_at < ?",
                (now - self._idle_s, now - self._longest_s),
            )
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
                (_key(token), person_id, now, now, now, browser),
            )
            connection.execute("UPDATE people SET seen_at = ? WHERE id = ?", (now, person_id))
        return token

    def find(self, token: str) -> Session | None:
        """The session of this token while it lasts, with its person as they are now."""
        key, now = _key(token), self._clock()
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT s.person_id, p.password IS NOT NULL, p.must_change, s.created_at, "
                "s.seen_at, s.proved_at, s.browser "
                "FROM sessions s JOIN people p ON p.id = s.person_id "
                "WHERE s.token_hash = ? AND p.suspended_at IS NULL",
                (key,),
            ).fetchone()
            if row is None or now - row[4] > self._idle_s or now - row[3] > self._longest_s:
                return None
            person = person_from(connection, row[0])
        if person is None:
            return None
        return Session(key, person, bool(row[1]), bool(row[2]), *row[3:])

    def is_proved(self, session: Session) -> bool:
        """Whether the password was shown a short while ago, or somebody else keeps it."""
        fresh = self._clock() - session.proved_at <= self._prove_s
        return not session.local or not self._prove_s or fresh

    def prove(self, session: Session) -> None:
        """Note that whoever sits there has shown the password just now."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE sessions SET proved_at = ? WHERE token_hash = ?",
                (self._clock(), session.key),
            )

    def is_stale(self, session: Session) -> bool:
        """Whether `touch` would write."""
        return self._clock() - session.seen_at > min(_FRESH_S, self._idle_s / 4)

    def touch(self, session: Session) -> None:
        """Note that the person is still there."""
        now = self._clock()
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE sessions SET seen_at = ? WHERE token_hash = ?", (now, session.key)
            )

    def of(self, person_id: str) -> list[Session]:
        """A person's sessions that still last, the newest first."""
        now = self._clock()
        with self._database.reading() as connection:
            person = person_from(connection, person_id)
            rows = connection.execute(
                "SELECT token_hash, created_at, seen_at, proved_at, browser FROM sessions "
                "WHERE person_id = ? "
                "AND seen_at >= ? AND created_at >= ? ORDER BY created_at DESC",
                (person_id, now - self._idle_s, now - self._longest_s),
            ).fetchall()
        return [Session(key, person, True, False, *others) for key, *others in rows if person]

    def end(self, token: str) -> None:
        """End the session of this token."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE token_hash = ?", (_key(token),))

    def end_one(self, person_id: str, key: bytes, *, by: str = "") -> bool:
        """End the one of a person's sessions that has this key; whether there was one."""
        with self._database.writing() as connection:
            ended = connection.execute(
                "DELETE FROM sessions WHERE person_id = ? AND token_hash = ?", (person_id, key)
            ).rowcount
            person = person_from(connection, person_id)
            if ended and person:
                self._record(by, {"change": "users sign-out", "name": person.name, "sessions": 1})
        return bool(ended)

    def end_all(self, person_id: str, *, but: bytes | None = None, by: str = "") -> int:
        """End a person's sessions, `but` the one with this key; how many. On record as `by`'s."""
        with self._database.writing() as connection:
            ended = connection.execute(
                "DELETE FROM sessions WHERE person_id = ? AND token_hash IS NOT ?",
                (person_id, but),
            ).rowcount
            if person := person_from(connection, person_id):
                self._record(by, {"change": "users sign-out", "name": person.name})
        return ended


def _key(token: str) -> bytes:
    """256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()
