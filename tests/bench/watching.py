"""What it costs to keep a space in step with a folder of many files.

`python tests/bench/watching.py --files 5000` makes a folder of short texts, follows it, and prints
the seconds of a first look, of a look at an unchanged folder, until a change is seen while it
runs, and of a look after 200 random changes. The embedder is the tests' own, which needs no time:
reading and embedding are measured elsewhere.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from deletion.folders import opened  # noqa: E402

from app.watching.source import NewSource  # noqa: E402
from app.workspace.workspace import Workspace  # noqa: E402

CHANGES = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory() as place:
        share = Path(place, "share")
        for number in range(count):
            path = share / f"{number % 50:02}" / f"{number:05}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"Rule {number} is about walnuts and almonds.\n", "utf-8")
        with opened(Path(place, "home")) as home:
            home.add_source(NewSource("share", "folder", str(share), "general"))
            print(f"files: {count}")
            print(f"first look: {_look(home):.1f} s")
            time.sleep(3)
            _look(home)  # what was new at the first look is settled now
            print(f"unchanged, best of 3: {min(_look(home) for _ in range(3)):.2f} s")
            with home.watched.watching():
                while home.source("share").live:
                    time.sleep(0.05)
                time.sleep(3)
                (share / "one more.txt").write_text("It is new.\n", "utf-8")
                began = time.perf_counter()
                while home.index.document("general", "one more.txt") is None:
                    time.sleep(0.05)
                print(f"a new file is found after: {time.perf_counter() - began:.1f} s")
            _change(share, random.Random(20))
            print(f"after {CHANGES} changes: {_look(home):.1f} s")
            names = {record.name for record in home.index.documents(["general"])}
            there = {path.relative_to(share).as_posix() for path in share.rglob("*.txt")}
            print(f"index equals folder: {names == there}")


def _look(home: Workspace) -> float:
    began = time.perf_counter()
    state = home.follow_source("share")
    assert state.last is not None
    assert not state.last.error, state.last.error
    return time.perf_counter() - began


def _change(share: Path, chance: random.Random) -> None:
    files = sorted(share.rglob("*.txt"))
    for number, path in enumerate(chance.sample(files, CHANGES)):
        if number % 3 == 0:
            path.write_text(f"It was edited, {number}.\n", "utf-8")
        elif number % 3 == 1:
            path.rename(share / f"moved {number}.txt")
        else:
            path.unlink()


if __name__ == "__main__":
    main()
