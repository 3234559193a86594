"""Asks a sample of a finished run's questions again, and says where the answers differ and why."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.batch.execution.changed_settings import changes
from app.batch.execution.run import Asker
from app.batch.journal import FILE, Journal, JournalError, Task, open_journal
from app.batch.output.written_files import WrittenFile, not_as_written
from app.batch.port import Library
from app.batch.records import RowResult, RunInfo


@dataclass(frozen=True, slots=True)
class Verified:
    """One row, asked again."""

    key: str
    same: bool
    why: tuple[str, ...]  # what differs, the cause first; () when it is the same


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of looking at a file's rows again."""

    changed: Sequence[str]  # of what the run was made of
    not_compared: Sequence[str]  # rows of the file that nothing was said about, and why
    rows: Sequence[Verified]

    @property
    def passed(self) -> bool:
        """Whether every row that was drawn came out the same, and each could have been drawn."""
        return bool(self.rows) and not self.not_compared and all(row.same for row in self.rows)


def verify(
    written: WrittenFile, now: RunInfo, library: Library, *, sample: int | None
) -> Verification:
    """What of the run's making changed, and `sample` of its rows (None: all) asked again.

    `now` is what would answer at present. The rows are drawn anew each time, so that nobody can
    know which; failed ones have nothing to compare. Raises EngineError.
    """
    with open_journal(written.folder) as journal:
        info = journal.info()
        if info is None:
            raise JournalError(f"{written.folder / FILE} holds no run")
        left = not_as_written(journal, written)
        drawn = _drawn(journal, sample)
    if written.contents is not None and written.contents.failed:
        left.append(f"{written.contents.failed:,} of the file's rows failed: they have no answer")
    changed = changes(info, now)
    asker = Asker(library, info)
    return Verification(changed, left, [_again(asker, one, changed, info) for one in drawn])


def _drawn(journal: Journal, sample: int | None) -> list[RowResult]:
    """Reservoir sampling: the journal is never in memory at once."""
    kept: list[tuple[int, RowResult]] = []
    dice = random.SystemRandom()
    answered = (one for one in journal.results() if one.outcome != "failed")
    for at, result in enumerate(answered):
        if sample is None or len(kept) < sample:
            kept.append((at, result))
        elif (place := dice.randrange(at + 1)) < sample:
            kept[place] = (at, result)
    return [result for _, result in sorted(kept, key=lambda one: one[0])]


def _again(asker: Asker, before: RowResult, changed: Sequence[str], info: RunInfo) -> Verified:
    now = asker.ask(Task(before.key, before.question, before.document))
    if now is None or now.outcome == "failed":
        reason = now.reason if now else "stopped"
        return Verified(before.key, False, (f"could not be asked again: {reason}",))
    what = _differences(before, now)
    if not what:
        return Verified(before.key, True, ())
    return Verified(before.key, False, (*what, *_causes(before, now, changed, info)))


def _differences(before: RowResult, now: RowResult) -> list[str]:
    """What a reader of the result would see differ."""
    parts = (
        ("outcome", before.outcome, now.outcome),
        ("answer", before.answer, now.answer),
        ("value", (before.value, before.unit), (now.value, now.unit)),
        ("evidence", before.evidence, now.evidence),
    )
    return [f"another {name}" for name, then, today in parts if then != today]


def _causes(before: RowResult, now: RowResult, changed: Sequence[str], info: RunInfo) -> list[str]:
    causes = list(changed)
    then, today = before.provenance, now.provenance
    if then is not None and today is not None:
        if then.passages != today.passages:
            causes.append("other passages were found")
        elif then.prompt_sha256 != today.prompt_sha256:
            causes.append("another prompt was made of the same passages")
    if not causes and not info.reproducible:
        causes.append(
            "the same prompt: what shares a batch rounds otherwise; --reproducible prevents it"
        )
    return causes or ["the same prompt, and yet another answer: another machine or build"]
