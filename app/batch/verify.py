"""Asks a sample of a finished run's questions again, and says where the answers differ and why."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from app.batch.journal import FILE, Journal, JournalError, Task, open_journal
from app.batch.port import Library
from app.batch.provenance import file_sha256
from app.batch.records import RowResult, RunInfo
from app.batch.run import Asker, changes

_WRITTEN = "written.jsonl"  # in the run's folder: the hash of every file that was made of it


class NotOurs(Exception):
    """The file is not as any run here wrote it; the message says what that can mean."""


@dataclass(frozen=True, slots=True)
class Verified:
    """One row, asked again."""

    key: str
    same: bool
    why: tuple[str, ...]  # what differs, the cause first; () when it is the same


def note_written(folder: Path, file: Path) -> None:
    """Remember that the run in `folder` wrote `file` as it is now."""
    line = json.dumps({"sha256": file_sha256(file), "name": file.name}, ensure_ascii=False)
    with (folder / _WRITTEN).open("a", encoding="utf-8") as notes:
        notes.write(line + "\n")


def set_aside(folder: Path) -> Path | None:
    """Before a run starts over, keep the one that files were written of: they are still around.

    Returns where it is now, a folder beside; None when nothing was written of it. Raises
    JournalError while another process works on it.
    """
    if not (folder / _WRITTEN).exists():
        return None
    with open_journal(folder):
        pass  # nobody else has it, and its log is folded into it
    beside = (folder.with_name(f"{folder.name}-{number}") for number in count(1))
    target = next(place for place in beside if not place.exists())
    folder.rename(target)
    return target


def run_of(file: Path, runs: Path) -> Path:
    """The folder of the run that wrote `file`, byte for byte. Raises NotOurs."""
    sha256 = file_sha256(file)
    for notes in sorted(runs.glob(f"*/{_WRITTEN}")):
        for line in notes.read_text(encoding="utf-8").splitlines():
            if json.loads(line)["sha256"] == sha256 and (notes.parent / FILE).is_file():
                return notes.parent
    raise NotOurs(
        f"{file} is not as any run in this data folder wrote it: it was changed since, or made "
        "elsewhere"
    )


def verify(
    folder: Path, now: RunInfo, library: Library, *, sample: int | None
) -> tuple[list[str], list[Verified]]:
    """What of the run's making changed, and `sample` of its rows (None: all) asked again.

    `now` is what would answer at present. The rows are drawn anew each time, so that nobody can
    know which; failed ones have nothing to compare. Raises EngineError.
    """
    with open_journal(folder) as journal:
        info = journal.info()
        if info is None:
            raise JournalError(f"{folder / FILE} holds no run")
        drawn = _drawn(journal, sample)
    changed = changes(info, now)
    asker = Asker(library, info)
    return changed, [_again(asker, one, changed, info) for one in drawn]


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
