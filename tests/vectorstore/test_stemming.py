"""Stems while several people ask at the same time."""

import sys
import threading
from itertools import product

from vectorstore.stemming import stem

WORDS = [
    a + b for a, b in product(("nation", "relation", "hope", "arg"), ("alize", "ful", "ingly"))
]


def test_threads_get_the_stems_that_one_gets() -> None:
    plain = stem.__wrapped__  # what is behind the cache
    alone = {word: plain(word, "english") for word in WORDS}
    wrong: list[object] = []

    def work() -> None:
        try:
            for _ in range(100):
                wrong.extend(word for word in WORDS if plain(word, "english") != alone[word])
        except IndexError as error:
            wrong.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert wrong == []
