"""Support, judged on true and false sentences that code makes of documents, before and after.

    python tests/bench/support.py [FOLDER_OR_FILE ...] [--half seen|unseen|both] [--before REVISION]
        [--show KIND] [--limit N]

Of the swapped sentences at most 1 % may be supported, of the true at least 95 % must. With
`--before`, the check as it was in a revision judges the same sentences. As the question, the check
is given the sentence itself: who asks takes it for granted. Half of the documents, by a hash of
their names, are unseen until rules are settled.
"""

import argparse
import subprocess
import sys
import time
import types
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from answering.counterfactuals import Case, is_unseen, make_cases, read_passages

from app.answering.support import find_support

ROOT = Path(__file__).resolve().parents[2]
OWN = ("tests/samples", "tests/corpus", "tests/long", "tests/faqs/documents")
MOST_SWAPPED = 0.01
LEAST_TRUE = 0.95
Check = Callable[[str, Sequence[str], str, Sequence[str]], object]


def main() -> int:
    """Print both checks by kind; 1 where the present one misses its mark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path, help="documents or folders of them")
    parser.add_argument("--half", choices=("seen", "unseen", "both"), default="both")
    parser.add_argument("--before", metavar="REVISION", help="the check of this revision as well")
    parser.add_argument("--show", metavar="KIND", help="print what is judged wrongly of this kind")
    parser.add_argument("--limit", type=int, default=40, metavar="N", help="a kind and document")
    arguments = parser.parse_args()
    files = _files(arguments.paths or [ROOT / folder for folder in OWN])
    cases: dict[str, list[Case]] = {"seen": [], "unseen": []}
    for file in files:
        half = "unseen" if is_unseen(file.name) else "seen"
        if arguments.half in (half, "both"):
            cases[half] += make_cases(file.name, read_passages(file), most=arguments.limit)
    met = True
    for half, found in cases.items():
        if found:
            documents = len({case.document for case in found})
            print(f"\n{half} half: {documents} documents, {len(found)} sentences")
            checks: dict[str, Check] = {}
            if arguments.before:
                checks[arguments.before] = _before(arguments.before)
            checks["now"] = find_support
            met &= _report(found, checks, arguments.show)
    return 0 if met else 1


def _files(paths: Sequence[Path]) -> list[Path]:
    return sorted(
        file
        for path in paths
        for file in ([path] if path.is_file() else path.rglob("*"))
        if file.is_file() and not any(part.startswith(".") for part in file.parts[-3:])
    )


def _before(revision: str) -> Check:
    """The check of another revision, over the modules below it as they are now."""
    source = subprocess.run(
        ["git", "show", f"{revision}:app/answering/support.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    module = types.ModuleType("support_before")
    sys.modules[module.__name__] = module
    exec(compile(source, "support_before", "exec"), module.__dict__)
    check: Check = module.find_support
    return check


def _report(cases: Sequence[Case], checks: dict[str, Check], show: str | None) -> bool:
    passed: dict[tuple[str, bool], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counts: dict[tuple[str, bool], int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)
    for case in cases:
        for key in (
            (case.kind, case.true),
            ("all", case.true),
            (f"all {case.language}", case.true),
        ):
            counts[key] += 1
        for name, check in checks.items():
            started = time.perf_counter()
            texts = [passage.text for passage in case.passages]
            above = [passage.above for passage in case.passages]
            supported = check(case.said, texts, case.said.rstrip(".") + "?", above) is not None
            seconds[name] += time.perf_counter() - started
            for key in (
                (case.kind, case.true),
                ("all", case.true),
                (f"all {case.language}", case.true),
            ):
                passed[key][name] += supported
            if name == "now" and show in (case.kind, "all") and supported != case.true:
                print(f"  [{case.kind}] {case.said}\n      of: {case.source}")
    for true, title in ((True, "true, supported"), (False, "swapped, supported")):
        print(f"  {title:<24}{'count':>7}" + "".join(f"{name:>10}" for name in checks))
        for kind in sorted(kind for kind, side in counts if side == true):
            key = (kind, true)
            shares = (f"{passed[key][name] / counts[key]:>10.1%}" for name in checks)
            print(f"    {kind:<22}{counts[key]:>7}" + "".join(shares))
    print(
        "  a check: " + ", ".join(f"{n} {1000 * s / len(cases):.1f} ms" for n, s in seconds.items())
    )
    return (
        passed["all", True]["now"] >= LEAST_TRUE * counts["all", True]
        and passed["all", False]["now"] <= MOST_SWAPPED * counts["all", False]
    )


if __name__ == "__main__":
    raise SystemExit(main())
