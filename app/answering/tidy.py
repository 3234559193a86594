"""A question as it would be written with care: without slips of the finger, and not in capitals.

What reads names from capital letters, or compares words, sees the tidy question; what is shown
and recorded is the question as it was asked.
"""

import re
from collections.abc import Mapping

_WORD = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")  # a part number is one word, with its joints
_PART = re.compile(r"[^\W_]+")
_FEWEST_WORDS = 2  # a single one in capitals may be an abbreviation
_FEWEST_LETTERS = 8


def tidy(question: str, meant: Mapping[str, str] | None = None) -> str:
    """`question` with the words that are meant, and in lower case where all of it is in capitals.

    `meant` says which word stands for a mistyped one, both in lower case (`words_meant` of what
    `Index.spelling` finds). Words with a digit, such as part numbers, stay as they are.
    """
    words = _WORD.findall(question)
    plain = [part for word in words if not _is_code(word) for part in _PART.findall(word)]
    shouted = (
        len(plain) >= _FEWEST_WORDS
        and sum(map(len, plain)) >= _FEWEST_LETTERS
        and not any(letter.islower() for word in plain for letter in word)
        and any(letter.isupper() for word in plain for letter in word)
    )
    known = meant or {}

    def written(match: re.Match[str]) -> str:
        word = match.group()
        return word if _is_code(word) else _PART.sub(meant_by, word)

    def meant_by(match: re.Match[str]) -> str:
        word = match.group()
        found = known.get(word.lower())
        if shouted:
            return found or word.lower()
        if not found:
            return word
        return found.capitalize() if word[0].isupper() else found

    return _WORD.sub(written, question)


def _is_code(word: str) -> bool:
    return any(letter.isdigit() for letter in word)
