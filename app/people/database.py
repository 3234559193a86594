"""The file of people: who opens it, how it is read by many and written by one."""

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.people.schema import PeopleFault, migrate
from vectorstore.disk import make_private, open_database

# Puts a change on record: who makes it (a person's id, "" for whoever works at the command
# line), and what. Called inside the transaction; what it raises undoes the change.
Record = Callable[[str, Mapping[str, Any]], None]


class Database:
    """One SQLite file in WAL mode; several processes and threads may have it open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._closed = threading.Event()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            make_private(path)
            connection = open_database(path)
            try:
                migrate(connection, path)
            finally:
                self._idle.put(connection)
        except (OSError, sqlite3.DatabaseError) as error:
            raise PeopleFault(
                f"The file of people {path} cannot be used ({error}). Check its permissions, or "
                "put it back from a backup."
            ) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the file until the end of the block."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection that alone may write; its changes are kept if the block ends well."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file."""
        self._closed.set()
        while not self._idle.empty():
            self._idle.get().close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        if self._closed.is_set():
            raise PeopleFault("The file of people has been closed.")
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = open_database(self._path)
        try:
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            raise PeopleFault(
                f"The file of people {self._path} could not be used ({error}). Nothing was "
                "changed. Check the disk's free space and the file's permissions."
            ) from error
        finally:
            if self._closed.is_set():
                connection.close()
            else:
                self._idle.put(connection)
