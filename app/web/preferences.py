"""How a person wants the pages to look: language and light, kept in cookies of their browser.

They say nothing about anybody, and hold before the sign-in, too.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.web.auth.cookies import drop_cookie, read_cookies, set_cookie
from app.web.auth.security import App, Receive, Scope, Send
from app.web.auth.sign_in import safe_next
from app.web.i18n.languages import LANGUAGES

PATH = "/preferences"
LANGUAGE, LIGHT = "strongroom-language", "strongroom-light"
LIGHTS = ("light", "dark")
_YEAR_S = 365 * 24 * 3600
_CHOSEN = "strongroom.preferences"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was chosen; "" leaves it to the browser."""

    language: str = ""
    light: str = ""


def preferences_of(scope: Scope) -> Preferences:
    """What whoever sends this request has chosen."""
    chosen: Preferences = scope.get(_CHOSEN, Preferences())
    return chosen


class Preferred:
    """Reads what was chosen; the language goes before the browser's own."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            cookies = read_cookies(scope)
            language, light = cookies.get(LANGUAGE, ""), cookies.get(LIGHT, "")
            language = language if language in LANGUAGES else ""
            scope[_CHOSEN] = Preferences(language, light if light in LIGHTS else "")
            if language:
                others = [one for one in scope["headers"] if one[0].lower() != b"accept-language"]
                scope["headers"] = [*others, (b"accept-language", language.encode())]
        await self._app(scope, receive, send)


def preference_routes() -> APIRouter:
    """The route that takes a choice; "system" gives that of the light back to the browser."""
    router = APIRouter()

    @router.post(PATH)
    def choose(
        request: Request,
        language: Annotated[str | None, Form(max_length=10)] = None,
        light: Annotated[Literal["system", "light", "dark"] | None, Form()] = None,
        next: Annotated[str, Form(max_length=2000)] = "/",
    ) -> Response:
        answer = RedirectResponse(safe_next(next), 303)
        if language in LANGUAGES:
            set_cookie(answer, request.scope, LANGUAGE, language, _YEAR_S)
        if light == "system":
            drop_cookie(answer, request.scope, LIGHT)
        elif light is not None:
            set_cookie(answer, request.scope, LIGHT, light, _YEAR_S)
        return answer

    return router
