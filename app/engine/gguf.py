"""Reads the header of a GGUF file: what model it is and how large its parts are.

The `gguf` package reads the same, and takes seconds for a vocabulary of 50,000 entries because
it builds an array for each; `models list` and the engine's start look at every file. This reader
walks over long lists without keeping them.

Format: ggml's docs/gguf.md, versions 2 and 3, little-endian.
"""

import mmap
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any

# GGML type -> name, values in a block, bytes of a block (ggml.h and ggml-common.h)
TYPES: Mapping[int, tuple[str, int, int]] = MappingProxyType(
    {
        0: ("F32", 1, 4),
        1: ("F16", 1, 2),
        2: ("Q4_0", 32, 18),
        3: ("Q4_1", 32, 20),
        6: ("Q5_0", 32, 22),
        7: ("Q5_1", 32, 24),
        8: ("Q8_0", 32, 34),
        9: ("Q8_1", 32, 36),
        10: ("Q2_K", 256, 84),
        11: ("Q3_K", 256, 110),
        12: ("Q4_K", 256, 144),
        13: ("Q5_K", 256, 176),
        14: ("Q6_K", 256, 210),
        15: ("Q8_K", 256, 292),
        16: ("IQ2_XXS", 256, 66),
        17: ("IQ2_XS", 256, 74),
        18: ("IQ3_XXS", 256, 98),
        19: ("IQ1_S", 256, 50),
        20: ("IQ4_NL", 32, 18),
        21: ("IQ3_S", 256, 110),
        22: ("IQ2_S", 256, 82),
        23: ("IQ4_XS", 256, 136),
        24: ("I8", 1, 1),
        25: ("I16", 1, 2),
        26: ("I32", 1, 4),
        27: ("I64", 1, 8),
        28: ("F64", 1, 8),
        29: ("IQ1_M", 256, 56),
        30: ("BF16", 1, 2),
        34: ("TQ1_0", 256, 54),
        35: ("TQ2_0", 256, 66),
        39: ("MXFP4", 32, 17),
    }
)
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q",
            12: "d"}  # fmt: skip
_STRING, _ARRAY = 8, 9
_KEPT = 1_024  # longer lists (the vocabulary) are only counted
_LAYER = re.compile(r"blk\.(\d+)\.")


