"""Counts the files of ours whose functions run while a `strongroom` command runs.

From the command line, starting and opening included:

    python tests/architecture/files_of_a_question.py ask "How many days of leave are there?"

From the web: start the chat, sign in, send SIGUSR1 to forget the files of the start, ask one
question on the page, and stop it with Ctrl-C:

    python tests/architecture/files_of_a_question.py serve

The command's own arguments follow. The list goes to stderr, one file a line, then the number.
Engine processes are processes of their own and are not counted.
"""

import inspect
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "ingest", "vectorstore", "prompts")


class CalledFiles:
    """Our files of which a function was called, from any thread, since the last `forget`."""

    def __init__(self) -> None:
        self._called: set[str] = set()
        self._starts = tuple(f"{ROOT / package}/" for package in PACKAGES)

    def profile(self, frame: FrameType, event: str, _: Any) -> None:
        """For `sys.setprofile`. Bodies of modules and classes, run by an import, do not count."""
        if event == "call" and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            self._called.add(frame.f_code.co_filename)

    def forget(self) -> None:
        """Begin to count anew."""
        self._called.clear()

    def names(self) -> list[str]:
        """The files' paths from the repository's root, sorted."""
        called = self._called.copy()
        return sorted(
            str(Path(name).relative_to(ROOT)) for name in called if name.startswith(self._starts)
        )


def main(arguments: list[str]) -> int:
    from app.cli import main as run

    called = CalledFiles()
    signal.signal(signal.SIGUSR1, lambda *_: called.forget())
    threading.setprofile(called.profile)
    sys.setprofile(called.profile)
    status: int | str | None = 1
    try:
        status = run(arguments)
    except SystemExit as ended:
        status = ended.code
    finally:
        sys.setprofile(None)
        names = called.names()
        print(*names, f"{len(names)} files", sep="\n", file=sys.stderr)
    return status if isinstance(status, int) else int(status is not None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
