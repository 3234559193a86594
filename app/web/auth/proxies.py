"""Which requests come through the company's own reverse proxy, and what it may say about them."""

import ipaddress
from collections.abc import Collection, Sequence

from app.web.auth.security import App, Receive, Scope, Send

_FROM_PROXY = "strongroom.from_proxy"
_FORWARDED = (
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-forwarded-port",
    b"x-real-ip",
)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(addresses: Sequence[str]) -> tuple[Network, ...]:
    """The networks that these addresses, with or without /bits, stand for. Raises ValueError."""
    return tuple(ipaddress.ip_network(address, strict=False) for address in addresses)


def from_proxy(scope: Scope) -> bool:
    """Whether a listed proxy handed this request over."""
    return bool(scope.get(_FROM_PROXY))


def client_address(scope: Scope) -> str:
    """The address that a request comes from, as far as it can be known."""
    client = scope.get("client")
    return str(client[0]) if client else ""


class Proxies:
    """Believes what listed proxies say about a request, and drops what anybody else says.

    `told` are the headers in which a proxy names the person. With `https`, browsers reach the
    proxy encrypted, whatever it speaks with us.
    """

    def __init__(
        self, app: App, *, trusted: Sequence[Network], told: Collection[str] = (), https: bool
    ) -> None:
        self._app = app
        self._trusted = tuple(trusted)
        self._told = frozenset(name.lower().encode("latin-1") for name in told)
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = self._is_trusted(client_address(scope))
        said = [
            value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED[1]
        ]
        unheard = {*_FORWARDED} if known else {*_FORWARDED, *self._told}
        ours = {**scope, "headers": [h for h in scope["headers"] if h[0].lower() not in unheard]}
        ours[_FROM_PROXY] = known
        if known:
            ours["client"] = (self._farthest(client_address(scope), ",".join(said)), 0)
        if self._https:
            ours["scheme"] = "https"
        await self._app(ours, receive, send)

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self._trusted)

    def _farthest(self, peer: str, said: str) -> str:
        """The last address of the chain that is no proxy of ours: what it claims is its own."""
        for address in reversed([part.strip() for part in said.split(",") if part.strip()]):
            if not self._is_trusted(address):
                return address[:64]
            peer = address
        return peer
