"""What every request to the web chat passes first: who may call, what, and what browsers may do."""

import ipaddress
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Collection, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.i18n.languages import language_for
from app.web.i18n.words import RefusalTexts
from app.web.templating import render_html

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Gradio serves much more than its page needs: an API, uploads, cached files, a proxy, a code
# editor. Only what the page uses is reachable; everything else does not exist.
_GRADIO_PATHS = frozenset(
    {
        "/",
        "/config",
        "/theme.css",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/startup-events",
        "/gradio_api/cancel",
        "/gradio_api/reset",
    }
)
_GRADIO_FOLDERS = ("/assets/", "/static/", "/gradio_api/heartbeat/")
_STATIC = ("/assets/", "/static/", "/strongroom/")
_NAMED_BY_CONTENT = "/assets/"  # a file with other content has another name
_FOR_EVER = b"public, max-age=31536000, immutable"
_FONTS = "/static/fonts/"  # of the installed version of Gradio
_FOR_A_DAY = b"public, max-age=86400"


# What programs call, with a key; everything else is for browsers.
_PROGRAMS = ("/v1", "/mcp", "/metrics")


def for_programs(path: str) -> bool:
    """Whether a path is opened by a key, and by nothing else."""
    return path in _PROGRAMS or path.startswith("/v1/")


def is_loopback(name: str) -> bool:
    """Whether a host name or address means this machine itself, whatever a name server says."""
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class HostRefused(ValueError):
    """The web chat may not listen there as it is set up; the message says what to do."""


def refuse_open_door(host: str, *, hosts: Collection[str], https: bool, plain_http: bool) -> None:
    """Raise HostRefused where others would reach the page under no name, or unprotected.

    On this machine's own addresses nothing is needed.
    """
    if is_loopback(host.strip("[]")):
        return
    if not hosts:
        raise HostRefused(
            f"the web chat cannot listen on {host!r} yet: web.hosts does not say under which names "
            'people reach it. Set it, for example hosts = ["strongroom.example.com"]; or use '
            "--host 127.0.0.1 (the default)"
        )
    if not https and not plain_http:
        raise HostRefused(
            f"the web chat cannot listen on {host!r} without https: passwords and documents could "
            "be read on the network. Set web.tls_certificate and web.tls_key; or web.behind_tls, "
            "where a reverse proxy in front speaks https; or, at your own risk, web.plain_http"
        )


def content_security_policy(nonce: str) -> str:
    """Return what a page may load: from this server only, and scripts only of our own making.

    A nonce in place of 'unsafe-inline' means that markup which slipped through every escape still
    cannot run code. Gradio compiles its HTML templates with `Function`, hence 'unsafe-eval', and
    styles its widgets inline.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "font-src 'self' data:",
            "media-src 'none'",
            "object-src 'none'",
            "frame-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # With "no-referrer" browsers would call the origin of our own forms "null".
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-dns-prefetch-control", b"off"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (
        b"permissions-policy",
        b"accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        b"gyroscope=(), microphone=(), midi=(), payment=(), usb=()",
    ),
)


_HOST = re.compile(r"(?:[\w.-]*|\[[0-9a-fA-F:.]*\])(?::[0-9]{0,5})?\Z", re.ASCII)

# For a file that others made: whatever opens it, nothing in it runs or loads.
SANDBOXED = "default-src 'none'; sandbox"
_SANDBOX = (b"content-security-policy", SANDBOXED.encode())


class Headers:
    """Adds the security headers to every answer and a fresh script nonce to `scope`."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(18)
        scope["strongroom.nonce"] = nonce
        ours = (
            *_HEADERS,
            (b"content-security-policy", content_security_policy(nonce).encode()),
        )
        names = {name for name, _ in ours} | {b"server", b"cache-control"}
        sandboxed = [pair if pair[0] != _SANDBOX[0] else _SANDBOX for pair in ours]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                theirs = list(message.get("headers", ()))
                kept = [pair for pair in theirs if pair[0].lower() not in names]
                kept.append((b"cache-control", _cached(scope["path"], message["status"])))
                message["headers"] = [*kept, *(sandboxed if _SANDBOX in theirs else ours)]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _cached(path: str, status: int) -> bytes:
    """How long browsers may keep an answer without asking.

    Static files have their version in their name or are checked again; the rest may quote
    questions and documents, and belongs into no cache.
    """
    if status == 200 and path.startswith(_NAMED_BY_CONTENT):
        return _FOR_EVER
    if status == 200 and path.startswith(_FONTS):
        return _FOR_A_DAY
    return b"no-cache" if path.startswith(_STATIC) else b"no-store"


