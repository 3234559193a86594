"""Who is shown whose conversations: read-only, on record, and taken back at any time.

What of a conversation a reader sees is decided when it is read, by the rights that they have then.
"""

import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.people.access import Person
from app.people.database import Database, Record
from app.people.names import name_key

MOST = 100  # people and groups that one conversation is shared with


class SharingRefused(Exception):
    """Something that is not shared; `why` is "nobody", "yourself", "group" or "most"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Share:
    """One conversation shown to one person or one group. `shared_at`: seconds since 1970."""

    id: str
    owner: str  # person's id
    conversation: str
    turn: int | None  # the one answer that is shown; None: all that were there at `shared_at`
    reader: str  # person's id, or ""
    group: str  # or ""
    shared_at: float
    owner_name: str  # as people call them
    reader_name: str  # of a person; "" for a group


_SHARE = (
    "s.id, s.owner, s.conversation, s.turn, coalesce(s.reader, ''), coalesce(s.group_name, ''), "
    "s.shared_at, coalesce(nullif(o.full_name, ''), o.name), "
    "coalesce(nullif(r.full_name, ''), r.name, '') "
    "FROM shares s JOIN people o ON o.id = s.owner LEFT JOIN people r ON r.id = s.reader"
)


class Shares:
    """What everybody shares; safe from many threads.

    Each change is handed to `record` in its transaction: what cannot be recorded is not done.
    """

    def __init__(
        self, database: Database, record: Record, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._record = record
        self._clock = clock

    def share(
        self, owner: Person, conversation: str, turn: int | None, *, name: str = "", group: str = ""
    ) -> Share:
        """Show a conversation, or one answer, to the person of this name or to a group.

        Shown to the same again, it is shown as it is now. The caller has seen that it is the
        owner's. Raises SharingRefused.
        """
        with self._database.writing() as connection:
            reader = None if group else self._reader(connection, owner, name)
            if group and group not in self._groups(connection, owner):
                raise SharingRefused("group")
            held = self._held(connection, owner.id, conversation)
            same = [
                one
                for one in held
                if (one.turn, one.reader, one.group) == (turn, reader or "", group)
            ]
            if not same and len(held) >= MOST:
                raise SharingRefused("most")
            share = same[0].id if same else secrets.token_urlsafe(16)
            connection.execute(
                "INSERT OR REPLACE INTO shares VALUES (?, ?, ?, ?, ?, ?, ?)",
                (share, owner.id, conversation, turn, reader, group or None, self._clock()),
            )
            found = self._one(connection, share)
            assert found is not None  # just written
            self._record(owner.id, _about("share", found))
            return found

    def revoke(self, owner: Person, share: str) -> bool:
        """Show it no more; False for what is not the owner's."""
        with self._database.writing() as connection:
            found = self._one(connection, share)
            if found is None or found.owner != owner.id:
                return False
            self._record(owner.id, _about("revoke share", found))
            connection.execute("DELETE FROM shares WHERE id = ?", (share,))
            return True

    def forget(self, conversation: str) -> None:
        """Drop what is shared of a conversation that is gone."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM shares WHERE conversation = ?", (conversation,))

    def of(self, owner: Person, conversation: str | None = None) -> Sequence[Share]:
        """What somebody shares, of one conversation or of all, the newest first."""
        with self._database.reading() as connection:
            return self._held(connection, owner.id, conversation)

    def shown_to(self, reader: Person) -> Sequence[Share]:
        """What others share with somebody, by themselves or through a group, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_SHARE} WHERE s.owner != ? ORDER BY s.shared_at DESC", (reader.id,)
            )
            return [one for one in (Share(*row) for row in rows) if _is_shown(one, reader)]

    def one(self, reader: Person, share: str) -> Share | None:
        """A share that somebody may open, or made; None for any other."""
        with self._database.reading() as connection:
            found = self._one(connection, share)
        if found is None or not (found.owner == reader.id or _is_shown(found, reader)):
            return None
        return found

    def note_reading(self, reader: Person, share: Share) -> None:
        """Put on record that it was read."""
        if reader.id != share.owner:
            self._record(reader.id, _about("read share", share))

    def groups(self, owner: Person) -> list[str]:
        """The groups that somebody can share with: their own, or all for an administrator."""
        with self._database.reading() as connection:
            return sorted(self._groups(connection, owner))

    def _reader(self, connection: sqlite3.Connection, owner: Person, name: str) -> str:
        row = connection.execute(
            "SELECT id FROM people WHERE name_key = ? AND NOT service", (name_key(name),)
        ).fetchone()
        if row is None:
            raise SharingRefused("nobody")
        if row[0] == owner.id:
            raise SharingRefused("yourself")
        return str(row[0])

    def _groups(self, connection: sqlite3.Connection, owner: Person) -> set[str]:
        names = {str(name) for (name,) in connection.execute("SELECT name FROM groups")}
        return names if owner.administrator else names & owner.groups

    def _held(
        self, connection: sqlite3.Connection, owner: str, conversation: str | None
    ) -> list[Share]:
        rows = connection.execute(
            f"SELECT {_SHARE} WHERE s.owner = ? AND (? IS NULL OR s.conversation = ?) "
            "ORDER BY s.shared_at DESC",
            (owner, conversation, conversation),
        )
        return [Share(*row) for row in rows]

    def _one(self, connection: sqlite3.Connection, share: str) -> Share | None:
        row = connection.execute(f"SELECT {_SHARE} WHERE s.id = ?", (share,)).fetchone()
        return None if row is None else Share(*row)


def _is_shown(share: Share, reader: Person) -> bool:
    return share.reader == reader.id if share.reader else share.group in reader.groups


def _about(change: str, share: Share) -> dict[str, Any]:
    told: dict[str, Any] = {
        "change": change,
        "share": share.id,
        "conversation": share.conversation,
        "owner": share.owner,
    }
    if share.turn is not None:
        told["turn"] = share.turn
    return {**told, **({"group": share.group} if share.group else {"reader": share.reader})}
