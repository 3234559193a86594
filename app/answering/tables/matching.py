"""Accounts for every word of a question by a table: its columns, its cells, its name.

What is left unaccounted makes the table no answer: a condition that it knows nothing of.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from app.answering.tables.asking import Asked
from app.answering.tables.lexicon import folded_words, forms, is_name, is_same_form, is_word
from app.answering.tables.view import Column, Record, View
from vectorstore.languages import words_of
from vectorstore.tables.words import folded, words_in

_COMPOUND, _LONGEST_WORD = 7, 40  # letters of a compound that is taken apart
_LONGEST_CELL = 14  # words of a cell that a part of may be named
_LONGEST_TEXT = 160  # characters of it
_COMPOUND_WORD = re.compile(r"(?<![^\W_])[^\W_]++(?:-[^\W_]++)+")


@dataclass(frozen=True, slots=True)
class Condition:
    """Words of the question that name cells of a column: half-open, and the records with such.

    `whole`: the words are all that the cells say.
    """

    column: int
    start: int
    end: int
    records: frozenset[int]  # by number within the view, totals and rests behind the data
    whole: bool


@dataclass
class Match:
    """How a table accounts for a question's words.

    `columns` are columns by the words that name them, those of the most words alone;
    `by` tells for each word what accounts for it.
    """

    asked: Asked
    view: View
    by: list[str]
    columns: dict[int, frozenset[int]] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    released: set[int] = field(default_factory=set)  # cues that are names after all

    def open_words(self) -> list[int]:
        """Words that nothing accounts for."""
        return [at for at, by in enumerate(self.by) if not by]

    def columns_at(self, at: int) -> list[int]:
        """The columns that a word names."""
        return [index for index, words in self.columns.items() if at in words]


@lru_cache(maxsize=1)
def free_words() -> frozenset[str]:
    """Words that do not change what is asked."""
    return folded_words(lambda words: words.free)


@lru_cache(maxsize=1)
def _sources() -> frozenset[str]:
    return folded_words(lambda words: words.sources)


@lru_cache(maxsize=1)
def conjunctions() -> frozenset[str]:
    """Words between things that are asked for together."""
    return folded_words(lambda words: words.conjunctions)


@lru_cache(maxsize=1)
def quantifiers() -> frozenset[str]:
    """Words of cells that name no single thing."""
    return folded_words(lambda words: words.quantifiers)


@lru_cache(maxsize=1)
def _denials() -> frozenset[str]:
    return frozenset(
        folded(word)
        for word in (
            *words_of(lambda language: language.denials.before_nouns),
            *words_of(lambda language: language.denials.others),
            *words_of(lambda language: language.tables.excepting),
        )
    )


def match(asked: Asked, view: View) -> Match:
    """What of the question the table accounts for, word by word."""
    by = ["free" if word in free_words() else "" for word in asked.words]
    for cue in asked.cues:
        for at in range(cue.start, cue.start + cue.length):
            by[at] = "cue"
    for figure in asked.figures:
        for at in range(figure.first, figure.end):
            by[at] = "figure"
    found = Match(asked, view, by)
    _name_source(found)
    if view.is_list:
        _name_place(found)  # its items are told, and no conditions
        return found
    records = [*view.records, *view.totals, *view.rests]
    cells = _Cells(asked, view, records)
    _name_rows(found, cells)
    _name_columns(found)
    _name_parts(found, cells)
    _name_place(found)
    return found


class _Cells:
    """The words of those text cells of a view that share a word with the question."""

    def __init__(self, asked: Asked, view: View, records: Sequence[Record]) -> None:
        self._asked = asked
        wanted = {
            form if form.isdigit() else form[: max(3, len(form) - 3)]
            for word in asked.words
            if word not in free_words()
            for form in (word, *forms(word))
        }
        self.by_column: dict[int, dict[tuple[str, ...], set[int]]] = {}
        self._glued: dict[tuple[str, ...], frozenset[str]] = {}  # words of compounds with hyphens
        if not wanted:
            return
        said = re.compile("|".join(map(re.escape, sorted(wanted))))
        # Numbers and dates are conditions of their own, see `planning`; "IO-Link" among figures is
        # a text.
        texts_of = {c.index for c in view.columns if not c.is_comparable or c.index == view.label}
        for column in view.columns:
            is_text = column.index in texts_of
            known: dict[str, set[int] | None] = {}  # by a cell's text: the records that have it
            found: dict[tuple[str, ...], set[int]] = {}
            for number, record in enumerate(records):
                text = record.text(column.index)
                if text not in known:
                    known[text] = None
                    plain = folded(text) if len(text) <= _LONGEST_TEXT else ""
                    if (
                        plain
                        and said.search(plain)
                        and (is_text or view.value(record, column) is None)
                    ):
                        words = tuple(words_in(plain))
                        if len(words) <= _LONGEST_CELL:
                            known[text] = found.setdefault(words, set())
                            self._note_compounds(words, plain)
                numbers = known[text]
                if numbers is not None:
                    numbers.add(number)
            if found:
                self.by_column[column.index] = found

    def _note_compounds(self, words: tuple[str, ...], plain: str) -> None:
        if "-" in plain:
            compounds = _COMPOUND_WORD.findall(plain)
            self._glued[words] = frozenset(w for c in compounds for w in words_in(c))

    def whole(self, start: int, end: int) -> list[tuple[int, frozenset[int]]]:
        """Columns with cells that say just these words of the question, and the records."""
        said = tuple(self._asked.words[start:end])
        found = []
        for column, known in self.by_column.items():
            numbers = {n for words, ns in known.items() if _is_said(said, words) for n in ns}
            if numbers:
                found.append((column, frozenset(numbers)))
        return found

    def part(self, words: Sequence[str]) -> list[tuple[int, frozenset[int]]]:
        """Columns with cells that have all these words among others, and deny nothing."""
        found = []
        for column, known in self.by_column.items():
            numbers: set[int] = set()
            within: set[int] = set()  # a word is only a part of "diesel-electric"
            for held, those in known.items():
                if all(any(is_word(word, one) for one in held) for word in words):
                    denied = _denials().intersection(held)
                    if not denied.issubset(words) or held[0] in quantifiers():
                        return []  # "all but Norway", "all meters"
                    if self._is_within_compound(words, held):
                        within |= those
                    else:
                        numbers |= those
            if numbers or within:
                found.append((column, frozenset(numbers or within)))
        return found

    def _is_within_compound(self, words: Sequence[str], held: tuple[str, ...]) -> bool:
        glued = self._glued.get(held, frozenset())
        return len(words) == 1 and bool(glued) and all(
            one in glued for one in held if is_word(words[0], one)
        )  # fmt: skip

    @property
    def longest(self) -> int:
        return max((len(w) for known in self.by_column.values() for w in known), default=0)


def _is_said(said: tuple[str, ...], held: tuple[str, ...]) -> bool:
    return len(said) == len(held) and all(
        one == other or (len(one) > 3 and is_word(one, other))
        for one, other in zip(said, held, strict=True)
    )


def _name_source(found: Match) -> None:
    """The document or the table by its whole name, of two words at least: "in the price list"."""
    table = found.view.table
    file = table.document.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    said = found.asked.words
    for name in (table.name, table.heading.rsplit(" > ", 1)[-1], table.title, file):
        words = [word for word in words_in(name) if not word.isdigit()]
        if len(words) < 2 or any(list(column.words) == words for column in found.view.columns):
            continue
        for start in range(1, len(said) - len(words) + 1):
            span = range(start, start + len(words))
            if _is_after(said, start) and all(
                is_word(said[at], word) for at, word in zip(span, words, strict=True)
            ):
                for at in span:
                    found.by[at] = "document"
                    found.released.add(at)


def _is_after(words: Sequence[str], start: int) -> bool:
    """Whether a word that comes before the name of a source stands there, or before its article."""
    before = folded_words(lambda words: words.before_sources)
    if words[start - 1] in before:
        return True
    return start > 1 and words[start - 1] in free_words() and words[start - 2] in before


def _name_rows(found: Match, cells: _Cells) -> None:
    """Runs of words that are all that a cell says, the longest first."""
    words = found.asked.words
    at = 0
    while at < len(words):
        for end in range(min(len(words), at + cells.longest), at, -1):
            if _may_name_row(found, at, end) and (places := cells.whole(at, end)):
                if (place := _one_place(found, places)) is None:
                    continue
                found.conditions.append(Condition(place[0], at, end, place[1], whole=True))
                for one in range(at, end):
                    found.by[one] = "row"
                at = end - 1
                break
        at += 1


def _may_name_row(found: Match, start: int, end: int) -> bool:
    kinds = found.by[start:end]
    if all(kind in {"free", "cue"} for kind in kinds) or {"row", "document"} & set(kinds):
        return False
    words = found.asked.words[start:end]
    if all(kind == "figure" for kind in kinds):
        return False  # a number alone names a row only beside a column's name
    if len(words) == 1:
        return not any(
            is_name(words[0], name) for column in found.view.columns for name in column.words
        )
    return True


def _one_place(
    found: Match, places: Sequence[tuple[int, frozenset[int]]]
) -> tuple[int, frozenset[int]] | None:
    """The column that is meant where several have such cells; None where that is open."""
    if len(places) == 1:
        return places[0]
    label = [place for place in places if place[0] == found.view.label]
    if label:
        return label[0]
    if len({records for _, records in places}) == 1:
        return places[0]
    named = [
        place
        for place in places
        if any(
            is_word(word, name)
            for word in found.asked.words
            for name in found.view.columns[place[0]].words
        )
    ]
    return named[0] if len(named) == 1 else None


def _name_columns(found: Match) -> None:
    """Words that name columns; a cue that completes a column's name is a part of it."""
    words = found.asked.words
    named: dict[int, set[int]] = {}
    literal = {
        word
        for word in words
        if any(is_word(word, one) for column in found.view.columns for one in column.words)
    }
    for column in found.view.columns:
        telling = [word for word in column.words if word not in free_words()] or [*column.words]
        at = {
            number
            for number, word in enumerate(words)
            if found.by[number] in {"", "figure"}
            and (
                any(is_word(word, one) for one in telling)
                if word in literal
                else any(is_name(word, one) for one in telling) or _joins(word, column.words)
            )
        }
        at = {n for n in at if found.by[n] != "figure" or words[n].isdigit()}
        cue = {
            number
            for number, word in enumerate(words)
            if found.by[number] == "cue" and word in telling
        }
        whole = all(any(is_name(words[n], one) for n in at | cue) for one in telling)
        if cue and whole and (at or (len(telling) == len(cue) == 1 and _is_named(found, cue))):
            at |= cue
        if at:
            named[column.index] = at
    named = {index: at for index, at in named.items() if not _is_scattered(found, index, named)}
    best = {
        index: frozenset(at)
        for index, at in named.items()
        if not any(at < other for other in named.values())
    }
    found.columns = _closest(found, best)
    for numbers in found.columns.values():
        for number in numbers:
            if found.by[number] == "cue":
                found.released.add(number)
            found.by[number] = "column"


