"""The company's directory over LDAP, Active Directory among them: whose password fits, who is
still there, and in which groups they are.

A service account looks people up; a password is proved by signing in to the directory as the
person. Only the host that the settings name is contacted, and no referral is followed. What an
unknown writer typed gets into a filter escaped, and into no name of an entry.
"""

import ipaddress
import logging
import secrets
import ssl
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ldap3 import NONE, SIMPLE, SUBTREE, SYNC, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_bytes, escape_filter_chars

from app.people.vouching import Vouched

log = logging.getLogger(__name__)

PREFIX = "directory|"  # before the id that the directory has for somebody
ORIGIN = "directory"
PORTS = {"ldap": 389, "ldaps": 636}
_PATIENCE_S = 10
_SILENT_S = 15.0  # after a failure the next ones are told at once
_DEEPEST = 16  # groups within groups
_AT_ONCE = 50  # entries that one search asks for
# The id of an entry stays when it is renamed or moved. Which one there is depends on the server.
_IDS = ("objectGUID", "entryUUID", "nsUniqueId", "ipaUniqueID")
_BINARY = "objectGUID"
_STATES = (
    "userAccountControl", "accountExpires",  # Active Directory
    "pwdAccountLockedTime", "pwdEndTime",  # OpenLDAP's password policies
    "nsAccountLock", "loginDisabled", "shadowExpire",  # 389 Directory Server, eDirectory, POSIX
)  # fmt: skip
_SWITCHED_OFF = 2  # in userAccountControl
_FOR_EVER = "000001010000Z"  # locked by an administrator, and not by wrong passwords
# Active Directory counts hundreds of nanoseconds since 1601.
_TICKS, _FROM_1601_S = 10_000_000, 11_644_473_600
_NEVER = (0, 0x7FFFFFFFFFFFFFFF)
_WRONG = frozenset({19, 48, 49, 50, 53})  # results of a sign-in: this person may not come in


class DirectoryFault(Exception):
    """The directory does not answer, or cannot be used as it is set up; the message says why."""


@dataclass(frozen=True, slots=True)
class DirectoryPlace:
    """Where the directory is, and how people stand in it."""

    url: str
    people: str  # the entry below which people are
    groups: str  # the entry below which groups are
    account: str  # who looks people up
    password_file: Path
    name: str = "uid"  # the attribute that people type as their name
    filter: str = "(objectClass=person)"  # what else has to be true of them
    authorities: Path | None = None  # certificates that vouch for it; None: the system's
    plain: bool = False  # without TLS


@dataclass(frozen=True, slots=True)
class _Entry:
    """A person as they stand there."""

    dn: str
    subject: str
    name: str
    full_name: str
    off: bool  # switched off, or over


