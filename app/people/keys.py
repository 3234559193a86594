"""Keys: with what programs come in place of a person, confined to what each of them may do."""

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from app.people.access import Person
from app.people.database import Database, Record
from app.people.names import PeopleError, checked_name
from app.people.store import person_from

PREFIX = "sr-"  # so that scanners of code and logs know one
MOST_EACH = 20  # keys of one person
LONGEST_DAYS = 3660
USUAL_DAYS = 90
_DAY_S = 24 * 3600.0
# How old the stored time of the last use may get, in seconds: not every request writes.
_FRESH_S = 60.0


class May(Enum):
    """What a key opens. Its person's rights are the limit of all of them."""

    ASK = "ask"  # questions, batches
    SEARCH = "search"  # passages, lists, documents' words
    ADD = "add"  # put documents in, and take them out
    METRICS = "metrics"  # counts without names or texts; an administrator gives it
    ADMINISTER = "administer"  # of an administrator alone: all people's keys, and metrics


USUAL = frozenset({May.ASK, May.SEARCH})
_ADMINISTRATORS = frozenset({May.METRICS, May.ADMINISTER})


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret, which is shown once and kept nowhere. Seconds since 1970."""

    id: str  # names it here; nobody comes in with it
    person_id: str
    person: str  # their name
    name: str
    may: frozenset[May]
    spaces: tuple[str, ...] | None  # None: all that the person may use
    created_at: float
    ends_at: float
    used_at: float | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever comes with a key that counts: the person, confined to it, and what it opens."""

    person: Person
    may: frozenset[May]

    def opens(self, wanted: May) -> bool:
        """Whether the key opens this; what is an administrator's ends with that role."""
        if wanted is May.METRICS:
            return May.METRICS in self.may or self.opens(May.ADMINISTER)
        if wanted is May.ADMINISTER and not self.person.administrator:
            return False
        return wanted in self.may


