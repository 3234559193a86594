"""Which documents a question means by what they are: "the 2023 annual report", "Smith's letter"."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import PurePosixPath

from vectorstore.dates import Day, placed_days
from vectorstore.languages import any_of, languages, words_of
from vectorstore.languages.base import Language
from vectorstore.records import DocumentRecord, Hit

GAIN = 0.2  # of a passage of a document that is meant: as much as a named year gains
_LEAST_PREFIX = 3  # letters before the last part of a compound
_BEFORE = 3  # words before a kind that may belong to it
_MOST_ATTRIBUTES = 3  # behind it
_LONGEST_NAME = 4  # words
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_YEAR = re.compile(r"(?<![\d.,/-])(?:19|20)\d\d(?![\d.,/-]*\d)")
_ISO = re.compile(r"((?:19|20)\d\d)(?:-(\d\d))?(?:-(\d\d))?")
_GAP = re.compile(r"\s{1,3}")
_CAPITAL = re.compile(r"[^\W\d_]+(?:[-'’.&][^\W\d_]+)*\.?")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a question says of the documents that it asks in; what is empty it does not say.

    `type` is one of `records.About`. `when` has the year first, and perhaps month and day. `author`
    and `party` are the words of a name, folded. `phrase` is how the question says it.
    """

    type: str
    when: tuple[int, ...] = ()
    author: tuple[str, ...] = ()
    party: tuple[str, ...] = ()
    language: str = ""
    phrase: str = ""
    surely: bool = True  # that the name is one: where every noun has a capital, it may be any word


@dataclass(frozen=True, slots=True)
class Meant:
    """The documents that are meant, by space and name; none where no document is like that."""

    wish: Wish
    places: frozenset[tuple[str, str]]

    def holds(self, hit: Hit) -> bool:
        """Whether a passage is of one of them."""
        return (hit.space, hit.document) in self.places

    @property
    def is_told(self) -> bool:
        """Whether a reader should know that there is no such document."""
        return not self.places and bool(self.wish.when or (self.wish.author and self.wish.surely))


def wish_of(question: str) -> Wish | None:
    """What the question says of the documents that it means; None where it says nothing.

    A kind of document counts where a date, a name or a language stands beside it.
    """
    days = _days(question)
    for word in _WORD.finditer(question):
        kind = _kind(word[0])
        if not kind:
            continue
        wish = _before(question, word.start(), days, Wish(kind, surely=False))
        wish, end = _behind(question, word.end(), days, wish)
        if wish.when or wish.author or wish.language:
            start = word.start()
            return replace(wish, phrase=question[_start_of(question, start, days, wish) : end])
    return None


def meant_by(wish: Wish, records: Sequence[DocumentRecord]) -> Meant:
    """The documents that are as the question says."""
    found = [record for record in records if _is_kind(record, wish.type)]
    if wish.when:
        found = [record for record in found if _is_of(record, wish.when)]
    if wish.author:
        theirs = [record for record in found if _names(record, wish.author)]
        found = theirs if theirs or wish.surely or not wish.when else found
    # What is said besides only chooses between them.
    if wish.party:
        found = [record for record in found if _names(record, wish.party)] or found
    if wish.language:
        same = [record for record in found if record.about.language == wish.language]
        found = same or ([] if not (wish.when or wish.author) else found)
    return Meant(wish, frozenset((record.space, record.name) for record in found))


def prefer_meant(hits: Sequence[Hit], meant: Meant) -> list[Hit]:
    """Reorder hits: those of the documents that are meant gain, in order and as evidence."""
    changed = []
    for hit in hits:
        gain = GAIN if meant.holds(hit) else 0.0
        cost = hit.signals.get("edition_cost", 0.0) - gain
        signals = {**hit.signals, "edition_cost": cost}
        changed.append(replace(hit, score=hit.score + gain, signals=signals) if gain else hit)
    return sorted(changed, key=lambda hit: -hit.score)


# What a question says


def _days(question: str) -> list[tuple[tuple[int, ...], int, int]]:
    """The dates and years of a question, each with its place."""
    found: list[tuple[tuple[int, ...], int, int]] = []
    for day, start, end in placed_days(question):
        if day.year is not None:
            found.append((_parts(day), start, end))
    for year in _YEAR.finditer(question):
        if not any(start <= year.start() < end for _, start, end in found):
            found.append(((int(year[0]),), year.start(), year.end()))
    return found


