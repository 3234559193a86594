"""Elliptic questions, which change one thing of the question before: "And interns?"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.answering.definitions import term_of
from app.answering.language import codes, content_stems, stem_of
from app.answering.needed_words import words_naming
from app.answering.phrases import Phrase, Token, is_year, phrases, tidy, tokens_of
from vectorstore.dates import placed_days
from vectorstore.languages import languages, words_of
from vectorstore.languages.base import Language

_FRAGMENT_WORDS = 8
_NAME_WORDS = 3  # of a name that is asked about alone; more may be what somebody searches for
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_ARTICLED = tuple(f"{word} " for word in words_of(lambda language: language.conversation.articles))
_ARTICLES = frozenset(words_of(lambda language: language.conversation.articles))


def _in_letters(language: Language) -> list[str]:
    """The words for figures up to nineteen and for tens."""
    numbers = language.numbers
    return sorted(
        {
            *(word for names in numbers.names.values() for word in names),
            *numbers.ones_before_hundred,
            *numbers.ones_in_compounds,
            *language.plans.articles,
        }
        - {*language.conversation.owners},
        key=len,
        reverse=True,
    )


# A bound, a figure in digits or in letters, and what it counts: "less than a year"
_BOUNDS = {
    one.code: re.compile(
        rf"\b(?:{'|'.join(one.conversation.bounds)})\s+"
        rf"(?:{'|'.join(_in_letters(one))}|\d[\d.,]*\+?)(?:\s+[^\W\d_]+)?",
        re.IGNORECASE,
    )
    for one in languages()
}


@dataclass(frozen=True, slots=True)
class Changed:
    """The question before with one thing of it changed.

    `needed` are the words of the new thing that the old one has not. `sure` tells that the new
    thing is of the kind of the old one, or has the place of one.
    """

    question: str
    needed: frozenset[str]
    sure: bool


@dataclass(frozen=True, slots=True)
class _Fragment:
    """What an elliptic question brings: "for interns" is "interns" with the preposition "for"."""

    text: str
    bare: str
    preposition: str
    kind: str
    head: str


def is_fragment(text: str, language: Language, *, opened: bool) -> bool:
    """Whether `text` is no question of its own: it does not open like one, and is short.

    `opened` tells that a word such as "and" stood before it; else a verb makes it a question.
    """
    talk, conversation = language.talk, language.conversation
    spoken = [token.word for token in tokens_of(text) if token.text[0].isalnum()]
    if not spoken:
        return False
    verbs = {*conversation.copulas, *conversation.holders}
    no_verbs = {*conversation.prepositions, *conversation.subjects, *conversation.articles}
    starts = {*talk.question_starts, *verbs, *conversation.asking} - no_verbs
    pointing = {*conversation.persons, *conversation.things}
    led = spoken[0] in conversation.prepositions and {*spoken[1:2]} & {*conversation.asking}
    if led and {*spoken[2:]} & verbs:
        return False  # "for how long is it kept" is a question, "for how many" changes one
    if spoken[0] in starts or (spoken[0] in pointing and len(spoken) > 1):
        return False
    if opened:
        return len(spoken) <= 2 * _FRAGMENT_WORDS
    asking = {*verbs, *conversation.asking}
    return len(spoken) <= _FRAGMENT_WORDS and not asking & {*spoken}


def opens_with_place(text: str, language: Language) -> bool:
    """Whether `text` is a preposition and something behind it: "for interns"."""
    spoken = [token.word for token in tokens_of(text) if token.text[0].isalnum()]
    return len(spoken) > 1 and spoken[0] in language.conversation.prepositions


def taken_back(text: str, language: Language) -> tuple[str, str]:
    """What a correction brings, and what it takes back: "the session, not the database"."""
    for before, token in pairwise(tokens_of(text)):
        if before.text == "," and token.word in language.conversation.denied:
            return text[: before.start].strip(), text[token.end :].strip(" .!?")
    return text, ""


def holds_phrase(called: str, asked: str, language: Language) -> bool:
    """Whether one of the phrases of `asked` is of what is `called` so."""
    head = next(reversed(content_stems(called)), "")
    return bool(head) and any(one.head == head for one in phrases(asked, language))


def changed(text: str, before: str, language: Language, old: str = "") -> list[Changed]:
    """The question `before` with what `text` brings, the likeliest first; [] where that is nothing.

    `language` is that of the question before. `old` is what the new thing stands in place of, ""
    where that is not said.
    """
    if bounded := _bounded(text, before, language):
        return [bounded]
    new = _fragment(text, language)
    naming = frozenset(words_naming(new.bare))
    if not naming:
        return []
    made = []
    if doing := _doing(new, before, language):
        return [Changed(doing, naming, sure=True)]
    for start, end in _named_spot(old, before, language) or _spots(new, before, language):
        known = {stem_of(word) for word in words_naming(before[start:end])}
        fresh = frozenset(word for word in naming if stem_of(word) not in known)
        asked = tidy(f"{before[:start]}{new.bare}{before[end:]}")
        alike = new.kind != "words" and len(new.bare.split()) <= _NAME_WORDS
        made.append(Changed(asked, fresh or naming, bool(new.preposition) or alike))
    if not made and (term := term_of(before)):
        at = before.find(term)
        made = [Changed(tidy(before[:at] + new.bare + before[at + len(term) :]), naming, sure=True)]
    if not made:
        ended = before.rstrip(" ?.!")
        made = [Changed(tidy(f"{ended} {new.text}?"), naming, sure=bool(new.preposition))]
    return made


def _doing(new: _Fragment, asked: str, language: Language) -> str:
    """What one may do, in the place of what was asked of one: "May I do volunteering?"."""
    conversation = language.conversation
    tokens = tokens_of(asked)
    gerunds = tuple(conversation.gerunds)
    if len(tokens) < 3 or not gerunds or not (new.bare.split() or [""])[0].endswith(gerunds):
        return ""
    may_i = tokens[0].word in conversation.holders and tokens[1].word in conversation.subjects
    return tidy(f"{asked[: tokens[1].end]} do {new.bare}?") if may_i else ""


def _named_spot(called: str, asked: str, language: Language) -> list[tuple[int, int]]:
    head = next(reversed(content_stems(called)), "")
    found = [one for one in phrases(asked, language) if head and one.head == head]
    return [(one.start, one.end) for one in found[-1:]]


def _bounded(text: str, before: str, language: Language) -> Changed | None:
    """Another bound in the place of the one before: "after 15 years" for "fewer than 3 years"."""
    new = [found.span() for found in _BOUNDS[language.code].finditer(text)]
    old = [found.span() for found in _BOUNDS[language.code].finditer(before)]
    if len(new) != 1 or len(old) != 1:
        return None
    said = text[slice(*new[0])]
    lead = before[: old[0][0]].rstrip()
    small = {*language.conversation.prepositions}
    if said.split()[0].casefold() in small and (lead.split() or [""])[-1].casefold() in small:
        lead = lead.rpartition(" ")[0]  # "with fewer than 3 years"
    figures = frozenset(word for word in words_naming(said) if word[0].isdigit())
    return Changed(tidy(f"{lead} {said}{before[old[0][1] :]}"), figures, sure=True)


def _fragment(text: str, language: Language) -> _Fragment:
    conversation = language.conversation
    tokens = tokens_of(text)
    asides = {*conversation.asides} - {*conversation.prepositions}
    while tokens and (not tokens[-1].text[0].isalnum() or tokens[-1].word in asides):
        tokens = tokens[:-1]
    while tokens and (not tokens[0].text[0].isalnum() or tokens[0].word in asides):
        tokens = tokens[1:]
    if not tokens:
        return _Fragment("", "", "", "words", "")
    preposition = tokens[0].word if tokens[0].word in conversation.prepositions else ""
    rest = tokens[1:] if preposition and len(tokens) > 1 else tokens
    bare = text[rest[0].start : rest[-1].end]
    if not placed_days(bare):  # "in the year 2022"
        bare = next((token.text for token in rest if is_year(token.text)), bare)
    return _Fragment(
        text[tokens[0].start : tokens[-1].end],
        bare,
        preposition,
        _kind(rest, bare, language),
        next(reversed(content_stems(bare)), ""),
    )


def _kind(tokens: Sequence[Token], text: str, language: Language) -> str:
    if placed_days(text) or is_year(text):
        return "time"
    if codes(text):
        return "code"
    telling = [token for token in tokens if token.word not in _ARTICLES]
    if telling and telling[0].text[0].isdigit():
        return "number"
    capital = bool(telling) and telling[0].text[0].isupper()
    return "name" if capital and not language.conversation.nouns_have_capitals else "words"


def _spots(new: _Fragment, asked: str, language: Language) -> list[tuple[int, int]]:
    """Where in the question `asked` the new thing may belong: half-open, in characters."""
    if new.kind == "time":
        placed = [(start, end) for _, start, end in placed_days(asked)]
        return [*placed, *(year.span() for year in _YEAR.finditer(asked))][:1]
    if new.kind == "code" and len(new.bare.split()) == 1:
        held = [token for token in tokens_of(asked) if codes(token.text)]
        if held:
            return [(held[-1].start, held[-1].end)]
    if new.kind == "number" and len(new.bare.split()) == 1:  # "signal 3" is not asked about, 5 is
        figures = [token for token in tokens_of(asked) if token.text.isdigit()]
        if figures:
            return [(figures[-1].start, figures[-1].end)]
    known = [one for one in phrases(asked, language) if one.text.casefold() != new.bare.casefold()]
    found = _slot(new, known, language)
    spots = [(found.start, found.end)] if found else []
    pronoun = _subject_pronoun(new, asked, language)
    if pronoun is None or (found is not None and (found.head == new.head or new.preposition)):
        return spots
    # "How much do I pay for parking?": lunch is in the place of parking, interns in that of "I".
    several = new.bare.endswith(language.conversation.plurals)
    first = several or new.bare.casefold().startswith(_ARTICLED) or not spots
    return [pronoun, *spots] if first else [*spots, pronoun]


def _shape(text: str, language: Language) -> tuple[bool, bool]:
    """Whether an article opens a phrase, and whether it is one for several."""
    articled = text.casefold().startswith(_ARTICLED)
    return articled, text.endswith(language.conversation.plurals)


def _slot(new: _Fragment, known: Sequence[Phrase], language: Language) -> Phrase | None:
    """The phrase that the new thing replaces: of the same kind, in the same place."""
    shape = _shape(new.bare, language)
    last = list(reversed(known))
    alike = [one for one in last if one.kind == new.kind]
    ways = [[one for one in alike if new.head and one.head == new.head]]
    if new.kind == "words":  # "extended family" for "an immediate family member"
        stems = {*content_stems(new.bare)}
        ways.append([one for one in alike if stems & {*content_stems(one.text)}])
    if new.preposition:
        same = [one for one in last if one.preposition == new.preposition]
        ways.append([one for one in same if one.kind == new.kind])
        if new.kind in ("name", "code"):
            ways.append([one for one in alike if one.preposition or new.kind == "code"])
        else:
            ways.append([one for one in same if one.kind != "name"])
            ways.append([one for one in last if one.subject and not one.of_copula])
    else:
        if new.kind != "words":
            ways.append(alike)
        shaped = [
            one
            for one in last
            if not one.asked
            and _shape(one.text, language) == shape
            and (
                one.kind == "words"
                or new.kind != "words"
                or language.conversation.nouns_have_capitals
            )
        ]
        ways.append(shaped if len(shaped) == 1 else [])
        # "How much RAM does Pi-hole need?": disk space is in the place of RAM.
        named = all(one.kind in ("name", "code") for one in last if not one.asked)
        ways.append([one for one in last if one.asked and named and new.kind == "words"])
        ways.append([one for one in last if one.subject and not one.asked])
        ways.append([one for one in last if not one.asked and not one.preposition])
        ways.append([one for one in last if not one.asked])
    return next((found[0] for found in ways if found), None)


def _subject_pronoun(new: _Fragment, asked: str, language: Language) -> tuple[int, int] | None:
    """The "I" behind a verb: "may I work" with "interns" is "may interns work"."""
    conversation = language.conversation
    if new.kind == "words":
        for before, token in pairwise(tokens_of(asked)):
            if before.word in conversation.holders and token.word in conversation.subjects:
                return token.start, token.end
    return None
