"""Reading GGUF headers: agreement with llama.cpp's own reader, and damaged files."""

import struct
from contextlib import suppress
from pathlib import Path

import gguf
import pytest
from engine.synthetic import SMALL, write_gguf
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.gguf import GgufError, read_gguf
from app.engine.shapes import LLAMA_2, QUANTISATIONS, Shape, llama_2, tensors


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("gguf") / "small.gguf", chat_template="{{ hello }}")


def test_reads_what_the_file_says(small: Path) -> None:
    model = read_gguf(small)
    assert (model.architecture, model.name, model.file_type) == ("llama", "synthetic", "F16")
    assert (model.n_layers, model.n_embd, model.n_ff) == (2, 64, 128)
    assert (model.n_heads, model.n_kv_heads, model.key_length) == (4, 2, 16)
    assert (model.n_ctx_train, model.n_vocab) == (4096, 32000)
    assert model.chat_template == "{{ hello }}"
    assert model.tensors == tensors(SMALL, "F16")
    assert model.kv_bytes() == 2 * (16 + 16) * 2


@pytest.mark.parametrize("quantisation", QUANTISATIONS)
def test_sizes_agree_with_the_gguf_package(quantisation: str, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf", Shape(3, 256, 4, 2, 512), quantisation)
    theirs = gguf.GGUFReader(path).tensors
    ours = read_gguf(path).tensors
    assert [(t.name, t.type, t.bytes) for t in ours] == [
        (t.name, t.tensor_type.name, t.n_bytes) for t in theirs
    ]


def test_parts_add_up(starter_gguf: Path) -> None:
    model = read_gguf(starter_gguf)
    assert len(model.layer_bytes) == model.n_layers == 30
    # its output layer is the token embedding once more
    assert sum(model.layer_bytes) + model.output_bytes == model.size
    assert model.output_bytes > model.input_bytes


def test_known_sizes_of_llama_2_files() -> None:
    # bytes of the files in the public GGUF repositories; their headers take under 1 MB
    for size, published in (("7b", 4_081_004_224), ("13b", 7_865_956_224), ("70b", 41_422_908_896)):
        model = llama_2(size, "Q4_K_M")
        assert 0 < published - model.size < 1_000_000
    assert set(LLAMA_2) == {"7b", "13b", "70b"}
    with pytest.raises(ValueError, match="Q9"):
        tensors(SMALL, "Q9")


def test_what_is_no_gguf(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    for content in (b"PK\x03\x04 a zip", b"", b"GG"):
        path.write_bytes(content)
        with pytest.raises(GgufError, match=r"x\.gguf: not a GGUF file"):
            read_gguf(path)
    with pytest.raises(GgufError, match="cannot be read"):
        read_gguf(tmp_path / "nothing.gguf")
    with pytest.raises(GgufError, match="cannot be read"):
        read_gguf(tmp_path)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 1, 0, 0))
    with pytest.raises(GgufError, match="version 1"):
        read_gguf(path)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 60))
    with pytest.raises(GgufError, match="damaged"):
        read_gguf(path)


def test_an_interrupted_download_is_noticed(small: Path, tmp_path: Path) -> None:
    content = small.read_bytes()
    path = tmp_path / "part.gguf"
    for size in (5, 30, 200, 100_000, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(GgufError, match="download it again"):
            read_gguf(path)


def test_a_part_of_a_split_model_says_how_to_join(tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(tmp_path / "m-00001-of-00003.gguf", "llama")
    writer.add_uint16("split.count", 3)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with pytest.raises(GgufError, match="llama-gguf-split --merge"):
        read_gguf(tmp_path / "m-00001-of-00003.gguf")


@given(at=st.integers(4, 3_000), content=st.binary(min_size=1, max_size=16))
@settings(max_examples=200, deadline=None)
def test_damage_anywhere_in_the_header_is_an_error_in_words_or_harmless(
    at: int, content: bytes, damaged: tuple[Path, bytes]
) -> None:
    path, original = damaged
    path.write_bytes(original[:at] + content + original[at + len(content) :])
    with suppress(GgufError):
        assert read_gguf(path).path == path


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    path = tmp_path_factory.mktemp("damaged") / "m.gguf"
    write_gguf(path, Shape(1, 32, 2, 2, 32, n_vocab=8))
    return path, path.read_bytes()
