"""What a cell says: a number with its unit, a range, a date, yes or no; in exact decimals."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from vectorstore.languages import languages, meanings, words_of
from vectorstore.tables.scales import CURRENCIES, scale_of_letters, scaled_unit

Kind = Literal["number", "money", "percent", "duration", "date", "yes_no"]

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "%": "%", "‰": "‰"}
_CODES = CURRENCIES
MONEY = _CODES
DURATIONS = {  # in seconds, where that is exact
    "ms": Decimal("0.001"),
    "seconds": Decimal(1),
    "minutes": Decimal(60),
    "hours": Decimal(3600),
    "days": Decimal(86400),
    "weeks": Decimal(604800),
}
_LONG = frozenset(("months", "years", "quarters"))
_SHORT_UNITS = {
    "h": "hours", "hr": "hours", "hrs": "hours", "min": "minutes", "mins": "minutes",
    "s": "seconds", "sec": "seconds", "ms": "ms", "d": "days", "wk": "weeks", "yr": "years",
    "yrs": "years", "kg": "kg", "g": "g", "t": "tonnes", "km": "km", "m": "metres", "cm": "cm",
    "mm": "mm", "l": "litres", "kw": "kW", "w": "W", "v": "V", "a": "A", "kwh": "kWh",
    "mwh": "MWh", "mw": "MW", "gb": "GB", "mb": "MB", "tb": "TB", "hz": "Hz", "°c": "°C",
    "pcs": "pieces", "m²": "m²", "m2": "m²", "m³": "m³", "m3": "m³", "mi": "miles",
    "teur": "thousand EUR", "keur": "thousand EUR", "meur": "million EUR",
}  # fmt: skip
# What cells say that hold nothing.
_NOTHING = frozenset(
    ("", "-", "--", "–", "—", "n/a", "n.a.", "na", "none", "null", "?", "tba", "tbd", "k.a.",
     "k. a.", "entfällt", "…", "...")
)  # fmt: skip
# A number; grouping by a space needs exactly three digits behind it.
_NUMBER = r"\d+(?:[.,'’]\d+|[ \u00a0\u2009\u202f]\d{3}(?!\d))*"
_FIGURE = re.compile(rf"(?<![^\W\d_]){_NUMBER}")  # no 3 of m3
_SIGN = re.compile(r"[-+−–±]")
_RANGE = re.compile(r"\s*(?:-|–|—|−|\.\.\.?|…)\s*")
_ISO = re.compile(r"((?:1[5-9]|20|21)\d\d)-(\d{1,2})-(\d{1,2})(?:[T ]\d\d:\d\d(?::\d\d)?)?$")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?((?:1[5-9]|20|21)\d\d)$")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/((?:1[5-9]|20|21)\d\d)$")
_WORDED = re.compile(
    r"(?:(\d{1,2})(?:\.|[a-z]{2})?\s+(?:[a-z]{2}\s+)?)?([^\W\d_]{3,10})\.?(?:\s+(\d{1,2})(?:[a-z]{2})?,)?"
    r"\s+((?:1[5-9]|20|21)\d\d)$"
)
_MONTH = re.compile(r"((?:1[5-9]|20|21)\d\d)-(\d\d)$")
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d$")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?$")
_TRAILING = re.compile(r"[\[(]([^()\[\]]{1,40})[\])]\s*$")
_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?$")
_LAKHS = re.compile(r"\d{1,2}(?:,\d\d){1,6},\d{3}")  # 5,06,867 as India writes it
_MARKS = re.compile(r"[.,]")


@dataclass(frozen=True, slots=True)
class Value:
    """A cell's value. `low` and `high` differ in a range; a date's are days since year 1.

    `unit` is a code ("EUR"), a name ("days"), a scale and one of them ("million EUR"), or
    whatever stands behind the number, and "" where nothing does. `per` is what it is counted
    for: "day" in "65 EUR per day". A date of which only the month or year is known is a range.
    """

    kind: Kind
    low: Decimal
    high: Decimal
    unit: str = ""
    per: str = ""

    @property
    def is_range(self) -> bool:
        return self.low != self.high


def is_nothing(cell: str) -> bool:
    """Whether a cell says that it holds nothing: empty, a dash, "n/a"."""
    return cell.strip().casefold() in _NOTHING


@lru_cache(maxsize=20_000)
def read_value(cell: str, decimal: str = "") -> Value | None:
    """The value of a cell, or None where it is a text, or its number could be two.

    `decimal` is the decimal mark of the column; "" makes "1.250" unreadable, and "12.50" not.
    """
    if _PLAIN.match(cell) and (decimal == "." or "." not in cell):
        number = Decimal(cell)
        return Value("number", number, number)
    text = " ".join(cell.split()).rstrip("*†‡")  # marks of notes
    if not text or len(text) > 60:
        return None
    if (day := read_date(text)) is not None:
        return day
    if not any(letter.isdigit() for letter in text):
        return None
    return _clock(text) or _amount(text, decimal)


def read_yes_no(cell: str) -> bool | None:
    """Yes or no, also as a tick or a cross; None for anything else."""
    said = cell.strip().casefold()
    if said in _yes():
        return True
    return False if said in _no() else None


def read_date(text: str) -> Value | None:
    """A day, or a month or a year named as such, as a range of days; None for anything else.

    A bare year is none: it may be a number. "03/04/2024" is none, since it may be two days.
    """
    if len(text) > 40:
        return None
    found = _ISO.match(text)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DOTTED.match(text):
        return _day(int(found[3]), int(found[2]), int(found[1]))
    found = _SLASHED.match(text)
    if found is not None:
        return _slashed(int(found[1]), int(found[2]), int(found[3]))
    return _monthly(text)


def _slashed(first: int, second: int, year: int) -> Value | None:
    if first == second or first > 12:
        return _day(year, second, first)
    return _day(year, first, second) if second > 12 else None


def _monthly(text: str) -> Value | None:
    """A day of a month by its name, or a month."""
    if found := _MONTH.match(text):
        return _month(int(found[1]), int(found[2]))
    found = _WORDED.match(text.casefold())
    month = _months().get(found[2]) if found else None
    if found is None or month is None:
        return None
    day = found[1] or found[3]
    return _day(int(found[4]), month, int(day)) if day else _month(int(found[4]), month)


def year_of(year: int) -> Value:
    """A whole year, as a range of days."""
    return Value(
        "date", Decimal(date(year, 1, 1).toordinal()), Decimal(date(year, 12, 31).toordinal())
    )


def read_year(cell: str) -> int | None:
    """A cell that is nothing but a year."""
    return int(cell) if _YEAR.match(cell.strip()) else None


def decimal_mark(cells: list[str]) -> str:
    """The decimal mark that numbers of these cells show; "" where none does, "?" where both do."""
    found: set[str] = set()
    for cell in cells:
        if len(cell) > 60 or read_date(cell.strip()) is not None:
            continue
        for number in _FIGURE.findall(cell):
            found |= _shown_mark(number)
    return "?" if len(found) > 1 else found.pop() if found else ""


def _shown_mark(number: str) -> set[str]:
    """The decimal mark that one number leaves no doubt about."""
    marks = _MARKS.findall(number)
    if not marks:
        return set()
    last = max(number.rfind("."), number.rfind(","))
    behind = len(number) - last - 1
    if len(set(marks)) == 2:  # 1,250.50
        return {number[last]}
    other = "," if number[last] == "." else "."
    if len(marks) > 1:  # 1.250.000
        return {other} if behind == 3 else set()
    if behind != 3 or number.startswith("0") or last > 3:
        return {number[last]}
    return set()


def split_unit(name: str) -> tuple[str, str]:
    """A column's name without the unit at its end, and that unit: "Price EUR", "Weight [kg]"."""
    name = name.strip()
    if found := _TRAILING.search(name):
        inside = re.split(r"[,;]", found[1], maxsplit=1)[0].strip()  # "except per share"
        for word in _openers():
            if inside.casefold().startswith(f"{word} "):
                inside = inside[len(word) + 1 :]
        unit, per = unit_of(inside)
        known = unit != inside or per or _known(inside)
        if unit and (
            known or "/" in unit or len(unit) < 3 or (len(unit) < 7 and not unit.islower())
        ):
            return name[: found.start()].strip(), f"{unit} per {per}" if per else unit
        bare, unit = split_unit(name[: found.start()])
        return (f"{bare} {found[0].strip()}", unit) if unit else (name, "")
    words = name.split()
    opened = " ".join(words[1:]) if words[:1] and words[0].casefold() in _openers() else name
    if (whole := scaled_unit(opened)) and (len(words) > 1 or " " in whole):
        return "", whole
    for count in (3, 2, 1):  # "€m 2024"
        unit = scaled_unit(" ".join(words[:count])) if len(words) > count else ""
        if unit and (" " in unit or count > 1 or words[0] in _SIGNS):
            return " ".join(words[count:]), unit
    for count in (3, 2, 1):
        if len(words) > count or (len(words) == count and count == 1 and words[0] in _SIGNS):
            end = words[-count:]
            opener = end[0].casefold() in _openers()
            unit = _known(" ".join(end[opener:]))
            if not unit or (not opener and _is_of_the_name(words, count)):
                continue
            scaled = " " in unit and scaled_unit(" ".join(end[opener:])) == unit
            if opener or count == 1 or scaled or len(unit.split()) == count:
                return " ".join(words[:-count]), unit
    return name, ""


