"""How much was asked and answered, by day; counted from the trail."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from app.governance.audit.reading import records
from app.governance.audit.records import Record, RecordKind


@dataclass(frozen=True, slots=True)
class Day:
    """One day in UTC. Times are seconds; None on a day without answers."""

    day: str  # ISO 8601
    questions: int
    answered: int
    not_found: int
    stopped: int
    searches: int
    people: int  # who asked
    prompt_tokens: int
    completion_tokens: int
    first_token_s: float | None  # median
    total_s: float | None  # median


def usage_by_day(folder: Path, days: int = 30, *, now: datetime | None = None) -> list[Day]:
    """The last `days` days, today's last, days without questions included. Raises TrailFault."""
    today = (now or datetime.now(UTC)).astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    of_day: dict[str, list[Record]] = defaultdict(list)
    for record in records(folder, since=first.isoformat()):
        if record.kind in _COUNTED:
            of_day[record.time[:10]].append(record)
    every = ((first + timedelta(days=n)).isoformat() for n in range(days))
    return [_day(day, of_day.get(day, [])) for day in every]


def seconds_an_answer(folder: Path, days: int = 7) -> float | None:
    """How long an answer took lately, in seconds, median of days; None where nothing was asked.

    Raises TrailFault.
    """
    return _median(day.total_s for day in usage_by_day(folder, days) if day.total_s is not None)


_ANSWERED = {RecordKind.ANSWER.value, RecordKind.SUMMARY.value}
_DONE = {*_ANSWERED, RecordKind.REFUSAL.value}
_COUNTED = {
    *_DONE,
    RecordKind.QUESTION.value,
    RecordKind.STOPPED.value,
    RecordKind.SEARCH.value,
}


def _day(day: str, found: list[Record]) -> Day:
    kinds = [record.kind for record in found]
    done = [record for record in found if record.kind in _DONE]
    return Day(
        day=day,
        questions=kinds.count(RecordKind.QUESTION.value),
        answered=sum(kind in _ANSWERED for kind in kinds),
        not_found=kinds.count(RecordKind.REFUSAL.value),
        stopped=kinds.count(RecordKind.STOPPED.value),
        searches=kinds.count(RecordKind.SEARCH.value),
        people=len({r.person for r in found if r.kind == RecordKind.QUESTION.value}),
        prompt_tokens=sum(r.data["usage"]["prompt_tokens"] for r in done),
        completion_tokens=sum(r.data["usage"]["completion_tokens"] for r in done),
        first_token_s=_median(_timings(done, "first_token_s")),
        total_s=_median(_timings(done, "total_s")),
    )


def _timings(done: list[Record], name: str) -> Iterator[float]:
    return (r.data["timings"][name] for r in done if name in r.data["timings"])


def _median(values: Iterator[float]) -> float | None:
    listed = list(values)
    return median(listed) if listed else None
