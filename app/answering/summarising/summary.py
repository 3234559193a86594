"""What a summary is, and the events that lead to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.events import Citation, ModelName, Notice, Usage, Writing


class NothingToSummarise(Exception):
    """The document holds no text; the message names it."""


@dataclass(frozen=True, slots=True)
class SummaryPoint:
    """One point of a summary, with the citations that code found to support it."""

    text: str
    citations: tuple[int, ...]
    quoted: bool  # the document's own sentence, not the model's words


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished summary; its points stand in the order of the document."""

    document: str
    title: str
    space: str
    points: Sequence[SummaryPoint]
    citations: Sequence[Citation]
    parts: int  # in which the document was read
    passages: int  # that the document has
    usage: Usage  # tokens of all prompts and drafts; `dropped.passages` were not read whole
    timings: dict[str, float]  # total_s
    model: ModelName
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingPart:
    """Part `part` of `parts` is being read, counted from 1; it begins at `place`."""

    part: int
    parts: int
    place: str


@dataclass(frozen=True, slots=True)
class Joining:
    """All parts are read; their `points` points are being joined."""

    points: int


@dataclass(frozen=True, slots=True)
class Summarised:
    """The summary; always the last event."""

    summary: Summary


SummaryEvent = ReadingPart | Joining | Writing | Summarised
