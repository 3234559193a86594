"""Whether a figure means the same in two texts: its unit, sign, bounds, date and table column.

That a number stands in a passage is not enough: "5 %" is not "5 euros", "at least 5" is not
"at most 5", and in a row of a table each number belongs to its own column.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.answering.language import NUMBER, content_stems, in_digits, numbers, plain_number
from vectorstore.dates import Day, placed_days, without_days
from vectorstore.languages import any_of, meanings, words_of

_SIGNS = {  # units as all languages write them, folded, and one name for each
    alias: unit
    for unit, aliases in {
        "%": "%",
        "EUR": "€ eur",
        "USD": "$ usd",
        "GBP": "£ gbp",
        "CHF": "chf",
        "km": "km",
        "cm": "cm",
        "mm": "mm",
        "kg": "kg",
        "g": "g",
        "mg": "mg",
        "minutes": "min",
        "°C": "°c",
        "°F": "°f",
        "V": "v",
        "W": "w",
        "kW": "kw",
        "MW": "mw",
        "kWh": "kwh",
        "MWh": "mwh",
        "Hz": "hz",
        "bar": "bar",
        "mbar": "mbar",
        "psi": "psi",
        "litres": "l",
        "ml": "ml",
        "ppm": "ppm",
    }.items()
    for alias in aliases.split()
}
UNITS = _SIGNS | meanings(lambda language: language.figures.units)
SCALES = meanings(lambda language: language.numbers.scales)
CURRENCIES = frozenset(("EUR", "USD", "GBP", "CHF", "pence", "cents"))
TIMES = frozenset(("seconds", "minutes", "hours", "days", "weeks", "months", "years"))
_PERCENT = any_of(lambda language: language.figures.percent_phrases)
# "a value of", between "up to" and the figure
_AN = any_of(lambda language: language.support.articles)
_OF_THE_FIGURE = rf"\s+(?:(?:{_AN})\s+)?(?:\w{{3,20}}\s\w{{2,3}}\s)?\W?$"
_UNIT_WORD = re.compile(r"[%€$£]|°[CF]|[^\W\d_]+", re.IGNORECASE)
_NEXT = re.compile(rf"[\s-]*({_UNIT_WORD.pattern})", re.IGNORECASE)
_BEFORE = re.compile(r"(€|\$|£|\bEUR|\bUSD|\bGBP|\bCHF)\s*$", re.IGNORECASE)
# Words that may not stand between a number and its unit: "5 people a day" is no 5 days.
_NO_ADJECTIVES = frozenset(words_of(lambda language: language.figures.between))
_MINUS = re.compile(
    rf"(?:^|[\s(:=/])(?:−|-|–|(?:{any_of(lambda language: language.figures.minus)}) )[€$£]?$"
)
_BRACKETS = re.compile(r"\([€$£]?\s*$")
_LESS = re.compile(rf"\b({any_of(lambda language: language.figures.losses)})\b", re.IGNORECASE)
_AT_LEAST = re.compile(
    rf"\b({any_of(lambda language: language.figures.at_least)}){_OF_THE_FIGURE}",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    rf"\b({any_of(lambda language: language.figures.at_most)}){_OF_THE_FIGURE}",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    rf"^[^.,;\d]{{0,20}}\b({any_of(lambda language: language.figures.or_more)})\b", re.IGNORECASE
)
_OR_LESS = re.compile(
    rf"^[^.,;\d]{{0,20}}\b({any_of(lambda language: language.figures.or_less)})\b", re.IGNORECASE
)

_DASH = re.compile(r"^\s?[-–]\s?\d")
_DASHED = re.compile(r"\d\s?[-–]\s?$")
_CELL = re.compile(r"(?:^|; )([^:;]{1,200}): ")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a text with what stands around it; "" where nothing does."""

    value: str  # as `language.numbers` writes it
    negative: bool
    unit: str
    scale: str
    bound: str  # "least" or "most"
    ranged: bool  # an end of a range such as 3-5
    column: str | None  # the key of its cell, in a table's row


def figures(text: str) -> list[Figure]:
    """All numbers of `text`, in order."""
    plain = in_digits(text)
    columns = list(_columns(plain))
    found = []
    for match in NUMBER.finditer(plain):
        before, after = plain[: match.start()][-40:], plain[match.end() :][:60]
        unit, scale = _unit(before, after)
        found.append(
            Figure(
                plain_number(match.group()),
                bool(_MINUS.search(before) or (_BRACKETS.search(before) and after[:1] == ")")),
                unit,
                scale,
                _bound(before, after),
                bool(_DASH.match(after) or _DASHED.search(before)) and not _is_year(match.group()),
                next((key for key, a, z in columns if a <= match.start() < z), None),
            )
        )
    return found


