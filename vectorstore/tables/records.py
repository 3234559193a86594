"""The values of a table: columns, rows, and where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# "mixed" is a column that has no kind of its own.
Kind = Literal["text", "number", "money", "percent", "duration", "date", "yes_no", "mixed", "empty"]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its name as it stands, and what most of its cells hold.

    `unit` is that of the name ("Price EUR") or of every cell, in the spelling of
    `vectorstore.tables.values`, or "". That of a first column of texts is the scale of the whole
    table ("million EUR"), if it has one. `decimal` is the decimal mark of its numbers; "" where
    that cannot be known, so that "1.250" may be either.
    """

    name: str
    kind: Kind = "text"
    unit: str = ""
    decimal: str = ""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row before it is stored; `position` is that of the chunk that says it."""

    cells: Sequence[str]
    position: int
    page: int | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class NewTable:
    """A table before it is stored. `name` is its own title, caption or sheet, or ""."""

    name: str
    heading: str
    columns: Sequence[TableColumn]
    rows: Sequence[NewRow]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the catalogue, without its rows."""

    id: int
    space: str
    document: str
    title: str  # of the document
    number: int  # within the document, from 0
    name: str
    heading: str  # the path of headings above it
    columns: tuple[TableColumn, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a stored table, with the chunk that says it.

    `number` counts from 1 within the table; `address` names its cells as the format does.
    """

    number: int
    cells: tuple[str, ...]
    page: int | None
    address: str
    position: int
    chunk_id: str
