"""What columns and words of a question mean to each other: kinds, measures, years."""

import re
from collections.abc import Sequence
from functools import lru_cache

from app.answering.tables.lexicon import Phrases, measure_words, phrases, phrases_by
from app.answering.tables.matching import free_words, quantifiers
from app.answering.tables.view import Column
from vectorstore.tables.words import words_in

_PHRASE_END = re.compile(r"[,;(/]")


@lru_cache(maxsize=1)
def grouping_phrases() -> Phrases:
    return phrases(lambda words: words.groupings)


@lru_cache(maxsize=1)
def verb_phrases() -> Phrases:
    return phrases_by(lambda words: words.verbs)


def noun_of(text: str) -> str:
    """The last word of the first phrase: what a thing is, in English and German."""
    words = words_in(_PHRASE_END.split(text, 1)[0])
    for at, word in enumerate(words):
        if at and word in free_words() and word not in quantifiers():
            return words[at - 1]
    return words[-1] if words else ""


def agrees(column: Column, measure: str) -> bool:
    """Whether a superlative of this measure can be about the column."""
    if measure == "cost":
        return column.kind == "money" or (column.measures("cost") and column.kind != "date")
    if measure == "date":
        return column.kind == "date"
    if measure:
        return column.kind in {"number", "duration"}
    return True


def holds(column: Column, measure: str) -> bool:
    """Whether a column says that it measures this, or has no name and its values do."""
    return column.measures(measure) or (not column.words and is_kind(column, measure))


def is_kind(column: Column, measure: str) -> bool:
    return (measure, column.kind) in {("cost", "money"), ("time", "duration"), ("date", "date")}


def answers_ask(measure: str, columns: list[Column]) -> bool:
    """Whether one of the columns is what "when", "where" or "who" asks for."""
    return any(column.measures(measure) or is_kind(column, measure) for column in columns)


@lru_cache(maxsize=1)
def count_words() -> frozenset[str]:
    return measure_words()["count"]


def year_in(column: Column) -> int:
    return max((int(word) for word in column.words if word.isdigit() and len(word) == 4), default=0)


def is_year_before(column: Column, other: Column) -> bool:
    """Whether two columns say the same of a year and of the one before."""
    year = year_in(other)
    mine = [word for word in column.words if word != str(year - 1)]
    return year_in(column) == year - 1 and mine == [w for w in other.words if w != str(year)]


def is_prior(column: Column) -> bool:
    """Whether a column is named as that of the year before: "Previous year"."""
    found = prior_phrases().at(column.words, 0) if column.words else None
    return found is not None and found.length == len(column.words)


@lru_cache(maxsize=1)
def prior_phrases() -> Phrases:
    return phrases(lambda words: words.priors)


def is_period(column: Column) -> bool:
    """Whether a column is named by a year or another period alone."""
    return any(word.isdigit() and len(word) == 4 for word in column.words)


def are_periods(columns: Sequence[Column]) -> bool:
    """Whether columns are those of one measure in several years; none are."""
    of_measures = {tuple(_without_year(column)) for column in columns} - {()}
    return all(map(is_period, columns)) and len(of_measures) < 2


def _without_year(column: Column) -> list[str]:
    return [word for word in column.words if not (word.isdigit() and len(word) == 4)]
