"""Vectors in a folder of ours, which one process at a time may open; bytes go when asked."""

import shutil
import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from vectorstore.chroma import ChromaVectors, library
from vectorstore.disk import existing_database, fold_log, read_database
from vectorstore.vectors import VectorFault

# The start of header.bin of hnswlib as Chroma has it: version, offset of level 0, elements that
# there is room for, elements that there are, bytes of each.
_HEADER = struct.Struct("<i4Q")


class FolderVectors(ChromaVectors):
    """Chroma inside this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        super().__init__()

    def _connect(self) -> Any:
        chromadb = library()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return chromadb.PersistentClient(
            str(self._folder), settings=chromadb.Settings(anonymized_telemetry=False)
        )

    def close(self) -> None:
        with self._lock:
            super().close()
            _blank_unused(self._folder)

    def counts(self, names: Sequence[str]) -> dict[str, int]:
        """In one read of Chroma's database: a collection takes long to open, and memory."""
        try:
            with closing(read_database(self._folder / "chroma.sqlite3")) as connection:
                rows = connection.execute(
                    "SELECT c.name, count(*) FROM embeddings e JOIN segments s "
                    "ON s.id = e.segment_id JOIN collections c ON c.id = s.collection "
                    "GROUP BY e.segment_id"
                )
                found = dict(rows)
        except sqlite3.Error:  # another version's tables: it says so itself, one by one
            return super().counts(names)
        return {name: found.get(name, 0) for name in names}

    def compact(self) -> None:
        """Chroma itself leaves both the rows of its database and the folders of collections.

        Searches wait meanwhile.
        """
        with self._free:
            self._free.wait_for(lambda: not self._searches)
            self.close()
            try:
                _vacuum(self._folder)
            except (OSError, sqlite3.Error) as error:
                raise self._fault("compacted", error) from error
            finally:
                self._open()

    def _fault(self, done: str, error: Exception) -> VectorFault:
        return VectorFault(
            f"The vector index in {self._folder} could not be {done} "
            f"({type(error).__name__}: {error}). It is derived from the catalogue: if this "
            "happens again, run `strongroom reindex`, which makes it anew."
        )


def _vacuum(folder: Path) -> None:
    """Rewrite Chroma's database without free pages, and delete folders that it does not name."""
    connection = existing_database(folder / "chroma.sqlite3", timeout=30)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        fold_log(connection)
        known = {segment for (segment,) in connection.execute("SELECT id FROM segments")}
    finally:
        connection.close()
    for path in folder.iterdir():
        if path.is_dir() and path.name not in known:
            shutil.rmtree(path)


def _blank_unused(folder: Path) -> None:
    """Overwrite the room for vectors that are still to come.

    Chroma's HNSW files are written with it as it was in memory, and vectors that were deleted
    long before were found there; a folder made anew has it too, from its first 100 places on.
    """
    for header in folder.glob("*/header.bin"):
        head = header.read_bytes()[: _HEADER.size]
        if len(head) < _HEADER.size:
            continue
        version, _, room, used, size = _HEADER.unpack(head)
        for name, each in (("data_level0.bin", size), ("length.bin", 4)):
            path = header.with_name(name)
            known = version == 1 and path.exists() and path.stat().st_size == room * each
            if known and used < room:
                with path.open("r+b") as opened:
                    opened.seek(used * each)
                    opened.write(bytes((room - used) * each))


def delete_folder(folder: Path) -> None:
    """Delete a folder of vectors that no client has open."""
    shutil.rmtree(folder, ignore_errors=True)
