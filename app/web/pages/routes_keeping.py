"""Administrators' pages beside people and spaces: retention, holds, backups, training data."""

from collections.abc import Callable, Sequence
from typing import Annotated, Protocol, TypeVar
from urllib.parse import quote as quoted

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.batch.journal import JournalError
from app.governance.backup.contents import BackupFault
from app.governance.backup.register import Kept
from app.governance.deletion.rules import Rules, RulesFault
from app.people.access import Rules as SpaceRules
from app.people.conversations.store import ConversationsError
from app.people.curating.curation import CurationRefused
from app.settings import MOST_DAYS
from app.web.auth.signed_in import person_of
from app.web.fair_share import FairShare
from app.web.i18n.words import AdministrationTexts
from app.web.pages.rendering import render
from app.workspace.administration import Administration

Text = Annotated[str, Form(max_length=2_000)]
T = TypeVar("T")


class Held(Protocol):
    """What the pages tell of the documents."""

    def spaces(self) -> Sequence[tuple[str, int]]:
        """The spaces that hold documents, and how many."""
        ...


def add_keeping_routes(
    router: APIRouter,
    house: Administration,
    overview: Held,
    texts_of: Callable[[Request], AdministrationTexts],
    name_of: Callable[[str], str],
    rules_of_spaces: Callable[[], SpaceRules],
) -> None:
    """Add the routes to the administrators' own. `name_of`: a person's name, by their id."""
    copying = FairShare("backups", at_once=1)
    gathering = FairShare("training-data", at_once=1)

    @router.get("/keeping")
    def keeping(request: Request, done: str = "") -> Response:
        return render(
            request,
            "administration_keeping.html",
            texts=texts_of(request),
            here="/keeping",
            rules=_rules(house),
            spaces=overview.spaces(),
            backups=_backups(house),
            folder=house.backup_folder,
            most_days=MOST_DAYS,
            name_of=name_of,
            done=done[:200],
        )

    @router.post("/keeping/retention")
    def retention(request: Request, space: Text, days: Text = "") -> Response:
        if days.strip() and not days.strip().isdecimal():
            raise CurationRefused(texts_of(request).days_wrong.format(most=MOST_DAYS))
        number = int(days) if days.strip() else None
        if number is not None and not 1 <= number <= MOST_DAYS:
            raise CurationRefused(texts_of(request).days_wrong.format(most=MOST_DAYS))
        _done(lambda: house.forget_after(space, number, person_of(request.scope).id))
        return _back()

    @router.post("/keeping/hold")
    def hold(request: Request, space: Text, reason: Text = "", document: Text = "") -> Response:
        if not reason.strip():
            raise CurationRefused(texts_of(request).reason_missing)
        by = person_of(request.scope).id
        _done(lambda: house.hold(space, document.strip(), reason.strip(), by))
        return _back()

    @router.post("/keeping/release")
    def release(request: Request, space: Text, reason: Text = "", document: Text = "") -> Response:
        if not reason.strip():
            raise CurationRefused(texts_of(request).reason_missing)
        by = person_of(request.scope).id
        _done(lambda: house.release(space, document, reason.strip(), by))
        return _back()

    @router.post("/keeping/backup")
    async def backup(request: Request) -> Response:
        await request.body()
        by = person_of(request.scope).id
        made = await copying.do(request, by, lambda gone: _done(lambda: house.back_up(by)))
        return _back(made.kept.file)

    @router.post("/keeping/prune")
    def prune(request: Request) -> Response:
        _done(lambda: house.prune_backups(person_of(request.scope).id))
        return _back()

    @router.post("/keeping/training")
    async def training(request: Request) -> Response:
        await request.body()
        by = person_of(request.scope).id
        made = await gathering.do(
            request, by, lambda gone: _done(lambda: house.training_data(rules_of_spaces(), by))
        )
        name = f"training-{made.made[:10]}.zip"
        return Response(
            made.packed(),
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )


def _rules(house: Administration) -> Rules:
    return _done(house.rules)


def _backups(house: Administration) -> Sequence[Kept]:
    return _done(house.backups)


def _done(work: Callable[[], T]) -> T:
    """What it returns. Raises CurationRefused with the words of what cannot be done."""
    try:
        return work()
    except (RulesFault, BackupFault, JournalError, ConversationsError) as fault:
        raise CurationRefused(str(fault)) from fault


def _back(done: str = "") -> Response:
    more = f"?done={quoted(done, safe='')}" if done else ""
    return RedirectResponse(f"/administration/keeping{more}", 303)
