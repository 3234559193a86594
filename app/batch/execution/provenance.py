"""What makes a run the same run, and what it is made of."""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from app.batch.port import Library
from app.batch.records import DocumentRef, Mode, RunInfo
from vectorstore.records import DocumentRecord


class NothingToAsk(Exception):
    """There is no document, or no question, to ask; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered: the same order of the same questions is the same run."""

    questionnaire: str  # its file's name
    questionnaire_sha256: str
    mode: Mode
    reproducible: bool
    spaces: tuple[str, ...] | None = None
    documents: tuple[str, ...] | None = None
    question_column: str | None = None
    sheet: str | None = None
    limit: int | None = None
    skip_bad: bool = False
    encoding: str | None = None
    hidden_rows: bool = False

    @property
    def id(self) -> str:
        """The run's name, and its folder's: 16 hexadecimal digits."""
        order = asdict(self)
        for later in ("encoding", "hidden_rows"):  # runs begun before these could be ordered go on
            if not order[later]:
                del order[later]
        told = json.dumps(order, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def searched(library: Library, order: Order) -> list[DocumentRecord]:
    """The documents that the order is about, by space and name.

    Raises NothingToAsk for a document that is not there, and when there is none at all.
    """
    spaces = None if order.spaces is None else list(order.spaces)
    records = sorted(library.documents(spaces), key=lambda one: (one.space, one.name))
    if order.documents is not None:
        unknown = set(order.documents) - {one.name for one in records}
        if unknown:
            raise NothingToAsk(
                f"no document named {', '.join(map(repr, sorted(unknown)))}; "
                "`strongroom documents` lists the names"
            )
        records = [one for one in records if one.name in order.documents]
    if not records:
        raise NothingToAsk("there is no document to ask: strongroom ingest FOLDER")
    return records


def references(records: Iterable[DocumentRecord]) -> list[DocumentRef]:
    """The documents as the columns of a table documents × questions name them."""
    return [DocumentRef(one.space, one.name, one.sha256, one.title) for one in records]


def index_sha256(records: Sequence[DocumentRecord]) -> str:
    """Of every document's space, name, content and number of chunks, in any order."""
    told = sorted(
        json.dumps([one.space, one.name, one.sha256, one.chunks], ensure_ascii=False)
        for one in records
    )
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()


def run_info(library: Library, order: Order) -> RunInfo:
    """What the order would be answered with now. Raises EngineError and NothingToAsk."""
    records = searched(library, order)
    identity = library.identity()
    return RunInfo(
        id=order.id,
        questionnaire=order.questionnaire,
        questionnaire_sha256=order.questionnaire_sha256,
        started_at="" if order.reproducible else datetime.now(UTC).isoformat(timespec="seconds"),
        mode=order.mode,
        reproducible=order.reproducible,
        version=importlib.metadata.version("strongroom"),
        model=identity.model,
        model_sha256=identity.model_sha256,
        adapters=tuple(identity.adapters),
        embedder=identity.embedder,
        embedder_sha256=identity.embedder_sha256,
        index_sha256=index_sha256(records),
        documents=len(records),
        settings=dict(identity.settings),
        spaces=order.spaces,
        only_documents=order.documents,
    )
