"""Carries refused attempts to reach out into the trail, this process's and its children's."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from app.governance.audit.records import RecordKind, TrailFault
from app.governance.audit.trail import Trail
from app.privacy.attempts import Attempt, AttemptFile
from app.privacy.process_guard import reporting_to

log = logging.getLogger(__name__)

_CARRY_SECONDS = 30.0  # how long a child's attempt may wait for the trail


@contextmanager
def recorded_in(trail: Trail, home: Path) -> Iterator[None]:
    """Until the block ends, refused attempts of this process and its children reach the trail.

    A thread carries them over: a library may attempt something at any moment, even while the
    trail itself is being written. What comes when nothing has the trail open waits in its file.
    """
    file, more, ended = AttemptFile(home), threading.Event(), threading.Event()

    def into_trail(attempt: Attempt) -> None:
        trail.record(RecordKind.EGRESS, person="", data=asdict(attempt))

    def carry() -> None:
        while not ended.is_set():
            more.wait(_CARRY_SECONDS)
            more.clear()
            try:
                file.pour(into_trail)
            except (TrailFault, OSError) as error:
                log.error("refused attempts to reach out wait in %s: %s", file.path, error)

    def record(attempt: Attempt) -> None:
        file(attempt)
        more.set()

    file.pour(into_trail)
    carrier = threading.Thread(target=carry, name="egress-record", daemon=True)
    try:
        with reporting_to(record):
            carrier.start()
            yield
    finally:
        ended.set()
        more.set()
        carrier.join()
        file.pour(into_trail)
