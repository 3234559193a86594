"""Data folders of earlier versions are brought forward, copied before, and never half."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.batch.journal import FILE, STEPS, JournalError, open_journal
from app.people import schema as people_schema
from app.people.conversations import store as conversations_store
from app.people.conversations.store import Conversations, ConversationsError
from app.people.database import Database
from app.people.schema import PeopleFault
from vectorstore import schema as index_schema
from vectorstore.catalogue import Catalogue
from vectorstore.faults import IndexFault
from vectorstore.versions import BEFORE, bring_up_to_date, copies_before_updates

# The journal's first version, as it was written before erasures were counted.
FIRST_JOURNAL = """
    CREATE TABLE info (one INTEGER PRIMARY KEY CHECK (one = 1), run TEXT NOT NULL);
    CREATE TABLE tasks (
        position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, question TEXT NOT NULL,
        document TEXT, place TEXT, problem TEXT NOT NULL);
    CREATE TABLE results (
        key TEXT PRIMARY KEY REFERENCES tasks (key), outcome TEXT NOT NULL, result TEXT NOT NULL,
        sha256 TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX tasks_by_place ON tasks (place, position);
    CREATE INDEX results_by_outcome ON results (outcome);
    INSERT INTO tasks VALUES (0, 'leave', '{}', NULL, NULL, '');
    PRAGMA user_version = 1;
"""


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def old_journal(folder: Path) -> Path:
    folder.mkdir()
    with closing(sqlite3.connect(folder / FILE)) as db:
        db.executescript(FIRST_JOURNAL)
    return folder / FILE


def test_a_journal_of_the_first_version_goes_on_and_was_copied_before(tmp_path: Path):
    path = old_journal(tmp_path / "run")
    with open_journal(path.parent) as journal:
        assert journal.total() == 1
        assert journal.erasures() == 0
    assert version_of(path) == len(STEPS) == 3
    (copy,) = copies_before_updates(tmp_path)
    assert copy == path.with_name(f"{FILE}{BEFORE}1")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT key FROM tasks").fetchall() == [("leave",)]
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'erasures'").fetchall()
    assert version_of(copy) == 1
    with open_journal(path.parent):
        assert copies_before_updates(tmp_path) == [copy]


def test_a_journal_that_counted_erasures_before_keeps_its_count(tmp_path: Path):
    path = old_journal(tmp_path / "run")
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "CREATE TABLE erasures (number INTEGER PRIMARY KEY);"
            "INSERT INTO erasures DEFAULT VALUES;"
        )
    with open_journal(path.parent) as journal:
        assert journal.erasures() == 1


def _index(path: Path) -> None:
    Catalogue(path).close()


def _people(path: Path) -> None:
    Database(path).close()


def _conversations(path: Path) -> None:
    Conversations(path).close()


STORES = [
    pytest.param(_index, index_schema, IndexFault, id="index"),
    pytest.param(_people, people_schema, PeopleFault, id="people"),
    pytest.param(_conversations, conversations_store, ConversationsError, id="conversations"),
]


@pytest.mark.parametrize(("opened", "module", "fault"), STORES)
def test_every_store_takes_steps_copies_before_and_refuses_newer_ones(
    opened: Callable[[Path], None],
    module: object,
    fault: type[Exception],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    path = tmp_path / "store.sqlite3"
    opened(path)
    assert copies_before_updates(tmp_path) == []  # a new file is not an update
    before = module.STEPS  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "STEPS", (*before, "CREATE TABLE later (one INTEGER);"))
    opened(path)
    assert version_of(path) == len(before) + 1
    (copy,) = copies_before_updates(tmp_path)
    assert version_of(copy) == len(before)
    monkeypatch.setattr(module, "STEPS", before)
    with pytest.raises(fault, match="newer Strongroom"):
        opened(path)
    assert version_of(path) == len(before) + 1


@pytest.mark.parametrize(("opened", "module", "fault"), STORES)
def test_a_step_that_fails_leaves_nothing_of_itself_or_of_those_before(
    opened: Callable[[Path], None],
    module: object,
    fault: type[Exception],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    path = tmp_path / "store.sqlite3"
    opened(path)
    before = module.STEPS  # type: ignore[attr-defined]
    wrong = (*before, "CREATE TABLE later (one INTEGER);", "INSERT INTO nowhere VALUES (1);")
    monkeypatch.setattr(module, "STEPS", wrong)
    with pytest.raises(fault):
        opened(path)
    assert version_of(path) == len(before)
    with closing(sqlite3.connect(path)) as db:
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'later'").fetchall()
    monkeypatch.setattr(module, "STEPS", before)
    opened(path)


def test_without_room_for_the_copy_nothing_is_updated(tmp_path: Path):
    path = old_journal(tmp_path / "run")
    # A folder in the copy's place: it cannot be written, whoever runs the test.
    path.with_name(f"{FILE}{BEFORE}1").mkdir()
    with (
        pytest.raises(JournalError, match=r"cannot be copied before .* Nothing was changed"),
        open_journal(path.parent),
    ):
        pass
    assert version_of(path) == 1


def test_a_reader_beside_an_update_sees_the_old_or_the_new_tables(tmp_path: Path):
    path = tmp_path / "store.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        bring_up_to_date(db, ("CREATE TABLE one (a);",), path, "it")
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as reader,
        closing(sqlite3.connect(path, isolation_level=None)) as writer,
    ):
        reader.execute("BEGIN")
        assert reader.execute("SELECT * FROM one").fetchall() == []
        bring_up_to_date(writer, ("CREATE TABLE one (a);", "CREATE TABLE two (a);"), path, "it")
        assert reader.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM sqlite_master").fetchone() == (2,)
