"""Runs a question file through finding and answering, and reports what came out."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles
from typing import Any, TypedDict

from app.answering.evaluation import answers as answering
from app.answering.evaluation import retrieval
from app.answering.evaluation.answers import (
    answer_metrics,
    area_under_curve,
    evidence_in_prompt,
    failed_metrics,
    sentences_with_foreign_numbers,
)
from app.answering.evaluation.expectations import Expected
from app.answering.evaluation.judging import Judgement, failed_judgement, judge, judge_all
from app.answering.evaluation.kinds import Kind, by_kind, kinds_table
from app.answering.evaluation.questions import Question
from app.answering.evaluation.retrieval import evidence_ranks, retrieval_metrics
from app.answering.events import Answer
from app.answering.followup import standalone
from app.errors import words_for
from vectorstore.records import Hit

# A question, and the words to search for: its own, or what the conversation makes of them.
Search = Callable[[Question, str], Sequence[Hit]]
# The answer; of a conversation, those of all turns may be given, so that each can be judged.
Answerer = Callable[[Question], Answer | Sequence[Answer]]
Row = dict[str, Any]

TIMINGS = ("search_s", "first_token_s", "first_words_s", "total_s")


class Report(TypedDict):
    """What `strongroom eval --json` prints; a metric that nothing could measure is absent.

    `answers` is {} where only finding was measured. `kinds` counts the questions with an
    `expect` by their kind, and "all" of them; {} without any. `speed` holds the median and the
    95th percentile of each timing, in seconds. `questions` has one row each, in the file's order.
    """

    retrieval: dict[str, float]
    answers: dict[str, float]
    kinds: dict[str, Kind]
    speed: dict[str, dict[str, float]]
    counts: dict[str, int]
    questions: list[Row]


def evaluate(
    questions: Sequence[Question],
    search: Search | None,
    ask: Answerer | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Put every question to `search` and `ask`, whichever are given, and measure the outcome.

    `search` returns passages, best first; give it room for 20 passages and 8,000 characters,
    since what it leaves out counts as not found. It gets the words that `ask` searched for, and
    without `ask` those that code alone makes of a conversation. `progress` gets the questions
    done and their number.

    An error with words for a person fails its question alone and is told in its row; any other
    is raised. Ctrl-C ends the run early: the report is of the questions done until then.
    """
    rows: list[Row] = []
    try:
        for question in questions:
            rows.append(measure(question, search, ask))
            if progress:
                progress(len(rows), len(questions))
    except KeyboardInterrupt:
        if not rows:
            raise
    return summarise(rows, asked=len(questions))


def measure(question: Question, search: Search | None, ask: Answerer | None) -> Row:
    """One question's row: its metrics, and enough of what came out to see why."""
    row: Row = {
        "qid": question.qid,
        "question": question.question,
        "answerable": question.answerable,
        "kind": question.kind,
        "metrics": {},
        "seconds": {},
    }
    searched = standalone(question.question, question.earlier)
    if ask is not None:
        try:
            searched = _measure_answer(row, question, ask).searched or searched
        except Exception as error:
            row["error"] = words_for(error)
            if row["error"] is None:
                raise
            row["metrics"] |= failed_metrics(question)
            if question.expected is not None:
                _note_judgement(row, failed_judgement(question.expected))
    if search is not None and question.answerable and question.evidence:
        try:
            _measure_search(row, question, searched, search)
        except Exception as error:
            row["error"] = words_for(error)
            if row["error"] is None:
                raise
            row["evidence_ranks"] = evidence_ranks(question, [])
            row["metrics"] |= retrieval_metrics(question, [])
    if question.earlier:
        row["searched"] = searched
    return row


def summarise(rows: Sequence[Row], asked: int | None = None) -> Report:
    """The means over `rows`; `asked` is how many there would be had nothing interrupted."""
    searched = any("evidence_ranks" in row for row in rows)
    return Report(
        retrieval=_means(rows, retrieval.METRICS) if searched else {},
        answers=_means(rows, answering.METRICS) | decision_auc(rows),
        kinds=by_kind(rows),
        speed=_speeds(rows),
        counts={
            "questions": len(rows),
            "asked": len(rows) if asked is None else asked,
            "answerable": sum(row["answerable"] for row in rows),
            "failed": sum("error" in row for row in rows),
        },
        questions=list(rows),
    )


