"""The pages that show where an answer comes from, and the files themselves, to those who may."""

import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import quote as quoted

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from fastapi.routing import APIRoute

from app.people.access import Person, is_private
from app.people.sources.library import NoSuchSource, Source, Sources, highlights
from app.people.sources.links import PREFIX, document_link
from app.people.sources.locating import Box, letters_of, text_lines
from app.people.sources.page_worker import UNITS
from app.people.sources.reading import PART, shown
from app.people.sources.rendering import DrawnPage, PageFault
from app.web.auth.security import SANDBOXED
from app.web.auth.signed_in import person_of
from app.web.fair_share import FairShare, TooMuchAtOnce
from app.web.i18n.languages import language_for
from app.web.i18n.words import SourceTexts
from app.web.pages.rendering import render
from vectorstore.records import Hit, PageReading

_LONGEST = 2_000  # characters of a quote in an address
_PIECE = 1 << 18  # bytes sent at a time
_UNSAFE = re.compile(r'[^\w .,()+-]|["\\]', re.ASCII)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a link says."""

    space: str
    name: str
    page: int | None
    chunk: str
    quote: str
    bare: bool = False  # what stands in the pane beside an answer, without a page around it

    def link(self, page: int | None = None, *, part: str = "") -> str:
        return document_link(
            self.space, self.name, page=page, chunk=self.chunk, quote=self.quote, part=part
        )


@dataclass(frozen=True, slots=True)
class _Turn:
    """What lies before and after the page shown; "" where nothing does."""

    label: str
    before: str
    after: str


def source_routes(sources: Sources) -> APIRouter:
    """The routes below `PREFIX`."""
    router = APIRouter(prefix=PREFIX, route_class=_Route)

    drawing = FairShare("draws-pages")

    @router.get("")
    async def page(
        request: Request,
        space: str = "",
        name: str = "",
        page: str = "",
        chunk: str = "",
        quote: str = "",
        start: str = "",
        bare: bool = False,
    ) -> HTMLResponse:
        person = person_of(request.scope)
        asked = _Asked(space, name, _number(page), chunk[:64], quote[:_LONGEST], bare)
        found = await run_in_threadpool(_look, sources, person, asked)
        drawn, fault, texts = None, "", _texts(request)
        if found.source.drawn_as:
            try:
                drawn = await drawing.do(request, person.id, partial(_draw, sources, found))
            except PageFault:
                fault = texts.not_drawn
            except TooMuchAtOnce:
                fault = texts.at_once
        elif not found.source.has_original:
            fault = texts.no_original
        return await run_in_threadpool(
            _page, request, sources, found, asked, drawn, fault, _number(start)
        )

    @router.get("/page.png")
    async def picture(
        request: Request, space: str = "", name: str = "", page: str = "1"
    ) -> Response:
        person = person_of(request.scope)
        source = await run_in_threadpool(sources.find, person, space, name)
        if source.drawn_as is None:
            raise NoSuchSource
        number = _number(page) or 1
        await run_in_threadpool(sources.note_opened, person, source, "picture", number)
        try:
            drawn = await drawing.do(
                request, person.id, lambda gone: sources.draw(source, number, gone)
            )
        except PageFault:
            raise NoSuchSource from None
        except TooMuchAtOnce:
            return PlainTextResponse(_texts(request).at_once, status_code=429)
        if not drawn.png:
            raise NoSuchSource
        return Response(drawn.png, media_type="image/png")

    @router.get("/original")
    def original(request: Request, space: str = "", name: str = "") -> Response:
        person = person_of(request.scope)
        source = sources.find(person, space, name)
        file = sources.original(source)
        try:
            sources.note_opened(person, source, "original", None)
        except BaseException:
            file.close()
            raise
        return _download(file, name)

    return router


@dataclass(frozen=True, slots=True)
class _Found:
    """What a link leads to: the document, its passages, the passage's page and the page to show."""

    source: Source
    chunks: list[Hit]
    home: int | None
    number: int


def _look(sources: Sources, person: Person, asked: _Asked) -> _Found:
    """Find it, and put on record that it is opened. Raises NoSuchSource."""
    source = sources.find(person, asked.space, asked.name, asked.chunk)
    chunks = sources.chunks(source)
    home = _home_page(source, chunks, asked.quote)
    number = asked.page or home or 1
    sources.note_opened(person, source, "page", number if source.drawn_as else None)
    return _Found(source, chunks, home, number)


def _draw(sources: Sources, found: _Found, gone: Callable[[], bool]) -> DrawnPage:
    """The page, or the one that is nearest to it. Raises PageFault."""
    drawn = sources.draw(found.source, found.number, gone)
    if drawn.png:
        return drawn
    return sources.draw(found.source, _within(found.number, drawn), gone)


def _within(number: int, drawn: DrawnPage) -> int:
    return min(max(number, 1), drawn.pages)


def _page(
    request: Request,
    sources: Sources,
    found: _Found,
    asked: _Asked,
    drawn: DrawnPage | None,
    fault: str,
    start: int | None,
) -> HTMLResponse:
    source, chunks, number, texts = found.source, found.chunks, found.number, _texts(request)
    if drawn is not None:
        number = _within(number, drawn)
    view: dict[str, Any] = {
        "texts": texts,
        "source": source,
        "asked": asked,
        "space_name": texts.own_space if is_private(asked.space) else asked.space,
        "trail": _trail(source),
        "container": document_link(asked.space, source.record.container)
        if source.record.called != source.record.name
        else "",
        "fault": fault,
        "missing": _missing(source, asked, chunks),
        "percent": _percent,
        "around": "source_bare.html" if asked.bare else "base.html",
        "quality": _quality(texts, sources.reading(source, number)),
    }
    if drawn is not None and drawn.png:
        return _as_picture(request, view, source, asked, drawn, number, found.home)
    held = [one for one in chunks if one.page == number] if source.drawn_as else chunks
    return _as_text(request, view, source, asked, held or chunks, start)


