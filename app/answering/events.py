"""What an answer is, and the events that lead to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from app.answering.plan import Plan
from app.answering.window import PastTurn
from vectorstore.records import Hit


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a document that a reader can open: `quote` is the passage's own sentence."""

    n: int
    document: str
    page: int | None
    heading: str
    quote: str
    chunk_id: str
    space: str
    recognised: float | None = None  # see vectorstore.records.Hit


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer, with the citations that code found to support it."""

    text: str
    citations: tuple[int, ...]
    supported: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """What did not fit into the context window."""

    passages: int = 0
    history_turns: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """The account of one prompt, in the model's own tokens."""

    context_window: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    dropped: Dropped = field(default_factory=Dropped)


Outcome = Literal["answered", "partly", "unconfirmed", "not_found"]
Form = Literal["text", "list", "steps", "table", "comparison", "yes_no", "value", "talk"]
NoticeKind = Literal["orders", "links", "scans", "documents", "question", "answer"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What an answer's reader has to know of its way: kinds and counts, never a value.

    "orders": sentences of the passages that give orders to an assistant, and were not believed;
    "links": links, images and addresses of the answer that are plain text now; "scans": cited
    pages whose words were recognised with little certainty; "documents": what the question says of
    documents, and no document is, so that all were searched (`label` has its words); "question" and
    "answer": what a filter found there, `label` being its kind and `action` what became of it.
    """

    kind: NoticeKind
    count: int
    label: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class ModelName:
    """Which model wrote the answer."""

    name: str
    sha256: str
    # Of each its file, scale and the start of its SHA-256, as "tax.gguf ×0.8 3fa…".
    adapters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer, in Markdown.

    `outcome`: "answered"; "partly" (`missing` names the parts that the documents do not answer);
    "unconfirmed" (passages are near, and the answer shows them without claiming that they answer);
    "not_found". `found` is true for the first two.
    """

    id: str
    question: str
    answer: str  # with citation marks such as [1]
    found: bool
    quoted: bool  # the documents' own sentence stands in for the model's words
    confidence: float  # 0 to 1, that the documents hold the answer
    sentences: Sequence[AnswerSentence]
    citations: Sequence[Citation]
    passages: Sequence[Hit]
    usage: Usage
    timings: dict[str, float]  # search_s, first_token_s, total_s
    model: ModelName
    signals: dict[str, float] = field(default_factory=dict)  # what the confidence was made of
    # chunk_id -> number of the passages that the model was shown first in this turn; a later
    # turn of the conversation cites them by the same numbers.
    numbers: dict[str, int] = field(default_factory=dict)
    turns: tuple[PastTurn, ...] = ()  # the conversation up to here as the prompt shows it
    prompt_sha256: str = ""  # see window.tokens_sha256
    searched: str = ""  # the question that was searched for, made from the conversation
    notices: tuple[Notice, ...] = ()
    outcome: Outcome = "answered"
    form: Form = "text"
    missing: tuple[str, ...] = ()
    plan: Plan | None = None  # None for an answer of an earlier version
    searches: tuple[tuple[str, ...], ...] = ()  # of each search the chunk ids, best first
    steps: tuple[str, ...] = ()  # what was searched for after the question, one after the other
    # What the model wrote before its answer: the question as it is meant, what to search for next.
    asides: tuple[str, ...] = ()
    # Spaces and documents that it names from the catalogue; (space, "") for a space alone.
    named: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Citation, ...] = ()  # what EvidenceFound told before
    style: str = ""  # how its writer was told to write; "" where no model wrote it
    retold: bool = False  # whoever asks keeps the conversation and tells this turn again

    def shown(self) -> list[tuple[int, Hit]]:
        """The passages first shown in this turn, with their numbers, ascending."""
        held = [
            (self.numbers[hit.chunk_id], hit)
            for hit in self.passages
            if hit.chunk_id in self.numbers
        ]
        return sorted(held, key=lambda pair: pair[0])

    def public(self) -> dict[str, Any]:
        """What other programs get to see: all but what only the next turn needs."""
        plain = asdict(self)
        del plain["numbers"], plain["turns"], plain["retold"], plain["asides"]
        return plain


@dataclass(frozen=True, slots=True)
class Searching:
    """The documents are being searched for `question`.

    It is a `step` where what was found for the question named what to look for next.
    """

    question: str
    step: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The model has been given these passages; the rest did not fit."""

    passages: Sequence[Hit]
    dropped: Dropped


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """The best of what was found, before any model has written; it is never taken back."""

    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long piece of work has come, such as the summary of a document: "3 / 12"."""

    text: str


@dataclass(frozen=True, slots=True)
class Writing:
    """The model's draft so far; not yet checked, and never shown to a reader."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """The answer so far, checked; what was said is only ever added to."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The checked answer; always the last event."""

    answer: Answer


Event = Searching | Reading | Progress | EvidenceFound | Writing | Said | Finished
