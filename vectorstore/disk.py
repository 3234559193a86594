"""How files reach the disk, once for the whole program: whole, durable, hashed; and SQLite files.

It lies in the lowest package, because every package writes files.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, BinaryIO

# The permission bits that this process's files lacked before `keep_to_ourselves`; empty before.
_taken_before: list[int] = []


def keep_to_ourselves() -> None:
    """Let its user alone have what this process and its children make from now on.

    The folder around it may be open to others. What is made for others to read says so; it keeps
    the rights that the process was started with.
    """
    before = os.umask(0o077)
    if not _taken_before:
        _taken_before.append(before)


@contextmanager
def replacing(
    path: Path, *, mode: int | None = 0o600, through: Path | None = None
) -> Iterator[Path]:
    """A new, empty file to write, which becomes `path` when the block ends without an error.

    Whoever reads `path` sees the old content or the new one, never a part, also after a power
    cut. `mode` is the file's exact permission bits; None leaves them to the process, for files
    that are made for others to read. `through` is the file that is written, on the same disk; by
    default it lies beside `path`. One writer at a time. Raises OSError.
    """
    partial = through or path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)  # of a process that was ended here
    descriptor = os.open(
        partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode
    )
    try:
        try:
            if mode is None and _taken_before:
                mode = 0o666 & ~_taken_before[0]
            if mode is not None:
                os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)
        yield partial
        _sync(partial)
        os.replace(partial, path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # the system does not say where there was no room
        raise
    sync_folder(path.parent)


def write_whole(
    path: Path, content: bytes | str, *, mode: int | None = 0o600, through: Path | None = None
) -> None:
    """Write a file as `replacing` does; text in UTF-8. Raises OSError."""
    with replacing(path, mode=mode, through=through) as partial:
        partial.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that only its user can read, whole and durable.

    Raises FileExistsError where it is there already, and OSError.
    """
    made = path.with_name(f".{path.name}.new")
    made.unlink(missing_ok=True)  # of a process that was ended here; it may be a name of `path`
    try:
        with open_new(made) as file:
            file.write(content)
            sync_file(file)
        os.link(made, path)  # which, unlike a rename, replaces nothing
    finally:
        made.unlink(missing_ok=True)
    sync_folder(path.parent)


def open_new(path: Path) -> BinaryIO:
    """A file to write that only its user can read. Raises FileExistsError where it is there."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sync_file(file: IO[Any]) -> None:
    """Have on the disk what was written to an open file so far."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have on the disk which names a folder holds: they outlast a power cut only then."""
    _sync(folder)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return sha256_of_open(file)


def sha256_of_open(file: BufferedReader) -> str:
    """SHA-256 of the bytes that are left to read in an open file, in hexadecimal."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def make_private(path: Path) -> None:
    """Have a file that only its user can read; makes an empty one where there is none.

    SQLite gives its log files the mode of the database, so one is made so before it is opened.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def open_database(
    path: Path, *, timeout: float = 30.0, one_thread: bool = False, incremental_vacuum: bool = False
) -> sqlite3.Connection:
    """An SQLite file to read and write, in autocommit mode: transactions begin with BEGIN.

    It has a write-ahead log, so that readers and the one writer do not wait for each other; what
    was committed outlives a power cut; what is deleted is overwritten with zeros; foreign keys
    hold. `timeout` is how many seconds to wait for others' locks. The connection may be used from
    several threads, one after the other, unless `one_thread`. `incremental_vacuum` lets a new
    file give back disk space without being rewritten. Raises sqlite3.Error.
    """
    connection = sqlite3.connect(
        path, timeout=timeout, isolation_level=None, check_same_thread=one_thread
    )
    try:
        if incremental_vacuum:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only before the first table
        _write_ahead(connection, timeout)
        for pragma in ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection, timeout: float) -> None:
    """Give a file its write-ahead log. SQLite itself waits for nobody else who does so just now."""
    end = time.monotonic() + timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)


def memory_database() -> sqlite3.Connection:
    """A database that is in memory alone and gone with the connection, for any thread at a time."""
    return sqlite3.connect(":memory:", check_same_thread=False)


def read_database(path: Path, *, timeout: float = 60.0) -> sqlite3.Connection:
    """An SQLite file to read only; one that is not there is not made. Raises sqlite3.Error."""
    return _existing(path, "ro", timeout)


def existing_database(path: Path, *, timeout: float = 60.0) -> sqlite3.Connection:
    """An SQLite file as another program or moment left it, with its own settings.

    One that is not there is not made. Raises sqlite3.Error.
    """
    return _existing(path, "rw", timeout)


def fold_log(connection: sqlite3.Connection) -> bool:
    """Take the bytes of the write-ahead log into the file and empty the log.

    Returns False where others still read from the log: then its old bytes stay for now.
    """
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def table_version(connection: sqlite3.Connection) -> int:
    """The version of the file's tables; 0 before there are any."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def damage_of(connection: sqlite3.Connection) -> str:
    """What is wrong with an SQLite file, in SQLite's words; "" where nothing is."""
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return "" if said == "ok" else str(said)


def _existing(path: Path, mode: str, timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", timeout, uri=True, isolation_level=None
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
