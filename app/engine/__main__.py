"""`python -m app.engine`: the engine process as the supervisor starts it."""

import argparse
import sys
from pathlib import Path

from app.privacy.guard import guard_child
from ingest.sandbox.rights import give_up_rights

from .confining import keep_to_files
from .options import Adapter, EngineOptions


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m app.engine", description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--listener-fd", type=int)
    parser.add_argument("--parallel", type=int, default=0)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--kv-cells", type=int, default=0)
    parser.add_argument("--gpu-layers", type=int)
    parser.add_argument("--tensor-split", type=_shares, default=())
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--flash", choices=("auto", "on", "off"), default="auto")
    parser.add_argument("--guesses", choices=("auto", "on", "off"), default="auto")
    parser.add_argument("--cells", choices=("auto", "shared", "separate"), default="auto")
    parser.add_argument("--kv-type", choices=("f16", "q8_0", "q4_0"), default="f16")
    parser.add_argument("--lora", dest="adapters", type=Adapter.parse, action="append", default=[])
    parser.add_argument("--queue", type=int, default=64)
    parser.add_argument("--slice-seconds", type=float, default=0.15)
    parser.add_argument("--watch-stdin", action="store_true")
    parser.add_argument("--name", default="")
    guard_child()
    give_up_rights(drives_gpu=True)  # before anything starts a thread, which would keep them
    given = vars(parser.parse_args())
    given["adapters"] = tuple(given["adapters"])
    try:
        options = EngineOptions(**given)
    except ValueError as error:
        print(f"engine error: {error}", file=sys.stderr)
        return 1
    reason = keep_to_files(options)
    # Only now: its libraries start threads, which would keep the files of the user.
    from .server import EngineStartError, log_line, run_engine

    if reason:
        log_line(f"not kept to its model's files: {reason}")
    try:
        run_engine(options)
    except (EngineStartError, ValueError) as error:
        print(f"engine error: {error}", file=sys.stderr)
        return 1
    return 0


def _shares(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
