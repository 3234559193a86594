"""Writes a value of a workbook as its number format shows it: 00042, 12.5 kg, 26:30, (1,234.50).

Owns the reading of format codes, which XLSX, XLS and XLSB share. Source: ECMA-376 part 1, 18.8.31.
A day of a known year is written in ISO form, whatever the code's order: a reader of 03/04/2024
cannot know the month. Marks of decimals and thousands are "." and ",", as the codes have them.
"""

import datetime
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from vectorstore.languages import language as words_in

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|\\(?P<escaped>.)"
    r"|_(?P<space>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\[\]]*)\]"
    r"|(?P<general>[Gg][Ee][Nn][Ee][Rr][Aa][Ll])"
    r"|(?P<noon>[Aa][Mm]/[Pp][Mm]|[Aa]/[Pp])"
    r"|(?P<exponent>[Ee][+-])"
    r"|(?P<date>[Yy]+|[Mm]+|[Dd]+|[Hh]+|[Ss]+(?:\.0+)?)"
    r"|(?P<digit>[0#?])"
    r"|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)$")
_ELAPSED = re.compile(r"(h+|m+|s+)$", re.IGNORECASE)
_LONGEST = 255  # characters of a code; Excel allows no more
_PRECISION = 700  # digits: the largest number that is written out, with as many decimals as fit
_PLAIN = frozenset(("", "General", "@"))
_ZERO = datetime.timedelta()


class _Part(NamedTuple):
    """A piece of a code: "digit", "date", "elapsed", "text" and so on, and what it says."""

    kind: str
    text: str


class _Section(NamedTuple):
    parts: tuple[_Part, ...]
    condition: tuple[str, Decimal] | None
    language: str  # code of the language that the format names, or ""


