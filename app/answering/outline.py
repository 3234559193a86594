"""What a document is about: how it begins, and its parts, each with its first sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.answering.blocks import SEPARATOR
from app.answering.candidates import is_contents, is_question
from app.answering.language import sentences, telling_words, words
from vectorstore.records import Hit

FEWEST_WORDS, MOST_WORDS = 5, 60  # of a sentence that a document begins with
MOST_LEAD = 2  # sentences before the first part
DEEPEST = 3  # levels of headings among which the parts are looked for


@dataclass(frozen=True, slots=True)
class PartOfDocument:
    """A heading with the first sentence below it; `hit` is None and `sentence` "" for none."""

    heading: str
    sentence: str = ""
    hit: Hit | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """The sentences that a document begins with, and its uppermost parts in order."""

    lead: tuple[tuple[Hit, str], ...]
    parts: tuple[PartOfDocument, ...]


def outline_of(hits: Sequence[Hit], title: str) -> Outline:
    """Read all passages of a document, in order; `title` is no part of it."""
    paths = [hit.heading.split(SEPARATOR) if hit.heading else [] for hit in hits]
    for depth in range(DEEPEST):
        below: dict[str, list[Hit]] = {}
        for hit, path in zip(hits, paths, strict=True):
            if len(path) > depth and path[depth].casefold() != title.casefold():
                below.setdefault(path[depth], []).append(hit)
        if len(below) > 1:
            known = {hit.chunk_id for one in below.values() for hit in one}
            before = _before(hits, known)
            return Outline(tuple(_lead(before)), tuple(_part(h, below[h]) for h in below))
    return Outline(tuple(_lead(hits)), ())


def _before(hits: Sequence[Hit], known: set[str]) -> list[Hit]:
    first = next((n for n, hit in enumerate(hits) if hit.chunk_id in known), len(hits))
    return list(hits[:first])


def _lead(hits: Sequence[Hit]) -> list[tuple[Hit, str]]:
    told = [(hit, one) for hit in hits for one in _told(hit)]
    # "This manual describes …" can open a document, though it could not stand alone elsewhere.
    return [pair for pair in told if _is_sentence(pair[1])][:MOST_LEAD]


def _is_sentence(text: str) -> bool:
    return text.endswith((".", "!", "?")) and FEWEST_WORDS <= len(words(text)) <= MOST_WORDS


def _part(heading: str, hits: Sequence[Hit]) -> PartOfDocument:
    told = [(hit, one) for hit in hits for one in _told(hit)]
    whole = next((pair for pair in told if _is_sentence(pair[1])), None)
    found = whole or next(iter(told), None)
    return PartOfDocument(heading, found[1], found[0]) if found else PartOfDocument(heading)


def _told(hit: Hit) -> Iterator[str]:
    if is_contents(hit.text):
        return
    for one in sentences(hit.text):
        if telling_words(one) and not is_question(one):
            yield one
