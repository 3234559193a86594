"""Whether a passage holds the evidence for an answer."""

from collections.abc import Sequence
from functools import lru_cache

from app.answering.evaluation.normalise import contains_words, words
from app.answering.evaluation.questions import Place
from vectorstore.records import Hit


def is_hit(hit: Hit, place: Place, answers: Sequence[str]) -> bool:
    """Whether `hit` shows what stands at `place`.

    With a text: the passage is of that document, shares half of the distinct words of the shorter
    of the two, and contains one of `answers` if the text does. With a page
    only: it is of that document and page. With neither: it is of that document.
    """
    if not same_document(hit.document, place.document):
        return False
    if place.text:
        return shares_text(hit.text, place.text, answers)
    return place.page is None or hit.page == place.page


def covers(hit: Hit, need: Sequence[Place], answers: Sequence[str]) -> bool:
    """Whether `hit` shows one of the places that would do."""
    return any(is_hit(hit, place, answers) for place in need)


def reached(hits: Sequence[Hit], need: Sequence[Place], answers: Sequence[str]) -> bool:
    """Whether what a model was given holds one of the places that would do.

    As `covers` where the evidence contains an accepted answer. Otherwise the passages of its
    document must hold four fifths of its distinct words together, since half of a table's row is
    not the row.
    """
    return any(_reached(hits, place, answers) for place in need)


def _reached(hits: Sequence[Hit], place: Place, answers: Sequence[str]) -> bool:
    wanted = _words(place.text)
    if not wanted or any(contains_words(wanted, _words(answer)) for answer in answers):
        return any(is_hit(hit, place, answers) for hit in hits)
    held: set[str] = set()
    for hit in hits:
        if same_document(hit.document, place.document):
            held |= _distinct(hit.text)
    distinct = _distinct(place.text)
    return 5 * len(distinct & held) >= 4 * len(distinct)


def shares_text(passage: str, evidence: str, answers: Sequence[str]) -> bool:
    """Whether the two share half of the words of the shorter, and the passage holds the answer.

    Each distinct word counts once. An answer counts when its words stand in the text one after
    the other; case and punctuation do not matter. Where the evidence contains no accepted answer,
    none is asked of the passage.
    """
    held, wanted = _words(passage), _words(evidence)
    distinct_held, distinct_wanted = _distinct(passage), _distinct(evidence)
    shorter = min(len(distinct_held), len(distinct_wanted))
    if not shorter or 2 * len(distinct_held & distinct_wanted) < shorter:
        return False
    accepted = [_words(answer) for answer in answers]
    if not any(contains_words(wanted, answer) for answer in accepted):
        return True
    return any(contains_words(held, answer) for answer in accepted)


def same_document(found: str, wanted: str) -> bool:
    """Whether a document's name is the wanted one, or ends in it below other folders."""
    return found == wanted or found.endswith(f"/{wanted}")


# One paragraph is compared with dozens of passages, and one passage with several paragraphs.
@lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(words(text))


@lru_cache(maxsize=20_000)
def _distinct(text: str) -> frozenset[str]:
    return frozenset(_words(text))
