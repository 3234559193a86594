"""Counts the files of ours whose functions run for one question.

From the command line, starting and opening included, and of these those that run once the data
folder is open:

    python tests/architecture/files_of_a_question.py ask "How many days of leave are there?"

From the web chat, over the sample documents in a new folder, in a browser: from the question's
being sent to its answer's being shown.

    python tests/architecture/files_of_a_question.py web "How many days of leave are there?"

The list goes to stderr, one file a line, then the numbers. Engine processes are processes of their
own and are not counted.
"""

import inspect
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "ingest", "vectorstore", "prompts")


class CalledFiles:
    """Our files of which a function was called, from any thread, since the last `forget`."""

    def __init__(self, opened: str = "") -> None:
        self._called: set[str] = set()
        self._opened = opened  # the method with which the question reaches the open folder
        self.before = 0  # files that were called until then
        self._starts = tuple(f"{ROOT / package}/" for package in PACKAGES)

    def profile(self, frame: FrameType, event: str, _: Any) -> None:
        """For `sys.setprofile`. Bodies of modules and classes, run by an import, do not count."""
        if event == "call" and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            if frame.f_code.co_qualname == self._opened and not self.before:
                self.before = len(self.names())
                self.forget()
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


def from_the_command_line(arguments: list[str]) -> int:
    from app.cli import main as run

    everything, question = CalledFiles(), CalledFiles("Workspace.ask")

    def profile(frame: FrameType, event: str, given: Any) -> None:
        everything.profile(frame, event, given)
        question.profile(frame, event, given)

    threading.setprofile(profile)
    sys.setprofile(profile)
    status: int | str | None = 1
    try:
        status = run(arguments)
    except SystemExit as ended:
        status = ended.code
    finally:
        sys.setprofile(None)
        _tell(question.names())
        print(f"{len(everything.names())} with starting and opening", file=sys.stderr)
    return status if isinstance(status, int) else int(status is not None)


def from_the_web(question: str) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from playwright.sync_api import sync_playwright
    from web.chromium import CHROMIUM_FLAGS, find_chromium
    from web.test_web_whole import LIVE, ask
    from web.whole import SAMPLES, SPACE, expect, reader, ready, whole

    called = CalledFiles()
    threading.setprofile(called.profile)
    with tempfile.TemporaryDirectory() as folder, whole(Path(folder), {"kim": "Kim"}) as served:
        served.home.ingest([SAMPLES], space=SPACE)
        ready(served.home)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_chromium(), args=CHROMIUM_FLAGS
            )
            with reader(browser, served.url) as person:
                page = person.sign_in("kim")
                called.forget()
                ask(page, question)
                expect(page.locator(f"{LIVE} .sr-answer")).to_be_visible()
                _tell(called.names())
            browser.close()


def _tell(names: list[str]) -> None:
    print(*names, f"{len(names)} files for the question", sep="\n", file=sys.stderr)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["web"]:
        from_the_web(arguments[1])
        return 0
    return from_the_command_line(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
