"""What an answer from tables is: a value, with the rows that it comes from."""

from dataclasses import dataclass
from decimal import Decimal

from app.answering.tables.plan import Operation


@dataclass(frozen=True, slots=True)
class UsedRow:
    """A row that an answer uses, and where it stands.

    `number` counts from 1 within its table; `address` names its cells as the format does
    ("A5:F5"), or is "". `chunk_id` and `position` are those of the passage that says it.
    `cells` are the names and texts of the cells that are shown, in the order of the columns.
    """

    document: str
    space: str
    page: int | None
    address: str
    number: int
    chunk_id: str
    position: int
    heading: str
    table: str
    label: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TableAnswer:
    """An answer that code has computed from rows of tables.

    `figure` is exact, or rounded where `notes` say so; None where the answer is rows or a text.
    `how` tells how a figure came about. `rows` stand in the order of the lines of `markdown`.
    `statement` is one plain sentence, `markdown` a table, or of a list its items; `notes` tell
    what was left out. All are in `language`; cells and names of columns keep their own.
    """

    operation: Operation
    column: str
    columns: tuple[str, ...]
    rows: tuple[UsedRow, ...]
    figure: Decimal | None
    unit: str
    how: str
    statement: str
    markdown: str
    notes: tuple[str, ...]
    language: str
    is_list: bool = False
