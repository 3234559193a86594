"""Words of questions about tables, as the languages give them, ready to be looked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from vectorstore.languages import languages, words_of
from vectorstore.languages.base import TableWords, Words
from vectorstore.tables.words import folded, stems, words_in

_MORE_LETTERS = 3  # that a word with a "*" may have
_LONGEST_WORD = 40  # letters of a compound that is taken apart
_COMPOUND = 4  # letters of the shortest word that may end another: "Preis" in "Stückpreis"


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a question: its first word, how many words it has, and what it means."""

    start: int
    length: int
    meaning: str


class Phrases:
    """Phrases by their meaning, in all languages."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """`phrases` are pairs of a meaning and a phrase."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], bool, str]]] = {}
        self._open: list[tuple[tuple[str, ...], bool, str]] = []  # those that begin with any word
        for meaning, phrase in phrases:
            is_open = phrase.endswith("*")
            parts = tuple(words_in(phrase))
            entry = (parts, is_open, meaning)
            if is_open and len(parts) == 1:
                self._open.append(entry)
            else:
                self._by_first.setdefault(parts[0], []).append(entry)

    @property
    def starts(self) -> frozenset[str]:
        """The first two letters of every phrase."""
        return frozenset(
            parts[0][:2]
            for entries in (*self._by_first.values(), self._open)
            for parts, _, _ in entries
        )

    def at(self, words: Sequence[str], start: int) -> Found | None:
        """The longest phrase that begins at `start`."""
        best: Found | None = None
        for parts, is_open, meaning in (*self._by_first.get(words[start], ()), *self._open):
            length = len(parts)
            if (best is None or length > best.length) and _matches(
                parts, words[start : start + length], is_open
            ):
                best = Found(start, length, meaning)
        return best


def _matches(parts: tuple[str, ...], words: Sequence[str], is_open: bool) -> bool:
    if len(parts) != len(words) or tuple(words[:-1]) != parts[:-1]:
        return False
    last, said = parts[-1], words[-1]
    if is_open:
        return said.startswith(last) and len(said) - len(last) <= _MORE_LETTERS
    return said == last


def phrases(kind: Callable[[TableWords], Words], meaning: str = "") -> Phrases:
    """The phrases of one kind."""
    return Phrases((meaning, word) for word in words_of(lambda language: kind(language.tables)))


def phrases_by(kind: Callable[[TableWords], Mapping[str, Words]]) -> Phrases:
    """The phrases of one kind by their meaning."""
    return Phrases(
        (meaning, phrase)
        for language in languages()
        for meaning, of_meaning in kind(language.tables).items()
        for phrase in of_meaning
    )


def folded_words(kind: Callable[[TableWords], Words]) -> frozenset[str]:
    """Single words of one kind, folded."""
    return frozenset(folded(word) for word in words_of(lambda language: kind(language.tables)))


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, frozenset[str]]:
    """The stems of a word's synonyms, by each stem of it."""
    found: dict[str, set[str]] = {}
    for language in languages():
        for group in language.tables.synonyms:
            everything = {stem for word in group for stem in stems(folded(word))}
            for stem in everything:
                found.setdefault(stem, set()).update(everything)
    return {stem: frozenset(others) for stem, others in found.items()}


@lru_cache(maxsize=50_000)
def is_word(asked: str, held: str) -> bool:
    """Whether a folded word of a question is one of a table's: the same in any inflection."""
    if asked == held:
        return True
    if asked.isdigit() or held.isdigit():
        return False
    return not forms(asked).isdisjoint(forms(held))


@lru_cache(maxsize=50_000)
def forms(word: str) -> frozenset[str]:
    """A word's stems, and those of the names that other languages have for the same place."""
    return frozenset(_places().get(word, ())) | stems(word)


@lru_cache(maxsize=1)
def _places() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for language in languages():
        for group in language.tables.equivalents:
            everything = frozenset(stem for name in group for stem in stems(folded(name)))
            found.update((folded(name), everything) for name in group)
    return found


def is_kind_of(held: str, meant: Iterable[str]) -> bool:
    """Whether a compound ends with one of these stems, which says what it is."""
    return any(
        len(stem) >= _COMPOUND
        and len(held) >= len(stem) + 3
        and any(form.endswith(stem) for form in (held, *stems(held)))
        for stem in meant
    )


@lru_cache(maxsize=50_000)
def is_same_form(one: str, other: str) -> bool:
    """Whether two folded words are one, perhaps in the plural: "order" and no "ordered"."""
    short, long = sorted((one, other), key=len)
    if not long.startswith(short):
        return stems(one) == stems(other) and one[:-3] == other[:-3]  # "countries"
    return long == short or long[len(short) :] in folded_words(lambda words: words.plurals)


@lru_cache(maxsize=50_000)
def is_name(asked: str, held: str) -> bool:
    """The same for a column's name, where a synonym will do, and a kind of the asked thing.

    A word that ends with the asked one is a kind of it: "Stückpreis" is a "Preis".
    """
    if is_word(asked, held):
        return True
    meant = stems(asked).union(*(_synonyms().get(stem, ()) for stem in stems(asked)))
    return not meant.isdisjoint(stems(held)) or is_kind_of(held, meant)


def with_synonyms(words: Iterable[str]) -> list[str]:
    """The stems of the words, of their synonyms and of the parts of compounds, once each."""
    found: dict[str, None] = {}
    parts: dict[str, None] = {}
    for word in words:
        for stem in stems(word):
            found[stem] = None
            found.update(dict.fromkeys(_synonyms().get(stem, ())))
        if word.isalpha() and 2 * _COMPOUND <= len(word) <= _LONGEST_WORD:
            ends = range(_COMPOUND, len(word) - _COMPOUND + 1)
            for part in (piece for at in ends for piece in (word[:at], word[at:])):
                parts.update(dict.fromkeys(stems(part)))
    return [*found, *(part for part in parts if part not in found)]


@lru_cache(maxsize=1)
def measure_words() -> dict[str, frozenset[str]]:
    """The stems of the words of columns, by what they measure or name."""
    found: dict[str, set[str]] = {}
    for language in languages():
        for meaning, of_meaning in language.tables.measures.items():
            found.setdefault(meaning, set()).update(
                stem for word in of_meaning for stem in stems(folded(word))
            )
    return {meaning: frozenset(words) for meaning, words in found.items()}


@lru_cache(maxsize=1)
def period_of() -> dict[str, str]:
    """The period that a folded word names: "daily" and "day" are "day"."""
    return {
        folded(word): period
        for language in languages()
        for period, words in language.tables.periods.items()
        for word in words
    }
