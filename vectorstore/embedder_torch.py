"""The embedder through sentence-transformers: any model folder, and GPUs."""

from collections.abc import Sequence
from pathlib import Path

import sentence_transformers
from tokenizers import Tokenizer

from vectorstore.embedder import (
    Embedder,
    EmbedderError,
    Reading,
    Way,
    forbid_downloads,
    spans_of,
    ways_of,
    weights_sha256,
)

_BATCH = 32


class TorchEmbedder(Embedder):
    """A sentence-transformers folder, computed in float32."""

    def __init__(self, folder: Path) -> None:
        forbid_downloads()
        self.name = folder.name
        self._ways = ways_of(folder)
        self.file_sha256 = weights_sha256(folder)
        self.sha256 = self._ways.identity(self.file_sha256)
        try:
            self._model = sentence_transformers.SentenceTransformer(
                str(folder), local_files_only=True, trust_remote_code=False
            )
            # A copy, because the model sets truncation on its own one.
            self._tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
            self.dimension = int(self._model.get_embedding_dimension())
        except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
            raise EmbedderError(
                f"The embedder in {folder} cannot be loaded ({error}). It must be a complete "
                "sentence-transformers folder with a fast tokenizer (tokenizer.json)."
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        prompt = spans_of(self._tokenizer, self._ways.document.prompt)
        self.window = int(self._model.max_seq_length or 512) - len(prompt)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return self._read(texts, self._ways.document)

    def read_question(self, question: str) -> Reading:
        return self._read([question], self._ways.query)[0]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return spans_of(self._tokenizer, text)

    def _read(self, texts: Sequence[str], way: Way) -> list[Reading]:
        if not texts:
            return []
        whole = [way.prompt + text for text in texts]
        # Batches of like length, longest first, are the library's own doing. The prompt is
        # ours, so the library must add none of its own.
        found = self._model.encode(
            whole, batch_size=_BATCH, output_value=None, show_progress_bar=False, prompt=""
        )
        return [self._reading(text, row, way) for text, row in zip(whole, found, strict=True)]

    def _reading(self, text: str, row: dict, way: Way) -> Reading:  # type: ignore[type-arg]
        encoding = self._tokenizer.encode(text)
        read = int(row["attention_mask"].sum())
        real = [i for i, special in enumerate(encoding.special_tokens_mask) if not special]
        # Truncation keeps the final special token, so the last position read is not ours.
        last = read - (len(encoding.ids) - 1 - real[-1]) if real else 0
        own = [i for i in real if i < last and encoding.offsets[i][0] >= len(way.prompt)]
        return way.reading(
            row["sentence_embedding"].float().cpu().numpy(),
            row["token_embeddings"].float().cpu().numpy(),
            encoding.offsets,
            own,
        )
