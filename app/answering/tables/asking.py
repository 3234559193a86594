"""Reads a question, without any table yet: its words, cues of operations, figures and dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from app.answering.tables.lexicon import Found, Phrases, folded_words, phrases, phrases_by
from vectorstore.dates import Day, placed_days
from vectorstore.languages import languages
from vectorstore.languages.base import Language
from vectorstore.tables.values import Value, read_date, read_value, year_of
from vectorstore.tables.words import folded

MOST_WORDS = 60  # of a question that is answered from a table
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,'’]\d+)*")
_GLUE = frozenset("-/._:")
_PLAIN_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the question, folded, and where it stands: half-open, in characters."""

    word: str
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or a date of the question, by the words that say it: half-open.

    `bound` is ">", ">=", "<", "<=", "=" ("only one day"), or "" where nothing but the figure is
    said; `first` is the first word with the bound. `count` is a bare whole number.
    """

    value: Value
    first: int
    start: int
    end: int
    bound: str = ""
    measure: str = ""  # "cost" in "cheaper than 10"
    count: int | None = None
    behind: int = 0  # words of the bound that stand behind the figure


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that tell an operation; `measure` and `low` belong to superlatives, comparatives."""

    kind: str
    start: int
    length: int
    measure: str = ""
    low: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as far as it can be read without a table."""

    text: str
    language: Language
    tokens: tuple[Token, ...]
    cues: tuple[Cue, ...]
    figures: tuple[Figure, ...]
    ordinal: int | None = None  # "second" of "second cheapest"

    def cue(self, *kinds: str) -> Cue | None:
        """The first cue of one of these kinds."""
        return next((cue for cue in self.cues if cue.kind in kinds), None)

    @property
    def words(self) -> list[str]:
        return [token.word for token in self.tokens]


def read_question(question: str) -> Asked | None:
    """The question's words, cues and figures; None where it is none or too long for one."""
    tokens = tuple(
        Token(folded(found.group()), found.group(), found.start(), found.end())
        for found in _WORD.finditer(question)
    )
    if not 1 < len(tokens) <= MOST_WORDS:
        return None
    words = [token.word for token in tokens]
    language = _language_of(question, words)
    figures = list(_figures(question, tokens, language))
    taken = {at for figure in figures for at in range(figure.first, figure.end)}
    own = {folded(word) for word in language.tables.which}
    cues = [
        cue  # "was" asks in German, and not in English
        for cue in _cues(words, taken)
        if cue.kind != "which" or words[cue.start] in own or words[cue.start] not in _small_words()
    ]
    ordinal = _ordinal(words, cues)
    if ordinal is not None:
        cues.append(Cue("ordinal", ordinal[0], 1))
    return Asked(question, language, tokens, tuple(cues), tuple(figures), ordinal and ordinal[1])


def _language_of(question: str, words: list[str]) -> Language:
    """The language that most of the question's words belong to."""
    said = {*words, *(word.casefold() for word in _WORD.findall(question))}

    def fit(language: Language) -> int:
        small = {folded(word) for word in language.tables.free} | set(language.stop_words)
        return len(said & small)

    return max(languages(), key=fit)


@lru_cache(maxsize=1)
def _cue_phrases() -> list[tuple[str, Phrases]]:
    return [
        ("count", phrases(lambda words: words.counts)),
        ("sum", phrases(lambda words: words.sums)),
        ("average", phrases(lambda words: words.averages)),
        ("difference", phrases(lambda words: words.differences)),
        ("change", phrases(lambda words: words.changes)),
        ("percent", phrases(lambda words: words.percents)),
        ("prior", phrases(lambda words: words.priors)),
        ("existence", phrases(lambda words: words.existence)),
        ("list", phrases(lambda words: words.lists)),
        ("which", phrases(lambda words: words.which)),
        ("lowest", phrases_by(lambda words: words.lowest)),
        ("highest", phrases_by(lambda words: words.highest)),
        ("lower", phrases_by(lambda words: words.lower)),
        ("higher", phrases_by(lambda words: words.higher)),
        ("ask", phrases_by(lambda words: words.asks)),
        ("top", phrases(lambda words: words.tops)),
    ]


def _cues(words: list[str], taken: set[int]) -> Iterator[Cue]:
    """Cues from left to right, the longest first where several begin at one word."""
    at = 0
    while at < len(words):
        best: tuple[str, Found] | None = None
        for kind, known in _cue_phrases():
            found = known.at(words, at)
            if found and (best is None or found.length > best[1].length):
                best = kind, found
        if best is None or not taken.isdisjoint(range(at, at + best[1].length)):
            at += 1
            continue
        kind, found = best
        yield Cue(kind, at, found.length, found.meaning, low=kind in {"lowest", "lower"})
        at += found.length


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    return folded_words(lambda words: words.free)


