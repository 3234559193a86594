"""The runs' folders: whose they are, and what is left in them when a process is killed."""

import fcntl
import re
import shutil
import time
from pathlib import Path

ORDER = "order.json"  # what makes a folder a person's questionnaire
PIPED = ".piped-"  # so begin questionnaires from a pipe; locked while they are in use
_DOWNLOADS = ("out-*", ".out-*")
_ATTEMPTS = 20  # at a folder into which another process may be writing


def of_person(runs: Path, person: str) -> list[Path]:
    """The folders of a person's questionnaires, those included that were set aside."""
    name = re.compile(rf"web-{re.escape(person)}-[^-]+(-\d+)?")
    return [one for one in sorted(runs.glob("web-*")) if name.fullmatch(one.name)]


def delete_of_person(runs: Path, person: str) -> int:
    """Delete the questionnaires and answers of a person who was removed; how many folders."""
    folders = of_person(runs, person)
    for folder in folders:
        erase(folder)
    return len(folders)


def erase(folder: Path) -> None:
    """Delete a run with all that lies there, also while a process writes into it."""
    for attempt in range(_ATTEMPTS):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            if not folder.exists():
                return
        except OSError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return
        time.sleep(0.05)


def clear_downloads(folder: Path) -> None:
    """Delete what is left of downloads that a kill cut short; for whoever has the run's lock."""
    for pattern in _DOWNLOADS:
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def clear_unused_downloads(folder: Path) -> None:
    """The same, unless a process has the run's lock: it clears them itself."""
    if not any(True for pattern in _DOWNLOADS for _ in folder.glob(pattern)):
        return
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        clear_downloads(folder)


def clear_pipes(runs: Path) -> None:
    """Delete questionnaires from pipes that no process reads any more."""
    for path in runs.glob(f"{PIPED}*"):
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except OSError:
            continue  # in use, or gone


def clear_never_taken(runs: Path, written: str) -> None:
    """Delete what was handed in but not accepted before a kill; when nobody hands in anything.

    A folder with notes by the name `written` was a run once, and was set aside.
    """
    for folder in runs.glob("web-*"):
        if folder.is_dir() and not any((folder / name).exists() for name in (ORDER, written)):
            erase(folder)
