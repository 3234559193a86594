"""Calls a function of ours that reads a foreign file, in a process that may do nothing else.

For files that a person hands in beside documents and questionnaires: backups, models, word lists,
results. The process has limits on memory and time, no network, no programs, and no file but those
that are named. It may crash, hang or eat memory without hurting us.
"""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ingest.sandbox.child import cause_of_death, end, report_attempts, start

_LONGEST_ANSWER = 1 << 30  # bytes


class CallRefused(Exception):
    """The function ended in an exception, or its process did; `kind` is the exception's class,
    and "" where the process itself ended. The message has no name of a file in it.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def call_confined(
    function: Callable[..., Any],
    *,
    readable: Sequence[Path],
    memory_mib: int = 1024,
    seconds: float = 60.0,
    **argument: Any,
) -> Any:
    """What `function`, one of a module's own, returns for `argument`; both have to be JSON.

    It can open the files of `readable`, by their absolute paths, and no others. Raises CallRefused.
    """
    request = {
        "function": f"{function.__module__}:{function.__qualname__}",
        "argument": argument,
        "readable": [os.path.realpath(one) for one in readable],
    }
    child = start("ingest.sandbox.call_worker", str(memory_mib), stdin=subprocess.PIPE)
    try:
        said, _ = child.communicate(json.dumps(request).encode("ascii"), timeout=seconds)
    except subprocess.TimeoutExpired:
        raise CallRefused("", f"takes more than {seconds:,.0f} s to read") from None
    finally:
        end(child)
    if len(said) > _LONGEST_ANSWER:
        raise CallRefused("", "says too much")
    try:
        answer = json.loads(said)
    except ValueError:
        cause = cause_of_death(child)
        if cause is None:
            words = f"needs more than {memory_mib} MiB of memory to read"
        else:
            words = f"makes its reader end ({cause})"
        raise CallRefused("", words) from None
    report_attempts(answer, "app", function.__module__)
    if "refused" in answer:
        kind, words = answer["refused"]
        raise CallRefused(str(kind), str(words))
    return answer["result"]
