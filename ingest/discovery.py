"""Which files an ingestion reads, and what they are called."""

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Skipped without a word: hidden files, Office's lock files, and what systems leave in folders.
_SYSTEM_FILES = frozenset(("thumbs.db", "desktop.ini", "__macosx", "icon\r"))
# Python has byte 0xFC of a name as U+DCFC, which no UTF-8 can hold (PEP 383).
_BYTE_TO_PRIVATE = {0xDC00 + byte: 0x10FF00 + byte for byte in range(0x80, 0x100)}
_PRIVATE_TO_BYTE = {private: byte for byte, private in _BYTE_TO_PRIVATE.items()}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to read, or one that cannot be: then `refusal` says why."""

    path: Path  # absolute
    name: str  # of the document: the path within the ingested folder, parted by "/"
    size: int = 0  # bytes
    refusal: str = ""
    origin: str = ""  # where the document comes from; by default the path
    within: str = ""  # the real folder that no link may lead it out of; "" for any


def discover(paths: Sequence[Path]) -> list[Candidate]:
    """All files below `paths`, each once, folders in alphabetical order.

    Hidden files and folders (".git", ".DS_Store", "~$lock.docx") are left out, but not when
    they are named outright. Symbolic links are followed only where they stay in the folder.
    """
    found: dict[Path, Candidate] = {}
    for given in paths:
        path = Path(os.path.abspath(given.expanduser()))
        for candidate in _below(path) if path.is_dir() else (_file(path, path.name, None),):
            found.setdefault(candidate.path, candidate)
    return list(found.values())


@contextmanager
def held_open(candidate: Candidate) -> Iterator[Path]:
    """A path of the very file that a candidate is now, whatever is put in its place meanwhile.

    Whoever may write into a folder could exchange a file for a link after it was found. Where the
    system has no paths of open files, it is the candidate's own. Raises OSError.
    """
    # Not blocking: a pipe in the file's place must not hold us up.
    descriptor = os.open(candidate.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no plain file by now")
        held = Path(f"/proc/self/fd/{descriptor}")
        try:
            real = os.readlink(held)
        except OSError:
            held, real = candidate.path, os.path.realpath(candidate.path)
        if candidate.within and not _lies_in(real, candidate.within):
            raise OSError(errno.EPERM, "a link leads out of the folder by now")
        yield held
    finally:
        os.close(descriptor)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is skipped inside a folder."""
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM_FILES


def document_name(relative: str) -> str:
    """The name that a document gets: "/" between folders, composed accents, no control signs."""
    text = os.fsencode(relative).decode("utf-8", "replace").replace(os.sep, "/")
    text = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return unicodedata.normalize("NFC", text)


def path_as_text(path: str | os.PathLike[str]) -> str:
    """A path that can be stored as UTF-8; `text_as_path` gives the very path back.

    A name on disk may hold any bytes. Those that are no UTF-8 stand as private characters.
    """
    return os.fspath(path).translate(_BYTE_TO_PRIVATE)


def text_as_path(text: str) -> str:
    """The path that `path_as_text` made `text` of."""
    return text.translate(_PRIVATE_TO_BYTE)


def _below(folder: Path) -> Iterator[Candidate]:
    root = os.path.realpath(folder)
    problems: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=problems.append):
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        for name in folders:
            path = Path(place, name)
            if path.is_symlink() and not _is_within(path, root):
                yield _refused(path, folder, "is a link to a folder elsewhere; ingest that one")
        for name in sorted(files):
            if not is_hidden(name):
                path = Path(place, name)
                yield _file(path, document_name(os.path.relpath(path, folder)), root)
    for problem in problems:
        path = Path(problem.filename or folder)
        yield _refused(path, folder, f"cannot be listed: {problem.strerror}; check its permissions")


def _refused(path: Path, folder: Path, reason: str) -> Candidate:
    return Candidate(path, document_name(os.path.relpath(path, folder)), refusal=reason)


def _file(path: Path, name: str, root: str | None) -> Candidate:
    """A file as a candidate; `root` is the folder that a link must not leave, if any."""
    name = document_name(name)
    try:
        if root is not None and path.is_symlink() and not _is_within(path, root):
            return Candidate(
                path, name, refusal="is a link that leads out of the folder; copy the file into it"
            )
        status = path.stat()
    except FileNotFoundError:
        reason = "is a link to nothing" if path.is_symlink() else "does not exist"
        return Candidate(path, name, refusal=reason)
    except OSError as error:
        return Candidate(path, name, refusal=f"cannot be opened: {error.strerror}")
    if not stat.S_ISREG(status.st_mode):
        return Candidate(path, name, refusal="is no regular file (a pipe, socket or device)")
    return Candidate(path, name, status.st_size, within=root or "")


def _is_within(path: Path, root: str) -> bool:
    return _lies_in(os.path.realpath(path), root)


def _lies_in(real: str, root: str) -> bool:
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)
