"""Pages that are plain HTML: the templates in `pages/`, with what every page shows."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.people.access import Person, only_audits
from app.web.auth.csrf import csrf_token
from app.web.auth.signed_in import can_sign_out, person_or_none
from app.web.i18n.languages import LANGUAGES, language_for
from app.web.i18n.said import say
from app.web.i18n.words import LayoutTexts
from app.web.preferences import preferences_of
from app.web.templating import render_html


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return the page that `template` makes of `values`; a name it lacks is an error.

    Beside `values` a template has `layout` (the words around a page) in the reader's `language`,
    `person` (None before the sign-in), the `places` they can go to, `csrf` (the token that every
    form carries in a field of that name), `nonce`, `say`, which puts what the program says into
    the reader's language, and `aside`, the words of the pane beside it.
    """
    scope = request.scope
    language = language_for(request.headers.get("accept-language", ""))
    layout = language.layout
    person = person_or_none(scope)
    ours: dict[str, Any] = {
        "layout": layout,
        "language": language.code,
        "person": person,
        "places": _places(layout, person) if person else (),
        "at": request.url.path,
        "can_sign_out": can_sign_out(scope),
        "light": preferences_of(scope).light,
        "languages": [(code, one.layout.language_name) for code, one in LANGUAGES.items()],
        "next": _here(request) if status == 200 else "/",
        "csrf": csrf_token(scope),
        "aside": language.conversations,
        "say": partial(say, language.code),
        "nonce": scope.get("strongroom.nonce", ""),
    }
    return HTMLResponse(render_html(template, **{**ours, **values}), status)


def _here(request: Request) -> str:
    """The page itself, to come back to; where it was not read with GET, the chat."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _places(layout: LayoutTexts, person: Person) -> Iterator[tuple[str, str]]:
    """Paths and names of the pages that every page leads to, for this person."""
    yield "/", layout.chat
    if not only_audits(person):
        yield "/library", layout.library
        yield "/documents", layout.documents
        yield "/questionnaires", layout.questionnaires
        yield "/shared", layout.shared
    if person.administrator:
        yield "/administration", layout.administration
    if person.auditor:
        yield "/trail", layout.trail
    yield "/account", person.full_name or person.name
