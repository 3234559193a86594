"""One person's questionnaire, and the note in its folder by which the next process knows it."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from app.batch.execution.provenance import Order
from app.batch.execution.run import Counts
from app.batch.journal import Journal
from app.batch.queue.folders import ORDER
from vectorstore.disk import write_whole

# "changed": what would answer now is not what answered so far.
# "proposed": read, shown to its person, and not begun before they say so.
State = Literal["proposed", "waiting", "running", "done", "stopped", "failed", "changed"]


class QuestionnaireRefused(Exception):
    """A questionnaire that is not taken, or results that are not handed out; says why."""


class ColumnNotClear(QuestionnaireRefused):
    """It is not clear which column holds the questions; `headings` are those to choose from."""

    def __init__(self, words: str, headings: tuple[str, ...]) -> None:
        super().__init__(words)
        self.headings = headings


class OfficeNotThere(QuestionnaireRefused):
    """What was asked for is not there, or not this person's."""


@dataclass(frozen=True, slots=True)
class Run:
    """One person's questionnaire and how far it is."""

    id: str
    person: str  # id
    name: str  # of its file
    order: Order
    state: State = "waiting"
    counts: Counts = field(default_factory=lambda: Counts(0))
    reason: str = ""  # why it failed as a whole, or what changed
    remarks: tuple[str, ...] = ()  # of how the questionnaire was read, and what changed meanwhile

    @property
    def open(self) -> bool:
        """Whether it is answered, or will be without anybody's doing."""
        return self.state in ("waiting", "running")


def write_note(folder: Path, run: Run) -> None:
    """Note the run in its folder. One at a time; it outlives a power cut when this returns."""
    told = {
        "person": run.person,
        "name": run.name,
        "order": asdict(run.order),
        "state": run.state,
        "reason": run.reason,
    }
    write_whole(folder / ORDER, json.dumps(told, ensure_ascii=False))


def read_note(folder: Path) -> Run:
    """The run as it was noted. Raises OSError, ValueError, KeyError or TypeError."""
    told = json.loads((folder / ORDER).read_text("utf-8"))
    spaces = told["order"]["spaces"]
    order = Order(**{**told["order"], "spaces": None if spaces is None else tuple(spaces)})
    return Run(
        folder.name,
        told["person"],
        told["name"],
        order,
        told["state"],
        reason=told.get("reason", ""),
    )


def counts_of(journal: Journal) -> Counts:
    """How far a run is that nobody answers just now."""
    counts = journal.counts()
    return Counts(
        total=journal.total(),
        found=counts.get("found", 0),
        partly_supported=counts.get("partly_supported", 0),
        unconfirmed=counts.get("unconfirmed", 0),
        not_found=counts.get("not_found", 0),
        failed=counts.get("failed", 0) + journal.problems(),
    )
