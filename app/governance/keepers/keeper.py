"""What has to be known of each thing that keeps data, so that nothing of it is forgotten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.data_folder.layout import DataFolder
from app.governance.deletion.unfinished import Deletion


@dataclass(frozen=True, slots=True)
class Tables:
    """Databases of one kind: their file name, wherever they lie, and the steps of their tables."""

    file: str
    steps: Sequence[str]


@dataclass(frozen=True, slots=True)
class RestoredData:
    """A backup that is unpacked and not in its place yet."""

    folder: DataFolder
    former: DataFolder | None  # the data folder whose place it takes
    deleted: frozenset[str]  # SHA-256 of contents that were deleted since the backup was made


@dataclass(frozen=True, slots=True)
class Moved:
    """A document that has another space now."""

    space: str
    document: str
    to_space: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """One thing that keeps data in a data folder.

    `paths` gives its files and folders. What is deleted from it is deleted by the functions:
    `forget_document` says how many things went; the index has forgotten the document already.
    """

    name: str  # as a deletion's receipt says it
    paths: Callable[[DataFolder], Sequence[Path]]
    tables: Tables | None = None
    quotes: bool = False  # it holds quotations, which the setting retention.quotations is about
    by_content: bool = False  # documents of equal content share what it keeps
    left_out: Sequence[str] = ()  # of backups: patterns of paths, with all that is below them
    backup_turn: int = 0  # a backup copies those with lower numbers first
    forget_document: Callable[[DataFolder, Deletion], int] | None = None
    move_document: Callable[[DataFolder, Moved], int] | None = None  # copies that name its space
    forget_person: Callable[[DataFolder, str], None] | None = None  # by the person's id
    after_restore: Callable[[RestoredData], None] | None = None
