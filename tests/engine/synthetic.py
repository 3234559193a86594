"""Writes GGUF models of Llama's architecture with random weights.

Small ones test the engine with the real Llama 2 vocabulary; 7B- and 70B-shaped ones serve a
GPU's benchmark, since speed does not depend on the weights' values:

    python tests/engine/synthetic.py 7b Q4_K_M /tmp/llama-2-7b-random.gguf
"""

import sys
from collections.abc import Iterator
from math import prod
from pathlib import Path

import gguf
import numpy as np

from app.engine.gguf import TYPES, Tensor
from app.engine.shapes import LLAMA_2, Shape, tensors

SMALL = Shape(n_layers=2, n_embd=64, n_heads=4, n_kv_heads=2, n_ff=128)
_FILE_TYPE = {"F32": 0, "F16": 1, "Q8_0": 7, "Q4_K_M": 15, "Q5_K_M": 17, "Q6_K": 18}
_BLOCK = {name: (values, size) for name, values, size in TYPES.values()}
# Where a block keeps its half-precision scales (ggml-common.h). Random bytes there would be
# infinities and NaNs as often as not, so they get a small fixed value.
_SCALES_AT = {"Q8_0": (0,), "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,)}
_AT_ONCE = 1 << 24  # values written together


def write_gguf(
    path: Path,
    shape: Shape = SMALL,
    quantisation: str = "F16",
    *,
    vocabulary: Path | None = None,
    chat_template: str | None = None,
    general_type: str = "model",
    seed: int = 0,
) -> Path:
    """Write a random model of `shape` and return `path`.

    `vocabulary`: a GGUF to take the tokeniser from (such as the fixture `llama2_gguf`); without
    it, the vocabulary is 32,000 made-up words and the file is good for sizes only.
    """
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(general_type)
    writer.add_name("synthetic")
    writer.add_context_length(shape.n_ctx)
    writer.add_embedding_length(shape.n_embd)
    writer.add_block_count(shape.n_layers)
    writer.add_feed_forward_length(shape.n_ff)
    writer.add_rope_dimension_count(shape.head)
    writer.add_head_count(shape.n_heads)
    writer.add_head_count_kv(shape.n_kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(_FILE_TYPE[quantisation])
    writer.add_vocab_size(shape.n_vocab)
    _add_vocabulary(writer, shape, vocabulary)
    if chat_template is not None:
        writer.add_chat_template(chat_template)
    parts = tensors(shape, quantisation)
    for tensor in parts:
        writer.add_tensor_info(
            tensor.name,
            _byte_shape(tensor),
            np.dtype({"F32": np.float32, "F16": np.float16}.get(tensor.type, np.uint8)),
            tensor.bytes,
            raw_dtype=gguf.GGMLQuantizationType[tensor.type],
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    random = np.random.default_rng(seed)
    assert writer.fout is not None
    out = writer.fout[0]
    for tensor in parts:
        writer.write_padding(out, out.tell())
        for piece in _values(tensor, random):
            out.write(piece.tobytes())
    writer.write_padding(out, out.tell())
    writer.close()
    return path


def _byte_shape(tensor: Tensor) -> tuple[int, ...]:
    """Slowest dimension first; for quantised types the last one in bytes, as GGUFWriter wants."""
    *slow, fast = reversed(tensor.shape)
    if tensor.type in ("F32", "F16"):
        return (*slow, fast)
    values, size = _BLOCK[tensor.type]
    return (*slow, fast // values * size)


def _values(tensor: Tensor, random: np.random.Generator) -> Iterator[np.ndarray]:
    count = prod(tensor.shape)
    if tensor.name.endswith("norm.weight"):
        yield np.ones(count, np.float32)
        return
    values, size = _BLOCK[tensor.type]
    for start in range(0, count, _AT_ONCE):
        some = min(_AT_ONCE, count - start)
        if tensor.type in ("F32", "F16"):
            numbers = random.standard_normal(some, np.float32) * 0.05
            yield numbers.astype(np.float16 if tensor.type == "F16" else np.float32)
            continue
        blocks = np.frombuffer(random.bytes(some // values * size), np.uint8)
        blocks = blocks.reshape(-1, size).copy()
        small = np.frombuffer(np.float16(1e-4).tobytes(), np.uint8)
        for at in _SCALES_AT[tensor.type]:
            blocks[:, at : at + 2] = small
        yield blocks


def _add_vocabulary(writer: gguf.GGUFWriter, shape: Shape, vocabulary: Path | None) -> None:
    if vocabulary is None:
        writer.add_tokenizer_model("llama")
        writer.add_token_list([f"w{n}" for n in range(shape.n_vocab)])
        writer.add_token_scores([0.0] * shape.n_vocab)
        writer.add_token_types([1] * shape.n_vocab)
        return
    for name, field in gguf.GGUFReader(vocabulary).fields.items():
        if not name.startswith("tokenizer.") or name == "tokenizer.chat_template":
            continue
        content = field.contents()
        if field.types[0] == gguf.GGUFValueType.ARRAY:
            writer.add_key_value(name, content, gguf.GGUFValueType.ARRAY, field.types[-1])
        else:
            writer.add_key_value(name, content, field.types[0])


if __name__ == "__main__":
    size, kind, target = sys.argv[1:4]
    source = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    print(write_gguf(Path(target), LLAMA_2[size], kind, vocabulary=source))
