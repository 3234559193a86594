"""Reads a questionnaire in a process of its own, with limits: it may be hostile."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.batch.input.rows import QuestionnaireError, Remarks
from app.batch.input.worker import FRAME
from app.batch.records import Question, RowProblem

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
    child = subprocess.Popen(
        [
            *(sys.executable, "-I", "-B", "-X", "utf8", "-m", "app.batch.input.worker"),
            str(limits.memory_mib),
            json.dumps({"file": os.path.abspath(file), **asked}),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"},  # no secrets, and no odd settings
        start_new_session=True,  # Ctrl-C is for the parent to handle
    )
    try:
        yield from _received(child, remarks, stopped, limits)
    finally:
        child.kill()
        if child.stdout is not None:
            child.stdout.close()
        child.wait()


def _received(
    child: "subprocess.Popen[bytes]",
    remarks: Remarks | None,
    stopped: Callable[[], bool],
    limits: ReadingLimits,
) -> Iterator[Question | RowProblem]:
    assert child.stdout is not None  # opened as a pipe
    pipe = _Pipe(child.stdout.fileno(), limits.seconds, stopped)
    rows = 0
    while True:
        try:
            (length,) = FRAME.unpack(pipe.take(FRAME.size))
            if length > _LARGEST:
                raise QuestionnaireError("the questionnaire has rows that are too long")
            message = json.loads(pipe.take(length))
        except TimeoutError:
            raise QuestionnaireError(
                f"the questionnaire takes more than {limits.seconds:g} s to read: damaged or "
                "hostile; save it anew, or split it"
            ) from None
        except EOFError:
            raise QuestionnaireError(_cause_of_death(child, limits)) from None
        if isinstance(message, dict):
            _end(message, remarks)
            return
        for fields in message:
            yield _row(fields)
        rows += len(message)
        pipe.allowed = limits.seconds * (1 + rows / _ROWS_A_TURN)


def _end(message: dict[str, Any], remarks: Remarks | None) -> None:
    for event, target in message.get("egress", ()):
        # Whoever guards this process records it; without a guard it was refused all the same.
        sys.audit("strongroom.egress", str(event), str(target), ("app",), "app.batch.input.worker")
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


class _Pipe:
    """Reads bytes from a pipe; `allowed` are the seconds that may be spent waiting for them."""

    def __init__(self, pipe: int, allowed: float, stopped: Callable[[], bool]) -> None:
        self.allowed = allowed
        self._pipe = pipe
        self._stopped = stopped
        self._waited = 0.0
        self._buffer = bytearray()

    def take(self, count: int) -> bytes:
        """So many bytes. Raises TimeoutError, EOFError and ReadingStopped."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._pipe, selectors.EVENT_READ)
            while len(self._buffer) < count:
                if self._stopped():
                    raise ReadingStopped("the questionnaire was not read: nobody waits for it")
                since = time.monotonic()
                ready = selector.select(min(max(self.allowed - self._waited, 0.0), 1.0))
                self._waited += time.monotonic() - since
                if ready:
                    data = os.read(self._pipe, 1 << 16)
                    if not data:
                        raise EOFError
                    self._buffer += data
                elif self._waited >= self.allowed:
                    raise TimeoutError
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def _cause_of_death(child: "subprocess.Popen[bytes]", limits: ReadingLimits) -> str:
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(5)
    code = child.returncode
    if code in {-signal.SIGKILL, -signal.SIGABRT}:
        return (
            f"the questionnaire needs more than {limits.memory_mib} MiB of memory to read: damaged "
            "or hostile; save it anew"
        )
    name = signal.Signals(-code).name if code and code < 0 else f"exit code {code}"
    return f"the questionnaire makes its reader end ({name}): damaged or hostile; save it anew"
