"""Which addresses may be reached: this machine's own, and the hosts that the settings name."""

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.data_folder.watched_hosts import read_watched_hosts

if TYPE_CHECKING:
    from app.settings import Settings  # children of ours decide without any

_FORGET_SECONDS = 60.0  # how long an allowed name's addresses are believed
_PORTS = {"https": 443, "ldap": 389, "ldaps": 636}
_OWN_NAMES = frozenset({"", "localhost", "ip6-localhost"})


@dataclass(frozen=True, slots=True)
class Host:
    """A host and the one port that may be reached there; `because` names the setting."""

    name: str
    port: int
    because: str


def named_in(settings: "Settings") -> tuple[Host, ...]:
    """The hosts that the settings name, and those of watched sources."""
    found = []
    for because, url in (
        ("engine.url", settings.engine.url),
        ("index.chroma_url", settings.index.chroma_url),
        ("sign_in.company_issuer", settings.sign_in.company_issuer),
        ("directory.url", settings.directory.url),
        ("monitoring.syslog", settings.monitoring.syslog),
    ):
        if url:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 80)
            found.append(Host((parts.hostname or "").rstrip(".").lower(), port, because))
    found += [
        Host(host, port, f"the source {name}")
        for host, port, name in read_watched_hosts(settings.home)
    ]
    return tuple(found)


class Allowed:
    """Decides about addresses. `foreign` are networks on loopback that count as outside."""

    def __init__(self, hosts: tuple[Host, ...] = (), foreign: tuple[str, ...] = ()) -> None:
        self.hosts = hosts
        self._foreign = tuple(ipaddress.ip_network(one) for one in foreign)
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    def may_connect(self, host: str, port: int) -> bool:
        """Whether a connection may be made, or a packet sent, to `host`, a name or a number."""
        number = _number(host)
        if number is None:
            return _plain(host) in _OWN_NAMES or self._is_named(host, port)
        if self._is_own(number):
            return True
        return any(port == one.port and str(number) in self._addresses(one) for one in self.hosts)

    def may_look_up(self, name: str) -> bool:
        """Whether a resolver may be asked for `name`; a number needs no resolver."""
        if _number(name) is not None:
            return True
        return _plain(name) in _OWN_NAMES or any(one.name == _plain(name) for one in self.hosts)

    def may_look_back(self, host: str) -> bool:
        """Whether a resolver may be asked for the name of the address `host`."""
        number = _number(host)
        return number is not None and self._is_own(number)

    def _is_own(self, number: "ipaddress.IPv4Address | ipaddress.IPv6Address") -> bool:
        if any(number in one for one in self._foreign if one.version == number.version):
            return False
        # The unspecified address leads to this machine itself.
        return number.is_loopback or number.is_unspecified

    def _is_named(self, name: str, port: int) -> bool:
        return any((one.name, one.port) == (_plain(name), port) for one in self.hosts)

    def _addresses(self, host: Host) -> frozenset[str]:
        now = time.monotonic()
        since, known = self._known.get(host.name, (0.0, frozenset()))
        if known and now - since < _FORGET_SECONDS:
            return known
        try:
            answers = socket.getaddrinfo(host.name, host.port, type=socket.SOCK_STREAM)
        except OSError:
            return known
        # An allowed name that a forged answer leads elsewhere is still the name in the settings;
        # what is at its end is for TLS and keys to tell.
        found = frozenset(str(_number(str(answer[4][0]))) for answer in answers)
        self._known[host.name] = (now, found)
        return found


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _number(host: str) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found