def _is_of_the_name(words: list[str], count: int) -> bool:
    """Whether what looks like a unit at a name's end belongs to it: "Profit for the year"."""
    last = words[-1].casefold()
    free = words_of(lambda language: language.tables.free)
    before = words[-count - 1].casefold() if len(words) > count else ""
    return before in free or any(
        last in words for language in languages() for words in language.tables.periods.values()
    )


def unit_of(text: str) -> tuple[str, str]:
    """A unit in its one spelling, and what it is counted for: "€ per day" is ("EUR", "day")."""
    text = " ".join(text.split()).strip(" .")
    if whole := _unit_words().get(text.casefold()) or scaled_unit(text):
        return whole, ""  # "per cent" is counted for nothing
    for word in ("/", *(f" {w} " for w in words_of(lambda language: language.tables.per))):
        if word in f" {text.casefold()} ":
            at = f" {text.casefold()} ".index(word)
            before, after = text[: max(at - 1, 0)], text[max(at - 1, 0) + len(word) :]
            if word != "/" and at == 0:
                before, after = "", text[len(word) - 1 :]
            known = _known(before)
            if known or word != "/" or not before.strip():
                return known or before.strip(), after.strip().casefold()
    return _known(text) or text, ""


def known_unit(text: str) -> str:
    """A unit that is known, in its one spelling; "" for any other text."""
    return _known(text)


