"""Which exceptions are meant for a person; all others are defects and keep their traceback."""

import errno
import os
import sqlite3
import traceback

OURS = {"app", "ingest", "vectorstore", "prompts"}


def words_for(error: BaseException) -> str | None:
    """Return the message of an exception class that one of our packages defines, else None."""
    for kind in type(error).__mro__:
        if kind.__module__.split(".")[0] in OURS:
            return str(error) or kind.__name__
    return None


# What a machine lacks, and what to do. Anything else that the system refuses is a defect of ours.
_REMEDIES = {
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there, or raise the quota",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EROFS: "make it writable, or name another folder",
    errno.EACCES: "give this user the right to it, or name another place",
    errno.EPERM: "give this user the right to it, or name another place",
    errno.EEXIST: "move what is there out of the way, or name another place",
    errno.ENOTDIR: "a file is where a folder has to be: move it away, or name another place",
    errno.EISDIR: "a folder is where a file has to be: move it away, or name another place",
    errno.ENOENT: "look whether the name is right",
    errno.ENAMETOOLONG: "use a shorter name",
    errno.ELOOP: "its links lead in a circle: name the place itself",
    errno.EIO: "look whether the disk is sound",
    errno.EMFILE: "allow this process more open files (ulimit -n)",
    errno.ENFILE: "this machine has too many files open",
    errno.ENOMEM: "free some memory",
    errno.ETXTBSY: "end the program that uses it",
    errno.EBUSY: "end what uses it",
    errno.ESTALE: "the network disk has lost it: mount it again",
}
# What SQLite says in the place of a system's error, by the first words.
_DATABASES = {
    "database or disk is full": "make room on its disk",
    "attempt to write a readonly database": "make it writable",
    "unable to open database file": "look whether its folder is there and may be used",
    "disk I/O error": "look whether the disk is sound and has room",
    "readonly database": "make it writable",
}
_WRITES = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


def local_words_for(error: BaseException) -> str | None:
    """As `words_for`; also what the machine refuses, for whoever has a command line on it.

    Its words name files, so they are not for readers of the web chat.
    """
    if (words := words_for(error)) is not None:
        return words
    if isinstance(error, UnicodeEncodeError) and any(
        "\ud800" <= letter <= "\udfff" for letter in str(error.object)
    ):
        named = os.fsencode(str(error.object)[:200]).decode("utf-8", "replace")
        return f"{named!r} holds bytes that are not UTF-8; rename it, or write it anew"
    if isinstance(error, sqlite3.OperationalError):
        remedy = next((r for start, r in _DATABASES.items() if str(error).startswith(start)), None)
        return remedy and f"a database in the data folder cannot be used ({error}): {remedy}"
    if not isinstance(error, OSError) or error.errno not in _REMEDIES:
        return None
    place = error.filename2 or error.filename
    done = "write to" if error.errno in _WRITES else "use"
    named = os.fsencode(place).decode("utf-8", "replace") if place else "the disk"
    return f"cannot {done} {named} ({error.strerror}): {_REMEDIES[error.errno]}"


def without_words(error: BaseException) -> str:
    """Name an error and its place; its message may quote a question or a document."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
