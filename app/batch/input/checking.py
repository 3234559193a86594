"""Checks every row of a questionnaire before the first is asked."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from app.batch.execution.provenance import Order
from app.batch.execution.values import instruction_for
from app.batch.port import Library
from app.batch.records import Question, RowProblem
from vectorstore.records import DocumentRecord

_AT_ONCE = 500  # questions whose length is measured in one go
_SHOWN = 20  # rows in the message; whoever has more of them has the wrong column


class BadRows(Exception):
    """Rows that cannot be asked; `rows` has all of them."""

    def __init__(self, rows: Sequence[RowProblem]) -> None:
        self.rows = rows
        lines = [f"  row {one.row} {one.reason}" for one in rows[:_SHOWN]]
        if len(rows) > _SHOWN:
            lines.append(f"  and {len(rows) - _SHOWN:,} more")
        self.listed = "\n".join(lines)
        super().__init__(
            "nothing was asked, because of these rows; correct them, or record them as failed "
            "with --skip-bad:\n" + self.listed
        )


def checked(
    rows: Iterable[Question | RowProblem],
    library: Library,
    records: Sequence[DocumentRecord],
    order: Order,
) -> Iterator[tuple[Question, str]]:
    """Each row, and why it cannot be asked, or "".

    `records`: the documents that the order is about. Without `order.skip_bad` raises BadRows at
    the end when any row is bad, and RowProblem's reasons are among those it lists.
    """
    names: dict[str, set[str]] = {}
    for record in records:
        names.setdefault(record.space, set()).add(record.name)
    bad: list[RowProblem] = []
    source = iter(rows if order.limit is None else islice(rows, order.limit))
    while some := list(islice(source, _AT_ONCE)):
        questions = [one for one in some if isinstance(one, Question)]
        said = [f"{one.text}\n{instruction_for(one)}".strip() for one in questions]
        lengths = dict(zip((one.row for one in questions), library.too_long(said), strict=True))
        for one in some:
            if isinstance(one, RowProblem):
                question, problem = Question(one.row, str(one.row), ""), one.reason
            else:
                question, problem = one, _unknown(one, names, order) or lengths[one.row]
            if problem:
                bad.append(RowProblem(one.row, problem))
            yield question, problem
    if bad and not order.skip_bad:
        raise BadRows(bad)


def _unknown(question: Question, names: dict[str, set[str]], order: Order) -> str:
    """What this row asks of that is not there, or ""."""
    for space in question.spaces or ():
        if space not in names:
            return f"names the space {space!r}; this run has {', '.join(sorted(names))}"
    spaces = question.spaces or tuple(names)
    held = {name for space in spaces for name in names[space]}
    for document in question.documents or order.documents or ():
        if document not in held:
            return f"asks of the document {document!r}, which is not among those of this run"
    return ""
