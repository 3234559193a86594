"""The pages of signing in and out."""

import hashlib
import hmac
import json
import logging
import math
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.governance.audit.records import RecordKind
from app.people.company import CompanyRefused, CompanySignIn, CompanyUnreachable, Pending
from app.people.directory import DirectoryFault
from app.people.sessions import Sessions
from app.people.sign_in import NeedsCode, PasswordSignIn, Refused, SignedIn
from app.people.store import People, PeopleError
from app.people.vouching import Groups, let_in
from app.web.auth.browsers import browser_in
from app.web.auth.cookies import AWAY, HALF, MARK, SESSION, drop_cookie, read_cookies, set_cookie
from app.web.auth.proxies import client_address
from app.web.auth.sign_in import safe_next
from app.web.auth.signed_in import person_of, person_or_none
from app.web.fair_share import FairShare, TooMuchAtOnce
from app.web.i18n.languages import language_for
from app.web.i18n.words import SignInTexts
from app.web.pages.rendering import render

log = logging.getLogger(__name__)

_MARK_S = 365 * 24 * 3600
_AWAY_S = 600  # how long someone may stay at the company's sign-in
Text = Annotated[str, Form()]
# Puts who came in, and who did not, on record: the kind, the person's id, how and from where.
Record = Callable[[RecordKind, str, dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways in; None where one is closed. `company_name` is on that one's button."""

    password: PasswordSignIn | None
    company: CompanySignIn | None = None
    company_name: str = ""
    company_groups: Groups = Groups({})  # noqa: RUF009 -- frozen


def sign_in_routes(doors: Doors, people: People, sessions: Sessions, record: Record) -> APIRouter:
    """The routes below /sign-in, and /sign-out."""
    router = APIRouter()
    _add_company(router, doors, people, sessions, record)
    half = _Sealed(secrets.token_bytes(32))

    @router.get("/sign-in")
    def door(request: Request, next: str = "/", ended: str = "") -> Response:
        if person_or_none(request.scope) is not None:
            return RedirectResponse(safe_next(next), 303)
        texts = words_for(request)
        return _door(request, doors, onward=next, good=texts.ended if ended else "")

    @router.post("/sign-in")
    def enter(request: Request, name: Text = "", password: Text = "", next: Text = "/") -> Response:
        if doors.password is None:
            return _door(request, doors, onward=next, status=404)
        cookies = read_cookies(request.scope)
        try:
            result = doors.password.sign_in(
                name,
                password,
                address=client_address(request.scope),
                mark=cookies.get(MARK, ""),
                old_token=cookies.get(SESSION),
                browser=browser_in(request.scope),
            )
        except DirectoryFault as fault:
            log.warning("the company's directory: %s", fault)
            words = words_for(request).company_unreachable
            return _door(request, doors, onward=next, bad=words, name=name, status=502)
        about = {"way": "password", "address": client_address(request.scope)}
        if isinstance(result, Refused):
            if not result.wait_s:  # attempts during a wait are too many to keep
                record(RecordKind.SIGN_IN_FAILED, result.person_id, about)
            return _refused(request, doors, result.wait_s, name, next)
        if isinstance(result, NeedsCode):
            answer = _code_page(request)
            kept = half.seal({"person": result.person.id, "next": safe_next(next)})
            set_cookie(answer, request.scope, HALF, kept, _AWAY_S)
            return answer
        record(RecordKind.SIGNED_IN, result.person.id, about)
        return entered(request, result, safe_next(next))

    @router.post("/sign-in/code")
    def enter_code(request: Request, code: Text = "") -> Response:
        cookies = read_cookies(request.scope)
        kept = half.open(cookies.get(HALF, ""))
        person = people.present(kept["person"]) if kept else None
        if kept is None or person is None or doors.password is None:
            return _door(request, doors, onward="/", status=401)
        result = doors.password.enter_code(
            person,
            code,
            address=client_address(request.scope),
            mark=cookies.get(MARK, ""),
            old_token=cookies.get(SESSION),
            browser=browser_in(request.scope),
        )
        about = {"way": "password and code", "address": client_address(request.scope)}
        if isinstance(result, Refused):
            if result.wait_s:
                return _code_page(request, wait_words(words_for(request), result.wait_s), 429)
            record(RecordKind.SIGN_IN_FAILED, person.id, about)
            return _code_page(request, words_for(request).wrong_code, 401)
        record(RecordKind.SIGNED_IN, person.id, about)
        answer = entered(request, result, safe_next(kept["next"]))
        drop_cookie(answer, request.scope, HALF)
        return answer

    @router.post("/sign-out")
    def leave(request: Request) -> Response:
        token = read_cookies(request.scope).get(SESSION)
        if token:
            sessions.end(token)
            record(RecordKind.SIGNED_OUT, person_of(request.scope).id, {})
        answer = RedirectResponse("/sign-in?ended=1", 303)
        drop_cookie(answer, request.scope, SESSION)
        # Whatever the browser still holds of this person's pages goes with the session.
        answer.headers["clear-site-data"] = '"cache", "storage"'
        return answer

    return router


def _add_company(
    router: APIRouter, doors: Doors, people: People, sessions: Sessions, record: Record
) -> None:
    """The way to the company's sign-in, and the way back."""
    away = _Sealed(secrets.token_bytes(32))
    # Behind a proxy that is not named, all people have one address.
    going = FairShare("asks-the-company", at_once=8, of_each=4, waiting_each=64)

    @router.get("/sign-in/company")
    async def leave_for_company(request: Request, next: str = "/") -> Response:
        company = doors.company
        if company is None:
            return _door(request, doors, onward=next, status=404)
        try:
            address, pending = await going.do(
                request,
                client_address(request.scope),
                lambda gone: company.begin(_return_address(request)),
            )
        except (CompanyUnreachable, TooMuchAtOnce) as error:
            log.warning("the company's sign-in: %s", error)
            return _door(
                request, doors, onward=next, bad=words_for(request).company_unreachable, status=502
            )
        answer = RedirectResponse(address, 303)
        kept = away.seal({**asdict(pending), "next": safe_next(next)})
        set_cookie(answer, request.scope, AWAY, kept, _AWAY_S)
        return answer

    @router.get("/sign-in/company/return")
    async def back_from_company(request: Request) -> Response:
        return await going.do(request, client_address(request.scope), partial(_back, request))

    def _back(request: Request, gone: Callable[[], bool]) -> Response:
        texts = words_for(request)
        cookies = read_cookies(request.scope)
        kept = away.open(cookies.get(AWAY, ""))
        if doors.company is None or kept is None:
            return _door(request, doors, onward="/", bad=texts.company_failed, status=403)
        onward = kept.pop("next")
        try:
            vouched = doors.company.finish(
                _return_address(request), Pending(**kept), dict(request.query_params)
            )
            person = let_in(people, vouched, doors.company_groups, doors.company.host)
        except CompanyUnreachable as error:
            log.warning("the company's sign-in: %s", error)
            return _away_failed(request, doors, onward, texts.company_unreachable, 502)
        except (CompanyRefused, PeopleError) as error:
            log.warning("the company's sign-in let nobody in: %s", error)
            return _away_failed(request, doors, onward, texts.company_failed, 403)
        about = {"way": "company", "address": client_address(request.scope)}
        record(RecordKind.SIGNED_IN, person.id, about)
        token = sessions.begin(person.id, cookies.get(SESSION), browser_in(request.scope))
        answer = RedirectResponse(safe_next(onward), 303)
        set_cookie(answer, request.scope, SESSION, token)
        drop_cookie(answer, request.scope, AWAY)
        return answer


class _Sealed:
    """Small values that a browser keeps for us and cannot change; they are good for a while."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, value: dict[str, str]) -> str:
        # Without padding: "=" would have to be quoted in a cookie.
        body = urlsafe_b64encode(json.dumps([time.time() + _AWAY_S, value]).encode()).rstrip(b"=")
        return f"{body.decode()}.{self._signature(body)}"

    def open(self, sealed: str) -> dict[str, str] | None:
        """The value, or None if it is not from here or too old."""
        text, _, signature = sealed.partition(".")
        body = text.encode("latin-1")
        if not hmac.compare_digest(signature.encode("latin-1"), self._signature(body).encode()):
            return None
        until, value = json.loads(urlsafe_b64decode(body + b"=="))
        return dict(value) if time.time() < until else None

    def _signature(self, body: bytes) -> str:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()


def _door(
    request: Request,
    doors: Doors,
    *,
    onward: str,
    bad: str = "",
    good: str = "",
    name: str = "",
    status: int = 200,
) -> Response:
    return render(
        request,
        "sign_in.html",
        status=status,
        texts=words_for(request),
        passwords=doors.password is not None,
        company=doors.company_name if doors.company is not None else "",
        onward=safe_next(onward),
        bad=bad,
        good=good,
        name=name[:200],
    )


def _code_page(request: Request, bad: str = "", status: int = 200) -> Response:
    return render(request, "code.html", status=status, texts=words_for(request), bad=bad)


def _refused(request: Request, doors: Doors, wait_s: float, name: str, onward: str) -> Response:
    texts = words_for(request)
    if not wait_s:
        return _door(request, doors, onward=onward, bad=texts.wrong, name=name, status=401)
    words = wait_words(texts, wait_s)
    answer = _door(request, doors, onward=onward, bad=words, name=name, status=429)
    answer.headers["retry-after"] = str(math.ceil(wait_s))
    return answer


def _away_failed(request: Request, doors: Doors, onward: str, words: str, status: int) -> Response:
    answer = _door(request, doors, onward=onward, bad=words, status=status)
    drop_cookie(answer, request.scope, AWAY)
    return answer


def entered(request: Request, result: SignedIn, onward: str) -> Response:
    """Give the browser the session that has begun, and send it on."""
    answer = RedirectResponse(onward, 303)
    set_cookie(answer, request.scope, SESSION, result.token)
    set_cookie(answer, request.scope, MARK, result.mark, _MARK_S)
    return answer


def _return_address(request: Request) -> str:
    """Where the company's sign-in sends browsers back to; the gate has checked the host."""
    return f"{request.scope['scheme']}://{request.headers['host']}/sign-in/company/return"


def wait_words(texts: SignInTexts, seconds: float) -> str:
    """How long to wait, in words."""
    if seconds > 90:
        minutes = math.ceil(seconds / 60)
        return texts.wait_minutes.count(minutes)
    whole = math.ceil(seconds)
    return texts.wait.count(whole)


def words_for(request: Request) -> SignInTexts:
    """The words in the reader's language."""
    return language_for(request.headers.get("accept-language", "")).sign_in
