"""How many chunks of a space hold a word, so that a search reads little of what is common.

A word that every third chunk has tells no two of them apart, and ranking the chunks that hold it
takes most of a search's time. The words that many chunks of a large space have are therefore
counted beforehand, in the transaction that stores a document, whenever the space has grown or
shrunk by a quarter. Other words are counted where they are asked for: they are few by then.
"""

import sqlite3
import threading
from collections.abc import Iterable, Sequence

from vectorstore.disk import memory_database
from vectorstore.schema import TOKENIZER

COUNTED_FROM = 8_000  # chunks of a space; in a smaller one every word is looked up
_COMMON = 500  # chunks that hold a word, from which it is kept
_GROWN = 1.25
MOST_RANKED = 8_000  # chunks that a question's words may bring into the ranking, about
_UNLISTED = _COMMON // 2  # chunks that a word which is not kept is taken to have


def is_due(chunks: int, counted: int) -> bool:
    """Whether a space of so many chunks, which had `counted` at the last count, is counted anew."""
    if chunks < COUNTED_FROM:
        return counted > 0
    return not chunks / _GROWN <= counted <= chunks * _GROWN


def count_words(writer: sqlite3.Connection, space_id: int, chunks: int) -> None:
    """Count the words of a space that has so many chunks; forget the counts of a small one.

    Takes about a tenth of a second for 100,000 chunks.
    """
    writer.execute("DELETE FROM common_words WHERE space_id = ?", (space_id,))
    counted = chunks if chunks >= COUNTED_FROM else 0
    if counted:
        writer.execute(
            f"CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words_{space_id:d}, row)"
        )
        writer.execute(
            "INSERT INTO common_words SELECT ?, term, doc FROM temp.vocabulary WHERE doc >= ?",
            (space_id, _COMMON),
        )
        writer.execute("DROP TABLE temp.vocabulary")
    writer.execute("UPDATE space_sizes SET counted = ? WHERE space_id = ?", (counted, space_id))


class Stems:
    """What the word index makes of words; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: sqlite3.Connection | None = None

    def of(self, texts: Sequence[str]) -> list[list[str]]:
        """For each text its words as the index compares them: without accents and endings."""
        with self._lock:
            if self._index is None:
                self._index = memory_database()
                self._index.executescript(
                    f"CREATE VIRTUAL TABLE words USING fts5(body, tokenize = '{TOKENIZER}');"
                    "CREATE VIRTUAL TABLE found USING fts5vocab(words, instance);"
                )
            index = self._index
            index.executemany(
                "INSERT INTO words (rowid, body) VALUES (?, ?)", list(enumerate(texts))
            )
            rows = index.execute("SELECT doc, term FROM found ORDER BY doc, offset").fetchall()
            index.execute("DELETE FROM words")
            index.commit()
        stems: list[list[str]] = [[] for _ in texts]
        for number, stem in rows:
            stems[number].append(stem)
        return stems

    def close(self) -> None:
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None


def kept_counts(
    connection: sqlite3.Connection, space_id: int, stems: Iterable[str]
) -> dict[str, int]:
    """The stems that are kept as common in a space, with how many chunks hold them."""
    wanted = list(dict.fromkeys(stems))[:900]  # SQLite's limit of parameters
    marks = ", ".join("?" * len(wanted))
    return dict(
        connection.execute(
            f"SELECT word, chunks FROM common_words WHERE space_id = ? AND word IN ({marks})",
            (space_id, *wanted),
        )
    )


def telling(
    connection: sqlite3.Connection,
    space_id: int,
    phrases: Sequence[str],
    stems: Sequence[Sequence[str]],
    most: int,
) -> tuple[list[str], bool]:
    """Those of a question's phrases by which a space is searched, and whether all must be held.

    `stems` has the words of each. They are the rarest, as long as about `most` chunks hold them
    together. Where even the rarest one is in more, it is asked for together with the next one.
    """
    counts = kept_counts(connection, space_id, (stem for words in stems for stem in words))
    costs = {
        phrase: min((counts.get(stem, _UNLISTED) for stem in words), default=0)
        for phrase, words in zip(phrases, stems, strict=True)
    }
    rarest = sorted(costs, key=lambda phrase: costs[phrase])
    if rarest and costs[rarest[0]] > most:
        return rarest[:2], True
    chosen = set()
    total = 0
    for phrase in rarest:
        total += costs[phrase]
        if total > most:
            break
        chosen.add(phrase)
    return [phrase for phrase in phrases if phrase in chosen], False
