"""The phrases of a question: which words belong together, and before which verb they stand.

There is no grammar here: small words of a language and capital letters divide a question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.answering.language import codes, content_stems
from vectorstore.languages.base import Language

Kind = Literal["code", "number", "name", "words"]

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+(?![\w])|[^\W_]+(?:[-/.:'’+&][^\W_]+)*|[^\w\s]")
# Endings where nouns have capitals; "en" is a verb's where no article stands before.
_ADJECTIVES = ("e", "er", "es")
_ADJECTIVES_OF_ARTICLES = ("e", "en", "er", "es", "em")
_BLANKS = re.compile(r"\s+")
_BEFORE_SIGN = re.compile(r" ([?.!,])")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign of a text, and where it stands: half-open, in characters."""

    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.text.casefold().replace("’", "'")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that name one thing; `start` is that of its article.

    `preposition` is the word before it, "" for none. `subject` tells that a verb or an auxiliary
    stands before it ("do full-time employees have"), `of_copula` that this is a copula.
    """

    text: str
    start: int
    end: int
    kind: Kind
    preposition: str = ""
    preposition_start: int = 0
    subject: bool = False
    of_copula: bool = False
    asked: bool = False  # behind "which" or "how many"

    @property
    def head(self) -> str:
        """The stem of its last word that carries meaning, or ""."""
        return next(reversed(content_stems(self.text)), "")


def tokens_of(text: str) -> list[Token]:
    """Words and signs of `text` in order; "Dr." and "K." are words with their point."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        last = found[-1] if found else None
        if match.group() == "." and last is not None and last.end == match.start():
            name = last.text.isalpha() and last.text[:1].isupper() and len(last.text) <= 4
            if name and text[match.end() : match.end() + 2].strip():
                found[-1] = Token(f"{last.text}.", last.start, match.end())
                continue
        found.append(Token(match.group(), match.start(), match.end()))
    return found


def phrases(text: str, language: Language) -> list[Phrase]:
    """The phrases of a question in order."""
    return _Reader(text, language).read()


