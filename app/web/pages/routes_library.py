"""The library: the documents that a person may read, to look for, look into and ask about."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.people.access import Person, is_private, only_audits
from app.people.curating.curation import NotThere
from app.people.sources.links import document_link
from app.web.auth.signed_in import person_of
from app.web.i18n.languages import language_for
from app.web.i18n.words import LibraryTexts
from app.web.pages.rendering import render
from app.web.refusals import refusing_route
from vectorstore.records import DocumentRecord

PREFIX = "/library"
_PAGE = 50  # documents listed at a time
_QUALITIES = ("fine", "warned")
_ORDERS = ("name", "newest")


class Readable(Protocol):
    """What one person may read and look after."""

    def documents(self) -> Sequence[DocumentRecord]:
        """All documents that they may read."""
        ...

    def curated(self, spaces: Collection[str]) -> Collection[str]:
        """Those of `spaces` that they may add documents to."""
        ...


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is looked for; "" for anything."""

    find: str = ""
    space: str = ""
    kind: str = ""
    quality: str = ""
    since: str = ""  # a day, YYYY-MM-DD
    order: str = "name"

    def holds(self, record: DocumentRecord) -> bool:
        words = self.find.casefold().split()
        text = f"{record.name} {record.title}".casefold()
        return (
            all(word in text for word in words)
            and self.space in ("", record.space)
            and self.kind in ("", _kind(record))
            and (not self.quality or (self.quality == "warned") == bool(record.warning))
            and record.indexed_at[:10] >= self.since
        )

    def url(self, **changed: object) -> str:
        given = {
            "find": self.find, "space": self.space, "kind": self.kind, "quality": self.quality,
            "since": self.since, "order": self.order, **changed,
        }  # fmt: skip
        query = urlencode({key: value for key, value in given.items() if value not in ("", None)})
        return f"{PREFIX}?{query}" if query else PREFIX


@dataclass(frozen=True, slots=True)
class _Listed:
    """One document of the list."""

    record: DocumentRecord
    kind: str
    folder: str
    file: str
    space: str  # as it is called
    link: str
    ask: str


def library_routes(library_of: Callable[[Person], Readable]) -> APIRouter:
    """The routes below `PREFIX`."""
    router = APIRouter(prefix=PREFIX, route_class=_Route)

    @router.get("")
    def page(
        request: Request,
        find: str = "",
        space: str = "",
        kind: str = "",
        quality: str = "",
        since: str = "",
        order: str = "name",
        page: int = 1,
    ) -> HTMLResponse:
        person, texts = person_of(request.scope), _texts(request)
        library = library_of(person)
        known = library.documents()
        spaces = Counter(record.space for record in known)
        if space and space not in spaces:
            raise NotThere
        wanted = _Wanted(
            find[:200],
            space,
            kind[:20],
            quality if quality in _QUALITIES else "",
            since[:10],
            order if order in _ORDERS else "name",
        )
        held = [record for record in known if wanted.holds(record)]
        if wanted.order == "newest":
            held.sort(key=lambda record: record.indexed_at, reverse=True)
        else:
            held.sort(key=lambda record: (record.title or record.name).casefold())
        pages = max(1, -(-len(held) // _PAGE))
        at = min(max(page, 1), pages)
        shared = [name for name in spaces if not is_private(name)]
        return render(
            request,
            "library.html",
            texts=texts,
            total=len(known),
            held=len(held),
            listed=[_listed(one, texts) for one in held[(at - 1) * _PAGE : at * _PAGE]],
            number=at,
            pages=pages,
            wanted=wanted,
            spaces=sorted((_called(name, texts), name, count) for name, count in spaces.items()),
            kinds=sorted(Counter(_kind(record) for record in known).items()),
            qualities=[("fine", texts.quality_fine), ("warned", texts.quality_warned)],
            orders=[("name", texts.by_name), ("newest", texts.by_newest)],
            curated=set(library.curated(shared)),
        )

    return router


def _listed(record: DocumentRecord, texts: LibraryTexts) -> _Listed:
    file = record.name.rpartition("/")[2]
    shown = record.called.removesuffix(file)
    return _Listed(
        record,
        _kind(record),
        shown,
        file,
        _called(record.space, texts),
        document_link(record.space, record.name),
        "/?" + urlencode({"d": f"{record.space}/{record.name}"}),
    )


def _kind(record: DocumentRecord) -> str:
    """A document's type as people call it: the end of its name."""
    return PurePosixPath(record.name).suffix.lstrip(".").upper()[:8]


def _called(space: str, texts: LibraryTexts) -> str:
    return texts.own if is_private(space) else space


def _texts(request: Request) -> LibraryTexts:
    return language_for(request.headers.get("accept-language", "")).library


def _admit(request: Request) -> None:
    if only_audits(person_of(request.scope)):
        raise NotThere


_Route = refusing_route(
    "documents_refused.html",
    lambda request: _texts(request).not_there,
    lambda request: {"texts": language_for(request.headers.get("accept-language", "")).documents},
    admit=_admit,
)
