"""Copies of ingested files, one for each content, so that a source can be opened for good."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ingest.discovery import text_as_path
from vectorstore.disk import sha256_of_open, sync_file, sync_folder
from vectorstore.records import DocumentRecord

_PART = 1 << 20  # bytes copied at a time
_SHA256 = 64  # length of its spelling


class OriginalFault(Exception):
    """A file cannot be copied; the message says why and what to do."""


class ContentChanged(Exception):
    """A file has other bytes than those that were read."""


class Originals:
    """One folder of copies, `<folder>/ab/<sha256>`; safe to use from many threads.

    A copy is written under another name, made durable, and named when its hash is right: what
    has its name is whole.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, path: Path, sha256: str) -> None:
        """Have a copy of the file at `path`, whose bytes hash to `sha256`; durable on return.

        Raises ContentChanged if they do not any more, and OriginalFault if it cannot be written.
        """
        target = self._path(sha256)
        if target.is_file():
            return
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._copy(path, target, sha256)
        except OSError as error:
            remedy = (
                "free some space, or set ingest.keep_originals to false"
                if error.errno in (errno.ENOSPC, errno.EDQUOT)
                else "check its permissions"
            )
            raise OriginalFault(
                f"The copy of {path.name} cannot be written to {self._folder} "
                f"({error.strerror or error}): {remedy}."
            ) from error

    def _copy(self, path: Path, target: Path, sha256: str) -> None:
        # The name starts like the copy's, so that whoever deletes the copy deletes this too.
        handle, part = tempfile.mkstemp(prefix=f"{sha256}.", suffix=".part", dir=target.parent)
        try:
            digest = hashlib.sha256()
            with os.fdopen(handle, "wb") as copy, _still_there(path) as file:
                while data := file.read(_PART):
                    digest.update(data)
                    copy.write(data)
                sync_file(copy)
            if digest.hexdigest() != sha256:
                raise ContentChanged(path.name)
            os.replace(part, target)
            sync_folder(target.parent)
            sync_folder(self._folder)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(part)

    def drop(self, sha256: str) -> None:
        """Delete the copy, if there is one."""
        self._path(sha256).unlink(missing_ok=True)

    def open(self, record: DocumentRecord) -> BinaryIO | None:
        """The document's very bytes: the copy, or the file it came from if that still has them.

        None when neither is there. What was checked is what is opened: nobody can put another
        file in its place in between.
        """
        with suppress(OSError, ValueError):
            return self._path(record.sha256).open("rb")
        return _open_checked(record)

    def path_of(self, record: DocumentRecord) -> Path | None:
        """Where the document's bytes are now; None when they are nowhere."""
        kept = self._path(record.sha256)
        if kept.is_file():
            return kept
        file = _open_checked(record)
        if file is None:
            return None
        file.close()
        return Path(text_as_path(record.source))

    def sweep(self, known: Collection[str]) -> int:
        """Delete what belongs to none of the `known` hashes, and unfinished copies; how many.

        For the start, when nothing is being ingested.
        """
        gone = 0
        for path in self._folder.glob("??/*"):
            if path.name not in known and len(path.name.partition(".")[0]) == _SHA256:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _path(self, sha256: str) -> Path:
        if len(sha256) != _SHA256 or not sha256.isalnum():
            raise ValueError("not a SHA-256")
        return self._folder / sha256[:2] / sha256


def _still_there(path: Path) -> BinaryIO:
    """The file to copy, opened; raises ContentChanged where it is gone since it was read."""
    try:
        # Not blocking: a pipe in the file's place must not hold us up.
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except FileNotFoundError:
        raise ContentChanged(path.name) from None


def _open_checked(record: DocumentRecord) -> BinaryIO | None:
    if not os.path.isabs(record.source):  # an upload
        return None
    try:
        # Not blocking: a pipe in the file's place must not hold us up.
        handle = os.open(text_as_path(record.source), os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError):
        return None
    file = os.fdopen(handle, "rb")
    with suppress(OSError):
        if sha256_of_open(file) == record.sha256:
            file.seek(0)
            return file
    file.close()
    return None
