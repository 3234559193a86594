"""The administrators' pages: people, groups, spaces, models, health and usage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Protocol
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from app.governance.audit.usage import Day
from app.people.access import EVERYONE, Person, Right, is_private, spaces_of
from app.people.names import LONGEST_NAME
from app.people.passwords import make_password
from app.people.sessions import Sessions
from app.people.store import People, PeopleError
from app.web.auth.sign_in import session_of
from app.web.auth.signed_in import person_of
from app.web.i18n.languages import language_for
from app.web.i18n.words import AdministrationTexts
from app.web.pages.rendering import render
from app.web.pages.routes_keeping import Held, add_keeping_routes
from app.web.pages.routes_settings import Running, add_settings_routes
from app.web.pages.routes_watched import add_watched_routes
from app.web.refusals import NotAdministrator, refusing_route
from app.workspace.administration import Administration
from app.workspace.checkup import Finding
from app.workspace.costs import Comparison, Prices, compare

PREFIX = "/administration"
_DAYS = (7, 30, 90)
_SCALE = 100.0  # height of a chart's highest bar, in its own units
Text = Annotated[str, Form()]


class Overview(Running, Held, Protocol):
    """What the pages tell of the running system."""

    def health(self) -> Sequence[Finding]: ...

    def usage(self, days: int) -> Sequence[Day]:
        """One value for each of the last `days` days, the oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Bar:
    """One day in a chart; `height` is a share of the highest in percent."""

    day: str
    value: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """One measure by day, and its highest value."""

    title: str
    bars: Sequence[Bar]
    highest: float


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """A shared space, how much it holds, and who may do what there."""

    name: str
    documents: int
    grants: Sequence[tuple[str, Right]]


def administration_routes(
    people: People,
    sessions: Sessions,
    overview: Overview,
    prices: Prices,
    forget: Callable[[str], None] = lambda person: None,
    erase: Callable[[str, str], int] = lambda person, by: 0,
    *,
    house: Administration,
) -> APIRouter:
    """The routes below `PREFIX`; every one of them is for administrators alone.

    `forget` erases what else is kept of a person who was removed; `erase` their own uploads, in
    the name of another, and says how many stay because of a hold. `house` is the data folder.
    """
    router = APIRouter(
        prefix=PREFIX, route_class=_Route, dependencies=[Depends(partial(_require_proof, sessions))]
    )

    _add_house_routes(router, people, house, overview)

    @router.get("")
    def page(request: Request, days: int = 30) -> Response:
        days = days if days in _DAYS else 30
        usage = overview.usage(days)
        return render(
            request,
            "administration.html",
            texts=_texts(request),
            here="",
            findings=overview.health(),
            days=days,
            choices=_DAYS,
            charts=_charts(usage, _texts(request)),
            questions=sum(day.questions for day in usage),
            tokens=sum(day.prompt_tokens + day.completion_tokens for day in usage),
            comparison=_comparison(usage, prices),
            prices=prices,
        )

    @router.get("/people")
    def listed(request: Request) -> Response:
        return _people_page(request, people)

    @router.post("/people")
    def add(request: Request, name: Text = "", full_name: Text = "", role: Text = "") -> Response:
        password = make_password()
        added = people.add(
            name,
            password,
            full_name=full_name,
            administrator=role == "administrator",
            auditor=role == "auditor",
            by=_asker(request),
        )
        return _people_page(request, people, told=(added.name, password))

    @router.post("/people/password")
    def password(request: Request, person: Text) -> Response:
        account = people.account(person)
        if account is None:
            raise PeopleError(_texts(request).gone)
        fresh = make_password()
        people.set_password(person, fresh, must_change=True, by=_asker(request))
        return _people_page(request, people, told=(account.person.name, fresh))

    @router.post("/people/role")
    def role(request: Request, person: Text, role: Text) -> Response:
        people.set_roles(
            person,
            administrator=role == "administrator",
            auditor=role == "auditor",
            by=_asker(request),
        )
        return _back("/people")

    @router.post("/people/sessions")
    def end(request: Request, person: Text) -> Response:
        sessions.end_all(person, by=_asker(request))
        return _back("/people")

    @router.post("/people/remove")
    def remove(request: Request, person: Text, documents: Text = "keep") -> Response:
        people.remove(person, by=_asker(request))
        forget(person)
        if documents == "delete" and (held := erase(person, _asker(request))):
            raise PeopleError(_texts(request).uploads_held.format(count=held))
        return _back("/people")

    @router.post("/people/join")
    def join(request: Request, person: Text, group: Text) -> Response:
        people.join(person, group, by=_asker(request))
        return _back("/people")

    @router.post("/people/leave")
    def leave(request: Request, person: Text, group: Text) -> Response:
        people.leave(person, group, by=_asker(request))
        return _back("/people")

    @router.post("/groups")
    def add_group(request: Request, name: Text = "") -> Response:
        people.add_group(name, by=_asker(request))
        return _back("/people")

    @router.post("/groups/remove")
    def remove_group(request: Request, name: Text) -> Response:
        people.remove_group(name, by=_asker(request))
        return _back("/people")

    @router.get("/spaces")
    def spaces(request: Request) -> Response:
        return render(
            request,
            "administration_spaces.html",
            texts=_texts(request),
            here="/spaces",
            lines=_space_lines(people, overview),
            curated=set(_curated(request, people, overview)),
            groups=[EVERYONE, *(group.name for group in people.groups())],
            everyone=EVERYONE,
            rights=Right,
        )

    @router.post("/spaces/grant")
    def grant(request: Request, space: Text, group: Text, right: Text) -> Response:
        people.grant(space.strip(), group, _right(right), by=_asker(request))
        return _back("/spaces")

    @router.post("/spaces/revoke")
    def revoke(request: Request, space: Text, group: Text) -> Response:
        people.revoke(space, group, by=_asker(request))
        return _back("/spaces")

    @router.post("/spaces/curate")
    def curate(request: Request, space: Text, to: Text = "spaces") -> Response:
        """Who asks looks after a shared space from now on: through a group, and on record."""
        known = {line.name for line in _space_lines(people, overview)}
        if space not in known:
            raise PeopleError(_texts(request).not_there)
        group = _texts(request).curators_group.format(space=space)[:LONGEST_NAME].strip()
        if group not in {one.name for one in people.groups()}:
            people.add_group(group, by=_asker(request))
        people.grant(space, group, Right.CURATE, by=_asker(request))
        people.join(_asker(request), group, by=_asker(request))
        if to == "documents":
            return RedirectResponse(f"/documents?{urlencode({'space': space})}", status_code=303)
        return _back("/spaces")

    return router


