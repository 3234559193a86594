"""Fixtures of the index's tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chroma_run import ChromaRun
from word_embedder import WordEmbedder, chunks, document

from app.engine.models import STARTER_EMBEDDER
from vectorstore.index import Index


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaRun]:
    """A Chroma server that many indexes share."""
    running = ChromaRun(tmp_path_factory.mktemp("chroma") / "server")
    running.start()
    yield running
    running.kill()


@pytest.fixture(params=["folder", "server"])
def index(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Index]:
    """An index of each kind: with its vectors in its folder, and on a server."""
    there = request.getfixturevalue("chroma").url if request.param == "server" else None
    opened = Index.open(tmp_path / "index", WordEmbedder(), server=there)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def starter_embedder() -> Path:
    """The folder of the starter embedder, as `strongroom models fetch` installs it."""
    folder = Path(sys.prefix, "share", "strongroom", "models", STARTER_EMBEDDER)
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing: run `make install` or `strongroom models fetch`")
    return folder


@pytest.fixture(scope="session")
def shared_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index for many small examples, with one document in the space general."""
    opened = Index.open(tmp_path_factory.mktemp("index"), WordEmbedder())
    opened.put(document("leave"), chunks("Annual leave is 28 days."))
    yield opened
    opened.close()
