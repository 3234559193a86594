"""The audit trail over the web: look for records, and take a signed part of them away."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from app.governance.audit.records import RecordKind, TrailFault
from app.people.curating.curation import CurationRefused
from app.people.sessions import Sessions
from app.web.auth.sign_in import session_of
from app.web.auth.signed_in import person_of
from app.web.fair_share import FairShare
from app.web.i18n.languages import language_for
from app.web.i18n.words import TrailTexts
from app.web.pages.rendering import render
from app.web.refusals import NotAdministrator, refusing_route
from app.workspace.administration import Administration, Wanted

T = TypeVar("T")
PREFIX = "/trail"
_PAGE = 50  # records listed at a time
_DEEPEST = 10_000  # records that one can page down to
_DAYS = 30  # that are looked through where nobody says otherwise
_SAYING = ("change", "what", "name", "title", "document", "file", "path", "reason", "space")


def trail_routes(
    house: Administration,
    sessions: Sessions,
    id_of: Callable[[str], str],
    name_of: Callable[[str], str],
) -> APIRouter:
    """The routes, for administrators and auditors; records of what people asked for auditors.

    `id_of` gives the id of the person of a name, or the name; `name_of` the other way round.
    """
    router = APIRouter(prefix=PREFIX, route_class=_Route)
    looking = FairShare("reads-the-trail")

    @router.get("")
    async def search(
        request: Request,
        since: str = "",
        until: str = "",
        person: str = "",
        kind: str = "",
        find: str = "",
        page: int = 1,
    ) -> HTMLResponse:
        asker, texts = person_of(request.scope), _texts(request)
        since = since or (datetime.now(UTC).date() - timedelta(days=_DAYS)).isoformat()
        wanted = Wanted(
            since=_moment(since, texts),
            until=_moment(until, texts, after=1),
            person=id_of(person.strip()),
            kind=kind if kind in _kinds(texts) else "",
            find=find[:200],
        )
        number = min(max(page, 1), _DEEPEST // _PAGE)
        found = await looking.do(
            request,
            asker.id,
            lambda gone: _told(
                lambda: house.search(
                    wanted, asker.id, texts=asker.auditor, most=_PAGE, skip=(number - 1) * _PAGE
                )
            ),
        )
        asked = {"since": since, "until": until, "person": person, "kind": kind, "find": find}
        return render(
            request,
            "trail.html",
            texts=texts,
            found=found,
            kinds=_kinds(texts),
            asked=asked,
            auditor=asker.auditor,
            administration=language_for(request.headers.get("accept-language", "")).administration
            if asker.administrator
            else None,
            number=number,
            pages=max(1, -(-min(found.total, _DEEPEST) // _PAGE)),
            url=partial(_url, asked),
            name_of=name_of,
            saying=_saying,
            plain=lambda data: json.dumps(data, ensure_ascii=False, indent=2),
        )

    @router.post("/export")
    async def export(
        request: Request,
        since: Annotated[str, Form()] = "",
        until: Annotated[str, Form()] = "",
    ) -> Response:
        asker, texts = person_of(request.scope), _texts(request)
        if not asker.auditor:
            raise NotAdministrator
        session = session_of(request.scope)
        if session is not None and not sessions.is_proved(session):
            raise HTTPException(303, headers={"location": f"/account/prove?next={PREFIX}"})
        first, last = _moment(since, texts), _moment(until, texts, after=1)
        records, signature = await looking.do(
            request, asker.id, lambda gone: _told(lambda: house.export_trail(first, last, asker.id))
        )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("trail.jsonl", records)
            archive.writestr("trail.jsonl.signature.json", signature)
        name = f"trail-{datetime.now(UTC):%Y-%m-%d}.zip"
        return Response(
            packed.getvalue(),
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    return router


def _told(work: Callable[[], T]) -> T:
    """What it returns. Raises CurationRefused with the words of a trail that cannot be read."""
    try:
        return work()
    except TrailFault as fault:
        raise CurationRefused(str(fault)) from fault


def _kinds(texts: TrailTexts) -> dict[str, str]:
    """What each kind of record is called."""
    return {kind.value: getattr(texts, f"kind_{kind.name.lower()}") for kind in RecordKind}


def _saying(data: Mapping[str, Any]) -> str:
    """The few words by which one record is told from another."""
    question = data.get("question")
    if isinstance(question, Mapping) and question.get("text"):
        return str(question["text"])[:200]
    return " · ".join(str(data[name])[:120] for name in _SAYING if isinstance(data.get(name), str))


def _moment(day: str, texts: TrailTexts, *, after: int = 0) -> str:
    """A day of a form as the trail writes times, so many days later; "" for none."""
    if not day:
        return ""
    try:
        return f"{(date.fromisoformat(day) + timedelta(days=after)).isoformat()}T00:00:00+00:00"
    except (ValueError, OverflowError):
        raise CurationRefused(texts.no_day) from None


def _url(asked: Mapping[str, str], **changed: object) -> str:
    given = {**asked, **changed}
    return f"{PREFIX}?{urlencode({key: value for key, value in given.items() if value})}"


def _texts(request: Request) -> TrailTexts:
    return language_for(request.headers.get("accept-language", "")).trail


def _admit(request: Request) -> None:
    person = person_of(request.scope)
    if not (person.administrator or person.auditor):
        raise NotAdministrator


_Route = refusing_route(
    "trail_refused.html",
    lambda request: _texts(request).not_there,
    lambda request: {"texts": _texts(request)},
    admit=_admit,
)
