"""The administrators' page of watched sources: what is watched, how it goes, and what it asks."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.people.access import is_private
from app.people.curating.curation import CurationRefused
from app.watching.source import (
    EVERY_MINUTES,
    GUARD_PERCENT,
    KINDS,
    LARGEST_MIB,
    NewSource,
    SourceFault,
)
from app.watching.store import SourcesFault
from app.watching.watched import Watched
from app.web.auth.signed_in import person_of
from app.web.i18n.languages import language_for
from app.web.i18n.words import AdministrationTexts, WatchedTexts
from app.web.pages.rendering import render

PATH = "/administration/sources"
Text = Annotated[str, Form(max_length=2_000)]
T = TypeVar("T")
_LINES = re.compile(r"[\r\n]+")


def add_watched_routes(
    router: APIRouter,
    watched: Watched,
    spaces: Callable[[], Sequence[tuple[str, int]]],
    texts_of: Callable[[Request], AdministrationTexts],
) -> None:
    """Add the routes to the administrators' own. `spaces` that hold documents are offered."""

    @router.get("/sources")
    def listed(request: Request, done: str = "", held: int = 0) -> Response:
        words = _words(request)
        told = {"added": words.added, "now": words.asked_now, "held": words.remove_held.count(held)}
        return render(
            request,
            "administration_sources.html",
            texts=texts_of(request),
            words=words,
            here="/sources",
            states=_done(watched.states),
            told=told.get(done, ""),
            kinds=KINDS,
            spaces=[name for name, _ in spaces() if not is_private(name)],
            usual={"every": EVERY_MINUTES, "largest": LARGEST_MIB, "guard": GUARD_PERCENT},
            time=_time,
        )

    @router.post("/sources")
    def add(
        request: Request,
        name: Text = "",
        kind: Text = "folder",
        place: Text = "",
        space: Text = "",
        include: Text = "",
        exclude: Text = "",
        every: Text = f"{EVERY_MINUTES:g}",
        largest: Text = str(LARGEST_MIB),
        guard: Text = f"{GUARD_PERCENT:g}",
        user: Text = "",
        secret: Text = "",
    ) -> Response:
        if is_private(space.strip()):
            raise CurationRefused(texts_of(request).not_there)
        try:
            new = NewSource(
                name,
                next((one for one in KINDS if one == kind), "folder"),
                place,
                space,
                tuple(_LINES.split(include)),
                tuple(_LINES.split(exclude)),
                int(largest),
                float(every.replace(",", ".")),
                float(guard.replace(",", ".")),
                user.strip(),
                secret,
            )
        except ValueError:
            raise CurationRefused(_words(request).number_wrong) from None
        _done(lambda: watched.add(new, by=_by(request)))
        return _back(done="added")

    @router.post("/sources/now")
    def now(request: Request, name: Text, agreed: Text = "0") -> Response:
        count = int(agreed) if agreed.isdecimal() and len(agreed) < 10 else 0
        _done(lambda: watched.look_soon(name, agreed=count, by=_by(request)))
        return _back(done="now")

    @router.post("/sources/pause")
    def pause(request: Request, name: Text) -> Response:
        _done(lambda: watched.pause(name, by=_by(request)))
        return _back()

    @router.post("/sources/resume")
    def resume(request: Request, name: Text) -> Response:
        _done(lambda: watched.resume(name, by=_by(request)))
        return _back()

    @router.post("/sources/remove")
    def remove(request: Request, name: Text, documents: Text = "keep") -> Response:
        held = _done(lambda: watched.remove(name, documents=documents == "delete", by=_by(request)))
        return _back(done="held", held=held) if held else _back()


def _words(request: Request) -> WatchedTexts:
    return language_for(request.headers.get("accept-language", "")).watched


def _by(request: Request) -> str:
    return person_of(request.scope).id


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _done(work: Callable[[], T]) -> T:
    """What it returns. Raises CurationRefused with the words of what cannot be done."""
    try:
        return work()
    except (SourceFault, SourcesFault) as fault:
        raise CurationRefused(str(fault)) from fault


def _back(**told: str | int) -> Response:
    return RedirectResponse(f"{PATH}?{urlencode(told)}" if told else PATH, 303)
