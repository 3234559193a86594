"""How rare words are in the spaces being searched: the rarer a word, the more it tells."""

import math
import sqlite3
from collections.abc import Iterable, Sequence

from vectorstore.catalogue import Space
from vectorstore.word_counts import Stems, kept_counts


def rarity(
    connection: sqlite3.Connection, spaces: Sequence[Space], words: Iterable[str], stems: Stems
) -> dict[str, float]:
    """Inverse document frequency of each word over the spaces' chunks, from 0 to 1.

    1.0 is a word that no chunk holds. Forms of one stem count together. A word is letters and
    digits only. In a large space, what is common counts as when its words were last counted.
    """
    asked = list(dict.fromkeys(words))
    total = sum(space.chunks for space in spaces)
    if not total:
        return dict.fromkeys(asked, 1.0)
    large = [space for space in spaces if space.counted]
    spelt = [found[0] if len(found) == 1 else "" for found in stems.of(asked)] if large else []
    holding = dict.fromkeys(asked, 0)
    for space in spaces:
        kept = kept_counts(connection, space.id, spelt) if space.counted else {}
        for number, word in enumerate(asked):
            known = kept.get(spelt[number]) if kept else None
            holding[word] += _holding(connection, space, word) if known is None else known
    return {
        word: max(0.0, math.log((1 + total) / (1 + count)) / math.log(1 + total))
        for word, count in holding.items()
    }


def _holding(connection: sqlite3.Connection, space: Space, word: str) -> int:
    (count,) = connection.execute(
        f"SELECT count(*) FROM words_{space.id:d} WHERE words_{space.id:d} MATCH ?", (f'"{word}"',)
    ).fetchone()
    return int(count)
