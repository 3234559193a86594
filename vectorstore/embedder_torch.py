"""The embedder through sentence-transformers: any model folder, and GPUs."""

from collections.abc import Sequence
from pathlib import Path

import sentence_transformers
from tokenizers import Tokenizer

from vectorstore.embedder import (
    Embedder,
    EmbedderError,
    Reading,
    forbid_downloads,
    identity,
    prompts_of,
    spans_of,
    unit_rows,
    weights_sha256,
    without_prompt,
)

_BATCH = 32


class TorchEmbedder(Embedder):
    """A sentence-transformers folder, computed in float32."""

    def __init__(self, folder: Path) -> None:
        forbid_downloads()
        self.name = folder.name
        self._prompts = prompts_of(folder)
        self.sha256 = identity(weights_sha256(folder), self._prompts)
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
        prompt = spans_of(self._tokenizer, self._prompts.document)
        self.window = int(self._model.max_seq_length or 512) - len(prompt)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return self._read(texts, self._prompts.document)

    def read_question(self, question: str) -> Reading:
        return self._read([question], self._prompts.query)[0]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return spans_of(self._tokenizer, text)

    def _read(self, texts: Sequence[str], prompt: str) -> list[Reading]:
        if not texts:
            return []
        whole = [prompt + text for text in texts]
        # Batches of like length, longest first, are the library's own doing. The prompt is
        # ours, so the library must add none of its own.
        found = self._model.encode(
            whole, batch_size=_BATCH, output_value=None, show_progress_bar=False, prompt=""
        )
        return [
            self._reading(text, row, prompt) for text, row in zip(whole, found, strict=True)
        ]

    def _reading(self, text: str, row: dict, prompt: str) -> Reading:  # type: ignore[type-arg]
        encoding = self._tokenizer.encode(text)
        read = int(row["attention_mask"].sum())
        real = [i for i, special in enumerate(encoding.special_tokens_mask) if not special]
        # Truncation keeps the final special token, so the last position read is not ours.
        last = read - (len(encoding.ids) - 1 - real[-1]) if real else 0
        own = [i for i in real if i < last and encoding.offsets[i][0] >= len(prompt)]
        return Reading(
            vector=unit_rows(row["sentence_embedding"].float().cpu().numpy()),
            tokens=unit_rows(row["token_embeddings"].float().cpu().numpy()[own]),
            spans=without_prompt([encoding.offsets[i] for i in own], prompt),
        )
