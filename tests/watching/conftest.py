"""A data folder that follows a folder, with an embedder that needs no time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from deletion.folders import opened

from app.workspace.workspace import Workspace


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Workspace]:
    with opened(tmp_path / "home") as workspace:
        yield workspace


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder
