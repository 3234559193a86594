"""What a right answer has to hold and must not hold, as a line of a question file says it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

# A number is compared as a quantity; a text like "2025-03-31" as a date; any other text word by
# word, where "*" at its end stands for the rest of a word.
Wanted = Decimal | str
Need = tuple[Wanted, ...]  # any one of these will do

OUTCOMES = ("small_talk", "collection")
_FIELDS = frozenset(
    """all_of none_of rows other_rows leads pairs computation refused told outcome language
    document""".split()
)
_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True)
class Computation:
    """A computed value. `unit` are words of which one must stand in the answer; () for none."""

    value: Decimal
    unit: Need = ()


@dataclass(frozen=True, slots=True)
class Leads:
    """A name that must be said before any of others: the winner of a superlative."""

    name: Need
    before: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A name with its value. Where `others` are said too, it must be clear which is whose.

    Then the first of all these values that follows the name must be its own.
    """

    name: Need
    value: Need
    others: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What one answer is judged by; everything that is given must hold.

    `rows` must all be there, and none of `other_rows`, their siblings that do not belong to the
    answer. `refused`: the documents do not say it, so a supported answer is wrong, unless it
    holds all of `told`, which corrects the question. `outcome`: answered without documents, so
    without citations. `language` is that of the answer's own words, as an ISO 639-1 code;
    quotations keep theirs. All of `documents` must be cited.
    """

    all_of: tuple[Need, ...] = ()
    none_of: tuple[Wanted, ...] = ()
    rows: tuple[Need, ...] = ()
    other_rows: tuple[Wanted, ...] = ()
    leads: Leads | None = None
    pairs: tuple[Pair, ...] = ()
    computation: Computation | None = None
    refused: bool = False
    told: tuple[Need, ...] = ()
    outcome: Literal["", "small_talk", "collection"] = ""
    language: str = ""
    documents: tuple[str, ...] = ()


def parse_expected(value: object) -> Expected:
    """Read the `expect` of a question; raises ValueError naming the field and what it needs."""
    if not isinstance(value, Mapping):
        raise ValueError('`expect` must be an object such as {"all_of": [["28"]]}')
    if unknown := sorted(set(value) - _FIELDS):
        raise ValueError(f"`expect` has no field {unknown[0]!r}; its fields are {_listed()}")
    refused = value.get("refused", False)
    if not isinstance(refused, bool):
        raise ValueError("`expect.refused` must be true or false")
    outcome = value.get("outcome", "")
    if outcome not in ("", *OUTCOMES):
        raise ValueError(f"`expect.outcome` must be one of {', '.join(OUTCOMES)}")
    language = value.get("language", "")
    if language != "" and not (isinstance(language, str) and _LANGUAGE.fullmatch(language)):
        raise ValueError('`expect.language` must be a code of two letters such as "de"')
    expected = Expected(
        all_of=_needs(value, "all_of"),
        none_of=_wanted(value.get("none_of", []), "none_of"),
        rows=_needs(value, "rows"),
        other_rows=_wanted(value.get("other_rows", []), "other_rows"),
        leads=_leads(value.get("leads")),
        pairs=_pairs(value.get("pairs", [])),
        computation=_computation(value.get("computation")),
        refused=refused,
        told=_needs(value, "told"),
        outcome=outcome,
        language=language,
        documents=_documents(value.get("document", [])),
    )
    if expected == Expected():
        raise ValueError(f"`expect` must say something: any of {_listed()}")
    if refused and expected != Expected(
        refused=True, told=expected.told, none_of=expected.none_of, language=language
    ):
        raise ValueError(
            "an `expect` with `refused` has beside it only `told`, `none_of` and `language`"
        )
    return expected


def _listed() -> str:
    return ", ".join(sorted(_FIELDS))


def _needs(row: Mapping[str, Any], field: str) -> tuple[Need, ...]:
    value = row.get(field, [])
    if not isinstance(value, list):
        raise ValueError(f"`expect.{field}` must be a list of lists of alternatives")
    needs = tuple(_wanted(need if isinstance(need, list) else [need], field) for need in value)
    if () in needs:
        raise ValueError(f"`expect.{field}` has an entry without alternatives")
    return needs


def _wanted(value: object, field: str) -> tuple[Wanted, ...]:
    if not isinstance(value, list):
        raise ValueError(f"`expect.{field}` must be a list of texts and numbers")
    return tuple(_one(item, field) for item in value)


def _one(value: object, field: str) -> Wanted:
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    raise ValueError(f"`expect.{field}` must hold texts that are not empty, and numbers")


def _leads(value: object) -> Leads | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) != {"name", "before"}:
        raise ValueError('`expect.leads` must be {"name": [alternatives], "before": [others]}')
    name = _wanted(value["name"], "leads.name")
    if not name:
        raise ValueError("`expect.leads.name` needs at least one text")
    return Leads(name, _wanted(value["before"], "leads.before"))


def _pairs(value: object) -> tuple[Pair, ...]:
    if not isinstance(value, list):
        raise ValueError("`expect.pairs` must be a list")
    pairs = []
    for pair in value:
        if not isinstance(pair, Mapping) or set(pair) != {"name", "value", "others"}:
            raise ValueError(
                'an entry of `expect.pairs` must be {"name": ["Graz"], "value": ["Kogler"], '
                '"others": ["Brennan"]}'
            )
        name, own, others = (
            _wanted(pair[one], f"pairs.{one}") for one in ("name", "value", "others")
        )
        if not name or not own:
            raise ValueError("an entry of `expect.pairs` needs a `name` and a `value`")
        pairs.append(Pair(name, own, others))
    return tuple(pairs)


def _computation(value: object) -> Computation | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or not {"value"} <= set(value) <= {"value", "unit"}:
        raise ValueError('`expect.computation` must be {"value": 24.9, "unit": ["EUR", "euro*"]}')
    number = _one(value["value"], "computation.value")
    if isinstance(number, str):
        raise ValueError("`expect.computation.value` must be a number")
    return Computation(number, _wanted(value.get("unit", []), "computation.unit"))


def _documents(value: object) -> tuple[str, ...]:
    named: Sequence[object] = [value] if isinstance(value, str) else value  # type: ignore[assignment]
    if not isinstance(named, list) or not all(isinstance(n, str) and n.strip() for n in named):
        raise ValueError("`expect.document` must be the name of a document, or a list of names")
    return tuple(named)