def contradicts(sentence: str, quote: str, around: str) -> bool:
    """Whether a figure of `sentence` means something else in `quote`, its supposed evidence.

    `around` is the passage that the quote is of: a unit may stand there instead, as above a
    table. Numbers that the quote lacks altogether are not looked at here.
    """
    if _other_day(sentence, quote):
        return True
    said, held = figures(without_days(sentence)), figures(without_days(quote))
    context = f"{quote}\n{around}"
    fits: list[Figure] = []
    for figure in said:
        same = [one for one in held if one.value == figure.value]
        fitting = [one for one in same if _fits(figure, one, said, sentence, context)]
        if same and not fitting:
            return True
        fits += fitting
    return _other_column(sentence, fits, held)


def _fits(figure: Figure, held: Figure, said: list[Figure], sentence: str, context: str) -> bool:
    if figure.negative != held.negative and not (held.negative and _LESS.search(sentence)):
        return False
    if {figure.bound, held.bound} == {"least", "most"}:
        return False
    if held.ranged and not figure.ranged and len(said) < 2 and not figure.bound:
        return False
    if not _same_scale(figure, held, sentence, context):
        return False
    if not figure.unit and held.unit != "%":
        return True
    return _same_measure(figure.unit, held.unit, UNITS, sentence, context)


def _same_scale(figure: Figure, held: Figure, sentence: str, context: str) -> bool:
    if figure.scale and not held.scale and held.unit and not held.column:
        return False  # "600 euros" are no 600 million, whatever the passage counts in elsewhere
    return _same_measure(figure.scale, held.scale, SCALES, sentence, context)


def _same_measure(said: str, held: str, known: dict[str, str], sentence: str, context: str) -> bool:
    """Equal; or where one side is bare, the measure stands elsewhere on that side."""
    if said == held:
        return True
    if said and held:
        return False
    words = _UNIT_WORD.findall(re.sub(_PERCENT, "%", (context if said else sentence).casefold()))
    return any(known.get(word) == (said or held) for word in words)


def _unit(before: str, after: str) -> tuple[str, str]:
    unit = scale = ""
    if ahead := _BEFORE.search(before):
        unit = UNITS[ahead.group(1).casefold()]
    rest = re.sub(rf"\b(?:{_PERCENT})\b", "%", after, flags=re.IGNORECASE)
    adjectives = 0
    while (following := _NEXT.match(rest)) and adjectives < 2:
        word = following.group(1).casefold()
        rest = rest[following.end() :]
        if word in SCALES and not scale:
            scale = SCALES[word]
        elif word in UNITS:
            return unit or UNITS[word], scale
        elif word in _NO_ADJECTIVES:
            break
        else:
            adjectives += 1  # "28 working days", "1.2 million US dollars"
    return unit, scale


def _bound(before: str, after: str) -> str:
    least, most = _AT_LEAST.search(before), _AT_MOST.search(before)
    if least and most:  # "no more than" ends like "more than"
        return "least" if least.start() < most.start() else "most"
    if least or (not most and _OR_MORE.match(after)):
        return "least"
    return "most" if most or _OR_LESS.match(after) else ""


def _is_year(written: str) -> bool:
    return bool(re.fullmatch(r"(?:1[5-9]|20)\d\d", written))


def _columns(row: str) -> Iterator[tuple[str, int, int]]:
    """The cells of a row such as "Country: Norway; Meals: 65": key, start and end of the value."""
    cells = list(_CELL.finditer(row))
    if len(cells) > 1:
        ends = [cell.start() for cell in cells[1:]] + [len(row)]
        for cell, end in zip(cells, ends, strict=True):
            yield cell.group(1), cell.end(), end


def _other_column(sentence: str, fitting: list[Figure], held: list[Figure]) -> bool:
    """Whether the sentence speaks of a column, and takes its numbers from others only.

    "Revenue: 12; Profit: 3" does not say that the profit is 12. The column spoken of is the one
    whose key shares the most numbers, such as years, with the sentence, and then the most words.
    """
    keys = {one.column for one in held if one.column}
    if len(keys) < 2:
        return False
    shared = set.intersection(*(set(content_stems(key)) for key in keys))
    said = numbers(sentence)
    stems = set(content_stems(sentence)) - shared - said
    spoken = {key: (len(numbers(key) & said), len(set(content_stems(key)) & stems)) for key in keys}
    best = max(spoken.values())
    taken = {one.column for one in fitting if one.column}
    return bool(any(best) and taken and not any(spoken[column] == best for column in taken))


def _other_day(sentence: str, quote: str) -> bool:
    """Whether the sentence has a date that the quote has not, or has with the opposite bound."""
    held = _bounded_days(quote)
    for day, bound in _bounded_days(sentence):
        same = [other for one, other in held if day.lies_in(one)]
        if held and not same:
            return True
        if same and all({bound, other} == {"least", "most"} for other in same):
            return True
    return False


def _bounded_days(text: str) -> list[tuple[Day, str]]:
    return [
        (day, _bound(text[:start][-40:], text[end:][:60])) for day, start, end in placed_days(text)
    ]
