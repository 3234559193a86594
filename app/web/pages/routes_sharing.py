"""Sharing over the web: show a conversation to somebody, read what is shown, take it back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from urllib.parse import quote as quoted

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from app.answering.events import Answer, Citation
from app.people.access import Person
from app.people.conversations.numbering import numbered, sources_of
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn
from app.people.curating.curation import CurationRefused, NotThere
from app.people.sharing import MOST, Share, Shares, SharingRefused
from app.people.sources.links import source_link
from app.printing.markdown import as_html, read_markdown
from app.web.auth.signed_in import person_of
from app.web.i18n.languages import language_for
from app.web.i18n.words import SharingTexts
from app.web.pages.rendering import render
from app.web.refusals import refusing_route
from ingest.clean import visible

PREFIX = "/shared"

# Those of some spaces that a person may read now.
Readable = Callable[[Person, Iterable[str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Row:
    """One thing that is shared, in a list."""

    share: Share
    title: str
    day: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """One question as a reader of it sees it."""

    turn: SavedTurn
    answer: Answer | None
    words: Markup
    sources: Sequence[Citation]


def sharing_routes(shares: Shares, conversations: Conversations, readable: Readable) -> APIRouter:
    """The routes. What is not somebody's, or not shown to them, is not there."""
    router = APIRouter(route_class=_Route)

    def title_of(share: Share) -> str | None:
        """What it is called; None once its conversation is gone."""
        held = conversations.shared(
            share.owner,
            share.conversation,
            turn=share.turn,
            until=share.shared_at,
            readable=lambda spaces: (),
        )
        return None if held is None else held.title

    def rows(listed: Sequence[Share], *, own: bool) -> list[_Row]:
        found = []
        for share in listed:
            title = title_of(share)
            if title is not None:
                found.append(_Row(share, title, _day(share.shared_at)))
            elif own and not conversations.has(share.owner, share.conversation):
                shares.forget(share.conversation)
        return found

    def own(person: Person, conversation: str) -> None:
        """Raises NotThere for somebody else's."""
        if not conversations.has(person.id, conversation):
            raise NotThere

    @router.get(PREFIX)
    def overview(request: Request) -> HTMLResponse:
        person = person_of(request.scope)
        return render(
            request,
            "shared.html",
            texts=_texts(request),
            theirs=rows(shares.shown_to(person), own=False),
            ours=rows(shares.of(person), own=True),
        )

    @router.get(PREFIX + "/{share}")
    def one(request: Request, share: str) -> HTMLResponse:
        """A conversation to read, as far as this person may read what it was drawn from."""
        person, texts = person_of(request.scope), _texts(request)
        found = shares.one(person, share)
        if found is None:
            raise NotThere
        held = conversations.shared(
            found.owner,
            found.conversation,
            turn=found.turn,
            until=found.shared_at,
            readable=partial(readable, person),
        )
        if held is None:
            raise NotThere
        shares.note_reading(person, found)
        return render(
            request,
            "shared_conversation.html",
            texts=texts,
            share=found,
            mine=found.owner == person.id,
            title=held.title,
            day=_day(found.shared_at),
            turns=[_shown(turn, texts) for turn in held.turns],
            link=source_link,
        )

    @router.get("/conversation/{conversation}/share")
    def ask(request: Request, conversation: str, turn: int | None = None) -> HTMLResponse:
        person = person_of(request.scope)
        own(person, conversation)
        return render(
            request,
            "share.html",
            texts=_texts(request),
            conversation=conversation,
            turn=turn,
            title=conversations.title(person.id, conversation, turn),
            groups=shares.groups(person),
            held=[
                _Row(share, "", _day(share.shared_at)) for share in shares.of(person, conversation)
            ],
        )

    @router.post("/conversation/{conversation}/share")
    def share(
        request: Request,
        conversation: str,
        turn: Annotated[int | None, Form()] = None,
        name: Annotated[str, Form(max_length=200)] = "",
        group: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        person, texts = person_of(request.scope), _texts(request)
        own(person, conversation)
        if not name.strip() and not group:
            raise CurationRefused(texts.nobody_named)
        try:
            shares.share(person, conversation, turn, name=name.strip(), group=group)
        except SharingRefused as refused:
            raise CurationRefused(_why(refused, texts)) from None
        back = f"/conversation/{quoted(conversation, safe='')}/share"
        return RedirectResponse(back if turn is None else f"{back}?turn={turn}", 303)

    @router.post(PREFIX + "/{share}/revoke")
    def revoke(request: Request, share: str, back: Annotated[str, Form()] = "") -> Response:
        if not shares.revoke(person_of(request.scope), share):
            raise NotThere
        return RedirectResponse(
            f"/conversation/{quoted(back, safe='')}/share" if back else PREFIX, 303
        )

    return router


def _shown(turn: SavedTurn, texts: SharingTexts) -> _Shown:
    answer = numbered(turn.answer) if turn.answer else None
    if answer is None:
        return _Shown(
            turn, None, Markup(as_html(read_markdown(visible(turn.draft)), mark=_mark)), ()
        )
    said = answer.answer if answer.found or answer.outcome == "unconfirmed" else ""
    sources = sources_of(answer) if said else []
    doubted = [(visible(one.text), one.supported) for one in answer.sentences]
    blocks = read_markdown(
        visible(said),
        cited={one.n for one in sources},
        sentences=doubted if answer.found else [],
    )

    def doubt(words: str) -> str:
        return Markup('<span class="ss-doubt">{words} ({mark})</span>').format(
            words=Markup(words), mark=texts.unsupported
        )

    return _Shown(turn, answer, Markup(as_html(blocks, mark=_mark, doubt=doubt)), sources)


def _mark(n: int) -> str:
    return f' <span class="ss-mark">{n}</span>'


def _why(refused: SharingRefused, texts: SharingTexts) -> str:
    return {
        "nobody": texts.nobody,
        "yourself": texts.yourself,
        "group": texts.not_your_group,
        "most": texts.too_many.format(n=MOST),
    }[refused.why]


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _texts(request: Request) -> SharingTexts:
    return language_for(request.headers.get("accept-language", "")).sharing


_Route = refusing_route(
    "shared_refused.html",
    lambda request: _texts(request).not_there,
    lambda request: {"texts": _texts(request)},
)