def _is_scattered(found: Match, index: int, named: Mapping[int, Set[int]]) -> bool:
    """Whether a column's words stand apart, and others account for each of them, one as a phrase.

    "In which year was the operating profit …" names no "Profit for the year".
    """
    at = named[index]
    if _is_phrase(found, at):
        return False
    others = [words for other, words in named.items() if other != index]
    return at <= {n for words in others for n in words} and any(
        len(words) > 1 and words & at and not words <= at and _is_phrase(found, words)
        for words in others
    )


def _is_phrase(found: Match, at: Set[int]) -> bool:
    """Whether only free words stand between words of a question."""
    between = range(min(at) + 1, max(at))
    return all(n in at or found.by[n] == "free" for n in between)


def _joins(word: str, names: Sequence[str]) -> bool:
    """Whether a compound is made of neighbours of a name: "Produktlinie" of "Product line"."""
    if not _COMPOUND <= len(word) <= _LONGEST_WORD or not word.isalpha():
        return False
    return any(
        is_name(word[:cut], one) and is_name(word[cut:], other)
        for one, other in pairwise(names)
        for cut in range(3, len(word) - 2)
    )


def _is_named(found: Match, cue: Iterable[int]) -> bool:
    """Whether a lone cue is used as a name: right behind an article, and no superlative."""
    number = min(cue)
    kinds = {one.kind for one in found.asked.cues if one.start <= number < one.start + one.length}
    return not kinds & {"lowest", "highest", "lower", "higher", "count", "which"} and number > 0


