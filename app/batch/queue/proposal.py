"""What was understood of a questionnaire, for its person to look at before it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.batch.journal import Journal
from app.batch.queue.submission import QuestionnaireRefused
from app.batch.records import AnswerKind, Mode, Question, RowProblem

_SHOWN = 12  # questions, and as many rows that cannot be asked


@dataclass(frozen=True, slots=True)
class Proposal:
    """A questionnaire as it was read, and what answering it comes to."""

    columns: Mapping[str, str]  # what was taken for what, such as "question", and its heading
    headings: tuple[str, ...]  # of all columns
    kinds: Mapping[AnswerKind, int]  # how many questions want which type of answer
    mode: Mode
    questions: int  # that will be asked; with every document, each counts for each
    documents: int  # that are searched
    spaces: tuple[str, ...]
    first: tuple[Question, ...]
    problems: int  # rows that cannot be asked
    bad: tuple[RowProblem, ...]  # the first of them
    remarks: tuple[str, ...]
    seconds: float | None  # that all will take, as far as can be told; None before any answer


def proposal_of(journal: Journal, pace: float | None) -> Proposal:
    """Read it from the journal. `pace`: seconds a question. Raises QuestionnaireRefused."""
    info = journal.info()
    if info is None:
        raise QuestionnaireRefused("this questionnaire was never read to its end; hand it in again")
    problems = journal.problems()
    asked = journal.total() - problems
    return Proposal(
        columns=info.columns,
        headings=info.headings,
        kinds=journal.kinds(),
        mode=info.mode,
        questions=asked,
        documents=info.documents,
        spaces=info.spaces or (),
        first=tuple(journal.first_questions(_SHOWN)),
        problems=problems,
        bad=tuple(journal.first_problems(_SHOWN)),
        remarks=info.remarks,
        seconds=None if pace is None else pace * asked,
    )
