"""A cross-encoder through sentence-transformers, from a local folder."""

import threading
from collections.abc import Sequence
from pathlib import Path

import sentence_transformers

from vectorstore.rerank import RerankerError

_BATCH = 16
_LONGEST = 512  # tokens of question and passage; what is over is not read


class TorchReranker:
    """Implements `Reranker`; never asks the network, and runs no code that the folder brings."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._lock = threading.Lock()  # the tokenizer keeps its padding between calls
        try:
            self._model = sentence_transformers.CrossEncoder(
                str(folder), local_files_only=True, trust_remote_code=False
            )
            outputs = int(self._model.config.num_labels)
            if not self._model.max_seq_length or self._model.max_seq_length > _LONGEST:
                self._model.max_seq_length = _LONGEST
        except Exception as error:  # transformers raises whatever a broken folder leads it to
            raise RerankerError(
                f"The reranker in {folder} cannot be loaded ({_first_line(error)}). It must be "
                "the complete folder of a cross-encoder: config.json, model.safetensors and its "
                "tokenizer. Mend it, or take index.reranker out of the settings."
            ) from error
        if outputs != 1:
            raise RerankerError(
                f"The model in {folder} gives {outputs} numbers for a question and a passage; a "
                "reranker gives one. Choose a cross-encoder made for ranking, or take "
                "index.reranker out of the settings."
            )

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        if not passages:
            return []
        with self._lock:
            said = self._model.predict(
                [(question, passage) for passage in passages],
                batch_size=_BATCH,
                show_progress_bar=False,
            )
        return [float(number) for number in said]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
