"""Numbered parts of a text: "What does clause 2.2 say?", and whose number a sentence bears."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache

from app.answering.language import STOP_WORDS, sentences, words
from vectorstore.languages import any_of, words_of
from vectorstore.records import Hit

MOST_SENTENCES = 12  # of a part that is told
_LABEL = any_of(lambda language: language.labels.clauses)
_NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,4}"
_ASKED = re.compile(rf"(?<!\w)(?:{_LABEL})\s{{0,3}}({_NUMBER})(?![\w%€])", re.IGNORECASE)
# "2.2 The rent", "§ 5 Notice", "Clause 7: Notice"; a bare "12 months" bears no number.
_BEARS = re.compile(
    rf"^[^\w§]{{0,3}}(?:(?:{_LABEL})\s{{0,3}}({_NUMBER})|(\d{{1,3}}(?:\.\d{{1,3}}){{1,4}})|(\d{{1,3}})(?=[.)]\s))",
    re.IGNORECASE,
)
_SEPARATOR = " > "


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A sentence of a numbered part, as its passage has it."""

    hit: Hit
    sentence: str


def asked_clauses(question: str) -> frozenset[str]:
    """The numbers of the parts that a question names: "2.2" of "clause 2.2"."""
    return frozenset(_ASKED.findall(question))


def is_of_other_clause(asked: Set[str], sentence: str) -> bool:
    """Whether a sentence bears the number of a part that was not asked for."""
    number = _number_of(sentence) if asked else ""
    return bool(number) and not any(_is_within(number, one) for one in asked)


def asks_for_text(question: str, documents: Sequence[str]) -> str:
    """The number of the part whose text a question asks for, and for nothing else; else "".

    `documents` are what documents are called, and how they begin: words of it may stand there.
    """
    numbers = _ASKED.findall(question)
    if len(numbers) != 1:
        return ""
    known = {word for name in documents for word in words(name)}
    return numbers[0] if known.issuperset(naming_words(question)) else ""


def naming_words(question: str) -> list[str]:
    """The words of such a question that say of which document the part is."""
    known = _clause_words() | STOP_WORDS
    return [word for word in words(_ASKED.sub(" ", question)) if word not in known]


def clause_text(number: str, hits: Sequence[Hit]) -> list[ClauseText]:
    """The sentences of the part with this number, in the passages' order; [] where none has it."""
    found: dict[tuple[str, str], ClauseText] = {}
    for hit in sorted(hits, key=lambda one: (one.space, one.document, one.position)):
        for sentence in _of_passage(number, hit):
            found.setdefault((hit.document, sentence), ClauseText(hit, sentence))
    return list(found.values())


def _of_passage(number: str, hit: Hit) -> Iterator[str]:
    titles = [_number_of(title) for title in hit.heading.split(_SEPARATOR)]
    within = any(_is_within(title, number) for title in titles if title)
    for line in hit.text.splitlines():
        if line.isupper() and not _number_of(line):
            within = False  # a heading
        for sentence in sentences(line):
            borne = _number_of(sentence)
            if (borne and "." in number) or (borne and not any(titles)):
                within = _is_within(borne, number)
            if within:
                yield sentence


def _number_of(text: str) -> str:
    """The number that a heading or sentence bears, or ""."""
    found = _BEARS.match(text)
    return next(filter(None, found.groups()), "") if found else ""


def _is_within(number: str, clause: str) -> bool:
    return number == clause or number.startswith(f"{clause}.")


@cache
def _clause_words() -> frozenset[str]:
    return frozenset(words_of(lambda language: language.labels.clause_words))
