"""Where a document's words are kept beside the index, and how they are taken away there."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from app.batch.forgetting import erase_results
from app.conversations.store import Conversations
from app.curating.waiting import drop_waiting
from app.deletion.begun import Deletion
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


class Originals:
    """The copies of ingested files, one for each content."""

    name = "originals"
    files: Sequence[str] = ("originals",)
    quotes = False

    def __init__(self, home: Path, documents: Callable[[], Sequence[DocumentRecord]]) -> None:
        self._folder = home / "originals"
        self._documents = documents

    def forget(self, deletion: Deletion) -> int:
        """Delete the copy, unless another document has the same content."""
        if any(other.sha256 == deletion.sha256 for other in self._documents()):
            return 0
        folder = self._folder / deletion.sha256[:2]
        copies = [path for path in folder.glob(f"{deletion.sha256}*") if path.is_file()]
        for path in copies:
            path.unlink()
        return len(copies)


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


class SavedAnswers:
    """The answers in people's saved conversations."""

    name = "conversations"
    quotes = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self.files: Sequence[str] = [path.name + end for end in ("", "-wal", "-shm")]

    def forget(self, deletion: Deletion) -> int:
        """Erase the answers that quote the document."""
        if not self._path.exists():
            return 0
        with closing(Conversations(self._path)) as conversations:
            return sum(
                conversations.forget_document(space, name, deletion.chunk_ids)
                for space, name in deletion.names
            )


class Questionnaires:
    """The results in the journals of questionnaires."""

    name = "questionnaires"
    files: Sequence[str] = ("batches",)
    quotes = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def forget(self, deletion: Deletion) -> int:
        """Erase the results that quote the document; their questions are open again."""
        return sum(
            erase_results(self._folder, space, name, set(deletion.chunk_ids))
            for space, name in deletion.names
        )


class WaitingUploads:
    """Files of uploads that have yet to be read, or that were not read to their end."""

    name = "uploads"
    files: Sequence[str] = ("uploads",)
    quotes = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def forget(self, deletion: Deletion) -> int:
        """Delete the document's file, which the next start would read again."""
        return drop_waiting(self._folder, deletion.names, deletion.sha256)


class BeforeUpdates:
    """Copies of databases from before an update of the program."""

    name = "copies from before an update"
    files: Sequence[str] = ()  # they lie beside their databases, in the folders of the others
    quotes = False

    def __init__(self, home: Path) -> None:
        self._home = home

    def forget(self, deletion: Deletion) -> int:
        """Delete them: they may hold any document, and cannot be searched."""
        del deletion
        copies = copies_before_updates(self._home)
        for path in copies:
            path.unlink()
        return len(copies)


def drop_old_copies(home: Path, now: float | None = None) -> None:
    """Delete copies from before an update whose time is over."""
    end = (time.time() if now is None else now) - _UPDATE_DAYS * 24 * 3600
    for path in copies_before_updates(home):
        if path.stat().st_mtime < end:
            path.unlink()
