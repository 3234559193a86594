"""Whether this machine is one that a bundle was made for: Python, system, processor, disk.

Standard library only: this is part of the installer.
"""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.governance.bundle.contents import BundleFault

# Instructions that llama.cpp uses where the compiler's machine has them.
INSTRUCTIONS = frozenset(
    "sse4_2 avx avx2 fma f16c bmi2 avx_vnni avx512f avx512bw avx512vl avx512dq avx512vbmi "
    "avx512_vnni avx512_bf16 amx_tile amx_int8 amx_bf16 asimddp i8mm sve sve2".split()
)


def processor_instructions(described: str | None = None) -> frozenset[str]:
    """Those of INSTRUCTIONS that this processor has; none where the system does not tell."""
    if described is None:
        try:
            described = Path("/proc/cpuinfo").read_text("ascii", "replace")
        except OSError:
            return frozenset()
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", described, re.MULTILINE)
    return INSTRUCTIONS & set(line[1].split()) if line else frozenset()


def glibc_version() -> tuple[int, ...]:
    """The C library's version; () where it is another one, such as musl."""
    try:
        told = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, AttributeError):
        return ()
    numbers = re.fullmatch(r"glibc (\d+)\.(\d+).*", told)
    return (int(numbers[1]), int(numbers[2])) if numbers else ()


def refuse_other_machine(fields: dict[str, Any]) -> None:
    """Raises BundleFault that names everything in which this machine differs."""
    found = list(_differences(fields))
    if found:
        raise BundleFault(
            "this bundle was made for another machine; nothing was installed:\n  "
            + "\n  ".join(found)
        )


def _differences(fields: dict[str, Any]) -> Iterator[str]:
    python = fields["python"]
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if (sys.implementation.name, ours) != (python["implementation"], python["version"]):
        yield (
            f"it needs {python['implementation']} {python['version']}, and {sys.executable} is "
            f"{sys.implementation.name} {ours}: run PYTHON=/path/to/python{python['version']} sh "
            f"install.sh, or make the bundle with Python {ours}"
        )
    made_for = fields["platform"]
    if sys.platform != made_for["system"] or platform.machine() != made_for["machine"]:
        yield (
            f"it needs {made_for['system']} on {made_for['machine']}, and this is {sys.platform} "
            f"on {platform.machine()}: make the bundle on a machine of this kind"
        )
        return
    if made_for["glibc"]:
        needed = tuple(int(part) for part in made_for["glibc"].split("."))
        have = glibc_version()
        if have < needed:
            said = ".".join(map(str, have)) if have else "another C library"
            yield (
                f"it needs glibc {made_for['glibc']} or later, and this system has {said}: make "
                "the bundle on a system like this one"
            )
    missing = sorted(set(fields["processor"]) - processor_instructions())
    if missing:
        yield (
            "its llama.cpp was compiled for a processor with "
            f"{', '.join(missing)}, which this one lacks: make the bundle on a machine with such "
            "a processor, or compile there with CMAKE_ARGS=-DGGML_NATIVE=OFF and make it with "
            "--any-processor"
        )


def refuse_full_disk(folder: Path, needed: int) -> None:
    """Raises BundleFault where `needed` bytes do not fit below `folder`, which need not exist."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise BundleFault(
            f"{folder} has {free / 1e9:.1f} GB free, and {needed / 1e9:.1f} GB are needed; make "
            "room, or choose another place with --to. Nothing was installed"
        )
