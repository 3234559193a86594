"""Which things a list names: read from the sentence that leads to it, else from its heading."""

from functools import lru_cache
from itertools import pairwise

from app.answering.tables.lexicon import folded_words, is_name
from vectorstore.languages import words_of
from vectorstore.tables.records import Table
from vectorstore.tables.words import folded, words_in

_ENOUGH = 0.5  # of the lead's telling words, which a question has to have more of
_LONGEST_NOUN = 3  # words


@lru_cache(maxsize=1)
def _free() -> frozenset[str]:
    light = words_of(lambda language: language.support.light)
    told = folded_words(lambda words: words.free) | folded_words(lambda words: words.sources)
    return told.union(map(folded, light))


@lru_cache(maxsize=1)
def _auxiliaries() -> frozenset[str]:
    return frozenset(folded(w) for w in words_of(lambda language: language.support.auxiliaries))


@lru_cache(maxsize=1)
def _duties() -> frozenset[str]:
    return frozenset(
        folded(word)
        for word in words_of(
            lambda language: (*language.support.obligations, *language.support.permissions)
        )
    )


@lru_cache(maxsize=1)
def _counted() -> frozenset[str]:
    """Words right before what is listed: "following", "three"."""
    numbers = words_of(
        lambda language: (
            word
            for value, words in language.numbers.names.items()
            if value > 1  # "one" is an article too often
            for word in words
        )
    )
    return folded_words(lambda words: words.following).union(map(folded, numbers))


def is_lead(name: str) -> bool:
    """Whether the sentence before a list leads to it, and does not only stand above it."""
    return name.rstrip().endswith(":") or not folded_words(
        lambda words: words.following
    ).isdisjoint(words_in(name))


def _telling(words: list[str]) -> list[str]:
    return [
        word
        for word in words
        if word not in _free() and word not in _auxiliaries() and word not in _counted()
        and not word.isdigit()
    ]  # fmt: skip


def listed_nouns(table: Table) -> list[str]:
    """The words that say what the items of the list are; none where that is not told.

    "The primary documents are:" lists documents, "You need the following papers:" papers, and a
    list right below a heading what the heading names.
    """
    heading = words_in(_last(table.heading))
    if not table.name or not is_lead(table.name):
        telling = _telling(heading)
        return telling[-1:] + telling[:1]
    words = words_in(table.name)
    found = [
        following
        for word, following in pairwise(words)
        if word in _counted() or (word.isdigit() and len(word) < 3)
    ]
    telling = _telling(words)
    if words[-1] in folded_words(lambda words: words.leads):
        return found + telling[:_LONGEST_NOUN]
    if words[-1] in _auxiliaries():
        return found
    return found + telling[-1:]


def _last(path: str) -> str:
    return path.rsplit(" > ", 1)[-1]


def _denials_in(words: list[str]) -> bool:
    return not _denials().isdisjoint(words)


@lru_cache(maxsize=1)
def _denials() -> frozenset[str]:
    return frozenset(
        folded(word)
        for word in words_of(
            lambda language: (
                *language.denials.before_nouns,
                *language.denials.others,
                *language.tables.excepting,
            )
        )
    )


def names_what_is_listed(word: str, table: Table) -> bool:
    """Whether a folded word of a question is what the items of the list are."""
    return any(is_name(word, noun) for noun in listed_nouns(table))


def is_about(asked: list[str], table: Table) -> bool:
    """Whether a question has most of the words that say what the list is of.

    What the question leaves out may be what it does not mean: "the customer's duties".
    """
    by_name = bool(table.name) and is_lead(table.name)
    if _denials_in(asked) != _denials_in(words_in(f"{table.name} {_last(table.heading)}")):
        return False  # "which risks are not covered"
    if not by_name and not _duties().isdisjoint(asked):
        return False  # "what must visitors do": a heading says nothing of what they must
    source = table.name if by_name else _last(table.heading)
    telling = _telling(words_in(source))
    if not telling:
        return False
    said = sum(any(is_name(word, one) for word in asked) for one in telling)
    return said > _ENOUGH * len(telling)


def completes(asked: list[str], table: Table) -> bool:
    """Whether the question asks with the lead's own verb: "What must visitors do?"."""
    words = words_in(table.name)
    if not words or not is_lead(table.name) or words[-1] not in _auxiliaries():
        return False
    if _denials_in(asked) != _denials_in(words):
        return False
    telling = _telling(words)
    return words[-1] in asked and bool(telling) and all(
        any(is_name(word, one) for word in asked) for one in telling
    )  # fmt: skip
