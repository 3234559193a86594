"""The pages where keys for programs are made and revoked, and the one that says what they open."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from app.people.access import Right, is_private, spaces_of
from app.people.curating.curation import NotThere
from app.people.keys import USUAL, Key, Keys, May, as_mays
from app.people.names import PeopleError
from app.people.sessions import Sessions
from app.people.store import People
from app.web.api.description import Described
from app.web.auth.sign_in import session_of
from app.web.auth.signed_in import person_of
from app.web.i18n.languages import language_for
from app.web.i18n.words import Language
from app.web.pages.rendering import render
from app.web.refusals import NotAdministrator, refusing_route

_DAYS = (30, 90, 365)
Text = Annotated[str, Form()]
Texts = Annotated[list[str] | None, Form()]


def key_routes(
    keys: Keys,
    people: People,
    sessions: Sessions,
    spaces: Callable[[], list[str]],
    described: Described,
) -> APIRouter:
    """One's own keys, and what programs call; `spaces` names all that hold documents."""
    router = APIRouter(route_class=_Route)

    def page(
        request: Request, *, made: tuple[Key, str] | None = None, bad: str = "", done: str = ""
    ) -> Response:
        person, rules = person_of(request.scope), people.rules()
        known = sorted({*rules.spaces, *(name for name in spaces() if not is_private(name))})
        return render(
            request,
            "keys.html",
            status=409 if bad else 200,
            texts=_language(request).keys,
            held=keys.of(person.id),
            made=made,
            bad=bad,
            done=done,
            spaces=spaces_of(person, Right.READ, known, rules),
            **_choices(keys, administrator=person.administrator),
        )

    @router.get("/account/keys")
    def mine(request: Request, done: str = "") -> Response:
        return page(request, done=done)

    @router.post("/account/keys")
    def make(
        request: Request,
        name: Text = "",
        may: Texts = None,
        space: Texts = None,
        days: Text = "90",
    ) -> Response:
        if away := _unproved(request, sessions, "/account/keys"):
            return away
        person = person_of(request.scope)
        try:
            made = keys.make(
                person.id,
                name,
                may=as_mays(may or ()),
                spaces=space or None,
                days=_days(days),
                by=person.id,
            )
        except PeopleError as refused:
            return page(request, bad=str(refused))
        return page(request, made=made)

    @router.post("/account/keys/revoke")
    def revoke(request: Request, key: Text = "") -> Response:
        person = person_of(request.scope)
        if all(one.id != key for one in keys.of(person.id)):
            raise NotThere
        keys.revoke(key, of=person.id, by=person.id)
        return RedirectResponse("/account/keys?done=revoked", 303)

    @router.get("/api")
    def description(request: Request) -> Response:
        base = f"{request.scope['scheme']}://{request.headers['host']}"
        return render(
            request,
            "api.html",
            texts=_language(request).keys,
            groups=described.groups(),
            base=base,
        )

    @router.get("/api/openapi.json")
    def openapi(request: Request) -> JSONResponse:
        return JSONResponse(described.openapi())

    return router


def all_keys_routes(keys: Keys, people: People, sessions: Sessions) -> APIRouter:
    """Everybody's keys, and service accounts: for administrators alone."""
    router = APIRouter(prefix="/administration/keys", route_class=_AdministrationRoute)

    def page(request: Request, made: tuple[Key, str] | None = None, done: str = "") -> Response:
        language = _language(request)
        accounts = people.accounts()
        return render(
            request,
            "administration_keys.html",
            texts=language.administration,
            words=language.keys,
            here="/keys",
            held=keys.of(),
            accounts=accounts,
            services={one.person.id for one in accounts if one.service},
            groups=people.groups(),
            spaces=sorted(people.rules().spaces),
            made=made,
            done=done,
            **_choices(keys, administrator=True),
        )

    @router.get("")
    def listed(request: Request, done: str = "") -> Response:
        return page(request, done=done)

    @router.post("")
    def make(
        request: Request,
        person: Text,
        name: Text = "",
        may: Texts = None,
        space: Text = "",
        days: Text = "90",
    ) -> Response:
        if away := _unproved(request, sessions, "/administration/keys"):
            return away
        made = keys.make(
            person,
            name,
            may=as_mays(may or ()),
            spaces=[space] if space else None,
            days=_days(days),
            by=person_of(request.scope).id,
        )
        return page(request, made)

    @router.post("/revoke")
    def revoke(request: Request, key: Text) -> Response:
        keys.revoke(key, by=person_of(request.scope).id)
        return RedirectResponse("/administration/keys?done=revoked", 303)

    @router.post("/service")
    def service(request: Request, name: Text = "", group: Text = "") -> Response:
        if away := _unproved(request, sessions, "/administration/keys"):
            return away
        groups = [group] if group else []
        people.add_service(name, groups=groups, by=person_of(request.scope).id)
        return RedirectResponse("/administration/keys?done=added", 303)

    return router


def _choices(keys: Keys, *, administrator: bool) -> dict[str, Any]:
    offered: Sequence[May] = (
        tuple(May) if administrator else tuple(set(May) - {May.METRICS, May.ADMINISTER})
    )
    return {
        "mays": [one for one in May if one in offered],
        "usual": USUAL,
        "lengths": _DAYS,
        "day": _day,
        "ended": keys.ended,
    }


def _unproved(request: Request, sessions: Sessions, page: str) -> Response | None:
    """The way to the password, where whoever sits there has not shown it a short while ago."""
    session = session_of(request.scope)
    if session is None or sessions.is_proved(session):
        return None
    return RedirectResponse(f"/account/prove?next={page}", 303)


def _days(said: str) -> int:
    if not said.isascii() or not said.isdigit() or len(said) > 4:
        raise PeopleError("a key lasts a number of days")
    return int(said)


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _language(request: Request) -> Language:
    return language_for(request.headers.get("accept-language", ""))


def _admit(request: Request) -> None:
    if not person_of(request.scope).administrator:
        raise NotAdministrator


def _frame(request: Request) -> dict[str, Any]:
    return {"texts": _language(request).administration, "here": ""}


_Route = refusing_route(
    "documents_refused.html",
    lambda request: _language(request).documents.not_there,
    lambda request: {"texts": _language(request).documents},
)
_AdministrationRoute = refusing_route(
    "administration_refused.html",
    lambda request: _language(request).administration.not_there,
    _frame,
    admit=_admit,
)