class Directory:
    """Asks the directory; each call makes a connection of its own."""

    def __init__(self, place: DirectoryPlace) -> None:
        """Raises DirectoryFault for a place where passwords could be read on the way."""
        self._place = place
        parts = urlsplit(place.url)
        self._tls = parts.scheme == "ldaps"
        self.host = parts.hostname or ""
        self._port = parts.port or PORTS[parts.scheme]
        self._failed: tuple[float, str] | None = None
        if place.plain and not _is_own(self.host):
            raise DirectoryFault(
                f"directory.plain would send passwords to {self.host} in clear; it is for a "
                "directory on this machine alone"
            )

    def check(self, name: str, password: str) -> Vouched | None:
        """Who has this name and password; None for any other pair, and for who is switched off.

        Raises DirectoryFault.
        """
        if not name or not password:  # without one, LDAP lets everybody in, as nobody
            return None
        if self._failed and time.monotonic() - self._failed[0] < _SILENT_S:
            raise DirectoryFault(self._failed[1])
        try:
            vouched = self._checked(name, password)
        except DirectoryFault as fault:
            self._failed = time.monotonic(), str(fault)
            raise
        self._failed = None
        return vouched

    def _checked(self, name: str, password: str) -> Vouched | None:
        with self._looking() as connection:
            asked = f"({self._place.name}={escape_filter_chars(name)})"
            found = list(self._people(connection, asked))
            if len(found) > 1:
                log.warning("directory: %d people have one name; none is let in", len(found))
            entry = found[0] if len(found) == 1 else None
            # Answered alike, and after as long, for names that do not exist.
            dn = entry.dn if entry else f"cn={secrets.token_hex(8)},{self._place.people}"
            if not self._fits(dn, password) or entry is None or entry.off:
                return None
            return self._vouched(entry, self._groups(connection, entry, {}))

    def present(self, subjects: Collection[str], active: Collection[str]) -> dict[str, Vouched]:
        """Those of `subjects` who are there and not switched off, by subject; with the groups
        of those who are `active`, and None for the others.

        Raises DirectoryFault, also where it is not sure that who was not found is gone.
        """
        there: dict[str, Vouched] = {}
        wanted = [one.removeprefix(PREFIX) for one in sorted(subjects)]
        known: dict[str, tuple[str, frozenset[str]]] = {}
        with self._looking() as connection:
            self._require_base(connection)
            for start in range(0, len(wanted), _AT_ONCE):
                asked = "".join(map(_by_id, wanted[start : start + _AT_ONCE]))
                for entry in self._people(connection, f"(|{asked})"):
                    if entry.off:
                        continue
                    groups = (
                        self._groups(connection, entry, known) if entry.subject in active else None
                    )
                    there[entry.subject] = self._vouched(entry, groups)
        return there

    def try_out(self) -> str:
        """Look whether the service account finds people; what there is, in words.

        Raises DirectoryFault.
        """
        with self._looking() as connection:
            self._require_base(connection)
            found = sum(1 for _ in self._people(connection, "", most=1))
        if not found:
            raise DirectoryFault(
                f"{self.host} answers, and shows {self._place.account} nobody below "
                f"{self._place.people}"
            )
        return f"{self.host} answers and shows people"

    # Searching

    def _people(self, connection: Connection, asked: str, most: int = 0) -> Iterator[_Entry]:
        """The people who fit; `most` limits their number, 0 does not."""
        attributes = [self._place.name, "displayName", "cn", *_IDS, *_STATES]
        wanted = f"(&{self._place.filter}{asked})"
        for one in self._search(connection, self._place.people, wanted, attributes, most):
            raw = {name.lower(): values for name, values in one["raw_attributes"].items()}
            subject = _subject(raw)
            names = _texts(raw, self._place.name)
            if not subject or not names:
                continue  # an entry that nobody could be told by
            full = [*_texts(raw, "displayName"), *_texts(raw, "cn"), ""]
            yield _Entry(str(one["dn"]), subject, names[0], full[0], _is_off(raw, time.time()))

    def _groups(
        self, connection: Connection, entry: _Entry, known: dict[str, tuple[str, frozenset[str]]]
    ) -> frozenset[str]:
        """The names of all groups that somebody is in, also through other groups.

        `known` keeps what was found of groups: each one's name, and the groups that it is in.
        """
        dn = escape_filter_chars(entry.dn)
        name = escape_filter_chars(entry.name)
        asked = f"(|(member={dn})(uniqueMember={dn})(memberUid={name}))"
        first = self._found_groups(connection, asked, known)
        reached: set[str] = set()
        waiting = set(first)
        for _ in range(_DEEPEST):
            waiting -= reached
            if not waiting:
                break
            reached |= waiting
            above: set[str] = set()
            for one in sorted(waiting):
                known_name, parents = known[one]
                if parents is _UNASKED:
                    within = escape_filter_chars(one)
                    parents = self._found_groups(
                        connection, f"(|(member={within})(uniqueMember={within}))", known
                    )
                    known[one] = (known_name, parents)
                above |= parents
            waiting = above
        return _told_apart({dn: known[dn][0] for dn in reached})

    def _found_groups(
        self,
        connection: Connection,
        asked: str,
        known: dict[str, tuple[str, frozenset[str]]],
    ) -> frozenset[str]:
        found = set()
        for one in self._search(connection, self._place.groups, asked, ["cn"]):
            raw = {name.lower(): values for name, values in one["raw_attributes"].items()}
            names = _texts(raw, "cn")
            if names:
                found.add(str(one["dn"]))
                known.setdefault(str(one["dn"]), (names[0], _UNASKED))
        return frozenset(found)

    def _search(
        self,
        connection: Connection,
        base: str,
        wanted: str,
        attributes: Sequence[str],
        most: int = 0,
    ) -> list[dict[str, Any]]:
        try:
            connection.search(
                base,
                wanted,
                search_scope=SUBTREE,
                attributes=list(attributes),
                size_limit=most,
                time_limit=_PATIENCE_S,
            )
        except LDAPException as error:
            raise DirectoryFault(f"{self.host}: {_reason(error)}") from error
        result = connection.result
        limited = most > 0 and result["result"] == 4  # sizeLimitExceeded, as we wanted
        if result["result"] != 0 and not limited:
            raise DirectoryFault(f"{self.host} refuses a search ({result['description']})")
        found = connection.response or []
        return [one for one in found if one["type"] == "searchResEntry"]

    def _require_base(self, connection: Connection) -> None:
        """Raise DirectoryFault unless the entry below which people are is shown to us: else
        everybody would seem to be gone.
        """
        try:
            connection.search(
                self._place.people, "(objectClass=*)", search_scope="BASE", attributes=["1.1"]
            )
        except LDAPException as error:
            raise DirectoryFault(f"{self.host}: {_reason(error)}") from error
        if connection.result["result"] != 0 or not connection.response:
            raise DirectoryFault(
                f"{self.host} does not show {self._place.people} to {self._place.account} "
                f"({connection.result['description']})"
            )

    # Connecting

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        """A connection of the service account's, until the block ends. Raises DirectoryFault."""
        try:
            password = self._place.password_file.read_text("utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise DirectoryFault(
                f"the password of {self._place.account} cannot be read from "
                f"{self._place.password_file} ({_reason(error)})"
            ) from error
        if not password:
            raise DirectoryFault(f"{self._place.password_file} holds no password")
        with self._connection(self._place.account, password) as connection:
            if connection is None:
                raise DirectoryFault(f"{self.host} does not let {self._place.account} in")
            yield connection

    def _fits(self, dn: str, password: str) -> bool:
        """Whether the directory lets this entry in with this password. Raises DirectoryFault."""
        with self._connection(dn, password) as connection:
            return connection is not None

    @contextmanager
    def _connection(self, user: str, password: str) -> Iterator[Connection | None]:
        """Signed in, or None where the directory refuses this user or password."""
        tls = _OwnTls(self.host, self._place.authorities)
        server = Server(
            self.host,
            self._port,
            use_ssl=self._tls,
            tls=tls,
            get_info=NONE,
            connect_timeout=_PATIENCE_S,
        )
        connection = Connection(
            server,
            user=user,
            password=password,
            authentication=SIMPLE,
            client_strategy=SYNC,
            auto_referrals=False,
            read_only=True,
            receive_timeout=_PATIENCE_S,
            check_names=False,
        )
        try:
            try:
                connection.open(read_server_info=False)
                if not self._tls and not self._place.plain:
                    connection.start_tls(read_server_info=False)
                let_in = connection.bind(read_server_info=False)
            except (LDAPException, OSError, ValueError) as error:
                raise DirectoryFault(f"{self.host} cannot be used: {_reason(error)}") from error
            if not let_in and connection.result["result"] not in _WRONG:
                raise DirectoryFault(
                    f"{self.host} lets nobody in ({connection.result['description']})"
                )
            yield connection if let_in else None
        finally:
            try:
                connection.unbind()
            except (LDAPException, OSError):
                log.debug("directory: the connection was closed by the other side")

    def _vouched(self, entry: _Entry, groups: frozenset[str] | None) -> Vouched:
        return Vouched(entry.subject, entry.name, entry.full_name, groups)