def decision_auc(rows: Sequence[Row]) -> dict[str, float]:
    """`decision_auc`: how often an answerable question's confidence exceeds another's; or {}."""
    decided = [row for row in rows if "confidence" in row]
    area = area_under_curve(
        (row["confidence"] for row in decided if row["answerable"]),
        (row["confidence"] for row in decided if not row["answerable"]),
    )
    return {} if area is None else {"decision_auc": area}


def table(report: Report) -> str:
    """The report for a terminal, without its rows."""
    counts = report["counts"]
    lines = [f"{counts['questions']} questions, {counts['answerable']} of them answerable"]
    if counts["asked"] > counts["questions"]:
        lines[0] += f" (stopped early: {counts['asked']} were to be asked)"
    if counts["failed"]:
        lines.append(f"{counts['failed']} failed with an error; they count as wrong:")
        lines += [
            f"  {row['qid']}: {row['error']}" for row in report["questions"] if "error" in row
        ][:5]
    for title, values in (("finding", report["retrieval"]), ("answers", report["answers"])):
        if values:
            lines += ["", title]
            lines += [f"  {name:<28}{value:7.3f}" for name, value in values.items()]
    if report["kinds"]:
        lines += ["", *kinds_table(report["kinds"])]
    if report["speed"]:
        lines += ["", f"{'seconds':<30}{'median':>7}{'95%':>9}"]
        lines += [
            f"  {name:<28}{spread['median']:7.3f}{spread['p95']:9.3f}"
            for name, spread in report["speed"].items()
        ]
    return "\n".join(lines)


def _measure_search(row: Row, question: Question, searched: str, search: Search) -> None:
    started = time.perf_counter()
    hits = search(question, searched)
    row["seconds"].setdefault("search_s", time.perf_counter() - started)
    row["evidence_ranks"] = evidence_ranks(question, hits)
    row["metrics"] |= retrieval_metrics(question, hits)


def _measure_answer(row: Row, question: Question, ask: Answerer) -> Answer:
    given = ask(question)
    answers = [given] if isinstance(given, Answer) else list(given)
    answer = answers[-1]
    row["metrics"] |= answer_metrics(question, answer)
    if (share := evidence_in_prompt(question, answers)) is not None:
        row["metrics"]["evidence_in_prompt"] = share
    if question.expected is not None:
        _measure_expected(row, question, question.expected, answers)
    row["seconds"] |= {name: answer.timings[name] for name in TIMINGS if name in answer.timings}
    if "first_token_s" in row["seconds"]:  # where nothing is shown before the model has written
        row["seconds"].setdefault("first_words_s", row["seconds"]["first_token_s"])
    row |= {
        "found": answer.found,
        "confidence": answer.confidence,
        "answer": answer.answer,
        "quoted": answer.quoted,
        "accepted": list(question.answers),
        "citations": [
            {"document": c.document, "page": c.page, "quote": c.quote} for c in answer.citations
        ],
        "signals": dict(answer.signals),
    }
    if foreign := sentences_with_foreign_numbers(answer):
        row["foreign_numbers"] = foreign
    return answer


def _measure_expected(
    row: Row, question: Question, expected: Expected, answers: Sequence[Answer]
) -> None:
    """Judge the answer, and those of the earlier turns as far as they are given and expected."""
    pairs = list(zip(question.expected_earlier, answers[:-1], strict=False))
    judged = [judge(answer, wanted) for wanted, answer in pairs if wanted is not None]
    judged.append(judge(answers[-1], expected))
    _note_judgement(row, judge_all(judged))
    if question.earlier:
        row["turns"] = [
            {"question": one.question, "answer": one.answer, "found": one.found} for one in answers
        ]
        row["turns_right"] = [one.verdict == "right" for one in judged]


def _note_judgement(row: Row, judgement: Judgement) -> None:
    row["verdict"] = judgement.verdict
    row["why"] = list(judgement.why)
    row["metrics"] |= judgement.metrics()


def _means(rows: Sequence[Row], names: Sequence[str]) -> dict[str, float]:
    means = {}
    for name in names:
        values = [row["metrics"][name] for row in rows if name in row["metrics"]]
        if values:
            means[name] = sum(values) / len(values)
    return means


def _speeds(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    speeds = {}
    for name in TIMINGS:
        values = [row["seconds"][name] for row in rows if name in row["seconds"]]
        if values:
            last = quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
            speeds[name] = {"median": median(values), "p95": last}
    return speeds
