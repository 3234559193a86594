"""The parent's side of a process that reads a foreign file: its start, its end, its attempts.

Such a process is a module of ours, which limits itself before it touches the file.
"""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any


def start(
    module: str,
    *arguments: str,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    descriptors: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """Start `module`, which says what it has to say on its stdout, a pipe.

    Beside `stdin` it inherits `descriptors` alone.
    """
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-X", "utf8", "-m", module, *arguments],
        pass_fds=descriptors,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"},  # no secrets, and no odd settings
        start_new_session=True,  # Ctrl-C is for the parent to handle
    )


def end(child: "subprocess.Popen[bytes]") -> None:
    """End the process, whatever it does, and close its pipes."""
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    child.wait()


def cause_of_death(child: "subprocess.Popen[bytes]") -> str | None:
    """How the process came to its end by itself; None where the limit on memory ended it."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(5)
    code = child.returncode
    if code in {-signal.SIGKILL, -signal.SIGABRT}:
        return None
    return signal.Signals(-code).name if code and code < 0 else f"exit code {code}"


def report_attempts(said: Mapping[str, Any], side: str, module: str) -> None:
    """Tell of what the process tried to reach: `side` of the program, and `module`, tried it.

    Whoever guards this process records it; without a guard it was refused all the same.
    """
    for event, target in said.get("egress", ()):
        sys.audit("strongroom.egress", str(event), str(target), (side,), module)
