"""The pages of one's own account: what one may do, one's password, one's other browsers."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.people.access import EVERYONE, Right, is_private, spaces_of
from app.people.passwords import LONGEST, SHORTEST, Weakness, WeakPassword
from app.people.sessions import Sessions
from app.people.sign_in import PasswordSignIn, Refused
from app.people.store import People
from app.web.auth.cookies import MARK, read_cookies
from app.web.auth.proxies import client_address
from app.web.auth.routes_sign_in import entered, wait_words, words_for
from app.web.auth.sign_in import session_of
from app.web.auth.signed_in import person_of
from app.web.i18n.words import SignInTexts
from app.web.pages.rendering import render

Text = Annotated[str, Form()]


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
        good = {"password": texts.password_changed, "sessions": texts.ended_others}.get(done, "")
        return render(
            request,
            "account.html",
            texts=texts,
            good=good,
            groups=sorted(person.groups - {EVERYONE}),
            reads=spaces_of(person, Right.READ, known, rules),
            curates=spaces_of(person, Right.CURATE, known, rules),
            local=session is not None and session.local,
            others=max(0, len(sessions.of(person.id)) - 1) if session is not None else 0,
        )

    @router.post("/account/sessions")
    def end_others(request: Request) -> Response:
        session = session_of(request.scope)
        if session is not None:
            sessions.end_all(session.person.id, but=session.key, by=session.person.id)
        return RedirectResponse("/account?done=sessions", 303)

    @router.get("/account/password")
    def password_page(request: Request) -> Response:
        return _password_page(request)

    @router.post("/account/password")
    def change_password(
        request: Request, now: Text = "", new: Text = "", again: Text = ""
    ) -> Response:
        texts, session = words_for(request), session_of(request.scope)
        if session is None or not session.local or passwords is None:
            return _password_page(request)
        if new != again:
            return _password_page(request, texts.passwords_differ)
        try:
            result = passwords.change(
                session.person,
                now,
                new,
                address=client_address(request.scope),
                mark=read_cookies(request.scope).get(MARK, ""),
            )
        except WeakPassword as error:
            return _password_page(request, _weak_words(texts, error.weakness))
        if result is None:
            return _password_page(request, texts.password_same)
        if isinstance(result, Refused):
            wait = result.wait_s
            return _password_page(
                request, wait_words(texts, wait) if wait else texts.wrong_password_now
            )
        return entered(request, result, "/" if session.must_change else "/account?done=password")

    return router


def _password_page(request: Request, bad: str = "") -> Response:
    session = session_of(request.scope)
    return render(
        request,
        "password.html",
        status=400 if bad else 200,
        texts=words_for(request),
        local=session is not None and session.local,
        first=session is not None and session.must_change,
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
