"""The process that becomes LibreOffice: it limits itself, gives up network and files, and runs it.

argv: the program, its folder, the file in it, the ending of the format that is wanted, the name of
the filter by which the program reads the file, MiB of memory, MiB of a file, seconds of a
processor. What comes out lies in the folder's `out`.
"""

import os
import resource
import sys
from pathlib import Path

from ingest.sandbox.confinement import Need, confine
from ingest.sandbox.converting import profile_of

# What the program needs to be read besides what every program does.
_READABLE = ("/bin", "/sbin", "/opt", "/etc", "/var/cache/fontconfig", "/proc", "/sys/devices")
_FILTERS = {"docx": "docx:MS Word 2007 XML", "pptx": "pptx:Impress MS PowerPoint 2007 XML"}


def main() -> None:
    """Limit this process, then run the program in its place."""
    program, folder, source, target, reader, memory_mib, file_mib, seconds = sys.argv[1:]
    place = Path(folder)
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, int(memory_mib) << 20),
        (resource.RLIMIT_FSIZE, int(file_mib) << 20),
        (resource.RLIMIT_CPU, int(seconds)),
    ):
        resource.setrlimit(limit, (most, most))
    confine(
        Need.CONVERT,
        readable=[Path(one) for one in (*_READABLE, str(Path(program).resolve().parents[1]))],
        folder=place,
    )
    command = [
        *(program, f"-env:UserInstallation={profile_of(place)}"),
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
        f"--infilter={reader}",
        *("--convert-to", _FILTERS[target], "--outdir", f"{place}/out", source),
    ]
    # Nothing of ours, and no desktop to talk to.
    os.execve(program, command, {
        "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder,
        "SAL_USE_VCLPLUGIN": "svp",
    })  # fmt: skip


if __name__ == "__main__":
    main()