def kind_of(unit: str) -> Kind:
    """What a number in this unit is."""
    bare = unit.rsplit(" ", 1)[-1]
    if bare in MONEY:
        return "money"
    if bare in {"%", "‰"}:
        return "percent"
    return "duration" if bare in DURATIONS or bare in _LONG else "number"


def _known(text: str) -> str:
    """A unit that is known, with its scale: "Mio. EUR" is "million EUR"; "" for another text."""
    text = text.strip()
    if not text or len(text) > 40:
        return ""
    if whole := _unit_words().get(text.casefold()) or scaled_unit(text):
        return whole
    words = [word.strip(".,") for word in text.replace("€", " € ").replace("$", " $ ").split()]
    words = [word for word in words if word]
    scale = ""
    found = ""
    for word in words:
        folded = word.casefold()
        if folded in _scales():
            if scale or found:
                return ""
            scale = _scales()[folded]
        elif unit := _unit(word):
            if found:
                return ""
            found = unit
        else:
            return ""
    return " ".join(part for part in (scale, found) if part)


def _unit(word: str) -> str:
    if word in _SIGNS:
        return _SIGNS[word]
    if word.upper() in _CODES and (word.isupper() or (len(word) == 3 and word.islower())):
        return word.upper()
    folded = word.casefold()
    return _SHORT_UNITS.get(folded) or _unit_words().get(folded, "")


@lru_cache(maxsize=1)
def _unit_words() -> dict[str, str]:
    return meanings(lambda language: language.figures.units) | meanings(
        lambda language: language.tables.units
    )


@lru_cache(maxsize=1)
def _openers() -> tuple[str, ...]:
    return words_of(lambda language: language.tables.unit_openers)


@lru_cache(maxsize=1)
def _scales() -> dict[str, str]:
    return meanings(lambda language: language.numbers.scales)


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    return {
        word: number
        for language in languages()
        for number, words in enumerate(language.dates.months, 1)
        for word in words
    }


@lru_cache(maxsize=1)
def _yes() -> frozenset[str]:
    return frozenset(
        (*words_of(lambda language: language.questionnaires.yes), "✓", "✔", "☑", "true")
    )


@lru_cache(maxsize=1)
def _no() -> frozenset[str]:
    return frozenset(
        (*words_of(lambda language: language.questionnaires.no), "✗", "✘", "☐", "false")
    )


def _day(year: int, month: int, day: int) -> Value | None:
    try:
        number = Decimal(date(year, month, day).toordinal())
    except ValueError:
        return None
    return Value("date", number, number)


