"""The observer of a privacy check: does the job, tries to break out, and prints what came of it.

Run as `python -m app.privacy.check.proof [ATTEMPT...]`, which are all by default, best in a network
namespace of its own; one JSON object on stdout. Whatever is tried, no real network can be reached:
the only other host is our own.
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

from app.governance.audit.egress import recorded_in
from app.governance.audit.opening import open_trail
from app.privacy import PROXIES, SWITCHES, UNSET
from app.privacy.attempts import AttemptFile
from app.privacy.check.breakout import (
    BELOW,
    MEMORY,
    ON_ANY,
    TURNED,
    UNRECORDED,
    WITH_NAMES,
    NotHere,
)
from app.privacy.check.browser_page import browser_here, load_poisoned_page
from app.privacy.check.foreign_host import OUTSIDE, Visits, joined_outside, outside_on_loopback
from app.privacy.check.job import do_job
from app.privacy.check.verdict import passed
from app.settings import load_settings

ISOLATED = "STRONGROOM_CHECK_NAMESPACE"  # set by whoever made the namespace for us
_PORT = 8000
_PATIENCE_S = 5.0
_ENDED = {"error": "the process ended", "refused": False, "not_apart": ""}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt: whether it gets out without the guard (None: not tried), and what became of it
    with the guard. `proved` is None for a known limit, which is told and not judged. `refused_by`
    is "the guard" or "the kernel".
    """

    name: str
    bare_gets_out: bool | None
    got_out: bool
    refused: bool
    refused_by: str
    recorded: bool
    error: str
    proved: bool | None


def main() -> int:
    """Print the result; 1 where anything got out or went unrecorded."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    isolated = bool(os.environ.pop(ISOLATED, ""))
    with tempfile.TemporaryDirectory(prefix="strongroom-check-") as folder:
        result = _prove(Path(folder), isolated, sys.argv[1:])
    print(json.dumps(result), file=out, flush=True)
    return 0


def _prove(folder: Path, isolated: bool, attempts: list[str]) -> dict[str, object]:
    trace = shutil.which("strace") is not None
    with _outside(isolated, folder) as visits:
        steps = do_job(folder / "job", trace=trace, browser=browser_here() if isolated else None)
        during = visits.taken()
        names = attempts or [*ON_ANY, *(WITH_NAMES if isolated else ())]
        bare = _attempts(folder / "bare", names, visits, "bare")
        above, below = ([name for name in names if (name in BELOW) is is_below]
                        for is_below in (False, True))  # fmt: skip
        guarded = _attempts(folder / "guarded", above, visits, "guarded")
        guarded |= _attempts(folder / "apart", below, visits, "apart")
        outcomes = [_judged(name, bare[name], guarded[name]) for name in names]
        trail = _in_trail(folder / "guarded")
        page = load_poisoned_page(visits) if isolated else None
    found: dict[str, object] = {
        "isolated": isolated,
        "isolation": "a network namespace of its own, joined to an outside host of the check's own"
        if isolated
        else f"none permitted here: {visits.address} on loopback stood for the outside",
        "observed_by": "strace and the guard's own record"
        if trace
        else "the guard's own record alone: below Python nothing was seen",
        "job": [asdict(step) for step in steps],
        "reached_outside_during_job": during,
        "attempts": [asdict(one) for one in outcomes],
        "trail": trail,
        "not_apart": next(
            (_said(guarded[name]) for name in below if name not in (TURNED, MEMORY)), ""
        ),
        "turnable": _said(guarded[TURNED]) if TURNED in guarded else "",
        "browser": page,
    }
    return {**found, "passed": passed(found)}


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
    """Make each attempt in a child; `how` is "bare", "guarded" or "apart"."""
    home.mkdir(mode=0o700)
    record = AttemptFile(home)
    forgotten = {*SWITCHES, *UNSET, *PROXIES}
    environment = {key: value for key, value in os.environ.items() if key not in forgotten}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home), "HF_HOME": str(home)}
    # What the guard cannot see has to be kept quiet by its switch, here as everywhere.
    environment["ORT_DISABLE_TELEMETRY"] = SWITCHES["ORT_DISABLE_TELEMETRY"]
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "app.privacy.check.breakout",
            str(home),
            visits.address,
            str(_PORT),
            how,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    found: dict[str, dict[str, object]] = {}
    patience = _PATIENCE_S if how == "bare" else 0.0  # only there somebody is sure to come
    visits.taken()
    with child:
        for name in names:
            before = len(record.read())
            child.stdin.write(f"{name}\n")
            child.stdin.flush()
            line = child.stdout.readline()
            said = json.loads(line) if line else dict(_ENDED)
            recorded = len(record.read()) > before
            got_out = visits.arrived(patience=patience)
            found[name] = {**said, "got_out": got_out, "recorded": recorded}
        child.stdin.close()
    return found


def _said(outcome: dict[str, object]) -> str:
    return str(outcome["not_apart"])


def _in_trail(home: Path) -> dict[str, int]:
    """How many attempts were recorded, and how many of them stand in a trail afterwards."""
    settings = load_settings({"home": home})
    made = {one.id for one in AttemptFile(home).read()}
    with open_trail(settings, "strongroom check") as trail, recorded_in(trail, home):
        pass  # what waits is carried over at once
    with open_trail(settings, "strongroom check") as trail:
        found = {
            one.data["id"] for one in trail.tail(len(made) + 20) if one.kind == "egress-attempt"
        }
    return {"recorded": len(made), "in_trail": len(made & found)}


def _judged(name: str, bare: dict[str, object], guarded: dict[str, object]) -> Outcome:
    got_out, recorded = bool(guarded["got_out"]), bool(guarded["recorded"])
    proved: bool | None = bool(bare["got_out"]) and not got_out
    missing = bare["error"] == NotHere.__name__  # the program for it; nothing was tried
    if missing and not got_out:
        proved = None
    elif guarded.get("not_apart"):
        proved = None  # a limit of this machine, and said to be one
    elif name not in UNRECORDED:
        proved = proved and recorded
    return Outcome(
        name,
        None if missing else bool(bare["got_out"]),
        got_out,
        # A library may keep the refusal to itself; the record tells.
        not got_out and (bool(guarded["refused"]) or recorded or name in UNRECORDED),
        "the kernel" if name in UNRECORDED else "the guard",
        recorded,
        str(guarded["error"]),
        proved,
    )


if __name__ == "__main__":
    sys.exit(main())
