"""What a loader produces: sections of text with their page and heading path."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple, Protocol

from vectorstore.records import PageReading

if TYPE_CHECKING:  # a worker that sees text alone stays small
    from PIL import Image

    from ingest.ocr.words import RecognisedPage

Kind = Literal["text", "table", "code", "figure"]

HEADING_SEPARATOR = " > "
LONGEST_HEADING = 200  # characters; anything longer is a paragraph dressed as a heading
LEVELS = 6
DEEPEST_FILE = 4  # files within files


class GridRow(NamedTuple):
    """One row of a table: its cells, each a flat text, "" where it is empty.

    `line` is the number, from 0, of the line of the section's text that says it; `address` names
    its cells as the format does ("A5:F5"), and is "" where the format has no addresses.
    """

    line: int
    address: str
    cells: list[str]


class Grid(NamedTuple):
    """The cells behind a section of kind "table", which says them in lines.

    `name` is the table's own title, caption or sheet, or "". `columns` are the names of its
    columns, and empty where none were found. `goes_on`: its rows follow those of the section
    before, in the same table. `decimal` is the decimal mark of its numbers where the format
    settles that, or "".
    """

    name: str
    columns: list[str]
    rows: list[GridRow]
    goes_on: bool = False
    decimal: str = ""


class Section(NamedTuple):
    """A block of text under one heading, on one page.

    `text` keeps its line breaks: in a "table" each line is a row that carries its column names,
    in "code" each line is a line of the original, in "text" a blank line parts paragraphs; a
    "figure" is what a picture says.
    `page` counts from 1 and is None for formats without pages; `heading` is the path of
    headings above the text, joined by " > ", or "". A "table" whose cells are known has a `grid`.
    """

    text: str
    page: int | None = None
    heading: str = ""
    kind: Kind = "text"
    grid: Grid | None = None


class LoaderError(Exception):
    """A file cannot be read; the message says why and what to do about it."""


class NeedsConversion(LoaderError):
    """A file is of a format that another program has to convert first.

    The message is for where there is no such program.
    """

    def __init__(self, message: str, target: str) -> None:
        """`target` is the ending of the format that is read: "docx"."""
        super().__init__(message)
        self.target = target


class Members(Protocol):
    """Takes what lies in a file and is a document of its own, such as an attachment."""

    def __call__(self, name: str, data: bytes, *, needed: bool) -> None:
        """`name` is its path within the file; one not `needed` may have no words."""
        ...


class Unrecognised(Exception):
    """The words of a picture could not be recognised; the message says why."""


class Scans(Protocol):
    """Recognises the words of pages that are pictures."""

    def page(self, number: int, draw: "Callable[[], Image.Image]") -> "RecognisedPage":
        """The words of page `number`, from 1; `draw` makes its picture, if that is needed.

        Raises Unrecognised, and what `draw` raises.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file says of itself, as it writes it; "" where it does not."""

    author: str = ""
    language: str = ""
    made: str = ""
    changed: str = ""


@dataclass(slots=True)
class Findings:
    """What a loader learns about a document beside its text, filled in while it yields.

    `readings` says of formats with pages how each was read. Without `scans` pictures are not read.
    `may_draw` and `drawing` are for loaders that look at drawn pages: a library that draws may
    end the process on a hostile page, so whoever reads is told before the first page is drawn,
    and can read the file again without. With `members`, what lies in the file goes there; without,
    it is read as a part of the file. `notes` are worth knowing, while nothing that people could
    see is missing; anything else is a warning.
    """

    title: str = ""
    pages: int | None = None
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    may_draw: bool = True
    drawing: Callable[[], None] = lambda: None
    scans: Scans | None = None
    members: Members | None = None
    readings: list[PageReading] = field(default_factory=list)
    depth: int = 0  # of the file: 1 within another file
    stated: Stated = Stated()
    type: str = ""  # what the file is, by its content: a name of `ingest.filetype`

    def within(self) -> "Findings":
        """Those of a file within this one. Raises LoaderError for files nested too deeply."""
        if self.depth >= DEEPEST_FILE:
            raise LoaderError("lies too deep in files within files")
        return Findings(
            may_draw=self.may_draw, drawing=self.drawing, scans=self.scans, depth=self.depth + 1
        )

    def warn(self, message: str) -> None:
        """Note something that was not read, or read with doubt; once."""
        if message not in self.warnings:
            self.warnings.append(message)


LoadWithin = Callable[[BinaryIO, str, Findings], Iterator[Section]]
"""Reads a file within another one: its bytes, its name, and what is learnt about it."""


class Outline:
    """Keeps the path of headings while a loader walks through a document.

    A heading with nothing below it is text of its own, or it could not be found: `open` and
    `close` yield it as a section under its parent.
    """

    def __init__(self, findings: Findings, root: str = "") -> None:
        self._findings = findings
        self._root = root
        self._path: list[tuple[int, str]] = []
        self._bare = False  # the innermost heading has no text below it yet

    @property
    def path(self) -> str:
        """The headings above the current place, joined."""
        parts = [title for _, title in self._path]
        return HEADING_SEPARATOR.join(part for part in (self._root, *parts) if part)

    def open(self, level: int, title: str, page: int | None = None) -> Iterator[Section]:
        """Enter a heading of `level` (1 is the highest)."""
        title = " ".join(title.split())
        if not title:
            return
        if len(title) > LONGEST_HEADING:
            yield self.place(title, page)
            return
        if self._bare and self._path and self._path[-1][0] >= level:
            yield from self.close(page)
        level = min(level, LEVELS)
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, title))
        self._bare = True
        if not self._findings.title:
            self._findings.title = title

    def place(
        self, text: str, page: int | None = None, kind: Kind = "text", grid: Grid | None = None
    ) -> Section:
        """Put text under the current heading."""
        self._bare = False
        return Section(text, page, self.path, kind, grid)

    def close(self, page: int | None = None) -> Iterator[Section]:
        """Leave the innermost heading, if it is still waiting for text."""
        if self._bare:
            _, title = self._path.pop()
            yield Section(title, page, self.path)
            self._bare = False


def below_title(sections: Iterable[Section], title: str) -> Iterator[Section]:
    """The sections without a topmost heading that only repeats the document's title."""
    start = title + HEADING_SEPARATOR
    for section in sections:
        heading = section.heading
        if heading == title:
            yield section._replace(heading="")
        elif heading.startswith(start):
            yield section._replace(heading=heading.removeprefix(start))
        else:
            yield section
