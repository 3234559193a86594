"""Fixtures that several folders of tests share."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from vectorstore.embedder import Embedder
from vectorstore.loading import load_embedder

# An example's time says how busy the machine is: several processes share the tests.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what needs data that only developers have, where it is absent."""
    if SHARED.is_dir():
        return
    dropped = [item for item in items if item.get_closest_marker("shared")]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in dropped]


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def embedders_loaded_once() -> Iterator[None]:
    """Load each embedder once a process, not with each workspace that a test opens.

    An embedder keeps no state between texts, and takes a second and 400 MB. One whose files
    changed is loaded again.
    """
    known: dict[tuple[object, ...], Embedder] = {}

    def once(folder: Path) -> Embedder:
        if not folder.is_dir():
            return load_embedder(folder)  # which says so
        files = sorted(path for path in folder.iterdir() if path.is_file())
        key = (folder.resolve(), *((f.name, f.stat().st_ino, f.stat().st_mtime_ns) for f in files))
        if key not in known:
            known[key] = load_embedder(folder)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.workspace.wiring.load_embedder", once)
        yield


@pytest.fixture(scope="session")
def llama2_gguf() -> Path:
    """The real Llama 2 vocabulary, without weights."""
    from engine.llama2_vocabulary import fetch

    return fetch() / "ggml-vocab-llama-spm.gguf"


@pytest.fixture(scope="session")
def starter_gguf() -> Path:
    """The starter chat model that `strongroom models fetch` installs."""
    from app.engine.models import STARTER_CHAT, installed_models_dir

    path = installed_models_dir() / STARTER_CHAT
    if not path.is_file():
        pytest.fail(f"{path} is missing: run `make install` or `strongroom models fetch`")
    return path
