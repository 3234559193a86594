"""Calendar dates of a text, however they are written in the known languages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.languages import any_of, language_of, languages, words_of
from vectorstore.languages.base import Language

_MONTHS = {
    name: number
    for language in languages()
    for number, names in enumerate(language.dates.months, start=1)
    for name in names
}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?P<year>(?:1\d|20)\d\d)(?!\d)"
_ORDINAL = any_of(lambda language: language.dates.ordinal_endings)
_DAY = rf"(?P<day>\d{{1,2}})(?:{_ORDINAL}|\.)?"
_OF = any_of(lambda language: language.dates.before_months)
_ON = any_of(lambda language: language.sentences.before_ordinals)
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<![\d./-]){_YEAR}([-/.])(?P<month>\d\d)\2(?P<day>\d\d)(?![\d./-]*\d)",
        r"(?<![\d./])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>(?:1\d|20)\d\d)(?!\d)",
        r"(?<![\d./])(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>(?:1\d|20)\d\d)(?!\d)",
        rf"(?<![\d./-])(?P<day>\d{{1,2}})-(?P<month>\d{{1,2}})-{_YEAR}(?!-)",
        r"(?<![\d./-])(?P<day>\d\d)([./])(?P<month>\d\d)\2(?P<short>\d\d)(?![\d./-]*\d)",
        rf"\b(?:{_ON})\s+(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.(?!\s?\d)",
        rf"(?<![\d.,]){_DAY}\s+(?:(?:{_OF})\s+)?(?P<name>{_NAME})\b\.?(?:,?\s+{_YEAR})?",
        rf"\b(?P<name>{_NAME})\b\.?\s+{_DAY}(?![\d.,]*\d)(?:,?\s+{_YEAR})?",
        rf"\b(?P<name>{_NAME})\b\.?,?\s+(?:(?:{_OF})\s+)?{_YEAR}",
    )
]
_THE = re.compile(
    rf"(?<!\w)(?:{any_of(lambda language: language.optional_articles)})\s{{1,3}}$", re.IGNORECASE
)
_LONGEST_ARTICLE = 12
DATE_MARK = "\ufffc"  # stands for a date that is blanked; no text has it
_LAST_MONTH, _LAST_DAY = 12, 31
_NEXT_CENTURY = 70  # "12.03.70" is of 1970, "12.03.69" of 2069
_EITHER_ORDER = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-]\d{4}")
_CLOCKS = any_of(lambda language: language.dates.clocks).replace("'", "['’]?")
_CLOCK = re.compile(
    rf"(?<![\d:.])(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d\d))?\s?"
    rf"(?:(?P<half>[ap])\.?\s?m\b\.?|(?:{_CLOCKS})\b)"
    r"|(?<![\d:.])(?P<bare_hour>\d{1,2}):(?P<bare_minute>\d\d)(?![\d:])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is told; None for the year or the day that is not."""

    year: int | None
    month: int
    day: int | None

    def lies_in(self, other: "Day") -> bool:
        """Whether the other date says all that this one says."""
        return (
            self.month == other.month
            and self.year in (None, other.year)
            and self.day in (None, other.day)
        )

    def parts(self) -> frozenset[str]:
        """Its numbers as they may be written: day, month, year."""
        return frozenset(str(part) for part in (self.year, self.month, self.day) if part)


def days_of(text: str) -> list[Day]:
    """The dates of `text`.

    "3/4/2025" is read as day and month, unless that is impossible; see `either_order`.
    """
    return [day for day, _, _ in placed_days(text)]


def placed_days(text: str) -> list[tuple[Day, int, int]]:
    """The dates of `text`, each with where it stands: half-open, in characters."""
    found: list[tuple[Day, int, int]] = []
    for form in _FORMS:
        rest = without_places(text, found)
        for match in form.finditer(rest):
            if day := _day(match):
                start = min(match.start(part) for part, told in match.groupdict().items() if told)
                found.append((day, start, match.end()))
    return found


def without_places(text: str, places: Sequence[tuple[Day, int, int]]) -> str:
    """`text` with the dates at these places blanked, so that all else stays where it is."""
    pieces: list[str] = []
    behind = 0
    for _, start, end in sorted(places, key=lambda place: place[1]):
        pieces += [text[behind:start], DATE_MARK, " " * (end - start - 1)]
        behind = end
    return "".join([*pieces, text[behind:]])


def without_days(text: str) -> str:
    """`text` with every date that `days_of` finds blanked."""
    return without_places(text, placed_days(text))


