"""Both adapters of the starter embedder: the same model, told apart by nothing but speed."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from vectorstore.embedder import ONNX_FILE, EmbedderError
from vectorstore.embedder_onnx import OnnxEmbedder
from vectorstore.embedder_torch import TorchEmbedder
from vectorstore.loading import load_embedder
from vectorstore.onnx_export import can_export, export_onnx

TEXTS = [
    "Full-time employees have 28 working days of annual leave in each calendar year.",
    "What is the meal allowance for a full day in Switzerland?",
    "ﬁne – naïve İstanbul 中文 🔒",
    "Long text. " * 400,
    "",
]


@pytest.fixture(scope="module")
def folder(starter_embedder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter embedder with its int8 form, made here where it is missing."""
    if (starter_embedder / ONNX_FILE).is_file():
        return starter_embedder
    copy = tmp_path_factory.mktemp("models") / starter_embedder.name
    shutil.copytree(starter_embedder, copy)
    export_onnx(copy)
    return copy


@pytest.fixture(scope="module")
def onnx(folder: Path) -> OnnxEmbedder:
    return OnnxEmbedder(folder)


@pytest.fixture(scope="module")
def torch(folder: Path) -> TorchEmbedder:
    return TorchEmbedder(folder)


def test_both_adapters_are_the_same_embedder(onnx: OnnxEmbedder, torch: TorchEmbedder):
    for field in ("name", "sha256", "dimension", "window"):
        assert getattr(onnx, field) == getattr(torch, field)
    prompt = 2  # tokens of "passage: "
    assert (onnx.dimension, onnx.window) == (384, 512 - prompt)


def test_their_vectors_and_tokens_agree(onnx: OnnxEmbedder, torch: TorchEmbedder):
    for text, quick, exact in zip(TEXTS, onnx.read(TEXTS), torch.read(TEXTS), strict=True):
        assert float(quick.vector @ exact.vector) > 0.95, text
        assert quick.spans == exact.spans
        assert quick.tokens.shape == exact.tokens.shape == (len(quick.spans), 384)
        if text:
            assert float((quick.tokens * exact.tokens).sum(axis=1).mean()) > 0.95
        assert np.isclose(np.linalg.norm(exact.vector), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours(onnx: OnnxEmbedder):
    alone = [onnx.read([text])[0].vector.tolist() for text in TEXTS]
    assert [reading.vector.tolist() for reading in onnx.read(TEXTS)] == alone


@pytest.mark.parametrize("adapter", ["onnx", "torch"])
def test_tokens_of_any_length_are_counted_without_a_warning(adapter, request, recwarn):
    embedder = request.getfixturevalue(adapter)
    text = "word " * 5000
    spans = embedder.token_spans(text)
    assert len(spans) == embedder.count_tokens(text) == 5000
    assert [text[start:end] for start, end in spans[:2]] == ["word", "word"]
    assert not recwarn.list


def test_texts_on_one_matter_lie_closer(onnx: OnnxEmbedder):
    leave, allowance = onnx.read([TEXTS[0], "Breakfast is paid on arrival."])
    question = onnx.read_question("How much vacation do I get?")
    assert question.vector @ leave.vector > question.vector @ allowance.vector


def test_the_quick_form_is_taken_where_it_is(folder: Path):
    assert isinstance(load_embedder(folder), OnnxEmbedder | TorchEmbedder)


def test_a_missing_and_an_incomplete_folder_are_named(tmp_path: Path):
    with pytest.raises(EmbedderError, match=r"nowhere.*strongroom models fetch"):
        load_embedder(tmp_path / "nowhere")
    with pytest.raises(EmbedderError, match=r"model\.safetensors"):
        load_embedder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(EmbedderError, match="complete"):
        load_embedder(tmp_path)
    assert not can_export(tmp_path)
    with pytest.raises(EmbedderError, match="sentence-transformers"):
        export_onnx(tmp_path)


def test_a_damaged_quick_form_says_what_to_delete(folder: Path, tmp_path: Path):
    for path in folder.glob("*.json"):
        shutil.copy(path, tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"x")
    (tmp_path / ONNX_FILE).write_bytes(b"no model")
    with pytest.raises(EmbedderError, match="Delete the file"):
        OnnxEmbedder(tmp_path)


def test_a_quick_form_of_other_weights_is_refused(folder: Path, tmp_path: Path):
    for path in (*folder.glob("*.json"), folder / ONNX_FILE):
        shutil.copy(path, tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"others")
    with pytest.raises(EmbedderError, match="other weights"):
        OnnxEmbedder(tmp_path)


def test_the_quick_form_works_without_the_weights(folder: Path, tmp_path: Path, onnx: OnnxEmbedder):
    for path in (*folder.glob("*.json"), folder / ONNX_FILE):
        shutil.copy(path, tmp_path)
    alone = load_embedder(tmp_path)
    assert isinstance(alone, OnnxEmbedder)
    assert alone.sha256 == onnx.sha256
    question = TEXTS[1]
    assert (alone.read_question(question).vector == onnx.read_question(question).vector).all()


@pytest.mark.slow
def test_the_export_is_faithful(starter_embedder: Path, tmp_path: Path, torch: TorchEmbedder):
    copy = tmp_path / "model"
    shutil.copytree(starter_embedder, copy, ignore=shutil.ignore_patterns(ONNX_FILE))
    assert export_onnx(copy) == copy / ONNX_FILE
    assert {path.name for path in copy.iterdir()} >= {ONNX_FILE, "model.safetensors"}
    for quick, exact in zip(OnnxEmbedder(copy).read(TEXTS), torch.read(TEXTS), strict=True):
        assert float(quick.vector @ exact.vector) > 0.98
