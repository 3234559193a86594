"""Ends processes with SIGKILL at random moments of their work, and looks at what is left.

`make power-cut ARGS="--cuts 200"` prints a table. A killed process is not quite a power cut: what
it had handed to the system reaches the disk all the same. See docs/operate.md for what that leaves
open.
"""

import argparse
import faulthandler
import json
import os
import pickle
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from power_cut.looking import Acknowledged, look
from power_cut.working import JOBS, KEPT, Log, opened, work

SAMPLES = Path(__file__).parents[1] / "samples"
# Seconds of work within which the moment lies.
SPANS = {"ingest": 3.0, "delete": 3.0, "backup": 1.5, "chat": 20.0, "batch": 8.0}
WITH_MODEL = ("chat", "batch")
LONGEST_OPENING = 120.0


@dataclass
class Cut:
    """One process that was ended."""

    job: str
    moment: float  # seconds of work; negative: seconds of opening the data folder
    doing: str  # the last thing it began; "" if all was acknowledged
    acknowledged: int
    problems: list[str] = field(default_factory=list)


class Cutter:
    """Cuts off jobs in one data folder, one after the other."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.home = folder / "home"
        self._scratch = folder
        self._random = random.Random(seed)
        self._known = Acknowledged()
        self._number = 0

    def prepare(self) -> None:
        """Documents to ask about, and some to delete."""

        def fill() -> list[str]:
            with opened(self.home) as home:
                home.ingest([SAMPLES / "employee-handbook.pdf"], space=KEPT)
            return []

        assert self._in_child(fill) == []
        assert self._look() == []

    def cut(self, job: str) -> Cut:
        """Begin a job, end it, and look."""
        self._number += 1
        log = self._scratch / f"log-{self._number:04d}"
        pid = os.fork()
        if pid == 0:
            self._be(job, log)
        moment = self._end(pid, job, log)
        said = [json.loads(line) for line in _lines(log)]
        before = self._known.count
        for line in said:
            self._known.take(line)
        last = said[-1] if said else {}
        doing = str(last.get("begin", ""))
        if job == "batch" and last.get("done") == "batch":
            doing = "batch"  # two questions are always asked at once
        if not any(line.get("at") == "opened" for line in said):
            doing = "opening"
        elif last.get("at") == "opened" and job in WITH_MODEL:
            doing = "starting the model"
        return Cut(job, moment, doing, self._known.count - before, self._look())

    def _be(self, job: str, log: Path) -> None:
        """Become the process that does the job."""
        os.setsid()
        output = os.open(self._scratch / "output", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        faulthandler.enable()
        try:
            work(job, self.home, self._scratch, Log(log))
        except BaseException:  # noqa: BLE001 -- it may not go on as its parent
            traceback.print_exc()
            Log(log)(failed=traceback.format_exc()[-2_000:])
        finally:
            os._exit(3)

    def _end(self, pid: int, job: str, log: Path) -> float:
        """SIGKILL at a random moment to the process and all that it has started."""
        early = self._random.random()
        if early < 0.1:
            begun = time.monotonic()
            time.sleep(self._random.uniform(0, 0.5))
            moment = begun - time.monotonic()
        else:
            starting = job in WITH_MODEL and early < 0.25
            mark = "ready" if job in WITH_MODEL and not starting else "opened"
            self._wait(pid, log, mark)
            moment = self._random.uniform(0, 2.0 if starting else SPANS[job])
            time.sleep(moment)
        kill_all(pid)
        _, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            raise RuntimeError(f"{job} failed: " + (self._scratch / "output").read_text()[-3_000:])
        return moment

    def _wait(self, pid: int, log: Path, mark: str) -> None:
        """Until the process has said that it is so far."""
        limit = time.monotonic() + LONGEST_OPENING
        while f'"{mark}"'.encode() not in (log.read_bytes() if log.exists() else b""):
            if time.monotonic() > limit or os.waitpid(pid, os.WNOHANG)[0]:
                raise RuntimeError((self._scratch / "output").read_text()[-3_000:])
            time.sleep(0.002)

    def _look(self) -> list[str]:
        """What is wrong, found by a process of its own, as the next start would be."""

        def found() -> list[str]:
            return list(look(self.home, self._scratch, self._known))

        return self._in_child(found)

    def _in_child(self, run: Callable[[], list[str]]) -> list[str]:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            with os.fdopen(write, "wb") as told:
                try:
                    outcome = run()
                except BaseException:  # noqa: BLE001 -- the parent says it
                    outcome = [traceback.format_exc()[-3_000:]]
                pickle.dump((outcome, self._known), told)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as told:
            result, self._known = pickle.load(told)
        os.waitpid(pid, 0)
        return list(result)


def kill_all(pid: int) -> None:
    """SIGKILL to a process and its descendants, whatever their groups."""
    for one in [pid, *_descendants(pid)]:
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it has ended by itself


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found: list[int] = []
    left = [pid]
    while left:
        next_ones = children.get(left.pop(), [])
        found += next_ones
        left += next_ones
    return found


def _lines(log: Path) -> list[bytes]:
    content = log.read_bytes() if log.exists() else b""
    return content[: content.rfind(b"\n") + 1].splitlines()


def cut_often(
    folder: Path, cuts: int, seed: int, jobs: list[str], say: Callable[[str], None]
) -> list[Cut]:
    """Cut jobs in turn until there were so many cuts."""
    cutter = Cutter(folder, seed)
    cutter.prepare()
    done: list[Cut] = []
    for number in range(cuts):
        cut = cutter.cut(jobs[number % len(jobs)])
        done.append(cut)
        where = cut.doing or "between"
        say(f"{number + 1:4} {cut.job:7} {cut.moment:6.2f} s  {where:20} +{cut.acknowledged}")
        for problem in cut.problems:
            say(f"     {problem}")
    return done


def table(cuts: list[Cut]) -> str:
    """What was ended when, and what was found."""
    lines = [
        "| job | cuts | opening | model starting | in the middle | between | acknowledged "
        "| problems |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for job in [*JOBS, "all"]:
        ours = [cut for cut in cuts if job in ("all", cut.job)]
        doing = Counter(
            cut.doing if cut.doing in ("opening", "starting the model", "") else "middle"
            for cut in ours
        )
        lines.append(
            f"| {job} | {len(ours)} | {doing['opening']} | {doing['starting the model']} | "
            f"{doing['middle']} | {doing['']} | {sum(cut.acknowledged for cut in ours)} | "
            f"{sum(len(cut.problems) for cut in ours)} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--jobs", default=",".join(JOBS))
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="power-cut-"))
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    cuts = cut_often(
        folder, given.cuts, given.seed, given.jobs.split(","), lambda s: print(s, flush=True)
    )
    took = time.monotonic() - begun
    print(f"\n{table(cuts)}\n\n{len(cuts)} cuts in {took:.0f} s, seed {given.seed}")
    return 1 if any(cut.problems for cut in cuts) else 0


if __name__ == "__main__":
    sys.exit(main())
