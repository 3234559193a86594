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
    return tuple(
        word.casefold()
        for word in _WORD.findall(text)
        if not word[0].islower()
        or any(letter.isdigit() or letter.isupper() for letter in word)
        or word in _TURNING
        or word.endswith(_DENYING_ENDINGS)
    )


def fold(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those that say what one further up says, which names their documents."""
    groups: dict[tuple[Facts, Facts], list[int]] = {}
    kept: list[Hit] = []
    others: list[list[str]] = []
    for hit in hits:
        group = groups.setdefault((facts(hit.text), facts(hit.heading)), [])
        number = next((at for at in group if _alike(hit.text, kept[at].text)), None)
        if number is None:
            group.append(len(kept))
            kept.append(hit)
            others.append([])
        elif hit.document not in {kept[number].document, *others[number]}:
            others[number].append(hit.document)
    return [
        replace(hit, also_in=tuple(also)) if also else hit
        for hit, also in zip(kept, others, strict=True)
    ]


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return frozenset(pairwise(["", *words, ""]))


def _alike(text: str, other: str) -> bool:
    if text == other:
        return True
    one, two = _pairs(text), _pairs(other)
    return len(one & two) >= ALIKE * len(one | two)
