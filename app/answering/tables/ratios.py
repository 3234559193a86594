"""Figures that are made of two lines of accounts: margins, ratios, free cash flow.

Reports seldom print them, and a model reckons badly. So both lines are looked up, in the same
report and for the same period, and the figure is computed by code, with both rows shown. Where one
line is missing there is no answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise

from app.answering.search_index import SearchIndex
from app.answering.tables.accounts import (
    Entry,
    Report,
    entries_named,
    escaped,
    plain_label,
    text_of,
    used_of,
    years_of,
)
from app.answering.tables.answer import TableAnswer
from app.answering.tables.asking import Asked, read_question
from app.answering.tables.telling import number
from vectorstore.languages import languages
from vectorstore.records import Hit
from vectorstore.scope import Scope

_DIGITS = Decimal("0.01")
_POSSESSIVE = re.compile(r"\b[A-ZÄÖÜ][\w.&-]{0,40}(?: [A-ZÄÖÜ][\w.&-]{0,40}){0,3}(?=['’]s\b|['’] )")
_NAME = re.compile(
    r"\b(?:of|von|der|des) ((?:[A-ZÄÖÜ][\w.&-]{0,40})(?: [A-ZÄÖÜ][\w.&-]{0,40}){0,3})"
)


@dataclass(frozen=True, slots=True)
class _Ratio:
    """Two lines, by the keys of `AccountWords.terms`, and what is made of them."""

    top: str
    bottom: str
    sign: str = "÷"
    percent: bool = False
    less: str = ""  # a line that is taken from the top first


RATIOS: Mapping[str, _Ratio] = {
    "gross_margin": _Ratio("gross_profit", "revenue", percent=True),
    "operating_margin": _Ratio("operating_income", "revenue", percent=True),
    "net_margin": _Ratio("net_income", "revenue", percent=True),
    "current_ratio": _Ratio("current_assets", "current_liabilities"),
    "quick_ratio": _Ratio("current_assets", "current_liabilities", less="inventories"),
    "debt_to_equity": _Ratio("liabilities", "equity"),
    "debt_ratio": _Ratio("liabilities", "assets"),
    "equity_ratio": _Ratio("equity", "assets", percent=True),
    "return_on_assets": _Ratio("net_income", "assets", percent=True),
    "return_on_equity": _Ratio("net_income", "equity", percent=True),
    "asset_turnover": _Ratio("revenue", "assets"),
    "inventory_turnover": _Ratio("cost_of_revenue", "inventories"),
    "free_cash_flow": _Ratio("operating_cash_flow", "capital_expenditure", sign="−"),
    "working_capital": _Ratio("current_assets", "current_liabilities", sign="−"),
}


def ratio_of_accounts(
    question: str, scope: Scope, index: SearchIndex, hits: Sequence[Hit]
) -> TableAnswer | None:
    """The figure made of two lines that the question asks for; None where it asks for none, or a
    line is missing, or the lines are of different periods."""
    asked = read_question(question)
    if asked is None or len(set(years_of(question))) > 1:
        return None
    named = _named_ratio(question)
    if named is not None:
        key, start, end = named
        ratio = RATIOS[key]

        def entries(term: str) -> dict[Report, Entry]:
            for name in _names_of(term):
                text = f"{question[:start]}{name}{question[end:]}"
                if found := entries_named(text, scope, index, hits):
                    return found
            return {}

        tops, bottoms = entries(ratio.top), entries(ratio.bottom)
        lesses = entries(ratio.less) if ratio.less else {}
        name = question[start:end]
    else:
        pair = _proportion(question)
        if pair is None:
            return None
        ratio, name = _Ratio("", "", percent=pair.percent), pair.name
        tops = entries_named(pair.top, scope, index, hits)
        bottoms = entries_named(pair.bottom, scope, index, hits)
        lesses = {}
    for report in sorted(tops, key=lambda one: max(one.years, default=""), reverse=True):
        lines = [tops[report]]
        if ratio.less:
            if report not in lesses:
                continue
            lines.append(lesses[report])
        if report in bottoms:
            told = _told(asked, name, ratio, [*lines, bottoms[report]])
            if told is not None:
                return told
    return None


# The question


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two questions, one for each of the lines that are set in proportion."""

    name: str
    top: str
    bottom: str
    percent: bool


