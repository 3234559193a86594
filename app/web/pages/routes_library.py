"""The library: the documents that a person may read, to look for, look into and ask about."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.answering.filters.screen import QuestionRefused
from app.people.access import Person, is_private, only_audits
from app.people.curating.curation import NotThere
from app.people.sources.links import document_link, source_link
from app.web.auth.signed_in import person_of
from app.web.i18n.languages import LANGUAGES, language_for
from app.web.i18n.words import LibraryTexts
from app.web.pages.rendering import render
from app.web.refusals import refusing_route
from vectorstore.records import DocumentRecord, Hit

PREFIX = "/library"
_PAGE = 50  # documents listed at a time
_EXCERPT = 220  # characters of a passage
_BEFORE = 60  # of these before the first word that was looked for
_QUALITIES = ("fine", "warned")
_ORDERS = ("name", "newest")


class Readable(Protocol):
    """What one person may read and look after."""

    def documents(self) -> Sequence[DocumentRecord]:
        """All documents that they may read."""
        ...

    def find(self, words: str) -> Sequence[Hit]:
        """For each of these documents with all of the words in one passage, that passage."""
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
    language: str = ""  # ISO 639-1

    def is_named(self, record: DocumentRecord) -> bool:
        """Whether the words that are looked for stand in its name or title."""
        text = f"{record.name} {record.title}".casefold()
        return all(word in text for word in self.find.casefold().split())

    def holds(self, record: DocumentRecord) -> bool:
        """Whether it is as wanted, whatever words are looked for."""
        return (
            self.space in ("", record.space)
            and self.kind in ("", _kind(record))
            and (not self.quality or (self.quality == "warned") == bool(record.warning))
            and record.indexed_at[:10] >= self.since
            and self.language in ("", record.about.language)
        )

    def url(self, **changed: object) -> str:
        given = {
            "find": self.find, "space": self.space, "kind": self.kind, "quality": self.quality,
            "since": self.since, "order": self.order,
            "language": self.language, **changed,
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
    excerpt: str = ""  # where its text has the words
    place: str = ""  # a link there


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
        language: str = "",
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
            language[:8],
        )
        hits, refused = _texts_with(library, wanted.find)
        held = [
            record
            for record in known
            if wanted.holds(record)
            and (wanted.is_named(record) or (record.space, record.name) in hits)
        ]
        if wanted.find.strip() and wanted.order == "name":
            held.sort(
                key=lambda record: (
                    not wanted.is_named(record),
                    (record.title or record.name).casefold(),
                )
            )
        elif wanted.order == "newest":
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
            listed=[
                _listed(one, texts, hits.get((one.space, one.name)), wanted.find)
                for one in held[(at - 1) * _PAGE : at * _PAGE]
            ],
            refused=refused,
            spoken=sorted(
                Counter(one.about.language for one in known if one.about.language).items()
            ),
            language_names={code: one.layout.language_name for code, one in LANGUAGES.items()},
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


def _texts_with(library: Readable, words: str) -> tuple[dict[tuple[str, str], Hit], str]:
    """Where the words stand, by space and name; and why they may not be looked for, or ""."""
    if not words.strip():
        return {}, ""
    try:
        return {(hit.space, hit.document): hit for hit in library.find(words)}, ""
    except QuestionRefused as refused:
        return {}, str(refused)


def _excerpt(text: str, words: str) -> str:
    """The part of a passage around the first of the words, on one line."""
    line = " ".join(text.split())
    places = [line.casefold().find(word) for word in words.casefold().split()]
    first = min((at for at in places if at >= 0), default=0)
    begin = line.rfind(" ", 0, max(0, first - _BEFORE)) + 1 if first > _BEFORE else 0
    cut = line[begin : begin + _EXCERPT]
    return ("… " if begin else "") + cut + (" …" if begin + _EXCERPT < len(line) else "")


def _listed(record: DocumentRecord, texts: LibraryTexts, hit: Hit | None, words: str) -> _Listed:
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
        "" if hit is None else _excerpt(hit.text, words),
        "" if hit is None else source_link(hit),
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
