"""A document is deleted in the middle of something: no word of it is left, and the receipt is true.

Each phase of an answer, a questionnaire, a backup, an ingestion and a look at a source, against all
that keeps words: conversations, what is shared of them, journals, the trail's texts, copies, files.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast
from unittest import mock

import pytest
from deletion.folders import TEXTS, files_with, opened, written
from deletion.test_moved_quotations import KIM, Deleting

from app.answering.ask import Ask
from app.answering.events import Event, EvidenceFound, Finished, Reading, Said, Searching
from app.answering.stream import EventStream, WrappedStream
from app.batch.execution.provenance import Order, run_info
from app.batch.execution.run import answer_all, begin_or_continue, tasks_of
from app.batch.journal import open_journal
from app.batch.port import Identity
from app.batch.records import Question
from app.data_folder.layout import DataFolder
from app.governance.audit.deletion_receipt import Removal
from app.governance.audit.texts import readable
from app.governance.backup import making
from app.people.conversations.store import Conversations
from app.watching.following import Look
from app.watching.source import NewSource
from app.web.chat import view
from app.web.chat.answers import Answers, Line
from app.web.chat.view import Turn
from app.workspace.workspace import Workspace
from ingest import pipeline
from vectorstore.disk import sha256_of

NAME = "leave.txt"
WORDS = TEXTS[NAME]
QUESTION = "How many days of annual leave does everybody have?"
# The phases between these differ in nothing that is kept, and take minutes on a busy machine.
_SLOW = (Searching, EvidenceFound, Said)
EVENTS = [
    pytest.param(kind, id=kind.__name__, marks=[pytest.mark.slow] if kind in _SLOW else [])
    for kind in (Searching, Reading, EvidenceFound, Said, Finished)
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Workspace]:
    with opened(tmp_path / "home") as workspace:
        workspace.ingest([written(tmp_path / "files")], space="general")
        yield workspace


def delete(home: Workspace) -> Removal:
    (removal,) = home.remove([NAME], space="general", person="kim")
    assert removal.removed
    return removal


def nothing_is_left(home: Workspace, receipt: Mapping[str, Any] | None) -> None:
    """In no file, in no text of the trail that can still be read, in nothing that is shown."""
    assert receipt is not None
    folder = home.settings.home
    for form in ("utf-8", "utf-16-le"):
        for part in (WORDS[:30], WORDS[-30:]):
            assert files_with(folder, part.encode(form)) == []
    told = [readable(one.data, None, home.trail.texts.keys) for one in home.trail.tail(500)]
    assert [one for one in told if WORDS[:30] in json.dumps(one, ensure_ascii=False)] == []
    with closing(Conversations(DataFolder(folder).conversations)) as saved:
        for listed in saved.listed("kim"):
            shown = saved.shared("kim", listed.id, turn=None, until=1e12, readable=set)
            assert WORDS[:30] not in str((saved.read("kim", listed.id, set), shown))
    # What it says was true then, and is now.
    assert receipt["gone"], receipt["found"]


@pytest.mark.parametrize("kind", EVENTS)
def test_no_word_is_left_and_the_receipt_is_true(home: Workspace, kind: type) -> None:
    """Of an answer: after each kind of event, the last one before the conversation is saved."""
    turn, removal = Turn(1, QUESTION), None
    with closing(Conversations(DataFolder(home.settings.home).conversations)) as saved:
        for event in home.ask(Ask(QUESTION, person="kim")):
            turn = view.advance(turn, event)
            if removal is None and isinstance(event, (kind, Finished)):
                removal = delete(home)
        assert removal is not None
        answers = Answers(Deleting(home), saved, cast(Any, None))
        asyncio.run(answers._save(Line(KIM, "talk", saved=False), turn, ()))
    nothing_is_left(home, removal.receipt)


class _Library:
    """Implements `app.batch.port.Library`: the data folder, with something in the middle."""

    def __init__(self, home: Workspace, kind: type, then: Callable[[], object]) -> None:
        self._home, self._kind, self._then = home, kind, then
        self.record_batch, self.documents = home.record_batch, home.documents
        self.too_long, self.place = home.too_long, home.place

    def identity(self) -> Identity:
        return self._home.identity()

    def ask(self, ask: Ask) -> EventStream[Event]:
        kind, then = self._kind, self._then

        class Between(WrappedStream[Event]):
            def __next__(self) -> Event:
                event = cast(Event, next(self._events))
                if isinstance(event, kind):
                    then()
                return event

        return Between(self._home.ask(ask))


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(Reading, id="Reading", marks=pytest.mark.slow),
        pytest.param(Finished, id="Finished"),
    ],
)
def test_a_questionnaire(home: Workspace, kind: type) -> None:
    """While its answer is written, and between that and its place in the journal."""
    removals: list[Removal] = []

    def once() -> None:
        if not removals:
            removals.append(delete(home))

    library = _Library(home, kind, once)
    rows = [Question(2, "2", QUESTION), Question(3, "3", QUESTION)]
    with open_journal(home.settings.home / "batches" / "run") as journal:
        order = Order("q.csv", "0" * 64, "library", reproducible=True)
        tasks = tasks_of([(row, "") for row in rows], None)
        info = begin_or_continue(journal, run_info(library, order), lambda: tasks, library)
        answer_all(journal, info, library, parallel=1)
        assert WORDS[:30] not in str(list(journal.results()))
    nothing_is_left(home, removals[0].receipt)


@pytest.mark.parametrize("when", ["before a copy", "after a copy"])
def test_a_backup(home: Workspace, tmp_path: Path, when: str) -> None:
    """The archive may hold it, and the receipt says so; the data folder holds it no more."""
    removals: list[Removal] = []
    copying = making._snapshot

    def copied(path: Path, copy: Path) -> int:
        if when == "before a copy" and not removals:
            removals.append(delete(home))
        found = copying(path, copy)
        if when == "after a copy" and path == DataFolder(home.settings.home).catalogue:
            removals.append(delete(home))
        return found

    with mock.patch.object(making, "_snapshot", copied):
        order = making.Order(tmp_path / "backup.tar", 30)
        making.back_up(home.settings.home, home.trail, order, person="kim")
    (removal,) = removals
    assert removal.receipt is not None
    assert "one that is being made now" in removal.receipt["backups"]
    found = [one["file"] for one in removal.receipt["found"] if not one["expected"]]
    assert removal.receipt["gone"] is (not found)
    nothing_is_left(home, {**removal.receipt, "gone": True})


def test_an_ingestion(home: Workspace, tmp_path: Path) -> None:
    """A new version is read while the old one is deleted: it was put in since, and is there."""
    removals: list[Removal] = []

    def hashed(path: Path) -> str:
        found = sha256_of(path)
        if not removals:
            removals.append(delete(home))
        return found

    file = tmp_path / "files" / NAME
    file.write_text("Everybody is told how many days there are.", "utf-8")
    with mock.patch.object(pipeline, "sha256_of", hashed):
        home.ingest([tmp_path / "files"], space="general")
    nothing_is_left(home, removals[0].receipt)


def test_a_look_at_a_source(home: Workspace, tmp_path: Path) -> None:
    """Between its listing and its reading; what was deleted does not come back."""
    share = tmp_path / "share"
    share.mkdir()
    (share / NAME).write_text(WORDS, "utf-8")
    removals: list[Removal] = []
    settling = Look._settle

    def settled(self: Look, batch: Sequence[Any], *more: Any) -> None:
        settling(self, batch, *more)
        if not removals:
            (removal,) = home.remove([NAME], space="board", person="kim")
            removals.append(removal)

    delete(home)
    (tmp_path / "files" / NAME).unlink()
    with mock.patch.object(Look, "_settle", settled):
        home.add_source(NewSource("share", "folder", str(share), "board"))
        home.follow_source("share")
    home.follow_source("share")
    nothing_is_left(home, removals[0].receipt)
