"""The values of a questionnaire: questions in, results out, and what decided each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AnswerKind = Literal["text", "yes_no", "number", "date", "choice", "list"]
# "unconfirmed": passages are near, and nothing confirms that they answer.
Outcome = Literal["found", "partly_supported", "unconfirmed", "not_found", "failed"]
# "edited": somebody's words stand in the answer's place, and nobody has approved them yet.
Verdict = Literal["approved", "rejected", "edited"]
Mode = Literal["library", "each_document"]


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a questionnaire."""

    row: int  # as in the file; its header is row 1
    id: str  # the row's own id, or the row's number
    text: str
    kind: AnswerKind = "text"
    choices: tuple[str, ...] = ()  # of a "choice"
    unit: str = ""  # that a "number" is wanted in
    spaces: tuple[str, ...] | None = None  # None: those of the whole run
    documents: tuple[str, ...] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)  # the file's other columns, in order


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that cannot be asked."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """The document that a cell of a table documents × questions is about."""

    space: str
    name: str
    sha256: str
    title: str = ""  # what "it" means in a question of it


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in a document, and its own words."""

    n: int  # as in the answer's marks; 0 for a passage that the answer does not name
    space: str
    document: str
    document_sha256: str
    page: int | None
    heading: str
    quote: str
    chunk_id: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of its evidence."""

    text: str
    citations: tuple[int, ...]
    supported: bool


@dataclass(frozen=True, slots=True)
class Provenance:
    """What decided one answer: with the same of these, it comes out the same."""

    prompt_sha256: str  # of the prompt's token ids
    passages: tuple[str, ...]  # chunk ids that the model was given, in their order
    seed: int
    answer_id: str  # in the audit trail


@dataclass(frozen=True, slots=True)
class RowReview:
    """What a person decided about a row; the answer that was checked stays beside it."""

    verdict: Verdict
    answer: str  # in the person's words, which no program checked; "" where the row's own stands
    reason: str
    by: str  # the person's name
    at: str  # UTC, ISO 8601


@dataclass(frozen=True, slots=True)
class RowResult:
    """What came of one question, or of one question about one document."""

    key: str  # unique in the run: the row's number, and the document's place in its list
    question: Question
    document: DocumentRef | None
    outcome: Outcome
    answer: str  # with marks such as [1]; "" when it failed
    value: str | None  # the answer as its kind: "yes", "42.5", "2026-01-31"; None when unsure
    unit: str
    quoted: bool  # the documents' own sentence stands for the model's words
    confidence: float  # 0 to 1
    sentences: tuple[Sentence, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    nearest: tuple[Evidence, ...] = ()  # of what was searched, when nothing answers for sure
    reason: str = ""  # why it failed, or what was done to the answer (a filter, a link)
    attempts: int = 1
    provenance: Provenance | None = None
    seconds: float = 0.0  # 0 in a reproducible run
    asked: str = ""  # the question in the words that were asked, where they are not its own
    review: RowReview | None = None  # the latest; None until a person has decided


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run was made of; the same for all its rows."""

    id: str
    questionnaire: str  # its file's name
    questionnaire_sha256: str
    started_at: str  # UTC, ISO 8601; "" in a reproducible run
    mode: Mode
    reproducible: bool
    version: str  # of Strongroom
    model: str
    model_sha256: str
    adapters: tuple[str, ...]
    embedder: str
    embedder_sha256: str
    index_sha256: str  # of what was searched: every document's space, name and content
    documents: int  # that were searched
    settings: Mapping[str, str]  # those that decide answers
    spaces: tuple[str, ...] | None  # that the run was limited to
    only_documents: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()  # of the questionnaire's reading: what a person has to know
    hidden_columns: tuple[str, ...] = ()  # of the questionnaire, by name
    # What did not stay as it was until the last answer, in words; () for a run made of one thing.
    changed: tuple[str, ...] = ()
    # What the columns were taken for, such as "question", and their headings.
    columns: Mapping[str, str] = field(default_factory=dict)
    headings: tuple[str, ...] = ()  # of all columns, in the file's order


@dataclass(frozen=True, slots=True)
class Contents:
    """What a run's results were at one moment."""

    rows: int
    failed: int  # of these
    sha256: str  # over every row's key and the hash of its result
