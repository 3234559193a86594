"""Limits that a process which reads foreign files sets for itself before it opens one."""

import resource
import sys


def limit_process(memory_mib: int, *, cpu_seconds: int | None = None) -> None:
    """Bound this process's address space (Linux; macOS refuses or ignores it) and its time on the
    processor; it can write no file any more, and leaves no image of its memory.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # pipes still work
    if cpu_seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    if sys.platform.startswith("linux"):
        size = memory_mib << 20
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    sys.setrecursionlimit(5_000)  # deep structures end in an exception, not in a broken stack
