"""Carries a plan out over its rows, in exact decimals."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from itertools import pairwise

from app.answering.tables.plan import Bound, Plan
from app.answering.tables.view import Column, Record, comparable_values, magnitude
from vectorstore.tables.values import DURATIONS, Value, is_nothing, kind_of
from vectorstore.tables.words import folded

_PRECISION = 60
_MOST_GROUPS = 40
POINTS = "percentage points"
_TENTH = Decimal("0.1")
_MORE_DIGITS = 2  # of an average than of the values


@dataclass(frozen=True)
class Group:
    """Rows with the same text in a column, and their figure."""

    name: str
    figure: Decimal
    records: list[Record]


@dataclass
class Computed:
    """What came of a plan: the records that the answer shows, and the figure if there is one.

    `terms` are the values that the figure comes from, in their order. `missing` and `unread`
    are records without a value, and with one that is no single number.
    """

    records: list[Record]
    figure: Decimal | None = None
    unit: str = ""
    terms: list[Decimal] = field(default_factory=list)
    of: str = ""  # of a share: the unit of its terms, of which the last is the whole
    missing: int = 0
    unread: int = 0
    unbound: int = 0  # records of which a bound cannot be told
    rounded: bool = False
    distinct: bool = False  # a count of different values, not of rows
    totals: bool = False  # left out
    groups: list[Group] = field(default_factory=list)
    rests: list[Record] = field(default_factory=list)  # left out
    lines: int = 0  # left out


def compute(plan: Plan) -> Computed | None:
    """Carry it out; None where values cannot be compared, or nothing fulfils the conditions."""
    with localcontext() as context:
        context.prec = _PRECISION
        limited = _within(plan)
        if limited is None:
            return None
        plan.records, unread = limited
        if not plan.records:
            return None
        done = _OPERATIONS[plan.operation](plan)
        if done is None:
            return None
        done.unbound = unread
        if plan.operation not in {"cell", "change", "difference", "share"} and not _is_picked(plan):
            done.totals = bool(plan.view.totals)
            done.rests = list(plan.view.rests)
            done.lines = len(plan.view.lines)
        return done


def _is_picked(plan: Plan) -> bool:
    """Whether named rows alone were looked at, so that nothing was left out of all."""
    return len(plan.records) < len(plan.view.records)


def _within(plan: Plan) -> tuple[list[Record], int] | None:
    """The records within all bounds, and how many could not be told."""
    records = plan.records
    unread = 0
    for bound in plan.bounds:
        compared = comparable_values(plan.view, records, bound.column)
        if compared is None:
            return None
        found, _, cannot = compared
        unread += len(cannot)
        kept = []
        for record, value in found:
            fulfils = _fulfils(value, bound)
            if fulfils is None:
                unread += 1
            elif fulfils:
                kept.append(record)
        records = kept
    return records, unread


def _fulfils(value: Value, bound: Bound) -> bool | None:
    """Whether a value is within a bound; None where a range is so in part."""
    low, high = magnitude(value)
    least, most = magnitude(bound.value)
    if bound.sign == "=":
        return low == least and high == most if least == most else least <= low and high <= most
    if bound.sign in {">", ">="}:
        limit = most if bound.sign == ">" else least
        all_of = low > limit if bound.sign == ">" else low >= limit
        none_of = high <= limit if bound.sign == ">" else high < limit
    else:
        limit = least if bound.sign == "<" else most
        all_of = high < limit if bound.sign == "<" else high <= limit
        none_of = low >= limit if bound.sign == "<" else low > limit
    return True if all_of else False if none_of else None


def _list(plan: Plan) -> Computed | None:
    entity = plan.entity
    if entity is not None and not plan.shown and _are_whole(plan, entity):
        return Computed(_distinct(plan.records, entity), distinct=True)
    return Computed(plan.records)


def _are_whole(plan: Plan, entity: Column) -> bool:
    """Whether several rows share a text of the column, and all rows of each text are there."""
    if plan.view.is_unique(entity.index):
        return False
    kept = {folded(record.text(entity.index)) for record in plan.records}
    of_those = [r for r in plan.view.records if folded(r.text(entity.index)) in kept]
    return len(of_those) <= len(plan.records)


def _distinct(records: Sequence[Record], column: Column) -> list[Record]:
    """The first record of each different text in a column."""
    first: dict[str, Record] = {}
    for record in records:
        if not is_nothing(record.text(column.index)):
            first.setdefault(folded(record.text(column.index)), record)
    return list(first.values())


def _count(plan: Plan) -> Computed | None:
    if plan.entity is not None and plan.entity.index != plan.view.label:
        different = _distinct(plan.records, plan.entity)
        if len(different) < len(plan.records):
            missing = sum(is_nothing(r.text(plan.entity.index)) for r in plan.records)
            return Computed(different, Decimal(len(different)), missing=missing, distinct=True)
    return Computed(plan.records, Decimal(len(plan.records)))


def _extreme(plan: Plan) -> Computed | None:
    assert plan.measure is not None  # an extreme has one
    compared = comparable_values(plan.view, plan.records, plan.measure)
    if compared is None:
        return None
    found, missing, unread = compared
    size = {value: magnitude(value) for _, value in found}
    ordered = sorted(found, key=lambda one: size[one[1]], reverse=not plan.low)
    if len(found) < 2 and len(plan.view.records) > 1 and missing:
        return None
    levels: list[list[tuple[Record, Value]]] = []
    for one in ordered:
        if levels and size[levels[-1][0][1]] == size[one[1]]:
            levels[-1].append(one)
        else:
            levels.append([one])
    chosen = levels[plan.from_top : plan.from_top + 1]
    if plan.top > 1:
        chosen = []
        for level in levels:
            if sum(map(len, chosen)) >= plan.top:
                break
            chosen.append(level)
    if not chosen or not _is_certain(plan, levels, size):
        return None
    records = [record for level in (levels if plan.compares else chosen) for record, _ in level]
    value = chosen[0][0][1]
    figure = value.low if not value.is_range and value.kind != "date" else None
    return Computed(records, figure, value.unit, missing=len(missing), unread=len(unread))


def _is_certain(
    plan: Plan,
    levels: list[list[tuple[Record, Value]]],
    size: dict[Value, tuple[Decimal, Decimal]],
) -> bool:
    """Whether ranges leave no doubt about the order of those that are chosen."""
    ranges = any(value.is_range for level in levels for _, value in level)
    if not ranges:
        return True
    if all(value.kind == "date" for level in levels for _, value in level):
        ends = [size[level[0][1]] for level in levels]
        return all(a[1] < b[0] or b[1] < a[0] for a, b in pairwise(ends))
    if plan.top > 1 or plan.from_top:
        return False
    best = size[levels[0][0][1]]
    others = [size[level[0][1]] for level in levels[1:]]
    if plan.low:
        return all(best[1] <= other[1] for other in others)
    return all(best[1] >= other[1] for other in others)


def _sum(plan: Plan) -> Computed | None:
    terms = _terms(plan)
    if terms is None:
        return None
    done, values = terms
    done.figure = sum(values, Decimal(0))
    return done


def _average(plan: Plan) -> Computed | None:
    terms = _terms(plan)
    if terms is None:
        return None
    done, values = terms
    exact = sum(values, Decimal(0)) / len(values)
    digits = max((-int(value.as_tuple().exponent) for value in values), default=0)
    more = 0 if kind_of(done.unit) == "money" and digits >= _MORE_DIGITS else _MORE_DIGITS
    places = Decimal(1).scaleb(-max(digits + more, _MORE_DIGITS))  # money has cents at most
    done.figure = exact.quantize(places)
    done.rounded = done.figure != exact
    if not done.rounded:
        done.figure = _plain(done.figure)
    return done


def _plain(number: Decimal) -> Decimal:
    """Without zeros behind the last digit that says something."""
    short = number.normalize()
    return short if int(short.as_tuple().exponent) <= 0 else short.quantize(Decimal(1))


def _terms(plan: Plan) -> tuple[Computed, list[Decimal]] | None:
    """The single values of the measure in one unit, with their records."""
    assert plan.measure is not None  # a sum has one
    compared = comparable_values(plan.view, plan.records, plan.measure)
    if compared is None:
        return None
    found, missing, unread = compared
    if any(value.is_range or value.kind == "date" for _, value in found):
        return None
    units = {value.unit for _, value in found}
    if len(units) > 1:
        return None
    values = [value.low for _, value in found]
    done = Computed([record for record, _ in found], unit=units.pop(), terms=values)
    done.missing, done.unread = len(missing), len(unread)
    return done, values


def _groups(plan: Plan) -> Computed | None:
    """A figure for each group, the highest first; or the highest or lowest alone."""
    assert plan.group is not None  # groups have a column
    column = plan.group.index
    members: dict[str, list[Record]] = {}
    for record in plan.records:
        if not is_nothing(record.text(column)):
            members.setdefault(folded(record.text(column)), []).append(record)
    if not 1 < len(members) <= _MOST_GROUPS:
        return None
    found: list[Group] = []
    units: set[str] = set()
    done = Computed([])
    for records in members.values():
        part = _aggregate(replace(plan, records=records))
        if part is None or part.figure is None:
            return None
        units.add(part.unit)
        done.rounded |= part.rounded
        done.missing += part.missing
        done.unread += part.unread
        found.append(Group(records[0].text(column), part.figure, part.records))
    if len(units) > 1:
        return None
    done.unit = units.pop() if units else ""
    found.sort(key=lambda group: group.figure, reverse=not plan.low)
    if plan.most:
        found = [group for group in found if group.figure == found[0].figure]
        done.figure = found[0].figure
    done.groups = found
    done.records = [record for group in found for record in group.records]
    done.missing += sum(is_nothing(record.text(column)) for record in plan.records)
    return done


def _aggregate(plan: Plan) -> Computed | None:
    if plan.aggregate == "count":
        return Computed(plan.records, Decimal(len(plan.records)))
    return _sum(plan) if plan.aggregate == "sum" else _average(plan)


def _difference(plan: Plan) -> Computed | None:
    assert plan.measure is not None  # a difference has one
    compared = comparable_values(plan.view, plan.records, plan.measure)
    if compared is None or len(compared[0]) != 2:
        return None
    return _between([value for _, value in compared[0]], plan.records)


def _change(plan: Plan) -> Computed | None:
    assert plan.measure is not None  # a change has one, of two rows, or two
    if plan.other is None:
        values = [plan.view.value(record, plan.measure) for record in plan.records]
    else:
        (record,) = plan.records
        values = [plan.view.value(record, column) for column in (plan.measure, plan.other)]
    first, second = values
    if first is None or second is None:
        return None
    done = _between([first, second], plan.records)
    if done is None or not plan.percent:
        return done
    before, after = done.terms
    if before <= 0 or done.unit in {"days", POINTS}:
        return None  # of nothing, and of a loss, there is no percentage
    return _percentage(done, (after - before) / before)


def _percentage(done: Computed, part: Decimal) -> Computed:
    exact = part * 100
    done.figure = exact.quantize(_TENTH)
    done.rounded = done.figure != exact
    done.unit = "%"
    return done


def _share(plan: Plan) -> Computed | None:
    """What part of the column's whole the rows are: of its total, or of all its rows."""
    terms = _terms(plan)
    everything = _terms(replace(plan, records=list(plan.view.records)))
    if terms is None or everything is None or terms[0].unit != everything[0].unit:
        return None
    (done, part), (every, values) = terms, everything
    if any(value < 0 for value in values) or every.missing or every.unread or done.missing:
        return None
    whole = sum(values, Decimal(0))
    totals = _terms(replace(plan, records=list(plan.view.totals))) if plan.view.totals else None
    if totals is not None and whole not in totals[1]:
        if len(totals[1]) > 1 or totals[0].unit != done.unit or totals[1][0] < whole:
            return None
        whole = totals[1][0]  # rows for all the others are in it
    if plan.view.rests and totals is None:
        return None
    if whole <= 0 or sum(part) > whole:
        return None
    done.terms = [*part, whole]
    done.of = done.unit
    return _percentage(done, sum(part) / whole)


def _between(values: list[Value], records: list[Record]) -> Computed | None:
    first, second = values
    if first.is_range or second.is_range or first.per != second.per:
        return None
    if first.kind == second.kind == "date":
        days = abs(second.low - first.low)
        return Computed(records, days, "days", terms=[first.low, second.low])
    if first.unit != second.unit:
        if not {first.unit, second.unit} <= set(DURATIONS):
            return None
        return None  # the reader would have to convert as well
    unit = POINTS if first.unit == "%" else first.unit
    return Computed(records, abs(second.low - first.low), unit, terms=[first.low, second.low])


def _cell(plan: Plan) -> Computed | None:
    filled = [
        record for record in plan.records if any(record.text(column.index) for column in plan.shown)
    ]
    if not filled:
        return None
    return Computed(filled, missing=len(plan.records) - len(filled))


_OPERATIONS = {
    "list": _list,
    "count": _count,
    "extreme": _extreme,
    "sum": _sum,
    "average": _average,
    "difference": _difference,
    "change": _change,
    "share": _share,
    "groups": _groups,
    "cell": _cell,
}
