"""Stems of words, for threads that answer at the same time.

A Snowball stemmer keeps the word that it works on: two threads that share one get each other's
letters, or an IndexError. So each thread has its own.
"""

import threading
from functools import lru_cache

import snowballstemmer

_own = threading.local()


@lru_cache(maxsize=200_000)
def stem(word: str, algorithm: str) -> str:
    """The stem of a folded word by a Snowball algorithm ("english"); KeyError if there is none."""
    stemmers: dict[str, snowballstemmer.stemmer] = _own.__dict__
    if algorithm not in stemmers:
        stemmers[algorithm] = snowballstemmer.stemmer(algorithm)
    return str(stemmers[algorithm].stemWord(word))
