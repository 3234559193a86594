"""Files of uploads that wait on the disk, and what of them goes with a deleted document."""

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from ingest.discovery import document_name
from vectorstore.disk import sha256_of

FILES = "files"  # the folder of an upload's files, in its own
NOTE = "upload.json"  # says that the upload was accepted, by whom and into which space


def drop_waiting(folder: Path, names: Collection[tuple[str, str]], sha256: str) -> int:
    """Delete files below `folder` that would be read as one of `names`, (space, name), again.

    Only those with this content: what someone uploaded to become another document or another
    version is still read. Returns how many files went.
    """
    gone = 0
    for note in sorted(folder.glob(f"*/{NOTE}")):
        with suppress(FileNotFoundError):  # read meanwhile, and deleted with all its files
            space = _space(note)
            files = note.parent / FILES
            for path in sorted(files.rglob("*")):
                at = (space, document_name(str(path.relative_to(files))))
                if at in names and path.is_file() and sha256_of(path) == sha256:
                    path.unlink()
                    gone += 1
    return gone


def _space(note: Path) -> str | None:
    """The space of an upload; None where the note is damaged: the next start clears it away."""
    try:
        return str(json.loads(note.read_text("utf-8"))["space"])
    except (ValueError, KeyError, TypeError):
        return None
