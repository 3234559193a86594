"""From a question and a table that accounts for its words to a computation, or to none.

A plan is made only where nothing is left over: no word, no figure, no column without a part in it.
"""

from itertools import pairwise
from typing import Literal

from app.answering.tables.asking import Cue
from app.answering.tables.conditions import RowConditions
from app.answering.tables.lexicon import (
    folded_words,
    is_name,
    is_same_form,
    is_word,
    measure_words,
    period_of,
)
from app.answering.tables.listing import completes, is_about, is_lead, names_what_is_listed
from app.answering.tables.matching import (
    Condition,
    Match,
    comparable_columns,
    conjunctions,
    text_columns,
)
from app.answering.tables.meaning import (
    agrees,
    answers_ask,
    are_periods,
    count_words,
    grouping_phrases,
    holds,
    is_kind,
    is_period,
    is_prior,
    is_year_before,
    noun_of,
    verb_phrases,
    year_in,
)
from app.answering.tables.plan import Bound, NoPlan, Plan
from app.answering.tables.view import Column, View, unit_words
from vectorstore.tables.values import read_yes_no
from vectorstore.tables.words import folded, stems, words_in

_PART = 0.75  # what a word counts that is a part of a cell; one that names a column counts 1
_FEWEST_ITEMS = 2  # of a list
_NO_CHANGES = frozenset(("cell", "list", "count", "sum", "average"))
_LISTING = frozenset(("which", "list", "existence", "count"))
_COUNTED = frozenset(("number", "duration", "mixed", "money"))  # kinds of columns of numbers


def make_plan(match: Match) -> Plan | None:
    """The computation that the question asks of this table; None where it does not fit."""
    try:
        return _Planner(match).plan()
    except NoPlan:
        return None