@dataclass(frozen=True, slots=True)
class Door:
    """A path of ours, as a pattern of the whole of it, and the longest body that it takes."""

    path: re.Pattern[str]
    body_bytes: int


class Gate:
    """Turns away callers from other sites, other hosts' names, unknown routes and huge bodies.

    A web page elsewhere can make a reader's browser call this server, under a host name of its
    own (DNS rebinding) or from its own origin. Both give themselves away in the headers.
    `doors` are the paths that the application itself serves beside Gradio's, `hosts` the names
    under which it is reached beside this machine's own.
    """

    def __init__(
        self, app: App, *, doors: Sequence[Door], body_bytes: int, hosts: Collection[str] = ()
    ) -> None:
        self._app = app
        self._doors = tuple(doors)
        self._body_bytes = body_bytes
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # the page uses no web sockets
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        most = self._most_bytes(scope["path"])
        refusal = self._refusal(scope, headers, most)
        if refusal is not None:
            await answer_refusal(scope, send, *refusal)
            return
        await self._app(scope, _limited(receive, most or 0), send)

    def _most_bytes(self, path: str) -> int | None:
        """The longest body that a path takes; None for a path that does not exist."""
        if path in _GRADIO_PATHS or path.startswith(_GRADIO_FOLDERS):
            return self._body_bytes
        return next((door.body_bytes for door in self._doors if door.path.fullmatch(path)), None)

    def _refusal(
        self, scope: Scope, headers: dict[bytes, str], most: int | None
    ) -> tuple[int, str] | None:
        host, texts = headers.get(b"host", ""), refusal_texts(scope)
        # Whoever reads it later may read another one of two, or what stands behind an "@".
        doubtful = sum(name.lower() == b"host" for name, _ in scope["headers"]) > 1
        ours = is_loopback(_host_name(host)) or _host_name(host) in self._hosts
        if doubtful or not ours or not _HOST.match(host):
            return 421, texts.not_served
        origin = headers.get(b"origin")
        if origin is not None and origin.lower() != f"{scope['scheme']}://{host.lower()}":
            return 403, texts.other_site
        if headers.get(b"sec-fetch-site", "none") not in ("none", "same-origin") and (
            headers.get(b"sec-fetch-mode") != "navigate" or scope["method"] not in ("GET", "HEAD")
        ):
            return 403, texts.other_site
        if most is None:
            return 404, texts.not_found
        length = headers.get(b"content-length", "0")
        if not length.isdigit() or int(length) > most:
            return 413, texts.too_large
        return None


def _host_name(host: str) -> str:
    """Return the name in a Host header, lower case and without port or brackets."""
    host = host.lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _limited(receive: Receive, limit: int) -> Receive:
    """Return `receive` that hangs up on a body longer than `limit` bytes (chunked, unannounced)."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > limit else message

    return limited


def refusal_texts(scope: Scope) -> RefusalTexts:
    """Return the words for refusing this request, in the reader's language."""
    languages = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
    return language_for(languages).refusals


def error_body(
    message: str, status: int, code: str | None = None, param: str | None = None
) -> dict[str, Any]:
    """An error in the form of the OpenAI protocol."""
    kinds = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    kind = kinds.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


async def answer_refusal(scope: Scope, send: Send, status: int, words: str) -> None:
    """Answer with a sentence: to somebody who goes to a page as a page, with the way back.

    Programs are told an error of their protocol, and scripts of a page the sentence alone.
    """
    if for_programs(scope["path"]):
        body, kind = json.dumps(error_body(words, status)), b"application/json"
    elif _is_visit(scope):
        body, kind = _refused_page(scope, status, words), b"text/html; charset=utf-8"
    else:
        body, kind = words, b"text/plain; charset=utf-8"
    await _answer(send, status, kind, body.encode())


def _is_visit(scope: Scope) -> bool:
    """Whether a browser goes to the address, which then is what its window shows."""
    headers = dict(scope["headers"])
    wants_page = b"text/html" in headers.get(b"accept", b"")
    return wants_page and headers.get(b"sec-fetch-mode", b"navigate") == b"navigate"


def _refused_page(scope: Scope, status: int, words: str) -> str:
    headers = dict(scope["headers"])
    language = language_for(headers.get(b"accept-language", b"").decode("latin-1"))
    texts = language.refusals
    known = words == texts.not_found
    return render_html(
        "refused.html",
        layout=language.layout,
        language=language.code,
        light="",
        person=None,
        title=texts.not_found_title if known else texts.refused_title,
        words=texts.not_found_title if known else words,
        back=texts.back,
    )


async def _answer(send: Send, status: int, kind: bytes, body: bytes) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", kind),
                (b"content-length", str(len(body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
