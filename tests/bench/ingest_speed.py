"""Ingestion beside the plain stack: speed, memory and, with a question file, what is found.

    python tests/bench/ingest_speed.py [FOLDER] [--questions QUESTIONS.jsonl] [--runs 3]

Every run is a process of its own with an empty index; the two stacks take turns, and medians
are shown. Loading the embedder is timed apart, since a long-lived process does it once. Memory
is the largest resident sum of the process and its children while it ingests, sampled from
/proc (shared pages count in each); without /proc it is the kernel's figure for the process
alone. Both stacks are measured by the same characters: those that the plain loaders read.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

from app.privacy import SWITCHES
from vectorstore.scope import Scope

HERE = Path(__file__).resolve().parent
STACKS = ("Strongroom", "plain stack")
SAMPLE_S = 0.02


def main() -> None:
    """Run both stacks in turn and print them side by side."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=HERE.parent / "samples")
    parser.add_argument("--questions", type=Path, help="measure recall on this file as well")
    parser.add_argument("--runs", type=int, default=3, help="runs of each stack (3)")
    parser.add_argument("--embedder", type=Path, help="its folder; the starter embedder if unset")
    parser.add_argument("--stack", choices=STACKS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    embedder = arguments.embedder or _starter_embedder()
    if arguments.stack:
        os.environ.update(SWITCHES)
        with tempfile.TemporaryDirectory() as home:
            run = _strongroom if arguments.stack == STACKS[0] else _plain
            run(arguments.folder, embedder, Path(home), arguments.questions)
        return

    load, cores = _load_average(), os.cpu_count() or 1
    runs: dict[str, list[dict[str, Any]]] = {stack: [] for stack in STACKS}
    for number in range(arguments.runs):
        # Whoever goes first changes, so that a warming or throttling machine favours neither.
        for stack in STACKS if number % 2 == 0 else STACKS[::-1]:
            print(f"run {number + 1} of {arguments.runs}: {stack} ...", file=sys.stderr)
            runs[stack].append(_child(stack, arguments, embedder))
    _print(arguments.folder, runs)
    if load > 0.25 * cores:
        print(
            f"The machine was busy before this began (load {load:.1f} on {cores} cores): other "
            "work slows PyTorch, and so the plain stack, more than ours. Run it again when idle."
        )


def _strongroom(folder: Path, embedder_folder: Path, home: Path, questions: Path | None) -> None:
    started = time.perf_counter()
    from ingest.pipeline import ingest_paths
    from vectorstore.index import Index
    from vectorstore.loading import load_embedder

    index = Index.open(home / "index", load_embedder(embedder_folder))
    ready = time.perf_counter()
    report = ingest_paths(index, [folder])
    ended = time.perf_counter()
    read = [status for status in report.documents if status.status != "rejected"]
    _tell(
        start_s=ready - started,
        ingest_s=ended - ready,
        files=len(read),
        chunks=sum(status.chunks for status in read),
        by_stage=report.timings,
    )
    if questions:
        _tell(**_recall(questions, lambda q, d: index.search(q, Scope.of(["general"], d), 50).hits))
    index.close()


def _plain(folder: Path, embedder_folder: Path, home: Path, questions: Path | None) -> None:
    started = time.perf_counter()
    from plain_stack import PlainStack  # type: ignore[import-not-found]

    stack = PlainStack(home, embedder_folder)
    ready = time.perf_counter()
    counts = stack.ingest(folder)
    _tell(
        start_s=ready - started,
        ingest_s=time.perf_counter() - ready,
        files=counts.files,
        chunks=counts.chunks,
        characters=counts.characters,
    )
    if questions:
        _tell(**_recall(questions, lambda q, d: stack.search(q, d, k=50)))


def _recall(questions: Path, search: Any) -> dict[str, float]:
    from app.answering.evaluation.questions import read_questions
    from app.answering.evaluation.report import evaluate

    return evaluate(read_questions(questions), search)["retrieval"]


def _tell(**values: object) -> None:
    print(json.dumps(values), flush=True)


def _child(stack: str, arguments: argparse.Namespace, embedder: Path) -> dict[str, Any]:
    """One run in a process of its own: what it told, and its peak memory until it had ingested."""
    command = [sys.executable, __file__, str(arguments.folder), "--stack", stack]
    command += ["--embedder", str(embedder)]
    if arguments.questions:
        command += ["--questions", str(arguments.questions)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    peak = _PeakMemory(process.pid)
    assert process.stdout is not None
    told = process.stdout.readline()
    memory = peak.stop()
    rest = process.stdout.read()
    if process.wait() != 0:
        sys.exit(f"{stack} failed; see for yourself with: {' '.join(command)}")
    return {**json.loads(told), "peak_mib": memory, "recall": json.loads(rest) if rest else {}}


class _PeakMemory:
    """Watches the resident memory of a process and all below it, in MiB."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._stopped.set()
        self._thread.join()
        return self._peak or _kernel_peak_mib()

    def _watch(self) -> None:
        while not self._stopped.wait(SAMPLE_S):
            self._peak = max(self._peak, _resident_mib(self._pid))


def _resident_mib(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text(encoding="ascii").split()
        ]
    except OSError:  # gone in between, or a system without /proc
        return 0.0
    own = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(own.split()[1]) / 1024 + sum(map(_resident_mib, children))


def _load_average() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _kernel_peak_mib() -> float:
    import resource

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit


def _starter_embedder() -> Path:
    from app.engine.models import default_embedder
    from app.settings import load_settings

    return default_embedder(load_settings({}))


def _print(folder: Path, runs: dict[str, list[dict[str, Any]]]) -> None:
    characters = runs[STACKS[1]][0]["characters"]
    rows: dict[str, list[float]] = {}
    for stack in STACKS:
        seconds = median(run["ingest_s"] for run in runs[stack])
        last = runs[stack][-1]
        for name, value in {
            "seconds to ingest": seconds,
            "files/s": last["files"] / seconds,
            "chunks/s": last["chunks"] / seconds,
            "characters/s": characters / seconds,
            "peak memory, MiB": median(run["peak_mib"] for run in runs[stack]),
            "seconds to start": median(run["start_s"] for run in runs[stack]),
            "files": last["files"],
            "chunks": last["chunks"],
            **last["recall"],
        }.items():
            rows.setdefault(name, []).append(value)
    print(f"{folder}: medians of {len(runs[STACKS[0]])} runs each\n")
    print(f"{'':<20}{STACKS[0]:>14}{STACKS[1]:>14}{'ratio':>9}")
    for name, (ours, plain) in rows.items():
        digits = 3 if "@" in name else 0 if abs(plain) >= 100 or name in ("files", "chunks") else 2
        ratio = f"{ours / plain:9.2f}" if plain else ""
        print(f"{name:<20}{ours:14,.{digits}f}{plain:14,.{digits}f}{ratio}")
    spread = " · ".join(
        f"{stack} {' '.join(format(run['ingest_s'], '.2f') for run in runs[stack])}"
        for stack in STACKS
    )
    print(f"\nall runs, seconds to ingest: {spread}")
    stages = runs[STACKS[0]][-1].get("by_stage", {})
    print("Strongroom by stage: " + ", ".join(f"{name} {s:.2f}" for name, s in stages.items()))


if __name__ == "__main__":
    main()