def _parts(day: Day) -> tuple[int, ...]:
    assert day.year is not None  # only such are asked for
    return (day.year, day.month) if day.day is None else (day.year, day.month, day.day)


def _before(
    question: str, start: int, days: Sequence[tuple[tuple[int, ...], int, int]], wish: Wish
) -> Wish:
    """With a date or a language that stands before the kind: "the March 2024 minutes"."""
    for word in _words_before(question, start):
        for when, first, last in days:
            if first <= word.start() < last:
                return replace(wish, when=when)
        if code := _languages().get(word[0].casefold()):
            wish = replace(wish, language=code)
    return wish


def _words_before(question: str, start: int) -> Iterator[re.Match[str]]:
    """The words that may belong to a kind, the nearest first."""
    words = list(_WORD.finditer(question, max(0, start - 60), start))[-_BEFORE:]
    behind = start
    for word in reversed(words):
        if question[word.end() : behind].strip() or word[0].casefold() in _no_attributes():
            return
        yield word
        behind = word.start()


def _start_of(
    question: str, start: int, days: Sequence[tuple[tuple[int, ...], int, int]], wish: Wish
) -> int:
    """Where the words begin that say which documents are meant."""
    first = start
    for word in _words_before(question, start):
        in_date = [begin for when, begin, end in days if begin <= word.start() < end]
        if in_date or word[0].casefold() in _languages():
            first = min([word.start(), *in_date])
    return first


def _behind(
    question: str, end: int, days: Sequence[tuple[tuple[int, ...], int, int]], wish: Wish
) -> tuple[Wish, int]:
    """With dates and names that follow the kind, and where they end."""
    starts = {first: (when, last) for when, first, last in days}
    for _ in range(_MOST_ATTRIBUTES):
        at = None if wish.when else _led(question, end, starts)
        if at is None and not wish.author and (found := _name(question, end, _people())):
            wish, end = replace(wish, author=found.words, surely=found.sure), found.end
            continue
        if at is None and not wish.when and (thing := _things().match(question, end)):
            at = _led(question, thing.end(), starts)  # "the minutes of the meeting of 12 March"
        if at is not None:
            wish, end = replace(wish, when=starts[at][0]), starts[at][1]
        elif not wish.party and (found := _name(question, end, _parties())):
            wish, end = replace(wish, party=found.words), found.end
        else:
            break
    return wish, end


def _led(question: str, end: int, starts: Mapping[int, tuple[tuple[int, ...], int]]) -> int | None:
    """Where a date starts to which the words behind `end` lead."""
    found = _times().match(question, end)
    places = [found.end()] if found else []
    if gap := _GAP.match(question, end):
        places.append(gap.end())
    return next((place for place in places if place in starts), None)


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    end: int
    sure: bool


def _name(question: str, end: int, leads: re.Pattern[str]) -> _Name | None:
    """The name behind such words: each of its words has a capital."""
    found = leads.match(question, end)
    if not found:
        return None
    at, titled = found.end(), False
    words: list[str] = []
    while len(words) < _LONGEST_NAME and (word := _CAPITAL.match(question, at)):
        if not word[0][0].isupper():
            break
        if word[0].casefold().rstrip(".") in _titles():
            titled = True
        else:
            words.append(_folded(word[0].rstrip(".")))
        end = word.end()
        gap = _GAP.match(question, end)
        at = gap.end() if gap else end
        if not gap:
            break
    if not words or _kind(words[-1]):
        return None
    return _Name(tuple(words), end, titled or not _has_capital_nouns(found[0]))


def _has_capital_nouns(lead: str) -> bool:
    """Whether the words are of a language in which every noun has a capital."""
    return any(
        one.support.capital_nouns
        and re.fullmatch(rf"\s*(?:{'|'.join(one.meant_documents.people)})\s*", lead, re.IGNORECASE)
        for one in languages()
    )


# What a document says


def _is_kind(record: DocumentRecord, kind: str) -> bool:
    if record.about.type == kind:
        return True
    return any(_kind(word) == kind for word in _WORD.findall(_apart(_called(record))))