_UNASKED: frozenset[str] = frozenset({""})  # of a group whose own groups are not known yet


class _OwnTls(Tls):  # type: ignore[misc] # ldap3 has no types
    """TLS as Python itself checks it: the certificate, and that it is this host's."""

    def __init__(self, host: str, authorities: Path | None) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._host = host
        self._authorities = authorities

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        context = ssl.create_default_context(
            cafile=None if self._authorities is None else str(self._authorities)
        )
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        connection.socket = context.wrap_socket(
            connection.socket, server_hostname=self._host, do_handshake_on_connect=do_handshake
        )


def _is_own(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _texts(raw: dict[str, Any], name: str) -> list[str]:
    return [value.decode("utf-8", "replace") for value in raw.get(name.lower()) or () if value]


def _subject(raw: dict[str, Any]) -> str:
    """What somebody is called here: by the first kind of id that the server has."""
    for kind in _IDS:
        values = raw.get(kind.lower())
        if values:
            value = values[0]
            text = value.hex() if kind == _BINARY else value.decode("utf-8", "replace")
            return f"{PREFIX}{kind}={text}"
    return ""


def _by_id(told: str) -> str:
    """The filter for an id as `_subject` has it, without the prefix."""
    kind, _, value = told.partition("=")
    if kind not in _IDS:
        return ""
    if kind == _BINARY:
        return f"({kind}={escape_bytes(bytes.fromhex(value))})"
    return f"({kind}={escape_filter_chars(value)})"


def _is_off(raw: dict[str, Any], now: float) -> bool:
    """Whether an account is switched off or over. One that wrong passwords have locked for a
    while is not: else anybody could end other people's sessions.
    """
    control = _number(raw, "userAccountControl")
    expires = _number(raw, "accountExpires")
    days = _number(raw, "shadowExpire")
    ends = [*_texts(raw, "pwdEndTime"), ""][0]
    return (
        (control is not None and bool(control & _SWITCHED_OFF))
        or (expires not in (None, *_NEVER) and (expires or 0) / _TICKS - _FROM_1601_S <= now)
        or _FOR_EVER in _texts(raw, "pwdAccountLockedTime")
        or any(
            value.lower() == "true"
            for name in ("nsAccountLock", "loginDisabled")
            for value in _texts(raw, name)
        )
        or (days is not None and days >= 0 and days * 86_400 <= now)
        or (bool(ends) and ends[:14] <= time.strftime("%Y%m%d%H%M%S", time.gmtime(now)))
    )


def _number(raw: dict[str, Any], name: str) -> int | None:
    for value in _texts(raw, name):
        try:
            return int(value)
        except ValueError:
            return None
    return None


def _told_apart(groups: dict[str, str]) -> frozenset[str]:
    """The groups' names. Two groups of one name give no rights: nobody can say which is meant."""
    names: dict[str, str] = {}
    twice = set()
    for _, name in sorted(groups.items()):
        if name.casefold() in names:
            twice.add(name.casefold())
        names[name.casefold()] = name
    for _ in twice:
        log.warning("directory: two groups have one name; neither counts")
    return frozenset(name for key, name in names.items() if key not in twice)


def _reason(error: BaseException) -> str:
    """What went wrong in a few words; no passwords are in them."""
    text = str(error).strip() or type(error).__name__
    return text[:200]
