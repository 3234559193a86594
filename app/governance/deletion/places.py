"""Where a document's words are kept beside the index, and how they are taken away there."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from app.data_folder.layout import DataFolder
from app.governance.deletion.unfinished import Deletion
from app.governance.keepers.keeper import Keeper
from app.governance.keepers.registry import KEEPERS
from vectorstore.records import DocumentRecord
from vectorstore.versions import copies_before_updates

_UPDATE_DAYS = 30  # so long the copy of a database from before an update is kept at most


class Place(Protocol):
    """Something that holds copies or quotations of documents."""

    @property
    def name(self) -> str:
        """What a receipt calls it, such as "conversations"."""
        ...

    @property
    def files(self) -> Sequence[str]:
        """The first parts of the paths, below the data folder, of what it keeps."""
        ...

    @property
    def quotes(self) -> bool:
        """Whether it holds quotations, which the setting retention.quotations is about."""
        ...

    def forget(self, deletion: Deletion) -> int:
        """Take away what it holds of a document that the index has forgotten; how many things."""
        ...


class KeeperPlace:
    """One of the registry's keepers, in one data folder."""

    def __init__(
        self, keeper: Keeper, folder: DataFolder, documents: Callable[[], Sequence[DocumentRecord]]
    ) -> None:
        """`documents` are those of the index, without the one that is being deleted."""
        self.name = keeper.name
        self.quotes = keeper.quotes
        self._keeper = keeper
        self._folder = folder
        self._documents = documents

    @property
    def files(self) -> Sequence[str]:
        """Databases have files beside them, with longer names."""
        ends = ("", "-wal", "-shm") if self._keeper.tables else ("",)
        tops = (path.relative_to(self._folder.root) for path in self._keeper.paths(self._folder))
        return [top.parts[0] + end for top in tops for end in ends]

    def forget(self, deletion: Deletion) -> int:
        """As the keeper does; nothing goes that another document has as well."""
        if self._keeper.forget_document is None:
            return 0
        if self._keeper.by_content and any(
            other.sha256 == deletion.sha256 for other in self._documents()
        ):
            return 0
        return self._keeper.forget_document(self._folder, deletion)


class DrawnPages:
    """Pictures of pages in the memory of the process that serves; nothing on the disk."""

    name = "drawn pages"
    files: Sequence[str] = ()
    quotes = False

    def __init__(self, drop: Callable[[str], int]) -> None:
        """`drop` forgets those of a content, by its hash, and says how many there were."""
        self._drop = drop

    def forget(self, deletion: Deletion) -> int:
        """Drop them, even where another document has the same content: it is drawn again."""
        return self._drop(deletion.sha256)


def places_of(folder: DataFolder, documents: Callable[[], Sequence[DocumentRecord]]) -> list[Place]:
    """All keepers of the registry that hold something of documents, in the order of deletion."""
    return [KeeperPlace(keeper, folder, documents) for keeper in KEEPERS if keeper.forget_document]


def drop_old_copies(home: Path, now: float | None = None) -> None:
    """Delete copies from before an update whose time is over."""
    end = (time.time() if now is None else now) - _UPDATE_DAYS * 24 * 3600
    for path in copies_before_updates(home):
        if path.stat().st_mtime < end:
            path.unlink()
