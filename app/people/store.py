"""People, groups and the rules of spaces, kept in <home>/people.sqlite3."""

import secrets
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.people.access import EVERYONE, Person, Right, Rules, SpaceRule, is_private
from app.people.database import Database, Record
from app.people.names import (
    PeopleError,
    candidates,
    checked_full_name,
    checked_name,
    name_key,
    shortened,
)
from app.people.passwords import Passwords, check_password, make_password
from app.people.second_factor import SecondFactor

FIRST_NAME = "admin"
ONE_TIME_S = 72 * 3600.0
_GONE = "this person is no longer there"
_PERSON = "id, name, full_name, administrator, auditor"


@dataclass(frozen=True, slots=True)
class Account:
    """A person as administrators see them. Times are seconds since 1970."""

    person: Person
    local: bool  # has a password here; else another sign-in lets them in
    must_change: bool
    created_at: float
    seen_at: float | None
    service: bool = False  # a program that comes with keys; nobody signs in as it
    suspended: bool = False  # gone from the company's directory: nothing lets them in


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody whom another sign-in knows, by what it calls them."""

    person_id: str
    subject: str
    suspended: bool
    active: bool  # has a session or a key


@dataclass(frozen=True, slots=True)
class Group:
    """A group and how many people are in it."""

    name: str
    people: int


class People:
    """Everyone who can sign in, and what their groups may do; safe from many threads.

    Every change that somebody makes, or another sign-in tells, is handed to `record` inside its
    transaction: what cannot be recorded is not done, and what is refused is not recorded. `by` is
    the id of the person who makes the change, or "" for the one who works at the command line.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        record: Record,
        clock: Callable[[], float] = time.time,
        *,
        one_time_s: float = ONE_TIME_S,
    ) -> None:
        """A password that somebody else made ends after `one_time_s` seconds."""
        self._database = database
        self._passwords = passwords
        self._one_time_s = one_time_s
        self._record = record
        self._clock = clock

    # People

    def accounts(self) -> list[Account]:
        """Everyone, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_PERSON}, password IS NOT NULL, must_change, created_at, seen_at, "
                "service, suspended_at IS NOT NULL FROM people ORDER BY name_key"
            ).fetchall()
            return [
                Account(
                    _person(connection, row[:5]),
                    bool(row[5]),
                    bool(row[6]),
                    row[7],
                    row[8],
                    bool(row[9]),
                    bool(row[10]),
                )
                for row in rows
            ]

    def named(self, name: str) -> Person:
        """The person of this name. Raises PeopleError when there is none."""
        with self._database.reading() as connection:
            return _person(connection, _named(connection, name))

    def by_id(self, person_id: str) -> Person | None:
        """The person of this id, or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {_PERSON} FROM people WHERE id = ?", (person_id,)
            ).fetchone()
            return _person(connection, row) if row else None

    def present(self, person_id: str) -> Person | None:
        """The person of this id; None also while they are suspended."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {_PERSON} FROM people WHERE id = ? AND suspended_at IS NULL", (person_id,)
            ).fetchone()
            return _person(connection, row) if row else None

    def add(
        self,
        name: str,
        password: str,
        *,
        full_name: str = "",
        must_change: bool = True,
        administrator: bool = False,
        auditor: bool = False,
        groups: Collection[str] = (),
        by: str = "",
    ) -> Person:
        """Add a person with a password of their own. Raises PeopleError, WeakPassword."""
        name = checked_name(name, "a person's name")
        check_password(password, name)
        kept = self._passwords.hash(password)
        with self._database.writing() as connection:
            if _find(connection, name):
                raise PeopleError(f"there is already a person named {name!r}")
            person = self._insert(
                connection,
                name,
                checked_full_name(full_name),
                kept,
                must_change,
                None,
                administrator=administrator,
                auditor=auditor,
            )
            _set_groups(connection, person, groups)
            self._record(by, _added(person, groups))
        return person

    def add_service(
        self, name: str, *, full_name: str = "", groups: Collection[str] = (), by: str = ""
    ) -> Person:
        """Add a service account: it has groups and keys, and nobody signs in as it.

        Raises PeopleError.
        """
        name = checked_name(name, "a service account's name")
        with self._database.writing() as connection:
            if _find(connection, name):
                raise PeopleError(f"there is already a person named {name!r}")
            full_name = checked_full_name(full_name)
            person = self._insert(connection, name, full_name, None, False, None)
            connection.execute("UPDATE people SET service = 1 WHERE id = ?", (person.id,))
            _set_groups(connection, person, groups)
            self._record(by, {**_added(person, groups), "service": True})
        return person

    def first_administrator(self) -> tuple[Person, str] | None:
        """Make an administrator if there is none, with a one-time password; None if there is."""
        with self._database.reading() as connection:
            if _has_administrator(connection):
                return None
        password = make_password()
        kept = self._passwords.hash(password)
        with self._database.writing() as connection:
            if _has_administrator(connection):
                return None
            names = candidates(FIRST_NAME, "strongroom")
            free = next(name for name in names if not _find(connection, name))
            made = self._insert(connection, free, "", kept, True, None, administrator=True)
            self._record("", _added(made))
        return made, password

    def remove(self, person_id: str, *, by: str = "") -> None:
        """Forget a person and end their sessions; the id is never given again."""
        with self._database.writing() as connection:
            person = person_from(connection, person_id)
            with _keeping_an_administrator(connection):
                connection.execute("INSERT OR IGNORE INTO gone VALUES (?)", (person_id,))
                connection.execute("DELETE FROM people WHERE id = ?", (person_id,))
            if person is not None:
                self._record(by, {**_change("users remove", person.name), "id": person.id})

    def suspend(self, person_id: str, *, way: str, by: str = "") -> bool:
        """Let nothing of somebody's in any more: their sessions end, their keys do not count.

        `way` names what said that they are gone. Returns whether that is new.
        """
        with self._database.writing() as connection:
            changed = connection.execute(
                "UPDATE people SET suspended_at = ? WHERE id = ? AND suspended_at IS NULL",
                (self._clock(), person_id),
            ).rowcount
            person = person_from(connection, person_id)
            if not changed or person is None:
                return False
            ended = connection.execute(
                "DELETE FROM sessions WHERE person_id = ?", (person_id,)
            ).rowcount
            (held,) = connection.execute(
                "SELECT count(*) FROM keys WHERE person_id = ? AND ends_at > ?",
                (person_id, self._clock()),
            ).fetchone()
            about = {"way": way, "sessions": ended, "keys": held}
            self._record(by, {**_change("users suspend", person.name), **about})
        return True

    def resume(self, person_id: str, *, way: str, by: str = "") -> bool:
        """Let somebody in again; their keys count again. Returns whether that is new."""
        with self._database.writing() as connection:
            return self._resume(connection, person_id, way, by)

    def _resume(self, connection: sqlite3.Connection, person_id: str, way: str, by: str) -> bool:
        changed = connection.execute(
            "UPDATE people SET suspended_at = NULL WHERE id = ? AND suspended_at IS NOT NULL",
            (person_id,),
        ).rowcount
        person = person_from(connection, person_id)
        if not changed or person is None:
            return False
        self._record(by, {**_change("users resume", person.name), "way": way})
        return True

    def subjects(self, prefix: str) -> list[Subject]:
        """Everybody whom another sign-in calls by a name that begins so, suspended or not."""
        with self._database.reading() as connection:
            return [
                Subject(row[0], row[1], bool(row[2]), bool(row[3]))
                for row in connection.execute(
                    "SELECT p.id, p.subject, p.suspended_at IS NOT NULL, "
                    "EXISTS (SELECT 1 FROM sessions s WHERE s.person_id = p.id) OR "
                    "EXISTS (SELECT 1 FROM keys k WHERE k.person_id = p.id AND k.ends_at > ?) "
                    "FROM people p WHERE substr(p.subject, 1, ?) = ? ORDER BY p.id",
                    (self._clock(), len(prefix), prefix),
                )
            ]

    def keeps_password(self, name: str) -> bool:
        """Whether somebody of this name has a password here."""
        with self._database.reading() as connection:
            return (
                connection.execute(
                    "SELECT 1 FROM people WHERE name_key = ? AND password IS NOT NULL",
                    (name_key(name),),
                ).fetchone()
                is not None
            )

    def set_roles(
        self,
        person_id: str,
        *,
        administrator: bool | None = None,
        auditor: bool | None = None,
        by: str = "",
    ) -> None:
        """Give or take roles; None leaves one as it is."""
        with self._database.writing() as connection:
            (service,) = connection.execute(
                "SELECT count(*) FROM people WHERE id = ? AND service", (person_id,)
            ).fetchone()
            if service and (administrator or auditor):
                raise PeopleError("a service account has no role: what it may do, its keys say")
            with _keeping_an_administrator(connection):
                connection.execute(
                    "UPDATE people SET administrator = coalesce(?, administrator), "
                    "auditor = coalesce(?, auditor) WHERE id = ?",
                    (administrator, auditor, person_id),
                )
            if person := person_from(connection, person_id):
                self._record(by, {**_change("users role", person.name), "roles": _roles(person)})

    def set_password(
        self, person_id: str, password: str, *, must_change: bool, by: str = ""
    ) -> None:
        """Give a person a new password and end all their sessions."""
        account = self.account(person_id)
        if account is None:
            raise PeopleError(_GONE)
        person = account.person
        if account.service:
            raise PeopleError(f"nobody signs in as {person.name}: it is a service account")
        check_password(password, person.name)
        kept = self._passwords.hash(password)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE people SET password = ?, must_change = ?, password_ends = ?, "
                "password_at = ?, password_by = ? WHERE id = ?",
                (kept, must_change, self._ends(must_change), self._clock(), by, person_id),
            )
            about = _change("users password", person.name)
            # Whoever has lost the password has often lost the device, too.
            if by != person_id and _drop_second_factor(connection, person_id):
                about["second_factor"] = "removed"
            connection.execute("DELETE FROM sessions WHERE person_id = ?", (person_id,))
            self._record(by, about)

    def _ends(self, must_change: bool) -> float | None:
        return self._clock() + self._one_time_s if must_change else None

    def check(self, name: str, password: str) -> Person | None:
        """The person of this name and password; None, after as long, for any other pair."""
        with self._database.reading() as connection:
            row = _find(connection, name)
            kept = _password(connection, row[0], self._clock()) if row else None
            person = _person(connection, row) if row else None
        if not self._passwords.fits(password, kept) or person is None or kept is None:
            return None
        if self._passwords.is_old(kept):
            stronger = self._passwords.hash(password)
            with self._database.writing() as connection:
                connection.execute(
                    "UPDATE people SET password = ? WHERE id = ? AND password = ?",
                    (stronger, person.id, kept),
                )
        return person

    # What is asked for beside the password

    def second_factor(self, person_id: str) -> SecondFactor | None:
        """What somebody shows beside their password; None where that is all."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT second_factor FROM people WHERE id = ?", (person_id,)
            ).fetchone()
        return SecondFactor(row[0]) if row and row[0] else None

    def set_second_factor(self, person_id: str, secret: str | None, *, by: str = "") -> None:
        """Have somebody show codes of this secret as well, or with None the password alone."""
        with self._database.writing() as connection:
            person = _present(connection, person_id)
            connection.execute(
                "UPDATE people SET second_factor = ?, second_factor_at = 0 WHERE id = ?",
                (secret, person_id),
            )
            about = {"second_factor": "removed" if secret is None else "set up"}
            self._record(by, {**_change("users second factor", person.name), **about})

    def check_code(self, person_id: str, code: str) -> bool:
        """Whether this is a code of now that was not used before; it is used then."""
        with self._database.writing() as connection:
            row = connection.execute(
                "SELECT second_factor, second_factor_at FROM people WHERE id = ?", (person_id,)
            ).fetchone()
            if row is None or row[0] is None:
                return False
            step = SecondFactor(row[0]).step_of(code, self._clock())
            if step is None or step <= row[1]:
                return False
            connection.execute(
                "UPDATE people SET second_factor_at = ? WHERE id = ?", (step, person_id)
            )
            return True

    def password_changed(self, person_id: str) -> tuple[float, str] | None:
        """When somebody's password was changed last, in seconds since 1970, and by whom: a
        person's id, or "" at the command line. None where that is not known.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT password_at, password_by FROM people WHERE id = ?", (person_id,)
            ).fetchone()
        return (row[0], row[1]) if row and row[0] is not None else None

    def account(self, person_id: str) -> Account | None:
        """One person as administrators see them."""
        return next((a for a in self.accounts() if a.person.id == person_id), None)

    def company_person(
        self,
        subject: str,
        name: str,
        *,
        origin: str,
        full_name: str = "",
        groups: Collection[str] | None = None,
        administrator: bool | None = None,
        named_by_us: bool = False,
        returns: bool = False,
        by: str = "",
    ) -> Person:
        """The person whom another sign-in calls `subject`; made when they first come.

        Somebody who is suspended is let in only where the sign-in `returns` them. `by` is who is on
        record with it, instead of the person.

        `groups` replaces those it told before; groups given here stay. None leaves both as they
        are. One that was made here lets nobody in by its name alone: only with `named_by_us`,
        where the settings say which of theirs it is. A name that somebody else has gets
        `origin` behind it: a name never gives access to another's account. A person, group or role
        that is new here is on record as this person's change. Raises PeopleError for a name that
        cannot be one.
        """
        with self._database.writing() as connection:
            row = connection.execute(
                f"SELECT {_PERSON} FROM people WHERE subject = ?", (subject,)
            ).fetchone()
            before = None if row is None else _person(connection, row)
            if row is not None:
                (suspended,) = connection.execute(
                    "SELECT suspended_at IS NOT NULL FROM people WHERE id = ?", (row[0],)
                ).fetchone()
                if suspended and not returns:
                    raise PeopleError(f"{row[1]} is suspended")
                self._resume(connection, row[0], origin, by or row[0])
            if row is None:
                free = next(
                    candidate
                    for candidate in candidates(checked_name(name, "a person's name"), origin)
                    if not _find(connection, candidate)
                )
                person_id = self._insert(connection, free, full_name, None, False, subject).id
            else:
                person_id = row[0]
            connection.execute(
                "UPDATE people SET full_name = ?, administrator = coalesce(?, administrator) "
                "WHERE id = ?",
                (shortened(full_name), administrator, person_id),
            )
            if groups is not None:
                set_told_groups(connection, person_id, groups, named_by_us=named_by_us)
            row = connection.execute(
                f"SELECT {_PERSON} FROM people WHERE id = ?", (person_id,)
            ).fetchone()
            person = _person(connection, row)
            if before is None:
                self._record(by or person_id, {**_added(person, _shared(person)), "way": origin})
            elif told := groups_changed(before, person, origin):
                self._record(by or person_id, told)
            return person

    # Groups

    def groups(self) -> list[Group]:
        """All groups by name, without `everyone`, which is nobody's to join."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT g.name, count(DISTINCT m.person_id) FROM groups g LEFT JOIN memberships m "
                "ON m.group_name = g.name GROUP BY g.name ORDER BY g.name"
            )
            return [Group(*row) for row in rows]

    def add_group(self, name: str, *, by: str = "") -> None:
        """Make a group. Raises PeopleError for one that is there."""
        name = checked_name(name, "a group's name")
        with self._database.writing() as connection:
            if name == EVERYONE or _group_exists(connection, name):
                raise PeopleError(f"there is already a group named {name!r}")
            connection.execute("INSERT INTO groups VALUES (?, 0)", (name,))
            self._record(by, _change("groups add", name))

    def remove_group(self, name: str, *, by: str = "") -> None:
        """Forget a group, its memberships and what it may read."""
        with self._database.writing() as connection:
            _require_group(connection, name)
            connection.execute("DELETE FROM rules WHERE group_name = ?", (name,))
            connection.execute("DELETE FROM groups WHERE name = ?", (name,))
            self._record(by, _change("groups remove", name))

    def join(self, person_id: str, group: str, *, by: str = "") -> None:
        """Put a person into a group. Raises PeopleError where one of them is not there."""
        with self._database.writing() as connection:
            person = _present(connection, person_id)
            self._change_groups(connection, person, person.groups | {group}, by)

    def leave(self, person_id: str, group: str, *, by: str = "") -> None:
        """Take a person out of a group; the company's sign-in may put them back."""
        with self._database.writing() as connection:
            _require_group(connection, group)
            person = _present(connection, person_id)
            self._change_groups(connection, person, person.groups - {group}, by)

    def set_groups(self, person_id: str, groups: Collection[str], *, by: str = "") -> None:
        """Put a person into these groups and no others. Raises PeopleError as `join` does."""
        with self._database.writing() as connection:
            self._change_groups(connection, _present(connection, person_id), groups, by)

    def _change_groups(
        self, connection: sqlite3.Connection, person: Person, groups: Collection[str], by: str
    ) -> None:
        _set_groups(connection, person, groups)
        self._record(by, {**_change("users groups", person.name), "groups": sorted(groups)})

    # Rules of spaces

    def rules(self) -> Rules:
        """The rules of all spaces that have one, as they are now."""
        readers: dict[str, set[str]] = {}
        curators: dict[str, set[str]] = {}
        with self._database.reading() as connection:
            for space, group, curate in connection.execute(
                "SELECT space, group_name, curate FROM rules"
            ):
                (curators if curate else readers).setdefault(space, set()).add(group)
        return Rules(
            {
                space: SpaceRule(
                    frozenset(readers.get(space, ())), frozenset(curators.get(space, ()))
                )
                for space in sorted({*readers, *curators})
            }
        )

    def grant(self, space: str, group: str, right: Right, *, by: str = "") -> None:
        """Let a group read or curate a space, in the place of what it might do before."""
        space = checked_name(space, "a space's name")
        if is_private(space):
            raise PeopleError(f"{space} is someone's own space; nobody else gets access to it")
        with self._database.writing() as connection:
            if group != EVERYONE:
                _require_group(connection, group)
            connection.execute(
                "INSERT OR REPLACE INTO rules VALUES (?, ?, ?)",
                (space, group, right is Right.CURATE),
            )
            about = {**_change("spaces grant", space), "group": group, "right": right.value}
            self._record(by, about)

    def revoke(self, space: str, group: str, *, by: str = "") -> None:
        """Take a group's rights in a space. Raises PeopleError when it has none."""
        with self._database.writing() as connection:
            gone = connection.execute(
                "DELETE FROM rules WHERE space = ? AND group_name = ?", (space, group)
            ).rowcount
            if not gone:
                raise PeopleError(f"the group {group!r} has no rights in the space {space!r}")
            self._record(by, {**_change("spaces revoke", space), "group": group})

    def _insert(
        self,
        connection: sqlite3.Connection,
        name: str,
        full_name: str,
        kept: str | None,
        must_change: bool,
        subject: str | None,
        *,
        administrator: bool = False,
        auditor: bool = False,
    ) -> Person:
        person = Person(secrets.token_hex(8), name, full_name, frozenset(), administrator, auditor)
        connection.execute(
            "INSERT INTO people (id, name, name_key, full_name, password, must_change, subject,"
            " administrator, auditor, created_at, password_ends, password_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                person.id,
                name,
                name_key(name),
                full_name,
                kept,
                must_change,
                subject,
                administrator,
                auditor,
                self._clock(),
                self._ends(must_change and kept is not None),
                None if kept is None else self._clock(),
            ),
        )
        return person


