"""Writes a GGUF model again as Q8_0; run as a module, since llama.cpp may abort its process."""

import os
import subprocess
import sys
from pathlib import Path

_Q8_0 = 7  # LLAMA_FTYPE_MOSTLY_Q8_0


class RequantiseError(Exception):
    """llama.cpp could not write the file; the message has its last words."""


def requantise(source: Path, target: Path) -> None:
    """Write `source` to `target` as Q8_0, in a child process. Raises RequantiseError."""
    command = [sys.executable, "-m", "app.engine.requantise", str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise RequantiseError(f"llama.cpp could not requantise {source.name}: {last}")


def main(source: str, target: str) -> int:
    import llama_cpp.llama_cpp as lib

    lib.llama_backend_init()
    params = lib.llama_model_quantize_default_params()
    params.ftype = _Q8_0
    params.allow_requantize = True
    params.nthread = max(1, (os.cpu_count() or 1) - 1)
    return int(lib.llama_model_quantize(source.encode(), target.encode(), params))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