def shown(value: object, code: str) -> str:
    """The value as text; without a code that says more, numbers have up to 15 digits.

    "" where the code shows nothing of the value.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if code in _PLAIN and isinstance(value, str | int | float):
        return value if isinstance(value, str) else plain(value)
    sections = _sections(code[:_LONGEST])
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return _moment(value, sections)
    if isinstance(value, int | float | Decimal):
        return _number(value, sections)
    text = str(value)
    if len(sections) > 3 or (len(sections) == 1 and any(p.kind == "at" for p in sections[0].parts)):
        return _literal(sections[-1].parts, text)
    return text


def plain(value: int | float | Decimal) -> str:
    """A number without a format."""
    return str(value) if isinstance(value, int) else f"{value:.15g}"


def is_span(code: str) -> bool:
    """Whether a number under this code is a span of time, as in "[h]:mm"."""
    return any(part.kind == "elapsed" for part in _sections(code[:_LONGEST])[0].parts)


@lru_cache(maxsize=2_000)
def _sections(code: str) -> tuple[_Section, ...]:
    found: list[_Section] = []
    parts: list[_Part] = []
    condition: tuple[str, Decimal] | None = None
    language = ""
    for match in _TOKEN.finditer(code):
        kind, text = str(match.lastgroup), match[match.lastgroup or 0]
        if kind == "other" and text == ";":
            found.append(_Section(tuple(parts), condition, language))
            parts, condition, language = [], None, ""
        elif kind == "bracket":
            if said := _CONDITION.match(text):
                condition = said[1], Decimal(said[2])
            elif _ELAPSED.match(text):
                parts.append(_Part("elapsed", text.lower()))
            elif text.startswith("$"):
                sign, _, locale = text[1:].partition("-")
                language = _language(locale) or language
                parts.append(_Part("text", sign))
        elif kind in {"quoted", "escaped"}:
            parts.append(_Part("text", text))
        elif kind == "space":
            parts.append(_Part("text", " "))
        elif kind == "date":
            parts.append(_Part("date", text.lower()))
        elif kind == "other":
            parts.append(_Part({"@": "at", "%": "percent"}.get(text, "sign"), text))
        elif kind != "fill":
            parts.append(_Part(kind, text))
    return (*found, _Section(tuple(parts), condition, language))


def _language(locale: str) -> str:
    """The language of a Windows locale number, of those that we have the words of."""
    try:
        primary = int(locale, 16) & 0x3FF
    except ValueError:
        return ""
    return {0x07: "de", 0x09: "en"}.get(primary, "")


def _literal(parts: Sequence[_Part], at: str = "") -> str:
    said = (at if part.kind == "at" else part.text for part in parts)
    return " ".join("".join(said).split())


def _holds(condition: tuple[str, Decimal], value: Decimal) -> bool:
    sign, limit = condition
    return {
        "<": value < limit, ">": value > limit, "=": value == limit,
        "<=": value <= limit, ">=": value >= limit, "<>": value != limit,
    }[sign]  # fmt: skip


def _number(value: int | float | Decimal, sections: Sequence[_Section]) -> str:  # noqa: PLR0911
    try:
        exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite() or abs(exact.adjusted()) > 300:
        return str(value)
    section, negative = _section_for(exact, sections)
    kinds = {part.kind for part in section.parts}
    if "general" in kinds or not kinds:
        said = plain(value)
        if len(kinds) <= 1:
            return said
        return _literal(
            [p._replace(text=said) if p.kind == "general" else p for p in section.parts]
        )
    if kinds & {"date", "elapsed"}:
        return plain(value)  # the library would have made a date of it: out of the calendar
    if "digit" not in kinds:
        # Words instead of the number, or for a part of it: nothing shows but them.
        return _literal(section.parts, plain(value))
    with localcontext(prec=_PRECISION):
        return ("-" if negative else "") + _digits(abs(exact), section.parts)


def _section_for(value: Decimal, sections: Sequence[_Section]) -> tuple[_Section, bool]:
    """The part of a code that is for a value, and whether a minus has to stand before it."""
    numeric = sections[:3]
    if any(section.condition for section in numeric):
        for section in numeric:
            if section.condition is None or _holds(section.condition, value):
                only_below = section.condition is not None and section.condition[0] in {"<", "<="}
                return section, value < 0 and not only_below
        return numeric[-1], value < 0
    if len(numeric) > 2 and value == 0:
        return numeric[2], False
    if len(numeric) > 1 and value < 0:
        return numeric[1], False
    return numeric[0], value < 0


def _digits(value: Decimal, parts: Sequence[_Part]) -> str:
    """A number that is not negative, in the places that a code has for digits."""
    value *= 100 ** sum(part.kind == "percent" for part in parts)
    if any(part.kind == "sign" and part.text == "/" for part in parts):
        return _fraction(value, parts)
    where = [at for at, part in enumerate(parts) if part.kind == "digit"]
    exponent = next((at for at, part in enumerate(parts) if part.kind == "exponent"), len(parts))
    points = (at for at, p in enumerate(parts[:exponent]) if p == _Part("sign", "."))
    point = next((at for at in points if at + 1 >= where[0]), exponent)
    whole = [at for at in where if at < point]
    after = [at for at in where if point < at < exponent]
    last = max([*whole, *after], default=0)
    commas = [at for at, part in enumerate(parts) if part == _Part("sign", ",")]
    grouped = any(whole and whole[0] < at < whole[-1] for at in commas)
    for at in commas:
        if at == last + 1 or (whole and at == whole[-1] + 1 and point == at + 1):
            value /= 1000
            last += 1
    power = 0
    if exponent < len(parts) and value:
        # A code such as ##0.0E+0 writes powers of three.
        step = max(1, len(whole))
        power = value.adjusted() // step * step if step > 1 else value.adjusted()
        value = value.scaleb(-power)
    rounded = value.quantize(Decimal(1).scaleb(-len(after)), ROUND_HALF_UP)
    integer, _, decimals = f"{rounded:f}".partition(".")
    said: list[str] = []
    left = _whole_digits(integer, [parts[at].text for at in whole], grouped=grouped)
    fractional = _decimals(decimals, [parts[at].text for at in after])
    for at, part in enumerate(parts):
        if at in commas and (grouped or at > (whole[0] if whole else 0)):
            continue
        if at > exponent and part.kind == "digit":
            continue
        if part.kind == "digit":
            said.append(left.pop(0) if at < point else fractional.pop(0) if fractional else "")
        elif at == point and at < exponent:
            # A figure that begins with its point is read as another one.
            lead = "" if "".join(said)[-1:].isdigit() else "0"
            said.append(f"{lead}." if any(fractional) else "")
        elif part.kind == "exponent":
            least = sum(other.kind == "digit" for other in parts[at:])
            sign = "-" if power < 0 else "+" if part.text[1] == "+" else ""
            said.append(f"E{sign}{abs(power):0{least}d}")
        else:
            said.append(part.text)
    return " ".join("".join(said).split())


def _whole_digits(integer: str, places: Sequence[str], *, grouped: bool) -> list[str]:
    """What each place before the point shows; the first shows all digits that have no other."""
    integer = integer.lstrip("0")
    least = max((len(places) - at for at, place in enumerate(places) if place == "0"), default=0)
    integer = integer.rjust(least, "0")
    if grouped:
        marked = f"{int(integer):,}" if integer else ""
        zeros = len(integer) - len(integer.lstrip("0"))
        if zeros and len(integer) > 1:  # 0,042
            ends = range(len(integer) % 3 or 3, len(integer) + 1, 3)
            marked = ",".join(integer[max(0, end - 3) : end] for end in ends)
        return [marked, *[""] * (len(places) - 1)] if places else []
    integer = integer.rjust(len(places))
    extra = len(integer) - len(places)
    if not places:
        return []
    return [integer[: extra + 1].strip(), *(one.strip() for one in integer[extra + 1 :])]


def _decimals(decimals: str, places: Sequence[str]) -> list[str]:
    """What each place behind the point shows: zeros at the end only where the code has them."""
    needed = max((at + 1 for at, place in enumerate(places) if place == "0"), default=0)
    kept = max(needed, len(decimals.rstrip("0")))
    return [decimals[at] if at < min(kept, len(decimals)) else "" for at in range(len(places))]


def _fraction(value: Decimal, parts: Sequence[_Part]) -> str:
    """A number with a vulgar fraction: # ?/? shows 2.25 as 2 1/4."""
    slash = next(at for at, part in enumerate(parts) if part == _Part("sign", "/"))
    below = [
        part.text for part in parts[slash + 1 :] if part.kind == "digit" or part.text.isdigit()
    ]
    above = slash
    while above > 0 and parts[above - 1].kind == "digit":
        above -= 1
    has_whole = any(part.kind == "digit" for part in parts[:above])
    written = "".join(below)
    exact = Fraction(value)
    if written.isdigit() and written.strip("0"):
        whole_below = int(written)
        found = Fraction(round(exact * whole_below), 1) / whole_below
        numerator, denominator = round(exact * whole_below), whole_below
    else:
        found = exact.limit_denominator(10 ** min(max(len(below), 1), 4) - 1)
        numerator, denominator = found.numerator, found.denominator
    lead = _literal([part for part in parts[:above] if part.kind == "text"])
    whole, rest = divmod(numerator, denominator) if has_whole else (0, numerator)
    said = f"{whole}" if whole or (has_whole and not rest) else ""
    if rest or not has_whole:
        said = f"{said} {rest}/{denominator}".strip()
    return " ".join(f"{lead} {said}".split())


