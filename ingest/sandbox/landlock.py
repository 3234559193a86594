"""Takes files and other processes away from this process: a Landlock domain (Linux 5.13 or later).

A filter of system calls sees no names of files, so it lets /proc/PID/mem be opened: what is written
there runs in another process, which no filter keeps in. The kernel refuses a process in a domain
every look into processes outside of it, root's too. There is no way back.
"""

import ctypes
import os
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # system calls, the same numbers on every machine
_ASK_VERSION, _BENEATH = 1, 1
_NO_NEW_PRIVILEGES = 38
# From <linux/landlock.h>: what a domain may say about files, by the bit.
_EXECUTE, _WRITE, _READ = 1 << 0, 1 << 1, 1 << 2
_MAKE_CHARACTER_DEVICE, _MAKE_BLOCK_DEVICE = 1 << 6, 1 << 11
_CHANGES = _WRITE | sum(1 << bit for bit in range(4, 13))  # removing and making of all kinds
_MAKE_SOCKET = 1 << 9
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15  # of the second, third and fifth version
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1  # of the sixth
_PACKAGES = ("app", "ingest", "prompts", "vectorstore")
# What programs of this system need to be run, and hold no data of anybody.
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/fonts", "/etc/localtime", "/etc/mime.types", "/dev/null", "/dev/zero", "/dev/urandom",
    "/dev/random", "/sys/devices/system/cpu", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
)  # fmt: skip


def stay_apart() -> str:
    """Let this process look into no other but its children; "" on success, else why not.

    For a process that still needs its files. Only while it has a single thread: others are left as
    they are.
    """
    # A domain has to forbid something: nothing of ours makes devices.
    return _restrict(_MAKE_CHARACTER_DEVICE | _MAKE_BLOCK_DEVICE, 0, None)


def touch_nothing(readable: Iterable[Path] | None = None, *, written: Iterable[Path] = ()) -> str:
    """As `stay_apart`; besides, nothing can be written, made, removed, run or signalled.

    With `readable`, only these files and the program's own can be opened to be read. The files of
    `written`, which are there, can be extended.
    """
    forbidden = _CHANGES | _EXECUTE | (0 if readable is None else _READ)
    return _restrict(forbidden, _ABSTRACT_SOCKETS | _SIGNALS, readable, written=written)


def work_in(folder: Path, readable: Iterable[Path]) -> str:
    """As `stay_apart`; besides, only `readable`, the system and the program can be read, and
    nothing can be written outside of `folder`, but sockets can be made where programs expect it.
    For a foreign program that converts a file there.
    """
    return _restrict(_CHANGES | _READ, _ABSTRACT_SOCKETS | _SIGNALS, readable, folder)


def _restrict(
    forbidden: int,
    scoped: int,
    readable: Iterable[Path] | None,
    folder: Path | None = None,
    *,
    written: Iterable[Path] = (),
) -> str:
    if not sys.platform.startswith("linux"):
        return f"Landlock is Linux's, and this is {sys.platform}"
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, 0, _ASK_VERSION)
    moves = forbidden & _CHANGES != _CHANGES
    # The first version keeps files from being moved between folders, and nothing gives that back.
    if version < (2 if moves else 1):
        why = f"error {ctypes.get_errno()}" if version < 1 else "it moves no files between folders"
        return f"this kernel has no Landlock that fits ({why})"
    if moves:
        forbidden |= _REFER  # forbidden by every domain, and given back below
    else:
        forbidden |= (_REFER if version > 1 else 0) | (_TRUNCATE if version > 2 else 0)
        forbidden |= _IOCTL if version > 4 else 0
    # struct landlock_ruleset_attr: files, network, scopes; older kernels know less of it
    size = 8 if version < 4 else 16 if version < 6 else 24
    described = struct.pack("=QQQ", forbidden, 0, scoped if version > 5 else 0)[:size]
    rules = libc.syscall(_CREATE, described, size, 0)
    if rules < 0:
        return f"the kernel refuses Landlock (error {ctypes.get_errno()})"
    try:
        allowed = (
            [(path, _READ) for path in (*_programs(), *readable)] if readable is not None else []
        )
        allowed += [(path, forbidden & (_READ | _WRITE)) for path in written]
        allowed += [(Path("/"), _REFER)] if moves else []
        if folder is not None:
            allowed += [(folder, forbidden), (Path("/tmp"), _MAKE_SOCKET)]
        for path, access in allowed:
            _allow(libc, rules, path, access)
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return f"prctl refuses no-new-privileges (error {ctypes.get_errno()})"
        if libc.syscall(_RESTRICT, rules, 0):
            return f"the kernel refuses Landlock (error {ctypes.get_errno()})"
    finally:
        os.close(rules)
    return ""


def _allow(libc: ctypes.CDLL, rules: int, path: Path, access: int) -> None:
    """Give `access` to what lies at or below a path; one that is not there is left out."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        # struct landlock_path_beneath_attr, which is packed
        libc.syscall(_ADD, rules, _BENEATH, struct.pack("=Qi", access, place), 0)
    finally:
        os.close(place)


def _programs() -> Iterator[Path]:
    """Where Python, what is installed and our own packages lie; not what lies beside them."""
    ours = Path(__file__).resolve().parents[2]
    yield from (ours / name for name in _PACKAGES)
    named = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    found = {Path(place).resolve() for place in (*named, *sys.path) if place}
    # A checkout is on the path as a whole, and may hold a data folder.
    yield from sorted(place for place in found if place != ours)
    for base in {sys.prefix, sys.base_prefix}:
        yield from (Path(base) / "lib", Path(base) / "share" / "tessdata")
    yield from (Path(place) for place in _SYSTEM)
