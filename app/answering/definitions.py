"""What a question wants defined, and which sentences define it: "What is a relay?"."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from app.answering.blocks import SEPARATOR
from app.answering.evidence import Evidence
from app.answering.language import content_stems, words
from vectorstore.languages import language_of, languages
from vectorstore.records import Hit

MOST_WORDS = 5  # of a term
MOST_DOCUMENTS = 3  # in which a section about it is looked for
# In log odds: a sentence that says what the term is, and one that opens the section about it.
SAYS = 3.0
OPENS = 2.5
_ASKED = {
    one.code: [re.compile(form, re.IGNORECASE) for form in one.definitions.asked]
    for one in languages()
}
_ARTICLE = {
    one.code: re.compile(rf"^(?:{'|'.join(one.plans.articles)})\s+", re.IGNORECASE)
    for one in languages()
}
_SAYING = {
    one.code: re.compile(rf"^(?:{'|'.join(one.definitions.saying)})\b", re.IGNORECASE)
    for one in languages()
}


def term_of(question: str) -> str:
    """What a question asks to be explained, "" for none: "use or lose" of "What does … mean?"."""
    language = language_of(question).code
    asked = question.strip().rstrip(" ?.!")
    forms = [*_ASKED[language], *(form for forms in _ASKED.values() for form in forms)]
    found = next(filter(None, (form.fullmatch(asked) for form in forms)), None)
    if found is None:
        return ""
    term = _ARTICLE[language].sub("", found["term"].strip("\"'“”„‘’ "))
    return term if 0 < len(words(term)) <= MOST_WORDS else ""


def rather_defining(
    question: str, evidence: Sequence[Evidence], told: Sequence[Hit]
) -> list[Evidence]:
    """`evidence` with sentences that define what is asked for before others about as good."""
    term = term_of(question)
    if not term:
        return list(evidence)
    ranked = [(one.score + _worth(term, one, told[one.passage]), one) for one in evidence]
    ranked.sort(key=lambda pair: -pair[0])
    return [replace(one, score=score) for score, one in ranked]


def defining_passages(
    question: str, hits: Sequence[Hit], outline: Callable[[Hit], Sequence[Hit]]
) -> list[Hit]:
    """The passages that open a section about what is asked for, in documents that were found.

    `outline` gives the first passage below each heading of a hit's document. They are worth as
    much as the best passage of their document.
    """
    term = set(content_stems(term_of(question)))
    if not term:
        return []
    known = {hit.chunk_id for hit in hits[:MOST_DOCUMENTS]}
    documents: dict[tuple[str, str], Hit] = {}
    for hit in hits:
        documents.setdefault((hit.space, hit.document), hit)
    found = []
    for best in list(documents.values())[:MOST_DOCUMENTS]:
        for hit in outline(best):
            if set(content_stems(_title(hit))) == term and hit.chunk_id not in known:
                found.append(replace(hit, signals=best.signals, score=best.score))
                break
    return found


def _worth(term: str, found: Evidence, hit: Hit) -> float:
    language = language_of(found.sentence).code
    said = _ARTICLE[language].sub("", found.sentence.lstrip("\"'“‘("))
    named = said.casefold().startswith(term.casefold())
    if named and _SAYING[language].match(said[len(term) :].lstrip("\"'”’) ")):
        return SAYS
    of_term = set(content_stems(_title(hit))) == set(content_stems(term))
    opens = hit.text.lstrip("#* \n").startswith(found.sentence[:30])
    return OPENS if of_term and (opens or named) else 0.0


def _title(hit: Hit) -> str:
    """The heading above a passage, or the name of the document that it opens."""
    name = PurePosixPath(hit.document).stem.replace("-", " ").replace("_", " ")
    return hit.heading.rpartition(SEPARATOR)[2] or name
