"""What a plan is: a computation over the rows of one table, as values."""

from dataclasses import dataclass, field
from typing import Literal

from app.answering.tables.asking import Asked
from app.answering.tables.view import Column, Record, View
from vectorstore.tables.values import Value

Operation = Literal[
    "list",
    "count",
    "extreme",
    "sum",
    "average",
    "difference",
    "change",
    "share",
    "ratio",
    "groups",
    "cell",
]
Aggregate = Literal["count", "sum", "average"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition on a column: "<", "<=", ">", ">=", "=" and the figure."""

    column: Column
    sign: str
    value: Value
    said: str  # the figure in the question's words


@dataclass
class Plan:
    """A computation over the rows of a view.

    `entity` is the column of what is asked for; `shown` are other columns that are; `top` is
    how many of the highest or lowest.
    """

    view: View
    asked: Asked
    operation: Operation
    records: list[Record]
    entity: Column | None = None
    measure: Column | None = None
    other: Column | None = None  # of a change: the later column
    shown: list[Column] = field(default_factory=list)
    low: bool = False
    top: int = 1
    from_top: int = 0  # 1 for "second cheapest"
    bounds: list[Bound] = field(default_factory=list)
    named: list[int] = field(default_factory=list)  # columns by whose cells rows were named
    group: Column | None = None  # of groups: rows with the same text belong together
    aggregate: Aggregate = "count"  # of each group
    most: bool = False  # of groups: only the one with the highest figure, or the lowest
    compares: bool = False  # of an extreme: two named rows, and both are shown
    percent: bool = False  # of a change: told as a percentage
    names: str = ""  # what is counted, in the question's words
    fit: float = 0.0  # words that columns and cells account for


class NoPlan(Exception):
    """The table does not account for all of the question."""
