"""What kind of value a question asks for, and whether a sentence holds one.

"How much does it cost?" is not answered by a sentence without a sum of money, however alike the
two are. Only kinds are told here that an answer cannot do without: "when" may be answered by an
event, "who" by a trade, and so they are none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.answering.figures import CURRENCIES, TIMES, UNITS, Figure, figures
from app.answering.language import codes, numbers, telling_words
from vectorstore.dates import days_of, without_days
from vectorstore.languages import any_of, languages

# Units that measure the same, by the names that `figures` gives them.
_DIMENSIONS: dict[str, frozenset[str]] = {
    "count": frozenset(("",)),  # "how long is a password": 14 characters
    "money": CURRENCIES,
    "share": frozenset(("%", "percentage points")),
    "time": TIMES,
    "length": frozenset(("km", "miles", "metres", "cm", "mm")),
    "mass": frozenset(("tonnes", "kg", "g", "mg")),
    "area": frozenset(("hectares", "acres")),
    "volume": frozenset(("litres", "ml", "megalitres")),
    "power": frozenset(("W", "kW", "MW")),
    "energy": frozenset(("kWh", "MWh")),
    "temperature": frozenset(("°C", "°F")),
    "pressure": frozenset(("bar", "mbar", "psi")),
}
_DIMENSION_OF = {unit: name for name, units in _DIMENSIONS.items() for unit in units if unit}
_AMOUNTS = any_of(lambda language: language.questions.for_amounts)
_AMOUNT = re.compile(rf"\b(?:{_AMOUNTS})\b", re.IGNORECASE)
_COUNT = re.compile(
    rf"\b(?:{any_of(lambda language: language.questions.for_counts)})\s+(\S+)(?:\s+(\S+))?",
    re.IGNORECASE,
)
_IN_UNIT = re.compile(
    rf"\b(?:{any_of(lambda language: language.questions.in_units)})\s+([^\W\d_]+|°[CF]|[%€$£])"
    r"(?!\s*\d)",
    re.IGNORECASE,
)
_NO_FIGURES = re.compile(
    rf"\b(?:{any_of(lambda language: language.questions.without_figures)})\b", re.IGNORECASE
)
_OTHER_DURATIONS = re.compile(
    rf"\b(?:{any_of(lambda language: language.questions.other_durations)})\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_NUMBERED = re.compile(r"^\s*(?:§\s*)?\d+(?:\.\d+)*\.?\s+(?=[^\W\d_])")
_UNIT_NAMES = re.compile(r"[%€$£]|°[CF]|[^\W\d_]+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The value that an answer has to hold: a figure with one of `units` ("" for none)."""

    units: frozenset[str]
    or_date: bool = False  # "how long" is answered by "until 31 March" as well
    asked: frozenset[str] = frozenset()  # numbers of the question, which are no answer


def wanted(question: str) -> Wanted | None:
    """The kind of value that `question` asks for; None where an answer needs no certain one."""
    asked = numbers(question)
    for dimensions, pattern in _kinds():
        if pattern.search(question):
            units = frozenset[str]().union(*(_DIMENSIONS[name] for name in dimensions))
            return Wanted(units, "length" in dimensions and "time" in dimensions, asked)
    if counted := _COUNT.search(question):
        units = _named_units([word for word in counted.groups() if word])
        return Wanted(units or frozenset(("",)), False, asked)
    if (named := _IN_UNIT.search(question)) and (units := _named_units([named.group(1)])):
        return Wanted(units, False, asked) if not units & TIMES else None
    if _AMOUNT.search(question):
        return Wanted(frozenset(("", *_DIMENSION_OF)), False, asked)
    return None


def counted_words(question: str) -> tuple[str, ...]:
    """What is counted by "how many …", folded: its one or two telling words; () for nothing.

    A unit, as in "how many metres", is none: that is measured.
    """
    counted = _COUNT.search(question)
    if counted is None or _named_units([word for word in counted.groups() if word]):
        return ()
    told = [word.casefold().strip("?.,!;:") for word in counted.groups() if word]
    telling = telling_words(" ".join(told))
    return tuple(word for word in told if word in telling)


def holds_wanted(wanted: Wanted, sentence: str, heading: str = "", passage: str = "") -> bool:
    """Whether `sentence` holds such a value, or says that there is none.

    The unit of a bare figure may stand in the `heading`, and that of a table's row anywhere in the
    `passage`: "in millions of pounds".
    """
    if _NO_FIGURES.search(sentence):
        return True
    if wanted.or_date and (_OTHER_DURATIONS.search(sentence) or days_of(sentence)):
        return True
    found = [one for one in _values(sentence) if one.value not in wanted.asked]
    if any(one.unit in wanted.units for one in found):
        return True
    bare = [one for one in found if not one.unit]
    if not bare:
        return False
    told = f"{sentence} {heading}"
    if any(one.column for one in bare):
        told += f" {passage}"
    return any(UNITS.get(word.casefold()) in wanted.units for word in _UNIT_NAMES.findall(told))


def _values(sentence: str) -> list[Figure]:
    """The figures of a sentence that measure or count: no dates, years, part or clause numbers."""
    plain = without_days(_NUMBERED.sub("", sentence))
    for code in codes(plain):
        if code[:1].isalpha():
            plain = re.sub(re.escape(code), " ", plain, flags=re.IGNORECASE)
    return [
        one for one in figures(plain) if one.unit or one.scale or not _YEAR.fullmatch(one.value)
    ]


@cache
def _kinds() -> list[tuple[tuple[str, ...], re.Pattern[str]]]:
    """What questions ask for by name: the dimensions, and a pattern for the question."""
    return [
        (tuple(kind.split()), re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE))
        for language in languages()
        for kind, patterns in language.questions.for_values.items()
    ]


def _named_units(words: Sequence[str]) -> frozenset[str]:
    """All units that measure the same as the unit that one of the words names; else none."""
    for word in words:
        unit = UNITS.get(word.casefold().strip("?.,!;:"))
        if unit in _DIMENSION_OF:
            return _DIMENSIONS[_DIMENSION_OF[unit]]
    return frozenset()
