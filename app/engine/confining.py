"""Keeps an engine process to its model's files, read only, before it has read a byte of them.

A model's file may be anybody's, and llama.cpp reads it in C. On Linux with Landlock a process that
such a file took over finds nothing else to read, to write or to run. Imports nothing that starts a
thread: a thread that is there before is left as it is.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from app.data_folder.layout import DataFolder
from app.engine.options import EngineOptions
from app.privacy.guard import RECORD_VARIABLE
from ingest.sandbox.landlock import touch_nothing

# A driver opens devices, caches and files of its own, and starts programs; which, was not tried.
_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
_BACKENDS = ("cuda", "vulkan", "hip", "sycl", "musa", "opencl")
_NOWHERE = Path("/dev/null")  # where llama.cpp's Python package sends what it does not want said
_LIMITS = Path("/sys/fs/cgroup")  # how much memory a container may have


def keep_to_files(options: EngineOptions) -> str:
    """ "" on success, else why this process may read what its user may. There is no way back."""
    if not sys.platform.startswith("linux"):
        return f"Landlock is Linux's, and this is {sys.platform}"
    if found := next((one for one in _DRIVERS if os.path.exists(one)), ""):
        return f"a GPU's driver, {found}, opens files of its own"
    if built := _drives():
        return f"llama.cpp is built for GPUs ({built}), whose drivers open files of their own"
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        return f"this process has {threads} threads already"
    files = (options.model, *(one.path for one in options.adapters))
    return touch_nothing((_LIMITS, *map(_real, files)), written=(_NOWHERE, *_record()))


def _drives() -> str:
    """The library by which llama.cpp drives GPUs; "" for a build without. Nothing is loaded."""
    folders = [os.environ.get("LLAMA_CPP_LIB_PATH", "")]
    if (spec := find_spec("llama_cpp")) is not None and spec.origin:
        folders.append(os.path.join(os.path.dirname(spec.origin), "lib"))
    names = {path.name for folder in folders if folder for path in Path(folder).glob("*ggml-*")}
    return next((one for one in sorted(names) if any(kind in one for kind in _BACKENDS)), "")


def _record() -> tuple[Path, ...]:
    """The record of what the guard refuses, which this process goes on writing."""
    home = os.environ.get(RECORD_VARIABLE)
    if not home or not os.path.isdir(home):
        return ()
    record = DataFolder(Path(home)).egress_attempts
    try:
        os.close(os.open(record, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError:  # it is told when something is to be written
        return ()
    return (record,)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
