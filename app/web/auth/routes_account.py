"""The pages of one's own account: what one may do, one's password, one's other browsers."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.people.access import EVERYONE, Right, is_private, spaces_of
from app.people.passwords import LONGEST, SHORTEST, Weakness, WeakPassword
from app.people.second_factor import SecondFactor, make_secret
from app.people.sessions import Session, Sessions
from app.people.sign_in import PasswordSignIn, Refused, SignedIn
from app.people.store import People
from app.web.auth.browsers import browser_in
from app.web.auth.cookies import MARK, read_cookies
from app.web.auth.proxies import client_address
from app.web.auth.routes_sign_in import entered, wait_words, words_for
from app.web.auth.sign_in import safe_next, session_of
from app.web.auth.signed_in import person_of
from app.web.i18n.languages import language_for
from app.web.i18n.words import SignInTexts
from app.web.pages.rendering import render

Text = Annotated[str, Form()]
_KEY_HEX, _SECRET = 64, 32  # characters of a session's key, and of a secret


def account_routes(
    passwords: PasswordSignIn | None,
    people: People,
    sessions: Sessions,
    spaces: Callable[[], list[str]],
) -> APIRouter:
    """The routes below /account; `spaces` names all that hold documents."""
    router = APIRouter()

    @router.get("/account")
    def account(request: Request, done: str = "") -> Response:
        texts, person = words_for(request), person_of(request.scope)
        session, rules = session_of(request.scope), people.rules()
        known = sorted({*rules.spaces, *(name for name in spaces() if not is_private(name))})
        good = {
            "password": texts.password_changed,
            "sessions": texts.ended_others,
            "session": texts.ended_one,
            "factor": texts.factor_on,
            "no-factor": texts.factor_off,
        }.get(done, "")
        changed = people.password_changed(person.id)
        return render(
            request,
            "account.html",
            texts=texts,
            good=good,
            groups=sorted(person.groups - {EVERYONE}),
            reads=spaces_of(person, Right.READ, known, rules),
            curates=spaces_of(person, Right.CURATE, known, rules),
            local=session is not None and session.local,
            mine=sessions.of(person.id) if session is not None else [],
            here=session.key if session is not None else b"",
            changed=_changed_words(texts, changed, person.id) if changed else "",
            factor=people.second_factor(person.id) is not None,
            moment=_moment,
            keys=language_for(request.headers.get("accept-language", "")).keys,
        )

    @router.post("/account/sessions/end")
    def end_one(request: Request, session: Text = "") -> Response:
        own = session_of(request.scope)
        if own is not None and _is_hex(session):
            key = bytes.fromhex(session)
            sessions.end_one(own.person.id, key, by=own.person.id)
            if key == own.key:
                return RedirectResponse("/sign-in?ended=1", 303)
        return RedirectResponse("/account?done=session", 303)

    @router.get("/account/prove")
    def prove_page(request: Request, next: str = "/") -> Response:
        return _prove_page(request, next)

    @router.post("/account/prove")
    def prove(request: Request, now: Text = "", next: Text = "/") -> Response:
        texts, session = words_for(request), session_of(request.scope)
        if session is None or passwords is None or not session.local:
            return RedirectResponse(safe_next(next), 303)
        refused = passwords.prove(
            session,
            now,
            address=client_address(request.scope),
            mark=read_cookies(request.scope).get(MARK, ""),
        )
        if refused is None:
            return RedirectResponse(safe_next(next), 303)
        wait = refused.wait_s
        return _prove_page(
            request, next, wait_words(texts, wait) if wait else texts.wrong_password_now
        )

    @router.get("/account/password")
    def password_page(request: Request) -> Response:
        return _password_page(request, sessions)

    @router.post("/account/password")
    def change_password(
        request: Request, now: Text = "", new: Text = "", again: Text = ""
    ) -> Response:
        texts, session = words_for(request), session_of(request.scope)
        if session is None or not session.local or passwords is None:
            return _password_page(request, sessions)
        if new != again:
            return _password_page(request, sessions, texts.passwords_differ)
        try:
            if _has_just_shown_it(session, sessions) and not now:
                result: SignedIn | Refused | None = passwords.choose(
                    session.person, new, browser=browser_in(request.scope)
                )
            else:
                result = passwords.change(
                    session.person,
                    now,
                    new,
                    address=client_address(request.scope),
                    mark=read_cookies(request.scope).get(MARK, ""),
                    browser=browser_in(request.scope),
                )
        except WeakPassword as error:
            return _password_page(request, sessions, _weak_words(texts, error.weakness))
        if result is None:
            return _password_page(request, sessions, texts.password_same)
        if isinstance(result, Refused):
            wait = result.wait_s
            return _password_page(
                request, sessions, wait_words(texts, wait) if wait else texts.wrong_password_now
            )
        return entered(request, result, "/" if session.must_change else "/account?done=password")

    _add_second_factor(router, people, sessions)
    return router


def _add_second_factor(router: APIRouter, people: People, sessions: Sessions) -> None:
    """The page on which somebody sets up an app that shows codes, or ends that."""

    def _factor_page(request: Request, bad: str = "", secret: str = "") -> Response:
        session = session_of(request.scope)
        on = session is not None and people.second_factor(session.person.id) is not None
        secret = "" if on else secret if _is_secret(secret) else make_secret()
        name = person_of(request.scope).name
        return render(
            request,
            "second_factor.html",
            status=400 if bad else 200,
            texts=words_for(request),
            local=session is not None and session.local,
            on=on,
            secret=secret,
            address=SecondFactor(secret).address(name) if secret else "",
            bad=bad,
        )

    @router.get("/account/second-factor")
    def factor_page(request: Request) -> Response:
        return _factor_page(request)

    @router.post("/account/second-factor")
    def set_factor(request: Request, secret: Text = "", code: Text = "") -> Response:
        session = session_of(request.scope)
        if session is None or not session.local:
            return _factor_page(request)
        if not sessions.is_proved(session):
            return RedirectResponse("/account/prove?next=/account/second-factor", 303)
        if people.second_factor(session.person.id) is not None:
            # Only somebody who has the device turns it off here; else an administrator does.
            if not people.check_code(session.person.id, code):
                return _factor_page(request, words_for(request).wrong_code)
            people.set_second_factor(session.person.id, None, by=session.person.id)
            return RedirectResponse("/account?done=no-factor", 303)
        if not _is_secret(secret) or SecondFactor(secret).step_of(code, time.time()) is None:
            return _factor_page(request, words_for(request).wrong_code, secret)
        people.set_second_factor(session.person.id, secret, by=session.person.id)
        sessions.end_all(session.person.id, but=session.key, by=session.person.id)
        return RedirectResponse("/account?done=factor", 303)

    @router.post("/account/sessions")
    def end_others(request: Request) -> Response:
        session = session_of(request.scope)
        if session is not None:
            sessions.end_all(session.person.id, but=session.key, by=session.person.id)
        return RedirectResponse("/account?done=sessions", 303)


def _prove_page(request: Request, onward: str, bad: str = "") -> Response:
    return render(
        request,
        "prove.html",
        status=400 if bad else 200,
        texts=words_for(request),
        onward=safe_next(onward),
        bad=bad,
    )


def _changed_words(texts: SignInTexts, changed: tuple[float, str], person: str) -> str:
    """When a password was changed, and whether by the person whose it is."""
    when, by = changed
    words = texts.password_changed_by_you if by == person else texts.password_changed_by_others
    return words.format(day=_moment(when))


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _has_just_shown_it(session: Session, sessions: Sessions) -> bool:
    """Whether somebody who has to change their password typed the one that was given to them a
    moment ago, when they signed in.
    """
    return session.must_change and sessions.is_proved(session)


def _is_hex(said: str) -> bool:
    return len(said) == _KEY_HEX and set(said) <= set("0123456789abcdef")


def _is_secret(said: str) -> bool:
    return len(said) == _SECRET and set(said) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def _password_page(request: Request, sessions: Sessions, bad: str = "") -> Response:
    session = session_of(request.scope)
    first = session is not None and session.must_change
    return render(
        request,
        "password.html",
        status=400 if bad else 200,
        **({"places": ()} if first else {}),  # every other page leads back here
        texts=words_for(request),
        local=session is not None and session.local,
        first=first,
        shown=session is not None and _has_just_shown_it(session, sessions),
        shortest=SHORTEST,
        bad=bad,
    )


def _weak_words(texts: SignInTexts, weakness: Weakness) -> str:
    return {
        Weakness.SHORT: texts.password_short.format(n=SHORTEST),
        Weakness.LONG: texts.password_long.format(n=LONGEST),
        Weakness.LIKE_NAME: texts.password_like_name,
        Weakness.COMMON: texts.password_common,
    }[weakness]
