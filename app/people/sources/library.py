"""Sources as a person may open them: the one that is there and theirs, or nothing."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from app.people.access import Person, Right, Rules, allowed
from app.people.sources.locating import Box, lines_of, locate
from app.people.sources.rendering import DrawnPage, Kind, PageFault, PageRenderer
from ingest.filetype import recognise
from ingest.ocr.words import LayoutFault, RecognisedPage
from ingest.originals import Originals
from ingest.sections import LoaderError
from vectorstore.index import Index
from vectorstore.records import DocumentRecord, Hit, PageReading

_PAGE_OPEN_S = 600.0  # for so long a page's picture belongs to the page that was opened

# Writes on the audit trail that `person` opens a source, before they see it.
Record = Callable[[str, dict[str, Any]], None]


_DRAWN: dict[str, Kind] = {"pdf": "pdf", "picture": "picture"}  # by the file's type


class NoSuchSource(Exception):
    """A document that is not there, or not this person's: they are told the same."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document that the person may read.

    `passage` is None where the link named none, or one that is not in this document any more.
    """

    record: DocumentRecord
    passage: Hit | None
    drawn_as: Kind | None  # None for formats whose pages are not drawn
    has_original: bool


class Sources:
    """Opens documents of one index for people; safe to use from many threads."""

    def __init__(
        self,
        index: Index,
        originals: Originals,
        rules: Callable[[], Rules],
        record: Record,
        renderer: PageRenderer,
    ) -> None:
        self._index = index
        self._originals = originals
        self._rules = rules
        self._record = record
        self._renderer = renderer
        self._lock = threading.Lock()
        self._opened: OrderedDict[tuple[str, str, int | None], float] = OrderedDict()

    def find(self, person: Person, space: str, name: str, chunk: str = "") -> Source:
        """Raises NoSuchSource for what is not there or not theirs."""
        record = self._readable(person, space, name)
        passage = self._index.chunk(chunk) if chunk else None
        if passage is not None and (passage.space, passage.document) != (space, name):
            passage = None
        file = self._originals.open(record)
        if file is None:
            return Source(record, passage, None, has_original=False)
        with file:
            return Source(record, passage, _drawn_as(file, name), has_original=True)

    def note_opened(self, person: Person, source: Source, what: str, page: int | None) -> None:
        """Put on record that the person opens it; TrailFault where that cannot be.

        A page's picture is part of the page, where that was opened a moment ago.
        """
        record = source.record
        place = person.id, record.sha256, page
        with self._lock:
            now = time.monotonic()
            while self._opened and next(iter(self._opened.values())) < now - _PAGE_OPEN_S:
                self._opened.popitem(last=False)
            if what == "picture" and place in self._opened:
                return
        about = {
            "space": record.space,
            "document": record.name,
            "sha256": record.sha256,
            "page": page,
            "chunk_id": source.passage.chunk_id if source.passage else None,
            "what": what,
        }
        self._record(person.id, about)
        with self._lock:
            self._opened[place] = time.monotonic()
            self._opened.move_to_end(place)

    def chunks(self, source: Source) -> list[Hit]:
        """The document's passages in the order of its text."""
        return self._index.chunks(source.record.space, source.record.name)

    def draw(
        self, source: Source, page: int, gone: Callable[[], bool] = lambda: False
    ) -> DrawnPage:
        """A page as a picture, with the words that it shows, unless `gone`: nobody waits for it.

        Raises PageFault.
        """
        kind = source.drawn_as
        if kind is None:
            raise PageFault("is of a format whose pages are not drawn")

        def opened() -> BinaryIO:
            file = self._originals.open(source.record)
            if file is None:
                raise PageFault("is not there any more")
            return file

        drawn = self._renderer.draw(source.record.sha256, page, opened, kind, gone)
        reading = self.reading(source, page)
        return drawn if reading is None else _with_recognised(drawn, reading)

    def reading(self, source: Source, page: int) -> PageReading | None:
        """How a page was read; None where that is not known."""
        return self._index.reading(source.record.space, source.record.name, page)

    def original(self, source: Source) -> BinaryIO:
        """The document's file. Raises NoSuchSource when its bytes are nowhere."""
        file = self._originals.open(source.record)
        if file is None:
            raise NoSuchSource
        return file

    def _readable(self, person: Person, space: str, name: str) -> DocumentRecord:
        if not allowed(person, Right.READ, space, self._rules()):
            raise NoSuchSource
        record = self._index.document(space, name)
        if record is None:
            raise NoSuchSource
        return record


def highlights(drawn: DrawnPage, quote: str, passage: Hit | None) -> list[Box]:
    """Where the sentence is on the page, a box a line; none when it could not be found."""
    around = passage.text if passage else ""
    return lines_of(locate(quote, drawn.text, around), drawn.text, drawn.boxes)


def _drawn_as(file: BinaryIO, name: str) -> Kind | None:
    try:
        found = recognise(file, name).type
    except (LoaderError, OSError):
        return None
    return _DRAWN.get(found)


def _with_recognised(drawn: DrawnPage, reading: PageReading) -> DrawnPage:
    """The page with the words that were recognised on it in the place of its own.

    Words of pictures on a page that was read from its own text come after those.
    """
    if not reading.words or not drawn.png:
        return drawn
    try:
        text, boxes = RecognisedPage.unpacked(reading.words, reading.layout).seen()
    except LayoutFault as fault:
        raise PageFault(f"has words at places that nobody understands ({fault})") from None
    if reading.confidence is None:
        text, boxes = f"{drawn.text}\n{text}", [*drawn.boxes, (0, 0, 0, 0), *boxes]
    return replace(drawn, text=text, boxes=tuple(boxes))
