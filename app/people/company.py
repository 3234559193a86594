"""The company's own sign-in: OpenID Connect by authorization code with PKCE, state and nonce.

Only the host of the configured issuer is ever contacted; a discovery document that names another
one is refused, and no redirect is followed.
"""

import ipaddress
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from app.people.vouching import Vouched

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_LEEWAY_S = 60  # clocks differ
_KNOWN_S = 3600.0  # the provider's description and keys are read again after this
_TIMEOUT_S = 10.0
_SILENT_S = 15.0  # after a failure the next ones are told at once


class CompanyRefused(Exception):
    """The company's sign-in did not vouch for anyone; the message says why, without secrets."""


class CompanyUnreachable(Exception):
    """The company's sign-in does not answer, or not as OpenID Connect says."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What the company's sign-in knows us by, and where its tokens say who someone is."""

    issuer: str
    client_id: str
    client_secret: str | None
    scopes: str = "openid profile email"
    name_claim: str = "preferred_username"
    groups_claim: str = "groups"


@dataclass(frozen=True, slots=True)
class Pending:
    """What the browser keeps while it is away at the company's sign-in."""

    state: str
    nonce: str
    verifier: str


class CompanySignIn:
    """Sends browsers to the company's sign-in and reads what they bring back."""

    def __init__(self, registration: Registration) -> None:
        _require_protected(registration.issuer)
        self._registration = registration
        self._lock = threading.Lock()
        self._described: dict[str, Any] | None = None
        self._described_at = 0.0
        self._failed: tuple[float, str] | None = None  # when it was unreachable, and why

    @property
    def host(self) -> str:
        """The name of the issuer's host."""
        return urlsplit(self._registration.issuer).hostname or ""

    def begin(self, redirect_uri: str) -> tuple[str, Pending]:
        """The address to send a browser to, and what it has to come back with.

        Raises CompanyUnreachable.
        """
        described = self._description()
        pending = Pending(
            secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        )
        with self._client(redirect_uri) as client:
            address, _ = client.create_authorization_url(
                described["authorization_endpoint"],
                state=pending.state,
                code_verifier=pending.verifier,
                nonce=pending.nonce,
            )
        return str(address), pending

    def finish(self, redirect_uri: str, pending: Pending, returned: Mapping[str, str]) -> Vouched:
        """Whom `returned`, the query that a browser came back with, stands for.

        Raises CompanyRefused, CompanyUnreachable.
        """
        if not secrets.compare_digest(returned.get("state", "").encode(), pending.state.encode()):
            raise CompanyRefused("the answer belongs to another sign-in")
        if "error" in returned or not returned.get("code"):
            raise CompanyRefused("the company's sign-in said no")
        issuer = returned.get("iss")
        if issuer is not None and issuer != self._registration.issuer:
            raise CompanyRefused("the answer comes from another issuer")
        described = self._description()
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=returned["code"],
                    code_verifier=pending.verifier,
                )
        except AuthlibBaseError as error:
            raise CompanyRefused(f"the code was not taken ({error.error})") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise CompanyUnreachable(_reason(error)) from error
        return self._read(described, str(token.get("id_token", "")), pending.nonce)

    def _read(self, described: dict[str, Any], id_token: str, nonce: str) -> Vouched:
        ours = self._registration
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": ours.issuer},
            aud={"essential": True, "value": ours.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            keys = KeySet.import_key_set(
                cast(KeySetSerialization, self._get(described["jwks_uri"]))
            )
            claims = jwt.decode(id_token, keys, algorithms=list(_ALGORITHMS)).claims
            registry.validate(claims)
        except (JoseError, ValueError, KeyError) as error:
            raise CompanyRefused(f"the identity token is not valid ({_reason(error)})") from error
        if "azp" in claims and claims["azp"] != ours.client_id:
            raise CompanyRefused("the identity token was made for somebody else")
        subject = str(claims["sub"])
        told = claims.get(ours.groups_claim)
        groups = [told] if isinstance(told, str) else told
        return Vouched(
            f"{ours.issuer}|{subject}",
            str(claims.get(ours.name_claim) or claims.get("email") or subject),
            str(claims.get("name") or ""),
            frozenset(map(str, groups)) if isinstance(groups, list) else None,
        )

    def _description(self) -> dict[str, Any]:
        """The provider's discovery document, checked and kept for a while."""
        with self._lock:
            if self._described and time.monotonic() - self._described_at < _KNOWN_S:
                return self._described
            if self._failed and time.monotonic() - self._failed[0] < _SILENT_S:
                raise CompanyUnreachable(self._failed[1])
            try:
                self._described = self._read_description()
            except CompanyUnreachable as error:
                self._failed = time.monotonic(), str(error)
                raise
            self._described_at, self._failed = time.monotonic(), None
            return self._described

    def _read_description(self) -> dict[str, Any]:
        issuer = self._registration.issuer
        described = self._get(issuer.rstrip("/") + "/.well-known/openid-configuration")
        if described.get("issuer") != issuer:
            raise CompanyUnreachable(f"{self.host} calls itself by another issuer's name")
        for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            address = str(described.get(endpoint, ""))
            if _origin(address) != _origin(issuer):
                raise CompanyUnreachable(
                    f"{self.host} names another host as its {endpoint}; only the issuer's own "
                    "host is contacted"
                )
        return described

    def _get(self, address: str) -> dict[str, Any]:
        try:
            with httpx2.Client(
                trust_env=False, follow_redirects=False, timeout=_TIMEOUT_S
            ) as client:
                answer = client.get(address)
                answer.raise_for_status()
                found = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise CompanyUnreachable(f"{self.host} does not answer ({_reason(error)})") from error
        if not isinstance(found, dict):
            raise CompanyUnreachable(f"{self.host} does not answer as OpenID Connect says")
        return found

    def _client(self, redirect_uri: str) -> OAuth2Client:
        ours = self._registration
        return OAuth2Client(
            client_id=ours.client_id,
            client_secret=ours.client_secret,
            token_endpoint_auth_method="client_secret_basic" if ours.client_secret else "none",
            scope=ours.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            trust_env=False,
            follow_redirects=False,
            timeout=_TIMEOUT_S,
        )


def _require_protected(issuer: str) -> None:
    parts = urlsplit(issuer)
    if parts.scheme == "https" and parts.hostname:
        return
    name = parts.hostname or ""
    local = name == "localhost"
    if not local:
        try:
            local = ipaddress.ip_address(name).is_loopback
        except ValueError:
            local = False
    if parts.scheme != "http" or not local:
        raise CompanyUnreachable(
            f"the issuer {issuer!r} is no https address; whoever sits in between could sign in as "
            "anyone. Set sign_in.company_issuer to an https address"
        )


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port


def _reason(error: BaseException) -> str:
    """The kind of an error; its words may quote tokens."""
    return type(error).__name__