def _called(record: DocumentRecord) -> str:
    return f"{PurePosixPath(record.name).stem.replace('_', ' ')} {record.title}"


def _apart(called: str) -> str:
    """The words of a name one by one: "annual-report-2023"."""
    return called.replace("-", " ")


def _is_of(record: DocumentRecord, when: tuple[int, ...]) -> bool:
    """Whether a document is of a day, month or year, by the first of its dates that tells.

    Its name and its title tell best, then the day from which it is valid, then when it was made.
    """
    called = _called(record)
    told = [one for text in (called, _apart(called)) for one, _, _ in _days(text)]
    if told:
        return any(_agree(one, when) for one in told)
    about = record.about
    if about.valid_from:
        return _agree(_iso(about.valid_from), when) or (
            bool(about.valid_until)
            and len(when) == 1
            and int(about.valid_from[:4]) <= when[0] <= int(about.valid_until[:4])
        )
    return any(_agree(_iso(day), when) for day in (about.made or about.changed,) if day)


def _agree(told: tuple[int, ...], asked: tuple[int, ...]) -> bool:
    """Whether a date lies in the time that is asked for, which says no more than it."""
    return bool(told) and told[: len(asked)] == asked


def _iso(day: str) -> tuple[int, ...]:
    found = _ISO.match(day)
    return tuple(int(part) for part in found.groups() if part) if found else ()


def _names(record: DocumentRecord, name: Sequence[str]) -> bool:
    """Whether a document names someone: the last word of the name tells."""
    called = f"{record.about.author} {record.title} {record.name}".replace("_", " ")
    said = {*_WORD.findall(_folded(called)), *_WORD.findall(_folded(_apart(called)))}
    return name[-1] in said


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


# The words of languages


def _kind(word: str) -> str:
    """The type that a word calls a document, or ""."""
    folded = _folded(word)
    for kinds, endings, compounds in _kinds():
        forms = [
            folded,
            *(folded.removesuffix(end) for end in endings if folded.endswith(end)),
        ]
        for form in forms:
            if form in kinds:
                return kinds[form]
            if compounds:
                for known, kind in kinds.items():
                    if form.endswith(known) and len(form) >= len(known) + _LEAST_PREFIX:
                        return kind
    return ""


@cache
def _kinds() -> tuple[tuple[Mapping[str, str], tuple[str, ...], bool], ...]:
    return tuple(
        (_words_to_kinds(one), tuple(one.meant_documents.endings), one.kinds.compounds)
        for one in languages()
    )


def _words_to_kinds(one: Language) -> Mapping[str, str]:
    said = [*one.kinds.kinds.items(), *one.meant_documents.spoken.items()]
    return {word: kind for kind, words in said for word in words}


@cache
def _languages() -> Mapping[str, str]:
    return {
        word: code
        for one in languages()
        for code, words in one.meant_documents.languages.items()
        for word in words
    }


@cache
def _no_attributes() -> frozenset[str]:
    return frozenset(words_of(lambda one: one.meant_documents.no_attributes))


@cache
def _titles() -> frozenset[str]:
    return frozenset(words_of(lambda one: one.conversation.titles))


@cache
def _times() -> re.Pattern[str]:
    led = any_of(lambda one: [form for form in one.meant_documents.times if form])
    return re.compile(rf"\s{{1,3}}(?:{led})\s{{1,3}}", re.IGNORECASE)


@cache
def _people() -> re.Pattern[str]:
    return re.compile(
        rf"\s{{1,3}}(?:{any_of(lambda one: one.meant_documents.people)})\s{{1,3}}", re.IGNORECASE
    )


@cache
def _parties() -> re.Pattern[str]:
    return re.compile(
        rf"\s{{1,3}}(?:{any_of(lambda one: one.meant_documents.parties)})\s{{1,3}}", re.IGNORECASE
    )


@cache
def _things() -> re.Pattern[str]:
    led = any_of(lambda one: one.meant_documents.things)
    return re.compile(rf"\s{{1,3}}(?:{led})\s{{1,3}}[^\W\d_]{{2,40}}", re.IGNORECASE)
