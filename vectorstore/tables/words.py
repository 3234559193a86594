"""Words of names and questions in forms that can be compared, over all languages at once."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from vectorstore.languages import languages
from vectorstore.stemming import stem

_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """`text` case folded and without accents."""
    if text.isascii():
        return text.casefold()
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(letter)
    )


def words_in(text: str) -> list[str]:
    """The words of `text` in order, folded; a hyphen or a slash parts two."""
    return _WORD.findall(folded(text))


@lru_cache(maxsize=50_000)
def stems(word: str) -> frozenset[str]:
    """A folded word and its stems in each language; two words are one if they share a form."""
    if word.isdigit():
        return frozenset((word,))
    return frozenset((word, *(stem(word, language.stemmer) for language in languages())))


def all_stems(texts: Iterable[str]) -> set[str]:
    """The stems of all words of the texts."""
    return {stem for text in texts for word in words_in(text) for stem in stems(word)}
