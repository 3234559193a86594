"""The SHA-256 in answers and records is that of the file that was loaded, whatever is noted."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.answering.chat_model import engine_options
from app.engine.gguf import read_gguf
from app.engine.models import STARTER_EMBEDDER, Model, installed_models_dir, record
from app.engine.routes import Engine
from app.settings import EngineSettings
from vectorstore.disk import sha256_of
from vectorstore.embedder import ONNX_FILE, EmbedderError, loaded
from vectorstore.loading import load_embedder


@pytest.fixture
def model(tmp_path: Path, starter_gguf: Path) -> Path:
    """A copy of the starter, beside which stands another hash."""
    copy = tmp_path / starter_gguf.name
    shutil.copyfile(starter_gguf, copy)
    record(copy, "0" * 64, source="a repository")
    return copy


def loaded_engine(model: Path) -> Engine:
    known = Model(model.name, "chat", model, model.stat().st_size, "0" * 64)
    asked = engine_options(EngineSettings(context=512, gpu_layers=0), known)
    return Engine(replace(asked, parallel=1, kv_cells=0), 0)


def test_what_is_noted_beside_a_model_is_not_believed(model: Path) -> None:
    engine = loaded_engine(model)
    try:
        assert engine.hashes()["sha256"] == sha256_of(model)
    finally:
        engine.close()


def test_a_model_that_was_changed_since_has_no_hash(model: Path) -> None:
    engine = loaded_engine(model)
    try:
        other = model.with_name("other.gguf")
        shutil.copyfile(model, other)
        with other.open("r+b") as file:
            file.seek(-1, 2)
            file.write(b"\1")
        other.replace(model)
        assert read_gguf(model)
        assert engine.hashes()["sha256"] == ""
    finally:
        engine.close()


def test_an_embedders_hash_is_that_of_the_file_that_runs() -> None:
    embedder_folder = installed_models_dir() / STARTER_EMBEDDER
    embedder = load_embedder(embedder_folder)
    assert embedder.file_sha256 == sha256_of(embedder_folder / ONNX_FILE)
    assert embedder.file_sha256 != embedder.sha256  # which stands for what it was made of


def test_a_file_that_is_exchanged_while_it_is_loaded_is_refused(tmp_path: Path) -> None:
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_bytes(b"one")
    other.write_bytes(b"two")

    def load() -> bytes:
        read = file.read_bytes()
        other.replace(file)
        return read

    with pytest.raises(EmbedderError, match="changed while it was loaded"):
        loaded(file, load)
