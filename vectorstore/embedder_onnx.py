"""The embedder as int8 ONNX on onnxruntime: the same weights, three times as fast on a CPU."""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from vectorstore.embedder import (
    ONNX_FILE,
    WEIGHTS,
    Embedder,
    EmbedderError,
    Reading,
    Way,
    has_weights,
    loaded,
    spans_of,
    ways_of,
    weights_sha256,
)


class OnnxEmbedder(Embedder):
    """A folder that `export_onnx` has prepared; it works without the weights, too.

    Texts are computed one at a time on one core each, all cores at once: activations are
    quantised by their range within a call, so in a batch a text's vector would depend on its
    neighbours. This way equal texts have equal vectors, nothing is padded, and it is faster.
    """

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._ways = ways_of(folder)
        try:
            self._most = int(
                json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            self._session, self.file_sha256 = loaded(
                folder / ONNX_FILE,
                lambda: onnxruntime.InferenceSession(
                    str(folder / ONNX_FILE), options, providers=["CPUExecutionProvider"]
                ),
            )
        except EmbedderError:
            raise
        except Exception as error:
            raise EmbedderError(
                f"The int8 model {folder / ONNX_FILE} cannot be loaded ({error}). "
                "Delete the file: sentence-transformers is used without it, and "
                "`strongroom models fetch` makes it again."
            ) from error
        made_from = self._session.get_modelmeta().custom_metadata_map.get(WEIGHTS)
        if not made_from or (has_weights(folder) and made_from != weights_sha256(folder)):
            raise EmbedderError(
                f"{folder / ONNX_FILE} was made from other weights than those beside it. "
                "Delete the file: sentence-transformers is used without it, and "
                "`strongroom models fetch` makes it again."
            )
        self.sha256 = self._ways.identity(made_from)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.window = self._most - len(spans_of(self._tokenizer, self._ways.document.prompt))
        self.dimension = int(self._session.get_outputs()[0].shape[-1])
        self._workers = ThreadPoolExecutor(_cores(), thread_name_prefix="embed")

    def read(self, texts: Sequence[str]) -> list[Reading]:
        if len(texts) == 1:
            return [self._read_one(texts[0], self._ways.document)]
        # The longest first, so that no core is left with a long one at the end.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        way = repeat(self._ways.document)
        done = self._workers.map(self._read_one, [texts[i] for i in order], way)
        readings = dict(zip(order, done, strict=True))
        return [readings[i] for i in range(len(texts))]

    def read_question(self, question: str) -> Reading:
        return self._read_one(question, self._ways.query)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return spans_of(self._tokenizer, text)

    def _read_one(self, text: str, way: Way) -> Reading:
        encoding = self._tokenizer.encode(way.prompt + text)
        ids = encoding.ids
        if len(ids) > self._most:  # the final [SEP] stays, as in the original
            ids = [*ids[: self._most - 1], ids[-1]]
        states = self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})[0][0]
        offsets = encoding.offsets
        own = [i for i in range(1, len(ids) - 1) if offsets[i][0] >= len(way.prompt)]
        return way.reading(states.mean(axis=0), states, offsets, own)


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