def _change(what: str, name: str) -> dict[str, Any]:
    """A record's data: the command that makes this change, and of whom or what."""
    return {"change": what, "name": name}


def _added(person: Person, groups: Collection[str] = ()) -> dict[str, Any]:
    about = _change("users add", person.name)
    return {**about, "groups": sorted(groups), "administrator": person.administrator}


def groups_changed(before: Person, now: Person, way: str) -> dict[str, Any] | None:
    """A record's data where what another sign-in tells has changed groups or role; else None."""
    if (before.groups, before.administrator) == (now.groups, now.administrator):
        return None
    told = {"groups": _shared(now), "roles": _roles(now), "way": way}
    return {**_change("users groups", now.name), **told}


def set_told_groups(
    connection: sqlite3.Connection, person_id: str, groups: Collection[str], *, named_by_us: bool
) -> None:
    """Put these in the place of the groups that the company told before."""
    connection.execute("DELETE FROM memberships WHERE person_id = ? AND company", (person_id,))
    for group in {shortened(g) for g in groups} - {EVERYONE, ""}:
        connection.execute("INSERT OR IGNORE INTO groups VALUES (?, 1)", (group,))
        if not named_by_us and _made_here(connection, group):
            continue
        connection.execute("INSERT OR IGNORE INTO memberships VALUES (?, ?, 1)", (person_id, group))