def _moment(
    value: datetime.datetime | datetime.date | datetime.time | datetime.timedelta,
    sections: Sequence[_Section],
) -> str:
    section = sections[0]
    parts = section.parts
    codes, is_span_of_time = _codes(parts)
    if is_span_of_time or isinstance(value, datetime.timedelta):
        return _span(value, parts)
    if isinstance(value, datetime.time):
        return _clock(value, parts) if codes else value.isoformat()
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    if not codes:
        return value.date().isoformat() if value.time() == datetime.time() else str(value)
    if {"y", "d"} <= codes:
        day = value.date().isoformat()
        return f"{day} {_clock(value.time(), parts)}" if "h" in codes else day
    if not codes & {"y", "d"} and "h" in codes:
        return _clock(value.time(), parts)
    return _by_code(value, parts, section.language)


@lru_cache(maxsize=2_000)
def _codes(parts: tuple[_Part, ...]) -> tuple[frozenset[str], bool]:
    """The letters by which a code names parts of a date, and whether it is of spans of time."""
    letters = frozenset(part.text[0] for part in parts if part.kind == "date")
    return letters, any(part.kind == "elapsed" for part in parts)


def _clock(value: datetime.time, parts: Sequence[_Part]) -> str:
    """Hours and minutes, with seconds where the code shows them; from 0 to 24."""
    return f"{value:%H:%M:%S}" if _has_seconds(parts) else f"{value:%H:%M}"


