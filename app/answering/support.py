"""Which passage supports a sentence, decided by code: words, figures, names and denial."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.answering.candidates import answered_pairs, is_question
from app.answering.figures import UNITS, contradicts
from app.answering.language import (
    DENYING_NOUNS,
    STOP_WORDS,
    content_stems,
    denies,
    in_digits,
    names,
    negated,
    numbers,
    sentences,
    with_whole_denials,
    words,
)
from vectorstore.dates import days_of, without_days
from vectorstore.languages import any_of

# Share of a sentence's content words that its evidence must hold. Two thirds leaves room for a
# paraphrase's verbs; numbers and names have no such room: all of them must be there.
ENOUGH_WORDS = 0.66
ENOUGH_OVERALL = 0.5
_EXCEPTION = re.compile(
    rf"\b(?:{any_of(lambda language: language.denials.exceptions)})\b([^,.;:]*)", re.IGNORECASE
)
_DENIED = 3  # words after a "no" that it may deny


@dataclass(frozen=True, slots=True)
class Support:
    """The evidence for one sentence: `passage` is an index into the passages given."""

    passage: int
    quote: str
    coverage: float  # share of the sentence's content words that the quote holds, 0 to 1


def find_support(
    sentence: str, passages: Sequence[str], question: str = "", above: Sequence[str] = ()
) -> Support | None:
    """Return the best evidence for `sentence`, or None if no passage supports it.

    The evidence is one sentence of a passage or two that follow each other. Numbers, dates and
    names of the sentence must stand in it; a name of the question may stand elsewhere in the
    passage or in what is written `above` it (document and headings), unless the evidence is a
    table's row. Figures must mean the same, and a denial must deny the same.
    """
    wanted = _stems(sentence)
    if not wanted:
        return None
    days = {str(day) for day in days_of(sentence)}  # counted as held: all of them must be
    asked = set(words(question))
    needed = names(without_days(sentence)) - UNITS.keys()
    opening = _opening_name(sentence, passages, question)
    fresh = wanted - _stems(question)
    best: Support | None = None
    for index, passage in enumerate(passages):
        if not _holds_numbers(sentence, passage):
            continue
        nearby = set(words(passage)) | set(words(above[index] if above else ""))
        asked_above = _stems(above[index]) if above and is_question(above[index]) else set()
        for quote in _windows(passage):
            held = _stems(quote) | days
            # A heading that asks says what "74 euros a day" is.
            coverage = len(wanted & (held | asked_above)) / len(wanted)
            if best and coverage <= best.coverage:
                continue
            # What the sentence adds to the question must be in the evidence; the question's own
            # words may stand in the sentence before ("They get 25 days.").
            if len(fresh & held) < ENOUGH_WORDS * len(fresh) or coverage < ENOUGH_OVERALL:
                continue
            absent = needed - set(words(quote))
            if not opening <= held:
                continue
            if absent and (_is_row(quote) or not absent <= asked & nearby):
                continue
            if not _holds_numbers(sentence, quote) or contradicts(sentence, quote, passage):
                continue
            if _denies_otherwise(sentence, quote):
                continue
            best = Support(index, quote, coverage)
    return best


def _stems(text: str) -> set[str]:
    """What carries meaning: stems of words, and numbers, units and dates in one form each."""
    bare = in_digits(without_days(text))
    stems = {UNITS.get(stem, stem) for stem in content_stems(bare) if not stem.isdigit()}
    signs = {UNITS[sign] for sign in "€$£%" if sign in text}
    return stems | signs | numbers(bare) | set(map(str, days_of(text)))


def _holds_numbers(sentence: str, text: str) -> bool:
    """Whether all numbers and dates of the sentence stand in the text, however written."""
    held, days = numbers(text), days_of(text)
    for day in days_of(sentence):
        if not any(day.lies_in(one) for one in days) and (days or not day.parts() <= held):
            return False
    written = held.union(*(day.parts() for day in days))
    return numbers(without_days(sentence)) <= written


def _opening_name(sentence: str, passages: Sequence[str], question: str) -> frozenset[str]:
    """The first word's stem where it is a name: no text at hand writes it small."""
    first = words(sentence)[:1]
    if not first or first[0] in STOP_WORDS or any(letter.isdigit() for letter in first[0]):
        return frozenset()
    stem = content_stems(first[0])[:1]
    for text in (question, *passages):
        for found in re.findall(r"[^\W\d_]+", text):
            if found[0].islower() and content_stems(found) == stem:
                return frozenset()
    return frozenset(stem) if sentence.strip()[:1].isupper() else frozenset()


def _denies_otherwise(sentence: str, quote: str) -> bool:
    """Whether one denies and the other does not, or they deny different things."""
    excepted = {stem for part in _EXCEPTION.findall(quote) for stem in content_stems(part)}
    if excepted & set(content_stems(sentence)) and not _EXCEPTION.search(sentence):
        return not negated(sentence)
    if negated(sentence) != negated(quote):
        return True
    return negated(sentence) and not _denied(sentence) & _denied(quote, before=True)


def _denied(sentence: str, *, before: bool = False) -> frozenset[str]:
    """Stems of the words that a denial may be about: those just after it, or else before it.

    With `before`, the word before it as well ("a refund is not paid").
    """
    found: set[str] = set()
    spoken = words(with_whole_denials(sentence))
    for place, word in enumerate(spoken):
        if denies(word):
            far = _DENIED if word in DENYING_NOUNS else 1
            after = content_stems(" ".join(spoken[place + 1 :]))[:far]
            found.update(after)
            if before or not after:
                found.update(content_stems(" ".join(spoken[:place]))[-1:])
    return frozenset(found)


def _is_row(quote: str) -> bool:
    """Whether the quote is a table's row, "Country: Norway; Meals: 65"."""
    return bool(re.match(r"[^:;]{1,200}: [^;]*; [^:;]{1,200}: ", quote))


def _windows(passage: str) -> list[str]:
    """Single sentences first, so that the shortest evidence wins a tie.

    Two sentences make one piece of evidence only inside a paragraph: two rows of a table joined
    would let the number of one row support the name of another. A question and its answer make
    one from one line to the next.
    """
    paragraphs = [sentences(line) for line in passage.splitlines()]
    single = [sentence for paragraph in paragraphs for sentence in paragraph]
    pairs = [f"{a} {b}" for paragraph in paragraphs for a, b in pairwise(paragraph)]
    pairs += [f"{a} {b}" for a, b in answered_pairs(passage) if f"{a} {b}" not in pairs]
    return single + pairs
