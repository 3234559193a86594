"""What the pronouns of a question stand for in the question and the answer before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.language import content_stems, names, sentences, words
from app.answering.needed_words import words_naming
from app.answering.persons import persons_of
from app.answering.phrases import Phrase, Token, phrases, tidy, tokens_of
from vectorstore.dates import placed_days
from vectorstore.languages import language_of, languages, words_of
from vectorstore.languages.base import Language

_NO_POINTERS = {
    language.code: re.compile(
        rf"\b(?:{'|'.join(language.conversation.no_pointers)})", re.IGNORECASE
    )
    for language in languages()
}
_POINTERS = {
    language.code: re.compile(rf"\b(?:{'|'.join(language.conversation.pointers)})", re.IGNORECASE)
    for language in languages()
}
_ARTICLES = frozenset(words_of(lambda language: language.conversation.articles))
_PLACING = frozenset(words_of(lambda language: language.conversation.placing))
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_HISSING = ("s", "x", "z", "ß")

# What a pronoun stands for, as it is written in its place, and the words its evidence needs.
_Meant = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Referred:
    """A question with what its pronouns stand for.

    `resolved`: all that point back were. `points`: one points back. `inside`: one stands for
    something in the question itself, as far as one can see.
    """

    question: str
    needed: frozenset[str] = frozenset()
    resolved: bool = False
    points: bool = False
    inside: bool = False


def referred(question: str, before: str, answer: str, language: Language) -> Referred:
    """Resolve the pronouns of `question` by the question `before` and its `answer`.

    `language` is that of the question. "There are" and "is it allowed to" point at nothing.
    """
    blind = [found.span() for found in _NO_POINTERS[language.code].finditer(question)]
    tokens = tokens_of(question)
    edits: list[tuple[int, int, str]] = []
    needed: set[str] = set()
    points = inside = False
    for place, token in enumerate(tokens):
        if any(start <= token.start < end for start, end in blind):
            continue
        if language.conversation.nouns_have_capitals and place and token.text[0].isupper():
            continue  # "Sie" and "Ihr" speak to someone
        kind = _kind(token, tokens[place + 1 :], language)
        if not kind:
            continue
        if _explained(question[: token.start], kind, language):
            inside = True
            continue
        meant = _meant(kind, token, before, answer, language)
        if meant is None:
            points = points or kind != "time"
            inside = inside or kind == "time"  # "then" may be of no time at all
            continue
        edits.append((token.start, token.end, meant[0]))
        needed |= meant[1]
    unseen = bool(_POINTERS[language.code].search(question)) and not edits
    resolved = bool(edits) and not points
    for start, end, text in reversed(edits):
        question = question[:start] + text + question[end:]
    return Referred(
        tidy(question), frozenset(needed), resolved, points or unseen or bool(edits), inside
    )


def _kind(token: Token, following: Sequence[Token], language: Language) -> str:
    """What a word points at: "owner", "person", "thing", "place", "time", or ""."""
    conversation = language.conversation
    after = following[0] if following else None
    owns = after is not None and after.text[0].isalnum() and after.word not in language.stop_words
    kinds = {
        "owner": conversation.owners if owns else (),
        "person": conversation.persons,
        "thing": conversation.things,
        "place": conversation.places,
        "time": conversation.times,
    }
    return next((kind for kind, pronouns in kinds.items() if token.word in pronouns), "")


def _explained(before: str, kind: str, language: Language) -> bool:
    """Whether something in the question before a pronoun is what it stands for."""
    if kind in ("place", "time"):
        return False
    clause = kind == "owner" or re.search(r"[,;]", before)
    return bool(clause) and bool(phrases(before, language))


def _meant(kind: str, token: Token, before: str, answer: str, language: Language) -> _Meant | None:
    if kind == "time":
        return _time(before, answer, language)
    if kind == "place":
        return _place(before, answer, language)
    owning = kind == "owner"
    conversation = language.conversation
    person = None if token.word in conversation.no_persons else _person(before, answer)
    if person is not None:
        written = _owned(person, language) if owning else person
        return written, frozenset(words(person)[-1:])
    if kind == "person" or (owning and conversation.nouns_have_capitals):
        return None
    topic = _topic(before, several=token.word in conversation.several)
    if topic is None:
        return None
    several = token.word in conversation.several
    named = topic.kind in ("code", "name") and not several
    naming = words_naming(topic.text) if named else ()
    return _owned(topic.text, language) if owning else topic.text, frozenset(naming)


def _owned(name: str, language: Language) -> str:
    form = language.conversation.owning
    if name.endswith(_HISSING) and form.endswith("}s"):
        return f"{name}’"
    return form.format(name=name)


def _time(before: str, answer: str, language: Language) -> _Meant | None:
    text = f"{before} {answer}"
    year = _YEAR.search(text)
    if year is None or len({found.group() for found in _YEAR.finditer(text)}) > 1:
        return None
    days = placed_days(text)
    if any(day.day is not None for day, _, _ in days):
        return None
    written = language.conversation.in_time.format(name=year.group())
    return written, frozenset({year.group()})


def _place(before: str, answer: str, language: Language) -> _Meant | None:
    """The last place of the question, else of the answer: a name behind "in" or the like."""
    for text in (before, answer):
        for phrase in reversed(phrases(text, language_of(text))):
            capital = phrase.text.split()[-1][:1].isupper()
            if phrase.preposition in _PLACING and capital and phrase.kind != "number":
                written = language.conversation.at_place.format(name=phrase.text)
                return written, frozenset(words_naming(phrase.text))
    return None


def _person(before: str, answer: str) -> str | None:
    """The person that the answer names, else the question.

    Of several, the first in that part of the answer which speaks most of what was asked.
    """
    asked = set(content_stems(before))
    names_asked = set(words_naming(" ".join(names(before))))
    known = {person.casefold() for person in persons_of(before)}
    best: tuple[int, str] | None = None
    for sentence in sentences(answer):
        for part in sentence.split(";"):
            # "in Graz it is …" tells more than that it is about a safety officer as well.
            shared = len(asked & set(content_stems(part)))
            shared += len(asked) * len(names_asked & set(words(part)))
            for person in persons_of(part):
                if person.casefold() not in known and (best is None or shared > best[0]):
                    best = (shared, person)
    return best[1] if best else next(iter(persons_of(before)), None)


def _topic(before: str, *, several: bool = False) -> Phrase | None:
    """What a question is about, if one thing is: a part number, a name, its subject.

    Where a pronoun stands for `several`, those that the question asks for: "which ports".
    """
    language = language_of(before)
    cuts = [
        one.start
        for one in tokens_of(before)[1:]
        if one.word in language.conversation.subordinating
    ]
    known = phrases(before, language)
    known = [one for one in known if not cuts or one.start < cuts[0]] or known
    plurals = language.conversation.plurals
    listed = [one for one in known if several and one.text.endswith(plurals)]
    listed = [one for one in listed if one.asked] or [
        one for one in listed if one.preposition not in _PLACING and one.kind == "words"
    ]
    if listed:
        return listed[0]
    ways = [
        [one for one in known if one.kind == "code"],
        [
            one
            for one in known
            if one.kind == "name" and one.preposition not in _PLACING and not one.asked
        ],
        [one for one in known if one.subject and not one.asked],
        [one for one in known[-1:] if not one.asked and not one.preposition and _has_article(one)],
        [one for one in known if len(known) == 1 and not one.asked],
    ]
    found = next((way[0] for way in ways if way), None)
    if found is None or found.kind == "code":
        return found
    end = found.end
    for one in known:  # "the meal allowance in Norway"
        if one.preposition and one.start > end and not before[end : one.preposition_start].strip():
            end = one.end
    return Phrase(before[found.start : end], found.start, end, found.kind)


def _has_article(phrase: Phrase) -> bool:
    return phrase.text.split()[0].casefold() in _ARTICLES
