"""What documents call the things that people ask about in everyday words: "boss", "manager"."""

from functools import cache

from app.answering.language import stem_of, words
from vectorstore.languages import language_of, languages


def stems_meant(stem: str) -> frozenset[str]:
    """The stems of documents' words for a word of a question, by its stem; none for most."""
    return _by_stem().get(stem, frozenset())


def words_meant(word: str) -> tuple[str, ...]:
    """The words of documents for a word of a question; () for most."""
    return tuple(one for folded in words(word) for one in _by_form().get(stem_of(folded), ()))


def is_common_noun(word: str, question: str) -> bool:
    """Whether a word with a capital is no name, but a common noun of a language that writes all
    nouns so ("Spesen"). In English it is one: "Bill" is not an invoice.
    """
    return language_of(question).support.capital_nouns and bool(words_meant(word))


@cache
def _by_form() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language in languages():
        for asked, written in language.questions.everyday.items():
            for word in asked.split():
                stem = stem_of("".join(words(word)))
                found[stem] = tuple(dict.fromkeys((*found.get(stem, ()), *written)))
    return found


@cache
def _by_stem() -> dict[str, frozenset[str]]:
    return {
        stem: frozenset(stem_of(word) for one in written for word in words(one))
        for stem, written in _by_form().items()
    }
