"""Has LibreOffice convert files of old formats, where it is installed: confined, with limits."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.sections import LoaderError, NeedsConversion

_OLD = {"docx": "doc", "pptx": "ppt"}
# As what the program is told to open a file: else it opens anything, garbage as a text.
_READERS = {
    "docx": ("MS Word 97", "MS Word 95", "MS WinWord 6.0"),
    "pptx": ("MS PowerPoint 97",),
}
_MEMORY_MIB = 4096  # of address space: it maps far more than it uses
_ASKED_EVERY_S = 0.5
_AGAIN, _STARTS = 81, 3  # LibreOffice's exit code for it
# Each takes a processor and some hundred MiB, and such files are rare.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class ConversionLimits:
    """Limits on one conversion."""

    file_mib: int  # size of what comes out
    seconds: float  # wall clock, once it has its turn


def office() -> str | None:
    """The program that converts, or None where it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    program = Path(found).resolve().with_name("soffice.bin") if found else None
    return str(program) if program is not None and program.is_file() else None


@contextmanager
def converted(
    path: Path,
    wanted: NeedsConversion,
    limits: ConversionLimits,
    parent: Path | None,
    stopped: Callable[[], bool],
) -> Iterator[tuple[Path, str]]:
    """A block with a file of the format that is `wanted`, and its ending; gone after it.

    The program has no network. As far as the kernel has Landlock, it can write nothing but its own
    folder below `parent`, and read nothing of anybody's. Raises LoaderError, and `wanted` where
    there is no such program.
    """
    program = office()
    if program is None or not sys.platform.startswith("linux"):
        raise wanted
    if parent is not None:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="members-", dir=parent)).resolve()
    try:
        source = folder / f"file.{_OLD.get(wanted.target, 'bin')}"
        shutil.copyfile(path, source)
        found = folder / "out" / f"file.{wanted.target}"
        with _turn(stopped):
            for reader in _READERS[wanted.target]:
                # A new one makes its settings, ends, and wants to be started again.
                for _ in range(_STARTS):
                    command = [program, str(folder), str(source), wanted.target, reader]
                    code = _run(command, folder, limits, stopped)
                    _drop_sockets(folder)
                    if code != _AGAIN:
                        break
                if found.exists():
                    break
        if not found.is_file() or found.is_symlink():
            raise LoaderError(
                "could not be converted by LibreOffice: is it damaged, or does it want a password? "
                f"Save it as {wanted.target.upper()}"
            )
        yield found, wanted.target
    finally:
        _drop_sockets(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _drop_sockets(folder: Path) -> None:
    """Delete that by which a second program would find the first, which may delete nothing there.

    It lies in /tmp whatever one says, named after the program's profile.
    """
    profile = profile_of(folder).encode("utf-16-le")
    digest = hashlib.md5(profile, usedforsecurity=False).digest()
    names = {digest.hex(), "".join(f"{byte:x}" for byte in digest)}
    for name in names:
        Path("/tmp", f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{name}").unlink(missing_ok=True)


def profile_of(folder: Path) -> str:
    """Where the program keeps its settings, as it wants to be told."""
    return f"file://{folder}/profile"


@contextmanager
def _turn(stopped: Callable[[], bool]) -> Iterator[None]:
    while not _ONE_AT_A_TIME.acquire(timeout=_ASKED_EVERY_S):
        if stopped():
            raise LoaderError("was not read: ingestion was stopped")
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


def _run(
    command: Sequence[str],
    folder: Path,
    limits: ConversionLimits,
    stopped: Callable[[], bool],
) -> int:
    """The program's exit code."""
    child = subprocess.Popen(
        [
            *(sys.executable, "-I", "-B", "-X", "utf8", "-m", "ingest.sandbox.convert_worker"),
            *command,
            *(str(_MEMORY_MIB), str(limits.file_mib), str(int(limits.seconds) + 1)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"LANG": "C.UTF-8"},
        start_new_session=True,  # it starts others, and they end together
    )
    deadline = time.monotonic() + limits.seconds
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.wait(_ASKED_EVERY_S)
            if stopped():
                raise LoaderError("was not read: ingestion was stopped")
            if time.monotonic() > deadline:
                raise LoaderError(
                    f"takes LibreOffice more than {limits.seconds:g} s to convert; save it as "
                    "DOCX or PPTX, or raise ingest.seconds"
                )
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
