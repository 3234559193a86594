"""Reads a questionnaire in a process of its own, with limits: it may be hostile."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.batch.input.rows import QuestionnaireError, Remarks
from app.batch.records import Question, RowProblem
from ingest.sandbox.child import cause_of_death, end, report_attempts, start
from ingest.sandbox.frames import Frames, FrameTooLong, Stopped

_WORKER = "app.batch.input.worker"
_LARGEST = 64 << 20  # bytes of a frame: a row of the most and longest cells is refused before
_ROWS_A_TURN = 5_000  # a questionnaire of many rows earns time by delivering them


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one questionnaire may need. `seconds` are spent waiting for its rows; as many more are
    given for every 5,000 of them.
    """

    memory_mib: int = 1024
    seconds: float = 60.0


class ReadingStopped(QuestionnaireError):
    """Nobody waits for the questionnaire any more."""


def read_confined(
    file: Path,
    *,
    remarks: Remarks | None = None,
    stopped: Callable[[], bool] = lambda: False,
    limits: ReadingLimits = ReadingLimits(),
    **asked: Any,
) -> Iterator[Question | RowProblem]:
    """As `app.batch.input.questionnaire.read_questionnaire`, whose other arguments are `asked`.

    `stopped` is asked about once a second while rows are waited for. Raises QuestionnaireError.
    """
    arguments = json.dumps({"file": os.path.abspath(file), **asked})
    child = start(_WORKER, str(limits.memory_mib), arguments)
    try:
        yield from _received(child, remarks, stopped, limits)
    finally:
        end(child)


def _received(
    child: "subprocess.Popen[bytes]",
    remarks: Remarks | None,
    stopped: Callable[[], bool],
    limits: ReadingLimits,
) -> Iterator[Question | RowProblem]:
    assert child.stdout is not None  # opened as a pipe
    frames = Frames(child.stdout.fileno(), stopped)
    allowed, waited = limits.seconds, 0.0
    rows = 0
    while True:
        since = time.monotonic()
        try:
            message = json.loads(frames.next(since + allowed - waited, _LARGEST))
        except FrameTooLong:
            raise QuestionnaireError("the questionnaire has rows that are too long") from None
        except Stopped:
            raise ReadingStopped("the questionnaire was not read: nobody waits for it") from None
        except TimeoutError:
            raise QuestionnaireError(
                f"the questionnaire takes more than {limits.seconds:g} s to read: damaged or "
                "hostile; save it anew, or split it"
            ) from None
        except EOFError:
            raise QuestionnaireError(_cause(child, limits)) from None
        waited += time.monotonic() - since
        if isinstance(message, dict):
            _end(message, remarks)
            return
        for fields in message:
            yield _row(fields)
        rows += len(message)
        allowed = limits.seconds * (1 + rows / _ROWS_A_TURN)


def _end(message: dict[str, Any], remarks: Remarks | None) -> None:
    report_attempts(message, "app", _WORKER)
    if "refused" in message:
        headings = (str(one) for one in message.get("headings", ()))
        raise QuestionnaireError(str(message["refused"]), headings)
    if remarks is not None:
        said, hidden, unseen = message["remarks"]
        for one in said:
            remarks.say(str(one))
        remarks.hidden_columns = [str(one) for one in hidden]
        remarks.unseen_columns = frozenset(int(one) for one in unseen)
        remarks.columns = {str(one): str(name) for one, name in message["columns"].items()}
        remarks.headings = [str(one) for one in message["headings"]]


def _row(fields: list[Any]) -> Question | RowProblem:
    if len(fields) == 2:
        return RowProblem(*fields)
    row, name, text, kind, choices, unit, spaces, documents, columns = fields
    return Question(
        row,
        name,
        text,
        kind,
        tuple(choices),
        unit,
        None if spaces is None else tuple(spaces),
        None if documents is None else tuple(documents),
        columns,
    )


def _cause(child: "subprocess.Popen[bytes]", limits: ReadingLimits) -> str:
    cause = cause_of_death(child)
    if cause is None:
        return (
            f"the questionnaire needs more than {limits.memory_mib} MiB of memory to read: damaged "
            "or hostile; save it anew"
        )
    return f"the questionnaire makes its reader end ({cause}): damaged or hostile; save it anew"