@lru_cache(maxsize=1)
def _ordinal_phrases() -> Phrases:
    return phrases_by(lambda words: {str(number): of for number, of in words.ordinals.items()})


def _ordinal(words: list[str], cues: list[Cue]) -> tuple[int, int] | None:
    """An ordinal right before a superlative."""
    for cue in cues:
        if cue.kind in {"lowest", "highest"} and cue.start:
            found = _ordinal_phrases().at(words, cue.start - 1)
            if found:
                return cue.start - 1, int(found.meaning)
    return None


@lru_cache(maxsize=1)
def _bounds() -> Phrases:
    return phrases_by(lambda words: words.bounds)


@lru_cache(maxsize=1)
def _measured_bounds() -> list[tuple[str, Phrases]]:
    return [
        ("<", phrases_by(lambda words: words.lower)),
        (">", phrases_by(lambda words: words.higher)),
    ]


@lru_cache(maxsize=1)
def _small() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    return (
        folded_words(lambda words: words.than),
        folded_words(lambda words: words.between),
        folded_words(lambda words: words.conjunctions),
    )


@lru_cache(maxsize=1)
def _number_words() -> dict[str, int]:
    return {
        folded(word): value
        for language in languages()
        for value, words in language.numbers.names.items()
        for word in words
        if value > 1  # "one" is an article too often
    }


def _figures(question: str, tokens: tuple[Token, ...], language: Language) -> Iterator[Figure]:
    plain = [*_dates(question, tokens)]
    dated = {at for figure in plain for at in range(figure.start, figure.end)}
    plain += [one for one in _numbers(question, tokens, language) if one.start not in dated]
    plain.sort(key=lambda figure: figure.start)
    words = [token.word for token in tokens]
    _, between, conjunctions = _small()
    at = 0
    while at < len(plain):
        figure = plain[at]
        following = plain[at + 1] if at + 1 < len(plain) else None
        before = figure.start - 1
        if (
            following is not None
            and before >= 0
            and words[before] in between
            and following.start == figure.end + 1
            and (words[figure.end] in conjunctions or words[figure.end] in _range_words())
        ):
            yield from _both_ends(figure, following, before)
            at += 2
            continue
        yield _bounded_behind(words, figure) or _bounded(words, figure)
        at += 1


@lru_cache(maxsize=1)
def _range_words() -> frozenset[str]:
    return frozenset(
        folded(word) for language in languages() for word in language.labels.range_joints
    )


def _both_ends(low: Figure, high: Figure, before: int) -> Iterator[Figure]:
    """ "Between 5 and 10 days": the unit of the second figure is that of both."""
    unit = low.value.unit or high.value.unit
    kind = high.value.kind if high.value.unit else low.value.kind
    first = Value(kind, low.value.low, low.value.high, unit, low.value.per)
    last = Value(kind, high.value.low, high.value.high, high.value.unit or unit, high.value.per)
    yield Figure(first, before, low.start, low.end, ">=", count=low.count)
    yield Figure(last, low.end, high.start, high.end, "<=", count=high.count)


@lru_cache(maxsize=1)
def _bounds_behind() -> Phrases:
    return phrases_by(lambda words: words.bounds_behind)


def _bounded_behind(words: list[str], figure: Figure) -> Figure | None:
    """The figure with the words behind it that make it a bound: "30 days or less"."""
    found = _bounds_behind().at(words, figure.end) if figure.end < len(words) else None
    if found is None:
        return None
    end = figure.end + found.length
    return replace(figure, end=end, bound=found.meaning, behind=found.length)


def _bounded(words: list[str], figure: Figure) -> Figure:
    """The figure with the words before it that make it a bound."""
    if figure.start and words[figure.start - 1] in folded_words(lambda words: words.exactly):
        return _with_bound(figure, figure.start - 1, "=", "")
    free = folded_words(lambda words: words.free)
    for start in range(max(0, figure.start - 4), figure.start):
        length = figure.start - start
        found = _bounds().at(words, start)
        if found and (
            found.length == length
            or (found.length == length - 1 and words[figure.start - 1] in free)  # its article
        ):
            return _with_bound(figure, start, found.meaning, "")
        if words[figure.start - 1] in _small()[0]:
            for bound, known in _measured_bounds():
                found = known.at(words, start)
                if found and found.length == length - 1:
                    return _with_bound(figure, start, bound, found.meaning)
    return figure


