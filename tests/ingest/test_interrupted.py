"""A killed ingestion leaves no half document and loses none that was reported."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ingest_fakes import FastEmbedder

from ingest.pipeline import ingest_paths
from vectorstore.index import Index
from vectorstore.scope import Scope

HERE = Path(__file__).parent
FILES = 30
SCRIPT = """
import sys
from pathlib import Path
from ingest_fakes import FastEmbedder
from ingest.pipeline import ingest_paths
from vectorstore.index import Index
index = Index.open(Path(sys.argv[1]), FastEmbedder())
ingest_paths(index, [Path(sys.argv[2])],
             progress=lambda now: print(now.files_done, flush=True))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(FILES):
        write(folder, number, "first")
    return folder


def write(folder: Path, number: int, version: str) -> None:
    """A document of some chunks whose last words are its own."""
    body = f"Document {number} in its {version} version says a thing or two. " * 120
    (folder / f"{number:02}.txt").write_text(f"{body}\n\nclosing{number}{version}")


def run_and_kill(index: Path, folder: Path, files: int, delay: float) -> int:
    """Kill an ingestion `delay` seconds after it reported `files` files; how many it reported."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, index, folder],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(HERE)},
    )  # fmt: skip
    assert process.stdout is not None
    reported = 0
    for line in process.stdout:
        reported = int(line)
        if reported >= files:
            break
    time.sleep(delay)
    process.kill()
    reported = max([reported, *(int(line) for line in process.stdout)])
    process.wait()
    return reported


def check(index: Index, versions: tuple[str, ...]) -> set[str]:
    """Names of the documents; each is whole, in exactly one version."""
    for record in index.documents():
        number = int(record.name[:2])
        scope = Scope(("general",), (record.name,))
        hits = index.search(f"closing{number}{versions[-1]}", scope)
        assert any(hit.document == record.name for hit in hits.hits)
        whole = index.chunks(record.space, record.name)
        assert len(whole) == record.chunks
        text = " ".join(hit.text for hit in whole)
        held = [version for version in versions if f"closing{number}{version}" in text]
        assert len(held) == 1, (record.name, held)
        assert all(f"in its {other} " not in text for other in versions if other != held[0])
    return {record.name for record in index.documents()}


@pytest.mark.timeout(240)
def test_killed_at_several_moments(tmp_path: Path, folder: Path):
    home = tmp_path / "index"
    for files, delay in ((1, 0.0), (5, 0.01), (11, 0.003), (18, 0.03)):
        reported = run_and_kill(home, folder, files, delay)
        index = Index.open(home, FastEmbedder())
        names = check(index, ("first",))
        assert names >= {f"{number:02}.txt" for number in range(reported)}
        index.close()
    index = Index.open(home, FastEmbedder())
    report = ingest_paths(index, [folder])
    assert {status.status for status in report.documents} <= {"indexed", "unchanged"}
    assert len(check(index, ("first",))) == FILES
    index.close()


@pytest.mark.timeout(240)
def test_killed_while_documents_are_replaced(tmp_path: Path, folder: Path):
    home = tmp_path / "index"
    index = Index.open(home, FastEmbedder())
    ingest_paths(index, [folder])
    index.close()
    for number in range(FILES):
        write(folder, number, "second")
    for files, delay in ((3, 0.005), (12, 0.0)):
        run_and_kill(home, folder, files, delay)
        index = Index.open(home, FastEmbedder())
        assert len(check(index, ("first", "second"))) == FILES
        index.close()
    index = Index.open(home, FastEmbedder())
    ingest_paths(index, [folder])
    assert len(check(index, ("second",))) == FILES
    index.close()
