"""Folds passages that say the same: equal texts, and boilerplate that differs in ordinary words.

Two passages may be one only if their numbers, dates, names and denials are the same, in the same
order, in text and headings. Among such passages the likeness is that of their pairs of words
(Broder, "On the resemblance and containment of documents", 1997); the candidates of a search are
so few that the sets themselves are compared, which needs no MinHash.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from vectorstore.languages import words_of
from vectorstore.records import Hit

# Share of the pairs of words that two passages must have in common. A changed word costs two
# pairs: in a passage of 100 words five may differ, in one of 15 words none.
ALIKE = 0.8
_WORD = re.compile(r"[^\W_]+(?:[-./,:'’][^\W_]+)*|[%€$£]")
_DIGITS = re.compile(r"\d+")
# Small words that turn a rule around; figures in words, and days, are written small as well.
_TURNING = frozenset(words_of(lambda language: language.retrieval.turning))
_DENYING_ENDINGS = tuple(
    written
    for ending in words_of(lambda language: language.denials.endings)
    for written in (ending, ending.replace("'", "’"))
)

Facts = tuple[str, ...]


def facts(text: str) -> Facts:
    """What must not differ, in order: numbers, part numbers, names, denials, bounds, times."""
    return tuple(word.casefold() for word in _WORD.findall(text) if _tells(word))


def _tells(word: str) -> bool:
    if not (word.isalpha() and word.islower()):  # most words are, and need no look at each letter
        if not word[0].islower():
            return True
        if any(letter.isdigit() or letter.isupper() for letter in word):
            return True
    return word in _TURNING or word.endswith(_DENYING_ENDINGS)


class _Kept:
    """A hit that is shown, with what was parsed of it so far."""

    def __init__(self, hit: Hit) -> None:
        self.hit = hit
        self.others: list[str] = []  # documents that say the same
        self._facts: tuple[Facts, Facts] | None = None
        self._pairs: frozenset[tuple[str, str]] | None = None

    @property
    def facts(self) -> tuple[Facts, Facts]:
        if self._facts is None:
            self._facts = facts(self.hit.text), facts(self.hit.heading)
        return self._facts

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        if self._pairs is None:
            self._pairs = _pairs(self.hit.text)
        return self._pairs

    def says(self, other: "_Kept") -> bool:
        """Whether both say the same."""
        if self.facts != other.facts:
            return False
        if self.hit.text == other.hit.text:
            return True
        one, two = self.pairs, other.pairs
        return len(one & two) >= ALIKE * len(one | two)


def fold(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those that say what one further up says, which names their documents.

    Digits are among what must not differ, and are found much faster than the rest: only passages
    that have the same ones are parsed.
    """
    groups: dict[tuple[str, str], list[_Kept]] = {}
    kept: list[_Kept] = []
    for hit in hits:
        digits = "".join(_DIGITS.findall(hit.text)), "".join(_DIGITS.findall(hit.heading))
        group = groups.setdefault(digits, [])
        new = _Kept(hit)
        same = next((one for one in group if one.says(new)), None)
        if same is None:
            group.append(new)
            kept.append(new)
        elif hit.document not in {same.hit.document, *same.others}:
            same.others.append(hit.document)
    return [replace(one.hit, also_in=tuple(one.others)) if one.others else one.hit for one in kept]


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return frozenset(pairwise(["", *words, ""]))
