"""What an index of a size takes: disk, memory, time to read and to search; measured constants.

The constants are those of `make bench-scale` and of the embedder multilingual-e5-small on one core,
in docs/measure.md. They are for planning: documents differ, and so do machines.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vectorstore.disk import read_database

CHUNKS_A_DOCUMENT = 40  # of some ten pages, where nothing is known of the documents
_TOKENS = 110  # of a chunk, on average, where chunks have at most 140
_DISK = 4_100  # bytes a chunk: its vector, twice, its neighbours among vectors, and its row
_DISK_A_TOKEN = 48  # bytes: signs of its vector
_DISK_A_LETTER = 2.6  # bytes: text, text as it is looked up, and the word index
_LETTERS_A_TOKEN = 5
_MEMORY = 2_100  # bytes a chunk, once its space has been searched
_BASE_MEMORY = 500 << 20  # bytes: the embedder and the rest of the program
_CHUNKS_A_SECOND = 28.0  # read by the embedder, on one core
_QUESTION_MS = 6.3  # of one core, for the embedder to read a question
_SEARCH_MS = 11.0  # of one core, at any size
_WORDS_MS = 10.0  # of one core more, at the most, where spaces are large


@dataclass(frozen=True, slots=True)
class Capacity:
    """Bytes of disk and memory, seconds of one core to read, milliseconds of one to search."""

    documents: int
    chunks: int
    disk: int
    memory: int
    reading_s: float
    search_ms: float


def capacity(documents: int, chunks_a_document: float = CHUNKS_A_DOCUMENT) -> Capacity:
    """What so many documents take. Files of their own are not counted: each is copied once."""
    chunks = round(documents * chunks_a_document)
    each = _DISK + _TOKENS * (_DISK_A_TOKEN + _LETTERS_A_TOKEN * _DISK_A_LETTER)
    large = min(1.0, chunks / 100_000)
    return Capacity(
        documents,
        chunks,
        disk=round(chunks * each),
        memory=_BASE_MEMORY + chunks * _MEMORY,
        reading_s=chunks / _CHUNKS_A_SECOND,
        search_ms=_QUESTION_MS + _SEARCH_MS + large * _WORDS_MS,
    )


def chunks_a_document(catalogue: Path) -> float | None:
    """How many chunks the documents of a catalogue have on average; None where it has none."""
    if not catalogue.is_file():
        return None
    try:
        with closing(read_database(catalogue)) as connection:
            count, chunks = connection.execute(
                "SELECT count(*), coalesce(sum(chunks), 0) FROM documents"
            ).fetchone()
    except sqlite3.Error:
        return None  # what is wrong with it is told where it is opened
    return chunks / count if count else None
