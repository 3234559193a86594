"""The application's numbers in Prometheus' text format: no texts, no names, nobody's."""

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse

from app.engine.metrics import Histogram
from app.governance.audit.records import RecordKind
from app.people.keys import May
from app.web.api.errors import ApiRoute, opened_with

PATH = "/metrics"
_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0)
# What a record of the trail counts as: the counter's name and the value of its one label.
_REFUSED = {
    RecordKind.ACCESS_REFUSED: "access",
    RecordKind.SIGN_IN_FAILED: "sign_in",
    RecordKind.FILTERED: "filter",
    RecordKind.EGRESS: "egress",
    RecordKind.DELETION_REFUSED: "deletion",
}
_COUNTED = {
    RecordKind.QUESTION: "questions",
    RecordKind.STOPPED: "answers_stopped",
    RecordKind.SEARCH: "searches",
    RecordKind.SUMMARY: "summaries",
    RecordKind.SOURCE_OPENED: "sources_opened",
    RecordKind.INGEST: "documents_ingested",
    RecordKind.INGEST_FAILED: "documents_rejected",
    RecordKind.DELETION: "documents_deleted",
    RecordKind.SIGNED_IN: "sign_ins",
}
_ABOUT = {
    "questions": "Questions on record",
    "answers": "Answers, by their outcome",
    "answers_stopped": "Answers that were stopped, or failed",
    "searches": "Searches by commands and programs",
    "summaries": "Summaries",
    "sources_opened": "Sources that somebody opened",
    "documents_ingested": "Documents that were read and stored",
    "documents_rejected": "Files that could not be read",
    "documents_deleted": "Documents that were deleted",
    "sign_ins": "Sign-ins",
    "refused": "What was refused, by kind",
    "records": "Records written to the audit trail by this process",
}


@dataclass(frozen=True, slots=True)
class Gauge:
    """One number as it is now; `labels` have values of ours alone."""

    name: str
    about: str
    value: float
    labels: str = ""
    kind: str = "gauge"


class Activity:
    """Counts what goes on the audit trail, since the process began; safe from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], int] = {}
        for name in _COUNTED.values():
            self._counts[name, ""] = 0
        for what in _REFUSED.values():
            self._counts["refused", f'what="{what}"'] = 0
        for outcome in ("answered", "partly", "unconfirmed", "not_found"):
            self._counts["answers", f'outcome="{outcome}"'] = 0
        self._counts["records", ""] = 0
        prefix = "strongroom_answer"
        self._whole = Histogram(f"{prefix}_seconds", "From question to answer", _SECONDS)
        self._first = Histogram(
            f"{prefix}_first_words_seconds", "From question to the first words", _SECONDS
        )

    def noted(self, kind: RecordKind, data: Mapping[str, Any]) -> None:
        """Count a record that was written."""
        with self._lock:
            self._add("records")
            if kind in _COUNTED:
                self._add(_COUNTED[kind])
            if kind in _REFUSED:
                self._add("refused", f'what="{_REFUSED[kind]}"')
            if kind in (RecordKind.ANSWER, RecordKind.REFUSAL):
                outcome = data.get("outcome", "answered")
                self._add("answers", f'outcome="{outcome}"')
                timings = data.get("timings", {})
                for name, histogram in (
                    ("total_s", self._whole),
                    ("first_words_s", self._first),
                ):
                    if name in timings:
                        histogram.observe(float(timings[name]))

    def lines(self) -> Iterator[str]:
        """The counters and histograms."""
        with self._lock:
            told = ""
            for (name, labels), count in sorted(self._counts.items()):
                full = f"strongroom_{name}_total"
                if name != told:
                    told = name
                    yield f"# HELP {full} {_ABOUT[name]}"
                    yield f"# TYPE {full} counter"
                yield f"{full}{{{labels}}} {count}" if labels else f"{full} {count}"
            yield from [*self._whole.lines(), *self._first.lines()]

    def _add(self, name: str, labels: str = "") -> None:
        self._counts[name, labels] = self._counts.get((name, labels), 0) + 1


def metrics_routes(activity: Activity, now: Callable[[], Sequence[Gauge]]) -> APIRouter:
    """The route of Prometheus; `now` has what can be looked at."""
    router = APIRouter(route_class=ApiRoute, tags=["Administration"])

    @router.get(PATH, dependencies=[Depends(opened_with(May.METRICS))])
    def metrics() -> PlainTextResponse:
        """The application's numbers for Prometheus: no texts, no names."""
        lines = [*activity.lines()]
        told = ""
        for one in now():
            if one.name != told:
                told = one.name
                lines.append(f"# HELP strongroom_{one.name} {one.about}")
                lines.append(f"# TYPE strongroom_{one.name} {one.kind}")
            labels = f"{{{one.labels}}}" if one.labels else ""
            lines.append(f"strongroom_{one.name}{labels} {one.value:.10g}")
        return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")

    return router


def of_process(folder: Path, started: float) -> list[Gauge]:
    """The process and the disk that its data folder is on."""
    disk = shutil.disk_usage(folder)
    return [
        Gauge("info", "The version", 1, f'version="{version("strongroom")}"'),
        Gauge("start_time_seconds", "When the process began", started),
        Gauge("disk_free_bytes", "Free on the data folder's disk", disk.free),
        Gauge("disk_size_bytes", "Size of the data folder's disk", disk.total),
    ]