def _month(year: int, month: int) -> Value | None:
    if not 1 <= month <= 12:
        return None
    after = date(year + month // 12, month % 12 + 1, 1)
    return Value("date", Decimal(date(year, month, 1).toordinal()), Decimal(after.toordinal() - 1))


def _clock(text: str) -> Value | None:
    """ "3:30 h" or "0:45:10" as a duration; a time of day is the same to whoever compares."""
    number, _, rest = text.partition(" ")
    found = _CLOCK.match(number)
    if not found or (rest and _unit(rest) not in {"hours", "minutes"}):
        return None
    minutes = Decimal(found[1]) * 60 + Decimal(found[2]) + Decimal(found[3] or 0) / 60
    return Value("duration", minutes, minutes, "minutes")


def _amount(text: str, decimal: str) -> Value | None:
    """One number or a range of two, with a currency before or a unit behind, and nothing else."""
    numbers = list(_FIGURE.finditer(text))
    if not 1 <= len(numbers) <= 2:
        return None
    before = text[: numbers[0].start()].strip()
    if "(" in before:  # a negative number, as accounts have it
        if ")" not in text[numbers[-1].end() :]:
            return None
        text = text.replace(")", " ")
    ahead = _ahead(before)
    low = _decimal(numbers[0].group(), decimal)
    if ahead is None or low is None:
        return None
    high = low
    if len(numbers) == 2:
        upper = _upper(text[numbers[0].end() : numbers[1].start()], numbers[1].group(), decimal)
        if upper is None:
            return None
        high = upper
    if ahead[1]:
        low, high = -low, high if len(numbers) == 2 else -low
    measured = _behind(text[numbers[-1].end() :].strip(), ahead[0])
    if measured is None or high < low:
        return None
    unit, per = measured
    return Value(kind_of(unit), low, high, unit, per)


def _ahead(before: str) -> tuple[str, bool] | None:
    """What stands before a number: a currency or nothing, and whether the number is negative."""
    negative = "(" in before
    before = before.strip("( ")
    for at in (-1, 0):
        if before and _SIGN.fullmatch(before[at]):
            negative = negative or before[at] in "-−–"
            before = (before[:-1] if at else before[1:]).strip()
            break
    for word in words_of(lambda language: language.tables.approximately):
        if before.casefold().startswith(word):
            before = before[len(word) :].strip()
    unit = _known(before) if before else ""
    return None if before and kind_of(unit) != "money" else (unit, negative)


def _upper(between: str, number: str, decimal: str) -> Decimal | None:
    """The upper end of a range, by what stands between its ends; None where it is no range."""
    joint = between.strip().casefold()
    first, _, rest = joint.partition(" ")
    if rest and _known(first):  # "5 days to 7 days"
        joint = rest.strip()
    below = len(joint) > 1 and joint[-1] in "-−"
    joint = joint[:-1].strip() if below else joint
    if not (_RANGE.fullmatch(joint) or joint in _to()):
        return None
    if between == "-" and len(number) > 3 and "." not in number:
        return None  # a part number: 450-8810
    upper = _decimal(number, decimal)
    return -upper if below and upper is not None else upper


def _behind(rest: str, ahead: str) -> tuple[str, str] | None:
    """The unit behind a number, or that ahead of it, and what it is counted for."""
    if len(rest.split()) > 4 or rest[:1] in {"-", ":", "="}:
        return None
    if rest and not rest[0].isalpha() and rest[0] not in "%‰€$£¥°/(":
        return None
    first, _, others = rest.strip("() ").partition(" ")
    if ahead and kind_of(ahead) == "money" and (scale := scale_of_letters(first)):
        if ahead.split(maxsplit=1)[0] in _scales().values():
            return None  # two scales
        per = unit_of(others)[1] if others else ""  # "€4.5m a year"
        return (f"{scale} {ahead}", per) if not others or per else None
    unit, per = unit_of(rest.strip("() "))
    if ahead and unit and not _known(rest) and not per:
        return None
    if ahead and unit and unit != ahead:
        unit = f"{unit} {ahead}" if unit in _scales().values() else ahead
    return unit or ahead, per


@lru_cache(maxsize=1)
def _to() -> frozenset[str]:
    return frozenset(words_of(lambda language: language.labels.range_joints))


def _decimal(number: str, mark: str) -> Decimal | None:
    """A number as it is written; None where two readings are possible."""
    plain = re.sub(r"['’\s\u00a0\u2009\u202f]", "", number)
    marks = _MARKS.findall(plain)
    if marks:
        shown = _shown_mark(plain)
        known = shown.pop() if len(shown) == 1 else mark
        if not known:
            return None
        group = "," if known == "." else "."
        if plain.count(known) > 1:
            return None
        whole = plain.partition(known)[0]
        if not re.fullmatch(rf"\d+|\d{{1,3}}(?:\{group}\d{{3}})+", whole) and not (
            group == "," and _LAKHS.fullmatch(whole)
        ):
            return None
        plain = plain.replace(group, "").replace(known, ".")
    return Decimal(plain)