def _with_bound(figure: Figure, first: int, bound: str, measure: str) -> Figure:
    return Figure(figure.value, first, figure.start, figure.end, bound, measure, figure.count)


def _numbers(question: str, tokens: tuple[Token, ...], language: Language) -> Iterator[Figure]:
    """Numbers that stand alone, with the currency or unit beside them."""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if (number := _number_words().get(token.word)) is not None:
            text = _with_unit(question, tokens, str(number), at, at + 1)
            yield _figure(text[0], at, text[1], number, text[2], language)
            at = text[1]
            continue
        if token.word in folded_words(lambda words: words.ones):
            one, end, first = _with_unit(question, tokens, "1", at, at + 1)
            if end > at + 1:
                yield _figure(one, first, end, 1, at, language)
                at = end
                continue
        found = _NUMBER.match(question, token.start)
        if (
            not token.word.isdigit()
            or found is None
            or _is_glued(question, token.start, found.end())
        ):
            at += 1
            continue
        end = at
        while end < len(tokens) and tokens[end].end <= found.end():
            end += 1
        count = int(token.word) if end == at + 1 else None
        text = _with_unit(question, tokens, found.group(), at, end)
        yield _figure(text[0], text[2], text[1], count, at, language)
        at = text[1]


def _figure(
    text: str, first: int, end: int, count: int | None, start: int, language: Language
) -> Figure:
    value = read_value(text, language.decimal_mark)
    if value is None or value.kind == "date":
        bare = read_value(str(count), ".") if count is not None else None
        value = bare or read_value("0", ".")
        assert value is not None  # a number was given
        return Figure(value, start, start, start + 1, count=count)
    start = min(first, start)
    return Figure(value, start, start, end, count=count if not value.unit else None)


def _with_unit(
    question: str, tokens: tuple[Token, ...], number: str, at: int, end: int
) -> tuple[str, int, int]:
    """A number with its unit as text; the word after it, and its first word."""
    before = question[max(0, tokens[at].start - 2) : tokens[at].start].strip()
    after = question[tokens[end - 1].end : tokens[end - 1].end + 2].strip()
    if before[-1:] in "€$£¥" and before:
        return f"{before[-1]} {number}", end, at
    if after[:1] in "€$£¥%" and after:
        return f"{number} {after[0]}", end, at
    if at and _is_unit(tokens[at - 1].raw) and tokens[at - 1].raw.isupper():
        return f"{tokens[at - 1].raw} {number}", end, at - 1
    for count in (2, 1):
        raw = " ".join(token.raw for token in tokens[end : end + count])
        if len(tokens) >= end + count and raw and _is_unit(raw):
            return f"{number} {raw}", end + count, at
    return number, end, at


def _is_unit(word: str) -> bool:
    """Whether a word is a unit that is known: it has another spelling, or it is a known one."""
    value = read_value(f"1 {word}", ".")
    if value is None or not value.unit:
        return False
    return value.unit != word or folded(word) in _exact_units()


@lru_cache(maxsize=1)
def _exact_units() -> frozenset[str]:
    """Units whose name is the one spelling that they have."""
    return frozenset(
        folded(unit) for language in languages() for unit in (*language.figures.units, "kg", "km")
    )


def _is_glued(question: str, start: int, end: int) -> bool:
    """Whether digits are a part of a code: "AB-1200/4", "TL40", "E-11"."""
    if start and (question[start - 1].isalnum() or question[start - 1] in _GLUE):
        return True
    behind = question[end : end + 2]
    return bool(behind) and (behind[0].isalnum() or (behind[0] in _GLUE and behind[1:2].isalnum()))


def _dates(question: str, tokens: tuple[Token, ...]) -> Iterator[Figure]:
    for day, start, end in placed_days(question):
        value = _value_of(day)
        inside = [at for at, token in enumerate(tokens) if start <= token.start < end]
        if value is not None and inside:
            yield Figure(value, inside[0], inside[0], inside[-1] + 1)


def _value_of(day: Day) -> Value | None:
    if day.year is None:
        return None
    if day.day is None:
        return read_date(f"{day.year}-{day.month:02}")
    return read_date(f"{day.year}-{day.month:02}-{day.day:02}")


def as_year(figure: Figure) -> Value | None:
    """A bare number as the year that it may be."""
    if figure.value.kind == "date":
        return figure.value
    if figure.count is not None and _PLAIN_YEAR.match(str(figure.count)):
        return year_of(figure.count)
    return None
