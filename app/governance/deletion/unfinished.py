"""Deletions that have begun: each is noted in a file of its own until nothing is left to do."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from app.data_folder.layout import DataFolder
from vectorstore.disk import write_whole


class UnreadableNote(Exception):
    """A deletion that was interrupted cannot be finished; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A document, or one version of it, on its way out, and all that others know it by."""

    space: str
    document: str
    sha256: str
    reason: str
    indexed_at: str  # of the version that goes: the same content may be taken in again
    names: tuple[tuple[str, str], ...]  # (space, name) it has, and had where nothing else is now
    spaces: tuple[str, ...]  # in whose collections its vectors were
    chunk_ids: tuple[str, ...]  # in all places where it was
    replaced: bool = False  # by a new version, so that quotations are of what was so then


class Begun:
    """The notes below a data folder; safe to use from several threads, each with its documents."""

    def __init__(self, home: Path) -> None:
        self._folder = DataFolder(home).deletions

    def note(self, deletion: Deletion) -> None:
        """From here on the next start finishes it; durable on return."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._path(deletion), json.dumps(asdict(deletion)))

    def finished(self, deletions: Iterable[Deletion]) -> None:
        """These need no notes any more; those of others stay."""
        for deletion in deletions:
            self._path(deletion).unlink(missing_ok=True)

    def left(self) -> list[Deletion]:
        """What an earlier process did not finish; for the start, when nothing is being deleted.

        Raises UnreadableNote.
        """
        for partial in self._folder.glob("*.partial"):
            partial.unlink()  # nothing was deleted yet
        return [_read(path) for path in sorted(self._folder.glob("*.json"))]

    def _path(self, deletion: Deletion) -> Path:
        """One file for one version in one place: trying again replaces the note."""
        parts = (deletion.space, deletion.document, deletion.sha256)
        told = "\0".join(parts).encode("utf-8", "surrogatepass")
        return self._folder / f"{hashlib.sha256(told).hexdigest()[:32]}.json"


def _read(path: Path) -> Deletion:
    try:
        said = json.loads(path.read_text("utf-8"))
        names = tuple((space, name) for space, name in said.pop("names"))
        spaces, chunk_ids = tuple(said.pop("spaces")), tuple(said.pop("chunk_ids"))
        return Deletion(**said, names=names, spaces=spaces, chunk_ids=chunk_ids)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableNote(
            f"the note {path} of a deletion that was interrupted cannot be read ({error}); the "
            "trail's last deletions without a receipt name the document. Remove the note, and "
            "delete that document again if it is there"
        ) from error
