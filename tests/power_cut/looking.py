"""What a data folder is like after a cut: everything that was acknowledged, and nothing half."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from power_cut.working import (
    CHANGING,
    QUESTIONS,
    a_document,
    mark_of,
    opened,
    quote,
    settings_of,
)

from app.batch.journal import FILE, open_journal
from app.data_folder.layout import DataFolder
from app.governance.audit.keys import SigningKey
from app.governance.audit.opening import key_file, trail_folder
from app.governance.audit.verifying import verify as verify_trail
from app.governance.backup.archive import verify as verify_backup
from app.people.conversations.store import Conversations
from app.workspace.workspace import Workspace
from vectorstore.scope import Scope

POOL = 8  # documents that are there to be deleted


@dataclass
class Acknowledged:
    """What the jobs were told so far; None for a document or a backup is "begun, not known"."""

    documents: dict[str, bool | None] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)  # turns saved, by conversation
    rows: dict[str, int] = field(default_factory=dict)  # answers, by run
    backups: dict[str, bool] = field(default_factory=dict)  # whether they were finished
    count: int = 0

    def take(self, said: dict[str, object]) -> None:
        """Take over a line of a job's log."""
        job, done = said.get("done") or said.get("begin"), "done" in said
        if job in ("ingest", "delete"):
            self.documents[str(said["name"])] = (job == "ingest") if done else None
        elif job == "backup":
            self.backups[str(said["name"])] = done
        elif job == "chat" and done:
            self.turns[str(said["conversation"])] = int(str(said["number"]))
        elif job == "batch" and done:
            self.rows[str(said["run"])] = max(
                int(str(said["rows"])), self.rows.get(str(said["run"]), 0)
            )
        self.count += done


def look(home: Path, scratch: Path, known: Acknowledged) -> Iterator[str]:
    """Open the data folder as the next process would; yields what is wrong.

    Documents of which nothing was known are known afterwards.
    """
    with opened(home) as folder:
        yield from folder.index.verify()
        yield from _documents(folder, known)
        yield from _conversations(home, known)
        yield from _questionnaires(home, known)
        yield from _leftovers(home, scratch)
    yield from _databases(home)
    yield from _trail(home)
    yield from _backups(home, scratch, known)
    yield from _bytes(home, known)
    _fill(home, scratch, known)


def _documents(folder: Workspace, known: Acknowledged) -> Iterator[str]:
    spaces = folder.index.spaces()
    there = (
        {record.name for record in folder.documents([CHANGING])} if CHANGING in spaces else set()
    )
    for name, wanted in known.documents.items():
        if wanted is None:
            known.documents[name] = name in there
        elif wanted and name not in there:
            yield f"lost: the document {name}, whose ingestion was acknowledged"
        elif not wanted and name in there:
            yield f"back: the document {name}, whose deletion was acknowledged"
    for name in there - set(known.documents):
        yield f"unknown: the document {name}, which nobody began"
    for name in sorted(there)[:2]:  # each is in Chroma and in the word index, says verify()
        hits = folder.index.search(f"clause 3 of {mark_of(name)}", Scope((CHANGING,)), 1).hits
        if not hits or hits[0].document != name:
            yield f"not found: the document {name}"


def _conversations(home: Path, known: Acknowledged) -> Iterator[str]:
    with closing(Conversations(DataFolder(home).conversations)) as talks:
        for conversation, number in known.turns.items():
            saved = talks.read("kim", conversation, set)
            turns = saved.turns if saved else ()
            if [turn.question for turn in turns[:number]] != list(QUESTIONS[:number]):
                yield f"lost: turns of conversation {conversation}, {len(turns)} of {number}"
            if any(turn.answer is None for turn in turns):
                yield f"half: a turn of conversation {conversation} without its answer"


def _questionnaires(home: Path, known: Acknowledged) -> Iterator[str]:
    for path in sorted((home / "batches").glob(f"*/{FILE}")):
        with open_journal(path.parent) as journal:
            kept = len(list(journal.results()))  # raises where one is not what was written
            wanted = known.rows.get(path.parent.name, 0)
            if kept < wanted:
                yield f"lost: answers of {path.parent.name}, {kept} of {wanted}"
            if path.parent.name in known.rows and journal.info() is None:
                yield f"lost: the questions of {path.parent.name}"


def _leftovers(home: Path, scratch: Path) -> Iterator[str]:
    for place in (home, scratch / "backups"):
        for path in place.rglob("*"):
            if path.name.endswith((".part", ".partial")) or path.parent.name == "backup-in-hand":
                yield f"left behind: {path.name}"


def _databases(home: Path) -> Iterator[str]:
    for path in sorted(home.rglob("*.sqlite3")):
        with closing(sqlite3.connect(path)) as db:
            said = db.execute("PRAGMA integrity_check").fetchall()
        if said != [("ok",)]:
            yield f"damaged: {path.name}: {said[:3]}"


def _trail(home: Path) -> Iterator[str]:
    settings = settings_of(home)
    found = verify_trail(trail_folder(settings), SigningKey.open(key_file(settings)).public)
    for problem in found.problems:
        yield f"trail: {problem.in_words()}"


def _backups(home: Path, scratch: Path, known: Acknowledged) -> Iterator[str]:
    key = SigningKey.open(key_file(settings_of(home))).public
    out = scratch / "backups"
    for name, finished in known.backups.items():
        path = out / name
        if finished and not path.is_file():
            yield f"lost: the backup {name}, which was acknowledged"
    for path in sorted(out.glob("*.tar")):
        verify_backup(path, None, key)  # raises where it is not whole
        path.unlink()  # room for the next ones
    known.backups.clear()


def _bytes(home: Path, known: Acknowledged) -> Iterator[str]:
    """Words of deleted documents are in no file, those of answers that quoted them neither."""
    marks = {name: mark_of(name).encode() for name, there in known.documents.items() if not there}
    for path in home.rglob("*"):
        if path.is_file() and marks:
            content = path.read_bytes()
            for name, mark in marks.items():
                if mark in content:
                    yield f"left behind: words of {name} in {path.relative_to(home)}"
    for name in marks:
        del known.documents[name]


def _fill(home: Path, scratch: Path, known: Acknowledged) -> None:
    """Have documents again that can be deleted."""
    lacking = POOL - sum(there is True for there in known.documents.values())
    if lacking <= 0:
        return
    paths = [a_document(scratch / "documents") for _ in range(lacking)]
    with opened(home) as folder:
        report = folder.ingest(paths, space=CHANGING)
        assert {status.status for status in report.documents} == {"indexed"}, report
        for path in paths:
            quote(folder, path.name)
    known.documents.update({path.name: True for path in paths})