class _Reader:
    def __init__(self, text: str, language: Language) -> None:
        words = language.conversation
        self._text = text
        self._tokens = tokens_of(text)
        self._articles = frozenset(words.articles) | frozenset(words.owners)
        self._prepositions = frozenset(words.prepositions)
        self._copulas = frozenset(words.copulas)
        self._holders = frozenset(words.holders)
        self._asking = frozenset(words.asking)
        self._verbs = frozenset(words.verbs)
        starts = frozenset(language.talk.question_starts)
        self._measures = self._asking - starts  # "long", which asks behind "how" alone
        self._small = (
            frozenset(language.stop_words)
            | starts
            | frozenset(words.asides)
            | self._prepositions
            | self._copulas
            | self._holders
        )
        self._denied = frozenset(words.denied)
        self._subjects = frozenset(words.subjects)
        # "I've", "they're"
        self._joined = self._subjects | frozenset((*words.things, *words.persons, *words.places))
        self._who = frozenset(words.asking[:1])
        self._participles = tuple(words.participles)
        self._waits = False  # for a verb that an auxiliary has announced
        self._capitals = words.nouns_have_capitals

    def read(self) -> list[Phrase]:
        found: list[Phrase] = []
        at = 0
        while at < len(self._tokens):
            start = at
            self._waits = self._waits or self._tokens[at].word in self._holders
            if self._tokens[at].word in self._articles:
                at += 1
            first = at
            while at < len(self._tokens) and self._carries(at):
                at += 1
            if at == first:
                at = start + 1
                continue
            found += self._phrases_of(start, first, at)
        return found

    def _carries(self, at: int) -> bool:
        token = self._tokens[at]
        if not token.text[0].isalnum():
            return False
        if token.word in self._measures and (not at or self._tokens[at - 1].word in self._asking):
            return False
        bare, sign, _ = token.word.partition("'")
        if sign and bare in self._joined:
            return False
        return token.word.rstrip(".") not in self._small and token.word not in self._articles

    def _phrases_of(self, start: int, first: int, end: int) -> list[Phrase]:
        """What a run of words is made of; where a verb is in it, what stands before and behind."""
        before = self._tokens[start - 1].word if start else ""
        if before in self._denied and start > 1:
            before = self._tokens[start - 2].word
        if end - first == 1 and before in self._subjects and self._is_verb(first):
            return []  # "should I use the component"
        runs = [(start, first, end)]
        if self._capitals:
            runs = self._nouns(start, first, end)
        elif start == first and (before in self._asking or before in self._holders or not start):
            lowest = first if before in self._who else first + 1
            verb = next((i for i in range(lowest, end) if self._is_verb(i)), None)
            if before in self._who and verb is None:
                verb = first  # "who leads": the verb, whichever it is
            if verb is not None:
                runs = [(start, first, verb), (verb + 1, verb + 1, end)]
        elif before in self._holders:
            verb = next((i for i in range(first + 1, end) if self._is_verb(i)), None)
            if verb is not None:
                runs = [(start, first, verb), (verb + 1, verb + 1, end)]
            elif end - first > 1 and self._ends(end) and self._is_lower(end - 1):
                runs = [(start, first, end - 1)]  # "does the contract expire?"
        elif before in self._copulas:
            done = (i for i in range(first + 1, end) if self._is_verb(i) or self._is_done(i))
            if (verb := next(done, None)) is not None:
                runs = [(start, first, verb), (verb + 1, verb + 1, end)]  # "is the salary paid"
        waits = len(runs) == 1 and not self._capitals and self._waits and end - first > 1
        led = start < first or before in self._prepositions
        if waits and led and self._ends(end) and self._is_verb(end - 1):
            runs = [(start, first, end - 1)]  # "does the office in Ghent open?"
        self._waits = self._waits and len(runs) == 1 and runs[0][2] == end
        return [self._phrase(*run) for run in runs if run[1] < run[2]]

    def _is_verb(self, at: int) -> bool:
        """Whether it is one; "leave" is none in "can parental leave be taken"."""
        behind = self._tokens[at + 1].word if at + 1 < len(self._tokens) else ""
        return self._tokens[at].word in self._verbs and behind not in self._copulas

    def _is_done(self, at: int) -> bool:
        return self._is_lower(at) and self._tokens[at].word.endswith(self._participles)

    def _is_lower(self, at: int) -> bool:
        return self._tokens[at].text.islower()

    def _ends(self, at: int) -> bool:
        """Whether nothing but signs and small words that are no prepositions follows."""
        return all(not token.text[0].isalnum() for token in self._tokens[at:])

    def _nouns(self, start: int, first: int, end: int) -> list[tuple[int, int, int]]:
        """Runs that end in words with capitals, with the adjectives before them."""
        runs: list[tuple[int, int, int]] = []
        at = first
        while at < end:
            begin = at
            while at < end and self._is_lower(at):
                at += 1
            noun = at
            while at < end and not self._is_lower(at):
                at += 1
            if noun == at:
                break
            led = (begin == first and start < first) or (
                begin and self._tokens[begin - 1].word in self._prepositions
            )
            endings = _ADJECTIVES_OF_ARTICLES if led else _ADJECTIVES
            while begin < noun and not self._tokens[begin].word.endswith(endings):
                begin += 1
            whole = start if begin == first else begin
            runs.append((whole, begin, at))
        return runs

    def _phrase(self, start: int, first: int, end: int) -> Phrase:
        held = self._tokens[first:end]
        before = self._tokens[start - 1] if start else None
        word = before.word if before else ""
        preposition = before if before and word in self._prepositions else None
        text = self._text[self._tokens[start].start : held[-1].end]
        return Phrase(
            text,
            self._tokens[start].start,
            held[-1].end,
            self._kind(held, first),
            word if preposition else "",
            preposition.start if preposition else 0,
            subject=word in self._holders or word in self._copulas,
            of_copula=word in self._copulas,
            asked=word in self._asking,
        )

    def _kind(self, held: Sequence[Token], first: int) -> Kind:
        if any(codes(token.text) for token in held):
            return "code"
        if all(token.text[0].isdigit() for token in held):
            return "number"
        own = [token for token in held if token.start or first]
        if not self._capitals and own and any(token.text[0].isupper() for token in own):
            return "name"
        return "words"


def tidy(text: str) -> str:
    """`text` without spaces that stand double or before a sign."""
    return _BEFORE_SIGN.sub(r"\1", _BLANKS.sub(" ", text)).strip()


def is_year(text: str) -> bool:
    """Whether `text` is a year in digits."""
    return bool(_YEAR.fullmatch(text.strip()))
