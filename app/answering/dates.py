"""Calendar dates of a text, however they are written in the known languages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.languages import any_of, languages

_MONTHS = {
    name: number
    for language in languages()
    for number, names in enumerate(language.dates.months, start=1)
    for name in names
}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?P<year>(?:1\d|20)\d\d)(?!\d)"
_DAY = rf"(?P<day>\d{{1,2}})(?:{any_of(lambda language: language.dates.ordinal_endings)}|\.)?"
_OF = any_of(lambda language: language.dates.before_months)
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<![\d-]){_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])",
        r"(?<![\d./])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>(?:1\d|20)\d\d)(?!\d)",
        r"(?<![\d./])(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>(?:1\d|20)\d\d)(?!\d)",
        rf"(?<![\d.,]){_DAY}\s+(?:(?:{_OF})\s+)?(?P<name>{_NAME})\b\.?(?:,?\s+{_YEAR})?",
        rf"\b(?P<name>{_NAME})\b\.?\s+{_DAY}(?![\d.,]*\d)(?:,?\s+{_YEAR})?",
        rf"\b(?P<name>{_NAME})\b\.?,?\s+(?:(?:{_OF})\s+)?{_YEAR}",
    )
]
_LAST_MONTH, _LAST_DAY = 12, 31
DATE_MARK = "\ufffc"  # stands for a date that is blanked; no text has it


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

    "3/4/2025" is read as day and month, unless that is impossible.
    """
    return [day for day, _, _ in placed_days(text)]


def placed_days(text: str) -> list[tuple[Day, int, int]]:
    """The dates of `text`, each with where it stands: half-open, in characters."""
    found: list[tuple[Day, int, int]] = []
    if not any(letter.isdigit() for letter in text):
        return found
    for form in _FORMS:
        rest = without_places(text, found)
        for match in form.finditer(rest):
            if day := _day(match):
                found.append((day, match.start(), match.end()))
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


def _day(match: re.Match[str]) -> Day | None:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    day = int(parts["day"]) if parts.get("day") else None
    month = _MONTHS[parts["name"].casefold()] if parts.get("name") else int(parts["month"])
    if day is not None and "/" in match.group() and month > _LAST_MONTH >= day:
        day, month = month, day
    if parts.get("name") and parts["name"].islower():  # "may" is no month, "march" seldom one
        return None
    if not 1 <= month <= _LAST_MONTH or (day is not None and not 1 <= day <= _LAST_DAY):
        return None
    return Day(year, month, day)