@cache
def _ratio_names() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The names of ratios as patterns, the longest first."""
    named = [
        (name, key)
        for language in languages()
        for key, names in language.accounts.ratios.items()
        for name in names
    ]
    named.sort(key=lambda one: -len(one[0]))
    return tuple(
        (key, re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)) for name, key in named
    )


def _named_ratio(question: str) -> tuple[str, int, int] | None:
    for key, pattern in _ratio_names():
        if found := pattern.search(question):
            return key, *found.span()
    return None


def _names_of(term: str) -> list[str]:
    return [
        language.accounts.terms[term] for language in languages() if term in language.accounts.terms
    ]


@cache
def _proportions() -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(form, re.IGNORECASE)
        for language in languages()
        for form in language.accounts.proportions
    )


def _proportion(question: str) -> _Pair | None:
    """The lines of "the ratio of … to …", each in a question of its own with the year and the name
    of whose they are."""
    for form in _proportions():
        found = form.search(question)
        if found is None:
            continue
        top, bottom = found["top"].strip(" ,"), found["bottom"].strip(" ,?.")
        years = " ".join(years_of(question))
        whose = _POSSESSIVE.search(question)
        owner = whose.group() if whose else ""
        if not owner and (of := _NAME.search(question)):
            owner = of.group(1)
        asks = next(iter(_asks()))
        if not any(top.casefold().startswith(one) for one in _asks()):
            top = f"{asks} {top}"
        tail = f" {owner} {years}".rstrip()
        return _Pair(
            question[found.start() : found.end()].strip(" ?."),
            f"{top}{tail}?",
            f"{asks} {bottom}{tail}?",
            percent="%" in question or _is_share(found.group()),
        )
    return None


@cache
def _asks() -> tuple[str, ...]:
    return tuple(one for language in languages() for one in language.accounts.asks)


def _is_share(text: str) -> bool:
    folded = text.casefold()
    return any(word in folded for language in languages() for word in language.tables.percents)


# The answer


def _told(asked: Asked, name: str, ratio: _Ratio, lines: Sequence[Entry]) -> TableAnswer | None:
    """The figure, how it came about, and its rows; None where the lines do not belong together."""
    amounts = _amounts(lines)
    periods = [set(years_of(f"{one.column.name} ")) for one in lines]
    apart = any(a and b and a.isdisjoint(b) for a, b in pairwise(periods))
    if amounts is None or apart:
        return None
    *tops, bottom = amounts
    top = tops[0] - sum(tops[1:])
    if ratio.sign == "−":
        figure = top - abs(bottom)
    elif bottom:
        figure = top / bottom
    else:
        return None
    language = asked.language
    shown = figure * 100 if ratio.percent else figure
    if ratio.sign != "−":
        shown = shown.quantize(_DIGITS)
    value = f"{number(shown, language)}{' %' if ratio.percent else ''}"
    first, last = lines[0], lines[-1]
    if ratio.sign == "−":
        value = f"{value} {first.scale}".strip()
    parts = [number(amount, language) for amount in tops]
    made = parts[0] if len(parts) == 1 else f"({' − '.join(parts)})"
    how = f"{made} {ratio.sign} {number(abs(bottom) if ratio.sign == '−' else bottom, language)}"
    period = first.column.name or first.view.table.name
    statement = language.accounts.ratio.format(
        name=f"{name[:1].upper()}{name[1:]}",
        document=first.view.table.document.rsplit("/", 1)[-1],
        period=period,
        value=value,
        top=" − ".join(_line(one) for one in lines[:-1]),
        bottom=_line(last),
    )
    rows = [
        f"| {escaped(plain_label(one.label))} | {escaped(one.column.name)} | "
        f"{escaped(text_of(one, language))} |"
        for one in lines
    ]
    return TableAnswer(
        operation="ratio",
        column=first.column.name,
        columns=tuple(dict.fromkeys(one.column.name for one in lines)),
        rows=tuple(used_of(one, (one.column,)) for one in lines),
        figure=shown,
        unit="%" if ratio.percent else "",
        how=f"{how} = {value}",
        statement=statement,
        markdown="\n".join(["|  |  |  |", "| --- | --- | --- |", *rows]),
        notes=(),
        language=language.code,
    )


def _line(one: Entry) -> str:
    return f"“{plain_label(one.label)}”"


def _amounts(lines: Sequence[Entry]) -> list[Decimal] | None:
    """What is reckoned with, all in the scale of the first; None for amounts in two currencies."""
    units = {part for one in lines for part in f"{one.scale} {one.value.unit}".split()}
    scales = {part for one in lines for part in one.scale.split()[:1]}
    if len(units - scales) > 1:
        return None
    if len({one.scale for one in lines}) == 1 or any(not one.scale for one in lines):
        return [one.value.low for one in lines]  # a report keeps to one scale
    size = next((one.amount / one.value.low for one in lines if one.value.low), Decimal(1))
    return [one.amount / size for one in lines]
