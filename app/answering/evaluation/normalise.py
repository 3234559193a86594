"""Text in the form in which answers are compared: words, SQuAD's tokens, and containment."""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

from app.answering.evaluation.quantities import quantities

LONGEST_ANSWER = 60  # words; a longer answer that holds the right words is no answer

_WORD = re.compile(r"[^\W_]+")
_ARTICLE = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def words(text: str) -> list[str]:
    """The words of `text` in order, without case and punctuation; ligatures are taken apart."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def contains_words(text: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the words `wanted`, at least one, stand in `text` one after the other."""
    if not wanted:
        return False
    size, first, target = len(wanted), wanted[0], list(wanted)
    return any(
        text[start] == first and list(text[start : start + size]) == target
        for start in range(len(text) - size + 1)
    )


def squad_tokens(text: str) -> list[str]:
    """Tokens as the scripts of SQuAD 1.1 and 2.0 make them.

    Lower case, ASCII punctuation deleted, the articles "a", "an" and "the" replaced by a space,
    split at white space (Rajpurkar et al., evaluate-v2.0.py).
    """
    return _ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def exact_match(answer: str, accepted: Sequence[str]) -> float:
    """1.0 when the answer has the tokens of an accepted one; "" is right for no answer at all."""
    given = squad_tokens(answer)
    return float(any(given == squad_tokens(one) for one in accepted or ("",)))


def token_f1(answer: str, accepted: Sequence[str]) -> float:
    """The best harmonic mean of token precision and recall over the accepted answers, 0 to 1.

    As in SQuAD 2.0: where either has no token, 1.0 if neither has one, otherwise 0.0.
    """
    given = squad_tokens(answer)
    return max(_f1(given, squad_tokens(one)) for one in accepted or ("",))


def contains_answer(answer: str, accepted: Sequence[str]) -> float:
    """1.0 when an answer of at most 60 words holds an accepted one, word by word."""
    given = words(answer)
    if len(given) > LONGEST_ANSWER:
        return 0.0
    return float(any(contains_words(given, words(one)) for one in accepted))


def number_match(answer: str, accepted: Sequence[str]) -> float | None:
    """1.0 when an answer of at most 60 words holds all numbers and dates of an accepted one.

    None where no accepted answer has a number, so that there is nothing to match.
    """
    wanted = [numbers for one in accepted if (numbers := _asked_numbers(one))]
    if not wanted:
        return None
    if len(words(answer)) > LONGEST_ANSWER:
        return 0.0
    given = quantities(answer)
    return float(any(numbers <= given for numbers in wanted))


def _asked_numbers(accepted: str) -> frozenset[str]:
    found = quantities(accepted)
    # "one of the oldest" names no number; "one" and "one day" do.
    if found == {"1"} and "1" not in accepted and len(words(accepted)) > 2:
        return frozenset()
    return found


def _f1(given: list[str], wanted: list[str]) -> float:
    if not given or not wanted:
        return float(given == wanted)
    shared = sum((Counter(given) & Counter(wanted)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(given), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)
