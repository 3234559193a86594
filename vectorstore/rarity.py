"""How rare words are in the spaces being searched: the rarer a word, the more it tells."""

import math
import sqlite3
from collections.abc import Iterable, Sequence

from vectorstore.catalogue import Space


def rarity(
    connection: sqlite3.Connection, spaces: Sequence[Space], words: Iterable[str]
) -> dict[str, float]:
    """Inverse document frequency of each word over the spaces' chunks, from 0 to 1.

    1.0 is a word that no chunk holds. Forms of one stem count together. A word is letters and
    digits only.
    """
    total = sum(
        connection.execute(f"SELECT count(*) FROM words_{space.id:d}").fetchone()[0]
        for space in spaces
    )
    if not total:
        return dict.fromkeys(words, 1.0)
    return {
        word: math.log((1 + total) / (1 + _holding(connection, spaces, word))) / math.log(1 + total)
        for word in dict.fromkeys(words)
    }


def _holding(connection: sqlite3.Connection, spaces: Sequence[Space], word: str) -> int:
    return sum(
        connection.execute(
            f"SELECT count(*) FROM words_{space.id:d} WHERE words_{space.id:d} MATCH ?",
            (f'"{word}"',),
        ).fetchone()[0]
        for space in spaces
    )