def _as_picture(
    request: Request,
    view: dict[str, Any],
    source: Source,
    asked: _Asked,
    drawn: DrawnPage,
    number: int,
    home: int | None,
) -> HTMLResponse:
    texts = _texts(request)
    passage = source.passage
    wanted = asked.quote or (passage.text if passage else "")
    boxes: list[Box] = highlights(drawn, wanted, passage) if wanted else []
    elsewhere = home if wanted and not boxes and home not in (None, number) else None
    return render(
        request,
        "source_page.html",
        **view,
        drawn=drawn,
        number=number,
        boxes=boxes,
        lines=text_lines(drawn.text, drawn.boxes),
        units=UNITS,
        elsewhere=elsewhere,
        not_located=bool(wanted) and not boxes and elsewhere is None and not view["missing"],
        picture=document_link(asked.space, asked.name, page=number, part="page.png"),
        turn=_Turn(
            texts.page.format(page=number, pages=drawn.pages),
            asked.link(number - 1) if number > 1 else "",
            asked.link(number + 1) if number < drawn.pages else "",
        ),
    )


def _as_text(
    request: Request,
    view: dict[str, Any],
    source: Source,
    asked: _Asked,
    chunks: list[Hit],
    start: int | None,
) -> HTMLResponse:
    texts = _texts(request)
    chosen = source.passage or _holding(chunks, asked.quote)
    if start is None:
        at = next((i for i, one in enumerate(chunks) if chosen and _is(one, chosen)), None)
        if at is None:
            at = next((i for i, one in enumerate(chunks) if one.page == asked.page), 0)
        start = at // PART * PART + 1
    first = min(max(start - 1, 0), max(len(chunks) - 1, 0))
    part = chunks[first : first + PART]

    def link(to: int) -> str:
        return f"{asked.link(asked.page)}&start={to + 1}"

    label = texts.part.format(first=first + 1, last=first + len(part), total=len(chunks))
    return render(
        request,
        "source_text.html",
        **view,
        shown=shown(part, chosen.chunk_id if chosen else "", asked.quote),
        turn=_Turn(
            label if len(chunks) > PART else "",
            link(max(0, first - PART)) if first else "",
            link(first + PART) if first + PART < len(chunks) else "",
        ),
    )


def _home_page(source: Source, chunks: list[Hit], quote: str) -> int | None:
    """The page that the passage is on; of a passage that is gone, the one that has its words."""
    found = source.passage or _holding(chunks, quote)
    return found.page if found else None


def _holding(chunks: list[Hit], quote: str) -> Hit | None:
    wanted = letters_of(quote).text
    if not wanted:
        return None
    return next((one for one in chunks if wanted in letters_of(one.text).text), None)


def _missing(source: Source, asked: _Asked, chunks: list[Hit]) -> str:
    """How far the document is from the one that was linked to: "", "changed" or "gone"."""
    if not asked.chunk or source.passage is not None:
        return ""
    return "changed" if _holding(chunks, asked.quote) else "gone"


def _trail(source: Source) -> list[str]:
    heading = source.passage.heading if source.passage else ""
    return heading.split(" > ") if heading else []


def _is(one: Hit, other: Hit) -> bool:
    return one.chunk_id == other.chunk_id


def _quality(texts: SourceTexts, reading: PageReading | None) -> str:
    """What people have to know of how a page was read, or ""."""
    if reading is None or reading.how == "text":
        return ""
    said = {"partly": texts.read_partly, "unreadable": texts.read_unreadable}.get(reading.how, "")
    if reading.confidence is not None:
        percent = round(reading.confidence * 100)
        said = f"{texts.read_ocr.format(percent=percent)} {said}".strip()
    return said


def _percent(units: int) -> str:
    return f"{units * 100 / UNITS:.2f}"


def _number(text: str) -> int | None:
    """A page from an address, where anyone may write anything."""
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 7 else None


def _download(file: BinaryIO, name: str) -> StreamingResponse:
    """The file as something to save, which no browser runs."""

    def pieces() -> Iterator[bytes]:
        with file:
            while data := file.read(_PIECE):
                yield data

    short = PurePosixPath(name).name[-150:] or "document"
    plain = _UNSAFE.sub("_", short)
    return StreamingResponse(
        pieces(),
        media_type="application/octet-stream",  # a page of ours may not take it for a script
        headers={
            "content-disposition": f'attachment; filename="{plain}"; '
            f"filename*=UTF-8''{quoted(short.encode('utf-8', 'replace'), safe='')}",
            "content-security-policy": SANDBOXED,
        },
    )


def _texts(request: Request) -> SourceTexts:
    return language_for(request.headers.get("accept-language", "")).sources


class _Route(APIRoute):
    """Answers what is not there, and what is not theirs, with the same page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except NoSuchSource:
                return render(request, "source_none.html", status=404, texts=_texts(request))

        return answer
