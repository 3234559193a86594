"""Things that a number alone tells apart: error 41, line 4, clause 6.1, the policy of 2024."""

import re

from app.answering.figures import UNITS
from app.answering.language import STOP_WORDS, stem_of, words
from vectorstore.languages import any_of, words_of

# They measure or place what follows them, and name nothing.
_NO_NAMES = STOP_WORDS | frozenset(words_of(lambda language: language.labels.no_names))
_NUMBER_SIGN = any_of(lambda language: language.labels.number_signs)
_AND = any_of(lambda language: language.labels.list_joints)
_TO = any_of(lambda language: language.labels.range_joints)
_NUMBER = r"\d{1,5}(?:\.\d{1,3})*[a-z]?(?!['’]?s\b)"
_LABELLED = re.compile(
    rf"(?<![^\W\d_])([^\W\d_]{{3,}}+)(?:\s*+:\s++|\s++)(?:{_NUMBER_SIGN})?\s*({_NUMBER})(?![\w%€])"
    rf"((?:\s*(?:,|-|–|/|\b(?:{_AND}|{_TO})\b)\s*{_NUMBER}(?![\w%€]))*)"
    r"(?:\s+([^\W\d_]+|[%€$£°]))?",
    re.IGNORECASE,
)
_MORE = re.compile(rf"(-|–|{_TO})?(?<!\s)\s*({_NUMBER})", re.IGNORECASE)


def labels(text: str) -> dict[str, frozenset[str]]:
    """The numbers that follow a word as its label, by the word's stem; amounts are none.

    "errors 40 to 42" are three labels, "costs 40 euros" is none.
    """
    found: dict[str, frozenset[str]] = {}
    for word, first, more, after in _LABELLED.findall(text):
        plain = "".join(words(word))
        if plain in _NO_NAMES or after.casefold() in UNITS:
            continue
        numbers = [first.casefold()]
        for joint, number in _MORE.findall(more):
            if joint and number.isdigit() and numbers[-1].isdigit():
                numbers += map(str, range(int(numbers[-1]) + 1, min(int(number), 99_999)))
            numbers.append(number.casefold())
        stem = stem_of(plain)
        found[stem] = found.get(stem, frozenset()) | frozenset(numbers)
    return found


def is_of_another(asked: dict[str, frozenset[str]], text: str) -> bool:
    """Whether `text` tells of error 40 where error 41 is asked about (`asked`: its `labels`)."""
    told = labels(text) if asked else {}
    return any(stem in told and not numbers & told[stem] for stem, numbers in asked.items())
