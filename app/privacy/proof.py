"""The observer of a privacy check: does the job, tries to break out, and prints what came of it.

Run as `python -m app.privacy.proof HOME`, best in a network namespace of its own; one JSON object
on stdout. Whatever is tried, no real network can be reached: the only other host is our own.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from app.privacy import PROXIES, SWITCHES, UNSET
from app.privacy.attempts import AttemptFile
from app.privacy.breakout import LIMITS, ON_ANY, UNRECORDED, WITH_NAMES
from app.privacy.job import do_job
from app.privacy.outside import OUTSIDE, Visits, joined_outside, outside_on_loopback
from app.privacy.page import load_poisoned_page

ISOLATED = "STRONGROOM_CHECK_NAMESPACE"  # set by whoever made the namespace for us
_PORT = 8000


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt: whether it gets out without the guard (None: not tried), and what became of it
    with the guard. `proved` is None for a known limit, which is told and not judged.
    """

    name: str
    bare_gets_out: bool | None
    got_out: bool
    refused: bool
    recorded: bool
    error: str
    proved: bool | None


def main() -> int:
    """Print the result; 1 where anything got out or went unrecorded."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    isolated = bool(os.environ.pop(ISOLATED, ""))
    with tempfile.TemporaryDirectory(prefix="strongroom-check-") as folder:
        result = _prove(Path(folder), isolated)
    print(json.dumps(result), file=out, flush=True)
    return 0


def _prove(folder: Path, isolated: bool) -> dict[str, object]:
    trace = shutil.which("strace") is not None
    with _outside(isolated, folder) as visits:
        steps = do_job(folder / "job", (), trace=trace)
        during = visits.taken()
        names = [*ON_ANY, *(WITH_NAMES if isolated else ())]
        bare = _attempts(folder / "bare", names, visits, "bare")
        guarded = _attempts(folder / "guarded", names, visits, "guarded")
        outcomes = [_judged(name, bare[name], guarded[name]) for name in names]
        page = load_poisoned_page(visits) if isolated else None
    job_quiet = not during and not any(step.foreign for step in steps)
    passed = (
        job_quiet
        and all(step.done for step in steps)
        and all(one.proved is not False for one in outcomes)
        and (page is None or page["proved"] is not False)
    )
    return {
        "isolation": "a network namespace of its own, joined to an outside host of the check's own"
        if isolated
        else f"none permitted here: {visits.address} on loopback stood for the outside",
        "observed_by": "strace" if trace else "the guard's own record",
        "job": [asdict(step) for step in steps],
        "reached_outside_during_job": during,
        "attempts": [asdict(one) for one in outcomes],
        "browser": page,
        "passed": passed,
    }


@contextlib.contextmanager
def _outside(isolated: bool, folder: Path) -> Iterator[Visits]:
    if not isolated:
        with outside_on_loopback() as visits:
            yield visits
        return
    resolver = folder / "resolv.conf"
    resolver.write_text(f"nameserver {OUTSIDE}\noptions timeout:2 attempts:1\n", "ascii")
    subprocess.run(["mount", "--bind", str(resolver), "/etc/resolv.conf"], check=True)
    try:
        with joined_outside() as visits:
            yield visits
    finally:
        subprocess.run(["umount", "/etc/resolv.conf"], check=True)


def _attempts(
    home: Path, names: list[str], visits: Visits, how: str
) -> dict[str, dict[str, object]]:
    """Make each attempt in a child; `how` is "guarded" or "bare"."""
    home.mkdir()
    record = AttemptFile(home)
    forgotten = {*SWITCHES, *UNSET, *PROXIES}
    environment = {key: value for key, value in os.environ.items() if key not in forgotten}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home), "HF_HOME": str(home)}
    # What the guard cannot see has to be kept quiet by its switch, here as everywhere.
    environment["ORT_DISABLE_TELEMETRY"] = SWITCHES["ORT_DISABLE_TELEMETRY"]
    child = subprocess.Popen(
        [sys.executable, "-m", "app.privacy.breakout", str(home), visits.address, str(_PORT), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    found: dict[str, dict[str, object]] = {}
    visits.taken()
    with child:
        for name in names:
            before = len(record.read())
            child.stdin.write(f"{name}\n")
            child.stdin.flush()
            line = child.stdout.readline()
            said = json.loads(line) if line else {"error": "the process ended", "refused": False}
            recorded = len(record.read()) > before
            found[name] = {**said, "got_out": visits.arrived(), "recorded": recorded}
        child.stdin.close()
    return found


def _judged(name: str, bare: dict[str, object], guarded: dict[str, object]) -> Outcome:
    got_out, recorded = bool(guarded["got_out"]), bool(guarded["recorded"])
    proved: bool | None = bool(bare["got_out"]) and not got_out
    if name in LIMITS:
        proved = None
    elif name not in UNRECORDED:
        proved = proved and recorded
    return Outcome(
        name,
        bool(bare["got_out"]),
        got_out,
        bool(guarded["refused"]) or (name in UNRECORDED and not got_out),
        recorded,
        str(guarded["error"]),
        proved,
    )


if __name__ == "__main__":
    sys.exit(main())
