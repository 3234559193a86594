"""The process that calls one function on a file of somebody else's: the request comes over stdin.

The request is JSON: {"function": "module:name", "argument": {…}, "readable": [paths]}. Its limits
are set, and all other files taken away, before the function's module reads anything of the file.
The one answer on stdout is JSON: {"result"}, or {"refused": [class, message]} for an exception;
either has {"egress"} where something tried to reach the network or to start a program.

argv: memory limit in MiB.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from ingest.sandbox.confinement import Need, confine, refuse_and_tell
from ingest.sandbox.limits import limit_process


def main() -> None:
    """Call, and answer."""
    memory_mib = int(sys.argv[1])
    request = json.loads(sys.stdin.buffer.read())
    limit_process(memory_mib)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not garble the answer
    module, _, name = str(request["function"]).partition(":")
    function = getattr(importlib.import_module(module), name)
    attempts: list[tuple[str, str]] = []
    refuse_and_tell(lambda event, target: attempts.append((event, target)))
    confine(Need.NOTHING, readable=[Path(one) for one in request["readable"]])
    try:
        answer: dict[str, Any] = {"result": function(**request["argument"])}
        said = json.dumps(answer)
    except MemoryError:
        said = json.dumps({"refused": ["MemoryError", f"needs more than {memory_mib} MiB"]})
    except RecursionError:
        said = json.dumps({"refused": ["RecursionError", "is nested too deeply"]})
    except Exception as error:  # noqa: BLE001  # whatever a damaged file makes a library raise
        said = json.dumps({"refused": [type(error).__name__, str(error)[:4_000]]})
    if attempts:
        said = f'{said[:-1]}, "egress": {json.dumps(attempts[:100])}}}'
    out.write(said.encode("ascii"))
    out.flush()


if __name__ == "__main__":
    main()
