"""The words of natural languages that code looks for, one module for each language.

A language is a module of this package whose `LANGUAGE` is a `base.Language`; nothing else names
it. Rules are built from the words of all languages together, as a document or a question may mix
them. The package lies here because reading, finding and answering all look for words, and
`vectorstore` is the layer that all of them may import.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from itertools import zip_longest
from pkgutil import iter_modules

from vectorstore.languages.base import Key, Language, Ranks, Words

_WORD = re.compile(r"[^\W\d_]+")
_FIRST = "en"  # where two languages claim the same, English goes first


@cache
def languages() -> tuple[Language, ...]:
    """Every language: English, then the others in the order of their modules' names."""
    names = {module.name for module in iter_modules(__path__)} - {"base"}
    found = []
    for name in sorted(names, key=lambda name: (name != _FIRST, name)):
        language = import_module(f"{__name__}.{name}").LANGUAGE
        if not isinstance(language, Language):
            raise TypeError(f"{__name__}.{name}.LANGUAGE is no Language")
        found.append(language)
    return tuple(found)


def language(code: str) -> Language:
    """The language of an ISO 639-1 code; English for one that is not known."""
    return next((one for one in languages() if one.code == code), languages()[0])


def words_of(kind: Callable[[Language], Iterable[str]]) -> Words:
    """The words (or patterns) of one kind in all languages, once each, language by language."""
    return tuple(dict.fromkeys(word for language in languages() for word in kind(language)))


def any_of(kind: Callable[[Language], Iterable[str]]) -> str:
    """The same as a part of a regular expression: alternatives, without brackets around them."""
    return "|".join(words_of(kind)) or "(?!)"  # matches nothing where no language has such a word


def ranked(kind: Callable[[Language], Ranks]) -> Words:
    """The words of one kind rank by rank, and language by language in each rank."""
    ranks = zip_longest(*(kind(language) for language in languages()), fillvalue=())
    return tuple(dict.fromkeys(word for rank in ranks for words in rank for word in words))


def clear_language_of(text: str) -> str:
    """The code of the language whose small words `text` has most of; "" where that is not clear."""
    used = _WORD.findall(text.casefold())
    counts = sorted(
        ((sum(word in words for word in used), code) for code, words in _small_words().items()),
        reverse=True,
    )
    (most, code), *others = counts
    return code if most and all(count < most for count, _ in others) else ""


@cache
def _small_words() -> dict[str, frozenset[str]]:
    """Each language's stop words, without those that another language has too."""
    own = {language.code: set(language.stop_words) for language in languages()}
    return {
        code: frozenset(words.difference(*(own[other] for other in own if other != code)))
        for code, words in own.items()
    }


def meanings(kind: Callable[[Language], Mapping[Key, Words]]) -> dict[str, Key]:
    """What each word means, where a kind gives words by their meaning."""
    return {
        word: meaning
        for language in languages()
        for meaning, words in kind(language).items()
        for word in words
    }


def language_of(text: str) -> Language:
    """The language whose small words `text` uses most; the first where none is ahead."""
    used = [word.casefold() for word in _WORD.findall(text)]
    letters = set(text)

    def told(one: Language) -> float:
        telling = _telling(one.code)
        capitals = set(one.capitals + one.capitals.lower())
        return sum(word in telling for word in used) + 0.5 * bool(letters & capitals)

    return max(languages(), key=told)


@cache
def _telling(code: str) -> frozenset[str]:
    found = language(code)
    return frozenset((*found.stop_words, *found.plans.telling_words))
