"""The random models that other tests and the benchmarks build on are real ones to llama.cpp."""

import ctypes
from math import isfinite
from pathlib import Path

import pytest
from engine.synthetic import SMALL, write_gguf

from app.engine.shapes import Shape
from app.engine.tokenizer import Tokenizer


@pytest.mark.parametrize("quantisation", ["F16", "Q4_K_M", "Q8_0"])
def test_llama_cpp_decodes_a_full_window(
    quantisation: str, tmp_path: Path, llama2_gguf: Path
) -> None:
    import llama_cpp.llama_cpp as lib

    shape = SMALL if quantisation == "F16" else Shape(2, 256, 4, 2, 512)
    path = write_gguf(tmp_path / "m.gguf", shape, quantisation, vocabulary=llama2_gguf)
    tokenizer = Tokenizer(path)
    assert tokenizer.encode("[INST]") == [518, 25580, 29962]
    model = lib.llama_model_load_from_file(str(path).encode(), lib.llama_model_default_params())
    params = lib.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_threads, params.n_threads_batch = 4096, 512, 1, 1
    context = lib.llama_init_from_model(model, params)
    try:
        tokens = (ctypes.c_int32 * 512)(*range(500, 1012))
        for _ in range(8):
            assert lib.llama_decode(context, lib.llama_batch_get_one(tokens, 512)) == 0
        logits = lib.llama_get_logits_ith(context, -1)
        assert all(isfinite(logits[n]) for n in range(shape.n_vocab))
        assert len({logits[n] for n in range(100)}) > 50
        # the window is full: llama.cpp says so instead of going on
        assert lib.llama_decode(context, lib.llama_batch_get_one(tokens, 1)) == 1
    finally:
        lib.llama_free(context)
        lib.llama_model_free(model)