def _shared(person: Person) -> list[str]:
    return sorted(person.groups - {EVERYONE})


def _roles(person: Person) -> list[str]:
    held = {"administrator": person.administrator, "auditor": person.auditor}
    return [role for role, has in held.items() if has] or ["reader"]


def _set_groups(connection: sqlite3.Connection, person: Person, groups: Collection[str]) -> None:
    for group in sorted(set(groups) - person.groups):
        _require_group(connection, group)
        connection.execute("INSERT INTO memberships VALUES (?, ?, 0)", (person.id, group))
    for group in person.groups - set(groups):
        connection.execute(
            "DELETE FROM memberships WHERE person_id = ? AND group_name = ?", (person.id, group)
        )


def _present(connection: sqlite3.Connection, person_id: str) -> Person:
    person = person_from(connection, person_id)
    if person is None:
        raise PeopleError(_GONE)
    return person


def person_from(connection: sqlite3.Connection, person_id: str) -> Person | None:
    """The person of this id with their groups, as `connection` sees them."""
    row = connection.execute(f"SELECT {_PERSON} FROM people WHERE id = ?", (person_id,)).fetchone()
    return _person(connection, row) if row else None


def _person(connection: sqlite3.Connection, row: tuple[str, str, str, int, int]) -> Person:
    groups = connection.execute(
        "SELECT group_name FROM memberships WHERE person_id = ?", (row[0],)
    ).fetchall()
    return Person(
        row[0], row[1], row[2], frozenset(group for (group,) in groups), bool(row[3]), bool(row[4])
    )