class _Planner(RowConditions):
    def plan(self) -> Plan:
        if self._view.is_list:
            return self._items()
        superlative = self._cue("lowest", "highest") or self._top_cue()
        self._years = self._rows_of_years()
        bounds = self._figures(superlative)
        conditions = self._conditions()
        for condition in self._match.conditions:
            self._used.add(condition.column)
        plan = self._operation(superlative, conditions, bounds)
        if plan.operation in {"cell", "list", "count"} and self._asks_yes_or_no():
            raise NoPlan  # rows are no yes
        self._need_percentage(plan)
        plan.bounds = bounds
        plan.named = [group[0].column for group in conditions]
        plan.top = self._top or 1
        if self._asked.ordinal and superlative:
            plan.from_top = self._asked.ordinal - 1
        if self._rows_wanted not in {None, len(plan.records)}:
            raise NoPlan  # the question knows of more or fewer
        self._account(plan)
        plan.fit = self._fit()
        if plan.measure is not None and plan.measure == self._counting() and self._cue("count"):
            plan.fit += 1.0  # it tells how many there are, where other tables only have rows
        return plan

    def _items(self) -> Plan:
        """All items of a list that is of the asked thing."""
        if self._asks_yes_or_no() or not {cue.kind for cue in self._cues} <= _LISTING:
            raise NoPlan
        counted = self._cue("count")
        cue = counted or self._cue("which", "list")
        if cue is None:
            raise NoPlan
        table, words = self._view.table, self._asked.words
        for figure in self._asked.figures:
            if not self._is_number_of_rows(figure) and not self._is_place(figure):
                raise NoPlan
            if not self._is_place(figure):
                self._rows_wanted = figure.count
        relating = folded_words(lambda words: words.relating)
        if any(not by and words[at] not in relating for at, by in enumerate(self._by)):
            raise NoPlan
        head = self._head([one for one in (cue, self._cue("list")) if one is not None])
        named = head is not None and names_what_is_listed(words[head], table)
        if not (named and is_about(words, table)) and (counted or not completes(words, table)):
            raise NoPlan
        if counted is not None and not (is_lead(table.name) or "document" in self._by):
            raise NoPlan  # a heading may name more than what is listed below it
        records = list(self._view.records)
        if self._rows_wanted not in {None, len(records)} or len(records) < _FEWEST_ITEMS:
            raise NoPlan
        plan = Plan(self._view, self._asked, "list" if counted is None else "count", records)
        if counted is not None and head is not None:
            plan.names = self._said_from(head)
        plan.fit = 0.5 * sum(by == "place" for by in self._by)
        return plan

    def _need_percentage(self, plan: Plan) -> None:
        """Raises NoPlan where a percentage is asked for, or a year before, and none is told."""
        if plan.percent or plan.operation == "share":
            return
        if self._cue("prior") is not None and plan.operation != "change":
            raise NoPlan
        if self._cue("change", "difference") is not None and plan.operation in _NO_CHANGES:
            raise NoPlan  # a cell is no change
        columns = [column for column in (plan.measure, *plan.shown) if column is not None]
        if self._cue("percent") is not None and not any(
            column.kind == "percent" or "%" in column.unit for column in columns
        ):
            raise NoPlan

    def _asks_yes_or_no(self) -> bool:
        starts = self._asked.language.tables.yes_no  # "was" opens another question in German
        return self._asked.words[0] in map(folded, starts)

    def _fit(self) -> float:
        """How much of the question the table's columns and cells account for, in words."""
        parts = {
            at
            for condition in self._match.conditions
            if not condition.whole
            for at in range(condition.start, condition.end)
        }
        return sum(
            _PART if at in parts else 1.0
            for at, by in enumerate(self._match.by)
            if by in {"column", "row"}
        )

    # Operations

    def _operation(
        self, superlative: Cue | None, groups: list[list[Condition]], bounds: list[Bound]
    ) -> Plan:
        found = (
            self._change(groups, bounds)
            or self._share(superlative, groups)
            or self._groups(superlative, groups)
        )
        if found is not None:
            return found
        if superlative is not None:
            return self._extreme(superlative, groups)
        return self._of_rows(groups, bounds)

    def _of_rows(self, groups: list[list[Condition]], bounds: list[Bound]) -> Plan:
        """A computation over all rows that are meant, or these rows themselves."""
        average, total = self._cue("average"), self._cue("sum")
        compared = self._cue("lower", "higher")
        if average is not None or total is not None:
            return self._sum("average" if average is not None else "sum", groups)
        if self._cue("difference") is not None or compared is not None:
            return self._difference(compared, groups)
        if (count := self._cue("count")) is not None:
            return self._count(count, groups, bounds)
        return self._select(groups, bounds)

    def _extreme(self, cue: Cue, groups: list[list[Condition]]) -> Plan:
        measure, low = self._measured(cue)
        plan = Plan(self._view, self._asked, "extreme", self._rows(groups), measure=measure)
        if len(plan.records) == 1 < len(self._view.records) and any(
            one.whole and one.column == self._view.label for group in groups for one in group
        ):
            raise NoPlan  # "which permit" names the one row that is called so
        plan.low = low
        plan.entity = self._entity(groups, measure, self._cue("which", "list"), cue)
        self._leave(plan, [measure])
        if not (self._match.columns or groups or "place" in self._by):
            raise NoPlan
        return plan

    def _groups(self, superlative: Cue | None, groups: list[list[Condition]]) -> Plan | None:
        """A figure for each of the texts of a column: "the total price per country"."""
        column = self._column_of_groups() or self._column_of_most(superlative)
        if column is None or column.index in self._used:
            return None
        records = self._rows(groups)
        plan = Plan(self._view, self._asked, "groups", records, group=column)
        plan.most, plan.low = superlative is not None, superlative is not None and superlative.low
        if self._cue("average") is not None:
            plan.aggregate = "average"
        elif self._cue("sum") is not None or (
            superlative is not None
            and [c for c in comparable_columns(self._match) if c.index not in self._used]
        ):
            plan.aggregate = "sum"
        elif self._cue("count") is None and superlative is None:
            return None
        used = [column]
        if plan.aggregate != "count":
            plan.measure = self._one_measure()
            used.append(plan.measure)
            if plan.measure.kind == "date" or (
                plan.measure.kind == "percent" and plan.aggregate == "sum"
            ):
                raise NoPlan
        elif self._counting() is not None or not self._counts_rows(column):
            raise NoPlan
        self._used.add(column.index)
        self._leave(plan, used)
        return plan

    def _column_of_groups(self) -> Column | None:
        """The column of texts that stands behind "per"."""
        words = self._asked.words
        for at in range(len(words) - 1):
            found = grouping_phrases().at(words, at)
            behind = at + found.length if found else len(words)
            while behind < len(words) and self._by[behind] == "free":
                behind += 1
            if behind < len(words) and self._by[behind] == "column":
                columns = [self._view.columns[n] for n in self._match.columns_at(behind)]
                texts = [c for c in columns if not c.is_comparable]
                if len(texts) == 1:
                    return texts[0]
        return None

    def _column_of_most(self, superlative: Cue | None) -> Column | None:
        """ "Which country has the most suppliers": the column whose texts are counted."""
        which = self._cue("which")
        if superlative is None or which is None or self._view.is_list or self._view.turned:
            return None
        head = self._head([which])
        if head is None or self._by[head] != "column" or head > superlative.start:
            return None
        texts = [self._view.columns[n] for n in self._match.columns_at(head)]
        if len(texts) != 1 or texts[0].is_comparable or self._view.is_unique(texts[0].index):
            return None
        added = self._cue("sum", "average") is not None or self._is_of_amounts(superlative)
        return texts[0] if added else None

    def _is_of_amounts(self, superlative: Cue) -> bool:
        """ "The most staff" is that of all rows of a group; "the highest price" is that of one."""
        said = self._asked.words[superlative.start : superlative.start + superlative.length]
        words = folded_words(lambda words: words.quantities)
        return not superlative.measure and any(word in words for word in said)

    def _counts_rows(self, column: Column) -> bool:
        """Whether the question names what a row is, besides the column of the groups."""
        of_group = self._match.columns.get(column.index, frozenset())
        label = self._match.columns.get(self._view.label, frozenset())
        return any(
            by in {"place", "row"} or (by == "column" and at in label)
            for at, by in enumerate(self._by)
            if at not in of_group
        )

    def _measured(self, cue: Cue) -> tuple[Column, bool]:
        """The column that a superlative or comparative is about, and whether low is meant."""
        low = cue.low
        named = [c for c in comparable_columns(self._match) if c.index not in self._used]
        if cue.measure == "date":
            ages = [c for c in self._view.columns if c.measures("age") and c.kind != "date"]
            if len(ages) == 1 and (not named or named == ages):
                return ages[0], not low
        if named:
            agreeing = [c for c in named if agrees(c, cue.measure)]
            if len(agreeing) > 1:  # "which year had the highest revenue"
                agreeing = [c for c in agreeing if c.kind != "date"]
            if len(agreeing) != 1:
                raise NoPlan
            return agreeing[0], low
        if not cue.measure:
            return self._sole(), low
        self._measures.add(cue.measure)
        fitting = [
            c
            for c in self._view.columns
            if c.is_comparable and holds(c, cue.measure) and agrees(c, cue.measure)
        ]
        if len(fitting) != 1:
            raise NoPlan
        return fitting[0], low

    def _sole(self) -> Column:
        """The figures of a list, which its lead-in or its heading names alone."""
        column = self._view.sole_measure
        if column is None or column.index in self._used:
            raise NoPlan
        if "place" not in self._by and not self._says_unit(column):
            raise NoPlan
        return column

    def _says_unit(self, column: Column) -> bool:
        """ "How many employees", of a list of sites with "120 employees" each."""
        values = (self._view.value(record, column) for record in self._view.records)
        value = next((value for value in values if value is not None), None)
        return value is not None and any(
            not stems(word).isdisjoint(stems(said))
            for word in unit_words(value)
            for said in self._asked.words
        )

    def _entity(
        self, groups: list[list[Condition]], measure: Column | None, *cues: Cue | None
    ) -> Column | None:
        """The column of what is asked for; raises NoPlan where the table has no such thing."""
        starts = [cue for cue in cues if cue is not None]
        if not starts:
            return self._first_text()
        head = self._head(starts)
        if head is None:
            if not groups and measure is None:
                raise NoPlan
            return self._first_text()
        by = self._by[head]
        if by == "column":
            return self._named_at(head, measure)
        beside = any(head == cue.start + cue.length for cue in starts)
        known = by == "row" and (not beside or self._is_kind_of(head))
        if not known and not (by == "place" and self._is_of_place(head, measure)):
            raise NoPlan
        return None

    def _named_at(self, head: int, measure: Column | None) -> Column | None:
        columns = [self._view.columns[n] for n in self._match.columns_at(head)]
        texts = [c for c in columns if not c.is_comparable]
        if texts:
            return texts[0]
        if measure is not None and measure not in columns:
            return self._dated(columns)
        if not any(self._names_noun(column) for column in columns):
            raise NoPlan  # "which meal" asks for no "Meal allowance"
        return None

    def _names_noun(self, column: Column) -> bool:
        """Whether the question names what a column is, besides what it is of."""
        noun = noun_of(" ".join(column.words))
        return any(is_name(self._asked.words[at], noun) for at in self._match.columns[column.index])

    def _is_kind_of(self, head: int) -> bool:
        """Whether the cells that a word is a part of are things of its kind.

        "Heron electromagnetic meter" is a meter; "meter cable" is none.
        """
        condition = next(one for one in self._match.conditions if one.start <= head < one.end)
        if condition.whole:
            return True
        if not self._view.columns[condition.column].words and not any(
            is_period(column) for column in self._view.columns
        ):
            return False
        word = self._asked.words[condition.end - 1]
        everything = [*self._view.records, *self._view.totals, *self._view.rests]
        return all(
            is_word(word, noun_of(everything[n].text(condition.column))) for n in condition.records
        )

    def _dated(self, columns: list[Column]) -> Column:
        """ "Which year": a date may be what is asked for, a price may not."""
        dates = [c for c in columns if c.kind == "date"]
        if len(dates) != 1:
            raise NoPlan
        return dates[0]

    def _first_text(self) -> Column | None:
        return next((c for c in text_columns(self._match) if c.index not in self._used), None)

    def _head(self, cues: list[Cue]) -> int | None:
        """The word that says what is asked for: the first behind the cue that tells something."""
        start = min(cue.start + cue.length for cue in cues)
        for at in range(start, len(self._by)):
            if self._by[at] not in {"free", "cue", "figure"}:
                return self._noun(at)
            if self._by[at] == "cue" and self._asked.words[at] in conjunctions():
                return None
        return None

    def _noun(self, at: int) -> int:
        """The last of the words that name one thing: "class" in "locomotive class"."""
        if self._by[at] not in {"place", "document"}:
            return at
        following = at + 1
        while following < len(self._by) and self._by[following] in {"place", "document"}:
            following += 1
        is_noun = following < len(self._by) and self._by[following] in {"column", "row"}
        return following if is_noun else at

    def _is_of_place(self, head: int, measure: Column | None) -> bool:
        """Whether the table's own name is what its rows are, or what its years measure.

        Its rows are that only where no column says otherwise: the first is "Name" or the like.
        """
        if measure is not None and is_period(measure):
            return True
        label = self._view.columns[self._view.label]
        if not label.words:
            asked = self._asked.words[head]
            if measure is not None:  # "which fee is the highest"
                heading = self._view.table.heading.rsplit(" > ", 1)[-1]
                said = words_in(f"{self._view.table.name} {heading}")
                return any(is_name(asked, word) for word in said)
            return names_what_is_listed(asked, self._view.table)
        generic = folded_words(lambda words: words.generic)
        if not label.words or not all(word in generic for word in label.words):
            return False
        table = self._view.table
        own = words_in(f"{table.name} {table.heading.rsplit(' > ', 1)[-1]}")
        return not any(word in conjunctions() for word in own)

    def _sum(self, operation: Literal["sum", "average"], groups: list[list[Condition]]) -> Plan:
        measure = self._one_measure()
        plan = Plan(self._view, self._asked, operation, self._rows(groups), measure=measure)
        if measure.kind in {"date", "percent"} and operation == "sum":
            raise NoPlan
        plan.entity = self._first_text()
        if self._view.columns[self._view.label].kind == "date" and not groups:
            raise NoPlan  # years are not added up unless they are named
        if len(plan.records) < 2 and (operation == "sum" or len(self._view.records) > 1):
            raise NoPlan
        self._leave(plan, [measure])
        return plan

    def _one_measure(self) -> Column:
        """The one comparable column that is named, or that the question's verb measures."""
        named = [c for c in comparable_columns(self._match) if c.index not in self._used]
        if len(named) == 1:
            return named[0]
        if not named and self._cue("count") and (counting := self._counting()) is not None:
            return counting
        asked = {cue.measure for cue in self._cues if cue.kind == "ask"} | self._verbs()
        fitting = [
            column
            for column in (named or self._view.columns)
            if column.is_comparable and any(holds(column, one) for one in asked)
        ]
        if not fitting and not named:
            return self._sole()
        if len(fitting) != 1:
            raise NoPlan
        return fitting[0]

    def _verbs(self) -> set[str]:
        """What open words of the question measure: "expensive"."""
        words = self._asked.words
        found = set()
        for at, by in enumerate(self._by):
            if not by and (phrase := verb_phrases().at(words, at)):
                found.add(phrase.meaning)
        return found

    def _change(self, groups: list[list[Condition]], bounds: list[Bound]) -> Plan | None:
        """The difference of two years: of two columns in one row, or of two rows."""
        percent = self._cue("percent") is not None
        if not self._compares() or (not percent and self._cue("lower", "higher")):
            return None
        if bounds:
            return None  # a year that the table does not have
        if self._years:
            return None if groups else self._change_of_rows(percent=percent)
        rows = self._rows(groups, totals=True)
        columns = self._two_periods() if groups and len(rows) == 1 else None
        if columns is None or columns[0].unit != columns[1].unit:
            return None
        plan = Plan(self._view, self._asked, "change", rows, measure=columns[0], other=columns[1])
        plan.percent = percent
        plan.entity = self._first_text()
        self._leave(plan, columns)
        return plan

    def _change_of_rows(self, *, percent: bool) -> Plan | None:
        """The same where rows are years."""
        measure = self._one_measure()
        if measure.kind in {"date", "percent"}:
            return None
        plan = Plan(self._view, self._asked, "change", self._years, measure=measure)
        plan.percent = percent
        self._leave(plan, [measure])
        return plan

    def _two_periods(self) -> list[Column] | None:
        """The columns of two years: both named, one and the year before, or the only two."""
        prior = [c for c in self._view.columns if c.is_comparable and is_prior(c)]
        named = [c for c in comparable_columns(self._match) if c.index not in self._used]
        named = [c for c in named if c not in prior]
        if not are_periods(named):
            return None
        if len(named) == 2:
            # A percentage is of the earlier one, whichever is said first.
            return sorted(named, key=year_in) if self._cue("percent", "prior") else named
        periods = [c for c in self._view.columns if c.is_comparable and is_period(c)]
        if len(named) == 1:
            before = [c for c in periods if is_year_before(c, named[0])] or prior
            return [before[0], named[0]] if len(before) == 1 else None
        if not named and len(periods) == len(prior) == 1:
            return [*prior, *periods]
        if len(periods) == 2 and not named:
            early, late = sorted(periods, key=year_in)
            return [early, late] if is_year_before(early, late) else None
        return None

    def _share(self, superlative: Cue | None, groups: list[list[Condition]]) -> Plan | None:
        """What part of the whole column the named rows are."""
        if self._cue("percent") is None or superlative is not None or self._cue("average"):
            return None
        if not groups or self._view.columns[self._view.label].kind == "date":
            return None  # years are no parts of a whole
        try:
            measure = self._one_measure()
        except NoPlan:
            return None
        rows = self._rows(groups)
        if measure.kind in {"date", "percent", "duration"} or not 0 < len(rows) < len(
            self._view.records
        ):
            return None
        plan = Plan(self._view, self._asked, "share", rows, measure=measure)
        plan.entity = self._first_text()
        self._leave(plan, [measure])
        return plan

    def _difference(self, compared: Cue | None, groups: list[list[Condition]]) -> Plan:
        pairs = [group for group in groups if len(group) == 2]
        if len(pairs) != 1:
            raise NoPlan
        others = [group for group in groups if group is not pairs[0]]
        measure = self._measured(compared)[0] if compared else self._one_measure()
        sides = [self._rows([[condition], *others]) for condition in pairs[0]]
        if [len(side) for side in sides] != [1, 1] or sides[0][0] is sides[1][0]:
            raise NoPlan
        records = [side[0] for side in sides]
        which = self._cue("which")
        if compared and which and self._cue("difference") is None and which.start == 0:
            plan = Plan(self._view, self._asked, "extreme", records, measure=measure)
            plan.low = self._measured(compared)[1]
            plan.compares = True
        else:
            plan = Plan(self._view, self._asked, "difference", records, measure=measure)
        plan.entity = self._first_text()
        self._leave(plan, [measure])
        return plan

    def _count(self, cue: Cue, groups: list[list[Condition]], bounds: list[Bound]) -> Plan:
        head = self._head([cue])
        if head is None:
            raise NoPlan
        named = [self._view.columns[n] for n in self._match.columns_at(head)]
        if named and all(c.is_comparable for c in named):
            return self._number(named, groups)
        periods = [c for c in comparable_columns(self._match) if is_period(c)]
        if self._by[head] == "row" and len(periods) == 1 and self._is_kind_of(head):
            return self._number(periods, groups)  # "how many employees in 2024"
        counting = self._counting()
        if counting is not None and (
            self._by[head] == "row" or (self._by[head] == "place" and self._is_of_name(head))
        ):
            # Its cells say how many there are; rows are kinds of what is asked for.
            if groups and len(self._rows(groups)) == 1:
                return self._cell(counting, groups)
            return self._sum("sum", groups)
        entity = self._entity(groups, None, cue)
        plan = Plan(self._view, self._asked, "count", self._rows(groups), entity=entity)
        plan.names = self._said_from(head)
        self._leave(plan, [bound.column for bound in bounds])
        return plan

    def _counting(self) -> Column | None:
        """The column that says how many there are of what a row names: "Number"."""
        found = [
            c
            for c in self._view.columns
            if c.kind == "number" and c.words and c.words[0] in count_words() and len(c.words) == 1
        ]
        return found[0] if len(found) == 1 and not self._view.turned else None

    def _is_of_name(self, head: int) -> bool:
        """Whether a word stands in the table's own name or the heading right above it."""
        table = self._view.table
        own = words_in(f"{table.name} {table.heading.rsplit(' > ', 1)[-1]}")
        return any(is_name(self._asked.words[head], word) for word in own)

    def _number(self, named: list[Column], groups: list[list[Condition]]) -> Plan:
        """ "How many beds has Neurology": the number stands in a cell."""
        if len(named) != 1 or not groups or named[0].kind not in _COUNTED:
            raise NoPlan
        if not is_period(named[0]) and not self._names_noun(named[0]):
            raise NoPlan
        return self._cell(named[0], groups)

    def _cell(self, column: Column, groups: list[list[Condition]]) -> Plan:
        plan = Plan(self._view, self._asked, "cell", self._rows(groups, totals=True))
        plan.shown = [column]
        plan.entity = self._first_text()
        self._leave(plan, [column])
        return plan

    def _said_from(self, head: int) -> str:
        """The question's words for what is counted, as they stand."""
        end = head + 1
        kind = self._by[head]
        same = self._match.columns_at(head)
        while (
            end < len(self._by)
            and self._by[end] == kind != "place"
            and self._match.columns_at(end) == same
        ):
            end += 1
        tokens = self._asked.tokens
        start = head
        while start and self._by[start - 1] == kind and self._match.columns_at(start - 1) == same:
            start -= 1
        return self._asked.text[tokens[start].start : tokens[end - 1].end]

    def _select(self, groups: list[list[Condition]], bounds: list[Bound]) -> Plan:
        which, listed = self._cue("which", "ask"), self._cue("list")
        entity = self._entity(groups, None, which, listed) if which or listed else None
        flags = [c for c in text_columns(self._match) if c.kind == "yes_no"]
        rows = self._rows(groups, totals=True)
        if not groups:
            rows = list(self._view.records)
        for flag in flags:
            rows = [row for row in rows if read_yes_no(row.text(flag.index)) is True]
        shown = [
            self._view.columns[n]
            for n in sorted(self._match.columns, key=lambda n: min(self._match.columns[n]))
            if n not in self._used and (entity is None or n != entity.index)
        ]
        self._need_joints([column for column in shown if column.is_comparable])
        limited = bool(groups or bounds or flags)
        wanted = self._asked_columns()
        other = entity is not None and entity.index != self._view.label
        if wanted and (shown or other):
            raise NoPlan  # "who" and another thing
        shown += [column for column in wanted if column not in shown]
        by_name = groups and all(group[0].column == self._view.label for group in groups)
        sole = self._view.sole_measure
        if by_name and not shown and entity is None and sole is not None and "place" in self._by:
            shown = [sole]  # "what is the fee for boating", of a list of fees
        tells = entity is not None or shown or (listed and by_name)
        if not tells and not self._names_rows(groups, which or listed, limited=bool(bounds)):
            raise NoPlan
        if not limited and not (
            self._is_listing() or self._is_of_list(which or listed) or self._asks_for_all(entity)
        ):
            raise NoPlan
        one = bool(by_name) and bool(shown or entity is not None) and not bounds
        plan = Plan(self._view, self._asked, "cell" if one else "list", rows, entity=entity)
        plan.shown = shown
        if one and entity is not None and entity.index != self._view.label:
            plan.shown = [entity, *shown]
        self._leave(plan, [*shown, *flags, *[bound.column for bound in bounds]])
        return plan

    def _need_joints(self, shown: list[Column]) -> None:
        """Raises NoPlan where two columns are named and nothing joins them: "price of delivery"."""
        spans = [self._match.columns[column.index] for column in shown]
        for one, other in pairwise(spans):
            if one == other:
                continue
            start, end = min(max(one), max(other)), max(min(one), min(other))
            between = self._asked.text[
                self._asked.tokens[start].end : self._asked.tokens[end].start
            ]
            words = self._asked.words[start + 1 : end]
            if "," not in between and not any(word in conjunctions() for word in words):
                raise NoPlan

    def _names_rows(self, groups: list[list[Condition]], cue: Cue | None, *, limited: bool) -> bool:
        """ "List the Heron meters": rows by a part of what their cells say, all of them."""
        head = self._head([cue]) if cue is not None else None
        return (
            head is not None
            and self._by[head] in {"row", "place"}
            and (bool(groups) or self._by[head] == "place")
            and (
                self._is_listing()
                or self._is_of_list(cue)
                or len(groups) > 1
                or limited
                or (bool(groups) and self._by[head] == "place")
            )
        )

    def _is_of_list(self, cue: Cue | None) -> bool:
        """ "What are the holidays", of a list of labels that no column names."""
        head = self._head([cue]) if cue is not None else None
        if head is None or self._view.columns[self._view.label].words or self._view.turned:
            return False
        words, table = self._asked.words, self._view.table
        return names_what_is_listed(words[head], table) and is_about(words, table)

    def _asks_for_all(self, entity: Column | None) -> bool:
        """ "Who are the directors", "What are the risks": the rows by their name, in the plural."""
        if entity is None or entity.index != self._view.label or self._view.turned:
            return False
        at = self._match.columns.get(entity.index, frozenset())
        said = [self._asked.words[n] for n in at]
        return len(self._match.columns) == 1 and any(
            word != one and is_same_form(word, one) for word in said for one in entity.words
        )

    def _is_listing(self) -> bool:
        return self._cue("list", "existence") is not None

    def _asked_columns(self) -> list[Column]:
        """The column that "when", "where", "how long" or a verb asks for."""
        asked = {cue.measure for cue in self._cues if cue.kind == "ask"} | self._verbs()
        if not asked:
            return []
        named = [self._view.columns[n] for n in {*self._match.columns, *self._used}]
        for measure in asked:
            if any(c.measures(measure) or is_kind(c, measure) for c in named):
                return []
        fitting = [c for c in self._view.columns if any(holds(c, one) for one in asked)]
        fitting = [c for c in fitting if c.index not in self._used]
        if not fitting or (len(fitting) > 1 and not asked <= {"place", "person"}):
            raise NoPlan
        return fitting

    # What is left

    def _leave(self, plan: Plan, used: list[Column]) -> None:
        """Every comparable column that is named has its part; a text that is named is shown."""
        entity = plan.entity.index if plan.entity is not None else -1
        part = {column.index for column in used} | self._used | {entity}
        named = {at for index, at in self._match.columns.items() if index in part}
        for index, at in self._match.columns.items():
            if index in part or at in named:  # another column may be meant by the same words
                continue
            column = self._view.columns[index]
            if column.is_comparable:
                raise NoPlan
            plan.shown.append(column)

    def _account(self, plan: Plan) -> None:
        """Raises NoPlan where a word is left that the plan's columns do not answer for."""
        named = (plan.measure, plan.other, plan.entity, plan.group, *plan.shown)
        columns = [column for column in named if column is not None]
        columns += [bound.column for bound in plan.bounds]
        words = self._asked.words
        at = 0
        while at < len(words):
            if not self._by[at] and not self._joins(at, plan):
                length = self._answered(at, columns, plan.view)
                if not length:
                    raise NoPlan
                at += length
            else:
                at += 1
        for cue in self._cues:
            asked = [*columns, self._view.columns[self._view.label]]
            if cue.kind == "ask" and not answers_ask(cue.measure, asked):
                raise NoPlan

    def _joins(self, at: int, plan: Plan) -> bool:
        """Whether a word only stands between things that are compared or added, or at a year."""
        word = self._asked.words[at]
        if word in folded_words(lambda words: words.before_years):
            following = self._asked.words[at + 1 : at + 3]
            return any(len(one) == 4 and one.isdigit() for one in following)
        if word in conjunctions():
            return True
        if word in folded_words(lambda words: words.relating):
            return plan.operation in {"list", "cell", "share", "sum"}
        between = folded_words(lambda words: words.between)
        return word in between and plan.operation in {"difference", "change", "extreme"}

    def _answered(self, at: int, columns: list[Column], view: View) -> int:
        """How many words from here on the columns answer for."""
        words = self._asked.words
        phrase = verb_phrases().at(words, at)
        if phrase and any(
            c.measures(phrase.meaning) or is_kind(c, phrase.meaning) for c in columns
        ):
            return phrase.length
        period = period_of().get(words[at])
        for column in columns:
            if period and any(period_of().get(word) == period for word in column.words):
                return 1
            value = next((v for r in view.records[:5] if (v := view.value(r, column))), None)
            if value is None:
                continue
            counted = measure_words()[phrase.meaning] if phrase else frozenset()
            if phrase and not counted.isdisjoint(stems(folded(value.unit))):
                return phrase.length  # "work", of "120 employees"
            if any(not stems(words[at]).isdisjoint(stems(word)) for word in unit_words(value)):
                return 1
            if value.per and period and period_of().get(value.per) == period:
                return 1
        return 0
