"""Finds personal data by its form and its check digits: no model, no names, nothing fetched.

Telephone numbers are judged by libphonenumber's rules (`phonenumbers`), numbers with check digits
by `python-stdnum`. Names of people have no form that could be checked, so they are not found.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from app.answering.filters.port import Finding

EMAIL, PHONE, IBAN = "e-mail address", "telephone number", "IBAN"
CARD, NATIONAL, PASSPORT = "card number", "personal number", "passport number"
LABELS = (EMAIL, PHONE, IBAN, CARD, NATIONAL, PASSPORT)
_EDGE = 2  # the letters on both sides are looked at


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind is written; group 1, or else all of it, is the place. `width` bounds it."""

    label: str
    rule: str
    pattern: re.Pattern[str]
    width: int
    holds: Callable[[str], bool]


def _stdnum(module: str, **options: bool) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        return bool(import_module(f"stdnum.{module}").is_valid(text, **options))

    return holds


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return len(set(digits)) > 1 and _stdnum("luhn")(digits)


def _has_digit(text: str) -> bool:
    return sum(letter.isdigit() for letter in text) >= 5


def _any(text: str) -> bool:
    return bool(text)


_SEP = r"[ .\-/]?"
_FORMS = (
    _Form(
        EMAIL,
        "form",
        re.compile(
            r"(?<![\w.+-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,4}[^\W\d_]{2,24}(?![\w-])", re.UNICODE
        ),
        64 + 1 + 4 * 64 + 24,
        _any,
    ),
    _Form(
        IBAN,
        "ISO 13616, check digits",
        re.compile(
            r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?!\w)",
            re.IGNORECASE | re.ASCII,
        ),
        48,
        _stdnum("iban", check_country=False),  # which bank gave which number out changes
    ),
    _Form(
        CARD,
        "ISO 7812, check digit",
        re.compile(
            r"(?<![\w.,-])(?<!\d[ -])[2-6](?:\d{3}(?: \d{4}){3}(?: \d{3})?|"
            r"\d{3}(?:-\d{4}){3}(?:-\d{3})?|\d{3} ?\d{6} ?\d{5}|\d{12,18})(?![\w-]|[., ]\d)"
        ),
        48,
        _is_card,
    ),
    _Form(
        PASSPORT,
        "named",
        re.compile(
            r"(?i:passport|reisepass|passnummer|pass-nr|passeport|pasaporte|passaporto)"
            r"(?:[ -]?(?i:number|no|nr|nummer|num))?[.:#]?(?: (?i:is|ist|lautet))?[ :#]{0,3}"
            r"((?=[A-Z0-9]{0,8}\d)[A-Z0-9]{6,9})(?!\w)"
        ),
        48,
        _has_digit,
    ),
)
_NATIONAL = {
    "US": (r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", "us.ssn"),
    "GB": (
        r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} "
        r"?[A-D](?!\w)",
        "",
    ),
    "DE": (r"(?<![\w.,-])[1-9]\d ?\d{3} ?\d{3} ?\d{3}(?![\w]|[.,]\d)", "de.idnr"),
    "FR": (
        r"(?<!\w)[12] ?\d{2} ?\d{2} ?(?:\d{2}|2A|2B) ?\d{3} ?\d{3} ?\d{2}(?!\w)",
        "fr.nir",
    ),
    "IT": (r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)", "it.codicefiscale"),
    "ES": (r"(?<!\w)(?:\d{8}|[XYZ]\d{7})-?[A-Z](?!\w)", "es.nif"),
    "NL": (r"(?i:bsn|burgerservicenummer|sofinummer)[ :.]{1,3}(\d{9})(?!\w)", "nl.bsn"),
    "PL": (r"(?i:pesel)[ :.]{1,3}(\d{11})(?!\w)", "pl.pesel"),
    "CH": (rf"(?<!\w)756{_SEP}\d{{4}}{_SEP}\d{{4}}{_SEP}\d{{2}}(?!\w)", "ch.ssn"),
    "AT": (r"(?i:sv-nr|svnr|sozialversicherungsnummer)[ :.]{1,3}(\d{4} ?\d{6})(?!\w)", "at.vnr"),
    "BE": (r"(?<!\w)\d{2}[.]\d{2}[.]\d{2}[- ]\d{3}[.]\d{2}(?!\w)", "be.nn"),
    "SE": (r"(?<!\w)(?:19|20)?\d{6}[-+]\d{4}(?!\w)", "se.personnummer"),
}
COUNTRIES = tuple(_NATIONAL)
_NATIONAL_WIDTH = 48
# What may be a telephone number: with the country's code, or as it is dialled inside it.
_DIALLED = re.compile(
    r"(?<![\w.,/-])(?:\+\d|00\d|\(?0\d|\(\d|[2-9]\d{2}[ .-]\d{3}[ .-])"
    r"[\d ()/.–-]{5,24}(?<=\d)(?!\w)"
)
_DIALLED_WIDTH = 40
_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}")


