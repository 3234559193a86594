"""Finds the tables that can answer a question, and answers it from the one that fits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.editions import prefer_editions
from app.answering.search_index import TableIndex
from app.answering.tables.answer import TableAnswer
from app.answering.tables.asking import Asked, read_question
from app.answering.tables.computing import Computed, compute
from app.answering.tables.lexicon import with_synonyms
from app.answering.tables.matching import free_words, match
from app.answering.tables.plan import Plan
from app.answering.tables.planning import make_plan
from app.answering.tables.telling import tell
from app.answering.tables.view import View, merged, views_of
from vectorstore.records import Hit
from vectorstore.scope import Scope
from vectorstore.tables.records import Table, TableRow

_MOST_ROWS = 400_000  # of one table
_MOST_OF_ALL = 400_000  # rows that are read for one question
_OVER_ROWS = frozenset(("count", "list", "sum", "average", "share", "groups"))
_OF_A_FIGURE = frozenset(("change", "difference", "share", "sum", "average"))
_SUBTRACTED = re.compile(r"[$€£¥]?\s?\([\d.,]+\)")
_RIVAL = 0.5  # a table that fits less well by so little may be meant all the same
_MOST_MERGED = 12  # tables that are taken together


@dataclass(frozen=True)
class _Candidate:
    plan: Plan
    done: Computed
    view: View
    rank: int
    fit: float


def answer_from_tables(
    question: str, scope: Scope, index: TableIndex, hits: Sequence[Hit]
) -> TableAnswer | None:
    """The answer that tables of the scope give to the question; None where they give none.

    `hits` are the passages that a search found for it. Every word of the question is accounted
    for by the table, or there is no answer: a condition that the table does not know may change
    everything. Where several tables fit, and are not one table in parts, there is none either.
    """
    asked = read_question(question)
    if asked is None:
        return None
    telling = [word for word in asked.words if word not in free_words()]
    tables = index.tables(with_synonyms(telling or asked.words), hits, scope)
    candidates: list[_Candidate] = []
    left = _MOST_OF_ALL
    for rank, table in enumerate(tables):
        if table.rows > min(_MOST_ROWS, left):
            continue
        left -= table.rows
        candidates += _fitting(asked, views_of(table, index.table_rows(table)), rank)
    chosen = _chosen(asked, candidates, index)
    return None if chosen is None else tell(chosen.plan, chosen.done)


def _fitting(asked: Asked, views: Sequence[View], rank: int) -> list[_Candidate]:
    """The views of a table that answer; of one that stands upright, not the one on its side."""
    for view in views:
        if (found := _computed(asked, view, rank)) is not None:
            return [found]
    return []


def _computed(asked: Asked, view: View, rank: int) -> _Candidate | None:
    matched = match(asked, view)
    plan = make_plan(matched)
    if plan is None or (plan.operation in _OVER_ROWS and (view.turned or _is_statement(view))):
        return None
    done = compute(plan)
    if done is None:
        return None
    fit = plan.fit + 0.5 * sum(by in {"place", "document"} for by in matched.by)
    if plan.entity is not None and plan.entity.index == view.label:
        fit += 0.5
    return _Candidate(plan, done, view, rank, fit)


def _is_statement(view: View) -> bool:
    """Whether rows stand in groups with names, and some are subtracted from others: nothing is
    counted or added over the lines of accounts."""
    if len(view.columns) < 2 or sum(column.is_comparable for column in view.columns) == 0:
        return False
    subtracted = any(
        _SUBTRACTED.fullmatch(text) for record in view.records for text in record.cells[1:]
    )
    return subtracted and bool(view.lines)


def _chosen(asked: Asked, candidates: list[_Candidate], index: TableIndex) -> _Candidate | None:
    """The one candidate that fits best, or those that fit alike as one."""
    if not candidates:
        return None
    best = max(candidate.fit for candidate in candidates)
    equal = [one for one in candidates if one.fit >= best - _RIVAL]
    equal = _in_force(asked, equal, index)
    if len(equal) == 1:
        return equal[0]
    if len(equal) > _MOST_MERGED or any(one.view.turned for one in equal):
        return None
    if _say_the_same(equal):
        return equal[0]
    together = merged([one.view for one in equal])
    return None if together is None else _computed(asked, together, equal[0].rank)


def _say_the_same(candidates: list[_Candidate]) -> bool:
    """Whether all of them give the same answer, as copies of a table do."""

    def answer(one: _Candidate) -> tuple[object, ...]:
        if one.done.figure is not None and one.plan.operation in _OF_A_FIGURE:
            return (one.plan.operation, one.done.figure, one.done.unit)
        shown = one.plan.shown if one.plan.operation == "cell" else one.view.columns
        said = [tuple(row.text(c.index) for c in shown) for row in one.done.records]
        return (one.plan.operation, one.done.figure, one.done.unit, *said)

    return len({answer(one) for one in candidates}) == 1


def _in_force(asked: Asked, candidates: list[_Candidate], index: TableIndex) -> list[_Candidate]:
    """Without tables of replaced editions, where there are others."""
    if len(candidates) < 2:
        return candidates
    hits = {one.rank: _hit(one.view.table, one.done.records[0].stored) for one in candidates}
    costs = {
        (hit.space, hit.document): hit.signals.get("edition_cost", 0.0)
        for hit in prefer_editions(asked.text, list(hits.values()), index.opening)
    }
    least = min(costs.values())
    return [
        one for one in candidates if costs[one.view.table.space, one.view.table.document] == least
    ]


def _hit(table: Table, row: TableRow) -> Hit:
    return Hit(
        document=table.document,
        page=row.page,
        heading=table.heading,
        text="",
        score=0.0,
        chunk_id=row.chunk_id,
        space=table.space,
        position=row.position,
    )
