"""The values that go into the index and come out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

# How a page was read: its own text; words recognised on the drawn page; either of them with some
# of it left out; or nothing, though something is there.
How = Literal["text", "ocr", "partly", "unreadable"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document that fits the embedder's window, never across a page border.

    `page` counts from 1 and is None for formats without pages; `heading` is the path of
    headings above the text, joined by " > ", or "".
    """

    text: str
    page: int | None
    heading: str


@dataclass(frozen=True, slots=True)
class About:
    """What a document is, as far as it says so; "" where it does not.

    Days are in ISO form, and may lack the day or the month: "2024-03".
    """

    author: str = ""
    # policy, contract, invoice, letter, manual, report, slides, table, email or calendar
    type: str = ""
    language: str = ""  # ISO 639-1
    made: str = ""
    changed: str = ""
    valid_from: str = ""
    valid_until: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One document of the catalogue; unique by (space, name)."""

    space: str
    name: str  # path relative to the ingested folder, with "/" on every system
    title: str
    sha256: str  # of the file's bytes
    source: str  # absolute path it was read from, or "upload"
    pages: int | None
    chunks: int
    warning: str  # "" when everything was read
    indexed_at: str  # UTC, ISO 8601
    about: About = About()
    container: str = ""  # name of the document of its space that it lies in, such as an e-mail
    unread: int = 0  # documents that lie in it and were not read yet
    note: str = ""  # what is worth knowing of its reading, though nothing that is seen is missing

    @property
    def called(self) -> str:
        """The name as people read it: what lies in a document stands behind it."""
        start = f"{self.container}/"
        if not self.container or not self.name.startswith(start):
            return self.name
        return f"{self.container} › {self.name[len(start) :]}"


@dataclass(frozen=True, slots=True)
class FormerPlace:
    """A space and a name that a document had before it was moved, and its chunks' ids there."""

    space: str
    name: str
    chunk_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageReading:
    """How one page was read. `page` counts from 1.

    `confidence` is the mean of the recognised words, 0 to 1; None where none were recognised.
    `words` are these words, a line for each line of the page, and `layout` says where they are to
    be seen: bytes that ingestion writes and reads.
    """

    page: int
    how: How
    confidence: float | None = None
    words: str = ""
    layout: bytes = b""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What ingestion knows of a document before it is stored."""

    space: str
    name: str
    title: str
    sha256: str
    source: str
    pages: int | None
    warning: str
    readings: Sequence[PageReading] = ()  # of its pages, where the format has pages
    about: About = About()
    container: str = ""  # see DocumentRecord
    unread: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found by a search, best first in its list."""

    document: str
    page: int | None
    heading: str
    text: str
    score: float  # comparable within one search only
    chunk_id: str
    space: str
    position: int  # 0-based number of the (first) chunk within its document
    # What the score was made of, comparable between searches: "likeness" (late interaction) and
    # "cosine" with the question, "lexical" (share of the best BM25 score of this search).
    signals: dict[str, float] = field(default_factory=dict, compare=False)
    also_in: tuple[str, ...] = ()  # other documents of the search that say the same
    # Mean confidence, 0 to 1, of the words recognised on the passage's page; None where the page
    # has text of its own.
    recognised: float | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Ranked passages, and what it took: seconds by stage."""

    hits: Sequence[Hit]
    timings: dict[str, float]