def _find(connection: sqlite3.Connection, name: str) -> tuple[str, str, str, int, int] | None:
    row: tuple[str, str, str, int, int] | None = connection.execute(
        f"SELECT {_PERSON} FROM people WHERE name_key = ?", (name_key(name),)
    ).fetchone()
    return row


def _named(connection: sqlite3.Connection, name: str) -> tuple[str, str, str, int, int]:
    row = _find(connection, name)
    if row is None:
        raise PeopleError(f"no person named {name!r}; `strongroom users list` shows who there is")
    return row


def _password(connection: sqlite3.Connection, person_id: str, now: float) -> str | None:
    """As it is kept; None for somebody without one, and for a one-time password that has ended."""
    kept, ends, suspended = connection.execute(
        "SELECT password, password_ends, suspended_at FROM people WHERE id = ?", (person_id,)
    ).fetchone()
    over = suspended is not None or (ends is not None and ends < now)
    return None if kept is None or over else str(kept)


def _drop_second_factor(connection: sqlite3.Connection, person_id: str) -> bool:
    return bool(
        connection.execute(
            "UPDATE people SET second_factor = NULL, second_factor_at = 0 "
            "WHERE id = ? AND second_factor IS NOT NULL",
            (person_id,),
        ).rowcount
    )


def _group_exists(connection: sqlite3.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM groups WHERE name = ?", (name,)).fetchone()
    return found is not None


def _made_here(connection: sqlite3.Connection, name: str) -> bool:
    (company,) = connection.execute("SELECT company FROM groups WHERE name = ?", (name,)).fetchone()
    return not company


def _require_group(connection: sqlite3.Connection, name: str) -> None:
    if name == EVERYONE:
        raise PeopleError(f"all people belong to {EVERYONE!r}; it cannot be changed")
    if not _group_exists(connection, name):
        raise PeopleError(f"no group named {name!r}; make it with `strongroom groups add {name}`")


def _has_administrator(connection: sqlite3.Connection) -> bool:
    found = connection.execute(
        "SELECT 1 FROM people WHERE administrator AND suspended_at IS NULL LIMIT 1"
    ).fetchone()
    return found is not None


@contextmanager
def _keeping_an_administrator(connection: sqlite3.Connection) -> Iterator[None]:
    """Raise PeopleError where the block leaves nobody who could administer."""
    before = _has_administrator(connection)
    yield
    if before and not _has_administrator(connection):
        raise PeopleError("the last administrator stays: make somebody else one first")


__all__ = ["Account", "Group", "People", "PeopleError", "name_key", "person_from"]