class UnknownCountry(Exception):
    """A country whose numbers are not known; the message lists those that are."""


class PersonalData:
    """E-mail addresses, telephone, account, card, passport and national numbers."""

    def __init__(self, countries: Sequence[str] = COUNTRIES) -> None:
        """Look for the personal numbers and the way of dialling of these countries (ISO codes).

        Raises UnknownCountry.
        """
        unknown = [country for country in countries if country not in _NATIONAL]
        if unknown:
            raise UnknownCountry(
                f"filters.countries: no rules for {', '.join(unknown)}; known are "
                + ", ".join(COUNTRIES)
            )
        self._countries = tuple(countries)
        national = [
            _Form(
                NATIONAL,
                f"{country}, check digits" if module else country,
                re.compile(pattern),
                _NATIONAL_WIDTH,
                _stdnum(module) if module else _any,
            )
            for country, (pattern, module) in _NATIONAL.items()
            if country in countries
        ]
        self._forms = (*_FORMS, *national)
        self.reach: int | None = max(_DIALLED_WIDTH, *(form.width for form in self._forms)) + _EDGE

    def find(self, text: str) -> list[Finding]:
        found: list[Finding] = []
        for form in self._forms:
            at = 0
            while (match := form.pattern.search(text, at)) is not None:
                at = match.start() + 1
                place = _held(form, match)
                if place is not None:
                    at = max(at, place[1])
                    if _is_free(found, *place):
                        found.append(Finding(*place, form.label, form.rule))
        for match in _DIALLED.finditer(text):
            if _is_free(found, match.start(), match.end()):
                found += self._dialled(match[0], match.start())
        return sorted(found, key=lambda one: one.start)

    def _dialled(self, written: str, offset: int) -> list[Finding]:
        """The telephone numbers among some digits, which may be several numbers or a date."""
        import phonenumbers

        if _DAY.fullmatch(written.strip()):
            return []
        found: list[Finding] = []
        for country in self._countries or (None,):
            for match in phonenumbers.PhoneNumberMatcher(written, country):
                if _is_free(found, offset + match.start, offset + match.end):
                    place = offset + match.start, offset + match.end
                    found.append(Finding(*place, PHONE, f"libphonenumber, {country or 'abroad'}"))
        return found


def _held(form: _Form, match: re.Match[str]) -> tuple[int, int] | None:
    """The place of a match, without words after it that are written like more of the same."""
    shorter: re.Match[str] | None = match
    while shorter is not None:
        start, end = shorter.span(1 if shorter.re.groups else 0)
        if form.holds(match.string[start:end]):
            return start, end
        cut = max(match.string.rfind(between, start, end) for between in " -")
        if cut < 0:
            return None
        shorter = form.pattern.match(match.string, match.start(), cut)
    return None


def _is_free(found: Sequence[Finding], start: int, end: int) -> bool:
    return all(end <= one.start or one.end <= start for one in found)
