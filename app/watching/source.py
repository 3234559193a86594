"""What a watched source is, what its rules are, and what is told of it."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["folder", "webdav", "s3", "imap"]
KINDS: tuple[Kind, ...] = ("folder", "webdav", "s3", "imap")

EVERY_MINUTES = 15.0
LARGEST_MIB = 512
GUARD_PERCENT = 25.0
# So many files may always vanish together: a guard over a handful would only ask and ask.
FREELY_GONE = 10


class SourceFault(Exception):
    """A source that cannot be watched so, or is not there; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Which files are taken. Patterns are of paths: * stands for anything, in folders as well."""

    include: Sequence[str] = ()  # all, if there is none
    exclude: Sequence[str] = ()
    largest_mib: int = LARGEST_MIB

    def take(self, path: str) -> bool:
        """Whether a file of this path within the place is taken."""
        name = path.casefold()
        wanted = not self.include or any(_fits(name, one) for one in self.include)
        return wanted and not any(_fits(name, one) for one in self.exclude)


def _fits(path: str, pattern: str) -> bool:
    pattern = pattern.casefold()
    if "/" not in pattern:  # of the file's name alone, wherever it lies
        path = path.rpartition("/")[2]
    return fnmatch.fnmatchcase(path, pattern.lstrip("/"))


@dataclass(frozen=True, slots=True)
class NewSource:
    """What somebody wants to be watched. `secret` is the password or key of `user` there."""

    name: str
    kind: Kind
    place: str  # a folder, or an address
    space: str
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    largest_mib: int = LARGEST_MIB
    every_minutes: float = EVERY_MINUTES
    guard_percent: float = GUARD_PERCENT  # of its documents; more that vanish are asked about
    user: str = ""
    secret: str = field(default="", repr=False)

    @property
    def rules(self) -> Rules:
        return Rules(self.include, self.exclude, self.largest_mib)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one look at the place. Times are seconds since 1970."""

    began: float
    ended: float
    listed: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    deleted: int = 0
    refused: int = 0  # files that are there and are not in the space as they are
    error: str = ""  # why it did not come to its end, and what to do
    remarks: Sequence[str] = ()  # folders that could not be looked into
    asked: int = 0  # documents whose files vanished, and which stay until somebody agrees


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file of the place that is not in the space, or only as it was, and why."""

    path: str
    reason: str


Now = Literal["waiting", "looking", "paused", "failed", "asking"]


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as people see it: never its secret. Times are seconds since 1970."""

    name: str
    kind: Kind
    place: str
    space: str
    include: Sequence[str]
    exclude: Sequence[str]
    largest_mib: int
    every_minutes: float
    guard_percent: float
    user: str
    has_secret: bool
    now: Now
    documents: int
    refused: Sequence[RefusedFile]  # the first of them
    refused_count: int
    last: Outcome | None
    good_at: float | None  # when a look last came to its end without an error
    next_at: float | None  # when it is looked at next; None where nobody looks by itself
    files_done: int = 0  # of the look that goes on now
    files_total: int = 0
    current: str = ""
    live: str = ""  # "" where changes are seen at once, else why only looks see them
