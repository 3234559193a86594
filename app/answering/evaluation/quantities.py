"""Numbers and dates of a text, however they are written, in one comparable form.

The answering side has a reader of numbers of its own. This one shares no code with it: a mistake
in common would be invisible in the measurement.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

_MONTHS = {
    name: number
    for number, names in enumerate(
        """january jan januar|february feb februar|march mar märz|april apr|may mai|june jun juni
        |july jul juli|august aug|september sep sept|october oct oktober okt|november nov
        |december dec dezember dez""".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_DATES = [
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d){_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
        r"(?<![\d./])(?P<first>\d{1,2})[./](?P<second>\d{1,2})[./](?P<year>\d{4})(?![\d/])",
        rf"(?<![\d.,]){_DAY}\s+(?:of\s+)?(?P<name>{_MONTH})\b\.?(?:,?\s+{_YEAR})?",
        rf"\b(?P<name>{_MONTH})\b\.?\s+{_DAY}(?!\d)(?:,?\s+{_YEAR})?",
        rf"\b(?P<name>{_MONTH})\b\.?,?\s+(?:of\s+)?{_YEAR}",
    )
]
_SPACES = "\u00a0\u2007\u2009\u202f"  # a plain space would join two columns of a table
_NUMERAL = re.compile(
    rf"\d{{1,3}}(?:[{_SPACES}'’]\d{{3}})+(?:[.,]\d+)?(?!\d)"  # 1 250 000,50
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])"  # 1,250.00
    r"|\d{1,3}(?:\.\d{3})+,\d+(?!\d)"  # 1.250,00
    r"|\d{1,3}(?:\.\d{3}){2,}(?!\d)"  # 1.250.000
    r"|\d+(?:[.,]\d+)?"  # 1250, 3.5, 3,5
)
_SCALES = {
    "thousand": 3,
    "tausend": 3,
    "million": 6,
    "millions": 6,
    "millionen": 6,
    "mn": 6,
    "mio": 6,
    "billion": 9,
    "billions": 9,
    "milliarde": 9,
    "milliarden": 9,
    "bn": 9,
    "mrd": 9,
    "trillion": 12,
    "trillions": 12,
}
SCALE = re.compile(r"[\s-]?(" + "|".join(sorted(_SCALES, key=len, reverse=True)) + r")\b")
_ONES = {
    word: value
    for value, words in enumerate(
        """zero|one first|two second|three third|four fourth|five fifth|six sixth|seven seventh
        |eight eighth|nine ninth|ten tenth|eleven eleventh|twelve twelfth|thirteen thirteenth
        |fourteen fourteenth|fifteen fifteenth|sixteen sixteenth|seventeen seventeenth
        |eighteen eighteenth|nineteen nineteenth""".split("|")
    )
    for word in words.split()
}
_TENS = {
    word: 10 * value
    for value, words in enumerate(
        """twenty twentieth|thirty thirtieth|forty fortieth|fifty fiftieth|sixty sixtieth
        |seventy seventieth|eighty eightieth|ninety ninetieth""".split("|"),
        start=2,
    )
    for word in words.split()
}
_BIG = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_LETTERS = re.compile(r"[^\W\d_]+")


def quantities(text: str) -> frozenset[str]:
    """Every number and date of `text`, comparable between ways of writing.

    "1,250.00", "1.250,00" and "1250" are "1250"; "1.2 million" is "1200000"; "twenty" and "20th"
    are "20". Signs, currencies, units and percent signs are left out. A date gives itself and
    its parts ("1973-10-06", "10-06", "1973-10", "1973", "6"), so that "1973" is found in it;
    "6/10/1973" is read as day and month unless that is impossible. A single point before three
    digits is a decimal point, a single comma before three digits groups thousands.
    """
    found: set[str] = set()
    rest = text.casefold()
    for pattern in _DATES:
        for match in pattern.finditer(rest):
            found.update(_date_forms(match))
        rest = pattern.sub(_blank_if_date, rest)
    return frozenset(found | numerals(rest) | set(_spelled(rest)))


def numerals(text: str) -> frozenset[str]:
    """The numbers of `text` that are written in digits, in the same form; dates as their parts."""
    found: set[str] = set()
    folded = text.casefold()
    for match in _NUMERAL.finditer(folded):
        value = _value(match.group())
        if scale := SCALE.match(folded, match.end()):
            value *= Decimal(10) ** _SCALES[scale.group(1)]
        found.add(_plain(value))
    return frozenset(found)


def _value(written: str) -> Decimal:
    digits = re.sub(rf"[{_SPACES}'’]", "", written)
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:  # whichever comes last is the decimal mark
        grouping = "," if point > comma else "."
        digits = digits.replace(grouping, "").replace(",", ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    elif comma >= 0:
        grouped = re.fullmatch(r"\d{1,3}(?:,\d{3})+", digits)
        digits = digits.replace(",", "" if grouped else ".")
    return Decimal(digits)


def _plain(value: Decimal) -> str:
    written = format(value, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def _date_parts(match: re.Match[str]) -> tuple[int | None, int, int | None] | None:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    if parts.get("first"):
        day, month = int(parts["first"]), int(parts["second"])
        if month > 12:
            day, month = month, day
    else:
        day = int(parts["day"]) if parts.get("day") else 0
        month = _MONTHS[parts["name"]] if parts.get("name") else int(parts["month"])
    if not 1 <= month <= 12 or day > 31 or (day == 0 and parts.get("day")):
        return None
    return year, month, day or None


def _date_forms(match: re.Match[str]) -> Iterator[str]:
    parts = _date_parts(match)
    if parts is None:
        return
    year, month, day = parts
    if day is not None:
        yield f"{month:02}-{day:02}"
        yield str(day)
    if year is not None:
        yield f"{year}-{month:02}"
        yield str(year)
        if day is not None:
            yield f"{year}-{month:02}-{day:02}"


def _blank_if_date(match: re.Match[str]) -> str:
    return match.group() if _date_parts(match) is None else " "


def _spelled(text: str) -> Iterator[str]:
    """Numbers in words: "twenty-five", "two hundred and fifty", "the fourth"."""
    total = current = 0
    begun = False
    matches = [*_LETTERS.finditer(text), None]
    for match, following in pairwise(matches):
        if match is None:
            break
        word = match.group()
        adjoins = following is not None and re.fullmatch(
            r"[\s-]+", text[match.end() : following.start()]
        )
        next_word = following.group() if following is not None and adjoins else ""
        if word in _ONES:
            current, begun = current + _ONES[word], True
        elif word in _TENS:
            current, begun = current + _TENS[word], True
        elif word == "hundred" and begun:
            current *= 100
        elif word in _BIG and begun:
            total, current = total + current * _BIG[word], 0
        if begun and not _continues(word, next_word):
            yield str(total + current)
            total, current, begun = 0, 0, False


def _continues(word: str, following: str) -> bool:
    if following in _BIG:
        return word != "and"
    if word in _TENS:
        return 0 < _ONES.get(following, 0) < 10
    if word in _BIG:
        return following == "and" or following in _ONES or following in _TENS
    return word == "and" and (following in _ONES or following in _TENS)
