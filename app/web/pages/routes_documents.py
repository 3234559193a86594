"""The curators' pages: the documents of one's spaces, uploads, and what people did not find."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.people.access import private_space
from app.people.curating.curation import Complaint, CuratedSpace, Curation, NotThere
from app.people.curating.uploads import Upload, Uploads, as_json
from app.web.auth.signed_in import person_of
from app.web.i18n.languages import language_for
from app.web.i18n.said import say
from app.web.i18n.words import DocumentTexts
from app.web.pages.rendering import render
from app.web.refusals import refusing_route
from vectorstore.records import DocumentRecord, How, PageReading

PREFIX = "/documents"
_PAGE = 100  # documents listed at a time
_CHUNKS = 200  # chunks listed at a time
_RANGES = 30  # of pages that are named
Names = Annotated[list[str], Form()]


@dataclass(frozen=True, slots=True)
class Paging:
    """A part of a longer list; `page` counts from 1."""

    page: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """Index of the first item of this part."""
        return (self.page - 1) * self.size

    size: int = _PAGE


def documents_routes(desk: Curation, uploads: Uploads) -> APIRouter:
    """The routes below `PREFIX`."""
    router = APIRouter(prefix=PREFIX, route_class=_Route)

    @router.get("")
    def page(request: Request, space: str = "", find: str = "", page: int = 1) -> HTMLResponse:
        person = person_of(request.scope)
        texts = _texts(request)
        spaces = desk.spaces(person)
        chosen = _chosen(spaces, space or private_space(person))
        wanted = find.casefold().strip()
        records = [
            record
            for record in desk.documents(person, chosen.name)
            if wanted in f"{record.name} {record.title}".casefold()
        ]
        paging = _paging(len(records), page, _PAGE)
        return render(
            request,
            "documents.html",
            texts=texts,
            spaces=spaces,
            to_read=desk.to_read(person),
            chosen=chosen,
            records=records[paging.first : paging.first + _PAGE],
            paging=paging,
            find=find,
            url=_url,
            date=_date,
            said=_said(request, texts),
        )

    @router.get("/one")
    def one(request: Request, space: str, name: str, page: int = 1) -> HTMLResponse:
        record, chunks = desk.document(person_of(request.scope), space, name)
        paging = _paging(len(chunks), page, _CHUNKS)
        return render(
            request,
            "document.html",
            texts=_texts(request),
            record=record,
            readings=_readings(
                desk.readings(person_of(request.scope), space, name), _texts(request)
            ),
            chunks=chunks[paging.first : paging.first + _CHUNKS],
            paging=paging,
            spaces=desk.spaces(person_of(request.scope)),
            own=private_space(person_of(request.scope)),
            url=_url,
            date=_date,
        )

    @router.get("/questions")
    def questions(request: Request, space: str) -> HTMLResponse:
        person = person_of(request.scope)
        groups: Mapping[str, Sequence[Complaint]] = {
            "nothing": desk.found_nothing(person, space),
            "down": desk.voted_down(person, space),
            "up": desk.voted_up(person, space),
        }
        return render(
            request,
            "questions.html",
            texts=_texts(request),
            chosen=_chosen(desk.spaces(person), space),
            groups=groups,
            url=_url,
            date=_day,
        )

    @router.post("/remove")
    def remove(request: Request, space: Annotated[str, Form()], name: Names) -> Response:
        return _after(space, "removed", name, desk.remove(person_of(request.scope), space, name))

    @router.post("/move")
    def move(
        request: Request,
        space: Annotated[str, Form()],
        to: Annotated[str, Form()],
        name: Names,
    ) -> Response:
        stay = desk.move(person_of(request.scope), space, name, to)
        return _after(space, "moved", name, stay)

    @router.post("/again")
    def again(request: Request, space: Annotated[str, Form()], name: Names) -> Response:
        desk.read_again(person_of(request.scope), space, name)
        return _after(space, "again", name, {})

    @router.post("/uploads")
    def begin(request: Request, space: Annotated[str, Form()]) -> JSONResponse:
        return _told(request, desk.begin_upload(person_of(request.scope), space))

    @router.post("/uploads/{upload_id}/files")
    async def receive(request: Request, upload_id: str, name: str) -> JSONResponse:
        person = person_of(request.scope)
        await asyncio.to_thread(desk.upload, person, upload_id)
        return _told(request, await uploads.receive(upload_id, name, request.stream()))

    @router.post("/uploads/{upload_id}/start")
    def start(request: Request, upload_id: str) -> JSONResponse:
        desk.upload(person_of(request.scope), upload_id)
        return _told(request, uploads.start(upload_id))

    @router.post("/uploads/{upload_id}/abandon")
    def abandon(request: Request, upload_id: str) -> Response:
        desk.upload(person_of(request.scope), upload_id)
        uploads.abandon(upload_id)
        return Response(status_code=204)

    @router.get("/uploads")
    def listed(request: Request, space: str) -> JSONResponse:
        person = person_of(request.scope)
        own = [one for one in desk.uploads(person, space) if one.person == person.id]
        return JSONResponse({"uploads": [as_json(_translated(request, one)) for one in own[:20]]})

    return router


def _told(request: Request, upload: Upload) -> JSONResponse:
    return JSONResponse(as_json(_translated(request, upload)))


def _translated(request: Request, upload: Upload) -> Upload:
    """An upload with its reasons in the reader's language."""
    code = language_for(request.headers.get("accept-language", "")).code
    statuses = (replace(one, reason=say(code, one.reason)) for one in upload.statuses)
    return replace(upload, statuses=tuple(statuses), reason=say(code, upload.reason))


