"""Stands before every route: finds whose request it is, or sends them to the sign-in."""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, urlsplit

from starlette.responses import JSONResponse, RedirectResponse, Response

from app.people.access import Person
from app.people.sessions import Session, Sessions
from app.people.store import People, PeopleError
from app.people.vouching import Groups, Vouched, let_in
from app.web.auth.cookies import SESSION, VISIT, read_cookies, set_cookie
from app.web.auth.proxies import from_proxy
from app.web.auth.security import App, Message, Receive, Scope, Send
from app.web.auth.signed_in import set_person, set_secret

SIGN_IN = "/sign-in"
FIRST_PASSWORD = "/account/password"
_SESSION = "strongroom.session"
# What a browser needs to draw the sign-in; nothing of anyone's.
_OPEN = ("/strongroom/", "/static/", "/assets/")
_BEFORE = (SIGN_IN, "/sign-in/code", "/sign-in/company", "/sign-in/company/return")
_BEFORE_CHANGE = (FIRST_PASSWORD, "/sign-out")
_LOOK_S = 0.5  # seconds between looks whether somebody whose answer goes on is still signed in
_TOLD_AGAIN_S = 300.0  # what a proxy says of a person is written down this often


def session_of(scope: Scope) -> Session | None:
    """The session of a request; None where a proxy signed the person in."""
    return scope.get(_SESSION)


def safe_next(address: str) -> str:
    """`address` if it is a page of ours to go on to after the sign-in, else the chat."""
    fine = (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and address.isprintable()
        and "\\" not in address
        and len(address) < 2000
    )
    if fine:
        try:
            parts = urlsplit(address)
        except ValueError:
            return "/"
        ours = not parts.scheme and not parts.netloc
        if ours and not parts.path.startswith((SIGN_IN, "/sign-out", "/gradio_api")):
            return address
    return "/"


@dataclass(frozen=True, slots=True)
class TrustedHeader:
    """The headers in which a listed proxy names who has signed in there."""

    name: str
    groups: str | None = None


class SignIn:
    """Lets signed-in people through; others get the sign-in page, or 401 where no page is asked.

    A request that a listed proxy vouches for needs no session.
    """

    def __init__(
        self,
        app: App,
        people: People,
        sessions: Sessions,
        *,
        header: TrustedHeader | None = None,
        groups: Groups | None = None,
    ) -> None:
        self._app = app
        self._people = people
        self._sessions = sessions
        self._header = header
        self._groups = groups or Groups({})
        self._secret = secrets.token_bytes(32)
        self._told: dict[str, tuple[float, str | None, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path == "/health" or path.startswith(_OPEN):
            await self._app(scope, receive, send)
            return
        person = await self._told_by_proxy(scope)
        if person is not None:
            secret = hmac.new(self._secret, person.id.encode(), hashlib.sha256).digest()
            set_person(scope, person, secret=secret)
            still = partial(self._people.present, person.id)
            await self._app(scope, receive, WhileSignedIn(send, still))
            return
        cookies = read_cookies(scope)
        token = cookies.get(SESSION, "")
        session = self._sessions.find(token) if token else None
        if session is None:
            await self._before(scope, receive, send, cookies.get(VISIT, ""))
            return
        if self._sessions.is_stale(session):
            await asyncio.to_thread(self._sessions.touch, session)
        secret = hashlib.sha256(b"forms " + token.encode()).digest()
        set_person(scope, session.person, secret=secret, can_sign_out=True)
        scope[_SESSION] = session
        if session.must_change and path not in _BEFORE_CHANGE:
            answer = (
                RedirectResponse(FIRST_PASSWORD, 303)
                if _is_page(scope)
                else JSONResponse({"detail": "Choose a password of your own first."}, 403)
            )
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, WhileSignedIn(send, partial(self._sessions.find, token)))

    async def _before(self, scope: Scope, receive: Receive, send: Send, visit: str) -> None:
        """Answer someone who has not signed in."""
        if scope["path"] not in _BEFORE:
            answer: Response
            if _is_page(scope):
                wanted = scope["path"]
                if scope["query_string"]:
                    wanted += "?" + scope["query_string"].decode("latin-1")
                onward = "" if wanted == "/" else f"?next={quote(safe_next(wanted), safe='/')}"
                answer = RedirectResponse(SIGN_IN + onward, 303)
            else:
                answer = JSONResponse({"detail": "Sign in first."}, 401)
            await answer(scope, receive, send)
            return
        fresh = "" if len(visit) >= 32 else secrets.token_urlsafe(32)
        set_secret(scope, hashlib.sha256(b"visit " + (fresh or visit).encode()).digest())
        carrier = Response()
        set_cookie(carrier, scope, VISIT, fresh)
        cookie = [pair for pair in carrier.raw_headers if pair[0] == b"set-cookie"]

        async def send_with_visit(message: Message) -> None:
            if fresh and message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *cookie]
            await send(message)

        await self._app(scope, receive, send_with_visit)

    async def _told_by_proxy(self, scope: Scope) -> Person | None:
        if self._header is None or not from_proxy(scope):
            return None
        name = _only(scope, self._header.name)
        if not name:
            return None
        told = _only(scope, self._header.groups) if self._header.groups else None
        known = self._told.get(name)
        if known and known[1] == told and time.monotonic() - known[0] < _TOLD_AGAIN_S:
            person = self._people.present(known[2])
            if person is not None:
                return person
        groups = (
            None if told is None else frozenset(g.strip() for g in told.split(",") if g.strip())
        )
        vouched = Vouched(f"proxy|{name}", name, "", groups)
        try:
            person = await asyncio.to_thread(let_in, self._people, vouched, self._groups, "proxy")
        except PeopleError:  # a name that cannot be one, as if none had been told
            return None
        if len(self._told) > 10_000:
            self._told.clear()
        self._told[name] = (time.monotonic(), told, person.id)
        return person


class WhileSignedIn:
    """Sends an answer on until its session or person is gone; then the answer ends.

    What comes at once, as a page does, is not looked at again, nor what said how long it is.
    """

    def __init__(self, send: Send, still: Callable[[], object | None]) -> None:
        self._send = send
        self._still = still
        self._looked = 0.0
        self._open = self._cut = False

    async def __call__(self, message: Message) -> None:
        if self._cut:
            return  # whoever writes it has not noticed yet
        now = time.monotonic()
        if message["type"] == "http.response.start":
            self._looked = now
            self._open = all(name != b"content-length" for name, _ in message["headers"])
        elif self._open and now - self._looked >= _LOOK_S:
            self._looked = now
            if self._still() is None:
                self._cut = True
                message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)


def _only(scope: Scope, header: str) -> str:
    """The value of a header that stands there once; "" for none, and for several."""
    wanted = header.lower().encode("latin-1")
    values: list[bytes] = [value for name, value in scope["headers"] if name.lower() == wanted]
    if len(values) != 1:
        return ""
    try:
        return values[0].decode("utf-8").strip()
    except UnicodeDecodeError:
        return values[0].decode("latin-1").strip()


def _is_page(scope: Scope) -> bool:
    """Whether a browser asks for a page to show, and not a script for data."""
    headers = dict(scope["headers"])
    return (
        scope["method"] in ("GET", "HEAD")
        and not scope["path"].startswith("/gradio_api/")
        and scope["path"] not in ("/config", "/theme.css")
        and headers.get(b"sec-fetch-mode", b"navigate") == b"navigate"
        and b"application/json" not in headers.get(b"accept", b"")
    )
