"""Which files were written of which run, and whether its rows still are those of the file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from app.batch.journal import FILE, Journal, open_journal
from app.batch.records import Contents
from vectorstore.disk import sha256_of, sync_file

NOTES = "written.jsonl"  # in the run's folder: the hash of every file that was made of it


class NotOurs(Exception):
    """The file is not as any run here wrote it; the message says what that can mean."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """The run that a file was written of."""

    folder: Path
    contents: Contents | None  # of the run then; None where an earlier version did not note it


def note_written(folder: Path, file: Path, contents: Contents) -> None:
    """Remember that the run in `folder` wrote `file` as it is now, of these `contents`.

    `contents` are those from before the writing: a row that goes meanwhile is missed later.
    """
    notes = folder / NOTES
    told = {"sha256": sha256_of(file), **_told(contents)}
    if any(told.items() <= one.items() for one in _notes(notes)):
        return  # downloaded again
    line = json.dumps({**told, "name": file.name}, ensure_ascii=False)
    torn = notes.exists() and not notes.read_bytes().endswith(b"\n")
    with notes.open("a", encoding="utf-8") as file_of_notes:
        file_of_notes.write(f"\n{line}\n" if torn else f"{line}\n")
        sync_file(file_of_notes)


def set_aside(folder: Path) -> Path | None:
    """Before a run starts over, keep the one that files were written of: they are still around.

    Returns where it is now, a folder beside; None when nothing was written of it. Raises
    JournalError while another process works on it.
    """
    if not (folder / NOTES).exists():
        return None
    with open_journal(folder):
        pass  # nobody else has it, and its log is folded into it
    target = beside(folder)
    folder.rename(target)
    return target


def beside(folder: Path) -> Path:
    """A folder that is not there yet, for a run that was set aside."""
    places = (folder.with_name(f"{folder.name}-{number}") for number in count(1))
    return next(place for place in places if not place.exists())


def run_of(file: Path, runs: Path) -> WrittenFile:
    """The run that wrote `file`, byte for byte. Raises NotOurs."""
    sha256 = sha256_of(file)
    for notes in sorted(runs.glob(f"*/{NOTES}")):
        if not (notes.parent / FILE).is_file():
            continue
        found = [note for note in _notes(notes) if note.get("sha256") == sha256]
        if found:
            return WrittenFile(notes.parent, _contents(found[-1]))
    raise NotOurs(
        f"{file} is not as any run in this data folder wrote it: it was changed since, or made "
        "elsewhere"
    )


def not_as_written(journal: Journal, written: WrittenFile) -> list[str]:
    """What of the file's rows cannot be looked at any more, because the run has others now."""
    then, now = written.contents, journal.contents()
    if then is None:
        return [
            "an earlier version of Strongroom wrote the file and did not note its rows: whether "
            "all of them are still here is not known"
        ]
    if now == then:
        return []
    if now.rows < then.rows:
        return [
            f"{then.rows - now.rows:,} of the file's {then.rows:,} rows are not here any more: "
            "they were erased because a document that they quote was deleted"
        ]
    if now.rows > then.rows:
        return [f"{now.rows - then.rows:,} rows were answered after the file was written"]
    return [
        "rows were answered again after the file was written: what is compared is not what it says"
    ]


def _notes(path: Path) -> Iterator[dict[str, object]]:
    """The lines; one that a power cut tore is passed over, its file is then not known."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            note = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(note, dict):
            yield note


def _told(contents: Contents) -> dict[str, object]:
    return {"rows": contents.rows, "failed": contents.failed, "rows_sha256": contents.sha256}


def _contents(note: dict[str, object]) -> Contents | None:
    rows, failed, sha256 = (note.get(name) for name in ("rows", "failed", "rows_sha256"))
    if isinstance(rows, int) and isinstance(failed, int) and isinstance(sha256, str):
        return Contents(rows, failed, sha256)
    return None
