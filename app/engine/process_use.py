"""What a process has used of the machine, as Linux tells it; other systems tell nothing here."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """`peak_memory` in bytes, the most that was in main memory at a time; `cpu_s` of all threads.

    A model's file that is mapped into memory counts as far as it was read.
    """

    peak_memory: int
    cpu_s: float


def process_use(pid: int) -> ProcessUse | None:
    """None where the system does not say, or the process is gone."""
    folder = Path("/proc") / str(pid)
    try:
        status = (folder / "status").read_text()
        # The name of the command stands in brackets and may hold anything; what follows does not.
        counted = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    ticks = int(counted[11]) + int(counted[12])  # user and system
    return ProcessUse(int(peak.split()[1]) * 1024, ticks / os.sysconf("SC_CLK_TCK"))
