"""Currencies with their scales as accounts write them: "€m", "in thousands of euros", "$'000"."""

import re
from functools import lru_cache
from typing import NamedTuple

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


class _Run(NamedTuple):
    """What was read so far of a currency with its scale."""

    currency: str = ""
    scale: str = ""
    letter: str = ""  # that is a scale if a currency stands beside it


def _run(tokens: list[str], start: int) -> tuple[str, int]:
    """The currency and scale that stand together from `start` on, and where they end."""
    found = _Run()
    at = end = start
    while at < len(tokens):
        step = _step(tokens, at, found)
        if step is not None:
            found, at = step
            end = at
        elif at > start and tokens[at] == ".":
            at += 1
            end = at
        elif at > start and tokens[at].casefold() in _openers() | _joints():
            at += 1  # belongs to it only if something follows
        else:
            break
    scale = found.scale or (found.letter if found.currency else "")
    return " ".join(part for part in (scale, found.currency) if part), end


def _step(tokens: list[str], at: int, found: _Run) -> tuple[_Run, int] | None:
    """What the next tokens add, and where they end; None where they add nothing."""
    token, low = tokens[at], tokens[at].casefold()
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    if not found.currency:
        if low in _BEFORE_DOLLAR and following == "$":
            return found._replace(currency=_BEFORE_DOLLAR[low]), at + 2
        if low == "us" and _currency(following) == "USD":
            return found._replace(currency="USD"), at + 2
        if not found.scale and low[:1] in {"t", "k", "m"} and token[1:] in CURRENCIES:
            return _Run(token[1:], _LETTERS[low[0]]), at + 1  # TEUR
        named = _currency(token) or (_other_units().get(low) if found.scale else "")
        if named:  # "thousand tonnes" is a unit as well
            return found._replace(currency=named), at + 1
    return None if found.scale else _scale_at(tokens, at, found)


def _scale_at(tokens: list[str], at: int, found: _Run) -> tuple[_Run, int] | None:
    token, low = tokens[at], tokens[at].casefold()
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    if low in _scales():
        return found._replace(scale=_scales()[low]), at + 1
    if token in {"'", "’"} and following.startswith("000"):
        plural = at + 2 < len(tokens) and tokens[at + 2].casefold() == "s"
        return found._replace(scale="thousand"), at + 2 + plural
    if token == "000" and found.currency:
        return found._replace(scale="thousand"), at + 1
    if low in _LETTERS and not found.letter and (found.currency or _currency(following)):
        return found._replace(letter=_LETTERS[low]), at + 1
    return None


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
