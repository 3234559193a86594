"""Questions about the documents themselves, answered by code from the catalogue.

What is told is what lies in the scope of the question: a person's view has narrowed that to what
they may read.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from app.answering.blocks import SEPARATOR
from app.answering.composing import citation
from app.answering.defusing import defuse
from app.answering.distrust import as_data
from app.answering.document_names import (
    documents_called,
    name_words,
    points_at_one,
    says_its_name,
)
from app.answering.editions import read_edition
from app.answering.events import Answer, AnswerSentence, Citation
from app.answering.language import content_stems, sentences, stem_of
from app.answering.outline import PartOfDocument, outline_of
from app.answering.plan import Kind
from app.answering.search_index import SearchIndex
from app.answering.summarising.key_sentences import Candidate, key_sentences
from app.answering.talk import without_courtesy
from vectorstore.dates import Day
from vectorstore.dates import written as in_words
from vectorstore.languages import any_of, languages, words_of
from vectorstore.languages.base import Language
from vectorstore.records import DocumentRecord, Hit
from vectorstore.scope import Scope

LONGEST = 300  # characters of such a question; what is longer asks for more
MOST_LISTED = 30
MOST_NEWEST = 5
MOST_HEADINGS = 12
MOST_QUOTED = 10  # documents of which a topic's sentence is quoted
KEY_SENTENCES = 5
FEW_SENTENCES = 3  # of an overview; with fewer, the document's key sentences are told as well
_PAGE_CHARACTERS = 3_000  # of a page that is shown
_READ = 60  # sentences among which key sentences are chosen: some tenths of a second
_SEARCHED = 30  # passages in which a topic is looked for
_QUOTE = 320  # characters
_COMPOUND = 5  # letters
_OWN = "~"  # opens the name of a space of one person's own documents
_END = " \t\n.?!…"
_BLANKS = re.compile(r"\s+")
_CITED = re.compile(r"\[(\d{1,3})\]")
_PAGE_WORD = any_of(lambda language: language.collection.pages)
_PAGE = re.compile(rf"\b(?:{_PAGE_WORD})\s*(?:no\.?|nr\.?)?\s*(\d{{1,5}})\b", re.IGNORECASE)
# "Can you summarise that?": the request alone; a question for an ability has other verbs
_ASKED_TO = re.compile(
    rf"^(?:{any_of(lambda language: language.summaries.courtesies_before)})"
    rf"(?={any_of(lambda language: language.summaries.verbs)})",
    re.IGNORECASE,
)
_THOSE = [
    (re.compile(rf"^(?:{pattern})\b", re.IGNORECASE), named)
    for language in languages()
    for pattern, named in language.collection.those.items()
]
_ALIKE = {
    "docx": "doc",
    "xlsx": "xls xlsm",
    "pptx": "ppt",
    "html": "htm xhtml",
    "png": "jpg jpeg tif tiff",
}


@dataclass(frozen=True, slots=True)
class CollectionAnswer:
    """The answer to a question about the documents themselves.

    `text` is Markdown with marks such as [1], and `sentences` are its parts in order. `found` is
    false where there is nothing of the kind. `hits` are the passages that it shows, and `numbers`
    the numbers of those that were not shown in the conversation before. `document` is the one
    that it is about; where `kind` is "summary", that is to be summarised, and the text is what
    code can say of it meanwhile.
    """

    kind: str  # a key of `CollectionWords.requests`, or "summary"
    text: str
    language: str  # ISO 639-1
    found: bool
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    numbers: dict[str, int]
    document: DocumentRecord | None = None
    named: tuple[tuple[str, str], ...] = ()  # see `Answer.named`


@dataclass(frozen=True, slots=True)
class _Request:
    kind: str
    language: Language
    pattern: re.Pattern[str]


_REQUESTS = [
    _Request(kind, language, re.compile(pattern, re.IGNORECASE))
    for language in languages()
    for kind, patterns in (
        ("summary", language.summaries.requests),
        *language.collection.requests.items(),
    )
    for pattern in patterns
]


def about_collection(
    question: str, scope: Scope, index: SearchIndex, history: Sequence[Answer] = ()
) -> CollectionAnswer | None:
    """Answer `question` if it asks for the documents themselves, else None.

    Such are: how many and which documents, spaces and kinds of files there are, whether there is
    one about a topic or of a name, when one was read in, how many pages it has, what stands on a
    page, what it is about. Where a document is named, it must be one of the scope: a question for
    anything else of the same form is one for a search. `history` gives passages their numbers,
    and "this document" its meaning.
    """
    asked = _BLANKS.sub(" ", without_courtesy(question)).strip(_END)
    if not asked or len(asked) > LONGEST:
        return None
    asked = _of_documents(_ASKED_TO.sub("", asked), history)
    numbered = _PAGE.search(asked)
    paged = f"{asked[: numbered.start()]}#{asked[numbered.end() :]}" if numbered else asked
    page = int(numbered[1]) if numbered else 0
    found: _Collection | None = None
    for request in _REQUESTS:
        match = request.pattern.fullmatch(paged if request.kind == "page" else asked)
        if match is None:
            continue
        found = found or _Collection(scope, index, history)
        groups = match.groupdict()
        what, topic = ((groups.get(name) or "").strip() for name in ("what", "topic"))
        if answer := found.answer(request.kind, request.language, what, page, topic):
            return answer
    return None


def _of_documents(asked: str, history: Sequence[Answer]) -> str:
    """`asked` with documents named, where "which of them" follows a question about documents."""
    last = history[-1].plan if history else None
    if last is None or last.kind is not Kind.COLLECTION:
        return asked
    for pattern, named in _THOSE:
        asked = pattern.sub(named, asked, count=1)
    return asked


@dataclass(slots=True)
class _Text:
    """An answer while it is put together, line by line."""

    lines: list[str] = field(default_factory=list)
    sentences: list[AnswerSentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    named: list[tuple[str, str]] = field(default_factory=list)

    def name(self, records: Iterable[DocumentRecord]) -> None:
        """Note that these documents are named."""
        self.named += [(record.space, record.name) for record in records]

    def say(self, text: str, *, row: bool = False, number: int | None = None) -> None:
        """Add a line, or a row of a list, with the number of its citation."""
        if not row or not self.lines or not self.lines[-1].startswith("- "):
            self.lines += [""] if self.lines else []
        self.lines.append(("- " if row else "") + text + (f" [{number}]" if number else ""))
        self.sentences.append(AnswerSentence(text, (number,) if number else (), supported=True))


class _Collection:
    """The documents of one question's scope."""

    def __init__(self, scope: Scope, index: SearchIndex, history: Sequence[Answer]) -> None:
        self._scope = scope
        self._index = index
        self._history = history
        self._records = index.documents_of(scope)
        self._known = {hit.chunk_id: number for turn in history for number, hit in turn.shown()}
        self._new: dict[str, int] = {}

    def answer(
        self, kind: str, language: Language, what: str, page: int, topic: str = ""
    ) -> CollectionAnswer | None:
        words = language.collection.replies
        of_place: dict[str, Callable[[_Text, dict[str, str], Language, str], bool | None]] = {
            "count": self._count,
            "list": self._list,
            "count_kind": self._count_kind,
            "list_kind": self._list_kind,
            "about": self._about,
            "spaces": self._spaces,
            "types": self._types,
            "newest": self._newest,
            "oldest": self._oldest,
            "source": self._source,
        }
        text = _Text()
        document = None
        if kind in of_place:
            said = of_place[kind](text, dict(words), language, what)
        else:
            meant = self._meant(what, loosely=kind in ("pages", "page", "space", "summary"))
            if not meant:
                return None
            if kind not in ("have", "where", "space") and len(meant) > 1:
                meant = self._in_force(meant)
            document = meant[0] if len(meant) == 1 else None
            said = self._of_documents(text, dict(words), language, kind, meant, what, page, topic)
        if said is None:
            return None
        return CollectionAnswer(
            kind=kind,
            text="\n".join(text.lines),
            language=language.code,
            found=said,
            sentences=tuple(text.sentences),
            citations=tuple(text.citations),
            hits=tuple(text.hits),
            numbers=dict(self._new),
            document=document,
            named=tuple(dict.fromkeys([*((one.space, "") for one in self._records), *text.named])),
        )

    # Many documents

    def _count(
        self, text: _Text, words: dict[str, str], language: Language, what: str
    ) -> bool | None:
        chosen = self._chosen(words, language, what)
        if chosen is None:
            return self._about(text, words, language, _topic(what)) if _topic(what) else None
        records, where = chosen
        text.say(_counted(words, "count", len(records), where))
        spaces = Counter(record.space for record in records)
        if len(spaces) > 1:
            text.say(words["by_space"])
            self._rows(text, words, [_space_row(words, *one) for one in sorted(spaces.items())])
        return bool(records)

    def _list(
        self, text: _Text, words: dict[str, str], language: Language, what: str
    ) -> bool | None:
        chosen = self._chosen(words, language, what)
        if chosen is None:
            return self._about(text, words, language, _topic(what)) if _topic(what) else None
        return self._listed(text, words, *chosen)

    def _count_kind(
        self, text: _Text, words: dict[str, str], language: Language, what: str
    ) -> bool | None:
        records = self._of_kind(language, what)
        if records is None:
            return None
        where = " " + words["of_kind"].format(kind=what)
        text.say(_counted(words, "count", len(records), where))
        return bool(records)

    def _list_kind(
        self, text: _Text, words: dict[str, str], language: Language, what: str
    ) -> bool | None:
        records = self._of_kind(language, what)
        if records is None:
            return None
        return self._listed(text, words, records, " " + words["of_kind"].format(kind=what))

    def _listed(
        self, text: _Text, words: dict[str, str], records: Sequence[DocumentRecord], where: str
    ) -> bool:
        if not records:
            text.say(words["none"].format(where=where))
            return False
        text.say(_counted(words, "list", len(records), where))
        several = len({record.space for record in records}) > 1
        text.name(records[:MOST_LISTED])
        self._rows(text, words, [_row(words, record, several) for record in records])
        return True

    def _about(
        self, text: _Text, words: dict[str, str], language: Language, what: str
    ) -> bool | None:
        """Documents with a topic in their name or title, then those of which a passage names it."""
        wanted = set(content_stems(what))
        if not wanted:
            return None
        named = [record for record in self._records if _holds(wanted, name_words(record))]
        found = [as_data(hit).hit for hit in self._index.search(what, self._scope, _SEARCHED).hits]
        telling: dict[tuple[str, str], Hit] = {}
        for hit in found:
            if _holds(wanted, content_stems(f"{hit.heading}\n{hit.text}")):
                telling.setdefault((hit.space, hit.document), hit)
        places = dict.fromkeys([*((one.space, one.name) for one in named), *telling])
        several = len({record.space for record in self._records}) > 1
        records = {(one.space, one.name): one for one in self._records}
        text.named += [place for place in places if place in records]
        if not places:
            where = self._scoped(words)
            text.say(words["topic_none"].format(what=_plain(what), where=where))
            nearest = {(hit.space, hit.document): hit for hit in reversed(found)}
            if nearest:
                text.say(words["nearest"])
                for place, hit in list(reversed(nearest.items()))[:3]:
                    if place in records:
                        shown = _row(words, records[place], several)
                        self._cite(text, hit, _best_sentence(hit, wanted), shown)
            return False
        text.say(words["topic_one" if len(places) == 1 else "topic"].format(what=_plain(what)))
        rows: list[str] = []
        for place in places:
            if place not in records:
                continue
            shown = _row(words, records[place], several)
            if place in telling and len(text.citations) < MOST_QUOTED:
                quote = _best_sentence(telling[place], wanted)
                self._cite(text, telling[place], quote, f"{shown}: “{_shortened(quote)}”")
            else:
                rows.append(shown)
        self._rows(text, words, rows)
        return True

    def _spaces(self, text: _Text, words: dict[str, str], language: Language, what: str) -> bool:
        spaces = Counter(record.space for record in self._records)
        text.say(words["spaces_one" if len(spaces) == 1 else "spaces"].format(count=len(spaces)))
        self._rows(text, words, [_space_row(words, *one) for one in sorted(spaces.items())])
        return bool(spaces)

    def _types(self, text: _Text, words: dict[str, str], language: Language, what: str) -> bool:
        kinds = Counter(PurePosixPath(one.name).suffix[1:].upper() or "?" for one in self._records)
        if not kinds:
            text.say(words["none"].format(where=self._scoped(words)))
            return False
        text.say(words["types"])
        rows = [words["type_row"].format(kind=_plain(k), count=n) for k, n in kinds.most_common()]
        self._rows(text, words, rows)
        return True

    def _newest(self, text: _Text, words: dict[str, str], language: Language, what: str) -> bool:
        return self._by_age(text, words, language, newest=True)

    def _oldest(self, text: _Text, words: dict[str, str], language: Language, what: str) -> bool:
        return self._by_age(text, words, language, newest=False)

    def _by_age(
        self, text: _Text, words: dict[str, str], language: Language, *, newest: bool
    ) -> bool:
        if not self._records:
            text.say(words["none"].format(where=self._scoped(words)))
            return False
        ordered = sorted(self._records, key=lambda one: one.indexed_at, reverse=newest)
        text.say(words["newest" if newest else "oldest"])
        text.name(ordered[:MOST_NEWEST])
        self._dates(text, words, language, ordered[:MOST_NEWEST])
        return True

    # One document, or a few of the same name

    def _of_documents(
        self,
        text: _Text,
        words: dict[str, str],
        language: Language,
        kind: str,
        meant: Sequence[DocumentRecord],
        what: str,
        page: int,
        topic: str,
    ) -> bool:
        several = len({record.space for record in self._records}) > 1
        text.name(meant)
        if kind in ("have", "where"):
            text.say(words[kind])
            self._rows(text, words, [_row(words, record, several) for record in meant])
        elif kind == "space":
            for record in meant[:MOST_LISTED]:
                space = _space(words, record.space)
                text.say(words["space"].format(name=_name(record), space=space), row=len(meant) > 1)
        elif kind == "pages":
            for record in meant[:MOST_LISTED]:
                way = {None: "no_pages", 1: "pages_one"}.get(record.pages, "pages")
                said = words[way].format(name=_name(record), pages=record.pages)
                text.say(said, row=len(meant) > 1)
        elif kind == "when" and len(meant) == 1:
            date, time = _date(language, meant[0].indexed_at)
            text.say(words["when"].format(name=_name(meant[0]), date=date, time=time))
        elif kind == "when":
            text.say(words["newest"])
            self._dates(text, words, language, meant[:MOST_LISTED])
        elif len(meant) > 1:
            if kind == "mentions":
                found = [self._mentions(text, words, one, topic) for one in meant[:MOST_LISTED]]
                return any(found)
            text.say(words["which"].format(what=_plain(what)))
            self._rows(text, words, [_row(words, record, several) for record in meant])
        else:
            return self._of_one(text, words, kind, meant[0], page, topic)
        return True

    def _of_one(
        self,
        text: _Text,
        words: dict[str, str],
        kind: str,
        record: DocumentRecord,
        page: int,
        topic: str,
    ) -> bool:
        match kind:
            case "page":
                return self._page(text, words, record, page)
            case "author":
                return self._author(text, words, record)
            case "tables" | "sections":
                return self._counted_parts(text, words, record, kind)
            case "mentions":
                return self._mentions(text, words, record, topic)
            case "headings":
                return self._headings(text, words, record)
            case _:
                return self._contents(text, words, record)

    def _page(self, text: _Text, words: dict[str, str], record: DocumentRecord, page: int) -> bool:
        name = _name(record)
        hits = [as_data(hit).hit for hit in self._index.chunks(record.space, record.name)]
        paged = record.pages is not None or any(hit.page is not None for hit in hits)
        on_page = [hit for hit in hits if hit.page == page] if paged else hits
        if paged and record.pages is not None and not 1 <= page <= record.pages:
            text.say(words["page_beyond"].format(name=name, pages=record.pages, page=page))
            return False
        if not any(hit.text.strip() for hit in on_page):
            empty = "page_empty" if paged else "empty"
            text.say(words[empty].format(name=name, page=page))
            return False
        text.say(words["page" if paged else "no_such_page"].format(name=name, page=page))
        room = _PAGE_CHARACTERS
        for hit in on_page:
            if len(hit.text) > room and room < _PAGE_CHARACTERS:
                break
            room -= len(hit.text)
            shown = hit.text.strip()[:_PAGE_CHARACTERS]
            self._cite(text, hit, next(iter(sentences(shown)), shown), shown, row=False)
        else:
            return True
        if paged:
            text.say(words["cut"].format(name=name))
        return True

    def _contents(self, text: _Text, words: dict[str, str], record: DocumentRecord) -> bool:
        """Title, headings, and the sentences that stand for the rest."""
        hits = [as_data(hit).hit for hit in self._index.chunks(record.space, record.name)]
        if not any(hit.text.strip() for hit in hits):
            text.say(words["empty"].format(name=_name(record)))
            return False
        title = ""
        if record.title and not says_its_name(record):
            title = " " + words["title"].format(title=_plain(record.title))
        text.say(words["contents"].format(name=_name(record), title=title))
        outline = outline_of(hits, record.title)
        for hit, sentence in outline.lead:
            self._cite(text, hit, sentence, _shortened(sentence))
        if outline.parts:
            text.say(words["headings"])
            for part in outline.parts[:MOST_HEADINGS]:
                self._part(text, part)
            if len(outline.parts) > MOST_HEADINGS:
                more = len(outline.parts) - MOST_HEADINGS
                text.say(words["more_parts"].format(count=more))
        if sum(part.hit is not None for part in outline.parts) + len(outline.lead) < FEW_SENTENCES:
            self._key_sentences(text, words, hits, {one for _, one in outline.lead})
        return True

    def _part(self, text: _Text, part: PartOfDocument) -> None:
        heading = _plain(part.heading)
        if part.hit is None:
            text.say(heading, row=True)
        else:
            self._cite(text, part.hit, part.sentence, f"{heading}: {_shortened(part.sentence)}")

    def _key_sentences(
        self, text: _Text, words: dict[str, str], hits: Sequence[Hit], told: Set[str]
    ) -> None:
        """The sentences that stand for the rest, of a document without parts to name."""
        said = [
            (hit, sentence, number == 0)
            for hit in hits
            for number, sentence in enumerate(sentences(hit.text))
            if sentence not in told
        ]
        if not said:
            return
        step = max(1, -(-len(said) // _READ))
        said = said[::step]
        chosen = key_sentences(
            [Candidate(sentence, hit.heading, first) for hit, sentence, first in said],
            KEY_SENTENCES,
            self._index.embedder,
        )
        text.say(words["says"])
        for place in chosen:
            hit, sentence, _ = said[place]
            self._cite(text, hit, sentence, _shortened(sentence))

    def _headings(self, text: _Text, words: dict[str, str], record: DocumentRecord) -> bool:
        """All headings in order, each below the one that it belongs to."""
        paths = dict.fromkeys(
            tuple(hit.heading.split(SEPARATOR)[:depth])
            for hit in self._index.chunks(record.space, record.name)
            if hit.heading
            for depth in range(1, hit.heading.count(SEPARATOR) + 2)
        )
        if not paths:
            text.say(words["no_headings"].format(name=_name(record)))
            return False
        text.say(words["headings_of"].format(name=_name(record)))
        self._rows(text, words, [" › ".join(map(_plain, path)) for path in paths])
        return True

    def _author(self, text: _Text, words: dict[str, str], record: DocumentRecord) -> bool:
        author = _plain(record.about.author)
        way = "author" if author else "no_author"
        text.say(words[way].format(name=_name(record), author=author))
        return bool(author)

    def _counted_parts(
        self, text: _Text, words: dict[str, str], record: DocumentRecord, kind: str
    ) -> bool:
        """How many tables or headings there are, as far as they were read."""
        if kind == "tables":
            named = [one.name for one in self._index.tables_of(record.space, record.name)]
        else:
            hits = self._index.chunks(record.space, record.name)
            named = list(dict.fromkeys(hit.heading for hit in hits if hit.heading))
        way = f"{kind}_one" if len(named) == 1 else kind
        text.say(words[way].format(name=_name(record), count=len(named)))
        self._rows(text, words, [_plain(one.replace(SEPARATOR, " › ")) for one in named if one])
        return True

    def _mentions(
        self, text: _Text, words: dict[str, str], record: DocumentRecord, topic: str
    ) -> bool:
        """The sentences of a document that name something; that none does is known as well."""
        wanted = set(content_stems(topic))
        hits = [as_data(hit).hit for hit in self._index.chunks(record.space, record.name)]
        said = [(hit, one) for hit in hits for one in sentences(hit.text) if _names_all(topic, one)]
        said = said or [
            (hit, one)
            for hit in hits
            for one in sentences(hit.text)
            if wanted and _holds(wanted, content_stems(f"{hit.heading} {one}"))
        ]
        shown = {"name": _name(record), "what": _plain(topic)}
        if not said:
            text.say(words["mentions_none"].format(**shown))
            return False
        text.say(words["mentions"].format(**shown))
        for hit, sentence in said[:KEY_SENTENCES]:
            self._cite(text, hit, sentence, _shortened(sentence))
        if len(said) > KEY_SENTENCES:
            text.say(words["mentions_more"].format(count=len(said) - KEY_SENTENCES))
        return True

    def _source(
        self, text: _Text, words: dict[str, str], language: Language, what: str
    ) -> bool | None:
        """Where the answer before was taken from."""
        last = self._history[-1] if self._history else None
        if last is None or last.retold:
            return None
        shown = {(one.space, one.document) for one in last.citations}
        records = {(one.space, one.name): one for one in self._records}
        if not shown & {*records}:
            text.say(words["no_source"])
            return False
        text.say(words["source"])
        for one in last.citations:
            hit, record = self._index.chunk(one.chunk_id), records.get((one.space, one.document))
            if hit is None or record is None:
                continue
            told = as_data(hit).hit
            place = _name(record)
            if told.page is not None:
                place = words["at_page"].format(name=place, page=told.page)
            if told.heading:
                place = f"{place} › {_plain(told.heading.replace(SEPARATOR, ' › '))}"
            self._cite(text, told, one.quote, place)
            text.name([record])
        return True

    # What all of them need

    def _meant(self, what: str, *, loosely: bool) -> list[DocumentRecord]:
        """The documents that are named, or pointed at."""
        if what and not points_at_one(what):
            return documents_called(what, self._records, loosely=loosely)
        if self._scope.documents is not None and len(self._records) == 1:
            return self._records
        last = self._history[-1] if self._history else None
        if last is None:
            return []
        places = {(one.space, one.document) for one in last.citations}
        return [
            one for one in self._records if (one.space, one.name) in places and len(places) == 1
        ]

    def _in_force(self, meant: list[DocumentRecord]) -> list[DocumentRecord]:
        """Those that do not say that a newer edition has replaced them; all where all do."""
        current = [
            record
            for record in meant[:MOST_LISTED]
            if not read_edition(
                record.name,
                "\n".join(hit.text for hit in self._index.chunks(record.space, record.name)[:2]),
            ).replaced
        ]
        return current or meant

    def _chosen(
        self, words: dict[str, str], language: Language, what: str
    ) -> tuple[list[DocumentRecord], str] | None:
        """The documents of a space that is named, of the scope where none is; None for no space."""
        if not what:
            return self._records, self._scoped(words)
        inside = re.match(
            rf"(?:{'|'.join(language.collection.within)})\s+(?:\w+\s+)??"
            rf"(?:(?:{'|'.join(language.collection.spaces)})\s+)?(?P<name>.+)",
            what,
            re.IGNORECASE,
        )
        if inside is None:
            return None
        asked = what.split(" ", 1)[1].casefold()
        for space in {record.space for record in self._records}:
            called = _space(words, space)
            if any(asked.strip("\"'“”„« »") in _ways(language, name) for name in (space, called)):
                records = [record for record in self._records if record.space == space]
                return records, " " + words["in_space"].format(space=called)
        return None

    def _of_kind(self, language: Language, what: str) -> list[DocumentRecord] | None:
        called = what.casefold()
        for ending, names in language.collection.file_types.items():
            if called in names:
                endings = {f".{one}" for one in (ending, *_ALIKE.get(ending, "").split())}
                return [
                    record
                    for record in self._records
                    if PurePosixPath(record.name).suffix.casefold() in endings
                ]
        return None

    def _scoped(self, words: dict[str, str]) -> str:
        return "" if self._scope.documents is None else " " + words["in_scope"]

    def _rows(self, text: _Text, words: dict[str, str], rows: Sequence[str]) -> None:
        for row in rows[:MOST_LISTED]:
            text.say(row, row=True)
        if len(rows) > MOST_LISTED:
            text.say(words["more"].format(count=len(rows) - MOST_LISTED))

    def _dates(
        self,
        text: _Text,
        words: dict[str, str],
        language: Language,
        records: Sequence[DocumentRecord],
    ) -> None:
        rows = [
            words["row_date"].format(name=_name(one), date=_date(language, one.indexed_at)[0])
            for one in records
        ]
        self._rows(text, words, rows)

    def _cite(self, text: _Text, hit: Hit, quote: str, shown: str, *, row: bool = True) -> None:
        """Say what a passage tells, with the number that it has in this conversation."""
        number = self._known.get(hit.chunk_id)
        if number is None:
            number = max([*self._known.values(), 0]) + 1
            self._known[hit.chunk_id] = self._new[hit.chunk_id] = number
        if all(one.chunk_id != hit.chunk_id for one in text.hits):
            text.hits.append(hit)
            text.citations.append(citation(number, hit, quote))
        text.say(_plain_lines(shown), row=row, number=number)


def _counted(words: dict[str, str], kind: str, count: int, where: str) -> str:
    if not count:
        return words["none"].format(where=where)
    return words[f"{kind}_one" if count == 1 else kind].format(count=count, where=where)


def _row(words: dict[str, str], record: DocumentRecord, several: bool) -> str:
    shown = _name(record)
    if record.title and not says_its_name(record):
        shown += f" ({_plain(record.title)})"
    if several:
        shown = words["in"].format(name=shown, space=_space(words, record.space))
    return f"{shown} – {words['warning']}" if record.warning else shown


def _space_row(words: dict[str, str], space: str, count: int) -> str:
    way = "space_row_one" if count == 1 else "space_row"
    return words[way].format(space=_space(words, space), count=count)


def _space(words: dict[str, str], space: str) -> str:
    return words["own_space"] if space.startswith(_OWN) else _plain(space)


def _ways(language: Language, space: str) -> Iterator[str]:
    """How people may write a space's name behind "in"."""
    plain = space.casefold()
    yield plain
    articles = ("", *(f"{one} " for one in language.collection.before_names))
    for article in articles:
        yield article + plain
        for word in language.collection.spaces:
            yield f"{article}{word} {plain}"
            yield f"{article}{plain} {word}"


def _topic(what: str) -> str:
    """What stands behind "about"; "" where something else opens `what`."""
    first, _, rest = what.partition(" ")
    about = words_of(lambda language: language.collection.about)
    return rest.strip() if first.casefold() in about else ""


def _holds(wanted: set[str], told: Sequence[str] | set[str]) -> bool:
    """Whether all stems are told, also as parts of compounds."""
    stems = {*told, *(stem_of(word) for word in told)}
    return all(
        stem in stems or (len(stem) >= _COMPOUND and any(stem in one for one in stems))
        for stem in wanted
    )


def _best_sentence(hit: Hit, wanted: set[str]) -> str:
    told = sentences(hit.text)
    if not told:
        return hit.text.strip()
    return max(told, key=lambda sentence: len(wanted & set(content_stems(sentence))))


def _names_all(topic: str, sentence: str) -> bool:
    """Whether a sentence has these words as they are written: "gravity.db"."""
    return bool(topic) and topic.casefold() in sentence.casefold()


def _date(language: Language, written: str) -> tuple[str, str]:
    """Day and time of a date in ISO 8601, as the language writes it."""
    moment = datetime.fromisoformat(written)
    return in_words(Day(moment.year, moment.month, moment.day), language), f"{moment:%H:%M}"


def _name(record: DocumentRecord) -> str:
    return _plain(record.name)


def _plain(text: str) -> str:
    """A name or title on one line, without links, and without marks of citations."""
    return _CITED.sub(r"(\1)", defuse(" ".join(text.split()))[0])


def _plain_lines(text: str) -> str:
    return "\n".join(_CITED.sub(r"(\1)", line.rstrip()) for line in text.splitlines())


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTE else line[: _QUOTE - 1].rsplit(" ", 1)[0] + "…"