def _has_seconds(parts: Sequence[_Part]) -> bool:
    return any(part.kind in {"date", "elapsed"} and part.text[0] == "s" for part in parts)


def _span(
    value: datetime.datetime | datetime.date | datetime.time | datetime.timedelta,
    parts: Sequence[_Part],
) -> str:
    """A span of time, whose hours may be more than 24."""
    if isinstance(value, datetime.time):
        span = datetime.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    elif isinstance(value, datetime.timedelta):
        span = value
    else:  # counted from the first day of the calendar of workbooks
        start = datetime.datetime(1899, 12, 30)
        at = value if isinstance(value, datetime.datetime) else start
        span = at - start
    sign = "-" if span < _ZERO else ""
    seconds = round(abs(span).total_seconds())
    widest = next((part.text[0] for part in parts if part.kind == "elapsed"), "h")
    has_minutes = any(part.kind == "date" and part.text[0] == "m" for part in parts)
    if widest == "s":
        return f"{sign}{seconds}"
    if widest == "m":
        said = f"{sign}{seconds // 60}"
        return f"{said}:{seconds % 60:02d}" if _has_seconds(parts) else said
    if not has_minutes and not _has_seconds(parts) and any(p.kind == "elapsed" for p in parts):
        return f"{sign}{seconds // 3600}" + _literal([p for p in parts if p.kind == "text"])
    said = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{said}:{seconds % 60:02d}" if _has_seconds(parts) else said


def _by_code(value: datetime.datetime, parts: Sequence[_Part], language: str) -> str:
    """A part of a date as the code writes it: Mar 24, 01.03."""
    said = []
    before = ""
    for part in parts:
        if part.kind != "date":
            said.append(part.text if part.kind in {"text", "sign"} else "")
            continue
        letter, size = part.text[0], len(part.text)
        if letter == "y":
            said.append(f"{value.year % 100:02d}" if size < 3 else f"{value.year}")
        elif letter == "m" and before == "h":
            said.append(f"{value.minute:02d}")
        elif letter == "m":
            said.append(_month(value.month, size, language))
        elif letter == "d" and size > 2:
            said.append(f"{value:%a}" if size == 3 else f"{value:%A}")
        elif letter == "d":
            said.append(f"{value.day:02d}" if size > 1 else f"{value.day}")
        elif letter == "h":
            said.append(f"{value.hour:02d}")
        else:
            said.append(f"{value.second:02d}")
        before = letter
    return " ".join("".join(said).split())


def _month(month: int, size: int, language: str) -> str:
    if size < 3:
        return f"{month:02d}" if size == 2 else f"{month}"
    name = words_in(language).dates.written_months[month - 1]
    return name[:3] if size == 3 else name[:1] if size == 5 else name