def _add_house_routes(
    router: APIRouter, people: People, house: Administration, overview: Overview
) -> None:
    """What is about the data folder and not about people."""
    add_settings_routes(router, house, overview, _texts)
    add_keeping_routes(router, house, overview, _texts, partial(name_of, people), people.rules)
    add_watched_routes(router, house.watched, overview.spaces, _texts)


def name_of(people: People, person: str) -> str:
    """What somebody is called; for who is gone, and users of the machine, what is recorded."""
    found = people.by_id(person)
    return person if found is None else found.full_name or found.name


def _asker(request: Request) -> str:
    """The id of the administrator who asks."""
    return person_of(request.scope).id


def _people_page(request: Request, people: People, told: tuple[str, str] | None = None) -> Response:
    return render(
        request,
        "administration_people.html",
        texts=_texts(request),
        here="/people",
        accounts=people.accounts(),
        groups=people.groups(),
        told=told,
        me=_asker(request),
        role_of=_role_of,
        day=_day,
        service=language_for(request.headers.get("accept-language", "")).keys.service,
    )


def _space_lines(people: People, overview: Overview) -> list[SpaceLine]:
    held = dict(overview.spaces())
    rules = people.rules().spaces
    lines = []
    for name in sorted({*held, *rules}):
        if is_private(name):
            continue
        grants: list[tuple[str, Right]] = []
        if rule := rules.get(name):
            grants = [(group, Right.CURATE) for group in sorted(rule.curators)]
            grants += [(group, Right.READ) for group in sorted(rule.readers - rule.curators)]
        lines.append(SpaceLine(name, held.get(name, 0), grants))
    return lines


def _curated(request: Request, people: People, overview: Overview) -> list[str]:
    """The spaces that who asks looks after."""
    names = [line.name for line in _space_lines(people, overview)]
    return spaces_of(person_of(request.scope), Right.CURATE, names, people.rules())


def _charts(usage: Sequence[Day], texts: AdministrationTexts) -> list[Chart]:
    series = (
        (texts.chart_questions, [float(day.questions) for day in usage]),
        (texts.chart_tokens, [float(day.prompt_tokens + day.completion_tokens) for day in usage]),
        (texts.chart_first, [day.first_token_s or 0.0 for day in usage]),
    )
    charts = []
    for title, values in series:
        highest = max(values, default=0.0)
        bars = [
            Bar(day.day, value, _SCALE * value / (highest or 1.0))
            for day, value in zip(usage, values, strict=True)
        ]
        charts.append(Chart(title, bars, highest))
    return charts


def _comparison(usage: Sequence[Day], prices: Prices) -> Comparison:
    return compare(
        prompt_tokens=sum(day.prompt_tokens for day in usage),
        completion_tokens=sum(day.completion_tokens for day in usage),
        days=len(usage),
        prices=prices,
    )


def _role_of(person: Person) -> str:
    if person.administrator:
        return "administrator"
    return "auditor" if person.auditor else "reader"


def _day(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _back(path: str) -> Response:
    return RedirectResponse(PREFIX + path, status_code=303)


def _texts(request: Request) -> AdministrationTexts:
    return language_for(request.headers.get("accept-language", "")).administration


def _right(name: str) -> Right:
    try:
        return Right(name)
    except ValueError as error:
        raise PeopleError(str(error)) from None


def _require_proof(sessions: Sessions, request: Request) -> None:
    """Before something is changed, an administrator has shown their password a short while ago."""
    session = session_of(request.scope)
    if request.method != "GET" and session is not None and not sessions.is_proved(session):
        part = request.url.path.removeprefix(f"{PREFIX}/").partition("/")[0]
        tabs = ("spaces", "keeping", "models", "settings", "sources")
        page = part if part in tabs else "people"
        onward = {"location": f"/account/prove?next={PREFIX}/{page}"}
        raise HTTPException(303, headers=onward)


def _admit(request: Request) -> None:
    if not person_of(request.scope).administrator:
        raise NotAdministrator


_Route = refusing_route(
    "administration_refused.html",
    lambda request: _texts(request).not_there,
    lambda request: {"texts": _texts(request), "here": ""},
    admit=_admit,
)
