"""A process that is killed while it writes loses nothing that it reported, and leaves no halves."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from word_embedder import WordEmbedder

from vectorstore.index import Index
from vectorstore.scope import Scope

WRITER = """
import sys
from pathlib import Path
from word_embedder import WordEmbedder, chunks, document
from vectorstore.index import Index

index = Index.open(Path(sys.argv[1]), WordEmbedder())
version = int(sys.argv[2])
print("open", flush=True)
while True:
    version += 1
    for name in "abcd":
        texts = [f"{name} version {version} part {n}" for n in range(40)]
        index.put(document(name, version=str(version)), chunks(*texts))
        print(name, version, flush=True)
    index.remove("general", "d")
    print("d", 0, flush=True)
"""


def test_killed_at_random_moments(tmp_path: Path):
    chance = random.Random(7)
    reported: dict[str, int] = {}
    for round_ in range(4):
        lines = written_until_killed(tmp_path, round_ * 1000, chance.uniform(0.05, 1.0))
        for name, version in (line.split() for line in lines if line != "open"):
            reported[name] = int(version)
        index = Index.open(tmp_path, WordEmbedder())
        assert index.verify() == []
        for record in index.documents():
            assert record.chunks == 40
            hits = index.search(
                f"{record.name} version part", Scope(("general",), (record.name,)), 100
            ).hits
            versions = {int(hit.text.split()[2]) for hit in hits}
            assert len(hits) == 40
            assert len(versions) == 1  # never half of one and half of another
            # What was not reported may have been stored all the same.
            assert reported.get(record.name, 0) <= versions.pop()
        held = {record.name for record in index.documents()}
        assert {name for name, version in reported.items() if version} - {"d"} <= held
        index.close()


def written_until_killed(folder: Path, version: int, seconds: float) -> list[str]:
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(version)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    output, _ = process.communicate()
    return [line for line in output.split("\n")[:-1] if line]
