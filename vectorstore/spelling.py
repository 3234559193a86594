"""Words of a question that no document has: the word that was meant, or the parts of a compound.

A word that stands nowhere in the searched spaces finds nothing. Where another is one slip of the
finger away (a letter too many, missing, wrong, or two exchanged: Damerau, 1964) and stands in the
documents, that one is meant. A compound whose parts stand there is looked for by its parts.
Numbers, codes and words that do stand somewhere are left alone.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vectorstore.catalogue import Space
from vectorstore.languages import words_of
from vectorstore.query import STOPWORDS, folded

# Words that every text has, or none of another language.
_UNTELLING = STOPWORDS | {folded(word) for word in words_of(lambda language: language.stop_words)}
_SHORTEST = 5  # letters of a word that is corrected: "dog" is a slip of too many words
_SHORTEST_PART = 4  # letters of a part of a compound
_LONGEST = 30  # letters; nobody types longer words by hand
_MOST_UNKNOWN = 8  # words of a question; what follows is left as it is
_MOST_WORDS = 3  # of a question; with more unknown ones it is rather in another language
_FEW_WORDS = 3  # of a question; of fewer all may be mistyped
_MOST_LOOKUPS = 20_000  # words times spaces, for one question
_WORD = re.compile(r"\w+")
_AT_ONCE = 100  # words in one look into the index
_LETTERS = "abcdefghijklmnopqrstuvwxyzß"  # accents are folded in the index
# What stands between the parts of a compound, the longest first.
_JOINTS = sorted(
    words_of(lambda language: language.retrieval.compound_joints), key=len, reverse=True
)


@dataclass(frozen=True, slots=True)
class Meant:
    """What stands for a word of the question that no document has.

    `word` is the correction, "" where there is none; `parts` are those of a compound.
    """

    word: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a question's words are to the documents: how many are known, and what others mean."""

    words: int
    unknown: tuple[str, ...]
    meant: dict[str, Meant]

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """All words that are looked for in the place of unknown ones."""
        found = (word for meant in self.meant.values() for word in (meant.word, *meant.parts))
        return tuple(dict.fromkeys(word for word in found if word))

    @property
    def words_meant(self) -> dict[str, str]:
        """The corrected word for each mistyped one."""
        return {word: meant.word for word, meant in self.meant.items() if meant.word}

    @property
    def known_share(self) -> float:
        """The share of the words that stand somewhere, or for which another does; 1 for none."""
        lost = sum(word not in self.meant for word in self.unknown)
        return 1 - lost / self.words if self.words else 1.0


def spelling(
    connection: sqlite3.Connection, spaces: Sequence[Space], words: Iterable[str]
) -> Spelling:
    """Look up those of `words`, in lower case, that are letters alone in the spaces' documents.

    Takes a few thousandths of a second for each unknown word and space, however long the words.
    """
    plain_words = (word for word in words if word.isalpha() and folded(word) not in _UNTELLING)
    asked = list(dict.fromkeys(plain_words))
    unknown = [word for word in asked if not _stands(connection, spaces, [word])]
    meant: dict[str, Meant] = {}
    # Of a question in another language nearly every word would be a slip of something.
    foreign = len(unknown) > _MOST_WORDS or (2 * len(unknown) > len(asked) >= _FEW_WORDS)
    room = 0 if foreign else _MOST_LOOKUPS // max(1, len(spaces))
    for word in unknown[:_MOST_UNKNOWN]:
        plain = folded(word)
        if not _SHORTEST <= len(plain) <= _LONGEST:
            continue
        if parts := _parts(connection, spaces, plain):
            meant[word] = Meant(parts=parts)
            continue
        candidates = list(dict.fromkeys(_slips(plain)))
        room -= len(candidates)
        if room >= 0 and (found := _commonest(connection, spaces, candidates)):
            meant[word] = Meant(found)
    return Spelling(len(asked), tuple(unknown), meant)


def _slips(word: str) -> Iterator[str]:
    """Every word that is one slip away; the first letter is nearly always the right one."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    for at in range(1, len(word) + 1):
        for letter in _LETTERS:
            yield word[:at] + letter + word[at:]
    for at in range(1, len(word)):
        for letter in _LETTERS:
            if letter != word[at]:
                yield word[:at] + letter + word[at + 1 :]


def _commonest(
    connection: sqlite3.Connection, spaces: Sequence[Space], candidates: Sequence[str]
) -> str:
    """Of the candidates the one that stands in most passages, or "".

    The index knows stems, and a made-up word may have the stem of a real one, so that a candidate
    counts only if a passage has the very word.
    """
    wanted = set(candidates)
    held: dict[str, int] = {}
    for start in range(0, len(candidates), _AT_ONCE):
        part = candidates[start : start + _AT_ONCE]
        if not _stands(connection, spaces, part):
            continue
        for word in part:
            for real in wanted.intersection(_words_beside(connection, spaces, word)) - held.keys():
                held[real] = _passages(connection, spaces, real)
    return max(held, key=lambda word: (held[word], word), default="")


def _words_beside(connection: sqlite3.Connection, spaces: Sequence[Space], word: str) -> set[str]:
    """All words of one passage of each space that holds the word or another form of it."""
    found: set[str] = set()
    for space in spaces:
        row = connection.execute(
            f"SELECT body, heading, title FROM words_{space.id:d} "
            f"WHERE words_{space.id:d} MATCH ? LIMIT 1",
            (f'"{word}"',),
        ).fetchone()
        if row:
            found.update(_WORD.findall(folded(" ".join(row))))
    return found


def _parts(connection: sqlite3.Connection, spaces: Sequence[Space], word: str) -> tuple[str, ...]:
    """Two words of the documents that make up `word`, the longest first part; else none."""
    for end in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        second = word[end:]
        if not _stands(connection, spaces, [second]):
            continue
        for joint in _JOINTS:
            first = word[: end - len(joint)]
            if not word[:end].endswith(joint) or len(first) < _SHORTEST_PART:
                continue
            if _stands(connection, spaces, [first]):
                return first, second
    return ()


def _stands(connection: sqlite3.Connection, spaces: Sequence[Space], words: Sequence[str]) -> bool:
    """Whether a passage holds any of the words; forms of one stem count as the word."""
    expression = " OR ".join(f'"{word}"' for word in words)
    return any(
        connection.execute(
            f"SELECT 1 FROM words_{space.id:d} WHERE words_{space.id:d} MATCH ? LIMIT 1",
            (expression,),
        ).fetchone()
        for space in spaces
    )


def _passages(connection: sqlite3.Connection, spaces: Sequence[Space], word: str) -> int:
    return sum(
        connection.execute(
            f"SELECT count(*) FROM words_{space.id:d} WHERE words_{space.id:d} MATCH ?",
            (f'"{word}"',),
        ).fetchone()[0]
        for space in spaces
    )
