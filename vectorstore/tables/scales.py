"""Currencies with their scales as accounts write them: "€m", "in thousands of euros", "$'000"."""

import re
from functools import lru_cache

from vectorstore.languages import meanings, words_of

_TOKEN = re.compile(r"[^\W\d_]+|\d+|[€$£¥]|['’]|\S")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_BEFORE_DOLLAR = {"us": "USD", "c": "CAD", "ca": "CAD", "a": "AUD", "au": "AUD", "nz": "NZD"}
CURRENCIES = frozenset(
    (
        "EUR USD GBP CHF JPY SEK NOK DKK PLN CZK HUF RON BGN CNY INR AUD CAD NZD ZAR BRL MXN TRY"
    ).split()
)
# Letters that are a scale beside a currency alone: "EUR m"; a bare "m" is a metre.
_LETTERS = {
    "m": "million", "mn": "million", "mm": "million", "k": "thousand", "t": "thousand",
    "tsd": "thousand", "b": "billion", "bn": "billion",
}  # fmt: skip
_MOST_TOKENS = 400  # of a text that is looked at


def scale_in(text: str, *, opened_only: bool = False) -> str:
    """The first scale with its currency that a text names, as in "million EUR"; "" for none.

    A scale alone is told ("thousand"), a currency alone only where "in" stands before it or it
    is the whole text: "5 EUR" names an amount, and no currency of a table. `opened_only`: so is a
    scale.
    """
    tokens = _TOKEN.findall(text)[:_MOST_TOKENS]
    for start in range(len(tokens)):
        if start and tokens[start - 1].isdigit():
            continue  # 5 million
        unit, end = _run(tokens, start)
        opened = start > 0 and tokens[start - 1].casefold() in _openers()
        scaled = " " in unit or unit not in CURRENCIES
        alone = end - start == len(tokens)
        if unit and (opened or alone or (scaled and not opened_only)):
            if end < len(tokens) and tokens[end].isdigit() and not opened:
                continue  # EUR 5
            return unit
    return ""


def scaled_unit(text: str) -> str:
    """The unit of a text that is nothing but a currency and its scale; "" for any other."""
    tokens = _TOKEN.findall(text)[:12]
    unit, end = _run(tokens, 0)
    return unit if unit and end == len(tokens) else ""


def scale_of_letters(letters: str) -> str:
    """The scale that letters behind an amount of money say: "€4.5m"; "" for none."""
    plain = letters.strip(" .").casefold()
    return _LETTERS.get(plain) or _scales().get(plain, "")


def _run(tokens: list[str], start: int) -> tuple[str, int]:
    """The currency and scale that stand together from `start` on, and where they end."""
    currency = scale = letter = ""
    at = end = start
    while at < len(tokens):
        token, low = tokens[at], tokens[at].casefold()
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if low in _BEFORE_DOLLAR and following == "$" and not currency:
            currency, at = _BEFORE_DOLLAR[low], at + 2
        elif low == "us" and (named := _currency(following)) == "USD" and not currency:
            currency, at = named, at + 2
        elif low[:1] in {"t", "k", "m"} and token[1:] in CURRENCIES and not currency and not scale:
            scale, currency, at = _LETTERS[low[0]], token[1:], at + 1  # TEUR
        elif (named := _currency(token)) and not currency:
            currency, at = named, at + 1
        elif low in _scales() and not scale:
            scale, at = _scales()[low], at + 1
        elif token in {"'", "’"} and following.startswith("000") and not scale:
            scale, at = "thousand", at + 2
            at += at < len(tokens) and tokens[at].casefold() == "s"
        elif token == "000" and currency and not scale:
            scale, at = "thousand", at + 1
        elif low in _LETTERS and not scale and not letter and (currency or _currency(following)):
            letter, at = _LETTERS[low], at + 1
        elif scale and not currency and low in _other_units():
            currency, at = _other_units()[low], at + 1  # thousand tonnes
        elif low in _openers() | _joints() and (currency or scale) and at > start:
            at += 1
            continue  # belongs to it only if something follows
        elif token == "." and at > start:
            at += 1
            end = at
            continue
        else:
            break
        end = at
    scale = scale or (letter if currency else "")
    return " ".join(part for part in (scale, currency) if part), end


def _currency(token: str) -> str:
    if token in _SIGNS:
        return _SIGNS[token]
    if token in CURRENCIES:
        return token
    return _money_words().get(token.casefold(), "")


@lru_cache(maxsize=1)
def _money_words() -> dict[str, str]:
    units = meanings(lambda language: language.figures.units)
    return {word: unit for word, unit in units.items() if unit in CURRENCIES}


@lru_cache(maxsize=1)
def _other_units() -> dict[str, str]:
    units = meanings(lambda language: language.figures.units)
    return {word: unit for word, unit in units.items() if unit not in CURRENCIES | {"%"}}


@lru_cache(maxsize=1)
def _scales() -> dict[str, str]:
    return meanings(lambda language: language.numbers.scales) | meanings(
        lambda language: language.tables.scales
    )


@lru_cache(maxsize=1)
def _openers() -> frozenset[str]:
    return frozenset(words_of(lambda language: language.tables.unit_openers))


@lru_cache(maxsize=1)
def _joints() -> frozenset[str]:
    return frozenset(words_of(lambda language: language.tables.of_units))