class Keys:
    """Makes, finds and revokes keys; safe from many threads.

    Every change goes to `record` inside its transaction: what cannot be recorded is not done.
    `by` is a person's id, or "" at the command line. Keys go with their person.
    """

    def __init__(
        self, database: Database, record: Record, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._record = record
        self._clock = clock

    def make(
        self,
        person_id: str,
        name: str,
        *,
        may: Collection[May] = USUAL,
        spaces: Collection[str] | None = None,
        days: int = USUAL_DAYS,
        by: str = "",
    ) -> tuple[Key, str]:
        """A new key and its secret (256 random bits), which only this call tells.

        Raises PeopleError where it cannot be made: for what only administrators give, among them.
        """
        name = checked_name(name, "a key's name")
        if not may:
            raise PeopleError("a key opens something: " + ", ".join(one.value for one in May))
        if not 1 <= days <= LONGEST_DAYS:
            raise PeopleError(f"a key lasts 1 to {LONGEST_DAYS} days")
        confined = None if spaces is None else tuple(sorted({one.strip() for one in spaces}))
        if confined is not None and not all(confined):
            raise PeopleError("a key that is confined to spaces names one at least")
        secret = PREFIX + secrets.token_urlsafe(32)
        now = self._clock()
        with self._database.writing() as connection:
            person = person_from(connection, person_id)
            if person is None:
                raise PeopleError("this person is no longer there")
            self._check_giver(connection, person, frozenset(may), by)
            (held,) = connection.execute(
                "SELECT count(*) FROM keys WHERE person_id = ? AND ends_at > ?", (person_id, now)
            ).fetchone()
            if held >= MOST_EACH:
                raise PeopleError(f"{person.name} has {MOST_EACH} keys; revoke one of them first")
            key = Key(
                "key_" + secrets.token_hex(8),
                person.id,
                person.name,
                name,
                frozenset(may),
                confined,
                now,
                now + days * _DAY_S,
                None,
            )
            connection.execute(
                "INSERT INTO keys (id, secret_hash, person_id, name, may, spaces, created_at, "
                "ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    key.id,
                    _hash(secret),
                    key.person_id,
                    key.name,
                    " ".join(_values(key.may)),
                    None if confined is None else json.dumps(confined),
                    key.created_at,
                    key.ends_at,
                ),
            )
            self._record(by, {**_change("keys add", key), **_about(key)})
        return key, secret

    def _check_giver(
        self, connection: sqlite3.Connection, person: Person, may: frozenset[May], by: str
    ) -> None:
        """What administrators alone may give is given by one, or at the command line."""
        giver = person_from(connection, by) if by else None
        if may & _ADMINISTRATORS and by and not (giver and giver.administrator):
            raise PeopleError("only an administrator makes a key that administers or reads metrics")
        if May.ADMINISTER in may and not person.administrator:
            raise PeopleError(f"{person.name} is no administrator, so no key of theirs is")
        if by and by != person.id and not (giver and giver.administrator):
            raise PeopleError("only an administrator makes a key for somebody else")

    def find(self, secret: str) -> Holder | None:
        """Whoever comes with this secret, as they are now; None for one that does not count."""
        return self._holder("k.secret_hash = ?", _hash(secret))

    def holder(self, key_id: str) -> Holder | None:
        """The same by the key's id, for work that goes on after its request."""
        return self._holder("k.id = ?", key_id)

    def _holder(self, condition: str, value: object) -> Holder | None:
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT k.id, k.person_id, k.may, k.spaces, k.ends_at FROM keys k "
                f"JOIN people p ON p.id = k.person_id "
                f"WHERE {condition} AND p.suspended_at IS NULL",
                (value,),
            ).fetchone()
            if row is None or row[4] <= self._clock():
                return None
            person = person_from(connection, row[1])
        if person is None:
            return None
        confined = None if row[3] is None else frozenset(json.loads(row[3]))
        return Holder(replace(person, key=row[0], only=confined), _mays(row[2]))

    def touch(self, key_id: str) -> None:
        """Note that a key was used now; to the minute."""
        now = self._clock()
        stale = "id = ? AND (used_at IS NULL OR used_at < ?)"
        with self._database.reading() as connection:
            if not connection.execute(
                f"SELECT 1 FROM keys WHERE {stale}", (key_id, now - _FRESH_S)
            ).fetchone():
                return
        with self._database.writing() as connection:
            connection.execute(
                f"UPDATE keys SET used_at = ? WHERE {stale}", (now, key_id, now - _FRESH_S)
            )

    def of(self, person_id: str | None = None) -> list[Key]:
        """A person's keys, of everybody by default: the newest first, also those that ended."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT k.id, k.person_id, p.name, k.name, k.may, k.spaces, k.created_at, "
                "k.ends_at, k.used_at FROM keys k JOIN people p ON p.id = k.person_id "
                "WHERE ? IS NULL OR k.person_id = ? ORDER BY k.created_at DESC, k.id",
                (person_id, person_id),
            ).fetchall()
        return [
            Key(
                row[0],
                row[1],
                row[2],
                row[3],
                _mays(row[4]),
                None if row[5] is None else tuple(json.loads(row[5])),
                row[6],
                row[7],
                row[8],
            )
            for row in rows
        ]

    def ended(self, key: Key) -> bool:
        """Whether a key counts no more."""
        return key.ends_at <= self._clock()

    def revoke(self, key_id: str, *, of: str | None = None, by: str = "") -> Key:
        """Have a key count no more; with `of`, only one of this person's.

        Raises PeopleError where there is no such key.
        """
        found = [key for key in self.of(of) if key.id == key_id]
        if not found:
            raise PeopleError(f"there is no key {key_id!r}")
        with self._database.writing() as connection:
            connection.execute("DELETE FROM keys WHERE id = ?", (key_id,))
            self._record(by, _change("keys revoke", found[0]))
        return found[0]


def as_mays(names: Collection[str]) -> frozenset[May]:
    """What names such as "ask" stand for. Raises PeopleError for another one."""
    try:
        return frozenset(May(name) for name in names)
    except ValueError:
        known = ", ".join(one.value for one in May)
        raise PeopleError(f"a key may: {known}") from None


def plain(key: Key) -> dict[str, Any]:
    """A key as JSON; no secret is in it."""
    return {
        "id": key.id,
        "person": key.person,
        "name": key.name,
        **_about(key),
        "created_at": _moment(key.created_at),
        "used_at": None if key.used_at is None else _moment(key.used_at),
    }


def _about(key: Key) -> dict[str, Any]:
    return {
        "may": _values(key.may),
        "spaces": None if key.spaces is None else list(key.spaces),
        "ends_at": _moment(key.ends_at),
    }


def _change(what: str, key: Key) -> dict[str, Any]:
    return {"change": what, "name": key.person, "key": key.id, "key_name": key.name}


def _values(may: Collection[May]) -> list[str]:
    return [one.value for one in May if one in may]


def _mays(kept: str) -> frozenset[May]:
    """A later version may know more of them; those open nothing here."""
    known = {one.value: one for one in May}
    return frozenset(known[one] for one in kept.split() if one in known)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat("T", "seconds")


def _hash(secret: str) -> bytes:
    """256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