class GgufError(Exception):
    """A file is no usable GGUF model; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor's name, type and size; `shape` has the fastest dimension first."""

    name: str
    type: str
    shape: tuple[int, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What a GGUF file says about its model. Sizes in bytes, counts as named."""

    path: Path
    kind: str  # "model", or "adapter" for a LoRA
    architecture: str
    name: str
    file_type: str  # "Q4_K_M"
    n_layers: int
    n_embd: int
    n_ff: int
    n_heads: int
    n_kv_heads: int
    key_length: int  # of one head
    value_length: int
    n_ctx_train: int
    n_vocab: int
    chat_template: str | None
    tensors: tuple[Tensor, ...]

    @property
    def size(self) -> int:
        """Bytes of all tensors."""
        return sum(tensor.bytes for tensor in self.tensors)

    @property
    def layer_bytes(self) -> tuple[int, ...]:
        """Bytes of each repeating layer."""
        sizes = [0] * self.n_layers
        for tensor in self.tensors:
            match = _LAYER.match(tensor.name)
            if match and int(match[1]) < self.n_layers:
                sizes[int(match[1])] += tensor.bytes
        return tuple(sizes)

    @property
    def input_bytes(self) -> int:
        """Bytes of the token embedding, of which a token reads one row."""
        return sum(t.bytes for t in self.tensors if t.name == "token_embd.weight")

    @property
    def output_bytes(self) -> int:
        """Bytes of the output layer; where it shares the token embedding, a copy of that."""
        own = sum(t.bytes for t in self.tensors if t.name.startswith("output"))
        tied = not any(t.name == "output.weight" for t in self.tensors)
        return own + (self.input_bytes if tied else 0)

    def kv_bytes(self, bytes_per_value: float = 2.0) -> float:
        """Bytes of one token's keys and values in one layer; f16 has 2 bytes a value."""
        return self.n_kv_heads * (self.key_length + self.value_length) * bytes_per_value


def tensor_bytes(kind: str, shape: tuple[int, ...]) -> int:
    """Size of a tensor. Raises KeyError for an unknown type name."""
    _, values, size = _BY_NAME[kind]
    return prod(shape) // values * size


def read_gguf(path: Path) -> ModelFile:
    """Read the header of `path`. Raises GgufError.

    The file is also checked to be as long as its tensors say, which an interrupted download is
    not.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise GgufError(
                    f"{path}: not a GGUF file; Strongroom's chat models are GGUF files "
                    "(their name ends in .gguf)"
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                return _Header(path, view).model()
    except OSError as error:
        raise GgufError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (struct.error, IndexError, ValueError, TypeError, OverflowError) as error:
        raise GgufError(
            f"{path}: ends in the middle of its header or is damaged; download it again"
        ) from error


class _Header:
    def __init__(self, path: Path, view: mmap.mmap) -> None:
        self.path = path
        self.view = view
        self.at = 4
        version = self._number("I")
        if version not in (2, 3):
            raise GgufError(
                f"{path}: GGUF version {version} is not supported (2 and 3 are); "
                "get a newer file of this model"
            )
        n_tensors, n_values = self._number("Q"), self._number("Q")
        # the smallest entry takes more than 8 bytes: larger counts are damage, not data
        if max(n_tensors, n_values) * 8 > len(view):
            raise IndexError
        self.values: dict[str, Any] = {}
        self.counts: dict[str, int] = {}
        for _ in range(n_values):
            key = self._string()
            self.values[key] = self._value(self._number("I"), key)
        self.tensors, end = self._tensors(n_tensors)
        if end > len(view):
            raise GgufError(
                f"{path}: incomplete: its tensors take {end:,} bytes, the file has "
                f"{len(view):,}; download it again"
            )

    def model(self) -> ModelFile:
        if int(self.values.get("split.count", 0)) > 1:
            raise GgufError(
                f"{self.path}: this is one part of a model in several files; join them with "
                "llama.cpp's `llama-gguf-split --merge`"
            )
        architecture = str(self.values.get("general.architecture", ""))
        if not architecture:
            raise GgufError(f"{self.path}: names no model architecture; it is no language model")
        n_embd = self._count(architecture, "embedding_length")
        n_heads = self._count(architecture, "attention.head_count")
        head = n_embd // n_heads if n_heads else 0
        template = self.values.get("tokenizer.chat_template")
        return ModelFile(
            path=self.path,
            kind=str(self.values.get("general.type", "model")),
            architecture=architecture,
            name=str(self.values.get("general.name", "")) or self.path.stem,
            file_type=_FILE_TYPES.get(self.values.get("general.file_type", -1), "unknown"),
            n_layers=self._count(architecture, "block_count"),
            n_embd=n_embd,
            n_ff=self._count(architecture, "feed_forward_length"),
            n_heads=n_heads,
            n_kv_heads=self._count(architecture, "attention.head_count_kv") or n_heads,
            key_length=self._count(architecture, "attention.key_length") or head,
            value_length=self._count(architecture, "attention.value_length") or head,
            n_ctx_train=self._count(architecture, "context_length"),
            n_vocab=self.counts.get("tokenizer.ggml.tokens", 0)
            or self._count(architecture, "vocab_size"),
            chat_template=template if isinstance(template, str) else None,
            tensors=self.tensors,
        )

    def _count(self, architecture: str, key: str) -> int:
        value = self.values.get(f"{architecture}.{key}", 0)
        if isinstance(value, list):  # one number per layer: plan for the largest
            value = max(value, default=0)
        return int(value) if isinstance(value, int) else 0

    def _tensors(self, count: int) -> tuple[tuple[Tensor, ...], int]:
        tensors, ends = [], [0]
        for _ in range(count):
            name = self._string()
            shape = tuple(self._number("Q") for _ in range(self._dimensions()))
            number, offset = self._number("I"), self._number("Q")
            if number not in TYPES:
                raise GgufError(
                    f"{self.path}: tensor {name} is of type {number}, which this version does not "
                    "know; use a usual quantisation such as Q4_K_M"
                )
            kind = TYPES[number][0]
            tensors.append(Tensor(name, kind, shape, tensor_bytes(kind, shape)))
            ends.append(offset + tensors[-1].bytes)
        alignment = max(1, int(self.values.get("general.alignment", 32)))
        start = -(-self.at // alignment) * alignment
        return tuple(tensors), start + max(ends) if count else self.at

    def _dimensions(self) -> int:
        dimensions = self._number("I")
        if dimensions > 4:
            raise IndexError
        return dimensions

    def _number(self, form: str) -> int:
        (value,) = struct.unpack_from(f"<{form}", self.view, self.at)
        self.at += struct.calcsize(f"<{form}")
        return value  # type: ignore[no-any-return]

    def _string(self) -> str:
        size = self._number("Q")
        raw = self.view[self.at : self.at + size]
        if len(raw) != size:
            raise IndexError
        self.at += size
        return raw.decode("utf-8", "replace")

    def _value(self, kind: int, key: str, depth: int = 0) -> Any:
        if kind in _SCALARS:
            return self._number(_SCALARS[kind])
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY or depth > 2:
            raise IndexError
        inner, count = self._number("I"), self._number("Q")
        self.counts[key] = count
        if count > len(self.view):
            raise IndexError
        if count <= _KEPT:
            return [self._value(inner, key, depth + 1) for _ in range(count)]
        if inner in _SCALARS:
            self.at += count * struct.calcsize(f"<{_SCALARS[inner]}")
            if self.at > len(self.view):
                raise IndexError
        elif inner == _STRING:
            self._skip_strings(count)
        else:
            raise IndexError
        return None

    def _skip_strings(self, count: int) -> None:
        unpack, view, at, end = struct.Struct("<Q").unpack_from, self.view, self.at, len(self.view)
        for _ in range(count):
            at += 8 + unpack(view, at)[0]
            if at > end:
                raise IndexError
        self.at = at


_BY_NAME = {name: (name, values, size) for name, values, size in TYPES.values()}