def _closest(found: Match, named: dict[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    """Of columns with the same words, those with their very forms, and the least besides."""
    kept: dict[int, frozenset[int]] = {}
    for index, at in named.items():
        same = [other for other, words in named.items() if words == at]
        formed = [other for other in same if _has_forms(found, other, at)]
        if formed and index not in formed:
            continue
        same = formed or same
        left = {
            other: sum(
                not any(is_name(found.asked.words[n], one) for n in at)
                for one in found.view.columns[other].words
            )
            for other in same
        }
        if left[index] == 0 or min(left.values()) > 0:
            kept[index] = at
    return kept


def _has_forms(found: Match, column: int, at: Iterable[int]) -> bool:
    words = found.view.columns[column].words
    return all(any(is_same_form(found.asked.words[n], one) for one in words) for n in at)


def _name_parts(found: Match, cells: _Cells) -> None:
    """Runs of the words that are left, as parts of cells."""
    for run in _runs(found):
        at = 0
        while at < len(run):
            for end in range(len(run), at, -1):
                words = [found.asked.words[n] for n in run[at:end]]
                if all(word.isdigit() for word in words):
                    continue  # a number alone may be a part of anything
                if (place := _one_place(found, cells.part(words))) is not None:
                    first, last = run[at], run[end - 1] + 1
                    found.conditions.append(Condition(place[0], first, last, place[1], whole=False))
                    for number in run[at:end]:
                        found.by[number] = "row"
                    at = end - 1
                    break
            at += 1
    found.conditions.sort(key=lambda condition: condition.start)


def _runs(found: Match) -> list[list[int]]:
    """Numbers of open words, together where only free words that join nothing part them."""
    runs: list[list[int]] = [[]]
    bare = {
        figure.start
        for figure in found.asked.figures
        if figure.count is not None and not figure.bound and figure.end == figure.start + 1
    }
    for number, by in enumerate(found.by):
        word = found.asked.words[number]
        if not by or (by == "figure" and number in bare):
            runs[-1].append(number)
        elif by != "free" or word in conjunctions() or _has_comma(found, number):
            runs.append([])
    return [run for run in runs if any(not found.by[number] for number in run)]


def _has_comma(found: Match, number: int) -> bool:
    token = found.asked.tokens[number]
    return found.asked.text[token.end : token.end + 1] in {",", ";"}


def _name_place(found: Match) -> None:
    """Words that are those of the table's name, its headings, its document."""
    table = found.view.table
    file = table.document.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    # A file with nothing but a table has no other name.
    own = words_in(f"{table.name} {table.heading}") or words_in(file)
    whole = words_in(f"{table.title} {file}")
    for number in found.open_words():
        word = found.asked.words[number]
        if any(is_name(word, one) for one in own) or _is_made_of(word, own, [*own, *whole]):
            found.by[number] = "place"
        elif word in _sources() or any(is_word(word, one) for one in whole):
            found.by[number] = "document"


def _is_made_of(word: str, own: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a compound is made of a word of the table's name and another one of its place."""
    if not _COMPOUND <= len(word) <= _LONGEST_WORD or not word.isalpha():
        return False
    return any(
        any(is_name(word[:cut], one) for one in own)
        and any(is_name(word[cut:], one) for one in others)
        for cut in range(4, len(word) - 3)
    )


def text_columns(found: Match) -> list[Column]:
    """Named columns that hold texts, in the order of the question."""
    return _sorted(found, comparable=False)


def comparable_columns(found: Match) -> list[Column]:
    """Named columns that can be compared, in the order of the question."""
    return _sorted(found, comparable=True)


def _sorted(found: Match, *, comparable: bool) -> list[Column]:
    indices = sorted(found.columns, key=lambda index: min(found.columns[index]))
    columns = [found.view.columns[index] for index in indices]
    return [column for column in columns if column.is_comparable == comparable]