def _readings(readings: Sequence[PageReading], texts: DocumentTexts) -> list[str]:
    """How a document's pages were read, a line for each way; none where all have text."""
    ways: dict[How, str] = {
        "text": texts.read_text,
        "ocr": texts.read_ocr,
        "partly": texts.read_partly,
        "unreadable": texts.read_unreadable,
    }
    if all(one.how == "text" for one in readings):
        return []
    said = []
    for how, form in ways.items():
        held = [one for one in readings if one.how == how]
        sure = [one.confidence for one in held if one.confidence is not None]
        percent = round(100 * sum(sure) / len(sure)) if sure else 0
        if held:
            said.append(form.format(percent=percent, pages=_ranges([one.page for one in held])))
    return said


def _ranges(pages: Sequence[int]) -> str:
    """Page numbers in order, neighbours as a range."""
    ranges: list[list[int]] = []
    for page in pages:
        if ranges and page == ranges[-1][1] + 1:
            ranges[-1][1] = page
        else:
            ranges.append([page, page])
    shown = [f"{first}" if first == last else f"{first}–{last}" for first, last in ranges]
    more = ", …" if len(shown) > _RANGES else ""
    return ", ".join(shown[:_RANGES]) + more


def _url(path: str = "", **query: object) -> str:
    given = {key: value for key, value in query.items() if value not in ("", None)}
    return f"{PREFIX}{path}" + (f"?{urlencode(given)}" if given else "")


def _chosen(spaces: Sequence[CuratedSpace], name: str) -> CuratedSpace:
    for space in spaces:
        if space.name == name:
            return space
    raise NotThere


def _paging(total: int, page: int, size: int) -> Paging:
    pages = max(1, -(-total // size))
    return Paging(min(max(page, 1), pages), pages, total, size)


def _after(space: str, what: str, names: Sequence[str], stay: Mapping[str, str]) -> Response:
    """Back to the list, with a word on what has been done; a reload does nothing again."""
    query = {"space": space, "did": what, "n": len(set(names)) - len(stay), "kept": len(stay)}
    return RedirectResponse(f"{PREFIX}?{urlencode(query)}", status_code=303)


def _said(request: Request, texts: DocumentTexts) -> list[str]:
    """What was done just now, from the numbers in the address that `_after` made."""
    query = request.query_params
    forms = {"removed": texts.did_remove, "moved": texts.did_move, "again": texts.did_again}
    told = []
    for form, count in (
        (forms.get(query.get("did", "")), query.get("n", "")),
        (texts.kept, query.get("kept", "")),
    ):
        if form is not None and count.isdecimal() and int(count[:9]):
            number = int(count[:9])
            told.append(form.form(number).format(n=number))
    return told


def _date(record: DocumentRecord) -> str:
    return record.indexed_at[:16].replace("T", " ")


def _day(complaint: Complaint) -> str:
    return datetime.fromtimestamp(complaint.asked, UTC).strftime("%Y-%m-%d")


def _texts(request: Request) -> DocumentTexts:
    return language_for(request.headers.get("accept-language", "")).documents


_Route = refusing_route(
    "documents_refused.html",
    lambda request: _texts(request).not_there,
    lambda request: {"texts": _texts(request)},
    as_json=lambda path: "/uploads" in path,
)
