"""Which rows a question means: by the figures that bound them and the cells that name them."""

from app.answering.tables.asking import Cue, Figure, as_year
from app.answering.tables.lexicon import is_word
from app.answering.tables.matching import Condition, Match, comparable_columns, conjunctions
from app.answering.tables.plan import Bound, NoPlan
from app.answering.tables.view import Column, Record
from vectorstore.tables.values import DURATIONS, Value


class RowConditions:
    """Reads conditions out of what a table accounts for; a plan goes on from there.

    Raises NoPlan where a figure or a name cannot be told to hold for one column.
    """

    def __init__(self, match: Match) -> None:
        self._match = match
        self._asked = match.asked
        self._view = match.view
        self._by = list(match.by)
        self._used: set[int] = set()  # columns that conditions use
        self._measures: set[str] = set()  # that chosen columns have to answer for
        self._top = 0
        self._rows_wanted: int | None = None  # "the three pumps"
        self._years: list[Record] = []  # two rows that are called by their years
        self._cues = [
            cue
            for cue in match.asked.cues
            if match.released.isdisjoint(range(cue.start, cue.start + cue.length))
            and any(match.by[at] == "cue" for at in range(cue.start, cue.start + cue.length))
        ]

    def _cue(self, *kinds: str) -> Cue | None:
        return next((cue for cue in self._cues if cue.kind in kinds), None)

    def _rows_of_years(self) -> list[Record]:
        """The rows of two years that are compared, the earlier first, where rows are years."""
        label = self._view.columns[self._view.label]
        if label.kind != "date" or not self._compares():
            return []
        found: dict[int, Record] = {}
        for figure in self._asked.figures:
            year = as_year(figure)
            if year is None or figure.value.kind == "date" or self._by[figure.start] == "column":
                continue
            rows = [r for r in self._view.records if self._is_within(r, label, year)]
            if len(rows) != 1 or figure.count is None:
                return []
            found[figure.count] = rows[0]
        if len(found) != 2:
            return []
        for figure in self._asked.figures:
            if figure.count in found:
                for at in range(figure.first, figure.end):
                    self._by[at] = "row"
        return [found[year] for year in sorted(found)]

    def _is_within(self, record: Record, label: Column, year: Value) -> bool:
        value = self._view.value(record, label)
        return value is not None and year.low <= value.low and value.high <= year.high

    def _compares(self) -> bool:
        return self._cue("change", "difference", "lower", "higher", "prior") is not None

    # Figures

    def _figures(self, superlative: Cue | None) -> list[Bound]:
        found = []
        for figure in self._asked.figures:
            span = range(figure.first, figure.end)
            if all(self._by[at] in {"row", "column"} for at in range(figure.start, figure.end)):
                continue  # a year that is a column's name, a number in a row's
            if superlative and self._is_top(figure, superlative):
                self._top = figure.count or 0
                continue
            if self._is_number_of_rows(figure):
                self._rows_wanted = figure.count
                continue
            if self._is_place(figure):
                for at in span:
                    self._by[at] = "document"
                continue
            found.append(self._bound(figure))
        return found

    def _top_cue(self) -> Cue | None:
        """ "The top three segments by revenue": the highest, where nothing else is said."""
        top = self._cue("top")
        if top is None or not any(f.start == top.start + top.length for f in self._asked.figures):
            return None
        return Cue("highest", top.start, top.length)

    def _is_top(self, figure: Figure, superlative: Cue) -> bool:
        if figure.count is None or figure.bound or not 2 <= figure.count <= 50:
            return False
        if figure.value.unit:
            return False
        top = self._cue("top")
        if top and top.start + top.length == figure.start:
            return True
        return figure.end == superlative.start or (
            figure.end < superlative.start and self._by[figure.end] in {"column", "row", "place"}
        )

    def _is_number_of_rows(self, figure: Figure) -> bool:
        """ "The three Grebe pumps": a small number before what names rows or their kind."""
        if figure.count is None or figure.bound or figure.value.unit or not 2 <= figure.count <= 20:
            return False
        return figure.end < len(self._by) and self._by[figure.end] in {"row", "place"}

    def _is_place(self, figure: Figure) -> bool:
        """A year of the table's name, its headings, or its document's name."""
        year = as_year(figure)
        if year is None or figure.bound or figure.value.kind == "date":
            return False
        table = self._view.table
        said = f"{table.name} {table.heading} {table.title} {table.document}"
        return str(figure.count) in said

    def _bound(self, figure: Figure) -> Bound:
        column = self._column_of(figure)
        value = figure.value
        if column.kind == "date":
            year = as_year(figure)
            if year is None:
                raise NoPlan
            value = year
        self._used.add(column.index)
        for at in range(figure.first, figure.end):
            self._by[at] = "figure"
        sign = figure.bound or "="
        before = self._asked.words[figure.first : figure.start]
        if any(is_word(word, one) for word in before for one in column.words):
            sign = "="  # "valid until 2027" of a column "Valid until"
        tokens = self._asked.tokens
        last = tokens[figure.end - figure.behind - 1]
        said = self._asked.text[tokens[figure.start].start : last.end]
        return Bound(column, sign, value, said)

    def _column_of(self, figure: Figure) -> Column:
        """The column that a figure bounds: the one named beside it, or of its unit or measure."""
        named = comparable_columns(self._match)
        if as_year(figure) is not None and not figure.value.unit:
            dates = [c for c in named if c.kind == "date"] or [
                c for c in self._view.columns if c.kind == "date"
            ]
            if len(dates) == 1:
                return dates[0]
        fitting = [c for c in self._view.columns if self._has_unit(c, figure)]
        if not figure.bound:
            beside = [c for c in named if self._is_beside(c, figure)]
            fitting = [c for c in named if c in fitting and (c in beside or figure.value.unit)]
        elif figure.measure and (measured := [c for c in fitting if c.measures(figure.measure)]):
            fitting = [c for c in measured if c in named] or measured
        elif chosen := [c for c in fitting if c in named]:
            fitting = chosen
        elif not figure.value.unit:
            raise NoPlan
        if len(fitting) != 1:
            raise NoPlan
        return fitting[0]

    def _has_unit(self, column: Column, figure: Figure) -> bool:
        """Whether the figure could stand in the column: in its unit, or without one."""
        if not column.is_comparable or column.kind == "date":
            return False
        unit = figure.value.unit
        if not unit:
            return True
        units = {
            value.unit
            for record in self._view.records[:50]
            if (value := self._view.value(record, column)) is not None
        }
        return units == {unit} or (unit in DURATIONS and bool(units) and units <= set(DURATIONS))

    def _is_beside(self, column: Column, figure: Figure) -> bool:
        at = self._match.columns[column.index]
        return any(word in at for word in (figure.start - 1, figure.end, figure.end - 1))

    # Rows

    def _conditions(self) -> list[list[Condition]]:
        """Conditions in groups that stand for each other: "in Norway or Denmark"."""
        groups: list[list[Condition]] = []
        for condition in self._match.conditions:
            last = groups[-1][-1] if groups else None
            if (
                last is not None
                and last.column == condition.column
                and self._joined(last.end, condition.start)
            ):
                groups[-1].append(condition)
            else:
                groups.append([condition])
        columns = [group[0].column for group in groups]
        clash = len(set(columns)) < len(columns)
        if not clash and all(self._is_shared(group, groups) for group in groups):
            return groups
        together = self._together()
        if together is not None:
            return [[together]]
        if clash:
            raise NoPlan  # two names of one column that nothing joins
        return groups

    def _is_shared(self, group: list[Condition], groups: list[list[Condition]]) -> bool:
        """Whether the rest holds for each of several names: "Norwegian pumps and valves"."""
        others = [one for one in groups if one is not group]
        return len(group) < 2 or all(self._rows([[one], *others], totals=True) for one in group)

    def _together(self) -> Condition | None:
        """The rows of several things, each of which is told by words of its own, as one condition.

        "Electric locomotives and battery shunters": conditions between two joints belong together.
        """
        parts: list[list[Condition]] = [[]]
        for condition in self._match.conditions:
            last = parts[-1][-1] if parts[-1] else None
            if last is not None and self._joined(last.end, condition.start):
                parts.append([])
            parts[-1].append(condition)
        if len(parts) < 2:
            return None
        found: set[int] = set()
        for part in parts:
            rows = frozenset.intersection(*(one.records for one in part))
            if not rows or not found.isdisjoint(rows):
                return None
            found |= rows
        first, last = self._match.conditions[0], self._match.conditions[-1]
        label = self._view.label
        return Condition(label, first.start, last.end, frozenset(found), whole=False)

    def _joined(self, start: int, end: int) -> bool:
        words = self._asked.words[start:end]
        between = self._asked.text[
            self._asked.tokens[start - 1].end : self._asked.tokens[end].start
        ]
        compared = self._cue("lower", "higher", "difference") is not None
        return bool(
            ("," in between and not words)
            or any(word in conjunctions() for word in words)
            or compared
        )

    def _rows(self, groups: list[list[Condition]], *, totals: bool = False) -> list[Record]:
        """The records that fulfil all conditions; totals only where they are named."""
        view = self._view
        everything = [*view.records, *view.totals, *view.rests]
        numbers = set(range(len(everything) if totals else len(view.records)))
        for group in groups:
            numbers &= {n for condition in group for n in condition.records}
        return [everything[n] for n in sorted(numbers)]
