"""What a Llama 2 model of a known size consists of, tensor by tensor, in each quantisation."""

from dataclasses import dataclass
from pathlib import Path

from app.engine.gguf import ModelFile, Tensor, tensor_bytes

QUANTISATIONS = ("Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16")


@dataclass(frozen=True, slots=True)
class Shape:
    """The dimensions of a model of Llama's architecture."""

    n_layers: int
    n_embd: int
    n_heads: int
    n_kv_heads: int
    n_ff: int
    n_vocab: int = 32_000
    n_ctx: int = 4_096

    @property
    def head(self) -> int:
        return self.n_embd // self.n_heads


# Touvron et al. 2023, "Llama 2", table 1 and section 2.2, and the published config.json files
# (intermediate_size) of meta-llama/Llama-2-{7b,13b,70b}-chat-hf.
LLAMA_2 = {
    "7b": Shape(32, 4_096, 32, 32, 11_008),
    "13b": Shape(40, 5_120, 40, 40, 13_824),
    "70b": Shape(80, 8_192, 64, 8, 28_672),
}


def tensors(shape: Shape, quantisation: str) -> tuple[Tensor, ...]:
    """The tensors of `shape`; "_M" quantisations mix types as llama.cpp's llama-quant.cpp does.

    Raises ValueError for a quantisation that is not in QUANTISATIONS (or F32).
    """
    if quantisation not in (*QUANTISATIONS, "F32"):
        raise ValueError(f"{quantisation} is none of {', '.join(QUANTISATIONS)}")
    base = quantisation.removesuffix("_M")
    mixed = quantisation.endswith("_M")
    wide = shape.n_kv_heads * shape.head
    made: list[Tensor] = []

    def make(name: str, kind: str, *dimensions: int) -> None:
        made.append(Tensor(f"{name}.weight", kind, dimensions, tensor_bytes(kind, dimensions)))

    make("token_embd", base, shape.n_embd, shape.n_vocab)
    for layer in range(shape.n_layers):
        at = f"blk.{layer}"
        better = "Q6_K" if mixed and _gets_more_bits(layer, shape.n_layers) else base
        # the 70B model's 8 heads share one attn_v, so llama.cpp spends a bit more on it
        shared = shape.n_layers == 80 and shape.n_kv_heads < shape.n_heads
        value = "Q5_K" if shared and better == "Q4_K" else better
        make(f"{at}.attn_norm", "F32", shape.n_embd)
        make(f"{at}.attn_q", base, shape.n_embd, shape.n_embd)
        make(f"{at}.attn_k", base, shape.n_embd, wide)
        make(f"{at}.attn_v", value, shape.n_embd, wide)
        make(f"{at}.attn_output", base, shape.n_embd, shape.n_embd)
        make(f"{at}.ffn_norm", "F32", shape.n_embd)
        make(f"{at}.ffn_gate", base, shape.n_embd, shape.n_ff)
        make(f"{at}.ffn_up", base, shape.n_embd, shape.n_ff)
        make(f"{at}.ffn_down", better, shape.n_ff, shape.n_embd)
    make("output_norm", "F32", shape.n_embd)
    make("output", "Q6_K" if mixed else base, shape.n_embd, shape.n_vocab)
    return tuple(made)


def llama_2(size: str, quantisation: str) -> ModelFile:
    """A Llama 2 model as its GGUF file would describe it; `size` is a key of LLAMA_2."""
    shape = LLAMA_2[size]
    return ModelFile(
        path=Path(f"llama-2-{size}-chat.{quantisation}.gguf"),
        kind="model",
        architecture="llama",
        name=f"Llama 2 {size.upper()} chat",
        file_type=quantisation,
        n_layers=shape.n_layers,
        n_embd=shape.n_embd,
        n_ff=shape.n_ff,
        n_heads=shape.n_heads,
        n_kv_heads=shape.n_kv_heads,
        key_length=shape.head,
        value_length=shape.head,
        n_ctx_train=shape.n_ctx,
        n_vocab=shape.n_vocab,
        chat_template=None,
        tensors=tensors(shape, quantisation),
    )


def _gets_more_bits(layer: int, layers: int) -> bool:
    """`use_more_bits` in llama-quant.cpp: the first and last eighth, and every third between."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2