def in_one_spelling(text: str, language: Language | None = None) -> str:
    """`text` with every date that has a day as one language writes it, by default the text's own.

    So questions that differ in the form of a date alone are the same question.
    """
    language = language or language_of(text)
    pieces: list[str] = []
    behind = 0
    for day, start, end in sorted(placed_days(text), key=lambda place: place[1]):
        if day.day is not None and start >= behind:
            before = text[behind:start]
            if article := _THE.search(before, max(0, len(before) - _LONGEST_ARTICLE)):
                before = before[: article.start()]  # "on the 12th of March" is "on 12 March"
            pieces += [before, written(day, language)]
            behind = end
    return "".join([*pieces, text[behind:]])


def written(day: Day, language: Language) -> str:
    """A date as a language writes it: "12 March 2024", "12. März 2024", "March 2024"."""
    month = language.dates.written_months[day.month - 1]
    form = language.dates.form if day.day is not None else "{month} {year}"
    return form.format(day=day.day, month=month, year=day.year or "").strip()


def spellings(day: Day) -> list[str]:
    """The ways in which documents write a date, as words with single spaces between them.

    "12 march 2024", "march 12 2024", "12 03 2024" (also for 12.03.2024), "2024 03 12" and so on,
    in all languages; none for a date without a day.
    """
    if day.day is None:
        return []
    year = f" {day.year}" if day.year else ""
    endings = ("", *words_of(lambda language: language.dates.ordinal_endings))
    names = words_of(lambda language: language.dates.months[day.month - 1])
    found = [f"{day.day}{end} {name}{year}" for name in names for end in endings]
    found += [f"{name} {day.day}{end}{year}" for name in names for end in endings]
    for of in words_of(lambda language: language.dates.before_months):
        found += [f"{day.day}{end} {of} {name}{year}" for name in names for end in endings if end]
    found += [f"{day.day:02} {day.month:02}{year}", f"{day.day} {day.month}{year}"]
    if day.year:
        found.append(f"{day.year} {day.month:02} {day.day:02}")
        found.append(f"{day.day:02} {day.month:02} {day.year % 100:02}")
    return list(dict.fromkeys(found))


def either_order(text: str) -> list[tuple[str, Day]]:
    """Dates of `text` that could be read with the month first as well: as written, and as read."""
    return [
        (text[start:end], day)
        for day, start, end in placed_days(text)
        if (told := _EITHER_ORDER.fullmatch(text[start:end]))
        and all(int(part) <= _LAST_MONTH for part in told.groups())
        and told[1] != told[2]
    ]


def clock_spellings(text: str) -> list[str]:
    """The ways in which documents write the times of day in `text`, as words.

    "5 pm", "17:00" and "17 Uhr" are one time: "17 00", "5 pm", "5 p m", "17 uhr".
    """
    found: list[str] = []
    for match in _CLOCK.finditer(text):
        hour = int(match["hour"] or match["bare_hour"])
        minute = int(match["minute"] or match["bare_minute"] or 0)
        if match["half"]:
            if not 1 <= hour <= 12:
                continue
            hour = hour % 12 + (12 if match["half"].casefold() == "p" else 0)
        if hour > 24 or minute > 59:
            continue
        short = f" {minute:02}" if minute else ""
        half, twelve = ("am" if hour < 12 else "pm"), (hour % 12 or 12)
        found += [f"{hour} {minute:02}", f"{hour:02} {minute:02}", f"{twelve}{short} {half}"]
        found += [f"{twelve}{short} {half[0]} m", f"{twelve} {minute:02} {half}"]
        found += [] if minute else [f"{twelve}{half}"]
        found += [f"{hour}{short} {name}" for name in words_of(lambda one: one.dates.clocks)]
    return list(dict.fromkeys(found))


def _day(match: re.Match[str]) -> Day | None:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    if short := parts.get("short"):
        year = int(short) + (1900 if int(short) >= _NEXT_CENTURY else 2000)
    day = int(parts["day"]) if parts.get("day") else None
    name = parts.get("name")
    month = _MONTHS[name.casefold()] if name else int(parts["month"])
    if day is not None and month > _LAST_MONTH >= day and re.search(r"\d[/-]\d", match.group()):
        day, month = month, day
    if name and name.islower() and year is None:  # "may" is no month, "march" seldom one
        return None
    if not 1 <= month <= _LAST_MONTH or (day is not None and not 1 <= day <= _LAST_DAY):
        return None
    return Day(year, month, day)
